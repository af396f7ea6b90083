"""Runs of networks: values, records, checkpoints, and where a network stands between two runs."""
