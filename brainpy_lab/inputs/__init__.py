"""Inputs: quantities over time that drive a parameter of a run, ``m.run(200, I=bp.inputs.ramp(0, 2, 200))``.

Each function gives an `Input`: samples at a fixed interval ``dt``, from time 0 to ``duration`` inclusive. Times and
``dt`` are in the model's unit of time, values in the unit of the parameter they drive. Inputs of the same sampling add
and multiply.
"""

from typing import Any

from brainpy_lab.errors import not_in
from brainpy_lab.inputs.courses import constant, pulses, ramp, section, sine, spikes, step
from brainpy_lab.inputs.input import Input
from brainpy_lab.inputs.noise import ou_noise, poisson

__all__ = ["Input", "constant", "ou_noise", "poisson", "pulses", "ramp", "section", "sine", "spikes", "step"]


def __getattr__(name: str) -> Any:
    if not name.startswith("_"):
        raise not_in("input", name, __all__, "Inputs")
    raise AttributeError(name)
