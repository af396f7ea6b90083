"""Fractional relaxation with 2,000, 20,000 and 200,000 steps: against block kernels written by hand, and its growth.

    python benchmarks/fractional_relaxation.py

The last line of each method fits the cost c N log2(N)^2 to the largest runs and says how far each run lies from it.
"""

from __future__ import annotations

import statistics

import numpy as np
from harness import Contender, compare, emit, installed, options
from kernels import fractional_relaxation as by_hand

import brainpy_lab as bp

ORDER, END = 0.7, 10.0
STEPS = (2_000, 20_000, 200_000)
GROWTH = (2_000, 8_000, 32_000, 128_000, 512_000)
TEXT = f"k = 1\na = {ORDER}\norder(y) = a\ndy/dt = -k*y\ny(0) = 1"


def rate(repeat: int) -> float:
    """The parameter that changes from repeat to repeat."""
    return 1.0 + 0.001 * repeat


def difference(result: np.ndarray, reference: np.ndarray) -> float:
    """Largest difference of the courses."""
    return float(np.abs(result - reference).max())


def main() -> None:
    arguments = options(__doc__, repeats=9).parse_args()
    model = bp.model(TEXT, name="FractionalRelaxation")
    for method, kernel in by_hand.METHODS.items():
        for n in STEPS:
            dt = END / n

            def hand(repeat: int, kernel=kernel, n=n, dt=dt) -> np.ndarray:
                return kernel(ORDER, rate(repeat), dt, n)

            def ours(repeat: int, method=method, dt=dt) -> np.ndarray:
                return model.run(END, dt=dt, method=method, backend="numba", k=rate(repeat)).y

            contenders = [
                Contender("hand-written numba and scipy.fft", hand, installed("numba", "numpy", "scipy")),
                Contender("brainpy_lab numba", ours, installed("brainpy-lab", "numba", "numpy", "scipy")),
            ]
            task = f"fractional_relaxation {method} {n:,} steps"
            compare(task, contenders, repeats=arguments.repeats, difference=difference, tolerance=1e-6)
        growth(model, method, arguments.repeats)


def growth(model: bp.Model, method: str, repeats: int) -> None:
    """How the time of a run grows with its steps."""
    seconds: dict[int, list[float]] = {n: [] for n in GROWTH}
    for repeat in range(-1, repeats):
        for n in GROWTH:
            sol = model.run(END, dt=END / n, method=method, backend="numba", record=[], k=rate(repeat))
            if repeat >= 0:
                seconds[n].append(sol.stats["wall_time"])
    medians = {n: statistics.median(found) for n, found in seconds.items()}
    fitted = {n: n * np.log2(n) ** 2 for n in GROWTH}
    scale = statistics.median(medians[n] / fitted[n] for n in GROWTH[2:])
    slope = np.polyfit(np.log(GROWTH[1:]), np.log([medians[n] for n in GROWTH[1:]]), 1)[0]
    emit(
        {
            "task": f"fractional_relaxation {method} growth",
            "median_ms": {n: round(1e3 * t, 3) for n, t in medians.items()},
            "fit": f"{scale:.3g} s * N * log2(N)**2",
            "ratio_to_fit": {n: round(medians[n] / (scale * fitted[n]), 2) for n in GROWTH},
            "power": round(float(slope), 2),
            "power_of_fit": round(
                float(np.polyfit(np.log(GROWTH[1:]), np.log([fitted[n] for n in GROWTH[1:]]), 1)[0]), 2
            ),
        }
    )


if __name__ == "__main__":
    main()
