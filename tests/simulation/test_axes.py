"""Each member of an ensemble of array states is the run with its numbers, whatever the lengths are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.errors import ArgumentError, ModelSyntaxError

NOTEBOOK = {
    "v": np.array([1.0, 2.0, 4.0]),
    "W": np.array([[0.1, 0.5, -0.2], [0.3, -0.4, 0.2], [-0.1, 0.6, 0.7]]),
}
STARTS = "x(0) = [1.0, 0.5, -0.3]\ny(0) = [0.1, 0.2, 0.3]\nz(0) = 0.4\n"
LINES = (
    "k = 0.5\nc = 1\nu = k*z\ndx/dt = -x + 0.3*({})*c\ndy/dt = 0.1*x - y + k\ndz/dt = -z + k + sum(x)*0.1\n" + STARTS
)

FORMS = [
    "dot(x, x)", "dot(v, x)", "dot(x, v)", "x @ y", "x @ (W @ x)", "sum(k*x)", "mean(x) + mean(k)", "W @ x",
    "dot(W, x)", "(k*W) @ x", "(W + k*W) @ tanh(x)", "W @ W @ x", "roll(x, 1)", "roll(k, 1)*x", "x[0]", "k*x[-1] + z",
    "sum(x[1:]*x[:-1])", "dot(x[1:], x[:-1])", "sum(z)*x", "dot(k*v, x)", "v[1]*x", "sum(k)*x",
]  # fmt: skip

#: Four members; as many as there are elements; two axes, one of them and both as long as the arrays.
ENSEMBLES: dict[str, dict[str, Any]] = {
    "4": {"k": np.array([0.1, 0.7, 0.3, 0.9])},
    "3": {"k": np.array([0.1, 0.7, 0.3])},
    "2 x 3": {"k": np.array([[0.1], [0.7]]), "c": np.array([0.2, 0.4, 0.8])},
    "3 x 3": {"k": np.array([[0.1], [0.7], [0.5]]), "c": np.array([0.2, 0.4, 0.8])},
    "starts": {"initial": {"z": np.array([0.1, 0.7, 0.3])}},
    "arrays": {"v": np.array([[0.1, 0.7, 0.3], [1.0, 2.0, 3.0], [0.0, -1.0, 0.5]]), "k": np.array([0.1, 0.7, 0.3])},
    "array starts": {"initial": {"x": np.array([[0.1, 0.7, 0.3], [0.2, 0.3, 0.1], [1.0, 1.0, 2.0]])}},
}


def members(ensemble: dict[str, Any], own: dict[str, int]) -> list[tuple[tuple[int, ...], dict[str, Any]]]:
    """The index of each member, and its numbers."""
    flat = {(n,): a for n, a in ensemble.items() if n != "initial"}
    flat |= {("initial", n): a for n, a in ensemble.get("initial", {}).items()}
    ranks = {key: own.get(key[-1], 0) for key in flat}
    shape = np.broadcast_shapes(*(a.shape[: a.ndim - ranks[key]] for key, a in flat.items()))
    found = []
    for index in np.ndindex(shape):
        numbers: dict[str, Any] = {"initial": {}}
        for key, a in flat.items():
            value = np.broadcast_to(a, (*shape, *a.shape[a.ndim - ranks[key] :]))[index]
            where = numbers["initial"] if len(key) == 2 else numbers
            where[key[-1]] = value if ranks[key] else float(value)
        found.append((index, numbers))
    return found


def assert_members(model: Any, ensemble: dict[str, Any], tolerance: float = 1e-12, **run: Any) -> None:
    """Every member of an ensemble is the single run, in its records and at its end."""
    many = model.run(**run, **ensemble)
    single = {**run, "backend": "numpy"}
    for index, numbers in members(ensemble, {"x": 1, "y": 1, "v": 1}):
        one = model.run(**single, **numbers)
        for name, values in one.data.items():
            got = np.asarray(many.data[name])[-1][index]
            assert got.shape == values[-1].shape, name
            np.testing.assert_allclose(got, values[-1], rtol=tolerance, atol=tolerance, err_msg=name)
        for name in one.final:
            np.testing.assert_allclose(many.final[name][index], one.final[name], rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("form", FORMS)
def test_array_functions(form: str) -> None:
    model = bp.model(LINES.format(form), name="Form", namespace={**NOTEBOOK, "none": 0})
    for name, ensemble in ENSEMBLES.items():
        if name not in ("4", "2 x 3") and (name != "arrays" or "v" in form):
            assert_members(model, ensemble, method="rk4", dt=0.1, duration=0.3, backend="numpy", record=["x", "z", "u"])


@pytest.mark.parametrize("backend", ["numba", "jax", "torch"])
def test_every_driver(backend: str) -> None:
    form = "dot(x, y) + (k*W) @ x + mean(v*x) + roll(x, 1)*x[0] + z*sum(x[1:])"
    model = bp.model(LINES.format(form), name="Form", namespace=NOTEBOOK)
    run = {"method": "euler", "dt": 0.1, "duration": 0.3, "backend": backend}
    assert_members(model, ENSEMBLES["3"], **run)
    assert_members(model, ENSEMBLES["3 x 3"], **run)
    assert_members(model, ENSEMBLES["starts"], **run)


@pytest.mark.parametrize("mixing", ["", " + 0.1*sum(x)"])
@pytest.mark.parametrize("method", ["rk4", "rkdp"])
def test_what_the_equations_make_an_array(mixing: str, method: str) -> None:
    text = f"k = 1\na = k*v\ndx/dt = -k*x + a{mixing}\ndy/dt = x - y\ndz/dt = k - z\nx(0) = a\ny(0) = 0\nz(0) = k"
    model = bp.model(text, name="Made", namespace=NOTEBOOK)
    run = {"dt": 0.1} if method == "rk4" else {"record_every": 0.5}
    one = model.run(1.0, method=method, backend="numpy", **run)
    assert one.y.shape[1:] == (3,)
    for size in (3, 4):
        ensemble = {"k": np.linspace(0.2, 1.0, size)}
        assert_members(model, ensemble, 1e-5, method=method, duration=1.0, backend="numpy", **run)
        many = model.run(0.5, method=method, backend="numpy", **run, **ensemble)
        on = model.run(0.5, start=many, method=method, backend="numpy", **run, **ensemble)
        whole = model.run(1.0, method=method, backend="numpy", **run, **ensemble)
        assert on.ensemble_shape == (size,)
        for name in "xyz":
            np.testing.assert_allclose(on.final[name], whole.final[name], rtol=1e-5)


def rising(k: Any) -> bp.inputs.Input:
    return bp.inputs.Input(np.multiply.outer(np.array([1.0, 2.0, 0.0, 1.0]), k), dt=0.3)


def moving(k: Any) -> Callable[[Any], Any]:
    def at(t: Any) -> Any:
        rows = [k * float(abs(s - 0.5)) for s in np.atleast_1d(t)]
        return np.stack(rows) if np.ndim(t) else rows[0]

    return at


@pytest.mark.parametrize("mixing", ["", " + 0.1*sum(x)"])
@pytest.mark.parametrize("given", [rising, moving])
@pytest.mark.parametrize("method", ["rk4", "rkdp"])
def test_inputs_that_differ_between_members(mixing: str, given: Callable[[Any], Any], method: str) -> None:
    text = f"k = 1\ndx/dt = -x + k*v{mixing}\ndz/dt = k - z\nu = k*z\nx(0) = [1.0, 0.5, -0.3]"
    model = bp.model(text, name="Driven", namespace=NOTEBOOK)
    run = {"method": method, "dt": 0.1, "record": ["x", "z", "u"], "backend": "numpy"}
    numbers = np.array([0.2, 1.0, 0.5])
    many = model.run(1.0, k=given(numbers), **run)
    for i, number in enumerate(numbers):
        one = model.run(1.0, k=given(np.array([number])), **run)
        for name in "xzu":
            assert many.data[name].shape[1:] == (3, *one.data[name].shape[2:])
            np.testing.assert_allclose(many.data[name][-1, i], one.data[name][-1, 0], rtol=1e-4, err_msg=name)


@pytest.mark.parametrize("backend", ["numpy", "numba", "jax", "torch"])
def test_events_of_members_and_of_elements(backend: str) -> None:
    text = """k = 1
dx/dt = k*v + 0*sum(x)
dz/dt = k
x(0) = [0.0, 0.11, 0.2]
when x > 0.31 as wide:
    x = 0*x
when z > 0.21 as narrow:
    z = 0
"""
    model = bp.model(text, name="Events", namespace=NOTEBOOK)
    numbers = np.array([0.1, 0.7, 0.3])
    sol = model.run(1.0, dt=0.05, method="rk4", backend=backend, k=numbers)
    assert sol.events["wide"].count(per_cell=True).tolist() == [[0, 1, 1], [2, 4, 7], [0, 2, 4]]
    assert sol.events["narrow"].count(per_cell=True).tolist() == [0, 2, 1]
    assert sol.events["wide"].of((2, 1)).size == 2


def test_histories_that_differ_between_members() -> None:
    text = "k = 1\ndx/dt = 0.1*sum(x) - k*x(t - 0.2)\ndz/dt = -z(t - 0.3)\nx(0) = [1.0, 0.5, -0.3]\nz(t <= 0) = k + t"
    model = bp.model(text, name="Late", namespace=NOTEBOOK)
    numbers = np.array([0.2, 1.0, 0.5])
    run = {"duration": 1.0, "dt": 0.05, "method": "rk4", "backend": "numpy"}
    assert_members(model, {"k": numbers}, **run)
    many = model.run(history={"z": lambda t: numbers * (1 + t)}, **run)
    one = model.run(history={"z": lambda t: 0.5 * (1 + t)}, **run)
    np.testing.assert_allclose(many.z[:, 2], one.z)


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ("W*x", "'W' is a matrix"),
        ("sum(W)*x", "'W' is a matrix"),
        ("x @ W", "has its matrix on the left"),
        ("W @ W", "Two matrices cannot be multiplied"),
        ("exp(W) @ x", "takes a matrix by its name"),
    ],
)
def test_matrices_out_of_place(form: str, message: str) -> None:
    with pytest.raises(ModelSyntaxError, match=message) as caught:
        bp.model(LINES.format(form), name="Refused", namespace=NOTEBOOK)
    assert caught.value.location is not None
    assert caught.value.location.line == 4


def test_sizes_that_do_not_fit() -> None:
    model = bp.model(LINES.format("W @ x"), name="Sizes", namespace=NOTEBOOK)
    with pytest.raises(ArgumentError, match=r"'x' has the shape \(5,\) in this run; the model's has \(3,\)"):
        model.run(0.1, backend="numpy", initial={"x": np.ones(5)})
    model = bp.model(LINES.format("W @ k"), name="Sizes", namespace=NOTEBOOK)
    with pytest.raises(ArgumentError, match="what it multiplies is one number"):
        model.run(0.1, backend="numpy")
