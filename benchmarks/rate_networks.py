"""Equilibria of a tanh rate network in its gain, with 10, 100 and 400 units: time, and what its weights say.

``python benchmarks/rate_networks.py [units ...]``. At zero input an eigenvalue of the weights crosses the axis where
the gain is one over its real part: all Hopf and branch points of x = 0 are known. The status is one where one is
missing, or one is too many.
"""

from __future__ import annotations

import sys
import time

import numpy as np

import brainpy_lab as bp

HIGHEST = 2.0

#: Places are the same when they differ by no more than this, relative.
SAME = 1e-9


def network(units: int) -> tuple[bp.Model, np.ndarray]:
    """The model and its weights."""
    weights = np.random.default_rng(0).normal(size=(units, units)) / np.sqrt(units)
    text = "dx/dt = -x + W @ tanh(g*x)\nx(0) = x0\ng = 1"
    return bp.model(text, namespace={"W": weights, "x0": np.zeros(units)}), weights


def known(weights: np.ndarray) -> dict[str, np.ndarray]:
    """Where x = 0 has Hopf points, and branch points."""
    values = np.linalg.eigvals(weights)
    values = values[values.real > 1 / HIGHEST]
    return {
        "hopf": np.sort(1 / values.real[values.imag > 0]),
        "branch point": np.sort(1 / values.real[values.imag == 0]),
    }


def main() -> None:
    """Measure all networks."""
    wrong = 0
    for units in [int(word) for word in sys.argv[1:]] or [10, 100, 400]:
        model, weights = network(units)
        bp.analysis.bifurcation(model, "g", (0, HIGHEST if units < 200 else 0.1), cycles=False)  # compiles
        began = time.process_time()
        diagram = bp.analysis.bifurcation(model, "g", (0, HIGHEST), cycles=False)
        took = time.process_time() - began
        sizes = ", ".join(str(len(branch)) for branch in diagram.branches)
        print(f"{units} units: {took:.2f} s of the processor, branches of {sizes} points", flush=True)
        for kind, places in known(weights).items():
            at_zero = [p for p in diagram.points.of(kind) if max(map(abs, p.values.values())) < SAME]
            found = np.sort([p.parameter for p in at_zero])
            is_same = len(found) == len(places) and np.allclose(found, places, rtol=SAME, atol=0)
            others = len(diagram.points.of(kind)) - len(found)
            print(f"  {kind}: {len(found)} of {len(places)} at zero, {others} elsewhere{'' if is_same else ' WRONG'}")
            wrong += not is_same
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
