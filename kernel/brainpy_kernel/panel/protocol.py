"""Messages between panel and kernel half, held against `protocol.schema.json`."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from functools import cache
from importlib import resources
from typing import Any, Literal

import fastjsonschema

Sender = Literal["PanelMessage", "KernelMessage"]

#: Characters of a wrong value that a refusal repeats: enough to know it again, in one line.
_LONGEST = 60


def fault(message: Any, sender: Sender) -> str | None:
    """What is wrong with a message, in one sentence; None for one that ``sender`` may send."""
    if not isinstance(message, dict):
        return f"A message is an object with a 'type', not {_short(message)}."
    kind = message.get("type")
    names = _names(sender)
    if not isinstance(kind, str) or kind not in names:
        return f"There is no message of the type {_short(kind)}; known: {', '.join(sorted(names))}."
    try:
        _validator(names[kind])(message)
    except fastjsonschema.JsonSchemaValueException as error:
        found = _sentence(error)
    else:
        place, value = next(_not_finite(message, ()), ((), None))
        if not place:
            return None
        found = f"'{'.'.join(place)}' must be of the type number, not {_short(value)}"
    return f"The message '{kind}' is not as the protocol has it: {found}."


@cache
def _definitions() -> dict[str, Any]:
    text = resources.files("brainpy_kernel").joinpath("protocol.schema.json").read_text()
    return dict(json.loads(text)["$defs"])


@cache
def _names(sender: Sender) -> dict[str, str]:
    """The schema's name for each message of ``sender``, by the message's type."""
    names = [entry["$ref"].rsplit("/", 1)[-1] for entry in _definitions()[sender]["oneOf"]]
    return {_definitions()[name]["properties"]["type"]["const"]: name for name in names}


@cache
def _validator(name: str) -> Callable[[Any], Any]:
    made: Callable[[Any], Any] = fastjsonschema.compile({"$ref": f"#/$defs/{name}", "$defs": _definitions()})
    return made


def _not_finite(value: Any, place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], float]]:
    """Every nan and infinity in a message, which JSON has not, and where it stands."""
    if isinstance(value, float) and not math.isfinite(value):
        yield place, value
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list | tuple) else ()
    for name, part in inner:
        yield from _not_finite(part, (*place, str(name)))


def _sentence(error: Any) -> str:
    """A validation error in words, without the schema."""
    place, rule = ".".join(error.path[1:]), error.rule_definition
    value = _short(error.value)
    if error.rule == "type":
        return f"'{place}' must be of the type {' or '.join(rule if isinstance(rule, list) else [rule])}, not {value}"
    if error.rule == "const":
        return f"'{place}' must be {rule!r}, not {value}"
    if error.rule == "enum":
        return f"'{place}' must be one of {', '.join(map(repr, rule))}, not {value}"
    where = f"in '{place}', " if place else ""
    if error.rule == "required":
        missing = [name for name in rule if name not in error.value]
        return f"{where}{', '.join(map(_short, missing))} is missing"
    if error.rule == "additionalProperties":
        unknown = [name for name in error.value if name not in error.definition["properties"]]
        return f"{where}{', '.join(map(_short, unknown))} is not known"
    return where + _short(error.message)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
