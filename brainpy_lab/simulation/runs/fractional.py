"""Fractional runs: orders and initial slopes as numbers, meshes, windows, and the memory that a run continues with."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from brainpy_lab.codegen.printing import names_used
from brainpy_lab.drivers.feeds.memory_sums import MemorySums
from brainpy_lab.equations.system import CONSTANTS, System
from brainpy_lab.errors import ArgumentError, MethodError
from brainpy_lab.simulation.run_defaults import is_finite, is_number
from brainpy_lab.simulation.runs.clock import count_of
from brainpy_lab.simulation.runs.plan import Memory, Plan
from brainpy_lab.simulation.runs.record_size import check_record_memory
from brainpy_lab.simulation.runs.request import Request
from brainpy_lab.simulation.solution.checkpoint import Checkpoint, in_part
from brainpy_lab.simulation.values.initial import value_of
from brainpy_lab.simulation.values.problem import Problem
from brainpy_lab.solvers.fractional import FractionalMethod, fractional_states
from brainpy_lab.symbolic.compiling import helper_functions

#: Of a checkpoint, in its part "sums": what was remembered of a state, its order, and its state and slope at the start.
_KINDS = ("remembered", "order", "start", "slope")
MOST_GRADED = 1_000_000  # steps of a graded mesh: its sums take the square of that
_LONGEST_TRACED = 4000  # steps of a run through which a derivative is taken


def memory_of(method: Any, system: System, request: Request) -> Memory | None:
    """The options of a run that belong to fractional methods, checked; None for other methods.

    Raises
    ------
    ArgumentError
        An option that the method does not have, or a value out of range.
    """
    grading, window, initial = request.grading, request.memory, request.initial
    record_every = request.record_every
    if not isinstance(method, FractionalMethod):
        for name, value in (("grading", grading), ("memory", window)):
            if value is not None:
                raise ArgumentError(
                    f"'{name}' belongs to fractional methods; '{method.name}' has no memory.",
                    advice="Fractional models run with method='caputo_pece', 'caputo_l1', 'caputo_pi' or "
                    "'grunwald_letnikov'.",
                )
        return None
    for name, value, able in (("grading", grading, method.has_meshes), ("memory", window, method.has_window)):
        if value is None:
            continue
        if not is_number(value) or not is_finite(value):
            raise ArgumentError(f"{name} must be a number, not {value!r}.")
        if not able:
            other = "'grunwald_letnikov'" if name == "memory" else "'caputo_pece', 'caputo_l1' or 'caputo_pi'"
            raise ArgumentError(f"'{method.name}' has no {name}.", advice=f"Choose method={other}.")
        if value <= 0 or (name == "grading" and value < 1):
            least = "at least 1" if name == "grading" else "above 0"
            raise ArgumentError(f"{name} must be {least}, not {value:g}.")
    earlier = _earlier(request.checkpoint, system, method, grading, float(request.dt))
    for name in set(initial or {}) & set(fractional_states(system)) if earlier is not None else ():
        raise ArgumentError(
            f"'{name}' cannot be set where a fractional run is continued: its memory would not fit.",
            advice="Let an event set it, or begin a run of its own.",
        )
    if record_every is not None and grading not in (None, 1):
        raise ArgumentError("A run with grading records at the times of its mesh.", advice="Leave record_every out.")
    return Memory(1.0 if grading is None else float(grading), None if window is None else float(window), earlier)


def _earlier(
    start: Checkpoint | None, system: System, method: FractionalMethod, grading: float | None, dt: float
) -> Mapping[str, Any] | None:
    """The memory of a run that is continued."""
    if start is None or not fractional_states(system):
        return None
    made = start.numbers.get("method") or "another method"
    uniform = "step" in start.numbers and grading in (None, 1)
    if made != method.name or not uniform:
        reason = f"it was made with '{made}'" if uniform else "memory is continued on uniform steps only"
        raise ArgumentError(
            f"The solution of '{start.model_name}' cannot be continued with '{method.name}': {reason}.",
            advice="A fractional run continues with the method, dt and orders it began with, without grading.",
        )
    known = start.numbers["dt"]
    if known != dt:
        message = f"The solution was made with dt = {known:g} and cannot go on with {dt:g}."
        raise ArgumentError(message, advice="A fractional run continues with the method, dt and orders it began with.")
    return {**start.part("hidden"), **start.part("sums")} if start.numbers["step"] else None


def mesh_of(memory: Memory | None, duration: float, dt: float) -> np.ndarray | None:
    """Times of a graded mesh of ceil(duration/dt) steps, counted from the start; None for uniform steps."""
    if memory is None or memory.is_uniform:
        return None
    n = count_of(duration, dt)
    if n > MOST_GRADED:
        raise ArgumentError(
            f"A graded mesh of {n:,} steps takes {float(n) ** 2:.1g} operations for its sums: hours at least.",
            advice=f"Take a larger dt (at most {MOST_GRADED:,} steps), or no grading: uniform steps need far fewer.",
        )
    return np.asarray(duration * (np.arange(n + 1) / n) ** memory.grading)


@dataclass(frozen=True)
class Begun:
    """How the fractional states of a run begin, state by state.

    Attributes
    ----------
    names : tuple of str
    orders, starts, slopes : list of array
        Each order, and where each state started and how it moved then.
    remembered : array (states, steps, ...) or None
        What the steps remembered that the run goes on from.
    """

    names: tuple[str, ...]
    orders: list[np.ndarray]
    starts: list[np.ndarray]
    slopes: list[np.ndarray]
    remembered: np.ndarray | None = None

    @classmethod
    def of(
        cls, problem: Problem, method: FractionalMethod, shape: tuple[int, ...], earlier: Mapping[str, Any] | None
    ) -> Begun:
        """From the numbers of a run; ``earlier`` is the memory of the run that it continues, see `entries_of`.

        Raises
        ------
        ArgumentError, MethodError
            An order out of range, or a memory that does not fit this run.
        """
        names, known = fractional_states(problem.system), _known(problem)
        orders = [_order(problem, method, name, known, shape) for name in names]
        if earlier is not None:
            remembered, starts, slopes = _continued(problem, earlier, names, orders, shape)
            return cls(names, orders, starts, slopes, remembered)
        # a start through which a derivative may be taken is added by the flow
        starts = [_whole(problem, 0.0 if problem.traced else problem.states[n], shape) for n in names]
        slopes = [_slope(problem, n, known, order, shape) for n, order in zip(names, orders, strict=True)]
        return cls(names, orders, starts, slopes)

    def sums(
        self,
        method: FractionalMethod,
        steps: int,
        dt: float,
        shape: tuple[int, ...],
        *,
        mesh: np.ndarray | None = None,
        window: int | None = None,
    ) -> MemorySums:
        """The sums over the past of ``steps`` steps from the start."""
        times = mesh if mesh is not None else np.arange(steps + 1) * dt
        free = np.empty((len(self.names), len(method.sum_names), steps, *shape))
        for own, a, start, slope in zip(free, self.orders, self.starts, self.slopes, strict=True):
            own[...] = method.free_motion(a, start, slope, times, dt if mesh is None else None)
        sums = MemorySums(
            method, self.orders, free, dt, mesh=mesh, window=window, starts=self.starts, slopes=self.slopes
        )  # fmt: skip
        if self.remembered is not None:
            sums.remembered[:, : self.remembered.shape[1]] = self.remembered
        return sums


def make_sums(problem: Problem, plan: Plan) -> MemorySums:
    """The sums over the past of a run.

    Raises
    ------
    ArgumentError, MethodError, MemoryLimitError
        An order out of range, a memory that does not fit this run, or more of it than there is room for.
    """
    method, memory = plan.method, plan.memory
    assert isinstance(method, FractionalMethod) and memory is not None
    shape = problem.shape if problem.mixes else (problem.lanes,) if problem.shape else ()
    if problem.traced:
        shape = ()
        _check_traced(plan)
    begun = Begun.of(problem, method, shape, memory.earlier)
    copies = {f"memory of {n}": (2 + len(method.sum_names),) for n in begun.names}
    check_record_memory(plan.end, copies, shape)
    window = None if memory.window is None else max(1, round(memory.window / plan.dt))
    return begun.sums(method, plan.end, plan.dt, shape, mesh=plan.mesh, window=window)


def _check_traced(plan: Plan) -> None:
    """Refuse derivatives through long runs."""
    if plan.n_steps > _LONGEST_TRACED:
        raise ArgumentError(
            f"A derivative through a fractional run keeps the weights of all pairs of its {plan.n_steps:,} steps; "
            f"at most {_LONGEST_TRACED:,} steps can be taken.",
            advice="Take a larger dt or a shorter run.",
        )
    if plan.memory is not None and plan.memory.earlier is not None:
        raise ArgumentError("A derivative cannot be taken through the continuation of a fractional run.")


def shifts(problem: Problem, plan: Plan, names: tuple[str, ...]) -> dict[str, Any]:
    """Hidden variables that a method adds to the model's own: those of the run that is continued, else 0."""
    earlier = (plan.memory.earlier if plan.memory else None) or {}
    shape = problem.shape if problem.mixes else (problem.lanes,) if problem.shape else ()
    return {n: _whole(problem, earlier.get(n, 0.0), shape) for n in names if n not in problem.hidden}


def memory_entries(problem: Problem, sums: MemorySums, done: int) -> dict[str, Any]:
    """What a checkpoint must hold for the run to be continued after ``done`` steps."""
    if sums.mesh is not None:
        return {}
    return in_part("sums", entries_of(sums, fractional_states(problem.system), done, problem.shape))


def entries_of(sums: MemorySums, names: tuple[str, ...], done: int, shape: tuple[int, ...]) -> dict[str, np.ndarray]:
    """What ``done`` steps have left in the memory of states, by ``state/kind``."""
    entries = {}
    for i, name in enumerate(names):
        remembered = sums.remembered[i, :done]
        values = (remembered.reshape(len(remembered), *shape), sums.orders[i], sums.starts[i], sums.slopes[i])
        for kind, value in zip(_KINDS, values, strict=True):
            value = np.asarray(value)
            entries[f"{name}/{kind}"] = value.reshape(shape) if kind != "remembered" and value.ndim else value
    return entries


def short_memory(problem: Problem, sums: MemorySums, done: int) -> dict[str, Any]:
    """Statistics of a run that forgets: the window, and a bound on the error of each fractional derivative.

    The increments forgotten are those older than the window, those of the runs that this one continues among them; the
    derivative lacks at most the largest weight among them times the sum of their magnitudes.
    """
    if sums.window is None:
        return {}
    from scipy.special import gamma  # takes long to load, which only fractional models should wait for

    bounds = {}
    for i, name in enumerate(fractional_states(problem.system)):
        order = sums.orders[i]
        increments = sums.remembered[i, :done]
        gone = np.abs(increments[: max(0, len(increments) - sums.window)]).sum(axis=0)
        length = sums.window * sums.dt
        with np.errstate(all="ignore"):
            weight = np.where(order == 1, 0.0, np.abs(length**-order / gamma(1.0 - order)))
        bounds[name] = float(np.max(weight * gone, initial=0.0))
    return {"short_memory": {"window": sums.window * sums.dt, "steps": sums.window, "derivative_error": bounds}}


def _known(problem: Problem) -> dict[str, Any]:
    system = problem.system
    known: dict[str, Any] = {**CONSTANTS, **helper_functions(system), **problem.parameters, **problem.states}
    if problem.traced:
        known = {n: v for n, v in known.items() if callable(v) or isinstance(v, int | float | np.ndarray)}
    for definition in system.derived:
        if names_used(definition.expr) <= set(known):
            known[definition.name] = value_of(definition.expr, known)
    return known


def _flat(problem: Problem, value: Any, shape: tuple[int, ...]) -> np.ndarray:
    """A value along the lanes of the run; one number for all lanes stays one."""
    array = np.asarray(value, dtype=float)
    if array.ndim == 0 or not problem.shape:
        return array
    return np.broadcast_to(array, problem.shape).reshape(shape)


def _whole(problem: Problem, value: Any, shape: tuple[int, ...]) -> np.ndarray:
    """A value for every lane of the run."""
    flat = _flat(problem, value, shape)
    return flat if flat.shape == shape else np.broadcast_to(flat, shape)


def _order(
    problem: Problem, method: FractionalMethod, name: str, known: Mapping[str, Any], shape: tuple[int, ...]
) -> np.ndarray:
    expr, reads = _order_of(problem.system, name)
    moved = {n for n in reads if n not in known or n in problem.drives}
    if moved and problem.traced:
        raise ArgumentError(
            f"A derivative cannot be taken through the order of '{name}'.", advice="Compare values of it."
        )
    if moved:
        raise ArgumentError(
            f"The order of '{name}' depends on '{min(moved)}', which moves in time; an order is constant in a run.",
            advice=f"Give '{min(moved)}' a number, or an array to compare orders.",
        )
    order = _flat(problem, value_of(expr, known), shape)
    least, most = (float(order.min()), float(order.max())) if order.ndim else (float(order),) * 2
    if not 0 < least <= most <= 2:
        wrong = np.unique(order[~((order > 0) & (order <= 2))])
        raise ArgumentError(f"The order of '{name}' is {wrong[0]:g}; it lies above 0 and at most at 2.")
    if most > method.largest_order:
        raise MethodError(
            f"'{method.name}' solves orders up to {method.largest_order:g}; that of '{name}' is {most:g}.",
            advice="Choose method='caputo_pece' or, for stiff models, method='caputo_pi'.",
        )
    return order


def orders_of(problem: Problem) -> dict[str, Any]:
    """Orders of the fractional states, those left out that cannot be told before the run."""
    known = _known(problem)
    found = {n: _order_of(problem.system, n) for n in fractional_states(problem.system)}
    return {n: value_of(expr, known) for n, (expr, reads) in found.items() if reads <= set(known)}


@lru_cache(maxsize=64)
def _order_of(system: System, name: str) -> tuple[ast.expr, frozenset[str]]:
    """A state's order, and what it depends on, through derived parameters too."""
    derived = {d.name: d.expr for d in system.derived}
    expr = next(s.order for s in system.states if s.name == name)
    assert expr is not None
    found: set[str] = set()
    todo = list(names_used(expr))
    while todo:
        read = todo.pop()
        if read not in found:
            found.add(read)
            todo.extend(names_used(derived[read]) if read in derived else ())
    return expr, frozenset(found)


def _slope(
    problem: Problem, name: str, known: Mapping[str, Any], order: np.ndarray, shape: tuple[int, ...]
) -> np.ndarray:
    """dx/dt at the start where the order is above 1, else 0: by default 0."""
    state = next(s for s in problem.system.states if s.name == name)
    if state.initial_slope is None:
        return np.zeros(shape)
    given = value_of(state.initial_slope, known)
    slope = np.where(order > 1, _flat(problem, given, shape), 0.0)
    if not np.isfinite(slope).all():
        raise ArgumentError(f"The initial slope of '{name}' is not finite.")
    return np.broadcast_to(slope, shape)


def _continued(
    problem: Problem,
    earlier: Mapping[str, Any],
    names: tuple[str, ...],
    orders: list[np.ndarray],
    shape: tuple[int, ...],
) -> tuple[np.ndarray, list[np.ndarray], list[np.ndarray]]:
    """What the run that is continued remembered, and where its states started."""
    advice = "A fractional run continues with the method, dt and orders it began with."
    rows, starts, slopes = [], [], []
    for name, order in zip(names, orders, strict=True):
        if f"{name}/remembered" not in earlier:
            raise ArgumentError(f"The solution holds no memory of '{name}'.", advice=advice)
        remembered, old, start, slope = (np.asarray(earlier[f"{name}/{kind}"], dtype=float) for kind in _KINDS)
        try:
            same = np.allclose(_flat(problem, old, shape), order, rtol=1e-12, atol=0)
            rows.append(np.stack([_whole(problem, r, shape) for r in remembered]))
            starts.append(_whole(problem, start, shape))
            slopes.append(_whole(problem, slope, shape))
        except ValueError:
            raise ArgumentError(f"The solution's memory of '{name}' has another shape than this run.") from None
        if not same:
            raise ArgumentError(f"The order of '{name}' has changed, and with it what its memory means.", advice=advice)
    return np.stack(rows), starts, slopes
