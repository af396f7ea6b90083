"""Bifurcations in two parameters: curves of folds and Hopf points, and the points of codimension two on them."""
