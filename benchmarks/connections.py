"""Tables of connections: processor time and peak memory of a rule, each in a process of its own.

python benchmarks/connections.py
python benchmarks/connections.py --connections 1e7
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time

from harness import emit

import brainpy_lab as bp

#: Rules that make about n connections of n/100 cells each way.
RULES = {
    "fixed_probability": lambda cells, n: bp.connect.fixed_probability(n / cells**2, seed=1),
    "fixed_out_degree": lambda cells, n: bp.connect.fixed_out_degree(n // cells, seed=1),
    "fixed_in_degree": lambda cells, n: bp.connect.fixed_in_degree(n // cells, seed=1),
    "fixed_in_degree, multapses": lambda cells, n: bp.connect.fixed_in_degree(n // cells, seed=1, multapses=True),
    "fixed_total_number": lambda cells, n: bp.connect.fixed_total_number(n, seed=1),
}


def peak() -> int:
    """Bytes that this process has held at most."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def measured(name: str, n: int) -> dict[str, float]:
    """What one rule takes."""
    cells = n // 100
    RULES[name](100, 1000).build(100, 100, same=True)  # what is loaded at first use
    before, start = peak(), time.process_time()
    table = RULES[name](cells, n).build(cells, cells, same=True)
    seconds = time.process_time() - start
    return {"connections": len(table), "cpu_s": round(seconds, 2), "peak_GiB": round((peak() - before) / 2**30, 2)}


def main() -> None:
    """Measure all rules, or one and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--connections", type=float, default=1e8)
    parser.add_argument("--rule", choices=RULES)
    chosen = parser.parse_args()
    if chosen.rule:
        print(json.dumps(measured(chosen.rule, int(chosen.connections))))
        return
    for name in RULES:
        command = [sys.executable, __file__, "--connections", str(chosen.connections), "--rule", name]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        emit({"task": "connections", "rule": name} | json.loads(done.stdout))


if __name__ == "__main__":
    main()
