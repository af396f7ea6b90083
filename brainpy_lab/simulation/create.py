"""Models from text and from Python functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from brainpy_lab.equations.system import Calculus
from brainpy_lab.errors import ArgumentError, in_words
from brainpy_lab.simulation.model import Model
from brainpy_lab.simulation.synapse_model import SynapseModel


@in_words("model")
def model(
    text: str,
    *,
    name: str = "Model",
    namespace: Mapping[str, Any] | None = None,
    calculus: Calculus = "ito",
    synapse: bool = False,
    origin: str = "cell",
    **options: Any,
) -> Any:
    """A Model from text in the model language.

    Parameters
    ----------
    text : str
        Lines such as ``tau = 10``, ``dV/dt = -V/tau`` and ``V(0) = 1``.
    name : str
        The model's name.
    namespace : mapping, optional
        Where names that the text does not define are looked up: numbers become parameters, functions are captured.
    calculus : {"ito", "stratonovich"}
        How noise is read.
    synapse : bool
        The text describes a synapse (``pre.``, ``post.``), which `brainpy_lab.Synapses` runs in a network.
    origin : str
        How error messages call the text.
    **options
        Defaults of the model: method, dt, backend, duration, seed.

    Returns
    -------
    Model, or with ``synapse`` a SynapseModel

    Raises
    ------
    ModelError
        With line and column: the text is no model.

    Examples
    --------
    >>> decay = model("tau = 10\\ndV/dt = -V/tau\\nV(0) = 1", name="Decay")
    >>> decay.parameters
    {'tau': 10.0}
    """
    from brainpy_lab.equations import read_text

    system = read_text(text, name=name, namespace=namespace, calculus=calculus, synapse=synapse, origin=origin)
    if synapse:
        return SynapseModel(system)
    return Model(system, **options)


@in_words("odeint")
def odeint(
    f: Callable[..., Any] | None = None,
    *,
    name: str | None = None,
    initial: Mapping[str, float] | None = None,
    parameters: Mapping[str, float] | None = None,
    **options: Any,
) -> Any:
    """A Model from a Python function of states, ``t`` and parameters that returns the derivatives. Also a decorator.

    Parameters
    ----------
    f : callable
        ``f(V, w, t, I=0.5, ...)``: states stand before ``t``, parameters with their defaults behind it.
    name : str, optional
        The model's name; by default the function's.
    initial : mapping, optional
        Initial values by state; by default 0.
    parameters : mapping, optional
        Values of parameters that have no default.
    **options
        Defaults of the model: method, dt, backend, duration, seed.

    Returns
    -------
    Model, or a decorator that makes one

    Raises
    ------
    ModelError
        With a line of the function: something in it is no part of the model language.

    Examples
    --------
    ``@bp.odeint(method="rk4", dt=0.05)`` above ``def fhn(V, w, t, I=0.5): ...`` makes ``fhn`` a Model.
    """
    from brainpy_lab.equations import read_function

    def make(function: Callable[..., Any]) -> Model:
        system = read_function(function, name=name, initial=initial, parameters=parameters)
        return Model(system, **options)

    return make if f is None else make(f)


@in_words("ddeint")
def ddeint(
    f: Callable[..., Any] | None = None,
    *,
    name: str | None = None,
    initial: Mapping[str, float] | None = None,
    history: Mapping[str, Any] | None = None,
    parameters: Mapping[str, float] | None = None,
    **options: Any,
) -> Any:
    """A Model of delay differential equations from a Python function. Also a decorator.

    The contract is that of `odeint`: states, ``t``, parameters. A state that is called with a time is its value then:
    ``x(t - tau)`` in the function is what it is in the model language. The delay may be a number, a parameter, or an
    expression of ``t`` and the states.

    Parameters
    ----------
    f : callable
        ``f(x, y, t, tau=1.0, ...)``: states stand before ``t``, parameters with their defaults behind it.
    name : str, optional
        The model's name; by default the function's.
    initial : mapping, optional
        Initial values by state; by default the history's at the start, and 0 where there is none.
    history : mapping, optional
        The states before the start: a function of t, a number or a Solution each; by default the initial value. A run
        that is given ``history`` uses that instead.
    parameters : mapping, optional
        Values of parameters that have no default.
    **options
        Defaults of the model: method, dt, backend, duration, seed.

    Returns
    -------
    Model, or a decorator that makes one

    Raises
    ------
    ModelError
        With a line of the function: something in it is no part of the model language, or a delay is negative.
    ArgumentError
        ``history`` names something that is no state.

    Examples
    --------
    >>> from math import cos
    >>> def inhibition(x, t, tau=1.0):
    ...     return -x(t - tau)
    >>> model = ddeint(inhibition, history={"x": cos}, dt=0.01, backend="numpy")
    >>> sol = model.run(1.0)
    >>> round(float(sol.x[-1]), 8)  # 1 minus the integral of cos over [-1, 0]
    0.15852902
    """
    from brainpy_lab.equations import read_function

    def make(function: Callable[..., Any]) -> Model:
        system = read_function(function, name=name, initial=initial, parameters=parameters)
        notes = tuple(n for n in system.notes if n.split("(0)")[0] not in (history or {}))
        return Model(replace(system, notes=notes), history=history, **options)

    return make if f is None else make(f)


@in_words("sdeint")
def sdeint(
    f: Callable[..., Any] | None = None,
    g: Callable[..., Any] | float | Mapping[str, Any] | None = None,
    *,
    calculus: Calculus = "ito",
    name: str | None = None,
    initial: Mapping[str, float] | None = None,
    parameters: Mapping[str, float] | None = None,
    **options: Any,
) -> Any:
    """A Model of the stochastic equations dx = f dt + g dW from Python functions. Also a decorator of ``f``.

    Parameters
    ----------
    f : callable
        The drift, ``f(V, w, t, I=0.5, ...)``: states stand before ``t``, parameters with their defaults behind it.
    g : callable, float or mapping
        The amplitudes: a function of the same states and ``t`` that returns one for each state, which has noise of its
        own (``xi_V``, ``xi_w``); or one number for all; or a mapping from noise sources (``xi``, ``xi_2``) to such
        functions or numbers, for noise that is shared between states or of several sources.
    calculus : {"ito", "stratonovich"}
        How the equations are read.
    name, initial, parameters, **options
        As in `odeint`.

    Returns
    -------
    Model, or a decorator that makes one

    Raises
    ------
    ModelError
        With a line of the function: something in it is no part of the model language.

    Examples
    --------
    ``@bp.sdeint(g=0.2, dt=0.1)`` above ``def ou(x, t, tau=10.0): return -x / tau`` makes ``ou`` a Model.
    """
    from brainpy_lab.equations import read_function

    if calculus not in ("ito", "stratonovich"):
        raise ArgumentError(f"calculus must be 'ito' or 'stratonovich', not {calculus!r}.")

    def make(function: Callable[..., Any]) -> Model:
        system = read_function(function, name=name, initial=initial, parameters=parameters, diffusion=g)
        return Model(replace(system, calculus=calculus), **options)

    return make if f is None else make(f)


@in_words("fdeint")
def fdeint(
    f: Callable[..., Any] | None = None,
    *,
    order: float | str | Mapping[str, float | str],
    slopes: Mapping[str, float] | None = None,
    name: str | None = None,
    initial: Mapping[str, float] | None = None,
    parameters: Mapping[str, float] | None = None,
    **options: Any,
) -> Any:
    """A Model of Caputo derivatives from a Python function that returns the right-hand sides. Also a decorator.

    Parameters
    ----------
    f : callable
        ``f(V, w, t, I=0.5, ...)``: states stand before ``t``, parameters with their defaults behind it.
    order : float, str, or mapping of them by state
        Above 0 and at most 2: a number, or the name of one of the function's parameters. A number becomes the parameter
        ``order`` (``order_V``, where orders are given by state), so that runs can change and compare it. States that a
        mapping leaves out are of order 1.
    slopes : mapping, optional
        Initial slopes of states whose order is above 1; by default 0.
    name, initial, parameters, **options
        As for `odeint`.

    Returns
    -------
    Model, or a decorator that makes one

    Raises
    ------
    ArgumentError
        An order out of range, or of something that is no state.
    ModelError
        With a line of the function: something in it is no part of the model language.

    Examples
    --------
    ``bp.fdeint(lambda y, t, k=1.0: -k*y, order=0.8, initial={"y": 1.0})`` is fractional relaxation;
    ``.run(10.0, order=0.5)`` changes its order.
    """
    from brainpy_lab.equations import read_function
    from brainpy_lab.simulation.values.orders import with_orders

    def make(function: Callable[..., Any]) -> Model:
        system = read_function(function, name=name, initial=initial, parameters=parameters)
        return Model(with_orders(system, order, slopes or {}), **options)

    return make if f is None else make(f)
