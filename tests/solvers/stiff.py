"""Stiff problems of the literature (Hairer & Wanner 1996, IVP Test Set), with tolerances that reach the references."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import brainpy_lab as bp

ROBERTSON = """
dx/dt = -0.04*x + 1e4*y*z
dy/dt = 0.04*x - 1e4*y*z - 3e7*y**2
dz/dt = 3e7*y**2
x(0) = 1
"""
HIRES = """
dy1/dt = -1.71*y1 + 0.43*y2 + 8.32*y3 + 0.0007
dy2/dt = 1.71*y1 - 8.75*y2
dy3/dt = -10.03*y3 + 0.43*y4 + 0.035*y5
dy4/dt = 8.32*y2 + 1.71*y3 - 1.12*y4
dy5/dt = -1.745*y5 + 0.43*y6 + 0.43*y7
dy6/dt = -280*y6*y8 + 0.69*y4 + 1.71*y5 - 0.43*y6 + 0.69*y7
dy7/dt = 280*y6*y8 - 1.81*y7
dy8/dt = -280*y6*y8 + 1.81*y7
y1(0) = 1
y8(0) = 0.0057
"""
OREGO = """
dx/dt = 77.27*(y + x*(1 - 8.375e-6*x - y))
dy/dt = (z - (1 + x)*y)/77.27
dz/dt = 0.161*(x - z)
x(0) = 1
y(0) = 2
z(0) = 3
"""
VAN_DER_POL = "mu = 1000\ndx/dt = y\ndy/dt = mu*(1 - x**2)*y - x\nx(0) = 2"


@cache
def model_of(text: str, name: str) -> bp.Model:
    """The model of a text, made once."""
    return bp.model(text.strip(), name=name)


@dataclass(frozen=True)
class Problem:
    """A stiff problem: its text, name, length, and the tolerances that reach its reference."""

    text: str
    name: str
    duration: float
    atol: object
    rtol: float = 1e-11

    def model(self) -> bp.Model:
        """The model."""
        return model_of(self.text, self.name)


PROBLEMS = {
    "Robertson_t1e11": Problem(ROBERTSON, "Robertson", 1e11, {"x": 1e-16, "y": 1e-22, "z": 1e-12}),
    "HIRES": Problem(HIRES, "HIRES", 321.8122, 1e-15),
    "OREGO": Problem(OREGO, "OREGO", 360.0, 1e-11),
    "OREGO_t30": Problem(OREGO, "OREGO", 30.0, 1e-11),
    "vdP1000_t2000": Problem(VAN_DER_POL, "VanDerPol", 2000.0, 1e-12),
    "vdP1000_t3000": Problem(VAN_DER_POL, "VanDerPol", 3000.0, 1e-12),
}
