"""Blocks: the functions that step code is made of, and what each does in a step.

A step has three phases. It advances all states; it tests the events at what came out; and for each event that fired it
acts: the event's block runs. A model alone has one block for all three. Apart they are blocks of their own, between
which something else may happen: spikes arrive from other cells.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from brainpy_lab.codegen.fields import Signature

Phase = Literal["advance", "test", "act"]
#: All phases, in their order.
STEP: tuple[Phase, ...] = ("advance", "test", "act")


@dataclass(frozen=True)
class Block:
    """One function of step code: it computes each cell's values from values of the same cell.

    Attributes
    ----------
    function : str
        Its name in the text.
    signature : Signature
        What it takes and gives.
    phases : tuple of {"advance", "test", "act"}
        What it does of a step; nothing where only the loop of adaptive methods calls it.
    fires : str
        The event whose firing it is for: one that acts is meant for the cells where that event fired; "" for all cells.
    node : float
        Of a stage, the part of the step that has passed at the next one.
    """

    function: str
    signature: Signature
    phases: tuple[Phase, ...] = ()
    fires: str = ""
    node: float = 0.0

    @property
    def over(self) -> str:
        """The axis along which it computes: that of its values."""
        return next((f.axis for f in (*self.signature.arguments, *self.signature.results) if f.axis), "")
