"""Tests of codegen; a package, so that its files can share code."""
