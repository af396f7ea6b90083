"""A System seen by SymPy and by NumPy: derivatives as normal-form AST, and compiled right-hand sides and Jacobians.

SymPy is imported when the first derivative is asked for, not before.
"""

from brainpy_lab.symbolic.numeric import NumericSystem, numeric
from brainpy_lab.symbolic.view import SymbolicView, view

__all__ = ["NumericSystem", "SymbolicView", "numeric", "view"]
