"""Functions of time given for parameters, written into the equations where their source can be read.

A function that drives a parameter then is evaluated at every stage of the method and on every driver, so that methods
keep their order and adaptive steps see it change. A function whose source cannot be read (a spline object, say) is
sampled in the middle of each step instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import FunctionType
from typing import Any, TypeGuard

from brainpy_lab.codegen.printing import names_used, parse
from brainpy_lab.equations import read_text
from brainpy_lab.equations.system import Definition, Function, Parameter, System
from brainpy_lab.errors import BrainPyLabError


def capture_inputs(system: System, parameters: Mapping[str, Any]) -> tuple[System, dict[str, Any]]:
    """The system with readable functions of time in place of the parameters they drive, and what is left."""
    left = dict(parameters)
    for name, value in parameters.items():
        if name in system.parameter_names and name not in system.initial_inputs and _takes_a_time(value):
            functions = _read(system, f"{name}_input", value)
            if functions is not None:
                system = _with_input(system, name, functions)
                del left[name]
    return system, left


def _takes_a_time(value: Any) -> TypeGuard[FunctionType]:
    """Whether a value is a function of one argument, and of that alone."""
    if not isinstance(value, FunctionType) or value.__defaults__ or value.__kwdefaults__:
        return False
    return value.__code__.co_argcount == 1 and not value.__code__.co_kwonlyargcount


def _read(system: System, name: str, function: FunctionType) -> tuple[Function, ...] | None:
    """The function, and those it calls, as helper functions; None when it is no part of the language."""
    try:
        found = read_text(f"dx/dt = {name}(t)", namespace={name: function}).functions
    except BrainPyLabError:
        return None
    taken = {f.name for f in system.functions} | set(system.state_names) | set(system.parameter_names)
    return None if {f.name for f in found} & taken else found


def _with_input(system: System, name: str, functions: tuple[Function, ...]) -> System:
    value = Definition(name, parse(f"{name}_input(t)"), f"the function given for {name}")
    changed = put_in_place(system, name, (value,))
    return replace(changed, functions=(*system.functions, *functions))


def put_in_place(
    system: System, name: str, definitions: tuple[Definition, ...], parameters: tuple[Parameter, ...] = ()
) -> System:
    """``system`` with ``definitions``, which depend on t, in place of a parameter, and further parameters."""
    moved, still = [], []
    moving = {name}
    for definition in system.derived:
        if names_used(definition.expr) & moving:
            moving.add(definition.name)
            moved.append(definition)
        else:
            still.append(definition)
    return replace(
        system,
        parameters=(*(p for p in system.parameters if p.name != name), *parameters),
        derived=tuple(still),
        intermediates=(*definitions, *moved, *system.intermediates),
    )
