"""Noise is taken out of an equation symbolically: f + g*xi."""

from __future__ import annotations

import ast

import pytest

from brainpy_lab.equations import read_text


@pytest.mark.parametrize(
    ("equation", "drift", "amplitudes"),
    [
        ("-V + xi", "-V", {"xi": "1.0"}),
        ("-V + 2*xi", "-V", {"xi": "2"}),
        ("-V - sqrt(2*D)*xi", "-V", {"xi": "-sqrt(2 * D)"}),
        ("xi*D", "0.0", {"xi": "D"}),
        ("-V/D + D*xi/sqrt(D)", "-V / D", {"xi": "D / sqrt(D)"}),
        ("(V + D*xi_a)*2", "V * 2", {"xi_a": "D * 2"}),
        ("(xi_1 - V)/D", "-V / D", {"xi_1": "1.0 / D"}),
        ("-(V - V*xi)", "-V", {"xi": "--V"}),
        ("xi_1 + D*xi_2 - V*xi_1", "0.0", {"xi_1": "1.0 - V", "xi_2": "D"}),
        ("V + (D*xi if V > 0 else 0)", "V + (0.0 if V > 0 else 0)", {"xi": "D if V > 0 else 0.0"}),
        ("where(V > 0, xi, -V)", "0.0 if V > 0 else -V", {"xi": "1.0 if V > 0 else 0.0"}),
    ],
)
def test_split(equation: str, drift: str, amplitudes: dict[str, str]) -> None:
    system = read_text(f"D = 0.5\ndV/dt = {equation}")
    state = system.states[0]
    assert state.drift is not None
    assert ast.unparse(state.drift) == drift
    assert {n.source: ast.unparse(n.amplitude) for n in state.noise} == amplitudes
    assert system.is_stochastic


def test_sources_are_shared_by_name() -> None:
    system = read_text("dV/dt = xi_a + xi_b; dw/dt = 2*xi_a")
    assert system.noise_sources == ("xi_a", "xi_b")
    assert [[n.source for n in s.noise] for s in system.states] == [["xi_a", "xi_b"], ["xi_a"]]


def test_noise_in_an_intermediate_becomes_part_of_the_equation() -> None:
    system = read_text("sigma = 2; I_noise = I_0 + sigma*xi; I_0 = 3*V; dV/dt = -V + I_noise/10")
    state = system.states[0]
    assert state.drift is not None
    assert ast.unparse(state.drift) == "-V + I_0 / 10"
    assert ast.unparse(state.noise[0].amplitude) == "sigma / 10"
    assert [d.name for d in system.intermediates] == ["I_0"]
    assert any("I_noise contains noise" in note for note in system.notes)
