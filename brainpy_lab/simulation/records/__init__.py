"""What a run records: variables or parts of them, each at times of its own."""
