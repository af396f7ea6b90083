"""The functions of a model that the adaptive loop calls, as text around the functions of its step code."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from math import prod

from brainpy_lab.codegen.stepcode import StepCode
from brainpy_lab.drivers.adaptive.past import WIDTH

#: Their names, in the order in which the loop takes them.
ADAPTIVE_FUNCTIONS = ("derivative_at", "step_from", "dense_from", "crossing_at", "act", "lagged_at")


@dataclass(frozen=True)
class Shape:
    """How many of everything a model has."""

    states: int
    moving: tuple[int, ...]
    holds: int
    parameters: int
    events: tuple[str, ...]
    errors: int
    kept: int
    powers: int
    pasts: int = 0
    lags: int = 0
    draws: tuple[int, ...] = ()  # random draws that each event's block takes: they stand behind the parameters
    crossings: int = 0  # what `crossing` gives: borders, then a depth and a truth for each event
    #: Where elements of array states mix, a lane is a whole system: sizes of the states, shapes of the parameters.
    sizes: tuple[int, ...] = ()
    shapes: tuple[tuple[int, ...], ...] = ()

    def spread(self, sizes: tuple[int, ...], shapes: tuple[tuple[int, ...], ...]) -> Shape:
        """The shape of the same functions over arrays: every element of a state is a number of the loop's."""
        starts = [sum(sizes[:i]) for i in range(len(sizes))]
        moving = tuple(starts[i] + j for i in self.moving for j in range(sizes[i]))
        own = tuple(sizes[i] for i in self.moving)
        return replace(self, states=sum(sizes), moving=moving, sizes=sizes, shapes=shapes, own_sizes=own)

    own_sizes: tuple[int, ...] = ()  # of the states that move

    @staticmethod
    def of(code: StepCode, moving: tuple[int, ...]) -> Shape:
        """Read from the step code's signatures."""
        step, dense, lagged, crossing = (code.functions.get(name) for name in ("step", "dense", "lagged", "crossing"))
        assert step is not None and dense is not None
        acts = [code.functions[f"at_{event}"] for event in code.flags]
        one = code.states[moving[0]] if moving else ""  # every state that moves has as much of each
        return Shape(
            len(code.states), moving, len(code.hidden), len(code.parameters), code.flags,
            errors=len(step.of("error", owner=one)), kept=len(step.of("stage", owner=one)),
            powers=len(dense.of("polynomial", owner=one)), pasts=len(code.delayed),
            lags=len(lagged.results) if lagged else 0, crossings=len(crossing.results) if crossing else 0,
            draws=tuple(len(act.of("draw")) for act in acts),
        )  # fmt: skip


def function_text(shape: Shape) -> str:
    """The six functions that `advance` calls, as text around the step code's own.

    ``derivative_at(t, y, r, p, f)``, ``step_from(t, h, y, r, f, p, y1, e, f1, k)``,
    ``dense_from(t, h, y, r, f, p, y1, f1, k, q)``, ``crossing_at(t, y, r, p, g)``, ``act(k, t, y, r, p)`` and
    ``lagged_at(t, y, r, p, a)``: states y, release times r, parameters p; results are written into the last arrays.
    All take the lane's history H and its span S (see `adaptive.past`) after these.
    """
    n, m = shape.states, len(shape.moving)

    def items(array: str, count: int) -> list[str]:
        return [f"{array}[{i}]" for i in range(count)]

    if shape.sizes:
        return _array_text(shape)
    values = items("y", n) + items("r", shape.holds)
    parameters = items("p", shape.parameters)
    parameters += [f"(H, S, 2 + {i} * int(S[{WIDTH}]))" for i in range(shape.pasts)]
    arguments = ", ".join(["t", *values, *parameters])
    kept = [f"k[{i}, {j}]" for i in range(shape.kept) for j in range(m)]
    stepped = [*items("y1", n), *items("e", shape.errors * m), *items("f1", m), *kept]
    new = [f"y1[{i}]" for i in shape.moving]
    dense = [f"q[{i}, {j}]" for i in range(shape.powers) for j in range(m)]
    start = ["t", "h", *values, *items("f", m)]
    lines = [
        "def derivative_at(t, y, r, p, f, H, S):",
        f"    {', '.join(items('f', m))} = derivative({arguments})" if m else "    pass",
        "",
        "",
        "def step_from(t, h, y, r, f, p, y1, e, f1, k, H, S):",
        f"    {', '.join(stepped)} = step({', '.join([*start, *parameters])})",
        "",
        "",
        "def dense_from(t, h, y, r, f, p, y1, f1, k, q, H, S):",
        f"    {', '.join(dense)} = dense({', '.join([*start, *new, *items('f1', m), *kept, *parameters])})"
        if m
        else "    pass",
        "",
        "",
        "def crossing_at(t, y, r, p, g, H, S):",
        f"    {', '.join(items('g', shape.crossings))} = crossing({arguments})" if shape.events else "    pass",
        "",
        "",
        "def lagged_at(t, y, r, p, a, H, S):",
        f"    {', '.join(items('a', shape.lags))} = lagged({arguments})" if shape.lags else "    pass",
        "",
        "",
        "def act(k, t, y, r, p, H, S):",
        "    pass",
    ]
    first = shape.parameters
    for k, name in enumerate(shape.events):
        drawn = [f"p[{first + i}]" for i in range(shape.draws[k])]
        first += len(drawn)
        lines += [f"    if k == {k}:", f"        {', '.join(values)} = at_{name}({', '.join([arguments, *drawn])})"]
    return "\n".join(lines) + "\n"


def _array_text(shape: Shape) -> str:
    """The same functions where states are arrays: slices in the place of numbers. There are no events and no delays.

    Results are written by ``k_put(into, values)``: an assignment of slices takes Numba seconds to compile.
    """

    def slices(array: str, sizes: tuple[int, ...], start: int = 0, row: str = "") -> list[str]:
        edges = [start + sum(sizes[:i]) for i in range(len(sizes) + 1)]
        return [f"{array}[{row}{a}:{b}]" for a, b in pairwise(edges)]

    def written(targets: list[str], call: str) -> list[str]:
        names = [f"k_{i}" for i in range(len(targets))]
        puts = [f"    k_put({target}, {name})" for target, name in zip(targets, names, strict=True)]
        return [f"    {', '.join(names)} = {call}", *puts]

    own, m = shape.own_sizes, len(shape.moving)
    values = slices("y", shape.sizes)
    moved = [text for text, size in zip(slices("y1", shape.sizes), shape.sizes, strict=True) if size]
    is_moving = [slice_start in shape.moving for slice_start in (sum(shape.sizes[:i]) for i in range(len(shape.sizes)))]
    new = [text for text, moves in zip(moved, is_moving, strict=True) if moves]
    lengths = tuple(prod(s) for s in shape.shapes)
    parameters = [
        f"{text}.reshape({s!r})" if len(s) > 1 else text
        for text, s in zip(slices("p", lengths), shape.shapes, strict=True)
    ]
    kept = [text for i in range(shape.kept) for text in slices("k", own, row=f"{i}, ")]
    errors = [text for i in range(shape.errors) for text in slices("e", own, i * m)]
    stepped = [*slices("y1", shape.sizes), *errors, *slices("f1", own), *kept]
    dense = [text for i in range(shape.powers) for text in slices("q", own, row=f"{i}, ")]
    start = ["t", "h", *values, *slices("f", own)]
    ends = [*new, *slices("f1", own), *kept]
    lines = [
        "def derivative_at(t, y, r, p, f, H, S):",
        *written(slices("f", own), f"derivative({', '.join(['t', *values, *parameters])})"),
        "", "", "def step_from(t, h, y, r, f, p, y1, e, f1, k, H, S):",
        *written(stepped, f"step({', '.join([*start, *parameters])})"),
        "", "", "def dense_from(t, h, y, r, f, p, y1, f1, k, q, H, S):",
        *written(dense, f"dense({', '.join([*start, *ends, *parameters])})"),
        "", "", "def crossing_at(t, y, r, p, g, H, S):", "    pass",
        "", "", "def lagged_at(t, y, r, p, a, H, S):", "    pass",
        "", "", "def act(k, t, y, r, p, H, S):", "    pass",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"
