"""Hodgkin-Huxley neurons in BrainPy, run again with other currents.

    python brainpy_hh.py METHOD CELLS DURATION DT STYLE

STYLE is ``runner``, BrainPy's DSRunner, which traces and compiles its loop in every run, or ``loop``, one jitted loop.

Reads one JSON request a line, {"I": [currents]}, and answers with seconds (of the run), spikes and voltage.
"""

import json
import sys
import time

import brainpy as bp
import brainpy.math as bm
import numpy as np

METHODS = {"rk4": "rk4", "exponential_euler": "exp_auto"}
method, cells, duration, dt = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4])
style = sys.argv[5]
bm.set_dt(dt)
bm.enable_x64()


class HodgkinHuxley(bp.DynamicalSystem):
    def __init__(self):
        super().__init__()
        self.I = bm.Variable(bm.zeros(cells))
        self.V, self.m, self.h, self.n = (bm.Variable(bm.zeros(cells)) for _ in range(4))
        self.reset()
        parts = (self.dV, self.dm, self.dh, self.dn)
        self.integral = bp.odeint(bp.JointEq(*parts), method=METHODS[method])

    def reset(self):
        for variable, value in zip((self.V, self.m, self.h, self.n), (-65.0, 0.0529, 0.5961, 0.3177), strict=True):
            variable.value = bm.full(cells, value)

    def dV(self, V, t, m, h, n, I):
        return I - 120.0 * m**3 * h * (V - 50.0) - 36.0 * n**4 * (V + 77.0) - 0.3 * (V + 54.387)

    def dm(self, m, t, V):
        return 0.1 * (V + 40) / (1 - bm.exp(-(V + 40) / 10)) * (1 - m) - 4 * bm.exp(-(V + 65) / 18) * m

    def dh(self, h, t, V):
        return 0.07 * bm.exp(-(V + 65) / 20) * (1 - h) - 1 / (1 + bm.exp(-(V + 35) / 10)) * h

    def dn(self, n, t, V):
        return 0.01 * (V + 55) / (1 - bm.exp(-(V + 55) / 10)) * (1 - n) - 0.125 * bm.exp(-(V + 65) / 80) * n

    def update(self):
        t = bp.share["t"]
        states = self.integral(self.V.value, self.m.value, self.h.value, self.n.value, t, I=self.I.value, dt=dt)
        self.V.value, self.m.value, self.h.value, self.n.value = states


model = HodgkinHuxley()
indices = np.arange(round(duration / dt))


def step(i):
    bp.share.save(i=i, t=i * dt, dt=dt)
    model.update()
    return model.V.value if cells == 1 else None


@bm.jit
def loop():
    return bm.for_loop(step, indices)


runner = bp.DSRunner(model, monitors=["V"] if cells == 1 else [], progress_bar=False)


def run_with_runner():
    runner.run(duration)
    return runner.mon["V"] if cells == 1 else None


run = run_with_runner if style == "runner" else loop
print(json.dumps({"versions": {"brainpy": bp.__version__, "numpy": np.__version__}}), flush=True)
for line in sys.stdin:
    model.reset()
    model.I.value = bm.asarray(json.loads(line)["I"])
    start = time.perf_counter()
    recorded = run()
    mean = float(np.asarray(model.V.value).mean())
    seconds = time.perf_counter() - start
    answer = {"seconds": seconds, "V_mean": mean}
    if cells == 1:
        voltage = np.asarray(recorded)[:, 0]
        answer["spikes"] = int(np.sum((voltage[1:] >= 0) & (voltage[:-1] < 0)))
    print(json.dumps(answer), flush=True)
