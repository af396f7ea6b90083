"""The box of an analysis: the same forms for every call, and what is refused."""

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.analysis import PhasePlane, fixed_points
from brainpy_lab.errors import AnalysisError, ArgumentError

RANGES = {"V": (-3, 3), "w": (-2, 3)}

#: Ways to say the same box and the value of I.
FORMS = {
    "mapping": ((RANGES,), {"I": 0.8}),
    "keywords": ((), {**RANGES, "I": 0.8}),
    "named mapping": ((), {"box": RANGES, "I": 0.8}),
    "half and half": (({"V": (-3, 3)},), {"w": (-2, 3), "I": 0.8}),
    "in parameters": ((), {"parameters": {**RANGES, "I": 0.8}}),
    "lists and arrays": (({"V": [-3, 3]},), {"w": np.array([-2, 3]), "parameters": {"I": np.float32(0.8)}}),
}


@pytest.fixture(scope="module")
def fhn():
    return bp.models.fitzhugh_nagumo()


def points(model, *args, **keywords):
    return fixed_points(model, *args, **keywords)


def plane(model, *args, **keywords):
    return PhasePlane(model, *args, **keywords).fixed_points()


CALLS = pytest.mark.parametrize("call", [points, plane])


@CALLS
@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_points(fhn, call, form):
    args, keywords = FORMS[form]
    (found,) = call(fhn, *args, **keywords)
    V = np.roots([-1 / 3, 0, 1 - 1 / 0.8, 0.8 - 0.7 / 0.8])
    (real,) = V[np.abs(V.imag) < 1e-12].real
    assert found.values["V"] == pytest.approx(real, abs=1e-7)  # I as float32 is off by 1e-8
    assert found.kind == "unstable node"


def test_axes_are_in_the_order_of_the_box(fhn):
    assert list(PhasePlane(fhn, {"w": (-2, 3)}, V=(-3, 3)).ranges) == ["w", "V"]
    assert PhasePlane(fhn, {"V": (-3, 3)}).ranges == {"V": (-3.0, 3.0)}


def test_a_state_is_held_by_a_number_in_both(fhn):
    (point,) = fixed_points(fhn, V=(-3, -1), w=-0.5, I=0)
    (on_line,) = PhasePlane(fhn, V=(-3, -1), w=-0.5, I=0).fixed_points()
    assert point.values == on_line.values
    assert point.values["V"] - point.values["V"] ** 3 / 3 + 0.5 == pytest.approx(0, abs=1e-12)


@CALLS
@pytest.mark.parametrize(
    ("args", "keywords", "message"),
    [
        (([(-3, 3), (-2, 3)],), {}, 'it must name ranges.\n  Write {"V": (low, high)}, or V=(low, high).'),
        (((-3, 3),), {}, "The box is (-3, 3); it must name ranges."),
        (("V",), {}, "The box is 'V'; it must name ranges."),
        (({"V": 3},), {}, "The range of 'V' is 3; it must be two numbers.\n  Write V=(low, high)."),
        (({"V": "-3, 3"},), {}, "The range of 'V' is '-3, 3'; it must be two numbers."),
        ((RANGES,), {"V": 1.0}, "'V' has a range and a value; it can have one of them."),
        ((RANGES,), {"V": (0, 1)}, "'V' has two ranges; it can have one of them."),
        ((), {"V": (1, 2, 3)}, "The range of 'V' is (1, 2, 3); it must be two numbers."),
        ((), {"V": [[1], [2, 3]]}, "The range of 'V' is [[1], [2, 3]]; it must be two numbers."),
        ((RANGES,), {"I": (0, 1)}, "'I' is a parameter of"),
        (({"I": (0, 1)},), {}, "'I' is a parameter of"),
        (({"v": (0, 1)},), {}, "Did you mean 'V'?"),
        ((RANGES,), {"parameters": {"w": (0, 1)}}, "'w' has two ranges; it can have one of them."),
    ],
)
def test_what_is_no_box(fhn, call, args, keywords, message):
    with pytest.raises(ArgumentError) as refused:
        call(fhn, *args, **keywords)
    assert message in str(refused.value)


@CALLS
def test_an_ensemble_of_parameters_is_no_box(fhn, call):
    with pytest.raises(AnalysisError, match="'I' of FitzHughNagumo is an array of shape"):
        call(fhn, RANGES, I=[0.0, 1.0])


def test_no_box_at_all(fhn):
    with pytest.raises(ArgumentError) as refused:
        fixed_points(fhn, I=0.8)
    assert "There is no box; it must name ranges." in str(refused.value)
    with pytest.raises(ArgumentError, match="needs one or two axes"):
        PhasePlane(fhn, I=0.8)


@CALLS
def test_a_state_called_box(call):
    model = bp.model("dbox/dt = 1 - box", backend="numpy")
    with pytest.raises(ArgumentError, match="'box' is an option of .* and a state of the model"):
        call(model, box=(0, 2))
    (found,) = call(model, {"box": (0, 2)})
    (same,) = call(model, parameters={"box": (0, 2)})
    assert found.values == same.values == {"box": 1.0}
