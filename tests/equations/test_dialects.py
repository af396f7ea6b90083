"""What people write who come from other programs: each is told what to write here, and where."""

from __future__ import annotations

import pytest

from brainpy_lab import solvers
from brainpy_lab.equations import read_text
from brainpy_lab.errors import MethodError, ModelError, did_you_mean

BASE = "dV/dt = -V\n"

# text, part of the message, line, column (0-based), part of the advice
CASES: list[tuple[str, str, int, int, str]] = [
    # Brian
    ("dv/dt = -v/tau : volt", "unit", 1, 17, "Write dv/dt = -v/tau  # volt"),
    ("dv/dt = (E-v)/tau : volt (unless refractory)", "unit", 1, 20, "Write dv/dt = (E-v)/tau  # volt; a state is kept"),
    ("dv/dt = -v/tau : 1", "unit", 1, 17, "# 1"),
    (BASE + "I_syn = g*(V - E) : amp", "unit", 2, 20, "Write I_syn = g*(V - E)  # amp"),
    (BASE + "I : amp (constant)", "its unit is a comment", 2, 4, "Write I = 0.0  # amp"),
    (BASE + "E_L = -70*mV", "no units", 2, 10, "Write -70, and the unit in a comment behind the line: # mV"),
    ("dV/dt = -V + 5*nA", "no units", 1, 15, "Write 5,"),
    ("dV/dt = -V*mV", "'mV' is defined nowhere", 1, 11, "A unit stands in a comment: # mV."),
    ("dV/dt = -V*int(not_refractory)", "defined nowhere", 1, 15, "hold(V, t_ref)"),
    # XPP
    (BASE + "par a=1, b=-2.5", "without 'par'", 2, 0, "Write a = 1; b = -2.5"),
    (BASE + "p a=1", "without 'p'", 2, 0, "Write a = 1"),
    (BASE + "init V=-65,w=0", "initial value", 2, 0, "Write V(0) = -65; w(0) = 0"),
    (BASE + "aux total=V*2", "without 'aux'", 2, 0, "Write total = V*2; it is recorded by run(..., record=['total'])"),
    (BASE + "wiener w", "not declared", 2, 0, "xi_w"),
    ("V'=-V", "A derivative is written dV/dt.", 1, 0, "Write dV/dt = -V"),
    ("V' = -V; w' = V", "A derivative is written dV/dt.", 1, 0, "Write dV/dt = -V"),
    ("x[0..9]'=-x[j]", "no index", 1, 0, "roll(x, 1)"),
    ("dV/dt = -V + heav(V - 1)", "no function 'heav'", 1, 13, "Write heaviside(V - 1, 1)."),
    ("dV/dt = if(V>1)then(0)else(1)", "in the middle", 1, 8, "Write 0 if V>1 else 1"),
    ("% a comment\n" + BASE, "begins with '#'", 1, 0, "# instead of %"),
    (BASE + "a = 1 % threshold", "begins with '#'", 2, 6, "# instead of %"),
    (BASE + "a = 1  %threshold", "begins with '#'", 2, 7, "# instead of %"),
    (BASE + "@ total=100,dt=0.1", "no counterpart", 2, 0, "run(100, dt=0.01)"),
    (BASE + "global 1 V-1 {V=0}", "no counterpart", 2, 0, "when V >= V_th:"),
    (BASE + "done", "no counterpart", 2, 0, "run"),
    # textbooks
    ("tau*dV/dt = -V + I", "stands alone left", 1, 0, "Write dV/dt = (-V + I)/tau"),
    ("C dV/dt = -g*V  # capacity", "stands alone left", 1, 0, "Write dV/dt = (-g*V)/C"),
    ("C/g*dV/dt = V", "stands alone left", 1, 0, "Write dV/dt = V/(C/g)"),
    ("2dV/dt = -V", "stands alone left", 1, 0, "Write dV/dt = (-V)/2"),
    ("-dV/dt = V", "stands alone left", 1, 0, "Write dV/dt = -V"),
    ("dV/dt + V = I", "stands alone left", 1, 6, "Bring '+ V' to the right side"),
    ("d/dt V = -V", "A derivative is written dV/dt.", 1, 0, "Write dV/dt = -V"),
    ("d(V)/dt = -V", "A derivative is written", 1, 0, "Write dV/dt = -V"),
    ("dV(t)/dt = -V", "A derivative is written", 1, 0, "Write dV/dt = -V"),
    ("dot(V) = -V", "A derivative is written dV/dt.", 1, 0, "Write dV/dt = -V"),
    ("D(V) ~ -V", "A derivative is written dV/dt.", 1, 0, "Write dV/dt = -V"),
    ("V\u0307 = -V", "A derivative is written dV/dt.", 1, 0, "Write dV/dt = -V"),
    ("∂V/∂t = -V", "A derivative is written dV/dt.", 1, 0, "Write dV/dt = -V"),
    ("V'' = -V", "second order", 1, 0, "dv/dt = ..."),
    ("dw/dt = 1\nVdot = -V", "'V' is defined nowhere", 2, 8, "write dV/dt = ... instead of Vdot = ..."),
    ("dVdt = -V", "no state", 1, 0, "dV/dt"),
    ("dV/dt = ln(V)", "no function 'ln'", 1, 8, "Write log(V)."),
    ("dV/dt = mod(t + 1, 2)", "no function 'mod'", 1, 8, "Write (t + 1) % 2."),
    ("tau = 1\ndV/dt = delay(V, tau)", "no function 'delay'", 2, 8, "Write V(t - tau)."),
    ("V [mV] = 3\n" + BASE, "name of a quantity", 1, 2, "Write V = 3  # mV"),
    ("dV/dt [mV/ms] = -V", "name of a quantity", 1, 6, "Write dV/dt = -V  # mV/ms"),
    (BASE + "tau = 10 [ms]", "behind a value", 2, 9, "Write tau = 10  # ms"),
    (BASE + "I = 0.5 (nA/cm2)", "behind a value", 2, 8, "Write I = 0.5  # nA/cm2"),
    (BASE + "tau = 10 ms", "operator is missing", 2, 9, "10  # ms"),
    ("dV/dt = -\\frac{V}{\\tau}", "LaTeX", 1, 9, "(a)/(b)"),
    ("dV/dt = V**2*\\tau", "LaTeX", 1, 13, "Write tau."),
    ("dV/dt = exp^V", "power of e", 1, 8, "Write exp(V)"),
    ("dV/dt = e^(-V)", "power of e", 1, 8, "Write exp(-V)"),
    ("dV/dt = V ± 2", "'±'", 1, 10, "+ or -"),
    ("dV/dt = V\N{SUPERSCRIPT FOUR}", "cannot stand here", 1, 9, "Write **4."),
    ("dV/dt = V\N{SUBSCRIPT ONE}", "cannot stand here", 1, 9, "V_1"),
    # NEURON, MATLAB, Julia, R, C
    ("NEURON {\n SUFFIX hh\n}", "block of NMODL", 1, 0, "Write its lines alone"),
    ("BREAKPOINT {\n SOLVE states METHOD cnexp\n}", "block of NMODL", 1, 0, "dm/dt"),
    ("SOLVE states METHOD cnexp\n" + BASE, "no counterpart", 1, 0, "exponential_euler"),
    ("dV/dt = vtrap(V + 40, 10)", "no function 'vtrap'", 1, 8, "is filled in"),
    ("dV/dt = V.^2", "each element", 1, 9, "Write **."),
    ("dV/dt = V.*2", "each element", 1, 9, "Write *."),
    ("dV/dt = V ...\n + 2", "bracket is open", 1, 10, "parentheses"),
    ("dV/dt = V ~= 2", "'!='", 1, 10, "Write !=."),
    ("dV/dt = V <> 2", "'!='", 1, 10, "Write !=."),
    ("dV/dt = V => 2", "other way round", 1, 10, "Write >=."),
    ("a = 1 // a comment\n" + BASE, "begins with '#'", 1, 6, "# instead of //"),
    ("function dydt = f(t, y)\n" + BASE, "'function'", 1, 0, "def f(x)"),
    ("du[1] = -u[1]", "have names", 1, 0, "dV/dt = ..., dw/dt = ..."),
    ("V <- 3\n" + BASE, "given with '='", 1, 0, "Write V = 3"),
    ("when V > 1 then V = 0\n" + BASE, "lines below", 1, 0, "Write when V > 1: and below it, indented, V = 0"),
    # BrainPy
    ("dV/dt = bm.exp(V)", "no prefix", 1, 8, "Write exp(...)."),
    ("dV/dt = -self.V", "stand alone", 1, 9, "Write V."),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message", "line", "column", "advice"), CASES, ids=[repr(c[0])[:60] for c in CASES])
def test_says_what_to_write_here(text: str, message: str, line: int, column: int, advice: str) -> None:
    with pytest.raises(ModelError) as caught:
        read_text(text)
    error = caught.value
    assert message in error.message
    assert error.location is not None
    assert (error.location.line, error.location.column) == (line, column)
    assert advice in (error.advice or "")


def test_forms_are_looked_for_in_refused_lines_alone() -> None:
    system = read_text("tau = 10 % 7\ndV/dt = -V/tau + a*(t % tau)\na = 3")
    assert [p.name for p in system.parameters] == ["tau", "a"]
    with pytest.raises(ModelError, match="'b' is defined nowhere"):
        read_text("dV/dt = -V + b  # tau*dV/dt = 5 mV : volt (unless refractory)")


@pytest.mark.parametrize(
    ("written", "known", "meant"),
    [("IK", ["Ik", "I"], "Ik"), ("gna", ["g_Na", "gnu"], "g_Na"), ("τ_m", ["tau_m"], "tau_m"), ("v", ["V", "w"], "V")],
)
def test_names_that_differ_by_their_spelling_alone(written: str, known: list[str], meant: str) -> None:
    assert did_you_mean(written, known) == f"Did you mean '{meant}'?"


@pytest.mark.parametrize(
    ("elsewhere", "ours"),
    [
        ("exp_auto", "exponential_euler"), ("exponential_euler_auto", "exponential_euler"), ("RK4", "rk4"),
        ("RK45", "rkdp"), ("ode45", "rkdp"), ("ode15s", "rodas4"), ("Tsit5()", "tsit5"), ("cnexp", "exponential_euler"),
        ("srk1w1", "sri1w1"), ("CaputoL1Schema", "caputo_l1"), ("Euler-Maruyama", "euler_maruyama"),
        ("EM", "euler_maruyama"),
        ("BDF", "rodas4"), ("heuneuler", "heun_euler"),
    ],
)  # fmt: skip
def test_methods_of_other_programs(elsewhere: str, ours: str) -> None:
    with pytest.raises(MethodError) as caught:
        solvers.get(elsewhere)
    assert caught.value.advice == f"It is called '{ours}' here."
    assert ours in (*solvers.registry(), "auto")


def test_every_method_named_is_one_of_ours() -> None:
    from brainpy_lab.solvers.elsewhere import _OURS

    assert set(_OURS.values()) <= {*solvers.registry(), "auto"}
