"""Blocks: a step advances, tests its events and acts, as one function or as functions of their own, with equal bits."""

import ast
from contextlib import nullcontext
from functools import lru_cache
from textwrap import dedent

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab import drivers, solvers
from brainpy_lab.codegen.blocks import STEP, Block
from brainpy_lab.codegen.fields import CELLS
from brainpy_lab.codegen.generate import generate
from brainpy_lab.drivers.jax.precision import x64
from brainpy_lab.drivers.loaded import load_functions
from brainpy_lab.drivers.numba.kernel import FAST_MATH

from .kinds import FIXED
from .test_golden import example

TEXTS = {
    "reset": "tau = 2; V_th = 0.9\nr = exp(-V_th) + exp(-2*V_th)\ndV/dt = (2 - V)/tau*r\nwhen V >= V_th:\n    V = 0",
    "hold": """
        tau = 2; t_ref = 0.25
        dV/dt = (2 - V)/tau + w*exp(V/9)
        dw/dt = -w + exp(V/18)
        when exp(V/2) + exp(V/4) >= 3:
            V = 0.4*exp(-V/3)
            w += 0.1*exp(V/6)*exp(V/3)
            hold(V, t_ref)
    """,
    "two events": """
        dV/dt = 2 - V
        dx/dt = 1
        n(0) = 0
        when V >= 0.9:
            V = 0
            n = n + 1
            x += 0.5
        when x > 1 and n > 0 as full:
            x = x - 1
            n = 0
            V += 0.2
        when sin(3*t + n) > 0 as wave:
            x += 0.01
    """,
    "bouncing": "dx/dt = v\ndv/dt = -9.8\nx(0) = 1\nwhen x < 0:\n    v = -0.9*v",
    "random resets": """
        dV/dt = 2 - V
        dw/dt = -w
        when V >= 0.9:
            V = 0.3*rand()
            w += randn() + rand()
        when w > 1 as high:
            w = rand()
    """,
    "spoiled": "dV/dt = V**2 + 10\ndu/dt = 0.5*(V - u)\nwhen V >= 5:\n    V = -5\n    u += 1",
    "noisy": """
        s = 0.4
        dV/dt = 2 - V + s*exp(-V/7)*xi
        dw/dt = V*exp(-V/14) + 0.2*xi_2
        when V*exp(-V/7) >= 0.5:
            V = 0
            w += 1
    """,
    "delayed": """
        delay = 0.3
        dV/dt = 2 - V - w(t - delay)
        dw/dt = V - w
        when V > w(t - delay):
            V = 0.1*w(t - 2*delay)
            w += 0.1
        when w(t - 2*delay) > 0.4 as late:
            w = 0
    """,
    "fractional": """
        order(V) = 0.8
        dV/dt = 2 - V - w
        dw/dt = -w
        when V >= 0.9:
            V = 0
            w += 0.3
            hold(V, 0.2)
    """,
    "linear": """
        dV/dt = 2 - V - w
        dw/dt = 0.5*V - w
        when V >= 0.9:
            V = 0
            w += 0.3
            hold(V, 0.2)
    """,
    "array": """
        dx/dt = 0.5 - x/3 + 0.01*sum(x)
        x(0) = start
        when x[0] > 0.9:
            x = 0
        when sum(x) > 3 as full:
            x = 1.2*x
    """,
}
CASES = [
    *(("hold", name, "step") for name, m in FIXED.items() if m.family == "ode" and name != "exact"),
    ("linear", "exact", "step"),
    *(("noisy", name, "bridge") for name, m in FIXED.items() if m.handles_noise),
    *(("fractional", name, "step") for name, m in FIXED.items() if m.handles_orders),
    *((model, "rk4", "step") for model in TEXTS if model not in ("hold", "noisy", "fractional")),
    ("random resets", "exponential_euler", "step"), ("delayed", "euler", "step"),
    ("reset", "exponential_euler", "step"), ("noisy", "euler_maruyama", "step"),
    ("spoiled", "trapezoid", "step"), ("two events", "euler", "step"),
]  # fmt: skip


@lru_cache
def system_of(model):
    return bp.model(dedent(TEXTS[model]), name=model, namespace={"start": np.linspace(0.1, 0.7, 7)}).system


def codes(model, method, crossing="step", backend="numpy"):
    system, driver = system_of(model), drivers.get(backend)
    dialect = driver.dialect_for(system)
    return [
        generate(system, solvers.get(method), dialect, backend, crossing=crossing, apart=apart)
        for apart in (False, True)
    ]


class History:
    """A delayed state that has been a wave."""

    def __init__(self, phase):
        self.phase = phase

    def at(self, t, side):
        return np.cos(5 * t + self.phase) * (1.0 if side == "past" else 0.75)


def values_of(given, cells, seed):
    """Something for each field, by name; states and hidden variables are those of ``cells``."""
    rng = np.random.default_rng(seed)
    found = {}
    for field in given:
        if field.role in ("state", "hidden"):
            found[field.name] = cells[field.name]
        elif field.role == "history":
            found[field.name] = History(len(field.name))
        elif field.role not in ("time", "step", "parameter"):
            found[field.name] = rng.random(next(iter(cells.values())).shape)
    return found


def run_apart(code, functions, clock, known, cells, put=np.where):
    """Advance, then test and act event by event, as a network does: blocks count where their event fired."""
    passed, ends, hidden, given = {}, {}, dict(cells), {}
    held = {f.of for b in code.blocks for f in b.signature.results.of("hidden")}
    for block in code.blocks:
        arguments = []
        for field in block.signature.arguments[2:]:
            acts = field.role == "state" and block.fires
            source = {"end_state": ends, "passed": passed, "hidden": hidden}.get(field.role, ends if acts else known)
            arguments.append(source[field.of if field.role == "end_state" else field.name])
        results = functions[block.function](*clock, *arguments)
        results = results if isinstance(results, tuple) else (results,)
        for field, value in zip(block.signature.results, results, strict=True):
            if field.role in ("state", "hidden"):
                into = ends if field.role == "state" else hidden
                into[field.of] = put(given[block.fires], value, into[field.of]) if block.fires else value
            elif field.role == "passed":
                passed[field.name] = value
            else:
                given[field.of if field.role == "flag" else field.role + field.of] = value
    assert held <= set(hidden)
    return ends, hidden, given


def compare(model, method, crossing="step", backend="numpy", steps=60):
    """Run both forms beside each other; gives the code of the phases, and the flags that were raised."""
    driver = drivers.get(backend)
    load, put = compiled if backend == "numba" else load_functions, driver.choose if backend != "numba" else np.where
    convert = np.asarray if backend == "numba" else driver.array
    together, apart = codes(model, method, crossing, backend)
    system, dt = system_of(model), 0.05
    whole, functions = load(together)["step"], load(apart)
    rng = np.random.default_rng(1)
    names = [f.name for f in together.arguments.of("state", "hidden")]
    cells = {n: convert(rng.random(7) if n in system.state_names else np.zeros(7)) for n in names}
    parameters = {p.name: convert(p.value) for p in system.parameters}
    fired = set()
    for n in range(steps):
        clock = (convert(n * dt), convert(dt))
        given = values_of(together.arguments, cells, n)
        known = {n: v if isinstance(v, History) else convert(v) for n, v in given.items()} | parameters
        results = whole(*clock, *(known[f.name] for f in together.arguments[2:]))
        results = results if isinstance(results, tuple) else (results,)
        ends, hidden, found = run_apart(apart, functions, clock, known, cells, put)
        for field, value in zip(together.results, results, strict=True):
            if field.role in ("state", "hidden"):
                own = {"state": ends, "hidden": hidden}[field.role][field.of]
                cells[field.of] = value + 0 * cells[field.of] if np.ndim(value) == 0 else value
            elif field.role == "polynomial":
                continue
            else:
                own = found[field.of if field.role == "flag" else field.role + field.of]
                fired |= {field.of} if np.any(np.asarray(value)) else set()
            np.testing.assert_array_equal(np.asarray(value), np.asarray(own), err_msg=f"{field} at {n}")
    return apart, fired


@pytest.mark.parametrize(("model", "method", "crossing"), CASES)
def test_phases_apart_give_the_bits_of_the_one_function(model, method, crossing):
    code, fired = compare(model, method, crossing)
    assert fired >= set(code.events)


def compiled(code):
    """The functions of a code for Numba, compiled, cell by cell."""
    made = {}
    for name, signature in code.functions.items():
        lines = ["from numba import njit", "from brainpy_lab.drivers.numba.native import native"]
        lines.append(f"f = native(TEXT, {name!r})")
        names = ", ".join(signature.arguments.names)
        lines.append(
            f"@njit(error_model='numpy', fastmath={set(FAST_MATH)!r})\ndef call({names}):\n    return f({names})"
        )
        space = {"TEXT": code.text}
        exec("\n".join(lines), space)
        made[name] = cell_by_cell(space["call"], len(signature.results))
    return made


def cell_by_cell(call, results):
    def run(*arguments):
        rows = [call(*(float(a) for a in cell)) for cell in np.broadcast(*arguments)]
        return tuple(np.array(rows).reshape(-1, results).T)

    return run


@pytest.mark.parametrize("backend", ["numba", "jax", "torch"])
def test_other_drivers_give_equal_bits_too(backend):
    model, method = ("hold", "exponential_euler") if backend != "numba" else ("reset", "rk4")
    with x64() if backend == "jax" else nullcontext():
        code, fired = compare(model, method, backend=backend, steps=25)
    assert code.backend == backend
    assert fired >= {"spike"}


def test_events_that_move_to_another_number_share_no_exponential_with_it():
    model = bp.model("dV/dt = 8\nwhen exp(V/10) + exp(V/5) > 6:\n    V = 0", backend="numpy", name="Again")
    events = model.run(5.0, dt=1.0, method="euler").events["spike"]
    np.testing.assert_array_equal(events.t, [1, 2, 3, 4, 5])  # each step ends at 8, above the border at 6.9


def test_the_blocks_of_a_step():
    code = example("leaky_integrate_and_fire").code("numpy", "rk4")
    assert code.blocks == (Block("step", code.functions["step"], STEP),)
    assert code.blocks[0].over == CELLS
    exact = codes("two events", "rk4", "exact")[0]
    assert [(b.function, b.phases, b.fires) for b in exact.blocks] == [
        ("derivative", (), ""),
        ("step", ("advance",), ""),
        ("dense", (), ""),
        ("crossing", ("test",), ""),
        ("at_spike", ("act",), "spike"),
        ("at_full", ("act",), "full"),
        ("at_wave", ("act",), "wave"),
    ]


def test_phases_apart_take_and_give_what_they_need():
    code = codes("hold", "rk4")[1]
    assert [(b.function, b.phases, b.fires) for b in code.blocks] == [
        ("advance", ("advance",), ""),
        ("test_spike", ("test",), ""),
        ("at_spike", ("act",), "spike"),
    ]
    test, act = code.of("test")[0].signature, code.of("act")[0].signature
    assert code.events == ("spike",)
    assert code.flags == ("spike", "spike_stuck", "spike_spoiled")
    assert test.arguments.of("end_state").owners == ("V", "w")
    assert test.arguments.of("passed").names == ("dV_1", "dw_1")
    assert code.results.of("passed").names == ("dV_1", "dw_1")
    assert test.results.of("flag").owners == code.flags
    assert test.results.of("hidden").owners == ("spike_on",)
    assert act.arguments.names == ("t", "dt", "V", "w", "t_ref")
    assert act.results.of("state").owners == ("V", "w")
    assert act.results.of("hidden").owners == ("V_release", "spike_on")


def test_every_function_of_the_phases_takes_and_returns_its_fields():
    for model, method in (("fractional", "caputo_pece"), ("delayed", "rk4"), ("random resets", "euler")):
        code = codes(model, method)[1]
        for name, signature in code.functions.items():
            node = code.function(name)
            assert tuple(a.arg for a in node.args.args) == signature.arguments.names
            value = node.body[-1].value
            returned = value.elts if isinstance(value, ast.Tuple) else [value]
            assert tuple(map(ast.unparse, returned)) == signature.results.names
        assert code.edit(code.text).blocks == code.blocks


def test_lines_lead_to_the_cell_in_the_phases_too():
    code = codes("hold", "euler")[1]
    lines = code.text.splitlines()
    cell = system_of("hold").text.splitlines()
    origins = {lines[n - 1].split(" = ")[0].strip(): cell[at - 1].strip() for n, at in code.line_map.items()}
    assert origins["dV_1"] == "dV/dt = (2 - V)/tau + w*exp(V/9)"
    assert origins["spike_true"].startswith("when exp(V/2)")
    assert origins["V_release_new"] == "hold(V, t_ref)"


def test_an_event_without_a_block_has_no_function_to_act():
    system = bp.model("dx/dt = 1\nwhen x > 1:\n    pass", name="Silent").system
    driver = drivers.get("numpy")
    code = generate(system, solvers.get("euler"), driver.dialect_for(system), "numpy", apart=True)
    assert [b.function for b in code.blocks] == ["advance", "test_spike"]
