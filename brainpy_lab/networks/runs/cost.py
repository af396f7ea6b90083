"""What a run of a network will take, about, told before anything is compiled or run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from brainpy_lab import solvers
from brainpy_lab.networks.code.composed import composed_system, gathered_couplings
from brainpy_lab.networks.code.methods import method_of
from brainpy_lab.networks.group import NeuGroup
from brainpy_lab.networks.runs.memory import bytes_of_group, bytes_of_memory, bytes_of_synapses
from brainpy_lab.networks.source import Source
from brainpy_lab.networks.sources import PoissonGroup, SpikeSource
from brainpy_lab.networks.synapses import Synapses
from brainpy_lab.simulation.runs.record_size import format_bytes
from brainpy_lab.solvers.fractional import FractionalMethod, fractional_states

#: Nanoseconds on numba with one thread, from COBA and Hodgkin-Huxley cells on a processor of 2023: of a cell and step,
#: and more for each state and stage of its method; of a connection that is looked at in every step; of one that a spike
#: reaches; of a random number; of a sum over all the past of a cell.
_CELL, _STAGE, _CONNECTION, _ARRIVAL, _DRAW, _PAST = 1.0, 2.0, 4.0, 4.0, 3.0, 120.0


@dataclass(frozen=True)
class Estimate:
    """What a run will take, about; prints as text.

    Attributes
    ----------
    memory : int
        Bytes, besides records.
    time : float
        Seconds on the driver numba with one thread, compilation left out: right to a factor of two or three.
    steps : int
    arrivals : float
        Connections that spikes reach in the run.
    rate : float
        What groups are taken to spike at, per unit of the models' time.
    """

    memory: int
    time: float
    steps: int
    arrivals: float
    rate: float

    def __str__(self) -> str:
        return (
            f"About {format_bytes(self.memory)} of memory besides records, and about {self.time:.2g} s on numba with "
            f"one thread: {self.steps:,} steps, and {self.arrivals:.3g} connections that spikes reach if cells spike "
            f"at {self.rate:g} per unit of time. A factor of two or three either way; numpy and torch take some ten "
            "times as long."
        )

    __repr__ = __str__


def estimate_of(
    groups: Sequence[Source], synapses: Sequence[Synapses], duration: float, dt: float, rate: float
) -> Estimate:
    """What a run will take, by cells, connections and rates."""
    steps = max(1, round(duration / dt))
    each_step = sum(_of_cells(g, tuple(synapses)) for g in groups) + sum(map(_of_connections, synapses))
    arrivals = sum(_arrivals(s, duration, rate) for s in synapses)
    memory = sum(map(bytes_of_group, groups)) + sum(map(bytes_of_synapses, synapses))
    memory += steps * sum(bytes_of_step(g, synapses) for g in groups)
    return Estimate(memory, 1e-9 * (each_step * steps + _ARRIVAL * arrivals), steps, arrivals, rate)


def _of_cells(group: Source, synapses: tuple[Synapses, ...]) -> float:
    """Nanoseconds of a step."""
    if not isinstance(group, NeuGroup):
        return 0.0 if isinstance(group, SpikeSource) or getattr(group, "is_constant", True) else _DRAW * group.size
    system = composed_system(group.system, [s for s in synapses if s.post_group is group])
    method = solvers.get(method_of(group, synapses))
    one = _CELL + _STAGE * method.stages * len(system.states) + _DRAW * len(system.noise_sources)
    if isinstance(method, FractionalMethod):
        one += _PAST * len(method.sum_names) * len(fractional_states(system))
    return one * group.size


def bytes_of_step(group: Source, synapses: Iterable[Synapses]) -> int:
    """Memory that each step of a run takes besides records: of cells of fractional orders."""
    if not isinstance(group, NeuGroup) or not group.system.is_fractional:
        return 0
    method = solvers.get(method_of(group, synapses))
    assert isinstance(method, FractionalMethod)
    return bytes_of_memory(group, method, 1)


def _of_connections(syn: Synapses) -> float:
    """Nanoseconds of what connections do in every step."""
    moving = {n for n in syn.traces.why if syn.homes.of[n] == "connection"}
    looks = bool(moving) + (0 if syn.totals.are_taken else len(gathered_couplings(syn)))
    return (_CONNECTION * looks + _DRAW * len(syn.system.noise_sources)) * (len(syn) if looks else 0)


def _arrivals(syn: Synapses, duration: float, rate: float) -> float:
    sides = [(e.side, syn.pre_group if e.side == "pre" else syn.post_group) for e in syn.system.events]
    number = syn.pre_group.size if syn.totals.are_taken else len(syn)
    return sum(number * _rate(group, duration, rate) * duration for side, group in sides if side in ("pre", "post"))


def _rate(group: Source, duration: float, rate: float) -> float:
    """How often a cell spikes in a unit of time."""
    if isinstance(group, PoissonGroup) and group.is_constant:
        return group.total_rate / group.size
    if isinstance(group, SpikeSource):
        return float((group.times <= duration).sum()) / (duration * group.size)
    return rate
