"""Runs of the variational equations, with steps and renewals that suit the orbit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from brainpy_lab.analysis.lyapunov.steps import step_for
from brainpy_lab.analysis.lyapunov.variational import Variational
from brainpy_lab.analysis.vector_field import Array, VectorField
from brainpy_lab.errors import AnalysisError
from brainpy_lab.simulation.model import Model

if TYPE_CHECKING:
    from brainpy_lab.simulation.solution.solution import Solution

#: Between two renewals directions part by no more than a factor of this logarithm: what shrinks most is then known to
#: ten digits beside what grows most.
PART = 5.0

#: Times at which a run is looked at.
LOOKS = 1000

#: A run is taken again with shorter steps where some of its states would have needed steps shorter by this factor.
TOO_LONG, TRIES = 2.0, 4

#: Steps at most: a minute.
MOST_STEPS = 2e8

#: An orbit that grows by this factor leaves for infinity.
FAR = 1e6


@dataclass(frozen=True)
class Piece:
    """A run: states and deviations at even times from its begin to its end.

    Attributes
    ----------
    states : ndarray, shape (n_states, n_times)
    lengths : ndarray, shape (n_times, n)
        The logarithms of all deviations' lengths since the begin.
    final : dict
        All states at the end.
    """

    states: Array
    lengths: Array
    final: dict[str, Any]


@dataclass(frozen=True)
class Runs:
    """Ways to run the variational equations.

    Attributes
    ----------
    equations : Variational
    field : VectorField
        Its parameters, and the states that are held.
    rtol, atol : float
    dt : float, optional
        The step; without, rk4 takes one that suits the orbit, and other methods the model's own.
    options : mapping
        Further options of `Model.run`.
    """

    equations: Variational
    field: VectorField
    rtol: float
    atol: float
    dt: float | None
    options: Mapping[str, Any]

    def begin(self, initial: Mapping[str, float]) -> dict[str, Any]:
        """The states at the start, and deviations along the axes."""
        given = {**Model(self.equations.system).initial, **self.field.held, **initial}
        axes = {name: float(k == i) for k, row in enumerate(self.equations.deviations) for i, name in enumerate(row)}
        return {**{name: float(given[name]) for name in (*self.field.held, *self.field.free)}, **axes}

    def piece(self, start: dict[str, Any], begin: float, duration: float, known: Array) -> Piece:
        """A run of ``duration``, with steps that suit the states ``known`` before and those that it comes to."""
        for _ in range(TRIES):
            dt = self._step(known, duration)
            sol = self._sol(start, begin, duration, dt, self._interval(known))
            states = np.stack([np.asarray(sol[name], dtype=float) for name in self.field.free])
            self._check_near(known, states)
            known = np.concatenate([known, states], axis=1)
            if dt is None or dt <= TOO_LONG * step_for(self.field, known, self.rtol, self.atol):
                break
        return Piece(states, self._lengths(sol), dict(sol.final))

    def _check_near(self, known: Array, states: Array) -> None:
        if np.abs(states).max() > FAR * (1 + np.abs(known).max()):
            raise AnalysisError(
                f"The orbit of {self.field.system.name} leaves for infinity: it has no exponents.",
                advice="Begin elsewhere, initial={...}, or take other parameters.",
            )

    def _step(self, known: Array, duration: float) -> float | None:
        """A step that divides the time between two looks."""
        look = duration / LOOKS
        if self.dt is not None:
            longest = self.dt
        elif self.options["method"] == "rk4":
            longest = step_for(self.field, known, self.rtol, self.atol)
        else:
            return None
        steps = max(1, int(np.ceil(look / longest - 1e-9)))
        if steps * LOOKS > MOST_STEPS:
            raise AnalysisError(
                f"{self.field.system.name} needs steps of {longest:.2g}: {steps * LOOKS:.2g} of them for {duration:g}.",
                advice='Take a shorter T, or a stiff method: method="rodas4".',
            )
        return look / steps

    def _interval(self, states: Array) -> float:
        """How long directions take to part by `PART`, along the orbit."""
        jacobians = np.moveaxis(self.field.jacobian(states), -1, 0)
        rates = np.linalg.eigvalsh((jacobians + np.swapaxes(jacobians, 1, 2)) / 2)
        spread = float(np.median(rates[:, -1] - rates[:, 0]))
        return PART / spread if np.isfinite(spread) and spread > 0 else 1.0

    def _sol(self, start: dict[str, Any], begin: float, duration: float, dt: float | None, interval: float) -> Solution:
        own = self.equations
        flat = [name for row in own.deviations for name in row]
        steps: dict[str, Any] = {"rtol": self.rtol, "atol": self.atol} if dt is None else {"dt": dt}
        sol = Model(own.system).run(
            duration, start=begin, initial={**start, own.last: begin, **dict.fromkeys(own.sums, 0.0)},
            record=[*self.field.free, *own.sums, *flat], record_every=duration / LOOKS,
            parameters={**self.field.params, own.interval: interval}, **steps, **self.options,
        )  # fmt: skip
        if not sol.outcome:
            raise AnalysisError(
                f"The orbit of {self.field.system.name} ends at t = {float(sol.t[-1]):.6g}. {sol.outcome.advice}",
                advice="Begin elsewhere, initial={...}, or take other parameters.",
            )
        return sol

    def _lengths(self, sol: Solution) -> Array:
        own = self.equations
        flat = [np.asarray(sol[name], dtype=float) for row in own.deviations for name in row]
        vectors = np.stack(flat).reshape(len(own.sums), len(own.free), -1)
        # what has grown since the last renewal is in the deviations themselves
        triangles = np.linalg.qr(np.transpose(vectors, (2, 1, 0)), mode="r")
        since = np.log(np.abs(np.diagonal(triangles, axis1=1, axis2=2)))
        return np.asarray(np.stack([np.asarray(sol[name], dtype=float) for name in own.sums], axis=1) + since)
