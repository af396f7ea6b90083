"""Fixed points: all of them, where they are, and of which kind, against reference values and closed forms."""

import re

import numpy as np
import pytest

from brainpy_lab import models
from brainpy_lab.analysis import fixed_points
from brainpy_lab.errors import AnalysisError, ArgumentError

FHN_BOX = {"V": (-3, 3), "w": (-2, 3)}


@pytest.fixture(scope="module")
def fhn():
    return models.fitzhugh_nagumo()


def matrix(model_of, a, b, c, d):
    return model_of(f"dx/dt = {a}*x + {b}*y\ndy/dt = {c}*x + {d}*y")


def states(found):
    return np.array([list(p.values.values()) for p in found])


# --- published models against the reference values ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entry", "make", "box", "given"),
    [
        ("EQ_ML_snlc_I30", models.morris_lecar_snic, {"V": (-80, 60), "w": (0, 1)}, {"I": 30}),
        ("EQ_INaK_I0", models.persistent_sodium, {"V": (-90, 60), "n": (0, 1)}, {"I": 0}),
        ("EQ_Duffing", models.duffing, {"x": (-2, 2), "y": (-2, 2)}, {}),
    ],
)
def test_all_equilibria_of_the_reference(reference, entry, make, box, given):
    reference = reference(entry)
    found = fixed_points(make(), box, **given)
    np.testing.assert_allclose(states(found), reference["value"], rtol=0, atol=reference["tolerance"])
    listed = re.search(r"eigenvalues=(.*)", reference["note"]).group(1)
    numbers = [complex(n.replace(" ", "").strip("()")) for n in re.findall(r"'([^']*)'", listed)]
    eigenvalues = np.array(numbers).reshape(len(found), -1)
    for point, expected in zip(found, eigenvalues, strict=True):
        order = np.lexsort((-expected.imag, -expected.real))
        np.testing.assert_allclose(point.eigenvalues, expected[order], rtol=0, atol=1e-12)


def test_rest_of_hodgkin_and_huxley(reference):
    hh = models.hodgkin_huxley()
    (rest,) = fixed_points(hh, {"V": (-100, 60)}, I=0, E_L=-54.401)
    entry = reference("HH54401_rest")
    assert rest.values["V"] == pytest.approx(entry["value"], abs=entry["tolerance"])
    gates = [float(v) for v in re.findall(r"'([\d.]+)'", entry["note"])]
    assert [rest.values[g] for g in "mhn"] == pytest.approx(gates, abs=1e-12)
    assert rest.kind == "stable focus"


@pytest.mark.parametrize(("entry", "E_L"), [("HH54387_rest_eigs", -54.387), ("HH54401_rest_eigs", -54.401)])
def test_eigenvalues_of_hodgkin_and_huxley_at_rest(reference, entry, E_L):
    box = {"V": (-100, 60), "m": (0, 1), "h": (0, 1), "n": (0, 1)}
    (rest,) = fixed_points(models.hodgkin_huxley(), box, I=0, E_L=E_L)
    expected = np.array([complex(*pair) for pair in reference(entry)["value"]])
    expected = expected[np.lexsort((-expected.imag, -expected.real))]
    np.testing.assert_allclose(rest.eigenvalues, expected, rtol=0, atol=1e-8)


def test_fitzhugh_nagumo_over_fifty_currents(reference, fhn):
    low, high = reference("FHN_hopf_low")["value"], reference("FHN_hopf_high")["value"]
    for current in np.linspace(0, 2, 50):
        (point,) = fixed_points(fhn, FHN_BOX, I=current)
        assert point.stable == (not low < current < high)
        assert point.kind.startswith("unstable" if low < current < high else "stable")
        residual = [point.values["V"] - point.values["V"] ** 3 / 3 - point.values["w"] + current]
        assert residual == pytest.approx([0], abs=1e-14)


@pytest.mark.parametrize("entry", ["FHN_hopf_low", "FHN_hopf_high"])
def test_stability_switches_at_the_hopf_point(reference, fhn, entry):
    hopf = reference(entry)["value"]
    assert fixed_points(fhn, FHN_BOX, I=hopf)[0].kind == "center"
    kinds = {fixed_points(fhn, FHN_BOX, I=hopf + side)[0].kind for side in (-1e-7, 1e-7)}
    assert kinds == {"stable focus", "unstable focus"}


@pytest.mark.parametrize(
    ("make", "box", "name", "fold", "counts"),
    [
        (models.morris_lecar_snic, {"V": (-80, 60), "w": (0, 1)}, "I", "ML_snlcset_fold1", (3, 1)),
        (models.morris_lecar_snic, {"V": (-80, 60), "w": (0, 1)}, "I", "ML_snlcset_fold2", (1, 3)),
        (models.persistent_sodium, {"V": (-90, 60), "n": (0, 1)}, "I", "INaK_high_fold1", (3, 1)),
        (models.wilson_cowan, {"E": (-0.2, 1), "I": (-0.2, 1)}, "P", "WC72_lc_fold1", (3, 1)),
        (models.wilson_cowan, {"E": (-0.2, 1), "I": (-0.2, 1)}, "P", "WC72_lc_fold2", (1, 3)),
        (models.wilson_cowan_hysteresis, {"E": (-0.2, 1), "I": (-0.2, 1)}, "P", "WC72_hyst_fold1", (3, 1)),
        (models.wilson_cowan_hysteresis, {"E": (-0.2, 1), "I": (-0.2, 1)}, "P", "WC72_hyst_fold2", (1, 3)),
        (models.montbrio_pazo_roxin, {"r": (0, 3), "v": (-4, 4)}, "eta", "MPR_fold1", (3, 1)),
        (models.montbrio_pazo_roxin, {"r": (0, 3), "v": (-4, 4)}, "eta", "MPR_fold2", (1, 3)),
    ],
)
def test_two_fixed_points_vanish_at_a_fold(reference, make, box, name, fold, counts):
    at = reference(fold)["value"]
    model = make()
    for distance in (1e-5, 1e-2 * abs(at)):
        found = [len(fixed_points(model, box, **{name: at + side * distance})) for side in (-1, 1)]
        assert tuple(found) == counts


def test_fixed_points_of_lorenz():
    found = fixed_points(models.lorenz(), {"x": (-30, 30), "y": (-30, 30), "z": (-10, 60)})
    root = np.sqrt(72)
    np.testing.assert_allclose(states(found), [[-root, -root, 27], [0, 0, 0], [root, root, 27]], atol=1e-12)
    assert [p.kind for p in found] == ["saddle-focus", "saddle", "saddle-focus"]


def test_fixed_points_of_rossler():
    found = fixed_points(models.rossler(), {"x": (-30, 30), "y": (-60, 30), "z": (-10, 60)})
    c = 5.7
    z = (c + np.array([-1, 1]) * np.sqrt(c**2 - 4 * 0.04)) / 0.4
    np.testing.assert_allclose(states(found), np.array([0.2 * z, -z, z]).T, rtol=1e-12)


def test_lotka_volterra_has_a_saddle_and_a_center():
    found = fixed_points(models.lotka_volterra(), {"x": (0, 10), "y": (0, 10)})
    np.testing.assert_allclose(states(found), [[0, 0], [3, 1.5]], atol=1e-13)
    assert [p.kind for p in found] == ["saddle", "center"]


# --- kinds ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entries", "kind"),
    [
        ((-1, 0, 0, -2), "stable node"),
        ((1, 0.5, 0, 2), "unstable node"),
        ((-1, 2, -2, -1), "stable focus"),
        ((0.1, 1, -1, 0.1), "unstable focus"),
        ((-3, 0, 0, -3), "stable star"),
        ((2, 0, 0, 2), "unstable star"),
        ((-1, 1, 0, -1), "stable degenerate node"),
        ((3, -1, 1, 1), "unstable degenerate node"),
        ((1, 0, 0, -1), "saddle"),
        ((0, 1, -1, 0), "center"),
        ((0, 4, -1, 0), "center"),
    ],
)
def test_kinds_of_linear_systems_in_the_plane(model_of, entries, kind):
    (point,) = fixed_points(matrix(model_of, *entries), {"x": (-1, 2), "y": (-2, 1)})
    assert point.kind == kind
    assert point.stable == kind.startswith("stable")


@pytest.mark.parametrize(
    ("drift", "expected"),
    [
        ("x - x**3", [(-1, "stable node"), (0, "unstable node"), (1, "stable node")]),
        ("x**2", [(0, "non-hyperbolic")]),
        ("(x - 1)**2", [(1, "non-hyperbolic")]),
        ("-(x - 1)**3", [(1, "non-hyperbolic")]),
        ("x**3 - 1e-9*x", [(-(1e-9**0.5), "unstable node"), (0, "stable node"), (1e-9**0.5, "unstable node")]),
        ("x**2 + 0.001", []),
        ("1", []),
        ("sin(5*x)/5", [(0, "unstable node"), (np.pi / 5, "stable node"), (-np.pi / 5, "stable node")]),
        ("x**2 - 1e-10", [(-1e-5, "stable node"), (1e-5, "unstable node")]),
    ],
)
def test_one_dimension(model_of, drift, expected):
    found = fixed_points(model_of(f"dx/dt = {drift}"), {"x": (-1.2, 1.2)})
    assert [p.values["x"] for p in found] == pytest.approx(sorted(x for x, _ in expected), abs=1e-7)
    assert [p.kind for p in found] == [kind for _, kind in sorted(expected)]


def test_kinds_in_three_dimensions(model_of):
    text = "dx/dt = {0}*x - {1}*y\ndy/dt = {1}*x + {0}*y\ndz/dt = {2}*z"
    box = {"x": (-1, 1), "y": (-1, 1), "z": (-1, 1)}
    cases = {
        (-1, 2, -1): "stable focus",
        (-1, 0, -2): "stable node",
        (1, 2, 1): "unstable focus",
        (-1, 2, 1): "saddle-focus",
        (-1, 0, 1): "saddle",
        (0, 1, -1): "non-hyperbolic",
    }
    for numbers, kind in cases.items():
        (point,) = fixed_points(model_of(text.format(*numbers)), box)
        assert point.kind == kind


# --- the box --------------------------------------------------------------------------------------------------------


def test_points_on_the_border_belong_to_the_box(model_of):
    found = fixed_points(model_of("dx/dt = x*(x - 1)*(x - 1.5)"), {"x": (0, 1.5)})
    assert [p.values["x"] for p in found] == pytest.approx([0, 1, 1.5], abs=1e-12)
    plane = model_of("dx/dt = x*(1 - x - y/2)\ndy/dt = y*(1 - y - x/2)")
    found = fixed_points(plane, {"x": (0, 1), "y": (0, 1)})
    np.testing.assert_allclose(states(found), [[0, 0], [0, 1], [2 / 3, 2 / 3], [1, 0]], atol=1e-12)


def test_points_outside_the_box_are_left_out(model_of):
    model = model_of("dx/dt = x - x**3")
    assert [p.values["x"] for p in fixed_points(model, {"x": (0.5, 3)})] == pytest.approx([1])
    assert fixed_points(model, {"x": (2, 3)}) == []


def test_a_state_without_range_may_lie_anywhere(fhn):
    (point,) = fixed_points(fhn, {"V": (-3, 3)}, I=0.8)
    assert point.values["w"] == pytest.approx((point.values["V"] + 0.7) / 0.8)


def test_a_state_that_is_held(model_of):
    model = model_of("dx/dt = z - x\ndz/dt = 1 - z")
    assert fixed_points(model, {"x": (-5, 5)}, z=3)[0].values == {"x": pytest.approx(3)}


def test_many_crossings_in_the_plane(model_of):
    found = fixed_points(model_of("dx/dt = sin(x)\ndy/dt = cos(y)*exp(x*y/50)"), {"x": (-7, 7), "y": (-7, 7)})
    assert len(found) == 5 * 4
    assert {p.kind for p in found} >= {"saddle", "stable node", "unstable node"}


def test_nullclines_that_touch(model_of):
    found = fixed_points(model_of("dx/dt = y - x**2\ndy/dt = y*(1 + x**2) + 0*x"), {"x": (-1, 1), "y": (-1, 1)})
    assert len(found) == 1
    assert found[0].kind == "non-hyperbolic"
    assert found[0].values["x"] == pytest.approx(0, abs=1e-4)


def test_coupled_nonlinear_equations_that_cannot_be_reduced(model_of):
    model = model_of("dx/dt = x**2 + y**2 - 1\ndy/dt = x**2*y**2 - 0.2")
    found = fixed_points(model, {"x": (-2, 2), "y": (-2, 2)})
    assert len(found) == 8
    x, y = states(found).T
    assert np.abs(x**2 + y**2 - 1).max() < 1e-14
    assert np.abs(x**2 * y**2 - 0.2).max() < 1e-14


def test_helper_function_with_a_loop(model_of):
    text = """
dx/dt = root(x) - y
dy/dt = x - 1.5*y
def root(v):
    s = 1.0
    while abs(s*s - v) > 1e-12:
        s = (s + v/s)/2
    return s
"""
    (point,) = fixed_points(model_of(text), {"x": (0.5, 4), "y": (0, 5)})
    assert point.values["x"] == pytest.approx(2.25, abs=1e-9)
    slope = 1 / 3
    assert point.eigenvalues.real.sum() == pytest.approx(slope - 1.5, abs=1e-7)


def test_time_dependent_drift_is_frozen(model_of):
    model = model_of("dx/dt = cos(t) - x")
    assert fixed_points(model, {"x": (-2, 2)}, t=np.pi)[0].values["x"] == pytest.approx(-1)


def test_noise_is_left_out(model_of):
    assert len(fixed_points(model_of("dx/dt = x - x**3 + 0.1*xi"), {"x": (-2, 2)})) == 3


# --- what it refuses, and how it shows ------------------------------------------------------------------------------


def test_wrong_arguments(fhn, model_of):
    with pytest.raises(ArgumentError, match="'v' is no variable"):
        fixed_points(fhn, {"v": (-3, 3)})
    with pytest.raises(ArgumentError, match="Did you mean 'tau'"):
        fixed_points(fhn, FHN_BOX, taw=3)
    with pytest.raises(ArgumentError, match="smaller"):
        fixed_points(fhn, {"V": (3, -3)})
    with pytest.raises(ArgumentError, match="two numbers"):
        fixed_points(fhn, {"V": (1, 2, 3)})
    with pytest.raises(ArgumentError, match="finite"):
        fixed_points(fhn, {"V": (-np.inf, 3)})
    with pytest.raises(ArgumentError, match="a parameter"):
        fixed_points(fhn, {"I": (0, 1)})
    with pytest.raises(AnalysisError, match="one cell"):
        fixed_points(fhn, FHN_BOX, I=[1, 2])


def test_a_table_and_a_line_for_each_point(fhn):
    found = fixed_points(fhn, FHN_BOX, I=0)
    assert repr(found).startswith("stable focus at V = -1.19941, w = -0.62426 (eigenvalues ")
    assert found._repr_html_().count("<tr>") == 2
    assert "<td>stable focus</td>" in found._repr_html_()
    assert repr(fixed_points(fhn, {"V": (2, 3)})) == "no fixed points in the box"


def test_same_answer_every_time():
    box = {"x": (-30, 30), "y": (-30, 30), "z": (-10, 60)}
    first, second = (states(fixed_points(models.lorenz(), box)) for _ in range(2))
    assert (first == second).all()


@pytest.mark.parametrize(
    ("box", "apart"),
    [((-1e3, 1e3), 1e-9), ((-777.0, 1e3), 1e-9), ((-1e6, 1e6), 1e-6), ((-1e5, 1e4), 1e-6), ((-3.0, 3.0), 1e-9)],
)
def test_two_close_points_in_a_wide_box(model_of, box, apart):
    """Where the proof of the whole box is undecided its neighbourhood is searched; no point is listed twice."""
    points = fixed_points(model_of(f"dx/dt = (x - 1)**2 + {apart}*(x - 1)"), {"x": box})
    assert [p.kind for p in points] == ["stable node", "unstable node"]
    assert [p.values["x"] - 1 for p in points] == pytest.approx([-apart, 0], abs=1e-3 * apart)
