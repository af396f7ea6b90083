"""Exponential time differencing of order four."""

from __future__ import annotations

from brainpy_lab.codegen.builder import StepBuilder
from brainpy_lab.codegen.written import Written
from brainpy_lab.equations.system import System
from brainpy_lab.solvers.exponential import write_phis, write_rates, write_rest
from brainpy_lab.solvers.linear import check_differentiable
from brainpy_lab.solvers.method import Method


class ETDRK4(Method):
    """Exponential time differencing, Runge-Kutta of order 4: four stages; exact for each variable linear in itself.

    Each variable has a linear part of its own, the rate d(dx/dt)/dx at the step's start (found symbolically; of a
    nonlinear variable the local linearisation), which is integrated exactly. At zero rate it is the classical
    Runge-Kutta method. The coefficients are written with phi functions, which stay exact at small rates.

    S. M. Cox, P. C. Matthews, Journal of Computational Physics 176, 430-455, 2002. doi:10.1006/jcph.2002.6995;
    A.-K. Kassam, L. N. Trefethen, SIAM Journal on Scientific Computing 26, 1214-1233, 2005.
    doi:10.1137/S1064827502410633
    """

    name = "etdrk4"
    title = "exponential Runge-Kutta, order 4"
    order = 4
    stages = 4
    needs_jacobian = True
    reference = "Cox & Matthews 2002"

    def check(self, system: System) -> None:
        """Raise MethodError when the method cannot solve ``system``."""
        super().check(system)
        check_differentiable(system, self.name)

    def write(self, step: StepBuilder) -> Written:
        """Write the rates, four stages and the new state; rest_i is the change of the nonlinear rest at stage i."""
        start = {s: s for s in step.system.state_names}
        step.stage("slopes and rates at the start of the step")
        first = step.drift("_1")
        rates = write_rates(step)
        half, whole = write_phis(step, rates, "dt/2", "_half", 1), write_phis(step, rates, "dt", "", 3)
        step.stage("stage 2, at t + 0.5*dt")
        two = {s: step.line(f"{s}_2", f"{s} + dt/2*{half[s].one}*{first[s]}") for s in rates}
        slopes = step.drift("_2", {**start, **two}, "t + 0.5*dt")
        rest_2 = write_rest(step, "rest_2", (first, slopes), two, rates)
        step.stage("stage 3, at t + 0.5*dt")
        three = {s: step.line(f"{s}_3", f"{s} + dt/2*{half[s].one}*({first[s]} + {rest_2[s]})") for s in rates}
        slopes = step.drift("_3", {**start, **three}, "t + 0.5*dt")
        rest_3 = write_rest(step, "rest_3", (first, slopes), three, rates)
        step.stage("stage 4, at t + dt")
        four = {}
        for s, rate in rates.items():
            linear = f" + {rate}*({two[s]} - {s})" if rate else ""
            inner = f"{first[s]}{linear} + 2*{rest_3[s]}"
            four[s] = step.line(f"{s}_4", f"{two[s]} + dt/2*{half[s].one}*({inner})")
        slopes = step.drift("_4", {**start, **four}, "t + dt")
        rest_4 = write_rest(step, "rest_4", (first, slopes), four, rates)
        step.stage("new state")
        new = {}
        for s in rates:
            phi = whole[s]
            middle = f"2*({phi.two} - 2*{phi.three})*({rest_2[s]} + {rest_3[s]})"
            end = f"(4*{phi.three} - {phi.two})*{rest_4[s]}"
            new[s] = step.line(f"{s}_new", f"{s} + dt*({phi.one}*{first[s]} + {middle} + {end})")
        return Written(new)


ETDRK4_COX_MATTHEWS = ETDRK4()
