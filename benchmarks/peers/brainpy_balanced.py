"""COBA and COBAHH in BrainPy 2.8, run again.

    python brainpy_balanced.py NETWORK FOLDER DURATION DT STYLE

NETWORK is coba or cobahh; FOLDER has network.npz, with connections and states, and takes the spikes. STYLE is
``runner``, BrainPy's DSRunner, which traces and compiles its loop in every run, or ``loop``, one jitted loop. Reads one
JSON request a line, and answers with seconds and seconds of processor time of the run, and the file of the spikes.
"""

import json
import sys
import time

import brainpy as bp
import brainpy.math as bm
import numpy as np

task, folder, duration, dt, style = *sys.argv[1:3], float(sys.argv[3]), float(sys.argv[4]), sys.argv[5]
made = dict(np.load(f"{folder}/network.npz"))
size = len(made["V"])
split = size * 4 // 5
bm.set_dt(dt)
bm.enable_x64()


class Balanced(bp.DynamicalSystem):
    """Cells whose states are advanced by exponential Euler; spikes add to ge or gi of their targets at once."""

    def __init__(self, states, weights, threshold):
        super().__init__()
        self.weights, self.threshold = weights, threshold
        self.states = {name: bm.Variable(bm.zeros(size)) for name in states}
        self.last = bm.Variable(bm.zeros(size))
        self.spike = bm.Variable(bm.zeros(size, dtype=bool))
        start = made["start"]
        self.tables = [self.table(start, 0, split), self.table(start, split, size)]
        self.integral = bp.odeint(bp.JointEq(*(getattr(self, f"d{name}") for name in states)), method="exp_auto")
        self.reset()

    def table(self, start, first, end):
        counts = start[first : end + 1] - start[first]
        return bm.asarray(made["post"][start[first] : start[end]]), bm.asarray(counts.astype(np.int32))

    def reset(self):
        for name, variable in self.states.items():
            variable.value = bm.asarray(made[name])
        self.last.value = bm.full(size, -1e7)

    def dge(self, ge, t):
        return -ge / 5.0

    def dgi(self, gi, t):
        return -gi / 10.0

    def update(self):
        step = bp.share["i"]
        new = self.integral(*(variable.value for variable in self.states.values()), bp.share["t"], dt=dt)
        new = dict(zip(self.states, new, strict=True))
        spike = self.act(new, step)
        for name, weight, (indices, starts), own in zip(
            ("ge", "gi"), self.weights, self.tables, (spike[:split], spike[split:]), strict=True
        ):
            shape = (own.size, size)
            new[name] += bm.event.csrmv(weight, indices, starts, own, shape=shape, transpose=True)
        for name, variable in self.states.items():
            variable.value = new[name]
        self.last.value = bm.where(spike, step, self.last.value)
        self.spike.value = spike


class Leaky(Balanced):
    """Voltage with a reset, held in the step of the spike and the 49 after it."""

    def __init__(self):
        super().__init__(("V", "ge", "gi"), (0.6, 6.7), -50.0)

    def dV(self, V, t, ge, gi):
        return (-60.0 - V - ge * V - gi * (V + 80.0)) / 20.0

    def act(self, new, step):
        held = step - self.last.value < 50
        V = bm.where(held, self.states["V"].value, new["V"])
        spike = V > -50.0
        new["V"] = bm.where(spike, -60.0, V)
        return spike


class HodgkinHuxley(Balanced):
    """Spikes where the voltage is high and 30 steps have passed since the last one."""

    def __init__(self):
        super().__init__(("V", "m", "h", "n", "ge", "gi"), (0.03, 0.335), -20.0)

    def dV(self, V, t, m, h, n, ge, gi):
        return -0.05 * (V + 60.0) - ge * V - gi * (V + 80.0) - 100.0 * m**3 * h * (V - 50.0) - 30.0 * n**4 * (V + 90.0)

    def dm(self, m, t, V):
        u = V + 63.0
        return 0.32 * (13 - u) / bm.expm1((13 - u) / 4) * (1 - m) - 0.28 * (u - 40) / bm.expm1((u - 40) / 5) * m

    def dh(self, h, t, V):
        u = V + 63.0
        return 0.128 * bm.exp((17 - u) / 18) * (1 - h) - 4 / (1 + bm.exp((40 - u) / 5)) * h

    def dn(self, n, t, V):
        u = V + 63.0
        return 0.032 * (15 - u) / bm.expm1((15 - u) / 5) * (1 - n) - 0.5 * bm.exp((10 - u) / 40) * n

    def act(self, new, step):
        return bm.logical_and(new["V"] > -20.0, step - self.last.value >= 30)


model = {"coba": Leaky, "cobahh": HodgkinHuxley}[task]()
indices = np.arange(round(duration / dt))


def one(i):
    bp.share.save(i=i, t=i * dt, dt=dt)
    model.update()
    return model.spike.value


@bm.jit
def loop():
    return bm.for_loop(one, indices)


runner = bp.DSRunner(model, monitors=["spike"], progress_bar=False)


def run():
    if style == "loop":
        return np.asarray(loop())
    runner.reset_state()
    runner.run(duration)
    return np.asarray(runner.mon["spike"])


print(json.dumps({"versions": {"brainpy": bp.__version__, "numpy": np.__version__}}), flush=True)
path = f"{folder}/brainpy_{style}.npy"
for _line in sys.stdin:
    model.reset()
    start, cpu = time.perf_counter(), time.process_time()
    spikes = run()
    answer = {"seconds": time.perf_counter() - start, "cpu": time.process_time() - cpu, "spikes": path}
    step, cell = np.nonzero(spikes)
    np.save(path, step * size + cell)
    print(json.dumps(answer), flush=True)
