"""What a method has written of a step, and what code generation needs of a method."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from brainpy_lab.codegen.builder import StepBuilder
from brainpy_lab.codegen.fields import Field


@dataclass
class Written:
    """Names of what a method has computed: for each state its new value, and what adaptive methods give besides.

    ``error`` (and ``coarse``, a second estimate of lower order), ``last`` (the slope at the new state) and ``kept``
    (stages, by number, that the dense output is made of).

    Delay equations with a fixed step: ``dense`` are the coefficients q2, q3, ... of y(t + s dt) = y + dt (s dy_1 +
    s² q2 + s³ q3 + ...), where ``first`` has the names of dy_1.

    For fractional methods: the arguments made of the past (``sums`` and weights), hidden variables of the method's own
    (``carried``), and ``conclude(new, hidden)``, called after the events, which gives what to remember of each state.
    """

    new: dict[str, str]
    error: dict[str, str] | None = None
    coarse: dict[str, str] | None = None
    last: dict[str, str] | None = None
    kept: dict[int, dict[str, str]] = field(default_factory=dict)
    dense: list[dict[str, str]] = field(default_factory=list)
    first: dict[str, str] | None = None
    sums: tuple[Field, ...] = ()
    carried: tuple[str, ...] = ()
    conclude: Callable[[dict[str, str], dict[str, str]], dict[str, str]] | None = None


class StepWriter(Protocol):
    """What code generation needs of a method."""

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def is_adaptive(self) -> bool: ...
    @property
    def is_implicit(self) -> bool: ...
    @property
    def stages(self) -> int: ...
    def write(self, step: StepBuilder) -> Written: ...
    def write_dense(self, step: StepBuilder, end: Written) -> list[dict[str, str]]: ...
