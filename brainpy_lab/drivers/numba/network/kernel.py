"""The kernel of a network: all steps of a chunk, in one function that calls one for each operation of a step.

Numba and LLVM take the longer over a line the longer its function is: time would grow with the square of the groups.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from brainpy_lab.codegen.network import NetworkCode
from brainpy_lab.codegen.stepcode import StepCode
from brainpy_lab.drivers.numba.kernel import FAST_TEXT, Kernel, Writer, is_native, native_header, plain_header
from brainpy_lab.drivers.numba.network.arguments import ARGUMENTS, FULL, RING, SPIKES, TAKEN, words_of
from brainpy_lab.drivers.numba.network.body import Body
from brainpy_lab.drivers.numba.network.operations import Operations
from brainpy_lab.drivers.numba.network.places import written

_OPTIONS = f"error_model='numpy', fastmath={{{FAST_TEXT}}}"
_INNER = f"@njit({_OPTIONS}, no_cpython_wrapper=True, no_cfunc_wrapper=True)"
_IMPORTS = """from brainpy_lab.drivers.numba.network.raw import apart as k_apart, get as k_get, put as k_put
from brainpy_lab.drivers.numba.network.raw import get_f8 as k_get_f8, get_i4 as k_get_i4, get_i8 as k_get_i8
from brainpy_lab.drivers.numba.network.raw import lowest as k_lowest, put_f8 as k_put_f8
from brainpy_lab.drivers.numba.network.raw import put_i4 as k_put_i4, put_i8 as k_put_i8
from brainpy_lab.drivers.numba.network.places import Placed, Spot, lowered
"""


def network_kernel(code: NetworkCode) -> Kernel:
    """``run(...)`` for a network; its arguments are `ARGUMENTS`."""
    return _Kernel(code).kernel()


class _Kernel:
    def __init__(self, code: NetworkCode) -> None:
        self.code, self.operations = code, Operations(code)
        self.functions: dict[str, str] = {}  # text behind its head -> name
        self.words = {name: f"k_words[{i}]" for i, name in enumerate(words_of(code))}
        self.shared = {n: n for n in (*(name for name, _ in ARGUMENTS), "t", "k_i", "k_step")}

    def kernel(self) -> Kernel:
        """The whole text."""
        code = self.code
        calls = [call for o in code.schedule if (call := self._call(self.operations.body(o)))]
        w = Writer()
        step = StepCode(text=code.text, model=code.name, method="network", backend=code.backend, blocks=())
        lowers = is_native(code.text, code.functions)
        if lowers:
            native_header(w, step, ())
        else:
            plain_header(w, step, True)
        w.add(0, _IMPORTS)
        for placed in self.operations.placed.values():
            if lowers:
                w.add(0, f"{placed.word} = lowered(TEXT, {placed!r})")
            else:
                w.add(0, f"\n\n{_INNER}\n{written(placed)}")
        for text, name in self.functions.items():
            w.add(0, f"\n\n{_INNER}\ndef {name}{text}")
        names, kinds = zip(*ARGUMENTS, strict=True)
        signature = f"i8({', '.join(kinds)})"
        w.add(0, f"\n\n@k_njit({signature!r}, nogil=True, no_cfunc_wrapper=True, {_OPTIONS})")
        w.add(0, f"def run({', '.join(names)}):")
        self._loop(w, calls)
        return w.kernel()

    def _call(self, body: Body) -> str:
        """A call of the function with this body, the same for equal ones; "" where it has no lines."""
        if not body.lines:
            return ""
        text = "\n".join(body.lines)
        given = self.words | self.shared | body.given | {"k_s": self._scalars(body.scalars)}
        given = {n: re.sub(r"\bk_\w+", lambda found: self.words.get(found[0], found[0]), g) for n, g in given.items()}
        named = (n.id for n in ast.walk(ast.parse(f"if 1:\n{text}")) if isinstance(n, ast.Name))
        taken = [n for n in dict.fromkeys(named) if n in given]
        names = {n: n if n in self.shared else f"k_own{i}" for i, n in enumerate(taken)}
        text = re.sub(r"\bk_\w+", lambda found: names.get(found[0], found[0]), text)
        text = f"({', '.join(names.values())}):\n    k_apart()\n{text}\n    return 0"
        name = self.functions.setdefault(text, f"k_do_{len(self.functions)}")
        return f"{name}({', '.join(given[n] for n in taken)})"

    def _scalars(self, scalars: Iterable[str]) -> str:
        """Their tuple."""
        return f"({' '.join(f'k_p[{self.code.scalars.index(s)}],' for s in scalars) or '0.0,'})"

    def _loop(self, w: Writer, calls: list[str]) -> None:
        """The loop over time."""
        w.add(1, "for k_i in range(k_n):")
        w.add(2, "k_step = k_first + k_i")
        self._check_room(w)
        w.add(2, "t = k_t0 + k_step * dt")
        for number, scalar in enumerate(self.code.driven):
            w.add(2, f"k_p[{self.code.scalars.index(scalar)}] = k_drive[k_i, {number}]")
        w.add(2, f"for k_e in range({len(self.code.events)}):")
        w.add(3, f"k_q = k_e * {len(RING)}\nk_v = k_step % k_words[k_q + {RING.index('depth')}]")
        w.add(3, f"k_put_i8(k_words[k_q + {RING.index('place')}], k_v, k_pos[k_e])")
        w.add(3, f"k_put_i8(k_words[k_q + {RING.index('number')}], k_v, 0)")
        for call in calls:
            w.add(2, f"if {call}:\n    k_out[{TAKEN}] = k_i\n    return 1")
        w.add(2, "k_left -= 1")
        w.add(2, "if k_left == 0:")
        w.add(3, "k_left = k_every")
        w.add(3, "for k_r in range(k_record.size):\n    k_rows[k_row, k_r] = k_get(k_y, k_record[k_r])")
        w.add(3, "k_row += 1")
        w.add(1, f"k_out[{TAKEN}] = k_n\nreturn 0")

    def _check_room(self, w: Writer) -> None:
        """End before a step whose spikes might find no room: whoever called makes more."""
        code, place = self.code, RING.index
        w.add(2, f"k_more = k_out[{SPIKES}]\nk_full = False")
        w.add(2, f"for k_e in range({len(code.events)}):")
        w.add(3, f"k_q = k_e * {len(RING)}\nk_most = k_words[k_q + {place('most')}]\nk_more += k_most")
        for e, (axis, _) in enumerate(code.events):
            if (offsets := self.words.get(f"k_offsets_{axis}")) is not None:
                w.add(3, f"if k_e == {e}:")
                w.add(4, f"k_most = k_get_i8({offsets}, k_i + 1) - k_get_i8({offsets}, k_i)")
        w.add(3, f"k_v = (k_step + 1) % k_words[k_q + {place('depth')}]")
        w.add(3, f"k_v = k_pos[k_e] + k_most - k_get_i8(k_words[k_q + {place('place')}], k_v)")
        w.add(3, f"k_full |= k_v > k_words[k_q + {place('room')}]")
        w.add(2, "if k_full or k_more > k_es.size:")
        w.add(3, f"k_out[{TAKEN}] = k_i\nk_out[{FULL}] = 1\nreturn 0")
