"""Networks: groups and synapses that run as one step."""

from __future__ import annotations

import inspect
import threading
import time
from collections.abc import Iterable, Mapping
from os import PathLike
from typing import Any, NoReturn

import numpy as np

from brainpy_lab import drivers
from brainpy_lab.errors import ArgumentError
from brainpy_lab.networks.arguments import told
from brainpy_lab.networks.ensemble import Ensemble
from brainpy_lab.networks.group import NeuGroup
from brainpy_lab.networks.network_code import CodedNetwork, backend_name
from brainpy_lab.networks.runs.checkpoints import Standing, check_goes_on, check_structure, checkpoint_of
from brainpy_lab.networks.runs.cost import Estimate, estimate_of
from brainpy_lab.networks.runs.plan import Plan
from brainpy_lab.networks.runs.recorded import warn_of_edits
from brainpy_lab.networks.runs.recording import currents_in
from brainpy_lab.networks.runs.request import Request
from brainpy_lab.networks.runs.results import solution_of
from brainpy_lab.networks.runs.running import RunOf
from brainpy_lab.networks.runs.state import NetworkState
from brainpy_lab.networks.solution import NetworkSolution
from brainpy_lab.networks.synapses import Synapses
from brainpy_lab.simulation import ambient
from brainpy_lab.simulation.displays import display_of
from brainpy_lab.simulation.run_defaults import positive
from brainpy_lab.simulation.runs.control import Progress
from brainpy_lab.simulation.runs.following import Following
from brainpy_lab.simulation.runs.warning import warn
from brainpy_lab.simulation.solution.checkpoint import Checkpoint
from brainpy_lab.simulation.solution.outcome import Outcome


class Network(CodedNetwork):
    """Groups, sources and synapses, run together.

    Parameters
    ----------
    *parts : NeuGroup, source, Synapses or Network
        Lists of them, too. Synapses are served in the order given here. In a ``%%brainpy`` cell ``bp.Network()`` takes
        those that the cell has assigned to names, in that order, and the groups that its synapses connect.
    name : str
    schedule : {"default", "brian2"}, optional
        The order within a step, which ``net.schedule`` shows. Of a network of networks by default theirs.

    Raises
    ------
    ArgumentError
        Two parts have one name, or synapses connect a group that is not among the parts.

    Examples
    --------
    >>> import brainpy_lab as bp
    >>> lif = bp.model("I = 12\\ndV/dt = (I - V)/20\\nwhen V >= 10:\\n    V = 0", name="LIF")
    >>> kick = bp.model("when pre.spike:\\n    post.V += weight", name="Kick", synapse=True)
    >>> E = bp.NeuGroup(lif, 100, name="E", method="exponential_euler", initial={"V": bp.dist.uniform(0, 10, seed=1)})
    >>> exc = bp.Synapses(pre=E, post=E, model=kick, connect=bp.connect.fixed_in_degree(10), weight=0.2, name="exc")
    >>> sol = bp.Network(E, exc).run(50.0, dt=0.1, backend="numpy")
    >>> sol["E"].events["spike"].count() > 50
    True
    """

    @told
    def __init__(self, *parts: Any, name: str = "Network", schedule: str | None = None) -> None:
        super().__init__(parts or ambient.found_parts(), name, schedule)
        self.state: NetworkState | None
        #: What the latest run has given, an interrupted one too.
        self.last: NetworkSolution | None = None
        self.reset()

    def __setattr__(self, name: str, value: Any) -> None:
        is_known = name.startswith("_") or name in self.__dict__ or name == "schedule"
        if "state" in self.__dict__ and not is_known:
            is_option = name in inspect.signature(Network.run).parameters
            raise ArgumentError(
                f"{self.name} has no '{name}' to set.",
                advice=f"Give it to each run: net.run(..., {name}=...)." if is_option else "It has: schedule.",
            )
        super().__setattr__(name, value)

    @property
    def time(self) -> float:
        """The time that the network has reached."""
        return 0.0 if self.state is None else self.state.time

    @told
    def run(
        self,
        duration: float,
        *,
        dt: float | None = None,
        record: Mapping[Any, Any] | None = None,
        record_every: float | None = None,
        start: float | Checkpoint | None = None,
        seed: int | None = None,
        backend: str | None = None,
        progress: bool | Progress = False,
        stop: threading.Event | None = None,
        parameters: Mapping[str, Any] | None = None,
        threads: int = 1,
        store: str | PathLike[str] | None = None,
    ) -> NetworkSolution:
        """Run the network on from where it stands.

        Parameters
        ----------
        duration : float
            In the models' unit of time.
        dt : float, optional
            Length of a step; by default the session's or that of the first group's model. It divides the duration.
        record : mapping, optional
            States and intermediates by group, part of a group, or synapse: ``{"E": ["V", "mean(V)"], "E[:5]": ["w"]}``.
            Spikes are always kept.
        record_every : float, optional
            Time between records; by default every step.
        start : 0 or Checkpoint, optional
            ``start=0`` begins anew: `reset`, then a run. A checkpoint of this network, or of another of the same
            structure: the run goes on from there, with its seed and dt.
        seed : int, optional
            Of the random numbers of a run that begins anew.
        backend : str, optional
        progress : bool or callable
        stop : threading.Event, optional
        parameters : mapping, optional
            Numbers for this run alone, by part and name: ``{"E.I": 12.0, "exc.weight": np.linspace(0, 1, 20)}``. Arrays
            broadcast to an ensemble: several networks side by side, each of which runs as it would by itself. Such a
            run begins anew, or at a checkpoint, and the network stays where it stands.
        threads : int
            How many share out the cells of the network among themselves, on the driver 'numba': results are the same
            for any number. Of an ensemble, how many members run at once, where the driver has threads.
        store : str or path, optional
            A folder, ``run.zarr``, that takes records and spikes while the run goes, for those that memory does not
            hold. They are read from there when they are asked for; ``bp.load(path)`` opens it again.

        Returns
        -------
        NetworkSolution
            Arrays of an ensemble have its axes behind time: ``sol["E"].V`` (n_times, *ensemble, *shape of the group);
            ``sol.members`` has each by itself.

        Raises
        ------
        ArgumentError, DriverError, MemoryLimitError
        KeyboardInterrupt
            The user interrupted the run: what it had computed is ``net.last``, and the next run goes on from there.
        """
        with Following(self, duration, stop, progress) as run:
            options = (run.progress, run.stop, parameters, threads, store)
            request = Request(duration, dt, record, record_every, start, seed, *options)
            how = self._run_members if parameters else self._run
            self.last = run.gave(how(request, backend_name(backend)))
            if self.last.outcome is Outcome.INTERRUPTED:
                self._interrupted(goes_on=not parameters)
            return self.last

    def _interrupted(self, *, goes_on: bool) -> NoReturn:
        """Say where the user interrupted a run, and let the interrupt go on."""
        assert self.last is not None
        text = f"The run of {self.name} was interrupted at t = {self.last.end:g}. What it had computed is net.last"
        try:
            warn(
                f"{text}, and net.run(...) goes on from there."
                if goes_on
                else f"{text}; the network stays where it stood."
            )
        finally:
            raise KeyboardInterrupt

    def _run(self, request: Request, backend: str) -> NetworkSolution:
        """One run of this network."""
        begun = time.perf_counter()
        request.check_threads(backend)
        plan, standing = self._planned(request, backend)
        program = drivers.get(plan.code.backend).network(plan.code)
        if request.start is not None:
            self.reset()
        if standing is not None:
            standing.place(self._parts)
            self.state = plan.state
        run = RunOf(plan, program, time.perf_counter() - begun)
        self.state = plan.state
        return solution_of(run)

    def _run_members(self, request: Request, backend: str) -> NetworkSolution:
        """Runs of twins of this network, each with numbers of its own."""
        if request.start is None and self.state is not None:
            raise ArgumentError(
                f"{self.name} has run to {self.time:g}; a run with parameters of its own does not go on from there.",
                advice="Give start=0, or start=net.checkpoint().",
            )
        return Ensemble.of(self, request, backend).run()

    def _planned(self, request: Request, backend: str) -> tuple[Plan, Standing | None]:
        """The plan of a run, and where a checkpoint says that it begins; the network is as it was before."""
        known = self._known(request.start)
        dt = self._step_length(request.dt, known)
        if known is not None:
            request.check_kept(known, dt)
        currents = currents_in(request.record, self.parts)
        assembly, code, reading = self._observing(currents, backend)
        wired = {s.name: self.wiring(s, dt) for s in self.synapses}
        state, standing = known, None
        if isinstance(request.start, Checkpoint):
            standing = Standing.of(request.start, self._parts, wired, code)
            state = standing.state
        elif state is not None:
            check_goes_on(state, self._parts, wired)
        else:
            state = NetworkState.fresh(request.seed if request.seed is not None else ambient.seed_or(None) or 0, dt)
        plan = Plan.of(self._parts, wired, assembly, code, state, request, reading)
        warn_of_edits(plan)
        return plan, standing

    def _known(self, start: float | Checkpoint | None) -> NetworkState | None:
        """Where a run goes on from; None where it begins anew. Of a checkpoint its seed, dt and step alone."""
        if isinstance(start, Checkpoint):
            check_structure(start, self._parts)
            return NetworkState(start.seed, float(start.numbers["dt"] or 0), int(start.numbers["step"] or 0))
        if start is not None:
            return None
        if self.state is None and not any(part.state for part, _ in self._held):
            self.reset()  # another network was made of these parts since, and has not run them
        for part, held in self._held:
            if part.state is not held:
                raise ArgumentError(
                    f"{part.name} has been in another network since: it does not stand where {self.name} left it.",
                    advice="Give start=0 to begin anew, or start=checkpoint.",
                )
        return self.state

    @told
    def estimate(self, duration: float, *, dt: float | None = None, rate: float = 0.01) -> Estimate:
        """How much memory and time a run will take, about, from cells, connections and rates: nothing is compiled.

        Parameters
        ----------
        duration : float
            In the models' unit of time.
        dt : float, optional
            As in `run`.
        rate : float
            How often cells of groups spike in a unit of time; sources have rates of their own.
        """
        duration = positive("duration", duration)
        return estimate_of(self.groups, self.synapses, duration, self._step_length(dt, None), positive("rate", rate))

    def checkpoint(self) -> Checkpoint:
        """Where the network stands: ``net.run(duration, start=checkpoint)`` goes on from there.

        It holds states, weights that are learned, and spikes on their way, not parameters: those are what the network
        has that goes on. That may be any network of the same structure: parts of the same names and sizes in the same
        order, with the same connections and delays. Its numbers are then, bit for bit, those of a run without the stop.
        ``checkpoint.save(path)`` writes it to a file, which ``bp.load(path)`` reads.

        Raises
        ------
        ArgumentError
            The network has not run.
        """
        known = self._known(None)
        if known is None:
            raise ArgumentError(f"{self.name} has not run: there is nothing to go on with.", advice="net.run(100)")
        return checkpoint_of(self._parts, known, {s.name: self.wiring(s, known.dt) for s in self.synapses})

    def _step_length(self, dt: float | None, known: NetworkState | None) -> float:
        if dt is None:
            model = next((g.model for g in self.groups if isinstance(g, NeuGroup)), None)
            dt = known.dt if known is not None else ambient.dt_or(0.1 if model is None else model.dt)
        return positive("dt", dt)

    def interact(self, parameters: Mapping[str, Any] | Iterable[str] | None = None, **options: Any) -> Any:
        """Show the network with sliders, the raster of its spikes and the rates of its groups, in a notebook.

        What is shown is a copy: its runs begin anew with each move of a slider, and this network stays where it stands.

        Parameters
        ----------
        parameters : mapping or names, optional
            The sliders: ``{"exc.weight": (0, 1), "E.I": 5}``, with a range or a value each; by default all parameters,
            rates and delays that are one number.
        **options
            ``duration``, ``dt``, ``seed``, ``backend``: see `brainpy_kernel.interact_network`.
        """
        return display_of("interact")(self, parameters=parameters, **options)

    def reset(self) -> None:
        """Go back to the start: states and learned weights to what was built or last set."""
        self.state = None
        self._held: list[tuple[NeuGroup | Synapses, dict[str, np.ndarray]]] = []
        for part in self.parts.values():
            if isinstance(part, NeuGroup | Synapses):
                # another network that takes the part gives it another dict, and so it is seen that it moved on
                object.__setattr__(part, "state", {})
                self._held.append((part, part.state))
            if isinstance(part, Synapses):
                part.at_cells.clear()
                part.start.update(part.returns)
                part.returns.clear()
