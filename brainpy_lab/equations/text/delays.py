"""Delayed states: each ``x(t - tau)`` gets a name that expressions read."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from brainpy_lab.equations.names import in_order, names_in
from brainpy_lab.equations.source import Source
from brainpy_lab.equations.system import Delay
from brainpy_lab.errors import ModelError


class DelayTable(dict[str, Delay]):
    """The delays of a model by name; the same state at the same time is one delay.

    Parameters
    ----------
    source : Source
        The text the calls stand in.
    is_taken : callable
        Whether a name means something else already.
    """

    def __init__(self, source: Source, is_taken: Callable[[str], bool]) -> None:
        super().__init__()
        self.source = source
        self.is_taken = is_taken
        self._timed: set[str] = set()  # delays whose argument is written with t somewhere: y(y(t) - 2)

    def check(self, node: ast.Call, state: str, arguments: Sequence[ast.expr]) -> ast.expr:
        """The time of the call ``state(time)``; raises ModelSyntaxError when it can be no delay."""
        if len(arguments) != 1 or node.keywords:
            message = f"A delayed state has one argument, the time: {state}(t - tau)."
            raise self.source.error(message, node, f"For a product write {state}*(...).")
        time = arguments[0]
        if isinstance(time, ast.Constant) and time.value == 0:
            advice = f"Give it a name: V_start = ... and {state}(0) = V_start."
            raise self.source.error(f"Equations cannot read the initial value '{state}(0)'.", node, advice)
        return time

    def read(self, node: ast.Call, state: str, time: ast.expr) -> ast.expr:
        """What stands for ``state(time)``: the state itself when the time is ``t``, else the delay's name."""
        if isinstance(time, ast.Name) and time.id == "t":
            return ast.copy_location(ast.Name(state, ast.Load()), node)
        known = (d.name for d in self.values() if d.state == state and ast.dump(d.time) == ast.dump(time))
        name = next(known, None)
        if name is None:
            name = self._fresh(state)
            self[name] = Delay(name, state, time, self.source.node_span(node))
        if "t" in names_in(node):
            self._timed.add(name)
        return ast.copy_location(ast.Name(name, ast.Load()), node)

    def settle(self, inline: Callable[[ast.expr], ast.expr]) -> tuple[Delay, ...]:
        """The delays in an order that can be computed, their times brought to states, parameters and ``t``."""
        delays = {d.name: Delay(d.name, d.state, inline(d.time), d.span) for d in self.values()}
        for delay in delays.values():
            if "t" not in names_in(delay.time) and delay.name not in self._timed:
                raise self._no_time(delay)
        order = in_order(delays, lambda name: sorted(names_in(delays[name].time)))
        return tuple(delays[name] for name in order)

    def _no_time(self, delay: Delay) -> ModelError:
        call = f"{delay.state}({ast.unparse(delay.time)})"
        advice = f"A delay is written {delay.state}(t - tau); a product {delay.state}*({ast.unparse(delay.time)})."
        return self.source.error(f"'{call}' is no delayed state.", delay.span, advice)

    def neutral(self, node: ast.Call, name: str) -> ModelError:
        """The error for the derivative of a delayed state: ``dx(t - tau)``, where ``name`` is ``dx``."""
        state = name[1:]
        message = f"'{name}(...)' is the derivative of '{state}' at another time: the equation would be neutral."
        advice = f"No solver here follows neutral equations; delayed values, {state}(t - tau), can be used."
        return self.source.error(message, node, advice)

    def _fresh(self, state: str) -> str:
        name, number = f"{state}_delayed", 2
        while name in self or self.is_taken(name):
            name, number = f"{state}_delayed_{number}", number + 1
        return name
