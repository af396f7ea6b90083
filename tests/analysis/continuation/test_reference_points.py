"""Folds, Hopf points, their frequencies and Lyapunov coefficients: known to ten digits and more."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import brainpy_lab as bp
from brainpy_lab.analysis import Diagram

ENTRIES = json.loads((Path(__file__).parents[2] / "reference_values.json").read_text())["entries"]

#: What of a point a quantity's first words name.
QUANTITIES = {"fold (saddle-node)": "fold", "Hopf point": "hopf", "Hopf angular": "omega", "first Lyapunov": "l1"}

#: The range of the free parameter, by the first letters of the entry.
RANGES = {
    "FHNcubic": (-0.5, 0.5), "FHN": (-1, 3), "HH": (-20, 200), "ML": (-50, 300), "INaK": (-120, 500), "WC72": (-1, 4),
    "HRfast": (-5, 20), "Brusselator": (0.5, 4), "AUTOab": (0.01, 0.6), "vdP": (-1, 1), "Rossler": (-0.3, 0.3),
    "MPR": (-10, 2),
}  # fmt: skip

#: Wilson and Cowan's equations, which the file has in words.
WILSON_COWAN = """
S_e = 1/(1 + exp(-ae*(c1*E - c2*J + P - the))) - 1/(1 + exp(ae*the))
S_i = 1/(1 + exp(-ai*(c3*E - c4*J + Q - thi))) - 1/(1 + exp(ai*thi))
dE/dt = -E + (1 - 1/(1 + exp(ae*the)) - r*E)*S_e
dJ/dt = -J + (1 - 1/(1 + exp(ai*thi)) - r*J)*S_i
"""


def _range(entry: dict[str, Any]) -> tuple[float, float]:
    return next((r for start, r in RANGES.items() if entry["id"].startswith(start)), (0, 0))


def _kind(entry: dict[str, Any]) -> str:
    return next((k for start, k in QUANTITIES.items() if entry["quantity"].startswith(start)), "")


def _text(entry: dict[str, Any]) -> str:
    lines = [f"{name} = {1.0 if value == 'free' else value}" for name, value in entry["parameters"].items()]
    if "S_j" in entry["equations"]:
        return "\n".join(lines) + WILSON_COWAN
    equations = re.sub(r"(\w+)'\s*=", r"d\1/dt =", entry["equations"]).replace("^", "**")
    return "\n".join([*lines, *(part.strip() for part in equations.split(";"))])


@cache
def _diagram(
    text: str, parameter: str, range: tuple[float, float], step: float = 0.1, tolerance: float = 1e-10
) -> Diagram:
    return bp.analysis.bifurcation(bp.model(text), parameter, range, cycles=False, step=step, tolerance=tolerance)


def _free(entry: dict[str, Any]) -> str | None:
    return next((name for name, value in entry["parameters"].items() if value == "free"), None)


CASES = [e for e in ENTRIES if e["category"] == "bifurcation" and _kind(e) and _free(e) and _range(e) != (0, 0)]


def test_the_file_holds_what_is_asked_for() -> None:
    assert len(CASES) >= 95


@pytest.mark.parametrize("entry", CASES, ids=lambda e: e["id"])
def test_points_are_where_they_are_known_to_be(entry: dict[str, Any]) -> None:
    points = _diagram(_text(entry), _free(entry) or "", _range(entry)).points
    kind = _kind(entry)
    if kind in ("omega", "l1"):
        found = [p.data[kind] for p in points.of("hopf")]
    else:
        found = [p.parameter for p in points.of(kind)]
    assert min(abs(x - entry["value"]) for x in found) <= entry["tolerance"]


CHOSEN = ["FHN_hopf_low", "ML_snlcset_fold1", "INaK_high_fold1", "HRfast_fold1", "AUTOab_p2_18_p3_3_HB1"]


@pytest.mark.parametrize("name", CHOSEN)
def test_the_same_labels_for_any_step_and_tolerance(name: str) -> None:
    entry = next(e for e in CASES if e["id"] == name)
    expected = _diagram(_text(entry), _free(entry) or "", _range(entry)).points
    assert expected
    for step, tolerance in ((0.03, 1e-10), (0.2, 1e-10), (0.4, 1e-10), (0.1, 1e-6), (0.1, 1e-12)):
        points = _diagram(_text(entry), _free(entry) or "", _range(entry), step, tolerance).points
        assert [p.kind for p in points] == [p.kind for p in expected]
        for p, q in zip(points, expected, strict=True):
            assert p.parameter == pytest.approx(q.parameter, rel=1e-9, abs=1e-9)
