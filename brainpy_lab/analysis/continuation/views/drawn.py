"""What pictures, words and files take of a `Diagram`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np

from brainpy_lab.analysis.continuation.branch import Branch
from brainpy_lab.analysis.continuation.cycle_branch import CycleBranch
from brainpy_lab.analysis.continuation.special import SpecialPoints


class Drawn(Protocol):
    """What is drawn of a `Diagram`."""

    model_name: str
    parameter: str
    range: tuple[float, float]
    branches: list[Branch | CycleBranch]
    points: SpecialPoints


def pieces(branch: Branch | CycleBranch, labels: np.ndarray, points: SpecialPoints) -> Iterator[tuple[Any, int, int]]:
    """A branch cut where ``labels`` (one a point) change: the label of each piece, its first and its last point.

    Neighbours share a point: the special one where it is a point of the branch.
    """
    x, places = branch[branch.parameter], {p.parameter for p in points}
    begin = 0
    for i in np.flatnonzero(labels[1:] != labels[:-1]).tolist():
        joint = i if float(x[i]) in places else i + 1
        if joint > begin:
            yield labels[i], begin, joint
        begin = joint
    yield labels[-1], begin, len(branch) - 1
