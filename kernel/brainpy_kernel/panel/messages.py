"""The messages to the panel, as `protocol.schema.json` describes them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from brainpy_kernel.panel.networks import NetworkPages
from brainpy_kernel.sessions.frame import Frame
from brainpy_kernel.sessions.session import Session
from brainpy_kernel.workspace import Workspace, is_model
from brainpy_lab.errors import BrainPyLabError

if TYPE_CHECKING:
    from brainpy_lab import Model, Network

PROTOCOL = 1
VIEWS = ("code", "structure", "activity", "phase", "bifurcation", "fixed_points", "runs")

Message = dict[str, Any]


def state(workspace: Workspace, networks: NetworkPages) -> Message:
    """All models and networks, the current one, and the drivers and methods to choose from."""
    models = [
        _model_info(workspace, name, cast("Model", subject))
        if is_model(subject)
        else networks.info(name, cast("Network", subject))
        for name, subject in list(workspace.subjects.items())
    ]
    current = workspace.models.get(workspace.current) if workspace.current else None
    drivers, methods = choices(current) if models else ([], [])
    if workspace.current in workspace.networks:
        methods = []  # each group has its own
    return {
        "type": "state", "protocol": PROTOCOL, "models": models, "current": workspace.current,
        "drivers": drivers, "methods": methods,
    }  # fmt: skip


def choices(model: Model | None) -> tuple[list[Message], list[Message]]:
    """Drivers of the registry, and the methods that can solve ``model``."""
    from brainpy_lab import drivers, solvers

    found = []
    for driver in drivers.registry().values():
        reason = driver.available()
        found.append({"name": driver.name, "title": driver.title, "available": reason is None, "reason": reason})
    methods = [
        {"name": m.name, "title": m.title, "order": float(m.order), "adaptive": bool(m.is_adaptive)}
        for m in (solvers.able(model.system) if model else solvers.registry().values())
    ]
    if model and model.method == "auto":
        methods.insert(0, {"name": "auto", "title": "chosen for each run", "order": 0.0, "adaptive": False})
    return found, methods


def code(name: str, model: Model) -> Message:
    """The step code in force and the generated one."""
    in_force = model.code()
    generated = model.generated_code()
    return {
        "type": "code", "model": name, "backend": in_force.backend, "method": in_force.method, "text": in_force.text,
        "generated": generated.text, "edited": in_force.edited, "file": str(in_force.file),
    }  # fmt: skip


def fixed_points(session: Session, frame: Frame) -> Message:
    """The table of fixed points, or why there is none."""
    points = frame.fixed_points
    rows = [
        {
            "values": [float(point.values[name]) for name in session.states],
            "eigenvalues": [[float(e.real), float(e.imag)] for e in _finite(point.eigenvalues)],
            "kind": str(point.kind),
            "stable": bool(point.stable),
            "note": " ".join(point.remarks),
        }
        for point in points or []
    ]
    message = " ".join(points.notes) if points is not None else frame.message or "No fixed points were computed."
    return {
        "type": "fixed_points", "model": session.name, "states": list(session.states),
        "parameters": {k: number(v) for k, v in frame.settings.params.items()}, "rows": rows,
        "message": message or None,
    }  # fmt: skip


def _finite(eigenvalues: Any) -> list[complex]:
    """The eigenvalues that a message can hold: JSON has no nan."""
    return [e for e in np.asarray(eigenvalues, dtype=complex) if np.isfinite(e)]


def runs(workspace: Workspace) -> Message:
    """The runs of views and cells, newest first."""
    entries = [
        {
            "id": run.id, "model": run.model, "status": run.status,
            "progress": min(max(run.progress, 0.0), 1.0), "started": run.started,
            "duration": run.duration, "outcome": run.outcome, "steps": run.steps, "cell": run.cell,
        }
        for run in workspace.runs()
    ]  # fmt: skip
    return {"type": "runs", "runs": entries}


def refusal(error: BrainPyLabError | str, model: str | None = None, view: str | None = None) -> Message:
    """Something that was asked for is refused."""
    place = error.location if isinstance(error, BrainPyLabError) else None
    return {
        "type": "error", "model": model, "view": view, "message": str(error),
        "line": place.line if place else None, "column": place.column if place else None,
    }  # fmt: skip


def number(value: Any) -> float | None:
    """A single finite number, or None."""
    if np.ndim(value) != 0:
        return None
    found = float(value)
    return found if math.isfinite(found) else None


def _model_info(workspace: Workspace, name: str, model: Model) -> Message:
    session = workspace.session_of(model, name)
    parameters = {**{k: number(v) for k, v in model.parameters.items()}, **session.params}
    title = next(iter(model.system.doc.strip().splitlines()), "").lstrip("# ") or model.name
    return {
        "kind": "model", "name": name, "title": title, "states": list(model.system.state_names),
        "parameters": parameters, "backend": model.backend, "method": model.method, "edited": model.is_edited,
    }  # fmt: skip
