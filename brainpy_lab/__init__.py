"""BrainPy Lab: one model, written once, is simulated at JIT speed and analysed at the same time.

>>> import brainpy_lab as bp
>>> fhn = bp.model('''
... I = 0.5 in [0, 2]
... dV/dt = V - V**3/3 - w + I
... dw/dt = (V + 0.7 - 0.8*w) / 12.5
... ''', name="FHN")
>>> sol = fhn.run(100.0, dt=0.05, I=0.8, backend="numpy")
>>> sol.V.shape
(2001,)
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

#: Public name -> (module, attribute); attribute None is the module itself. Loaded at first use.
_PUBLIC: dict[str, tuple[str, str | None]] = {
    "BrainPyLabError": ("brainpy_lab.errors", "BrainPyLabError"),
    "BrownianPath": ("brainpy_lab.simulation.values.brownian", "BrownianPath"),
    "Model": ("brainpy_lab.simulation.model", "Model"),
    "Network": ("brainpy_lab.networks.network", "Network"),
    "NeuGroup": ("brainpy_lab.networks.group", "NeuGroup"),
    "PoissonGroup": ("brainpy_lab.networks.sources", "PoissonGroup"),
    "Solution": ("brainpy_lab.simulation.solution.solution", "Solution"),
    "SpikeSource": ("brainpy_lab.networks.sources", "SpikeSource"),
    "Synapses": ("brainpy_lab.networks.synapses", "Synapses"),
    "System": ("brainpy_lab.equations.system", "System"),
    "analysis": ("brainpy_lab.analysis", None),
    "backend": ("brainpy_lab.backend", None),
    "clear_cache": ("brainpy_lab.simulation.cache", "clear_cache"),
    "connect": ("brainpy_lab.networks.connect", None),
    "ddeint": ("brainpy_lab.simulation.create", "ddeint"),
    "dist": ("brainpy_lab.networks.dist", None),
    "distance": ("brainpy_lab.networks.cells", "distance"),
    "drivers": ("brainpy_lab.drivers", None),
    "errors": ("brainpy_lab.errors", None),
    "fdeint": ("brainpy_lab.simulation.create", "fdeint"),
    "inputs": ("brainpy_lab.inputs", None),
    "load": ("brainpy_lab.analysis.loading", "load"),
    "measure": ("brainpy_lab.measure", None),
    "model": ("brainpy_lab.simulation.create", "model"),
    "models": ("brainpy_lab.models", None),
    "odeint": ("brainpy_lab.simulation.create", "odeint"),
    "sdeint": ("brainpy_lab.simulation.create", "sdeint"),
    "solvers": ("brainpy_lab.solvers", None),
}

__all__ = [
    "BrainPyLabError",
    "BrownianPath",
    "Model",
    "Network",
    "NeuGroup",
    "PoissonGroup",
    "Solution",
    "SpikeSource",
    "Synapses",
    "System",
    "__version__",
    "analysis",
    "backend",
    "clear_cache",
    "connect",
    "ddeint",
    "dist",
    "distance",
    "drivers",
    "errors",
    "fdeint",
    "inputs",
    "load",
    "load_ipython_extension",
    "measure",
    "model",
    "models",
    "odeint",
    "sdeint",
    "solvers",
    "unload_ipython_extension",
]

if TYPE_CHECKING:
    from brainpy_lab import analysis, backend, drivers, errors, inputs, measure, models, solvers
    from brainpy_lab.analysis.loading import load
    from brainpy_lab.equations.system import System
    from brainpy_lab.errors import BrainPyLabError
    from brainpy_lab.networks import connect, dist
    from brainpy_lab.networks.cells import distance
    from brainpy_lab.networks.group import NeuGroup
    from brainpy_lab.networks.network import Network
    from brainpy_lab.networks.sources import PoissonGroup, SpikeSource
    from brainpy_lab.networks.synapses import Synapses
    from brainpy_lab.simulation.cache import clear_cache
    from brainpy_lab.simulation.create import ddeint, fdeint, model, odeint, sdeint
    from brainpy_lab.simulation.model import Model
    from brainpy_lab.simulation.solution.solution import Solution
    from brainpy_lab.simulation.values.brownian import BrownianPath


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        import difflib

        near = difflib.get_close_matches(name, _PUBLIC, n=1)
        hint = f" Did you mean '{near[0]}'?" if near else ""
        raise AttributeError(f"module 'brainpy_lab' has no attribute '{name}'.{hint}")
    module_name, attribute = _PUBLIC[name]
    module = importlib.import_module(module_name)
    value = module if attribute is None else getattr(module, attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)


def load_ipython_extension(ipython: Any) -> None:
    """``%load_ext brainpy_lab``: hand on to the kernel half."""
    from brainpy_kernel import load_ipython_extension as load_kernel_half

    load_kernel_half(ipython)


def unload_ipython_extension(ipython: Any) -> None:
    """``%unload_ext brainpy_lab``."""
    from brainpy_kernel import unload_ipython_extension as unload_kernel_half

    unload_kernel_half(ipython)


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    return [{"src": "labextension", "dest": "brainpy_lab"}]
