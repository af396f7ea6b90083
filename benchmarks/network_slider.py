"""From a move of a slider to the changed raster and rates of a network, in JupyterLab in Chromium.

    python benchmarks/network_slider.py

A network like COBA of 1,000 cells (80,000 connections), 300 ms at dt 0.1 ms. 50 moves, each waited for, timed from the
key to the frame after both pictures have changed; what a move takes beyond the run of the network is told by itself.
"""

from __future__ import annotations

import json
import statistics
import sys
from pathlib import Path
from typing import Any

from harness import emit, installed, options
from slider_latency import SCRIPT, opened

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.browser.lab_page import LabPage

NETWORK = """%%brainpy
cell = bp.model('''
tau = 20; V_rest = -49; V_th = -50; V_reset = -60; t_ref = 5; tau_e = 5; tau_i = 10; E_e = 0; E_i = -80
dV/dt = (V_rest - V + ge*(E_e - V) + gi*(E_i - V)) / tau
dge/dt = -ge / tau_e
dgi/dt = -gi / tau_i
when V >= V_th:
    V = V_reset
    hold(V, t_ref)
''', name="Cell")
to_e = bp.model("when pre.spike:\\n    post.ge += weight", name="ToE", synapse=True)
to_i = bp.model("when pre.spike:\\n    post.gi += weight", name="ToI", synapse=True)
few = bp.connect.fixed_probability(0.08, seed=3)
G = bp.NeuGroup(cell, 1000, method="exponential_euler", initial={"V": bp.dist.uniform(-60, -50, seed=1)})
exc = bp.Synapses(pre=G[:800], post=G, model=to_e, connect=few, weight=0.6, delay=0.5)
inh = bp.Synapses(pre=G[800:], post=G, model=to_i, connect=few, weight=6.7, delay=0.5)
net = bp.Network()"""

VIEW = """import time
view = net.interact({"inh.weight": (2, 12, 0.05)}, duration=300, dt=0.1)
spent, run = [], view.session.net.run
def timed(*arguments, **keywords):
    begun = time.perf_counter()
    sol = run(*arguments, **keywords)
    spent.append(1000 * (time.perf_counter() - begun))
    return sol
view.session.net.run = timed
view"""

RASTER = ".jp-Notebook .bqplot image"
RATES = ".jp-Notebook .bqplot path.line"

#: Moves before those that count.
WARM = 5


def main() -> None:
    """Start a server and a browser, measure, print."""
    arguments = options(__doc__ or "", repeats=50).parse_args()
    with opened(NETWORK, VIEW, "print([round(t, 3) for t in spent])") as page:
        emit(measure(page, arguments.repeats))


def measure(page: LabPage, moves: int) -> dict[str, Any]:
    """The line of the task."""
    page.run_cell(0)
    page.run_cell(1)
    page.browser_page.wait_for_function(
        "([raster, rates]) => document.querySelector(raster)?.getAttribute('href')?.length > 10"
        " && (document.querySelector(rates)?.getAttribute('d')?.length ?? 0) > 100",
        arg=[RASTER, RATES],
    )
    page.browser_page.evaluate(SCRIPT, [RASTER, RATES, "inh.weight"])
    page.browser_page.evaluate("count => window.latency.single(count)", WARM)
    times = page.browser_page.evaluate("count => window.latency.single(count)", moves)
    page.run_cell(2)
    runs = json.loads(page.output(2).inner_text())[-moves:]
    beyond = sorted(shown - run for shown, run in zip(times, runs, strict=True))
    return {
        "task": "slider to paint, network of 1,000 cells, 300 ms at dt 0.1 ms", "moves": moves,
        "p50_ms": round(statistics.median(times), 1), "run_p50_ms": round(statistics.median(runs), 1),
        "beyond_run_p50_ms": round(statistics.median(beyond), 1),
        "beyond_run_p95_ms": round(beyond[int(0.95 * (len(beyond) - 1))], 1),
        "versions": installed("jupyterlab", "ipywidgets", "bqplot", "numba"),
    }  # fmt: skip


if __name__ == "__main__":
    main()
