"""Ornstein-Uhlenbeck paths in BrainPy, one jitted loop.

    python brainpy_ou.py PATHS STEPS DT

Reads one JSON request a line, {"seed": number}, and answers with seconds, mean and standard deviation.
"""

import json
import sys
import time

import brainpy as bp
import brainpy.math as bm
import numpy as np

paths, steps, dt = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
bm.set_dt(dt)
bm.enable_x64()


class OU(bp.DynamicalSystem):
    def __init__(self):
        super().__init__()
        self.x = bm.Variable(bm.ones(paths))
        self.integral = bp.sdeint(f=lambda x, t: -x, g=lambda x, t: 0.5, method="euler")

    def update(self):
        self.x.value = self.integral(self.x.value, bp.share["t"], dt=dt)


model = OU()
indices = np.arange(steps)


def step(i):
    bp.share.save(i=i, t=i * dt, dt=dt)
    model.update()


@bm.jit
def loop():
    bm.for_loop(step, indices)


print(json.dumps({"versions": {"brainpy": bp.__version__, "numpy": np.__version__}}), flush=True)
for line in sys.stdin:
    bm.random.seed(json.loads(line)["seed"])
    model.x.value = bm.ones(paths)
    start = time.perf_counter()
    loop()
    x = np.asarray(model.x.value)
    seconds = time.perf_counter() - start
    print(json.dumps({"seconds": seconds, "mean": float(x.mean()), "deviation": float(x.std())}), flush=True)
