"""What a driver needs to run a network: its values, its tables of connections, and what a chunk of steps gives."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from brainpy_lab.codegen.network import Arrive, NetworkCode, Side
from brainpy_lab.drivers.feeds.lags import Lag

#: An event of a network: the group or source, and the name.
Event = tuple[str, str]


@dataclass(frozen=True)
class Table:
    """The connections of the cells of one side, in the order in which spikes reach them.

    Attributes
    ----------
    first : int
        The least delay, in steps.
    delays : int
        How many delays there are from it on.
    start : array of int (cells * delays + 1,)
        The connections of cell i whose delay is first + d stand from ``start[i*delays + d]`` on.
    order : array of int or None
        Their numbers on the axis of the synapse; None where they stand there in this order.
    others : array of int or None
        The cell on their other side, in this order; None where they stand in it on the axis of the synapse.
    numbers : array of int or None
        Where connections take turns: their own numbers, in this order. They act in the order of these.
    """

    first: int
    delays: int
    start: np.ndarray
    order: np.ndarray | None = None
    others: np.ndarray | None = None
    numbers: np.ndarray | None = None

    @property
    def places(self) -> np.ndarray:
        """Where connections that take turns stand in this order, by their own numbers."""
        assert self.numbers is not None
        found = np.empty(len(self.numbers), np.int64)
        found[self.numbers] = np.arange(len(found))
        return found

    def rises(self, targets: np.ndarray) -> bool:
        """Whether the targets of each cell and delay rise, as numbered on the axis of the synapse."""
        falls = np.flatnonzero(targets[1:] < targets[:-1]) + 1
        return bool(np.isin(falls, self.start).all())

    @property
    def last(self) -> int:
        """The largest delay, in steps."""
        return self.first + self.delays - 1


@dataclass(frozen=True)
class Recorded:
    """A row that is recorded: of all places of an axis, or of some."""

    axis: str
    row: str
    index: np.ndarray


@dataclass
class NetworkSetup:
    """Everything a program needs to start a run.

    Attributes
    ----------
    t0, dt : float
        Step n leads from t0 + n*dt to t0 + (n + 1)*dt.
    sizes : mapping of str to int
        Places of each axis.
    rows : mapping of str to mapping of str to array
        Values of each row of each axis, (places,).
    scalars : mapping of str to float
    drive : callable
        ``(first step, n) -> (n, driven scalars)``
    taken : mapping of (str, str) to callable
        For each axis and row that comes from outside: ``(first step, n) -> (n, places)``.
    pre, post : mapping of str to array of int
        For each synapse the cells of each connection.
    targets : mapping of str to int
        For each synapse how many cells there are on its post side.
    tables : mapping of (str, Side) to Table
    sources : mapping of str to callable
        ``(first step, n) -> (offsets, cells)``: the spikes of step first + i are ``cells[offsets[i]:offsets[i + 1]]``.
    record : tuple of Recorded
    every : int
        Steps from one record to the next.
    lags : mapping of (str, float) to Lag
        For synapses that read presynaptic values of before, and the stage: of which time.
    pasts : mapping of (str, str) to array (steps, COEFFICIENTS, cells)
        Of groups' states that are read later the steps before the first one, the last at the end: their polynomials.
    recent : mapping of (str, str) to array (block,) or (block, cells)
        For each sum over the past of a fractional state, the weights of what its latest steps have left, the oldest
        first. The ring of these in ``pasts`` has one number a step and ``block`` slots; a chunk ends with each block.
    first : int
        Number of the run's first step: records are counted from it.
    threads : int
        How many the driver may use for the run, if it can; with several, all rows of tables of "pre" rise.
    """

    t0: float
    dt: float
    sizes: Mapping[str, int]
    rows: Mapping[str, Mapping[str, np.ndarray]]
    scalars: Mapping[str, float]
    drive: Callable[[int, int], np.ndarray]
    taken: Mapping[tuple[str, str], Callable[[int, int], np.ndarray]]
    pre: Mapping[str, np.ndarray]
    post: Mapping[str, np.ndarray]
    targets: Mapping[str, int]
    tables: Mapping[tuple[str, Side], Table]
    sources: Mapping[str, Callable[[int, int], tuple[np.ndarray, np.ndarray]]]
    record: tuple[Recorded, ...]
    every: int
    lags: Mapping[tuple[str, float], Lag]
    pasts: Mapping[tuple[str, str], np.ndarray]
    recent: Mapping[tuple[str, str], np.ndarray] = field(default_factory=dict)
    first: int = 0
    threads: int = 1

    def depth(self, code: NetworkCode, event: Event) -> int:
        """For how many steps the spikes of an event are remembered: until the latest has arrived."""
        arrivals = (o for o in code.schedule if isinstance(o, Arrive) and o.source == event)
        return 1 + max((self.tables[o.synapse, o.side].last for o in arrivals), default=0)


@dataclass
class NetworkChunk:
    """What a number of steps gave.

    Attributes
    ----------
    taken : int
        How many steps were taken; fewer than asked for where something went wrong in the next one.
    step, event, cell : array of int
        Spikes: the number of the step at whose end it was, of the event, and the cell.
    fault : (str, str, int), optional
        What went wrong in the step after the last: the axis, the row or alarm, and the place.
    """

    taken: int
    step: np.ndarray
    event: np.ndarray
    cell: np.ndarray
    fault: tuple[str, str, int] | None = None


class NetworkFlow(ABC):
    """A run of a network in progress; ``step`` is the number of the next step."""

    code: NetworkCode
    setup: NetworkSetup
    step: int = 0
    #: Whether a run that fails in a step stands at the end of the last good one by itself.
    leaves_failed_step: ClassVar[bool] = False

    @abstractmethod
    def mark(self) -> Callable[[], None]:
        """What brings the run back to where it stands, as often as it is called."""

    @abstractmethod
    def past(self, group: str, state: str) -> np.ndarray:
        """The last steps of a state that is read later, as in `NetworkSetup.pasts`: a copy."""

    @abstractmethod
    def advance(self, n_steps: int, rows: np.ndarray, row: int) -> NetworkChunk:
        """Take ``n_steps`` steps; after each ``setup.every``-th, record into ``rows[row]`` and the rows after it."""

    @abstractmethod
    def values(self, axis: str, row: str) -> np.ndarray:
        """A row of an axis: a copy."""

    @abstractmethod
    def is_finite(self, axis: str, row: str) -> bool:
        """Whether all values of a row are numbers."""

    @abstractmethod
    def scale(self, axis: str, row: str, factor: float) -> None:
        """Multiply a row of an axis by a number."""

    @abstractmethod
    def queue(self, event: Event) -> dict[int, np.ndarray]:
        """The cells that fired in each of the last steps whose spikes may still arrive, by the number of the step."""

    @abstractmethod
    def load_queue(self, event: Event, spikes: Mapping[int, np.ndarray]) -> None:
        """Take up such spikes of a run before."""


class NetworkProgram(ABC):
    """The compiled step of a network; holds no run's data."""

    code: NetworkCode

    @abstractmethod
    def start(self, setup: NetworkSetup) -> NetworkFlow:
        """Begin a run."""

    @abstractmethod
    def try_functions(self) -> None:
        """Call each function of the text that has not been compiled once, so that what is wrong with it is raised."""
