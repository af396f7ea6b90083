"""The output of a model cell: equations, sliders, time courses and phase plane."""
