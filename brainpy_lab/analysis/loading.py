"""All that ``bp.load`` reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from brainpy_lab.errors import in_words
from brainpy_lab.networks import loading
from brainpy_lab.simulation.solution.files import Content
from brainpy_lab.simulation.solution.load import Form


def _diagram_keys(described: dict[str, Any]) -> Any:
    from brainpy_lab.analysis.continuation.views.files import keys

    return keys(described)


def _diagram(content: Content) -> Any:
    from brainpy_lab.analysis.continuation.diagram import Diagram
    from brainpy_lab.analysis.continuation.views.files import fields_of

    return Diagram(**fields_of(content))


#: Diagrams, whose code loads when there is one to read.
DIAGRAM = Form(lambda described: "diagram" in described, _diagram_keys, _diagram)


def _plane_keys(described: dict[str, Any]) -> Any:
    from brainpy_lab.analysis.two_parameters.views.files import keys

    return keys(described)


def _plane(content: Content) -> Any:
    from brainpy_lab.analysis.two_parameters.plane_diagram import PlaneDiagram
    from brainpy_lab.analysis.two_parameters.views.files import fields_of

    return PlaneDiagram(**fields_of(content))


#: Diagrams in two parameters.
PLANE = Form(lambda described: "plane_diagram" in described, _plane_keys, _plane)


@in_words("load")
def load(path: str | Path) -> Any:
    """Read what ``save`` of a Solution, of a network's solution, of a Checkpoint or of a diagram wrote.

    Parameters
    ----------
    path : str or Path
        A ``.nc`` or ``.npz`` file, or a ``.zarr`` folder: of ``save``, or of ``net.run(..., store=...)``.

    Returns
    -------
    Solution, NetworkSolution, Checkpoint, Diagram or PlaneDiagram
        With all that was saved; runs go on from a Solution or Checkpoint as they would from the original. Dense output
        is not saved: ``sol(t)`` needs the run itself; nor are ``at`` and ``regions`` of diagrams, which need the model.

    Raises
    ------
    ArgumentError
        No such file; it holds no Solution, or not the one that was saved; another version of BrainPy Lab wrote it.
    """
    return loading.load(path, (DIAGRAM, PLANE))
