"""The package zarr, which is an extra."""

from __future__ import annotations

from typing import Any

from brainpy_lab.errors import ArgumentError


def zarr_module(what: str) -> Any:
    """The package zarr; an error where it is not installed."""
    try:
        import zarr
    except ImportError:
        message = f"{what} needs the package zarr, which is not installed."
        raise ArgumentError(message, advice='pip install "zarr>=3"') from None
    return zarr
