"""From the text of a cell, or a Python function, to a System: every check and every error position."""

from brainpy_lab.equations.cell import read_text
from brainpy_lab.equations.function import read_function
from brainpy_lab.equations.functions import straighten
from brainpy_lab.equations.ranges import guess_range
from brainpy_lab.equations.system import System

__all__ = ["System", "guess_range", "read_function", "read_text", "straighten"]
