"""Solutions and checkpoints read back from files."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Form:
    """A kind of thing that a file may hold.

    Attributes
    ----------
    is_of : callable
        Whether a description is one of its.
    keys : callable
        See `files.Keys`.
    built : callable
        The thing itself, from what a file holds.
    """

    is_of: Callable[[dict[str, Any]], bool]
    keys: files.Keys
    built: Callable[[files.Content], Any]


#: Those of the runs of models; the last one takes all that no other has taken.
_FORMS = (
    Form(is_solution, keys_of, lambda content: Solution(**fields_of(content))),
    Form(
        lambda described: True, keys_of,
        lambda content: Checkpoint.of(content.described["checkpoint"], content.arrays),
    ),
)  # fmt: skip


@in_words("load")
def load(path: str | Path, more: tuple[Form, ...] = ()) -> Any:
    """Read what `Solution.save` or `Checkpoint.save` wrote, or a file of ``more`` forms.

    Parameters
    ----------
    path : str or Path
        A ``.nc`` or ``.npz`` file, or a ``.zarr`` folder.

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
    if files.is_folder(path):
        if not path.is_dir():
            raise ArgumentError(f"There is no folder {path}.")
        return read(path, path, more)
    if not path.is_file():
        raise ArgumentError(f"There is no file {path}.")
    try:
        source = path.open("rb")
    except OSError as error:
        raise ArgumentError(f"{path} cannot be read: {error}") from error
    with source:
        return read(source, path, more)


def read(source: BinaryIO | Path, path: Path, more: tuple[Form, ...] = ()) -> Any:
    """Read what `save` wrote from ``source``, an open file or a folder, of which messages speak as ``path``."""

    def form_of(described: dict[str, Any]) -> Form:
        return next(form for form in (*more, *_FORMS) if form.is_of(described))

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what the libraries find odd in a damaged file
            content, is_checked = files.read(source, path, lambda described: form_of(described).keys(described))
            found = form_of(content.described).built(content)
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


def _show(found: Any) -> None:
    repr(found)
    if hasattr(found, "_repr_html_"):
        found._repr_html_()
