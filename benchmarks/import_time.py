"""``import brainpy_lab`` in a new process, beside a process that imports nothing.

python benchmarks/import_time.py
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

from harness import emit, installed, options

PROGRAM = """
import time
start = time.perf_counter()
import brainpy_lab
print(time.perf_counter() - start)
"""


def process(program: str) -> tuple[float, str]:
    """Seconds of a whole process, and what it printed."""
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return time.perf_counter() - start, done.stdout


def main() -> None:
    arguments = options(__doc__, repeats=11).parse_args()
    empty, whole, inside = [], [], []
    for repeat in range(-1, arguments.repeats):
        nothing = process("pass")[0]
        seconds, printed = process(PROGRAM)
        if repeat >= 0:
            empty.append(nothing)
            whole.append(seconds)
            inside.append(float(printed))
    for name, seconds_of in (
        ("import alone", inside),
        ("whole process", whole),
        ("process that imports nothing", empty),
    ):
        emit(
            {
                "task": "import_time",
                "contender": name,
                "median_ms": round(1e3 * statistics.median(seconds_of), 1),
                "repeats": arguments.repeats,
                "versions": installed("brainpy-lab", "numpy"),
            }
        )


if __name__ == "__main__":
    main()
