"""Step code of systems, generated once in a process."""

from __future__ import annotations

from functools import lru_cache

from brainpy_lab import drivers, solvers
from brainpy_lab.codegen.generate import Crossing, generate
from brainpy_lab.codegen.stepcode import StepCode
from brainpy_lab.equations.system import System
from brainpy_lab.errors import ArgumentError


def generated(
    system: System, method: str, backend: str, share_exponentials: bool, crossing: Crossing = "step"
) -> StepCode:
    """The step code of ``system`` under a method for a driver.

    Raises
    ------
    MethodError, DriverError
        When the method cannot solve the system, or the driver cannot run it.
    """
    return _generated(system, system.name, system.text, method, backend, share_exponentials, crossing)


def check_crossing(crossing: object, system: System) -> None:
    """Refuse a way of placing events that there is not, or not for the system.

    Raises
    ------
    ArgumentError
        What is wrong, and what places events in such a system.
    """
    if not isinstance(crossing, str) or crossing not in ("step", "bridge", "exact"):
        raise ArgumentError(f"crossing must be 'step', 'bridge' or 'exact', not {crossing!r}.")
    if crossing == "bridge" and not system.is_stochastic:
        raise ArgumentError(f"'{system.name}' has no noise, and so no crossing='bridge'.")
    for holds, what in (
        (system.is_stochastic, "white noise (xi): crossing='bridge' finds crossings within a step there"),
        (system.is_delayed, "delays: an adaptive method, such as method='rkdp', places events at the crossing there"),
        (system.is_fractional, "fractional orders: events lie on the ends of steps there; take a smaller dt"),
    ):
        if holds and crossing == "exact":
            raise ArgumentError(f"crossing='exact' is for ordinary differential equations; '{system.name}' has {what}.")


@lru_cache(maxsize=256)
def _generated(
    system: System, name: str, text: str, method: str, backend: str, share_exponentials: bool, crossing: Crossing
) -> StepCode:
    # name and text are part of the key: equal systems of different cells have different headings and line maps
    solver, driver = solvers.get(method), drivers.get(backend)
    solvers.check(solver, system)
    drivers.check(driver, system)
    dialect = driver.dialect_for(system)
    return generate(system, solver, dialect, driver.name, share_exp=share_exponentials, crossing=crossing)
