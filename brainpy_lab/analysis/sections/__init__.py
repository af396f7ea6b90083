"""Orbits as points: where they cross a section, for one value of a parameter or for many."""
