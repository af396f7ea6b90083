"""A problem in the form that programs take: the layout that decides the code, and the numbers of one run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from brainpy_lab.codegen.stepcode import StepCode
from brainpy_lab.drivers.driver import Layout, Setup
from brainpy_lab.drivers.feeds.random_draws import Noise
from brainpy_lab.errors import ArgumentError, MethodError
from brainpy_lab.simulation.runs.plan import Plan
from brainpy_lab.simulation.values.history import with_lanes
from brainpy_lab.simulation.values.problem import Problem


def layout_of(problem: Problem, plan: Plan, code: StepCode) -> Layout:
    """The layout that a run needs."""
    parameters, drives = problem.system.parameter_names, problem.drives
    driven = tuple(n for n in parameters if n in drives and not drives[n].shape) if drives else ()
    driven_lanes = tuple(n for n in parameters if n in drives and drives[n].shape) if drives else ()
    varying: tuple[str, ...] = ()
    if problem.shape:
        varying = tuple(n for n in parameters if n not in drives and hasattr(problem.parameters[n], "shape"))
    matrices = tuple(p.name for p in problem.system.parameters if problem.mixes and np.ndim(p.value) == 2)
    past = plan.past
    is_short = past is not None and past.sweeps > 1
    # edited code may read at other times than the model's delays say
    is_steady = past is not None and past.is_steady and not code.edited
    narrow = tuple(n for n in driven_lanes if problem.mixes and problem.cell and drives[n].shape[-1] == 1)
    return Layout(
        bool(problem.shape), varying, driven, driven_lanes, problem.mixes, matrices, is_short, is_steady, narrow
    )


def make_setup(problem: Problem, plan: Plan, layout: Layout) -> Setup:
    """The problem in flat lanes, as programs take it."""
    traced = problem.traced
    lanes = problem.lanes if problem.shape and not problem.mixes and not traced else 1
    if problem.traced and problem.drives:
        raise ArgumentError("A derivative cannot be taken through a run whose parameters move in time.")

    def flat(value: Any) -> Any:
        if problem.mixes or traced or not problem.shape:
            return value
        return np.broadcast_to(np.asarray(value, dtype=float), problem.shape).reshape(-1)

    varying = {n: flat(v) if hasattr(v, "shape") else v for n, v in problem.parameters.items()}
    return Setup(
        t0=plan.origin,
        dt=plan.dt,
        states={n: flat(v) for n, v in problem.states.items()},
        hidden={n: flat(v) for n, v in problem.hidden.items()},
        parameters=varying,
        lanes=lanes,
        record=plan.record,
        every=plan.every,
        first=plan.first,
        drive=_drive_table(problem, plan, layout.driven) if layout.driven else None,
        drive_lanes=_lane_table(problem, plan, layout.driven_lanes) if layout.driven_lanes else None,
        ensemble=problem.ensemble,
        cell=problem.cell,
        differentiable=traced,
        threads=plan.threads,
        noise=_noise(plan.noise, problem) if problem.system.is_random else plan.noise,
        past=plan.past,
    )


def _noise(noise: Noise, problem: Problem) -> Noise:
    """The run's noise with the shape of its draws: flat lanes, or the axes of programs that keep them."""
    if not (problem.traced or problem.mixes):
        return replace(noise, shape=(problem.lanes,) if problem.shape else ())
    if not (problem.mixes and problem.cell):
        return replace(noise, shape=problem.shape)
    return replace(noise, shape=problem.shape, narrow=_narrow_sources(problem))


def _narrow_sources(problem: Problem) -> frozenset[str]:
    """Noise sources that drive states of one number beside array states."""
    wide: set[str] = set()
    narrow: set[str] = set()
    for state in problem.system.states:
        (narrow if state.name in problem.narrow else wide).update(term.source for term in state.noise)
    for source in sorted(wide & narrow):
        raise ArgumentError(
            f"The noise '{source}' drives an array state and a state of one number.",
            advice="Each element of an array state has noise of its own: give the other state another, such as xi_2.",
        )
    return frozenset(narrow)


def _drive_table(problem: Problem, plan: Plan, names: tuple[str, ...]) -> Callable[[int, int], np.ndarray]:
    def table(first: int, n: int) -> np.ndarray:
        columns = [problem.drives[name].of_steps(plan.sampled, first, n) for name in names]
        return np.ascontiguousarray(np.stack(columns, axis=1), dtype=float)

    return table


def _lane_table(problem: Problem, plan: Plan, names: tuple[str, ...]) -> Callable[[int, int], np.ndarray]:
    def table(first: int, n: int) -> np.ndarray:
        rows = [problem.drives[name].of_steps(plan.sampled, first, n) for name in names]
        aligned = [with_lanes(r, problem.shape) for r in rows]
        lanes = problem.shape if problem.mixes else (-1,)
        whole = [np.broadcast_to(r, (n, *problem.shape)).reshape(n, *lanes) for r in aligned]
        return np.ascontiguousarray(np.stack(whole, axis=1), dtype=float)

    return table


def check_areas(code: StepCode, noise: Noise, problem: Problem) -> None:
    """Refuse Levy areas between noise of one number and noise of each element."""
    sources = problem.system.noise_sources
    for draw in code.draws:
        if draw.kind != "area":
            continue
        one, other = (sources[d.number] for d in draw.increments)
        if (one in noise.narrow) != (other in noise.narrow):
            raise MethodError(
                f"'{code.method}' cannot solve '{code.model}': the noise '{one}' and '{other}' do not commute, and one "
                "of them is noise of each element, the other of one number.",
                advice="Use method='euler_maruyama' (Ito) or 'euler_heun' (Stratonovich).",
            )
