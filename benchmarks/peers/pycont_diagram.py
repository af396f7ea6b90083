"""Diagrams over the current in PyCont-Lite: equilibria with folds, branch and Hopf points, and cycles from these.

    python pycont_diagram.py TASK CYCLES START

CYCLES is 0 or 1; START holds the states at the beginning of the range, as JSON. Each line of input is answered with the
seconds taken, those of the processor, and the special points by kind. It gives cycles, of 256 points, no labels.
"""

import io
import json
import sys
import time
from contextlib import redirect_stdout

import numpy as np
import pycont
from diagram_tasks import TASKS

KINDS = {"LP": "fold", "BP": "branch point", "HB": "hopf"}
task, cycles, start = TASKS[sys.argv[1]], sys.argv[2] == "1", json.loads(sys.argv[3])
low, high = task.range
settings = {
    "tolerance": 1e-9, "nk_maxiter": 100, "param_min": low, "param_max": high, "initial_directions": "increase_p",
    "hopf_detection": True, "limit_cycle_continuation": cycles,
}  # fmt: skip


def drift(u, p):
    return np.array(task.drift(np, u, p))


print(json.dumps({"versions": {"pycont-lite": pycont.__version__, "numpy": np.__version__}}), flush=True)
for _ in sys.stdin:
    wall, begin = time.perf_counter(), time.process_time()
    with redirect_stdout(io.StringIO()):  # SciPy's solver tells each step
        result = pycont.arclengthContinuation(
            drift, np.array(start), low, 1e-7, task.longest, task.longest / 10, 400,
            solver_parameters=settings, verbosity="off",
        )  # fmt: skip
    points = {}
    for event in result.events:
        if event.kind in KINDS:
            points.setdefault(KINDS[event.kind], []).append(float(event.p))
    of_kind = [b.p_path for b in result.branches if b.is_lc == cycles]
    reached = [float(min(map(np.min, of_kind))), float(max(map(np.max, of_kind)))] if of_kind else None
    cpu, seconds = time.process_time() - begin, time.perf_counter() - wall
    print(json.dumps({"seconds": seconds, "cpu": cpu, "points": points, "reached": reached}), flush=True)
