"""Removable singularities in the lines of a step, see `brainpy_lab.symbolic.singularities`."""

from __future__ import annotations

from brainpy_lab.codegen.builder import Line, Loop, Remark
from brainpy_lab.symbolic.singularities import filled


def fill_singularities(body: list[Line | Remark | Loop]) -> list[Line | Remark | Loop]:
    """``body`` with every such quotient guarded."""
    result: list[Line | Remark | Loop] = []
    for line in body:
        if isinstance(line, Line):
            line = Line(line.target, filled(line.expr), line.comment, line.cell_line)
        elif isinstance(line, Loop):
            line = Loop(line.times, fill_singularities(line.body), line.until)
        result.append(line)
    return result
