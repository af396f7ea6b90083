"""Fields: what the functions of step code take and give, each value with its role and what it belongs to.

Drivers find values by role, never by counting: what a method adds moves no other value's meaning.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

T = TypeVar("T")

#: What a value of a step is.
#:
#: Taken: the ``time`` and the length of the ``step``; a ``state``, ``hidden`` variable or ``parameter``; a random
#: ``draw``; the ``history`` of a delayed state; of fractional states, a ``sum`` over what earlier steps remembered and
#: a ``weight`` of what this one computes.
#: Given: states and hidden variables at the step's end; a ``flag`` of an event; the coefficients of a delayed state's
#: ``polynomial`` over the step, in rising powers; what is ``remembered`` of a fractional state.
#: Adaptive methods besides: a state's derivative at the start (``slope``) and at the end (``end_slope``), the state
#: there (``end_state``), estimates of the ``error``, and each ``stage`` that the dense output is made of; of
#: events, the ``border`` functions, the ``depth`` beyond the border, the ``truth`` of the condition and the ``speed``
#: across the border, where its block may turn that.
#: Where the phases of a step are functions of their own: what one has ``passed`` on to a later one.
Role = Literal[
    "time", "step", "state", "hidden", "parameter", "draw", "history", "sum", "weight",
    "flag", "polynomial", "remembered", "error", "slope", "end_state", "end_slope", "stage",
    "border", "depth", "truth", "speed", "passed",
]  # fmt: skip

#: The axis along which the cells of a model lie.
CELLS = "cells"


@dataclass(frozen=True)
class Field:
    """One value that a function of the step code takes or gives.

    Attributes
    ----------
    name : str
        Name of the argument, or what the function returns in this place.
    axis : str
        The axis that has a value in each place; "" for one number, alike for all cells.
    role : Role
        What it is.
    of : str
        What it belongs to: of polynomials, errors and the like the state, of flags the event, of draws the source.
    """

    name: str
    axis: str
    role: Role
    of: str = ""


class Fields(tuple[Field, ...]):
    """Fields in the order in which a function takes or gives them."""

    __slots__ = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(f.name for f in self)

    @property
    def owners(self) -> tuple[str, ...]:
        """What each belongs to."""
        return tuple(f.of for f in self)

    def of(self, *roles: Role, owner: str | None = None) -> Fields:
        """Those of the roles and, if one is given, of the owner."""
        return Fields(self[i] for i in self.places(*roles, owner=owner))

    def places(self, *roles: Role, owner: str | None = None) -> tuple[int, ...]:
        """Where they stand among all."""
        return tuple(i for i, f in enumerate(self) if f.role in roles and owner in (None, f.of))

    def pick(self, values: Sequence[T], *roles: Role, owner: str | None = None) -> list[T]:
        """Those of ``values``, one for each field, that have the roles."""
        return [values[i] for i in self.places(*roles, owner=owner)]


@dataclass(frozen=True)
class Signature:
    """What a function of the step code takes and gives."""

    arguments: Fields
    results: Fields

    def of(self, *roles: Role, owner: str | None = None) -> Fields:
        """All fields of the roles: what is taken, then what is given."""
        return Fields(self.arguments + self.results).of(*roles, owner=owner)


def fields(role: Role, names: Iterable[str] | Mapping[str, str], axis: str = CELLS) -> Fields:
    """Fields of one role; a mapping gives the name of what each owner has."""
    if isinstance(names, Mapping):
        return Fields(Field(name, axis, role, owner) for owner, name in names.items())
    return Fields(Field(name, axis, role) for name in names)


def join(*parts: Iterable[Field]) -> Fields:
    """Fields one after the other."""
    return Fields(field for part in parts for field in part)


def renamed(signature: Signature, names: Mapping[str, str]) -> Signature:
    """The signature with other names for some values; events keep theirs."""

    def changed(given: Fields) -> Fields:
        return Fields(
            Field(names.get(f.name, f.name), f.axis, f.role, f.of if f.role == "flag" else names.get(f.of, f.of))
            for f in given
        )

    return Signature(changed(signature.arguments), changed(signature.results))


#: The time, and the time with the length of the step, as functions take them.
TIME = Fields([Field("t", "", "time")])
CLOCK = Fields([Field("t", "", "time"), Field("dt", "", "step")])
