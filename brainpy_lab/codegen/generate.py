"""System + Method -> StepCode, in the dialect of a driver."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Literal

from brainpy_lab.codegen.builder import Line, Loop, Remark
from brainpy_lab.codegen.fixed import FixedStep
from brainpy_lab.codegen.headings import comment, docstring, heading_of
from brainpy_lab.codegen.located import Located
from brainpy_lab.codegen.printing import Dialect, Printer
from brainpy_lab.codegen.stepcode import StepCode
from brainpy_lab.codegen.written import StepWriter
from brainpy_lab.equations.system import Function, State, System
from brainpy_lab.symbolic.singularities import filled_system

Crossing = Literal["step", "bridge", "exact"]


class _Text:
    """Lines of code with the map to the user's lines."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.line_map: dict[int, int] = {}

    def add(self, text: str = "", cell_line: int | None = None) -> None:
        for part in text.split("\n"):
            self.lines.append(part)
            if cell_line is not None:
                self.line_map[len(self.lines)] = cell_line


def generate(
    system: System,
    method: StepWriter,
    dialect: Dialect,
    backend: str,
    *,
    share_exp: bool = True,
    crossing: Crossing = "step",
    apart: bool = False,
    by_stages: bool = False,
    remembered: Iterable[str] = (),
    set_outside: Iterable[str] = (),
) -> StepCode:
    """Write the step code of ``system`` under ``method`` for the driver ``backend``.

    Parameters
    ----------
    system : System
    method : Method
    dialect : Dialect
        The driver's spelling.
    backend : str
        The driver's name.
    share_exp : bool
        Write exponentials with commensurate arguments as powers of one (see `exponentials`).
    crossing : {"step", "bridge", "exact"}
        Whether events are tested at the ends of steps alone, or also for crossings of noisy paths within them, or are
        located inside the step: the code then has the functions that the adaptive loop calls.
    apart : bool
        Of a fixed step, the phases as functions of their own (see `FixedStep.apart`), not as one function. Where events
        are located inside steps they are apart anyway.
    by_stages : bool
        Besides, each stage of the method but the last as a function of its own.
    remembered : iterable of str
        States that others read later: their course over a fixed step is given as if the system itself did.
    set_outside : iterable of str
        States that others set at the ends of steps.
    """
    heading = _docstring(system, method, backend)
    system = filled_system(system)
    printer = Printer(dialect, _helper_names(system), _model_names(system))
    code = _Text()
    helpers = [_helper(f, printer, dialect) for f in system.functions]
    if method.is_adaptive or crossing == "exact":
        functions = Located(system, method, share_exp).functions()
    else:
        fixed = FixedStep(
            system, method, share_exp, bridge=crossing == "bridge", by_stages=by_stages, remembered=remembered,
            set_outside=set_outside,
        )  # fmt: skip
        functions = fixed.apart() if apart else fixed.together()
    parts = [(block, printed(lines, printer)) for block, lines in functions.made]
    code.add(heading)
    if printer.imports:
        code.add(f"from {dialect.module} import {', '.join(printer.imports)}")
    for helper, function in zip(helpers, system.functions, strict=True):
        code.add("\n")
        code.add(helper, function.span.line if function.span and not function.captured else None)
    for block, texts in parts:
        code.add("\n")
        code.add(f"def {block.function}({', '.join(block.signature.arguments.names)}):")
        for text, cell_line in texts:
            code.add(f"    {text}", cell_line)
        code.add(f"    return {', '.join(block.signature.results.names)}")
    code.add("")
    return StepCode(
        text="\n".join(code.lines),
        model=system.name,
        method=method.name,
        backend=backend,
        blocks=tuple(block for block, _ in functions.made),
        alarms=functions.alarms,
        borders=functions.borders,
        line_map=code.line_map,
        draws=functions.draws,
    )


#: Functions that step code and the loops around it define themselves.
_OWN_FUNCTIONS = frozenset(
    {"step", "dense", "derivative", "crossing", "derivative_at", "step_from", "dense_from", "crossing_at", "act", "run"}
    | {"lagged", "lagged_at"}
    | {"advance", "stage_1", "stage_2", "stage_3", "conclude"}
    | {"njit", "native"}
)


def _helper_names(system: System) -> dict[str, str]:
    """Name of each helper function in the step code: its own, unless the step code needs that itself."""
    own = _OWN_FUNCTIONS | {f"{phase}_{e.name}" for e in system.events for phase in ("test", "at")}
    return {f.name: f"{f.name}_of_model" if f.name in own else f.name for f in system.functions}


def _model_names(system: System) -> frozenset[str]:
    definitions = system.derived + system.intermediates
    names = {*system.state_names, *system.parameter_names, *(d.name for d in definitions)}
    for function in system.functions:
        names |= {function.name, *(n.arg for n in ast.walk(function.node) if isinstance(n, ast.arg))}
        for node in (function.node, *([function.loops] if function.loops else [])):
            names |= {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return frozenset(names)


def helper_texts(system: System, dialect: Dialect) -> tuple[list[str], Printer]:
    """The helper functions of a system as text, and the printer that its other lines need."""
    printer = Printer(dialect, {f.name: f.name for f in system.functions}, _model_names(system))
    return [_helper(f, printer, dialect) for f in system.functions], printer


def _helper(function: Function, printer: Printer, dialect: Dialect) -> str:
    from brainpy_lab.equations import straighten

    node = function.node
    if dialect.selects:
        node = function.loops or (straighten(function) if function.vectorizable else node)
    return printer.function(node)


def printed(body: Iterable[Line | Remark | Loop], printer: Printer) -> list[tuple[str, int | None]]:
    """The lines' texts, each with the user's line it comes from."""
    texts: list[tuple[str, int | None]] = []
    for line in body:
        if isinstance(line, Remark):
            texts.append((f"# {comment(line.text)}", None))
        elif isinstance(line, Loop):
            texts.append((f"for _ in range({line.times}):", None))
            texts += [(f"    {text}", cell_line) for text, cell_line in printed(line.body, printer)]
            texts.append((f"    if {printer.expression(line.until)}:", None))
            texts.append(("        break", None))
        else:
            text = f"{line.target} = {printer.expression(line.expr)}"
            texts.append((f"{text}  # {comment(line.comment)}" if line.comment else text, line.cell_line))
    return texts


def _docstring(system: System, method: StepWriter, backend: str) -> str:
    equations = [f"{_left_side(s)} = {_equation(s)}" for s in system.states if s.drift is not None]
    return docstring(str(heading_of(system.name, method.title, backend)), "", *equations)


def _left_side(state: State) -> str:
    if state.order is None:
        return f"d{state.name}/dt"
    return f"Caputo derivative of {state.name} of order {ast.unparse(state.order)}"


def _equation(state: State) -> str:
    """The right-hand side as the user reads it: drift and noise."""
    assert state.drift is not None
    terms = [ast.unparse(state.drift)]
    for noise in state.noise:
        text = ast.unparse(ast.BinOp(noise.amplitude, ast.Mult(), ast.Name(noise.source, ast.Load())))
        terms.append(noise.source if isinstance(noise.amplitude, ast.Constant) and noise.amplitude.value == 1 else text)
    return " + ".join(terms)
