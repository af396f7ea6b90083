"""Analysis of models: fixed points, nullclines, the phase plane, bifurcation diagrams.

Each analysis returns an object with arrays first, and draws on request. Names load on first use, so that importing the
package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from brainpy_lab.analysis.bursting.decomposition import FastSlow
    from brainpy_lab.analysis.bursting.fast_slow import fast_slow
    from brainpy_lab.analysis.continuation.branch import Branch
    from brainpy_lab.analysis.continuation.diagram import Diagram
    from brainpy_lab.analysis.continuation.news import interrupted
    from brainpy_lab.analysis.continuation.one_parameter import bifurcation
    from brainpy_lab.analysis.continuation.special import SpecialPoint, SpecialPoints
    from brainpy_lab.analysis.cycles.cycle import Cycle
    from brainpy_lab.analysis.cycles.limit_cycle import limit_cycle
    from brainpy_lab.analysis.equilibria import fixed_points
    from brainpy_lab.analysis.lyapunov.exponents import lyapunov_spectrum
    from brainpy_lab.analysis.lyapunov.spectrum import LyapunovSpectrum
    from brainpy_lab.analysis.noise.sensitivity import sensitivity
    from brainpy_lab.analysis.noise.spread import Spread
    from brainpy_lab.analysis.phase.interaction import Interaction, interaction
    from brainpy_lab.analysis.phase.response import PhaseResponse, phase_response
    from brainpy_lab.analysis.phase_plane import PhasePlane
    from brainpy_lab.analysis.plane.attractor import Attractor
    from brainpy_lab.analysis.plane.basins import Basins, basins
    from brainpy_lab.analysis.plane.manifold import Manifolds
    from brainpy_lab.analysis.plane.manifolds import manifolds
    from brainpy_lab.analysis.plane.reset_map import ResetMap, reset_map
    from brainpy_lab.analysis.points import FixedPoint, FixedPoints
    from brainpy_lab.analysis.sections.orbits import OrbitDiagram, orbit_diagram
    from brainpy_lab.analysis.sections.poincare import Section, poincare
    from brainpy_lab.analysis.two_parameters.curve_branch import CurveBranch
    from brainpy_lab.analysis.two_parameters.cycle_curve_branch import CycleCurveBranch
    from brainpy_lab.analysis.two_parameters.plane_diagram import PlaneDiagram
    from brainpy_lab.analysis.two_parameters.regions import Region, Regions
    from brainpy_lab.analysis.velocities import Velocities

__all__ = [
    "Attractor",
    "Basins",
    "Branch",
    "CurveBranch",
    "Cycle",
    "CycleCurveBranch",
    "Diagram",
    "FastSlow",
    "FixedPoint",
    "FixedPoints",
    "Interaction",
    "LyapunovSpectrum",
    "Manifolds",
    "OrbitDiagram",
    "PhasePlane",
    "PhaseResponse",
    "PlaneDiagram",
    "Region",
    "Regions",
    "ResetMap",
    "Section",
    "SpecialPoint",
    "SpecialPoints",
    "Spread",
    "Velocities",
    "basins",
    "bifurcation",
    "fast_slow",
    "fixed_points",
    "interaction",
    "interrupted",
    "limit_cycle",
    "lyapunov_spectrum",
    "manifolds",
    "orbit_diagram",
    "phase_response",
    "poincare",
    "reset_map",
    "sensitivity",
]

_HOME = {
    "FastSlow": "bursting.decomposition",
    "fast_slow": "bursting.fast_slow",
    "Branch": "continuation.branch",
    "Diagram": "continuation.diagram",
    "SpecialPoint": "continuation.special",
    "SpecialPoints": "continuation.special",
    "bifurcation": "continuation.one_parameter",
    "interrupted": "continuation.news",
    "Cycle": "cycles.cycle",
    "limit_cycle": "cycles.limit_cycle",
    "OrbitDiagram": "sections.orbits",
    "orbit_diagram": "sections.orbits",
    "Section": "sections.poincare",
    "poincare": "sections.poincare",
    "LyapunovSpectrum": "lyapunov.spectrum",
    "lyapunov_spectrum": "lyapunov.exponents",
    "Interaction": "phase.interaction",
    "interaction": "phase.interaction",
    "PhaseResponse": "phase.response",
    "phase_response": "phase.response",
    "FixedPoint": "points",
    "FixedPoints": "points",
    "fixed_points": "equilibria",
    "Spread": "noise.spread",
    "sensitivity": "noise.sensitivity",
    "Attractor": "plane.attractor",
    "Basins": "plane.basins",
    "basins": "plane.basins",
    "Manifolds": "plane.manifold",
    "manifolds": "plane.manifolds",
    "ResetMap": "plane.reset_map",
    "reset_map": "plane.reset_map",
    "PhasePlane": "phase_plane",
    "CycleCurveBranch": "two_parameters.cycle_curve_branch",
    "CurveBranch": "two_parameters.curve_branch",
    "PlaneDiagram": "two_parameters.plane_diagram",
    "Region": "two_parameters.regions",
    "Regions": "two_parameters.regions",
    "Velocities": "velocities",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
