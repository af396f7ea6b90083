"""What a run says of a state that became nan or infinite: line, operation, and whether a smaller dt can help."""

import pytest

import brainpy_lab as bp
from brainpy_lab.simulation.warning import RunWarning


def said(text, duration=1.0, **options):
    with pytest.warns(RunWarning) as caught:
        bp.model(text, name="Burst", backend="numpy").run(duration, **options)
    return str(caught[-1].message)


@pytest.mark.parametrize(
    ("text", "operation"),
    [
        ("D = 0\ndx/dt = exp(x/D)\nx(0) = 1", "x / D divides by zero"),
        ("D = 0\ndx/dt = x*(x/D)\nx(0) = 0", "x / D is 0/0"),
        ("y = x - 2\ndx/dt = log(y)\nx(0) = 1", "log(y) is nan, its argument -1"),
        ("dx/dt = exp(1000*x)\nx(0) = 1", "exp(1000 * x) is infinite, its argument 1000"),
        ("def f(u): return 1/u\ndx/dt = 1 + f(x)\nx(0) = 0", "f(x) is infinite, its argument 0"),
    ],
)
def test_the_operation_is_named(text, operation):
    message = said(text, dt=0.1, method="euler")
    assert operation in message
    assert "cell, line 2" in message or text.count("\n") == 1
    assert "A smaller dt does not make it finite" in message


def test_stiffness_is_named():
    message = said("k = 1e6\ndx/dt = -k*x\nx(0) = 1", dt=0.01, method="euler")
    assert "The model is stiff for 'euler': an eigenvalue is -1e+06, and steps are stable below 2e-06" in message
    assert "method='exponential_euler', 'backward_euler' or 'rodas4'" in message


def test_a_finite_model_is_told_to_take_smaller_steps():
    assert "take a smaller dt (it is 0.5)" in said("dx/dt = x**3\nx(0) = 2", 10.0, dt=0.5, method="euler")
