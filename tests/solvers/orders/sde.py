"""Orders of the methods for stochastic equations: strong along Brownian paths, weak by quadrature over one step."""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy.linalg import expm

import brainpy_lab as bp
from brainpy_lab.codegen.draws import Draw
from brainpy_lab.drivers.feeds.random_draws import Noise
from brainpy_lab.errors import MethodError

from . import Order

_STEPS = tuple(2.0**-k for k in range(4, 9))
_NODES = 10  # of a Gauss-Hermite rule over each draw

#: dX = -a**2 sin(X) cos(X)**3 dt + a cos(X)**2 dW: X = arctan(a W + tan(X0)), Kloeden & Platen 1992, (4.4.46).
SCALAR = "z = 0; a = 0.5\ndx/dt = -a**2*sin(x)*cos(x)**3 + a*cos(x)**2*xi\nx(0) = 0.5"
#: Additive noise in a nonlinear equation, with the method itself on the path's own step as reference.
ADDITIVE = "z = 0\ndx/dt = sin(4*x) + xi\nx(0) = 0.5"
#: y is an Ito and a Stratonovich integral of two independent processes: noise that does not commute.
MIXED = "z = 0\ndx/dt = xi_1\ndy/dt = x*xi_2"
#: The arctangent of the Levy area of two processes: noise that does not commute, solved by the path and its area.
GENERAL = """z = 0
dx/dt = xi_1
dy/dt = xi_2
du/dt = -0.25*(x**2 + y**2)*sin(u)*cos(u)**3 + 0.5*cos(u)**2*(x*xi_2 - y*xi_1)
u(0) = 0.5"""
#: How much finer than the finest step the path is, and how many paths there are.
_REFINEMENT = {MIXED: 8, ADDITIVE: 8, SCALAR: 1, GENERAL: 1}
_CELLS = {MIXED: 100, ADDITIVE: 100, SCALAR: 400, GENERAL: 400}

#: Linear equations, whose moments are known: noise that does not commute, one multiplicative source, additive noise.
_LINEAR = {
    "mixed": "z = 0\ndx/dt = -1.5*x + y + 0.6*y*xi_1\ndy/dt = -x - y + 0.6*x*xi_2\nx(0) = 1\ny(0) = 1",
    "scalar": "z = 0\ndx/dt = -1.5*x + y + 0.6*x*xi\ndy/dt = -x - y + 0.8*y*xi\nx(0) = 1\ny(0) = 1",
    "additive": "z = 0\ndx/dt = -1.5*x + y + 0.6*xi\ndy/dt = -x - y + 0.8*xi\nx(0) = 1\ny(0) = 1",
}


def methods() -> list[str]:
    """Names of the registry's methods of this family."""
    return [name for name, method in bp.solvers.registry().items() if method.family == "sde"]


@cache
def _model(text: str) -> bp.Model:
    return bp.model(text, name="Noisy")


def _fit(nominal: float, steps: tuple[float, ...], errors: list[float], kind: str) -> Order:
    slope = float(np.polyfit(np.log(steps), np.log(errors), 1)[0])
    return Order(float(nominal), slope, steps, tuple(errors), kind)


def measure(method: str, backend: str, steps: tuple[float, ...] = _STEPS) -> Order:
    """The strong order: root mean square distance from the solution for the same path at t = 1, fitted over the steps.

    Methods of order 1/2 are measured with noise that does not commute, which is where most of them have that order, and
    so are those of order 1 that draw Levy areas.
    """
    chosen = bp.solvers.get(method)
    text = MIXED if chosen.order == 0.5 else ADDITIVE if method == "sra1" else GENERAL if _areas(method) else SCALAR
    path = bp.BrownianPath(steps[-1] / _REFINEMENT[text], seed=5, duration=1.0)
    cells = _CELLS[text]
    exact = _exact(text, path, cells, method)
    errors = []
    for dt in steps:
        final = _final(text, dt, method, backend, path, cells)
        errors.append(float(np.sqrt(np.mean([(final[name] - value) ** 2 for name, value in exact.items()]))))
    return _fit(chosen.order, steps, errors, "strong")


def _areas(method: str) -> tuple[Draw, ...]:
    """The Levy areas that a method draws for noise that does not commute; none where it refuses such noise."""
    try:
        return tuple(d for d in _model(GENERAL).code("numpy", method).draws if d.kind == "area")
    except MethodError:
        return ()


def _final(text: str, dt: float, method: str, backend: str, path: bp.BrownianPath, cells: int) -> dict[str, np.ndarray]:
    run = {"noise": path, "record": [], "backend": backend, "z": np.zeros(cells)}
    final: dict[str, np.ndarray] = _model(text).run(1.0, dt=dt, method=method, **run).final
    return final


def _exact(text: str, path: bp.BrownianPath, cells: int, method: str) -> dict[str, np.ndarray]:
    if text == ADDITIVE:
        return _final(text, path.dt, method, "numba", path, cells)
    w = path.values(shape=cells)
    if text == SCALAR:
        return {"x": np.arctan(0.5 * w[-1] + np.tan(0.5))}
    v = path.values(source=1, shape=cells)
    other = np.diff(v, axis=0)
    if text == GENERAL:
        # the areas of the path's own steps, and those of the polygon through their ends
        within = path.dt * path.fine(*_areas(method), 0, len(other), cells)
        area = (within + 0.5 * (w[:-1] * other - v[:-1] * np.diff(w, axis=0))).sum(axis=0)
        return {"x": w[-1], "y": v[-1], "u": np.arctan(area + np.tan(0.5))}
    return {"x": w[-1], "y": (w[:-1] * other).sum(axis=0)}


class _Nodes(bp.BrownianPath):
    """In place of random draws the nodes of a quadrature rule over all draws of a step, one combination a cell."""

    def __init__(self, draws: tuple[Draw, ...]) -> None:
        super().__init__(1.0)
        self.streams = [d.stream for d in draws]
        nodes, weights = np.polynomial.hermite_e.hermegauss(_NODES)
        axes = [nodes] * len(draws)
        self.grid = [g.ravel() for g in np.meshgrid(*axes, indexing="ij")]
        products = np.meshgrid(*[weights / weights.sum()] * len(draws), indexing="ij")
        self.weights = np.prod(products, axis=0).ravel()

    def noise(self, dt: float, t0: float) -> Noise:
        return Noise(path=self)

    def rows(self, draw: Draw, first: int, n: int, lanes: int) -> np.ndarray:
        return np.broadcast_to(self.grid[self.streams.index(draw.stream)], (n, lanes))


def measure_weak(method: str, backend: str) -> Order:
    """The weak order: error of the second moments after one step, integrated over all draws, falls one order faster."""
    chosen = bp.solvers.get(method)
    kind = "additive" if method == "sra1" else "mixed" if chosen.order == 0.5 else "scalar"
    model = _model(_LINEAR[kind])
    nodes = _Nodes(model.code("numpy", method).draws)
    steps, errors = (1 / 16, 1 / 32, 1 / 64), []
    for dt in steps:
        run = {"record": [], "backend": backend, "z": np.zeros(len(nodes.weights)), "noise": nodes}
        final = model.run(dt, dt=dt, method=method, **run).final
        found = [nodes.weights @ (final[a] * final[b]) for a, b in ("xx", "xy", "yy")]
        errors.append(float(np.abs(np.array(found) - _moments(kind, dt)).max()))
    slope = _fit(chosen.weak_order, steps, errors, "weak")
    return Order(slope.nominal, slope.measured - 1, steps, tuple(errors), "weak")


def _moments(kind: str, t: float) -> np.ndarray:
    """E[x x], E[x y], E[y y] at time t."""
    drift, one = np.array([[-1.5, 1.0], [-1.0, -1.0]]), np.eye(2)
    noise = {
        "mixed": [np.array([[0.0, 0.6], [0.0, 0.0]]), np.array([[0.0, 0.0], [0.6, 0.0]])],
        "scalar": [np.diag([0.6, 0.8])],
        "additive": [],
    }[kind]
    flow = np.kron(drift, one) + np.kron(one, drift) + sum((np.kron(g, g) for g in noise), np.zeros((4, 4)))
    whole = np.zeros((5, 5))  # with a constant state, for the source of additive noise
    whole[:4, :4] = flow
    if kind == "additive":
        whole[:4, 4] = np.outer([0.6, 0.8], [0.6, 0.8]).ravel()
    moments = (expm(t * whole) @ np.ones(5))[:4]
    return moments[[0, 1, 3]]
