"""What stands in phase space beside fixed points: manifolds of saddles, basins of attraction."""
