"""What makes a model a synapse, and why it does not run by itself: both its sides are cells of a network."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from brainpy_lab.equations.system import Assign, Span, System
from brainpy_lab.errors import ModelError

#: Why a synapse is refused where something is to be run, and what to do.
NO_NETWORKS = (
    "Read it as a synapse, with bp.model(text, synapse=True) or %%brainpy_model NAME --synapse, and connect groups "
    "with it: bp.Synapses(pre=..., post=..., model=...)."
)

#: What a connection has of its own, and its value where nothing else is given.
CONNECTION = {"weight": 1.0, "delay": 0.0}


def check_runs_alone(system: System) -> None:
    """Raise ModelError when ``system`` is a synapse, at the first line that makes it one.

    Parameters
    ----------
    system : System
    """
    span = min(_parts(system), key=lambda s: (s.line, s.column), default=None)
    if span is None:
        return
    message = f"'{system.name}' is a synapse, which runs only in a network, between its two sides pre and post."
    raise ModelError(message, location=system.place(span), advice=NO_NETWORKS)


def _parts(system: System) -> Iterator[Span]:
    """Places where something of the two sides is read, awaited or added to."""
    yield from (c.span for c in system.couplings if c.span is not None)
    own = {*system.state_names, *system.parameter_names, *(d.name for d in system.derived + system.intermediates)}
    own |= {d.name for d in system.delays}
    for event in system.events:
        if event.side and event.span is not None:
            yield event.span
        yield from (a.span for a in event.actions if isinstance(a, Assign) and a.target not in own and a.span)
    for expression in system.expressions():
        for node in ast.walk(expression):
            if isinstance(node, ast.Name) and node.id.startswith(("pre_", "post_")) and node.id not in own:
                yield Span(node.lineno, node.col_offset, node.end_lineno or node.lineno, node.end_col_offset or 0)
