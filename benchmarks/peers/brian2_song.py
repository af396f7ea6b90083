"""Song, Miller & Abbott (2000) in Brian2, C++ standalone, as in Brian2's own example: compiled once.

    python brian2_song.py DURATION DT

Reads one JSON request a line, {"seed": n}, and answers with seconds (of the whole compiled program), spikes and the
mean weight.
"""

import json
import sys
import tempfile
import time

import brian2 as b2
import numpy as np

duration, dt = float(sys.argv[1]), float(sys.argv[2])
folder = tempfile.TemporaryDirectory()
b2.set_device("cpp_standalone", build_on_run=False)
b2.defaultclock.dt = dt * b2.ms
inputs = b2.PoissonGroup(1000, rates=15 * b2.Hz)
cell = b2.NeuronGroup(
    1, "dV/dt = (ge*(0 - V) - 74 - V)/(10*ms) : 1\ndge/dt = -ge/(5*ms) : 1", threshold="V > -54", reset="V = -60",
    method="euler",
)  # fmt: skip
cell.V = -60
names = {"rise": 1e-4, "fall": -1.05e-4, "most": 0.01}
synapses = b2.Synapses(
    inputs, cell,
    "w : 1\ndx/dt = -x/(20*ms) : 1 (event-driven)\ndy/dt = -y/(20*ms) : 1 (event-driven)",
    on_pre="ge_post += w\nx += rise\nw = clip(w + y, 0, most)", on_post="y += fall\nw = clip(w + x, 0, most)",
    namespace=names,
)  # fmt: skip
synapses.connect()
synapses.w = np.random.default_rng(3).random(1000) * 0.01
own, fed = b2.SpikeMonitor(cell), b2.SpikeMonitor(inputs, record=False)
b2.run(duration * b2.ms)
b2.device.build(directory=folder.name, run=False)
print(json.dumps({"versions": {"brian2": b2.__version__, "numpy": np.__version__}}), flush=True)
for _line in sys.stdin:
    start = time.perf_counter()
    b2.device.run()
    seconds = time.perf_counter() - start
    answer = {"seconds": seconds, "spikes": int(own.num_spikes), "inputs": int(fed.num_spikes)}
    answer["weight"] = float(np.mean(synapses.w[:]))
    print(json.dumps(answer), flush=True)
