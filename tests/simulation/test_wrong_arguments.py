"""Arguments that make no sense, of every public callable: an error of ours, whatever the value."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.errors import ArgumentError, BrainPyLabError, MethodError, ModelError

HUGE = 10**400
WRONG = ["a", 1j, HUGE, -HUGE, float("nan"), [[1], [2, 3]], {}, b"x", object(), "\ud800", "a\x00b"]


def make(text: str = "k = 1\ndx/dt = -k*x\nx(0) = 1", **options: Any) -> Any:
    return bp.model(text, backend="numpy", **options)


def run(name: str, **more: Any) -> Callable[[Any], Any]:
    return lambda value: make().run(**{"duration": 0.02, **more, name: value})


def inputs(function: str, *places: str) -> dict[str, Callable[[Any], Any]]:
    good = {
        "value": 1.0, "duration": 1.0, "dt": 0.1, "amplitude": 1.0, "at": 0.5, "rate": 1.0, "seed": 1, "times": [0.5],
        "frequency": 1.0, "start": 0.0, "end": 1.0, "mean": 0.0, "sigma": 1.0, "tau": 1.0,
    }  # fmt: skip

    def call(name: str) -> Callable[[Any], Any]:
        return lambda value: getattr(bp.inputs, function)(**{**{n: good[n] for n in places}, name: value})

    return {f"inputs.{function} {name}": call(name) for name in places}


def plane() -> Any:
    return bp.analysis.PhasePlane(make(), x=(-1, 1))


CALLS: dict[str, Callable[[Any], Any]] = {
    **{f"run {n}": run(n) for n in ("duration", "dt", "record_every", "start", "threads", "seed", "k", "initial")},
    **{f"run {n}": run(n) for n in ("record", "method", "backend", "crossing", "history", "noise", "stop", "progress")},
    **{f"run {n}": run(n, method="rkdp") for n in ("rtol", "atol", "max_step")},
    "run initial x": lambda value: make().run(0.02, initial={"x": value}),
    "run parameters": lambda value: make().run(0.02, parameters={"k": value}),
    "step": lambda value: make().step(value),
    "step t": lambda value: make().step(1.0, value),
    "step dt": lambda value: make().step(1.0, dt=value),
    "model": bp.model,
    "model dt": lambda value: make(dt=value),
    "model duration": lambda value: make(duration=value),
    "model method": lambda value: make(method=value),
    "model calculus": lambda value: make(calculus=value),
    "model history": lambda value: make("dx/dt = -x(t - 1)", history=value if value != {} else {"y": 1.0}),
    "model unknown": lambda value: make(foo=value),
    "edit": lambda value: make().edit(value),
    "code method": lambda value: make().code(method=value if value != {} else {1: 2}),
    "odeint": bp.odeint,
    "sdeint g": lambda value: bp.sdeint(lambda x, t: -x, g=value if value != {} else {"y": 1}),
    "fdeint order": lambda value: bp.fdeint(lambda x, t: -x, order=value if value != {} else {"y": 0.5}),
    "odeint initial": lambda value: bp.odeint(lambda x, t: -x, initial=value if value != {} else {"y": 1.0}),
    "backend.set": bp.backend.set,
    "solvers.get": bp.solvers.get,
    "drivers.get": bp.drivers.get,
    "load": bp.load,
    "save": lambda value: make().run(0.02).save(value),
    "solution of a time": make().run(0.02),
    "solution of a name": lambda value: make().run(0.02)[value],
    "events of a name": lambda value: make().run(0.02).events[value],
    "plot": lambda value: make().run(0.02).plot(value),
    "Input": lambda value: bp.inputs.Input(value, dt=0.1),
    "Input dt": lambda value: bp.inputs.Input([1.0, 2.0], dt=value),
    **inputs("constant", "value", "duration", "dt"),
    **inputs("step", "amplitude", "at", "duration"),
    **inputs("spikes", "times", "duration"),
    **inputs("poisson", "rate", "duration", "seed"),
    "BrownianPath": bp.BrownianPath,
    "fixed_points": lambda value: bp.analysis.fixed_points(value, {"x": (-1, 1)}),
    "fixed_points box": lambda value: bp.analysis.fixed_points(make(), value if value != {} else {"y": 1}),
    "fixed_points k": lambda value: bp.analysis.fixed_points(make(), {"x": (-1, 1)}, k=value),
    "PhasePlane x": lambda value: bp.analysis.PhasePlane(make(), x=value),
    "trajectory": lambda value: plane().trajectory(0.02, x=value),
    "trajectory duration": lambda value: plane().trajectory(value),
    "vector_field": lambda value: plane().vector_field(value),
}

#: Values that a call takes as they are.
FINE: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys(("run initial", "run history", "run record", "run atol"), ({},)),
    **dict.fromkeys(("run max_step", "run threads", "inputs.poisson seed"), (HUGE,)),
}


@pytest.mark.parametrize("call", CALLS)
def test_a_wrong_value_gives_an_error_of_ours(call: str) -> None:
    for value in WRONG:
        if any(value is fine or value == fine for fine in FINE.get(call, ())):
            continue
        try:
            result = CALLS[call](value)
        except BrainPyLabError as error:
            str(error).encode()
        else:
            pytest.fail(f"{call} took {value!r:.40} and gave {result!r:.80}")


def test_what_is_computed_at_the_start_has_a_value() -> None:
    with pytest.raises(ModelError, match="initial value of 'x' cannot be computed: float division by zero") as refusal:
        make("a = 0\ndx/dt = -x\nx(0) = 1/a").run(0.1)
    assert (refusal.value.location.line, refusal.value.location.column) == (3, 7)
    assert refusal.value.advice == "Here a = 0."
    with pytest.raises(ModelError, match="'b' cannot be computed: float division by zero"):
        make("a = 0\nb = 1/a\ndx/dt = -x\nx(0) = b").run(0.1)
    for text in ("log(a)", "sqrt(a - 1)", "exp(a + 1000)", "10.0**(a + 400)"):
        with pytest.raises(BrainPyLabError, match="initial value of 'x'"):
            make(f"a = 0\ndx/dt = -x\nx(0) = {text}").run(0.1)
    with pytest.raises(ModelError, match="history of 'x' cannot|value of 'x' cannot be computed: float division"):
        make("a = 0\ndx/dt = -x(t - 1)\nx(t <= 0) = 1/a").run(0.1)


def test_equal_equations_have_their_own_initial_values() -> None:
    ends = [make(f"dx/dt = -x\nx(0) = {x}").run(0.1).x[0] for x in ("1", "5", "2**3")]
    assert ends == [1.0, 5.0, 8.0]
    delayed = [make(f"dx/dt = -x(t - 1)\nx(t <= 0) = {x}").run(0.1).x[-1] for x in (1, 2)]
    assert delayed == pytest.approx([0.9, 1.8])


def test_a_matrix_and_a_state_of_other_sizes() -> None:
    weights = {"W": np.eye(3)}
    for initial, what in (("", "one number"), ("\nx(0) = zeros(2)", "2 elements")):
        with pytest.raises(ArgumentError, match=f"'W' has 3 columns, and 'x' is {what}") as refusal:
            make(f"dx/dt = -x + W @ x{initial}", namespace=weights).run(0.1)
        assert (refusal.value.location.line, refusal.value.location.column) == (1, 13)
        assert "x(0) = zeros(3)" in refusal.value.advice


@pytest.mark.parametrize("beta", ["nan", "inf", "-inf", "0", "2"])
def test_a_node_out_of_its_range(beta: str) -> None:
    with pytest.raises(MethodError, match="rk2 needs 0 < beta <= 1"):
        make().run(0.1, method=f"rk2(beta={beta})")


def test_a_title_is_no_formula() -> None:
    figure = make(name="$\\frac").run(0.1).plot()
    figure.canvas.draw()
    assert figure.axes[0].get_title() == "$\\frac"


def test_a_stop_flag_is_a_flag() -> None:
    assert make().run(0.02, stop=threading.Event()).outcome


@pytest.mark.parametrize("yes", [True, np.True_])
@pytest.mark.parametrize(
    "name", ["dt", "duration", "seed", "threads", "record_every", "start", "rtol", "atol", "max_step"]
)
def test_yes_is_no_number(name: str, yes: object) -> None:
    model = make()
    options: dict[str, Any] = {"method": "rkdp"} if name in ("rtol", "atol", "max_step") else {}
    model.run(1, **options)  # a kept run of numbers equal to it is no excuse
    with pytest.raises(ArgumentError, match=name):
        model.run(**{"duration": 1, **options, name: yes})


def test_names_are_spelled_as_in_a_cell() -> None:
    micro, mu = "\u00b5", "\u03bc"  # Python reads the first as the second
    model = make(f"{micro} = 1\ns = 1\ndx/dt = -{micro}*s\nx(0) = 1")
    for given in (micro, mu):
        assert model.run(0.1, parameters={given: 2.0}).params[mu] == 2.0
    long_s = {"\u017f": 3.0}
    assert model.run(0.1, **long_s).params["s"] == 3.0
    with pytest.raises(ArgumentError, match="given twice in parameters, in two spellings"):
        model.run(0.1, parameters={micro: 1.0, mu: 2.0})
    state = make(f"d{mu}/dt = -{mu}\n{mu}(0) = 1")
    assert state.run(0.1, initial={micro: 2.0}, record=[micro]).initial[mu] == 2.0
    sol = make(f"d{mu}/dt = -{mu}\n{mu}(0) = 1\nwhen {mu} < 0.99 as {mu}x: {mu} = 1").run(1.0)
    assert sol[micro] is sol[mu]
    assert micro in sol
    assert len(sol.events[micro + "x"]) == len(sol.events[mu + "x"]) > 0


@pytest.mark.parametrize("index", ["a", 1.0, None, True, float("nan"), (0.5,), ("a",), (True,), [0], b"x"])
def test_a_cell_has_a_whole_number(index: Any) -> None:
    train = make("k = 1\ndx/dt = k\nwhen x > 0.5 as up: x = 0").run(1.0, k=[1.0, 2.0]).events["up"]
    with pytest.raises(ArgumentError, match="whole number"):
        train.of(index)
    assert len(train.of(np.int64(1))) == len(train.of((1,))) == len(train.of(-1)) > 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: bp.inputs.pulses([float("nan")], 1.0), "finite times"),
        (lambda: bp.inputs.pulses([0.5], 1.0, width=float("nan")), "positive width"),
        (lambda: bp.inputs.pulses([0.5], 1.0, width=1j), "pulses does not work"),
        (lambda: bp.inputs.constant(1.0, True), "duration and dt are numbers"),
        (lambda: bp.inputs.constant(1.0, 1e10, dt=1e-3), "1.0e.13 samples"),
        (lambda: bp.inputs.poisson(1.0, 1.0, seed=1, n=HUGE), "do not fit into memory"),
        (lambda: bp.inputs.ou_noise(0.0, 1.0, 1.0, 1.0, seed=1, n=True), "a whole number, at least 1"),
        (lambda: bp.inputs.poisson(1.0, 1.0, seed=1, n=1.5), "a whole number, at least 1"),
        (lambda: bp.inputs.constant(1.0, 1.0) + "a", "Arithmetic with an input"),
        (lambda: {} * bp.inputs.constant(1.0, 1.0), "Arithmetic with an input"),
        (lambda: bp.inputs.constant(1.0, 1.0) - HUGE, "Arithmetic with an input"),
    ],
)
def test_an_input_of_no_meaning(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(BrainPyLabError, match=message):
        call()
