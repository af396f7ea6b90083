"""What all tests share: the reference values, and models made from text."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="session")
def reference() -> Callable[[str], dict[str, Any]]:
    """The entry of `reference_values.json` with a given id."""
    entries = json.loads((Path(__file__).parent / "reference_values.json").read_text())["entries"]
    return {e["id"]: e for e in entries}.__getitem__


@pytest.fixture(scope="session")
def model_of() -> Callable[..., Any]:
    """A Model from text, without the package's front door."""
    from brainpy_lab.equations import read_text
    from brainpy_lab.simulation.model import Model

    return lambda text, name="Small": Model(read_text(text, name=name))
