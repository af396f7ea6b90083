"""What is shown of a model: its values and pictures, and the worker that computes them."""
