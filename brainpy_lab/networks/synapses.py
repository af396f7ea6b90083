"""Synapses: the connections of two groups, each of which does what its model says."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np

from brainpy_lab.errors import ArgumentError, MemoryLimitError, did_you_mean
from brainpy_lab.networks.arguments import both, mapping, real, stream_of, told
from brainpy_lab.networks.cells import Part
from brainpy_lab.networks.connect.all_pairs import AllPairs
from brainpy_lab.networks.connect.given import Given
from brainpy_lab.networks.connect.rule import Rule
from brainpy_lab.networks.connections import Connections
from brainpy_lab.networks.delays import check_delay
from brainpy_lab.networks.dist import Distribution
from brainpy_lab.networks.group import NeuGroup, refuse_kinds
from brainpy_lab.networks.on_connections import called, of_array, of_matrix, of_xarray
from brainpy_lab.networks.read_connections import ReadConnections
from brainpy_lab.networks.sides import check_sides, reads_in_each_step
from brainpy_lab.networks.source import Source, View, check_name
from brainpy_lab.networks.states.counted import counted
from brainpy_lab.networks.states.homes import Home, Homes, homes
from brainpy_lab.networks.states.totals import Totals, totals
from brainpy_lab.networks.states.traces import Traces, traces
from brainpy_lab.networks.states.turns import one_block_each, turns
from brainpy_lab.networks.states.weighted import Weighted, weighted
from brainpy_lab.networks.values import Values, numbers
from brainpy_lab.simulation.runs.warning import warn
from brainpy_lab.simulation.synapse_model import SynapseModel

_DELAYS = ("delay", "post_delay")
#: What synapses take besides values by name.
_OPTIONS = ("pre", "post", "model", "connect", "delay", "post_delay", "weight", "name", "kept", "parameters")


class Synapses(ReadConnections):
    """Connections from one group to another, or within one.

    Parameters
    ----------
    pre, post : NeuGroup, source of spikes, or a part of one
        Where spikes come from, and where they act.
    model : SynapseModel
        What happens at a connection: ``bp.model(text, synapse=True)``.
    connect : rule of `bp.connect`
        Which cells are connected. Its random numbers depend on its seed and on the name of the synapses, so that two
        synapses with one rule are connected independently. Weights, delays and parameters that a matrix, table or graph
        has of each connection are taken, unless they are given here.
    delay : number, array, distribution or function of ``pre`` and ``post``, optional
        Time from a presynaptic spike to its effect, in the model's unit of time; 0 by default. What equations and
        ``post.I += ...`` read of the presynaptic cell, ``pre.x``, is then its value of that time before.
    post_delay : the same, optional
        Time from a postsynaptic spike to what it does at the connection.
    weight : the same, optional
        By default the model's.
    name : str, optional
        By default that of the model.
    kept : mapping, optional
        Where states live: ``{"s": "pre"}`` once a presynaptic cell, "post" with the target, "connection". An error says
        where that cannot be.
    parameters, **named
        Other parameters of the model, in the same forms as the weight.

    Raises
    ------
    ArgumentError
        What is asked for cannot be; nothing has been built.

    Notes
    -----
    Linear states that blocks of spikes alone read (traces) are exact whatever the method: they are worked out when a
    spike needs them. Lumped states advance with the method of the target's group. States of connections and of single
    cells that others read in each step are exact where their equations are linear; else they advance with the explicit
    method that the target's group names where they read nothing that moves but each other, and by exponential Euler, of
    order 1, where they read cells or the group names none. ``net.explain()`` says which state is which.

    Attributes
    ----------
    table : Connections
        Which cells are connected.

    Examples
    --------
    >>> import brainpy_lab as bp
    >>> lif = bp.model("g = 0\\ndV/dt = (g - V)/20\\nwhen V >= 10:\\n    V = 0", name="LIF")
    >>> kick = bp.model("when pre.spike:\\n    post.V += weight", name="Kick", synapse=True)
    >>> E = bp.NeuGroup(lif, 100, name="E")
    >>> exc = bp.Synapses(pre=E, post=E, model=kick, connect=bp.connect.fixed_in_degree(10), weight=0.2, name="exc")
    >>> len(exc)
    1000
    """

    @told
    def __init__(
        self,
        *,
        pre: Source | View,
        post: Source | View,
        model: SynapseModel,
        connect: Rule,
        delay: Any = None,
        post_delay: Any = None,
        weight: Any = None,
        name: str | None = None,
        kept: Mapping[str, Home] | None = None,
        parameters: Mapping[str, Any] | None = None,
        **named: Any,
    ) -> None:
        if not isinstance(model, SynapseModel):
            raise ArgumentError(
                f"Synapses: model is a synapse, not {type(model).__name__}.",
                advice="bp.model(text, synapse=True), or a cell %%brainpy_model NAME --synapse.",
            )
        self.model, self.system, self.weighted = model, model.system, Weighted(model.system)
        self.is_named = name is not None
        self.name = check_name("Synapses", model.name if name is None else name)
        self.pre, self.post = self._side("pre", pre), self._side("post", post)
        self.pre_group, self.post_group = _group(self.pre), _group(self.post)
        if not isinstance(connect, Rule):
            raise ArgumentError(
                f"{self.name}: connect is a rule of bp.connect, not {connect!r:.60}.",
                advice="For example connect=bp.connect.fixed_probability(0.1, seed=1).",
            )
        self.rule = connect
        check_sides(self.name, self.system, {"pre": self.pre_group, "post": self.post_group})
        refuse_kinds(self.name, self.system, synapse=True)
        self.counted = counted(one_block_each(self.system))
        self.system = self.counted.system
        given = both(self.name, parameters, named if weight is None else {"weight": weight, **named})
        self._check_given(given)
        self.table = self._connected()
        delays = {name for name, value in (("delay", delay), ("post_delay", post_delay)) if value is not None}
        along = self._came_along({*given, *delays})
        given = {**{n: v for n, v in along.items() if n not in _DELAYS}, **given}
        self.values: dict[str, Values] = {p.name: float(p.value) for p in self.system.parameters}
        self.start: dict[str, Values] = {}
        for key, value in given.items():
            (self.start if key in self.system.state_names else self.values)[key] = self._values(key, value)
        self.delay_given = self._delay("delay", along.get("delay", 0.0) if delay is None else delay)
        self.post_delay_given = self._delay(
            "post_delay", along.get("post_delay", 0.0) if post_delay is None else post_delay
        )
        self.kept = mapping(self.name, "kept", kept)
        self._move_weights()
        self.at_cells: dict[str, tuple[Home, np.ndarray]] = {}
        self.returns: dict[str, Values] = {}
        self.state: dict[str, np.ndarray] = {}
        self._check_kept()
        if not self.totals.are_taken:
            self.table.make()

    # --- checks ------------------------------------------------------------------------------------------------------

    def _side(self, side: str, given: Any) -> Source | View:
        if isinstance(given, View) and not given.size and given.group.size:
            raise ArgumentError(
                f"{self.name}: {side}={given.text} has no cells.",
                advice=f"{given.group.name} has {given.group.size:,}, counted from 0.",
            )
        if isinstance(given, Source | View):
            return given
        raise ArgumentError(
            f"{self.name}: {side} is a group or source of spikes, or a part of one; got {type(given).__name__}.",
            advice=f"For example {side}=bp.NeuGroup(model, 100).",
        )

    def _check_given(self, given: Mapping[str, Any]) -> None:
        known = (*self.system.parameter_names, *self.system.state_names)
        for name in given:
            if name not in known:
                raise ArgumentError(
                    f"{self.name}: '{self.model.name}' has no '{name}'.",
                    advice=self._instead(name, known),
                )

    @staticmethod
    def _instead(name: str, known: tuple[str, ...]) -> str:
        """Advice on a name that the model does not have."""
        if name == "weight":
            return "Its text has no weights: write 'weight = 1' there, and use it where a spike arrives."
        if name in _OPTIONS:
            return f"Synapses take '{name}' when they are made: make others with another."
        return did_you_mean(name, (*known, *_OPTIONS)) or f"It has: {', '.join(known) or 'no parameters'}."

    def _check_kept(self) -> None:
        for name, home in self.kept.items():
            if name not in self.system.state_names:
                raise ArgumentError(
                    f"{self.name}: kept: there is no state '{name}'.",
                    advice=did_you_mean(name, self.system.state_names) or "Its states are the keys.",
                )
            if home not in ("pre", "post", "connection"):
                raise ArgumentError(f"{self.name}: kept: '{name}' is kept 'pre', 'post' or 'connection', not {home!r}.")
            found = self.homes.of[name]
            wanted = ("lumped", "post") if home == "post" else (home,)
            if found not in wanted:
                reason = self.homes.why.get(name, f"it is kept '{found}'")
                raise ArgumentError(f"{self.name}: '{name}' cannot be kept '{home}': {reason}.")

    # --- connections -------------------------------------------------------------------------------------------------

    @property
    def stream(self) -> int:
        """The stream of the synapses' random numbers: a function of their name."""
        return stream_of(self.name)

    def _connected(self) -> Connections:
        same = self.pre_group is self.post_group
        try:
            table = self.rule.build(self.pre.cells, self.post.cells, same=same, stream=self.stream)
            if isinstance(table, AllPairs):
                table.owner = self.name
            return table
        except (ArgumentError, MemoryLimitError) as error:
            error.message = f"{self.name}: {error.message}"
            raise

    def _came_along(self, wins: set[str]) -> dict[str, Any]:
        """What the rule says of connections besides their cells, such as the weights in a matrix; ``wins`` is given."""
        known = (*self.system.parameter_names, *self.system.state_names, *_DELAYS)
        lacking = self.rule.edges.lacking if isinstance(self.rule, Given) else {}
        for name, why in lacking.items():
            if name in known and name not in wins:
                raise ArgumentError(
                    f"{self.name}: {why}.", advice=f"Give all connections one, or {name}= to bp.Synapses."
                )
        if "weight" in self.table.values and "weight" not in known:
            warn(f"{self.name}: the weights of its connections are not used: '{self.model.name}' has none.")
        found = {name: values for name, values in self.table.values.items() if name in known and len(values)}
        return {name: float(v[0]) if v.dtype.kind != "b" and np.all(v == v[0]) else v for name, v in found.items()}

    def _values(self, name: str, given: Any) -> Values:
        """A number that all connections share, or one for each, in the order of ``pre_index``."""
        n = len(self.table)
        if not isinstance(given, int | float | np.number):
            self.table.make()  # one value a connection: refused where these do not fit
        if isinstance(given, Distribution):
            return given.of_variable(f"{self.name}.{name}", n, stream=self.stream)
        if hasattr(given, "dims"):
            given = of_xarray(self.name, name, given, self.table)
        elif hasattr(given, "tocoo"):
            given = of_matrix(self.name, name, given, self.table)
        elif callable(given) and not isinstance(given, np.ndarray):
            given = called(self.name, name, given, *self._cells())
        elif np.ndim(given) == 2:
            given = of_array(self.name, name, np.asarray(given), self.table)
        return numbers(self.name, name, given, n, (n,), "connections")

    def _cells(self) -> tuple[Part, Part]:
        """The two cells of each connection, as functions see them."""
        return Part(self.pre.cells, self.pre_index, "pre"), Part(self.post.cells, self.post_index, "post")

    def _delay(self, name: str, given: Any) -> Values:
        if isinstance(given, int | float | np.number) and not isinstance(given, bool):
            values: Values = real(self.name, name, given, 0.0)
        else:
            values = self._values(name, given)
        return check_delay(self.name, name, values, self.system, self.pre_group)

    @property
    def is_late(self) -> bool:
        """Whether presynaptic values that are read in each step are those of a delay before."""
        return bool(np.any(np.asarray(self.delay_given) > 0) and reads_in_each_step(self.system, self.pre_group))

    # --- values ------------------------------------------------------------------------------------------------------

    @cached_property
    def turns(self) -> dict[str, str]:
        """The blocks whose connections take turns, and why."""
        groups = {"pre": self.pre_group, "post": self.post_group}
        cells = {side: g.system if isinstance(g, NeuGroup) else None for side, g in groups.items()}
        return turns(self.system, cells, same=self.pre_group is self.post_group)

    @cached_property
    def homes(self) -> Homes:
        """Where each state lives."""
        return homes(self.system, self._varying(), spread=self._spread(), kept=self.kept, turns=self.turns)

    def _varying(self) -> set[str]:
        """What differs between connections."""
        return {n for n, v in {**self.values, **self.start}.items() if isinstance(v, np.ndarray)}

    def _spread(self) -> dict[str, bool]:
        """Whether spikes of a side reach its connections at different times."""
        given = {"pre": self.delay_given, "post": self.post_delay_given}
        return {side: isinstance(delay, np.ndarray) for side, delay in given.items()}

    def _move_weights(self) -> None:
        """Take the equations in which weights stand where spikes add, as far as these say so."""
        found = weighted(self.counted.system, self._varying(), self._spread(), self.kept)
        self.__dict__.update(weighted=found, system=found.system)

    @cached_property
    def traces(self) -> Traces:
        """States that are updated where an event needs them, and why others advance in each step."""
        return traces(self.system, self.homes, (n for n, v in self.values.items() if isinstance(v, np.ndarray)))

    @cached_property
    def totals(self) -> Totals:
        """Whether its sums over connections are sums over all presynaptic cells."""
        if not isinstance(self.table, AllPairs):
            return Totals(False)
        if self.is_late:
            return Totals(False, "it reads values of a delay before")
        return totals(self.system, self.homes, sorted(self._varying()), self._spread(), self.turns)

    def set(self, *, where: Any = None, **values: Any) -> None:
        """Set weights, delays, other parameters or states of connections.

        Parameters
        ----------
        where : mask, array of int, slice, or function of ``pre`` and ``post``, optional
            Which connections; by default all.
        **values
            Numbers, arrays (one number for each connection of the synapses), distributions or functions.

        Raises
        ------
        ArgumentError
        """
        if not values:
            raise ArgumentError(f"{self.name}: set was given nothing to set.", advice=f"{self.name}.set(delay=1.5)")
        chosen = self._chosen(where)
        for name, given in values.items():
            if name in _DELAYS:
                new = self._delay(name, given)
                old = self.delay if name == "delay" else self.post_delay
                object.__setattr__(self, f"{name}_given", new if chosen is None else np.where(chosen, new, old))
                continue
            self._check_given({name: given})
            new = self._values(name, given)
            if name in self.system.state_names:
                self._set_state(name, new, chosen)
            else:
                self.values[name] = new if chosen is None else np.where(chosen, new, self.read(name))
        were_totals = self.totals.are_taken
        for found in ("turns", "homes", "traces", "totals"):
            self.__dict__.pop(found, None)
        self._move_weights()
        if were_totals and not self.totals.are_taken:
            warn(f"{self.name}: its sums are over connections from here on: {self.totals.why}.")

    def _set_state(self, name: str, new: Values, chosen: np.ndarray | None) -> None:
        """Set a state of connections; of those that are not chosen, what they have learned is no start to return to."""
        begun = self.returns.pop(name, self.initial(name))
        if chosen is None:
            self.start[name] = new
        else:
            self.start[name] = np.where(chosen, new, self.read(name))
            self.returns[name] = np.where(chosen, new, begun)
        self.state.pop(name, None)
        self.at_cells.pop(name, None)

    def _chosen(self, where: Any) -> np.ndarray | None:
        if where is None:
            return None
        self.table.make()
        if callable(where) and not isinstance(where, np.ndarray):
            where = called(self.name, "where", where, *self._cells())
        mask = np.zeros(len(self), dtype=bool)
        try:
            mask[where] = True
        except (IndexError, TypeError, ValueError) as error:
            raise ArgumentError(
                f"{self.name}: where chooses among {len(self):,} connections: {error}.",
                advice="A mask, an array of whole numbers, a slice, or a function of pre and post.",
            ) from None
        if len(self) and isinstance(where, slice | list) and not mask.any():
            raise ArgumentError(
                f"{self.name}: where={where} chooses none of {len(self):,} connections.",
                advice="They count from 0; a mask without a connection is taken as it is.",
            )
        return mask

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or "values" not in self.__dict__:
            raise AttributeError(name)
        return self.read(name)

    def __setattr__(self, name: str, value: Any) -> None:
        if "state" in self.__dict__:  # built: what is set is a value of the connections
            self.set(**{name: value})
        else:
            super().__setattr__(name, value)

    def __repr__(self) -> str:
        sides = f"{self.pre.name} to {self.post.name}"
        return f"<Synapses {self.name}: {len(self):,} connections of {sides}; {self.model.name}>"


def _group(side: Source | View) -> Source:
    return side.group if isinstance(side, View) else side
