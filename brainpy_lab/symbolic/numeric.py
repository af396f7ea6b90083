"""The numeric view of a System: right-hand side, derivatives and intermediates as NumPy functions.

It is what the analyses evaluate: vectorised over any trailing shape, quick to build, free of compilers.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, lru_cache
from threading import RLock
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from brainpy_lab.equations.system import Definition, System
from brainpy_lab.errors import AnalysisError, ArgumentError, did_you_mean
from brainpy_lab.symbolic.compiling import Compiler, names_read
from brainpy_lab.symbolic.inline import NotStraightError, inline
from brainpy_lab.symbolic.kept import Expressions, kept
from brainpy_lab.symbolic.plain import PLAIN
from brainpy_lab.symbolic.singularities import filled_system
from brainpy_lab.symbolic.view import view, working

Array = NDArray[Any]

#: The second Lyapunov coefficient takes derivatives along five directions (Y. A. Kuznetsov 2004, chapter 8), and
#: nothing takes more.
MOST_DIRECTIONS = 5

#: Functions that a complex step goes wrong through.
_NOT_ANALYTIC = frozenset({"abs", "sign", "floor", "ceil", "minimum", "maximum", "clip", "heaviside"})


class NumericSystem:
    """NumPy functions of one System; make it with `numeric`.

    Noise is left out, and a delayed state has the value of the present one, so that zeros of `rhs` are the equilibria.
    Floating-point warnings are silent here: grids meet removable singularities, and callers look at finiteness.

    Parameters
    ----------
    system : System
    """

    def __init__(self, system: System) -> None:
        self.system = system = filled_system(system)  # before anything is compiled: slopes too are finite at 0/0
        self._parameters = system.parameter_names
        self._compiler = Compiler(system)
        self._lock = RLock()
        self._functions: dict[tuple[Any, ...], Callable[..., Any]] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        return numeric, (self.system,)  # functions are compiled anew where a copy is used

    def rhs(self, y: ArrayLike, params: Mapping[str, Any], t: ArrayLike = 0.0) -> Array:
        """The drift of every state.

        Parameters
        ----------
        y : array, shape (n_states, ...)
            States, in the order of ``system.states``.
        params : mapping
            A value for every parameter; arrays broadcast against ``y[0]``.
        t : float or array

        Returns
        -------
        ndarray, shape (n_states, ...)
        """
        return self._stack(self._evaluate(self._rhs, y, params, t), y)

    def jacobian(self, y: ArrayLike, params: Mapping[str, Any], t: ArrayLike = 0.0) -> Array:
        """The derivatives of all drifts by all states: entry (i, j) is d(drift i)/d(state j).

        Exact, by SymPy; by complex step to rounding error where a helper function has loops, and by central differences
        to about ten digits where such a model is not analytic besides.

        Returns
        -------
        ndarray, shape (n_states, n_states, ...)
        """
        return self._slopes(self.system.state_names, np.asarray(y, dtype=float), params, t)

    def parameter_jacobian(
        self, y: ArrayLike, params: Mapping[str, Any], t: ArrayLike = 0.0, *, by: Sequence[str] | None = None
    ) -> Array:
        """The derivatives of all drifts by parameters: entry (i, k) is d(drift i)/d(parameter k).

        Found as those of `jacobian` are, and as exact. They are total: through derived parameters and intermediates
        too. A delayed state has the present value, so that lengths of delays have no influence. Only the parameters
        asked for are differentiated by, and each choice of them is compiled once.

        Parameters
        ----------
        y : array, shape (n_states, ...)
        params : mapping
            A value for every parameter; arrays broadcast against ``y[0]``, and the derivative is that of each element
            by the parameter's own element.
        t : float or array
        by : sequence of str, optional
            Names of parameters, in the order of the second axis; by default all, in the order of
            ``system.parameters``.

        Returns
        -------
        ndarray, shape (n_states, n_parameters, ...)
            The trailing shape is that to which ``y[0]``, the parameters and ``t`` broadcast.

        Raises
        ------
        ArgumentError
            For a name that is no parameter, or one given twice.
        AnalysisError
            Where a drift mixes the elements of an array (matrix products, ``sum``, ``x[0]``), or has no derivative in
            the language's terms (``gammaln``).
        """
        return self._slopes(self._parameters_named(by), np.asarray(y, dtype=float), params, t)

    def directional(
        self,
        y: ArrayLike,
        directions: Sequence[ArrayLike],
        params: Mapping[str, Any],
        t: ArrayLike = 0.0,
        *,
        by: Sequence[str] = (),
    ) -> Array:
        """A derivative of the drift along directions: B(u, v) for two of them, C(u, v, w) for three.

        B(u, v) is the sum over j and k of d²f/(dy_j dy_k) u_j v_k: what normal forms are made of. It is linear in each
        direction and does not depend on their order; eigenvectors may be complex. Exact: the definitions of the model
        are differentiated along each direction, one after another, so that no tensor of derivatives is formed.

        Parameters
        ----------
        y : array, shape (n_states, ...)
        directions : sequence of one to five arrays, shape (n_states + n_by, ...)
            Their trailing shapes broadcast against that of ``y``.
        params, t
            As for `rhs`.
        by : sequence of str
            Parameters that the directions have components for, after those of the states: for mixed derivatives.

        Returns
        -------
        ndarray, shape (n_states, ...)
            Complex where a direction is.

        Raises
        ------
        ArgumentError
            For directions of a wrong number or length, and unknown parameters.
        AnalysisError
            Where there is no exact derivative: a helper function has loops, a drift mixes the elements of an array.

        References
        ----------
        Y. A. Kuznetsov (2004). Elements of Applied Bifurcation Theory, 3rd ed., sections 3.5 and 5.4.
        doi:10.1007/978-1-4757-3978-7
        """
        names = self._parameters_named(by)
        vectors = [np.asarray(d) for d in directions]
        size = len(self.system.states) + len(names)
        if not 1 <= len(vectors) <= MOST_DIRECTIONS:
            raise ArgumentError(
                f"There are {len(vectors)} directions.", advice=f"Give 1 to {MOST_DIRECTIONS}, as a list: [u, v]."
            )
        for vector in vectors:
            if vector.ndim == 0 or len(vector) != size:
                raise ArgumentError(
                    f"A direction has shape {vector.shape}; it must have {size} components along the first axis."
                )
        function = self._compiled(("directional", len(vectors), *names), lambda: self._along(len(vectors), names))
        y = np.asarray(y, dtype=float)
        return self._stack(self._evaluate(function, y, params, t, *(c for v in vectors for c in v)), y)

    def at_point(self, names: Sequence[str]) -> Callable[..., tuple[float, ...]] | None:
        """The drift and its derivatives by states or parameters at one point, in plain numbers; None where inexact.

        The function takes states, parameters and t by position. It gives all drifts, then the derivatives of the first
        one by all ``names``, of the second one, and so on. It raises ArithmeticError, ValueError or TypeError where
        NumPy gives infinity or nan.
        """
        if self.derivative != "exact":
            return None
        return self._compiled(("at point", *names), lambda: self._both(tuple(names), functions=PLAIN))

    def at(self, y: ArrayLike, params: Mapping[str, Any], t: ArrayLike, by: Sequence[str]) -> tuple[Array, Array]:
        """`rhs` and its derivatives ``by`` states or parameters from one evaluation, where they are exact."""
        function = self._compiled(("at", *by), lambda: self._both(tuple(by)))
        found, n = self._stack(self._evaluate(function, y, params, t), y), len(self.system.states)
        return found[:n], found[n:].reshape(n, len(by), *found.shape[1:])

    def _both(self, names: tuple[str, ...], **further: Any) -> Callable[..., tuple[Any, ...]]:
        zero, slopes = ast.Constant(0.0), self._slope_code(names)
        drifts = [zero if s.drift is None else s.drift for s in self.system.states]
        return self._compiler.compile([*drifts, *slopes.results], slopes.definitions, **further)

    def intermediates(self, y: ArrayLike, params: Mapping[str, Any], t: ArrayLike = 0.0) -> dict[str, Array]:
        """Every derived parameter and intermediate by name, each with the trailing shape of ``y``."""
        names = [d.name for d in (*self.system.derived, *self.system.intermediates)]
        if not names:
            return {}
        return dict(zip(names, self._stack(self._evaluate(self._intermediates, y, params, t), y), strict=True))

    @cached_property
    def derivative(self) -> str:
        """How the Jacobian is found: 'exact', 'complex step' or 'central difference'."""
        expressions = [s.drift for s in self.system.states if s.drift is not None]
        expressions += [d.expr for d in self.system.derived + self.system.intermediates]
        try:
            for expr in expressions:
                inline(expr, self.system.functions)
            return "exact"
        except NotStraightError:  # loops: what stands in them decides whether a complex argument goes through
            bodies = [s for f in self.system.functions for s in f.node.body]
            nodes = [n for tree in [*expressions, *bodies] for n in ast.walk(tree)]
            steps = any(isinstance(n, ast.FloorDiv | ast.Mod) for n in nodes)
            names = {n.id for n in nodes if isinstance(n, ast.Name)}
            return "central difference" if steps or names & _NOT_ANALYTIC else "complex step"

    @cached_property
    def _rhs(self) -> Callable[..., tuple[Any, ...]]:
        zero = ast.Constant(0.0)
        with self._lock:
            return self._compiler.compile([zero if s.drift is None else s.drift for s in self.system.states])

    @cached_property
    def _intermediates(self) -> Callable[..., tuple[Any, ...]]:
        with self._lock:
            return self._compiler.compile([d.expr for d in (*self.system.derived, *self.system.intermediates)])

    def _parameters_named(self, by: Sequence[str] | None) -> tuple[str, ...]:
        """The names of parameters that are meant, checked."""
        known = self._parameters
        if by is None:
            return known
        if isinstance(by, str):
            raise ArgumentError("by takes a list of parameters.", advice=f"Write by=['{by}'].")
        for k, name in enumerate(by):
            if name not in known:
                raise ArgumentError(
                    f"'{name}' is no parameter of {self.system.name}.", advice=did_you_mean(str(name), known)
                )
            if name in by[:k]:
                raise ArgumentError(f"The parameter '{name}' is given twice.")
        return tuple(by)

    def _slopes(self, names: tuple[str, ...], y: Array, params: Mapping[str, Any], t: ArrayLike) -> Array:
        """The derivatives of all drifts by the states or parameters ``names``, shape (n_states, n_names, ...)."""
        shape = (len(self.system.states), len(names))
        if not names:
            return np.empty((*shape, *self.rhs(y, params, t).shape[1:]))
        if self.derivative == "exact":
            function = self._compiled(("slopes", *names), lambda: self._exact_slopes(names))
            flat = self._stack(self._evaluate(function, y, params, t), y)
            return flat.reshape((*shape, *flat.shape[1:]))
        difference = self._complex_step if self.derivative == "complex step" else self._central_difference
        return np.stack([difference(y, name, params, t) for name in names], axis=1)

    def _compiled(self, key: tuple[Any, ...], make: Callable[[], Callable[..., Any]]) -> Callable[..., Any]:
        """What ``make`` compiles, once for each ``key``."""
        with self._lock:
            if key not in self._functions:
                self._functions[key] = make()
            return self._functions[key]

    def _along(self, order: int, names: tuple[str, ...]) -> Callable[..., tuple[Any, ...]]:
        def ask() -> Expressions:
            from brainpy_lab.symbolic.directional import directional

            return directional(self.system, order, names)

        code = kept(self.system, f"along {order} directions of states and {names}", ask)
        return self._compiler.compile(code.results, code.definitions, code.arguments)

    def _exact_slopes(self, names: tuple[str, ...]) -> Callable[..., tuple[Any, ...]]:
        code = self._slope_code(names)
        return self._compiler.compile(code.results, code.definitions)

    def _slope_code(self, names: tuple[str, ...]) -> Expressions:
        """The derivatives of all drifts by ``names``, and what they have in common."""

        def ask() -> Expressions:
            with working():
                return self._slope_expressions(names)

        return kept(self.system, f"slopes by {names}", ask)

    def _slope_expressions(self, names: tuple[str, ...]) -> Expressions:
        import sympy

        from brainpy_lab.symbolic.printing import to_ast

        symbols = view(self.system)
        entries = [self._entry(symbols, s, x) for s in self.system.state_names for x in names]
        temporaries = sympy.numbered_symbols("shared ", real=True)  # a space: no clash with the model's names
        shared, results = sympy.cse(entries, symbols=temporaries, list=True)
        return Expressions([to_ast(r) for r in results], [Definition(s.name, to_ast(value)) for s, value in shared])

    def _entry(self, symbols: Any, state: str, by: str) -> Any:
        """d(drift of state)/d(by), through the present and every delayed value of ``by``."""
        delayed = [d.name for d in self.system.delays if d.state == by]
        return sum((symbols.drift_derivative(state, name) for name in [by, *delayed]), start=0)

    def _moved(
        self, y: Array, params: Mapping[str, Any], name: str, by: Any
    ) -> tuple[NDArray[Any], dict[str, NDArray[Any]]]:
        """States and parameters with ``by`` added to that called ``name``."""
        if name in params and name not in self.system.state_names:
            return y, {**params, name: np.asarray(params[name]) + by}
        moved = y.astype(np.result_type(y, by))
        moved[self.system.state_names.index(name)] += by
        return moved, dict(params)

    def _complex_step(self, y: Array, name: str, params: Mapping[str, Any], t: ArrayLike) -> Array:
        step = 1e-30  # no difference is formed: the smaller the better, as long as its square is a number
        moved, values = self._moved(y, params, name, 1j * step)
        return np.asarray(self._stack(self._evaluate(self._rhs, moved, values, t), moved).imag / step)

    def _central_difference(self, y: Array, name: str, params: Mapping[str, Any], t: ArrayLike) -> Array:
        """Five-point differences of fourth order, with the step at which eps/h and h**4, the errors, are equal."""
        if name in self.system.state_names:
            scale: Any = np.maximum(1.0, np.abs(y[self.system.state_names.index(name)]))
        else:  # a parameter may be a capacitance of 1e-9
            size = np.abs(params[name])
            scale = np.where(size > 0, size, 1.0)
        step = np.finfo(float).eps ** 0.2 * scale
        values = {k: self.rhs(*self._moved(y, params, name, k * step), t) for k in (-2, -1, 1, 2)}
        result: Array = (8 * (values[1] - values[-1]) - (values[2] - values[-2])) / (12 * step)
        return result

    def _evaluate(
        self,
        function: Callable[..., tuple[Any, ...]],
        y: ArrayLike,
        params: Mapping[str, Any],
        t: ArrayLike,
        *further: Any,
    ) -> Any:
        """Call a compiled function with the states, the parameters in their order, t, and what else it takes."""
        y = np.asarray(y)
        if y.ndim == 0 or len(y) != len(self.system.states):
            raise ArgumentError(
                f"{self.system.name} has {len(self.system.states)} states, but y has shape {y.shape}.",
                advice="Put the states along the first axis.",
            )
        try:
            values = [_double(params[p]) for p in self._parameters]
        except KeyError:
            missing = [p for p in self._parameters if p not in params]
            raise ArgumentError(f"No value for the parameters {', '.join(missing)} of {self.system.name}.") from None
        try:
            with np.errstate(all="ignore"):
                return function(*y, *values, _double(t), *further)
        except ArithmeticError as error:
            raise AnalysisError(
                f"{self.system.name} cannot be evaluated: {error}.", advice="Look for numbers divided by zero in it."
            ) from error

    def _stack(self, values: tuple[Any, ...], y: ArrayLike) -> Array:
        """Values of different shapes, constants among them, as one array."""
        shape = np.shape(y)[1:]
        # the usual case, without broadcasting: searches evaluate thousands of small arrays
        if all(type(v) is np.ndarray and v.dtype == np.float64 and v.shape == shape for v in values):
            return np.array(values)
        shapes = {np.shape(v) for v in values} - {(), shape}
        if shapes:
            shape = np.broadcast_shapes(shape, *shapes)
        result = np.empty((len(values), *shape), np.result_type(float, *values))
        for i, value in enumerate(values):
            result[i] = value
        return result


def _double(value: Any) -> Any:
    """A number as NumPy's own, whose division by zero gives infinity; arrays as they are."""
    return np.float64(value) if isinstance(value, int | float) else value


@lru_cache(maxsize=256)
def numeric(system: System) -> NumericSystem:
    """The numeric view of ``system``, made once for each fingerprint.

    Parameters
    ----------
    system : System

    Returns
    -------
    NumericSystem

    Raises
    ------
    AnalysisError
        For a synapse: the states of its two sides are not its own.
    """
    outside = {n for s in system.states if s.drift is not None for n in names_read(s.drift) if "." in n}
    if outside:
        raise AnalysisError(f"{system.name} depends on {', '.join(sorted(outside))} of another group.")
    return NumericSystem(system)
