"""Flows as runs begin them, for tests that advance them step by step."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import pytest

from brainpy_lab.drivers.driver import Driver, Flow, Program, Setup
from brainpy_lab.simulation.model import Model


class _Started(BaseException):
    """A run has come to its first step."""


class Prepared:
    """The program of a run, and what it begins with; each `start` begins anew."""

    def __init__(self, model: Model, duration: float, **options: Any) -> None:
        given: list[tuple[Program, Setup]] = []
        compiled = Driver.program

        def program(driver: Driver, *arguments: Any) -> Any:
            made = compiled(driver, *arguments)
            return _Caught(made, given)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Driver, "program", program)
            with pytest.raises(_Started):
                model.run(duration, **options)
        self.program, self.setup = given[0]

    def start(self, **changes: Any) -> Flow:
        """A flow before its first step, with sums of its own."""
        return self.program.start(replace(self.setup, sums=copy.deepcopy(self.setup.sums), **changes))


class _Caught:
    def __init__(self, program: Program, given: list[tuple[Program, Setup]]) -> None:
        self.program, self.given = program, given
        self.code, self.layout = program.code, program.layout

    def start(self, setup: Setup) -> Flow:
        self.given.append((self.program, setup))
        raise _Started
