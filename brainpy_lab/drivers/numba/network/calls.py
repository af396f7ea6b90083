"""Calls of a step's functions in the text of a kernel: at places of one array, each once for all that do the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from brainpy_lab.codegen.fields import Field
from brainpy_lab.codegen.network import CELL, NetworkCode
from brainpy_lab.drivers.numba.feed import LANES
from brainpy_lab.drivers.numba.kernel import Writer
from brainpy_lab.drivers.numba.network.places import Mode, Placed, Spot, lines_of
from brainpy_lab.drivers.numba.rows import functions_of


class Calls:
    """Lines of one operation, and the functions with their places that all call: of equal ones the first."""

    def __init__(self, code: NetworkCode) -> None:
        self.code = code
        self.axes = {a.name: (number, a) for number, a in enumerate(code.axes)}
        self.functions = functions_of(code.text)
        self.placed: dict[tuple[str, Placed], Placed] = {}
        self.lines: dict[str, str] = {}  # of functions, by their names
        self._begin({})

    def _begin(self, given: dict[str, str]) -> None:
        """Lines of the next operation; ``given`` are names in them, and what a kernel hands over for them."""
        self.w, self.given = Writer(), given
        self.scalars: dict[str, int] = {}

    def _element(self, array: str, number: int) -> str:
        """The name of an element that a kernel hands over: the lines are the same whatever its number is."""
        self.given[f"{array}{number}"] = f"{array}[{number}]"
        return f"{array}{number}"

    def _number(self, kind: str, number: int) -> str:
        """The name of a number that a kernel hands over."""
        self.given[f"{kind}{number}"] = str(number)
        return f"{kind}{number}"

    def _width(self, axis: str) -> int:
        return len(self.axes[axis][1].rows)

    def _row(self, axis: str, row: str) -> int:
        return self.axes[axis][1].rows.index(row) * LANES

    def _address(self, axis: str, place: str) -> str:
        """The address of a place's first row, from its number."""
        number, width = self.axes[axis][0], self._width(axis)
        if width == 1:
            return f"{self._element('k_base', number)} + {place}"
        return f"{self._element('k_base', number)} + ({place} >> 6) * {width * LANES} + ({place} & {LANES - 1})"

    def _call(
        self,
        name: str,
        at: Mapping[str, tuple[str, str]],
        mode: Mode,
        copies: Mapping[str, str] | None = None,
        passed: Sequence[str] = (),
    ) -> str:
        """A call of a function at places; ``at`` gives for each kind of axis the axis and the name of the address.

        ``passed`` are the names of what another function has passed on, in its order.
        """
        signature = self.code.functions[name]
        used = dict.fromkeys(f.axis for f in (*signature.arguments, *signature.results) if f.axis in at)
        order = {axis: number for number, axis in enumerate(used)}

        def spot(f: Field) -> Spot:
            if f.role in ("time", "step", "flag"):
                return Spot(f.role)
            if f.role == "passed":
                return Spot("passed", list(passed).index(f.name) if passed else 0)
            if not f.axis:
                return Spot("scalar", self.scalars.setdefault(f.of, len(self.scalars)))
            return Spot("sum" if f.role == "sum" else "row", self._row(at[f.axis][0], f.of), order[f.axis])

        pairs = tuple(
            (
                Spot("row", self._row(at[CELL][0], row), order[CELL]),
                Spot("row", self._row(at[CELL][0], kept), order[CELL]),
            )
            for kept, row in (copies or {}).items()
        )
        placed = Placed(
            name, tuple(map(spot, signature.arguments)), tuple(map(spot, signature.results)), pairs, len(order),
            len(passed) if any(f.role == "passed" for f in signature.arguments) else 0, mode,
        )  # fmt: skip
        if name not in self.lines:
            self.lines[name] = lines_of(self.functions[name])
        same = self.lines[name], replace(placed, name="")
        placed = self.placed.setdefault(same, placed)
        addresses = [at[axis][1] for axis in order]
        return f"{placed.word}({', '.join(['k_y', 't', 'dt', 'k_s', *addresses, *(['k_x'] if placed.passed else [])])})"

    def _blocks(self, axis: str) -> None:
        """The head of a loop over a thread's blocks: the address of each, and how many places it has."""
        number = self.axes[axis][0]
        self.w.add(1, f"for k_b in range(k_begin{number} // {LANES}, (k_size{number} + {LANES - 1}) // {LANES}):")
        self.w.add(2, f"k_o = {self._element('k_base', number)} + k_b * {self._width(axis) * LANES}")
        self.w.add(2, f"k_m = min({LANES}, k_size{number} - k_b * {LANES})")

    def _set_anew(self, depth: int, axis: str) -> None:
        """What stands in a block behind the last cell becomes what that is."""
        self.w.add(depth, f"for k_j in range(k_m, {LANES}):")
        self.w.add(depth + 1, f"for k_r in range({self._width(axis)}):")
        last = f"k_get(k_y, k_o + k_m - 1 + k_r * {LANES})"
        self.w.add(depth + 2, f"k_put(k_y, k_o + k_j + k_r * {LANES}, {last})")
