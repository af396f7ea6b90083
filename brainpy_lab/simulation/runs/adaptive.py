"""Runs in the adaptive loop: so many steps at a time, looking up between, and the dense output they leave."""

from __future__ import annotations

import time
from collections.abc import Mapping

import numpy as np

from brainpy_lab.drivers.adaptive import control as loop
from brainpy_lab.simulation.runs.adaptive_code import AdaptiveCode
from brainpy_lab.simulation.runs.adaptive_history import make_tables
from brainpy_lab.simulation.runs.adaptive_state import AdaptiveState
from brainpy_lab.simulation.runs.delays import Reach
from brainpy_lab.simulation.runs.plan import Plan, Result
from brainpy_lab.simulation.values.history import History
from brainpy_lab.simulation.values.problem import Problem


def run_adaptive(
    code: AdaptiveCode,
    problem: Problem,
    plan: Plan,
    delays: tuple[Mapping[str, History], Reach] | None = None,
    compile_time: float = 0.0,
) -> Result:
    """Run compiled code and collect what was asked for."""
    started = time.perf_counter()
    tables = code.no_past
    if delays is not None:
        histories, reach = delays
        given = (plan.t0, reach, code.shape.powers, code.tolerances.rtol, code.shape.moving)
        tables = make_tables(problem, histories, *given)
    state = AdaptiveState(code, problem, plan, tables)
    with np.errstate(all="ignore"):
        outcome = state.go()
    clock = state.clock
    totals = (clock[0] if len(clock) == 1 else clock.sum(axis=0)).tolist()
    stats = {
        "compile_time": compile_time,
        "wall_time": time.perf_counter() - started,
        "steps": int(totals[loop.ACCEPTED]),
        "rejected": int(totals[loop.REJECTED]),
        "evaluations": int(totals[loop.EVALUATIONS]),
        "stiff": totals[loop.STIFFNESS] > 0.0,
        "rtol": code.tolerances.rtol,
        "atol": max(code.tolerances.atol.tolist(), default=0.0),
    }
    return state.result(outcome, stats)
