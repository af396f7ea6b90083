"""Spikes as every measure takes them: what a run gives, or plain arrays, checked and cut to a window."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

import numpy as np

from brainpy_lab.errors import ArgumentError, in_words
from brainpy_lab.networks.arguments import real, whole
from brainpy_lab.networks.solution import NetworkSolution
from brainpy_lab.simulation.solution.arrays import as_numpy
from brainpy_lab.simulation.solution.events import EventTrain
from brainpy_lab.simulation.solution.record import Record

P = ParamSpec("P")
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)

#: Part of a time that the rounding of a sum of steps may add to it.
_ROUNDING = 1e-9


@in_words("spikes")
def spikes(
    spikes: Any,
    index: Any = None,
    *,
    size: int | tuple[int, ...] | None = None,
    t_start: float | None = None,
    t_stop: float | None = None,
) -> EventTrain:
    """Spikes of a run, or of plain arrays, as one record, sorted by time, with the window of the record.

    Every measure of spikes takes the same arguments and calls this first. Times are in ms; where a model counts time in
    another unit, read Hz as "per 1000 of it". A window holds the spikes with ``t_start < t <= t_stop``, as a step of a
    run holds its end; a spike at ``t_start`` counts where nothing stands before it.

    Parameters
    ----------
    spikes : EventTrain, Solution, or array (n_spikes,)
        ``sol.events["spike"]``, a run with one kind of event, or rising times in ms.
    index : array of int (n_spikes,), optional
        Which cell, for plain times; they are of one cell where it is not given.
    size : int or tuple of int, optional
        Number of cells, or their shape, for plain times with an index: cells without spikes count too.
    t_start, t_stop : float, optional
        The window in ms. A run knows its own, and these cut it; plain times begin at 0 unless said otherwise.

    Returns
    -------
    EventTrain
        An entry for each spike: ``.t`` in ms, ``.index``, ``.ensemble_shape``, and ``.window``, which is None where
        ``t_stop`` is not known.

    Raises
    ------
    ArgumentError
        Where times are not numbers, not rising or outside the record, or an index names no cell.

    Examples
    --------
    >>> train = spikes([1.0, 2.0, 4.0, 9.0], [0, 1, 0, 1], size=2, t_stop=10.0)
    >>> train.of(0)
    array([1., 4.])
    >>> spikes(train, t_start=2.0).t
    array([4., 9.])
    """
    source = _train_of(spikes)
    if source is None:
        times = _times(spikes)
        cells, shape = _cells(index, size, len(times))
        record = _own_window(spikes)
    else:
        source = source.one_by_one()
        if index is not None or size is not None:
            raise ArgumentError("A run's events know their cells.", advice="Leave index= and size= out.")
        times, cells, shape = _times(source.t), as_numpy(source.index), tuple(source.ensemble_shape)
        record = source.window or (None, None)
    _check_cells(cells, shape, len(times))
    start, stop = _window(times, record, t_start, t_stop)
    first = 0 if not len(times) or times[0] >= start else int(np.searchsorted(times, _just_behind(start)))
    last = int(np.searchsorted(times, _just_behind(stop)))
    window = None if np.isinf(stop) else (start, stop)
    cells = cells[first:last].astype(np.int64 if cells.dtype == np.uint64 else cells.dtype, copy=False)
    return EventTrain(times[first:last], cells, shape, window)


def _just_behind(border: float) -> float:
    """A time that is still at the border but for the rounding of a sum of steps."""
    return border + _ROUNDING * max(1.0, abs(border))


def _train_of(given: Any) -> EventTrain | None:
    """The events of a run; None for plain times."""
    if isinstance(given, EventTrain):
        return given
    if isinstance(given, NetworkSolution):
        raise ArgumentError(
            f"A run of a network has the spikes of several groups: {', '.join(groups_of(given)) or 'none'}.",
            advice="Give those of one: sol['name'].",
        )
    events = getattr(given, "events", None)
    if not isinstance(events, dict):
        return None
    if len(events) == 1:
        train: EventTrain = next(iter(events.values()))
        return train
    if not events:
        raise ArgumentError(
            "The run has no events.",
            advice="Write one in the model: when V > 0 as spike: ... Those of a part of a group stand under the group.",
        )
    raise ArgumentError(
        f"The run has several events: {', '.join(events)}.", advice=f"Give sol.events[{next(iter(events))!r}]."
    )


def groups_of(run: NetworkSolution) -> dict[str, Record]:
    """The groups of a network's run that have events; what was recorded of a part of one is left out."""
    return {name: part for name, part in run.parts.items() if "[" not in name and part.events}


def _times(given: Any) -> np.ndarray:
    """Rising finite times as floats, in ms."""
    if hasattr(given, "rescale"):  # a quantity, or a neo.SpikeTrain: without this its unit would be lost
        given = given.rescale("ms").magnitude
    try:
        times = as_numpy(given)
    except ValueError:  # rows of different lengths
        raise _several_trains() from None
    if times.size == 0:
        times = np.zeros(0)
    if times.ndim == 2:
        raise _several_trains()
    if times.ndim != 1 or times.dtype.kind not in "iuf":
        raise ArgumentError(f"Spike times are a list of numbers in ms; got {given!r:.60}.")
    times = times.astype(float, copy=False)
    if not np.isfinite(times).all():
        place = int(np.flatnonzero(~np.isfinite(times))[0])
        raise ArgumentError(f"Spike times are finite; number {place} is {times[place]}.")
    falls = np.flatnonzero(times[1:] < times[:-1])
    if falls.size:
        place = int(falls[0]) + 1
        raise ArgumentError(
            f"Spike times rise; number {place} is {times[place]:g} ms, behind {times[place - 1]:g} ms.",
            advice='Sort them: order = np.argsort(times, kind="stable"), then times[order] and index[order].',
        )
    return times


def _several_trains() -> ArgumentError:
    return ArgumentError(
        "Spike times are a list of numbers in ms, those of all cells together; these are several spike trains.",
        advice="t = np.concatenate(trains); i = np.repeat(np.arange(len(trains)), [len(train) for train in trains]); "
        'order = np.argsort(t, kind="stable"); give t[order], i[order], size=len(trains).',
    )


def _own_window(given: Any) -> tuple[float | None, float | None]:
    """When a neo.SpikeTrain was recorded, in ms; plain times do not say."""
    if not (hasattr(given, "rescale") and hasattr(given, "t_start") and hasattr(given, "t_stop")):
        return None, None
    start, stop = (float(border.rescale("ms").magnitude) for border in (given.t_start, given.t_stop))
    return start, stop


def _cells(index: Any, size: Any, n_spikes: int) -> tuple[np.ndarray, tuple[int, ...]]:
    """The cell of each spike, and the shape of the cells, for plain times."""
    if index is None:
        if size is not None:
            raise ArgumentError("size= counts cells, and nothing says which cell a spike is of.", advice="Give index=.")
        return np.zeros(n_spikes, dtype=np.intp), ()
    cells = as_numpy(index)
    cells = cells if cells.size else np.zeros(0, dtype=np.intp)
    if cells.ndim != 1 or cells.dtype.kind not in "iu":
        raise ArgumentError(
            f"index is a list of whole numbers, a cell for each spike; got {index!r:.60}.",
            advice="Options of a measure go by name.",
        )
    if size is None:
        raise ArgumentError(
            "The number of cells is missing: silent ones are not among the spikes.", advice="Give size=."
        )
    lengths = size if isinstance(size, tuple | list) else (size,)
    shape = tuple(whole("spikes", "size", length, 1) for length in lengths)
    return cells, shape


def _check_cells(cells: np.ndarray, shape: tuple[int, ...], n_spikes: int) -> None:
    if len(cells) != n_spikes:
        raise ArgumentError(f"index says the cell of {len(cells):,} spikes, and there are {n_spikes:,} times.")
    n_cells = int(np.prod(shape, dtype=np.int64))
    if n_spikes and (cells.min() < 0 or cells.max() >= n_cells):
        wrong = int(cells.min() if cells.min() < 0 else cells.max())
        raise ArgumentError(f"There is no cell {wrong}: there are {n_cells:,}, counted from 0.")


def _window(
    times: np.ndarray, record: tuple[float | None, float | None], t_start: Any, t_stop: Any
) -> tuple[float, float]:
    """Start and stop of the window; an unknown stop is infinity."""
    low, high = record
    start = (0.0 if low is None else low) if t_start is None else real("spikes", "t_start", t_start)
    stop = (np.inf if high is None else high) if t_stop is None else real("spikes", "t_stop", t_stop)
    if low is not None and high is not None and (start < low or stop > high):
        raise ArgumentError(f"The record goes from {low:g} to {high:g} ms; the window from {start:g} to {stop:g} ms.")
    if not start < stop:
        raise ArgumentError(f"The window ends before it begins: t_start is {start:g} ms, t_stop is {stop:g} ms.")
    if low is None and t_start is None and len(times) and times[0] < 0:
        raise ArgumentError(
            f"There is a spike at {times[0]:g} ms, before the record begins at 0.", advice="Say when with t_start=."
        )
    return float(start), float(stop)


class OfSpikes(Protocol[R_co]):
    """A measure of spikes."""

    def __call__(
        self,
        spikes: Any,
        index: Any = None,
        *,
        size: int | tuple[int, ...] | None = None,
        t_start: float | None = None,
        t_stop: float | None = None,
        **options: Any,
    ) -> R_co:
        """Measure spikes; see `spikes` for the arguments that all measures share."""


def of_spikes(measure: Callable[Concatenate[EventTrain, P], R]) -> OfSpikes[R]:
    """Decorator: a function of an EventTrain takes whatever `spikes` takes, and its own options by name."""
    name = measure.__name__

    @wraps(measure)
    def with_spikes(
        spikes: Any, index: Any = None, *, size: Any = None, t_start: Any = None, t_stop: Any = None, **options: Any
    ) -> R:
        train = _read(spikes, index, size=size, t_start=t_start, t_stop=t_stop)
        return in_words(name)(measure)(train, **options)  # type: ignore[call-arg]

    shared = list(inspect.signature(spikes).parameters.values())
    own = list(inspect.signature(measure).parameters.values())[1:]
    options = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own]
    with_spikes.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [*shared[:2], *options, *shared[2:]], return_annotation=inspect.signature(measure).return_annotation
    )
    return in_words(name)(with_spikes)


_read = spikes


def window_of(owner: str, train: EventTrain) -> tuple[float, float]:
    """Start and stop of the record in ms; an error where nothing says when it ended."""
    if train.window is None:
        raise ArgumentError(f"{owner}: nothing says when the record ends.", advice="Give t_stop=, in ms.")
    return train.window


def two_trains(owner: str, a: Any, b: Any, t_start: Any, t_stop: Any) -> tuple[EventTrain, EventTrain]:
    """Two trains of the same window."""
    first, second = (spikes(train, t_start=t_start, t_stop=t_stop) for train in (a, b))
    if window_of(owner, first) != window_of(owner, second):
        raise ArgumentError(
            f"{owner}: one record goes over {_words(first)}, the other over {_words(second)}.",
            advice="Give t_start= and t_stop= of a window that both have.",
        )
    return first, second


def _words(train: EventTrain) -> str:
    start, stop = window_of("", train)
    return f"{start:g} to {stop:g} ms"


def per_cell(train: EventTrain, values: np.ndarray) -> Any:
    """Values of all cells in the cells' shape; a number for one cell."""
    return values.reshape(train.ensemble_shape)[()]


def by_cell(train: EventTrain) -> tuple[np.ndarray, np.ndarray]:
    """Times and cells of the spikes, sorted by cell, then time."""
    order = np.argsort(train.index, kind="stable")
    return train.t[order], train.index[order]
