"""10,000 parameter sets of the FitzHugh-Nagumo model over 1,000 time units, RK4 at dt 0.05, as one ensemble run.

    python benchmarks/fhn_sweep.py

The Numba driver against the hand-written blocks of lanes, on one thread and on two; the JAX driver against a
hand-written vmapped scan.
"""

from __future__ import annotations

import numba
import numpy as np
from harness import Contender, compare, installed, options
from kernels import fitzhugh_nagumo as fhn

import brainpy_lab as bp

SETS, DURATION, DT = 10_000, 1000.0, 0.05
STEPS = round(DURATION / DT)


def parameters(repeat: int) -> tuple[np.ndarray, np.ndarray]:
    """I and a of every set; other sets in every repeat."""
    generator = np.random.default_rng(repeat + 1)
    return generator.uniform(0.0, 2.0, SETS), generator.uniform(0.6, 0.8, SETS)


def difference(result: np.ndarray, reference: np.ndarray) -> float:
    """Largest difference of the last values of V."""
    return float(np.abs(np.asarray(result) - reference).max())


def main() -> None:
    parser = options(__doc__, repeats=5)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    arguments = parser.parse_args()
    model = bp.model(fhn.TEXT, name="FitzHughNagumo")

    def ours(backend: str, threads: int = 1):
        def run(repeat: int) -> np.ndarray:
            I, a = parameters(repeat)
            options = {"backend": backend, "record": [], "threads": threads}
            return np.asarray(model.run(DURATION, dt=DT, method="rk4", I=I, a=a, **options).final["V"])

        return run

    for threads in arguments.threads:
        kernel = fhn.sweep if threads == 1 else fhn.sweep_threads

        def by_hand(repeat: int, threads: int = threads, kernel=kernel) -> np.ndarray:
            numba.set_num_threads(threads)
            V, w = fhn.start(SETS)
            kernel(*parameters(repeat), DT, STEPS, V, w)
            return V

        contenders = [
            Contender("hand-written numba", by_hand, installed("numba", "numpy")),
            Contender("brainpy_lab numba", ours("numba", threads), installed("brainpy-lab", "numba", "numpy")),
        ]
        task = f"fhn_sweep numba {threads} thread{'s' if threads > 1 else ''}"
        compare(task, contenders, repeats=arguments.repeats, difference=difference, tolerance=1e-6)
    if "jax" in installed("jax"):
        sweep = fhn.jax_sweep()
        contenders = [
            Contender("hand-written jax", lambda k: np.asarray(sweep(*parameters(k), DT, STEPS)[0]), installed("jax")),
            Contender("brainpy_lab jax", ours("jax"), installed("brainpy-lab", "jax", "numpy")),
        ]
        compare("fhn_sweep jax", contenders, repeats=arguments.repeats, difference=difference, tolerance=1e-6)


if __name__ == "__main__":
    main()
