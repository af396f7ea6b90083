"""Methods for stochastic differential equations."""
