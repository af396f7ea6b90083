"""From a move of a slider to the changed raster and rates of a network, in JupyterLab in Chromium.

    python benchmarks/network_slider.py

A network like COBA of 1,000 cells (80,000 connections), 300 ms at dt 0.1 ms. 50 moves, each waited for, timed from the
key to the frame after both pictures have changed; what a move takes beyond the run of the network is told by itself.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
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
seen, run, show = [], bp.Network.run, view.pictures.show
def ms():
    return round(1000 * time.time(), 2)
def timed_run(*arguments, **keywords):
    begun = ms()
    sol = run(*arguments, **keywords)
    seen.append([begun, ms()])
    return sol
def timed_show(frame):
    begun = ms()
    show(frame)
    seen[-1] += [begun, ms()]
bp.Network.run, view.pictures.show = timed_run, timed_show
view"""

#: What a move takes, in the order of time: moments of the page, then of the kernel, then of the page.
PARTS = ("to_kernel", "run", "to_drawing", "drawing", "to_paint")

RASTER = ".jp-Notebook .bqplot image"
RATES = ".jp-Notebook .bqplot path.line"

#: Moves before those that count.
WARM = 5


def main() -> None:
    """Start a server and a browser, measure, print."""
    arguments = options(__doc__ or "", repeats=50).parse_args()
    with opened(NETWORK, VIEW, "print([s for s in seen if len(s) == 4])") as page:
        emit(measure(page, arguments.repeats))


def measure(page: LabPage, moves: int) -> dict[str, Any]:
    """The line of the task."""
    page.run_cell(0)
    page.run_cell(1)
    page.browser_page.wait_for_function(
        "([raster, rates]) => document.querySelector(raster)?.getAttribute('href')?.length > 10"
        " && (document.querySelector(rates)?.getAttribute('d')?.length ?? 0) > 100",
        arg=[RASTER, RATES],
        timeout=180_000,  # the first run compiles
    )
    page.browser_page.evaluate(SCRIPT, [RASTER, RATES, "inh.weight"])
    page.browser_page.evaluate("count => window.latency.single(count)", WARM)
    times = page.browser_page.evaluate("count => window.latency.single(count)", moves)
    page.run_cell(2)
    begun = page.browser_page.evaluate("() => window.latency.begun")[-moves:]
    kernel = json.loads(page.output(2).inner_text())[-moves:]
    moments = np.array([[b, *k, b + t] for b, k, t in zip(begun, kernel, times, strict=True)])
    parts = dict(zip(PARTS, np.diff(moments, axis=1).T, strict=True))
    beyond = np.array(times) - parts["run"]
    return {
        "task": "slider to paint, network of 1,000 cells, 300 ms at dt 0.1 ms", "moves": moves,
        "p50_ms": round(float(np.median(times)), 1),
        "beyond_run_p50_ms": round(float(np.median(beyond)), 1),
        "beyond_run_p95_ms": round(float(np.quantile(beyond, 0.95)), 1),
        "parts_p50_ms": {name: round(float(np.median(part)), 1) for name, part in parts.items()},
        "load": round(os.getloadavg()[0], 1),
        "versions": installed("jupyterlab", "ipywidgets", "bqplot", "numba"),
    }  # fmt: skip


if __name__ == "__main__":
    main()
