"""Methods for delay differential equations."""
