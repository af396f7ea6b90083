"""A changed Hodgkin-Huxley cell in a running kernel: from the new text to the first result, Numba driver.

    python benchmarks/compile_latency.py

Every repeat changes a number inside an equation, so that neither memory nor disk has the compiled code; Numba itself is
warm.
"""

from __future__ import annotations

import statistics
import tempfile
import time

from harness import emit, installed, options
from kernels import hodgkin_huxley as hh

DURATION, DT = 100.0, 0.01


def changed(repeat: int) -> str:
    """The model's text with another number in an equation."""
    return hh.TEXT.replace("(V + 40)/10", f"(V + 40.{repeat + 1:03d})/10")


def main() -> None:
    import os

    arguments = options(__doc__, repeats=7).parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["BRAINPY_LAB_CACHE"] = folder
        import brainpy_lab as bp

        for method in ("rk4", "exponential_euler"):
            parts: dict[str, list[float]] = {"text to model": [], "first run": [], "second run": []}
            for repeat in range(-1, arguments.repeats):
                times = [time.perf_counter()]
                model = bp.model(changed(repeat), name="HodgkinHuxley")
                times.append(time.perf_counter())
                model.run(DURATION, dt=DT, method=method, backend="numba")
                times.append(time.perf_counter())
                model.run(DURATION, dt=DT, method=method, backend="numba", I=11.0)
                times.append(time.perf_counter())
                if repeat >= 0:
                    for part, begin, end in zip(parts, times, times[1:], strict=False):
                        parts[part].append(end - begin)
            total = [sum(pair) for pair in zip(parts["text to model"], parts["first run"], strict=True)]
            medians = {part: round(1e3 * statistics.median(seconds), 1) for part, seconds in parts.items()}
            emit(
                {
                    "task": f"compile_latency {method}",
                    "contender": "brainpy_lab numba",
                    "median_ms": round(1e3 * statistics.median(total), 1),
                    "parts_ms": medians,
                    "repeats": arguments.repeats,
                    "versions": installed("brainpy-lab", "numba"),
                }
            )


if __name__ == "__main__":
    main()
