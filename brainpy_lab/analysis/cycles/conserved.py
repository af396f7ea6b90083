"""Sums of states that no orbit changes, as where the states of a channel or the people of an epidemic are all counted.

Equilibria and cycles of such a model come in families, one for each value of the sum, and no method for isolated ones
finds them. This finds the sums, and says how to take a state out.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from brainpy_lab.analysis.vector_field import Array, VectorField

#: Most states of a model that is looked at.
MOST_STATES = 40

#: Where in the range of a parameter nothing special is expected, in parts of it.
GENERIC = 0.377

#: A sum is conserved when its rate is smaller than this part of the rates in it.
ZERO = 1e-11

#: A state belongs to a sum when its part in the rates is larger than this.
PART = 1e-6


def conserved(field: VectorField, near: Mapping[str, float]) -> list[dict[str, float]]:
    """Sums of free states, with the factor of each, that the drift keeps: each has a state of its own, with factor 1.

    Parameters
    ----------
    field : VectorField
    near : mapping
        Values of states where the drift is known to be finite: it is looked at around them.
    """
    n = len(field.free)
    if n > MOST_STATES or field.system.is_delayed:
        return []
    drift = _sampled(field, np.array([near.get(name, 0.0) for name in field.free], dtype=float))
    if drift.shape[1] < 2 * n:
        return []
    sizes = np.abs(drift).max(axis=1)
    sizes = np.where(sizes > 0, sizes, 1.0)
    left, values, _ = np.linalg.svd(drift / sizes[:, None], full_matrices=True)
    kept = left[:, np.concatenate([values, np.zeros(n - len(values))]) <= ZERO * max(values[0], ZERO)].T
    return [
        {name: float(c) for name, c in zip(field.free, row, strict=True) if abs(c) > 0}
        for row in _each_with_its_own(kept, sizes)
    ]


def families(field: VectorField, near: Mapping[str, float]) -> tuple[str, ...]:
    """What is said of a model with such sums where equilibria or cycles are looked for."""
    return tuple(_said(field, terms, near) for terms in conserved(field, near)[:1])


def _sampled(field: VectorField, middle: Array) -> Array:
    """The drift at scattered states, finite ones alone, shape (n, n_points)."""
    n = len(middle)
    random = np.random.default_rng(0)
    points = middle[:, None] + (1.0 + np.abs(middle))[:, None] * random.uniform(-1, 1, (n, 8 * n + 24))
    with np.errstate(all="ignore"):
        drift = np.asarray(field.rhs(points), dtype=float)
    return drift[:, np.isfinite(drift).all(axis=0)]


def _each_with_its_own(rows: Array, sizes: Array) -> list[Array]:
    """The rows, combined so that each has a column of its own with the factor 1; in units of the states."""
    rows = rows.copy()
    free = list(range(len(rows)))
    for column in range(rows.shape[1] - 1, -1, -1):
        if not free:
            break
        i = max(free, key=lambda k: abs(rows[k, column]))
        if abs(rows[i, column]) < PART:
            continue
        rows[i] /= rows[i, column]
        for k in range(len(rows)):
            if k != i:
                rows[k] -= rows[k, column] * rows[i]
        free.remove(i)
        rows[i, np.abs(rows[i]) < PART] = 0.0
    found = []
    for row in rows:
        factors = row / sizes
        last = np.flatnonzero(row)[-1]
        found.append(np.round(factors / factors[last], 12))
    return found


def _said(field: VectorField, terms: Mapping[str, float], near: Mapping[str, float]) -> str:
    *others, last = terms
    if not others:
        return (
            f"d{last}/dt is zero everywhere: {last} stays at its initial value, and each has equilibria and cycles of "
            f"its own, which are not followed. Hold it: {last}={near.get(last, 0.0):g}, or make it a parameter."
        )
    total = sum(c * near.get(name, 0.0) for name, c in terms.items())
    rest = "".join(_term(-terms[name], name) for name in others)
    positive_first = sorted(terms, key=lambda name: terms[name] < 0)
    whole = "".join(_term(terms[name], name) for name in positive_first).removeprefix(" + ")
    return (
        f"{whole} is conserved: equilibria and cycles come in families, one for each value of it, and are not "
        f"followed. Take a state out: in place of d{last}/dt = ... write {last} = total{rest}, with the parameter "
        f"total = {total:g}."
    )


def _term(factor: float, name: str) -> str:
    size = "" if abs(abs(factor) - 1) < 1e-9 else f"{abs(factor):.12g}*"
    return f" {'-' if factor < 0 else '+'} {size}{name}"
