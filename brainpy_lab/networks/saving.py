"""The solution of a network as a file holds it; `loading` reads it back."""

from __future__ import annotations

from typing import Any

import numpy as np

from brainpy_lab.simulation.solution.described import FORMAT, plain
from brainpy_lab.simulation.solution.files import Content
from brainpy_lab.simulation.solution.storage import described_solution


def content_of(sol: Any) -> Content:
    """What a file of a network's solution holds: its parts as those of Solutions, under their numbers."""
    arrays: dict[str, np.ndarray] = {"times": sol.t}
    parts: list[dict[str, Any]] = []
    final: list[list[str]] = []
    for number, (key, part) in enumerate(sol.parts.items()):
        described, own = described_solution(part)
        arrays |= {f"part{number}/{name}": a for name, a in own.items()}
        parts.append({"key": key, "solution": described})
    for owner, values in sol.final.items():
        for name, value in values.items():
            arrays[f"final{len(final)}"] = np.asarray(value)
            final.append([owner, name])
    members = [content_of(member) for member in sol.members]
    for number, member in enumerate(members):
        arrays |= {f"member{number}/{key}": a for key, a in member.arrays.items()}
    network = {
        "name": sol.name, "seed": int(sol.seed), "outcome": sol.outcome.value, "parts": parts, "final": final,
        "owners": list(sol.final), "ensemble_shape": list(sol.ensemble_shape),
        "stats": {key: plain(value) for key, value in sol.stats.items()},
        "members": [member.described["network"] for member in members],
    }  # fmt: skip
    return Content({"format": FORMAT, "network": network}, arrays)
