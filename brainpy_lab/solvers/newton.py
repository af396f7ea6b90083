"""Newton's method in the step: implicit equations of a step, solved with the exact Jacobian."""

from __future__ import annotations

from collections.abc import Mapping

from brainpy_lab.codegen.builder import StepBuilder
from brainpy_lab.codegen.printing import parse
from brainpy_lab.solvers.linear import write_jacobian, write_matrix, write_solve

_ITERATIONS = 12  # quadratic from a state one step away: four or five do, and a bend of the equations costs some more


def write_newton(
    step: StepBuilder, known: Mapping[str, str], weights: Mapping[str, str], target: str
) -> dict[str, str]:
    """Write the solution of ``x = known + weight*dx(t + dt, x)`` for the moving states; returns the names of x.

    The iteration begins at the states at ``t`` and ends when every change is negligible
    (`brainpy_lab.drivers.negligible`). Where it has not converged after twelve turns the new state is nan, which ends
    the run at that step with advice.

    Parameters
    ----------
    step : StepBuilder
    known : mapping of state to str
        What does not depend on the new states.
    weights : mapping of state to str
        Factor of the slope.
    target : str
        The equation, for the comment.
    """
    states = list(known)
    step.drift_holds()
    step.stage(f"Newton's iteration for {target}, from the state at the start")
    new = {s: step.line(f"{s}_new", s) for s in states}
    changes = {s: step.line(f"{s}_change", "0.0") for s in states}
    # all corrections are found before any is applied: one Newton step moves every state at once
    with step.loop(_ITERATIONS) as loop:
        at_end = {**{s: s for s in step.system.state_names}, **new}
        slopes = step.drift("_end", at_end, "t + dt")
        jacobian = write_jacobian(step, "_end", at_end, "t + dt")
        matrix = write_matrix(step, jacobian, "1", {s: f"{weights[s]}*" for s in states})
        right = {s: f"{known[s]} + {weights[s]}*{slopes[s]} - {new[s]}" for s in states}
        found = write_solve(step, matrix, right, "{}_correction")
        for s in states:
            step.assign(changes[s], found[s])
        for s in states:
            step.assign(new[s], f"{new[s]} + {found[s]}")
        tests = [f"{changes[s]}, {new[s]}" for s in states]
        loop.until = parse(f"converged({', '.join(tests)})")
    step.stage("nan where the iteration has not converged")
    for s in states:
        step.assign(new[s], f"solved({changes[s]}, {new[s]})")
    return new
