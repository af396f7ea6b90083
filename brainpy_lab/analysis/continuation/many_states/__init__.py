"""Equilibria of many states: which eigenvalues cross the axis between two points of a branch, and where."""
