"""Kernel text for fractional runs on Numba: the step in its time loop, between its sums and what it remembers."""

from __future__ import annotations

from brainpy_lab.codegen.stepcode import StepCode
from brainpy_lab.drivers.driver import Layout
from brainpy_lab.drivers.numba_kernel import (
    FAST_TEXT,
    LANES,
    Kernel,
    _begin,
    _set_apart,
    _targets,
    _write_lane_events,
    _write_step,
    _Writer,
)

_SINGLE_SIGNATURE = (
    "i8(i8, i8, i8, f8, f8, f8[::1], f8[::1], f8[:, ::1], i8, i8, i8[::1], i8, f8[:, ::1], i8[::1], i8[::1], "
    "f8[:, ::1], f8[::1], f8[:, ::1], f8[:, ::1], i8)"
)
_LANE_SIGNATURE = (
    "i8(i8, i8, i8, i8, i8, f8, f8, f8[:, ::1], f8[::1], f8[:, ::1], f8[:, ::1], f8[:, :, ::1], i8, i8, i8[::1], i8, "
    "f8[:, :, ::1], i8[::1], i8[::1], i8[::1], f8[:, :, ::1], f8[:, ::1], f8[:, :, ::1], f8[:, :, ::1], i8)"
)
_DOT = """@njit(nogil=True, error_model='numpy', fastmath={'reassoc', 'contract', 'nsz'})
def k_dot(k_weights, k_k, k_remembered, k_f, k_low, k_count):
    k_sum = 0.0
    for k_j in range(k_count):
        k_sum += k_weights[k_k, k_weights.shape[1] - k_count + k_j] * k_remembered[k_f, k_low + k_j]
    return k_sum


"""
_ADD = """@njit(nogil=True, error_model='numpy', fastmath={'contract'})
def k_add(k_into, k_o, k_weights, k_k, k_remembered, k_f, k_low, k_count, k_b, k_m):
    if k_weights.shape[2] == 1:
        for k_l in range(k_count):
            k_w = k_weights[k_k, k_weights.shape[1] - k_count + k_l, 0]
            for k_j in range(k_m):
                k_into[k_o + k_j] += k_w * k_remembered[k_f, k_low + k_l, k_b + k_j]
    else:
        for k_l in range(k_count):
            k_w = k_weights.shape[1] - k_count + k_l
            for k_j in range(k_m):
                k_into[k_o + k_j] += k_weights[k_k, k_w, k_b + k_j] * k_remembered[k_f, k_low + k_l, k_b + k_j]


"""


def _decorate(writer: _Writer, signature: str) -> None:
    writer.add(0, f"@njit({signature!r}, cache=True, nogil=True, error_model='numpy', fastmath={{{FAST_TEXT}}})")


def _kinds(code: StepCode) -> tuple[tuple[str, ...], tuple[str, ...], int]:
    """Arguments that are sums, arguments that are the step's own weights, and sums of each state."""
    from brainpy_lab import solvers

    kinds = len(solvers.get(code.method).sum_names)  # type: ignore[attr-defined]
    n = kinds * len(code.remembered)
    return code.sums[:n], code.sums[n:], kinds


def single_memory_kernel(code: StepCode, layout: Layout) -> Kernel:
    """Steps of one block of one cell.

    ``run(n, first, number, t0, dt, y, p, drive, every, left, record, row, rows, event_step, event_kind, sums, own,
    weights, remembered, low)``; see `MemorySums` for the last five. The time of the first step is t0 + number*dt.
    """
    code, layout = _set_apart(code, layout)
    sums, own, kinds = _kinds(code)
    w = _Writer()
    step = _begin(w, code, True)
    carried = code.states + code.memory
    w.add(0, "from brainpy_lab.drivers.numba_native import pack as k_pack, unpack as k_unpack\n")
    w.add(0, f"k_states, k_store = k_unpack({len(carried)}), k_pack({len(carried)})")
    w.add(0, f"k_parameters = k_unpack({len(code.parameters)})")
    w.add(0, "\n")
    w.add(0, _DOT.rstrip() + "\n\n")
    _decorate(w, _SINGLE_SIGNATURE)
    w.add(
        0,
        "def run(k_n, k_first, k_number, k_t0, dt, k_y, k_p, k_drive, k_every, k_left, k_record, k_row, k_rows, k_es,"
        " k_ek, k_sums, k_own, k_weights, k_remembered, k_low):",
    )
    w.add(1, f"{_targets(carried)} = k_states(k_y)")
    if code.parameters:
        w.add(1, f"{_targets(code.parameters)} = k_parameters(k_p)")
    for i, name in enumerate(own):
        w.add(1, f"{name} = k_own[{i}]")
    w.add(1, "k_count = 0")
    w.add(1, "for k_i in range(k_n):")
    w.add(2, "t = k_t0 + (k_number + k_i) * dt")
    w.add(2, "k_at = k_first + k_i")
    for i, name in enumerate(layout.driven):
        w.add(2, f"{name} = k_drive[k_i, {i}]")
    for i, name in enumerate(sums):
        w.add(2, f"{name} = k_sums[{i}, k_at] + k_dot(k_weights, {i}, k_remembered, {i // kinds}, k_low, k_at - k_low)")
    names = _write_step(w, 2, code, step, [])
    for name, new in zip(carried, names, strict=False):
        w.add(2, f"{name} = {new}")
    flags = names[len(carried) : len(carried) + len(code.flags)]
    for i, name in enumerate(names[len(carried) + len(flags) :]):
        w.add(2, f"k_remembered[{i}, k_at] = {name}")
    for kind, flag in enumerate(flags):
        w.add(2, f"if {flag}:")
        w.add(3, f"if k_count < k_es.size:\n    k_es[k_count] = k_at + 1\n    k_ek[k_count] = {kind}")
        w.add(3, "k_count += 1")
    w.add(2, "k_left -= 1")
    w.add(2, "if k_left == 0:")
    w.add(3, "k_left = k_every")
    w.add(3, f"k_store(k_y, {', '.join(carried)})")
    w.add(3, "for k_r in range(k_record.size):\n    k_rows[k_r, k_row] = k_y[k_record[k_r]]")
    w.add(3, "k_row += 1")
    w.add(1, f"k_store(k_y, {', '.join(carried)})")
    w.add(1, "return k_count")
    return w.kernel()


def lane_memory_kernel(code: StepCode, layout: Layout) -> Kernel:
    """The same for lanes ``low`` to ``high`` of an ensemble: time outside, lanes inside, `LANES` at a time."""
    code, layout = _set_apart(code, layout)
    sums, own, kinds = _kinds(code)
    w = _Writer()
    step = _begin(w, code, False)
    carried = code.states + code.memory
    steady = carried + layout.varying + own
    w.add(0, _ADD.rstrip() + "\n\n")
    _decorate(w, _LANE_SIGNATURE)
    w.add(
        0,
        "def run(k_low, k_high, k_n, k_first, k_number, k_t0, dt, k_y, k_p, k_lp, k_drive, k_ldrive, k_every,"
        " k_first_left, k_record, k_first_row, k_rows, k_es, k_el, k_ek, k_sums, k_own, k_weights, k_remembered,"
        " k_since):",
    )
    for i, name in enumerate(code.parameters):
        if name not in layout.varying + layout.driven + layout.driven_lanes:
            w.add(1, f"{name} = k_p[{i}]")
    w.add(1, f"k_block = np.empty({len(steady) * LANES})")
    w.add(1, f"k_past = np.empty({len(sums) * LANES})")
    w.add(1, f"k_new = np.empty({len(code.remembered) * LANES})")
    if code.flags:
        w.add(1, f"k_flags = np.empty({len(code.flags) * LANES})")
    w.add(1, "k_count = 0")
    w.add(1, f"for k_b in range(k_low, k_high, {LANES}):")
    w.add(2, f"k_m = min({LANES}, k_high - k_b)")
    w.add(2, "for k_j in range(k_m):")
    sources = [f"k_y[{i}, k_b + k_j]" for i in range(len(carried))]
    sources += [f"k_lp[{i}, k_b + k_j]" for i in range(len(layout.varying))]
    sources += [f"k_own[{i}, k_b + k_j]" for i in range(len(own))]
    for i, source in enumerate(sources):
        w.add(3, f"k_block[{i * LANES} + k_j] = {source}")
    w.add(2, "k_left = k_first_left\nk_row = k_first_row")
    w.add(2, "for k_i in range(k_n):")
    w.add(3, "t = k_t0 + (k_number + k_i) * dt")
    w.add(3, "k_at = k_first + k_i")
    for i, name in enumerate(layout.driven):
        w.add(3, f"{name} = k_drive[k_i, {i}]")
    for i in range(len(sums)):
        w.add(3, f"for k_j in range(k_m):\n    k_past[{i * LANES} + k_j] = k_sums[{i}, k_at, k_b + k_j]")
        arguments = f"k_weights, {i}, k_remembered, {i // kinds}, k_since, k_at - k_since, k_b, k_m"
        w.add(3, f"k_add(k_past, {i * LANES}, {arguments})")
    w.add(3, "for k_j in range(k_m):")
    for i, name in enumerate(steady):
        w.add(4, f"{name} = k_block[{i * LANES} + k_j]")
    for i, name in enumerate(sums):
        w.add(4, f"{name} = k_past[{i * LANES} + k_j]")
    for i, name in enumerate(layout.driven_lanes):
        w.add(4, f"{name} = k_ldrive[k_i, {i}, k_b + k_j]")
    names = _write_step(w, 4, code, step, [])
    for i, new in enumerate(names[: len(carried)]):
        w.add(4, f"k_block[{i * LANES} + k_j] = {new}")
    flags = names[len(carried) : len(carried) + len(code.flags)]
    for i, flag in enumerate(flags):
        w.add(4, f"k_flags[{i * LANES} + k_j] = 1.0 if {flag} else 0.0")
    remembered = names[len(carried) + len(flags) :]
    for i, name in enumerate(remembered):
        w.add(4, f"k_new[{i * LANES} + k_j] = {name}")
    for i in range(len(remembered)):
        w.add(3, f"for k_j in range(k_m):\n    k_remembered[{i}, k_at, k_b + k_j] = k_new[{i * LANES} + k_j]")
    _write_lane_events(w, len(code.flags))
    w.add(3, "k_left -= 1")
    w.add(3, "if k_left == 0:")
    w.add(4, "k_left = k_every")
    w.add(4, "for k_r in range(k_record.size):")
    w.add(5, f"k_o = k_record[k_r] * {LANES}")
    w.add(5, "for k_j in range(k_m):\n    k_rows[k_r, k_row, k_b + k_j] = k_block[k_o + k_j]")
    w.add(4, "k_row += 1")
    w.add(2, "for k_j in range(k_m):")
    for i in range(len(carried)):
        w.add(3, f"k_y[{i}, k_b + k_j] = k_block[{i * LANES} + k_j]")
    w.add(1, "return k_count")
    return w.kernel()
