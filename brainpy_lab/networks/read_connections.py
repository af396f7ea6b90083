"""What connections have, read as arrays and in the forms of other libraries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from brainpy_lab.equations.system import System
from brainpy_lab.errors import ArgumentError, did_you_mean
from brainpy_lab.networks.connections import Connections
from brainpy_lab.networks.source import Source, View
from brainpy_lab.networks.states.homes import Home, Homes
from brainpy_lab.networks.values import Values
from brainpy_lab.simulation.synapse_model import SynapseModel

if TYPE_CHECKING:
    import xarray
    from scipy.sparse import csr_array


class ReadConnections:
    """What `Synapses` offer to read: one value a connection, in the order of ``pre_index``."""

    name: str
    model: SynapseModel
    system: System
    table: Connections
    values: dict[str, Values]
    start: dict[str, Values]
    state: dict[str, np.ndarray]
    #: Where the network stands: states that are kept with cells, where that is, and one value a cell.
    at_cells: dict[str, tuple[Home, np.ndarray]]
    #: What a reset gives states whose ``start`` holds what some connections had learned when others were set.
    returns: dict[str, Values]
    pre: Source | View
    post: Source | View
    delay_given: Values
    post_delay_given: Values

    @property
    def homes(self) -> Homes:
        """Where each state lives."""
        raise NotImplementedError

    def __len__(self) -> int:
        return len(self.table)

    @property
    def pre_index(self) -> np.ndarray:
        """Presynaptic cell of each connection, counted within ``pre``."""
        return self.table.pre_index

    @property
    def post_index(self) -> np.ndarray:
        """Postsynaptic cell of each connection, counted within ``post``."""
        return self.table.post_index

    @property
    def weight(self) -> np.ndarray:
        """The weight of each connection, in the order of ``pre_index``: where the network stands."""
        return self.read("weight")

    @property
    def delay(self) -> np.ndarray:
        """The delay of each connection, in the order of ``pre_index``."""
        return _read_only(np.broadcast_to(np.asarray(self.delay_given, dtype=float), len(self)))

    @property
    def post_delay(self) -> np.ndarray:
        """The delay of each connection for postsynaptic spikes, in the order of ``pre_index``."""
        return _read_only(np.broadcast_to(np.asarray(self.post_delay_given, dtype=float), len(self)))

    def read(self, name: str) -> np.ndarray:
        """A parameter, or a state of connections, of each connection: where the network stands."""
        if name in self.values:
            found: Any = self.values[name]
        elif name in self.state:
            found = self.state[name]
        elif name in self.at_cells:
            found = self._of_cells(name)
        elif name in self.system.state_names:
            found = self.initial(name)
        else:
            known = (*self.system.parameter_names, *self.system.state_names)
            listed = f"It has: {', '.join(known)}." if known else "It has no parameters."
            raise AttributeError(f"{self.name} has no '{name}'. {did_you_mean(name, known) or listed}")
        return _read_only(np.broadcast_to(np.asarray(found, dtype=float), len(self)))

    def _of_cells(self, name: str) -> np.ndarray:
        """A state that is kept with cells, at each connection of these."""
        home, values = self.at_cells[name]
        if home == "lumped":
            raise AttributeError(
                f"{self.name}: '{name}' is a sum for each target cell: no connection has a value of its own. "
                f"sol.final['{self.name}']['{name}'] has the sums; kept={{'{name}': 'connection'}} gives each its own."
            )
        side, cells = (self.pre, self.pre_index) if home == "pre" else (self.post, self.post_index)
        found: np.ndarray = values[side.index[cells] if isinstance(side, View) else cells]
        return found

    def initial(self, name: str) -> Values:
        """What a state begins with: a number, or one a connection."""
        from brainpy_lab.networks.group import initial_of

        if name in self.start:
            return self.start[name]
        value = initial_of(self.system, self.values, self.start)[name]
        return value if isinstance(value, np.ndarray) else float(value)

    def to_scipy(self, name: str | None = None) -> csr_array:
        """The connections as a sparse matrix (pre, post): of ones, or of a variable such as "weight"."""
        self.table.make()
        return self.table.to_scipy(None if name is None else self.table_of(name)[name])

    def to_networkx(self, *names: str) -> Any:
        """The connections as a directed graph, whose edges have the named (all) variables of connections."""
        return self.table.to_networkx(**self.table_of(*names))

    def to_xarray(self) -> xarray.Dataset:
        """All that connections have, over ``connection``, with their cells ``pre`` and ``post``."""
        import xarray

        columns = {name: ("connection", np.array(values)) for name, values in self.table_of().items()}
        cells = {"pre": ("connection", self.pre_index), "post": ("connection", self.post_index)}
        return xarray.Dataset(columns, cells, {"synapses": self.name, "model": self.model.name})

    def table_of(self, *names: str) -> dict[str, np.ndarray]:
        """Weights, delays and other values by name, one a connection; states kept with cells where they are named."""
        every = [*self.system.parameter_names, *self.homes.at("connection"), "delay", "post_delay"]
        known = [*every, *self.homes.at("pre"), *self.homes.at("post")]
        for name in names:
            if name not in known:
                raise ArgumentError(
                    f"{self.name}: its connections have no '{name}'.",
                    advice=did_you_mean(name, known) or f"They have: {', '.join(known)}.",
                )
        own = {"delay": lambda: self.delay, "post_delay": lambda: self.post_delay}
        return {name: own[name]() if name in own else self.read(name) for name in names or every}


def _read_only(values: np.ndarray) -> np.ndarray:
    values = values.view()
    values.flags.writeable = False
    return values
