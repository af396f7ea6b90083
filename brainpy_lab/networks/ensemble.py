"""Runs of an ensemble: twins of a network, each with numbers of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from brainpy_lab import drivers
from brainpy_lab.drivers.driver import Capability
from brainpy_lab.networks.runs.ensembles import Halt, Members, Progresses, combined, side_by_side
from brainpy_lab.networks.runs.request import Request
from brainpy_lab.networks.solution import NetworkSolution
from brainpy_lab.networks.twins import Twin, part_of
from brainpy_lab.simulation import ambient
from brainpy_lab.simulation.runs.control import reporter
from brainpy_lab.simulation.runs.record_size import check_record_memory
from brainpy_lab.simulation.runs.warning import warn
from brainpy_lab.simulation.solution.outcome import Outcome


@dataclass
class Ensemble:
    """Members of an ensemble, ready to run.

    Attributes
    ----------
    network : Network
        Which each member is a twin of.
    members : Members
    request : Request
        What all members share; seed and dt are settled.
    backend : str
    """

    network: Any
    members: Members
    request: Request
    backend: str

    @classmethod
    def of(cls, network: Any, request: Request, backend: str) -> Ensemble:
        """All of it checked, and compiled, before a member runs.

        Raises
        ------
        ArgumentError, DriverError, MemoryLimitError
        """
        assert request.parameters is not None
        for key in request.parameters:
            part_of(network.parts, key)
        members = Members.of(request.parameters)
        if request.start is None or request.start == 0:
            seed = request.seed if request.seed is not None else ambient.seed_or(None) or 0
            request = replace(request, start=None, seed=seed)
        found = cls(network, members, request, backend)
        for number in range(len(members)):
            twin = found.twin(number)
            if number == 0:
                plan, _ = twin.network._planned(found.moved(twin, None), backend)
                width = sum(w.kept_width for w in plan.record)
                count = plan.n_steps // plan.every + 1
                check_record_memory(count, {"records": ()}, (width, len(members)))
                drivers.get(backend).network(plan.code)
                network._wirings |= twin.network._wirings
                found.request = replace(request, dt=plan.state.dt)  # threads of members do not see the session's
        return found

    def twin(self, number: int) -> Twin:
        """A network of its own for a member."""
        twin = Twin(self.network)
        for key, value in self.members.values(number).items():
            twin.set(key, value)
        return twin

    def moved(self, twin: Twin, report: Any) -> Request:
        """The request of one member."""
        record: Any = self.request.record
        if isinstance(record, Mapping):
            record = {twin.moved(key): names for key, names in record.items()}
        return replace(self.request, record=record, progress=report or False, parameters=None, threads=1)

    def run(self) -> NetworkSolution:
        """The ensemble's solution; its outcome says where the user interrupted it."""
        halt = Halt(self.request.stop)
        progresses = Progresses(reporter(self.request.progress), len(self.members))
        runs = [partial(self._run, number, halt, progresses) for number in range(len(self.members))]
        has_threads = Capability.THREADS in drivers.get(self.backend).capabilities
        threads = min(self.request.threads, len(runs)) if has_threads else 1
        found, is_interrupted = side_by_side(runs, threads, halt)
        sol = combined(self.members, found)
        if "ended" in sol.stats:
            warn(sol.stats["ended"])
        if is_interrupted:
            sol.outcome = Outcome.INTERRUPTED
        return sol

    def _run(self, number: int, halt: Halt, progresses: Progresses) -> NetworkSolution:
        twin = self.twin(number)
        request = self.moved(twin, progresses.of(number))
        sol: NetworkSolution = twin.network.run(
            request.duration, dt=request.dt, record=request.record, record_every=request.record_every,
            start=request.start, seed=request.seed, backend=self.backend, progress=request.progress, stop=halt,
        )  # fmt: skip
        return sol
