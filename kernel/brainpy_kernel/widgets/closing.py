"""Taking widgets out of the page and out of the kernel, with everything they hold."""

from __future__ import annotations

from typing import Any


def close_tree(root: Any) -> None:
    """Close ``root`` and every widget that can be reached from it: children, layouts, styles, marks, axes, scales.

    ipywidgets keeps a widget alive until it is closed, whoever else has forgotten it.
    """
    found: dict[int, Any] = {}
    waiting = [root]
    while waiting:
        widget = waiting.pop()
        if id(widget) in found:
            continue
        found[id(widget)] = widget
        for name in widget.keys:
            waiting += _widgets(getattr(widget, name))
    for widget in found.values():
        widget.unobserve_all()
        widget.close()


def _widgets(value: Any) -> list[Any]:
    """The widgets in a trait's value."""
    from ipywidgets import Widget

    if isinstance(value, Widget):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    return [item for item in value if isinstance(item, Widget)] if isinstance(value, list | tuple) else []
