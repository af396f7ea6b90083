"""Traces of synapses in a run: the factors by which they decay, their values at a time, and what is kept of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from brainpy_lab.codegen.traces import Trace
from brainpy_lab.networks.runs.state import NetworkState
from brainpy_lab.networks.synapses import Synapses

#: The logarithm of a factor, at most: then what is kept is multiplied by it, and the factor begins anew at 1.
_MOST = 256.0
#: Steps after which it begins anew where nothing decays.
_STEPS = 2**40


@dataclass(frozen=True)
class Course:
    """A trace of the synapses of a run.

    Attributes
    ----------
    synapses : Synapses
    trace : Trace
    dt : float
    first : int
        The step with which the run begins.
    stored : array of int or None
        The order in which values of connections stand.
    """

    synapses: Synapses
    trace: Trace
    dt: float
    first: int
    stored: np.ndarray | None

    @property
    def name(self) -> str:
        """``exc.x``."""
        return f"{self.synapses.name}.{self.trace.name}"

    @property
    def axis(self) -> str:
        """Where it stands."""
        home = self.synapses.homes.of[self.trace.name]
        return self.synapses.name if home == "connection" else f"{self.synapses.name}.{home}"

    @cached_property
    def _parameters(self) -> dict[str, Any]:
        """What its equation reads, in the order of places."""
        found = {}
        for name in self.trace.system.parameter_names:
            value = np.asarray(self.synapses.values[name], dtype=float)
            found[name] = value if self.stored is None or not value.ndim else value[self.stored]
        return found

    @cached_property
    def rate(self) -> float:
        """The rate of a trace that has a factor."""
        with np.errstate(all="ignore"):
            return float(self.trace.numbers(1.0, *self._parameters.values(), 0.0)[1])

    @cached_property
    def period(self) -> int:
        """Steps from one new beginning of the factor to the next."""
        change = abs(self.rate) * self.dt
        return max(1, int(min(_STEPS, _MOST / change))) if change > 0 else _STEPS

    def factor(self, step: Any) -> Any:
        """The factor at the times of ``step``, which ends a step: at a new beginning it is that of before."""
        return np.exp(self.rate * self.dt * ((np.asarray(step) - 1) % self.period + 1))

    def at_start(self, step: int) -> float:
        """The factor with which a run goes on that has taken so many steps."""
        return float(np.exp(self.rate * self.dt * (step % self.period)))

    def kept(self, value: np.ndarray, step: int) -> dict[str, np.ndarray]:
        """What is kept, by row, of a value at the time of ``step``."""
        if self.trace.factor:
            return {self.trace.kept: value / self.at_start(step)}
        return {self.trace.kept: value, self.trace.since: np.asarray(step * self.dt)}

    def value(self, kept: np.ndarray, since: np.ndarray | None, t: Any, places: Any = slice(None)) -> np.ndarray:
        """The value at time ``t`` of a trace without a factor."""
        parameters = [v[places] if v.ndim else v for v in self._parameters.values()]
        with np.errstate(all="ignore"):
            slope, rate = self.trace.numbers(kept, *parameters, 0.0)
            past = t - since
            found: np.ndarray = kept + np.where(rate != 0, slope / rate * np.expm1(rate * past), past * slope)
        return found

    def now(self, rows: Mapping[str, np.ndarray], step: int) -> np.ndarray:
        """The values after so many steps, from what stands in the rows."""
        kept = rows[self.trace.kept]
        if self.trace.factor:
            return kept * self.at_start(step)
        return self.value(kept, rows[self.trace.since], step * self.dt)

    def recorded(self, columns: np.ndarray, step: int, every: int, places: np.ndarray) -> np.ndarray:
        """The values at the times of records from ``step`` on, (times, places), from the columns of what is kept."""
        steps = step + np.arange(len(columns)) * every
        kept = columns[:, : len(places)]
        if self.trace.factor:
            factors = np.where(steps == self.first, self.at_start(self.first), self.factor(steps))
            found: np.ndarray = kept * factors[:, np.newaxis]
            return found
        return self.value(kept, columns[:, len(places) :], steps[:, np.newaxis] * self.dt, places)

    @cached_property
    def digest(self) -> str:
        """Of all that what is kept depends on besides the values."""
        found = hashlib.blake2b(f"{self.trace.rows} {self.dt!r}".encode(), digest_size=16)
        for name, value in self._parameters.items():
            found.update(f"{name} {value.shape}".encode())
            found.update(np.ascontiguousarray(value).data)
        return found.hexdigest()

    def initial(self, state: NetworkState) -> dict[str, np.ndarray]:
        """The rows with which a run begins, in the order of places."""
        syn, name = self.synapses, self.trace.name
        if self.axis == syn.name:
            value: Any = syn.state.get(name)
            known, order = value is not None, self.stored
        else:
            value, order = None if state.is_set(syn, name) else state.row(self.axis, name), None
            known = value is not None
        if known and state.traces.get(self.name) == self.digest:
            return {row: state.rows[self.axis][row] for row in self.trace.rows}
        found = np.asarray(value if known else syn.initial(name), dtype=float)
        return self.kept(found if order is None or not found.ndim else found[order], state.step)


def courses(
    synapses: Iterable[Synapses], stored: Mapping[str, np.ndarray | None], state: NetworkState
) -> dict[str, Course]:
    """The traces of all synapses in a run from there on, by ``exc.x``."""
    found = (Course(s, trace, state.dt, state.step, stored[s.name]) for s in synapses for trace in s.traces.of.values())
    return {course.name: course for course in found}
