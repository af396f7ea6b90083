"""Drivers: a file or a folder each, found by the registry. A driver turns step code into a compiled program."""

from __future__ import annotations

import importlib
import pkgutil
import warnings
from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points

from brainpy_lab.drivers.driver import Capability, Driver, Layout, Setup
from brainpy_lab.equations.system import System
from brainpy_lab.errors import DriverError, DriverUnavailableError, did_you_mean

__all__ = ["Capability", "Driver", "Layout", "Setup", "check", "get", "registry"]


@cache
def registry() -> Mapping[str, Driver]:
    """All drivers by name: those of this package, then those of the entry-point group ``brainpy_lab.drivers``.

    Drivers whose package is missing are listed too; `Driver.available` says why they cannot be used. A third-party
    driver that fails to load is named in a warning and left out.
    """
    found: dict[str, Driver] = {}
    for info in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{info.name}")
        found.update({v.name: v for v in vars(module).values() if isinstance(v, Driver)})
    ordered: dict[str, Driver] = {name: found[name] for name in ("numpy", "numba", "jax", "torch") if name in found}
    for entry in entry_points(group="brainpy_lab.drivers"):
        try:
            loaded = entry.load()
            driver = loaded() if isinstance(loaded, type) else loaded
            ordered.setdefault(driver.name, driver)
        except Exception as error:
            message = f"The driver plug-in '{entry.name}' ({entry.value}) could not be loaded: {error}"
            warnings.warn(message, stacklevel=2)
    return ordered


def get(name: str | Driver) -> Driver:
    """The driver called ``name``, ready to use.

    Raises
    ------
    DriverError
        When there is none of that name.
    DriverUnavailableError
        When its package is not installed; the message gives the command that installs it.
    """
    if not isinstance(name, str) and isinstance(name, Driver):
        driver = name
    else:
        drivers = registry()
        if not isinstance(name, str) or name not in drivers:
            raise DriverError(
                f"There is no driver '{name}'.", advice=did_you_mean(name, drivers) or f"Drivers: {', '.join(drivers)}."
            )
        driver = drivers[name]
    reason = driver.available()
    if reason is not None:
        raise DriverUnavailableError(f"The driver '{driver.name}' cannot be used: {reason}")
    return driver


def check(driver: Driver, system: System) -> None:
    """Raise DriverError when ``driver`` cannot run ``system``: the reason, and the drivers that can."""
    obstacle = driver.obstacle(system)
    if obstacle is None:
        return
    able = [d.name for d in registry().values() if d.available() is None and d.obstacle(system) is None]
    if able:
        names = " or ".join(filter(None, [", ".join(able[:-1]), able[-1]]))
        advice = f"Run it on the {names} driver: backend={able[0]!r}."
    else:
        advice = (
            "No driver runs it as it is: where a function reads elements of an array, the counts of its loops and "
            "the places stand in the text, as in for i in range(3): s = s + x[i]."
        )
    raise DriverError(obstacle, advice=advice)
