"""Where values of a time before stand among the steps that are remembered: how many steps ago, and where in that step.

The rule is that of `feeds.past`: a time at the end of a step is read from the step after it, but for the end of the
present step from the one before, should the value jump there; nothing is read from a step that has not ended. All is
worked out before a run, so that its loop reads a polynomial and no more.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from brainpy_lab.drivers.feeds.past import AT_ONCE

#: A part of a step that is taken for none.
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Lag:
    """Values that are read in each step, each some steps after its time.

    Attributes
    ----------
    whole : array of int64
        The step whose polynomial is read, counted back from the present one: 1 is the last that has ended.
    part : array of float
        How much of that step had passed.
    """

    whole: np.ndarray
    part: np.ndarray

    @classmethod
    def of(cls, steps: np.ndarray, node: float) -> Lag:
        """Values of ``steps`` before, at a stage of which ``node`` says what part of the step has passed."""
        back = np.asarray(steps, dtype=float) - node
        nearest = np.ceil(back - AT_ONCE) if node < 1 else np.floor(back + AT_ONCE) + 1
        whole = np.maximum(nearest, 1.0)
        part = whole - back
        for end in (0.0, 1.0):
            part = np.where(np.abs(part - end) < _ROUNDING * np.maximum(1.0, back), end, part)
        return cls(whole.astype(np.int64), part)

    @property
    def slots(self) -> int:
        """For how many steps the past is kept."""
        return int(self.whole.max(initial=1))
