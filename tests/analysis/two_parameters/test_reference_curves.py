"""Points of codimension two of published models, known to ten digits and more."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import brainpy_lab as bp

ENTRIES = {
    entry["id"]: entry
    for entry in json.loads((Path(__file__).parents[2] / "reference_values.json").read_text())["entries"]
}

#: The kind, the parameters, the box, and what the file has in words.
FHN = ("I", "b"), ((-1.0, 3.0), (0.1, 5.0)), "I = 0\nb = 1\n"
HODGKIN_HUXLEY = (
    ("I", "EK"), ((-20.0, 50.0), (-80.0, -40.0)),
    "C = 1\ngNa = 120\ngK = 36\ngL = 0.3\nENa = 50\nEK = -77\nEL = -54.387\nI = 0\n",
)  # fmt: skip
CASES: dict[str, tuple[str, Any]] = {
    "FHN_BT2": ("bogdanov-takens", FHN),
    "FHN_cusp": ("cusp", FHN),
    "FHN_GH": ("bautin", FHN),
    "ML_BT1": ("bogdanov-takens", (("I", "phi"), ((-50.0, 150.0), (0.005, 0.1)), "")),
    "HH_cusp_IEK1": ("cusp", HODGKIN_HUXLEY),
    "HH_BT_IEK1": ("bogdanov-takens", HODGKIN_HUXLEY),
}


def _text(entry: dict[str, Any], more: str) -> str:
    lines = [f"{k} = {1.0 if v == 'free' else v}" for k, v in entry["parameters"].items() if k != "free"]
    equations = re.sub(r"(\w+)'\s*=", r"d\1/dt =", entry["equations"]).replace("^", "**")
    return more + "\n".join([*lines, *(part.strip() for part in equations.split(";") if "free" not in part)])


@cache
def _diagram(text: str, names: tuple[str, str], box: Any, step: float = 0.1) -> bp.analysis.PlaneDiagram:
    return bp.analysis.bifurcation(bp.model(text), names, box, step=step)


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=[pytest.mark.slow] if n.startswith(("HH", "ML")) else []) for n in CASES]
)
def test_points_are_where_they_are_known_to_be(name: str) -> None:
    kind, (names, box, more) = CASES[name]
    points = _diagram(_text(ENTRIES[name], more), names, box).points.of(kind)
    errors = [
        max(abs(x - y) for x, y in zip(p.parameters.values(), ENTRIES[name]["value"], strict=True)) for p in points
    ]
    assert min(errors) <= min(ENTRIES[name]["tolerance"], 1e-8)


#: Parameters and box of published models.
MODELS: dict[str, tuple[tuple[str, str], Any]] = {
    "fitzhugh_nagumo": (("I", "b"), ((-1.0, 3.0), (0.1, 5.0))),
    "morris_lecar": (("I", "V3"), ((-50.0, 350.0), (-20.0, 30.0))),
    "morris_lecar_snic": (("I", "phi"), ((-50.0, 150.0), (0.005, 0.5))),
    "persistent_sodium": (("I", "V_n"), ((-100.0, 300.0), (-60.0, -10.0))),
    "wilson_cowan": (("P", "Q"), ((-2.0, 6.0), (-3.0, 5.0))),
    "hindmarsh_rose": (("I", "b"), ((-5.0, 10.0), (1.0, 4.0))),
    "montbrio_pazo_roxin": (("eta", "J"), ((-15.0, 2.0), (0.0, 25.0))),
    "adaptive_exponential": (("I", "a"), ((0.0, 1500.0), (0.0, 60.0))),
}

STEPS = (0.1, 0.03, 0.05, 0.15, 0.2)


def _labels(model: str, step: float) -> tuple[list[Any], list[Any]]:
    names, box = MODELS[model]
    diagram = bp.analysis.bifurcation(getattr(bp.models, model)(), names, box, step=step)
    points = [(p.kind, *(round(v, 7) + 0.0 for v in p.parameters.values())) for p in diagram.points]
    return sorted(points), sorted((b.kind, *sorted(b.ends)) for b in diagram.branches)


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_points_and_curves_do_not_depend_on_the_steps(model: str) -> None:
    first, *others = (_labels(model, step) for step in STEPS)
    assert all(other == first for other in others) and first[0] + first[1]


def test_a_cusp_does_not_depend_on_the_steps() -> None:
    assert _labels("montbrio_pazo_roxin", 0.2) == _labels("montbrio_pazo_roxin", 0.06)


def test_fitzhugh_nagumo_has_these_points_and_no_others() -> None:
    names, box, more = FHN
    diagram = _diagram(_text(ENTRIES["FHN_GH"], more), names, box)
    kinds = [p.kind for p in diagram.points]
    assert kinds == ["bogdanov-takens", "bautin", "bogdanov-takens", "cusp", "bautin"]
    assert sorted(b.kind for b in diagram.branches) == ["fold", "hopf", "hopf"]
    # the equations are symmetric about I = a
    assert [p.parameter for p in diagram.points] == pytest.approx(
        [-0.20689386817057848, 0.11891101275944907, 0.6028736656350450, 0.7, 2.6239218137681111], abs=1e-8
    )
