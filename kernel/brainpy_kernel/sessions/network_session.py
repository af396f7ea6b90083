"""A displayed network: runs of a copy of it, each from the start with what the sliders say."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from brainpy_kernel.sessions.network_values import places, without_choice
from brainpy_kernel.sessions.runtime import Runtime, Ticket
from brainpy_kernel.sessions.shown import Knob, Outcome, Shown, attempted
from brainpy_lab.simulation import ambient

if TYPE_CHECKING:
    from brainpy_lab import Network
    from brainpy_lab.networks.solution import NetworkSolution


@dataclass(frozen=True)
class NetworkSettings:
    """What a run is asked for: everything the sliders and boxes say at one moment."""

    params: Mapping[str, float]
    duration: float
    version: int = 0


@dataclass(frozen=True)
class NetworkFrame:
    """What the views draw. ``message`` is an error in words; the spikes until then are there all the same."""

    settings: NetworkSettings
    solution: NetworkSolution | None = None
    message: str = ""
    wall_time: float = 0.0


class NetworkSession(Shown):
    """The present values and duration of one displayed network.

    Parameters
    ----------
    net : Network
        What is shown. It is copied: runs leave it, and what it is given later does not reach the copy.
    runtime : Runtime
        Who computes.
    name : str
        The variable that holds the network.
    chosen : collection of str, optional
        Values that have sliders; by default all that can have one, or, of too many, those that are moved most.
    dt, seed, backend : optional
        Of the runs.
    """

    frame: NetworkFrame | None

    def __init__(
        self,
        net: Network,
        runtime: Runtime,
        name: str,
        *,
        chosen: Collection[str] | None = None,
        dt: float | None = None,
        seed: int | None = None,
        backend: str | None = None,
    ) -> None:
        from brainpy_lab.networks.twins import Twin

        model = next((group.model for group in net.groups if hasattr(group, "model")), None)
        super().__init__(net, runtime, name, 100.0 if model is None else model.duration)
        self.net: Network = Twin(net).network
        self.dt = dt if dt is not None else ambient.dt_or(0.1 if model is None else model.dt)
        self.seed, self.backend = seed if seed is not None else ambient.seed_or(0), backend
        found = {name: (knob, put) for name, knob, put in places(self.net, self.dt)}
        self.known = tuple(found)
        wanted = without_choice(self.net, found) if chosen is None else [name for name in chosen if name in found]
        self.left_out = () if chosen is not None else tuple(name for name in found if name not in wanted)
        self._knobs = {name: found[name][0] for name in wanted}
        self._put = {name: found[name][1] for name in wanted}
        self.reset_parameters(request=False)

    @property
    def knobs(self) -> Mapping[str, Knob]:
        """The values that have sliders, as ``group.parameter``."""
        return self._knobs

    def _settings(self, version: int) -> NetworkSettings:
        return NetworkSettings(dict(self.params), self.duration, version)

    def _simulate(self, settings: NetworkSettings, ticket: Ticket, report: Callable[[float], None]) -> Outcome:
        def run() -> NetworkSolution:
            for name, value in settings.params.items():
                self._put[name](value)
            return self.net.run(
                settings.duration, dt=self.dt, start=0, seed=self.seed, backend=self.backend, stop=ticket,
                progress=report,
            )  # fmt: skip

        return attempted(run, ticket)

    def _framed(self, settings: NetworkSettings, outcome: Outcome, ticket: Ticket) -> NetworkFrame:
        return NetworkFrame(settings, outcome.solution, outcome.message, outcome.wall_time)
