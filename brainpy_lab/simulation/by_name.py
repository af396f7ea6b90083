"""Parameters by name: as keywords, or in ``parameters={...}`` beside them, which reaches every name.

A keyword that a call has for itself (``start``, ``seed``) can be a parameter of the model too. Nothing is guessed then:
such a call is refused until ``parameters`` names the parameter; the keyword is the call's own option.
"""

from __future__ import annotations

import inspect
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from brainpy_lab.equations.system import System
from brainpy_lab.errors import ArgumentError, did_you_mean

P = ParamSpec("P")
R = TypeVar("R")


def takes_parameters(position: int, *, states: bool = False) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorator: check the names of a call that takes parameters both as keywords and in a mapping.

    Parameters
    ----------
    position : int
        Where among the positional arguments the model stands.
    states : bool
        Whether the call takes values of states in the same way.

    Raises
    ------
    ArgumentError
        From the call: a name is given both ways, or as a keyword that is an option of the call and a name of the model.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        options = options_of(function)
        call = function.__qualname__.removesuffix(".__init__").rpartition(".")[2]

        @wraps(function)
        def checked(*args: P.args, **keywords: P.kwargs) -> R:
            _spell_as_python(keywords)
            model = args[position] if len(args) > position else keywords.get("model")
            system = getattr(model, "system", None)
            if isinstance(system, System):
                names = {*system.parameter_names, *(system.state_names if states else ())}
                _check(call, names, options, system, keywords)
            return function(*args, **keywords)

        return checked

    return decorate


def spelled(name: Any) -> Any:
    """A name as Python itself spells it in a text: letters of one meaning, the micro sign and mu, are one letter."""
    return unicodedata.normalize("NFKC", name) if isinstance(name, str) else name


def _spell_as_python(keywords: dict[str, Any]) -> None:
    """Spell the names among the arguments of a call as those of the model's text are."""
    for name in [n for n in keywords if spelled(n) != n]:
        if spelled(name) in keywords:
            raise ArgumentError(f"'{spelled(name)}' is given twice, in two spellings.", advice="Give it once.")
        keywords[spelled(name)] = keywords.pop(name)
    for option in ("parameters", "initial", "history"):
        given = keywords.get(option)
        if isinstance(given, dict) and any(spelled(n) != n for n in given):
            own = {spelled(n): value for n, value in given.items()}
            if len(own) < len(given):
                raise ArgumentError(f"A name is given twice in {option}, in two spellings.", advice="Give it once.")
            keywords[option] = own
    if isinstance(keywords.get("record"), list | tuple):
        keywords["record"] = [spelled(name) for name in keywords["record"]]


def options_of(function: Callable[..., Any]) -> tuple[str, ...]:
    """Names that a call has for itself."""
    kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD, inspect.Parameter.POSITIONAL_ONLY)
    return tuple(p.name for p in inspect.signature(function).parameters.values() if p.kind not in kinds)


def _check(call: str, names: set[str], options: tuple[str, ...], system: System, keywords: Mapping[str, Any]) -> None:
    named = keywords.get("parameters")
    named = {} if named is None else named
    if not isinstance(named, Mapping) or not all(isinstance(name, str) for name in named):
        is_own = "parameters" in names
        name = "parameters" if is_own else (*system.parameter_names, "I")[0]
        raise ArgumentError(
            f"parameters takes values by name, not {named!r:.80}.",
            advice=f"For example parameters={{'{name}': 1.0}}.",
        )
    for name, value in keywords.items():
        if name not in options:
            _check_spelling(call, name, (*system.parameter_names, *system.state_names), options, system)
        if name == "start" and hasattr(value, "outcome"):
            continue  # a Solution is what a run goes on with
        if name in named and name not in options:
            raise ArgumentError(f"'{name}' is given twice: as a keyword and in parameters.", advice="Give it once.")
        if name in options and name != "parameters" and name in names and name not in named:
            what = "parameter" if name in system.parameter_names else "state"
            raise ArgumentError(
                f"'{name}' is an option of {call} and a {what} of the model '{system.name}'.",
                advice=f"parameters={{'{name}': ...}} sets the {what}; beside it, {name}=... is the option.",
            )


def _check_spelling(call: str, name: str, known: Sequence[str], options: Sequence[str], system: System) -> None:
    """A keyword that is neither the call's nor the model's, and nearest to one of the call's, is meant for it."""
    if name in known or did_you_mean(name, known) is not None:
        return  # who reads the parameters knows better which there are, and says so
    advice = did_you_mean(name, options)
    if advice is not None:
        raise ArgumentError(f"{call} takes no '{name}', and '{system.name}' has none.", advice=advice)
