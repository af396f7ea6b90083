"""What has been written so far of the code of a network, and where its values stand."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from brainpy_lab.codegen.draws import Draw
from brainpy_lab.codegen.fields import Signature
from brainpy_lab.codegen.network import Arrive, Fire, Operation, Share
from brainpy_lab.codegen.printing import Dialect
from brainpy_lab.codegen.stepcode import StepCode
from brainpy_lab.equations.system import System
from brainpy_lab.networks.code.composed import step_of
from brainpy_lab.networks.code.courses import Course
from brainpy_lab.networks.code.memory_rows import MemoryRows
from brainpy_lab.networks.code.methods import is_staged
from brainpy_lab.networks.synapses import Synapses


@dataclass
class Draft:
    """Texts of functions, what they take and give, and what is done in a step, by kind.

    Attributes
    ----------
    synapses : tuple of Synapses
        All of the network.
    dialect : callable
        From a system to the driver's spelling of its functions.
    backend : str
    systems : dict of str to System
        The equations of each group with all that synapses write into them.
    methods : dict of str to str
        The method of each group.
    stages : list of dict
        Where groups that are coupled advance stage by stage: for each stage the rows of each group's states there.
    nodes : list of float
        The part of the step that has passed at each of these stages.
    staged : list of list of operations
        What is done for each stage but the last.
    recalls : list of operations
        Values of before that are looked up at the start of the step.
    draws : dict of (str, str) to Draw
        Random numbers of each step, by group and row.
    courses : dict of str to dict of str to Course
        Of each group, what stands in its equations for parameters that move within a step.
    memories : dict of str to MemoryRows
        Of the groups that have states of fractional orders.
    observed : frozenset of (str, str)
        Synapses, and the inputs of their targets, whose sums are recorded.
    """

    synapses: tuple[Synapses, ...]
    dialect: Dialect
    backend: str
    observed: frozenset[tuple[str, str]] = frozenset()
    imports: dict[str, set[str]] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    functions: dict[str, Signature] = field(default_factory=dict)
    rows: dict[str, list[str]] = field(default_factory=dict)
    scalars: list[str] = field(default_factory=list)
    driven: set[str] = field(default_factory=set)
    systems: dict[str, System] = field(default_factory=dict)
    methods: dict[str, str] = field(default_factory=dict)
    draws: dict[tuple[str, str], Draw] = field(default_factory=dict)
    courses: dict[str, dict[str, Course]] = field(default_factory=dict)
    memories: dict[str, MemoryRows] = field(default_factory=dict)
    takes: list[Operation] = field(default_factory=list)
    stages: list[dict[str, dict[str, str]]] = field(default_factory=list)
    nodes: list[float] = field(default_factory=list)
    staged: list[list[Operation]] = field(default_factory=list)
    recalls: list[Operation] = field(default_factory=list)
    gathers: list[Operation] = field(default_factory=list)
    follows: list[Operation] = field(default_factory=list)
    advances: list[Operation] = field(default_factory=list)
    remembers: list[Operation] = field(default_factory=list)
    fires: list[Fire] = field(default_factory=list)
    emits: list[Operation] = field(default_factory=list)
    arrivals: list[Arrive | Share] = field(default_factory=list)
    concludes: list[Operation] = field(default_factory=list)
    monitors: list[Operation] = field(default_factory=list)
    timed: list[Operation] = field(default_factory=list)

    @cached_property
    def is_staged(self) -> bool:
        """Whether groups that are coupled advance stage by stage together."""
        return is_staged(self.synapses)

    def scalar(self, axis: str, name: str) -> str:
        """A number for a whole axis."""
        key = f"{axis}.{name}"
        if key not in self.scalars:
            self.scalars.append(key)
        return key

    def row(self, axis: str, name: str) -> str:
        """A row of an axis."""
        rows = self.rows.setdefault(axis, [])
        if name not in rows:
            rows.append(name)
        return name

    def step(
        self,
        system: System,
        method: str,
        owner: str,
        *,
        by_stages: bool = False,
        remembered: frozenset[str] = frozenset(),
        set_outside: frozenset[str] = frozenset(),
    ) -> tuple[StepCode, dict[str, str]]:
        """Take over the functions of a system's step under the owner's name; their names by those in the step."""
        step = step_of(system, method, self.backend, by_stages, remembered, set_outside)
        tree = ast.parse(step.text)
        defined = [n for n in tree.body if isinstance(n, ast.FunctionDef)]
        names = {n.name: f"{n.name}_{owner}" for n in defined}
        lines = step.text.splitlines()
        self._import(tree)
        for number, node in enumerate(defined):
            end = defined[number + 1].lineno - 1 if number + 1 < len(defined) else len(lines)
            text = "\n".join(lines[node.lineno - 1 : end]).rstrip()
            self.texts.append(renamed(text, names))
        return step, names

    def _import(self, tree: ast.Module) -> None:
        for node in tree.body:
            if isinstance(node, ast.ImportFrom) and node.module:
                self.imports.setdefault(node.module, set()).update(ast.unparse(a) for a in node.names)


def renamed(text: str, names: Mapping[str, str]) -> str:
    """Text with its functions under other names."""
    for old, new in names.items():
        text = re.sub(rf"\b{old}(?=\()", new, text)
    return text
