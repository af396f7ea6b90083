"""Cycles: closed orbits as solutions of a boundary value problem, their multipliers, and how they move."""
