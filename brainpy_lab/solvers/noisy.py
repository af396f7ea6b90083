"""What the methods for stochastic equations have in common: their calculus, and the drift that it asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, ClassVar

from brainpy_lab.codegen.builder import StepBuilder
from brainpy_lab.equations.system import Calculus, System
from brainpy_lab.errors import AnalysisError, MethodError
from brainpy_lab.solvers.method import Method

if TYPE_CHECKING:
    from brainpy_lab.symbolic.diffusion import DiffusionView

Amplitudes = Mapping[str, Mapping[str, str]]  # state -> source -> name


class NoisyMethod(Method):
    """Base of the methods for stochastic equations.

    A method is made for one calculus. On a model of the other it adds to the drift what separates the two,
    ``1/2 sum_k sum_j g_jk dg_ik/dx_j`` (from Stratonovich to Ito; subtracted the other way), from exact derivatives of
    the amplitudes; the step code shows it.

    Attributes
    ----------
    calculus : {"ito", "stratonovich"} or None
        The calculus the method is made for; None when it has a form for each.
    order, weak_order : float
        Strong and weak order of convergence for the noise that the docstring names.
    """

    family = "sde"
    handles_noise = True
    calculus: ClassVar[Calculus | None]
    weak_order: ClassVar[float]

    def check(self, system: System) -> None:
        """Raise MethodError when the method cannot solve ``system``."""
        super().check(system)
        if not system.is_stochastic:
            return
        noise = noise_of(system)
        try:
            if self.calculus not in (None, system.calculus):
                noise.differentiate()
            self.check_noise(noise)
        except AnalysisError as obstacle:
            reason = f"it needs derivatives of the amplitudes of the noise. {obstacle.message}"
            raise self.refusal(system, reason) from None

    def check_noise(self, noise: DiffusionView) -> None:
        """Raise MethodError when the method cannot solve equations with such noise; for subclasses."""

    def refusal(self, system: System, reason: str, instead: Iterable[str] = ()) -> MethodError:
        """The error that says why the method cannot solve ``system`` and names others that can."""
        others = list(instead) or [_simplest(system.calculus)]
        return MethodError(
            f"'{self.name}' cannot solve '{system.name}': {reason}",
            advice=f"Use method='{others[0]}'" + "".join(f" or '{name}'" for name in others[1:]) + ".",
        )

    def increments(self, step: StepBuilder) -> dict[str, str]:
        """Names of the increments of all Wiener processes over the step."""
        return {source: step.increment(source) for source in step.system.noise_sources}

    def slopes(
        self, step: StepBuilder, suffix: str, values: Mapping[str, str] | None = None, time: str = "t"
    ) -> tuple[dict[str, str], Amplitudes]:
        """Drift in the method's own calculus and amplitudes of the noise, at ``values``."""
        drift = step.drift(suffix, values, time)
        amplitudes = step.diffusion(suffix, values, time)
        return converted(step, drift, amplitudes, self.calculus, suffix, values, time), amplitudes

    def drift(
        self, step: StepBuilder, suffix: str, values: Mapping[str, str] | None = None, time: str = "t"
    ) -> dict[str, str]:
        """Drift in the method's own calculus, at ``values``."""
        if self.calculus in (None, step.system.calculus):
            return step.drift(suffix, values, time)
        return self.slopes(step, suffix, values, time)[0]


def converted(
    step: StepBuilder,
    drift: dict[str, str],
    amplitudes: Amplitudes,
    calculus: Calculus | None,
    suffix: str = "",
    values: Mapping[str, str] | None = None,
    time: str = "t",
) -> dict[str, str]:
    """The drift of the model as it reads in ``calculus`` (None: in the model's own), written where it differs."""
    if calculus in (None, step.system.calculus):
        return drift
    sign, names = ("+", "Stratonovich to Ito") if calculus == "ito" else ("-", "Ito to Stratonovich")
    found = dict(drift)
    for state in amplitudes:
        products = [
            product(amplitudes[other][source], slope)
            for source in amplitudes[state]
            for other, slope in amplitude_slopes(step, state, source, suffix, values, time).items()
        ]
        if products:
            text = f"{drift[state]} {sign} 0.5*{bracketed(products)}"
            found[state] = step.line(f"f_{state}{suffix}", text, names)
    return found


def noise_of(system: System) -> DiffusionView:
    """What SymPy, which is loaded here and not before, finds out about the noise of ``system``."""
    from brainpy_lab.symbolic.diffusion import diffusion_view

    return diffusion_view(system)


def amplitude_slopes(
    step: StepBuilder,
    state: str,
    source: str,
    suffix: str = "",
    values: Mapping[str, str] | None = None,
    time: str = "t",
    along: str | None = None,
) -> dict[str, str]:
    """Derivatives of the amplitude of ``source`` in ``state`` by each state that source ``along`` drives, as lines.

    ``along`` is by default the source itself. Derivatives that are zero are left out.
    """
    noise = noise_of(step.system)
    found = {}
    several = len(step.system.noise_sources) > 1
    for other in noise.states_of(along or source):
        slope = noise.slope(state, source, other)
        if slope is not None:
            own = f"g_{state}_{source}" if several else f"g_{state}"
            name = f"{own}_by_{other}{suffix}"
            if name not in step.amplitude_slopes:
                step.amplitude_slopes[name] = step.named(name, step.at_stage(slope, suffix, values, time))
            found[other] = step.amplitude_slopes[name]
    return found


def noise_sum(amplitudes: Mapping[str, str], increment: Callable[[str], str]) -> str:
    """`` + g*dW`` for every source, ready to stand behind a sum."""
    return "".join(f" + {product(amplitude, increment(source))}" for source, amplitude in amplitudes.items())


def mean_noise(first: Mapping[str, str], second: Mapping[str, str], increment: Callable[[str], str]) -> str:
    """`` + (g_1 + g_2)/2*dW`` for every source, ready to stand behind a sum."""
    text = ""
    for source, amplitude in first.items():
        if second[source] == amplitude:  # additive: the same line serves both ends
            text += f" + {product(amplitude, increment(source))}"
        else:
            text += f" + 0.5*({amplitude} + {second[source]})*{increment(source)}"
    return text


def square(step: StepBuilder, source: str) -> str:
    """Twice the double integral of one Wiener process over the step, in the calculus of the model."""
    dw = step.increment(source)
    return f"({dw}**2 - dt)" if step.system.calculus == "ito" else f"{dw}**2"


def product(left: str, right: str) -> str:
    """The product of two names or numbers, without factors of one."""
    if left in ("1", "1.0"):
        return right
    return left if right in ("1", "1.0") else f"{left}*{right}"


def bracketed(terms: list[str]) -> str:
    """A sum, in brackets when it has more than one term."""
    return terms[0] if len(terms) == 1 else f"({' + '.join(terms)})"


def _simplest(calculus: Calculus) -> str:
    return "euler_maruyama" if calculus == "ito" else "euler_heun"
