"""Exponential Euler, variable by variable."""

from __future__ import annotations

import ast

from brainpy_lab.codegen.builder import StepBuilder
from brainpy_lab.codegen.printing import parse
from brainpy_lab.codegen.written import Written
from brainpy_lab.errors import AnalysisError
from brainpy_lab.solvers.linear import check_differentiable
from brainpy_lab.solvers.method import Method
from brainpy_lab.solvers.noisy import converted, noise_sum, product


class ExponentialEuler(Method):
    """Exponential Euler (Rush-Larsen): order 1, one stage; exact for each variable that is linear in itself.

    With the rate A = d(dx/dt)/dx, found symbolically for each variable, the step is
    ``x_new = x + dx/dt/A*expm1(A*dt)``, and at zero rate its limit ``x + dt*dx/dt``. For a variable that is linear in
    itself this is the exact solution with all others frozen. A variable that is not linear in itself is linearised at
    the step's start (exponential Rosenbrock-Euler).

    White noise (Ito) enters with the standard deviation that it has after decaying at the rate A,
    ``g*sqrt((exp(2*A*dt) - 1)/(2*A))``, taken at the step's start: exact in distribution for an Ornstein-Uhlenbeck
    process. Strong order 1 for additive, 1/2 for other noise; weak order 1.

    S. Rush, H. Larsen, IEEE Transactions on Biomedical Engineering BME-25, 389-392, 1978. doi:10.1109/TBME.1978.326270
    """

    name = "exponential_euler"
    title = "exponential Euler"
    order = 1
    stages = 1
    handles_noise = True
    weak_order = 1
    reference = "Rush & Larsen 1978"

    def write(self, step: StepBuilder) -> Written:
        """Write the slopes, then each variable's rate and its exponential step."""
        from brainpy_lab.symbolic import view

        symbolic = view(step.system)
        step.stage("slopes at the start of the step")
        amplitudes = step.diffusion("")
        slopes = converted(step, step.drift(""), amplitudes, "ito")
        new = {}
        for state in step.moving:
            try:
                linear, rate = symbolic.is_linear_in(state.name), symbolic.rate(state.name)
            except AnalysisError:
                check_differentiable(step.system, self.name)  # where that says why, in the words of the other methods
                raise
            kind = "linear in itself" if linear else "linearised"
            step.stage(f"{state.name}: {kind} with rate d({state.name}')/d{state.name}")
            step.definitions([rate], "")
            noise = amplitudes.get(state.name, {})
            if isinstance(rate, ast.Constant) and rate.value == 0:
                text = f"{state.name} + dt*{slopes[state.name]}{noise_sum(noise, step.increment)}"
                new[state.name] = step.line(f"{state.name}_new", text)
                continue
            name = step.line(f"{state.name}_rate", rate)
            slope = slopes[state.name]
            increment = f"{slope}/{name}*expm1({name}*dt) if {name} != 0 else dt*{slope}"
            if noise:
                spread = step.line(f"{state.name}_spread", f"sqrt(dt*exprel(2*{name}*dt))", "of its noise after decay")
                own = {source: product(amplitude, spread) for source, amplitude in noise.items()}
                increment = f"({increment}){noise_sum(own, step.normal)}"
                new[state.name] = step.line(f"{state.name}_new", parse(f"{state.name} + {increment}"))
            else:
                new[state.name] = step.line(f"{state.name}_new", parse(f"{state.name} + ({increment})"))
        return Written(new)


EXPONENTIAL_EULER = ExponentialEuler()
