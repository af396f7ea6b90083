"""Numerical methods, one file each, found by the registry."""

from __future__ import annotations

import importlib
import pkgutil
import re
import warnings
from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points

from brainpy_lab.equations.system import System
from brainpy_lab.errors import BrainPyLabError, MethodError, did_you_mean
from brainpy_lab.solvers.elsewhere import method_elsewhere
from brainpy_lab.solvers.method import Method, lacking

__all__ = ["Method", "able", "check", "default_method", "get", "registry"]

_FAMILIES = ("ode", "sde", "dde", "fde")


def _methods_in(module_name: str) -> list[Method]:
    module = importlib.import_module(module_name)
    return [value for value in vars(module).values() if isinstance(value, Method)]


@cache
def registry() -> Mapping[str, Method]:
    """All methods by name: those of this package, then those of the entry-point group ``brainpy_lab.solvers``.

    A third-party method that fails to load is named in a warning and left out.
    """
    found: dict[str, Method] = {}
    for family in _FAMILIES:
        package = importlib.import_module(f"{__name__}.{family}")
        for info in sorted(pkgutil.walk_packages(package.__path__, f"{package.__name__}."), key=lambda i: i.name):
            for method in _methods_in(info.name):
                found[method.name] = method
    for entry in entry_points(group="brainpy_lab.solvers"):
        try:
            loaded = entry.load()
            method = loaded() if isinstance(loaded, type) else loaded
            found.setdefault(method.name, method)  # a plug-in adds methods and replaces none of ours
        except Exception as error:  # a stranger's code: whatever is wrong with it, the other methods stay
            message = f"The solver plug-in '{entry.name}' ({entry.value}) could not be loaded: {error}"
            warnings.warn(message, stacklevel=2)
    return dict(sorted(found.items(), key=lambda item: (_FAMILIES.index(item[1].family), item[1].order, item[0])))


def get(name: str | Method) -> Method:
    """The method called ``name``; a Method is given back as it is.

    A name may carry options: ``rk2(beta=0.6)``.

    Raises
    ------
    MethodError
        When there is none of that name, or it has no such option.
    """
    methods = registry()
    if isinstance(name, str) and name in methods:
        return methods[name]
    if isinstance(name, Method):
        return name
    base, options = _parts(str(name))
    if base in methods and options is not None:
        return methods[base].with_options(options)
    ours = method_elsewhere(str(name), methods)
    advice = f"It is called '{ours}' here." if ours else did_you_mean(name, methods)
    advice = advice or f"Methods: {', '.join(methods)}."
    raise MethodError(f"There is no method '{name}'.", advice=advice)


def _parts(name: str) -> tuple[str, dict[str, float] | None]:
    """Name and options of ``rk2(beta=0.6)``; no options where there are no brackets."""
    found = re.fullmatch(r"(\w+)\((.*)\)", str(name).replace(" ", ""))
    if found is None:
        return name, None
    options = {}
    for part in filter(None, found[2].split(",")):
        option, _, value = part.partition("=")
        try:
            options[option] = float(value)
        except ValueError:
            raise MethodError(f"'{name}': {option} needs a number.", advice="For example 'rk2(beta=0.6)'.") from None
    return found[1], options


def check(method: Method, system: System) -> None:
    """Raise MethodError when ``method`` cannot solve ``system``, with the methods that can as advice."""
    if lacking(method, system) is None:
        method.check(system)
        return
    try:
        method.check(system)
    except MethodError as error:
        raise MethodError(error.message, location=error.location, advice=_methods_for(system)) from None


def _methods_for(system: System) -> str:
    """Advice: the methods that can do all that a system needs, its default first."""
    names = [m.name for m in registry().values() if lacking(m, system) is None]
    if names:
        default = [name for name in names if name == default_method(system)]
        return f"Methods for it: {', '.join(dict.fromkeys(default + names))}."
    return "The model can be read, typeset and analysed; there is no method for all of this together."


def able(system: System) -> list[Method]:
    """The methods that can solve ``system``, in the registry's order; what pickers offer."""
    found = []
    for method in registry().values():
        try:
            method.check(system)
        except BrainPyLabError:
            continue
        found.append(method)
    return found


def default_method(system: System) -> str:
    """The method that a model of ``system`` runs with when none is named."""
    if system.is_fractional:
        from brainpy_lab.solvers.fractional import default_fractional

        return default_fractional(system)
    if system.is_stochastic:
        return "euler_maruyama" if system.calculus == "ito" else "euler_heun"
    return "rk4"
