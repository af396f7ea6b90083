"""Hodgkin-Huxley neurons in Brian2, C++ standalone: compiled once, run again with other currents.

    python brian2_hh.py METHOD CELLS DURATION DT

Reads one JSON request a line, {"I": [currents]}, and answers with seconds (of the whole compiled program), spikes and
voltage.
"""

import json
import sys
import tempfile
import time

import brian2 as b2
import numpy as np

METHODS = {"rk4": "rk4", "exponential_euler": "exponential_euler"}
method, cells, duration, dt = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4])

folder = tempfile.TemporaryDirectory()
b2.set_device("cpp_standalone", build_on_run=False)
b2.defaultclock.dt = dt * b2.ms
equations = """
a_m = 0.1*(V + 40)/(1 - exp(-(V + 40)/10)) : 1
b_m = 4*exp(-(V + 65)/18) : 1
a_h = 0.07*exp(-(V + 65)/20) : 1
b_h = 1/(1 + exp(-(V + 35)/10)) : 1
a_n = 0.01*(V + 55)/(1 - exp(-(V + 55)/10)) : 1
b_n = 0.125*exp(-(V + 65)/80) : 1
dV/dt = (I - 120.0*m**3*h*(V - 50.0) - 36.0*n**4*(V + 77.0) - 0.3*(V + 54.387))/ms : 1
dm/dt = (a_m*(1 - m) - b_m*m)/ms : 1
dh/dt = (a_h*(1 - h) - b_h*h)/ms : 1
dn/dt = (a_n*(1 - n) - b_n*n)/ms : 1
I : 1
"""
group = b2.NeuronGroup(cells, equations, method=METHODS[method])
group.V, group.m, group.h, group.n = -65.0, 0.0529, 0.5961, 0.3177
monitor = b2.StateMonitor(group, "V", record=[0]) if cells == 1 else None
b2.run(duration * b2.ms)
b2.device.build(directory=folder.name, run=False)
print(json.dumps({"versions": {"brian2": b2.__version__, "numpy": np.__version__}}), flush=True)
for line in sys.stdin:
    currents = np.asarray(json.loads(line)["I"])
    start = time.perf_counter()
    b2.device.run(run_args={group.I: currents})
    seconds = time.perf_counter() - start
    answer = {"seconds": seconds, "V_mean": float(np.mean(group.V[:]))}
    if monitor is not None:
        voltage = monitor.V[0]
        answer["spikes"] = int(np.sum((voltage[1:] >= 0) & (voltage[:-1] < 0)))
    print(json.dumps(answer), flush=True)
