"""The adaptive loop: step-size control, dense output and event location, written once for all drivers.

The loop is plain Python text around the model's own functions (`derivative`, `step`, `crossing`, `at_<event>`). The
Numba driver compiles it with them into one native function; the others run it as it stands and let their functions do
the arithmetic.

Sources: starting step and error norm, E. Hairer, S. P. Norsett, G. Wanner, Solving Ordinary Differential Equations I,
2nd ed., 1993, sections II.4 and II.6, doi:10.1007/978-3-540-78862-1; PI control, K. Gustafsson, ACM Transactions on
Mathematical Software 17, 533-554, 1991, doi:10.1145/210232.210242.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

from brainpy_lab.codegen.stepcode import StepCode

# What the loop says of a lane (column 3 of its clock).
RUNNING, DONE, STEP_TOO_SMALL, EVENTS_WITHOUT_END, NOT_FINITE, BUFFER_FULL = range(6)

# Columns of a lane's clock: time, step size, last error, status, next grid time, accepted, rejected, evaluations.
CLOCK = 8
_SUBDIVISIONS = 4  # points of a step at which events are looked for
_EVENTS_AT_ONCE = 1000


@dataclass
class Shape:
    """How many of everything the loop's text is written for."""

    states: int
    moving: tuple[int, ...]
    holds: int
    parameters: int
    events: tuple[str, ...]
    clears: tuple[bool, ...]
    dense: int

    @staticmethod
    def of(code: StepCode, moving: tuple[int, ...], clears: tuple[bool, ...]) -> Shape:
        """Read from the step code's signatures."""
        results = len(code.functions["step"].results)
        dense = (results - len(code.states) - 2 * len(moving)) // max(1, len(moving))
        return Shape(len(code.states), moving, len(code.memory), len(code.parameters), code.flags, clears, dense)


def loop_text(shape: Shape, evaluations: int) -> str:
    """The loop as Python text.

    ``run(until, t1, rtol, atol, order, hmax, clock, Y, F, R, G, P, grid, rows, breaks, keep, kt, kh, ky, kq, et, el,
    ek)`` advances every lane to ``until`` and returns (number of kept steps, number of events). It comes back early,
    with the status BUFFER_FULL, when a buffer is full; calling it again goes on.
    """
    n, m = shape.states, len(shape.moving)
    values = "".join(f"y[{i}], " for i in range(n)) + "".join(f"r[{i}], " for i in range(shape.holds))
    parameters = "".join(f"P[{i}, j], " for i in range(shape.parameters))
    new = "".join(f"y1[{i}], " for i in range(n))
    unpack_step = new + "".join(f"e[{i}], " for i in range(m)) + "".join(f"f1[{i}], " for i in range(m))
    unpack_step += "".join(f"q[{k + 1}, {i}], " for k in range(shape.dense) for i in range(m))
    slopes = "".join(f"f[{i}], " for i in range(m))
    derivative = f"derivative({{t}}, {values}{parameters})"
    lines = [_HEAD.format(n=n, m=m, holds=max(1, shape.holds), kinds=max(1, len(shape.events)), powers=shape.dense + 1)]
    body = _BODY
    moving = "\n".join(f"            scale = atol[{i}] + rtol * max(abs(y[{s}]), abs(y1[{s}]))\n"
                       f"            norm += (e[{i}] / scale)**2" for i, s in enumerate(shape.moving))
    start_norms = "\n".join(
        f"                scale = atol[{i}] + rtol * abs(y[{s}])\n"
        f"                d0 += (y[{s}] / scale)**2\n                d1 += (f[{i}] / scale)**2"
        for i, s in enumerate(shape.moving)
    )
    euler = "\n".join(f"                y[{s}] += h * f[{i}]" for i, s in enumerate(shape.moving))
    undo = "\n".join(f"                y[{s}] = y1[{s}]" for s in shape.moving)
    second = "\n".join(
        f"                d2 += ((f1[{i}] - f[{i}]) / (atol[{i}] + rtol * abs(y[{s}])))**2"
        for i, s in enumerate(shape.moving)
    )
    f_unpack = "".join(f"f[{i}], " for i in range(m)).rstrip(", ") if m > 1 else "f[0]"
    f1_unpack = "".join(f"f1[{i}], " for i in range(m)).rstrip(", ") if m > 1 else "f1[0]"
    body = body.replace("@F@", f_unpack).replace("@F1@", f1_unpack)
    body = body.replace("@DERIVATIVE@", derivative.format(t="t")).replace("@DERIVATIVE_H@", derivative.format(t="t + h"))
    body = body.replace("@STEP@", f"{unpack_step.rstrip(', ')} = step(t, h, {values}{slopes}{parameters})")
    body = body.replace("@NORM@", moving).replace("@START_NORMS@", start_norms).replace("@EULER@", euler)
    body = body.replace("@UNDO@", undo).replace("@SECOND@", second).replace("@M@", str(max(1, m)))
    body = body.replace("@INTERPOLATE@", _interpolation(shape, " " * 16, "theta", "y1"))
    body = body.replace("@INTERPOLATE_GRID@", _interpolation(shape, " " * 16, "part", "z"))
    body = body.replace("@FIND@", _find_events(shape, parameters) if shape.events else "            pass")
    level = _level_events(shape, parameters, values) if shape.events else "pass"
    now = _g_now(shape, parameters, values) if shape.events else "pass"
    body = body.replace("@LEVEL@", textwrap.indent(level, " " * 16)).replace("@NOW@", textwrap.indent(now, " " * 16))
    body = body.replace("@STAGES@", str(evaluations))
    body = body.replace("@N@", str(n)).replace("@POWERS@", str(shape.dense + 1)).replace("@HOLDS@", str(shape.holds))
    return "\n".join(lines) + body


def _interpolation(shape: Shape, indent: str, at: str, into: str) -> str:
    still = [i for i in range(shape.states) if i not in shape.moving]
    lines = [f"{indent}{into}[{i}] = y[{i}]" for i in still]
    for i, s in enumerate(shape.moving):
        polynomial = f"q[{shape.dense}, {i}]"
        for k in range(shape.dense - 1, 0, -1):
            polynomial = f"q[{k}, {i}] + {at} * ({polynomial})"
        lines.append(f"{indent}{into}[{s}] = y[{s}] + h * {at} * (f[{i}] + {at} * ({polynomial}))")
    return "\n".join(lines)


def _crossing_call(shape: Shape, into: str, time: str, values: str, parameters: str) -> str:
    holds = "".join(f"r[{i}], " for i in range(shape.holds))
    states = "".join(f"{values}[{i}], " for i in range(shape.states))
    targets = ", ".join(f"{into}[{k}]" for k in range(len(shape.events)))
    return f"{targets} = crossing({time}, {states}{holds}{parameters})"


def _find_events(shape: Shape, parameters: str) -> str:
    """Look for the first sign change of every event inside the step; bisect it with the Illinois rule."""
    call = _crossing_call(shape, "g1", "t + s * h", "z", parameters)
    at_s = _interpolation(shape, " " * 20, "s", "z")
    at_c = _interpolation(shape, " " * 24, "c", "z")
    call_c = _crossing_call(shape, "g2", "t + c * h", "z", parameters)
    kinds = len(shape.events)
    return f"""\
            for k in range({kinds}):
                gl = G[k, j]
                left = 0.0
                for i in range({_SUBDIVISIONS}):
                    s = (i + 1) / {_SUBDIVISIONS}
                    if left >= theta:
                        break
{at_s}
                    {call}
                    if gl < 0.0 and g1[k] >= 0.0:
                        a, b, ga, gb = left, s, gl, g1[k]
                        side = 0
                        for tries in range(200):
                            if gb == 0.0 or b - a <= 1e-15 or (b - a) * h <= 1e-16 * abs(t):
                                break
                            c = 0.5 * (a + b) if tries % 4 == 3 else b - gb * (b - a) / (gb - ga)
                            if not (a < c < b):
                                c = 0.5 * (a + b)
{at_c}
                            {call_c}
                            if g2[k] >= 0.0:
                                b, gb = c, g2[k]
                                if side == 1:
                                    ga *= 0.5
                                side = 1
                            else:
                                a, ga = c, g2[k]
                                if side == -1:
                                    gb *= 0.5
                                side = -1
                        if b < theta or (b <= theta and event < 0):
                            theta = b
                            event = k
                        break
                    gl = g1[k]
                    left = s"""


def _apply(shape: Shape, parameters: str, values: str) -> str:
    targets = ", ".join([f"y[{i}]" for i in range(shape.states)] + [f"r[{i}]" for i in range(shape.holds)])
    calls = [
        f"{'if' if k == 0 else 'elif'} event == {k}:\n                {targets} = at_{name}(t, {values}{parameters})"
        for k, name in enumerate(shape.events)
    ]
    return "\n            ".join(calls)


def _level_events(shape: Shape, parameters: str, values: str) -> str:
    """At the current time: run the event found, then any that clears itself and still holds."""
    call = _crossing_call(shape, "g1", "t", "y", parameters)
    clears = "(" + "".join(f"{c!s}, " for c in shape.clears) + ")"
    return textwrap.dedent(f"""\
        at_once = 0
        while True:
            if event < 0:
                {call}
                for k in range({len(shape.events)}):
                    if {clears}[k] and g1[k] >= 0.0 and event < 0:
                        event = k
            if event < 0:
                break
            if n_events < et.size:
                et[n_events] = t
                el[n_events] = j
                ek[n_events] = event
            n_events += 1
            at_once += 1
            last = event
            {_apply(shape, parameters, values)}
            event = -1
            if not {clears}[last]:
                {call}
                for k in range({len(shape.events)}):
                    G[k, j] = g1[k]
                detected = last
            if at_once > {_EVENTS_AT_ONCE}:
                clock[j, 3] = {EVENTS_WITHOUT_END}
                break""")


def _g_now(shape: Shape, parameters: str, values: str) -> str:
    call = _crossing_call(shape, "g1", "t", "y", parameters)
    return textwrap.dedent(f"""\
        {call}
        for k in range({len(shape.events)}):
            G[k, j] = max(g1[k], 0.0) if k == detected else g1[k]""")


_HEAD = """\
import numpy as np


def run(until, t1, rtol, atol, order, hmax, clock, Y, F, R, G, P, grid, rows, breaks, keep, kt, kh, ky, kq, et, el, ek):
    y = np.zeros({n})
    y1 = np.zeros({n})
    z = np.zeros({n})
    f = np.zeros(max(1, {m}))
    f1 = np.zeros(max(1, {m}))
    e = np.zeros(max(1, {m}))
    q = np.zeros(({powers}, max(1, {m})))
    r = np.zeros({holds})
    g1 = np.zeros({kinds})
    g2 = np.zeros({kinds})
"""

_BODY = """\
    n_kept = 0
    n_events = 0
    for j in range(Y.shape[1]):
        t = clock[j, 0]
        h = clock[j, 1]
        rejected = False
        for i in range(@N@):
            y[i] = Y[i, j]
        for i in range(@M@):
            f[i] = F[i, j]
        for i in range(@HOLDS@):
            r[i] = R[i, j]
        while (clock[j, 3] == 0.0 or clock[j, 3] == 5.0) and t < until:
            clock[j, 3] = 0.0
            if n_kept >= kt.size or n_events + 1100 > et.size:
                clock[j, 3] = 5.0
                break
            event = -1
            detected = -1
            if h == 0.0:
                @F@ = @DERIVATIVE@
@LEVEL@
                if clock[j, 3] != 0.0:
                    break
                @F@ = @DERIVATIVE@
@NOW@
                d0 = 0.0
                d1 = 0.0
@START_NORMS@
                d0 = (d0 / @M@)**0.5
                d1 = (d1 / @M@)**0.5
                h = 1e-6 if d0 < 1e-5 or d1 < 1e-5 else 0.01 * d0 / d1
                h = min(h, hmax, t1 - t)
                for i in range(@N@):
                    y1[i] = y[i]
@EULER@
                @F1@ = @DERIVATIVE_H@
@UNDO@
                d2 = 0.0
@SECOND@
                d2 = (d2 / @M@)**0.5 / h
                big = max(d1, d2)
                h1 = max(1e-6, 1e-3 * h) if big <= 1e-15 else (0.01 / big)**(1.0 / order)
                h = min(100.0 * h, h1, hmax)
                clock[j, 7] += 2
            wanted = h
            limit = t1
            for i in range(@HOLDS@):
                if r[i] > t and r[i] < limit:
                    limit = r[i]
            for i in range(breaks.size):
                if breaks[i] > t and breaks[i] < limit:
                    limit = breaks[i]
            h = min(h, hmax)
            hit = t + 1.0000001 * h >= limit
            if hit:
                h = limit - t
            if not h > 4e-16 * abs(t):
                clock[j, 3] = 2.0 if np.isfinite(h) else 4.0
                break
            @STEP@
            clock[j, 7] += @STAGES@
            norm = 0.0
@NORM@
            norm = (norm / @M@)**0.5
            if not norm <= 1.0:
                clock[j, 6] += 1
                rejected = True
                h *= 0.2 if not np.isfinite(norm) else max(0.2, 0.9 * norm**(-1.0 / order))
                if not h > 4e-16 * max(abs(t), 1e-290):
                    clock[j, 3] = 2.0 if np.isfinite(norm) else 4.0
                    break
                continue
            for i in range(@M@):
                q[0, i] = f[i]
            theta = 1.0
@FIND@
            start = t
            if event >= 0:
                t = t + theta * h
@INTERPOLATE@
            else:
                t = limit if hit else t + h
            g = int(clock[j, 4])
            while g < grid.size and grid[g] <= t:
                part = (grid[g] - start) / h
@INTERPOLATE_GRID@
                for i in range(@N@):
                    rows[i, g, j] = z[i]
                g += 1
            clock[j, 4] = g
            if keep:
                kt[n_kept] = start
                kh[n_kept] = h
                for i in range(@N@):
                    ky[n_kept, i] = y[i]
                for k in range(@POWERS@):
                    for i in range(@M@):
                        kq[n_kept, k, i] = q[k, i]
                n_kept += 1
            for i in range(@N@):
                y[i] = y1[i]
            for i in range(@M@):
                f[i] = f1[i]
            clock[j, 5] += 1
            at_event = event >= 0
            if at_event:
@LEVEL@
                if clock[j, 3] != 0.0:
                    break
            if hit or theta < 1.0 or at_event:
                @F@ = @DERIVATIVE@
                clock[j, 7] += 1
            if True:
@NOW@
            error = max(norm, 1e-10)
            factor = 0.9 * error**(-0.7 / order) * clock[j, 2]**(0.4 / order)
            factor = min(1.0 if rejected else 10.0, max(0.2, factor))
            clock[j, 2] = max(norm, 1e-4)
            rejected = False
            h = max(h * factor, wanted) if hit and h < wanted else h * factor
        if t >= t1 and clock[j, 3] == 0.0:
            clock[j, 3] = 1.0
        clock[j, 0] = t
        clock[j, 1] = h
        for i in range(@N@):
            Y[i, j] = y[i]
        for i in range(@M@):
            F[i, j] = f[i]
        for i in range(@HOLDS@):
            R[i, j] = r[i]
        if clock[j, 3] == 5.0:
            break
    return n_kept, n_events
"""
