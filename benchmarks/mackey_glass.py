"""The Mackey-Glass equation, tau = 17, over 1,000 time units: RK4 with delays against a hand-written ring buffer.

    python benchmarks/mackey_glass.py --peer-python /path/to/python

Two lengths of step, since a whole run of 10,000 steps takes about a millisecond, most of it outside the loop; then
adaptive methods at the same error as RK4 with dt 0.1 (about 1e-9 at t = 300), beside JiTCDDE where an interpreter that
has it is given (at rtol 1e-9 its error is about 1e-8), and the memory that a run of 10,000,000 steps takes.
"""

from __future__ import annotations

import json
import resource
import subprocess
from collections.abc import Callable

import numpy as np
from harness import Contender, Peer, Timed, compare, installed, options
from kernels import mackey_glass as by_hand

import brainpy_lab as bp

DURATION, CHECKED = 1000.0, 300.0  # the equation is chaotic: results are compared where rounding has not grown yet
LONG = 10_000_000


def delay(repeat: int) -> float:
    """Another delay in every repeat."""
    return 17.0 + 0.001 * repeat


def whole_delay(repeat: int) -> float:
    """Another delay of whole steps in every repeat, so that the solution's corners fall on steps of RK4."""
    return 17.0 + 0.1 * repeat


def peak_memory() -> float:
    """Largest resident memory of this process so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    arguments = options(__doc__, repeats=15).parse_args()
    model = bp.model(by_hand.TEXT, name="MackeyGlass")
    versions = installed("brainpy-lab", "numba", "numpy")

    def difference(result: np.ndarray, reference: np.ndarray) -> float:
        upto = round(CHECKED / DURATION * len(reference))
        return float(np.abs(result - reference)[:upto].max())

    for dt in (0.1, 0.01):
        steps = round(DURATION / dt)

        def hand(repeat: int, dt: float = dt, steps: int = steps) -> np.ndarray:
            out = np.empty(steps)
            by_hand.rk4(delay(repeat), dt, steps, 1.2, out)
            return out

        def ours(repeat: int, dt: float = dt) -> np.ndarray:
            return np.asarray(model.run(DURATION, dt=dt, backend="numba", tau=delay(repeat)).x[1:])

        contenders = [
            Contender("hand-written numba", hand, installed("numba", "numpy")),
            Contender("brainpy_lab numba rk4", ours, versions),
        ]
        task = f"mackey_glass rk4 dt {dt:g}"
        compare(task, contenders, repeats=arguments.repeats, difference=difference, tolerance=1e-7)

    compare(
        "mackey_glass at equal error",
        [Contender(f"brainpy_lab numba {name}", _at(model, run), versions) for name, run in EQUAL.items()]
        + peers(arguments.peer_python),
        repeats=arguments.repeats,
        difference=lambda a, b: float(np.abs(a - b).max()),
        tolerance=1e-6,
    )
    before = peak_memory()
    final = model.run(LONG * 0.01, dt=0.01, backend="numba", record=[], record_every=LONG * 0.01).final["x"]
    grown = {"task": "mackey_glass memory", "steps": LONG, "peak_mib_more": round(peak_memory() - before, 1)}
    print(json.dumps(grown | {"finite": bool(np.isfinite(final))}))


EQUAL = {
    "rk4 dt 0.1": {"dt": 0.1},
    "rkdp rtol 1e-9": {"method": "rkdp", "rtol": 1e-9, "atol": 1e-11},
    "dop853 rtol 1e-9": {"method": "dop853", "rtol": 1e-9, "atol": 1e-11},
}


def _at(model: bp.Model, run: dict) -> Callable[[int], np.ndarray]:
    def values(repeat: int) -> np.ndarray:
        return model.run(CHECKED, backend="numba", record_every=50.0, tau=whole_delay(repeat), **run).x

    return values


def peers(pythons: list[str]) -> list[Contender]:
    """JiTCDDE in the interpreters that can import it."""
    found = []
    for python in pythons:
        if subprocess.run([python, "-c", "import jitcdde"], capture_output=True, check=False).returncode == 0:
            peer = Peer(python, "jitcdde_mackey_glass.py", CHECKED, 50.0, 1e-9, 1e-11)

            def values(repeat: int, peer: Peer = peer) -> Timed:
                timed = peer({"tau": whole_delay(repeat)})
                return Timed(timed.seconds, np.array(timed.result["x"]))

            found.append(Contender("jitcdde rtol 1e-9", values, peer.versions))
    return found


if __name__ == "__main__":
    main()
