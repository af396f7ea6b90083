"""One Hodgkin-Huxley neuron, 1 s at dt 0.01 ms, run again with a changed parameter: what a slider asks for.

    python benchmarks/hh_single.py --peer-python /path/to/python

Besides the warm runs, the first result of a new process with an empty and with a filled cache folder.
"""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path

import numpy as np
from harness import Contender, compare, emit, fresh_process, hodgkin_huxley_peers, installed, options
from kernels import hodgkin_huxley as hh

import brainpy_lab as bp

DURATION, DT = 1000.0, 0.01
STEPS = round(DURATION / DT)
METHODS = ("rk4", "exponential_euler")
FIRST_RESULT = f"""
import brainpy_lab as bp
model = bp.model({hh.TEXT!r}, name="HodgkinHuxley")
sol = model.run({DURATION}, dt={DT}, method="{{method}}", backend="numba", record=["V"])
print(float(sol.V[-1]))
"""


def current(repeat: int) -> float:
    """The parameter that changes from repeat to repeat."""
    return 10.0 + 0.01 * repeat


def summary(voltage: np.ndarray) -> dict[str, float]:
    """What peers in other processes are compared by: spikes, and the voltage at the end."""
    return {"spikes": int(np.sum((voltage[1:] >= 0) & (voltage[:-1] < 0))), "V_end": float(voltage[-1])}


def difference(result: object, reference: np.ndarray) -> float:
    """Largest difference of the voltages in mV; of a peer, the difference in spikes."""
    if isinstance(result, dict):
        return float(abs(result["spikes"] - summary(reference)["spikes"]))
    return float(np.abs(np.asarray(result) - reference).max())


def main() -> None:
    arguments = options(__doc__, repeats=9).parse_args()
    model = bp.model(hh.TEXT, name="HodgkinHuxley")
    for method in METHODS:
        kernel = hh.SINGLE[method]["single"]

        def by_hand(repeat: int, kernel=kernel) -> np.ndarray:
            voltage = np.empty(STEPS + 1)
            kernel(current(repeat), DT, STEPS, voltage)
            return voltage

        def ours(repeat: int, method: str = method) -> np.ndarray:
            return model.run(DURATION, dt=DT, method=method, backend="numba", record=["V"], I=current(repeat)).V

        contenders = [
            Contender("hand-written numba", by_hand, installed("numba", "numpy")),
            Contender("brainpy_lab numba", ours, installed("brainpy-lab", "numba", "numpy")),
        ]
        running = hodgkin_huxley_peers(arguments.peer_python, method, 1, DURATION, DT)
        for name, peer in running.items():
            contenders.append(Contender(name, lambda k, peer=peer: peer({"I": [current(k)]}), peer.versions))
        compare(f"hh_single {method}", contenders, repeats=arguments.repeats, difference=difference, tolerance=1e-6)
        for peer in running.values():
            peer.close()
        first_results(method)


def first_results(method: str) -> None:
    """A whole new process, from import to result, with an empty cache folder and then with the filled one."""
    program = FIRST_RESULT.format(method=method)
    cold, warm = [], []
    for _ in range(3):
        with tempfile.TemporaryDirectory() as folder:
            cold.append(fresh_process(program, cache=Path(folder))[0])
            warm.append(fresh_process(program, cache=Path(folder))[0])
    for name, seconds in (("cold cache", cold), ("warm cache", warm)):
        emit(
            {
                "task": f"hh_single {method} first result of a process",
                "contender": f"brainpy_lab numba, {name}",
                "median_ms": round(1e3 * statistics.median(seconds), 1),
                "repeats": len(seconds),
                "versions": installed("brainpy-lab", "numba"),
            }
        )


if __name__ == "__main__":
    main()
