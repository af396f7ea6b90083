"""Edited step code goes where its heading says, or is refused."""

from __future__ import annotations

import pytest

import brainpy_lab as bp
from brainpy_lab.simulation.model import Model


@pytest.fixture
def model() -> Model:
    return bp.model("dx/dt = -x\nx(0) = 1", name="Decay", backend="numpy", method="rk4")


def edited(model: Model, backend: str | None = None, method: str | None = None) -> str:
    """The code with three times the rate, its heading as it was."""
    head, separator, body = model.code(backend, method).text.partition("def ")
    return head + separator + body.replace("= -x", "= -3*x")


@pytest.mark.parametrize("method", ["euler", "rk2(beta=0.6)", "rkdp"])
def test_the_heading_is_followed(model: Model, method: str) -> None:
    before = model.run(0.1).x[-1]
    assert model.edit(edited(model, method=method)).method == method
    assert model.run(0.1).x[-1] == before
    changed = model.run(0.1, method=method).x[-1]
    assert changed == pytest.approx(0.741, abs=5e-3)  # exp(-0.3)
    assert not model.is_edited and model.has_edits


def test_the_heading_of_another_driver_is_followed(model: Model) -> None:
    assert model.edit(edited(model, backend="numba")).backend == "numba"
    assert not model.is_edited and model.has_edit("numba", "rk4")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"method": "rk4"}, "written for explicit Euler, and it is given as that of classical Runge-Kutta, order 4"),
        ({"backend": "numpy"}, "written for the driver numba, and it is given as that of the driver numpy"),
        (
            {"backend": "numpy", "method": "rk4"},
            "for explicit Euler on numba, and it is given as that of classical Runge-Kutta, order 4 on numpy",
        ),
        ({"backend": "numpy", "method": "rkdp"}, "given as that of Dormand-Prince"),
    ],
)
def test_a_heading_of_another_pair_is_refused(model: Model, given: dict[str, str], message: str) -> None:
    text = edited(model, "numba", "euler")
    with pytest.raises(bp.errors.CodeError, match=message) as refusal:
        model.edit(text, **given)
    assert "m.edit(text, backend='numba', method='euler')" in refusal.value.advice
    assert refusal.value.location.line == 1
    assert not model.has_edits


def test_code_without_a_heading_needs_both_to_be_said(model: Model) -> None:
    text = "def " + edited(model, method="euler").partition("def ")[2]
    for given in ({}, {"method": "euler"}, {"backend": "numpy"}):
        with pytest.raises(bp.errors.CodeError, match="its heading is missing"):
            model.edit(text, **given)
    assert model.edit(text, backend="numpy", method="euler").method == "euler"
    assert model.run(0.01, dt=0.01, method="euler").x[-1] == pytest.approx(0.97, abs=1e-12)


def test_code_of_another_model_is_refused(model: Model) -> None:
    other = bp.model("dx/dt = -x\nx(0) = 1", name="Other", backend="numpy")
    with pytest.raises(bp.errors.CodeError, match="a step of the model 'Other', and this one is 'Decay'"):
        model.edit(edited(other))
    assert not model.has_edits


def test_a_heading_of_a_method_that_there_is_not(model: Model) -> None:
    text = edited(model).replace("classical Runge-Kutta, order 4", "clairvoyance")
    with pytest.raises(bp.errors.CodeError, match="written for clairvoyance"):
        model.edit(text)


@pytest.mark.parametrize("character", ["\x00", "\ud800"])
def test_code_that_no_file_holds_is_refused(model: Model, character: str) -> None:
    with pytest.raises(bp.errors.CodeError, match=r"cannot be read|does not parse") as refusal:
        model.edit(f"{edited(model)}\n# {character}")
    str(refusal.value).encode()


def test_code_is_a_text(model: Model) -> None:
    with pytest.raises(bp.errors.ArgumentError, match="Step code is a text, not int"):
        model.edit(5)
