"""Numba kernels of array states: lowered straight to LLVM, as few loops as can be, as numpy computes."""

import numpy as np
import pytest
from llvmlite import ir

import brainpy_lab as bp
from brainpy_lab.drivers.numba.adaptive import SIGNATURES
from brainpy_lab.drivers.numba.adaptive_kernel import adaptive_kernel
from brainpy_lab.drivers.numba.array_native import ArrayLowering, plan_of
from brainpy_lab.drivers.numba.array_plan import Loop, Product, Scalar, Total
from brainpy_lab.drivers.numba.rows import NotNativeError, functions_of

W = np.array([[0.1, -0.4, 0.2], [0.5, 0.0, -0.3], [-0.2, 0.3, 0.1]])
GIVEN = {"W": W, "start": np.array([0.3, -0.8, 1.1]), "gain": np.array([1.0, 1.5, 2.0])}
#: A matrix, sums, choices, logic, a state of one number, and parameters of either kind.
TEXT = """
tau = 2; k = 0.5
def f(x):
    return x**2 / (1 + x**2) if x > 0 else 0
u = W @ tanh(x)*gain + dot(W, x)
dx/dt = (-x + (u if x > 0 and not s > 2 or x < -1 else f(u)) + mean(x)) / tau
ds/dt = sum(x*x) - k*s + sum(x*gain)/10
x(0) = start
s(0) = 0.2
"""
RATE = "dx/dt = -x + W @ tanh(x)\nx(0) = start"


def model(text, **given):
    return bp.model(text.strip(), name="Rates", namespace={**GIVEN, **given})


def parts_of(text, method, wide=frozenset({"x"})):
    code = model(text).code("numba", method)
    return [type(p) for p in plan_of(code.text, "step", wide, frozenset({"W"})).parts]


def test_what_does_not_mix_shares_a_loop():
    assert parts_of(RATE, "euler") == [Loop, Product, Loop]
    assert parts_of(RATE, "rk4") == [Loop, Product] * 4 + [Loop]


def test_what_is_one_number_stands_outside_the_loops():
    assert parts_of("s = sum(x)\ndx/dt = exp(s)*x + W @ x\nx(0) = start", "euler") == [Total, Scalar, Product, Loop]


@pytest.mark.parametrize("text", ["W + 0*x", "W @ sum(x)", "x(t - 1)"])
def test_what_is_no_row_of_elements_is_left_to_numba(text):
    step = f"def step(t, dt, x, W, x_past):\n    y = {text.replace('x(t - 1)', 'past(x_past, t)')}\n    return y\n"
    with pytest.raises(NotNativeError):
        plan_of(step, "step", frozenset({"x"}), frozenset({"W"}))


@pytest.mark.parametrize("ensemble", [{}, {"k": np.array([0.2, 0.9])}])
@pytest.mark.parametrize(("method", "options"), [("rk4", {"dt": 0.1}), ("rkdp", {"rtol": 1e-10, "atol": 1e-10})])
def test_numba_is_as_numpy(method, options, ensemble):
    network = model(TEXT)
    found, expected = (network.run(3.0, method=method, backend=b, **options, **ensemble) for b in ("numba", "numpy"))
    for name in ("x", "s"):
        # steps of an adaptive method end where it pleases: what jumps within one costs digits
        np.testing.assert_allclose(found.final[name], expected.final[name], rtol=1e-6 if method == "rkdp" else 1e-12)


def test_events_are_noted_element_by_element():
    text = RATE + "\nwhen x > 1:\n    x -= 0.5\nwhen sum(x) > 0.9:\n    pass"
    found, expected = (
        model(text.replace("-x", "1.4 - x")).run(4.0, dt=0.1, method="euler", backend=b) for b in ("numba", "numpy")
    )
    np.testing.assert_allclose(found.x, expected.x, rtol=1e-12)
    for name, train in expected.events.items():
        np.testing.assert_allclose(np.sort(found.events[name].t), np.sort(train.t))
        assert len(train.t) > 0


def test_a_state_that_several_events_set():
    """The second event reads what the first has left, in an array that is written anew."""
    text = "dx/dt = 2 - x + W @ x\nx(0) = start\nwhen x > 1:\n    x = 0.1*sum(x)\nwhen x > 0.9:\n    x -= 0.3*mean(x)"
    found, expected = (model(text).run(4.0, dt=0.1, method="rk4", backend=b) for b in ("numba", "numpy"))
    np.testing.assert_allclose(found.x, expected.x, rtol=1e-12)


def test_arrays_of_other_lengths():
    """What is summed need not have as many elements as the states."""
    text = "dx/dt = sum(z) - x + 0*(W @ x)\nx(0) = start"
    network = model(text, z=np.array([0.5, 0.25]))
    found, expected = (network.run(1.0, dt=0.1, method="euler", backend=b) for b in ("numba", "numpy"))
    np.testing.assert_allclose(found.x, expected.x, rtol=1e-12)


def test_adaptive_functions_hold_nothing_that_numba_must_type():
    """Each of the loop's functions is one call; a function of Numba's own for every element took minutes to compile."""
    from brainpy_lab.drivers.adaptive.functions import ADAPTIVE_FUNCTIONS, Shape, function_text

    code = bp.models.fitzhugh_nagumo().code("numba", "dop853")
    text = adaptive_kernel(code, function_text(Shape.of(code, (0, 1))), ADAPTIVE_FUNCTIONS).text
    assert text.count("@k_cfunc") == len(SIGNATURES)
    bodies = [part.splitlines()[1:] for part in text.split("\ndef ")[1:]]
    assert [len([line for line in body if line.startswith("    ")]) for body in bodies] == [1] * len(SIGNATURES)
    assert "njit(" not in text


PAIRWISE = """
def pull(x):
    s = 0.0
    for i in range({n}):
        s = s + sin(x[i] - x)
    return s
dx/dt = pull(x)/{n}
x(0) = linspace(0, 1, {n})
"""


@pytest.mark.parametrize("method", ["rk4", "rkdp"])
def test_a_loop_over_elements_compiles_alike_for_any_count(method):
    """Statements of the step code, and instructions of what is lowered from it."""
    sizes = set()
    for n in (5, 50, 500):
        code = bp.model(PAIRWISE.format(n=n)).code("numba", method)
        functions = functions_of(code.text)
        module = ir.Module()
        numbers, tables = ir.DoubleType(), ir.DoubleType().as_pointer()
        arguments = [a.arg for a in functions["step"].args.args]
        wide = frozenset(a for a in arguments if a not in ("t", "dt"))
        kinds = [tables if a in wide else numbers for a in arguments]
        function = ir.Function(module, ir.FunctionType(ir.VoidType(), [*kinds, tables]), "step")
        builder = ir.IRBuilder(function.append_basic_block())
        plan = plan_of(code.text, "step", wide, frozenset())
        given = dict(zip(arguments, function.args, strict=False))
        ArrayLowering(functions, plan, builder, ir.IntType(64)(n)).emit(given, function.args[-1])
        instructions = sum(len(block.instructions) for f in module.functions for block in f.blocks)
        sizes.add((len(code.text.splitlines()), instructions))
    assert len(sizes) == 1
