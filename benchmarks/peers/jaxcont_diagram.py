"""Diagrams over the current in JaxCont: equilibria with folds and Hopf points, or the branch of cycles.

    python jaxcont_diagram.py TASK CYCLES START

CYCLES is 0 or 1; START holds the states at the beginning of the range, as JSON. Each line of input is answered with the
seconds taken, those of the processor, and the special points by kind. Cycles are followed both ways from one that is
integrated here, on the mesh that ours begin with.
"""

import json
import sys
import time

import jax
import jax.numpy as jnp

jax.config.update("jax_enable_x64", True)
import jaxcont as jc  # noqa: E402
from diagram_tasks import TASKS, settled_cycle  # noqa: E402
from jaxcont.core.collocation import Collocation  # noqa: E402
from jaxcont.problems.periodic import periodic_orbit_problem  # noqa: E402

task, cycles, start = TASKS[sys.argv[1]], sys.argv[2] == "1", json.loads(sys.argv[3])
low, high = task.range


def drift(u, p, args):
    return jnp.stack(task.drift(jnp, u, p))


def follow(problem, span, longest, events, tolerance):
    step = longest / 10 if span[1] > span[0] else -longest / 10
    settings = jc.ContinuationPar(ds=step, ds_min=1e-7, ds_max=longest, max_steps=300, newton_tol=tolerance)
    return jc.continuation(problem, p_span=span, settings=settings, events=events)


def run():
    if not cycles:
        problem = jc.bif_problem(drift, u0=jnp.array(start), p0=low)
        return [follow(problem, (low, high), task.longest, [jc.Fold(), jc.Hopf()], 1e-9)]
    times, states, period = settled_cycle(task, [x + 0.1 for x in start])
    problem = periodic_orbit_problem(
        drift, jnp.asarray(states), jnp.asarray(times), period, task.cycle_at, Collocation(60, 4)
    )
    events = [jc.Fold()] if len(start) == 2 else [jc.Fold(), jc.PeriodDoubling(), jc.NeimarkSacker()]
    return [follow(problem, (task.cycle_at, end), task.longest_of_cycles, events, 1e-7) for end in (low, high)]


print(json.dumps({"versions": {"jaxcont": jc.__version__, "jax": jax.__version__}}), flush=True)
for _ in sys.stdin:
    wall, begin = time.perf_counter(), time.process_time()
    results = run()
    points, reached = {}, []
    for result in results:
        for event in result.events:
            kind = event.kind.replace("_", " ")
            points.setdefault("fold of cycles" if cycles and kind == "fold" else kind, []).append(float(event.p))
        reached += [float(result.branch.params.min()), float(result.branch.params.max())]
    cpu, seconds = time.process_time() - begin, time.perf_counter() - wall
    answer = {"seconds": seconds, "cpu": cpu, "points": points, "reached": [min(reached), max(reached)]}
    print(json.dumps(answer), flush=True)
