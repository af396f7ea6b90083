"""StepCode: the text of one step, as a person reads and edits it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from brainpy_lab.codegen.blocks import Block, Phase
from brainpy_lab.codegen.code_text import CodeText, check_edited
from brainpy_lab.codegen.draws import Draw
from brainpy_lab.codegen.events import Alarm
from brainpy_lab.codegen.fields import Fields, Signature


@dataclass(frozen=True)
class StepCode(CodeText):
    """Readable Python text of one step of one model, for one method and one driver.

    Attributes
    ----------
    text : str
        The code. `str(code)` gives it too.
    model, method, backend : str
        What it is the step of.
    blocks : tuple of Block
        The functions that must stand in the text, with all that they take and give and what each does in a step.
    line_map : mapping of int to int
        Line of the code -> line of the user's cell.
    edited : bool
        Whether the user has changed the generated text.
    draws : tuple of Draw
        The random draws that the step takes.
    alarms : tuple of Alarm
        The flags that end a run, the last ones of ``flags``.
    borders : tuple of (int, int)
        Of the borders that `crossing` gives first: number of the event, and degree as a polynomial in states and t (0
        where it is none).
    found : dict
        What drivers found out about the code and keep with it.
    """

    text: str
    model: str
    method: str
    backend: str
    blocks: tuple[Block, ...]
    line_map: Mapping[int, int] = field(default_factory=dict)
    edited: bool = False
    draws: tuple[Draw, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    borders: tuple[tuple[int, int], ...] = ()
    found: dict[Any, Any] = field(default_factory=dict, init=False, compare=False, repr=False)

    @property
    def stem(self) -> str:
        """What its file is called, besides the digest of its content."""
        return f"{self.model}_{self.method}_{self.backend}"

    @cached_property
    def functions(self) -> Mapping[str, Signature]:
        """What each function takes and gives, by its name."""
        return {block.function: block.signature for block in self.blocks}

    def of(self, phase: Phase) -> tuple[Block, ...]:
        """The blocks that do a phase of the step, in their order."""
        return tuple(block for block in self.blocks if phase in block.phases)

    @cached_property
    def arguments(self) -> Fields:
        """What the step, or the part of it that advances, takes."""
        return self.of("advance")[0].signature.arguments

    @property
    def events(self) -> tuple[str, ...]:
        """Names of the events, in the order of their flags."""
        return self.flags[: len(self.flags) - len(self.alarms)]

    @cached_property
    def results(self) -> Fields:
        """What the step, or the part of it that advances, gives."""
        return self.of("advance")[0].signature.results

    @cached_property
    def states(self) -> tuple[str, ...]:
        """Names of the states."""
        return self.arguments.of("state").names

    @cached_property
    def hidden(self) -> tuple[str, ...]:
        """Names of the hidden variables that a step carries besides the states."""
        return self.arguments.of("hidden").names

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """Names of the parameters."""
        return self.arguments.of("parameter").names

    @cached_property
    def flags(self) -> tuple[str, ...]:
        """What is tested, in the order of the flags: the events, then the alarms."""
        tested = [f.of for block in self.of("test") for f in block.signature.results.of("flag", "truth")]
        alarms = {alarm.flag for alarm in self.alarms}
        return (*(name for name in tested if name not in alarms), *(name for name in tested if name in alarms))

    @cached_property
    def delayed(self) -> tuple[str, ...]:
        """The states whose histories a step takes."""
        return self.arguments.of("history").owners

    @cached_property
    def remembered(self) -> tuple[str, ...]:
        """The states of which a step returns something to be remembered."""
        return self.results.of("remembered").owners

    def edit(self, text: str) -> StepCode:
        """This code with a user's text in place of its own, after checking that it can still be run.

        Raises
        ------
        CodeError
            At its line and column: the text does not parse, a required function is missing or takes or returns
            something else, or a name is defined nowhere.
        """
        check_edited(text, self.functions)
        return replace(self, text=text, line_map={}, edited=text != self.text or self.edited)
