"""Runs in the adaptive loop: so many steps at a time, looking up between, and the dense output they leave."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping

import numpy as np

from brainpy_lab.drivers.adaptive import control as loop
from brainpy_lab.simulation.runs.adaptive.code import AdaptiveCode
from brainpy_lab.simulation.runs.adaptive.history import make_tables, tables_from
from brainpy_lab.simulation.runs.adaptive.standpoint import DiffersError
from brainpy_lab.simulation.runs.adaptive.state import AdaptiveState
from brainpy_lab.simulation.runs.delays import DelayRange
from brainpy_lab.simulation.runs.plan import Plan
from brainpy_lab.simulation.solution.outcome import Outcome
from brainpy_lab.simulation.solution.record import Record
from brainpy_lab.simulation.values.history import History
from brainpy_lab.simulation.values.problem import Problem

Delays = tuple[Mapping[str, History], DelayRange]  # histories, and how far back they are read


def run_adaptive(
    code: AdaptiveCode,
    problem: Problem,
    plan: Plan,
    delays: Delays | None = None,
    compile_time: float = 0.0,
) -> Record:
    """Run compiled code and collect what was asked for."""
    started = time.perf_counter()
    state, outcome = _gone_on(code, problem, plan, delays) or _gone(_begun(code, problem, plan, delays))
    clock = state.clock
    totals = (clock - state.before).sum(axis=0).tolist()
    stats = {
        "compile_time": compile_time,
        "wall_time": time.perf_counter() - started,
        "steps": int(totals[loop.ACCEPTED]),
        "rejected": int(totals[loop.REJECTED]),
        "evaluations": int(totals[loop.EVALUATIONS]),
        "stiff": bool(clock[:, loop.STIFFNESS].any()),
        "rtol": code.tolerances.rtol,
        "atol": max(code.tolerances.atol.tolist(), default=0.0),
    }
    return state.result(outcome, stats)


def _begun(code: AdaptiveCode, problem: Problem, plan: Plan, delays: Delays | None) -> AdaptiveState:
    """A run that stands at its start, with the states and histories there."""
    tables = code.no_past
    if delays is not None:
        histories, reach = delays
        given = (plan.t0, reach, code.shape.powers, code.tolerances.rtol, code.shape.moving)
        tables = make_tables(problem, histories, *given)
    return AdaptiveState(code, problem, plan, tables)


def _gone(state: AdaptiveState) -> tuple[AdaptiveState, Outcome]:
    with np.errstate(all="ignore"):
        return state, state.go()


def _gone_on(
    code: AdaptiveCode, problem: Problem, plan: Plan, delays: Delays | None
) -> tuple[AdaptiveState, Outcome] | None:
    """A run from where an earlier one stood; None where it is not the earlier one gone on."""
    earlier = plan.earlier
    dt = 0.0 if code.method.is_adaptive else plan.dt
    if earlier is None or not earlier.fits(code.key(dt, plan.noise.seed), math.prod(code.slots.lanes)):
        return None
    tables = code.no_past
    if delays is not None:
        tables = tables_from(earlier.arrays, code.system, delays[1], code.shape.moving)
    try:
        state, outcome = _gone(AdaptiveState(code, problem, plan, tables, earlier))
    except DiffersError:
        return None
    if state.now < plan.t0:  # stopped before the earlier run's end: nothing has come of it
        state = _begun(code, problem, plan, delays)
        state.continuation.waiting = earlier
    return state, outcome
