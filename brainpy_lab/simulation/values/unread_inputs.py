"""What a run says of functions of time whose source could not be read: it sees them at some times only."""

from __future__ import annotations

from brainpy_lab.simulation.runs.request import Request
from brainpy_lab.simulation.runs.warning import warn
from brainpy_lab.simulation.values.problem import Problem
from brainpy_lab.solvers import Method


def say_unread(request: Request, problem: Problem, method: Method, is_fitted: bool) -> tuple[str, ...]:
    """The parameters that such functions drive; warns of them unless ``max_step`` says how closely to look.

    Parameters
    ----------
    request : Request
    problem : Problem
    method : Method
    is_fitted : bool
        Whether polynomials follow the functions, rather than one sample a step.
    """
    names = tuple(name for name, drive in problem.drives.items() if drive.is_sampled)
    if not names or request.max_step is not None:
        return names
    if method.is_adaptive:
        seen = "a pulse that is short beside the run can be missed. Give max_step, the length of the shortest pulse."
    elif is_fitted:
        seen = "a pulse that is short beside the run can be missed. Take an adaptive method, and max_step."
    else:
        seen = f"it is sampled in each step, and a pulse shorter than dt ({request.dt:g}) can be missed. "
        seen += "Take a smaller dt."
    for name in names:
        warn(f"The function given for '{name}' is not read as an equation: {seen}")
    return names
