"""The values of a run: from arguments to numbers."""
