"""What a network is built from is refused before it is built where it does not fit into memory."""

from __future__ import annotations

from brainpy_lab.errors import MemoryLimitError
from brainpy_lab.simulation.runs.record_size import SHARE, SMALL, available_bytes, format_bytes


def check_room(what: str, needed: float, advice: str = "Take fewer.", *, done: int = 0) -> None:
    """Refuse what does not fit.

    Parameters
    ----------
    what : str
        The beginning of the message, a plural.
    needed : float
        Bytes that it takes.
    advice : str
    done : int
        Bytes of it that are taken already.

    Raises
    ------
    MemoryLimitError
    """
    if needed <= SMALL:
        return
    room = SHARE * (available_bytes() + done)
    if needed > room:
        raise MemoryLimitError(f"{what} take {format_bytes(needed)}; {format_bytes(room)} are free.", advice=advice)
