"""Adaptive step code in its loop: what runs that differ in their numbers alone have in common."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np

from brainpy_lab import solvers
from brainpy_lab.codegen.events import turning_states
from brainpy_lab.codegen.stepcode import StepCode
from brainpy_lab.drivers.adaptive.arguments import Control
from brainpy_lab.drivers.adaptive.event_search import DEGREE
from brainpy_lab.drivers.adaptive.functions import Shape
from brainpy_lab.drivers.adaptive.loop import AdaptiveLoop
from brainpy_lab.drivers.driver import Driver
from brainpy_lab.equations.system import System
from brainpy_lab.errors import DriverError
from brainpy_lab.simulation.runs.adaptive.history import StepTables
from brainpy_lab.simulation.runs.adaptive.slots import Slots
from brainpy_lab.simulation.runs.adaptive.tolerances import Tolerances
from brainpy_lab.simulation.values.problem import Problem
from brainpy_lab.solvers import Method


@dataclass(frozen=True)
class AdaptiveCode:
    """Adaptive step code in its loop, ready for runs that differ in their numbers."""

    code: StepCode
    system: System
    shape: Shape
    slots: Slots
    loop: AdaptiveLoop
    method: Method
    tolerances: Tolerances
    record_every: float | None
    driver: str

    @classmethod
    def of(
        cls, code: StepCode, driver: Driver, problem: Problem, tolerances: Tolerances, record_every: float | None
    ) -> Self:
        """For the problem's kind of values."""
        if problem.traced:
            raise DriverError(
                f"A derivative cannot be taken through '{code.method}', which chooses where its steps end.",
                advice="Use a fixed-step method with crossing='step', for example method='rk4'.",
            )
        if problem.mixes and (problem.system.events or problem.system.is_delayed):
            raise DriverError(
                f"'{code.method}' cannot find events or follow delays where elements of array states mix "
                "(sum, mean, dot, @).",
                advice="Use a fixed-step method, for example method='rk4'.",
            )
        moving = tuple(i for i, s in enumerate(problem.system.states) if s.drift is not None)
        shape = Shape.of(code, moving)
        slots = Slots.of(problem, code)
        if slots.sizes:
            shape = shape.spread(slots.sizes, slots.shapes)
            tolerances = replace(tolerances, atol=np.repeat(tolerances.atol, shape.own_sizes))
        run = driver.adaptive_loop(code, shape)
        method = solvers.get(code.method)
        return cls(code, problem.system, shape, slots, run, method, tolerances, record_every, driver.name)

    def key(self, dt: float, seed: int) -> str:
        """What decides about the steps of a run besides the values of its parameters."""
        length = "" if self.method.is_adaptive else f" {dt!r}"
        return f"{self._digest}{length} {seed}" if self.code.draws else f"{self._digest}{length}"

    @cached_property
    def _digest(self) -> str:
        own = self.tolerances
        choices = self.driver, self.method.name, self.code.text, own.rtol, own.max_step, own.atol.tolist()
        return hashlib.sha256(repr(choices).encode()).hexdigest()

    @cached_property
    def constants(self) -> Control:
        """The part of the loop's arguments that is the same in every run."""
        method, tolerances, shape = self.method, self.tolerances, self.shape
        degrees = [degree * shape.powers for _, degree in self.code.borders]
        system = self.system
        acts = [2 if system.is_reset(e) else 1 if turning_states(system, e) else 0 for e in system.events]
        return Control(
            end=0.0, begin=0.0, dt=0.0, burst=0.0, to_end=False, rtol=tolerances.rtol, atol=tolerances.atol,
            order=float(method.order), evaluations=method.evaluations, hmax=tolerances.max_step,
            stability_limit=method.stability_limit, errors=shape.errors, stages=shape.kept,
            moving=np.array(shape.moving, dtype=np.int64),
            owner=np.array([event for event, _ in self.code.borders], dtype=np.int64),
            exact=np.array([0 < degree <= DEGREE for degree in degrees], dtype=bool),
            acts=np.array(acts, dtype=np.int64),
        )  # fmt: skip

    @cached_property
    def no_past(self) -> StepTables:
        """The tables of a system without delays, which the loop leaves alone."""
        return StepTables.none(math.prod(self.slots.lanes))
