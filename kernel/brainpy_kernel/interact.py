"""`m.interact()` and `net.interact()`: what the entry point ``interact`` of the displays gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from brainpy_kernel import interact_model, interact_network

if TYPE_CHECKING:
    from brainpy_kernel.widgets.output import Output


def interact(subject: Any, **options: Any) -> Output:
    """Show a model or a network."""
    show = interact_network.interact if hasattr(subject, "groups") else interact_model.interact
    return show(subject, **options)
