"""Ornstein-Uhlenbeck paths in Brian2, C++ standalone.

    python brian2_ou.py PATHS STEPS DT

Reads one JSON request a line, {"seed": number}, and answers with seconds, mean and standard deviation.
"""

import json
import sys
import tempfile

import brian2 as b2
import numpy as np

paths, steps, dt = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
folder = tempfile.mkdtemp()
b2.set_device("cpp_standalone", directory=folder, build_on_run=False)
b2.defaultclock.dt = dt * b2.second
group = b2.NeuronGroup(paths, "dx/dt = -x/second + 0.5*second**-0.5*xi : 1", method="euler")
group.x = 1
b2.run(steps * dt * b2.second)
b2.device.build(directory=folder, run=False)
print(json.dumps({"versions": {"brian2": b2.__version__, "numpy": np.__version__}}), flush=True)
for _ in sys.stdin:
    b2.device.run(directory=folder, with_output=False, run_args=[])
    x = np.asarray(group.x[:])
    answer = {"seconds": b2.device._last_run_time, "mean": float(x.mean()), "deviation": float(x.std())}
    print(json.dumps(answer), flush=True)
