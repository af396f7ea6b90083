"""Models read from text."""
