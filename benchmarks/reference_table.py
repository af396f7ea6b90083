"""Every reference value of the analysis, computed as a user would: entry, ours, the file's, error, tolerance, seconds.

``python benchmarks/reference_table.py [beginning of the names ...]``. The values stand in
``tests/reference_values.json``; what is left out is printed with the reason. Multipliers are compared as logarithms, to
1e-5 (1 + |log|). Seconds are of the processor, with what a first call compiles.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

import brainpy_lab as bp
from brainpy_lab.analysis import bifurcation, fixed_points, limit_cycle, manifolds

TESTS = Path(__file__).parents[1] / "tests"
CATEGORIES = "bifurcation limit_cycle equilibrium phase manifold basin fast_slow global lyapunov".split()
ENTRIES = {e["id"]: e for e in json.loads((TESTS / "reference_values.json").read_text())["entries"]}

#: Why an entry is not computed.
LEFT_OUT = {
    "Bratu_fold": "left out: a boundary value problem",
    "Duffing_Melnikov": "left out: Melnikov's method",
    "vdP_canard": "left out: canards",
    "LE_logistic4": "a map", "LE_cat": "a map", "Feigenbaum": "a map", "basin_newton": "a map",
    "uncertainty_henon": "a map",
    "AUTOcir": "gives no equations", "AUTOppp": "gives no equations",
    "LIF_PRC": "a model with resets: cycles of those are not computed",
}  # fmt: skip

PREDATOR_PREY = """
p = 0.5
du1/dt = 3*u1*(1 - u1) - u1*u2 - p*(1 - exp(-5*u1))
du2/dt = -u2 + 3*u1*u2
"""
STUART_LANDAU = """
om = 3.0
q = 1.0
dx/dt = x - om*y - (x**2 + y**2)*(x - q*y)
dy/dt = om*x + y - (x**2 + y**2)*(q*x + y)
"""


def _module(path: str) -> ModuleType:
    """A file of the tests, for the texts and ranges in it."""
    spec = importlib.util.spec_from_file_location(Path(path).stem, TESTS / path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


POINTS = _module("analysis/continuation/test_reference_points.py")
CURVES = _module("analysis/two_parameters/test_reference_curves.py")
CYCLES = _module("analysis/continuation/test_cycles.py")
EXPONENTS = _module("analysis/lyapunov/test_exponents.py")
GIVEN = {e["id"] for e in POINTS.CASES}


@cache
def diagram(text: str, name: str, range_: tuple[float, float], cycles: bool = True) -> bp.analysis.Diagram:
    return bifurcation(bp.model(text), name, range_, cycles=cycles)


@cache
def of_model(model: str, name: str, range_: tuple[float, float], **options: Any) -> bp.analysis.Diagram:
    return bifurcation(getattr(bp.models, model)(), name, range_, **options)


def nearest(values: list[Any], entry: dict[str, Any]) -> Any:
    """The value nearest to the entry's, which is looked for among all that were found."""
    aim = np.asarray(entry["value"], dtype=float)
    return min(values, key=lambda v: np.abs(np.asarray(v) - aim).max(), default=None)


def places(found: bp.analysis.Diagram, kind: str, entry: dict[str, Any]) -> Any:
    return nearest([p.parameter for p in found.points.of(kind)], entry)


def point(entry: dict[str, Any]) -> Any:
    """A fold, a Hopf point, its frequency or its coefficient."""
    found, kind = diagram(POINTS._text(entry), POINTS._free(entry), POINTS._range(entry), False), POINTS._kind(entry)
    if kind in ("omega", "l1"):
        return nearest([p.data[kind] for p in found.points.of("hopf")], entry)
    return places(found, kind, entry)


def codimension_two(entry: dict[str, Any]) -> Any:
    kind, (names, box, more) = CURVES.CASES[entry["id"]]
    found = bifurcation(bp.model(CURVES._text(entry, more)), names, box)
    return nearest([list(p.parameters.values()) for p in found.points.of(kind)], entry)


def rest(entry: dict[str, Any]) -> Any:
    (found,) = fixed_points(bp.model(POINTS._text(entry)), V=(-100, 0), m=(0, 1), h=(0, 1), n=(0, 1))
    if entry["id"].endswith("rest"):
        return found.values["V"]
    return np.array([[z.real, z.imag] for z in sorted(found.eigenvalues, key=lambda z: (z.real, z.imag))])


def equilibria(entry: dict[str, Any]) -> Any:
    names = [line.split("'")[0].strip() for line in entry["equations"].split(";")]
    box = {n: (-200, 100) if n == "V" else (-10, 10) for n in names}
    found = fixed_points(bp.model(POINTS._text(entry)), box)
    return np.array(sorted([p.values[n] for n in names] for p in found))


def van_der_pol(entry: dict[str, Any]) -> Any:
    cycle = limit_cycle(bp.models.van_der_pol(), mu=entry["parameters"]["mu"])
    what = entry["id"].split("_")[1]
    if what == "floquet":
        return cycle.log_multipliers[1].real
    return cycle.period if what == "period" else cycle.max["x"]


def fitzhugh_nagumo(entry: dict[str, Any]) -> Any:
    cycle = limit_cycle(bp.models.fitzhugh_nagumo(), I=entry["parameters"]["I"])
    return cycle.period if "period" in entry["id"] else cycle.log_multipliers[1].real


def exponents(entry: dict[str, Any]) -> Any:
    model = {"LE_Lorenz": bp.models.lorenz, "LE_Rossler": bp.models.rossler}.get(entry["id"])
    made = bp.model(EXPONENTS.HYPER) if model is None else model()
    return bp.analysis.lyapunov_spectrum(made, 2e4).exponents


def stuart_landau(entry: dict[str, Any]) -> Any:
    cycle = limit_cycle(bp.model(STUART_LANDAU), near={"x": 1.0, "y": 0.1})
    return [2 * np.pi / cycle.period, float(np.exp(cycle.log_multipliers[1].real))]


def generalised_hopf(entry: dict[str, Any]) -> Any:
    (fold,) = diagram(CYCLES.BAUTIN, "b1", (-1, 1)).points.of("fold of cycles")
    return [fold.parameter, fold.data["max"]["x"]]


def wilson_cowan(entry: dict[str, Any]) -> Any:
    return limit_cycle(bp.model(POINTS._text(ENTRIES["WC72_lc_hopf1"])), near={"E": 0.2, "J": 0.05}, P=1.25).period


def morris_lecar(entry: dict[str, Any]) -> Any:
    return limit_cycle(bp.models.morris_lecar(), I=100.0).period


def unstable_orbit(entry: dict[str, Any]) -> Any:
    near = {"x": -7.2, "y": 0.0, "z": 0.015}
    return limit_cycle(bp.models.rossler(), near=near, period=5.88, **entry["parameters"]).period


def duffing(entry: dict[str, Any]) -> Any:
    found = manifolds(bp.model("dx/dt = y\ndy/dt = x - x**3"), {"x": 0.0, "y": 0.0}, x=(-3, 3), y=(-3, 3))
    return max(branch.max["x"] for branch in found.unstable)


def toy(entry: dict[str, Any]) -> Any:
    found = manifolds(bp.model("dx/dt = x\ndy/dt = -y + x**2"), {"x": 0.0, "y": 0.0}, x=(-3, 3), y=(-3, 3))
    return [found.unstable.at(x=1.5)["y"]]


HRFAST = POINTS._text(ENTRIES["HRfast_fold1"])
HH = (0.0, 30.0)

#: Beginnings of names, the longest that fits counts.
BY_NAME: dict[str, Callable[[dict[str, Any]], Any]] = {
    **dict.fromkeys(("HH54387_rest", "HH54401_rest", "HH544_rest"), rest),
    **dict.fromkeys(CURVES.CASES, codimension_two),
    "EQ_": equilibria,
    **dict.fromkeys(("vdP_period", "vdP_amp", "vdP_floquet"), van_der_pol),
    **dict.fromkeys(("FHN_period", "FHN_floquet"), fitzhugh_nagumo),
    "WC72_lc_period": wilson_cowan,
    "ML_hopf_period": morris_lecar,
    "Rossler_UPO1": unstable_orbit,
    "LE_": exponents,
    "SL_isochron": stuart_landau,
    "GH_normal_form": generalised_hopf,
    "Duffing_homoclinic": duffing,
    "manifold_toy": toy,
    "cusp_fold": lambda e: places(diagram("b1 = 0\ndx/dt = b1 + x - x**3", "b1", (-1, 1)), "fold", e),
    "Izh_RS_fold": lambda e: places(of_model("izhikevich", "I", (0, 20)), "fold", e),
    "AdEx_BG_hopf": lambda e: places(of_model("adaptive_exponential", "I", (0, 2000)), "hopf", e),
    "WB_SNIC": lambda e: places(of_model("wang_buzsaki", "I", (-1, 10)), "snic", e),
    "vdP_hopf_l1": lambda e: point({**ENTRIES["vdP_hopf"], "quantity": "first Lyapunov", "value": e["value"]}),
    "HH_LPC": lambda e: places(of_model("hodgkin_huxley", "I", HH, doublings=0), "fold of cycles", e),
    "HRfast_homoclinic": lambda e: places(diagram(HRFAST, "I", (-5, 20)), "homoclinic", e),
    "Lorenz_homoclinic": lambda e: places(of_model("lorenz", "r", (0, 30)), "homoclinic", e),
    "tor_LP1": lambda e: places(diagram(CYCLES.TOR, "nu", (-0.65, -0.5)), "fold of cycles", e),
    "tor_PD": lambda e: places(diagram(CYCLES.TOR, "nu", (-0.65, -0.5)), "period doubling", e),
    "tor_BP": lambda e: places(diagram(CYCLES.TOR, "nu", (-0.65, -0.5)), "branch point of cycles", e),
    "AUTOpp2_heteroclinic": lambda e: nearest(
        [p.parameter for p in bifurcation(
            bp.model(PREDATOR_PREY), "p", (0, 1), events={"T36": "period - 36"}, max_period=100.0
        ).points.of("T36")], e),
}  # fmt: skip


def how(name: str) -> Callable[[dict[str, Any]], Any] | str:
    """What computes an entry, or why nothing does."""
    out = next((why for start, why in LEFT_OUT.items() if name.startswith(start)), None)
    if out is not None:
        return out
    fits = [start for start in BY_NAME if name.startswith(start)]
    if fits:
        return BY_NAME[max(fits, key=len)]
    return point if name in GIVEN else "no way to compute it"


def reference(entry: dict[str, Any]) -> Any:
    """The file's value; multipliers as their logarithms."""
    if entry["id"].startswith("vdP_floquet"):
        return float(entry["note"].split("=")[1])
    value = entry["value"]
    return list(value.values()) if isinstance(value, dict) else value


def tolerance(entry: dict[str, Any]) -> Any:
    if entry["id"] == "LE_RosslerHyper":
        return np.array([entry["tolerance"]] * 3 + [0.5])  # the last exponent is known to that
    if entry["id"].startswith("vdP_floquet"):
        return 1e-5 * (1 + abs(reference(entry)))
    return entry["tolerance"]


def main() -> None:
    """Print the table; the status says whether all is within its tolerance."""
    chosen = tuple(sys.argv[1:])
    missed = 0
    for name, entry in ENTRIES.items():
        if entry["category"] not in CATEGORIES or (chosen and not name.startswith(chosen)):
            continue
        way = how(name)
        if isinstance(way, str):
            print(f"{name:28} -- {way}", flush=True)
            continue
        began = time.process_time()
        aim = {**entry, "value": reference(entry)}
        ours = way(aim)
        seconds = time.process_time() - began
        error = np.abs(np.asarray(np.nan if ours is None else ours, float) - np.asarray(aim["value"], float))
        good = bool((error <= tolerance(entry)).all())
        missed += not good
        shown = np.array2string(np.ravel(np.asarray(ours, float))[:4], precision=12, max_line_width=200)
        print(
            f"{name:28} {'ok  ' if good else 'MISS'} error {error.max():.1e} of {np.max(tolerance(entry)):.1e}, "
            f"{seconds:.2f} s: {shown}", flush=True,
        )  # fmt: skip
    print(f"{missed} beyond their tolerance")
    sys.exit(missed > 0)


if __name__ == "__main__":
    main()
