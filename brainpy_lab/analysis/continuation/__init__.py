"""Curves of zeros followed through a parameter, and the points on them where something changes."""
