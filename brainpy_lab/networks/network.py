"""Networks: groups and synapses that run as one step."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from brainpy_lab import drivers
from brainpy_lab.codegen.network import NetworkCode
from brainpy_lab.errors import ArgumentError
from brainpy_lab.networks.code import Assembly
from brainpy_lab.networks.described import explained
from brainpy_lab.networks.group import NeuGroup
from brainpy_lab.networks.parts import Parts, check_parts, named_parts
from brainpy_lab.networks.runs.checkpoints import Standing, check_goes_on, check_structure, checkpoint_of
from brainpy_lab.networks.runs.memory import bytes_of_group, bytes_of_synapses, check_memory
from brainpy_lab.networks.runs.running import Plan, RunOf
from brainpy_lab.networks.runs.state import NetworkState
from brainpy_lab.networks.solution import NetworkSolution
from brainpy_lab.networks.source import Source
from brainpy_lab.networks.synapses import Synapses
from brainpy_lab.networks.tables import Wiring, wiring
from brainpy_lab.simulation import ambient
from brainpy_lab.simulation.run_defaults import check_seed, positive
from brainpy_lab.simulation.runs.control import Progress
from brainpy_lab.simulation.runs.record_size import format_bytes
from brainpy_lab.simulation.solution.checkpoint import Checkpoint
from brainpy_lab.simulation.solution.outcome import Outcome


class Network:
    """Groups, sources and synapses, run together.

    Parameters
    ----------
    *parts : NeuGroup, source, Synapses or Network
        Lists of them, too. Synapses are served in the order given here.
    name : str

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

    def __init__(self, *parts: Any, name: str = "Network") -> None:
        if not isinstance(name, str) or not name.isprintable() or not name:
            raise ArgumentError(f"The name of a Network is a line of text; got {name!r:.60}.")
        self.name = name
        self.groups, self.synapses = _sorted(parts)
        self._parts = Parts(name, self.groups, self.synapses)
        named_parts(self.groups, self.synapses)
        check_parts(self.groups, self.synapses)
        check_memory(self.synapses)
        self.state: NetworkState | None
        #: What the latest run has given, an interrupted one too.
        self.last: NetworkSolution | None = None
        self.reset()
        self._assemblies: dict[Any, Assembly] = {}
        self._wirings: dict[str, tuple[Any, Wiring]] = {}

    @property
    def parts(self) -> dict[str, Source | Synapses]:
        """All groups, sources and synapses by name."""
        return self._parts.by_name

    def __getitem__(self, name: str) -> Source | Synapses:
        return self.parts[name]

    @property
    def time(self) -> float:
        """The time that the network has reached."""
        return 0.0 if self.state is None else self.state.time

    def __repr__(self) -> str:
        cells = sum(g.size for g in self.groups)
        connections = sum(len(s) for s in self.synapses)
        return f"<Network {self.name}: {cells:,} cells, {connections:,} connections>"

    # --- code --------------------------------------------------------------------------------------------------------

    def _assembly(self, backend: str) -> Assembly:
        """The code on a driver; what was written before for groups and synapses of the same kind is taken again."""
        driver = drivers.get(backend)
        key = (driver.name, *(_kind(g) for g in self.groups), *(_kind(s) for s in self.synapses))
        if key not in self._assemblies:
            self._assemblies[key] = Assembly(self.name, self.groups, self.synapses, driver.dialect, driver.name)
        return self._assemblies[key]

    def wiring(self, syn: Synapses, dt: float) -> Wiring:
        """The connections of synapses in the order of a run, made once for each dt and choice of delays."""
        key = (dt, syn.delay_given, syn.post_delay_given)
        known = self._wirings.get(syn.name)
        if known is None or any(a is not b and not _equal(a, b) for a, b in zip(known[0], key, strict=True)):
            known = self._wirings[syn.name] = (key, wiring(syn, dt))
        return known[1]

    def code(self, backend: str | None = None) -> NetworkCode:
        """The code of one step of the network; prints as text.

        Parameters
        ----------
        backend : str, optional
            The driver; by default the session's.
        """
        return self._assembly(_backend(backend)).code

    def explain(self) -> str:
        """What the network is made of, where each variable of a synapse lives, and how much memory a run takes."""
        lines = [repr(self)[1:-1]]
        for group in self.groups:
            lines.append(repr(group)[1:-1])
        for syn in self.synapses:
            lines.append(repr(syn)[1:-1])
            lines += [f"    {line}" for line in explained(syn)]
        taken = sum(map(bytes_of_group, self.groups)) + sum(map(bytes_of_synapses, self.synapses))
        lines.append(f"A run takes about {format_bytes(taken)} of memory, besides its records.")
        return "\n".join(lines)

    # --- running -----------------------------------------------------------------------------------------------------

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
    ) -> NetworkSolution:
        """Run the network on from where it stands.

        Parameters
        ----------
        duration : float
            In the models' unit of time.
        dt : float, optional
            Length of a step; by default the session's or that of the first group's model. It divides the duration.
        record : mapping, optional
            Variables by group, part of a group, or synapse: ``{"E": ["V", "mean(V)"], "E[:5]": ["w"]}``. Spikes are
            always kept.
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

        Returns
        -------
        NetworkSolution

        Raises
        ------
        ArgumentError, DriverError, MemoryLimitError
        KeyboardInterrupt
            The user interrupted the run: what it had computed is ``net.last``, and the next run goes on from there.
        """
        positive("duration", duration)
        check_seed(seed)
        if record_every is not None:
            positive("record_every", record_every)
        if stop is not None and not hasattr(stop, "is_set"):
            raise ArgumentError(f"stop must be a threading.Event, not {stop!r:.60}.")
        if not (callable(progress) or isinstance(progress, bool)):
            raise ArgumentError(
                f"progress must be True, False or a function of the fraction done, not {progress!r:.60}."
            )
        known = self._known(start)
        step = self._step_length(dt, known)
        if known is not None:
            for what, given, kept in (("seed", seed, known.seed), ("dt", step, known.dt)):
                if given not in (None, kept):
                    raise ArgumentError(
                        f"A continued run keeps its {what}, {kept}.", advice="Give start=0 to begin anew with another."
                    )
        name = _backend(backend)
        driver = drivers.get(name)
        begun = time.perf_counter()
        assembly = self._assembly(name)
        code = assembly.code
        wired = {s.name: self.wiring(s, step) for s in self.synapses}
        state = NetworkState.fresh(seed if seed is not None else ambient.seed_or(None) or 0, step)
        standing = None
        if isinstance(start, Checkpoint):
            standing = Standing.of(start, self._parts, wired, code)
            state = standing.state
        elif known is not None:
            check_goes_on(known, self._parts, wired)
            state = known
        plan = Plan.of(
            self._parts, wired, assembly, code, state, duration=duration, record=record,
            record_every=record_every, progress=progress, stop=stop,
        )  # fmt: skip
        program = driver.network(code)
        if start is not None:
            self.reset()
        if standing is not None:
            standing.place(self._parts)
            self.state = state
        run = RunOf(plan, program, time.perf_counter() - begun)
        self.state = state
        self.last = run.solution()
        if self.last.outcome is Outcome.INTERRUPTED:
            raise KeyboardInterrupt
        return self.last

    def _known(self, start: Any) -> NetworkState | None:
        """Where a run goes on from; None where it begins anew. Of a checkpoint its seed, dt and step alone."""
        if isinstance(start, Checkpoint):
            check_structure(start, self._parts)
            return NetworkState(start.seed, float(start.numbers["dt"] or 0), int(start.numbers["step"] or 0))
        if start is None:
            for part, held in self._held:
                if part.state is not held:
                    raise ArgumentError(
                        f"{part.name} has been in another network since: it does not stand where {self.name} left it.",
                        advice="Give start=0 to begin anew, or start=checkpoint.",
                    )
            return self.state
        if isinstance(start, bool) or not isinstance(start, int | float | np.number) or start != 0:
            raise ArgumentError(
                f"start is 0, which begins anew, or a checkpoint of a network; got {start!r:.60}.",
                advice="Without start, the run goes on from where it stands.",
            )
        return None

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

    def reset(self) -> None:
        """Go back to the start: states and learned weights to what was built or last set."""
        self.state = None
        self._held: list[tuple[NeuGroup | Synapses, dict[str, np.ndarray]]] = []
        for part in self.parts.values():
            if isinstance(part, NeuGroup | Synapses):
                # another network that takes the part gives it another dict, and so it is seen that it moved on
                object.__setattr__(part, "state", {})
                self._held.append((part, part.state))


def _equal(a: Any, b: Any) -> bool:
    """Whether two delays are one number; arrays are told apart by identity."""
    return not (isinstance(a, np.ndarray) or isinstance(b, np.ndarray)) and bool(a == b)


def _kind(part: Source | Synapses) -> tuple[Any, ...]:
    """All of a part that its code depends on."""
    if isinstance(part, NeuGroup):
        varying = tuple(n for n, v in part.parameters.items() if isinstance(v, np.ndarray))
        moving = tuple((n, v.size > 0) for n, v in part.moving.items())
        return part.name, part.system.fingerprint, part.method, varying, moving
    if isinstance(part, Synapses):
        delays = (np.asarray(d) for d in (part.delay_given, part.post_delay_given))
        varying = tuple(n for n, v in part.values.items() if isinstance(v, np.ndarray))
        late = tuple((bool(np.any(d > 0)), bool(np.any(d == 0))) for d in delays)
        return part.name, part.system.fingerprint, tuple(part.homes.of.items()), varying, late
    return (part.name,)


def _backend(given: str | None) -> str:
    from brainpy_lab import backend

    return drivers.get(backend.get() if given is None else given).name


def _sorted(parts: Iterable[Any]) -> tuple[tuple[Source, ...], tuple[Synapses, ...]]:
    """Groups and sources, and synapses, each once, in the order given."""
    groups: list[Source] = []
    synapses: list[Synapses] = []
    for part in parts:
        if isinstance(part, Network):
            more = (part.groups, part.synapses)
        elif isinstance(part, list | tuple):
            more = _sorted(part)
        elif isinstance(part, Source):
            more = ((part,), ())
        elif isinstance(part, Synapses):
            more = ((), (part,))
        else:
            raise ArgumentError(
                f"A Network is made of groups, sources and synapses; got {type(part).__name__}.",
                advice="A part of a group belongs to its group: give the group." if hasattr(part, "group") else None,
            )
        groups += [g for g in more[0] if g not in groups]
        synapses += [s for s in more[1] if s not in synapses]
    return tuple(groups), tuple(synapses)
