"""What a kernel does for each operation of a network's step, as text.

All values stand in one array, ``k_y``. An axis is cut into blocks of 64 places; a block holds 64 values of its first
row, then 64 of the next. So a loop over the places of a block knows that its rows do not overlap, and becomes vectors.
Spikes are noted, for each event, in a ring of cells, with the place and the number of those of each step; synapses find
there those that are due.
"""

from __future__ import annotations

from collections.abc import Sequence

from brainpy_lab.codegen.network import (
    ALL,
    CELL,
    CONNECTION,
    KEPT_POST,
    KEPT_PRE,
    POST,
    PRE,
    Act,
    Advance,
    Arrive,
    Emit,
    Fire,
    Gather,
    NetworkCode,
    Operation,
    Recall,
    Recollect,
    Remember,
    Share,
    Side,
    Take,
)
from brainpy_lab.drivers.numba.feed import LANES
from brainpy_lab.drivers.numba.network.arguments import (
    FOUND,
    alarms_of,
    is_of_connections,
)
from brainpy_lab.drivers.numba.network.body import Body, fault_noted, spike_noted
from brainpy_lab.drivers.numba.network.calls import Calls
from brainpy_lab.drivers.numba.network.pasts import Pasts
from brainpy_lab.drivers.numba.network.phases import fused, last_step


class Operations(Calls):
    """The text of operations."""

    def __init__(self, code: NetworkCode) -> None:
        super().__init__(code)
        self.pasts = Pasts(code, self._row, self._address, self._blocks)

    def body(self, number: int, operation: Operation) -> Body:
        """What does an operation, which has a number in the schedule."""
        self._begin({"k_operation": str(number + 1)})
        match operation:
            case Take():
                self._take(operation)
            case Advance():
                self._advance(operation)
            case Gather():
                self._gather(operation)
            case Share():
                self._share(operation)
            case Arrive():
                self._arrive(operation)
            case Fire():
                self._fire(operation)
            case Act():
                self._act(operation)
            case Emit():
                self._emit(operation)
            case Recall() | Remember() | Recollect():
                self.pasts.write(self.w, operation)
        return Body(self.w.lines, self.scalars, self.given)

    # --- cells -------------------------------------------------------------------------------------------------------

    def _take(self, operation: Take) -> None:
        """A row from what came from outside, whose steps are padded to whole blocks."""
        w, axis, row = self.w, operation.axis, operation.row
        w.add(1, f"k_x = k_i * k_wide_{axis}_{row}")
        self._blocks(axis)
        w.add(2, f"for k_j in range({LANES}):")
        given = f"k_get_f8(k_in_{axis}_{row}, k_x + k_b * {LANES} + k_j)"
        w.add(3, f"k_put(k_y, k_o + k_j + {self._row(axis, row)}, {given})")

    def _advance(self, operation: Advance) -> None:
        """Cells take their step, block by block; with them their tests where nothing comes between."""
        w, axis = self.w, operation.axis
        if is_of_connections(operation):
            self._advance_connections(operation)
            return
        self._blocks(axis)
        at = {CELL: (axis, "k_o + k_j")}
        if operation.synapse:
            at = self._side_places(operation)
        fires = fused(self.code, axis) if operation == last_step(self.code, axis) else []
        w.add(2, "k_bad = 0.0\nk_any = 0")
        w.add(2, f"for k_j in range({LANES}):")
        w.add(3, f"k_bad = k_summed(k_bad, {self._call(operation.function, at, 'advance', operation.kept)})")
        for fire in fires[:1]:  # while the values are at hand; a second event sees what the first has done
            w.add(3, f"k_any += {self._call(fire.test, at, 'glance')}")
        w.add(2, "if k_bad - k_bad != 0.0:")  # so it may be where the numbers are merely huge
        self._find_fault(operation)
        for number, fire in enumerate(fires):
            self._test(fire, has_glanced=number == 0)

    def _side_places(self, operation: Advance) -> dict[str, tuple[str, str]]:
        """Addresses of what a synapse keeps for a side, and of that side's cells, in a block."""
        ends, side = self.code.ends[operation.synapse], operation.axis.rpartition(".")[2]
        own, group = (KEPT_PRE, ends.pre) if side == "pre" else (KEPT_POST, ends.post)
        number = self.axes[group][0]
        self.w.add(2, f"k_e = {self._element('k_base', number)} + k_b * {self._width(group) * LANES}")
        return {own: (operation.axis, "k_o + k_j"), PRE if side == "pre" else POST: (group, "k_e + k_j")}

    def _advance_connections(self, operation: Advance) -> None:
        """What connections keep takes its step, connection by connection, and reads their cells."""
        w, syn = self.w, operation.synapse
        w.add(1, "k_bad = 0.0")
        self._every_connection(syn, operation.function, sums="k_bad")
        w.add(1, "if k_bad - k_bad != 0.0:")
        w.add(2, f"for k_z in range(k_sources_{syn}_pre * k_delays_{syn}_pre):")
        w.add(3, f"for k_g in range(k_get_i8(k_from_{syn}_pre, k_z), k_get_i8(k_to_{syn}_pre, k_z)):")
        w.add(4, f"k_v = {self._address(syn, 'k_g')}\nfor k_r in {self._row_numbers(operation)}:")
        w.add(5, f"k_x = k_get(k_y, k_v + k_r * {LANES})\nif k_x - k_x != 0.0:")
        w.add(6, fault_noted("k_r", "k_g"))

    def _every_connection(self, syn: str, function: str, sums: str = "") -> None:
        """Call a function for each connection, by presynaptic cell."""
        w, table = self.w, f"{syn}_pre"
        w.add(1, f"for k_u in range(k_sources_{table}):")
        at = self._own_places(2, syn, "pre", "k_u")
        w.add(2, f"for k_z in range(k_u * k_delays_{table}, (k_u + 1) * k_delays_{table}):")
        w.add(3, f"for k_g in range(k_get_i8(k_from_{table}, k_z), k_get_i8(k_to_{table}, k_z)):")
        self._connection(4, syn, "pre", function, at, [], has_order=False, sums=sums)

    def _find_fault(self, operation: Advance) -> None:
        """Note which value of a cell is not finite. What stands behind the last, and has no spikes, is set anew."""
        w, axis = self.w, operation.axis
        w.add(3, f"for k_j in range(k_m):\n    for k_r in {self._row_numbers(operation)}:")
        w.add(5, f"k_v = k_get(k_y, k_o + k_j + k_r * {LANES})")
        w.add(5, "if k_v - k_v != 0.0:")
        w.add(6, fault_noted("k_r", f"k_b * {LANES} + k_j"))
        self._set_anew(3, axis)

    def _row_numbers(self, operation: Advance) -> str:
        """The tuple of those that an operation gives."""
        rows = self.axes[operation.axis][1].rows
        return f"({' '.join(f'{rows.index(f.of)},' for f in self.code.functions[operation.function].results)})"

    def _fire(self, operation: Fire) -> None:
        if operation not in fused(self.code, operation.axis):
            self._blocks(operation.axis)
            self._test(operation)

    def _test(self, operation: Fire, *, has_glanced: bool = False) -> None:
        """Test an event in the cells of a block, and act where a bit says that something changes."""
        w, axis = self.w, operation.axis
        at = {CELL: (axis, "k_o + k_j")}
        if not has_glanced:
            w.add(2, f"k_any = 0\nfor k_j in range({LANES}):")
            w.add(3, f"k_any += {self._call(operation.test, at, 'glance')}")
        event = self.code.events.index((axis, operation.event))
        w.add(2, f"if k_any != 0 or k_get_i8(k_waits_{event}, k_b) != 0:")
        w.add(3, f"k_any = 0\nfor k_j in range({LANES}):")
        w.add(4, f"k_any |= {self._call(operation.test, at, 'look')} << k_j")
        w.add(3, f"if k_m < {LANES} and k_any >> k_m != 0:")
        self._set_anew(4, axis)
        w.add(3, "while k_any != 0:")
        w.add(4, "k_j = k_lowest(k_any)\nk_any &= k_any - 1\nif k_j < k_m:")
        self._happen(operation, at)
        w.add(3, "k_z = 0")
        for f in self.code.functions[operation.test].results:
            if f.role != "flag":
                w.add(3, f"for k_j in range({LANES}):\n    if k_get(k_y, k_o + k_j + {self._row(axis, f.of)}) != 0.0:")
                w.add(5, "k_z = 1")
        w.add(3, f"k_put_i8(k_waits_{event}, k_b, k_z)")

    def _happen(self, operation: Fire, at: dict[str, tuple[str, str]]) -> None:
        """What the test of a cell says becomes so: what is wrong is noted, or the event happens."""
        w, axis = self.w, operation.axis
        w.add(5, f"k_bits = {self._call(operation.test, at, 'take')}")
        flags = [f.of for f in self.code.functions[operation.test].results if f.role == "flag"]
        alarms = alarms_of(self.code)
        for bit, flag in enumerate(flags):
            if flag != operation.event:
                w.add(5, f"if k_bits & {1 << bit}:")
                w.add(6, fault_noted(str(-1 - alarms.index(flag)), f"k_b * {LANES} + k_j"))
        event = self.code.events.index((axis, operation.event))
        w.add(5, f"if k_bits & {1 << flags.index(operation.event)}:")
        if operation.acts:
            w.add(6, self._call(operation.acts, at, "take"))
        w.add(6, spike_noted(self._number("k_event", event), f"k_b * {LANES} + k_j"))

    def _act(self, operation: Act) -> None:
        """An event's block in the cells that have fired in this step."""
        w, axis = self.w, operation.axis
        event = self.code.events.index((axis, operation.event))
        w.add(1, f"k_v = k_get_i8(k_place_{event}, k_step % k_depth_{event})")
        w.add(1, f"for k_q in range(k_v, k_get_i8(k_pos, {self._number('k_event', event)})):")
        w.add(2, f"k_u = k_get_i4(k_cells_{event}, k_q % k_room_{event})")
        w.add(2, f"if k_u < k_begin{(number := self.axes[axis][0])} or k_u >= k_size{number}:\n    continue")
        w.add(2, f"k_o = {self._address(axis, 'k_u')}")
        w.add(2, self._call(operation.function, {CELL: (axis, "k_o")}, "take"))
        w.add(2, f"k_put_i8(k_waits_{event}, k_u >> 6, 1)")

    def _emit(self, operation: Emit) -> None:
        """The spikes of a source in the ring of its event."""
        w, axis = self.w, operation.axis
        number = self._number("k_event", event := self.code.events.index((axis, "spike")))
        w.add(1, f"for k_q in range(k_get_i8(k_offsets_{axis}, k_i), k_get_i8(k_offsets_{axis}, k_i + 1)):")
        w.add(2, f"k_v = k_get_i8(k_pos, {number})\nk_put_i8(k_pos, {number}, k_v + 1)")
        w.add(2, f"k_put_i4(k_cells_{event}, k_v % k_room_{event}, k_get_i8(k_spikes_{axis}, k_q))")
        w.add(
            2, f"k_v = k_step % k_depth_{event}\nk_put_i8(k_number_{event}, k_v, k_get_i8(k_number_{event}, k_v) + 1)"
        )

    # --- connections -------------------------------------------------------------------------------------------------

    def _arrive(self, operation: Arrive) -> None:
        w, code = self.w, self.code
        syn, side = operation.synapse, operation.side
        event = code.events.index(operation.source)
        table = f"{syn}_{side}"
        self.given["k_low"] = f"max(0, 1 - k_first_{table})" if operation.delayed else "0"
        at_once = f"(1 if k_first_{table} == 0 else 0)"
        self.given["k_high"] = at_once if operation.delayed is False else f"k_delays_{table}"
        w.add(1, "for k_d in range(k_high - 1, k_low - 1, -1):")
        w.add(2, f"k_v = (k_step - k_first_{table} - k_d) % k_depth_{event}\nk_x = k_get_i8(k_place_{event}, k_v)")
        w.add(2, f"for k_q in range(k_x, k_x + k_get_i8(k_number_{event}, k_v)):")
        w.add(3, f"k_u = k_get_i4(k_cells_{event}, k_q % k_room_{event})")
        if side == "post":
            w.add(3, f"if k_u < k_begin_{table} or k_u >= k_end_{table}:\n    continue")
        if operation.in_turn:
            self._take_turns(operation)
            return
        at = self._own_places(3, operation.synapse, side, "k_u")
        passed: list[str] = []
        if operation.cell:
            call = self._call(operation.cell, at, "take")
            passed = [f.name for f in code.functions[operation.cell].results if f.role == "passed"]
            is_owners = side == "pre" and not passed  # of a post side all else is, too
            if is_owners:
                number = self.axes[code.ends[syn].axis(syn, KEPT_PRE)][0]
                w.add(3, f"if k_u >= k_begin{number} and k_u < k_size{number}:")
            w.add(4 if is_owners else 3, f"k_x = {call}" if passed else call)
        if operation.function:
            w.add(3, f"k_z = k_u * k_delays_{table} + k_d")
            w.add(3, f"for k_g in range(k_get_i8(k_from_{table}, k_z), k_get_i8(k_to_{table}, k_z)):")
            self._connection(4, syn, side, operation.function, at, passed, has_order=side == "post")

    def _take_turns(self, operation: Arrive) -> None:
        """Note the connections of a cell that are due; behind the loops over cells let them act by their numbers."""
        w, syn, side = self.w, operation.synapse, operation.side
        table = f"{syn}_{side}"
        w.lines.insert(0, "    k_count = 0")
        w.add(3, f"k_z = k_u * k_delays_{table} + k_d")
        w.add(3, f"for k_g in range(k_get_i8(k_from_{table}, k_z), k_get_i8(k_to_{table}, k_z)):")
        w.add(4, f"k_r = k_get_i4(k_numbers_{table}, k_g)\nk_m = k_get_i4(k_times_{table}, k_r)")
        w.add(4, f"if k_m == 0:\n    k_put_i4(k_due_{table}, k_count, k_r)\n    k_count += 1")
        w.add(4, f"k_put_i4(k_times_{table}, k_r, k_m + 1)")
        w.add(1, f"k_sort(k_due_{table}, k_count)\nfor k_j in range(k_count):")
        w.add(2, f"k_r = k_get_i4(k_due_{table}, k_j)\nk_g = k_get_i4(k_places_{table}, k_r)")
        w.add(2, f"k_u = k_get_i4(k_owners_{table}, k_g)\nk_m = k_get_i4(k_times_{table}, k_r)")
        w.add(2, f"k_put_i4(k_times_{table}, k_r, 0)\nfor k_q in range(k_m):")
        at = self._own_places(3, syn, side, "k_u")
        self._connection(3, syn, side, operation.function, at, [], has_order=side == "post")

    def _gather(self, operation: Gather) -> None:
        syn, ends = operation.synapse, self.code.ends[operation.synapse]
        self._blocks(ends.post)
        put = f"k_put(k_y, k_o + k_j + {self._row(ends.post, operation.row)}, 0.0)"
        self.w.add(2, f"for k_j in range({LANES}):\n    {put}")
        self._every_connection(syn, operation.function)

    def _share(self, operation: Share) -> None:
        """Each target gets its part of what the presynaptic cells have added up to, block by block."""
        w, syn, ends = self.w, operation.synapse, self.code.ends[operation.synapse]
        total = ends.axis(syn, ALL)
        has_sum = total in self.axes  # what reads no cell has none
        base = self._element("k_base", self.axes[total][0]) if has_sum else ""
        at = {ALL: (total, base)}
        self._blocks(ends.post)
        for place, name in ((PRE, "k_e"), (POST, "k_o"), (KEPT_PRE, "k_f"), (KEPT_POST, "k_g")):
            axis = ends.axis(syn, place)
            if axis in self.axes and place != POST:
                w.add(2, f"{name} = {self._element('k_base', self.axes[axis][0])} + k_b * {self._width(axis) * LANES}")
            at[place] = (axis, f"{name} + k_j")
        w.add(2, f"for k_j in range({LANES}):\n    {self._call(operation.function, at, 'take')}")
        for row in operation.clears:
            w.add(1, f"k_put(k_y, {base} + {self._row(total, row)}, 0.0)")

    def _own_places(self, depth: int, syn: str, side: Side, cell: str) -> dict[str, tuple[str, str]]:
        """Addresses of what the cell that has fired has itself."""
        ends = self.code.ends[syn]
        at: dict[str, tuple[str, str]] = {}
        kinds = ((PRE, "k_e"), (KEPT_PRE, "k_f")) if side == "pre" else ((POST, "k_e"), (KEPT_POST, "k_f"))
        for place, name in kinds:
            axis = ends.axis(syn, place)
            if axis in self.axes and self._width(axis):
                self.w.add(depth, f"{name} = {self._address(axis, cell)}")
                at[place] = (axis, name)
        return at

    def _connection(
        self,
        depth: int,
        syn: str,
        side: Side,
        function: str,
        at: dict[str, tuple[str, str]],
        passed: Sequence[str],
        *,
        has_order: bool,
        sums: str = "",
    ) -> None:
        """One connection, whose place in the table is ``k_g``."""
        w, ends = self.w, self.code.ends[syn]
        signature = self.code.functions[function]
        used = {f.axis for f in (*signature.arguments, *signature.results)}
        w.add(depth, f"k_w = k_get_i4(k_order_{syn}_{side}, k_g)" if has_order else "k_w = k_g")
        at = dict(at)
        if CONNECTION in used:
            w.add(depth, f"k_v = {self._address(ends.axis(syn, CONNECTION), 'k_w')}")
            at[CONNECTION] = (ends.axis(syn, CONNECTION), "k_v")
        for place, of, what in FOUND:
            if of == side or place not in used:
                continue
            axis = ends.axis(syn, place)
            name = f"k_at_{what}"
            found = f"k_get_i4(k_{what}_{syn}, k_g)"
            if not what.endswith("_at"):
                w.add(depth, f"k_l = {found}")
                found = self._address(axis, "k_l")
            w.add(depth, f"{name} = {found}")
            at[place] = (axis, name)
        call = self._call(function, at, "advance" if sums else "take", passed=passed)
        w.add(depth, f"{sums} = k_summed({sums}, {call})" if sums else call)
