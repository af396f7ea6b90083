"""The CUBA network of 4,000 cells, 1 s at dt 0.1 ms, advanced exactly, on one thread.

python benchmarks/cuba.py [--peer-python PATH]
"""

from __future__ import annotations

import balanced
from harness import options
from kernels import cuba


def main() -> None:
    arguments = options(__doc__, repeats=7).parse_args()
    made = cuba.network()
    contenders = [
        balanced.by_hand("hand-written numba", cuba.run, cuba, made),
        balanced.by_hand("hand-written numba, scaled", cuba.run_scaled, cuba, made),
        balanced.ours(balanced.built(cuba, made, "exact")),
    ]
    with balanced.peers(arguments.peer_python, "cuba", made) as others:
        balanced.measure("cuba", contenders + others, arguments, made, cuba.SPIKES)


if __name__ == "__main__":
    main()
