"""Two equal cells on a cycle with weak coupling: the interaction function, and the phase differences that lock.

Each cell's phase moves at theta_1' = 1 + eps H(theta_2 - theta_1): H is the mean over a period of the phase response
times what the coupling adds. The difference phi = theta_2 - theta_1 obeys phi' = -2 eps H_odd(phi), so that cells lock
where the odd part of H is zero, and stably where it rises there.

References: Y. Kuramoto (1984). Chemical Oscillations, Waves, and Turbulence, chapter 5.
doi:10.1007/978-3-642-69689-3. F. C. Hoppensteadt, E. M. Izhikevich (1997). Weakly Connected Neural Networks, chapter 9.
doi:10.1007/978-1-4612-1828-9
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from brainpy_lab.analysis.cycles.cycle import Cycle
from brainpy_lab.analysis.phase.adjoint import Gradient, gradient
from brainpy_lab.analysis.phase.averaging import means
from brainpy_lab.analysis.phase.coupling import Added, read_coupling
from brainpy_lab.analysis.roots import zero_between
from brainpy_lab.analysis.vector_field import Array
from brainpy_lab.errors import ArgumentError, in_words

if TYPE_CHECKING:
    import xarray as xr

    from brainpy_lab.simulation.solution.plot import PlotFigure

#: Phase differences at which the interaction function is tabled.
POINTS = 200

#: An odd part below this share of H is rounding: no phase difference is preferred.
NOTHING = 1e-9

#: A slope below this, in units of the odd part per period, is no slope: neither stable nor unstable at first order.
FLAT = 1e-6

#: Phase differences with names.
NAMES = {0.0: "synchrony", 0.5: "antiphase"}

#: Step of the slope of the odd part, in periods.
STEP = 1e-4


@dataclass(frozen=True)
class Locked:
    """A phase difference that stays.

    Attributes
    ----------
    phase : float
        Of the partner ahead of the cell, in periods, from 0 to 1: 0 is synchrony, 0.5 antiphase.
    rate : float
        How fast a small deviation grows, for coupling of strength one, per unit of time; negative if stable.
    """

    phase: float
    rate: float

    @property
    def stable(self) -> bool:
        """Whether deviations die out, where the coupling is positive."""
        return self.rate < 0

    def __repr__(self) -> str:
        kind = "stable" if self.stable else "unstable" if self.rate else "neutral"
        return f"{kind} {NAMES.get(self.phase, f'phase difference {self.phase:.6g}')}"


@dataclass(frozen=True, eq=False)
class Interaction:
    """The interaction function of two equal cells; make it with `interaction`.

    Calling it gives H at any phase differences, in periods.
    """

    gradient: Gradient
    coupling: Mapping[str, str]
    delay: float
    _added: Added

    def __reduce__(self) -> tuple[Any, ...]:
        return _made, (self.gradient, self.coupling, self.delay)

    @property
    def cycle(self) -> Cycle:
        """The cycle of each cell."""
        return self.gradient.cycle

    @property
    def period(self) -> float:
        """Of the cell without coupling."""
        return self.cycle.period

    def __call__(self, phase: float | Array) -> Array:
        """H where the partner is ahead by ``phase`` periods; shape of ``phase``."""
        return self._mean(np.asarray(phase, dtype=float), np.asarray)

    def _mean(self, asked: Array, size: Callable[[Array], Array]) -> Array:
        """The mean along the orbit of the time gained, or of its ``size``."""
        mesh, orbit = self.cycle.mesh, self.cycle.profile

        def gained(at: Array, ahead: Array) -> Array:
            with np.errstate(all="ignore"):
                added = self._added(mesh.at(orbit, at), mesh.at(orbit, ahead))
            return np.asarray(size(self.gradient.at(at) * added).sum(axis=0))

        return means(gained, mesh, asked.ravel() - self.delay / self.period).reshape(asked.shape)

    @cached_property
    def phase(self) -> Array:
        """Phase differences, in periods, from 0 to 1: (201,)."""
        return np.linspace(0.0, 1.0, POINTS + 1)

    @cached_property
    def H(self) -> Array:  # noqa: N802
        """H at ``phase``: time gained per unit of time, for coupling of strength one."""
        values = self(self.phase[:-1])
        return np.append(values, values[0])

    @property
    def odd(self) -> Array:
        """The odd part of H at ``phase``; the phase difference moves at -2 times it."""
        return (self.H - self.H[::-1]) / 2

    def _odd_at(self, phase: float) -> float:
        both = self(np.array([phase, -phase]))
        return float(both[0] - both[1]) / 2

    @cached_property
    def locked(self) -> tuple[Locked, ...]:
        """Phase differences that stay, rising from 0; none where the odd part of H is zero everywhere."""
        odd = self.odd
        # where what is gained is lost again, as by a coupling that reads one cell alone, rounding is left
        if not np.abs(odd).max() > NOTHING * self._mean(self.phase[:-1:25], np.abs).max():
            return ()
        # zero and one half are zeros of every odd function of period one; the others come in pairs around them
        phases = [0.0, 0.5]
        positive = odd[1 : POINTS // 2] > 0
        for k in np.flatnonzero(positive[:-1] != positive[1:]) + 1:
            root = self._root(float(self.phase[k]), float(self.phase[k + 1]))
            phases += [root, 1 - root]
        return tuple(self._locked_at(p) for p in sorted(phases))

    def _root(self, low: float, high: float) -> float:
        """A zero of the odd part between two phases of the table."""
        at_low, at_high = self._odd_at(low), self._odd_at(high)
        if at_low * at_high >= 0:  # one of them is zero but for rounding
            return low if abs(at_low) < abs(at_high) else high
        return zero_between(self._odd_at, low, high, xtol=1e-13)

    def _locked_at(self, phase: float) -> Locked:
        slope = (self._odd_at(phase + STEP) - self._odd_at(phase - STEP)) / (2 * STEP)
        is_flat = abs(slope) < FLAT * np.abs(self.odd).max()
        return Locked(phase, 0.0 if is_flat else -2 * slope / self.period)

    def to_xarray(self) -> xr.Dataset:
        """``H`` and ``odd`` over ``phase``."""
        import xarray as xr

        data = {"H": ("phase", self.H), "odd": ("phase", self.odd)}
        return xr.Dataset(data, coords={"phase": self.phase}, attrs={"period": self.period, "delay": self.delay})

    def plot(self) -> PlotFigure:
        """H and its odd part, with the phase differences that lock."""
        from brainpy_lab.analysis.phase.drawing import draw_interaction

        return draw_interaction(self)

    def __iter__(self) -> Iterator[Locked]:
        return iter(self.locked)

    def __repr__(self) -> str:
        terms = ", ".join(f"{name} += {text}" for name, text in self.coupling.items())
        head = f"Interaction of two cells of {self.cycle.field.system.name}, {terms}: "
        if not self.locked:
            return head + "every phase difference stays."
        return head + "; ".join(map(repr, self.locked)) + "."


@in_words("interaction")
def interaction(lc: Cycle, coupling: Mapping[str, str], *, delay: float = 0.0) -> Interaction:
    """The interaction function of two equal cells that are weakly coupled, both ways.

    Parameters
    ----------
    lc : Cycle
        Of one cell alone.
    coupling : mapping of str to str
        What is added to the derivative of a state, in the words of synapses: ``{"V": "pre.V - post.V"}``, where
        ``post`` is the cell that gets it and ``pre`` its partner. Parameters of the model may stand in it.
    delay : float
        How much later the partner's states arrive, in units of the model's time.

    Returns
    -------
    Interaction
        ``phase`` and ``H``, its odd part ``odd``, ``locked``: phase differences that stay, each with ``stable``.

    Raises
    ------
    ArgumentError
        For what is no cycle, unknown names and impossible numbers.

    Examples
    --------
    >>> import brainpy_lab as bp
    >>> lc = bp.analysis.limit_cycle(bp.models.fitzhugh_nagumo(), I=0.8)
    >>> bp.analysis.interaction(lc, {"V": "pre.V - post.V"}).locked
    (stable synchrony, unstable antiphase)
    """
    if not isinstance(lc, Cycle):
        raise ArgumentError(
            f"{type(lc).__name__} is no cycle.", advice="Find one first: lc = bp.analysis.limit_cycle(m, ...)."
        )
    if not (np.isfinite(delay) and delay >= 0):
        raise ArgumentError(f"delay is {delay!r}; it must be a number from zero on.")
    added = read_coupling(lc.field, coupling)
    return Interaction(gradient(lc), dict(coupling), float(delay), added)


def _made(of: Gradient, coupling: Mapping[str, str], delay: float) -> Interaction:
    return Interaction(of, coupling, delay, read_coupling(of.cycle.field, coupling))
