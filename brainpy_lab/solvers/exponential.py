"""What exponential integrators have in common: each variable's own rate, frozen at the step's start, and phi functions.

phi1(z) = (exp(z) - 1)/z, which the language calls exprel, phi2(z) = (phi1(z) - 1)/z, phi3(z) = (phi2(z) - 1/2)/z; near
zero the drivers compute them by their Taylor series, so that a rate of zero is its exact limit.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from brainpy_lab.codegen.builder import StepBuilder


@dataclass(frozen=True)
class Phis:
    """Names, or numbers at zero rate, of the phi functions of a variable's rate times a length of time."""

    one: str
    two: str = ""
    three: str = ""


def write_rates(step: StepBuilder) -> dict[str, str | None]:
    """Write the rate d(dx/dt)/dx of each variable at the step's start; None for a variable that has none."""
    from brainpy_lab.symbolic import view

    symbolic = view(step.system)
    rates: dict[str, str | None] = {}
    for state in step.moving:
        rate = symbolic.rate(state.name)
        if isinstance(rate, ast.Constant) and rate.value == 0:
            rates[state.name] = None
            continue
        kind = "" if symbolic.is_linear_in(state.name) else ", linearised at the step's start"
        expr = step.at_stage(rate, "")
        rates[state.name] = step.line(f"{state.name}_rate", expr, f"d(d{state.name}/dt)/d{state.name}{kind}")
    return rates


def write_phis(
    step: StepBuilder, rates: Mapping[str, str | None], length: str, name: str, count: int
) -> dict[str, Phis]:
    """Write the first ``count`` phi functions of rate*``length`` for each variable; ``name`` marks them."""
    functions, limits = ("exprel", "phi2", "phi3"), ("1.0", "0.5", "1/6")  # phi_k(0) = 1/k!
    found = {}
    for state, rate in rates.items():
        if rate is None:
            found[state] = Phis(*limits[:count])
            continue
        argument = step.line(f"{state}_z{name}", f"{rate}*{length}")
        lines = [step.line(f"{state}_phi{i}{name}", f"{functions[i - 1]}({argument})") for i in range(1, count + 1)]
        found[state] = Phis(*lines)
    return found


def write_rest(
    step: StepBuilder, name: str, slopes: tuple[Mapping[str, str], Mapping[str, str]], values: Mapping[str, str],
    rates: Mapping[str, str | None],
) -> dict[str, str]:  # fmt: skip
    """Write how much the nonlinear rest of each drift differs at ``values`` from the step's start."""
    first, later = slopes
    rest = {}
    for state, rate in rates.items():
        linear = f" - {rate}*({values[state]} - {state})" if rate else ""
        rest[state] = step.line(f"{state}_{name}", f"{later[state]} - {first[state]}{linear}")
    return rest
