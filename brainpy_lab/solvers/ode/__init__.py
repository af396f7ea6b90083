"""Methods for ordinary differential equations."""
