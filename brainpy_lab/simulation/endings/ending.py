"""Why a run cannot go on from where it stood: the equations there, just beyond, or the solution itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from brainpy_lab.simulation.endings.cause import Standing
from brainpy_lab.solvers import Method
from brainpy_lab.solvers.noisy import NoisyMethod
from brainpy_lab.solvers.runge_kutta import ExplicitRungeKutta

GROWN = 1e30  # a state beyond was made by the steps, or by growth that no model means
LARGEST = 1e290  # a state beyond has grown: its next step, or its product with a rate, passes 1.8e308
_CHANGE = "change the equation there, or what leads to it"
_SINGULAR = 1e-10  # of the time run so far: a derivative that changes its state as a whole in less has no bound
_STEEP = 1e6  # times as large as at the start: a derivative that grows, and no state that is zero by chance
_BEYOND = (4e-15, 1e-13, 1e-11)  # of the time and of the run: how far beyond its end a run is followed

#: Length of the interval of stability on the negative real axis of explicit methods with as many stages as their order
#: (E. Hairer, G. Wanner (1996). Solving Ordinary Differential Equations II, section IV.2.
#: doi:10.1007/978-3-642-05221-7).
_LIMITS = {1: 2.0, 2: 2.0, 3: 2.51, 4: 2.79}


def why_it_ended(stand: Standing, begin: float, method: Method | None) -> str | None:
    """What a run with steps as short as there are has met, and what to do; None where nothing is found."""
    if largest(stand.values) < GROWN and stand.cause:
        return f"{stand.cause}\n  No shorter step and no other method makes it finite: {_CHANGE}."
    span = max(abs(stand.time), abs(stand.time - begin), 1e-290)  # a run from 0 that ended at once
    whole = _of_the_solution(stand, replace(stand, values=stand.problem.states, time=begin), span)
    if whole is not None:
        return whole
    further = beyond(stand, [span * part for part in _BEYOND])
    if further is not None:
        return (
            f"{further}\n  The solution itself leads there, and neither shorter steps nor another method get past it: "
            "change the equation there, or end the run before."
        )
    matrix = stand.jacobian()
    if matrix is not None and not np.isfinite(matrix).all() and method is not None and method.needs_jacobian:
        return (
            f"The equations are finite there, but their derivatives by the states, which '{method.name}' takes, are "
            "not. An explicit method does without: method='rkdp'."
        )
    return None


def _of_the_solution(stand: Standing, start: Standing, span: float) -> str | None:
    """That the solution has grown, or that its derivative grows, beyond all bounds; None where it does not."""
    states = {s: float(np.abs(stand.known[s]).max()) for s in stand.problem.system.state_names}
    matrix = stand.jacobian()
    fastest = None
    if matrix is not None and np.isfinite(matrix).all():
        fastest = max(np.linalg.eigvals(matrix), key=abs, default=None)
    if fastest is not None and fastest.real < -abs(fastest.imag) and abs(fastest) * span > 1.0 / _SINGULAR:
        return (
            f"The model is very stiff there: an eigenvalue is {fastest.real:.3g}. Take a stiff method: method='rodas4'."
        )
    for state, slope in stand.slopes.items():
        # 1e-200: never 0, or a state that rests at 0 would be steep with any derivative
        usual = max(float(np.abs(start.known[state]).max()), start.slopes[state] * span, 1e-200)
        if slope * span > max(_STEEP * usual, states[state] / _SINGULAR):
            return (
                f"d{state}/dt grows beyond all bounds there (it is {slope:.2g}, and {state} is {states[state]:.3g}): "
                f"the solution itself has a singularity at t = {stand.time:.6g}, and neither shorter steps nor another "
                f"method get past it. End the run before, or change the equation of {state}."
            )
    grown = max(states, key=lambda s: states[s], default=None)
    if grown is not None and states[grown] > LARGEST:
        return (
            f"{grown} has grown to {states[grown]:.2g}, and numbers end at 1.8e+308: the solution itself grows so, and "
            f"neither shorter steps nor another method keep it smaller. End the run before, or bound {grown} in its "
            "equation."
        )
    return None


def beyond(stand: Standing, steps: Iterable[float]) -> str | None:
    """What is not finite a little further along the derivatives; None where all is."""
    with np.errstate(all="ignore"):
        for step in steps:
            place = stand.moved(step)
            if all(np.isfinite(v).all() for v in place.values.values()) and place.cause:
                cause = place.cause.replace(" is not finite there", " is not finite", 1)
                return f"The next step leads to where {cause}"
    return None


def largest(values: Mapping[str, Any]) -> float:
    """The largest of the states' absolute values."""
    return max((float(np.abs(v).max()) for v in values.values()), default=0.0)


def too_long(stands: Iterable[Standing], method: Method | None, dt: float) -> str | None:
    """That an explicit method's step lies beyond its limit of stability at one of ``stands``, where that is so."""
    if not isinstance(method, ExplicitRungeKutta | NoisyMethod):
        return None
    limit = _LIMITS[1] if method.handles_noise else _LIMITS.get(int(method.order), 2.79)
    others = "'exponential_euler'" if method.handles_noise else "'exponential_euler', 'backward_euler' or 'rodas4'"
    for stand in stands:
        if largest(stand.values) > GROWN:  # where the steps have led, and no solution
            continue
        matrix = stand.jacobian()
        if matrix is None or not np.isfinite(matrix).all() or not matrix.size:
            continue
        fastest = min(np.linalg.eigvals(matrix), key=lambda value: value.real)
        if fastest.real < -abs(fastest.imag) and abs(fastest) * dt > limit:
            return (
                f"The model is stiff for '{method.name}': an eigenvalue is {fastest.real:.3g}, and steps are stable "
                f"below {limit / abs(fastest):.3g} (dt is {dt:g}). Take method={others}, or such a dt."
            )
    return None
