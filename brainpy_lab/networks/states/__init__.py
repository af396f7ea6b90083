"""States of a synapse: where each lives, when it moves, and the weights in its sums."""
