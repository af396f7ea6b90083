"""A synapse as a user holds it: equations of a connection between two cells, which run in networks."""

from __future__ import annotations

from typing import Any

from brainpy_lab.equations.system import System
from brainpy_lab.errors import ArgumentError


class SynapseModel:
    """What a connection does: read from text with ``synapse=True``, run by `brainpy_lab.Synapses` in a network.

    Parameters
    ----------
    system : System
        Its equations; names of the two sides are ``pre_V``, ``post_V``.

    Examples
    --------
    >>> import brainpy_lab as bp
    >>> exc = bp.model("weight = 0.6\\nwhen pre.spike:\\n    post.g += weight", name="Exc", synapse=True)
    >>> exc
    <SynapseModel Exc: parameters weight; spikes of pre>
    """

    def __init__(self, system: System) -> None:
        self.system = system

    @property
    def name(self) -> str:
        """The model's name."""
        return self.system.name

    @property
    def parameters(self) -> dict[str, Any]:
        """Default value of every parameter."""
        return {p.name: p.value for p in self.system.parameters}

    def __getattr__(self, name: str) -> Any:
        if name in ("run", "step", "interact"):
            raise ArgumentError(
                f"'{self.system.name}' is a synapse, which runs only in a network, between its two sides pre and post.",
                advice="Connect groups with it: bp.Synapses(pre=..., post=..., model=...), and run the bp.Network.",
            )
        raise AttributeError(name)

    def __repr__(self) -> str:
        system = self.system
        parts = [f"states {', '.join(system.state_names)}"] if system.states else []
        parts += [f"parameters {', '.join(system.parameter_names)}"] if system.parameters else []
        sides = dict.fromkeys(e.side for e in system.events if e.side in ("pre", "post"))
        parts += [f"spikes of {' and '.join(sides)}"] if sides else []
        parts += ["a block every T" for e in system.events if e.side == "every"]
        parts += [f"adds to post.{c.target}" for c in system.couplings]
        return f"<SynapseModel {self.name}: {'; '.join(parts)}>"
