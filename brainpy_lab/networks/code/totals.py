"""The code of sums over all presynaptic cells: each cell adds its part to them, each target takes its own from them.

What cells add up stands on an axis of one place, ``exc.all``. Cells reach it by connections of their own, one for each:
so drivers know two tables of a synapse, and of this one nothing besides.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from brainpy_lab.codegen.arrival import Place, added
from brainpy_lab.codegen.network import ALL, KEPT_POST, KEPT_PRE, Ends
from brainpy_lab.codegen.printing import parse
from brainpy_lab.equations.system import Assign, Coupling, Event, System
from brainpy_lab.networks.source import View
from brainpy_lab.networks.states.products import ONE, Product, times
from brainpy_lab.networks.states.totals import ARRIVED, DEGREE, OWN, TARGET, TOTAL, products
from brainpy_lab.networks.synapses import Synapses
from brainpy_lab.networks.tables import all_name


def ends_of_totals(synapses: Iterable[Synapses]) -> dict[str, Ends]:
    """Those of the connections to sums."""
    return {all_name(s): Ends(s.pre_group.name, f"{s.name}.{ALL}", s.name) for s in synapses if s.totals.are_taken}


@dataclass
class Total:
    """A value of a target as what sums over all presynaptic cells give it.

    Attributes
    ----------
    parts : dict of str to expr
        By the name of the sum, what one presynaptic cell adds to it.
    share : expr
        What a target gets.
    """

    parts: dict[str, ast.expr] = field(default_factory=dict)
    share: ast.expr = ONE


@dataclass(frozen=True)
class Totals:
    """Writes sums over connections as such over cells.

    Attributes
    ----------
    syn : Synapses
    system : System
        Its equations, with what they read of its cells written out.
    """

    syn: Synapses
    system: System

    @property
    def takes_own_off(self) -> bool:
        """Whether some cell does not connect to itself."""
        return getattr(self.syn.table, "own", None) is not None

    def coupling(self, coupling: Coupling) -> Total:
        """What is summed in each step."""
        found, shares = Total(), []
        for number, product in enumerate(self._products(coupling.value)):
            if product.pre is ONE:
                shares.append(self._if(DEGREE, times(_name(DEGREE), product.post), self._is_part("post")))
                continue
            row = self._row(TOTAL, product, coupling.target, number)
            found.parts[row] = product.pre
            total: ast.expr = _name(row)
            if self.takes_own_off:
                total = ast.BinOp(total, ast.Sub(), self._if(OWN, product.pre, self._is_part("pre", "post")))
            shares.append(self._if(TARGET, times(total, product.post), self._is_part("post")))
        found.share = _sum(shares)
        return found

    def event(self, action: Assign, number: int, later: int = 0) -> Total:
        """What the spikes of a step add to a variable of the target, after ``later`` lines that change what is read."""
        value = added(action.value, action.target)
        assert value is not None
        found, shares = Total(), []
        for part, product in enumerate(self._products(value)):
            row = self._row(ARRIVED, product, action.target, number + part, later)
            found.parts[row] = product.pre
            total: ast.expr = _name(row)
            if self.takes_own_off:
                total = ast.BinOp(total, ast.Sub(), self._if(OWN, _name(f"own_{row}"), self._is_part("pre", "post")))
            shares.append(self._if(TARGET, times(total, product.post), self._is_part("post")))
        found.share = _sum(shares)
        return found

    def _products(self, value: ast.expr) -> tuple[Product, ...]:
        found = products(self.system, self.syn.homes).of(value)
        assert found is not None
        return found

    def _row(self, word: str, product: Product, target: str, number: int, later: int = 0) -> str:
        """What a sum is called: after the variable that is summed, if it is one."""
        if product.pre is ONE:
            return f"{word}spikes"
        if isinstance(product.pre, ast.Name):
            return f"{word}{product.pre.id}" + (f"_after_{later}" if later else "")
        return f"{word}{target}" + (f"_{number + 1}" if number else "")

    def _is_part(self, *sides: str) -> bool:
        return any(isinstance(getattr(self.syn, side), View) for side in sides)

    @staticmethod
    def _if(row: str, value: ast.expr, asked: bool) -> ast.expr:
        """A value where the row of a cell is 1, else 0; where it is 1 for all, the value."""
        return ast.IfExp(parse(f"{row} > 0"), value, ast.Constant(0.0)) if asked else value

    # --- events ------------------------------------------------------------------------------------------------------

    def adding(self, event: Event) -> tuple[Event, tuple[str, ...]]:
        """The block of a spike, in which it adds to sums; and these."""
        actions: list[Assign] = []
        rows: list[str] = []
        for total, action in self._given(event):
            if total is None:
                actions.append(action)
                continue
            for row, value in total.parts.items():
                if row in rows:  # another line takes the same sum
                    continue
                names = (row, f"own_{row}") if self.takes_own_off else (row,)
                actions += [replace(action, target=n, value=ast.BinOp(_name(n), ast.Add(), value)) for n in names]
                rows.append(row)
        return replace(event, actions=tuple(actions)), tuple(rows)

    def sharing(self, event: Event) -> Event:
        """The block of a target, in which it takes from the sums."""
        actions: list[Assign] = []
        for total, action in self._given(event):
            if total is not None:
                value = ast.BinOp(_name(action.target), ast.Add(), total.share)
                actions.append(replace(action, value=value))
        if self.takes_own_off:
            rows = self.adding(event)[1]
            actions += [Assign(f"own_{row}", ast.Constant(0.0), event.span) for row in rows]
        return replace(event, actions=tuple(actions), side="post")

    def _given(self, event: Event) -> Iterable[tuple[Total | None, Assign]]:
        """The actions of a block; with what is added to a target its total."""
        kept, number, later = set(self.syn.homes.at("pre")), 0, 0
        for action in event.actions:
            assert isinstance(action, Assign)
            if action.target in kept:
                later += number > 0
                yield None, action
                continue
            total = self.event(action, number, later)
            number += len(total.parts)
            yield total, action

    def places(self, event: Event, kind: str) -> dict[str, Place]:
        """Where sums stand, and what cells have in them: ``kind`` is that of the place of the sums."""
        rows = self.adding(event)[1]
        found = {row: Place(kind, row) for row in rows}
        return found | {f"own_{row}": Place(KEPT_PRE, f"own_{row}") for row in rows}


#: Where stands what targets are asked for.
PLACES_OF_TARGETS = {row: Place(KEPT_POST, row) for row in (TARGET, OWN, DEGREE)}


def _name(name: str) -> ast.Name:
    return ast.Name(name, ast.Load())


def _sum(values: list[ast.expr]) -> ast.expr:
    total = values[0]
    for value in values[1:]:
        total = ast.BinOp(total, ast.Add(), value)
    return total
