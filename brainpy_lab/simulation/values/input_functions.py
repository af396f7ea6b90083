"""Functions of time given for parameters, written into the equations where their source can be read.

A function that drives a parameter then is evaluated at every stage of the method and on every driver, so that methods
keep their order and adaptive steps see it change. A function whose source cannot be read (a spline object, say) is
sampled in the middle of each step instead.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from brainpy_lab.codegen.printing import names_used
from brainpy_lab.equations import read_text
from brainpy_lab.equations.python.outside import number_defaults, unfolded
from brainpy_lab.equations.renaming import RenamedCalls
from brainpy_lab.equations.system import Definition, Function, Parameter, System
from brainpy_lab.errors import BrainPyLabError
from brainpy_lab.symbolic.compiling import Compiler

_GOLDEN = 0.6180339887498949  # multiples of it fall into all parts of a run
_PROBES = 24  # times at which what was read is compared with the function itself

Captured = tuple[System, dict[str, Any]]  # a system with functions in place of parameters, and the other parameters


def capture_inputs(system: System, parameters: Mapping[str, Any], t0: float, duration: float) -> Captured:
    """The system with readable functions of time in place of the parameters they drive, and what is left."""
    left = dict(parameters)
    arrays = {p.name for p in system.parameters if np.ndim(p.value)} if system.mixes_elements else set()
    readable = set(system.parameter_names) - set(system.initial_inputs) - arrays  # sum(t) is not that of all elements
    for name, value in parameters.items():
        if name in readable and _takes_a_time(value):
            found = _read(name, value, t0, duration)
            if found is not None:
                system = _with_input(system, name, *_beside(system, *found))
                del left[name]
    return system, left


def _takes_a_time(value: Any) -> bool:
    """Whether a value is a Python function with one argument left to fill."""
    found = unfolded(value)
    if found is None:
        return False
    function, filled = found
    count = function.__code__.co_argcount + function.__code__.co_kwonlyargcount
    names = set(function.__code__.co_varnames[:count])
    return len(names - set(filled) - set(number_defaults(function))) == 1


def _read(
    name: str, function: Callable[[float], Any], t0: float, duration: float
) -> tuple[ast.expr, tuple[Function, ...]] | None:
    """A function's value at t, and the helper functions this calls; None when it is no part of the language."""
    try:
        read = read_text(f"dx/dt = {name}_input(t)", namespace={f"{name}_input": function})
    except BrainPyLabError:
        return None
    value = read.states[0].drift
    if value is None or read.parameters or not _agrees(read, value, function, t0, duration):
        return None
    return value, read.functions


def _agrees(read: System, value: ast.expr, function: Callable[[float], Any], t0: float, duration: float) -> bool:
    """Whether what was read gives what the function gives: its source may have changed since Python read it."""
    mine = Compiler(read).compile([value])
    times = t0 + duration * ((0.5 + _GOLDEN * np.arange(_PROBES)) % 1.0)  # NumPy's floats: `~` is `not` of conditions
    try:
        with np.errstate(all="ignore"):
            own = np.array([float(function(t)) for t in times])
            (found,) = mine(np.zeros(_PROBES), times)
    except (TypeError, ValueError, ArithmeticError):  # no numbers, or none everywhere: not what was read
        return False
    # rounding differs between math and NumPy; 1e-12 of the largest value: zeros of a sine need not agree in digits
    return bool(np.allclose(found, own, rtol=1e-9, atol=1e-12 * float(np.nanmax(np.abs(own))), equal_nan=True))


def _beside(system: System, value: ast.expr, functions: tuple[Function, ...]) -> tuple[ast.expr, tuple[Function, ...]]:
    """A value and its functions under names that the system has free; equal functions are shared."""
    own = {f.name: ast.dump(f.node) for f in system.functions}
    taken = {*own, *system.state_names, *system.parameter_names, *(d.name for d in system.intermediates)}
    names = {f.name: f.name for f in functions}
    for function in functions:
        while names[function.name] in taken and own.get(function.name) != ast.dump(function.node):
            names[function.name] += "_"
    renamed = RenamedCalls(names)
    moved = tuple(
        replace(f, name=names[f.name], node=renamed.visit(copy.deepcopy(f.node)))
        for f in functions
        if names[f.name] not in own
    )
    return renamed.visit(copy.deepcopy(value)), moved


def _with_input(system: System, name: str, value: ast.expr, functions: tuple[Function, ...]) -> System:
    definition = Definition(name, value, f"the function given for {name}")
    changed = put_in_place(system, name, (definition,))
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
