"""The COBAHH network of 4,000 Hodgkin-Huxley cells, 1 s at dt 0.1 ms, exponential Euler, on one thread.

python benchmarks/cobahh.py [--peer-python PATH]
"""

from __future__ import annotations

import balanced
from harness import options
from kernels import cobahh


def main() -> None:
    arguments = options(__doc__, repeats=5).parse_args()
    made = cobahh.network()
    contenders = [
        balanced.by_hand("hand-written numba", cobahh.run, cobahh, made),
        balanced.ours(balanced.built(cobahh, made, "exponential_euler")),
    ]
    with balanced.peers(arguments.peer_python, "cobahh", made) as others:
        balanced.measure("cobahh", contenders + others, arguments, made, cobahh.SPIKES)


if __name__ == "__main__":
    main()
