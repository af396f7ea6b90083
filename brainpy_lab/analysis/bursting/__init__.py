"""Models with slow variables: the fast part with those frozen, and what the whole does over it."""
