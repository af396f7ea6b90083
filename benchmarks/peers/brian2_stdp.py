"""Pair STDP in the CUBA network in Brian2, C++ standalone: compiled once, run again.

    python brian2_stdp.py ARRAYS DURATION DT

ARRAYS is an .npz file with the connections and values of `kernels/stdp.py`. Reads one JSON request a line, and answers
with seconds (of the whole compiled program), the number of spikes, and the file that the weights are in.
"""

import json
import sys
import tempfile
import time

import brian2 as b2
import numpy as np

made, duration, dt = np.load(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
folder = tempfile.TemporaryDirectory()
b2.set_device("cpp_standalone", build_on_run=False)
b2.defaultclock.dt = dt * b2.ms
cells = b2.NeuronGroup(
    4000, """dv/dt = (-49 - v + ge + gi)/(20*ms) : 1 (unless refractory)
    dge/dt = -ge/(5*ms) : 1
    dgi/dt = -gi/(10*ms) : 1""",
    threshold="v > -50", reset="v = -60", refractory=5 * b2.ms, method="exact",
)  # fmt: skip
cells.v = made["V"]
namespace = {"A": 0.01 * 3.24, "B": -0.0105 * 3.24, "w_max": 3.24}
plastic = b2.Synapses(
    cells, cells, """w : 1
    dx/dt = -x/(20*ms) : 1 (event-driven)
    dy/dt = -y/(20*ms) : 1 (event-driven)""",
    on_pre="ge_post += w\nx += A\nw = clip(w + y, 0, w_max)", on_post="y += B\nw = clip(w + x, 0, w_max)",
    namespace=namespace,
)  # fmt: skip
plastic.connect(i=made["pre"], j=made["post"])
plastic.w = made["weight"]
excitatory = made["other_pre"] < 3200
for name, jump, chosen in (("e", "ge_post += 1.62", excitatory), ("i", "gi_post += -9", ~excitatory)):
    synapses = b2.Synapses(cells, cells, on_pre=jump, name=f"other_{name}")
    synapses.connect(i=made["other_pre"][chosen], j=made["other_post"][chosen])
    globals()[f"synapses_{name}"] = synapses
spikes = b2.SpikeMonitor(cells, record=False)
b2.run(duration * b2.ms)
b2.device.build(directory=folder.name, run=False)
print(json.dumps({"versions": {"brian2": b2.__version__, "numpy": np.__version__}}), flush=True)
for _line in sys.stdin:
    start = time.perf_counter()
    b2.device.run()
    seconds = time.perf_counter() - start
    path = f"{folder.name}/weights.npy"
    np.save(path, plastic.w[:])
    print(json.dumps({"seconds": seconds, "spikes": int(spikes.num_spikes), "weights": path}), flush=True)
