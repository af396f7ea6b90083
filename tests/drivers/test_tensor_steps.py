"""Steps of cells on whole arrays in fewer operations than their text has: the same numbers, rare cases too."""

import ast

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.drivers.tensor.common_divisors import without_common_divisors
from brainpy_lab.drivers.tensor.network_hasty import without_rare_cases
from brainpy_lab.simulation.runs.warning import RunWarning

GUARDED = "where(r != 0, s / r * expm1(r * dt), dt * s)"


def _function(body: str, arguments: str = "dt, x, y, c") -> ast.FunctionDef:
    (function,) = ast.parse(f"def f({arguments}):\n{body}").body
    assert isinstance(function, ast.FunctionDef)
    return function


@pytest.mark.parametrize(
    ("line", "shorter"),
    [
        (f"x_new = x + {GUARDED}", "x_new = x + s / r * expm1(r * dt)"),
        (f"x_new = -(2 * {GUARDED}) - x", "x_new = -(2 * (s / r * expm1(r * dt))) - x"),
        (f"x_new = x / {GUARDED}", None),  # infinity below a line would be no nan
        (f"x_new = where(c > 0, {GUARDED}, x)", None),
        (f"x_new = x + {GUARDED.replace('r != 0', 'c != 0')}", None),
        (f"x_new = x + {GUARDED.replace('/ r', '/ c')}", None),
        (f"z = x + {GUARDED}\n    x_new = exp(z)", None),  # exp of minus infinity is 0
        (f"x_new = x + {GUARDED}\n    for k in range(2):\n        x_new = x_new / 2", None),
    ],
)
def test_the_case_of_a_rate_that_is_zero_is_left_out_where_it_would_be_seen(line: str, shorter: str | None) -> None:
    found = without_rare_cases(_function(f"    {line}\n    return x_new, y"))
    assert (found and ast.unparse(found)) == (shorter and f"def f(dt, x, y, c):\n    {shorter}\n    return (x_new, y)")


STEP = "x_new = x + s / r * expm1(r * dt)"


@pytest.mark.parametrize(
    ("lines", "fewer"),
    [
        (("s = (c - x) / n", "r = -y / n"), ("s = c - x", "r = -y")),
        (("s = where(y > 0, 0.0, (c - x) / n)", "r = -1 / n"), ("s = where(y > 0, 0.0, c - x)", "r = -1")),
        (("s = where(y > 0, 1.0, (c - x) / n)", "r = -1 / n"), None),
        (("s = (c - x) / n", "r = -1 / c"), None),
        (("s = (c - x) / y", "r = -1 / y"), None),  # an array, which may be 0 here and there
        (("s = (c - x) / n + x", "r = -1 / n"), None),
        (("s = (c - x) / n", "r = -1 / n", "z = s * 2"), None),
        (("s = (c - x) / n", "r = -1 / n", "s = 2"), None),
    ],
)
def test_a_divisor_that_slope_and_rate_share_is_left_out(lines: tuple[str, ...], fewer: tuple[str, ...] | None) -> None:
    def function(*lines: str) -> ast.FunctionDef:
        return _function("\n".join(f"    {line}" for line in (*lines, "return x_new, y")), "dt, x, y, c, n")

    found = without_common_divisors(function(*lines, STEP), ["c", "n"])
    meant = (*fewer, STEP.replace("* dt", "* (dt / n * (n / n))")) if fewer else (*lines, STEP)
    assert ast.unparse(found) == ast.unparse(function(*meant))


@pytest.mark.parametrize("backend", ["numpy", "torch"])
def test_a_time_constant_of_no_use_is_seen_though_its_division_is_left_out(backend: str) -> None:
    cell = bp.model("tau = 20; E = 3\ng = 1\ndV/dt = (E - V - g*V)/tau", name="X")
    group = bp.NeuGroup(cell, 2, name="G", method="exponential_euler", g=np.array([1.0, 3.0]))
    net = bp.Network(group)
    found = net.run(1.0, dt=0.1, backend=backend).final["G"]["V"]
    assert np.allclose(found, [1.5 * (1 - np.exp(-0.1)), 0.75 * (1 - np.exp(-0.2))], rtol=1e-14)
    group.tau = 0.0
    with pytest.warns(RunWarning, match="tau is 0"):
        assert net.run(1.0, dt=0.1, backend=backend).outcome.name == "NON_FINITE"


@pytest.mark.parametrize(
    ("line", "one"),
    [
        ("z = x + x * y", "z = _k_addcmul(x, x, y)"),
        ("z = x * y + y", "z = _k_addcmul(y, x, y)"),
        ("z = x - x * y", "z = _k_addcmul(x, x, y, value=-1)"),
        ("z = x * y - y", "z = x * y - y"),
        ("z = c - x + y * (c - y)", "z = _k_addcmul(_k_rsub(x, c), y, _k_rsub(y, c))"),
        ("z = -x - y - 1", "z = _k_rsub(x + y, -1)"),
        ("z = x + c * y", "z = x + c * y"),
        ("w = x > c\n    z = y + x * w", "w = x > c\n    z = y + x * w"),  # truth values are no numbers
        ("w = roll(x, 1)\n    z = y + x * w", "w = roll(x, 1)\n    z = y + x * w"),
        ("w = where(x > c, 0.0, x)\n    z = y + x * w", "w = where(x > c, 0.0, x)\n    z = _k_addcmul(y, x, w)"),
    ],
)
def test_two_operations_on_tensors_become_one_and_give_the_same(line: str, one: str) -> None:
    import torch

    from brainpy_lab.drivers.torch import math
    from brainpy_lab.drivers.torch.fused import FUSED, fused

    function = _function(f"    {line}\n    return z", "x, y, c")
    found = fused(function, ["x", "y"], ["c"])
    assert ast.unparse(found) == f"def f(x, y, c):\n    {one}\n    return z"
    results = []
    for tree in (function, found):
        namespace = vars(math) | FUSED
        exec(compile(ast.fix_missing_locations(ast.Module([tree], [])), "f", "exec"), namespace)
        results.append(namespace["f"](*torch.linspace(-2, 2, 26, dtype=torch.float64).split(13), 0.7).cpu().numpy())
    assert np.allclose(*results, rtol=1e-15, atol=1e-15)


@pytest.mark.parametrize(
    ("line", "cheaper"),
    [
        ("z = x * y - y", "z = _k_sub_(x * y, y)"),
        ("z = y - x * y", "z = y - x * y"),
        ("z = y + exp(x * c)", "z = _k_add_(_k_exp_(x * _k_float(c)), y)"),
        ("w = x / c\n    z = w * y", "w = x / _k_float(c)\n    z = _k_mul_(w, y)"),
        ("w = x / 2\n    z = w * y + w", "w = x / 2\n    z = _k_add_(w * y, w)"),  # w is read twice
        ("w = x\n    z = w * y", "w = x\n    z = w * y"),  # x is the caller's
        ("w = roll(x, 0)\n    z = w * y", "w = roll(x, 0)\n    z = w * y"),
        ("w = c < x\n    z = where(w, -1, x)", "w = _k_float(c) < x\n    z = _k_where(w, -1, x)"),
        ("w = x > y\n    z = where(w, 0.0, y * x)", "w = x > y\n    z = _k_masked_fill_(y * x, w, 0.0)"),
        ("w = where(c > 0, x, y)\n    z = w * 2", "w = where(c > 0, x, y)\n    z = w * 2"),  # x itself
        ("w = minimum(x, c)\n    z = -(w * y) / c", "w = minimum(x, c)\n    z = _k_div_(-_k_mul_(w, y), _k_float(c))"),
    ],
)
def test_what_nothing_else_reads_is_changed_in_place_and_gives_the_same(line: str, cheaper: str) -> None:
    import torch

    from brainpy_lab.drivers.torch import math
    from brainpy_lab.drivers.torch.spared import SPARED, spared

    function = _function(f"    {line}\n    return z", "x, y, c")
    found = spared(function, ["x", "y"], ["c"])
    assert ast.unparse(found) == f"def f(x, y, c):\n    {cheaper}\n    return z"
    given, expected = torch.linspace(-2, 2, 26, dtype=torch.float64).split(13), None
    for tree in (function, found):
        namespace, taken = vars(math) | SPARED, [g.clone() for g in given]
        exec(compile(ast.fix_missing_locations(ast.Module([tree], [])), "f", "exec"), namespace)
        result = namespace["f"](*taken, np.float64(0.7)).cpu().numpy()
        expected = result if tree is function else expected
        assert np.array_equal(result, expected) and all(map(torch.equal, taken, given))


@pytest.mark.parametrize("backend", ["numpy", "torch"])
def test_cells_whose_rate_is_zero_take_the_other_term(backend: str) -> None:
    """dx/dt = 1 - g x: 1/g (1 - exp(-g t)), and t where g is 0."""
    g = np.array([0.0, 0.1, 2.0, 0.0])
    group = bp.NeuGroup(bp.model("g = 1\ndx/dt = 1 - g*x", name="X"), 4, name="G", method="exponential_euler", g=g)
    net = bp.Network(group)
    for t in (1.0, 2.0):
        found = net.run(1.0, dt=0.1, backend=backend).final["G"]["x"]
        expected = [t if k == 0 else (1 - np.exp(-k * t)) / k for k in g]
        assert np.allclose(found, expected, rtol=1e-13)


@pytest.mark.parametrize("backend", ["numpy", "torch"])
def test_many_spikes_in_one_step_and_few_reach_the_same_targets(backend: str) -> None:
    """A step in which few cells fire looks for their targets cell by cell."""
    numbers = [1, 64, 65, 200]
    cells = np.concatenate([np.arange(n) for n in numbers])
    source = bp.SpikeSource(np.repeat([1.0, 2.0, 3.0, 4.0], numbers), cells, size=200, name="S")
    group = bp.NeuGroup(bp.model("dg/dt = 0", name="X"), 50, name="G", method="euler")
    kick = bp.model("weight = 1\nwhen pre.spike:\n    post.g += weight", name="Kick", synapse=True)
    rule = bp.connect.fixed_probability(0.1, seed=1)
    syn = bp.Synapses(pre=source, post=group, model=kick, connect=rule, name="s", weight=0.5)
    net, expected = bp.Network(source, group, syn), np.zeros(50)
    for spiking in numbers:
        expected += 0.5 * np.bincount(syn.post_index[syn.pre_index < spiking], minlength=50)
        start = 0 if spiking == 1 else None
        found = net.run(1.5 if start == 0 else 1.0, dt=0.1, backend=backend, start=start).final["G"]["g"]
        assert np.array_equal(found, expected)
