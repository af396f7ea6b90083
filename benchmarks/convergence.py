"""Measured orders of convergence, every method on every driver: `make convergence` writes docs/convergence.md.

    python benchmarks/convergence.py [--check]

The measurements are those of the tests, tests/solvers/orders/: one module a family, ``methods()`` and ``measure()``.
``--check`` writes nothing and fails when a measured order is not within 0.15 of the nominal one.
"""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import sys
import warnings
from pathlib import Path
from typing import Any

import brainpy_lab as bp
from brainpy_lab.errors import BrainPyLabError

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "convergence.md"
TITLES = {
    "ode": "Ordinary differential equations", "sde": "Stochastic differential equations",
    "dde": "Delay differential equations", "fde": "Fractional differential equations",
}  # fmt: skip
HEAD = """# Measured orders of convergence

Made by `make convergence` from the measurements that the tests assert (`tests/solvers/orders/`): the slope of the error
against the step between the finest steps, on problems whose exact solutions are known. Adaptive methods are measured
with tolerances so loose that every step has the length `max_step`. A number in brackets would be further than 0.15 from
the nominal order. Fractional methods are measured at order 0.6: `caputo_l1` has order 2 - 0.6, `caputo_pece` 1 + 0.6,
and `exact` on linear equations whose inputs change in time: where they are constant, it has no error but rounding.
"""


def families() -> dict[str, Any]:
    """The modules that measure, by family, in the order of `TITLES`."""
    sys.path.insert(0, str(ROOT / "tests"))
    package = importlib.import_module("solvers.orders")
    names = {info.name for info in pkgutil.iter_modules(package.__path__)}
    return {name: importlib.import_module(f"solvers.orders.{name}") for name in TITLES if name in names}


def measured(module: Any, measure: str, method: str, backend: str) -> Any:
    """An order, or why there is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return getattr(module, measure)(method, backend)
    except (BrainPyLabError, KeyError) as error:
        return str(error).splitlines()[0]


def table(module: Any, measure: str) -> tuple[list[str], bool]:
    """Rows in Markdown, and whether every order holds."""
    drivers = [name for name, driver in bp.drivers.registry().items() if driver.available() is None]
    lines = [f"| method | nominal | {' | '.join(drivers)} |", f"| --- | --- |{' --- |' * len(drivers)}"]
    holds = True
    for method in module.methods():
        cells, nominal = [], float(bp.solvers.get(method).order)
        for backend in drivers:
            order = measured(module, measure, method, backend)
            if isinstance(order, str):
                cells.append("–")
                print(f"{method} on {backend}: {order}", file=sys.stderr)
                continue
            nominal = order.nominal
            cells.append(f"{order.measured:.2f}" if order.holds else f"({order.measured:.2f})")
            holds = holds and order.holds
        lines.append(f"| `{method}` | {nominal:g} | {' | '.join(cells)} |")
        print(lines[-1], file=sys.stderr, flush=True)
    return lines, holds


def main() -> int:
    """Measure, and write the page or say what does not hold."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing, fail when an order does not hold")
    parser.add_argument("--family", action="append", choices=list(TITLES), help="measure these alone, writing nothing")
    arguments = parser.parse_args()
    parts, holds = [HEAD], True
    for name, module in families().items():
        if arguments.family and name not in arguments.family:
            continue
        parts.append(f"## {TITLES[name]}\n")
        for measure in ("measure", "measure_weak"):
            if hasattr(module, measure):
                if name == "sde":
                    parts.append("Strong order:\n" if measure == "measure" else "Weak order:\n")
                lines, good = table(module, measure)
                parts.append("\n".join(lines) + "\n")
                holds = holds and good
        if not (arguments.check or arguments.family):
            PAGE.write_text("\n".join(parts), encoding="utf-8")
    return 0 if holds or not arguments.check else 1


if __name__ == "__main__":
    sys.exit(main())
