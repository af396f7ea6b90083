"""A flow's state holds all that the rest of a run depends on: a fresh flow goes on from it bit for bit."""

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.drivers.feeds import memory_sums
from brainpy_lab.errors import DriverError

from .flows import Prepared

DRIVERS = [d.name for d in bp.drivers.registry().values() if d.available() is None]
TEXTS = {
    "ordinary": """
tau = 10; I = 1.5
dV/dt = (I + 0.2*u - V - w)/tau
dw/dt = -w/30
u = sin(t)
when V >= 1:
    V = 0
    w += 0.25
    hold(V, 2)
V(0) = v0
""",
    "noisy": """
tau = 10; I = 1.2
dV/dt = (I - V)/tau + 0.1*xi
dw/dt = -w/30 + 0.1*w*xi_2
when V >= 1:
    V = 0.2*rand()
    w += 0.25
    hold(V, 2)
V(0) = v0
""",
    "delayed": """
tau = 2.03
dV/dt = 1.5*V(t - tau)/(1 + V(t - tau)**4) - V + 0.1*sin(t)
when V > 0.9:
    n += 1
n(0) = 0
V(0) = v0
V(t < 0) = 0.5 + 0.1*t
""",
    "fractional": """
a = 0.7
order(V) = a
dV/dt = -V + sin(t)
when V > 0.4:
    n += 1
n(0) = 0
V(0) = v0
""",
    "mixing": """
dV/dt = mean(V) - V + 0.3*sin(t)
V(0) = v0
""",
    "mixing noisy": """
dV/dt = mean(V) - V + 0.3*xi
V(0) = v0
""",
    "mixing delayed": """
tau = 2.03
dV/dt = 0.2*mean(V(t - tau)) - V + 0.3*sin(t)
V(0) = v0
""",
    "mixing fractional": """
a = 0.7
order(V) = a
dV/dt = mean(V) - 1.5*V + sin(t)
V(0) = v0
""",
}
ALONE, MANY, ARRAY = 0.3, np.array([0.1, 0.3, 0.8]), np.array([0.1, 0.5, 0.8])
CASES = [
    *((text, start) for text in ("ordinary", "noisy", "delayed", "fractional") for start in (ALONE, MANY)),
    *((text, ARRAY) for text in TEXTS if text.startswith("mixing")),
]
#: Where compiling takes seconds, each kind stands for some in `make test`.
COMPILED = {("ordinary", True), ("noisy", True), ("delayed", False), ("fractional", False), ("mixing", True),
            ("mixing delayed", True)}  # fmt: skip
COMPILED_BY_NUMBA = {("noisy", True), ("delayed", False), ("fractional", False), ("mixing delayed", True)}
N, M = 101, 60


def _is_quick(backend, text, start):
    chosen = {"numba": COMPILED_BY_NUMBA, "jax": COMPILED}.get(backend)
    return chosen is None or (text, isinstance(start, np.ndarray)) in chosen


def prepared(text, start, backend, duration=(N + M) * 0.1, **options):
    """The run of one of the models above, 0.1 a step, records every fourth step."""
    array = isinstance(start, np.ndarray) and text.startswith("mixing")
    model = bp.model(TEXTS[text], name="Flowing", namespace={"v0": start if array else 0.3})
    method = {"fractional": "caputo_pece", "noisy": "euler_maruyama"}.get(text.split()[-1], "euler")
    options.setdefault("initial", {} if array else {"V": start})
    if model.system.is_random:
        options["seed"] = 5
    return Prepared(model, duration, backend=backend, method=method, dt=0.1, record_every=0.4, **options)


def advanced(flow, *counts):
    """The records and events of so many steps at a time, counted from the flow's step."""
    setup = flow.setup
    first = flow.step // setup.every
    count = (flow.step + sum(counts)) // setup.every - first
    shape = np.shape(flow.values()[setup.record[0]])
    rows = np.full((len(setup.record), count, *shape), np.nan)
    events = []
    for n in counts:
        chunk = flow.advance(n, rows, flow.step // setup.every - first)
        events += zip(chunk.step.tolist(), chunk.lane.tolist(), chunk.kind.tolist(), strict=True)
    return rows, sorted(events)


def as_numpy(state):
    return {n: np.array(v.tolist() if hasattr(v, "tolist") else v) for n, v in state.items()}


def same(first, second):
    assert first.keys() == second.keys()
    for name, value in as_numpy(first).items():
        np.testing.assert_array_equal(value, as_numpy(second)[name], err_msg=name)


@pytest.fixture(autouse=True)
def short_blocks(monkeypatch):
    """Blocks of fractional sums so short that a run crosses some."""
    monkeypatch.setattr(memory_sums, "SINGLE_BLOCK", 64)
    monkeypatch.setattr(memory_sums, "LANE_BLOCK", 32)


@pytest.mark.parametrize(
    ("backend", "text", "start"),
    [
        pytest.param(backend, text, start, marks=() if _is_quick(backend, text, start) else pytest.mark.slow)
        for backend in DRIVERS
        for text, start in CASES
    ],
    ids=lambda c: c if isinstance(c, str) else str(np.ndim(c)),
)
def test_a_fresh_flow_goes_on_from_the_state(backend, text, start):
    run = prepared(text, start, backend)
    whole = run.start()
    rows, events = advanced(whole, N + M)
    first = run.start()
    early, earlier = advanced(first, N)
    state = first.state()
    kept = {n: np.array(v) for n, v in as_numpy(state).items()}
    later = run.start()
    later.load(state, N)
    late, latest = advanced(later, M)
    same(whole.state(), later.state())
    np.testing.assert_array_equal(rows, np.concatenate([early, late], axis=1))
    assert np.isfinite(rows).all()
    assert events == earlier + latest
    assert events or "when" not in TEXTS[text]
    advanced(first, M)  # a state stays as it is while its flow goes on
    same(kept, state)


@pytest.mark.parametrize("backend", DRIVERS)
@pytest.mark.parametrize("text", ["noisy", "delayed", "fractional"])
def test_the_same_flow_goes_back(backend, text):
    start = MANY if text == "noisy" else ALONE  # kernels that are compiled above
    flow = prepared(text, start, backend).start()
    advanced(flow, N)
    state = flow.state()
    rows, events = advanced(flow, M)
    flow.load(state, N)
    again = advanced(flow, 7, M - 7)  # in other pieces
    np.testing.assert_array_equal(rows, again[0])
    assert events == again[1]


def test_drives_count_from_the_step():
    options = {"initial": {"V": ALONE}, "I": lambda t: 1.5 + 0.1 * t}
    for backend in set(DRIVERS) - {"numba"}:
        run = prepared("ordinary", ALONE, backend, **options)
        whole, first, later = run.start(), run.start(), run.start()
        advanced(whole, N + M)
        advanced(first, N)
        later.load(first.state(), N)
        advanced(later, M)
        same(whole.state(), later.state())


@pytest.mark.parametrize(
    ("backend", "text", "start"),
    [
        pytest.param(d, *c, marks=pytest.mark.slow if (d, c[0]) == ("jax", "noisy") else ())
        for d in DRIVERS
        for c in CASES
        if d in ("jax", "torch") and not np.ndim(c[1])
    ],
    ids=lambda c: c if isinstance(c, str) else "",
)
def test_flows_that_keep_derivatives_go_on_too(backend, text, start):
    run = prepared(text, start, backend)
    plain = run.start()
    rows, _ = advanced(plain, N + M)
    if run.setup.sums is not None:  # what depends on the start is added by the flow
        run.setup.sums.sums[:] -= run.setup.sums.starts[0]
    traced = [run.start(differentiable=True) for _ in range(3)]
    chunks = [traced[0].advance(N + M, None, 0), traced[1].advance(N, None, 0)]
    traced[2].load(traced[1].state(), N)
    chunks.append(traced[2].advance(M, None, 0))
    for name, value in as_numpy(traced[0].state()).items():
        np.testing.assert_allclose(as_numpy(traced[2].state())[name], value, rtol=1e-12, atol=1e-12, err_msg=name)
    whole, *parts = (_records(backend, chunk.records) for chunk in chunks)
    np.testing.assert_allclose(np.concatenate(parts, axis=1), whole, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(whole, rows, rtol=1e-9, atol=1e-9)


def _records(backend, records):
    """Records of a flow that keeps derivatives, variable by variable: torch has them time by time."""
    if backend == "jax":
        return np.array([np.asarray(r) for r in records])
    return np.array([[v.tolist() for v in row] for row in records]).swapaxes(0, 1)


def test_rings_of_another_length_are_taken_over():
    short, long = (prepared("delayed", ALONE, "numpy", tau=tau) for tau in (2.03, 9.0))
    first = long.start()
    advanced(first, N)
    state = first.state()
    flow = short.start()
    flow.load(state, N)
    assert len(state["past/V"]) > len(flow.state()["past/V"])
    for step in range(N - 23, N):
        np.testing.assert_array_equal(
            flow.state()["past/V"][step % len(flow.state()["past/V"])],
            state["past/V"][step % len(state["past/V"])],
        )


def test_sums_do_not_take_over_what_another_run_remembers():
    run = prepared("fractional", ALONE, "numpy")
    first, other = run.start(), run.start(states=dict(run.setup.states, V=0.1))
    for flow in (first, other):
        advanced(flow, N)
    with pytest.raises(DriverError, match="cannot take over what another one remembers"):
        other.load(first.state(), N)
