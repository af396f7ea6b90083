"""Runs: from arguments to a Solution."""

from __future__ import annotations

from brainpy_lab.simulation.model import Model
from brainpy_lab.simulation.solution.solution import Solution

__all__ = ["Model", "Solution"]
