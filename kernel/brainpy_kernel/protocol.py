"""Messages between panel and kernel half, held against `protocol.schema.json`."""

from __future__ import annotations

import json
import math
from functools import cache
from importlib import resources
from numbers import Real
from typing import Any, Literal

Sender = Literal["PanelMessage", "KernelMessage"]

#: Characters of a wrong value that a refusal repeats: enough to know it again, in one line.
_LONGEST = 60


def fault(message: Any, sender: Sender) -> str | None:
    """What is wrong with a message, in one sentence; None for one that ``sender`` may send."""
    if not isinstance(message, dict):
        return f"A message is an object with a 'type', not {_short(message)}."
    kind = message.get("type")
    validators = _validators(sender)
    if not isinstance(kind, str) or kind not in validators:
        return f"There is no message of the type {_short(kind)}; known: {', '.join(sorted(validators))}."
    errors = sorted(validators[kind].iter_errors(message), key=lambda e: [str(part) for part in e.absolute_path])
    return f"The message '{kind}' is not as the protocol has it: {_sentence(errors[0])}." if errors else None


@cache
def _validators(sender: Sender) -> dict[str, Any]:
    """A validator for each message of ``sender``, by the message's type."""
    from jsonschema import Draft202012Validator, validators

    schema = json.loads(resources.files("brainpy_kernel").joinpath("protocol.schema.json").read_text())
    types = Draft202012Validator.TYPE_CHECKER.redefine("number", _is_finite)  # nan and infinity are no JSON
    validator = validators.extend(Draft202012Validator, type_checker=types)
    names = [entry["$ref"].rsplit("/", 1)[-1] for entry in schema["$defs"][sender]["oneOf"]]
    return {
        schema["$defs"][name]["properties"]["type"]["const"]: validator(
            {"$ref": f"#/$defs/{name}", "$defs": schema["$defs"]}
        )
        for name in names
    }


def _is_finite(checker: Any, value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)


def _sentence(error: Any) -> str:
    """A validation error in words, without the schema."""
    place = ".".join(str(part) for part in error.absolute_path)
    value, expected = _short(error.instance), error.validator_value
    if error.validator == "type":
        kinds = " or ".join(expected if isinstance(expected, list) else [expected])
        return f"'{place}' must be of the type {kinds}, not {value}"
    if error.validator == "const":
        return f"'{place}' must be {expected!r}, not {value}"
    if error.validator == "enum":
        return f"'{place}' must be one of {', '.join(map(repr, expected))}, not {value}"
    text = str(error.message)
    return (f"in '{place}', " if place else "") + (text if len(text) <= 3 * _LONGEST else text[: 3 * _LONGEST] + "…")


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
