"""The default driver: ``bp.backend.set("jax")``, and for a block of code ``with bp.backend.use("numpy"): ...``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_DEFAULT = "numba"
_chosen: str = _DEFAULT
_within: ContextVar[str | None] = ContextVar("brainpy_lab_backend", default=None)


def get() -> str:
    """Name of the driver that runs use when none is named: the one set, else "numba".

    Examples
    --------
    >>> get()
    'numba'
    """
    return _within.get() or _chosen


def set(name: str) -> None:
    """Make the driver ``name`` the default of the session.

    Raises
    ------
    DriverError
        When there is no such driver.
    DriverUnavailableError
        When its package is not installed; the message gives the command that installs it.
    """
    from brainpy_lab import drivers

    global _chosen
    _chosen = drivers.get(name).name


@contextmanager
def use(name: str) -> Iterator[None]:
    """Use the driver ``name`` within a ``with`` block.

    Raises
    ------
    DriverError, DriverUnavailableError
        As for `set`.
    """
    from brainpy_lab import drivers

    token = _within.set(drivers.get(name).name)
    try:
        yield
    finally:
        _within.reset(token)


def available() -> dict[str, bool]:
    """Every known driver by name, and whether it can be used here.

    Examples
    --------
    >>> available()["numpy"]
    True
    """
    from brainpy_lab import drivers

    return {name: driver.available() is None for name, driver in drivers.registry().items()}
