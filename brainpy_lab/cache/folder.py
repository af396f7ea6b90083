"""The folder of generated code and compiled kernels: what is read is checked, what cannot be written stops nothing.

Files appear at once and whole (`os.replace`), so that several processes may share the folder. Where it cannot be
written, a temporary folder of this process takes its place, which is said once; where that cannot be written either,
nothing is kept, and everything runs.
"""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import platformdirs

from brainpy_lab.cache.bound import keep_bounded
from brainpy_lab.warning import CacheWarning, tell

#: The folders in it that hold all that it holds.
PARTS = ("steps", "kernels", "findings")

_DIGEST = 32  # bytes

#: Folder that cannot be written -> the one in its place.
_instead: dict[Path, Path] = {}
#: What is still to be said of such folders: a thread of a view cannot say it.
_untold: dict[Path, str] = {}


def cache_folder() -> Path:
    """The user's folder for generated code and compiled kernels (``BRAINPY_LAB_CACHE`` overrides it).

    Where it turned out that it cannot be written, the temporary folder in its place.
    """
    return _places()[0]


def _chosen() -> Path:
    chosen = os.environ.get("BRAINPY_LAB_CACHE")
    return Path(chosen) if chosen else Path(platformdirs.user_cache_dir("brainpy-lab"))


def _places() -> list[Path]:
    """Where files are looked for; they are written to the first."""
    chosen = _chosen()
    return [_instead[chosen], chosen] if chosen in _instead else [chosen]


def write_content_named(text: str, stem: str, part: str) -> Path:
    """Write ``text`` to a file of ``part`` named by its content; a file that holds it already is left as it is."""
    content = text.encode("utf-8", "replace")
    digest = hashlib.blake2b(content, digest_size=8).hexdigest()
    name = f"{part}/{_file_name(stem)}_{digest}.py"
    for path, found in _found(name):
        if found == content:
            return path
    return _write(name, content)


def _file_name(stem: str) -> str:
    """``stem`` without what a file name may not hold: a model may be called anything."""
    return re.sub(r"[^0-9A-Za-z_-]", "_", stem)[-80:]


def write_sealed(name: str, content: bytes) -> None:
    """Keep ``content`` under a name such as ``kernels/a.nbc``, with a digest of both before it."""
    _write(name, _seal(name, content) + content)


def read_sealed(name: str) -> bytes | None:
    """What `write_sealed` kept, or None: there is none, or it is damaged, in which case it is removed."""
    for path, found in _found(name):
        if found[:_DIGEST] == _seal(name, found[_DIGEST:]):
            return found[_DIGEST:]
        with contextlib.suppress(OSError):
            path.unlink()
    return None


def drop(name: str) -> None:
    """Remove a file."""
    for place in _places():
        with contextlib.suppress(OSError):
            (place / name).unlink()


def _seal(name: str, content: bytes) -> bytes:
    return hashlib.blake2b(name.encode() + b"\n" + content, digest_size=_DIGEST).digest()


def _found(name: str) -> Iterator[tuple[Path, bytes]]:
    """Files of a name and what they hold. Those that are asked for become the last to be evicted."""
    for place in _places():
        path = place / name
        with contextlib.suppress(OSError):
            content = path.read_bytes()
            with contextlib.suppress(OSError):
                os.utime(path, (time.time(), path.stat().st_mtime))
            yield path, content


def _write(name: str, content: bytes) -> Path:
    chosen = _chosen()
    if chosen not in _instead:
        try:
            _replace(chosen / name, content)
        except OSError as error:
            _instead[chosen] = _temporary_folder(chosen)
            _untold[chosen] = f"The cache folder {chosen} cannot be written ({error.strerror or error})."
        else:
            keep_bounded(chosen, PARTS, len(content))
            return chosen / name
    folder = _instead[chosen]
    if chosen in _untold and tell(CacheWarning(_untold[chosen] + _REMEDY)):
        del _untold[chosen]
    with contextlib.suppress(OSError):
        _replace(folder / name, content)
        keep_bounded(folder, PARTS, len(content))
    return folder / name


_REMEDY = (
    "\n  Generated and compiled code is kept in a temporary folder until Python ends, and compiled anew next time."
    "\n  Make the folder writable or free space on its disk, or name another one in the environment variable "
    "BRAINPY_LAB_CACHE."
)


def _replace(path: Path, content: bytes) -> None:
    """Write a file in one go: others see it whole or not at all."""
    if not path.is_absolute() and path.parts[0] == "~":  # there is no home folder
        raise FileNotFoundError(f"there is no home folder for {path}")
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def _temporary_folder(chosen: Path) -> Path:
    """A folder until the process ends; ``chosen`` itself, which holds nothing, where there is none to be had."""
    try:
        folder = tempfile.mkdtemp(prefix="brainpy-lab-")
    except OSError:
        return chosen
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def clear() -> int:
    """Delete all files of the folder; returns how many bytes they took."""
    freed = 0
    for folder in (place / part for place in _places() for part in PARTS):
        for directory, _, names in os.walk(folder):
            for name in names:
                with contextlib.suppress(OSError):
                    freed += os.stat(os.path.join(directory, name)).st_size
        shutil.rmtree(folder, ignore_errors=True)
    return freed
