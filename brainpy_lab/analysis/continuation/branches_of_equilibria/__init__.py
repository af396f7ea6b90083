"""What branches of equilibria may do besides leading on."""
