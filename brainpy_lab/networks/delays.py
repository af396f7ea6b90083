"""Delays of synapses: of the spikes for which they wait, and of presynaptic values that they read in each step."""

from __future__ import annotations

import numpy as np

from brainpy_lab.equations.system import System
from brainpy_lab.errors import ArgumentError
from brainpy_lab.networks.sides import reads_in_each_step
from brainpy_lab.networks.source import Source
from brainpy_lab.networks.values import Values


def check_delay(owner: str, name: str, values: Values, system: System, pre: Source) -> Values:
    """A delay, where it is of something.

    Raises
    ------
    ArgumentError
    """
    if np.any(np.asarray(values) < 0):
        raise ArgumentError(
            f"{owner}: a {name} is at least 0; one is {np.min(values):g}.",
            advice="Take a distribution above 0, such as bp.dist.uniform(0.5, 2) or bp.dist.gamma(5, 0.3).",
        )
    side = "post" if name == "post_delay" else "pre"
    is_of_values = side == "pre" and bool(reads_in_each_step(system, pre))
    if np.any(np.asarray(values) > 0) and side not in {e.side for e in system.events} and not is_of_values:
        raise ArgumentError(
            f"{owner}: {name} is of {side}synaptic spikes, for which '{system.name}' does not wait.",
            advice=f"Leave it out, or write a block: when {side}.spike:",
        )
    if is_of_values and 0 < np.count_nonzero(values) < np.size(values):
        raise ArgumentError(
            f"{owner}: some delays are 0 and others are not; '{system.name}' reads presynaptic values in each step.",
            advice="Give the connections without delay synapses of their own.",
        )
    return values
