"""The COBA network, 1 s at dt 0.1 ms, on one thread: 4,000 cells, or more with as many connections each.

python benchmarks/coba.py [--cells 20000] [--peer-python PATH]
"""

from __future__ import annotations

import balanced
from harness import options
from kernels import coba


def main() -> None:
    parser = options(__doc__, repeats=7)
    parser.add_argument("--cells", type=int, default=coba.CELLS)
    arguments = parser.parse_args()
    made = coba.network(arguments.cells)
    contenders = [
        balanced.by_hand("hand-written numba", coba.run, coba, made),
        balanced.ours(balanced.built(coba, made, "exponential_euler")),
    ]
    spikes = coba.SPIKES if arguments.cells == coba.CELLS else None
    with balanced.peers(arguments.peer_python, "coba", made) as others:
        balanced.measure(f"coba {arguments.cells}", contenders + others, arguments, made, spikes)


if __name__ == "__main__":
    main()
