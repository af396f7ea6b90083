"""The phase plane of a session: nullclines, fixed points by kind, the trajectory, and a click that starts another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from brainpy_kernel.sessions.frame import Frame, PhaseData
from brainpy_kernel.sessions.reduction import Floats, curve, drawable, joined, rows
from brainpy_kernel.sessions.session import Session
from brainpy_kernel.widgets import look

if TYPE_CHECKING:
    from brainpy_lab import Solution
    from brainpy_lab.analysis import FixedPoint

#: Pixels that the figure is drawn for: what it has in a notebook of usual width.
WIDTH, HEIGHT = 500, 350

#: Where marks stand that have nothing to show: off the picture, and a number in single precision, which the browser
#: computes in. It complains about nan.
OUTSIDE = -1e30

Curve = tuple[Floats, Floats]
#: Lines of models that reset: what they are called, bqplot's dashes, and a sign of them.
RESETS = {"threshold": ("dashed", "╍╍"), "reset": ("dotted", "····")}

#: Half of a cross where both states are reset to a point, in parts of the plane.
CROSS = 0.02

_NOTHING: Curve = (np.full(2, OUTSIDE), np.full(2, OUTSIDE))


class PhaseFigure:
    """Observer that draws the phase plane. A click on it gives the session a new initial state."""

    needs_phase = True
    needs_fixed_points = False

    def __init__(self, session: Session, height: str = "340px") -> None:
        import bqplot as bq
        from ipywidgets import HTML, Checkbox, Dropdown, HBox, Layout, VBox

        self._session = session
        self._x, self._y = bq.LinearScale(min=0.0, max=1.0), bq.LinearScale(min=0.0, max=1.0)
        scales = {"x": self._x, "y": self._y}
        none = np.full((3, 2), OUTSIDE, np.float32)
        point = np.full(1, OUTSIDE)
        common = {"scales": scales, "preserve_domain": {"x": True, "y": True}}
        self._curves = bq.Lines(x=none, y=none, colors=[*look.NULLCLINES, look.TRAJECTORY], stroke_width=1.75, **common)
        self._past = bq.Lines(
            x=none[0], y=none[0], colors=[look.TRAJECTORY], line_style="dashed", stroke_width=1.5, **common
        )
        self._resets = {
            what: bq.Lines(x=none[0], y=none[0], colors=[look.RESET], line_style=dashes, stroke_width=1.75, **common)
            for what, (dashes, _) in RESETS.items()
        }
        self._points = {
            kind: bq.Scatter(
                x=point,
                y=point,
                colors=[colour],
                marker=mark,
                fill=is_filled,
                default_size=90,
                stroke_width=2,
                **common,
            )
            for kind, (colour, mark, is_filled, _) in look.POINTS.items()
        }
        self._start = bq.Scatter(
            x=point, y=point, marker="cross", colors=[look.TRAJECTORY], default_size=70,
            interactions={"click": "add"}, **common,
        )  # fmt: skip
        self._start.observe(self._on_click, "y")
        self._nullclines, self._trajectory = [_NOTHING, _NOTHING], _NOTHING
        marks = [self._curves, self._past, *self._resets.values(), *self._points.values(), self._start]
        self.figure = look.figure(marks, self._x, self._y, "", "", height)
        self._caption = HTML(look.legend([]))
        self._choices = self._dropdowns(Dropdown)
        self.backward = Checkbox(
            value=session.backward, description="backward in time", indent=False, layout=Layout(width="auto"),
            tooltip="Show where the trajectory came from, too",
        )  # fmt: skip
        self.backward.observe(lambda change: session.set_backward(change["new"]), "value")
        choices = HBox([*self._choices, self.backward], layout=Layout(flex_flow="row wrap"))
        self.widget = VBox([self._caption, choices, self.figure])
        self._drawn: tuple[float, ...] = ()
        self._named: tuple[tuple[object, ...], tuple[str, ...]] = (), ()

    @property
    def marks(self) -> list[Any]:
        """The curves and the fixed points."""
        return [self._curves, self._past, *self._resets.values(), *self._points.values()]

    def show(self, frame: Frame) -> None:
        """Draw the phase plane of ``frame``."""
        axes = frame.settings.axes or self._session.axes
        if not axes or any(name not in frame.box for name in axes):
            return
        self._set_axes(frame, axes)
        if frame.phase is not None:
            self._nullclines = self._reduced(frame.phase)
        if frame.solution is not None:
            self._trajectory = self._path(frame.solution, axes)
        with self._curves.hold_sync():  # all curves in one mark: one message and one redrawing a picture
            self._curves.x, self._curves.y = rows([*self._nullclines, self._trajectory])
        if frame.phase is not None:
            self._draw_resets(frame.phase)
            self._draw_past(frame.phase)
            self._draw_fixed_points(frame.phase)
            self._name_nullclines(frame.phase, self._remarks(frame))
        if frame.solution is not None:
            self._mark_start(frame, axes)

    def show_fixed_points(self, frame: Frame) -> None:
        """The fixed points of the plane come with `show`."""

    def _dropdowns(self, dropdown: Any) -> list[Any]:
        """With more than two states: which two are shown."""
        session = self._session
        if len(session.states) <= 2:
            return []
        made = []
        for i, label in enumerate(("across", "up")):
            choice = dropdown(options=list(session.initial), value=session.axes[i], description=label)
            choice.layout.width = "12em"
            choice.style.description_width = "4em"
            choice.observe(self._on_choice, "value")
            made.append(choice)
        return made

    def _on_choice(self, change: Any) -> None:
        across, up = (choice.value for choice in self._choices)
        if across != up:  # the same twice: the user has yet to choose the other one
            self._session.set_axes(across, up)

    def _on_click(self, change: Any) -> None:
        """The browser has added a point to the start marker: a trajectory starts there."""
        x, y = np.atleast_1d(self._start.x), np.atleast_1d(self._start.y)
        if len(x) != len(y) or len(x) < 2:  # half of the change, or the start that the kernel itself has marked
            return
        axes = self._session.axes
        self._session.set_state(**dict(zip(axes, (float(x[-1]), float(y[-1])), strict=False)))

    def _set_axes(self, frame: Frame, axes: tuple[str, ...]) -> None:
        low_y, high_y = frame.box[axes[1]] if len(axes) > 1 else self._rate_range(frame)
        for axis, (low, high) in zip(self.figure.axes, (frame.box[axes[0]], (low_y, high_y)), strict=True):
            look.set_scale(axis, low, high)
        labels = (axes[0], axes[1] if len(axes) > 1 else f"d{axes[0]}/dt")
        for axis, label in zip(self.figure.axes, labels, strict=True):
            if axis.label != label:
                axis.label = label

    def _rate_range(self, frame: Frame) -> tuple[float, float]:
        """With one state, the range of its derivative."""
        branches = [b for bs in frame.phase.nullclines.values() for b in bs] if frame.phase else []
        values = np.concatenate([b[:, 1] for b in branches]) if branches else np.array([-1.0, 1.0])
        low, high = float(np.nanmin(values)), float(np.nanmax(values))
        margin = 0.05 * (high - low) or 1.0  # of a constant derivative: 1 on either side
        return min(low, 0.0) - margin, max(high, 0.0) + margin

    def _reduced(self, phase: PhaseData) -> list[Curve]:
        """The nullclines with the points that a screen can show; always two."""
        width, height = self._pixel()
        lines = []
        for branches in phase.nullclines.values():
            reduced = [np.column_stack(curve(b[:, 0], b[:, 1], width, height, 500)) for b in branches if len(b)]
            lines.append(joined(reduced) if reduced else _NOTHING)
        return [*lines, _NOTHING][:2]

    def _path(self, solution: Solution, axes: tuple[str, ...]) -> Curve:
        x = drawable(np.asarray(solution[axes[0]], dtype=float))
        y = drawable(np.asarray(solution[axes[1]], dtype=float)) if len(axes) > 1 else np.zeros_like(x)
        parts = [p[np.isfinite(p).all(axis=1)] for p in np.split(np.column_stack([x, y]), self._jumps(solution))]
        parts = [part for part in parts if len(part)]
        most = max(8, 2000 // max(1, len(parts)))  # points of each, so that a thousand spikes travel as fast as one
        pieces = [np.column_stack(curve(part[:, 0], part[:, 1], *self._pixel(), most)) for part in parts]
        return joined(pieces) if pieces else _NOTHING

    def _jumps(self, solution: Solution) -> list[int]:
        """The first records after events that change the state: no flow leads there."""
        system = self._session.model.system
        moving = [e.name for e in system.events if system.moves_states(e) and e.name in solution.events]
        times = [solution.events[name].t for name in moving]
        at = np.concatenate(times) if times else np.zeros(0)
        places = np.unique(np.searchsorted(np.asarray(solution.t), at))
        return [int(k) for k in places if 0 < k < len(solution.t)]

    def _remarks(self, frame: Frame) -> tuple[str, ...]:
        """What the picture does not show by itself: states held, and that the trajectory is of other code."""
        initial = frame.settings.initial
        held = [f"{name} = {value:.3g}" for name, value in initial.items() if name not in frame.settings.axes]
        points = frame.phase.fixed_points if frame.phase is not None else None
        if points is not None and "t" in points.frozen:
            held.append(f"t = {points.frozen['t']:.3g}")
        remarks = [f"in the plane where {', '.join(held)}"] if held else []
        if points is not None:
            remarks += [*points.remarks, *dict.fromkeys(remark for point in points for remark in point.remarks)]
        if frame.phase is not None and frame.phase.no_past:
            remarks.append(frame.phase.no_past)
        if frame.solution is not None and frame.solution.stats.get("edited"):
            remarks.append("nullclines and points of the equations, trajectory of the edited code")
        return tuple(remarks)

    def _name_nullclines(self, phase: PhaseData, remarks: tuple[str, ...]) -> None:
        names = tuple(f"d{name}/dt" + (" = 0" if len(phase.axes) > 1 else "") for name in phase.nullclines)
        frozen = phase.fixed_points.frozen
        stable = f"stable with {', '.join(frozen)} held" if frozen else "stable"
        resets = [(what, e) for what in RESETS for e, curves in getattr(phase, what).items() if curves]
        has_past = phase.past is not None
        if ((*names, stable, *resets, has_past), remarks) == self._named:  # the remarks say what is virtual
            return
        self._named = (*names, stable, *resets, has_past), remarks
        entries: list[tuple[str, ...]] = [(name, look.NULLCLINES[i % 2]) for i, name in enumerate(names)]
        entries += [(f"{what} ({event})", look.RESET, RESETS[what][1]) for what, event in resets]
        entries.append(("trajectory, from where it starts", look.TRAJECTORY, "✚━"))
        entries += [("where it came from", look.TRAJECTORY, "╍╍")] if has_past else []
        is_virtual = any(point.virtual is not None for point in phase.fixed_points)
        for kind, (colour, _, _, sign) in look.POINTS.items():
            if kind != "virtual" or is_virtual:
                entries.append((stable if kind == "stable" else kind, colour, sign))
        self._caption.value = look.legend(entries, remarks)

    def _draw_resets(self, phase: PhaseData) -> None:
        """Thresholds and reset lines; with one state across the picture."""
        for what, lines in (("threshold", phase.threshold), ("reset", phase.reset)):
            pieces = [self._line(piece) for curves in lines.values() for piece in curves]
            x, y = joined(pieces) if pieces else _NOTHING
            mark = self._resets[what]
            if not (np.array_equal(mark.x, x, equal_nan=True) and np.array_equal(mark.y, y, equal_nan=True)):
                with mark.hold_sync():
                    mark.x, mark.y = x, y

    def _draw_past(self, phase: PhaseData) -> None:
        """The orbit backward in time, where it was asked for."""
        x, y = _NOTHING if phase.past is None else self._path(phase.past, phase.axes)
        if not (np.array_equal(self._past.x, x, equal_nan=True) and np.array_equal(self._past.y, y, equal_nan=True)):
            with self._past.hold_sync():
                self._past.x, self._past.y = x, y

    def _line(self, piece: Floats) -> Floats:
        """A piece as it is drawn: the point of a phase line goes across, a point of the plane is a cross."""
        (x, y), low, high = piece[0], self._y.min, self._y.max
        if len(piece) == 1:
            return np.array([[x, low], [x, high]])
        if (piece == piece[0]).all():
            right, up = CROSS * (self._x.max - self._x.min), CROSS * (high - low)
            gap = [np.nan, np.nan]
            return np.array([[x - right, y], [x + right, y], gap, [x, y - up], [x, y + up]])
        return piece

    def _draw_fixed_points(self, phase: PhaseData) -> None:
        places: dict[str, list[tuple[float, float]]] = {kind: [] for kind in self._points}
        for point in phase.fixed_points:
            y = point.values[phase.axes[1]] if len(phase.axes) > 1 else 0.0
            places[_kind(point)].append((float(point.values[phase.axes[0]]), float(y)))
        for kind, mark in self._points.items():
            x, y = np.array(places[kind] or [(OUTSIDE, OUTSIDE)]).T
            if not (np.array_equal(mark.x, x) and np.array_equal(mark.y, y)):
                with mark.hold_sync():
                    mark.x, mark.y = x, y

    def _mark_start(self, frame: Frame, axes: tuple[str, ...]) -> None:
        start = (frame.settings.initial[axes[0]], frame.settings.initial[axes[1]] if len(axes) > 1 else 0.0)
        if start != self._drawn or len(np.atleast_1d(self._start.x)) != 1:
            self._drawn = start
            with self._start.hold_sync():
                self._start.x, self._start.y = np.array([start[0]]), np.array([start[1]])

    def _pixel(self) -> tuple[float, float]:
        return (self._x.max - self._x.min) / WIDTH, (self._y.max - self._y.min) / HEIGHT


def _kind(point: FixedPoint) -> str:
    if point.virtual is not None:
        return "virtual"
    return "saddle" if "saddle" in point.kind else "stable" if point.stable else "unstable"
