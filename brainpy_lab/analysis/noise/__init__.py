"""What noise does to equilibria."""
