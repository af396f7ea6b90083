"""Exponential methods for ordinary differential equations."""
