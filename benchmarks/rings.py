"""Rings of coupled FitzHugh-Nagumo cells: time of their diagrams with cycles, and what symmetry says of them.

``python benchmarks/rings.py [cells ...]`` (1, 5 and 20: 2, 10 and 40 states). The ring's modes part the equations
around equal cells: each has two states of its own, a leak larger by k*(2 - 2*cos(2*pi*j/cells)). So the Hopf points of
equal cells are known in closed form, and their multipliers, and where those cross the unit circle, from two variational
equations at a time (SciPy, DOP853, to 1e-12). The status is one where a point is missing or one is too many.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import numpy as np
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

import brainpy_lab as bp

TEXT = """
dv/dt = v - v**3/3 - w + I + k*(roll(v, 1) - 2*v + roll(v, -1))
dw/dt = 0.08*(v + 0.7 - 0.8*w)
v(0) = x0; w(0) = x0; I = 0.5; k = 0.1
"""
COUPLING, RANGE = 0.1, (0.0, 1.0)

#: Between canards, whose cycles no integration of double precision holds, and where the cycles end.
CANARD, HOPF = 0.32419, 0.3312

#: Points are the same when they are nearer than this.
SAME = 1e-7


def ring(cells: int) -> bp.Model:
    """So many cells in a ring, all alike."""
    return bp.model(TEXT, namespace={"x0": np.full(cells, -1.0)})


def leaks(cells: int) -> np.ndarray:
    """Of the ring's modes, each once."""
    return COUPLING * (2 - 2 * np.cos(2 * np.pi * np.arange(cells // 2 + 1) / cells))


def hopf_points(cells: int) -> np.ndarray:
    """Where the trace of a mode's Jacobian vanishes, in the range; its determinant is 0.08 - 0.064**2 there."""
    square = 1 - 0.064 - leaks(cells)
    square = square[square > 0]
    v = np.concatenate([-np.sqrt(square), np.sqrt(square)])
    current = (v + 0.7) / 0.8 - v + v**3 / 3
    return np.sort(current[(current > RANGE[0]) & (current < RANGE[1])])


def field(current: float, way: float, leak: float | None = None) -> Callable[[float, np.ndarray], list[float]]:
    """One cell, and the deviations of a mode, with the integral of their trace; ``way`` is -1 backwards in time."""

    def drift(t: float, y: np.ndarray) -> list[float]:
        v, w = y[:2]
        cell = [way * (v - v**3 / 3 - w + current), way * 0.08 * (v + 0.7 - 0.8 * w)]
        if leak is None:
            return cell
        slopes = way * np.array([[1 - v * v - leak, -1], [0.08, -0.064]])
        return [*cell, *(slopes @ y[2:6].reshape(2, 2)).ravel(), np.trace(slopes)]

    return drift


def cycle(current: float, way: float) -> tuple[np.ndarray, float]:
    """A state on one cell's cycle and the period: the stable one, or with ``way`` -1 the unstable one inside it."""
    roots = np.roots([-1 / 3, 0, -0.25, current - 0.875])
    rest = float(roots[np.abs(roots.imag) < 1e-9].real[0])

    def passes(t: float, y: np.ndarray) -> float:
        return float(y[0] - rest)

    passes.direction = 1.0  # type: ignore[attr-defined]
    start = [2.0, 0.0] if way > 0 else [rest, (rest + 0.7) / 0.8 - 0.03]
    span = 600 if way > 0 else 1500
    run = solve_ivp(field(current, way), (0, span), start, method="DOP853", rtol=1e-12, atol=1e-13, events=passes)
    return run.y_events[0][-1], float(np.diff(run.t_events[0])[-1])


def logarithms(current: float, way: float, leak: float, orbit: tuple[np.ndarray, float] | None = None) -> np.ndarray:
    """Of a mode's two multipliers, the larger first: that from the deviations, both together from the trace."""
    state, period = orbit or cycle(current, way)
    start = [*state, 1, 0, 0, 1, 0]
    run = solve_ivp(field(current, way, leak), (0, period), start, method="DOP853", rtol=1e-12, atol=1e-14)
    values, trace = np.linalg.eigvals(run.y[2:6, -1].reshape(2, 2)), run.y[6, -1]
    largest = complex(np.log(complex(values[np.argmax(np.abs(values))])))
    found = np.array([largest, trace - largest if abs(largest.imag) in (0, np.pi) else largest.conjugate()])
    return found if way > 0 else -found[::-1]


def crossings(cells: int) -> list[tuple[str, float]]:
    """Where multipliers of the modes beside the first cross the unit circle, on the unstable cycles and the stable."""
    found = []
    for leak in leaks(cells)[1:].tolist():
        for way, last in ((-1.0, HOPF), (1.0, RANGE[1])):

            def outside(current: float, way: float = way, leak: float = leak) -> float:
                return float(logarithms(current, way, leak)[0].real)

            if outside(CANARD) > 0 > outside(last):
                place = brentq(outside, CANARD, last, xtol=1e-13)
                flips = abs(logarithms(place, way, leak)[0].imag) > 3
                found.append(("period doubling" if flips else "branch point of cycles", place))
    return sorted(found, key=lambda point: point[1])


def main() -> None:
    """Measure all rings."""
    wrong = 0
    for cells in [int(word) for word in sys.argv[1:]] or [1, 5, 20]:
        model = ring(cells)
        wrong += _diagram(model, cells) + _multipliers(model, cells)
    sys.exit(wrong > 0)


def _diagram(model: bp.Model, cells: int) -> int:
    bp.analysis.bifurcation(model, "I", (0.9, 1.0))  # compiles
    began = time.process_time()
    diagram = bp.analysis.bifurcation(model, "I", RANGE)
    took = time.process_time() - began
    print(f"{2 * cells} states: diagram in {took:.1f} s of the processor", flush=True)
    kinds = ("branch point of cycles", "period doubling", "torus")
    found = sorted(
        ((p.kind, p.parameter) for k in kinds for p in diagram.points.of(k) if p.parameter > CANARD),
        key=lambda point: point[1],
    )
    hopf = [("hopf", p.parameter) for p in diagram.points.of("hopf")]
    known = [("hopf", place) for place in hopf_points(cells)]
    return _compared(hopf, known) + _compared(found, crossings(cells))


def _compared(found: list[tuple[str, float]], known: list[tuple[str, float]]) -> int:
    if [kind for kind, _ in found] != [kind for kind, _ in known]:
        print(f"  DIFFERS: {found}\n  known:   {known}")
        return 1
    worst = max((abs(a - b) for (_, a), (_, b) in zip(found, known, strict=True)), default=0.0)
    print(f"  {', '.join(f'{kind} {place:.9g}' for kind, place in found) or 'nothing'}; known to {worst:.1e}")
    return int(worst > SAME)


def _multipliers(model: bp.Model, cells: int) -> int:
    began = time.process_time()
    made = bp.analysis.limit_cycle(model)
    found = made.log_multipliers
    took = time.process_time() - began
    orbit = np.array([made.profile[0, 0], made.profile[cells, 0]]), made.period
    twice = [1 if j in (0, cells / 2) else 2 for j in range(cells // 2 + 1)]
    modes = [logarithms(0.5, 1.0, leak, orbit) for leak in leaks(cells).tolist()]
    known = np.concatenate([np.tile(mode, count) for mode, count in zip(modes, twice, strict=True)])
    known = np.sort(known.real)[::-1]
    worst = float((np.abs(found.real - known) / (1 + np.abs(known))).max())
    least = known[-1] / np.log(10)
    print(f"  multipliers of a cycle in {took:.1f} s; the least 1e{least:.1f}, logarithms to {worst:.1e}", flush=True)
    return int(worst > 1e-5)


if __name__ == "__main__":
    main()
