"""Runs in the adaptive loop: their code, tables and stops, and what a run that goes on begins from."""
