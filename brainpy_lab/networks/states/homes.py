"""Where each variable of a synapse lives: with the target, with one side's cells, or with the connections.

What the equations prove is taken; nothing is assumed. A state is *lumped*, one value a target cell, where it and all
that reads it are linear with coefficients that all connections of a target share: the sum over connections then obeys
the same equations. It is kept once a presynaptic (postsynaptic) cell where nothing of the connection or the other side
reaches it. All else has one value a connection.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from brainpy_lab.codegen.arrival import added
from brainpy_lab.codegen.draws import is_drawn
from brainpy_lab.codegen.printing import names_used
from brainpy_lab.equations.reduced import equations_of
from brainpy_lab.equations.system import Assign, Event, State, System

Home = Literal["post", "lumped", "pre", "connection"]
#: Of a synapse whose connections may act together.
NO_TURNS: Mapping[str, str] = {}


@dataclass(frozen=True)
class Homes:
    """Where the states of a synapse live.

    Attributes
    ----------
    of : mapping of str to str
        "lumped" (in the target's equations), "pre" or "post" (once a cell of that side), "connection".
    why : mapping of str to str
        Why a state has no home nearer to the cells.
    """

    of: Mapping[str, Home]
    why: Mapping[str, str] = field(default_factory=dict)

    def at(self, home: Home) -> tuple[str, ...]:
        """The states that live there."""
        return tuple(n for n, h in self.of.items() if h == home)


def homes(
    system: System,
    varying: Iterable[str],
    *,
    spread: Mapping[str, bool],
    kept: Mapping[str, str] = NO_TURNS,
    turns: Mapping[str, str] = NO_TURNS,
) -> Homes:
    """Find the home of each state of a synapse.

    Parameters
    ----------
    system : System
    varying : iterable of str
        Parameters, and states by their initial values, that differ between connections.
    spread : mapping of str to bool
        For "pre" and "post": whether spikes of that side reach its connections after different delays.
    kept : mapping of str to str
        States that are to have one value a "connection", or one a cell of the side "pre".
    turns : mapping of str to str
        The blocks whose connections take turns, and why.
    """
    finder = _Finder(system, set(varying), dict(spread), kept, turns)
    lumped = finder.lumped()
    sides: dict[str, Home] = {}
    for side in ("pre", "post"):
        for name in finder.kept_by(side, set(lumped)):
            sides.setdefault(name, "pre" if side == "pre" else "post")
    found: dict[str, Home] = {}
    for state in system.states:
        found[state.name] = "lumped" if state.name in lumped else sides.get(state.name, "connection")
    apart = {n: finder.apart[n] for n, home in kept.items() if home == "pre" and n in finder.apart}
    why = finder.why | apart | dict.fromkeys(finder.drawn, "it is drawn for each connection")
    return Homes(found, {n: w for n, w in why.items() if found[n] != "lumped"})


class _Finder:
    def __init__(
        self,
        system: System,
        varying: set[str],
        spread: dict[str, bool],
        kept: Mapping[str, str],
        turns: Mapping[str, str],
    ) -> None:
        self.system, self.varying, self.spread = system, varying, spread
        self.forced = {n for n, home in kept.items() if home == "connection"}
        self.unsummed = self.forced | {n for n, home in kept.items() if home == "pre"}
        #: Why a state differs between the connections of a presynaptic cell.
        self.apart: dict[str, str] = {}
        self.named = {d.name: d.expr for d in system.derived + system.intermediates}
        self.why: dict[str, str] = {}
        self.delayed, self.turns = {d.name for d in system.delays}, turns
        assigned = [a for e in system.events for a in e.actions if isinstance(a, Assign)]
        self.drawn = {a.target for a in assigned if a.target in system.state_names and is_drawn(a.value)}

    def read(self, *expressions: ast.expr) -> set[str]:
        """Names that expressions read, through whatever they are made of."""
        return self.system.names_read(*expressions)

    # --- lumped ------------------------------------------------------------------------------------------------------

    def lumped(self) -> tuple[str, ...]:
        """The states whose sums over the connections of a target obey their own equations."""
        found = [s for s in self.system.states if s.drift is not None]
        while True:
            names = {s.name for s in found}
            failed = {s.name: reason for s in found if (reason := self._obstacle(s, names))}
            self.why |= failed
            if not failed:
                return tuple(s.name for s in found)
            found = [s for s in found if s.name not in failed]

    def _obstacle(self, state: State, names: set[str]) -> str:
        """Why a state cannot be summed over connections, as things stand; "" where it can."""
        name, system = state.name, self.system
        assert state.drift is not None
        if name in self.unsummed:
            return "kept says so"
        if name in self.varying:
            return "its initial values differ"
        if state.noise or state.order is not None:
            return "it has noise of its own" if state.noise else "it is fractional"
        if state.initial is not None and not (isinstance(state.initial, ast.Constant) and state.initial.value == 0):
            return "it does not begin at 0"
        if self._degree(state.drift, names) != 1 and not _is_zero(state.drift):
            return "its equation is not linear in it with coefficients that all connections share"
        for other in system.states:
            if other.name not in names and name in self.read(*equations_of([other])):
                return f"'{other.name}', which is no sum, reads it"
        for event in system.events:
            if reason := self._event_obstacle(event, name, names):
                return reason
        for coupling in system.couplings:
            if name in self.read(coupling.value):
                if coupling.side == "pre":
                    return "it acts on the presynaptic side"
                if self._degree(coupling.value, names) != 1:
                    return f"post.{coupling.target} is not linear in it with coefficients that all connections share"
        if any(name in names_used(d.time) or d.state == name for d in system.delays):
            return "it is read at earlier times"
        return ""

    def _event_obstacle(self, event: Event, name: str, names: set[str]) -> str:
        for action in event.actions:
            value = action.value if isinstance(action, Assign) else action.duration
            if not isinstance(action, Assign):
                continue
            if action.target == name and event.side == "every":
                return "a block that runs every T changes it"
            if action.target == name:
                more = added(value, name)
                if more is None or self.read(more) & names:
                    return "a spike does more than add to it"
                if event.side == "post":
                    return "spikes of the target change it"
            elif name in self.read(value):
                return f"the block of a spike reads it for '{action.target}'"
        return "" if event.side or name not in self.read(event.condition) else "an event tests it"

    def _degree(self, expr: ast.expr, names: set[str]) -> int | None:
        """1 of what is linear in ``names``, 0 of what is free of them; None of all else.

        Coefficients must be shared by all connections of a target.
        """
        match expr:
            case ast.Constant():
                return 0
            case ast.Name(id=name):
                if name in names:
                    return 1
                if name in self.named:
                    return self._degree(self.named[name], names)
                return 0 if self._is_shared(name) else None
            case ast.UnaryOp(op=ast.USub() | ast.UAdd()):
                return self._degree(expr.operand, names)
            case ast.BinOp(op=ast.Add() | ast.Sub()):
                left, right = self._degree(expr.left, names), self._degree(expr.right, names)
                return left if left == right else None
            case ast.BinOp(op=ast.Mult()):
                left, right = self._degree(expr.left, names), self._degree(expr.right, names)
                return None if left is None or right is None or left + right > 1 else left + right
            case ast.BinOp(op=ast.Div()):
                return self._degree(expr.left, names) if self._degree(expr.right, names) == 0 else None
            case ast.IfExp():
                if self._degree(expr.test, names) != 0:
                    return None
                body, other = self._degree(expr.body, names), self._degree(expr.orelse, names)
                return body if body == other else None
        inner = [self._degree(c, names) for c in ast.iter_child_nodes(expr) if isinstance(c, ast.expr)]
        if isinstance(expr, ast.Call):
            inner = [self._degree(a, names) for a in expr.args]
        return 0 if all(d == 0 for d in inner) else None

    def _is_shared(self, name: str) -> bool:
        """Whether all connections of a target have one value of ``name``."""
        if name in self.varying or name in self.system.state_names or name in self.delayed:
            return False
        return not name.startswith("pre_")

    # --- once a cell -------------------------------------------------------------------------------------------------

    def kept_by(self, side: Literal["pre", "post"], lumped: set[str]) -> tuple[str, ...]:
        """The states that are the same in all connections of a cell of ``side``."""
        if self.spread[side]:
            reason = f"spikes of a {side}synaptic cell reach its connections after different delays"
            return self._none_of(side, {s.name: reason for s in self.system.states})
        assigned = {a.target for e in self.system.events for a in e.actions if isinstance(a, Assign)}
        left = [s for s in self.system.states if s.name not in lumped | self.forced | self.varying]
        found = [s for s in left if s.drift is not None or s.name in assigned]
        self._none_of(side, dict.fromkeys(self.varying, "its initial values differ"))
        while True:
            names = {s.name for s in found}
            apart = {s.name: reason for s in found if (reason := self._apart(s, side, names))}
            self._none_of(side, apart)
            if not apart:
                return tuple(s.name for s in found)
            found = [s for s in found if s.name not in apart]

    def _none_of(self, side: str, why: Mapping[str, str]) -> tuple[str, ...]:
        """Note why states are not kept once a presynaptic cell."""
        if side == "pre":
            self.apart |= why
        return ()

    def _apart(self, state: State, side: str, names: set[str]) -> str:
        """Why a state differs between connections of a cell, as things stand; "" where it does not."""
        values = [e for e in (state.drift,) if e is not None]
        if state.noise or state.order is not None:
            return "it has noise of its own" if state.noise else "it is fractional"
        if any(d.state == state.name for d in self.system.delays):
            return "it is read at earlier times"
        if state.name in self.drawn:
            return "it is drawn for each connection"
        for event in self.system.events:
            for action in event.actions:
                if isinstance(action, Assign) and action.target == state.name:
                    if event.side != side:
                        return f"the block of {event.name} sets it"
                    if why := self.turns.get(event.name):
                        self.why[state.name] = f"connections take turns in the block of {event.name}: {why}"
                        return self.why[state.name]
                    values.append(action.value)
        other = [n for n in sorted(self.read(*values)) if not self._is_of(side, n, names)]
        return (
            f"it reads '{other[0].replace('post_', 'post.', 1)}', which differs between connections of a cell"
            if other
            else ""
        )

    def _is_of(self, side: str, name: str, names: set[str]) -> bool:
        """Whether ``name`` has one value a cell of ``side``."""
        if name in names or name == "t" or name in self.named:
            return True
        if name.startswith(("pre_", "post_")):
            return name.startswith(f"{side}_")
        return name not in self.varying and name not in self.system.state_names and name not in self.delayed


def _is_zero(expr: ast.expr) -> bool:
    return isinstance(expr, ast.Constant) and expr.value == 0
