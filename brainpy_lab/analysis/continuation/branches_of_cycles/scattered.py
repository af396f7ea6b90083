"""Orbits from scattered starts: those that come to nothing known lead to cycles that no Hopf point leads to.

All are simulated at once, at several values of the parameter, for as many steps as a usual model needs to settle. An
orbit that is then at no known equilibrium and on no known cycle is worth a closer look.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from brainpy_lab.analysis.continuation.branch import Branch
from brainpy_lab.analysis.continuation.branches_of_cycles.lookup import around
from brainpy_lab.analysis.continuation.cycle_branch import CycleBranch, extremes_of
from brainpy_lab.analysis.cycles.rotations import whole_turns
from brainpy_lab.analysis.plane.ensemble import Ensemble
from brainpy_lab.analysis.plane.events import Resets
from brainpy_lab.analysis.sampling import spread
from brainpy_lab.analysis.vector_field import Array, VectorField

#: Starts at each value, besides the model's own and one beside each unstable equilibrium: half of them among the states
#: that the branches pass and as far on both sides, half in the box in which states are looked for.
STARTS = 4

#: Steps, at most, and those between two looks; relative errors of a step.
STEPS, LOOK, RTOL = 240, 40, 1e-4

#: An orbit that is in this part of the sizes around a stable equilibrium, and comes nearer by this factor or better
#: from look to look in the coordinates of its eigenvectors, will rest there.
AROUND, NEARER = 0.3, 0.98

#: An orbit is at an equilibrium, or on a cycle, this near to it, in parts of the sizes of the states.
AT_REST, ON_CYCLE = 0.01, 0.06

#: Where something known is stable, an orbit that moves by less than this between two looks is left to rest.
MOVES = 0.1

#: So many sizes away an orbit has left.
AWAY = 30.0

#: From the profile of an orbit, (n, n_nodes), to the sizes in which its states are measured, (n,).
Sizes = Callable[[Array], Array]


@dataclass
class Wanderer:
    """An orbit that has come to nothing known.

    Attributes
    ----------
    y : ndarray, shape (n,)
        Where it is.
    value : float
        Of the parameter.
    swing : float
        How far it has moved of late, in sizes of the states.
    is_beside_rest : bool
        Whether something known is stable at that value.
    """

    y: Array
    value: float
    swing: float
    is_beside_rest: bool = False


@dataclass(frozen=True)
class Known:
    """What orbits may come to.

    Attributes
    ----------
    at : callable
        The equilibria at a value of the parameter, each with it behind its states.
    branches : list of Branch
        Of equilibria.
    cycles : list of CycleBranch
        They may grow.
    sizes : callable
    turns : ndarray, shape (n,)
        Of states that are angles, what a turn is, and zero of others.
    """

    at: Callable[[float], list[Array]]
    branches: Sequence[Branch]
    cycles: Sequence[CycleBranch]
    sizes: Sizes
    turns: Array

    def is_cycle(self, w: Wanderer) -> bool:
        """Whether an orbit is on a known cycle, stable or not."""
        for branch in self.cycles:
            for i in around(branch, w.value):
                a, b = branch.orbits[i], branch.orbits[i + 1]
                part = (w.value - a.parameter) / (b.parameter - a.parameter) if b.parameter != a.parameter else 0.0
                profile = (1 - part) * a.profile + part * b.mesh.at(b.profile, a.mesh.nodes)
                off = np.abs(b.profile[:, 0] - a.profile[:, 0]) / self.sizes(profile)
                if _distance(w.y, profile / self.sizes(profile)[:, None], self.sizes(profile)) < ON_CYCLE + off.max():
                    return True
        return False

    def has_stable_cycle(self, value: float) -> bool:
        """Whether there is one at a value of the parameter."""
        for branch in self.cycles:
            if any(branch.stable[i] or branch.stable[i + 1] for i in around(branch, value)):
                return True
        return False

    def hull(self, initial: Array) -> tuple[Array, Array]:
        """The least and the largest values of the states on all branches, and the model's own."""
        low, high = initial.copy(), initial.copy()
        for branch in self.branches:
            low, high = (
                np.minimum(low, branch.points[:, :-1].min(axis=0)),
                np.maximum(high, branch.points[:, :-1].max(axis=0)),
            )
        for cycle in self.cycles:
            for orbit in cycle.orbits[:: max(1, len(cycle.orbits) // 8)]:
                least, most = extremes_of(orbit)
                low, high = np.minimum(low, least), np.maximum(high, most)
        return low, high


def _distance(y: Array, profile: Array, sizes: Array) -> float:
    """From a state to the nearest place of an orbit, which is given in ``sizes``."""
    a, way = profile[:, :-1], np.diff(profile, axis=1)
    aside = (y / sizes)[:, None] - a
    squares = (way**2).sum(axis=0)
    parts = np.clip((aside * way).sum(axis=0) / np.where(squares > 0, squares, 1.0), 0, 1)
    return float(np.sqrt(((aside - parts * way) ** 2).sum(axis=0).min()))


@dataclass(frozen=True)
class Rest:
    """A stable equilibrium at a value of the parameter, and the coordinates in which orbits beside it come nearer."""

    u: Array
    value: float
    inverse: NDArray[np.complex128]
    turns: Array

    @classmethod
    def at(cls, field: VectorField, u: Array, value: float, turns: Array) -> Rest | None:
        """It, or None where it is not stable."""
        eigenvalues, vectors = np.linalg.eig(field.jacobian(u))
        if (eigenvalues.real >= 0).any():
            return None
        try:
            return cls(u, value, np.linalg.inv(vectors.astype(complex)), turns)
        except np.linalg.LinAlgError:
            return cls(u, value, np.eye(len(u), dtype=complex), turns)

    def aside(self, y: Array) -> Array:
        """From it to states, (n, n_orbits), or from its copy the nearest number of turns further."""
        way = y - self.u[:, None]
        return np.asarray(way - whole_turns(way, self.turns[:, None]))

    def far(self, y: Array) -> Array:
        """How far states are, (n, n_orbits), in its coordinates."""
        return np.asarray(np.linalg.norm(self.inverse @ self.aside(y), axis=0))


class _Run:
    """The simulation: what is left of it is still open."""

    def __init__(self, field: VectorField, name: str, values: Array, starts: Array, sizes: Array) -> None:
        self.field, self.name, self.values, self.sizes = field, name, values, sizes
        self.swings = np.zeros(len(values))
        self.ensemble = Ensemble(field.moved(name, values), Resets(field), starts, sizes, RTOL)  # type: ignore[arg-type]

    def leave(self, is_open: NDArray[np.bool_]) -> None:
        """Leave the orbits that are not open."""
        self.values, self.swings = self.values[is_open], self.swings[is_open]
        self.ensemble.keep(is_open)
        self.ensemble.field = self.field.moved(self.name, self.values)  # type: ignore[arg-type]

    def look(self, rests: Sequence[Rest], middle: Array) -> None:
        """Go on until the next look, and leave what has left, rests, or will."""
        before = low = high = self.ensemble.y
        for _ in range(LOOK):
            self.ensemble.step()
            low, high = np.minimum(low, self.ensemble.y), np.maximum(high, self.ensemble.y)
        y = self.ensemble.y
        self.swings = ((high - low) / self.sizes[:, None]).max(axis=0)
        with np.errstate(all="ignore"):
            away = AWAY * (self.sizes + np.abs(middle))
            is_open = (np.abs(y - middle[:, None]) < away[:, None]).all(axis=0)
            for rest in rests:
                near = (np.abs(rest.aside(y)) / (self.sizes + 0.1 * np.abs(rest.u))[:, None]).max(axis=0)
                comes = (near < AROUND) & (rest.far(y) < NEARER * rest.far(before))
                is_open &= ~((self.values == rest.value) & ((near < AT_REST) | comes))
        self.leave(np.asarray(is_open))

    @property
    def found(self) -> list[Wanderer]:
        """What is open."""
        lanes = zip(self.ensemble.y.T, self.values.tolist(), self.swings.tolist(), strict=True)
        return [Wanderer(y, value, swing) for y, value, swing in lanes]


def wanderers(
    field: VectorField, name: str, values: Sequence[float], known: Known, initial: Array, widths: Array
) -> list[Wanderer]:
    """Orbits at some values of a parameter that come to nothing known; first those where nothing known is stable.

    Those that move most come before others, which may still be on their way to rest.

    Parameters
    ----------
    field : VectorField
    name : str
        Of the parameter.
    values : sequence of float
    known : Known
    initial, widths : ndarray, shape (n,)
        The model's own start, and the box in which states are looked for around it.
    """
    low, high = known.hull(initial)
    seen = np.maximum(high - low, 0.05 * widths)
    middle = (low + high) / 2
    cube = spread(len(initial), STARTS) - 0.5
    of_both = middle[:, None] + 2 * seen[:, None] * cube, initial[:, None] + widths[:, None] * cube
    scattered = np.where(np.arange(STARTS) % 2, *of_both)
    starts, rests = [], []
    for value in values:
        moved = field.moved(name, value)
        pairs = [(u[:-1], Rest.at(moved, u[:-1], value, known.turns)) for u in known.at(value)]
        beside = [u + 1e-2 * np.maximum(np.abs(u), 0.1 * seen) for u, rest in pairs if rest is None]
        starts.append(np.column_stack([initial, *beside[:2], scattered]))
        rests += [rest for _, rest in pairs if rest is not None]
    if not starts:
        return []
    lanes = np.repeat(values, [s.shape[1] for s in starts])
    run = _Run(field, name, lanes, np.concatenate(starts, axis=1), seen)
    for number in range(STEPS // LOOK):
        run.look(rests, middle)
        if number % 2:
            run.leave(np.array([not known.is_cycle(w) for w in run.found], dtype=bool))
        if not len(run.values):
            return []
    calm = {rest.value for rest in rests} | {v for v in values if known.has_stable_cycle(v)}
    found = [replace(w, is_beside_rest=w.value in calm) for w in run.found if w.value not in calm or w.swing > MOVES]
    return sorted(found, key=lambda w: (w.is_beside_rest, -w.swing))
