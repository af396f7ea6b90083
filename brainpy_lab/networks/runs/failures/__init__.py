"""Runs of networks in which a value becomes nan or infinite: up to which step, and what is said of it."""
