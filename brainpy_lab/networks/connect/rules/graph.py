"""Connections in a graph of networkx."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from numbers import Real
from typing import Any

import numpy as np

from brainpy_lab.errors import ArgumentError
from brainpy_lab.networks.connect.given import Edges, Given
from brainpy_lab.networks.connect.rule import Sides


@dataclass(frozen=True, eq=False, repr=False)
class Graph(Given):
    """The edges of a graph are connections; undirected ones lead both ways, where both sides have both nodes.

    Attributes that every edge has, and that are numbers, are kept with the connections: ``values["weight"]`` of the
    table; synapses take those that they know by name, ``weight``, ``delay`` and parameters.

    Parameters
    ----------
    graph : networkx.Graph, DiGraph, MultiGraph or MultiDiGraph
    pre, post : sequence of nodes, optional
        The nodes that are the presynaptic and the postsynaptic cells, in their order; all nodes in the graph's order
        where they are not given.
    autapses, multapses : bool
        Whether a cell may connect to itself, and a pair be connected more than once.

    Examples
    --------
    >>> import networkx
    >>> Graph(networkx.path_graph(3)).build(3, 3, same=True).post_index
    array([1, 0, 2, 1], dtype=int32)
    """

    name = "graph"
    graph: Any
    pre: Sequence[Any] | None = None
    post: Sequence[Any] | None = None
    autapses: bool = field(default=False, kw_only=True)
    multapses: bool = field(default=False, kw_only=True)
    _read: Any = field(default=None, init=False)

    def check_arguments(self) -> None:
        """Read the edges."""
        if not all(hasattr(self.graph, name) for name in ("edges", "nodes", "is_directed")):
            raise ArgumentError(f"graph: it is no graph of networkx; got {self.graph!r:.60}.")
        numbers = [self._numbers("pre", self.pre), self._numbers("post", self.post)]
        pairs = []
        for a, b, attributes in self.graph.edges(data=True):
            ways = [(a, b)] if a == b or self.graph.is_directed() else [(a, b), (b, a)]
            found = [(i, j, attributes) for i, j in ways if i in numbers[0] and j in numbers[1]]
            if not found:
                raise ArgumentError(
                    f"graph: the edge from {a!r} to {b!r} leads between nodes that are no cells of the two sides.",
                    advice="Name the nodes of both with pre=[...] and post=[...].",
                )
            pairs += found
        pre, post = (np.array([numbers[k][pair[k]] for pair in pairs], dtype=np.int64) for k in (0, 1))
        self._set(_read=(Edges(pre, post, *_attributes(pairs)), len(numbers[0]), len(numbers[1])))

    def _numbers(self, name: str, nodes: Sequence[Any] | None) -> dict[Any, int]:
        try:
            numbers = {node: k for k, node in enumerate(self.graph.nodes if nodes is None else nodes)}
        except TypeError:
            raise ArgumentError(f"graph: {name} is a list of nodes; got {nodes!r:.60}.") from None
        if nodes is not None and len(numbers) < len(nodes):
            raise ArgumentError(f"graph: {name} names a node twice.")
        strange = [node for node in numbers if node not in self.graph.nodes]
        if strange:
            raise ArgumentError(f"graph: {name} names {strange[0]!r:.40}, which is no node of the graph.")
        return numbers

    @property
    def edges(self) -> Edges:
        """The connections."""
        edges: Edges = self._read[0]
        return edges

    def check(self, sides: Sides) -> None:
        """Refuse other numbers of cells than of nodes."""
        for side, cells, nodes in (("pre", sides.pre, self._read[1]), ("post", sides.post, self._read[2])):
            if cells.size != nodes:
                raise ArgumentError(f"graph: it has {nodes:,} nodes for {cells.size:,} {side}synaptic cells.")
        super().check(sides)


def _attributes(edges: Sequence[tuple[Any, Any, Mapping[Any, Any]]]) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """What every edge has, where it is a number; of all else, an edge that has none."""
    columns, lacking = {}, {}
    for name in sorted({name for *_, own in edges for name in own if isinstance(name, str)}):
        values = [own.get(name) for *_, own in edges]
        wrong = next((k for k, value in enumerate(values) if not isinstance(value, Real | np.bool_)), None)
        if wrong is None:
            columns[name] = np.array(values)
        else:
            a, b, own = edges[wrong]
            what = f"has the '{name}' {own[name]!r:.40}, which is no number" if name in own else f"has no '{name}'"
            lacking[name] = f"graph: the edge from {a!r:.40} to {b!r:.40} {what}"
    return columns, lacking
