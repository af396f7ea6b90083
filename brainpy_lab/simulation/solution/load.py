"""Solutions read back from files."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import BinaryIO

from brainpy_lab.errors import ArgumentError, BrainPyLabError, in_words
from brainpy_lab.simulation.solution.solution import Solution
from brainpy_lab.simulation.solution.storage import format_of
from brainpy_lab.warning import tell


class FileWarning(UserWarning):
    """A file was read whose numbers could not be checked."""


@in_words("load")
def load(path: str | Path) -> Solution:
    """Read a run that `Solution.save` wrote.

    Parameters
    ----------
    path : str or Path
        A ``.nc`` or ``.npz`` file.

    Returns
    -------
    Solution
        With all that was saved. Dense output is not: ``sol(t)`` needs the run itself.

    Raises
    ------
    ArgumentError
        No such file; it holds no Solution, or not the one that was saved; a newer version of BrainPy Lab wrote it.
    """
    path = Path(path)
    format_of(path)
    if not path.is_file():
        raise ArgumentError(f"There is no file {path}.")
    try:
        source = path.open("rb")
    except OSError as error:
        raise ArgumentError(f"{path} cannot be read: {error}") from error
    with source:
        return read(source, path)


def read(source: BinaryIO, path: Path) -> Solution:
    """Read what `save` wrote from ``source``, an open file of which messages speak as ``path``."""
    read_format = format_of(path)[1]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what the libraries find odd in a damaged file
            fields, is_checked = read_format(source)
            sol = Solution(**fields)
            repr(sol), sol._repr_html_()  # refused here if anything in it is of another kind
    except BrainPyLabError:
        raise
    except Exception as error:  # whatever a damaged file makes the libraries raise
        message = f"{path} holds no Solution that can be read ({type(error).__name__}: {error})."
        advice = "Such files are written by sol.save('run.nc') or sol.save('run.npz')."
        raise ArgumentError(message, advice=advice) from error
    if not is_checked:
        tell(FileWarning(f"{path} was written before files held a digest: whether it is damaged cannot be checked."))
    return sol
