"""The COBA network of 4,000 cells on jax, torch and numpy, against the best plain form found for each.

python benchmarks/coba_tensors.py --duration 1000
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from balanced import DT, built
from harness import Contender, compare, installed, options
from kernels import coba

EXCITATORY, WEIGHTS = coba.EXCITATORY, coba.WEIGHTS
_KEPT = math.exp(-DT / 5), math.exp(-DT / 10)


def plain_numpy(made: dict[str, np.ndarray], steps: int) -> int:
    """Arrays in a Python loop; the targets of each cell are a slice."""
    V, ge, gi = (made[name].copy() for name in ("V", "ge", "gi"))
    start, post = made["start"], made["post"]
    release, spikes = np.full(V.size, -1e9), 0
    for step in range(steps):
        total = 1 + ge + gi
        rest = (-60 - 80 * gi) / total
        V = np.where(release <= step, rest + (V - rest) * np.exp(total * (-DT / 20)), V)
        ge *= _KEPT[0]
        gi *= _KEPT[1]
        cells = np.flatnonzero(V > -50)
        V[cells], release[cells] = -60.0, step + coba.HELD
        for cell in cells.tolist():
            targets = post[start[cell] : start[cell + 1]]
            if cell < EXCITATORY:
                ge[targets] += WEIGHTS[0]
            else:
                gi[targets] += WEIGHTS[1]
        spikes += len(cells)
    return spikes


def plain_torch(made: dict[str, np.ndarray], steps: int) -> int:
    """The same with tensors, and one index_add a step and kind of cells."""
    import torch

    V, ge, gi = (torch.tensor(made[name]) for name in ("V", "ge", "gi"))
    start, post = made["start"].tolist(), torch.tensor(made["post"].astype(np.int64))
    release, spikes = torch.full((len(V),), -1e9, dtype=torch.float64), 0
    with torch.no_grad():
        for step in range(steps):
            total = 1 + ge + gi
            rest = (-60 - 80 * gi) / total
            V = torch.where(release <= step, rest + (V - rest) * torch.exp(total * (-DT / 20)), V)
            ge *= _KEPT[0]
            gi *= _KEPT[1]
            cells = torch.nonzero(V > -50)[:, 0]
            if len(cells):
                V[cells], release[cells] = -60.0, step + coba.HELD
                found = cells.tolist()
                split = sum(cell < EXCITATORY for cell in found)
                for some, g, weight in ((found[:split], ge, WEIGHTS[0]), (found[split:], gi, WEIGHTS[1])):
                    if some:
                        targets = torch.cat([post[start[c] : start[c + 1]] for c in some])
                        g.index_add_(0, targets, torch.full((len(targets),), weight, dtype=torch.float64))
                spikes += len(cells)
    return spikes


def plain_jax() -> Callable[[dict[str, np.ndarray], int], int]:
    """One scan; the cells that fire stand in a buffer, their targets in the rows of a table."""
    import jax
    import jax.numpy as jnp

    room = 256

    def run(V, ge, gi, table, steps):  # type: ignore[no-untyped-def]
        n = len(V)

        def step(carry, number):  # type: ignore[no-untyped-def]
            V, ge, gi, release, spikes = carry
            total = 1 + ge + gi
            rest = (-60 - 80 * gi) / total
            V = jnp.where(release <= number, rest + (V - rest) * jnp.exp(total * (-DT / 20)), V)
            fired = V > -50
            (cells,) = jnp.nonzero(fired, size=room, fill_value=n)
            V, release = jnp.where(fired, -60.0, V), jnp.where(fired, number + coba.HELD, release)
            targets = table[cells]
            exc = jnp.where(cells[:, None] < EXCITATORY, targets, n).reshape(-1)
            inh = jnp.where(cells[:, None] >= EXCITATORY, targets, n).reshape(-1)
            ge = (ge * _KEPT[0]).at[exc].add(WEIGHTS[0], mode="drop")
            gi = (gi * _KEPT[1]).at[inh].add(WEIGHTS[1], mode="drop")
            return (V, ge, gi, release, spikes + fired.sum()), None

        start = (V, ge, gi, jnp.full(n, -(10**9)), jnp.zeros((), int))
        return jax.lax.scan(step, start, jnp.arange(steps))[0][-1]

    jitted = jax.jit(run, static_argnames="steps")

    def call(made: dict[str, np.ndarray], steps: int) -> int:
        counts = np.diff(made["start"])
        table = np.full((coba.CELLS + 1, counts.max()), coba.CELLS, np.int32)
        table[made["pre"], np.arange(len(made["pre"])) - made["start"][made["pre"]]] = made["post"]
        with jax.enable_x64(True):
            return int(jitted(*(jnp.asarray(made[name]) for name in ("V", "ge", "gi")), jnp.asarray(table), steps))

    return call


def main() -> None:
    parser = options(__doc__, repeats=3)
    parser.add_argument("--duration", type=float, default=1000.0, help="ms")
    parser.add_argument("--backends", nargs="+", default=["jax", "torch", "numpy"])
    arguments = parser.parse_args()
    made = coba.network()
    net, steps = built(coba, made, "exponential_euler"), round(arguments.duration / DT)
    plain = {"jax": plain_jax, "torch": lambda: plain_torch, "numpy": lambda: plain_numpy}
    for backend in arguments.backends:
        by_hand = plain[backend]()

        def ours(repeat: int, backend: str = backend) -> int:
            sol = net.run(arguments.duration, dt=DT, start=0, backend=backend)
            return len(sol["G"].events["spike"])

        contenders = [
            Contender(f"plain {backend}", lambda k, f=by_hand: f(made, steps), installed(backend, "numpy")),
            Contender(f"brainpy_lab {backend}", ours, installed("brainpy-lab", backend, "numpy")),
        ]
        compare(
            f"coba {backend}", contenders, repeats=arguments.repeats, difference=lambda a, b: float(abs(a - b)),
            tolerance=0.5,
        )  # fmt: skip


if __name__ == "__main__":
    main()
