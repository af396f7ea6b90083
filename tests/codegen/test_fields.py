"""Fields: every value that a step takes or gives has its role, and is found by it."""

import ast

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.codegen.fields import CLOCK, Fields, fields, join

from .test_golden import EXAMPLES, example


def roles_of(given):
    return [(f.name, f.role, f.of) for f in given]


@pytest.mark.parametrize(("model", "method"), EXAMPLES)
def test_every_function_takes_and_returns_its_fields(model, method):
    code = example(model).code("numpy", method)
    for name, signature in code.functions.items():
        node = code.function(name)
        assert tuple(a.arg for a in node.args.args) == signature.arguments.names
        value = node.body[-1].value
        returned = value.elts if isinstance(value, ast.Tuple) else [value]
        assert tuple(map(ast.unparse, returned)) == signature.results.names
        assert [f.role for f in signature.arguments if not f.axis] == ["time", "step"][
            : 1 + (name in ("step", "dense"))
        ]


def test_a_fixed_step_with_delays_and_events():
    code = example("delayed_neuron").code("numpy", "rk4")
    assert code.states == ("V", "x", "w")
    assert code.events == tuple(e.name for e in example("delayed_neuron").system.events)
    assert code.flags == (*code.events, "spike_stuck", "spike_spoiled")
    assert roles_of(code.arguments.of("history")) == [("V_past", "history", "V"), ("x_past", "history", "x")]
    assert code.delayed == ("V", "x")
    polynomials = code.results.of("polynomial")
    assert polynomials.owners == ("V", "V", "V", "x", "x", "x")
    assert code.results.places("polynomial", owner="x") == tuple(range(len(code.results) - 3, len(code.results)))
    assert [f.role for f in code.results][:5] == ["state", "state", "state", "hidden", "flag"]


def test_a_fractional_step():
    code = example("fractional_neuron").code("numpy", "caputo_pece")
    assert roles_of(code.arguments.of("sum")) == [("V_rectangle", "sum", "V"), ("V_trapezoid", "sum", "V")]
    assert code.arguments.of("weight").owners == ("V", "V", "V")
    assert code.hidden == ("V_release", "spike_on", "V_shift")
    assert code.remembered == ("V",)


def test_a_noisy_step_names_the_sources_of_its_draws():
    code = example("noisy_pair").code("numpy", "euler_maruyama")
    assert code.arguments.of("draw").owners == ("xi", "xi_2")
    assert code.arguments.of("draw").names == tuple(d.name for d in code.draws)


def test_an_adaptive_step():
    code = example("leaky_integrate_and_fire").code("numpy", "rkdp")
    step, dense = code.functions["step"], code.functions["dense"]
    assert step.arguments.of("slope").owners == step.results.of("end_slope").owners == ("V",)
    assert len(step.of("stage", owner="V")) == len(dense.of("stage", owner="V")) > 0
    assert dense.arguments.of("end_state").owners == ("V",)
    assert {f.role for f in dense.results} == {"polynomial"}
    assert code.functions["crossing"].results.of("truth").owners == code.events == code.flags
    assert code.functions["crossing"].results.of("border").owners == code.events


def test_values_are_picked_by_role_and_owner():
    given = join(CLOCK, fields("state", {"x": "x", "y": "y"}), fields("parameter", ["a"]))
    assert given.pick([0.0, 0.1, 1, 2, 3], "state") == [1, 2]
    assert given.pick([0.0, 0.1, 1, 2, 3], "state", "parameter") == [1, 2, 3]
    assert given.pick([0.0, 0.1, 1, 2, 3], "state", owner="y") == [2]
    assert given.of("flag") == Fields()


@pytest.mark.parametrize("name", ["run", "k_n", "k_i"])
def test_a_delayed_state_may_be_called_like_something_in_a_kernel(name):
    text = "dx/dt = -x(t - 1)\nx(t <= 0) = 1 + t"
    found = bp.model(text.replace("x", name)).run(3, dt=0.1, method="rk4", backend="numba")
    expected = bp.model(text).run(3, dt=0.1, method="rk4", backend="numpy")
    np.testing.assert_allclose(found[name], expected["x"], rtol=1e-12, atol=1e-14)
