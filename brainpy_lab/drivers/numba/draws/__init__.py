"""Random numbers on the Numba driver: the generator as instructions, and what fills rows with its numbers."""
