"""Cells of models: their magics, options, errors and completion."""
