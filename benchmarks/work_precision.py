"""Error against time of adaptive methods: BrainPy Lab on Numba, SciPy with a right-hand side in Python, numbalsoda.

    python benchmarks/work_precision.py

Five problems, each solved at several tolerances by every contender, in turn. A line of JSON for each contender and
tolerance gives the error at the end of the run and the median time; a summary line for each problem compares the times
at equal error, interpolated between tolerances. Where numbalsoda is installed (its source needs a Fortran compiler) it
takes part with LSODA and DOP853 and a compiled right-hand side.
"""

from __future__ import annotations

import importlib.util
import math
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from harness import emit, installed, options
from scipy.integrate import solve_ivp

import brainpy_lab as bp

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
from solvers.stiff import HIRES, ROBERTSON

OURS = ("rkdp", "dop853", "rodas4")
SCIPY = ("DOP853", "LSODA", "Radau")
TOLERANCES = (1e-4, 1e-6, 1e-8, 1e-10)
SLOW_SECONDS = 20.0  # a contender that took longer is not asked for tighter tolerances


@dataclass(frozen=True)
class Problem:
    """A model's text, the same right-hand side in Python, and the length of the run."""

    name: str
    text: str
    rhs: Callable[[float, Sequence[float]], Sequence[float]]
    duration: float
    stiff: bool = False
    floor: float = 1.0  # atol is rtol times this
    into: Callable[[float, Any, Any, Any], None] | None = None  # the right-hand side as numbalsoda takes it

    def model(self) -> bp.Model:
        """The model on the default driver."""
        return bp.model(self.text.strip(), name=self.name)


def lotka_volterra(t: float, y: Sequence[float]) -> Sequence[float]:
    """Predator and prey."""
    a, b = y
    return 1.5 * a - a * b, a * b - 3 * b


def hires(t: float, y: Sequence[float]) -> Sequence[float]:
    """High irradiance responses of photomorphogenesis (Schaefer 1975)."""
    y1, y2, y3, y4, y5, y6, y7, y8 = y
    return (
        -1.71 * y1 + 0.43 * y2 + 8.32 * y3 + 0.0007, 1.71 * y1 - 8.75 * y2, -10.03 * y3 + 0.43 * y4 + 0.035 * y5,
        8.32 * y2 + 1.71 * y3 - 1.12 * y4, -1.745 * y5 + 0.43 * y6 + 0.43 * y7,
        -280 * y6 * y8 + 0.69 * y4 + 1.71 * y5 - 0.43 * y6 + 0.69 * y7, 280 * y6 * y8 - 1.81 * y7,
        -280 * y6 * y8 + 1.81 * y7,
    )  # fmt: skip


def robertson(t: float, y: Sequence[float]) -> Sequence[float]:
    """An autocatalytic reaction (Robertson 1966)."""
    a, b, c = y
    return -0.04 * a + 1e4 * b * c, 0.04 * a - 1e4 * b * c - 3e7 * b * b, 3e7 * b * b


def hodgkin_huxley(t: float, y: Sequence[float]) -> Sequence[float]:
    """The squid's axon with a current of 10."""
    v, m, h, n = y

    def exp(x: float) -> float:
        return math.exp(min(x, 700.0))  # a trial step of an implicit method may go anywhere

    am = 0.1 * (v + 40) / (1 - exp(-(v + 40) / 10)) if v != -40 else 1.0
    an = 0.01 * (v + 55) / (1 - exp(-(v + 55) / 10)) if v != -55 else 0.1
    current = 10 - 120 * m**3 * h * (v - 50) - 36 * n**4 * (v + 77) - 0.3 * (v + 54.387)
    return (
        current, am * (1 - m) - 4 * exp(-(v + 65) / 18) * m,
        0.07 * exp(-(v + 65) / 20) * (1 - h) - h / (1 + exp(-(v + 35) / 10)),
        an * (1 - n) - 0.125 * exp(-(v + 65) / 80) * n,
    )  # fmt: skip


def pleiades(t: float, y: Sequence[float]) -> Sequence[float]:
    """Seven stars in a plane (Hairer, Norsett & Wanner 1993, section II.10)."""
    x, z, u, w = y[:7], y[7:14], y[14:21], y[21:]
    du, dw = [0.0] * 7, [0.0] * 7
    for i in range(7):
        for j in range(7):
            if i != j:
                dx, dz = x[j] - x[i], z[j] - z[i]
                pull = (j + 1) / (dx * dx + dz * dz) ** 1.5
                du[i] += pull * dx
                dw[i] += pull * dz
    return [*u, *w, *du, *dw]


def pleiades_into(t: float, y: Any, dy: Any, p: Any) -> None:
    """The same, written into an array."""
    for i in range(7):
        dy[i], dy[7 + i], dy[14 + i], dy[21 + i] = y[14 + i], y[21 + i], 0.0, 0.0
    for i in range(7):
        for j in range(i):
            dx, dz = y[j] - y[i], y[7 + j] - y[7 + i]
            pull = (dx * dx + dz * dz) ** -1.5
            dy[14 + i] += (j + 1) * pull * dx
            dy[21 + i] += (j + 1) * pull * dz
            dy[14 + j] -= (i + 1) * pull * dx
            dy[21 + j] -= (i + 1) * pull * dz


def pleiades_text() -> str:
    """The same in the model language."""
    stars = range(1, 8)
    start = {
        "x": (3, 3, -1, -3, 2, -2, 2), "z": (3, -3, 2, 0, 0, -4, 4), "u": (0, 0, 0, 0, 0, 1.75, -1.5),
        "w": (0, 0, 0, -1.25, 1, 0, 0),
    }  # fmt: skip
    lines = [f"r{i}{j} = ((x{i} - x{j})**2 + (z{i} - z{j})**2)**1.5" for i in stars for j in stars if i < j]
    lines += [f"dx{i}/dt = u{i}" for i in stars] + [f"dz{i}/dt = w{i}" for i in stars]
    for speed, place in (("u", "x"), ("w", "z")):
        for i in stars:
            pulls = " + ".join(f"{j}*({place}{j} - {place}{i})/r{min(i, j)}{max(i, j)}" for j in stars if j != i)
            lines.append(f"d{speed}{i}/dt = {pulls}")
    lines += [f"{name}{i}(0) = {values[i - 1]}" for name, values in start.items() for i in stars]
    return "\n".join(lines)


PROBLEMS = (
    Problem("LotkaVolterra", "dx/dt = 1.5*x - x*y\ndy/dt = x*y - 3*y\nx(0) = 1\ny(0) = 1", lotka_volterra, 10.0),
    Problem("Pleiades", pleiades_text(), pleiades, 3.0, into=pleiades_into),
    Problem(
        "HodgkinHuxley",
        """
am = 0.1*(V + 40)/(1 - exp(-(V + 40)/10))
an = 0.01*(V + 55)/(1 - exp(-(V + 55)/10))
dV/dt = 10 - 120*m**3*h*(V - 50) - 36*n**4*(V + 77) - 0.3*(V + 54.387)
dm/dt = am*(1 - m) - 4*exp(-(V + 65)/18)*m
dh/dt = 0.07*exp(-(V + 65)/20)*(1 - h) - h/(1 + exp(-(V + 35)/10))
dn/dt = an*(1 - n) - 0.125*exp(-(V + 65)/80)*n
V(0) = -65
m(0) = 0.05
h(0) = 0.6
n(0) = 0.32
""",
        hodgkin_huxley,
        100.0,
    ),
    Problem(
        "HIRES",
        HIRES,
        hires,
        321.8122,
        stiff=True,
        floor=1e-4,
    ),
    Problem(
        "Robertson",
        ROBERTSON,
        robertson,
        1e5,
        stiff=True,
        floor=1e-6,
    ),
)


def by_us(problem: Problem, method: str) -> Callable[[float], np.ndarray]:
    """A function from a tolerance to the final state; compiled before."""
    model = problem.model()
    names = model.system.state_names

    def solve(rtol: float) -> np.ndarray:
        run = {"rtol": rtol, "atol": rtol * problem.floor, "record": []}
        final = model.run(problem.duration, method=method, backend="numba", **run).final
        return np.array([final[n] for n in names])

    solve(1e-2)
    return solve


def by_scipy(problem: Problem, method: str) -> Callable[[float], np.ndarray]:
    """The same by SciPy, with the right-hand side in Python."""
    start = list(problem.model().initial.values())
    span = (0.0, problem.duration)

    def solve(rtol: float) -> np.ndarray:
        found = solve_ivp(problem.rhs, span, start, method, rtol=rtol, atol=rtol * problem.floor, t_eval=span[1:])
        return np.asarray(found.y[:, -1])

    return solve


def by_numbalsoda(problem: Problem) -> dict[str, Callable[[float], np.ndarray]]:
    """The same by numbalsoda with a compiled right-hand side, where it is installed."""
    if importlib.util.find_spec("numbalsoda") is None:
        return {}
    import numba
    import numbalsoda

    start = np.array(list(problem.model().initial.values()))
    rhs, size, times = numba.njit(problem.into or problem.rhs), len(start), np.array([0.0, problem.duration])
    if problem.into is not None:

        @numba.cfunc(numbalsoda.lsoda_sig)
        def compiled(t, u, du, p):
            rhs(t, numba.carray(u, (size,)), numba.carray(du, (size,)), 0.0)
    else:

        @numba.cfunc(numbalsoda.lsoda_sig)
        def compiled(t, u, du, p):
            values = rhs(t, numba.carray(u, (size,)))
            for i in range(size):
                du[i] = values[i]

    def solver(solve: Any) -> Callable[[float], np.ndarray]:
        def run(rtol: float) -> np.ndarray:
            found, done = solve(compiled.address, start, times, rtol=rtol, atol=rtol * problem.floor, mxstep=10_000_000)
            return np.asarray(found[-1]) if done else np.full(size, np.nan)

        run(1e-2)
        return run

    solvers = {"numbalsoda LSODA": solver(numbalsoda.lsoda)}
    return solvers if problem.stiff else {**solvers, "numbalsoda DOP853": solver(numbalsoda.dop853)}


def measure(problem: Problem, repeats: int) -> dict[str, list[tuple[float, float]]]:
    """(error, seconds) at each tolerance, by contender."""
    accurate = by_us(problem, "rodas4" if problem.stiff else "dop853")(1e-12 if problem.stiff else 1e-13)
    ours = [m for m in OURS if (m == "rodas4") == problem.stiff or problem.name == "HIRES"]
    theirs = [m for m in SCIPY if not (problem.stiff and m == "DOP853" and problem.name == "Robertson")]
    contenders: dict[str, Callable[[float], np.ndarray]] = {f"brainpy_lab {m}": by_us(problem, m) for m in ours}
    contenders |= {f"scipy {m}": by_scipy(problem, m) for m in theirs}
    contenders |= by_numbalsoda(problem)
    points: dict[str, list[tuple[float, float]]] = {name: [] for name in contenders}
    for rtol in TOLERANCES:
        times: dict[str, list[float]] = {name: [] for name in contenders}
        errors: dict[str, float] = {}
        for repeat in range(repeats):
            for name, solve in contenders.items():
                slow = points[name] and points[name][-1][1] > SLOW_SECONDS
                if slow or (repeat and sum(times[name]) > SLOW_SECONDS / 4):
                    continue
                begin = time.perf_counter()
                final = solve(rtol)
                times[name].append(time.perf_counter() - begin)
                errors[name] = float(np.sqrt(np.mean(((final - accurate) / (problem.floor + np.abs(accurate))) ** 2)))
        for name, found in times.items():
            if found:
                points[name].append((errors[name], statistics.median(found)))
                emit(
                    {
                        "task": f"work_precision {problem.name}", "contender": name, "rtol": rtol,
                        "error": float(f"{errors[name]:.3g}"), "median_ms": round(1e3 * statistics.median(found), 3),
                        "repeats": len(found), "versions": installed("brainpy-lab", "numba", "scipy", "numbalsoda"),
                    }
                )  # fmt: skip
    return points


def seconds_at(points: list[tuple[float, float]], error: float) -> float | None:
    """Time for an error, by straight lines between the points in logarithms; None outside them."""
    ordered = sorted((max(e, 1e-16), s) for e, s in points)
    errors, seconds = np.log([e for e, _ in ordered]), np.log([s for _, s in ordered])
    if not errors[0] <= np.log(error) <= errors[-1]:
        return None
    return float(np.exp(np.interp(np.log(error), errors, seconds)))


def summary(problem: Problem, points: dict[str, list[tuple[float, float]]]) -> dict[str, Any]:
    """How many times longer each contender takes than the fastest of ours at equal error."""
    ratios: dict[str, dict[str, float]] = {}
    for error in (1e-4, 1e-6, 1e-8):
        found = {name: seconds_at(p, error) for name, p in points.items()}
        known = {name: s for name, s in found.items() if s is not None}
        best = min((s for name, s in known.items() if name.startswith("brainpy_lab")), default=None)
        if best is not None:
            ratios[f"{error:g}"] = {name: round(s / best, 2) for name, s in known.items()}
    return {"task": f"work_precision {problem.name}", "contender": "times at equal error, ours = 1", "ratios": ratios}


def main() -> None:
    arguments = options(__doc__, repeats=3).parse_args()
    for problem in PROBLEMS:
        emit(summary(problem, measure(problem, arguments.repeats)))


if __name__ == "__main__":
    main()
