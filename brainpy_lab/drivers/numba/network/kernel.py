"""The kernel of a network: all steps of a chunk, in one function that calls one for each operation of a step.

Numba and LLVM take the longer over a line the longer its function is: time would grow with the square of the groups.
Several threads may call it for one run, each with words of its own: they meet before each phase of a step. One thread
is always the last that comes.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass

from brainpy_lab.codegen.network import NetworkCode
from brainpy_lab.codegen.stepcode import StepCode
from brainpy_lab.drivers.numba.kernel import FAST_TEXT, Kernel, Writer, is_native, native_header, plain_header
from brainpy_lab.drivers.numba.network.arguments import (
    ARGUMENTS,
    ENDED,
    FAULT,
    FAULT_PLACE,
    FAULT_ROW,
    FOUND_COUNT,
    FOUND_FAULT,
    FOUND_PLACE,
    FOUND_ROW,
    FOUND_SPIKES,
    FULL,
    RING,
    SPIKES,
    TAKEN,
    words_of,
)
from brainpy_lab.drivers.numba.network.body import Body
from brainpy_lab.drivers.numba.network.operations import Operations
from brainpy_lab.drivers.numba.network.phases import Phase, phases_of
from brainpy_lab.drivers.numba.network.places import written
from brainpy_lab.drivers.numba.network.turns import SORT, tables_in_turn

_OPTIONS = f"error_model='numpy', fastmath={{{FAST_TEXT}}}"
_INNER = f"@njit({_OPTIONS}, no_cpython_wrapper=True, no_cfunc_wrapper=True)"
_IMPORTS = """from brainpy_lab.drivers.numba.network.raw import apart as k_apart, get as k_get, put as k_put
from brainpy_lab.drivers.numba.network.raw import get_f8 as k_get_f8, get_i4 as k_get_i4, get_i8 as k_get_i8
from brainpy_lab.drivers.numba.network.raw import lowest as k_lowest, put_f8 as k_put_f8
from brainpy_lab.drivers.numba.network.raw import put_i4 as k_put_i4, put_i8 as k_put_i8, summed as k_summed
from brainpy_lab.drivers.numba.network.meeting import meet as k_meet, part as k_part
"""
_LOWERED = """from brainpy_lab.drivers.numba.network.lowering import lowered as k_lowered
from brainpy_lab.drivers.numba.network.places import Placed, Spot
"""


def network_kernel(code: NetworkCode) -> Kernel:
    """``run(...)`` for a network; its arguments are `ARGUMENTS`."""
    return _Kernel(code).kernel()


class _Kernel:
    def __init__(self, code: NetworkCode) -> None:
        self.code, self.operations = code, Operations(code)
        self.functions: dict[str, str] = {}  # text behind its head -> name
        self.words = {name: number for number, name in enumerate(words_of(code))}
        self.shared = {n: n for n in (*(name for name, _ in ARGUMENTS), "t", "k_i", "k_step")}
        self.sites: list[str] = []  # what operations take besides, as expressions of words

    def kernel(self) -> Kernel:
        """The whole text."""
        code = self.code
        phases = [self._calls(phase) for phase in phases_of(code)]
        step = StepCode(text=code.text, model=code.name, method="network", backend=code.backend, blocks=())
        functions = [*(f"def {name}{text}" for text, name in self.functions.items()), _GATHER]
        functions += [SORT] if tables_in_turn(code) else []
        names, kinds = zip(*ARGUMENTS, strict=True)
        w, taken = Writer(), ", ".join(names)
        if is_native(code.text, code.functions):
            native_header(w, step, ())
            self._lowered(w, [*functions, self._loop(f"k_run({taken})", phases)])
            run = f"def run({taken}):\n    return k_run({taken})"
        else:
            plain_header(w, step, True)
            self._compiled(w, functions)
            run = self._loop(f"run({taken})", phases)
        w.add(0, f"\n\ndef k_sites_of(k_words, k_whole, k_base):\n    return [{', '.join(self.sites)}]")
        signature = f"i8({', '.join(kinds)})"
        w.add(0, f"\n\n@k_njit({signature!r}, nogil=True, no_cfunc_wrapper=True, {_OPTIONS})\n{run}")
        return w.kernel()

    def _lowered(self, w: Writer, functions: list[str]) -> None:
        """Functions as one instruction, ``k_run``."""
        w.add(0, _LOWERED)
        w.add(0, "PLACED = (")
        w.add_lines(1, [f"{placed!r}," for placed in self.operations.placed.values()])
        w.add(0, ")")
        text = "\n\n\n".join(functions)
        w.add(0, f'FUNCTIONS = """\n{text}\n"""')
        w.add(0, "k_run = k_lowered(TEXT, FUNCTIONS, PLACED)")

    def _compiled(self, w: Writer, functions: list[str]) -> None:
        """Functions that Numba compiles, each by itself."""
        w.add(0, _IMPORTS)
        for function in [*map(written, self.operations.placed.values()), *functions]:
            w.add(0, f"\n\n{_INNER}\n{function}")

    def _calls(self, phase: Phase) -> _Calls:
        alone = self._lines([self.operations.body(*o) for o in phase.alone], "k_whole")
        shared = self._lines([self.operations.body(*o) for o in phase.shared], "k_words")
        return _Calls(alone, shared, phase.gathers)

    def _lines(self, bodies: Iterable[Body], words: str) -> list[str]:
        """Calls of functions with these bodies, one after the other: each function is named once, in a loop."""
        first, sizes = len(self.sites), dict[str, int]()
        for body in bodies:
            if body.lines:
                begin = len(self.sites)
                call = self._call(body, words)
                sizes[call] = len(self.sites) - begin
        if not sizes:
            return []
        lines, last = [f"k_c = {first}", f"while k_c < {len(self.sites)}:"], list(sizes)[-1]
        for number, (call, size) in enumerate(sizes.items()):
            if len(sizes) > 1:
                is_it = f"k_get_i8(k_sites, k_c) == {call.partition('(')[0].removeprefix('k_do_')}:"
                lines.append("    else:" if call == last else f"    {'elif' if number else 'if'} {is_it}")
            depth = "        " if len(sizes) > 1 else "    "
            lines += [f"{depth}{call}", f"{depth}k_c += {size}"]
        return lines

    def _call(self, body: Body, words: str) -> str:
        """A call of the function with this body, the same for equal ones; its words join the sites."""
        text = "\n".join(body.lines)
        given = {name: name for name in self.words} | body.given
        named = (n.id for n in ast.walk(ast.parse(f"if 1:\n{text}")) if isinstance(n, ast.Name))
        taken = list(dict.fromkeys(named))
        shared = [n for n in taken if n in self.shared and n not in given]
        names, begin = {n: f"k_own{i}" for i, n in enumerate(taken) if n in given}, len(self.sites)
        self.sites.append("")
        lines = [f"{name} = {self._site(given[n], begin, words)}" for n, name in names.items()]
        if "k_s" in taken:
            numbers = (str(self.code.scalars.index(scalar)) for scalar in body.scalars)
            lines.append(
                f"k_s = ({' '.join(f'k_get(k_p, {self._site(n, begin, words)}),' for n in numbers) or '0.0,'})"
            )
            shared += [] if "k_p" in shared else ["k_p"]
        text = re.sub(r"\bk_\w+", lambda found: names.get(found[0], found[0]), text)
        taken_over = ["k_sites", "k_c", *shared]
        text = "\n".join(
            [f"({', '.join(taken_over)}):", "    k_apart()", *(f"    {line}" for line in lines), text, "    return 0"]
        )
        name = self.functions.setdefault(text, f"k_do_{len(self.functions)}")
        self.sites[begin] = name.removeprefix("k_do_")
        return f"{name}({', '.join(taken_over)})"

    def _site(self, value: str, begin: int, words: str) -> str:
        """Put one more word in the sites; what reads it, where those of the function begin at ``k_c``."""
        self.sites.append(re.sub(r"\bk_\w+", lambda found: self._numbered(found[0], words), value))
        return f"k_get_i8(k_sites, k_c + {len(self.sites) - 1 - begin})"

    def _numbered(self, name: str, words: str) -> str:
        """A name, or the word that has it."""
        return f"{words}[{self.words[name]}]" if name in self.words else name

    def _word(self, name: str) -> str:
        """A word of the thread."""
        return f"k_get_i8(k_words, {self.words[name]})"

    def _loop(self, head: str, phases: list[_Calls]) -> str:
        """The function with the loop over time."""
        w = Writer()
        thread, threads, gate = map(self._word, ("k_thread", "k_threads", "k_gate"))
        w.add(0, f"def {head}:")
        w.add(1, f"k_gate = {gate}\nk_out = {self._word('k_out')}\nk_from = k_records * {thread} // {threads}")
        w.add(1, f"k_to = k_records * ({thread} + 1) // {threads}")
        w.add(1, "for k_i in range(k_n):")
        w.add(2, "k_step = k_first + k_i\nt = k_t0 + k_step * dt")
        for number, scalar in enumerate(self.code.driven):
            value = f"k_get_f8(k_drive, k_i * {len(self.code.driven)} + {number})"
            w.add(2, f"k_put(k_p, {self.code.scalars.index(scalar)}, {value})")
        for number, phase in enumerate(phases):
            w.add(2, "if k_meet(k_gate):")
            if not number:
                self._check_room(w)
            if phase.gathers:
                w.add(3, f"if {self._gathered()}:")
                w.add(4, f"k_put_i8(k_out, {TAKEN}, k_i)\nk_put_i8(k_out, {ENDED}, 1)")
            if phase.alone:
                w.add(3, f"if k_get_i8(k_out, {ENDED}) == 0:")
                w.add_lines(4, phase.alone)
            w.add(3, "k_part(k_gate)")
            w.add(2, f"if k_get_i8(k_out, {ENDED}):\n    return 0")
            w.add_lines(2, phase.shared)
        w.add(2, "k_left -= 1")
        w.add(2, "if k_left == 0:")
        w.add(3, "k_left = k_every\nif k_meet(k_gate):\n    k_part(k_gate)")
        w.add(3, "for k_r in range(k_from, k_to):\n    k_v = k_get_i8(k_record, k_r)")
        w.add(4, "k_put_f8(k_rows, k_row * k_wide + k_r, k_get(k_y, k_v))")
        w.add(3, "k_row += 1")
        w.add(1, f"k_put_i8(k_out, {TAKEN}, k_n)\nreturn 0")
        return "\n".join(w.lines)

    def _gathered(self) -> str:
        words = map(self._word, ("k_notes", "k_note", "k_threads", "k_pos", "k_es", "k_ee", "k_ec"))
        return f"k_gather({', '.join(words)}, k_out, k_step, k_words)"

    def _check_room(self, w: Writer) -> None:
        """End before a step whose spikes might find no room: whoever called makes more. Else it begins for events."""
        code, place, pos = self.code, RING.index, self._word("k_pos")
        w.add(3, f"k_more = k_get_i8(k_out, {SPIKES})\nk_full = False")
        w.add(3, f"for k_e in range({len(code.events)}):")
        w.add(4, f"k_q = k_e * {len(RING)}\nk_most = k_get_i8(k_words, k_q + {place('most')})\nk_more += k_most")
        for e, (axis, _) in enumerate(code.events):
            if (name := f"k_offsets_{axis}") in self.words:
                offsets = self._word(name)
                w.add(4, f"if k_e == {e}:")
                w.add(5, f"k_most = k_get_i8({offsets}, k_i + 1) - k_get_i8({offsets}, k_i)")
        w.add(4, f"k_v = (k_step + 1) % k_get_i8(k_words, k_q + {place('depth')})")
        w.add(4, f"k_v = k_get_i8({pos}, k_e) + k_most - k_get_i8(k_get_i8(k_words, k_q + {place('place')}), k_v)")
        w.add(4, f"k_full |= k_v > k_get_i8(k_words, k_q + {place('room')})")
        w.add(3, f"if k_full or k_more > {self._word('k_room')}:")
        w.add(4, f"k_put_i8(k_out, {TAKEN}, k_i)\nk_put_i8(k_out, {FULL}, 1)\nk_put_i8(k_out, {ENDED}, 1)")
        w.add(3, f"else:\n    for k_e in range({len(code.events)}):")
        w.add(5, f"k_q = k_e * {len(RING)}\nk_v = k_step % k_get_i8(k_words, k_q + {place('depth')})")
        w.add(5, f"k_put_i8(k_get_i8(k_words, k_q + {place('place')}), k_v, k_get_i8({pos}, k_e))")
        w.add(5, f"k_put_i8(k_get_i8(k_words, k_q + {place('number')}), k_v, 0)")


@dataclass
class _Calls:
    """The calls of a phase, as text."""

    alone: list[str]
    shared: list[str]
    gathers: bool


#: What all threads have found in a phase: the first fault, by operation and place, or their spikes, cell by cell.
_GATHER = f"""def k_gather(k_notes, k_note, k_threads, k_pos, k_es, k_ee, k_ec, k_out, k_step, k_words):
    k_apart()
    k_fault = 0
    for k_l in range(k_threads):
        k_own = k_notes + 8 * k_l * k_note
        k_v = k_get_i8(k_own, {FOUND_FAULT})
        k_at = k_get_i8(k_own, {FOUND_PLACE})
        if k_v != 0 and (k_fault == 0 or k_v < k_fault or k_v == k_fault and k_at < k_get_i8(k_out, {FAULT_PLACE})):
            k_fault = k_v
            k_put_i8(k_out, {FAULT}, k_v - 1)
            k_put_i8(k_out, {FAULT_ROW}, k_get_i8(k_own, {FOUND_ROW}))
            k_put_i8(k_out, {FAULT_PLACE}, k_at)
    if k_fault != 0:
        return 1
    k_z = k_get_i8(k_out, {SPIKES})
    for k_l in range(k_threads):
        k_own = k_notes + 8 * k_l * k_note
        for k_q in range(k_get_i8(k_own, {FOUND_COUNT})):
            k_e = k_get_i8(k_own, {FOUND_SPIKES} + 2 * k_q)
            k_c = k_get_i8(k_own, {FOUND_SPIKES + 1} + 2 * k_q)
            k_put_i8(k_es, k_z, k_step + 1)
            k_put_i8(k_ee, k_z, k_e)
            k_put_i8(k_ec, k_z, k_c)
            k_z += 1
            k_r = {len(RING)} * k_e
            k_v = k_get_i8(k_pos, k_e)
            k_put_i8(k_pos, k_e, k_v + 1)
            k_room = k_get_i8(k_words, k_r + {RING.index("room")})
            k_put_i4(k_get_i8(k_words, k_r), k_v % k_room, k_c)
            k_depth = k_get_i8(k_words, k_r + {RING.index("depth")})
            k_v = k_get_i8(k_words, k_r + {RING.index("number")}) + 8 * (k_step % k_depth)
            k_put_i8(k_v, 0, k_get_i8(k_v, 0) + 1)
        k_put_i8(k_own, {FOUND_COUNT}, 0)
    k_put_i8(k_out, {SPIKES}, k_z)
    return 0"""
