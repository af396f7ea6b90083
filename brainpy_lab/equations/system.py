"""The System: a frozen description of a dynamical system, as checked Python AST with source positions.

Expressions are `ast.expr` in a normal form that every later stage may rely on:

* nodes are Name, Constant (numbers, True, False), BinOp (+ - * / // % ** @), UnaryOp (+ - not), Compare (one operator),
  BoolOp, IfExp, and Call of a plain Name: a function of `FUNCTIONS` or one of `System.functions`;
* `np.exp` is written `exp`; chained comparisons are `and`-joined; `pi` and `e`-like constants are Names in `CONSTANTS`;
* noise has been taken out of the drift into `State.noise`; a delayed state `x(t - tau)` is a Name of `System.delays`;
* `t` is the Name `t`.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

import numpy as np

from brainpy_lab.equations.identifiers import check_identifiers, check_model_name
from brainpy_lab.errors import Location

#: Functions of the model language, by the names of NumPy and scipy.special -> number of arguments.
FUNCTIONS: dict[str, int] = {
    "exp": 1, "log": 1, "log10": 1, "log1p": 1, "expm1": 1, "sqrt": 1,
    "sin": 1, "cos": 1, "tan": 1, "arcsin": 1, "arccos": 1, "arctan": 1,
    "sinh": 1, "cosh": 1, "tanh": 1, "abs": 1, "sign": 1, "floor": 1, "ceil": 1,
    "exprel": 1, "erf": 1, "erfc": 1, "expit": 1, "gammaln": 1, "logaddexp": 2,
    "minimum": 2, "maximum": 2, "clip": 3, "where": 3, "heaviside": 2,
    "sum": 1, "mean": 1, "dot": 2, "roll": 2,
}  # fmt: skip

#: Random numbers of resets: the normal form numbers the calls, rand(0), randn(1).
RANDOM: frozenset[str] = frozenset({"rand", "randn"})

#: Functions that mix the elements of an array state; all others act on each element alone.
ARRAY_FUNCTIONS: frozenset[str] = frozenset({"sum", "mean", "dot", "roll", "part"})

#: The end of a part that goes to the end: ``x[1:]`` is part(x, 1, END) in the normal form, ``x[0]`` is part(x, 0, 1).
#: The largest whole number of 32 bits: no array is as long, and every driver's integers hold it.
END = 2**31 - 1

CONSTANTS: dict[str, float] = {"pi": float(np.pi)}

Calculus = Literal["ito", "stratonovich"]


@dataclass(frozen=True)
class Span:
    """Where something stands in the model's text: 1-based lines, 0-based columns, end exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int

    def location(self, text: str, file: str = "cell") -> Location:
        """The span as a printable place in ``text``."""
        lines = text.splitlines()
        source = lines[self.line - 1] if 0 < self.line <= len(lines) else ""
        end = self.end_column if self.end_line == self.line else len(source)
        return Location(self.line, self.column, source, max(1, end - self.column), file)


@dataclass(frozen=True)
class Parameter:
    """A name equal to a number or an array, with the range of its slider."""

    name: str
    value: float | np.ndarray
    bounds: tuple[float, float] | None = None
    step: float | None = None
    description: str = ""
    span: Span | None = None
    captured: bool = False  # taken from the notebook around the cell


@dataclass(frozen=True)
class Definition:
    """A named expression: an intermediate (depends on states or t) or a derived parameter (on parameters alone)."""

    name: str
    expr: ast.expr
    description: str = ""
    span: Span | None = None


@dataclass(frozen=True)
class NoiseTerm:
    """``amplitude`` times the standard white noise of source ``source`` in the drift of one state."""

    source: str
    amplitude: ast.expr


@dataclass(frozen=True)
class State:
    """One state variable with its derivative (None: kept between events), initial value and order."""

    name: str
    drift: ast.expr | None
    initial: ast.expr | None = None  # an expression of parameters and other initial values: their names stand for them
    initial_slope: ast.expr | None = None  # dx(0), for orders above 1
    history: ast.expr | None = None  # an expression of t, for t <= 0
    order: ast.expr | None = None  # Caputo order; None is the ordinary derivative
    noise: tuple[NoiseTerm, ...] = ()
    description: str = ""
    span: Span | None = None  # of the line that gives the derivative


@dataclass(frozen=True)
class Delay:
    """``state`` at an earlier time, ``state(time)``; expressions refer to it by ``name``."""

    name: str
    state: str
    time: ast.expr  # the argument: t - tau
    span: Span | None = None

    @property
    def written(self) -> str:
        """The delayed state as the user writes it: ``x(t - tau)``."""
        return f"{self.state}({ast.unparse(self.time)})"


def _elements_read(tree: ast.AST, name: str, size: int) -> list[tuple[int, int]]:
    """The ranges of an array's elements that an expression reads."""
    match tree:
        case ast.Call(func=ast.Name(id="part"), args=[ast.Name(id=array), low, high]) if array == name:
            start, stop, _ = slice(ast.literal_eval(low), ast.literal_eval(high)).indices(size)
            return [(start, stop)]
        case ast.Name(id=array) if array == name:
            return [(0, size)]
    return [found for child in ast.iter_child_nodes(tree) for found in _elements_read(child, name, size)]


@dataclass(frozen=True)
class Assign:
    """``target`` becomes ``value`` (``w += b`` is stored as ``w + b``).

    ``places`` are the elements that change, where not all do: the first, that behind the last, and how many there are.
    """

    target: str
    value: ast.expr
    span: Span | None = None
    places: tuple[int, int, int] | None = None


@dataclass(frozen=True)
class Hold:
    """``state`` keeps its value for ``duration``: a refractory period; or, an event's name, that does not happen."""

    state: str
    duration: ast.expr
    span: Span | None = None


@dataclass(frozen=True)
class Event:
    """``when condition:`` with its actions, run in order at the crossing."""

    name: str
    condition: ast.expr
    actions: tuple[Assign | Hold, ...] = ()
    span: Span | None = None
    side: Literal["", "pre", "post", "every"] = ""  # synapses: whose event this is, the condition its name; or every T


@dataclass(frozen=True)
class Function:
    """A helper function: from the cell (``captured`` False) or taken from the notebook around it."""

    name: str
    node: ast.FunctionDef
    vectorizable: bool  # False: has loops or branches that tensor drivers cannot run on arrays
    obstacle: str = ""  # what makes it not vectorizable, for the message
    captured: bool = False
    span: Span | None = None
    loops: ast.FunctionDef | None = None  # the same with its loops over elements kept, for step code of whole arrays


@dataclass(frozen=True)
class Coupling:
    """Synapses: ``side.target += value`` in every step."""

    side: Literal["pre", "post"]
    target: str
    value: ast.expr
    span: Span | None = None


def names_reached(expressions: Iterable[ast.expr], named: Mapping[str, ast.expr]) -> set[str]:
    """Names that expressions read, themselves or through the definitions ``named``."""
    reached: set[str] = set()
    todo = list(expressions)
    while todo:
        read = {n.id for n in ast.walk(todo.pop()) if isinstance(n, ast.Name)} - reached
        todo += [named[name] for name in read if name in named]
        reached |= read
    return reached


@dataclass(frozen=True, eq=False)
class System:
    """A dynamical system, checked and in normal form; immutable. Definitions are in an order that can be computed."""

    name: str
    states: tuple[State, ...]
    parameters: tuple[Parameter, ...] = ()
    derived: tuple[Definition, ...] = ()
    intermediates: tuple[Definition, ...] = ()
    delays: tuple[Delay, ...] = ()
    events: tuple[Event, ...] = ()
    functions: tuple[Function, ...] = ()
    couplings: tuple[Coupling, ...] = ()
    calculus: Calculus = "ito"
    doc: str = ""  # Markdown: title, text, citation
    text: str = ""  # the cell or function source the spans point into
    origin: str = "cell"  # how messages name that text: "cell In[3]", "function fhn"
    notes: tuple[str, ...] = field(default=())  # what the reader assumed, for the output: names captured, V(0) = 0
    composed: tuple[tuple[int, str], ...] = ()  # the first line in `text`, and origin, of each part composed with it

    def __post_init__(self) -> None:
        check_model_name(self.name)
        check_identifiers([*self.state_names, *self.parameter_names, *self.noise_sources])
        parts = (self.derived, self.intermediates, self.delays, self.events, self.functions)
        check_identifiers(part.name for group in parts for part in group)

    def place(self, at: Span | ast.expr) -> Location:
        """Where something of the system stands in its text, or in that of the part it comes from."""
        if isinstance(at, ast.expr):
            end = at.end_lineno or at.lineno, at.end_col_offset or at.col_offset + 1
            at = Span(at.lineno, at.col_offset, *end)
        first, origin = 1, self.origin
        for start, name in self.composed:
            if at.line >= start:
                first, origin = start, name
        return replace(at.location(self.text, origin), line=at.line - first + 1)

    @cached_property
    def state_names(self) -> tuple[str, ...]:
        """Names of the states, in the order of the text: the first axis of every array of states."""
        return tuple(s.name for s in self.states)

    @cached_property
    def parameter_names(self) -> tuple[str, ...]:
        """Names of the parameters, in the order of the text; derived parameters are not among them."""
        return tuple(p.name for p in self.parameters)

    @cached_property
    def noise_sources(self) -> tuple[str, ...]:
        """Names of the independent white noises, in order of first use."""
        return tuple(dict.fromkeys(n.source for s in self.states for n in s.noise))

    @cached_property
    def is_stochastic(self) -> bool:
        """Whether white noise drives some state."""
        return any(s.noise for s in self.states)

    @property
    def is_delayed(self) -> bool:
        """Whether some state is read at an earlier time."""
        return bool(self.delays)

    @cached_property
    def delayed_states(self) -> tuple[str, ...]:
        """States that are read at earlier times, in the order of the states."""
        read = {d.state for d in self.delays}
        return tuple(s for s in self.state_names if s in read)

    def expressions(self) -> Iterator[ast.expr]:
        """All expressions outside helper functions."""
        for state in self.states:
            given = (state.drift, state.initial, state.initial_slope, state.history, state.order)
            yield from (e for e in (*given, *(n.amplitude for n in state.noise)) if e is not None)
        yield from (d.expr for d in self.derived + self.intermediates)
        yield from (d.time for d in self.delays)
        for event in self.events:
            yield event.condition
            yield from (a.value if isinstance(a, Assign) else a.duration for a in event.actions)
        yield from (c.value for c in self.couplings)

    def is_state_dependent(self, delay: Delay) -> bool:
        """Whether the time at which ``delay`` reads its state depends on states, through whatever it is made of."""
        return delay.name in self._state_dependent

    @cached_property
    def _state_dependent(self) -> frozenset[str]:
        """Names of the delays that depend on states."""
        named = {d.name: d.expr for d in self.intermediates} | {d.name: d.time for d in self.delays}
        moving = {*self.state_names, *(d.name for d in self.delays)}
        return frozenset(d.name for d in self.delays if names_reached([d.time], named) & moving)

    def is_reset(self, event: Event) -> bool:
        """Whether an action assigns what the event's condition reads, itself or through intermediates.

        Such an event happens whenever its condition holds; any other only where the condition becomes true.
        """
        read = self.names_read(event.condition)
        return any(isinstance(a, Assign) and a.target in read and self._meets(a, event) for a in event.actions)

    def moves_states(self, event: Event) -> bool:
        """Whether an event's block changes or holds a state: one of ``pass``, or that holds events alone, does not."""
        return any(isinstance(a, Assign) or a.state in self.state_names for a in event.actions)

    def _meets(self, action: Assign, event: Event) -> bool:
        """Whether an action changes those elements of its state that the event's condition reads."""
        if action.places is None:
            return True
        start, stop, size = action.places
        named = {d.name: d.expr for d in (*self.derived, *self.intermediates)}
        trees = [event.condition, *(named[n] for n in self.names_read(event.condition) if n in named)]
        return any(
            low < stop and start < high for tree in trees for low, high in _elements_read(tree, action.target, size)
        )

    def names_read(self, *expressions: ast.expr) -> set[str]:
        """Names that expressions read, themselves or through derived parameters and intermediates."""
        return names_reached(expressions, {d.name: d.expr for d in (*self.derived, *self.intermediates)})

    @cached_property
    def resets_at_random(self) -> bool:
        """Whether an event draws random numbers, rand() or randn()."""
        values = [a.value if isinstance(a, Assign) else a.duration for e in self.events for a in e.actions]
        called = {
            n.func.id for v in values for n in ast.walk(v) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)
        }
        return not called.isdisjoint(RANDOM)

    @property
    def is_random(self) -> bool:
        """Whether a run takes random numbers: white noise, or those of resets."""
        return self.is_stochastic or self.resets_at_random

    @cached_property
    def is_fractional(self) -> bool:
        """Whether some derivative has an order of its own, be it 1: its method may need the whole past."""
        return any(s.order is not None for s in self.states)

    @cached_property
    def initial_inputs(self) -> frozenset[str]:
        """Names that the states at and before the start are computed from, through derived parameters too."""
        start = [e for s in self.states for e in (s.initial, s.initial_slope, s.history) if e is not None]
        return frozenset(names_reached(start, {d.name: d.expr for d in self.derived}))

    @cached_property
    def mixes_elements(self) -> bool:
        """Whether some expression mixes the elements of an array state (sum, mean, dot, @)."""
        drifts = [s.drift for s in self.states if s.drift is not None]
        drifts += [n.amplitude for s in self.states for n in s.noise]
        drifts += [e.condition for e in self.events]
        drifts += [a.value if isinstance(a, Assign) else a.duration for e in self.events for a in e.actions]
        return any(
            (isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult))
            or (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ARRAY_FUNCTIONS)
            for expr in [
                *(d.expr for d in self.derived + self.intermediates),
                *drifts,
                *(f.loops or f.node for f in self.functions),
            ]
            for node in ast.walk(expr)
        )

    @cached_property
    def fingerprint(self) -> str:
        """Hash of all that decides the generated code: not values, ranges, positions, texts or initial values."""
        parts: list[str] = [self.calculus]
        parts += [f"p {p.name} {np.ndim(p.value)}" for p in self.parameters]
        parts += [f"d {d.name} {ast.dump(d.expr)}" for d in self.derived + self.intermediates]
        for s in self.states:
            drift = "" if s.drift is None else ast.dump(s.drift)
            order = "" if s.order is None else ast.dump(s.order)
            noise = [(n.source, ast.dump(n.amplitude)) for n in s.noise]
            parts.append(f"s {s.name} {drift} {order} {noise}")
        parts += [f"l {d.name} {d.state} {ast.dump(d.time)}" for d in self.delays]
        for e in self.events:
            actions = [
                ("set", a.target, ast.dump(a.value))
                if isinstance(a, Assign)
                else ("hold", a.state, ast.dump(a.duration))
                for a in e.actions
            ]
            parts.append(f"e {e.side}{e.name} {ast.dump(e.condition)} {actions}")
        parts += [f"f {ast.dump(f.node)}" for f in self.functions]
        parts += [f"c {c.side} {c.target} {ast.dump(c.value)}" for c in self.couplings]
        return hashlib.blake2b("\n".join(parts).encode(), digest_size=12).hexdigest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, System) and self.fingerprint == other.fingerprint

    def __hash__(self) -> int:
        return hash(self.fingerprint)
