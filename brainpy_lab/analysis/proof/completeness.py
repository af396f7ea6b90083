"""Proof that a list of fixed points is complete: boxes without a zero are left out, the others halved.

Around each known zero a box is found in which it is provably the only one (Krawczyk's test). What is left of the region
is halved until every piece lies in such a box, holds no zero by the values of the drifts or by their slopes, or
provably holds one zero that was not known: that one is added. Zeros at which the Jacobian is singular cannot be proven
in this way; neither can those where a drift jumps.

References: R. Krawczyk (1969). Newton-Algorithmen zur Bestimmung von Nullstellen mit Fehlerschranken. Computing 4,
187-201. doi:10.1007/BF02234767; A. Neumaier (1990). Interval Methods for Systems of Equations, chapter 5.
doi:10.1017/CBO9780511526473
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as default
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from brainpy_lab.analysis.newton import newton
from brainpy_lab.analysis.proof import intervals as iv
from brainpy_lab.analysis.proof.drifts import Drifts, Enclosures, UnprovableError
from brainpy_lab.analysis.proof.intervals import Interval
from brainpy_lab.analysis.reduction import linear_pairs
from brainpy_lab.analysis.vector_field import Array, Range, VectorField
from brainpy_lab.analysis.zero_problem import equilibria

#: More unknowns are not tried: the number of boxes grows with the power of their number.
MOST_UNKNOWNS = 5

#: Boxes looked at in all, and at once.
MOST_BOXES, AT_ONCE = 8000, 512

#: Fewer boxes than this are halved so many times at once: they take as long as one.
FEW, MOST_HALVINGS = 40, 3

#: Half widths, in parts of the region, of the boxes in which a zero is tried to be the only one.
AROUND = 10.0 ** -np.arange(1.0, 10.0)

#: A box smaller than this part of the region is not halved any more.
SMALLEST = 1e-9


class Proof(NamedTuple):
    """Whether all zeros are known, else why not; zeros that were not, (n, n_found); and where it is undecided, (n,)."""

    complete: bool
    reason: str
    found: Array
    undecided: Array | None = None


class _Stopped(Exception):
    """The proof cannot go on; the argument says why, and ``where`` is the place, if it is at one."""

    def __init__(self, reason: str, where: Array | None = None) -> None:
        super().__init__(reason)
        self.where = where


def prove(field: VectorField, box: Mapping[str, Range], points: Array) -> Proof:
    """Prove that ``points``, shape (n, n_points), are all zeros of ``field`` in ``box``.

    A state without a range may lie anywhere, where its own equation is linear in it.
    """
    none = points[:, :0]
    if len(field.free) > MOST_UNKNOWNS:
        return Proof(False, f"{len(field.free)} unknowns are too many for a proof.", none)
    try:
        search = _Search(field, Drifts(field))
        with np.errstate(all="ignore"):
            search.run(box, points)
    except UnprovableError as obstacle:
        return Proof(False, f"{obstacle}.", none)
    except _Stopped as obstacle:
        found = np.array(search.new).T if search.new else none
        return Proof(False, str(obstacle), found, obstacle.where)
    return Proof(True, "", np.array(search.new).T if search.new else none)


@dataclass
class _Search:
    field: VectorField
    drifts: Drifts
    new: list[Array] = default(default_factory=list)

    def run(self, box: Mapping[str, Range], points: Array) -> None:
        low, high = self._region(box)
        self._widths = high - low
        self._only: list[tuple[Array, Array]] = []  # boxes with one zero
        self._zeros: list[tuple[Array, Array]] = []  # those zeros, nearly points
        for zero in points.T:
            self._isolate(zero)
        lows, highs = low[:, None], high[:, None]
        looked_at = 0
        while lows.shape[1]:
            looked_at += min(AT_ONCE, lows.shape[1])
            if looked_at > MOST_BOXES:
                raise _Stopped(f"{MOST_BOXES} pieces of the box were looked at, some are left. A smaller box may do.")
            rest = lows[:, :-AT_ONCE], highs[:, :-AT_ONCE]
            kept = self._narrowed(lows[:, -AT_ONCE:], highs[:, -AT_ONCE:])
            self._check_small(*kept)
            for _ in range(MOST_HALVINGS if kept[0].shape[1] < FEW else 1):
                kept = self._halved(*kept)
            lows, highs = (np.concatenate([a, b], axis=1) for a, b in zip(rest, kept, strict=True))

    def _region(self, box: Mapping[str, Range]) -> tuple[Array, Array]:
        """The region, with ranges from their linear equations for states that have none."""
        free = self.field.free
        low = np.array([box.get(n, (-np.inf, np.inf))[0] for n in free])
        high = np.array([box.get(n, (-np.inf, np.inf))[1] for n in free])
        # zeros on the border count, as they are listed; see `equilibria.BORDER`
        margin = np.where(np.isfinite(high - low), 1e-9 * (high - low), 0.0)
        low, high = low - margin, high + margin
        linear = linear_pairs(self.field.system, free)
        for _ in free:
            for i in np.flatnonzero(~np.isfinite(high - low)).tolist():
                if (i, i) in linear:
                    at = low.copy(), high.copy()
                    at[0][i] = at[1][i] = 0.0
                    found = self.drifts(at[0][:, None], at[1][:, None])
                    slope = Interval(found.slopes_low[i, i], found.slopes_high[i, i])
                    value = iv.negative(iv.multiply(Interval(found.low[i], found.high[i]), iv.reciprocal(slope)))
                    low[i], high[i] = value.low[0], value.high[0]
        unknown = [n for n, width in zip(free, high - low, strict=True) if not np.isfinite(width)]
        if unknown:
            raise _Stopped(f"No range is known for {', '.join(unknown)}; give one: {unknown[0]}=(low, high).")
        wide = np.maximum(high - low, 1e-6 * (1 + np.abs(low)))
        return low, low + wide

    def _isolate(self, zero: Array) -> None:
        """Find a box in which ``zero`` is the only one, as large as it comes."""
        reach = AROUND * self._widths[:, None]
        low, high = zero[:, None] - reach, zero[:, None] + reach
        over = self.drifts(low, high)
        image = self._image(over, np.repeat(zero[:, None], len(AROUND), axis=1), low, high)
        proven = over.smooth & (image.low > low).all(axis=0) & (image.high < high).all(axis=0)
        if not proven.any():
            raise _Stopped(f"The fixed point at {self._said(zero)} may be multiple, or others lie very near it.")
        first, last = np.flatnonzero(proven)[[0, -1]]
        self._only.append((low[:, first], high[:, first]))
        self._zeros.append((image.low[:, last], image.high[:, last]))

    def _image(self, over: Enclosures, middle: Array, low: Array, high: Array) -> Interval:
        """Krawczyk's operator: it holds every zero in the box, and in its inside one only when it lies inside."""
        at = self.drifts.at(middle)
        slopes = np.moveaxis((over.slopes_low + over.slopes_high) / 2, -1, 0)
        usable = np.isfinite(slopes).all(axis=(1, 2)) & (np.abs(np.linalg.det(np.nan_to_num(slopes))) > 0)
        inverse = np.zeros_like(slopes)
        for k in np.flatnonzero(usable).tolist():
            try:
                inverse[k] = np.linalg.inv(slopes[k])
            except np.linalg.LinAlgError:  # it stays zero: the image is then the box itself, and nothing is concluded
                continue
        n, away = len(middle), Interval(*iv.subtract(Interval(low, high), iv.point(middle)))
        y = np.moveaxis(inverse, 0, -1)
        rows = []
        for i in range(n):
            total = iv.point(middle[i])
            for j in range(n):
                total = iv.subtract(total, iv.multiply(iv.point(y[i, j]), Interval(at.low[j], at.high[j])))
                left = iv.point(float(i == j))
                for k in range(n):
                    slope = Interval(over.slopes_low[k, j], over.slopes_high[k, j])
                    left = iv.subtract(left, iv.multiply(iv.point(y[i, k]), slope))
                total = iv.add(total, iv.multiply(left, Interval(away.low[j], away.high[j])))
            rows.append(total)
        return Interval(np.array([r.low for r in rows]), np.array([r.high for r in rows]))

    def _narrowed(self, low: Array, high: Array) -> tuple[Array, Array]:
        """Boxes without those that hold no zero, or known ones only; the others as small as slopes tell."""
        over = self.drifts(low, high)
        kept = ~over.undefined & ((over.low <= 0) & (over.high >= 0)).all(axis=0) & ~self._is_known(low, high)
        low, high, over = low[:, kept], high[:, kept], _part(over, kept)
        low, high, is_empty = self._by_rows(over, low, high)
        low, high, over = low[:, ~is_empty], high[:, ~is_empty], _part(over, ~is_empty)
        middle = low + (high - low) / 2
        image = self._image(over, middle, low, high)
        inside = over.smooth & (image.low > low).all(axis=0) & (image.high < high).all(axis=0)
        narrow_low = np.where(over.smooth, np.maximum(low, image.low), low)
        narrow_high = np.where(over.smooth, np.minimum(high, image.high), high)
        is_left = (narrow_low <= narrow_high).all(axis=0) & ~self._is_known(narrow_low, narrow_high)
        for k in np.flatnonzero(inside & is_left):
            if self._is_settled(narrow_low[:, k], narrow_high[:, k]):
                is_left[k] = False
        return narrow_low[:, is_left], narrow_high[:, is_left]

    def _is_known(self, low: Array, high: Array) -> NDArray[np.bool_]:
        """Which boxes lie in one that holds a known zero and no other."""
        result = np.zeros(low.shape[1], dtype=bool)
        for a, b in self._only:
            result |= ((low >= a[:, None]) & (high <= b[:, None])).all(axis=0)
        return result

    def _by_rows(self, over: Enclosures, low: Array, high: Array) -> tuple[Array, Array, NDArray[np.bool_]]:
        """Each equation solved for each state that it has a slope of one sign by; which boxes turn out empty."""
        low, high = low.copy(), high.copy()
        middle = low + (high - low) / 2
        at = self.drifts.at(middle)
        n = len(low)
        is_empty = np.zeros(low.shape[1], dtype=bool)
        for i in range(n):
            terms = [
                iv.multiply(
                    Interval(over.slopes_low[i, j], over.slopes_high[i, j]),
                    iv.subtract(Interval(low[j], high[j]), iv.point(middle[j])),
                )
                for j in range(n)
            ]
            whole = Interval(at.low[i], at.high[i])
            total = whole
            for term in terms:
                total = iv.add(total, term)
            is_empty |= over.smooth & ((total.low > 0) | (total.high < 0))
            for j in range(n):
                others = whole
                for k in range(n):
                    others = iv.add(others, terms[k]) if k != j else others
                slope = iv.reciprocal(Interval(over.slopes_low[i, j], over.slopes_high[i, j]))
                solved = iv.subtract(iv.point(middle[j]), iv.multiply(others, slope))
                low[j] = np.where(over.smooth, np.maximum(low[j], solved.low), low[j])
                high[j] = np.where(over.smooth, np.minimum(high[j], solved.high), high[j])
        return low, high, is_empty | (low > high).any(axis=0)

    def _is_settled(self, low: Array, high: Array) -> bool:
        """Whether the one zero in a box is known; one that is not is added."""

        def holds_known() -> bool:
            return any(((a >= low) & (b <= high)).all() for a, b in self._zeros)

        if not holds_known() and any(((a <= high) & (b >= low)).all() for a, b in self._zeros):
            return False  # it may be that one: smaller boxes will tell
        return holds_known() or (self._add((low + high) / 2) and holds_known())

    def _check_small(self, low: Array, high: Array) -> None:
        """Stop where boxes that are too small to be halved any more cannot be decided on."""
        for k in np.flatnonzero(((high - low) <= SMALLEST * self._widths[:, None]).all(axis=0)):
            box = low[:, [k]], high[:, [k]]
            middle = (low[:, k] + high[:, k]) / 2
            if self._narrowed(*box)[0].size and not (self._add(middle) and self._is_known(*box)[0]):
                raise _Stopped(f"There may be another at {self._said(middle)}, or none.", middle)

    def _add(self, guess: Array) -> bool:
        """Find the zero at ``guess``, prove that it is one, and add it; False where that does not succeed."""
        units = self._widths
        zero = newton(equilibria(self.field).in_units(units, np.ones(len(units))), guess / units)
        place = zero.point * units
        if not zero.converged or self._is_known(place[:, None], place[:, None])[0]:
            return False
        try:
            self._isolate(place)
        except _Stopped:
            return False
        self.new.append(place)
        return True

    def _halved(self, low: Array, high: Array) -> tuple[Array, Array]:
        """Every box in two halves, across the state in which it is widest."""
        if not low.shape[1]:
            return low, high
        parts = (high - low) / self._widths[:, None]
        axis = np.argmax(parts, axis=0)
        index = np.arange(low.shape[1])
        middle = (low + high)[axis, index] / 2
        first, second = high.copy(), low.copy()
        first[axis, index] = middle
        second[axis, index] = middle
        return np.concatenate([low, second], axis=1), np.concatenate([first, high], axis=1)

    def _said(self, place: Sequence[float] | Array) -> str:
        return ", ".join(f"{name} = {value:.6g}" for name, value in zip(self.field.free, place, strict=True))


def _part(over: Enclosures, kept: NDArray[np.bool_]) -> Enclosures:
    low, high, slopes_low, slopes_high, smooth, undefined = over
    slopes = slopes_low[..., kept], slopes_high[..., kept]
    return Enclosures(low[:, kept], high[:, kept], *slopes, smooth[kept], undefined[kept])
