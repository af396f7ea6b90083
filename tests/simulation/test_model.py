"""Models: their defaults, single steps, the code in force, and both ways to make one."""

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.errors import ArgumentError, BrainPyLabError, CodeError, DriverError, MethodError

BACKENDS = [n for n, d in bp.drivers.registry().items() if d.available() is None]


def _model(**options):
    return bp.model("k = 2\n\ndx/dt = y\ndy/dt = -k*x\nx(0) = 1", name="Spring", dt=0.1, duration=1.0, **options)


@pytest.fixture(scope="module")
def spring():
    return _model()


# --- defaults ----------------------------------------------------------------------------------------------------


def test_defaults_can_be_set():
    model = _model(method="euler", backend="numpy", seed=4)
    sol = model.run()
    assert (sol.stats["method"], sol.stats["backend"], sol.stats["dt"], sol.seed) == ("euler", "numpy", 0.1, 4)
    model.method, model.dt, model.duration = "rk4", 0.25, 2.0
    sol = model.run()
    assert (sol.stats["method"], sol.stats["dt"], len(sol.t)) == ("rk4", 0.25, 9)


def test_wrong_defaults_are_refused_and_change_nothing():
    model = _model()
    with pytest.raises(MethodError):
        model.method = "rk44"
    with pytest.raises(DriverError):
        model.backend = "nunpy"
    assert (model.method, model.backend) == ("rk4", "numba")
    for option, value in (("dt", -1), ("dt", "x"), ("duration", 0), ("method", "x"), ("backend", "x")):
        with pytest.raises(BrainPyLabError):
            bp.model("dx/dt = -x", **{option: value})


@pytest.mark.parametrize("name", ["dt", "duration"])
@pytest.mark.parametrize("value", [0, -1, "x", None, True, float("nan"), float("inf"), 10**400, 1j, [0.1]])
def test_a_wrong_step_or_duration_is_refused_when_it_is_set(name, value):
    model = _model(backend="numpy")
    before = getattr(model, name)
    message = f"{name} must be a positive number, not {value!r}."
    with pytest.raises(ArgumentError) as refused:
        setattr(model, name, value)
    assert refused.value.message == message
    assert getattr(model, name) == before
    if value is not None:  # which means the default where a model is made
        with pytest.raises(ArgumentError) as at_making:
            bp.model("dx/dt = -x", **{name: value})
        assert at_making.value.message == message


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("seed", -1, "seed must be a whole number from 0 to 2**64 - 1, not -1."),
        ("seed", 1.5, "seed must be a whole number from 0 to 2**64 - 1, not 1.5."),
        ("history", 3, "history takes a course by state, not 3."),
        ("history", {"z": 1.0}, "The model 'Spring' has no state 'z'."),
        ("crossing", "exactly", "crossing must be 'step', 'bridge' or 'exact', not 'exactly'."),
        ("crossing", "bridge", "'Spring' has no noise, and so no crossing='bridge'."),
    ],
)
def test_other_wrong_defaults_are_refused_when_they_are_set(name, value, message):
    model = _model(backend="numpy")
    before = getattr(model, name)
    with pytest.raises(ArgumentError) as refused:
        setattr(model, name, value)
    assert refused.value.message == message
    assert getattr(model, name) == before


def test_defaults_are_plain_numbers_and_own_what_they_hold():
    model, past = _model(backend="numpy"), {"x": 1.0}
    model.dt, model.duration, model.history = np.float32(0.5), 2, past
    past["x"] = 9.0
    assert (type(model.dt), model.dt, type(model.duration), model.duration) == (float, 0.5, float, 2.0)
    assert model.history == {"x": 1.0}
    model.history = model.seed = None
    assert (model.history, model.seed) == ({}, None)


def test_description(spring):
    assert spring.name == "Spring"
    assert spring.parameters == {"k": 2}
    assert spring.initial == {"x": 1.0, "y": 0.0}
    assert repr(spring) == "<Model Spring: states x, y; parameters k; rk4 on numba>"
    assert "dx/dt" in spring._repr_html_() or "Spring" in spring._repr_html_()


# --- one step ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("backend", BACKENDS)
def test_step(backend):
    model = _model(method="euler", backend=backend)
    x, y = model.step(1.0, 0.5, dt=0.1, k=3.0)
    assert (float(x), float(y)) == (pytest.approx(1.05), pytest.approx(0.2))
    many, _ = model.step(np.array([1.0, 2.0]), 0.5, 0.0, dt=0.1)
    np.testing.assert_allclose(many, [1.05, 2.05])


def test_step_takes_the_time():
    model = bp.model("dx/dt = t", name="Time", backend="numpy", method="euler")
    assert model.step(1.0, 3.0, dt=0.5) == pytest.approx(2.5)


def test_wrong_steps(spring):
    with pytest.raises(ArgumentError, match="the 2 states x, y"):
        spring.step(1.0)
    with pytest.raises(ArgumentError, match="dt"):
        spring.step(1.0, 0.0, dt=-1)
    model = _model(method="rkdp")
    with pytest.raises(ArgumentError, match="chooses its own steps"):
        model.step(1.0, 0.0)


# --- editing -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("backend", "method"),
    [(backend, "euler") for backend in BACKENDS]
    + [pytest.param(b, "rkdp", marks=pytest.mark.slow if b in ("jax", "torch") else ()) for b in BACKENDS],
)
def test_edited_code_runs(backend, method):
    model = _model(backend=backend, method=method)
    before = model.run()
    code = model.code()
    assert "x_new = x + " in code.text
    edited = model.edit(code.text.replace("x_new = x + ", "x_new = x + 100*dt + "))
    assert edited.edited
    assert model.is_edited
    assert model.code().text == edited.text
    sol = model.run()
    assert float(sol.x[-1]) - float(before.x[-1]) > 30
    other = "rk4" if method == "euler" else "euler"
    assert not model.code(method=other).edited  # the edit belongs to this method and driver
    assert model.revert().text == code.text
    assert not model.is_edited
    np.testing.assert_array_equal(model.run().x, before.x)


@pytest.mark.parametrize("backend", BACKENDS)
def test_refused_edits_leave_the_code_in_force(backend):
    model = _model(backend=backend, method="euler")
    code = model.code()
    good = code.text.replace("x_new = x + ", "x_new = 2*x + ")
    model.edit(good)
    expected = model.run().final["x"]
    for bad in (
        code.text.replace("x_new = x + ", "x_new = x + ("),
        code.text.replace("x_new = x + ", "x_new = q + "),
        code.text.replace("x_new = x + ", "x_new = x + 'a' + "),
        code.text.replace("x_new = x + ", "x_new = x.missing + "),
        code.text.replace("def step(t, ", "def step("),
    ):
        with pytest.raises(CodeError) as error:
            model.edit(bad)
        assert error.value.location is not None
        assert error.value.location.line > 1
        assert model.code().text == good
        assert model.is_edited
    assert model.run().final["x"] == expected


def test_the_text_of_the_code_is_no_edit():
    model = _model(backend="numpy")
    model.edit(model.code().text + "\n")
    assert not model.is_edited


@pytest.mark.parametrize("backend", BACKENDS)
def test_edited_code_may_use_python(backend):
    """Loops, branches, functions of one's own: what the driver can run, the editor takes."""
    model = _model(backend=backend, method="euler")
    text = model.code().text.replace("    return", "    for _ in range(3):\n        x_new = x_new + 1.0\n    return")
    plain = model.run(0.1).final["x"]
    model.edit(text)
    assert float(model.run(0.1).final["x"]) == pytest.approx(float(plain) + 3)


# --- both routes -------------------------------------------------------------------------------------------------


def test_text_and_function_are_one_system():
    @bp.odeint(method="rk4", dt=0.05)
    def fhn(V, w, t, I=0.5, a=0.7, b=0.8, tau=12.5):
        dV = V - V**3 / 3 - w + I
        return dV, (V + a - b * w) / tau

    text = bp.model("I = 0.5\na = 0.7\nb = 0.8\ntau = 12.5\ndV/dt = V - V**3/3 - w + I\ndw/dt = (V + a - b*w)/tau")

    @bp.odeint
    def plain(V, w, t, I=0.5, a=0.7, b=0.8, tau=12.5):
        return V - V**3 / 3 - w + I, (V + a - b * w) / tau

    assert plain.system == text.system
    expected = text.run(10.0, dt=0.05, backend="numpy", I=0.8).V
    np.testing.assert_array_equal(plain.run(10.0, dt=0.05, backend="numpy", I=0.8).V, expected)
    np.testing.assert_allclose(fhn.run(10.0, backend="numpy", I=0.8).V, expected, rtol=1e-13)
    assert (fhn.name, fhn.dt, fhn.method) == ("fhn", 0.05, "rk4")
    assert fhn.step(0.1, 0.2, 0.0, dt=0.05, I=0.8)[0] == pytest.approx(
        text.step(0.1, 0.2, dt=0.05, I=0.8)[0], rel=1e-14
    )


# --- array states ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("backend", BACKENDS)
def test_array_states_with_arrays_as_parameters(backend):
    text = "c = rates\ndx/dt = -c*x\nx(0) = zeros(4) + 1"
    model = bp.model(text, name="Rates", namespace={"rates": np.array([0.0, 1.0, 2.0, 3.0])})
    sol = model.run(1.0, dt=0.01, backend=backend)
    assert np.shape(sol.x) == (101, 4)
    np.testing.assert_allclose(sol.x[-1], np.exp(-np.arange(4.0)), rtol=1e-7)


@pytest.mark.parametrize("backend", BACKENDS)
def test_array_states_with_events(backend):
    text = "I = 2\ndV/dt = I - V\nV(0) = start\nwhen V >= 1:\n    V = 0"
    model = bp.model(text, name="Cells", namespace={"start": np.array([0.0, 0.25, 0.5])})
    sol = model.run(3.0, dt=0.01, backend=backend)
    expected = model.run(3.0, dt=0.01, backend="numpy")
    np.testing.assert_allclose(sol.V, expected.V, rtol=1e-11, atol=1e-13)
    assert sorted(set(sol.events["spike"].index.tolist())) == [0, 1, 2]
    first = [sol.events["spike"].of(i)[0] if sol.events["spike"].n_cells == 3 else None for i in range(3)]
    if None not in first:
        np.testing.assert_allclose(first, np.log((2 - np.array([0.0, 0.25, 0.5])) / 1), atol=0.0101)
