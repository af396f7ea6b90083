"""Writes the table of methods and drivers into README.md, from the registries: `make docs`.

python .ci/readme.py [--check]      --check: change nothing, fail when the table is out of date
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import brainpy_lab as bp
from brainpy_lab.codegen.generate import generate
from brainpy_lab.drivers import Driver
from brainpy_lab.equations import System, read_text
from brainpy_lab.errors import BrainPyLabError
from brainpy_lab.solvers import Method
from brainpy_lab.solvers.noisy import NoisyMethod

README = Path(__file__).resolve().parent.parent / "README.md"
BEGIN, END = "<!-- methods and drivers: made by `make docs` -->", "<!-- end of methods and drivers -->"

#: One small model of each family, by which a driver and a method show whether they go together.
PROBES = {
    "ode": "dx/dt = -x + y\ndy/dt = -y\nx(0) = 1",
    "sde": "dx/dt = -x + xi",
    "dde": "dx/dt = -x(t - 1)\nx(t <= 0) = 1",
    "fde": "order(x) = 0.8\ndx/dt = -x\nx(0) = 1",
}


def table() -> str:
    """The table in Markdown: a row a method, a column a driver, and the reasons where a cell is empty."""
    drivers = bp.drivers.registry()
    lines = [
        f"| method | | order | {' | '.join(drivers)} |",
        f"| --- | --- | --- |{' --- |' * len(drivers)}",
    ]
    reasons: list[str] = []
    for method in bp.solvers.registry().values():
        system = read_text(PROBES[method.family], name="Probe")
        marks = [mark(system, method, driver, reasons) for driver in drivers.values()]
        order = f"{method.order:g}{', adaptive' if method.is_adaptive else ''}"
        if isinstance(method, NoisyMethod):
            order = f"strong {method.order:g}, weak {method.weak_order:g}"
        lines.append(f"| `{method.name}` | {method.title} | {order} | {' | '.join(marks)} |")
    notes = [f"{number}. {reason}" for number, reason in enumerate(reasons, 1)]
    return "\n".join(lines + (["", *notes] if notes else []))


def mark(system: System, method: Method, driver: Driver, reasons: list[str]) -> str:
    """A tick, or the number of the reason why the method has no step code for the driver."""
    try:
        method.check(system)
        generate(system, method, driver.dialect, driver.name)
    except BrainPyLabError as error:
        if error.message not in reasons:
            reasons.append(error.message)
        return f"({reasons.index(error.message) + 1})"
    return "✓"


def main() -> int:
    """Write the table, or say whether it is up to date."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="change nothing, fail when the table is out of date")
    check = parser.parse_args().check
    old = README.read_text(encoding="utf-8")
    head, _, rest = old.partition(BEGIN)
    _, _, tail = rest.partition(END)
    new = f"{head}{BEGIN}\n\n{table()}\n\n{END}{tail}"
    if check and new != old:
        print("The table of methods and drivers in README.md is out of date: run `make docs`.", file=sys.stderr)
        return 1
    if new != old:
        README.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
