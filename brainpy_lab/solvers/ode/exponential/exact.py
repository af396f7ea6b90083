"""The exact step of linear equations with constant coefficients."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from brainpy_lab.codegen.builder import StepBuilder
from brainpy_lab.codegen.hidden import held_states
from brainpy_lab.codegen.written import Written
from brainpy_lab.equations.system import System
from brainpy_lab.errors import MethodError
from brainpy_lab.solvers.method import Method
from brainpy_lab.solvers.propagator import Propagator, reaching
from brainpy_lab.symbolic.affine import Form, NotLinearError, forms


class Exact(Method):
    """The exponential of the matrix: the solution itself of linear equations with constant coefficients.

    With dx/dt = A x + b the step is ``x_new = exp(A*dt) x + (integral of exp(A*s) over the step) b``, whatever dt is; A
    may be singular. A state that reads no other, or others that read none, has its entries in closed form, with their
    limits at equal rates; for all else the exponential of the matrix is computed by scaling and squaring. Entries are
    computed from parameters and dt alone. The coefficients must not depend on the states or on t. What is added may
    depend on t, and is held over each step at its value in the middle: exact where it is constant, order 2 where it
    changes. A state that an event holds is constant for the others.

    S. Rotter, M. Diesmann, Biological Cybernetics 81, 381-402, 1999. doi:10.1007/s004220050570
    """

    name = "exact"
    title = "matrix exponential, for linear equations"
    order = 2
    stages = 1
    reference = "Rotter & Diesmann 1999"

    def check(self, system: System) -> None:
        """Raise MethodError when the method cannot solve ``system``."""
        super().check(system)
        try:
            found = forms(system)
        except NotLinearError as obstacle:
            raise MethodError(
                f"'{self.name}' solves linear equations with constant coefficients, and '{system.name}' is none: "
                f"{obstacle}.",
                advice="Use 'exponential_euler', 'rk4' or another method.",
            ) from None
        leading = _leading(system, found)
        if len(leading) > 1:
            raise MethodError(
                f"'{self.name}': events of '{system.name}' hold {' and '.join(leading)}, which other states read.",
                advice="One state at most may be held that others read. Use 'rk4' or another method.",
            )

    def write(self, step: StepBuilder) -> Written:
        """Write the entries of the propagator, then the new states."""
        system = step.system
        found = forms(system)
        step.stage("linear with constant coefficients: what a unit of each becomes over a step")
        step.drift_holds()
        propagator = Propagator(step, found)
        values = {name: propagator.value(name) for name in found}
        for state in _leading(system, found):
            rest = _without(state, found)
            others = Propagator(step, rest, propagator)
            for name in rest:
                if state in reaching(name, found):
                    held = ast.Name(step.held[state], ast.Load())
                    values[name] = ast.IfExp(held, others.value(name), values[name])
        step.stage("new states")
        return Written({n: step.line(f"{n}_new", step.unless_held(n, values[n])) for n in found})


def _leading(system: System, found: Mapping[str, Form]) -> list[str]:
    """Held states that others read."""
    return [h for h in held_states(system) if h in found and any(h in reaching(n, found) for n in found if n != h)]


def _without(state: str, found: Mapping[str, Form]) -> dict[str, Form]:
    """The equations of the other states, for which one is a constant input."""
    return {name: form.without(state) for name, form in found.items() if name != state}


EXACT = Exact()
