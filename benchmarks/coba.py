"""The COBA network, 1 s at dt 0.1 ms: 4,000 cells, or more with as many connections each.

python benchmarks/coba.py [--peer-python PATH] [--threads 2]
python benchmarks/coba.py --cells 4000 20000 100000     # and what events and updates cost, and how the time grows
"""

from __future__ import annotations

import argparse
import math
from typing import Any

import balanced
import numpy as np
from harness import emit, options
from kernels import coba


def measured(made: balanced.Made, arguments: argparse.Namespace, task: str) -> list[dict[str, Any]]:
    """All contenders with one network."""
    net, cells = balanced.built(coba, made, "exponential_euler"), len(made["V"])
    contenders = [balanced.by_hand("hand-written numba", coba.run, coba, made), balanced.ours(net)]
    contenders += [balanced.ours(net, threads=arguments.threads)] if arguments.threads > 1 else []
    spikes = coba.SPIKES if cells == coba.CELLS and len(made["post"]) else None
    with balanced.peers(arguments.peer_python if len(made["post"]) else [], "coba", made) as others:
        return balanced.measure(task, contenders + others, arguments, made, spikes)


def alone(made: balanced.Made) -> balanced.Made:
    """The same cells without connections."""
    none = {"pre": made["pre"][:0], "post": made["post"][:0], "start": np.zeros_like(made["start"])}
    return made | none


def costs(made: balanced.Made, with_all: list[dict[str, Any]], cells_alone: list[dict[str, Any]]) -> None:
    """Processor time of a step of one cell, and of a spike's arrival at one target."""
    updates = len(made["V"]) * balanced.DURATION / balanced.DT
    for line, bare in zip(with_all, cells_alone, strict=False):
        if "cpu_ms" not in line or line["contender"] != bare["contender"]:
            continue
        events = line["spikes"] * len(made["post"]) / len(made["V"])
        cost = {"ns_per_update": bare["cpu_ms"] * 1e6 / updates}
        cost["ns_per_event"] = (line["cpu_ms"] - bare["cpu_ms"]) * 1e6 / events
        emit({"task": line["task"], "contender": line["contender"]} | {k: round(v, 3) for k, v in cost.items()})


def growth(sizes: list[int], lines: list[list[dict[str, Any]]]) -> None:
    """The power of the number of cells with which processor time grows from the first size to the last."""
    last = {line["contender"]: line for line in lines[-1]}
    for line in lines[0]:
        end = last.get(line["contender"], {})
        if "cpu_ms" in line and "cpu_ms" in end:
            power = math.log(end["cpu_ms"] / line["cpu_ms"]) / math.log(sizes[-1] / sizes[0])
            emit({"task": f"coba, {sizes[0]} to {sizes[-1]}", "contender": line["contender"], "power": round(power, 3)})


def main() -> None:
    parser = options(__doc__, repeats=7)
    parser.add_argument("--cells", type=int, nargs="+", default=[coba.CELLS])
    parser.add_argument("--threads", type=int, default=1, help="measure ours with so many threads, too")
    arguments = parser.parse_args()
    lines = []
    for cells in arguments.cells:
        made = coba.network(cells)
        lines.append(measured(made, arguments, f"coba {cells}"))
        if len(arguments.cells) > 1:
            costs(made, lines[-1], measured(alone(made), arguments, f"coba {cells} without connections"))
    if len(lines) > 1:
        growth(arguments.cells, lines)


if __name__ == "__main__":
    main()
