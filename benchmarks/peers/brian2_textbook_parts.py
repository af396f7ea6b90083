"""What textbook networks in Brian2 are made of, from the arguments of `brian2_textbook.py`."""

import sys

import brian2 as b2
import numpy as np
from brian2 import ms

b2.prefs.codegen.target = "numpy"
name, path, duration, dt = sys.argv[1], sys.argv[2], float(sys.argv[3]), float(sys.argv[4])
made = dict(np.load(path))
b2.defaultclock.dt = dt * ms


def spikes(which, size):
    return b2.SpikeGeneratorGroup(size, made[f"{which}_post"], made[f"{which}_pre"] * dt * ms, name=which)


def joined(pre, post, which, order, model="", on_pre="", on_post="", delay=0, pairs=None, **options):
    """Synapses by ``pairs`` (all: None) that go before those of the same step with a higher ``order``."""
    found = b2.Synapses(pre, post, model, on_pre=on_pre, on_post=on_post or None, name=which, **options)
    if isinstance(pairs, str):
        found.connect(i=made[f"{pairs}_pre"], j=made[f"{pairs}_post"])
    else:
        found.connect(**({} if pairs is None else pairs))
    if on_pre:
        found.pre.order = order - 1
        found.pre.delay = delay * ms
    return found


def cells(size, text, threshold, reset, refractory=0.0, method="exact", name="E", **values):
    found = b2.NeuronGroup(
        size, text, threshold=threshold, reset=reset, refractory=refractory * ms, method=method, name=name
    )
    for key, value in values.items():
        setattr(found, key, value)
    return found
