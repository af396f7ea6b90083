"""Golden files: the step code of one example for every kind of method and driver, as a person reads it.

After a wished-for change of the generated code, ``BRAINPY_LAB_UPDATE_GOLDEN=1 pytest tests/codegen`` writes them anew;
read the difference before committing it.
"""

import os
from pathlib import Path

import pytest

import brainpy_lab as bp
from brainpy_lab import drivers, solvers
from brainpy_lab.codegen.generate import generate

from .kinds import KINDS

FOLDER = Path(__file__).parent / "golden"
UPDATE = bool(os.environ.get("BRAINPY_LAB_UPDATE_GOLDEN"))
EXAMPLES = [("fitzhugh_nagumo", method) for method in KINDS]
EXAMPLES += [("leaky_integrate_and_fire", method) for method in ("rk4", "rkdp")]
EXAMPLES += [("current_synapses", "exact"), ("adapting", "exact")]
EXAMPLES += [("hodgkin_huxley", "exponential_euler")]
EXAMPLES += [("noisy_pair", "euler_maruyama")]
EXAMPLES += [("delayed_neuron", method) for method in ("rk4", "rkdp")]
EXAMPLES += [("fractional_neuron", method) for method in ("caputo_pece", "caputo_l1")]
CELLS = {
    "current_synapses": """
        tau = 20; tau_e = 5; tau_i = 10; E = -49; t_ref = 5
        I_syn = ge + gi
        dV/dt = (E - V + I_syn + sin(t)) / tau
        dge/dt = -ge / tau_e
        dgi/dt = -gi / tau_i
        when V >= -50:
            V = -60
            hold(V, t_ref)
    """,
    "adapting": """
        tau = 20; tau_w = 100; a = 0.5; t_ref = 5
        dV/dt = (20 - V - w) / tau
        dw/dt = (a*V - w) / tau_w
        when V >= 10:
            V = 0
            w += 1
            hold(V, t_ref)
    """,
    "delayed_neuron": """
        tau = 10; delay = 3; g = 0.8
        late = V(t - delay/(1 + w))
        dV/dt = (1.5 - V - g*x(t - delay)*late) / tau
        dx/dt = -x / 2
        dw/dt = (x(t - delay) - w) / tau
        when V >= 1:
            V = 0
            x += 1
    """,
    "fractional_neuron": """
        alpha = 0.8; tau = 20; I = 30; b = 2; t_ref = 3
        order(V) = alpha
        dV/dt = (I - V - w) / tau**alpha
        dw/dt = -w / 100
        when V >= 15:
            V = 0
            w += b
            hold(V, t_ref)
    """,
    "noisy_pair": """
        tau = 10; I = 0.5; s = 0.2
        sigma = s * sqrt(2 / tau)
        dV/dt = (I - V) / tau + sigma*xi
        dw/dt = V - w + s*w*xi + 0.1*xi_2
    """,
}
PHASES = "leaky_integrate_and_fire_rk4_phases"
OWN = ("numpy", "numba", "jax", "torch")


def example(model):
    if model in CELLS:
        return bp.model("\n".join(line[8:] for line in CELLS[model].splitlines()), name=model)
    return getattr(bp.models, model)()


@pytest.mark.parametrize("backend", OWN)
@pytest.mark.parametrize(("model", "method"), EXAMPLES)
def test_step_code_is_the_golden_one(model, method, backend):
    text = example(model).code(backend, method).text
    path = FOLDER / f"{model}_{method}_{backend}.py"
    if UPDATE:
        path.write_text(text)
    assert path.is_file(), "write it with BRAINPY_LAB_UPDATE_GOLDEN=1"
    assert text == path.read_text()


@pytest.mark.parametrize("backend", OWN)
def test_phases_apart_are_the_golden_ones(backend):
    system, driver = example("leaky_integrate_and_fire").system, drivers.get(backend)
    text = generate(system, solvers.get("rk4"), driver.dialect_for(system), backend, apart=True).text
    path = FOLDER / f"{PHASES}_{backend}.py"
    if UPDATE:
        path.write_text(text)
    assert text == path.read_text()


def test_no_golden_file_is_left_over():
    expected = {f"{model}_{method}_{backend}.py" for model, method in EXAMPLES for backend in OWN}
    expected |= {f"{PHASES}_{backend}.py" for backend in OWN}
    assert {p.name for p in FOLDER.glob("*.py")} == expected
