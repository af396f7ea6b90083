"""Lines of a step that say what a unit of each state, and of each input, becomes over the step in a linear system."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import reduce

from brainpy_lab.codegen.builder import StepBuilder
from brainpy_lab.codegen.printing import names_used, rename
from brainpy_lab.symbolic.affine import Form

#: Where in a step inputs that change in time are taken.
_MIDDLE = ast.parse("t + 0.5*dt", mode="eval").body


def reaching(name: str, forms: Mapping[str, Form]) -> set[str]:
    """The states that a state depends on, through whatever others, itself among them."""
    found, todo = {name}, [name]
    while todo:
        new = forms[todo.pop()].slopes.keys() & forms.keys() - found
        found |= new
        todo += new
    return found


class Propagator:
    """Entries of the exponential of a linear system's matrix, each written where it is first needed.

    A state that reads no other, or others that read none and have no input, has entries in closed form. For all others
    there is the exponential of a matrix, one for those that depend on each other or on the same ones.

    Parameters
    ----------
    step : StepBuilder
    forms : mapping of str to Form
        The equations of the states.
    whole : Propagator, optional
        One of a larger system, whose closed entries are the same; its names mark others that are not.
    """

    def __init__(self, step: StepBuilder, forms: Mapping[str, Form], whole: Propagator | None = None) -> None:
        self.step, self.forms = step, forms
        self.mark = "_held" if whole else ""
        self.made: dict[tuple[str, str], str] = whole.made if whole else {}
        self._entries: dict[tuple[str, str], str] = {}
        self._matrices: dict[str, list[str]] = {}  # the states and inputs of each, by its name

    def value(self, name: str) -> ast.expr:
        """The state at the end of the step."""
        terms = []
        whole = not self._is_closed(name)
        for source in sorted(reaching(name, self.forms), key=list(self.forms).index):
            terms.append(_times(self._weight(name, source, whole), ast.Name(source, ast.Load())))
        inputs = [n for n in self.forms if n in reaching(name, self.forms)] if whole else [name]
        for source in inputs:
            rest = self.forms[source].rest
            if rest is not None:
                terms.append(_times(self._weight(name, f"{source} input", whole), _in_the_middle(rest)))
        return reduce(lambda a, b: ast.BinOp(a, ast.Add(), b), terms)

    def _is_closed(self, name: str) -> bool:
        others = [n for n in self.forms[name].slopes if n != name]
        return all(self.forms[n].slopes.keys() <= {n} and self.forms[n].rest is None for n in others)

    # --- closed forms ------------------------------------------------------------------------------------------------

    def _weight(self, name: str, source: str, whole: bool) -> str:
        """What a unit of a source adds to a state over a step: the name of a line, or "" for 1."""
        if whole:
            return self._entry(name, source)
        if (name, source) not in self.made:
            self.made[name, source] = self._closed(name, source)
        return self.made[name, source]

    def _closed(self, name: str, source: str) -> str:
        rate = self._rate(name)
        if source == name:
            return self.step.line(f"{name}_kept{self.mark}", f"exp({rate}*dt)") if rate else ""
        if source.endswith(" input"):
            text = f"dt*exprel({rate}*dt)" if rate else "dt"
            return self.step.line(f"{name}_by_input{self.mark}", text, f"of what drives {name}")
        other, slope = self._rate(source), self.forms[name].slopes[source]
        if rate and other:
            # exp(a) and exp(b) by their smaller distance: no overflow, and the limit where they are equal
            largest, least = f"maximum({rate}, {other})", f"minimum({rate}, {other})"
            over = f"dt*exp({largest}*dt)*exprel(({least} - {largest})*dt)"
        else:
            over = f"dt*exprel({rate or other}*dt)" if rate or other else "dt"
        weight = _times(slope, ast.parse(over, mode="eval").body)
        return self.step.line(f"{name}_by_{source}{self.mark}", weight, f"what {source} adds to {name}")

    def _rate(self, name: str) -> str:
        """The line with a state's own rate; "" where it has none."""
        slope = self.forms[name].slopes.get(name)
        if slope is None:
            return ""
        if (name, "rate") not in self.made:
            self.made[name, "rate"] = self.step.line(f"{name}_rate", slope, f"d(d{name}/dt)/d{name}")
        return self.made[name, "rate"]

    # --- the exponential of a matrix ---------------------------------------------------------------------------------

    def _entry(self, name: str, source: str) -> str:
        if (name, source) not in self._entries:
            matrix = self._matrix_of(name)
            row, column = (self._matrices[matrix].index(n) for n in (name, source))
            what = "kept" if name == source else f"by_{source.replace(' ', '_')}"
            self._entries[name, source] = self.step.line(
                f"{name}_{what}{self.mark}", f"entry({matrix}, {row}, {column})"
            )
        return self._entries[name, source]

    def _matrix_of(self, name: str) -> str:
        """The matrix of a state: of all that depend on each other or on the same ones, and have no closed form."""
        found = next((m for m, places in self._matrices.items() if name in places), None)
        if found is not None:
            return found
        needed = reaching(name, self.forms)
        rows = [reaching(n, self.forms) for n in self.forms if not self._is_closed(n)]
        while more := [row for row in rows if row & needed and not row <= needed]:
            needed = needed.union(*more)
        states = [n for n in self.forms if n in needed]
        return self._write_matrix([*states, *(f"{n} input" for n in states if self.forms[n].rest is not None)])

    def _write_matrix(self, places: list[str]) -> str:
        """The exponential over the ``places``, with a column for each input."""
        dt = ast.Name("dt", ast.Load())
        entries: list[ast.expr] = []
        for name in places:
            for source in places:
                slope = self.forms[name].slopes.get(source) if name in self.forms else None
                if source == f"{name} input":
                    entries.append(dt)
                elif slope is None:
                    entries.append(ast.Constant(0.0))
                else:
                    rate = ast.Name(self._rate(name), ast.Load()) if source == name else slope
                    entries.append(_times(rate, dt))
        call = ast.Call(ast.Name("expm", ast.Load()), entries, [])
        made = self.step.line(f"{places[0]}_matrix{self.mark}", call, f"over {', '.join(places)}")
        self._matrices[made] = places
        return made


def _times(weight: ast.expr | str, expr: ast.expr) -> ast.expr:
    if weight == "" or (isinstance(weight, ast.Constant) and weight.value == 1.0):
        return expr
    left = ast.Name(weight, ast.Load()) if isinstance(weight, str) else weight
    return ast.BinOp(left, ast.Mult(), expr)


def _in_the_middle(expr: ast.expr) -> ast.expr:
    """An input in the middle of the step."""
    return rename(expr, {"t": _MIDDLE}) if "t" in names_used(expr) else expr
