"""The Method protocol: what a numerical method declares and how it writes a step."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from brainpy_lab.codegen.builder import StepBuilder
from brainpy_lab.codegen.written import Written
from brainpy_lab.equations.system import Span, System
from brainpy_lab.errors import MethodError

Family = Literal["ode", "sde", "dde", "fde"]

#: What a system may hold that a method must be made for: the ability that solves it, and the family of equations it
#: makes.
_NEEDS: tuple[tuple[str, Family], ...] = (
    ("handles_noise", "sde"),
    ("handles_delays", "dde"),
    ("handles_orders", "fde"),
)
_FAMILY_TITLES = {
    "ode": "ordinary",
    "sde": "stochastic",
    "dde": "delay",
    "fde": "fractional",
}


class Method(ABC):
    """A numerical method: an immutable description that can write the step of any system it solves.

    A subclass gives the class attributes and `write`; a module-level instance in a file of this package, or an entry
    point of the group ``brainpy_lab.solvers``, makes it known.

    Attributes
    ----------
    name, title : str
        The name users write and the one they read.
    family : {"ode", "sde", "dde", "fde"}
        Under which head it is listed; what it can solve, the abilities say.
    handles_noise, handles_delays, handles_orders : bool
        Whether it solves systems with white noise, with delayed states, with fractional orders.
    order : float
        Order of convergence (strong, for stochastic methods).
    reads_at_ends : bool
        Whether right-hand sides are computed at the ends of steps alone: inputs are then sampled there.
    """

    name: str
    title: str
    family: ClassVar[Family] = "ode"
    order: ClassVar[float]
    stages: ClassVar[int]
    is_adaptive: ClassVar[bool] = False
    is_implicit: ClassVar[bool] = False
    needs_jacobian: ClassVar[bool] = False
    handles_noise: ClassVar[bool] = False
    handles_delays: ClassVar[bool] = False
    handles_orders: ClassVar[bool] = False
    reads_at_ends: ClassVar[bool] = False
    reference: ClassVar[str] = ""

    @abstractmethod
    def write(self, step: StepBuilder) -> Written:
        """Write one step with ``step`` and say under which names its results stand."""

    def write_dense(self, step: StepBuilder, end: Written) -> list[dict[str, str]]:
        """Adaptive methods: write the coefficients q1, q2, ... of y(t + s*dt) = y + dt*(s*q1 + s**2*q2 + ...).

        ``end`` names what `write` has given; ``step.first`` the slopes at the start.
        """
        raise NotImplementedError

    @property
    def evaluations(self) -> int:
        """Derivatives that one step computes (adaptive methods: one trial step)."""
        return self.stages

    @property
    def stability_limit(self) -> float:
        """Length of the real stability interval of an explicit adaptive method; 0 when stiffness is no matter."""
        return 0.0

    def with_options(self, options: dict[str, float]) -> Method:
        """The method with the options of a name such as ``rk2(beta=0.6)``.

        Raises
        ------
        MethodError
            When it has no such option, or no such value of it.
        """
        self.check_options(options, ())
        return self

    def check_options(self, options: Mapping[str, float], known: Sequence[str]) -> None:
        """Raise MethodError for the first option that is not ``known``."""
        for option in options:
            if option not in known:
                raise MethodError(
                    f"The method '{self.name}' has no option '{option}'.",
                    advice=f"It has: {', '.join(known)}." if known else f"Write method='{self.name}'.",
                )

    def check(self, system: System) -> None:
        """Raise MethodError when the method cannot solve ``system``; `solvers.check` says which methods can."""
        found = lacking(self, system)
        if found is not None:
            raise MethodError(
                f"The model '{system.name}' has {found.what}, which '{self.name}' cannot solve: that needs a method "
                f"for {_FAMILY_TITLES[found.family]} differential equations ({found.family.upper()}).",
                location=system.place(found.span) if found.span else None,
            )
        if not any(s.drift is not None for s in system.states) and not system.events:
            raise MethodError(f"The model '{system.name}' has no differential equation to solve.")

    def __repr__(self) -> str:
        return f"<method {self.name}: {self.title}, order {self.order:g}>"


@dataclass(frozen=True)
class Need:
    """Something in a system that a method must be made for: in the model's own words, and where it stands."""

    family: Family
    what: str
    span: Span | None


def lacking(method: Method, system: System) -> Need | None:
    """The first thing in ``system`` that ``method`` cannot solve."""
    for ability, family in _NEEDS:
        if not getattr(method, ability):
            found = _first(family, system)
            if found is not None:
                return found
    return None


def _first(family: Family, system: System) -> Need | None:
    """What makes ``system`` one of such equations."""
    if family == "dde":
        return next((Need("dde", f"the delay {d.written}", d.span) for d in system.delays), None)
    for state in system.states:
        if family == "sde" and state.noise:
            return Need("sde", f"the white noise {state.noise[0].source}", state.span)
        if family == "fde" and state.order is not None:
            return Need("fde", f"a fractional order, order({state.name}) = {ast.unparse(state.order)}", state.span)
    return None
