"""The step of a network as a user has changed it: for which driver it is, and whether it fits the network still."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from brainpy_lab import drivers
from brainpy_lab.codegen.code_text import line_in, parsed, place
from brainpy_lab.codegen.headings import first_line
from brainpy_lab.codegen.network import NetworkCode
from brainpy_lab.errors import BrainPyLabError, CodeError
from brainpy_lab.networks.code.described import UNNAMED

#: The first line of a network's code.
_HEADING = re.compile(r"One step of the network(?: (?P<name>.*))?, driver (?P<backend>\w+?)(?P<mark>, edited)?\.")
#: The same in the text itself, up to its full stop.
_FIRST = re.compile(r'\A(\s*"""One step of the network(?: .*)?, driver \w+)\.')


@dataclass(frozen=True)
class Edit:
    """An edited text, and the generated code in whose place it stands."""

    text: str
    instead_of: NetworkCode

    def on(self, code: NetworkCode) -> NetworkCode:
        """The edited code where ``code`` is what the network gives: values may have changed, but not functions.

        Raises
        ------
        CodeError
            The generated functions are others than those that were edited.
        """
        if _functions(code) != _functions(self.instead_of):
            raise CodeError(
                f"The code of {code.name} on {code.backend} was edited, and the network has other functions since: "
                f"{_difference(code, self.instead_of)}.",
                advice=f"net.revert(backend='{code.backend}'), then edit net.code('{code.backend}').",
            )
        return code.edit(self.text)


def edit_of(text: str, code: NetworkCode, backend: str | None) -> Edit | None:
    """The edit that puts ``text`` in the place of ``code``; None where it is the generated text.

    Parameters
    ----------
    text : str
    code : NetworkCode
        As generated.
    backend : str, optional
        The driver, where the user has said it.

    Raises
    ------
    CodeError
        The text was written for another network or driver, or cannot take the place of the code.
    """
    if text.strip() == code.text.strip():
        return None
    if parsed(text) is None:
        code.edit(text)  # which says where
    heading = _heading(text)
    if heading is None and backend is None:
        raise _refused(
            text, "The code does not say which driver it was written for: its heading is missing.",
            f"Begin it with {code.text.splitlines()[0]}, or say so: net.edit(text, backend='{code.backend}').",
        )  # fmt: skip
    if heading is not None and (written_as := heading["name"] or UNNAMED) != code.name:
        raise _refused(
            text, f"The code is a step of the network '{written_as}', and this one is '{code.name}'.",
            "Start from this network's own code: net.code().",
        )  # fmt: skip
    if heading is not None and heading["backend"] != code.backend:
        raise _refused(
            text, f"The code was written for the driver {heading['backend']}, and it is given as that of the driver "
            f"{code.backend}.", f"Start from net.code('{code.backend}').",
        )  # fmt: skip
    edit = Edit(_FIRST.sub(r"\1, edited.", text), code)
    _try(edit.on(code))
    return edit


def written_for(text: str) -> str | None:
    """The driver that a text says it was written for, where there is one of that name."""
    heading = _heading(text)
    return heading["backend"] if heading is not None and heading["backend"] in drivers.registry() else None


def _try(code: NetworkCode) -> None:
    """Compile edited code, and call what is not compiled, each function once."""
    try:
        drivers.get(code.backend).network(code).try_functions()
    except BrainPyLabError:
        raise
    except Exception as error:
        line = line_in(error, str(code.file))
        said = str(error).strip().partition("\n")[0]
        where = None if line is None else place(code.text, line)
        raise CodeError(f"The edited code fails. {type(error).__name__}: {said}", location=where) from error


def _heading(text: str) -> re.Match[str] | None:
    return _HEADING.fullmatch(first_line(text))


def _refused(text: str, message: str, advice: str) -> CodeError:
    return CodeError(message, location=place(text, 1, 0), advice=advice)


def _functions(code: NetworkCode) -> dict[str, str]:
    """The functions of a text, without the heading, which says more than they hold."""
    return {n.name: ast.unparse(n) for n in code.tree.body if isinstance(n, ast.FunctionDef)}


def changed_functions(code: NetworkCode, before: NetworkCode) -> tuple[str, ...]:
    """The functions of one code that the other does not have, or that do something else there."""
    one, other = _functions(code), _functions(before)
    return tuple(sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name)))


def _difference(code: NetworkCode, before: NetworkCode) -> str:
    changed = changed_functions(code, before)
    return ", ".join(changed[:5]) + (" …" if len(changed) > 5 else "")
