"""What all tests share: folders of their own, the reference values, and models made from text."""

import fcntl
import gc
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

#: One folder for all processes that share the tests (pytest-xdist): the first makes it and removes it.
_MADE_BY_ANOTHER = os.environ.get("BRAINPY_LAB_TESTS")
_FOLDER = Path(_MADE_BY_ANOTHER or tempfile.mkdtemp(prefix="brainpy-lab-tests-"))

# Set before the engine or matplotlib is imported, and inherited by the kernels and servers that tests start.
os.environ.update(
    BRAINPY_LAB_TESTS=str(_FOLDER),
    BRAINPY_LAB_CACHE=str(_FOLDER / "cache"),
    IPYTHONDIR=str(_FOLDER / "ipython"),
    MPLBACKEND="Agg",
    MPLCONFIGDIR=str(_FOLDER / "matplotlib"),
)


#: Words of the tests that run adaptive methods.
_ADAPTIVE = ("rtol", "adaptive", "tsit5", "rkdp", "dop853", "rkf45", "rodas4", '"auto"')
#: A word of the tests that need a loop -> whether it finds events, and follows delays; each takes longer to compile.
_LOOPS = {"": (False, False), "when ": (True, False), "(t - ": (True, True)}


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> None:
    """Compile the loops of adaptive methods before the tests that need them: the first would spend its time on it."""
    # What imports and collecting made stays to the end: each search for garbage would go through it, for half a second.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    files = {item.path for item in session.items if item.path.suffix == ".py"}
    texts = [t for t in (file.read_text(encoding="utf-8") for file in files) if any(word in t for word in _ADAPTIVE)]
    if not texts or session.config.option.collectonly:
        return
    loops = [loop for word, loop in _LOOPS.items() if any(word in text for text in texts)]
    if os.environ.get("PYTEST_XDIST_WORKER", "gw0") != "gw0":
        loops.reverse()
    for loop in loops:
        _compile(*loop)


def _compile(events: bool, delays: bool) -> None:
    """One loop, by one process at a time: where another compiles it, what that has kept is taken."""
    from brainpy_lab.drivers.numba.adaptive import compiled_loop

    with (_FOLDER / f"loop-{events}-{delays}").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        compiled_loop(events, delays)


def pytest_unconfigure() -> None:
    """Nothing of the user's own folders was read or written; remove the session's."""
    if _MADE_BY_ANOTHER is None:
        shutil.rmtree(_FOLDER, ignore_errors=True)


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
