"""Couplings of two equal cells, in the words of synapses: what a cell gets in a state from its partner."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from brainpy_lab.analysis.vector_field import Array, VectorField
from brainpy_lab.equations.system import System
from brainpy_lab.equations.text.phrases import Phrase, check_phrase, read_phrases
from brainpy_lab.errors import AnalysisError, ArgumentError, did_you_mean
from brainpy_lab.symbolic.compiling import Compiler

#: States of the cell that gets the coupling and of its partner, (n, ...) each, to what is added to the drift, (n, ...).
Added = Callable[[Array, Array], Array]

#: How names of the two sides begin in the normal form.
SIDES = ("pre_", "post_")


def read_coupling(field: VectorField, given: Mapping[str, str]) -> Added:
    """The coupling ``given`` by state: expressions of ``pre.V``, ``post.V`` and the model's parameters."""
    if not isinstance(given, Mapping) or not given:
        raise ArgumentError(
            "A coupling is a mapping of states to expressions.",
            advice=f"Write {{'{field.free[0]}': 'pre.{field.free[0]} - post.{field.free[0]}'}}.",
        )
    if not set(field.free) <= set(field.system.state_names):
        raise AnalysisError(
            f"{field.system.name} has array states: couplings of such cells are not read.",
            advice="Write the states one by one.",
        )
    for name, expression in given.items():
        if name not in field.free:
            raise ArgumentError(
                f"The coupling adds to '{name}', which is no state of {field.system.name}.",
                advice=did_you_mean(str(name), field.free) or f"States: {', '.join(field.free)}.",
            )
        check_phrase(f"The coupling of '{name}'", expression)
    parameters = "".join(f"{name} = {value!r}\n" for name, value in field.params.items())
    phrases = [Phrase(f"The coupling of '{name}'", text, f"post.{name} += ", text) for name, text in given.items()]
    known = [*(f"{side}.{name}" for side in ("pre", "post") for name in field.free), *field.params]
    system = read_phrases(phrases, parameters, known, name="Coupling", synapse=True)
    return _compiled(field, system)


def _compiled(field: VectorField, system: System) -> Added:
    sides = {f"{side}_{name}": (side, name) for side in ("pre", "post") for name in field.system.state_names}
    if taken := sides.keys() & set(system.parameter_names):
        raise ArgumentError(
            f"The parameter '{min(taken)}' of {field.system.name} is called like a state of one side of the coupling.",
            advice="Give it another name.",
        )
    read = {name for name in system.names_read(*(c.value for c in system.couplings)) if name.startswith(SIDES)}
    for name in sorted(read - sides.keys() - set(system.parameter_names)):
        raise ArgumentError(
            f"The coupling reads {name.replace('_', '.', 1)}, which is no state of {field.system.name}.",
            advice=f"States: {', '.join(field.system.state_names)}.",
        )
    function: Any = Compiler(system).compile([c.value for c in system.couplings], (), list(sides))
    rows = [field.free.index(c.target) for c in system.couplings]
    parameters = [np.float64(p.value) for p in system.parameters]
    names = field.system.state_names

    def added(post: Array, pre: Array) -> Array:
        whole = {"pre": field.complete(pre), "post": field.complete(post)}
        values = function(*parameters, 0.0, *(whole[side][names.index(name)] for side, name in sides.values()))
        result = np.zeros(np.broadcast_shapes(post.shape, pre.shape))
        for row, value in zip(rows, values, strict=True):
            result[row] += value
        return result

    return added
