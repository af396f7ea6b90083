"""Composition: a part, such as a linear synapse, written into the system of the cell that it acts on.

The method then sees both together: the linear part of exponential Euler holds the conductances, implicit methods have
all of the Jacobian, and analyses look at one system.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from brainpy_lab.equations.names import CircularDefinition, in_order, names_in
from brainpy_lab.equations.renaming import Renamed, RenamedCalls, WithSums, random_count
from brainpy_lab.equations.system import (
    CONSTANTS,
    Assign,
    Definition,
    Delay,
    Event,
    Function,
    Span,
    State,
    System,
)
from brainpy_lab.errors import ArgumentError, Location, did_you_mean


def within_cell(part: System) -> tuple[System, tuple[Event, ...]]:
    """What of a synapse lives in the target cell, and what happens at the spikes of its two sides.

    Parameters
    ----------
    part : System

    Returns
    -------
    System
        The part without the blocks of ``when pre.spike`` and ``when post.spike``, and without parameters that only
        those read.
    tuple of Event
        These blocks: whoever runs the part delivers them.
    """
    sided = tuple(e for e in part.events if e.side)
    rest = replace(part, events=tuple(e for e in part.events if not e.side))
    own, all_read = _read(rest), _read(part)
    unread = {p.name for p in part.parameters if p.name in all_read - own}
    return replace(rest, parameters=tuple(p for p in part.parameters if p.name not in unread)), sided


def compose(target: System, part: System, prefix: str, inputs: Mapping[str, str]) -> System:
    """The system of ``target`` with the states and couplings of ``part`` in it.

    Parameters
    ----------
    target : System
        A cell.
    part : System
        What is written into it: a synapse (see `within_cell`) or an ordinary system.
    prefix : str
        Stands before all names of the part: ``exc_`` makes ``exc_g`` of its ``g``.
    inputs : mapping of str to str
        For what the part has of the target, its name there. ``post.V`` and parameters of the part are read: any name
        of the target may stand for them. Where the part says ``post.I += ...``, the target's parameter is added to:
        all that reads it, but initial values, reads the sum.

    Raises
    ------
    ArgumentError
        Two things would have one name; the part reads or adds to what the target does not have; it lies on both sides
        of a synapse; or the two cannot stand in one system.

    Examples
    --------
    >>> from brainpy_lab.equations import read_text
    >>> cell = read_text("tau = 20; I = 0\\ndV/dt = (I - V)/tau")
    >>> synapse = read_text("tau = 5\\ndg/dt = -g/tau\\npost.I += -g*post.V", synapse=True)
    >>> both = compose(cell, synapse, "exc_", {"post.V": "V", "post.I": "I"})
    >>> [ast.unparse(s.drift) for s in both.states]
    ['(I + exc_I - V) / tau', '-exc_g / exc_tau']
    """
    return _Composition(target, part, prefix, inputs).system()


class _Composition:
    """One part on its way into one target."""

    def __init__(self, target: System, part: System, prefix: str, inputs: Mapping[str, str]) -> None:
        self.target, self.part, self.prefix = target, part, prefix
        self.inputs = {key.replace(".", "_"): name for key, name in inputs.items()}
        self.what = f"'{part.name}' cannot become a part of '{target.name}'"
        self.shift = len(target.text.splitlines()) + 1  # lines: the part's text stands below
        self.random = random_count(target)
        own = {*_variables(part), *(e.name for e in part.events), *(f.name for f in part.functions)}
        self.names = {name: prefix + name for name in own} | self._noise()
        self._check_fit()
        added = {c.target: f"{prefix}{c.target}" for c in part.couplings}
        self.added = {f"post_{name}": full for name, full in added.items()}
        self._check_inputs()
        self.names |= {key: name for key, name in self.inputs.items() if key not in self.added}
        self._check_clashes()

    # --- what is refused -------------------------------------------------------------------------------------------

    def _error(self, message: str, advice: str, location: Location | None = None) -> ArgumentError:
        return ArgumentError(f"{self.what}: {message}", advice=advice, location=location)

    def _check_fit(self) -> None:
        part, target = self.part, self.target
        for coupling in part.couplings:
            if coupling.side == "pre":
                place = part.place(coupling.span) if coupling.span else None
                raise self._error(
                    f"it adds to pre.{coupling.target}.", "A part lies in one cell, its post side.", place
                )
        for event in part.events:
            if event.side:
                place = part.place(event.span) if event.span else None
                advice = "Take what lives in the cell with within_cell(part), and deliver the spikes."
                raise self._error(f"it waits for {event.side}.spike, which comes from another cell.", advice, place)
        if part.is_stochastic and target.is_stochastic and part.calculus != target.calculus:
            message = f"its noise is read as {part.calculus}, that of '{target.name}' as {target.calculus}."
            raise self._error(message, "Give both the same calculus.")

    def _check_inputs(self) -> None:
        known = _variables(self.target)
        parameters = set(self.part.parameter_names)
        read = _read(self.part)
        for key, name in self.inputs.items():
            shown = key.replace("post_", "post.", 1)
            if key in self.added:
                if name not in self.target.parameter_names:
                    what = "is no parameter" if name in known else "is missing"
                    near = did_you_mean(name, self.target.parameter_names)
                    message = f"it adds to {shown}, and '{name}' {what} of '{self.target.name}'."
                    raise self._error(message, near or f"Give '{self.target.name}' the line `{name} = 0`.")
                if key in read:
                    raise self._error(f"it reads {shown}, to which it adds.", "Read another name of the target.")
            elif key not in read | parameters:
                raise self._error(f"it has no {shown}.", f"Its inputs are {self._possible(read)}.")
            elif name not in known:
                near = did_you_mean(name, known)
                raise self._error(f"{shown} is to be '{name}', which '{self.target.name}' does not have.", near or "")
        for key in self.added:
            if key not in self.inputs:
                shown = key.replace("post_", "post.", 1)
                raise self._error(f"it adds to {shown}, which no input names.", f"Give inputs={{'{shown}': ...}}.")
        outside = read - _variables(self.part) - {*self.inputs, "t", *CONSTANTS} - set(self.part.noise_sources)
        for name in sorted(outside):
            shown = name.replace("post_", "post.", 1).replace("pre_", "pre.", 1)
            advice = f"Give inputs={{'{shown}': ...}}."
            if name.startswith("pre_"):
                advice = "What depends on the presynaptic cell stays with the connection."
            raise self._error(f"it reads {shown}, which no input names.", advice)
        for event in self.part.events:
            for action in event.actions:
                name = action.target if isinstance(action, Assign) else action.state
                if name not in self.part.state_names and self.inputs.get(name) not in self.target.state_names:
                    place = self.part.place(action.span) if action.span else None
                    shown = name.replace("post_", "post.", 1)
                    raise self._error(f"its event sets {shown}, which is no state.", "Name a state in inputs.", place)

    def _possible(self, read: Iterable[str]) -> str:
        found = sorted(n.replace("post_", "post.", 1) for n in {*read, *self.added} if n.startswith("post_"))
        return ", ".join([*found, *self.part.parameter_names]) or "none"

    def _check_clashes(self) -> None:
        if not f"{self.prefix}x".isidentifier():
            raise self._error(f"the prefix {self.prefix!r} does not begin a name.", "For example prefix='exc_'.")
        target = self.target
        taken = {*_variables(target), *(e.name for e in target.events), *(f.name for f in target.functions)}
        taken |= set(target.noise_sources)
        for name in [*(n for key, n in self.names.items() if key not in self.inputs), *self.added.values()]:
            if name in taken:
                raise self._error(f"the name '{name}' stands there already.", "Choose another prefix.")
        own = set(self.names.values())
        for name in self.added.values():
            if name in own:
                raise self._error(f"'{name}' would be its own name and that of what it adds.", "Rename one of them.")

    # --- what is made ----------------------------------------------------------------------------------------------

    def system(self) -> System:
        """The composed system."""
        target, part = self.target, self.part
        sums = {self.inputs[key]: name for key, name in self.added.items()}
        summed = WithSums(sums)
        states = tuple(_state(s, summed.of) for s in target.states)
        events = tuple(_event(e, summed.of) for e in target.events)
        delays = tuple(replace(d, time=summed.of(d.time)) for d in target.delays)
        named = [replace(d, expr=summed.of(d.expr)) for d in target.intermediates]
        currents = [self._current(key, name) for key, name in self.added.items()]
        named += [*(self._definition(d) for d in part.intermediates), *currents]
        still = [replace(d, expr=summed.of(d.expr)) for d in target.derived]
        still += [self._definition(d) for d in part.derived]
        states += tuple(self._state(s) for s in part.states)
        delays += tuple(self._delay(d) for d in part.delays)
        derived, intermediates = self._sorted(still, named, states, delays)
        result = replace(
            target,
            states=states,
            parameters=target.parameters + tuple(
                replace(p, name=self.names[p.name], span=self._span(p.span))
                for p in part.parameters if p.name not in self.inputs
            ),
            derived=derived,
            intermediates=intermediates,
            delays=delays,
            events=events + tuple(self._event(e) for e in part.events),
            functions=target.functions + tuple(self._function(f) for f in part.functions),
            calculus=target.calculus if target.is_stochastic else part.calculus,
            text="\n".join([*_padded(target.text, self.shift - 1), part.text]),
            notes=target.notes + tuple(f"{part.name}: {note}" for note in part.notes),
            composed=(
                *target.composed, (self.shift, part.origin),
                *((line + self.shift - 1, origin) for line, origin in part.composed),
            ),
        )  # fmt: skip
        self._check_start(result)
        return result

    def _noise(self) -> dict[str, str]:
        """White noise keeps a name that says it is one: ``xi`` becomes ``xi_exc``, ``xi_1`` becomes ``xi_exc_1``."""
        word = self.prefix.strip("_")
        return {n: f"xi_{word}{n.removeprefix('xi')}" if word else n for n in self.part.noise_sources}

    def _current(self, key: str, name: str) -> Definition:
        """All that the part adds to one input, as one intermediate."""
        own = [c for c in self.part.couplings if f"post_{c.target}" == key]
        total = self._of(own[0].value)
        for coupling in own[1:]:
            total = ast.copy_location(ast.BinOp(total, ast.Add(), self._of(coupling.value)), total)
        return Definition(name, total, f"added to {self.inputs[key]}", self._span(own[0].span))

    def _of(self, expr: ast.expr) -> ast.expr:
        """An expression of the part in the words of the composed system."""
        moved: ast.expr = Renamed(self.names, self.random).visit(copy.deepcopy(expr))
        ast.increment_lineno(moved, self.shift - 1)
        return moved

    def _span(self, span: Span | None) -> Span | None:
        below = self.shift - 1
        return span and replace(span, line=span.line + below, end_line=span.end_line + below)

    def _definition(self, given: Definition) -> Definition:
        return replace(given, name=self.names[given.name], expr=self._of(given.expr), span=self._span(given.span))

    def _delay(self, given: Delay) -> Delay:
        names = self.names
        return replace(
            given, name=names[given.name], state=names.get(given.state, given.state), time=self._of(given.time),
            span=self._span(given.span),
        )  # fmt: skip

    def _state(self, given: State) -> State:
        moved = _state(given, self._of)
        noise = tuple(replace(n, source=self.names[n.source]) for n in moved.noise)

        def kept(expr: ast.expr | None) -> ast.expr | None:
            return None if expr is None else self._of(expr)

        return replace(
            moved, name=self.names[given.name], noise=noise, span=self._span(given.span), initial=kept(given.initial),
            initial_slope=kept(given.initial_slope), history=kept(given.history), order=kept(given.order),
        )  # fmt: skip

    def _event(self, given: Event) -> Event:
        actions = tuple(
            replace(a, target=self.names[a.target], span=self._span(a.span))
            if isinstance(a, Assign)
            else replace(a, state=self.names[a.state], span=self._span(a.span))
            for a in _event(given, self._of).actions
        )
        name, condition = self.names[given.name], self._of(given.condition)
        return replace(given, name=name, condition=condition, actions=actions, span=self._span(given.span))

    def _function(self, given: Function) -> Function:
        def moved(node: ast.FunctionDef | None) -> ast.FunctionDef | None:
            return node and ast.increment_lineno(RenamedCalls(self.names).visit(copy.deepcopy(node)), self.shift - 1)

        node = moved(given.node)
        assert node is not None
        span = self._span(given.span)
        return replace(given, name=self.names[given.name], node=node, loops=moved(given.loops), span=span)

    def _sorted(
        self, still: list[Definition], named: list[Definition], states: tuple[State, ...], delays: tuple[Delay, ...]
    ) -> tuple[tuple[Definition, ...], tuple[Definition, ...]]:
        """Derived parameters and intermediates, each after those it reads; what has come to move is an intermediate."""
        read = {d.name: names_in(d.expr) for d in [*still, *named]} | {d.name: names_in(d.time) for d in delays}
        try:
            order = in_order(read, lambda name: sorted(read[name]))
        except CircularDefinition as circle:
            raise self._error(f"these would need each other: {circle}.", "Make a state of one of them.") from None
        moving = {"t", *(s.name for s in states), *(d.name for d in delays), *(d.name for d in named)}
        fixed = []
        for name in order:
            if name not in moving and read[name] & moving:
                moving.add(name)
            elif name not in moving:
                fixed.append(name)
        by_name = {d.name: d for d in [*still, *named]}
        return (
            tuple(by_name[n] for n in order if n in fixed),
            tuple(by_name[n] for n in order if n in by_name and n not in fixed),
        )

    def _check_start(self, result: System) -> None:
        """Refuse initial values made of what moves."""
        moving = {d.name for d in result.intermediates} | {d.name for d in result.delays}
        for state in result.states:
            for expr in (state.initial, state.initial_slope, state.history, state.order):
                found = sorted(names_in(expr) & moving) if expr is not None else []
                if found and expr is not None:
                    advice = "Make it of parameters and of other initial values."
                    message = f"the start or the order of '{state.name}' reads '{found[0]}', which changes in time."
                    raise self._error(message, advice, result.place(expr) if hasattr(expr, "lineno") else None)


def _variables(system: System) -> set[str]:
    named = {d.name for d in system.derived + system.intermediates} | {d.name for d in system.delays}
    return {*system.state_names, *system.parameter_names} | named


def _read(system: System) -> set[str]:
    """Names that a system's expressions read, those of the spikes of its two sides left out."""
    spikes = {e.condition for e in system.events if e.side}
    return {name for e in system.expressions() if e not in spikes for name in names_in(e)}


def _padded(text: str, lines: int) -> list[str]:
    own = text.splitlines()
    return [*own, *[""] * (lines - len(own))]


def _state(state: State, of: Callable[[ast.expr], ast.expr]) -> State:
    """A state with another drift and other amplitudes of noise."""
    noise = tuple(replace(n, amplitude=of(n.amplitude)) for n in state.noise)
    return replace(state, drift=None if state.drift is None else of(state.drift), noise=noise)


def _event(event: Event, of: Callable[[ast.expr], ast.expr]) -> Event:
    actions = tuple(
        replace(a, value=of(a.value)) if isinstance(a, Assign) else replace(a, duration=of(a.duration))
        for a in event.actions
    )
    return replace(event, condition=of(event.condition), actions=actions)
