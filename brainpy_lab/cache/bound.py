"""The cache folder's bound: beyond it, the files that were not asked for longest go.

A file's time of access, set by who asks for it, says when that was last. The folder is looked through at a process's
first write to it and then once an eighth of the bound has been written, never in a run.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from brainpy_lab.warning import CacheWarning, tell

#: Megabytes that the folder may take; ``BRAINPY_LAB_CACHE_MB`` overrides it. A model takes some 0.03 to 0.1.
DEFAULT_BOUND = 256.0

_KEPT = 0.75  # of the bound stays when files go
_UNFINISHED = 3600.0  # seconds after which a file that was never finished is nobody's

#: Bytes that may be written to a folder before it is looked through again.
_allowance: dict[Path, float] = {}
_told: set[str] = set()


def bound() -> float:
    """Bytes that the cache folder may take."""
    text = os.environ.get("BRAINPY_LAB_CACHE_MB", "")
    with contextlib.suppress(ValueError):
        megabytes = float(text) if text.strip() else DEFAULT_BOUND
        if megabytes >= 0:  # not nan
            return megabytes * 1e6
    if text not in _told and tell(
        CacheWarning(f"BRAINPY_LAB_CACHE_MB={text} is no number of megabytes; {DEFAULT_BOUND:g} holds.")
    ):
        _told.add(text)
    return DEFAULT_BOUND * 1e6


def keep_bounded(folder: Path, parts: Iterable[str], written: int) -> None:
    """Evict what is beyond the bound, when enough was written to a folder to make it worth looking."""
    _allowance[folder] = _allowance.get(folder, 0.0) - written
    if _allowance[folder] < 0.0:
        limit = bound()
        _allowance[folder] = limit / 8
        evict(folder, parts, limit)


class _File(NamedTuple):
    used: float
    size: int
    path: str


def evict(folder: Path, parts: Iterable[str], limit: float) -> None:
    """Remove the files that were not asked for longest, until three quarters of ``limit`` bytes are left.

    Another process may read or remove the same files meanwhile: a file that is gone is compiled again.
    """
    files = sorted(file for part in parts for file in _files(folder / part))
    total = sum(file.size for file in files)
    if total <= limit:
        return
    for file in files:
        if total <= _KEPT * limit:
            break
        with contextlib.suppress(OSError):
            os.unlink(file.path)
        total -= file.size


def _files(folder: Path) -> Iterable[_File]:
    """All files but those that are being written."""
    for directory, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(directory, name)
            with contextlib.suppress(OSError):
                found = os.stat(path)
                if not name.endswith(".tmp") or time.time() - found.st_mtime > _UNFINISHED:
                    yield _File(max(found.st_atime, found.st_mtime), found.st_size, path)
