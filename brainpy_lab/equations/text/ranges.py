"""A slider's range when the model does not give one."""

from __future__ import annotations

import math

#: Below this a value is 0 to a slider: the powers of ten that its step is made of end at 1e-308.
_NOTHING = 1e-300


def guess_range(value: float) -> tuple[float, float, float]:
    """Lowest value, highest value and step of a slider for a parameter whose value is ``value``.

    The range runs from 0 to twice the value, rounded up to one leading digit, on the value's side of zero; the step is
    a hundredth of it. A value of 0 gives -1 to 1.

    Examples
    --------
    >>> guess_range(0.5)
    (0.0, 1.0, 0.01)
    >>> guess_range(-65)
    (-200.0, 0.0, 2.0)
    >>> guess_range(0)
    (-1.0, 1.0, 0.02)
    """
    if abs(value) < _NOTHING or not math.isfinite(value):
        return -1.0, 1.0, 0.02
    reach = abs(2.0 * value)
    power = math.floor(math.log10(reach))
    # by its digits, and rounded to nine before: 0.3/0.1 is a rounding error off 3, and 3*0.1 is 0.30000000000000004
    top = float(f"{math.ceil(round(reach / 10.0**power, 9))}e{power}")
    step = float(f"{top / 100:.12g}")
    return (0.0, top, step) if value > 0 else (-top, 0.0, step)
