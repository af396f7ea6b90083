"""Connections in a table with a line each: a pandas table, or a file of comma-separated values or Parquet."""

from __future__ import annotations

from dataclasses import dataclass, field
from numbers import Real
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from brainpy_lab.errors import ArgumentError, did_you_mean
from brainpy_lab.networks.connect.csv_files import read_csv
from brainpy_lab.networks.connect.edge_table import read_index
from brainpy_lab.networks.connect.given import Edges, Given


@dataclass(frozen=True, eq=False, repr=False)
class EdgeList(Given):
    """A table with two columns of cells says which are connected, one connection a line.

    Other columns of numbers are kept with the connections, ``values["weight"]`` of the table; synapses take those that
    they know by name, ``weight``, ``delay`` and parameters. Connections go by presynaptic, then postsynaptic cell.

    Parameters
    ----------
    source : pandas.DataFrame, str or path
        A table, or a file ``.csv`` or ``.parquet``, which is read at once.
    pre, post : str
        Names of the columns that hold the cells.
    autapses, multapses : bool
        Whether a cell may connect to itself, and a pair be connected more than once.

    Examples
    --------
    >>> import pandas
    >>> table = pandas.DataFrame({"pre": [1, 0], "post": [0, 2], "weight": [0.5, 0.25]})
    >>> made = EdgeList(table).build(3, 3)
    >>> made.values["weight"]
    array([0.25, 0.5 ])
    """

    name = "edge_list"
    source: Any
    pre: str = "pre"
    post: str = "post"
    autapses: bool = field(default=False, kw_only=True)
    multapses: bool = field(default=False, kw_only=True)
    _edges: Any = field(default=None, init=False)

    def check_arguments(self) -> None:
        """Read the table, and find its columns."""
        frame = _read(Path(self.source)) if isinstance(self.source, str | PathLike) else self.source
        if not hasattr(frame, "columns") or not hasattr(frame, "to_numpy"):
            raise ArgumentError(f"edge_list: source is a pandas table or the name of a file; got {frame!r:.60}.")
        columns = {str(name): frame[name].to_numpy() for name in frame.columns}
        cells = [self._cells(columns, name) for name in (self.pre, self.post)]
        others = {k: v for k, v in columns.items() if k not in (self.pre, self.post)}
        values = {k: v for k, v in others.items() if v.dtype.kind in "biuf"}
        lacking = {k: _no_number(k, v) for k, v in others.items() if k not in values and len(v)}
        self._set(_edges=Edges(cells[0], cells[1], values, lacking))

    def _cells(self, columns: dict[str, np.ndarray], name: str) -> np.ndarray:
        if name not in columns:
            raise ArgumentError(
                f"edge_list: the table has no column {name!r}.",
                advice=did_you_mean(name, columns) or f"It has: {', '.join(columns)}. Say which with pre= and post=.",
            )
        return read_index(self.name, f"column {name!r}", columns[name])

    @property
    def edges(self) -> Edges:
        """The connections."""
        edges: Edges = self._edges
        return edges


def _no_number(name: str, column: np.ndarray) -> str:
    wrong = next((k for k, value in enumerate(column) if not isinstance(value, Real)), 0)
    return f"edge_list: the column '{name}' holds no number in line {wrong}: {column[wrong]!r:.40}"


def _read(path: Path) -> Any:
    import pandas

    readers: dict[str, Any] = {".csv": read_csv, ".parquet": pandas.read_parquet}
    if path.suffix.lower() not in readers:
        raise ArgumentError(f"edge_list: {path.name} is no file that it reads.", advice="It reads .csv and .parquet.")
    try:
        return readers[path.suffix.lower()](path)
    except ImportError:
        raise ArgumentError(
            "edge_list: Parquet files need the package pyarrow, which is not installed.", advice="pip install pyarrow"
        ) from None
    except FileNotFoundError:
        raise ArgumentError(f"edge_list: there is no file {path}.") from None
    except (OSError, ValueError) as error:
        raise ArgumentError(f"edge_list: {path.name} cannot be read: {error}") from error
