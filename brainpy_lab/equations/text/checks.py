"""Checks that need values: delays that look ahead, orders out of range, noise where none can be."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping

from brainpy_lab.equations import constants
from brainpy_lab.equations.names import is_noise, names_in, substitute
from brainpy_lab.equations.source import Source
from brainpy_lab.equations.system import Delay, Parameter, State
from brainpy_lab.equations.text.definitions import Definitions
from brainpy_lab.equations.text.draft import Draft

#: Times at which a delay is tried out: the start, and later ones, where a delay that shrinks with t is negative.
_TIMES = (0.0, 1.0, 10.0, 1000.0)


def _default_value(
    expression: ast.expr, parameters: Mapping[str, Parameter], definitions: Definitions, **names: float
) -> float | None:
    """Value with the parameters' own values; None when it depends on more, is an array, or cannot be computed."""
    known = {n: p.value for n, p in parameters.items() if isinstance(p.value, float)} | names
    replacements: dict[str, ast.expr] = {n: ast.Constant(v) for n, v in known.items()}
    try:
        value = constants.evaluate(substitute(definitions.inline(expression, derived=True), replacements))
    except (constants.NotConstant, constants.BadConstant):
        return None
    return value if isinstance(value, float) else None


def check_no_noise(source: Source, expression: ast.expr, where: str, noisy: Iterable[str] = ()) -> None:
    """Raise when ``expression`` reads white noise."""
    for node in ast.walk(expression):
        if isinstance(node, ast.Name) and (is_noise(node.id) or node.id in set(noisy)):
            raise source.error(
                f"White noise '{node.id}' cannot stand in {where}.",
                node,
                "Noise belongs to the right side of dV/dt = f + g*xi.",
            )


def check_delays(
    source: Source, delays: Iterable[Delay], parameters: Mapping[str, Parameter], definitions: Definitions
) -> None:
    """Raise when a delay is negative with the values given: the state would be read ahead of time."""
    for delay in delays:
        check_no_noise(source, delay.time, "a delay", definitions.noisy)
        for time in _TIMES:
            value = _default_value(delay.time, parameters, definitions, t=time)
            if value is not None and value > time + 1e-12 * max(1.0, time):  # t - (tau - tau) may round above t
                raise source.error(
                    f"The delay is negative: at t = {time:g} this reads '{delay.state}' at the time {value:g}.",
                    delay.span,
                    f"A delayed state is written {delay.state}(t - tau) with tau >= 0.",
                )


def check_orders(
    source: Source, draft: Draft, states: Iterable[State], parameters: Mapping[str, Parameter], definitions: Definitions
) -> None:
    """Raise when an order lies outside 0 < order <= 2, depends on states, or has a slope it cannot use."""
    fixed = {*parameters, *(d.name for d in definitions.derived), "pi"}
    for state in states:
        if state.order is None:
            continue
        line = draft.orders[state.name]
        if not names_in(state.order) <= fixed:
            raise source.error(f"The order of '{state.name}' can depend on parameters only.", line.value)
        value = _default_value(state.order, parameters, definitions)
        if value is None:
            continue
        if not 0 < value <= 2:
            raise source.error(
                f"The order of '{state.name}' is {value:g}; it lies above 0 and at most at 2.", line.value
            )
        if value <= 1 and state.name in draft.slopes:
            raise source.error(
                f"An initial slope belongs to an order above 1; that of '{state.name}' is {value:g}.",
                draft.slopes[state.name].name_span,
                "Delete it.",
            )
