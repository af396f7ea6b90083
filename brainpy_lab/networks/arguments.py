"""The arguments of distributions and rules of connection: refused where they are made, with the names of both."""

from __future__ import annotations

import inspect
import math
import re
import zlib
from abc import ABCMeta
from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import numpy as np

from brainpy_lab.errors import ArgumentError, did_you_mean

P = ParamSpec("P")
R = TypeVar("R")

#: Streams below it belong to the noise of runs.
STREAMS = 2**30
#: Above it no cells or connections are counted.
_HUGE = 2**62


class Named(ABCMeta):
    """Classes that users call by a ``name`` of their own: wrong calls are told with that name."""

    name: str

    def __call__(cls, *args: Any, **keywords: Any) -> Any:
        """Make an instance, or say what it takes."""
        maker = next(vars(c)["__init__"] for c in cls.__mro__ if "__init__" in vars(c))
        parameters = list(inspect.signature(maker).parameters.values())[1:]
        _check_call(cls.name, inspect.Signature(parameters), args, keywords)
        return super().__call__(*args, **keywords)


def told(function: Callable[P, R]) -> Callable[P, R]:
    """Decorator of methods: a call with arguments that they do not have, or without those they need, is told in words.

    Raises
    ------
    ArgumentError
        From the call.
    """
    signature, what = inspect.signature(function), function.__qualname__.removesuffix(".__init__")
    own = signature.replace(parameters=list(signature.parameters.values())[1:])

    @wraps(function)
    def checked(*args: P.args, **keywords: P.kwargs) -> R:
        _check_call(what, own, args[1:], keywords)
        return function(*args, **keywords)

    return checked


def _check_call(what: str, signature: inspect.Signature, args: tuple[Any, ...], keywords: Mapping[str, Any]) -> None:
    try:
        signature.bind(*args, **keywords)
    except TypeError as error:
        known = signature.parameters
        listed = f"It takes {', '.join(_shown(p) for p in known.values()) or 'nothing'}."
        for name in (n for n in keywords if n not in known):
            raise ArgumentError(
                f"{what}: got an unexpected keyword argument '{name}'.", advice=did_you_mean(name, known) or listed
            ) from None
        # from 3.12 on, Python says what kind of argument is missing: that is of no use to who has forgotten it
        said = re.sub(r"required \S+ (?=argument:)", "required ", str(error))
        raise ArgumentError(f"{what}: {said}.", advice=listed) from None


def _shown(parameter: inspect.Parameter) -> str:
    return parameter.name if parameter.default is parameter.empty else f"{parameter.name}={parameter.default!r}"


def described(item: Any) -> str:
    """How a distribution or rule is written: options at their defaults are left out, a seed never is."""
    parts = []
    shown = [f for f in fields(item) if f.init]
    for field in sorted(shown, key=lambda f: (f.name == "seed", f.kw_only)):
        value = getattr(item, field.name)
        is_seed = field.name == "seed" and value is not None
        if is_seed or not field.kw_only or value is not field.default:
            parts.append(f"{field.name}={_brief(value)}")
    return f"{item.name}({', '.join(parts)})"


def _brief(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"<{' × '.join(f'{n:,}' for n in value.shape)} numbers>"
    if isinstance(value, bool | int | float | str | tuple | list | None):
        return f"{value!r:.80}"
    return f"<{getattr(value, '__name__', type(value).__name__)}>"


def real(owner: str, name: str, value: Any, low: float = -math.inf, high: float = math.inf) -> float:
    """``value`` as a finite float from ``low`` to ``high``.

    Raises
    ------
    ArgumentError
        When it is none.
    """
    number = value.item() if isinstance(value, np.generic | np.ndarray) and np.ndim(value) == 0 else value
    if isinstance(number, int | float) and not isinstance(number, bool):
        try:
            number = float(number)
        except OverflowError:
            number = math.inf
        if math.isfinite(number) and low <= number <= high:
            return number
    raise ArgumentError(f"{owner}: {name} is a number{_range(low, high)}; got {value!r:.60}.")


def above_zero(owner: str, name: str, value: Any) -> float:
    """``value`` as a finite float above zero."""
    number = real(owner, name, value)
    if number <= 0:
        raise ArgumentError(f"{owner}: {name} is a number above 0; got {value!r:.60}.")
    return number


def whole(owner: str, name: str, value: Any, low: int = 0, high: int | None = None) -> int:
    """``value`` as a whole number from ``low`` to ``high``."""
    if isinstance(value, int) and value > _HUGE:
        raise ArgumentError(f"{owner}: {name} is too large: {str(value)[:20]}...")
    is_whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if is_whole and low <= int(value) <= (math.inf if high is None else high):
        return int(value)
    raise ArgumentError(
        f"{owner}: {name} is a whole number{_range(low, math.inf if high is None else high)}; got {value!r:.60}."
    )


def seed_and_stream(owner: str, seed: Any, stream: Any = 0) -> tuple[int, int]:
    """The two as whole numbers, in the ranges that the generator has."""
    if isinstance(seed, int | np.integer) and not isinstance(seed, bool) and 0 <= seed < 2**64:
        return int(seed), whole(owner, "stream", stream, 0, STREAMS - 1)
    raise ArgumentError(f"{owner}: seed is a whole number from 0 to 2**64 - 1; got {seed!r:.60}.")


def stream_of(name: str) -> int:
    """The stream of random numbers of what has this name."""
    return zlib.crc32(name.encode()) % STREAMS


def mapping(owner: str, name: str, value: Any) -> dict[str, Any]:
    """``value`` by name; none where it is None."""
    if value is None or isinstance(value, Mapping):
        return dict(value or {})
    raise ArgumentError(f"{owner}: {name} is a mapping by name; got {value!r:.60}.", advice=f"{name}={{'x': 1.0}}")


def both(owner: str, parameters: Any, named: Mapping[str, Any]) -> dict[str, Any]:
    """Values by name of a mapping ``parameters`` and of keywords, none of which is given both ways."""
    found = mapping(owner, "parameters", parameters)
    if twice := sorted(found.keys() & named.keys(), key=str):
        raise ArgumentError(
            f"{owner}: '{twice[0]}' is given twice: as a keyword and in parameters.", advice="Give it once."
        )
    return {**found, **named}


def truth(owner: str, name: str, value: Any) -> bool:
    """``value``, when it is True or False."""
    if isinstance(value, bool | np.bool_):
        return bool(value)
    raise ArgumentError(f"{owner}: {name} is True or False; got {value!r:.60}.")


def _range(low: float, high: float) -> str:
    if math.isfinite(low) and math.isfinite(high):
        return f" from {low:g} to {high:,}" if isinstance(high, int) else f" from {low:g} to {high:g}"
    return f", at least {low:g}" if math.isfinite(low) else ""
