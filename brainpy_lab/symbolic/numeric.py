"""The numeric view of a System: right-hand side, Jacobian and intermediates as NumPy functions.

It is what the analyses evaluate: vectorised over any trailing shape, quick to build, free of compilers.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from functools import cached_property, lru_cache
from threading import RLock
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from brainpy_lab.equations.system import Definition, System
from brainpy_lab.errors import AnalysisError, ArgumentError
from brainpy_lab.symbolic.compiling import Compiler, names_read
from brainpy_lab.symbolic.inline import NotStraightError, inline
from brainpy_lab.symbolic.singularities import filled_system
from brainpy_lab.symbolic.view import view, working

Array = NDArray[Any]

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
        self.system = system = filled_system(system)
        self._parameters = system.parameter_names
        self._compiler = Compiler(system)
        self._lock = RLock()

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
        y = np.asarray(y, dtype=float)
        n = len(self.system.states)
        if self.derivative == "exact":
            flat = self._stack(self._evaluate(self._jacobian, y, params, t), y)
            return flat.reshape((n, n, *flat.shape[1:]))
        difference = self._complex_step if self.derivative == "complex step" else self._central_difference
        return np.stack([difference(y, j, params, t) for j in range(n)], axis=1)

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
        except NotStraightError:
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

    @cached_property
    def _jacobian(self) -> Callable[..., tuple[Any, ...]]:
        import sympy

        from brainpy_lab.symbolic.printing import to_ast

        symbols = view(self.system)
        with working():
            entries = [self._entry(symbols, s, x) for s in self.system.state_names for x in self.system.state_names]
            temporaries = sympy.numbered_symbols("shared ", real=True)  # a space: no clash with the model's names
            shared, results = sympy.cse(entries, symbols=temporaries, list=True)
            extra = [Definition(s.name, to_ast(value)) for s, value in shared]
            return self._compiler.compile([to_ast(r) for r in results], extra)

    def _entry(self, symbols: Any, state: str, by: str) -> Any:
        """d(drift of state)/d(by), through the present and every delayed value of ``by``."""
        delayed = [d.name for d in self.system.delays if d.state == by]
        return sum((symbols.drift_derivative(state, name) for name in [by, *delayed]), start=0)

    def _complex_step(self, y: Array, j: int, params: Mapping[str, Any], t: ArrayLike) -> Array:
        step = 1e-30
        moved = y.astype(complex)
        moved[j] += 1j * step
        return np.asarray(self._stack(self._evaluate(self._rhs, moved, params, t), moved).imag / step)

    def _central_difference(self, y: Array, j: int, params: Mapping[str, Any], t: ArrayLike) -> Array:
        """Fourth order, with the step at which rounding and truncation errors meet."""
        step = np.finfo(float).eps ** 0.2 * np.maximum(1.0, np.abs(y[j]))
        values = {}
        for k in (-2, -1, 1, 2):
            moved = y.copy()
            moved[j] = y[j] + k * step
            values[k] = self.rhs(moved, params, t)
        result: Array = (8 * (values[1] - values[-1]) - (values[2] - values[-2])) / (12 * step)
        return result

    def _evaluate(
        self, function: Callable[..., tuple[Any, ...]], y: ArrayLike, params: Mapping[str, Any], t: ArrayLike
    ) -> Any:
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
                return function(*y, *values, _double(t))
        except ArithmeticError as error:
            raise AnalysisError(
                f"{self.system.name} cannot be evaluated: {error}.", advice="Look for numbers divided by zero in it."
            ) from error

    def _stack(self, values: tuple[Any, ...], y: ArrayLike) -> Array:
        """Values of different shapes, constants among them, as one array."""
        shape = np.shape(y)[1:]
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
