"""How other programs and textbooks write things, and what is written here instead.

The table is asked only after a text has been refused, so that it cannot change what a text means. A form is looked for
in the line at fault and points at its own place there. Single words are in `foreign_words`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from brainpy_lab.equations.text.foreign_words import UNITS
from brainpy_lab.errors import Location, ModelError

Advice = str | Callable[[re.Match[str]], str]

_LONGEST = 300  # of the lines looked into: a pattern may take the square of a line's length
_NAME = r"[^\W\d]\w*"
_WORD = "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True))
_UNIT = rf"(?:1|(?:1\s*/\s*)?(?:{_WORD})(?:\s*(?:\*\*?|/|\^)\s*[\w()-]+)*)"


@dataclass(frozen=True)
class Form:
    """A form of another language.

    Attributes
    ----------
    pattern : re.Pattern
        What a line holds; its group ``at`` is the place pointed at.
    message, advice : str
        With the pattern's groups in braces; an advice may be a function of the match.
    where : {"line", "behind", "here"}
        Where the error must lie for forms that may also be meant otherwise: at the form or behind it, or at it.
    """

    pattern: re.Pattern[str]
    message: str
    advice: Advice
    where: Literal["line", "behind", "here"] = "line"

    def error(self, place: Location, kind: type[ModelError]) -> ModelError | None:
        """What to say of the line at ``place``, or None when the form does not stand there."""
        code = place.source_line.partition("#")[0]
        found = next((m for m in self.pattern.finditer(code) if self.fits(m, place.column)), None)
        if found is None:
            return None
        parts = {name: " ".join((text or "").split()) for name, text in found.groupdict().items()}
        advice = self.advice(found) if callable(self.advice) else self.advice.format(**parts)
        start, end = found.span("at")
        where = Location(place.line, start, place.source_line, max(1, end - start), place.file)
        return kind(self.message.format(**parts), location=where, advice=advice)

    def fits(self, match: re.Match[str], column: int) -> bool:
        """Whether an error at ``column`` can be of the form."""
        start, end = match.span("at")
        return self.where == "line" or (start <= column and (self.where == "behind" or column < end))


def explained(error: ModelError) -> ModelError:
    """``error``, or one that says what to write for the form of another language at fault."""
    place = error.location
    if place is None or len(place.source_line) > _LONGEST:
        return error
    for form in FORMS:
        other = form.error(place, type(error))
        if other is not None:
            return other
    return error


def _pairs(match: re.Match[str], ending: str) -> str:
    """``a=1, b=2`` as lines of their own, with ``ending`` behind the names."""
    pairs = re.findall(rf"({_NAME})\s*=\s*([^,\s]+)", match["rest"])
    return "Write " + "; ".join(f"{name}{ending} = {value}" for name, value in pairs)


def _with_unit(match: re.Match[str]) -> str:
    """An equation with its unit as a comment, and what a flag of Brian's is here."""
    flags = match["flags"] or ""
    advice = f"Write {match['line'].strip()}  # {match['at'].strip()}" if match["at"].strip() else ""
    if "unless refractory" in flags:
        advice += "; a state is kept by hold(V, t_ref) in the 'when' block"
    elif flags and "constant" not in flags:
        advice += f"; '({flags})' has no counterpart"
    return advice


def _isolated(match: re.Match[str]) -> str:
    """``tau*dV/dt = right`` solved for the derivative."""
    factor, right = match["at"].strip().rstrip("*·× ").strip(), match["right"].strip()
    return f"Write d{match['state']}/dt = {_factor(right)}/{_factor(factor)}"


def _factor(text: str) -> str:
    """A factor that can stand behind a '/'."""
    is_whole = re.fullmatch(r"[\w.]+|\((?:[^()])*\)", text) is not None
    return text if is_whole else f"({text})"


def _latex(match: re.Match[str]) -> str:
    word = match["word"]
    if word in ("frac", "dfrac", "tfrac"):
        return "Write (a)/(b) for \\frac{a}{b}."
    if word == "dot":
        return "Write dV/dt = ..."
    known = {"cdot": "*", "times": "*", "sqrt": "sqrt(...)", "infty": "a large number", "ln": "log(x)", "partial": "d"}
    known |= {
        "left": "( without \\left",
        "right": ") without \\right",
        "le": "<=",
        "leq": "<=",
        "ge": ">=",
        "geq": ">=",
    }
    return f"Write {known.get(word, word)}."


def _form(pattern: str, message: str, advice: Advice, where: Literal["line", "behind", "here"] = "line") -> Form:
    return Form(re.compile(pattern), message, advice, where)


#: The forms, the more particular first.
FORMS: tuple[Form, ...] = (
    # NEURON
    _form(
        r"^\s*(?P<at>NEURON|PARAMETER|ASSIGNED|STATE|UNITS|CONSTANT|INDEPENDENT)\b\s*(\{|$)",
        "'{at}' is a block of NMODL; a model here has none.",
        "Write its lines alone: a parameter is g = 0.1, a state has a line dm/dt = ..., all else is left out.",
    ),
    _form(
        r"^\s*(?P<at>BREAKPOINT|DERIVATIVE|INITIAL|PROCEDURE|FUNCTION|NET_RECEIVE|KINETIC)\b",
        "'{at}' is a block of NMODL; a model here has none.",
        "Write its equations alone: dm/dt = ..., m(0) = ..., an intermediate i = g*(v - e), a function def f(v): ...",
    ),
    _form(
        r"^\s*(?P<at>SOLVE\b.*|TITLE\b.*|LOCAL\b.*|UNITSOFF|UNITSON|TABLE\b.*|COMMENT|VERBATIM)",
        "This line of NMODL has no counterpart here.",
        "Delete it: the method is chosen where the model is run; cnexp is method='exponential_euler'.",
    ),
    _form(
        rf"^\s*(?P<name>{_NAME})\s*=\s*(?P<value>[-+.\deE]+)\s*(?P<at>[(\[]\s*(?P<unit>[^()\[\],]*[^\W\d][^()\[\],]*)[)\]])",
        "A unit does not stand behind a value.",
        "Write {name} = {value}  # {unit}",
    ),
    # XPP
    _form(
        r"^\s*(?P<at>par(?:am(?:eter)?s?)?|p|number)\s+(?P<rest>[^\W\d]\w*\s*=[^#]*)",
        "A parameter is written without '{at}'.",
        lambda match: _pairs(match, ""),
    ),
    _form(
        r"^\s*(?P<at>init|i)\s+(?P<rest>[^\W\d]\w*\s*=[^#]*)",
        "An initial value is written V(0) = ...",
        lambda match: _pairs(match, "(0)"),
    ),
    _form(
        rf"^\s*(?P<at>aux)\s+(?P<name>{_NAME})\s*=\s*(?P<right>[^;]*)",
        "What is to be recorded is written without 'aux'.",
        "Write {name} = {right}; it is recorded by run(..., record=['{name}'])",
    ),
    _form(
        rf"^\s*(?P<at>wiener)\s+(?P<name>{_NAME})",
        "White noise is not declared.",
        "Write xi_{name} in the equations: dV/dt = f + sigma*xi_{name}",
    ),
    _form(
        rf"^\s*(?P<at>(?P<state>{_NAME})\[\d+\s*\.\.\s*\d+\]\s*'?)\s*=",
        "Equations have no index: a state may be an array.",
        "Write d{state}/dt = ... and {state}(0) = zeros(10); neighbours are roll({state}, 1) and roll({state}, -1)",
    ),
    _form(
        r"(?P<at>\bif\s*\((?P<test>[^#]*?)\)\s*then\s*\((?P<yes>[^#]*?)\)\s*else\s*\((?P<no>[^#]*)\))",
        "A choice is written with its condition in the middle.",
        "Write {yes} if {test} else {no}",
    ),
    _form(
        r"^\s*(?P<at>@\s*\w+\s*=.*|done\s*$|bndry\s.*|global\s.*|table\s.*|only\s.*|options\s.*)",
        "This line of XPP has no counterpart in the model.",
        "Times, steps and methods are given where the model is run: run(100, dt=0.01); an event is when V >= V_th:",
    ),
    _form(
        r"^\s*(?P<at>when\b(?P<test>[^#]*?)\bthen)\b\s*(?P<action>[^#]*)",
        "What an event does stands on the lines below it.",
        lambda match: f"Write when {match['test'].strip()}: and below it, indented, {match['action'].strip()}",
    ),
    # derivatives written otherwise
    _form(
        rf"^\s*(?P<at>(?P<state>{_NAME})['’′]{{2}})\s*(\(t\))?\s*=",
        "An equation of second order stands as two of first order.",
        "Write d{state}/dt = v and dv/dt = ...",
    ),
    _form(
        rf"^\s*(?P<at>(?P<state>{_NAME})['’′]\s*([(\[]t[)\]])?)\s*==?\s*(?P<right>[^;]*)",
        "A derivative is written d{state}/dt.",
        "Write d{state}/dt = {right}",
    ),
    _form(
        rf"^\s*(?P<at>d\s*/\s*dt\s*[(\[]?\s*(?P<state>{_NAME})(?:\(t\))?\s*[)\]]?)\s*==?\s*(?P<right>[^;]*)",
        "A derivative is written d{state}/dt.",
        "Write d{state}/dt = {right}",
    ),
    _form(
        rf"^\s*(?P<at>d\s*\(\s*(?P<state>{_NAME})(?:\(t\))?\s*\)\s*/\s*dt|d(?P<other>{_NAME})\s*\(t\)\s*/\s*dt)\s*=\s*(?P<right>[^;]*)",
        "A derivative is written dV/dt.",
        lambda match: f"Write d{match['state'] or match['other']}/dt = {match['right'].strip()}",
    ),
    _form(
        rf"^\s*(?P<at>(?:D|Dt|dot|ddt|diff|Differential\(t\)|Derivative)\s*\(\s*(?P<state>{_NAME})(?:\(t\))?\s*(?:,\s*t)?\s*\))"
        r"\s*(?:==?|~)\s*(?P<right>[^;]*)",
        "A derivative is written d{state}/dt.",
        "Write d{state}/dt = {right}",
    ),
    _form(
        r"^\s*(?P<at>∂\s*(?P<state>[^\W\d]\w*)\s*/\s*∂\s*t)\s*=\s*(?P<right>[^;]*)",
        "A derivative is written d{state}/dt.",
        "Write d{state}/dt = {right}",
    ),
    _form(
        rf"^\s*(?P<at>(?P<state>{_NAME}?)[\u0307˙])\s*=\s*(?P<right>[^;]*)",
        "A derivative is written d{state}/dt.",
        "Write d{state}/dt = {right}",
    ),
    _form(
        rf"^\s*(?P<at>d(?P<state>{_NAME})\s*/\s*dt\s*\(\s*t\s*\))\s*=\s*(?P<right>[^;]*)",
        "'d{state}/dt' is written without '(t)'.",
        "Write d{state}/dt = {right}",
    ),
    _form(
        rf"^\s*(?P<at>-)\s*d(?P<state>{_NAME})/dt\s*=\s*(?P<right>[^;]*)",
        "The derivative stands alone left of '='.",
        lambda match: f"Write d{match['state']}/dt = -{_factor(match['right'].strip())}",
    ),
    _form(
        rf"^\s*(?P<at>[^#=\s][^#=]*?(?:[*·×\s)]|(?<=\d)))\s*d(?P<state>{_NAME})/dt\s*=(?!=)\s*(?P<right>[^;]*)",
        "The derivative stands alone left of '='.",
        _isolated,
    ),
    _form(
        rf"^\s*d(?P<state>{_NAME})/dt\s*(?P<at>[-+*/·×][^#=]*?)\s*=(?!=)",
        "The derivative stands alone left of '='.",
        "Bring '{at}' to the right side: d{state}/dt = ...",
    ),
    _form(
        r"^\s*(?P<at>d\w*\s*(?:\(\s*[1-9]\d*\s*\)|\[\s*\d+\s*\]))\s*=\s*(?P<right>[^;]*)",
        "States have names here, not numbers.",
        "Write a line for each state: dV/dt = ..., dw/dt = ...",
    ),
    _form(
        rf"^\s*(?P<at>(?P<name>{_NAME})\s*<-)\s*(?P<right>[^;]*)",
        "Values are given with '='.",
        "Write {name} = {right}",
    ),
    # units
    _form(
        rf"^\s*(?P<name>{_NAME}(?:/dt)?)\s*(?P<at>\[\s*(?P<unit>{_UNIT})\s*\]|\(\s*(?P<round>(?!\w\s*\)){_UNIT})\s*\))\s*=\s*(?P<right>[^;]*)",
        "A unit does not stand in the name of a quantity.",
        lambda match: f"Write {match['name']} = {match['right'].strip()}  # {match['unit'] or match['round']}",
    ),
    _form(
        rf"(?P<value>(?:(?<=[=(,])\s*-\s*)?[\d.]+(?:[eE][-+]?\d+)?)\s*\*\s*(?P<at>(?!\w\b)(?:{_WORD}))(?!\w)",
        "Numbers have no units here.",
        "Write {value}, and the unit in a comment behind the line: # {at}",
        "here",
    ),
    # Brian
    _form(
        rf"^\s*(?P<line>(?!.*\blambda\b)[^#:]*=[^#:]*?)\s*:\s*(?P<at>{_UNIT}|boolean|integer)\s*(?:\((?P<flags>[^()]*)\))?\s*$",
        "A unit does not stand in a line of a model.",
        _with_unit,
    ),
    _form(
        rf"^\s*(?P<name>{_NAME})\s*:\s*(?P<at>(?!1){_UNIT}|boolean|integer)\s*(?:\([^()]*\))?\s*$",
        "A parameter has a value, and its unit is a comment.",
        "Write {name} = 0.0  # {at}; a state has a line d{name}/dt = ...",
    ),
    _form(
        r"(?P<at>\(\s*unless refractory\s*\))",
        "'(unless refractory)' has no counterpart in an equation.",
        "Write hold(V, t_ref) in the 'when' block: it keeps V for the time t_ref.",
    ),
    # signs
    _form(
        r"(?P<at>\b(?:exp|e)\s*\^)\s*(?P<power>\([^#()]*\)|-?[\w.]+)",
        "A power of e is written as a function.",
        lambda match: f"Write exp({match['power'].removeprefix('(').removesuffix(')')})",
    ),
    _form(
        r"(?P<at>\bexp\s*\*\*)\s*(?P<power>\([^#()]*\)|-?[\w.]+)",
        "A power of e is written as a function.",
        lambda match: f"Write exp({match['power'].removeprefix('(').removesuffix(')')})",
    ),
    _form(r"(?P<at>\\(?P<word>[a-zA-Z]+))", "LaTeX is not read here.", _latex),
    _form(
        r"(?P<at>\.(?P<sign>[*/^]))",
        "Every sign acts on each element by itself.",
        lambda match: f"Write {'**' if match['sign'] == '^' else match['sign']}.",
    ),
    _form(r"(?P<at>\.\.\.)\s*$", "A line goes on where a bracket is open.", "Put the expression into parentheses."),
    _form(r"(?P<at>~=|<>)", "Unequal is written '!='.", "Write !=."),
    _form(
        r"(?P<at>=>|=<)",
        "This sign is written the other way round.",
        lambda match: "Write >=." if match["at"] == "=>" else "Write <=.",
    ),
    _form(r"(?P<at>±)", "'±' has no single value.", "Write + or -, or a parameter sign = 1."),
    # comments
    _form(r"(?P<at>//\s.*)$", "A comment begins with '#'.", "Write # instead of //.", "behind"),
    _form(r"(?:(?:^|\s)(?P<at>%+(?:\s.*)?)$)", "A comment begins with '#'.", "Write # instead of %.", "behind"),
    _form(r"\s\s(?P<at>%\S.*)$", "A comment begins with '#'.", "Write # instead of %.", "behind"),
    # BrainPy, Python
    _form(r"(?P<at>\bself\.)(?P<name>\w+)", "Names stand alone in a model.", "Write {name}."),
    _form(
        rf"(?P<at>\b(?:bm|bp|bp\.math|bp\.ops|jnp|jax\.numpy|torch|tf|tf\.math|sp|scipy\.special|special)\.)(?P<name>{_NAME})\s*\(",
        "Functions have no prefix but np. here.",
        "Write {name}(...).",
    ),
    _form(
        r"^\s*(?P<at>function\b|end\s*$|begin\s*$)",
        "'{at}' does not begin a line of a model.",
        "The lines dV/dt = ... stand by themselves; a helper function is def f(x): return ...",
    ),
)
