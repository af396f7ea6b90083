"""Methods for fractional differential equations."""
