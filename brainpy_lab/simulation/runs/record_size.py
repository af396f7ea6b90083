"""How much memory a recording takes, and a refusal before the run when it is more than there is."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil, prod
from pathlib import Path

from brainpy_lab.errors import MemoryLimitError

#: Part of the free memory that records may take; the rest is for the run and for the plots after it.
SHARE = 0.8
#: Bytes that every machine has: below, free memory is not measured, which would take a tenth of a slider's run.
SMALL = 2**25
#: Where Linux shows the limits of the process's control group: containers, and users on Binder, live under one.
CONTROL_GROUP = Path("/sys/fs/cgroup")


def record_bytes(
    n_times: int, shapes: Mapping[str, tuple[int, ...]], ensemble_shape: tuple[int, ...] = (), itemsize: int = 8
) -> int:
    """Bytes that recorded variables take.

    Parameters
    ----------
    n_times : int
        Number of recorded times.
    shapes : mapping of name to tuple of int
        The recorded variables with the shape of each in one cell.
    ensemble_shape : tuple of int
        Shape of the ensemble.
    itemsize : int
        Bytes of one number.

    Examples
    --------
    >>> record_bytes(1001, {"V": (), "x": (3,)}, (10,))
    328328
    """
    per_time = prod(ensemble_shape) * sum(prod(shape) for shape in shapes.values())
    return int(n_times) * (per_time + 1) * itemsize if shapes else int(n_times) * itemsize


def available_bytes() -> int:
    """Memory this process can still take: the machine's free memory, or less where a container has a limit."""
    import psutil

    return min([int(psutil.virtual_memory().available), *_container_room()])


def check_record_memory(
    n_times: int,
    shapes: Mapping[str, tuple[int, ...]],
    ensemble_shape: tuple[int, ...] = (),
    *,
    itemsize: int = 8,
    record_every: float | None = None,
    available: int | None = None,
    numbers: int | None = None,
) -> int:
    """Refuse a recording that does not fit.

    Parameters
    ----------
    n_times, shapes, ensemble_shape, itemsize
        As for `record_bytes`.
    record_every : float, optional
        Time between records as asked for; the advice then says how long it would have to be.
    available : int, optional
        Bytes there are; measured when not given.
    numbers : int, optional
        How many are kept, where variables differ in how often or in which part; ``n_times`` is then the most often.

    Returns
    -------
    int
        The estimate in bytes.

    Raises
    ------
    MemoryLimitError
        The records would take more than the share of memory that is left for them.
    """
    needed = record_bytes(n_times, shapes, ensemble_shape, itemsize) if numbers is None else numbers * itemsize
    room = _short_room(needed, available)
    if room is None:
        return needed
    n_cells = prod(ensemble_shape)
    cells = f" of {n_cells:,} cells" if ensemble_shape else ""
    raise MemoryLimitError(
        f"Recording {', '.join(shapes) or 'times'}{cells} at {n_times:,} times takes {format_bytes(needed)}; "
        f"{format_bytes(room)} are free for it.",
        advice=_advice(needed, room, shapes, record_every),
    )


def check_ensemble_memory(cells: int, values: int, *, available: int | None = None) -> int:
    """Refuse an ensemble whose states and parameters alone do not fit.

    Parameters
    ----------
    cells : int
        Cells of the ensemble, each element of an array state counted.
    values : int
        Numbers that a run keeps for each: states and their stages, hidden variables, parameters.
    available : int, optional
        Bytes there are; measured when not given.

    Returns
    -------
    int
        The estimate in bytes.

    Raises
    ------
    MemoryLimitError
        It is more than the share of memory that is left for it.
    """
    needed = 8 * cells * values
    room = _short_room(needed, available)
    if room is not None:
        raise MemoryLimitError(
            f"An ensemble of {cells:,} cells takes at least {format_bytes(needed)}; {format_bytes(room)} are free.",
            advice="Run parts of it one after the other. Arrays that broadcast make a cell of every combination.",
        )
    return needed


def _short_room(needed: int, available: int | None) -> int | None:
    """The bytes that there are for ``needed``, where they are too few; None where they are enough."""
    if available is None and needed <= SMALL:
        return None
    room = int(SHARE * (available_bytes() if available is None else available))
    return room if needed > room else None


def format_bytes(n: float) -> str:
    """``n`` bytes in the unit that suits: ``1.5 GiB``."""
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if n < 1024:
            return f"{n:.3g} {unit}" if n < 1000 else f"{n:.0f} {unit}"
        n /= 1024
    return f"{n:.3g} TiB" if n < 1000 else f"{n:,.0f} TiB"


def _advice(needed: int, room: int, shapes: Mapping[str, tuple[int, ...]], record_every: float | None) -> str:
    factor = ceil(needed / max(room, 1))
    if record_every is not None:
        rarely = f"Record less often: record_every={record_every * factor:.6g} fits"
    else:
        rarely = f"Record less often: a record_every {factor:,} times as long fits"
    fewer = f"; or fewer variables, such as record=['{min(shapes)}']" if len(shapes) > 1 else ""
    return f"{rarely}{fewer}; or record=[], which keeps final states and events only."


def _container_room() -> list[int]:
    """What is left under the memory limit of a Linux control group, where there is one."""
    root = CONTROL_GROUP
    for limit_file, usage_file in (
        (root / "memory.max", root / "memory.current"),
        (root / "memory/memory.limit_in_bytes", root / "memory/memory.usage_in_bytes"),
    ):
        try:
            return [max(0, int(limit_file.read_text()) - int(usage_file.read_text()))]
        except (OSError, ValueError):  # no such file, or the limit is "max"
            continue
    return []
