"""Rows of records as the variables that were asked for."""

from __future__ import annotations

import numpy as np

from brainpy_lab.networks.code.edited import changed_functions
from brainpy_lab.networks.runs.currents import computed
from brainpy_lab.networks.runs.plan import Plan
from brainpy_lab.simulation.runs.warning import warn


def recorded(plan: Plan, rows: np.ndarray, step: int) -> dict[tuple[str, str], np.ndarray]:
    """The values of each variable, (records, *shape), by key and name; ``step`` is that of the first record."""
    found, column = {}, 0
    for w in plan.record:
        values = rows[:, column : column + w.width]
        column += w.width
        if w.trace is not None:
            values = plan.traces[w.trace].recorded(values, step, plan.every, w.record.index)
        elif w.current is not None and w.reads:
            values = computed(plan, w.current, values, step, w.record.index)
        found[w.key, w.name] = values.mean(axis=1) if w.is_mean else values.reshape(len(rows), *w.shape)
    return found


def warn_of_edits(plan: Plan) -> None:
    """Say what is worked out from the model's equations where the code of the step says something else."""
    outside = [f"'{w.name}' of {w.key}" for w in plan.record if w.reads or w.trace is not None]
    changed = changed_functions(plan.code, plan.assembly.code) if outside and plan.code.edited else ()
    if changed:
        warn(
            f"record: {', '.join(outside)}: computed from recorded states by the model's equations, not by the edited "
            f"code ({', '.join(changed)}). Where the edit changes what they say, record the states and compute it from "
            f"them, or net.revert(backend='{plan.code.backend}')."
        )
