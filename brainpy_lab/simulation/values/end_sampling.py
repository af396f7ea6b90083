"""Inputs that move all the time, for methods that compute right-hand sides at the ends of steps alone.

Sampled in the middle of each step, such an input would reach a fractional method half a step off: right-hand sides are
remembered as those of mesh points. The equations hold two values instead, those at the start and at the end of the
step, and ``t`` tells which of them is meant. Inputs that are constant between jumps are still sampled in the middle.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from brainpy_lab.codegen.printing import parse
from brainpy_lab.equations.system import Definition, Parameter, System
from brainpy_lab.simulation.values.input_functions import put_in_place
from brainpy_lab.simulation.values.problem import Drive, Problem

_START, _MIDDLE, _END = 0.0, 0.5, 1.0  # places in a step


def with_ends(problem: Problem) -> Problem:
    """``problem`` with two values a step, and the time between them, in place of each input that moves all the time."""
    system, drives, numbers = problem.system, dict(problem.drives), dict(problem.parameters)
    for name, drive in problem.drives.items():
        if drive.change_times is not None:
            continue
        names = _names(name, system)
        system = _with_two_values(system, name, names)
        clock = Drive(lambda times: times, ())
        for place, (part, source) in zip(
            (_START, _END, _MIDDLE), zip(names.values(), (drive, drive, clock), strict=True), strict=True
        ):
            drives[part] = Drive(source.at, source.shape, place=place)
            numbers[part] = numbers[name] if source is drive else 0.0
    return replace(problem, system=system, drives=drives, parameters=numbers)


def _names(name: str, system: System) -> dict[str, str]:
    """Names of the parameters that stand for ``name`` in the equations, by their suffix."""
    taken = {*system.state_names, *system.parameter_names, *(d.name for d in system.derived + system.intermediates)}
    prefix = f"{name}_"
    while any(f"{prefix}{suffix}" in taken for suffix in ("start", "end", "middle")):
        prefix += "_"
    return {suffix: f"{prefix}{suffix}" for suffix in ("start", "end", "middle")}


def _with_two_values(system: System, name: str, names: Mapping[str, str]) -> System:
    text = f"{names['start']} if t < {names['middle']} else {names['end']}"
    value = Definition(name, parse(text), f"the input of {name} at the start and at the end of the step")
    return put_in_place(system, name, (value,), tuple(Parameter(part, 0.0) for part in names.values()))
