"""Lyapunov exponents: how fast neighbouring orbits part."""
