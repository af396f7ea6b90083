"""Solutions and checkpoints read back from files."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any, BinaryIO

from brainpy_lab.errors import ArgumentError, BrainPyLabError, in_words
from brainpy_lab.simulation.solution import files
from brainpy_lab.simulation.solution.checkpoint import Checkpoint
from brainpy_lab.simulation.solution.solution import Solution
from brainpy_lab.simulation.solution.storage import fields_of, is_solution, keys_of
from brainpy_lab.warning import tell


class FileWarning(UserWarning):
    """A file was read whose numbers could not be checked."""


@in_words("load")
def load(path: str | Path) -> Any:
    """Read what `Solution.save` or `Checkpoint.save` wrote.

    Parameters
    ----------
    path : str or Path
        A ``.nc`` or ``.npz`` file.

    Returns
    -------
    Solution or Checkpoint
        With all that was saved; runs go on from either as they would from the original. Dense output is not saved:
        ``sol(t)`` needs the run itself.

    Raises
    ------
    ArgumentError
        No such file; it holds no Solution, or not the one that was saved; another version of BrainPy Lab wrote it.
    """
    path = Path(path)
    files.format_of(path)
    if not path.is_file():
        raise ArgumentError(f"There is no file {path}.")
    try:
        source = path.open("rb")
    except OSError as error:
        raise ArgumentError(f"{path} cannot be read: {error}") from error
    with source:
        return read(source, path)


def read(source: BinaryIO, path: Path) -> Solution | Checkpoint:
    """Read what `save` wrote from ``source``, an open file of which messages speak as ``path``."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what the libraries find odd in a damaged file
            content, is_checked = files.read(source, path, keys_of)
            found = _found(content)
            _show(found)  # refused here if anything in it is of another kind
    except BrainPyLabError:
        raise
    except Exception as error:  # whatever a damaged file makes the libraries raise
        message = f"{path} holds no Solution that can be read ({type(error).__name__}: {error})."
        advice = "Such files are written by sol.save('run.nc') or sol.save('run.npz')."
        raise ArgumentError(message, advice=advice) from error
    if not is_checked:
        tell(FileWarning(f"{path} was written before files held a digest: whether it is damaged cannot be checked."))
    return found


def _found(content: files.Content) -> Solution | Checkpoint:
    if is_solution(content.described):
        return Solution(**fields_of(content))
    return Checkpoint.of(content.described["checkpoint"], content.arrays)


def _show(found: Solution | Checkpoint) -> None:
    repr(found)
    if isinstance(found, Solution):
        found._repr_html_()
