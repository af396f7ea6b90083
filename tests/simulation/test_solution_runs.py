"""Solutions of real runs: saved, continued from disk, interpolated, driven by inputs."""

import numpy as np
import pytest

import brainpy_lab as bp

LIF = """
I = 1.5
tau = 10.0
dV/dt = (-V + I)/tau
V(0) = 0
when V > 1 as spike:
    V = 0
    hold(V, 2)
"""
FHN = """
I = 0.8
dV/dt = V - V**3/3 - w + I
dw/dt = (V + 0.7 - 0.8*w)/12.5
"""


@pytest.mark.parametrize("suffix", [".nc", ".npz", ".zarr"])
def test_run_continues_from_a_file_as_from_memory(tmp_path, suffix):
    model = bp.model(LIF, name="LIF")
    currents = np.linspace(0.5, 3.0, 6)
    whole = model.run(70.0, dt=0.1, backend="numpy", I=currents)
    first = model.run(30.0, dt=0.1, backend="numpy", I=currents)
    loaded = bp.load(first.save(tmp_path / f"run{suffix}"))
    rest = model.run(40.0, dt=0.1, backend="numpy", start=loaded, I=currents)
    np.testing.assert_array_equal(rest.V, whole.V[300:])
    late = whole.events["spike"].t > 30.0 + 1e-9
    np.testing.assert_allclose(rest.events["spike"].t, whole.events["spike"].t[late], rtol=1e-12)
    np.testing.assert_array_equal(rest.events["spike"].index, whole.events["spike"].index[late])


def test_rate_of_a_leaky_integrator_is_the_known_one():
    sol = bp.model(LIF, name="LIF").run(20_000.0, dt=0.01, backend="numba", record=[], I=np.array([0.9, 1.5, 3.0]))
    intervals = 2 + 10 * np.log(np.array([1.5, 3.0]) / (np.array([1.5, 3.0]) - 1))
    rates = sol.events["spike"].rate(per_cell=True)
    assert rates[0] == 0
    np.testing.assert_allclose(rates[1:], 1 / intervals, rtol=2e-3)
    assert sol.data == {}


def test_interpolation_of_fixed_steps_agrees_with_dense_output():
    model = bp.model(FHN, name="FHN")
    fixed = model.run(50.0, dt=0.01, record_every=0.1, backend="numpy")
    adaptive = model.run(50.0, method="rkdp", rtol=1e-10, atol=1e-12, backend="numpy")
    at = np.linspace(0.0, 50.0, 777)
    np.testing.assert_allclose(fixed(at)["V"], adaptive(at)["V"], rtol=0, atol=5e-6)
    assert fixed(17.3)["w"] == pytest.approx(adaptive(17.3)["w"], abs=1e-6)


def test_ensemble_becomes_a_labelled_dataset():
    model = bp.model(FHN, name="FHN")
    currents = np.array([[0.0], [0.5], [1.0]])
    sol = model.run(5.0, dt=0.01, record_every=0.5, backend="numpy", I=currents, initial={"V": np.array([-1.0, 1.0])})
    dataset = sol.to_xarray()
    assert dict(dataset.sizes) == {"time": 11, "I": 3, "initial_V": 2}
    one = model.run(5.0, dt=0.01, record_every=0.5, backend="numpy", I=0.5, initial={"V": 1.0})
    np.testing.assert_allclose(dataset.V.sel(I=0.5, initial_V=1.0), one.V, rtol=1e-13)
    assert len(sol.to_pandas()) == 66


def test_input_drives_a_parameter_and_comes_back_from_a_file(tmp_path):
    leak = bp.model("I = 0.0\ndV/dt = -V/10 + I\nV(0) = 0", name="Leak")
    kick = bp.inputs.spikes([5.0], duration=20.0, area=3.0, dt=0.01)
    sol = leak.run(20.0, dt=0.01, backend="numpy", I=kick)
    assert sol.V[-1] == pytest.approx(3.0 * np.exp(-1.5), rel=2e-3)
    back = bp.load(sol.save(tmp_path / "run.nc"))
    np.testing.assert_array_equal(back.params["I"].values, kick.values)
    again = leak.run(20.0, dt=0.01, backend="numpy", I=back.params["I"])
    np.testing.assert_array_equal(again.V, sol.V)


def test_record_that_does_not_fit_is_refused_before_the_run():
    with pytest.raises(bp.errors.MemoryLimitError, match="record_every="):
        bp.model(FHN, name="FHN").run(1e9, dt=0.01, backend="numpy")


def test_gradient_goes_through_a_solution_that_is_saved_and_drawn(tmp_path):
    import torch

    current = torch.tensor(0.5, dtype=torch.float64, requires_grad=True)
    sol = bp.model(FHN, name="FHN").run(2.0, dt=0.05, backend="torch", I=current)
    back = bp.load(sol.save(tmp_path / "run.npz"))
    assert len(sol.plot().axes) == 2
    sol.final["V"].backward()
    assert current.grad != 0
    np.testing.assert_allclose(back.V, sol.V.detach().numpy())
