"""From the text of a cell, or a Python function, to a System: every check and every error position."""

from brainpy_lab.equations.python.helpers import straighten
from brainpy_lab.equations.python.python_model import read_function
from brainpy_lab.equations.system import System
from brainpy_lab.equations.text.cell import read_text
from brainpy_lab.equations.text.ranges import guess_range

__all__ = ["System", "guess_range", "read_function", "read_text", "straighten"]
