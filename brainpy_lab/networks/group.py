"""Groups of neurons, and parts of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from brainpy_lab import solvers
from brainpy_lab.equations.system import System
from brainpy_lab.errors import ArgumentError, did_you_mean
from brainpy_lab.networks.arguments import both, mapping
from brainpy_lab.networks.cells import Cells
from brainpy_lab.networks.runs.driven import Driven, driven
from brainpy_lab.networks.source import Source, check_name, where_events_are
from brainpy_lab.networks.values import Values, changed_values
from brainpy_lab.simulation.model import Model
from brainpy_lab.simulation.values.initial import default_values, initial_values
from brainpy_lab.solvers.auto import AUTO

#: What a group takes besides values by name.
_OPTIONS = ("name", "method", "initial", "positions", "parameters")


class NeuGroup(Source):
    """Cells of one model.

    Parameters
    ----------
    model : Model
        What each cell is. A state of the model is one number in each cell.
    size : int or tuple of int
        How many cells, or the shape of a grid of them, which count in C order.
    name : str, optional
        For records and messages; by default that of the model.
    method : str, optional
        A fixed-step method; by default the one that the model names. Where that names none, it is "exact" in networks
        in which the equations are linear, with all that synapses write into them, else the default of such equations.
    initial : mapping, optional
        Initial values by state: a number, an array, a distribution of `bp.dist`, or a function of ``index`` and/or
        ``position``.
    positions : array (number of cells, dimension), optional
        Where the cells stand, for rules of connection that depend on distance.
    parameters, **named
        Parameters by name, in a mapping or as keywords, in the same forms. One that moves in time is a function of
        ``t``, an Input or a Solution, with one value for all cells or one for each.

    Raises
    ------
    ArgumentError, MethodError

    Examples
    --------
    >>> import brainpy_lab as bp
    >>> lif = bp.model("tau = 20; I = 0; dV/dt = (I - V)/tau\\nwhen V >= 10:\\n    V = 0", name="LIF")
    >>> E = bp.NeuGroup(lif, 100, name="E", I=bp.dist.uniform(9, 12, seed=1))
    >>> E.I.shape
    (100,)
    >>> E[:10].I = 0
    >>> float(E.I[:10].sum())
    0.0
    """

    _own = frozenset({"model", "method", "cells", "name", "parameters", "initial", "state"})

    def __init__(
        self,
        model: Model,
        size: int | tuple[int, ...],
        *,
        name: str | None = None,
        method: str | None = None,
        initial: Mapping[str, Any] | None = None,
        positions: Any = None,
        parameters: Mapping[str, Any] | None = None,
        **named: Any,
    ) -> None:
        if not isinstance(model, Model):
            raise ArgumentError(
                f"A NeuGroup is made of a Model, not of {type(model).__name__}.", advice="From a text: bp.model(text)."
            )
        set_own = super().__setattr__
        set_own("model", model)
        set_own("name", check_name("NeuGroup", name if name is not None else model.name))
        set_own("is_named", name is not None)
        set_own("cells", Cells(size, positions, owner=self.name))
        set_own("method", self._checked_method(method))
        set_own("parameters", dict(model.parameters))
        set_own("initial", {})
        set_own("state", {})
        for key, value in both(self.name, parameters, named).items():
            self._set_parameter(key, value)
        for key, value in mapping(self.name, "initial", initial).items():
            self._set_initial(key, value)

    @property
    def system(self) -> System:
        """The equations of a cell."""
        found: System = self.model.system
        return found

    @property
    def events(self) -> tuple[str, ...]:
        """Names of its events."""
        return tuple(e.name for e in self.system.events)

    def _checked_method(self, given: str | None) -> str | None:
        """The method that was named; None where the network chooses it."""
        named = self.model.method if given is None and self.model.names_method else given
        name = solvers.default_method(self.system) if named in (None, AUTO) else named
        method = solvers.get(name)
        if method.is_adaptive:
            raise ArgumentError(
                f"{self.name}: '{name}' chooses its own steps; all cells of a network take steps of one length.",
                advice="For example method='exponential_euler' or method='rk4'.",
            )
        solvers.check(method, self.system)
        refuse_kinds(self.name, self.system)
        return None if named is None else name

    # --- values ------------------------------------------------------------------------------------------------------

    def _set_parameter(self, name: str, value: Any, where: np.ndarray | None = None) -> None:
        if name not in self.system.parameter_names:
            known = (*self.system.parameter_names, *self.system.state_names)
            what = "is a state" if name in self.system.state_names else "is unknown"
            advice = f"Initial values: initial={{'{name}': ...}}." if "state" in what else None
            advice = advice or did_you_mean(name, (*known, *_OPTIONS))
            raise ArgumentError(f"{self.name}: the parameter '{name}' {what}.", advice=advice or _listed(known))
        if np.ndim(self.model.parameters[name]):
            raise ArgumentError(f"{self.name}: '{name}' is an array in each cell, which networks do not take.")
        moving = driven(self.name, name, value, self.size, self.shape)
        if where is not None and (moving is not None or isinstance(self.parameters[name], Driven)):
            raise ArgumentError(
                f"{self.name}[...]: '{name}' cannot move in time in some cells and stand still in others.",
                advice=f"Give {self.name}.{name} a function of t, or an Input, that has a value for each cell.",
            )
        self.parameters[name] = moving or self._changed(name, value, self.parameters[name], where)

    def _changed(self, name: str, value: Any, old: Any, where: np.ndarray | None) -> Values:
        """A value of all cells, of which those of ``where`` may be new."""
        return changed_values(self.name, name, value, self.cells, old, where)

    def _set_initial(self, name: str, value: Any, where: np.ndarray | None = None) -> None:
        if name not in self.system.state_names:
            advice = did_you_mean(name, self.system.state_names) or _listed(self.system.state_names)
            raise ArgumentError(f"{self.name}: there is no state '{name}' to begin with a value.", advice=advice)
        old = self.state_of(name) if where is not None else 0.0
        self.initial[name] = self._changed(name, value, old, where)
        self.state.pop(name, None)

    def state_of(self, name: str) -> np.ndarray:
        """A state of all cells: where the network stands, or what it will begin with."""
        if name in self.state:
            return np.array(self.state[name])
        return np.array(np.broadcast_to(self.start()[name], self.size), dtype=float)

    def start(self) -> dict[str, Any]:
        """The states' values before a first run: numbers, or arrays of all cells."""
        return initial_of(self.system, self.at_start(), self.initial)

    def at_start(self) -> dict[str, Any]:
        """All parameters; of those that move in time, the values at time 0."""
        return {n: v.at_start() if isinstance(v, Driven) else v for n, v in self.parameters.items()}

    @property
    def moving(self) -> dict[str, Driven]:
        """The parameters that move in time."""
        return {n: v for n, v in self.parameters.items() if isinstance(v, Driven)}

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or "model" not in self.__dict__:
            raise AttributeError(name)
        if isinstance(self.parameters.get(name), Driven):
            return self.parameters[name].given
        if name in self.parameters:
            return np.array(np.broadcast_to(np.asarray(self.parameters[name], dtype=float), self.size))
        if name in self.system.state_names:
            return self.state_of(name)
        known = (*self.system.parameter_names, *self.system.state_names)
        hint = where_events_are(self, name) or did_you_mean(name, known) or _listed(known)
        raise AttributeError(f"{self.name} has no '{name}'. {hint}")

    def __setattr__(self, name: str, value: Any) -> None:
        self.set_values(name, value, None)

    def set_values(self, name: str, value: Any, where: np.ndarray | None) -> None:
        """Set a parameter, or the state from which the next run goes on, of all cells or of some."""
        if name in self.parameters:
            self._set_parameter(name, value, where)
        elif name in self.system.state_names and self.state:
            self._check_no_memory(name)
            self.state[name] = np.broadcast_to(self._changed(name, value, self.state_of(name), where), self.size)
        elif name in self.system.state_names:
            self._set_initial(name, value, where)
        else:
            known = (*self.system.parameter_names, *self.system.state_names)
            advice = did_you_mean(name, known) or _listed(known)
            raise ArgumentError(f"{self.name} has no '{name}' to set.", advice=advice)

    def _check_no_memory(self, name: str) -> None:
        """Refuse to set a state that remembers its past, where a run goes on."""
        if next(s for s in self.system.states if s.name == name).order is not None:
            raise ArgumentError(
                f"{self.name}: '{name}' has a fractional order: it cannot be set where a run goes on, since its memory "
                "would not fit.",
                advice="Let an event set it, or begin anew: net.reset(), then set it.",
            )

    def __repr__(self) -> str:
        method = f"; {self.method}" if self.method else ""
        return f"<NeuGroup {self.name}: {self.size:,} cells of {self.model.name}{method}>"


def refuse_kinds(owner: str, system: System, *, synapse: bool = False) -> None:
    """Refuse equations that networks do not run, by name: of cells, or of a ``synapse``."""
    advice = "Make what moves so a state of the cell." if synapse else "Run the model by itself, as an ensemble."
    for is_so, what in (
        (system.is_fractional and synapse, "has fractional orders"),
        (system.is_delayed and synapse, "reads its own past"),
        (system.mixes_elements, "mixes the elements of array states"),
    ):
        if is_so:
            raise ArgumentError(
                f"{owner}: '{system.name}' {what}; networks do not run such equations so far.",
                advice=advice,
            )


def initial_of(system: System, parameters: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Initial values of all states, from parameters and those given."""
    return initial_values(system, parameters, given, default_values(system), lambda value: False)


def _listed(names: tuple[str, ...]) -> str:
    return f"It has: {', '.join(names)}." if names else "It has none."


__all__ = ["NeuGroup", "initial_of", "refuse_kinds"]
