"""A trial of the functions of a network's step, at two places each: what is wrong with edited code shows in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from brainpy_lab.codegen.code_text import place
from brainpy_lab.codegen.network import NetworkCode
from brainpy_lab.errors import CodeError


def try_functions(
    code: NetworkCode, call: Callable[..., Any], number: Any, places: Any, shape_of: Callable[[Any], tuple[int, ...]]
) -> None:
    """Call every function, and look at the shapes of what they give.

    Parameters
    ----------
    code : NetworkCode
    call : callable
        ``(name, *arguments)``: a function of the text.
    number, places : arrays of the driver
        A number for a whole axis, and values of two places.
    shape_of : callable
        The shape of what a function gives.

    Raises
    ------
    CodeError
        A function gives something else than a value for each place.
    """
    for name, signature in code.functions.items():
        given = [places if f.axis or f.role == "passed" else number for f in signature.arguments]
        found = call(name, *given)
        values = found if len(signature.results) > 1 else (found,)
        for f, value in zip(signature.results, values, strict=True):
            if shape_of(value) not in ((), (2,)):
                raise CodeError(
                    f"'{name}' gives '{f.name}' in the shape {shape_of(value)} for 2 places; it has one value a place.",
                    location=place(code.text, code.function(name).lineno),
                )
