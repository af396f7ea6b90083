"""A number of targets for each presynaptic cell."""

from __future__ import annotations

from dataclasses import dataclass

from brainpy_lab.networks.connect.degrees import FixedDegree
from brainpy_lab.networks.connect.rule import Building, Sides
from brainpy_lab.networks.connections import Connections


@dataclass(frozen=True, eq=False, repr=False)
class FixedOutDegree(FixedDegree):
    """Every presynaptic cell connects to ``degree`` postsynaptic ones, chosen at random.

    Parameters
    ----------
    degree : int or array of int
        One for all presynaptic cells, or one each.
    seed : int
    autapses : bool
        Whether, within one group, a cell may connect to itself.
    multapses : bool
        Whether a pair may be connected more than once; cells are then chosen with replacement.

    Examples
    --------
    >>> FixedOutDegree(10, seed=1).build(50, 100).out_degree().tolist() == [10] * 50
    True
    """

    name = "fixed_out_degree"
    sides = ("pre", "post")

    def connect(self, sides: Sides, building: Building) -> Connections:
        """Make the table."""
        return self.table(sides, *self.chosen(sides, building))
