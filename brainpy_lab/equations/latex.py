"""A System as LaTeX, line by line, printed from its AST."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence

from brainpy_lab.equations.python.helpers import straighten
from brainpy_lab.equations.system import END, Assign, Coupling, Event, Hold, State, System

GREEK = frozenset(
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi "
    "omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega".split()
)

_FUNCTIONS = {
    "log": r"\ln", "log10": r"\log_{10}", "sin": r"\sin", "cos": r"\cos", "tan": r"\tan", "arcsin": r"\arcsin",
    "arccos": r"\arccos", "arctan": r"\arctan", "sinh": r"\sinh", "cosh": r"\cosh", "tanh": r"\tanh",
    "sign": r"\operatorname{sgn}", "minimum": r"\min", "maximum": r"\max",
}  # fmt: skip

_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<", ast.LtE: r"\le", ast.Gt: ">", ast.GtE: r"\ge", ast.Eq: "=", ast.NotEq: r"\ne",
}  # fmt: skip

#: A conductance, potential, current or capacitance and what it belongs to: gNa, gKCa, EL, ENa, VT.
_TAGGED = re.compile(r"(g)([A-Z][A-Za-z]*)|([EVIC])([A-Z][a-z]?)")

# How tightly a form binds: an operand of a form that binds more tightly stands in parentheses.
_CASES, _OR, _AND, _NOT, _COMPARE, _SUM, _PRODUCT, _SIGN, _CALL, _ATOM = range(10)


def system_latex(system: System) -> list[str]:
    """The lines of a model as LaTeX, without dollar signs.

    Parameters
    ----------
    system : System
        The model.

    Returns
    -------
    list of str
        Functions, definitions, equations, additions to other cells, events, and values at the start, in this order.

    Examples
    --------
    >>> from brainpy_lab.equations import read_text
    >>> print(*system_latex(read_text("tau = 10; dV/dt = (1 - V)/tau; V(0) = 0")), sep="\\n")
    \\frac{dV}{dt} = \\frac{1 - V}{\\tau}
    V(0) = 0
    """
    printer = LatexPrinter(_delayed_names(system))
    lines = [*_functions(system, printer)]
    lines += [f"{name_latex(d.name)} = {printer(d.expr)}" for d in (*system.derived, *system.intermediates)]
    lines += [_equation(state, printer) for state in system.states if state.drift is not None]
    lines += [_coupling(coupling, printer) for coupling in system.couplings]
    lines += [_event(event, printer) for event in system.events]
    start = [part for state in system.states for part in _start(state, printer)]
    return [*lines, r",\quad ".join(start)] if start else lines


def name_latex(name: str) -> str:
    """A name as a symbol: Greek letters, subscripts behind underscores, digits and tags at the end as subscripts.

    Examples
    --------
    >>> print(name_latex("g_K"), name_latex("tau_ref"), name_latex("w2"), name_latex("gNa"), name_latex("pre_V"))
    g_{K} \\tau_{\\mathrm{ref}} w_{2} g_{\\mathrm{Na}} V^{\\mathrm{pre}}
    """
    if not name.strip("_"):
        return name.replace("_", r"\_")
    head, *rest = name.strip("_").split("_")
    if head in ("pre", "post") and rest:
        return f"{name_latex('_'.join(rest))}^{{\\mathrm{{{head}}}}}"
    digits = re.fullmatch(r"([^\W\d]+)(\d+)", head)
    if digits:
        head, rest = digits[1], [digits[2], *rest]
    elif tagged := _TAGGED.fullmatch(head):
        head, rest = tagged[1] or tagged[3], [tagged[2] or tagged[4], *rest]
    below = ",".join(_subscript(part) for part in rest if part)
    return f"{_symbol(head)}_{{{below}}}" if below else _symbol(head)


class LatexPrinter:
    """Prints normal-form expressions.

    Parameters
    ----------
    symbols : mapping
        Names printed otherwise than by `name_latex`: delayed states.
    """

    def __init__(self, symbols: Mapping[str, str] | None = None) -> None:
        self.symbols = symbols or {}

    def __call__(self, node: ast.expr) -> str:
        """LaTeX of an expression."""
        return self._print(node)[0]

    def _inside(self, node: ast.expr, tightness: int) -> str:
        """LaTeX of an operand: in parentheses when it binds less tightly than ``tightness``."""
        text, own = self._print(node)
        return _parentheses(text) if own < tightness else text

    def _operand(self, node: ast.expr, tightness: int) -> str:
        """LaTeX of a right operand: in parentheses when it binds less tightly, or begins with a minus sign."""
        text = self._inside(node, tightness)
        return _parentheses(text) if text.startswith("-") else text

    def _print(self, node: ast.expr) -> tuple[str, int]:
        match node:
            case ast.Name(id=name):
                return self.symbols.get(name) or noise_latex(name) or name_latex(name), _ATOM
            case ast.Constant(value=bool() as value):
                return rf"\text{{{str(value).lower()}}}", _ATOM
            case ast.Constant(value=int() | float() as value):
                return _number(value)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return "-" + self._operand(operand, _PRODUCT), _SIGN
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self._print(operand)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return rf"\lnot {self._inside(operand, _ATOM)}", _NOT
            case ast.BinOp():
                return self._binary(node)
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                return f"{self._inside(left, _SUM)} {_COMPARISONS[type(op)]} {self._inside(right, _SUM)}", _COMPARE
            case ast.BoolOp(op=op, values=values):
                own = _AND if isinstance(op, ast.And) else _OR
                word = r" \text{ and } " if own == _AND else r" \text{ or } "
                return word.join(self._inside(v, own + 1) for v in values), own
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self._cases(test, body, orelse), _CASES
            case ast.Call(func=ast.Name(id=name), args=args):
                return self._call(name, args)
        return rf"\text{{{ast.unparse(node)}}}", _ATOM

    def _binary(self, node: ast.BinOp) -> tuple[str, int]:
        left, right = node.left, node.right
        match node.op:
            case ast.Add() | ast.Sub():
                sign = "+" if isinstance(node.op, ast.Add) else "-"
                lowest = _SUM if isinstance(node.op, ast.Add) else _PRODUCT
                return f"{self._inside(left, _SUM)} {sign} {self._operand(right, lowest)}", _SUM
            case ast.Mult() | ast.MatMult():
                a, b = self._inside(left, _PRODUCT), self._operand(right, _PRODUCT)
                between = r" \cdot " if b[:1].isdigit() else r"\,"  # 2 3 would be read as one number
                if a.endswith("}") and b.startswith(r"\mathit"):
                    between = r"\;"  # words need a wider space than letters
                return f"{a}{between}{b}", _PRODUCT
            case ast.Div():
                return rf"\frac{{{self(left)}}}{{{self(right)}}}", _CALL
            case ast.FloorDiv():
                return rf"\left\lfloor \frac{{{self(left)}}}{{{self(right)}}} \right\rfloor", _ATOM
            case ast.Mod():
                return rf"{self._inside(left, _SIGN)} \bmod {self._operand(right, _SIGN)}", _PRODUCT
            case _:
                return f"{self._inside(left, _ATOM)}^{{{self(right)}}}", _CALL

    def _cases(self, test: ast.expr, body: ast.expr, orelse: ast.expr) -> str:
        rows = [rf"{self(body)} & \text{{if }} {self(test)}"]
        while True:
            match orelse:
                case ast.IfExp(test=test, body=body, orelse=deeper):
                    rows.append(rf"{self(body)} & \text{{if }} {self(test)}")
                    orelse = deeper
                case _:
                    rows.append(rf"{self(orelse)} & \text{{otherwise}}")
                    return r"\begin{cases} " + r" \\ ".join(rows) + r" \end{cases}"

    def _call(self, name: str, args: Sequence[ast.expr]) -> tuple[str, int]:
        match name, args:
            case "exp", [x]:
                return f"e^{{{self(x)}}}", _CALL
            case "expm1", [x]:
                return f"e^{{{self(x)}}} - 1", _SUM
            case "log1p", [x]:
                return rf"\ln{_parentheses(f'1 + {self._operand(x, _SUM)}')}", _CALL
            case "sqrt", [x]:
                return rf"\sqrt{{{self(x)}}}", _CALL
            case "abs", [x]:
                return rf"\left|{self(x)}\right|", _ATOM
            case "floor", [x]:
                return rf"\left\lfloor {self(x)} \right\rfloor", _ATOM
            case "ceil", [x]:
                return rf"\left\lceil {self(x)} \right\rceil", _ATOM
            case "part", [x, start, stop]:
                return rf"{self(x)}_{{{_range(start, stop)}}}", _ATOM
            case "rand" | "randn", _:
                return rf"\mathrm{{{name}}}()", _CALL
            case "mean", [x]:
                return rf"\left\langle {self(x)} \right\rangle", _ATOM
            case "dot", [x, y]:
                return rf"{self._inside(x, _PRODUCT)} \cdot {self._operand(y, _PRODUCT)}", _PRODUCT
            case "where", [test, x, y]:
                return self._cases(test, x, y), _CASES
        symbol = _FUNCTIONS.get(name) or function_latex(name)
        return symbol + _parentheses(", ".join(self(x) for x in args)), _CALL


def _range(start: ast.expr, stop: ast.expr) -> str:
    """The subscript of an element or a slice."""
    low, high = int(ast.literal_eval(start)), int(ast.literal_eval(stop))
    if high - low == 1 or (low, high) == (-1, END):
        return str(low)
    return f"{low or ''}:{'' if high == END else high}"


def noise_latex(name: str) -> str | None:
    """White noise as a function of time, or None when ``name`` is something else."""
    if name == "xi":
        return r"\xi(t)"
    if name.startswith("xi_"):
        return rf"\xi_{{{','.join(_subscript(part) for part in name[3:].split('_') if part)}}}(t)"
    return None


def function_latex(name: str) -> str:
    """The name of a helper function."""
    symbol = name_latex(name)
    return symbol if symbol != rf"\mathit{{{name}}}" else rf"\operatorname{{{name}}}"


def _equation(state: State, printer: LatexPrinter) -> str:
    assert state.drift is not None
    symbol = name_latex(state.name)
    terms = (
        []
        if isinstance(state.drift, ast.Constant) and state.drift.value == 0 and state.noise
        else [printer(state.drift)]
    )
    for term in state.noise:
        xi = ast.Name(term.source, ast.Load())
        one = isinstance(term.amplitude, ast.Constant) and term.amplitude.value == 1
        text = printer(xi if one else ast.BinOp(term.amplitude, ast.Mult(), xi))
        terms.append(f"- {text[1:]}" if terms and text.startswith("-") else f"+ {text}" if terms else text)
    if state.order is None:
        left = rf"\frac{{d{symbol}}}{{dt}}"
    else:
        left = rf"{{}}^{{\mathrm{{C}}}}\!D_t^{{{printer(state.order)}}} {symbol}"
    return f"{left} = {' '.join(terms)}"


def _coupling(coupling: Coupling, printer: LatexPrinter) -> str:
    return rf"{name_latex(f'{coupling.side}_{coupling.target}')} \mathrel{{+}}= {printer(coupling.value)}"


def _event(event: Event, printer: LatexPrinter) -> str:
    if event.side == "every":
        condition = rf"\text{{every }} {printer(event.condition)}"
    elif event.side:
        condition = rf"\text{{{event.side} }} \text{{{ast.unparse(event.condition)}}}"
    else:
        condition = printer(event.condition)
    actions = [_action(action, printer) for action in event.actions]
    return rf"\text{{when }} {condition}" + (r":\quad " + r",\; ".join(actions) if actions else "")


def _action(action: Assign | Hold, printer: LatexPrinter) -> str:
    if isinstance(action, Hold):
        return rf"{name_latex(action.state)} \text{{ held for }} {printer(action.duration)}"
    return rf"{name_latex(action.target)} \leftarrow {printer(action.value)}"


def _start(state: State, printer: LatexPrinter) -> list[str]:
    symbol = name_latex(state.name)
    found = []
    if state.history is not None:
        found.append(rf"{symbol}(t \le 0) = {printer(state.history)}")
    elif state.initial is not None:
        found.append(f"{symbol}(0) = {printer(state.initial)}")
    if state.initial_slope is not None:
        found.append(rf"\dot{{{symbol}}}(0) = {printer(state.initial_slope)}")
    return found


def _functions(system: System, printer: LatexPrinter) -> list[str]:
    lines = []
    for function in system.functions:
        if not function.vectorizable:
            continue
        node = straighten(function)
        result = node.body[-1]
        if len(node.body) == 1 and isinstance(result, ast.Return) and result.value is not None:
            arguments = ", ".join(name_latex(a.arg) for a in node.args.args)
            lines.append(f"{function_latex(function.name)}{_parentheses(arguments)} = {printer(result.value)}")
    return lines


def _delayed_names(system: System) -> dict[str, str]:
    symbols: dict[str, str] = {}
    for delay in system.delays:
        symbols[delay.name] = name_latex(delay.state) + _parentheses(LatexPrinter(symbols)(delay.time))
    return symbols


def _symbol(head: str) -> str:
    if head in GREEK:
        return f"\\{head}"
    return head if len(head) == 1 else rf"\mathit{{{head}}}"


def _subscript(part: str) -> str:
    if part in GREEK:
        return f"\\{part}"
    return part if len(part) == 1 or part.isdigit() else rf"\mathrm{{{part}}}"


def _number(value: float) -> tuple[str, int]:
    """A number and how tightly it binds; 15 digits are those that every decimal number keeps as a float."""
    mantissa, _, exponent = f"{value:.15g}".partition("e")
    if not exponent:
        return mantissa, _ATOM
    power = f"10^{{{int(exponent)}}}"
    return (power, _CALL) if mantissa == "1" else (rf"{mantissa} \cdot {power}", _PRODUCT)


def _parentheses(text: str) -> str:
    return rf"\left({text}\right)"
