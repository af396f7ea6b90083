"""What a run gives back."""

from brainpy_lab.simulation.solution.solution import Solution

__all__ = ["Solution"]
