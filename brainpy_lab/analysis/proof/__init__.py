"""Proofs by interval arithmetic: that a list of fixed points is complete."""
