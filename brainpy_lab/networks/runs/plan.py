"""What is to be run of a network, all of it checked."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from brainpy_lab.codegen.events import known_before
from brainpy_lab.codegen.network import NetworkCode
from brainpy_lab.errors import ArgumentError
from brainpy_lab.networks.code.assembly import Assembly
from brainpy_lab.networks.group import NeuGroup
from brainpy_lab.networks.parts import Parts
from brainpy_lab.networks.runs.fading import Course, courses
from brainpy_lab.networks.runs.memories import GroupMemory
from brainpy_lab.networks.runs.own_delays import own_lags, problem_of
from brainpy_lab.networks.runs.recording import Wanted, wanted
from brainpy_lab.networks.runs.request import Request
from brainpy_lab.networks.runs.state import NetworkState
from brainpy_lab.networks.sources import SpikeSource
from brainpy_lab.networks.tables import Wiring
from brainpy_lab.simulation.records.picks import longer_than_run, steps_between
from brainpy_lab.simulation.runs.clock import steps_of
from brainpy_lab.simulation.runs.control import Progress, reporter
from brainpy_lab.simulation.runs.warning import warn
from brainpy_lab.simulation.values.hold_times import check_hold_times


@dataclass
class Plan:
    """What is to be run.

    Attributes
    ----------
    n_steps : int
    every : int
        Steps from one record to the next.
    wired : dict of str to Wiring
    traces : dict of str to Course
        Of synapses, by ``exc.x``.
    lags : dict of str to array
        How many steps, and parts of one, values are late that synapses or cells read, by what a `Recall` calls it.
    reading : NetworkCode, optional
        The functions on NumPy that compute currents from records.
    threads : int
    memories : dict of str to GroupMemory
        Of groups of fractional orders.
    """

    network: Parts
    assembly: Assembly
    code: NetworkCode
    state: NetworkState
    n_steps: int
    every: int
    record: tuple[Wanted, ...]
    wired: dict[str, Wiring]
    traces: dict[str, Course]
    lags: dict[str, np.ndarray]
    report: Progress
    stop: threading.Event | None
    store: Path | None = None
    reading: NetworkCode | None = None
    threads: int = 1
    memories: dict[str, GroupMemory] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        network: Parts,
        wired: dict[str, Wiring],
        assembly: Assembly,
        code: NetworkCode,
        state: NetworkState,
        request: Request,
        reading: NetworkCode | None = None,
    ) -> Plan:
        """The plan of a run, all of it checked."""
        duration, record_every, progress = request.duration, request.record_every, request.progress
        n_steps, rest = steps_of(duration, state.dt)
        if rest:
            shorter = f"{n_steps * state.dt:g} or " if n_steps else ""
            raise ArgumentError(
                f"A run of {duration:g} is not a whole number of steps of {state.dt:g}.",
                advice=f"Run for {shorter}{(n_steps + 1) * state.dt:g}, or give another dt.",
            )
        every = 1 if record_every is None else steps_between(record_every, state.dt, "record_every")
        for group in network.groups:
            if isinstance(group, SpikeSource) and not state.step:
                group.check_start(0.0)
        places = {name: w.stored for name, w in wired.items()}
        found = wanted(request.record, network.by_name, places, reading)
        if record_every is not None and found and every > n_steps:
            warn(longer_than_run(record_every, duration))
        report = reporter(progress)
        traces = courses(network.synapses, places, state)
        lags = {name: w.lags for name, w in wired.items() if w.lags is not None}
        for group in network.groups:
            if isinstance(group, NeuGroup):
                lags |= own_lags(group, state.dt)
                if known_before(group.system):
                    check_hold_times(problem_of(group), group.name, state.time, duration, state.dt)
        end = state.step + n_steps
        memories = {}
        for name, rows in assembly.memories.items():
            part = network.by_name[name]
            assert isinstance(part, NeuGroup)
            memories[name] = GroupMemory(part, rows, assembly.systems[name], state, end)
        return cls(
            network, assembly, code, state, n_steps, every, found, wired, traces, lags, report, request.stop,
            request.path, reading, request.threads, memories,
        )  # fmt: skip

    @cached_property
    def fades(self) -> dict[str, Course]:
        """The traces that have a factor, by its name among the scalars."""
        return {f"{c.synapses.name}.{c.trace.factor}": c for c in self.traces.values() if c.trace.factor}

    @cached_property
    def traced(self) -> dict[str, dict[str, np.ndarray]]:
        """What is kept of traces when the run begins, by axis and row."""
        found: dict[str, dict[str, np.ndarray]] = {}
        for course in self.traces.values():
            found.setdefault(course.axis, {}).update(course.initial(self.state))
        return found
