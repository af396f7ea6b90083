"""Orbits backward in time: the run of the equations with their sign turned, told in the time of the model.

Resets cannot be undone: many states come to one. An orbit ends where it would come out of a threshold, since what lies
beyond is reset and never left.
"""

from __future__ import annotations

import ast
import threading
import warnings
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from brainpy_lab.analysis import caveats
from brainpy_lab.analysis.vector_field import VectorField
from brainpy_lab.equations.names import substitute
from brainpy_lab.equations.system import Definition, State, System
from brainpy_lab.errors import AnalysisError
from brainpy_lab.simulation.model import Model
from brainpy_lab.simulation.runs.warning import RunWarning, warn
from brainpy_lab.simulation.solution.checkpoint import Checkpoint
from brainpy_lab.simulation.solution.outcome import Outcome
from brainpy_lab.simulation.solution.solution import Solution

#: Tolerances: what runs apart forward comes together backward, and the reverse.
RTOL, ATOL = 1e-9, 1e-12


def backward(
    field: VectorField, start: Mapping[str, float], duration: float, stop: threading.Event | None = None
) -> Solution:
    """The orbit that comes to ``start`` at ``field.t``, from ``duration`` before; see `PhasePlane.trajectory`.

    Parameters
    ----------
    field : VectorField
        Its parameters and its time.
    start : mapping
        The value of every state.
    duration : float
        How far back.
    stop : threading.Event, optional
        Ends the run; what there is until then is kept.

    Raises
    ------
    AnalysisError
        For delays and fractional orders, and from a state that an event resets.
    """
    system = field.system
    if system.is_delayed or system.is_fractional:
        what = "delays" if system.is_delayed else "fractional orders"
        raise AnalysisError(
            f"{system.name} has {what}: a state has no one past there.", advice="Run it forward from earlier states."
        )
    whole = replace(field, free=system.state_names, held={}) if not field.is_whole else field
    place = np.array([start[name] for name in system.state_names])
    event = caveats.reset_at(whole, place, np.zeros(len(place)))
    if event is not None:
        raise AnalysisError(
            f"The event '{event}' resets the state there: nothing comes to it.",
            advice="Start on the other side of the threshold.",
        )
    model = Model(_turned(system), backend="numpy")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RunWarning)
        run = model.run(
            duration, initial=dict(start), parameters=dict(field.params), method="rkdp", rtol=RTOL, atol=ATOL,
            start=-field.t, stop=stop,
        )  # fmt: skip
    return _told(system, run, duration)


def _turned(system: System) -> System:
    """The system with time turned; events that reset only say where their condition becomes true."""
    back = {"t": ast.UnaryOp(op=ast.USub(), operand=ast.Name(id="t", ctx=ast.Load()))}

    def definition(d: Definition) -> Definition:
        return replace(d, expr=substitute(d.expr, back))

    def state(s: State) -> State:
        if s.drift is None:
            return s
        return replace(s, drift=ast.UnaryOp(op=ast.USub(), operand=substitute(s.drift, back)), noise=())

    events = tuple(
        replace(e, condition=substitute(e.condition, back), actions=()) for e in system.events if system.is_reset(e)
    )
    return replace(
        system, states=tuple(map(state, system.states)), derived=tuple(map(definition, system.derived)),
        intermediates=tuple(map(definition, system.intermediates)), events=events,
    )  # fmt: skip


def _told(system: System, run: Solution, duration: float) -> Solution:
    """The run in the time of the model: times fall from the start; with what ended it."""
    t = np.asarray(run.t, dtype=float)
    values = {name: np.asarray(run[name], dtype=float) for name in system.state_names}
    reached = [(float(train.t[0]), name) for name, train in run.events.items() if len(train.t)]
    outcome, said = run.outcome, ""
    if reached:
        at, event = min(reached)
        kept = t < at
        border = run(at)
        t = np.append(t[kept], at)
        values = {name: np.append(v[kept], border[name]) for name, v in values.items()}
        outcome = Outcome.STOPPED
        said = f"comes out of the threshold of '{event}' at t = {-at:.6g}: no orbit comes from beyond it"
    elif not outcome:
        said = _why(outcome, values, -float(t[-1]))
    ended = {"ended": f"The orbit backward in time {said}."} if said else {}
    if said:
        warn(ended["ended"])
    end = Checkpoint(-float(t[-1]), values={name: v[-1] for name, v in values.items()}, model_name=run.model_name)
    return replace(
        run, t=-t, data=values, events={}, outcome=outcome, interpolant=_back(run.interpolant), derivative=None,
        checkpoint=end, stats={**run.stats, "start": -float(t[0]), "backward": True, **ended},
        model_name=system.name, model_text=system.text,
    )  # fmt: skip


def _why(outcome: Outcome, values: Mapping[str, np.ndarray], t: float) -> str:
    if outcome in (Outcome.NON_FINITE, Outcome.STEP_TOO_SMALL):
        name = max(values, key=lambda n: float(np.abs(values[n][-1])))
        return f"ends at t = {t:.6g}, where {name} leaves all bounds ({values[name][-1]:.3g}): it has no longer past"
    return f"ends at t = {t:.6g}: {outcome.advice.rstrip('.')}"


def _back(interpolant: Callable[[Any], dict[str, Any]] | None) -> Callable[[Any], dict[str, Any]] | None:
    return None if interpolant is None else lambda t: interpolant(-t)
