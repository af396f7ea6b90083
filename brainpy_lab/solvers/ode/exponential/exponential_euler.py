"""Exponential Euler, variable by variable."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from brainpy_lab.cache.findings import found
from brainpy_lab.codegen.builder import StepBuilder
from brainpy_lab.codegen.printing import parse
from brainpy_lab.codegen.written import Written
from brainpy_lab.errors import AnalysisError
from brainpy_lab.solvers.linear import check_differentiable
from brainpy_lab.solvers.method import Method
from brainpy_lab.solvers.noisy import Amplitudes, converted, noise_sum, product

#: How the drift of a variable depends on it: it is its rate times the variable.
_PROPORTIONAL = "proportional to itself"


class ExponentialEuler(Method):
    """Exponential Euler (Rush-Larsen): order 1, one stage; exact for each variable that is linear in itself.

    With the rate A = d(dx/dt)/dx, found symbolically for each variable, the step is
    ``x_new = x + dx/dt/A*expm1(A*dt)``, and at zero rate its limit ``x + dt*dx/dt``. For a variable that is linear in
    itself this is the exact solution with all others frozen. A variable that is not linear in itself is linearised at
    the step's start (exponential Rosenbrock-Euler). A gate, whose equation ``k*(a*(1 - x) - b*x)`` has rates a and b
    that are seen to be positive, takes the same step as ``x_inf + (x - x_inf)*exp(-k*(a + b)*dt)``, x_inf = a/(a + b);
    a variable whose equation is ``A*x``, as ``x*exp(A*dt)``.

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
        try:
            return Written(_steps(step))
        except AnalysisError:
            check_differentiable(step.system, self.name)  # where that says why, in the words of the other methods
            raise


def _steps(step: StepBuilder) -> dict[str, str]:
    step.stage("slopes at the start of the step")
    step.drift_holds()
    amplitudes = step.diffusion("")
    gates, rates = _found(step, amplitudes)
    decays = [n for n, (_, kind) in rates.items() if kind == _PROPORTIONAL]
    slopes = converted(step, step.drift("", without=[*gates, *decays]), amplitudes, "ito")
    new = {n: _exponential_step(step, n, slopes.get(n, ""), amplitudes.get(n, {}), *f) for n, f in rates.items()}
    goals = {n: _gate_decay(step, n, *found) for n, found in gates.items()}
    if goals:  # their exponentials beside each other: none waits for another
        step.stage("new values of the gates")
    new |= {n: step.line(f"{n}_new", decay) for n, decay in goals.items()}
    return {s.name: new[s.name] for s in step.moving}


def _found(step: StepBuilder, amplitudes: Amplitudes) -> Any:
    """Of gates, drawn to a value between 0 and 1 by their equation alone, the rates; of other variables theirs.

    Both by name: opening rate, sum of rates and factor of a gate; rate of a variable and how its drift depends on it.
    """
    system, names = step.system, [s.name for s in step.moving]
    free = [n for n in names if n not in step.held and not amplitudes.get(n)]

    def ask() -> Any:
        from brainpy_lab.symbolic import view
        from brainpy_lab.symbolic.gates import gate

        seen = view(system)
        drawn = {n: (g.opening, g.total, g.factor) for n in free if (g := gate(system, n)) is not None}
        gates = {n: [part and ast.unparse(part) for part in parts] for n, parts in drawn.items()}
        return gates, {n: [ast.unparse(seen.rate(n)), kind(seen, n)] for n in names if n not in gates}

    def kind(seen: Any, n: str) -> str:
        if not seen.is_linear_in(n):
            return "linearised"
        return _PROPORTIONAL if n in free and seen.is_proportional_to(n) else "linear in itself"

    return found(system, f"steps of exponential Euler: {names}, free {free}", ask)


def _gate_decay(step: StepBuilder, state: str, opening: str, total: str, factor: str | None) -> str:
    """``x_inf + (x - x_inf)*exp(-rate*dt)``: no cancellation, as x_inf is no larger than 1. Writes rate and x_inf."""
    step.stage(f"{state}: linear in itself, drawn to {state}_inf between 0 and 1")
    rate = step.line(f"{state}_rate", step.at_stage(parse(total), ""))
    opened = ast.unparse(step.at_stage(parse(opening), ""))
    goal = step.line(f"{state}_inf", f"({opened})/({rate} + 1e-300)", "the rates may both underflow to 0")
    times = f"*({ast.unparse(step.at_stage(parse(factor), ''))})" if factor else ""
    return f"{goal} + ({state} - {goal})*exp(-dt{times}*{rate})"


def _exponential_step(
    step: StepBuilder, state: str, slope: str, noise: Mapping[str, str], found_rate: str, kind: str
) -> str:
    """``x + dx/dt/A*expm1(A*dt)`` with the rate A of a variable, and its noise after decay."""
    rate = parse(found_rate)
    step.stage(f"{state}: {kind} with rate d({state}')/d{state}")
    step.definitions([rate], "")
    if isinstance(rate, ast.Constant) and rate.value == 0:
        return step.line(f"{state}_new", f"{state} + dt*{slope}{noise_sum(noise, step.increment)}")
    name = step.line(f"{state}_rate", rate)
    if kind == _PROPORTIONAL:
        return step.line(f"{state}_new", f"{state}*exp({name}*dt)")
    increment = f"{slope}/{name}*expm1({name}*dt) if {name} != 0 else dt*{slope}"
    if not noise:
        return step.line(f"{state}_new", f"{state} + ({increment})")
    spread = step.line(f"{state}_spread", f"sqrt(dt*exprel(2*{name}*dt))", "of its noise after decay")
    own = {source: product(amplitude, spread) for source, amplitude in noise.items()}
    return step.line(f"{state}_new", f"{state} + ({increment}){noise_sum(own, step.normal)}")


EXPONENTIAL_EULER = ExponentialEuler()
