"""What a network is meant to do, as plainly as it can be said: every connection has states of its own, and waits.

It shares nothing with the package but which connections there are, and which states are lumped, for these advance by
the method of the target's group (forward Euler here), all others by exponential Euler. The sentences quoted are those
of ``docs/synapses.md`` and of the order of a step.
"""

from collections import defaultdict

import numpy as np

FUNCTIONS = {name: getattr(np, name) for name in "exp tanh sin clip sqrt".split()}


class Cells:
    """A group of one cell, advanced by forward Euler."""

    def __init__(self, lines, size, values):
        self.lines, self.size = lines, size
        start = {**lines.parameters, **dict.fromkeys(lines.slopes, 0.0), **values}
        self.values = {name: np.broadcast_to(np.asarray(value, float), size).copy() for name, value in start.items()}
        self.slopes = {name: compile(slope, name, "eval") for name, slope in lines.slopes.items()}
        self.condition = compile(lines.condition, "condition", "eval")
        self.block = compile("\n".join(lines.block), "block", "exec")
        self.was_true = np.zeros(size, bool)
        self.held_until = {name: np.full(size, -1) for name in lines.slopes}  # a step, in which it is held for the last
        self.dead_until = np.full(size, -1)  # a step, in which it may fire again
        self.past = []  # the states at the start of each step

    def advance(self, step, dt, inputs):
        """Forward Euler; "a hold covers all phases of steps n+1 ... n+k"."""
        names = FUNCTIONS | self.values
        names |= {name: self.values[name] + total for name, total in inputs.items()}
        new = {name: self.values[name] + dt * eval(slope, names) for name, slope in self.slopes.items()}
        for name, value in new.items():
            self.values[name] = np.where(self.held_until[name] >= step, self.values[name], value)

    def test(self, step):
        """The cells whose condition has become true: in a dead time none, nor at its end one true ever since."""
        true = self._is_true()
        is_dead = self.dead_until > step
        fired = true & ~self.was_true & ~is_dead
        self.was_true = np.where(is_dead, self.was_true & true, true)
        return np.flatnonzero(fired)

    def act(self, fired, step, dt):
        """The block of each cell; "after its block the condition is evaluated anew"."""
        for cell in fired:
            names = FUNCTIONS | {name: values[cell] for name, values in self.values.items()}
            exec(self.block, names)
            for name in self.slopes:
                self.values[name][cell] = names[name]
            self._hold(cell, step, dt)
        self.was_true[fired] = self._is_true()[fired]

    def _hold(self, cell, step, dt):
        """ "k = round(t_ref/dt)"; "the next event is possible round(t/dt) steps after the last"."""
        if self.lines.hold is None:
            return
        what, duration = self.lines.hold
        until = self.dead_until if what == "spike" else self.held_until[what]
        until[cell] = step + round(self.values[duration][cell] / dt)

    def _is_true(self):
        return np.broadcast_to(eval(self.condition, FUNCTIONS | self.values), self.size)


class Source:
    """Spikes given beforehand: step -> the cells that spike in it, one as often as it does."""

    def __init__(self, size, steps, cells):
        self.size, self.values = size, {}
        self.spikes = {step: cells[steps == step] for step in set(steps.tolist())}

    def test(self, step):
        return self.spikes.get(step, np.zeros(0, int))


class Side:
    """``pre`` or ``post`` of a connection, or of all: names of the cell are read and set at ``index``."""

    def __init__(self, cells, index, step):
        vars(self).update(_cells=cells, _index=index, _step=step)

    def __getattr__(self, name):
        return self._cells.values[name][self._index]

    def __setattr__(self, name, value):
        """Set a state: "jumps that synapses send to a held state are dropped"."""
        if self._cells.held_until[name][self._index] < self._step:
            self._cells.values[name][self._index] = value

    def sum(self, values):
        """The sum over all connections of a target cell, given to each of them."""
        return np.bincount(self._index, values, self._cells.size)[self._index]


class Late:
    """The same as it was so many steps before, each connection's own number; before the start, as it was then."""

    def __init__(self, cells, index, step, delays):
        self.cells, self.index, self.then = cells, index, np.maximum(step - delays, 0)

    def __getattr__(self, name):
        if name not in self.cells.lines.slopes:
            return self.cells.values[name][self.index]
        return np.array([row[name] for row in self.cells.past])[self.then, self.index]


class Synapses:
    """Connections from ``pre_index`` to ``post_index``; delays are whole steps, one a connection."""

    def __init__(self, lines, pre, post, pre_index, post_index, values, delays, lumped):
        self.lines, self.pre, self.post = lines, pre, post
        self.pre_index, self.post_index, self.count = pre_index, post_index, len(pre_index)
        start = {**dict.fromkeys(lines.slopes, 0.0), **lines.parameters, **lines.initial, **values}
        self.values = {n: np.broadcast_to(np.asarray(value, float), self.count).copy() for n, value in start.items()}
        self.sides = {"pre": (pre, pre_index, delays[0]), "post": (post, post_index, delays[1])}
        self.blocks = {side: compile("\n".join(getattr(lines, side)), side, "exec") for side in self.sides}
        self.slopes = {name: compile(slope, name, "eval") for name, slope in lines.slopes.items()}
        self.own = [name for name in lines.slopes if name not in lumped]
        self.is_closed = not any("pre." in slope or "post." in slope for slope in lines.slopes.values())

    def act_every(self, step, dt):
        """Blocks that run every T, for all connections at once."""
        if self.lines.every and step and step % round(self.lines.period / dt) == 0:
            names = self._names(slice(None), step)
            exec("\n".join(self.lines.every), names)
            self._keep(slice(None), names)

    def act(self, side, connection, step):
        """The block of one connection for one spike."""
        names = self._names(connection, step)
        exec(self.blocks[side], names)
        self._keep(connection, names)

    def inputs(self, step):
        """The input of the target and its sum over connections, for each line that sums."""
        names = self._names(slice(None), step, is_late=True)
        for target, term in self.lines.sums:
            terms = np.broadcast_to(eval(term, names), self.count)
            yield target, np.bincount(self.post_index, terms, self.post.size)

    def advanced(self, step, dt):
        """The states after a step, from the values of its start.

        "Lumped, by the method of the target's group; once a connection or once a cell by exponential Euler (exact where
        an equation is linear, alone or with others of constant coefficients; order 1 where it reads a cell)". All that
        are drawn are linear in the states.
        """
        names = self._names(slice(None), step, is_late=True)
        slopes = self._slopes(names)
        new = {name: self.values[name] + dt * slope for name, slope in slopes.items()}
        if self.own:
            rates = self._rates(names, slopes)
            if not self.is_closed:
                rates *= np.eye(len(self.own))
            grown = _grown(rates, np.stack([slopes[name] for name in self.own], 1), dt)
            new |= {name: self.values[name] + grown[:, k] for k, name in enumerate(self.own)}
        return new

    def _slopes(self, names):
        return {name: np.broadcast_to(eval(slope, names), self.count) for name, slope in self.slopes.items()}

    def _rates(self, names, slopes):
        """How the slope of each of the own states changes with each, by a difference: exact where it is linear."""
        moved = [self._slopes({**names, name: names[name] + 1.0}) for name in self.own]
        return np.stack([np.stack([m[name] - slopes[name] for m in moved], 1) for name in self.own], 1)

    def _names(self, which, step, *, is_late=False):
        names = FUNCTIONS | {name: values[which] for name, values in self.values.items()}
        names |= {side: Side(cells, index[which], step) for side, (cells, index, _) in self.sides.items()}
        if is_late and isinstance(self.pre, Cells):
            names["pre"] = Late(self.pre, self.pre_index, step, self.sides["pre"][2])
        return names

    def _keep(self, which, names):
        for name in self.lines.states:
            self.values[name][which] = names[name]


def _grown(rates, slopes, dt):
    """How far x' = A x + b leads in dt from its slope at the start, for each connection: the series of exp(A dt)."""
    term = grown = dt * slopes
    for power in range(2, 16):
        term = dt / power * np.einsum("cij,cj->ci", rates, term)
        grown = grown + term
    return grown


class Network:
    """Groups, sources and synapses, stepped together.

    ``spikes`` holds, for each group, (step at whose end it stands, cell).
    """

    def __init__(self, groups, sources, synapses, dt, schedule):
        self.groups, self.sources, self.synapses, self.dt, self.schedule = groups, sources, synapses, dt, schedule
        self.step_number = 0
        self.due = defaultdict(list)
        self.spikes = [[] for _ in groups]

    def step(self):
        """The order of a step: blocks every T, advance, then arrivals and events as the schedule has them."""
        step = self.step_number
        for cells in self.groups:
            cells.past.append({name: cells.values[name].copy() for name in cells.lines.slopes})
        for synapse in self.synapses:
            synapse.act_every(step, self.dt)
        self._advance(step)
        if self.schedule == "brian2":
            self._test_first(step)
        else:
            self._arrive_first(step)
        self.step_number += 1

    def _advance(self, step):
        """All groups and all states of synapses, from the values of the start."""
        inputs = [defaultdict(float) for _ in self.groups]
        for synapse in self.synapses:
            for target, total in synapse.inputs(step):
                inputs[self.groups.index(synapse.post)][target] += total
        advanced = [synapse.advanced(step, self.dt) for synapse in self.synapses]
        for cells, received in zip(self.groups, inputs, strict=True):
            cells.advance(step, self.dt, received)
        for synapse, new in zip(self.synapses, advanced, strict=True):
            synapse.values |= new

    def _arrive_first(self, step):
        """(3) Arrivals due, synapses as listed, pre before post; (4) test, act; (5) the undelayed."""
        self._act(sorted(self.due.pop(step, [])), step)
        fired = self._test(step)
        self._act_cells(fired, step)
        self._act(sorted(self._sent(fired, step), key=_pre_blocks_of_all_first), step)

    def _test_first(self, step):
        """Brian2's: test, then all arrivals, pre blocks of all first, then the cells' own blocks."""
        fired = self._test(step)
        arrivals = self._sent(fired, step) + self.due.pop(step, [])
        self._act(sorted(arrivals, key=_pre_blocks_of_all_first), step)
        self._act_cells(fired, step)

    def _test(self, step):
        fired = {part: part.test(step) for part in [*self.groups, *self.sources]}
        for kept, cells in zip(self.spikes, self.groups, strict=True):
            kept += [(step + 1, int(cell)) for cell in fired[cells]]
        return fired

    def _act_cells(self, fired, step):
        for cells in self.groups:
            cells.act(fired[cells], step, self.dt)

    def _sent(self, fired, step):
        """The arrivals of this step's spikes that have no delay; all others wait."""
        sent = defaultdict(list)
        for place, synapse in enumerate(self.synapses):
            for rank, (side, (cells, index, delays)) in enumerate(synapse.sides.items()):
                if getattr(synapse.lines, side):
                    times = np.bincount(fired[cells], minlength=cells.size)[index]
                    for connection in np.repeat(np.arange(synapse.count), times):
                        sent[step + delays[connection]].append((place, rank, connection))
        at_once = sent.pop(step, [])
        for later, arrivals in sent.items():
            self.due[later] += arrivals
        return at_once

    def _act(self, arrivals, step):
        for place, rank, connection in arrivals:
            self.synapses[place].act(("pre", "post")[rank], connection, step)


def _pre_blocks_of_all_first(arrival):
    place, rank, connection = arrival
    return rank, place, connection
