"""The Mackey-Glass equation in JiTCDDE (compiled C), run again with other delays.

    python jitcdde_mackey_glass.py DURATION EVERY RTOL ATOL

Reads one JSON request a line, {"tau": delay}, and answers with seconds (of the integration) and the values of x at
0, EVERY, 2 EVERY, ...
"""

import json
import os
import sys
import tempfile
import time
import warnings
from importlib.metadata import version

import numpy as np
import symengine
from jitcdde import jitcdde, t, y

warnings.simplefilter("ignore")
os.chdir(tempfile.mkdtemp())  # the compiler must not read our project's settings
duration, every, rtol, atol = map(float, sys.argv[1:5])
tau = symengine.Symbol("tau")
late = y(0, t - tau)
system = jitcdde([0.2 * late / (1 + late**10) - 0.1 * y(0)], control_pars=[tau], max_delay=30.0, verbose=False)
system.compile_C()
times = np.arange(1, round(duration / every) + 1) * every

print(json.dumps({"versions": {"jitcdde": version("jitcdde"), "numpy": np.__version__}}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    system.purge_past()
    system.reset_integrator()
    system.constant_past([1.2])
    system.set_parameters(request["tau"])
    system.delays = [0.0, request["tau"]]  # known here, and so are the corners of the solution
    system.set_integration_parameters(rtol=rtol, atol=atol, first_step=0.01, max_step=10.0)
    start = time.perf_counter()
    system.step_on_discontinuities()
    values = [1.2] + [float(system.integrate(moment)[0]) for moment in times]
    seconds = time.perf_counter() - start
    print(json.dumps({"seconds": seconds, "x": values}), flush=True)
