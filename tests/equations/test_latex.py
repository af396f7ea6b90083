"""Equations as LaTeX."""

from __future__ import annotations

import ast

import pytest

from brainpy_lab.equations import read_text
from brainpy_lab.equations.latex import LatexPrinter, name_latex, system_latex


def expression(text: str) -> str:
    return LatexPrinter()(ast.parse(text, mode="eval").body)


@pytest.mark.parametrize(
    ("name", "latex"),
    [
        ("V", "V"),
        ("tau", r"\tau"),
        ("g_K", "g_{K}"),
        ("g_Na", r"g_{\mathrm{Na}}"),
        ("V_th", r"V_{\mathrm{th}}"),
        ("tau_m", r"\tau_{m}"),
        ("I_alpha", r"I_{\alpha}"),
        ("x1", "x_{1}"),
        ("g_K_max", r"g_{K,\mathrm{max}}"),
        ("rate", r"\mathit{rate}"),
        ("gNa", r"g_{\mathrm{Na}}"),
        ("gKCa", r"g_{\mathrm{KCa}}"),
        ("EL", "E_{L}"),
        ("VT_mean", r"V_{T,\mathrm{mean}}"),
        ("EPSP", r"\mathit{EPSP}"),
        ("In", r"\mathit{In}"),
        ("pre_V", r"V^{\mathrm{pre}}"),
        ("post_g_K", r"g_{K}^{\mathrm{post}}"),
        ("_x", "x"),
        ("_", r"\_"),
        ("τ", "τ"),
    ],
)
def test_names(name: str, latex: str) -> None:
    assert name_latex(name) == latex


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("a + b*c", r"a + b\,c"),
        ("(a + b)*c", r"\left(a + b\right)\,c"),
        ("a*(b*c)", r"a\,b\,c"),
        ("2*3", r"2 \cdot 3"),
        ("a - (b - c)", r"a - \left(b - c\right)"),
        ("a - (b + c)", r"a - \left(b + c\right)"),
        ("a + (b - c)", "a + b - c"),
        ("a - -b", r"a - \left(-b\right)"),
        ("a*-b", r"a\,\left(-b\right)"),
        ("-a*b", r"-a\,b"),
        ("-(a + b)", r"-\left(a + b\right)"),
        ("a/b/c", r"\frac{\frac{a}{b}}{c}"),
        ("(a + b)/(c*d)", r"\frac{a + b}{c\,d}"),
        ("(a/b)**2", r"\left(\frac{a}{b}\right)^{2}"),
        ("a**-b", "a^{-b}"),
        ("(-a)**2", r"\left(-a\right)^{2}"),
        ("-a**2", "-a^{2}"),
        ("a**b**c", "a^{b^{c}}"),
        ("(a**b)**c", r"\left(a^{b}\right)^{c}"),
        ("m_inf**3", r"m_{\mathrm{inf}}^{3}"),
        ("exp(-V/k)", r"e^{\frac{-V}{k}}"),
        ("exp(x)**2", r"\left(e^{x}\right)^{2}"),
        ("sin(x)**2", r"\left(\sin\left(x\right)\right)^{2}"),
        ("sqrt(a + 1)", r"\sqrt{a + 1}"),
        ("abs(x)**2", r"\left|x\right|^{2}"),
        ("log(x) + log10(y)", r"\ln\left(x\right) + \log_{10}\left(y\right)"),
        ("expm1(x)*y", r"\left(e^{x} - 1\right)\,y"),
        ("log1p(x)", r"\ln\left(1 + x\right)"),
        ("floor(x) + ceil(y)", r"\left\lfloor x \right\rfloor + \left\lceil y \right\rceil"),
        ("minimum(x, y)", r"\min\left(x, y\right)"),
        ("clip(x, 0, 1)", r"\operatorname{clip}\left(x, 0, 1\right)"),
        ("alpha_m(V)", r"\alpha_{m}\left(V\right)"),
        ("a // b % c", r"\left\lfloor \frac{a}{b} \right\rfloor \bmod c"),
        ("dot(a + b, c)", r"\left(a + b\right) \cdot c"),
        ("a if x > 0 else b", r"\begin{cases} a & \text{if } x > 0 \\ b & \text{otherwise} \end{cases}"),
        (
            "where(x >= 1, a, b if y <= 2 else c)",
            r"\begin{cases} a & \text{if } x \ge 1 \\ b & \text{if } y \le 2 \\ c & \text{otherwise} \end{cases}",
        ),
        ("x > 0 and y < 1 or not z == 2", r"x > 0 \text{ and } y < 1 \text{ or } \lnot \left(z = 2\right)"),
        ("1e-3 + 1.5e-7 + 2e10", r"0.001 + 1.5 \cdot 10^{-7} + 20000000000"),
        ("1e-10*x", r"10^{-10}\,x"),
        ("0.5*2.0", r"0.5 \cdot 2"),
        ("True", r"\text{true}"),
        ("2*pi*t", r"2\,\pi\,t"),
    ],
)
def test_expressions(text: str, latex: str) -> None:
    assert expression(text) == latex


def test_lines_of_a_model() -> None:
    system = read_text(
        """
        tau = 10; D = 0.1; V_th = 1
        def m_inf(V): return 1/(1 + exp(-V))
        k = 2*tau
        I_Na = m_inf(V)
        dV/dt = (I_Na - V)/tau + sqrt(2*D)*xi_V - x(t - tau)
        dx/dt = xi
        order(V) = 0.9
        V(0) = -1
        x(t <= 0) = cos(t)
        when V >= V_th:
            V = 0
            hold(V, tau)
        """
    )
    assert system_latex(system) == [
        r"m_{\mathrm{inf}}\left(V\right) = \frac{1}{1 + e^{-V}}",
        r"k = 2\,\tau",
        r"I_{\mathrm{Na}} = m_{\mathrm{inf}}\left(V\right)",
        r"{}^{\mathrm{C}}\!D_t^{0.9} V = \frac{I_{\mathrm{Na}} - V}{\tau} - x\left(t - \tau\right)"
        r" + \sqrt{2\,D}\,\xi_{V}(t)",
        r"\frac{dx}{dt} = \xi(t)",
        r"\text{when } V \ge V_{\mathrm{th}}:\quad V \leftarrow 0,\; V \text{ held for } \tau",
        r"V(0) = -1,\quad x(t \le 0) = \cos\left(t\right)",
    ]


def test_lines_of_a_synapse() -> None:
    system = read_text("dg/dt = -g\nwhen pre.spike:\n    g += 1\npost.I += -g*post.V", synapse=True)
    assert system_latex(system) == [
        r"\frac{dg}{dt} = -g",
        r"I^{\mathrm{post}} \mathrel{+}= -g\,V^{\mathrm{post}}",
        r"\text{when } \text{pre } \text{spike}:\quad g \leftarrow g + 1",
    ]


def test_slope_of_a_fractional_equation() -> None:
    system = read_text("order(x) = 1.5; dx/dt = -x; x(0) = 1; dx(0) = 2")
    assert system_latex(system)[-1] == r"x(0) = 1,\quad \dot{x}(0) = 2"
