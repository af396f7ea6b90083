"""Which step a text of step code is: its heading says the model, the method and the driver that it was written for."""

from __future__ import annotations

from brainpy_lab import drivers, solvers
from brainpy_lab.codegen.code_text import parsed, place
from brainpy_lab.codegen.headings import Heading, heading_of, read_heading
from brainpy_lab.codegen.stepcode import StepCode
from brainpy_lab.errors import CodeError, MethodError


def check_heading(text: str, code: StepCode, *, is_said: bool) -> None:
    """Raise CodeError when ``text`` was written for another step than ``code`` is.

    Parameters
    ----------
    text : str
        Edited step code.
    code : StepCode
        The generated code whose place it is to take.
    is_said : bool
        Whether the user said the driver and the method; a text without a heading is then taken at their word.
    """
    if parsed(text) is None:
        return  # the check of the code itself says where
    own, found = read_heading(code.text), read_heading(text)
    assert own is not None
    if found is None:
        if is_said:
            return
        raise _refusal(
            "The code does not say which driver and method it was written for: its heading is missing.",
            text,
            f'Begin it with the line """{own}""", or say so: m.edit(text, backend=\'{code.backend}\', '
            f"method='{code.method}').",
        )
    if found.model != own.model:
        message = f"The code is a step of the model '{found.model}', and this one is '{own.model}'."
        raise _refusal(message, text, f"Start from this model's own code: m.code(). Its heading is: {own}")
    if found != own:
        raise _refusal(_difference(found, own), text, _right_call(found, own))


def written_for(text: str) -> tuple[str | None, str | None]:
    """Driver and method that a text of step code says it was written for; None for what it does not say."""
    found = read_heading(text)
    if found is None:
        return None, None
    return found.backend if found.backend in drivers.registry() else None, _method_titled(found.title)


def _method_titled(title: str) -> str | None:
    """Name of the method of a heading; that of a method with options begins with its name."""
    for name, method in solvers.registry().items():
        if method.title == title:
            return name
    try:
        method = solvers.get(title.split(",")[0])
    except MethodError:
        return None
    return method.name if method.title == title else None


def _difference(found: Heading, own: Heading) -> str:
    if found.backend != own.backend and found.title != own.title:
        what, for_this = f"{found.title} on {found.backend}", f"{own.title} on {own.backend}"
    elif found.backend != own.backend:
        what, for_this = f"the driver {found.backend}", f"the driver {own.backend}"
    else:
        what, for_this = found.title, own.title
    return f"The code was written for {what}, and it is given as that of {for_this}."


def _right_call(found: Heading, own: Heading) -> str:
    text = str(heading_of(found.model, found.title, found.backend))
    backend, method = written_for(f'"""{text}"""')
    if backend is None or method is None:
        return f"Start from this model's own code, whose heading is: {own}"
    return f"Write m.edit(text, backend='{backend}', method='{method}'), or start from the code of this pair."


def _refusal(message: str, text: str, advice: str) -> CodeError:
    return CodeError(message, location=place(text, 1, 0), advice=advice)
