"""Conditions in t under methods of fixed steps: in each step, the average over it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from brainpy_lab.equations.system import System
from brainpy_lab.simulation.runs.adaptive.breaks import switch_times
from brainpy_lab.simulation.values.problem import Drive, Problem
from brainpy_lab.symbolic.averages import Part, averaged
from brainpy_lab.symbolic.corners import Corner

_AT_EDGE = 1e-9  # of a step: a switch so near to its ends is at its end
_INWARD = 8.0  # units in the last place: roots are as near as rounding lets them
_HIGH = 1e-9  # of the usual size: no jump is lower, as of sin(2*pi*(t % T)/T)
_GAUSS = np.polynomial.legendre.leggauss(4)  # points and weights of the average over a piece without jumps


def averaged_system(problem: Problem) -> System:
    """The equations that a fixed-step run of ``problem`` solves."""
    system, switched = averaged(problem.system, frozenset(problem.drives))
    return problem.system if any(_spans_elements(problem, s.corner) for s in switched) else system


def with_averages(problem: Problem, t0: float, t1: float) -> Problem:
    """``problem`` with parameters that hold in each step the averages of conditions in t."""
    system = averaged_system(problem)
    if system is problem.system:
        return problem
    drives, numbers = dict(problem.drives), dict(problem.parameters)
    for switched in averaged(problem.system, frozenset(problem.drives))[1]:
        steps = _Switching(problem, switched.corner, t0, t1)
        for part, name in switched.names.items():
            drives[name] = Drive(steps.at, steps.shape, mean=steps.over(part))
            numbers[name] = 0.0
    return replace(problem, system=system, drives=drives, parameters=numbers)


def _spans_elements(problem: Problem, corner: Corner) -> bool:
    """Whether a condition differs by cell where elements mix: states there have widths of their own."""
    return problem.mixes and any(np.ndim(problem.parameters[n]) for n in corner.parameters)


@dataclass(frozen=True)
class _Switching:
    """What is constant between switches, over the steps of a run; cells are numbered one after the other."""

    problem: Problem
    corner: Corner
    t0: float
    t1: float

    @cached_property
    def arrays(self) -> dict[str, np.ndarray]:
        """Parameters that differ by cell, of all cells."""
        values = {n: self.problem.parameters[n] for n in self.corner.parameters}
        return {n: np.broadcast_to(v, self.problem.shape).reshape(-1) for n, v in values.items() if np.ndim(v)}

    @cached_property
    def shape(self) -> tuple[int, ...]:
        """Shape of the values at one time."""
        return self.problem.shape if self.arrays else ()

    @cached_property
    def lanes(self) -> np.ndarray:
        """The cells whose values differ."""
        return np.arange(self.problem.lanes if self.arrays else 1)

    def value(self, corner: Corner, times: np.ndarray, lanes: np.ndarray) -> np.ndarray:
        """Values of a corner's expression at times and in cells that broadcast."""
        given = {**self.problem.parameters, **{n: a[lanes] for n, a in self.arrays.items()}}
        with np.errstate(all="ignore"):
            found = np.asarray(corner.evaluate(given, times), dtype=float)
        return np.broadcast_to(found, np.broadcast_shapes(times.shape, lanes.shape))

    def at(self, times: np.ndarray) -> np.ndarray:
        """Values at ``times``, (n_times, *shape)."""
        return self.value(self.corner, times[:, None], self.lanes).reshape(len(times), *self.shape)

    def over(self, part: Part) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
        """A part's values in the steps between two arrays of times, (n_steps, *shape)."""

        def values(begins: np.ndarray, ends: np.ndarray) -> np.ndarray:
            if part in ("begin", "end"):
                inward = _INWARD * np.spacing(np.maximum(np.abs(begins), np.abs(ends)))
                times = begins + inward if part == "begin" else ends - inward
                return np.repeat(times, len(self.lanes)).reshape(len(begins), *self.shape)
            if part in ("jumps", "integral"):
                return self._over_jumps(part, begins, ends).reshape(len(begins), *self.shape)
            if part == "mean":
                found = np.array(self.value(self.corner, 0.5 * (begins + ends)[:, None], self.lanes))
            else:
                found = np.full((len(begins), len(self.lanes)), -np.inf if part == "first" else np.inf)
            self._fill(part, found, begins, ends)
            return found.reshape(len(begins), *self.shape)

        return values

    def _fill(self, part: Part, found: np.ndarray, begins: np.ndarray, ends: np.ndarray) -> None:
        """Put the values of steps with switches in their places."""
        begin, end, step, lane = self._pieces(begins, ends)
        if not len(begin):
            return
        values = self.value(self.corner, 0.5 * (begin + end), lane)
        if part == "mean":
            found[step, lane] = 0.0
            np.add.at(found, (step, lane), values * (end - begin) / (ends - begins)[step])
            return
        holds = values != 0.0
        begin, end, step, lane = begin[holds], end[holds], step[holds], lane[holds]
        inward = _INWARD * np.spacing(np.maximum(np.abs(begin), np.abs(end)))  # roots are as near as rounding lets them
        if part == "first":
            found[step, lane] = np.inf
            np.minimum.at(found, (step, lane), begin + inward)
        else:
            found[step, lane] = -np.inf
            np.maximum.at(found, (step, lane), end - inward)

    def _over_jumps(self, part: Part, begins: np.ndarray, ends: np.ndarray) -> np.ndarray:
        """Which steps have a jump within, or the average over those: zero in all others."""
        found = np.zeros((len(begins), len(self.lanes)))
        begin, end, step, lane = self._pieces(begins, ends)
        if not len(begin):
            return found
        inward = _INWARD * np.spacing(np.maximum(np.abs(begin), np.abs(end)))
        low, high = self.value(self.corner, begin + inward, lane), self.value(self.corner, end - inward, lane)
        follows = (step[1:] == step[:-1]) & (lane[1:] == lane[:-1])
        usual = np.abs(self.value(self.corner, 0.5 * (begins + ends)[:, None], self.lanes)).max(initial=0.0)
        jump = follows & (np.abs(low[1:] - high[:-1]) > _HIGH * usual)
        jumping = np.zeros_like(found, dtype=bool)
        jumping[step[1:][jump], lane[1:][jump]] = True
        if part == "jumps":
            return jumping.astype(float)
        for point, weight in zip(*_GAUSS, strict=True):
            times = 0.5 * (begin + end) + 0.5 * point * (end - begin)
            share = 0.5 * weight * (end - begin) / (ends - begins)[step]
            np.add.at(found, (step, lane), share * self.value(self.corner, times, lane))
        return np.where(jumping, found, 0.0)

    def _pieces(self, begins: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, ...]:
        """Begin, end, step and cell of the pieces of all steps that have switches within."""
        times, lanes = self.switches
        step = np.searchsorted(begins, times, side="right") - 1
        known = np.clip(step, 0, len(begins) - 1)
        edge = _AT_EDGE * (ends - begins)[known]
        inside = (step >= 0) & (times > begins[known] + edge) & (times < ends[known] - edge)
        times, lanes, step = times[inside], lanes[inside], step[inside]
        keys = np.unique(step * len(self.lanes) + lanes)
        steps, cells = keys // len(self.lanes), keys % len(self.lanes)
        time = np.concatenate([begins[steps], times, ends[steps]])
        step, lane = np.concatenate([steps, step, steps]), np.concatenate([cells, lanes, cells])
        order = np.lexsort((time, lane, step))
        time, step, lane = time[order], step[order], lane[order]
        wide = time[1:] - time[:-1] > _AT_EDGE * (ends - begins)[step[1:]]  # what a jump is known to lie in is no piece
        same = (step[1:] == step[:-1]) & (lane[1:] == lane[:-1]) & wide
        return time[:-1][same], time[1:][same], step[:-1][same], lane[:-1][same]

    @cached_property
    def switches(self) -> tuple[np.ndarray, np.ndarray]:
        """Times of the switches, and their cells."""
        times, lanes = [np.empty(0)], [np.empty(0, dtype=int)]
        for corner in self.corner.inner:
            if self.arrays and corner.kind == "zero" and corner.is_linear and not corner.inner:
                times.append(self._zeros(corner))
                lanes.append(self.lanes)
                continue
            for found, mask in switch_times(self.problem, corner, self.t0, self.t1):
                among = self.lanes if mask is None else np.flatnonzero(mask)
                times.append(np.repeat(found, len(among)))
                lanes.append(np.tile(among, len(found)))
        return np.concatenate(times), np.concatenate(lanes)

    def _zeros(self, corner: Corner) -> np.ndarray:
        """The zero of a linear function of t in each cell; not finite where it has none."""
        length = self.t1 - self.t0
        at, end = (self.value(corner, np.array([t]), self.lanes) for t in (self.t0, self.t1))
        with np.errstate(all="ignore"):
            slope = (end - at) / length
            roots = self.t0 - at / slope
            # free of the rounding of a long way
            return np.asarray(roots - self.value(corner, roots, self.lanes) / slope)
