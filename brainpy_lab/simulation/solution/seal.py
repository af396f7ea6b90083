"""A seal at the end of a file: a digest of all bytes before it, to be checked before a library reads them.

HDF5's C library does not come back from some damaged files, and no signal reaches it there. It takes no notice of what
follows its own data, so that other programs read a sealed file as any other.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import BinaryIO

_MARK = b"\nbrainpy-lab seal "
_SIZE = 16
_LENGTH = len(_MARK) + 2 * _SIZE
_PIECE = 1 << 20


def seal(path: Path) -> None:
    """Add the seal to a finished file."""
    with path.open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        mark = _MARK + _digest(file, size)
        file.seek(size)
        file.write(mark)


def is_broken(file: BinaryIO) -> bool:
    """True when ``file`` has a seal that is not that of its bytes; a file that another program wrote has none."""
    size = file.seek(0, os.SEEK_END) - _LENGTH
    if size < 0:
        return False
    file.seek(size)
    mark = file.read()
    return mark.startswith(_MARK) and mark != _MARK + _digest(file, size)


def _digest(file: BinaryIO, size: int) -> bytes:
    """Of the first ``size`` bytes."""
    found = hashlib.blake2b(digest_size=_SIZE)
    file.seek(0)
    while size > 0 and (piece := file.read(min(size, _PIECE))):
        found.update(piece)
        size -= len(piece)
    return found.hexdigest().encode()
