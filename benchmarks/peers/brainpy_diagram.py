"""Equilibria of a model of two variables over its current in BrainPy: a grid of currents.

    python brainpy_diagram.py TASK CYCLES START

START is not used: BrainPy looks for equilibria at each current. It labels no points; where stability changes from one
current to the next stands for a Hopf point or a fold. It has no cycles beside those of simulations.
"""

import json
import sys
import time

import brainpy as bp
import brainpy.math as bm
import numpy as np
from diagram_tasks import TASKS

task = TASKS[sys.argv[1]]
if len(task.box) > 2 or sys.argv[2] == "1":
    print(json.dumps({"refused": "its diagrams are of equilibria, of one or two variables"}), flush=True)
    sys.exit()
bm.enable_x64()
bm.set_platform("cpu")
drift = bp.odeint(
    bp.JointEq(
        lambda V, t, w, I: task.drift(bm, (V, w), I)[0],
        lambda w, t, V, I: task.drift(bm, (V, w), I)[1],
    )
)
STEP = (task.range[1] - task.range[0]) / 2000  # a peer's accuracy: a finer grid takes as much longer


def run():
    analyzer = bp.analysis.Bifurcation2D(
        drift, target_vars=dict(zip("Vw", map(list, task.box), strict=True)), target_pars={"I": list(task.range)},
        resolutions={"I": STEP}, options={"fy::y=f(x)": lambda V, I: task.second(bm, V)},
    )  # fmt: skip
    _, currents, jacobians = analyzer.plot_bifurcation(with_plot=False, with_return=True, num_rank=10)
    currents = np.asarray(currents)[:, 0]
    order = np.argsort(currents)
    unstable = (np.linalg.eigvals(np.asarray(jacobians))[order].real > 0).any(axis=1)
    return currents[order], unstable


print(json.dumps({"versions": {"brainpy": bp.__version__, "numpy": np.__version__}}), flush=True)
for _ in sys.stdin:
    wall, begin = time.perf_counter(), time.process_time()
    at, unstable = run()
    changes = np.flatnonzero(unstable[1:] != unstable[:-1])
    points = {"change of stability": [float((at[k] + at[k + 1]) / 2) for k in changes]}
    cpu, seconds = time.process_time() - begin, time.perf_counter() - wall
    answer = {"seconds": seconds, "cpu": cpu, "points": points, "reached": [float(at.min()), float(at.max())]}
    print(json.dumps(answer), flush=True)
