"""Brownian paths that runs with different steps, methods and drivers share: to see a method converge to one path."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from brainpy_lab.codegen.draws import Draw
from brainpy_lab.drivers.feeds.levy_areas import terms_for
from brainpy_lab.drivers.feeds.random_draws import Noise, generated
from brainpy_lab.errors import ArgumentError, in_words

_WHOLE = 1e-6  # how far a ratio of times may be from a whole number, relative to itself or one step


class BrownianPath:
    """Wiener processes with a finest step: given to runs as ``noise=path``, they are the noise of all of them.

    A run may take any whole multiple of the path's step: it gets sums of the path's increments, and the integrals and
    Levy areas that these make for the methods that need them. The same path and cell has the same values for every
    method and driver.

    Parameters
    ----------
    dt : float
        The finest step.
    seed : int
        Which path.
    duration : float, optional
        Until when the path reaches; by default without end. Needed for ``end``.
    end : float, optional
        The value of every process at ``duration``: the path is a Brownian bridge from 0 to there.

    Examples
    --------
    >>> import brainpy_lab as bp
    >>> model = bp.model("dX/dt = 1.01*X + 0.87*X*xi\\nX(0) = 0.5", name="Growth")
    >>> path = bp.BrownianPath(1 / 256, duration=1.0, end=0.7)
    >>> exact = 0.5 * np.exp(1.01 - 0.87**2 / 2 + 0.87 * 0.7)
    >>> for dt in (1 / 64, 1 / 256):
    ...     sol = model.run(1.0, dt=dt, method="milstein", noise=path, backend="numpy")
    ...     print(abs(sol.final["X"] - exact) < 2 * dt)
    True
    True
    """

    @in_words("BrownianPath")
    def __init__(self, dt: float, *, seed: int = 0, duration: float | None = None, end: float | None = None) -> None:
        if not np.isfinite(dt) or dt <= 0:
            raise ArgumentError(f"dt must be a positive number, not {dt!r}.")
        if not isinstance(seed, int | np.integer) or seed < 0:
            raise ArgumentError(f"seed must be a whole number from 0 on, not {seed!r}.")
        if end is not None and duration is None:
            raise ArgumentError("The end of a path needs its duration.", advice="For example duration=1.0, end=0.7.")
        self.dt, self.seed, self.duration, self.end = float(dt), int(seed), duration, end
        self.steps = None if duration is None else _whole(duration, self.dt, "duration of a path")

    def values(self, duration: float | None = None, source: int = 0, shape: tuple[int, ...] | int = ()) -> np.ndarray:
        """The values of one process at all steps of the path.

        Parameters
        ----------
        duration : float, optional
            Until when; by default the path's own.
        source : int
            Number of the noise source in the model, in order of first use.
        shape : tuple of int
            Shape of the ensemble.

        Returns
        -------
        array (n_steps + 1, *shape)
            Beginning with 0.
        """
        if duration is None and self.steps is None:
            raise ArgumentError("This path has no end: say until when its values are wanted.")
        n = self.steps if duration is None else _whole(duration, self.dt, "duration")
        assert n is not None
        shape = (shape,) if isinstance(shape, int) else tuple(shape)
        lanes = int(np.prod(shape, dtype=int))
        draw = Draw(f"W{source}", f"W{source}", "increment", source)
        steps = np.sqrt(self.dt) * self.fine(draw, 0, n, lanes)
        path: np.ndarray = np.concatenate([np.zeros((1, lanes)), np.cumsum(steps, axis=0)])
        return path.reshape(n + 1, *shape)

    def fine(self, draw: Draw, first: int, n: int, lanes: int) -> np.ndarray:
        """The draws of ``n`` of the path's own steps: (n, lanes)."""
        if self.steps is not None and first + n > self.steps:
            raise ArgumentError(
                f"The path ends at t = {self.duration:g}, before the end of the run.",
                advice="Make it longer: BrownianPath(dt, duration=...).",
            )
        if draw.kind == "area":
            one, other = (self.fine(d, first, n, lanes) for d in draw.increments)
            return generated(draw, self.seed, first, n, lanes, terms_for(self.dt), (one, other))
        normals = generated(draw, self.seed, first, n, lanes)
        if self.end is None or draw.kind != "increment":
            return normals
        assert self.steps is not None
        # the free path's end is brought to the wanted one by the same shift of every increment
        total = generated(draw, self.seed, 0, self.steps, lanes).sum(axis=0)
        bridge: np.ndarray = normals + (self.end / np.sqrt(self.dt) - total) / self.steps
        return bridge

    def noise(self, dt: float, t0: float) -> Noise:
        """The noise of a run with step ``dt`` that begins at ``t0``."""
        per_step = _whole(dt, self.dt, "dt of the run")
        first = _whole(t0, self.dt, "start of the run", least=0)
        return Noise(self.seed, path=_Coarse(self, per_step, first))


@dataclass(frozen=True)
class _Coarse:
    """A path in steps of several of its own."""

    path: BrownianPath
    per_step: int
    first: int

    def rows(self, draw: Draw, first: int, n: int, lanes: int) -> np.ndarray:
        """Draws of coarse steps: sums of increments, what makes the integral with them, or areas."""
        k = self.per_step
        if draw.kind == "area":
            return self._areas(draw, first, n, lanes)
        increments = self._fine(replace(draw, kind="increment"), first, n, lanes)
        total: np.ndarray = increments.sum(axis=1) / np.sqrt(k)
        if draw.kind == "increment":
            return total
        seconds = self._fine(draw, first, n, lanes)
        before = np.cumsum(increments, axis=1) - increments
        # of each fine step, the mean of the process as the methods make it from a second normal (`mean_path`)
        within = 0.5 * (increments + seconds / np.sqrt(3.0))
        mean = (before + within).sum(axis=1) / k**1.5  # integral of the process over the step, by dt**1.5
        normals: np.ndarray = np.sqrt(3.0) * (2.0 * mean - total)
        return normals

    def at_step(self, step: int, rest: float) -> _Coarse:
        """The path for a run whose step ``step``, the last, is ``rest`` long and those before it are whole."""
        # row `step` of the new path begins where the `step` longer ones before it end
        per_step = _whole(rest, self.path.dt, "last step of the run")
        return _Coarse(self.path, per_step, self.first + step * (self.per_step - per_step))

    def _areas(self, draw: Draw, first: int, n: int, lanes: int) -> np.ndarray:
        """Chen's relation: the areas of the fine steps, and those between the chords and the paths before them."""
        one, other = (self._fine(d, first, n, lanes) for d in draw.increments)
        before, other_before = (np.cumsum(w, axis=1) - w for w in (one, other))
        parts = self._fine(draw, first, n, lanes) + 0.5 * (before * other - other_before * one)
        areas: np.ndarray = parts.sum(axis=1) / self.per_step
        return areas

    def _fine(self, draw: Draw, first: int, n: int, lanes: int) -> np.ndarray:
        k = self.per_step
        rows: np.ndarray = self.path.fine(draw, self.first + first * k, n * k, lanes).reshape(n, k, lanes)
        return rows


def _whole(time: float, dt: float, what: str, least: int = 1) -> int:
    """How many steps of ``dt`` make ``time``; ArgumentError, which calls it ``what``, where no whole number does."""
    steps = round(time / dt)
    if steps < least or abs(time / dt - steps) > _WHOLE * max(1, steps):
        raise ArgumentError(
            f"The {what} ({time:g}) must be a whole multiple of the path's dt ({dt:g}).",
            advice=f"For example {max(least, steps) * dt:g}.",
        )
    return steps
