"""The Driver protocol: what a driver declares, how it compiles step code, and how a program is run in chunks."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from brainpy_lab.codegen.network import NetworkCode, Operation
from brainpy_lab.codegen.printing import Dialect
from brainpy_lab.codegen.stepcode import StepCode
from brainpy_lab.drivers.adaptive.functions import Shape
from brainpy_lab.drivers.adaptive.loop import AdaptiveLoop
from brainpy_lab.drivers.feeds.past import Past
from brainpy_lab.drivers.feeds.random_draws import Noise
from brainpy_lab.drivers.network import NetworkProgram
from brainpy_lab.drivers.recent import Recent
from brainpy_lab.equations.system import System
from brainpy_lab.errors import DriverError

if TYPE_CHECKING:
    from brainpy_lab.drivers.feeds.memory_sums import MemorySums

Array = Any  # an array of the driver's own kind


class Capability(Enum):
    """What a driver can do; ask for these, never for names."""

    JIT = auto()  # compiles; no Python between steps
    AUTOGRAD = auto()  # derivatives through a run
    ELEMENT_LOGIC = auto()  # helper functions with loops and branches, run on each element alone
    MIXING = auto()  # array states whose elements mix: sum, mean, dot, @
    THREADS = auto()  # members of ensembles, and the cells of one network, are shared out among threads


@dataclass(frozen=True)
class Layout:
    """The shape of a run as far as it decides the compiled code.

    Attributes
    ----------
    ensemble : bool
        Many cells side by side (lanes) or a single one.
    varying : tuple of str
        Parameters that differ between lanes.
    driven : tuple of str
        Parameters that change from step to step, alike for all lanes.
    driven_lanes : tuple of str
        Parameters that change from step to step and differ between lanes.
    driven_narrow : tuple of str
        Those of them that are one number in each member of an ensemble, beside array states whose elements mix.
    mixes : bool
        States are arrays whose elements mix (``sum``, ``mean``, ``dot``, ``@``).
    matrices : tuple of str
        Parameters that are matrices, where elements mix.
    short_delays : bool
        Some delay may be shorter than a step.
    steady_delays : bool
        No delay changes in the run or is shorter than a step: all that is read is known to be there.
    """

    ensemble: bool
    varying: tuple[str, ...] = ()
    driven: tuple[str, ...] = ()
    driven_lanes: tuple[str, ...] = ()
    mixes: bool = False
    matrices: tuple[str, ...] = ()
    short_delays: bool = False
    steady_delays: bool = False
    driven_narrow: tuple[str, ...] = ()

    def lanes_of(self, name: str, drive: Array) -> Array:
        """The values of one of ``driven_lanes`` as wide as it is, from those of all elements."""
        return drive[..., :1] if name in self.driven_narrow else drive


@dataclass
class Setup:
    """Everything a program needs to start a run; lanes are flat."""

    t0: float
    dt: float
    states: Mapping[str, Array]
    hidden: Mapping[str, Array]
    parameters: Mapping[str, Array]
    lanes: int
    record: tuple[str, ...]
    every: int
    first: int = 0  # number of the run's first step: records are counted from it
    ensemble: tuple[int, ...] = ()  # axes of the ensemble and of one cell, for programs that keep them
    cell: tuple[int, ...] = ()
    wide: frozenset[str] = frozenset()  # states and hidden variables with a number for each element, where they mix
    drive: Callable[[int, int], np.ndarray] | None = None  # (first step, n) -> (n, len(driven))
    drive_lanes: Callable[[int, int], np.ndarray] | None = None  # -> (n, len(driven_lanes), lanes or axes)
    differentiable: bool = False
    threads: int = 1
    noise: Noise = field(default_factory=Noise)
    past: Past | None = None  # the histories, where states are delayed
    options: Mapping[str, Any] = field(default_factory=dict)
    sums: MemorySums | None = None  # of a fractional run

    def clock(self, step: int) -> tuple[float, int, float]:
        """Time, number of steps since, and length of ``step``: it begins at time + number*length."""
        return (self.t0, step, self.dt) if self.sums is None else self.sums.clock(step, self.t0)


@dataclass
class Chunk:
    """What one chunk gave: its event occurrences and, when no rows were handed in, its records.

    ``step`` counts from the start of the run: an occurrence in the first step has step 1, its end.
    """

    step: np.ndarray
    lane: np.ndarray
    kind: np.ndarray
    records: Array | None = None


class Flow(ABC):
    """A run in progress: advanced chunk by chunk, read between chunks."""

    setup: Setup
    step: int = 0

    @abstractmethod
    def advance(self, n_steps: int, rows: np.ndarray | None, row: int) -> Chunk:
        """Take ``n_steps`` steps, and record after each ``setup.every``-th since ``setup.first``.

        Records go to ``rows[:, row...]``.

        ``rows`` has the shape (recorded variables, times, lanes), without lanes for a single cell. With ``rows`` None
        the records come back in the chunk, time first, as arrays of the driver's own kind.
        """

    @abstractmethod
    def values(self) -> dict[str, Array]:
        """States and hidden variables now."""

    @abstractmethod
    def state(self) -> dict[str, Array]:
        """All that the rest of the run depends on: states and hidden variables by name, and what feeds carry.

        ``"past/x"`` is the ring of a delayed state (`brainpy_lab.drivers.feeds.past`), ``"sums/remembered"`` what the
        steps of a fractional run remembered, (states, steps, ...). Arrays of the driver's kind or NumPy's, which stay
        as they are while the run goes on: copies, or views of what steps only append to.
        """

    @abstractmethod
    def load(self, state: Mapping[str, Array], step: int) -> None:
        """Go to ``state`` at ``step``: one of this flow, or, in a fresh one, of another run of the same program.

        Drives, draws, rings and records count from that step of the clock of ``setup``, so that the steps after it are
        those of the run that gave the state.
        """

    def resume(self, setup: Setup) -> None:
        """Go on from here with the clock, the noise and the recording of ``setup``: a step of another length."""
        self.setup = setup


class Program(ABC):
    """Compiled step and loop on one driver; holds no run's data, so that several runs may use it at once."""

    code: StepCode
    layout: Layout

    @abstractmethod
    def start(self, setup: Setup) -> Flow:
        """Begin a run."""


class Driver(ABC):
    """A way to run step code. One file, one class, one module-level instance or entry point ``brainpy_lab.drivers``.

    Attributes
    ----------
    name, title : str
        The name users write and the one they read.
    capabilities : frozenset of Capability
    dialect : Dialect
        How step code is spelled for the driver.
    first_chunk : int
        Steps that a run takes at most before it is looked up for the first time.
    compilations : int
        How many programs were compiled in this process: a change of a parameter or of dt adds none.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    capabilities: ClassVar[frozenset[Capability]] = frozenset()
    dialect: ClassVar[Dialect]
    first_chunk: ClassVar[int] = 2048

    def __init__(self) -> None:
        self.compilations = 0
        self._programs: Recent[Program] = Recent()
        self._adaptive: Recent[AdaptiveLoop] = Recent()
        self._networks: Recent[NetworkProgram] = Recent()

    def dialect_for(self, system: System) -> Dialect:
        """The spelling of this system's step code: by default the driver's own."""
        return self.dialect

    @abstractmethod
    def available(self) -> str | None:
        """None when the driver can be used, else why not, with the command that installs what is missing."""

    def obstacle(self, system: System) -> str | None:
        """What keeps the driver from running ``system``, as a sentence; None when nothing does."""
        if system.mixes_elements and Capability.MIXING not in self.capabilities:
            return (
                f"The driver '{self.name}' runs each element of an array state alone, and '{system.name}' mixes them "
                "(sum, mean, dot or @)."
            )
        for function in system.functions:
            if function.vectorizable or function.loops:
                continue
            reads_elements = any(isinstance(node, ast.Subscript) for node in ast.walk(function.node))
            if reads_elements or Capability.ELEMENT_LOGIC not in self.capabilities:
                return (
                    f"The driver '{self.name}' cannot run the helper function '{function.name}': {function.obstacle}."
                )
        return None

    @abstractmethod
    def compile(self, code: StepCode, layout: Layout) -> Program:
        """Compile fixed-step code for runs of one layout."""

    @abstractmethod
    def compile_adaptive(self, code: StepCode, shape: Shape) -> AdaptiveLoop:
        """The adaptive loop with the functions of adaptive step code in place (see `drivers.adaptive.loop`)."""

    def compile_network(self, code: NetworkCode) -> NetworkProgram:
        """Compile the step of a network."""
        raise DriverError(
            f"The driver '{self.name}' does not run networks so far.", advice="Run it with backend='numba' or 'numpy'."
        )

    def done_alone(self, code: NetworkCode) -> tuple[Operation, ...]:
        """Of a network's step, what one thread does while the others wait; for drivers with threads."""
        return ()

    @abstractmethod
    def array(self, value: Any) -> Array:
        """A number or NumPy array as the driver's own float64 array."""

    def to_numpy(self, value: Array) -> np.ndarray:
        """An array of the driver's as a NumPy array."""
        return np.asarray(value)

    def collect(self, initial: list[Array], records: Array) -> list[Array]:
        """Records of a differentiable run, variable by variable, time first, the initial value included."""
        raise NotImplementedError

    def is_traced(self, value: Any) -> bool:
        """Whether a derivative is being taken through ``value``."""
        return False

    def program(self, code: StepCode, layout: Layout) -> Program:
        """The compiled program, from memory when this code was compiled for this layout before."""

        def compiled() -> Program:
            self.compilations += 1
            return self.compile(code, layout)

        return self._programs.get((code.text, layout), compiled)

    def network(self, code: NetworkCode) -> NetworkProgram:
        """The compiled step of a network, from memory when this code was compiled before."""

        def compiled() -> NetworkProgram:
            self.compilations += 1
            return self.compile_network(code)

        return self._networks.get(code.key, compiled)

    def adaptive_loop(self, code: StepCode, shape: Shape) -> AdaptiveLoop:
        """The adaptive loop, from memory when this code was compiled before."""

        def compiled() -> AdaptiveLoop:
            self.compilations += 1
            return self.compile_adaptive(code, shape)

        return self._adaptive.get((code.text, shape.sizes, shape.shapes), compiled)

    def forget(self) -> None:
        """Drop all compiled programs."""
        self._programs.clear()
        self._adaptive.clear()
        self._networks.clear()

    def __repr__(self) -> str:
        return f"<driver {self.name}: {self.title}>"
