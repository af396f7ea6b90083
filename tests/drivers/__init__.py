"""Tests of drivers; a package, so that its files can share code."""
