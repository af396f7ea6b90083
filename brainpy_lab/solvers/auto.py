"""``method="auto"``: a method for a model, and why.

Fractional, noisy and delayed models have methods of their own. For ordinary equations the question is stiffness: the
eigenvalues of the Jacobian are looked at where the run starts and at a few points ahead, reached by implicit Euler
steps of growing length, since many stiff models do not look so at their start (Robertson's).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from brainpy_lab.codegen.printing import names_used
from brainpy_lab.equations.system import System
from brainpy_lab.errors import BrainPyLabError

AUTO = "auto"

_STEPS_AT_LIMIT = 2000  # an explicit method kept to so many steps by stability alone ...
_MANY_STEPS = 1e5  # at the limit of stability: stiff where nothing but decay and what drives it goes on
_SPREAD = 1000.0  # ... and time scales that differ by so much make a model stiff
_LIMIT = 3.3  # of Dormand and Prince's method on the negative real axis (Hairer & Wanner 1996, section IV.2)
_IMPLICIT_LIMIT = 4.0  # half of rate*dt**order, at least, up to which `caputo_pi` is stable for orders above 1
_TIGHT = 1e-9  # relative tolerance from which order 8 pays


@dataclass(frozen=True)
class Choice:
    """A method's name and, in one sentence, why it was chosen; a warning where no method does."""

    method: str
    why: str
    warning: str = ""


@dataclass(frozen=True)
class Situation:
    """What a choice depends on besides the equations.

    Attributes
    ----------
    states, parameters : mapping of str to float
        Values at the start, of one cell.
    start, duration : float
    rtol : float, optional
    traced : bool
        A derivative is taken through the run.
    dt : float, optional
        The longest step of methods whose steps have a given length.
    orders : mapping of str to float
        Orders of the fractional states, as far as they are known.
    """

    states: Mapping[str, float]
    parameters: Mapping[str, float]
    start: float
    duration: float
    rtol: float | None = None
    traced: bool = False
    dt: float | None = None
    orders: Mapping[str, float] = field(default_factory=dict)


def choose(system: System, situation: Situation) -> Choice:
    """A method that solves ``system``, and why.

    Parameters
    ----------
    system : System
    situation : Situation

    Returns
    -------
    Choice
    """
    if system.is_fractional:
        return _for_memory(system, situation)
    if system.is_stochastic:
        return _for_noise(system)
    if situation.traced:
        return Choice("rk4", "a derivative is taken through the run, which needs steps of fixed length")
    if system.mixes_elements and (system.is_delayed or system.events):
        return Choice("rk4", "elements of array states mix, with delays or events: steps of fixed length")
    if system.is_delayed:
        return _first(system, ("rkdp", "rk4"), "there are delays: dense histories, break points met")
    if system.mixes_elements:
        return _first(system, ("rkdp", "rk4"), "elements of array states mix: explicit steps, no Jacobian")
    stiff = _stiffness(system, situation)
    if stiff is not None:
        return _first(system, ("rodas4", "rkdp"), stiff)
    if situation.rtol is not None and situation.rtol <= _TIGHT:
        return _first(system, ("dop853", "rkdp"), "not stiff, and tight tolerances: order 8 takes few steps")
    events = ", events found inside steps" if system.events else ""
    return _first(system, ("tsit5", "rkdp"), f"not stiff: an explicit pair of order 5{events}")


def _first(system: System, names: Iterable[str], why: str) -> Choice:
    """The first of ``names`` that is there and solves the system."""
    from brainpy_lab.solvers import default_method, registry

    for name in names:
        try:
            registry()[name].check(system)
        except (KeyError, BrainPyLabError):  # it is not there, or cannot: the next one
            continue
        return Choice(name, why)
    return Choice(default_method(system), why)


def _for_memory(system: System, situation: Situation) -> Choice:
    """The default where events set a fractional state; else explicit steps, as long as they are stable."""
    from brainpy_lab.solvers.fractional import default_fractional, fractional_states, is_set

    moved = [s for s in fractional_states(system) if is_set(system, s)]
    if moved:
        why = f"events set the fractional state {moved[0]}: the derivative is that of the whole path, jumps included"
        return _first(system, (default_fractional(system),), why)
    if situation.traced:
        return _first(system, ("caputo_pece", "caputo_l1"), "the orders are fractional, in a run to be differentiated")
    speed = _fractional_speed(system, situation)
    if speed is None:
        return _first(system, ("caputo_pece", "caputo_l1"), "the orders are fractional, and no rates can be told")
    limit = _explicit_limit(situation)
    rate = f"the fastest rate times dt**order is {speed:.2g}"
    if not speed > limit:
        return _first(
            system, ("caputo_pece", "caputo_l1"), f"the orders are fractional, and {rate}: explicit is stable"
        )
    implicit = _first(system, ("caputo_pi",), f"the orders are fractional, and {rate}, above {limit:.2g}: implicit")
    if max(situation.orders.values(), default=1.0) <= 1 or speed <= _IMPLICIT_LIMIT:
        return implicit
    shorter = (speed / _IMPLICIT_LIMIT) ** (1.0 / min(situation.orders.values()))
    warning = f"No method for orders above 1 is sure to be stable here: {rate}. Take a dt {shorter:.2g} times smaller."
    return replace(implicit, warning=warning)


def _explicit_limit(situation: Situation) -> float:
    """Half of rate*dt**order up to which the explicit predictor-corrector is stable.

    Measured, that is 1.05, 1.2, 1.37, 1.57, 2.05, 2.8, 3.8 for orders 0.1, 0.3, 0.5, 0.7, 1, 1.3, 1.7 and a real rate:
    near 2**order.
    """
    return float(0.5 * 2.0 ** min(situation.orders.values(), default=1.0))


def _fractional_speed(system: System, situation: Situation) -> float | None:
    """The largest rate*dt**order at the start and at points ahead; None when nobody can tell.

    Rates are the eigenvalues of the Jacobian whose rows are scaled by dt**order, those that make a fractional system
    grow left out (D. Matignon, IMACS Multiconference on Computational Engineering in Systems Applications 2, 963-968,
    1996).
    """
    if situation.dt is None:
        return None
    orders = np.array([situation.orders.get(s, 1.0) for s in system.state_names])
    speeds = []
    for jacobian in _jacobians(system, situation):
        rates = np.linalg.eigvals(situation.dt ** orders[:, None] * jacobian)
        is_damped = np.abs(np.angle(rates)) >= 0.5 * np.pi * orders.min()
        speeds.append(float(np.abs(rates[is_damped]).max(initial=0.0)))
    return max(speeds, default=None)


def _for_noise(system: System) -> Choice:
    general = "euler_maruyama" if system.calculus == "ito" else "euler_heun"
    if system.is_delayed:
        return _first(system, (general,), "there are noise and delays")
    terms = [term for state in system.states for term in state.noise]
    states = set(system.state_names)
    depends = _dependent(system, states)
    if not any(names_used(term.amplitude) & (states | depends) for term in terms):
        return _first(system, ("sra1", general), "the noise is additive: order 1.5")
    shared = len(terms) > len({term.source for term in terms})
    several = any(len(state.noise) > 1 for state in system.states)
    if not shared and not several:
        return _first(system, ("sri1w1", general), "the noise is diagonal: order 1.5")
    return _first(system, (general,), "the noise is shared between variables or has several sources in one")


def _dependent(system: System, states: set[str]) -> set[str]:
    """Intermediates that depend on states."""
    found: set[str] = set()
    for definition in system.intermediates:
        if names_used(definition.expr) & (states | found):
            found.add(definition.name)
    return found


def _stiffness(system: System, situation: Situation) -> str | None:
    """In words, why the model is stiff over the run; None when it is not or nobody can tell."""
    for jacobian in _jacobians(system, situation):
        eigenvalues = np.linalg.eigvals(jacobian)
        decay = float(np.max(-eigenvalues.real, initial=0.0))
        steps = decay * situation.duration / _LIMIT
        slow = np.abs(eigenvalues)[np.abs(eigenvalues) > 0]
        slowest = max(float(slow.min(initial=np.inf)), 1.0 / situation.duration)
        if steps > _STEPS_AT_LIMIT and decay > _SPREAD * min(slowest, decay):
            return (
                f"stiff: the fastest rate is {decay:.3g}, time scales spread by {decay / slowest:.1g}, and stability "
                f"alone would cost an explicit method {steps:.1g} steps"
            )
        if steps > _MANY_STEPS and not system.events and eigenvalues.real.max() < 0.0:
            return (
                f"stiff: every mode decays, the fastest at the rate {decay:.3g}, and stability alone would cost an "
                f"explicit method {steps:.1g} steps"
            )
    return None


def _jacobians(system: System, situation: Situation) -> Iterable[np.ndarray]:
    """The Jacobian at the start and after implicit Euler steps of growing length."""
    from brainpy_lab.symbolic import numeric

    try:
        functions = numeric(system)
        y = np.array([situation.states[s] for s in system.state_names], dtype=float)
        t = situation.start
        # ten times further each time: fast layers at the start, slow motion at the end
        for step in (0.0, *(situation.duration * 10.0**-k for k in range(13, 0, -1))):
            y = _implicit_step(functions, y, situation.parameters, t, step) if step else y
            t += step
            jacobian = functions.jacobian(y, situation.parameters, t)
            if not np.isfinite(jacobian).all():
                return
            yield jacobian
    except (BrainPyLabError, ArithmeticError, np.linalg.LinAlgError, TypeError, ValueError):
        return  # no Jacobian of this model in numbers: its equations mix arrays, say


def _implicit_step(functions: Any, y: np.ndarray, parameters: Mapping[str, float], t: float, step: float) -> np.ndarray:
    """One implicit Euler step by a few turns of Newton's iteration; without one when they do not converge."""
    new, change = y.copy(), np.full(len(y), np.inf)
    for _ in range(8):  # quadratic: what has not arrived by then is lost
        slope, jacobian = functions.rhs(new, parameters, t + step), functions.jacobian(new, parameters, t + step)
        change = np.linalg.solve(np.eye(len(y)) - step * jacobian, y + step * slope - new)
        new = new + change
    # six digits are many for an eigenvalue to be called stiff; 1e-3: states of gates and concentrations near zero
    return new if np.all(np.abs(change) <= 1e-6 * (1e-3 + np.abs(new))) else y
