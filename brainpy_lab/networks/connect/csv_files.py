"""Tables of comma-separated values, number for number as they were written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

#: From this version on pandas reads every number to its last bit, and refuses to be asked for it.
_EXACT = (3, 1)


def read_csv(path: Path, **options: Any) -> Any:
    """The table in a file, by pandas, whose fast reader could miss the last bit of a number in earlier versions."""
    import pandas

    if tuple(map(int, pandas.__version__.split(".")[:2])) < _EXACT:
        options["float_precision"] = "round_trip"
    return pandas.read_csv(path, **options)
