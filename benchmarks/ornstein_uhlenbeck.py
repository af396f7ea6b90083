"""1,000 Ornstein-Uhlenbeck paths x 100,000 steps by Euler-Maruyama, on one thread and on two; memory of a record.

python benchmarks/ornstein_uhlenbeck.py --peer-python /path/to/python
"""

from __future__ import annotations

import subprocess
import sys

import numba
import numpy as np
from harness import Contender, Peer, compare, emit, installed, options
from kernels import ornstein_uhlenbeck as ou

import brainpy_lab as bp

PATHS, STEPS, DT = 1_000, 100_000, 0.01
STATIONARY = 0.5 / np.sqrt(2 - 0.01)  # standard deviation of Euler-Maruyama's own stationary distribution
PEERS = {"brian2 C++ standalone": ("brian2", "brian2_ou.py"), "brainpy one jitted loop": ("brainpy", "brainpy_ou.py")}


def difference(result: object, _reference: object) -> float:
    """How far mean and standard deviation are from the stationary ones, in standard errors: paths differ."""
    if isinstance(result, dict):
        mean, deviation = result["mean"], result["deviation"]
    else:
        mean, deviation = np.mean(np.asarray(result)), np.std(np.asarray(result))
    return float(max(abs(mean) / STATIONARY, abs(deviation / STATIONARY - 1) * np.sqrt(2)) * np.sqrt(PATHS))


def contenders_for(threads: int, model: bp.Model) -> list[Contender]:
    kernel = ou.paths if threads == 1 else ou.paths_threads

    def by_hand(repeat: int) -> np.ndarray:
        numba.set_num_threads(threads)
        x = np.ones(PATHS)
        kernel(x, STEPS, DT, 0.0, 0.5 * np.sqrt(DT), repeat + 2)
        return x

    def ours(repeat: int) -> np.ndarray:
        run = {"backend": "numba", "record": [], "threads": threads, "seed": repeat + 2, "z": np.zeros(PATHS)}
        return model.run(STEPS * DT, dt=DT, method="euler_maruyama", **run).final["x"]

    return [
        Contender("hand-written numba, sequential generator", by_hand, installed("numba", "numpy")),
        Contender("brainpy_lab numba", ours, installed("brainpy-lab", "numba", "numpy")),
    ]


def peers(pythons: list[str]) -> list[Contender]:
    """The peers that the given interpreters can import."""
    found = []
    for python in pythons:
        for name, (package, script) in PEERS.items():
            if subprocess.run([python, "-c", f"import {package}"], capture_output=True, check=False).returncode == 0:
                peer = Peer(python, script, PATHS, STEPS, DT)
                found.append(Contender(name, lambda repeat, peer=peer: peer({"seed": repeat + 2}), peer.versions))
    return found


MEMORY = """
import resource, numpy as np, brainpy_lab as bp
model = bp.model({text!r}, name="OU")
run = {{"dt": {dt}, "backend": "numba", "record_every": 0.1, "seed": 1}}
model.run(10.0, z=np.zeros({paths}), **run)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
sol = model.run({duration}, z=np.zeros({paths}), **run)
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(sol.x.nbytes / 2**20, (after - before) / 2**10)
"""


def memory() -> None:
    """The peak that a recorded ensemble adds to a process, beside the size of what is recorded."""
    program = MEMORY.format(text=ou.TEXT, dt=DT, paths=PATHS, duration=STEPS * DT)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    recorded, peak = map(float, done.stdout.split())
    line = {"task": "memory of a recorded ensemble", "recorded_MiB": round(recorded, 1), "peak_MiB": round(peak, 1)}
    emit(line | {"versions": installed("brainpy-lab")})


def main() -> None:
    parser = options(__doc__, repeats=5)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    arguments = parser.parse_args()
    model = bp.model(ou.TEXT, name="OU")
    others = peers(arguments.peer_python)
    for threads in arguments.threads:
        task = f"{PATHS} OU paths x {STEPS} steps, {threads} thread{'s' if threads > 1 else ''}"
        contenders = contenders_for(threads, model) + others
        compare(task, contenders, repeats=arguments.repeats, difference=difference, tolerance=5.0)
    memory()


if __name__ == "__main__":
    main()
