"""The loop of adaptive methods, written once for all drivers."""
