"""Every error a user can meet, as one tree.

BrainPyLabError
├── ModelError            what stands in a model cell or model function is wrong (has a position)
│   ├── ModelSyntaxError      a line the model language does not have
│   └── UnknownNameError      a name that is defined nowhere
├── ArgumentError         an argument of a public function is wrong (name, value, shape, range)
│   └── UnknownKeyError       nothing of this name among what is kept by name
├── MethodError           the method cannot solve this model, or no such method
├── DriverError           the driver cannot run this model, or no such driver
│   └── DriverUnavailableError   its package is not installed
├── CodeError             edited step code is refused (has a position)
├── RunError              a run could not start or go on
│   └── MemoryLimitError      the recording asked for does not fit
└── AnalysisError         an analysis has no answer
"""

from __future__ import annotations

import difflib
import importlib
import sys
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar


@dataclass(frozen=True)
class Location:
    """A place in a user's text: 1-based line, 0-based column, and the line itself."""

    line: int
    column: int
    source_line: str = ""
    width: int = 1
    file: str = "cell"

    def __str__(self) -> str:
        head = f"{self.file}, line {self.line}, column {self.column + 1}"
        if not self.source_line:
            return head
        caret = " " * self.column + "^" * max(1, self.width)
        return f"{head}:\n    {self.source_line}\n    {caret}"


class BrainPyLabError(Exception):
    """Base of all errors of BrainPy Lab: what is wrong, where, and what to do.

    Parameters
    ----------
    message : str
        What is wrong, in one sentence.
    location : Location, optional
        Where, when the cause stands in a text of the user's.
    advice : str, optional
        What to do about it.
    """

    def __init__(self, message: str, *, location: Location | None = None, advice: str | None = None) -> None:
        self.message = _sayable(message)
        self.location = location
        self.advice = _sayable(advice) if advice else advice
        super().__init__(self.message)

    def __str__(self) -> str:
        parts = [self.message]
        if self.location is not None:
            parts.append(f"  {self.location}")
        if self.advice:
            parts.append(f"  {self.advice}")
        return _sayable("\n".join(parts))


def _sayable(text: str) -> str:
    """``text`` with lone surrogates written out: no screen, file or message can hold them."""
    return text.encode("utf-8", "backslashreplace").decode()


class ModelError(BrainPyLabError):
    """A model's text or function is wrong."""


class ModelSyntaxError(ModelError):
    """A line that the model language does not have."""


class UnknownNameError(ModelError):
    """A name that is defined neither in the model nor around it."""


class ArgumentError(BrainPyLabError, ValueError):
    """An argument of a public function has a wrong name, value, shape or range."""


class UnknownKeyError(ArgumentError, KeyError):
    """There is nothing of this name among what is kept by name."""


class MethodError(BrainPyLabError):
    """There is no such method, or it cannot solve this model."""


class DriverError(BrainPyLabError):
    """There is no such driver, or it cannot run this model."""


class DriverUnavailableError(DriverError):
    """The driver's package is not installed."""


class CodeError(BrainPyLabError):
    """Edited step code is refused; the code that was in force stays in force."""


class RunError(BrainPyLabError):
    """A run could not start or could not go on."""


class MemoryLimitError(RunError):
    """The recording asked for does not fit into memory."""


class AnalysisError(BrainPyLabError):
    """An analysis has no answer for this model or this region."""


P = ParamSpec("P")
R = TypeVar("R")
V = TypeVar("V")


class ByName(dict[str, V]):
    """A dict that says, of a name that it does not have, which names there are, and which is near.

    Parameters
    ----------
    given : mapping
    what : str
        What its values are, in the singular: "variable".
    of : str
        Whose they are, as messages say it: "of E".
    """

    def __init__(self, given: Mapping[str, V], what: str, of: str = "") -> None:
        super().__init__(given)
        self._what = f"{what} '{{}}' {of}".rstrip()

    def __missing__(self, name: object) -> V:
        known = f"There are: {', '.join(map(str, self))}." if self else "There are none."
        near = did_you_mean(str(name), map(str, self))
        raise UnknownKeyError(f"There is no {self._what.format(name)}. {known}", advice=near)

    def __reduce__(self) -> tuple[Any, ...]:
        return dict, (dict(self),)


def in_words(what: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorator: arguments of types that a function does not work with are refused, not left to its innards.

    What a function of the user's raises, such as one given to hear of progress, comes through as it is.

    Parameters
    ----------
    what : str
        How messages call the function.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def careful(*args: P.args, **keywords: P.kwargs) -> R:
            try:
                return function(*args, **keywords)
            except BrainPyLabError:
                raise
            except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
                if _of_user(error):
                    raise
                said = str(error) or type(error).__name__
                raise ArgumentError(f"{what} does not work with these arguments: {said}.") from error

        return careful

    return decorate


def _of_user(error: BaseException) -> bool:
    """Whether code that is neither ours nor a library's was called within a call of ours, and raised the error."""
    trace = error.__traceback__
    frames = []
    while trace is not None:
        frames.append(trace.tb_frame)
        trace = trace.tb_next
    return any(_is_of_user(frame.f_globals) for frame in frames)


def _is_of_user(names: Mapping[str, Any]) -> bool:
    """Whether code with these global names is the user's; code that is generated has no module."""
    root = str(names.get("__name__") or "").partition(".")[0]
    if root == "__main__":
        return True
    if not root or root == __name__.partition(".")[0] or root in sys.stdlib_module_names:
        return False
    place = Path(str(getattr(sys.modules.get(root), "__file__", None) or names.get("__file__") or ""))
    return not {"site-packages", "dist-packages"}.intersection(place.parts)


def not_in(what: str, name: str, known: Iterable[str], listed: str) -> AttributeError:
    """The error of a module that has no such ``what``; ``listed`` stands before those that there are."""
    known = list(known)
    hint = did_you_mean(name, known) or f"{listed}: {', '.join(known)}."
    return AttributeError(f"There is no {what} '{name}'. {hint}")


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """Advice naming the known name nearest to ``name``, or None when none is near.

    Names that differ in capitals, underscores and the spelling of Greek letters alone come first.
    """
    names, name = list(known), str(name)  # whatever was given as a name
    alike = [n for n in names if _plain(n) == _plain(name)]
    near = alike or difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    return f"Did you mean '{near[0]}'?" if near else None


def _plain(name: str) -> str:
    letters = (unicodedata.name(c, c).rpartition(" LETTER ")[2] if c > "\x7f" else c for c in name)
    return "".join(letters).replace("_", "").casefold()


#: What `pip install` is told of packages of which not every version serves.
_VERSIONS = {"zarr": '"zarr>=3"'}


def package(name: str, what: str) -> Any:
    """An optional package that ``what`` needs.

    Raises
    ------
    ArgumentError
        It is not installed; with the command that installs it.
    """
    try:
        return importlib.import_module(name)
    except ImportError:
        message = f"{what} needs the package {name}, which is not installed."
        raise ArgumentError(message, advice=f"pip install {_VERSIONS.get(name, name)}") from None
