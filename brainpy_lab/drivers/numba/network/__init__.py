"""Networks with Numba: one kernel holds the loop over time and all that happens in a step."""
