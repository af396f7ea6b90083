"""The phase response of a cycle: how a kick to each state moves its phase, as a data set over the time of the kick."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import xarray as xr

from brainpy_lab.analysis.cycles.cycle import Cycle
from brainpy_lab.analysis.phase.adjoint import gradient
from brainpy_lab.analysis.phase.direct import kicked
from brainpy_lab.analysis.phase.zero import zero_of_phase
from brainpy_lab.analysis.vector_field import Array
from brainpy_lab.errors import ArgumentError, in_words

if TYPE_CHECKING:
    from brainpy_lab.simulation.solution.plot import PlotFigure

#: Times of kicks where none are given and each takes a run.
KICKS = 64


class PhaseResponse(xr.Dataset):
    """A phase response: an ``xarray.Dataset`` over ``t``, one variable a state, time per unit of the state.

    Attributes ``period``, ``zero`` (what happens at t = 0), ``offset`` (``lc(offset)`` is there), ``method`` and
    ``error`` stand in ``.attrs``.
    """

    __slots__ = ()

    def plot(self) -> PlotFigure:  # type: ignore[override]
        """One panel a state, over the time of the kick."""
        from brainpy_lab.analysis.phase.drawing import draw_response

        return draw_response(self)


@in_words("phase_response")
def phase_response(
    lc: Cycle,
    t: float | Sequence[float] | Array | None = None,
    *,
    method: Literal["adjoint", "direct"] = "adjoint",
    kick: float | Mapping[str, float] = 1e-3,
) -> PhaseResponse:
    """How much a kick at time ``t`` brings the cycle forward: time per unit of the state that is kicked.

    Parameters
    ----------
    lc : Cycle
        From `limit_cycle`, or of a diagram.
    t : float or sequence of float, optional
        Times of the kick since phase zero; by default those of the mesh of the orbit, or 64 for ``method="direct"``.
        Phase zero is where the model's first event happens (of the spikes of a burst, the first), else where the first
        state is largest.
    method : {"adjoint", "direct"}
        "adjoint": infinitesimal kicks, by the adjoint variational equation, to about 1e-8 of the response's range;
        cycles may be unstable. "direct": states are kicked and run until they are back on the cycle, which must be
        stable.
    kick : float or mapping
        Size of direct kicks. A number is a part of each state's range on the orbit: kicks of both signs are averaged,
        and the result differs from the adjoint's by terms of its square. A mapping has a size in the units of each
        state that is to be kicked, ``{"V": 5.0}``, for kicks of one sign, as in an experiment; the shift is divided by
        the size.

    Returns
    -------
    PhaseResponse
        Data set over ``t``, a variable a state; where a direct kick leads away from the cycle for good, nan.

    Raises
    ------
    ArgumentError
        For wrong times, methods and kicks, or what is no cycle.
    AnalysisError
        Where the mesh does not become fine enough; for direct kicks of a cycle that is unstable, or nearly so.

    References
    ----------
    B. Ermentrout (1996). Type I membranes, phase resetting curves, and synchrony. Neural Comput. 8, 979-1001.
    doi:10.1162/neco.1996.8.5.979

    Examples
    --------
    >>> import brainpy_lab as bp
    >>> lc = bp.analysis.limit_cycle(bp.models.fitzhugh_nagumo(), I=0.8)
    >>> z = bp.analysis.phase_response(lc, t=[5.0, 25.0])
    >>> z["V"].values.round(5)
    array([ 0.59743, -1.10113])
    """
    if not isinstance(lc, Cycle):
        raise ArgumentError(
            f"{type(lc).__name__} is no cycle.", advice="Find one first: lc = bp.analysis.limit_cycle(m, ...)."
        )
    if method not in ("adjoint", "direct"):
        raise ArgumentError(f"There is no method {method!r}.", advice="It is 'adjoint' or 'direct'.")
    with np.errstate(all="ignore"):
        if method == "direct":
            cycle, error = lc, np.nan
            zero, what = zero_of_phase(cycle)
            times = _times(np.arange(KICKS) * (cycle.period / KICKS) if t is None else t)
            values = kicked(cycle, zero + times / cycle.period, kick)
        else:
            found = gradient(lc)
            cycle, error = found.cycle, found.error
            zero, what = zero_of_phase(cycle)
            times = _times(np.sort((cycle.mesh.nodes - zero) % 1.0) * cycle.period if t is None else t)
            values = dict(zip(cycle.names, found.at(zero + times.ravel() / cycle.period), strict=True))
    data = {name: (("t",) if times.ndim else (), row.reshape(times.shape)) for name, row in values.items()}
    attributes = {
        "model": lc.field.system.name, "period": cycle.period, "zero": what,
        "offset": zero_of_phase(lc)[0] * lc.period, "method": method, "error": error,
    }  # fmt: skip
    return PhaseResponse(data, coords={"t": (("t",) if times.ndim else (), times)}, attrs=attributes)


def _times(given: Any) -> Array:
    times = np.asarray(given, dtype=float)
    if times.ndim > 1 or not times.size:
        raise ArgumentError(f"t has shape {times.shape}; it must be one time or a list of times.")
    if not np.isfinite(times).all():
        raise ArgumentError("t has a value that is not finite.")
    return times
