"""Hand-written kernels: how fast a task can be done on this machine. The product is measured against them."""
