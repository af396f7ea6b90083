"""Published models with their parameters and citations, one file a family.

``bp.models.hodgkin_huxley()`` gives a Model, ``bp.models.hodgkin_huxley.text`` the cell text. A file of this folder is
found by standing here: every `PublishedModel` in it is a model under its variable's name.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from brainpy_lab.models.published import PublishedModel

__all__ = ["PublishedModel", "registry"]


def registry() -> dict[str, PublishedModel]:
    """All published models by the name they are called with, in alphabetical order."""
    families = (import_module(f"{__name__}.{info.name}") for info in iter_modules(__path__))
    found = {
        name: value for family in families for name, value in vars(family).items() if isinstance(value, PublishedModel)
    }
    return dict(sorted(found.items()))


# A family and its main model may share a name; the model is what `bp.models.<name>` means.
globals().update(registry())


def __dir__() -> list[str]:
    return sorted(registry())
