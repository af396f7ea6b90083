"""The values with which a driver starts a run of a network: of cells, connections, and what comes from outside."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

import numpy as np

from brainpy_lab.codegen.network import ALL, Recall, Recollect, Side, Take
from brainpy_lab.drivers.feeds.addressed import NOISE, seed_of
from brainpy_lab.drivers.feeds.draw_rows import DrawRows
from brainpy_lab.drivers.feeds.lags import Lag
from brainpy_lab.drivers.feeds.levy_areas import terms_for
from brainpy_lab.drivers.network import NetworkSetup, Table
from brainpy_lab.errors import ArgumentError
from brainpy_lab.networks.code.every import clocks
from brainpy_lab.networks.group import NeuGroup, initial_of
from brainpy_lab.networks.room import check_room
from brainpy_lab.networks.runs.driven import Driven
from brainpy_lab.networks.runs.own_delays import first_past
from brainpy_lab.networks.runs.plan import Plan
from brainpy_lab.networks.synapses import Synapses
from brainpy_lab.simulation.runs.warning import warn
from brainpy_lab.simulation.values.problem import NEVER

_SHORTER = "Give shorter delays, or a larger dt."


def setup_of(plan: Plan) -> NetworkSetup:
    """All of them."""
    return _Values(plan).setup()


def scalar_of(plan: Plan, key: str) -> float:
    """A number for a whole axis, when the run begins."""
    return _Values(plan).scalar(key)


def drive_of(plan: Plan, first: int, n: int) -> np.ndarray:
    """Numbers for whole axes that move in time, in ``n`` steps: (n, driven scalars)."""
    return _Values(plan).drive(first, n)


@dataclass(frozen=True)
class _Values:
    """Finds them by axis and row."""

    plan: Plan
    _powers: dict[tuple[str, str, int, int], np.ndarray] = field(default_factory=dict)

    def setup(self) -> NetworkSetup:
        """What a driver takes."""
        code, state, network = self.plan.code, self.plan.state, self.plan.network
        tables: dict[tuple[str, Side], Table] = {
            (w.name, side): table for w in self.plan.wired.values() for side, table in w.tables.items()
        }
        sources = {
            g.name: g.steps_of_spikes(0.0, state.dt, state.seed, number)
            for number, g in enumerate(network.groups) if not isinstance(g, NeuGroup)
        }  # fmt: skip
        pre = {w.name: w.pre for w in self.plan.wired.values()}
        post = {w.name: w.post for w in self.plan.wired.values()}
        targets = {w.name: 1 if w.pairs else self._targets(name) for name, w in self.plan.wired.items()}
        for clock in clocks(network.synapses):
            syn = clock.synapses
            pre[clock.name], post[clock.name] = pre[syn.name], post[syn.name]
            targets[clock.name] = syn.post_group.size
            starts = np.searchsorted(pre[syn.name], np.arange(syn.pre_group.size + 1))
            tables[clock.name, "pre"] = Table(0, 1, starts.astype(np.int64))
            tables[clock.name, "post"] = Table(0, 1, np.zeros(syn.post_group.size + 1, np.int64))
            sources |= {clock.source(side): clock.spikes(side, state.dt) for side in clock.sides}
        return NetworkSetup(
            t0=0.0,
            dt=state.dt,
            sizes={a.name: self._size(a.name) for a in code.axes},
            rows={a.name: self._rows(a.name, a.rows) for a in code.axes},
            scalars={s: self.scalar(s) for s in code.scalars},
            drive=self.drive,
            taken={(o.axis, o.row): self._taken(o) for o in code.schedule if isinstance(o, Take)},
            pre=pre,
            post=post,
            targets=targets,
            tables=tables,
            sources=sources,
            record=tuple(r for w in self.plan.record for r in w.rows),
            every=self.plan.every,
            lags=self._lags,
            pasts={key: self._past(*key) for key in code.remembered},
            recent=self._recent,
            first=state.step,
            threads=self._threads(tables, post) if self.plan.threads > 1 else 1,
        )

    def _threads(self, tables: Mapping[tuple[str, Side], Table], post: Mapping[str, np.ndarray]) -> int:
        """How many there are to be: one, and that is said, where those of a cell's connections to a range lie apart."""
        apart = [name for (name, side), table in tables.items() if side == "pre" and not table.rises(post[name])]
        if not apart:
            return self.plan.threads
        why = "pairs that are not sorted by their targets, or a block that runs every T beside delays that differ"
        warn(f"{', '.join(apart)}: the network runs on one thread, because of {why}.")
        return 1

    def _targets(self, name: str) -> int:
        """How many cells there are on the post side of a synapse."""
        part = self.plan.network.by_name[name]
        assert isinstance(part, Synapses)
        return part.post_group.size

    def scalar(self, key: str) -> float:
        """A number for a whole axis, when the run begins."""
        owner, _, name = key.partition(".")
        part = self.plan.network.by_name[owner]
        if key in self.plan.fades:
            return 1.0
        if name in self.plan.assembly.courses.get(owner, ()):
            return 0.0
        if isinstance(part, Synapses) and name in part.counted.addresses.names:
            return seed_of(self.plan.state.seed, part.stream)
        return _value(part, name)

    @cached_property
    def _lags(self) -> dict[tuple[str, float], Lag]:
        """What presynaptic values of before are read, by synapse and stage."""
        found = {}
        for operation in self.plan.code.schedule:
            if isinstance(operation, Recall):
                steps = self.plan.lags[operation.lag]
                found[operation.lag, operation.node] = Lag.of(steps, operation.node)
        return found

    @property
    def _recent(self) -> dict[tuple[str, str], np.ndarray]:
        """Weights of the latest steps in sums over the past."""
        sums = (o for o in self.plan.code.schedule if isinstance(o, Recollect))
        return {(o.axis, o.row): self.plan.memories[o.axis].recent(o.row) for o in sums}

    def _past(self, group: str, state: str) -> np.ndarray:
        """The steps of a state that may be read, as they were; before the start it stood still."""
        if (group, state) in self.plan.code.memories:
            memory = self.plan.memories[group]
            return memory.ring(memory.rows.state_of(state))
        recalls = (o for o in self.plan.code.schedule if isinstance(o, Recall) and o.source == (group, state))
        slots, size = max(self._lags[o.lag, o.node].slots for o in recalls), self._size(group)
        check_room(f"{group}: {slots:,} steps of '{state}', which synapses read later", 32.0 * slots * size, _SHORTER)
        known = self.plan.state.pasts.get((group, state))
        if known is not None and len(known) >= slots:
            return known
        part = self.plan.network.by_name[group]
        assert isinstance(part, NeuGroup)
        if self.plan.state.step:
            steps = 0 if known is None else len(known)
            raise ArgumentError(
                f"{group}: its '{state}' is known for {steps:,} steps, and is read {slots:,} steps later.",
                advice="Give start=0 to begin anew, or begin with the longest delay.",
            )
        return first_past(part, state, self._rows(group, (state,))[state], slots, self.plan.state.dt)

    def drive(self, first: int, n: int) -> np.ndarray:
        """Values of the parameters that move in time and are alike for all cells, (n, driven scalars)."""
        table = np.empty((n, len(self.plan.code.driven)))
        for column, key in enumerate(self.plan.code.driven):
            if key in self.plan.fades:
                table[:, column] = self.plan.fades[key].factor(first + 1 + np.arange(n))
                continue
            group, _, name = key.partition(".")
            table[:, column] = self._moving(group, name, first, n)
        return table

    def _moving(self, group: str, name: str, first: int, n: int) -> np.ndarray:
        """A parameter, or what stands for a part of one in the equations, in ``n`` steps: (n,) or (n, cells)."""
        dt, course = self.plan.state.dt, self.plan.assembly.courses[group].get(name)
        if course is None:
            return self._course(group, name).of_steps(dt, first, n)
        if course.part == "per":
            return np.full(n, 1.0 / dt)
        if course.part == "at":
            return (first + np.arange(n)) * dt
        key = group, course.parameter, first, n
        if key not in self._powers:
            self._powers.clear()  # all powers of a parameter are asked for in turn
            self._powers[key] = self._course(group, course.parameter).powers(dt, first, n)
        return np.ascontiguousarray(self._powers[key][int(course.part)])

    def _course(self, group: str, name: str) -> Driven:
        part = self.plan.network.by_name[group]
        assert isinstance(part, NeuGroup)
        return part.moving[name]

    def _taken(self, operation: Take) -> Callable[[int, int], np.ndarray]:
        if operation.is_memory:
            return self.plan.memories[operation.axis].taken(operation.row)
        draw = self.plan.assembly.draws.get((operation.axis, operation.row))
        if draw is None:
            return partial(self._moving, operation.axis, operation.row)
        if isinstance(syn := self.plan.network.by_name[operation.axis], Synapses):
            seed = int(seed_of(self.plan.state.seed, syn.stream + NOISE))
            order = self.plan.wired[syn.name].stored
            return DrawRows(draw, seed, 0, len(syn), terms_for(self.plan.state.dt), order)
        groups = [g for g in self.plan.network.groups if isinstance(g, NeuGroup)]
        number = next(i for i, g in enumerate(groups) if g.name == operation.axis)
        return DrawRows(draw, self.plan.state.seed, number, groups[number].size, terms_for(self.plan.state.dt))

    def _size(self, axis: str) -> int:
        name, _, side = axis.partition(".")
        part = self.plan.network.by_name[name]
        if isinstance(part, Synapses) and side == ALL:
            return 1
        if isinstance(part, Synapses):
            return part.pre_group.size if side == "pre" else part.post_group.size if side else len(part)
        return part.size

    def _rows(self, axis: str, names: tuple[str, ...]) -> dict[str, np.ndarray]:
        name = axis.partition(".")[0]
        part = self.plan.network.by_name[name]
        if isinstance(part, Synapses):
            return {row: self._row_of_synapse(part, axis, row) for row in names}
        assert isinstance(part, NeuGroup)
        return self._rows_of_group(part, names)

    def _rows_of_group(self, group: NeuGroup, names: tuple[str, ...]) -> dict[str, np.ndarray]:
        system = self.plan.assembly.systems[group.name]
        parameters = self._parameters(group)
        start = initial_of(system, parameters, group.initial)
        found = {}
        for row in names:
            kept = self.plan.state.row(group.name, row)
            if row in group.parameters:
                value: Any = parameters[row]
            elif row in group.state:
                value = group.state[row]
            elif kept is not None and row not in group.system.state_names:
                value = kept
            elif row in start:
                value = start[row]
            else:
                value = NEVER if row.endswith("_release") else 0.0
            found[row] = np.asarray(value, dtype=float)
        return found

    def _parameters(self, group: NeuGroup) -> dict[str, Any]:
        """All parameters of a group's equations, those of synapses among them."""
        system = self.plan.assembly.systems[group.name]
        own = group.at_start()
        return {p.name: own.get(p.name, p.value) for p in system.parameters}

    def _row_of_synapse(self, syn: Synapses, axis: str, row: str) -> np.ndarray:
        if row in self.plan.traced.get(axis, {}):
            return self.plan.traced[axis][row]
        if row in self.plan.wired[syn.name].rows:
            return self.plan.wired[syn.name].rows[row]
        if axis != syn.name:
            kept = None if self.plan.state.is_set(syn, row) else self.plan.state.row(axis, row)
            if kept is None and row not in syn.system.state_names:
                return np.zeros(())  # a sum, or a value of before: made when it is asked for
            return np.asarray(syn.initial(row) if kept is None else kept, dtype=float)
        stored, known = self.plan.wired[syn.name].stored, (*syn.values, *syn.system.state_names)
        if row in syn.counted.addresses.names:
            value: Any = np.arange(len(syn))
        elif row not in known:
            return np.zeros(())  # a draw, or a value of before: made when it is asked for
        else:
            value = syn.values[row] if row in syn.values else syn.state.get(row, syn.initial(row))
        array = np.asarray(value, dtype=float)
        return array if stored is None or not array.ndim else array[stored]


def _value(part: Any, name: str) -> float:
    if isinstance(part, Synapses):
        if name == "delay":
            return float(np.asarray(part.delay_given))
        return float(np.asarray(part.values[name]))
    value = part.parameters[name]
    return value.at_start() if isinstance(value, Driven) else float(value)
