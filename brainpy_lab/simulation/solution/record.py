"""What a run leaves behind, as values by name: what the tables, pictures and files of a Solution are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from brainpy_lab.errors import ByName, did_you_mean
from brainpy_lab.simulation.by_name import spelled
from brainpy_lab.simulation.solution.checkpoint import Checkpoint, UnknownVariableError
from brainpy_lab.simulation.solution.events import Events, EventTrain
from brainpy_lab.simulation.solution.outcome import Outcome


@dataclass(repr=False, eq=False)
class Record:
    """Times, states and events of a run; `Solution` says what each of them is."""

    t: Any
    data: dict[str, Any] = field(default_factory=dict)
    params: dict[str, Any] = field(default_factory=dict)
    events: dict[str, EventTrain] = field(default_factory=dict)
    seed: int = 0
    outcome: Outcome = Outcome.COMPLETED
    stats: dict[str, Any] = field(default_factory=dict)
    model_name: str = "Model"
    model_text: str = ""
    ensemble_shape: tuple[int, ...] = ()
    ensemble_params: tuple[str, ...] = ()
    interpolant: Callable[[Any], dict[str, Any]] | None = None
    derivative: Callable[[np.ndarray, dict[str, Any]], dict[str, Any]] | None = None
    initial: dict[str, Any] = field(default_factory=dict)
    own_times: dict[str, Any] = field(default_factory=dict)
    checkpoint: Checkpoint = None  # type: ignore[assignment]  # filled in below

    def __post_init__(self) -> None:
        if isinstance(self.data, dict):  # else they are read from a store
            self.data = ByName(self.data, "variable")
        self.stats = ByName(self.stats, "entry", "in stats")
        self.params, self.initial = ByName(self.params, "parameter"), ByName(self.initial, "state")
        self.ensemble_shape = tuple(self.ensemble_shape)
        self.ensemble_params = tuple(self.ensemble_params)
        if self.checkpoint is None:
            end = float(self.t[-1]) if len(self.t) else 0.0
            self.checkpoint = Checkpoint(end, model_name=self.model_name, ensemble_shape=self.ensemble_shape)
        start = self.stats.get("start", self.t[0] if len(self.t) else None)
        window = None if start is None else (float(start), self.checkpoint.time)
        self.events = Events.of_run(self.events, self.ensemble_shape, window)

    @property
    def final(self) -> dict[str, Any]:
        """The states at the end of the run, recorded or not."""
        return ByName(self.checkpoint.values, "state")

    def times(self, name: str) -> Any:
        """Times at which a variable was recorded: ``sol.t``, or its own where it was given an interval of its own.

        Parameters
        ----------
        name : str
            As in ``sol[name]``.

        Returns
        -------
        array (n_times,)
        """
        self[name]
        return self.own_times.get(spelled(name), self.t)

    # --- variables ------------------------------------------------------------------------------------

    def __getitem__(self, name: str) -> Any:
        try:
            return self.data[spelled(name)]
        except (KeyError, TypeError):
            raise self._unknown(spelled(name)) from None

    def __getattr__(self, name: str) -> Any:
        if "data" not in self.__dict__ or (name.startswith("_") and name not in self.data):
            raise AttributeError(name)
        return self[name]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and spelled(name) in self.data

    def __iter__(self) -> Iterator[str]:
        return iter(self.data)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self.data]

    def _unknown(self, name: object) -> UnknownVariableError:
        name = name if isinstance(name, str) else repr(name)
        recorded = f"Recorded: {', '.join(self.data)}." if self.data else "Nothing was recorded."
        if name in self.final:
            advice = f"Its last value is sol.final['{name}']; run with record=['{name}', ...] to have it over time."
            return UnknownVariableError(f"'{name}' was not recorded.", advice=advice)
        for kind, known in (("parameter", self.params), ("event", self.events)):
            if name in known:
                where = "params" if kind == "parameter" else "events"
                message = f"'{name}' is {'an' if kind == 'event' else 'a'} {kind}, no recorded variable."
                return UnknownVariableError(message, advice=f"It is sol.{where}['{name}'].")
        near = did_you_mean(str(name), [*self.data, *self.final])
        if near is None and self.events and name in ("spikes", "events"):
            near = f"Events: {', '.join(f'sol.events[{event!r}]' for event in self.events)}."
        return UnknownVariableError(f"There is no variable '{name}'. {recorded}", advice=near)


def notes_on_variables(names: Iterable[str], kind: type[Record]) -> tuple[str, ...]:
    """Of variables that a Solution, of the class ``kind``, has an attribute of the same name beside."""
    return tuple(f"the course of {n} is sol['{n}']; sol.{n} is something else" for n in names if n in _attributes(kind))


def _attributes(kind: type[Record]) -> frozenset[str]:
    """What every Solution has besides variables."""
    return frozenset(n for n in [*dir(kind), *(f.name for f in fields(kind))] if not n.startswith("_"))
