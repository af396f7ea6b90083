"""COBA, CUBA and COBAHH in Brian2, C++ standalone: compiled once, run again.

    python brian2_balanced.py NETWORK FOLDER DURATION DT

NETWORK is coba, cuba or cobahh; FOLDER has network.npz, with connections and states, and takes the spikes. Reads one
JSON request a line, and answers with seconds of the run alone and the file of the spikes. Brian2's program takes its
time with the clock of C, which counts processor time.
"""

import json
import sys
import tempfile

import brian2 as b2
import numpy as np

CONDUCTANCES = "\ndge/dt = -ge/(5*ms) : 1\ndgi/dt = -gi/(10*ms) : 1"
GATES = """
dV/dt = (-0.05*(V + 60) - ge*V - gi*(V + 80) - 100*m**3*h*(V - 50) - 30*n**4*(V + 90))/ms : 1
dm/dt = (1.28/exprel((13 - u)/4)*(1 - m) - 1.4/exprel((u - 40)/5)*m)/ms : 1
dh/dt = (0.128*exp((17 - u)/18)*(1 - h) - 4/(1 + exp((40 - u)/5))*h)/ms : 1
dn/dt = (0.16/exprel((15 - u)/5)*(1 - n) - 0.5*exp((10 - u)/40)*n)/ms : 1
u = V + 63 : 1
"""
LEAKY = {"threshold": "V > -50", "reset": "V = -60", "refractory": 5 * b2.ms}  # the step of the spike and 49 after it
NETWORKS = {
    "coba": (
        "dV/dt = (-60 - V + ge*(0 - V) + gi*(-80 - V))/(20*ms) : 1 (unless refractory)",
        LEAKY | {"method": "exponential_euler"},
        (0.6, 6.7),
    ),
    "cuba": ("dV/dt = (-49 - V + ge + gi)/(20*ms) : 1 (unless refractory)", LEAKY | {"method": "exact"}, (1.62, -9)),
    "cobahh": (
        GATES,
        {"threshold": "V > -20", "refractory": 3 * b2.ms, "method": "exponential_euler"},
        (0.03, 0.335),
    ),
}

(equations, options, weights), folder = NETWORKS[sys.argv[1]], sys.argv[2]
made, duration = np.load(f"{folder}/network.npz"), float(sys.argv[3]) * b2.ms
program = tempfile.TemporaryDirectory()
b2.set_device("cpp_standalone", directory=program.name, build_on_run=False)
b2.defaultclock.dt = float(sys.argv[4]) * b2.ms
size = len(made["V"])
group = b2.NeuronGroup(size, equations + CONDUCTANCES, **options)
parts = []
for target, weight, first, end in zip(("ge", "gi"), weights, (0, size * 4 // 5), (size * 4 // 5, size), strict=True):
    synapses = b2.Synapses(group[first:end], group, on_pre=f"{target}_post += {weight}")
    own = (made["pre"] >= first) & (made["pre"] < end)
    synapses.connect(i=made["pre"][own] - first, j=made["post"][own])
    parts.append(synapses)
for name in {"V", "m", "h", "n", "ge", "gi"} & set(made):
    setattr(group, name, made[name])
spikes = b2.SpikeMonitor(group)
b2.Network(group, *parts, spikes).run(duration)
b2.device.build(directory=program.name, run=False)
print(json.dumps({"versions": {"brian2": b2.__version__, "numpy": np.__version__}}), flush=True)
path = f"{folder}/brian2.npy"
for _line in sys.stdin:
    b2.device.run(directory=program.name, with_output=False, run_args=[])
    steps = np.rint(np.asarray(spikes.t / b2.defaultclock.dt)).astype(np.int64)
    np.save(path, steps * size + np.asarray(spikes.i))
    seconds = b2.device._last_run_time
    print(json.dumps({"seconds": seconds, "cpu": seconds, "spikes": path}), flush=True)
