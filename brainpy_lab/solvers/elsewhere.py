"""What methods are called in other programs."""

from __future__ import annotations

from collections.abc import Mapping

#: Name elsewhere, in small letters -> ours.
_OURS: Mapping[str, str] = {
    # BrainPy
    "exp_auto": "exponential_euler", "exponential_euler_auto": "exponential_euler", "exp_euler": "exponential_euler",
    "exp_euler_auto": "exponential_euler", "expeuler": "exponential_euler", "exponential": "exponential_euler",
    "rkf12": "heun_euler", "bogacki_shampine": "bs", "cash_karp": "ck", "ralston": "ralston2", "rk4_38": "rk4_38rule",
    "milstein_ito": "milstein", "milstein_scalar": "milstein", "milstein2": "milstein_derivative_free",
    "milstein_grad_free": "milstein_derivative_free", "srk1w1": "sri1w1", "srk2w1": "sri2w1", "heun_sde": "heun",
    "caputol1schema": "caputo_l1", "caputoeuler": "caputo_pi", "glshortmemory": "grunwald_letnikov",
    # Brian, NEURON
    "linear": "exact", "cnexp": "exponential_euler",
    "derivimplicit": "backward_euler", "sparse": "backward_euler", "gsl": "rkf45", "gsl_rkf45": "rkf45",
    # SciPy, MATLAB, Julia, XPP
    "rk45": "rkdp", "ode45": "rkdp", "dopri5": "rkdp", "dp5": "rkdp", "dopri8": "dop853", "rk23": "bs", "ode23": "bs",
    "bs3": "bs", "dp8": "dop853", "ode113": "dop853", "radau": "rodas4", "bdf": "rodas4", "lsoda": "auto",
    "odeint": "auto", "ode15s": "rodas4", "ode23s": "rodas4", "cvode": "rodas4", "gear": "rodas4", "stiff": "rodas4",
    "rosenbrock23": "rodas4", "rodas5": "rodas4", "rodas5p": "rodas4", "runge_kutta": "rk4", "qualrk": "rkdp",
    "em": "euler_maruyama", "lambaem": "euler_maruyama", "euler_heun_stratonovich": "euler_heun", "sosri": "sri1w1",
    "rkmil": "milstein", "forward_euler": "euler", "explicit_euler": "euler", "implicit_euler": "backward_euler",
    "bwdeuler": "backward_euler", "backeul": "backward_euler", "modified_euler": "heun2", "modeuler": "heun2",
}  # fmt: skip


def method_elsewhere(name: str, known: Mapping[str, object]) -> str | None:
    """Our name of a method that another program calls ``name``, or that differs by its spelling alone."""
    plain = name.strip().removesuffix("()").lower().replace("-", "_").replace(" ", "_")
    spellings = {method.replace("_", ""): method for method in known}
    short = plain.replace("_", "")
    return _OURS.get(plain) or _OURS.get(short) or spellings.get(short)
