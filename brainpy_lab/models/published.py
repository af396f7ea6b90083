"""A published model: a cell text under a name, that becomes a Model when called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from brainpy_lab.equations import System
    from brainpy_lab.simulation.model import Model


@dataclass(frozen=True)
class PublishedModel:
    """A model from the literature.

    Attributes
    ----------
    name : str
        The name its models get.
    text : str
        The model in the model language, as it may stand in a cell; its docstring holds the citation.
    dt, duration : float
        A time step and a length of run that suit it, in its unit of time.
    method : str
        A numerical method that suits it.

    Examples
    --------
    >>> import brainpy_lab as bp
    >>> m = bp.models.fitzhugh_nagumo()
    >>> m.parameters["tau"]
    12.5
    """

    name: str
    text: str
    dt: float
    duration: float
    method: str = "rk4"

    def __call__(self, **options: Any) -> Model:
        """A Model with this text; ``options`` are those of `brainpy_lab.model`: method, dt, duration, backend, seed."""
        from brainpy_lab.simulation.model import Model

        defaults = {"dt": self.dt, "duration": self.duration, "method": self.method}
        return Model(self.system, **{**defaults, **options})

    @property
    def system(self) -> System:
        """The equations."""
        from brainpy_lab.equations import read_text

        return read_text(self.text, name=self.name)

    @property
    def title(self) -> str:
        """The first line of its description."""
        return self.system.doc.strip().splitlines()[0].strip("# .")

    def __repr__(self) -> str:
        return f"<PublishedModel {self.name}: {self.title}>"
