"""Words and signs of other programs and of textbooks, and what is written here instead: units, functions, names."""

from __future__ import annotations

import re
from collections.abc import Mapping

#: Units that people write behind numbers.
UNITS = frozenset(
    "V mV uV µV A mA uA µA nA pA S mS uS µS nS pS F mF uF µF nF pF s ms us µs ns min hour Hz kHz MHz m cm mm um µm nm "
    "M mM uM µM nM mol mmol ohm Ohm Mohm MOhm Gohm GOhm kohm degC kelvin celsius volt volts mvolt millivolt amp amps "
    "ampere siemens farad second seconds msecond meter metre hertz coulomb joule newton radian rad pascal watt cm2 "
    "msiemens usiemens nsiemens ufarad nfarad pfarad uamp namp pamp namp molar mmolar cmeter umeter usecond "
    "uF/cm2 mS/cm2 S/cm2 uA/cm2 mA/cm2 mV/ms 1/ms 1/s /ms".split()
)  # fmt: skip

_RANDOM = "White noise is written xi: dV/dt = f + sigma*xi; rand() and randn() stand in the actions of a 'when' block."

#: Functions that others have -> what to write; the arguments' texts are {0}, {1}, all of them {all}, operands {a}, {b}.
FUNCTIONS_ELSEWHERE: Mapping[str, str] = {
    "ln": "Write log({all}).",
    "log2": "Write log({0})/log(2).",
    "mod": "Write {a} % {b}.",
    "fmod": "Write {a} % {b}.",
    "rem": "Write {a} % {b}.",
    "delay": "Write {0}(t - {1}).",
    "del_shft": "Write {0}(t - {1}).",
    "heav": "Write heaviside({0}, 1).",
    "Heaviside": "Write heaviside({0}, 1).",
    "step": "Write heaviside({0}, 1).",
    "sgn": "Write sign({0}).",
    "signum": "Write sign({0}).",
    "sqr": "Write {a}**2.",
    "cbrt": "Write sign({0})*abs({0})**(1/3).",
    "int": "Write floor({0}).",
    "trunc": "Write floor({0}).",
    "round": "Write floor({0} + 0.5).",
    "ifelse": "Write {1} if {0} else {2}.",
    "if_else": "Write {1} if {0} else {2}.",
    "IF": "Write {1} if {0} else {2}.",
    "cond": "Write {1} if {0} else {2}.",
    "Exp": "Write exp({all}).",
    "Log": "Write log({all}).",
    "Sin": "Write sin({all}).",
    "Cos": "Write cos({all}).",
    "Tanh": "Write tanh({all}).",
    "Sqrt": "Write sqrt({all}).",
    "arctanh": "Write 0.5*log((1 + {0})/(1 - {0})).",
    "cot": "Write 1/tan({0}).",
    "sec": "Write 1/cos({0}).",
    "csc": "Write 1/sin({0}).",
    "sech": "Write 1/cosh({0}).",
    "coth": "Write 1/tanh({0}).",
    "vtrap": "Write {0}/(exp({0}/{1}) - 1): its value where {0} = 0 is filled in.",
    "rand": _RANDOM,
    "randn": _RANDOM,
    "random": _RANDOM,
    "uniform": _RANDOM,
    "normal": _RANDOM,
    "gauss": _RANDOM,
    "ran": _RANDOM,
    "wiener": _RANDOM,
    "noise": _RANDOM,
    "poisson": "Give spikes as an input: run(100, I=bp.inputs...).",
}

#: Names that others have -> what to write.
NAMES_ELSEWHERE: Mapping[str, str] = {
    "π": "Write pi.",
    "Pi": "Write pi.",
    "PI": "Write pi.",
    "e": "Powers of e are written exp(x).",
    "inf": "Write a large number.",
    "Inf": "Write a large number.",
    "infinity": "Write a large number.",
    "time": "The time is written t.",
    "not_refractory": "Write hold(V, t_ref) in the 'when' block: it keeps V for the time t_ref.",
    "refractory": "Write hold(V, t_ref) in the 'when' block: it keeps V for the time t_ref.",
    "lastspike": "Write a state that the 'when' block sets: last = t, with last(0) = -1000.",
    "true": "Write True.",
    "false": "Write False.",
}

#: Characters copied from paper -> what to type.
CHARACTERS: Mapping[str, str] = {
    "\N{MINUS SIGN}": "Write - (the hyphen of the keyboard).",
    "\N{EN DASH}": "Write - (the hyphen of the keyboard).",
    "\N{EM DASH}": "Write - (the hyphen of the keyboard).",
    "\N{NON-BREAKING HYPHEN}": "Write - (the hyphen of the keyboard).",
    "\N{MULTIPLICATION SIGN}": "Write *.",
    "\N{MIDDLE DOT}": "Write *.",
    "\N{DOT OPERATOR}": "Write *.",
    "\N{BULLET OPERATOR}": "Write *.",
    "\N{ASTERISK OPERATOR}": "Write *.",
    "\N{DIVISION SIGN}": "Write /.",
    "\N{DIVISION SLASH}": "Write /.",
    "\N{FRACTION SLASH}": "Write /.",
    "\N{GREATER-THAN OR EQUAL TO}": "Write >=.",
    "\N{LESS-THAN OR EQUAL TO}": "Write <=.",
    "\N{NOT EQUAL TO}": "Write !=.",
    "\N{SUPERSCRIPT TWO}": "Write **2.",
    "\N{SUPERSCRIPT THREE}": "Write **3.",
    "\N{SUPERSCRIPT FOUR}": "Write **4.",
    "\N{SUPERSCRIPT MINUS}": "Write **(-1).",
    "\N{SQUARE ROOT}": "Write sqrt(...).",
    "\N{INFINITY}": "Write a large number.",
    "\N{N-ARY SUMMATION}": "Write sum(...) of an array.",
    "\N{INTEGRAL}": "Write a state: its derivative is what is integrated.",
    "\N{RIGHTWARDS ARROW}": "Write = in a 'when' block: V = V_reset",
    "\N{DOT ABOVE}": "Write dV/dt = ...",
    "\N{RIGHT SINGLE QUOTATION MARK}": "A derivative is written dV/dt = ...",
    "\N{PRIME}": "A derivative is written dV/dt = ...",
    "\N{LEFT DOUBLE QUOTATION MARK}": 'Write ".',
    "\N{RIGHT DOUBLE QUOTATION MARK}": 'Write ".',
    **{chr(0x2080 + digit): f"Write it behind an underscore: V_{digit}." for digit in range(10)},
}


_DERIVATIVE = re.compile(r"[dD]_?(\w+?)_?(?:dt)?|(\w+?)_?(?:dot|prime)")


def _operand(text: str) -> str:
    return text if re.fullmatch(r"[\w.]+", text) else f"({text})"


def function_elsewhere(name: str, arguments: list[str]) -> str | None:
    """What to write for a function of another language, called with ``arguments``."""
    template = FUNCTIONS_ELSEWHERE.get(name)
    if template is None:
        return None
    try:
        operands = dict(zip("ab", map(_operand, arguments), strict=False))
        return template.format(*arguments, all=", ".join(arguments), **operands)
    except (IndexError, KeyError):  # fewer arguments than the function has
        return None


def name_elsewhere(name: str) -> str | None:
    """What to write for a name of another language, or for a unit."""
    if name in NAMES_ELSEWHERE:
        return NAMES_ELSEWHERE[name]
    return f"A unit stands in a comment: # {name}." if name in UNITS and len(name) > 1 else None


def state_of(name: str) -> str | None:
    """The state whose derivative a name such as ``dVdt`` or ``V_dot`` probably means."""
    found = _DERIVATIVE.fullmatch(name)
    return None if found is None else found[1] or found[2]
