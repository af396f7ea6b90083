"""A Python function ``f(states..., t, parameters...)`` that returns the derivatives (BrainPy's contract) -> System."""

from __future__ import annotations

import ast
import inspect
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from brainpy_lab.equations.constants import literal
from brainpy_lab.equations.identifiers import check_model_name
from brainpy_lab.equations.names import is_noise, substitute, why_reserved
from brainpy_lab.equations.python.capture import Capture
from brainpy_lab.equations.python.numpy_forms import NumpyForms
from brainpy_lab.equations.python.outside import Surroundings, number_or_array, python_function
from brainpy_lab.equations.python.source import function_source
from brainpy_lab.equations.python.unrolled import with_rows
from brainpy_lab.equations.straight import assigned_names
from brainpy_lab.equations.system import Definition, NoiseTerm, Parameter, State, System
from brainpy_lab.equations.text.checks import check_delays, check_no_noise
from brainpy_lab.equations.text.definitions import part_definitions
from brainpy_lab.equations.text.matrices import with_products
from brainpy_lab.equations.text.model_body import DelayReader, ModelBody, ModelScope, straight_equations
from brainpy_lab.equations.text.noise import NoiseSplitter
from brainpy_lab.equations.text.tables import without_tables
from brainpy_lab.errors import ArgumentError, ModelError, ModelSyntaxError, did_you_mean

Amplitude = Callable[..., object] | float
Diffusion = Amplitude | Mapping[str, Amplitude]


def read_function(
    fn: Callable[..., object],
    *,
    name: str | None = None,
    parameters: Mapping[str, object] | None = None,
    initial: Mapping[str, object] | None = None,
    diffusion: Diffusion | None = None,
) -> System:
    """Read a model written as a Python function ``f(states..., t, parameters...)`` that returns the derivatives.

    Parameters
    ----------
    fn : callable
        The function; its defaults are the parameters' values. It is read, never called.
    name : str, optional
        Name of the System; that of the function otherwise.
    parameters : mapping, optional
        Values of parameters, needed for those without a default.
    initial : mapping, optional
        Initial values of states: numbers or arrays.
    diffusion : callable, float or mapping, optional
        A function of the same arguments that returns the amplitude of the noise ``xi_<state>`` of each state, or one
        number for all. A mapping gives such amplitudes for each noise source by name (``xi``, ``xi_2``), each of which
        may drive several states.

    Returns
    -------
    System
        Equal to the System of the same equations in a cell.

    Raises
    ------
    ModelError
        With the position in the function's source.
    ArgumentError
        When a name in ``parameters`` or ``initial`` is none of the function's.

    Examples
    --------
    >>> from brainpy_lab.equations import read_function
    >>> def decay(V, t, tau=10.0):
    ...     return -V / tau
    >>> read_function(decay).parameter_names
    ('tau',)
    """
    try:
        return _Reader(fn, name, parameters or {}).system(initial or {}, diffusion)
    except RecursionError:
        raise ModelSyntaxError("The function is nested too deeply to read.", advice="Split its expressions.") from None


class _Reader:
    """Reads one function.

    Parameters
    ----------
    fn : callable
        The function.
    name : str, optional
        How errors and the System name it.
    given : mapping
        Values of parameters, from the call.
    fallback : mapping
        Values of parameters that have neither a value given nor a default: those of the drift, for a diffusion.
    """

    def __init__(
        self, fn: object, name: str | None, given: Mapping[str, object], fallback: Mapping[str, Parameter] | None = None
    ) -> None:
        function = python_function(fn)
        is_plain = inspect.isroutine(fn) or hasattr(fn, "py_func") or hasattr(fn, "__wrapped__")
        if function is None or not is_plain:
            raise ArgumentError(f"A model is read from a Python function, not from {type(fn).__name__}.")
        self.function = function
        self.name = name or ("Model" if function.__name__ == "<lambda>" else function.__name__)
        check_model_name(self.name)
        self.source, self.node = function_source(function, self.name)
        world = Surroundings(function)
        self.node = NumpyForms(world, self.node).read()
        self.capture = Capture(world.names)
        self.states, arguments = self.split_arguments(skip=1 if inspect.ismethod(fn) else 0)
        self.parameters = self.read_parameters(arguments, given, fallback or {})
        arguments_and_locals = {*self.states, "t", *self.parameters} | assigned_names(self.node.body)
        self.scope = ModelScope(self.source, arguments_and_locals, self.states, self.parameters, self.capture)
        self.rows, self.values = self.equations()

    def split_arguments(self, skip: int) -> tuple[list[str], list[ast.arg]]:
        """Names of the states, before `t`, and the parameters, behind it."""
        spec = self.node.args
        star = spec.vararg or spec.kwarg
        if star is not None:
            raise self.source.error("A model function has no * arguments.", star, "Name its parameters one by one.")
        arguments = [*spec.posonlyargs, *spec.args, *spec.kwonlyargs][skip:]
        for argument in arguments:
            reason = why_reserved(argument.arg)
            if reason is not None and argument.arg != "t":
                raise self.source.error(f"'{argument.arg}' {reason}.", argument, "Give the argument another name.")
        place = next((i for i, a in enumerate(arguments) if a.arg == "t"), None)
        form = f"Write def {self.node.name}(V, w, t, I=0.5): the states, the time t, the parameters."
        if place is None:
            raise self.source.error(
                "The function has no argument 't'.", arguments[-1] if arguments else self.node, form
            )
        if place == 0:
            raise self.source.error("No state stands before 't'.", arguments[0], form)
        return [a.arg for a in arguments[:place]], arguments[place + 1 :]

    def read_parameters(
        self, arguments: Sequence[ast.arg], given: Mapping[str, object], fallback: Mapping[str, Parameter]
    ) -> dict[str, Parameter]:
        """The parameters with their values: given, else the default."""
        names = [a.arg for a in arguments]
        for name in given:
            if name not in names:
                advice = did_you_mean(name, names) or (f"It has: {', '.join(names)}." if names else None)
                raise ArgumentError(f"The function '{self.name}' has no parameter '{name}'.", advice=advice)
        values = {n: p.value for n, p in fallback.items()} | _defaults(self.function) | dict(given)
        found: dict[str, Parameter] = {}
        for argument in arguments:
            name, raw = argument.arg, values.get(argument.arg)
            value = number_or_array(raw)
            if value is None:
                what = "has no value" if raw is None else f"is of type {type(raw).__name__}, not a number or an array"
                advice = f"Give it a default, {name}=1.0, or a value: parameters={{'{name}': 1.0}}."
                raise self.source.error(f"The parameter '{name}' {what}.", argument, advice)
            found[name] = Parameter(name, value, span=self.source.node_span(argument))
        return found

    def equations(self) -> tuple[list[Definition], list[ast.expr]]:
        """The body without branches: named rows, and one expression a state."""
        body = ModelBody(self.source, self.scope, self.capture.prefixes)
        statements = body.block(self.node.body)
        arguments = [*self.states, "t", *self.parameters]
        rows, values = straight_equations(self.source, self.node, statements, arguments, self.capture.helpers)
        if len(values) != len(self.states):
            derivatives = "1 derivative" if len(values) == 1 else f"{len(values)} derivatives"
            states = f"{len(self.states)} states ({', '.join(self.states)})"
            message = f"The function returns {derivatives} for {states}."
            raise self.source.error(message, values[-1], "Return one expression for each argument before 't'.")
        self.scope.local.update(row.name for row in rows)
        resolve = DelayReader(self.scope.delays, self.states)
        return [replace(row, expr=resolve(row.expr)) for row in rows], [resolve(value) for value in values]

    def system(self, initial: Mapping[str, object], diffusion: Diffusion | None) -> System:
        """The System of the function as a drift."""
        amplitudes = self.read_diffusion(diffusion)
        initials = self.read_initial(initial)
        definitions = part_definitions(self.source, self.rows, self.parameters)
        split = NoiseSplitter(self.source, definitions.noisy)
        states = []
        for name, value in zip(self.states, self.values, strict=True):
            part = split(value)
            drift = part.drift or ast.copy_location(ast.Constant(0.0), value)
            span = self.source.node_span(value)
            noise = (*part.terms(), *amplitudes.get(name, ()))
            states.append(State(name, drift, initials.get(name), noise=noise, span=span))
        delays = self.scope.delays.settle(definitions.inline)
        check_delays(self.source, delays, self.parameters, definitions)
        missing = [f"{n}(0) was not given: 0" for n in self.states if n not in initials]
        system = System(
            name=self.name,
            states=tuple(states),
            parameters=tuple(self.parameters.values()),
            derived=definitions.derived,
            intermediates=definitions.intermediates,
            delays=delays,
            functions=tuple(helper.finished() for helper in self.capture.helpers.values()),
            doc=ast.get_docstring(self.node) or "",
            text=self.source.text,
            origin=self.source.origin,
            notes=(*missing, *definitions.notes, *self.capture.notes),
        )
        system = with_products(system, self.source)
        return without_tables(with_rows(system), self.capture.tables)

    def read_initial(self, given: Mapping[str, object]) -> dict[str, ast.expr]:
        """Initial values as expressions; arrays become parameters."""
        found: dict[str, ast.expr] = {}
        for name, raw in given.items():
            if name not in self.states:
                advice = did_you_mean(name, self.states) or f"Its states are: {', '.join(self.states)}."
                raise ArgumentError(f"The function '{self.name}' has no state '{name}'.", advice=advice)
            value = number_or_array(raw)
            if value is None:
                raise ArgumentError(f"The initial value of '{name}' is no number or array, but {type(raw).__name__}.")
            if isinstance(value, np.ndarray):
                own = self.free_name(f"{name}_0")
                self.parameters[own] = Parameter(own, value, description=f"initial value of {name}")
                found[name] = ast.Name(own, ast.Load())
            else:
                found[name] = literal(value)
        return found

    def free_name(self, name: str) -> str:
        """``name``, with a number behind it when the function has it already."""
        own, number = name, 2
        while own in self.scope.local or own in self.parameters:
            own, number = f"{name}_{number}", number + 1
        return own

    def read_diffusion(self, diffusion: Diffusion | None) -> dict[str, list[NoiseTerm]]:
        """Noise of each state; states without noise are left out."""
        if not isinstance(diffusion, Mapping):
            own = self.read_amplitudes(diffusion)
            return {name: [NoiseTerm(f"xi_{name}", amplitude)] for name, amplitude in own.items()}
        found: dict[str, list[NoiseTerm]] = {}
        for source, amplitudes in diffusion.items():
            if not is_noise(source):
                raise ArgumentError(
                    f"'{source}' is no name of a noise source.", advice="They begin with xi: xi, xi_1, xi_common."
                )
            for name, amplitude in self.read_amplitudes(amplitudes).items():
                found.setdefault(name, []).append(NoiseTerm(source, amplitude))
        return found

    def read_amplitudes(self, diffusion: Amplitude | None) -> dict[str, ast.expr]:
        """Amplitudes by state; states without noise are left out."""
        number = number_or_array(diffusion)
        if diffusion is None or number == 0.0:
            return {}
        if isinstance(number, float):
            if not np.isfinite(number):
                raise ArgumentError(f"An amplitude of noise is a finite number, not {number}.")
            return {name: literal(number) for name in self.states}
        other = _Reader(diffusion, None, {}, self.parameters)
        if other.states != self.states:
            message = f"The diffusion has the states {', '.join(other.states)}; the drift has {', '.join(self.states)}."
            raise other.source.error(message, other.node.args.args[0], "Give both the same arguments.")
        self.join(other)
        found: dict[str, ast.expr] = {}
        for name, value in zip(self.states, other.values, strict=True):
            for row in reversed(other.rows):
                value = substitute(value, {row.name: row.expr})
            check_no_noise(other.source, value, "a diffusion")
            if not (isinstance(value, ast.Constant) and value.value == 0):
                found[name] = value
        return found

    def join(self, other: _Reader) -> None:
        """Take over the parameters and helper functions of the diffusion."""
        if other.scope.delays:
            delay = next(iter(other.scope.delays.values()))
            raise other.source.error("A diffusion has no delays.", delay.span)
        for name, parameter in other.parameters.items():
            mine = self.parameters.setdefault(name, parameter)
            if not np.array_equal(mine.value, parameter.value):
                message = f"The parameter '{name}' has two values: one in the drift, one in the diffusion."
                raise ModelError(message, advice="Give it the same default in both.")
        for name, helper in other.capture.helpers.items():
            if other.capture.objects[name] is not self.capture.objects.setdefault(name, other.capture.objects[name]):
                raise ModelError(
                    f"Two different functions are called '{name}'.", advice="Give one of them another name."
                )
            self.capture.helpers.setdefault(name, helper)
        self.capture.notes += [note for note in other.capture.notes if note not in self.capture.notes]


def _defaults(function: types.FunctionType) -> dict[str, object]:
    parameters = inspect.signature(function, follow_wrapped=False).parameters.values()
    return {p.name: p.default for p in parameters if p.default is not p.empty}
