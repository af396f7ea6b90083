"""Fractional orders given beside a function: a System with them in place."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from brainpy_lab.equations.system import Parameter, State, System
from brainpy_lab.errors import ArgumentError, did_you_mean


def with_orders(system: System, order: Any, slopes: Mapping[str, float]) -> System:
    """``system`` with the orders and initial slopes that `brainpy_lab.fdeint` was given.

    Raises
    ------
    ArgumentError
        An order out of range, or of something that is no state.
    """
    if isinstance(order, int) and abs(order) > 2:
        raise ArgumentError(f"An order is above 0 and at most 2, not {order!r:.40}.")
    moving = [s.name for s in system.states if s.drift is not None]
    by_state = dict(order) if isinstance(order, Mapping) else dict.fromkeys(moving, order)
    for what, names in (("order", by_state), ("slopes", slopes)):
        for name in names:
            if name not in moving:
                raise ArgumentError(
                    f"{what} names '{name}', which is no state of '{system.name}' with a derivative.",
                    advice=did_you_mean(str(name), moving) or f"It has: {', '.join(moving)}.",
                )
    values = {p.name: p.value for p in system.parameters}
    added: dict[str, Parameter] = {}
    states = []
    for state in system.states:
        if state.name not in by_state:
            if state.name in slopes:
                raise ArgumentError(f"An initial slope belongs to an order above 1; '{state.name}' is of order 1.")
            states.append(state)
            continue
        parameter = _parameter(system, state, by_state[state.name], isinstance(order, Mapping))
        value = values.get(parameter.name, parameter.value)
        if parameter.name not in values:
            added[parameter.name] = parameter
        states.append(_with_order(state, parameter.name, value, slopes.get(state.name)))
    return replace(system, states=tuple(states), parameters=(*system.parameters, *added.values()))


def _parameter(system: System, state: State, order: Any, own: bool) -> Parameter:
    """The parameter that holds a state's order: one of the function's, or one that is added."""
    if isinstance(order, str):
        if order not in system.parameter_names:
            raise ArgumentError(
                f"The order of '{state.name}' names '{order}', which is no parameter of '{system.name}'.",
                advice=did_you_mean(order, system.parameter_names) or "Give a number or the name of a parameter.",
            )
        return next(p for p in system.parameters if p.name == order)
    if isinstance(order, bool) or not isinstance(order, int | float | np.number):
        raise ArgumentError(
            f"The order of '{state.name}' must be a number or the name of a parameter, not {order!r}.",
            advice="Compare orders in a run: m.run(10.0, order=np.linspace(0.5, 1, 6)).",
        )
    name = f"order_{state.name}" if own else "order"
    if name in (*system.parameter_names, *system.state_names):
        raise ArgumentError(
            f"'{name}' is already a name of '{system.name}'.", advice=f"Pass the parameter's name: order='{name}'."
        )
    return Parameter(name, float(order), description=f"order of {state.name if own else 'the derivatives'}")


def _with_order(state: State, parameter: str, value: Any, slope: float | None) -> State:
    number = float(np.ravel(value)[0])
    if not 0 < number <= 2:
        raise ArgumentError(f"The order of '{state.name}' is {number:g}; it lies above 0 and at most at 2.")
    if slope is not None and number <= 1:
        raise ArgumentError(f"An initial slope belongs to an order above 1; that of '{state.name}' is {number:g}.")
    expr = None if slope is None else ast.Constant(float(slope))
    return replace(state, order=ast.Name(parameter, ast.Load()), initial_slope=expr)
