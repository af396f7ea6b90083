"""Phases of cycles: how a kick moves one, and how two coupled cells lock."""
