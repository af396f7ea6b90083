"""Solution: what a run gives back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from brainpy_lab.errors import in_words
from brainpy_lab.simulation.solution.checkpoint import UnknownVariableError
from brainpy_lab.simulation.solution.events import Events, EventTrain, UnknownEventError
from brainpy_lab.simulation.solution.outcome import Outcome
from brainpy_lab.simulation.solution.record import Record

if TYPE_CHECKING:
    import pandas
    import xarray
    from matplotlib.figure import Figure

__all__ = ["EventTrain", "Events", "Outcome", "Solution", "UnknownEventError", "UnknownVariableError"]


@dataclass(repr=False, eq=False)
class Solution(Record):
    """Times, states and events of a run, with what it took to make them.

    Parameters
    ----------
    t : array (n_times,)
        Recorded times in the model's unit; ``t[0]`` is the start.
    data : dict of arrays (n_times, *ensemble, *state)
        Recorded states and intermediates, in the model's units. ``sol.V`` and ``sol["V"]`` give one.
    own_times : dict of arrays
        Times of what was recorded at an interval of its own; ``sol.times("w")`` gives the times of any variable.
    params : dict
        Parameters of the run: numbers, arrays, or functions of time.
    initial : dict of arrays (*ensemble, *state)
        States at the start, recorded or not; ``sol.final`` has those at the end.
    events : dict of EventTrain
        ``sol.events["spike"].t`` and ``.index``: flat, sorted by time.
    seed : int
        Seed of the run's random numbers.
    outcome : Outcome
        How the run ended; ``sol.outcome.advice`` is a sentence on it.
    stats : dict
        steps, rejected, evaluations, wall_time and compile_time (seconds), backend, method, dt, threads; unread_inputs,
        the parameters driven by functions that could not be read as equations, where there are any.
    model_name, model_text : str
        The model.
    ensemble_shape : tuple of int
        Shape of the ensemble; ``()`` is a single run.
    ensemble_params : tuple of str
        Parameters and states (by their initial value) that vary over the ensemble.
    interpolant : callable, optional
        Dense output: ``interpolant(t)``, with a float or a 1-D array, gives a dict of arrays.
    derivative : callable, optional
        ``derivative(t, values)`` gives the states' derivatives at recorded times, for interpolation between them.
    checkpoint : Checkpoint, optional
        All that a run goes on with from where this one stands: ``m.run(duration, start=sol)``.

    Examples
    --------
    >>> import numpy as np
    >>> sol = Solution(t=np.arange(3.0), data={"V": np.array([0.0, 1.0, 4.0])})
    >>> sol.V[-1]
    np.float64(4.0)
    >>> sol
    Solution of Model: V at 3 times from 0 to 2; completed.
    """

    # --- between recorded times -----------------------------------------------------------------------

    @in_words("A solution")
    def __call__(self, t: Any) -> dict[str, Any]:
        """States at any time of the run.

        Adaptive methods answer with their dense output. Runs with a fixed step interpolate between recorded times by
        cubic Hermite polynomials, which is of fourth order in ``record_every`` where no event resets a state.

        Parameters
        ----------
        t : float or array
            Times between ``sol.t[0]`` and ``sol.t[-1]``.

        Returns
        -------
        dict of arrays (*ensemble, *state), with the shape of ``t`` before that when it is an array
        """
        from brainpy_lab.simulation.solution.interpolation import states_at

        return states_at(self, t)

    # --- other forms ----------------------------------------------------------------------------------

    def to_xarray(self) -> xarray.Dataset:
        """The run as an ``xarray.Dataset``.

        Dimensions are ``time``, then one for each axis of the ensemble (named after the parameter that alone spans it,
        with its values as coordinate; otherwise ``cell``, or ``ensemble_0``, ...), then the axes of array states.
        Events are pairs of variables, ``spike_t`` and ``spike_index``. Attributes hold model, method, seed and outcome.
        """
        from brainpy_lab.simulation.solution.tables import to_xarray

        return to_xarray(self)

    def to_pandas(self) -> pandas.DataFrame:
        """The recorded variables as a ``pandas.DataFrame``: one row a time (and cell), one column a variable."""
        from brainpy_lab.simulation.solution.tables import to_pandas

        return to_pandas(self)

    def to_neo(self) -> Any:
        """The run as a ``neo.Segment``, for elephant and other packages of electrophysiology; times are taken as ms.

        Each recorded variable is a signal with a channel a cell, without a unit (irregular where the times are), and
        each event has a spike train a cell. Needs the package neo.
        """
        from brainpy_lab.simulation.solution.neo_form import segment

        return segment(self)

    @in_words("plot")
    def plot(self, *names: str) -> Figure:
        """Time courses of the named (all) variables, or the raster of events where none was recorded.

        Ensembles of up to ten show each member, larger ones the median and the range that holds 90 % of the members.

        Returns
        -------
        matplotlib.figure.Figure
            Shows itself in a notebook; ``.savefig(path)`` writes a file. pyplot is not involved.
        """
        from brainpy_lab.simulation.solution.plot import plot_solution

        return plot_solution(self, names)

    def save(self, path: str | Path) -> Path:
        """Write the run to ``path``: NetCDF (``.nc``), NumPy (``.npz``) or Zarr (``.zarr``). ``bp.load`` reads all.

        An error leaves a file that stood there as it was. Functions (dense output, inputs given as functions) are not
        kept.
        """
        from brainpy_lab.simulation.solution.storage import save

        return save(self, path)

    def __repr__(self) -> str:
        from brainpy_lab.simulation.solution.report import solution_text

        return solution_text(self)

    def _repr_html_(self) -> str:
        from brainpy_lab.simulation.solution.report import solution_html

        return solution_html(self)
