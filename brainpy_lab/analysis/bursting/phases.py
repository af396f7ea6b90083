"""Silent and active phases of a trajectory: where it rests or recovers, and where it spikes.

At each time the slow variables are frozen at their values, and Newton's method goes from the fast ones to an
equilibrium: the trajectory rests where it is near one that is stable. Where slow and fast are not far apart it may turn
back before it gets there. Then the slow variable tells: between bursts it goes back the way that it came in them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.signal import find_peaks

from brainpy_lab.analysis.newton import batched_newton
from brainpy_lab.analysis.scaling import nonzero, power_of_two
from brainpy_lab.analysis.vector_field import Array, VectorField
from brainpy_lab.analysis.zero_problem import equilibria

#: A state this near to an equilibrium, in parts of the range that each fast variable passes, rests there.
NEAR = 0.03

#: And stays for this part of a short interval between spikes: a cycle may pass by an equilibrium, too.
STAYS = 0.5

#: A maximum that rises above its surroundings by this part of the variable's range is a spike.
SPIKE = 0.2

#: Between bursts the slow variable goes back in an interval that is longer than the middle one by this factor.
LONGER = 1.5

#: The foot of a spike is at this part of its height.
FOOT = 0.25

#: Times at which the trajectory is looked at, at most.
MOST = 8000

#: Steps of Newton's method: from beside an equilibrium few are needed, and from elsewhere none counts.
STEPS = 12


@dataclass(frozen=True)
class Burst:
    """An active phase between two pauses.

    Attributes
    ----------
    spikes : int
    leaves : ndarray, shape (2, n_slow)
        The slow variables when the state last rested beside a stable equilibrium, and at the foot of the first spike.
        Without rest both are the latter.
    lingers : bool
        Whether it stayed beside that equilibrium when this had become unstable.
    stops : ndarray, shape (2, n_slow)
        The slow variables at the last spike, and where the state rests again, or the spike ends.
    """

    spikes: int
    leaves: Array
    lingers: bool
    stops: Array


@dataclass(frozen=True)
class Course:
    """What a trajectory does.

    Attributes
    ----------
    bursts : list of Burst
        Those seen from pause to pause.
    spikes : int
        All of them.
    rests : float
        The part of the time at rest.
    """

    bursts: list[Burst]
    spikes: int
    rests: float


@dataclass(frozen=True)
class _Pause:
    """A time between bursts: the number of the next spike, and indices of the trajectory."""

    next: int
    stops: int
    leaves: int
    foot: int
    lingers: bool


def course(field: VectorField, slow: tuple[str, ...], fast: Array, moved: Array, spiking: int) -> Course:
    """The pauses and the bursts of a trajectory.

    Parameters
    ----------
    field : VectorField
        With the fast variables free.
    slow : tuple of str
    fast, moved : ndarray, shape (n_fast, n_times) and (n_slow, n_times)
        The trajectory.
    spiking : int
        The row of the variable whose maxima are spikes.
    """
    every = max(1, fast.shape[1] // MOST)
    unstable = _beside(field, slow, fast[:, ::every], moved[:, ::every])
    rest = unstable == 0
    trace = fast[spiking]
    peaks = find_peaks(trace, prominence=SPIKE * max(float(np.ptp(trace)), np.finfo(float).tiny))[0]
    goes_back = _goes_back(peaks, moved[0]) if len(slow) == 1 else np.zeros(max(0, len(peaks) - 1), dtype=bool)
    shortest = STAYS * np.quantile(np.diff(peaks), 0.25) / every if len(peaks) > 1 else 0.0
    pauses: list[_Pause] = []
    for k, (a, b) in enumerate(pairwise(peaks)):
        within = np.flatnonzero(rest[a // every + 1 : b // every]) + a // every + 1
        low = np.flatnonzero(trace[a:b] < trace[a:b].min() + FOOT * np.ptp(trace[a:b])) + a
        foot = int(low[-1])
        if len(within) > shortest:
            first, last = int(within[0]), int(within[-1])
            lingers = _lingers(unstable[last + 1 : b // every])
            pauses.append(_Pause(k + 1, first * every, last * every, foot, lingers))
        elif goes_back[k]:
            pauses.append(_Pause(k + 1, int(low[0]), foot, foot, False))
    bursts = [
        Burst(
            after.next - before.next, moved[:, [before.leaves, before.foot]].T, before.lingers,
            moved[:, [peaks[after.next - 1], after.stops]].T,
        )
        for before, after in pairwise(pauses)
    ]  # fmt: skip
    return Course(bursts, len(peaks), float(rest.mean()))


def _goes_back(peaks: NDArray[np.intp], slow: Array) -> NDArray[np.bool_]:
    """In which intervals between spikes the slow variable goes back after it went the other way in several."""
    ways, lengths = np.diff(slow[peaks]), np.diff(peaks)
    back = ways < 0
    if 2 * back.sum() > len(back):
        back = ~back
    if not back.any() or back.all():
        return np.zeros(len(ways), dtype=bool)
    result: NDArray[np.bool_] = back & (lengths > LONGER * np.median(lengths[~back]))
    return result


def _lingers(unstable: NDArray[np.int_]) -> bool:
    """Whether a state that has rested stays where two eigenvalues have become unstable, as beyond a Hopf point.

    Beside a fold it may be near a saddle, too, which has one.
    """
    return len(unstable) > 1 and bool((unstable[:2] > 1).all())


@np.errstate(all="ignore")
def _beside(field: VectorField, slow: tuple[str, ...], fast: Array, moved: Array) -> NDArray[np.int_]:
    """How many unstable eigenvalues the equilibrium beside the state has; -1 where there is none; (n_times,)."""
    # one field for all times: what it holds are arrays over them
    frozen = replace(field, held={**field.held, **dict(zip(slow, moved, strict=True))})
    ranges = nonzero(np.ptp(fast, axis=1))
    units = power_of_two(ranges)
    zeros = batched_newton(equilibria(frozen).in_units(units, units), fast / units[:, None], STEPS, 1e-8)
    found = zeros.points * units[:, None]
    near = zeros.converged & (np.abs(found - fast) < NEAR * ranges[:, None]).all(axis=0)
    matrices = np.moveaxis(frozen.jacobian(np.where(near, found, fast)), -1, 0)
    near &= np.isfinite(matrices).all(axis=(1, 2))
    result = np.full(len(near), -1)
    result[near] = (np.linalg.eigvals(matrices[near]).real >= 0).sum(axis=1)
    return result
