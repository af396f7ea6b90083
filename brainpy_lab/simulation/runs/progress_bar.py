"""The bar that a run with ``progress=True`` draws."""

from __future__ import annotations

from typing import Any


class ProgressBar:
    """A bar on the standard error, drawn from the first report on: what is done, the time it took, the time left.

    It is tqdm's. Nothing of tqdm is imported before the first report.

    Parameters
    ----------
    name
        What stands before the bar.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._drawn: Any = None

    def __call__(self, fraction: float) -> None:
        """Draw the fraction done; not more often than ten times a second."""
        if self._drawn is None:
            self._drawn = _drawn(self._name)
        self._drawn.update(fraction - self._drawn.n)

    def close(self) -> None:
        """End the bar's line with how far the run has come."""
        if self._drawn is not None:
            self._drawn.close()


def _drawn(name: str) -> Any:
    from tqdm import tqdm

    class Quiet(tqdm):
        monitor_interval = 0  # no thread that looks after bars: runs report often enough

    layout = "{desc}: {percentage:3.0f}% |{bar}| {elapsed}, {remaining} left"
    return Quiet(desc=name, total=1.0, miniters=0, bar_format=layout, dynamic_ncols=True)
