"""Equations of elements and slices, ``dx[0]/dt`` and ``dx[1:-1]/dt``, as one equation of their state, with masks."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from itertools import groupby

from brainpy_lab.equations.source import Source
from brainpy_lab.equations.text.elements_set import ElementSetter
from brainpy_lab.equations.text.lines import TextLine


def whole_equation(source: Source, elements: ElementSetter, lines: Sequence[TextLine]) -> ast.expr:
    """The right side for all elements: at each, that of the line it stands in.

    Raises
    ------
    ModelSyntaxError
        An element stands in two lines, or in none.
    """
    name = lines[0].name
    size = elements.size(name, lines[0].name_span)
    owner: list[TextLine | None] = [None] * size
    placed: list[tuple[TextLine, int, int, ast.expr]] = []
    for line in lines:
        assert line.part is not None
        start, stop = elements.places(name, line.part, line.name_span, size)
        first = next((other for other in owner[start:stop] if other is not None), None)
        if first is not None:
            twice = start + owner[start:stop].index(first)
            raise source.error(
                f"{name}[{twice}] has two derivatives: at line {first.span.line} and here.", line.name_span,
                "Each element stands in one line.",
            )  # fmt: skip
        owner[start:stop] = [line] * (stop - start)
        placed.append((line, start, stop, elements.moved(elements.scope.normalise(line.value), start, stop, size)))
    missing = _runs([i for i in range(size) if owner[i] is None])
    if missing:
        parts = ", ".join(f"{name}[{run}]" for run in missing)
        raise source.error(
            f"'{name}' has {size} elements, and these have no derivative: {parts}.", lines[-1].name_span,
            f"Write d{name}[{missing[0]}]/dt = ..., with 0 where nothing changes.",
        )  # fmt: skip
    *others, (_, _, _, result) = placed
    for line, start, stop, value in reversed(others):
        assert line.part is not None
        mask = elements.mask(name, line.part, line.span, start, stop, size)
        where = ast.Call(ast.Name("where", ast.Load()), [mask, value, result], [])
        result = ast.fix_missing_locations(ast.copy_location(where, value))
    return result


def _runs(numbers: Sequence[int]) -> list[str]:
    """Numbers as indices and slices: 2, 4:7."""
    runs = [[k for _, k in group] for _, group in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0])]
    return [f"{run[0]}" if len(run) == 1 else f"{run[0]}:{run[-1] + 1}" for run in runs]
