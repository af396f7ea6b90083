"""Step code of systems, generated once in a process."""

from __future__ import annotations

from functools import lru_cache

from brainpy_lab import drivers, solvers
from brainpy_lab.codegen.generate import Crossing, generate
from brainpy_lab.codegen.stepcode import StepCode
from brainpy_lab.equations.system import System


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


@lru_cache(maxsize=256)
def _generated(
    system: System, name: str, text: str, method: str, backend: str, share_exponentials: bool, crossing: Crossing
) -> StepCode:
    # name and text are part of the key: equal systems of different cells have different headings and line maps
    solver, driver = solvers.get(method), drivers.get(backend)
    solver.check(system)
    driver.check(system)
    dialect = driver.dialect_for(system)
    return generate(system, solver, dialect, driver.name, share_exp=share_exponentials, crossing=crossing)
