"""Sums over all presynaptic cells, made once and given to each target, in place of one term a connection.

Where every cell of one side connects to every cell of the other, and all that a connection adds to its target is a sum
of products of what the presynaptic cell alone has and what the target alone has,

    sum over i of a(i)*b(j) = b(j) * sum over i of a(i),

work grows with the number of cells, not with that of pairs, and no connection has to stand in memory. Where a cell does
not connect to itself, its own part is taken off.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from brainpy_lab.codegen.arrival import added, is_additive
from brainpy_lab.equations.system import Assign, Event, System
from brainpy_lab.networks.states.homes import Homes
from brainpy_lab.networks.states.products import Products

#: Rows that a synapse keeps for its targets: whether a cell is one, whether it has a part of its own in the sums, and
#: the number of connections that it has.
TARGET, OWN, DEGREE = "is_target", "is_own", "in_degree"
#: How sums of each step begin, and those of spikes.
TOTAL, ARRIVED = "total_", "arrived_"


@dataclass(frozen=True)
class Totals:
    """Whether a synapse's sums over connections are sums over all presynaptic cells.

    Attributes
    ----------
    are_taken : bool
    why : str
        Why they are not, where every cell connects to every other.
    """

    are_taken: bool
    why: str = ""


def totals(
    system: System, homes: Homes, varying: Iterable[str], spread: Mapping[str, bool], turns: Mapping[str, str]
) -> Totals:
    """Whether the equations of a synapse that connects all to all say so.

    Parameters
    ----------
    system : System
    homes : Homes
        Where its states live.
    varying : iterable of str
        Parameters, and states by their initial values, that differ between connections.
    spread : mapping of str to bool
        For "pre" and "post": whether spikes of that side reach its connections after different delays.
    turns : mapping of str to str
        The blocks whose connections take turns, and why.
    """
    why = _obstacle(system, homes, tuple(varying), spread, turns)
    return Totals(not why, why)


def products(system: System, homes: Homes) -> Products:
    """What takes the expressions of such a synapse apart."""
    sides = dict.fromkeys((*system.parameter_names, "t", "pi"), "shared")
    sides |= dict.fromkeys(homes.at("pre"), "pre")
    read = {n for e in system.expressions() for n in system.names_read(e)}
    sides |= {n: side for n in read for side in ("pre", "post") if n.startswith(f"{side}_")}
    own = {*system.state_names, *system.parameter_names}
    sides |= {n: sides[n] for n in own if n in sides}
    definitions = system.derived + system.intermediates
    return Products(sides, {d.name: d.expr for d in definitions if d.name not in sides})


def _obstacle(
    system: System, homes: Homes, varying: tuple[str, ...], spread: Mapping[str, bool], turns: Mapping[str, str]
) -> str:
    """Why they are not; "" where they are."""
    if varying:
        return f"'{varying[0]}' differs between connections"
    if spread["pre"]:
        return "the delay differs between connections"
    for name, home in homes.of.items():
        if home not in ("pre", "lumped"):
            return f"'{name}' is kept once a {'connection' if home == 'connection' else 'target'}"
    own = (*system.state_names, *system.parameter_names, *(d.name for d in system.derived + system.intermediates))
    for name in own:
        if name in (TARGET, OWN, DEGREE) or name.startswith((TOTAL, ARRIVED, f"own_{ARRIVED}")):
            return f"the name '{name}' is taken"
    if system.resets_at_random:
        return "its blocks draw random numbers"
    if system.delays:
        return "it reads values of before"
    parts = products(system, homes)
    for coupling in system.couplings:
        if not system.names_read(coupling.value) & set(homes.at("lumped")) and parts.of(coupling.value) is None:
            return f"what it adds to post.{coupling.target} is no sum of products of the two cells' values"
    return next((why for e in system.events if (why := _event_obstacle(system, homes, e, parts, turns))), "")


def _event_obstacle(system: System, homes: Homes, event: Event, parts: Products, turns: Mapping[str, str]) -> str:
    if event.side != "pre":
        return "its blocks wait for more than presynaptic spikes"
    kept = set(homes.at("pre"))
    assigned = [a for a in event.actions if isinstance(a, Assign)]
    for action in assigned:
        if action.target in kept:
            continue
        if action.target.startswith("pre_") or not is_additive(event, action.target, system):
            return f"the block of {event.name} does more than add to '{action.target}'"
        value = added(action.value, action.target)
        if value is None or parts.of(value) is None:
            return f"what a spike adds to '{action.target}' is no sum of products of the two cells' values"
    if event.name in turns:
        return f"the block of {event.name} reads what other spikes of the same step may change"
    return "" if len(assigned) == len(event.actions) else "its block holds a state"
