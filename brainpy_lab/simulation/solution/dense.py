"""Dense output of a single cell's adaptive run: the method's own polynomial in every step."""

from __future__ import annotations

from typing import Any

import numpy as np


class DenseOutput:
    """``output(t)`` gives the states at a time, or at an array of times (times first).

    Parameters
    ----------
    names : tuple of str
        The states.
    moving : tuple of int
        Which of them have a derivative.
    t, h : array (n_steps,)
        Start and (untruncated) length of each accepted step.
    y : array (n_steps, n_states)
        States at the starts.
    q : array (n_steps, powers, n_moving)
        Coefficients: y(t + s h) = y + h (s q[0] + s² q[1] + ...).
    last : array (n_states,)
        States at the end.
    slots : tuple, optional
        Which of the numbers are each state's, where states are arrays.
    """

    def __init__(
        self,
        names: tuple[str, ...],
        moving: tuple[int, ...],
        t: np.ndarray,
        h: np.ndarray,
        y: np.ndarray,
        q: np.ndarray,
        last: np.ndarray,
        slots: tuple[slice | int, ...] = (),
    ) -> None:
        self.names, self.moving = names, moving
        self.t, self.h, self.y, self.q, self.last = t, h, y, q, last
        self.slots = slots or tuple(range(len(names)))

    def __call__(self, t: Any) -> dict[str, Any]:
        values = self.numbers(t)
        return {name: values[..., slot][()] for slot, name in zip(self.slots, self.names, strict=True)}

    def numbers(self, t: Any) -> np.ndarray:
        """All numbers of the states in one array, times first."""
        times = np.asarray(t, dtype=float)
        if not len(self.t):
            return np.broadcast_to(self.last, (*times.shape, len(self.last)))
        place = np.clip(np.searchsorted(self.t, times, side="right") - 1, 0, len(self.t) - 1)
        s = ((times - self.t[place]) / self.h[place])[..., None]
        total = np.zeros((*times.shape, len(self.moving)))
        for power in range(self.q.shape[1] - 1, -1, -1):
            total = s * (self.q[place, power] + total)
        values: np.ndarray = self.y[place].copy()
        values[..., list(self.moving)] += self.h[place][..., None] * total
        return values
