"""Tests of solvers; a package, so that its files can share code."""
