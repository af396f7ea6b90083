"""The past of a network's cells in one step on JAX: rings of the last steps, and what is read of them."""

from __future__ import annotations

from brainpy_lab.codegen.network import Recall, Recollect, Remember
from brainpy_lab.drivers.jax.network_wires import PASTS, Array, Values, Wires, past_key


def recalled(operation: Recall, y: Values, wires: Wires, step: Array) -> Array:
    """Values of before."""
    import jax.numpy as jnp

    ring, lag = y[PASTS][past_key(*operation.source)], (operation.lag, operation.node)
    slot, s = (step - wires.whole[lag]) % len(ring), wires.part[lag]
    if operation.synapse:
        c = ring[slot, :, wires.pre[operation.synapse]].T
    else:
        c = ring[slot, :, jnp.arange(ring.shape[2])].T if slot.ndim else ring[slot]
    return c[0] + s * (c[1] + s * (c[2] + s * c[3]))


def recollected(operation: Recollect, y: Values, wires: Wires, step: Array) -> Array:
    """A sum with what the steps of this block have left: of steps that are still to come the weight is 0."""
    import jax

    ring = y[PASTS][past_key(*operation.source)][:, 0]
    weights, block = wires.recent[operation.axis, operation.row], len(ring)
    own = jax.lax.dynamic_slice_in_dim(weights, block - step % block, block)
    return y[operation.axis][operation.row] + (own * ring).sum(axis=0)


def remembered(operation: Remember, y: Values, step: Array, dt: Array) -> Array:
    """A ring with what is kept of the step."""
    import jax.numpy as jnp

    rows, ring = y[operation.axis], y[PASTS][past_key(operation.axis, operation.row)]
    pieces = [rows[operation.start], *(dt * rows[slope] for slope in operation.slopes)]
    pieces += [jnp.zeros_like(pieces[0])] * (ring.shape[1] - len(pieces))
    return ring.at[step % len(ring)].set(jnp.stack(pieces))
