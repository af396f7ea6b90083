"""Small Systems from their parts."""

from collections.abc import Callable

import pytest

from brainpy_lab.equations import System, read_text


def build(
    states: dict[str, str],
    parameters: dict[str, float] | None = None,
    intermediates: dict[str, str] | None = None,
    functions: str = "",
) -> System:
    lines = [f"{name} = {value}" for name, value in ((parameters or {}) | (intermediates or {})).items()]
    lines += [f"d{name}/dt = {drift}" for name, drift in states.items()]
    return read_text("\n".join(lines) + "\n" + functions, name="Small")


@pytest.fixture(scope="session")
def make_system() -> Callable[..., System]:
    return build
