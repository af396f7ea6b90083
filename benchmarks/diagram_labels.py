"""The labels of fifteen diagrams over five longest steps and three tolerances: none is lost, none is spurious.

``python benchmarks/diagram_labels.py [names ...]``. All runs of a model must give the kinds of the first, each at its
place to 1e-6, and as many branches. What differs is printed, and makes the status one.
"""

from __future__ import annotations

import sys
import time
from itertools import product

import brainpy_lab as bp
from brainpy_lab.analysis import bifurcation

#: Model, parameter and range.
MODELS = {
    "stuart_landau": ("mu", (-1, 2)),
    "brusselator": ("B", (0.5, 5)),
    "montbrio_pazo_roxin": ("eta", (-10, 2)),
    "morris_lecar_snic": ("I", (-20, 250)),
    "morris_lecar_homoclinic": ("I", (-20, 250)),
    "morris_lecar": ("I", (-20, 250)),
    "persistent_sodium_homoclinic": ("I", (-50, 100)),
    "persistent_sodium": ("I", (-50, 300)),
    "wilson_cowan": ("P", (-1, 3)),
    "fitzhugh_nagumo_cubic": ("I", (-0.1, 0.3)),
    "fitzhugh_nagumo": ("I", (0, 2)),
    "lorenz": ("r", (0, 30)),
    "rossler": ("a", (-0.05, 0.15)),
    "wang_buzsaki": ("I", (-1, 5)),
    "hodgkin_huxley": ("I", (0, 160)),
}

STEPS, TOLERANCES = (0.1, 0.03, 0.05, 0.2, 0.3), (1e-7, 1e-9, 1e-11)

#: Places, relative to 1 and their size: a homoclinic orbit's is that of its longest cycle.
SAME = 1e-6


def main() -> None:
    """Compute all, and print each model's labels and what differs from them."""
    different = 0
    for name in sys.argv[1:] or MODELS:
        parameter, range_ = MODELS[name]
        model, began, first = getattr(bp.models, name)(), time.process_time(), None
        for step, tolerance in product(STEPS, TOLERANCES):
            diagram = bifurcation(model, parameter, range_, step=step, tolerance=tolerance)
            found = [(p.kind, p.parameter) for p in diagram.points], len(diagram.branches)
            if first is None:
                first = found
                print(f"{name}: {', '.join(f'{kind} {place:.8g}' for kind, place in first[0])}", flush=True)
            elif not _is_same(found, first):
                different += 1
                print(f"  DIFFERS at step {step}, tolerance {tolerance}: {found}", flush=True)
        print(f"  {time.process_time() - began:.1f} s of the processor", flush=True)
    print(f"{different} diagrams differ")
    sys.exit(different > 0)


def _is_same(found: tuple[list[tuple[str, float]], int], first: tuple[list[tuple[str, float]], int]) -> bool:
    if found[1] != first[1] or [kind for kind, _ in found[0]] != [kind for kind, _ in first[0]]:
        return False
    pairs = zip(found[0], first[0], strict=True)
    return all(abs(a - b) < SAME * (1 + abs(b)) for (_, a), (_, b) in pairs)


if __name__ == "__main__":
    main()
