"""The COBA network in Brian2, C++ standalone.

    python brian2_coba.py FILE DURATION DT

FILE is a NumPy archive with connections and states. Reads one JSON request a line and answers with seconds and spikes.
"""

import json
import sys
import tempfile

import brian2 as b2
import numpy as np

made, duration, dt = np.load(sys.argv[1]), float(sys.argv[2]) * b2.ms, float(sys.argv[3]) * b2.ms
folder = tempfile.mkdtemp()
b2.set_device("cpp_standalone", directory=folder, build_on_run=False)
b2.defaultclock.dt = dt
equations = """
dV/dt = (-60 - V + ge*(0 - V) + gi*(-80 - V))/(20*ms) : 1 (unless refractory)
dge/dt = -ge/(5*ms) : 1
dgi/dt = -gi/(10*ms) : 1
"""
held = 5 * b2.ms  # the step of the spike and the 49 after it
group = b2.NeuronGroup(
    len(made["V"]), equations, threshold="V > -50", reset="V = -60", refractory=held, method="exponential_euler"
)
first_inhibitory = len(made["V"]) * 4 // 5
excite = b2.Synapses(group[:first_inhibitory], group, on_pre="ge_post += 0.6")
inhibit = b2.Synapses(group[first_inhibitory:], group, on_pre="gi_post += 6.7")
excites = made["pre"] < first_inhibitory
excite.connect(i=made["pre"][excites], j=made["post"][excites])
inhibit.connect(i=made["pre"][~excites] - first_inhibitory, j=made["post"][~excites])
group.V, group.ge, group.gi = made["V"], made["ge"], made["gi"]
spikes = b2.SpikeMonitor(group)
b2.run(duration)
b2.device.build(directory=folder, run=False)
print(json.dumps({"versions": {"brian2": b2.__version__, "numpy": np.__version__}}), flush=True)
for _ in sys.stdin:
    b2.device.run(directory=folder, with_output=False, run_args=[])
    print(json.dumps({"seconds": b2.device._last_run_time, "spikes": int(spikes.num_spikes)}), flush=True)
