"""Sliders whose values are decimal numbers, and the parameter's own value until somebody moves them.

A slider in a browser computes its places in percent of its range: it turns 10 into 9.999999999999998, and a value
between two places into one of them, and says so as if the user had moved it. Here the kernel decides which number a
place stands for.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Any

from ipywidgets import FloatSlider
from traitlets import CFloat

#: Digits of a slider's numbers beyond the leading one of its step; a lower end with more of them is rounded to these.
_DIGITS = 3


@dataclass(frozen=True)
class Scale:
    """The places of a slider: ``low``, ``low + step``, ... and ``high``."""

    low: float
    high: float
    step: float

    def place(self, value: float) -> float:
        """The number of the place nearest to ``value``, in as few decimals as its step needs."""
        if value >= self.high - 1e-9 * self.step:  # the last place, which may be less than a step from that before
            return self.high
        count = math.floor((value - self.low) / self.step + 0.5)
        return self.low if count <= 0 else min(self._number(count), self.high)

    def widened(self, value: float) -> Scale:
        """The scale with ``value`` in it; it grows by whole steps."""
        low, high = self.low, self.high
        if value < low:  # 1e-9: a whole number of steps away but for rounding
            low = min(value, self._number(-math.ceil((low - value) / self.step - 1e-9)))
        if value > high:
            high = max(value, self._number(math.ceil((value - self.low) / self.step - 1e-9)))
        return Scale(low, high, self.step)

    def _number(self, count: int) -> float:
        """``low + count * step`` in decimals."""
        low, step = Decimal(repr(self.low)), Decimal(repr(self.step))
        finest = -step.adjusted() + _DIGITS
        digits = min(max(_decimals(low), _decimals(step)), finest)
        with localcontext(prec=700):  # from 1e308 down to 1e-324 in one number: no digit is rounded away
            return float((low + count * step).quantize(Decimal(1).scaleb(-digits)))


def _decimals(number: Decimal) -> int:
    """Digits behind the point that ``number`` is written with; negative for whole tens."""
    return -int(number.normalize().as_tuple().exponent)


def _from_browser(value: Any, slider: ExactSlider) -> float:
    return slider.heard(float(value))


def _to_browser(value: float, slider: ExactSlider) -> float:
    return slider.told(value)


class ExactSlider(FloatSlider):
    """A slider that has the value it was given, exactly, until the user moves it to another place."""

    value = CFloat(0.0).tag(sync=True, from_json=_from_browser, to_json=_to_browser)

    _spoken: float | None = None

    @property
    def scale(self) -> Scale:
        """The places that the slider has with its present ends and step."""
        return Scale(self.min, self.max, self.step)

    def heard(self, spoken: float) -> float:
        """The value that a browser means which says ``spoken``."""
        self._spoken = spoken
        place = self.scale.place(spoken)
        return float(self.value) if place == self.scale.place(self.value) else place

    def told(self, value: float) -> float:
        """``value`` as the browser calls its place: an echo in other words would look like a move to it."""
        place = self.scale.place(value)
        same = self._spoken is not None and self.scale.place(self._spoken) == place
        return self._spoken if same and self._spoken is not None else place

    def move(self, value: float) -> None:
        """Take ``value``; the range grows where it lies outside. The browser hears of both at once."""
        scale = self.scale.widened(value)
        with self.hold_sync():
            self.min, self.max = scale.low, scale.high
            self.value = value
