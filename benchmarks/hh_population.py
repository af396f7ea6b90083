"""10,000 Hodgkin-Huxley neurons, 100 ms at dt 0.01 ms, on one thread and on two.

python benchmarks/hh_population.py --peer-python /path/to/python
"""

from __future__ import annotations

import numba
import numpy as np
from harness import Contender, compare, hodgkin_huxley_peers, installed, options
from kernels import hodgkin_huxley as hh

import brainpy_lab as bp

CELLS, DURATION, DT = 10_000, 100.0, 0.01
STEPS = round(DURATION / DT)


def currents(repeat: int) -> np.ndarray:
    """A current for each cell, another set for each repeat."""
    return np.linspace(5.0, 15.0, CELLS) + 0.01 * repeat


def difference(result: object, reference: np.ndarray) -> float:
    """Largest difference of the last voltages in mV; a peer's is judged by its mean, to a tenth of a millivolt."""
    if isinstance(result, dict):
        return 0.0 if abs(result["V_mean"] - reference.mean()) < 0.1 else abs(result["V_mean"] - reference.mean())
    return float(np.abs(np.asarray(result) - reference).max())


def contenders_for(method: str, threads: int, model: bp.Model) -> list[Contender]:
    kernel = hh.POPULATION[method]["population" if threads == 1 else "population_threads"]

    def by_hand(repeat: int) -> np.ndarray:
        numba.set_num_threads(threads)
        states = [np.full(CELLS, value) for value in hh.INITIAL]
        kernel(currents(repeat), DT, STEPS, *states)
        return states[0]

    def ours(repeat: int) -> np.ndarray:
        sol = model.run(DURATION, dt=DT, method=method, backend="numba", record=[], threads=threads, I=currents(repeat))
        return sol.final["V"]

    return [
        Contender("hand-written numba", by_hand, installed("numba", "numpy")),
        Contender("brainpy_lab numba", ours, installed("brainpy-lab", "numba", "numpy")),
    ]


def main() -> None:
    parser = options(__doc__, repeats=5)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    arguments = parser.parse_args()
    model = bp.model(hh.TEXT, name="HodgkinHuxley")
    for method in ("rk4", "exponential_euler"):
        for threads in arguments.threads:
            contenders = contenders_for(method, threads, model)
            pythons = arguments.peer_python if threads == 1 else []
            running = hodgkin_huxley_peers(pythons, method, CELLS, DURATION, DT)
            for name, peer in running.items():
                run = lambda k, peer=peer: peer({"I": currents(k).tolist()})  # noqa: E731
                contenders.append(Contender(name, run, peer.versions))
            task = f"hh_population {method} {threads} thread{'s' if threads > 1 else ''}"
            compare(task, contenders, repeats=arguments.repeats, difference=difference, tolerance=1e-6)
            for peer in running.values():
                peer.close()


if __name__ == "__main__":
    main()
