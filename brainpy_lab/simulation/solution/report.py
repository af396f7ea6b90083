"""A Solution in words: a paragraph of text, and a small table for notebooks."""

from __future__ import annotations

from html import escape
from typing import Any

from brainpy_lab.simulation.solution.outcome import Outcome
from brainpy_lab.simulation.solution.record import Record, notes_on_variables


def solution_text(sol: Record) -> str:
    """One paragraph: model, what was recorded and when, events, outcome."""
    recorded = ", ".join(sol.data) or "nothing recorded"
    n = len(sol.t)
    span = f" at {n} time{'s' if n != 1 else ''}" + (f" from {_number(sol.t[0])} to {_number(sol.t[-1])}" if n else "")
    ensemble = f", ensemble of {_shape(sol.ensemble_shape)}" if sol.ensemble_shape else ""
    events = "".join(f", {train.count()} × {name}" for name, train in sol.events.items())
    edited = ", by edited step code" if sol.stats.get("edited") else ""
    text = f"Solution of {sol.model_name}: {recorded}{span}{ensemble}{events}{edited}; {_outcome_name(sol.outcome)}."
    text += "".join(f" {note[0].upper()}{note[1:]}." for note in notes_on_variables(sol.data, type(sol)))
    return text if sol.outcome else f"{text} {_ended(sol)}"


def solution_html(sol: Record) -> str:
    """A table that takes colours and fonts from the page around it."""
    return f"<div><strong>Solution of {escape(sol.model_name)}</strong>{table(_rows(sol))}</div>"


def table(rows: list[tuple[str, str]]) -> str:
    """Labels and texts, in the colours and fonts of the page around them."""
    cell = "text-align: left; vertical-align: top; background: transparent"
    body = "".join(
        f'<tr><th style="{cell}; font-weight: 600; opacity: 0.75">{escape(label)}</th>'
        f'<td style="{cell}">{escape(text)}</td></tr>'
        for label, text in rows
    )
    return f'<table style="border-collapse: collapse; color: inherit; background: transparent">{body}</table>'


def value_text(value: Any) -> str:
    """A number, or the shape of an array."""
    return _number(value) if getattr(value, "ndim", 0) == 0 else f"array of {_shape(value.shape)}"


def _rows(sol: Record) -> list[tuple[str, str]]:
    rows = []
    if len(sol.t):
        rows.append(("time", f"{_number(sol.t[0])} to {_number(sol.t[-1])}, {len(sol.t):,} recorded"))
    for name, array in sol.data.items():
        inner = tuple(array.shape[1 + len(sol.ensemble_shape) :])
        own = f", {len(sol.own_times[name])} times" if name in sol.own_times else ""
        rows.append((name, ("array of " + _shape(inner) if inner else "scalar") + own))
    rows += [("note", note) for note in notes_on_variables(sol.data, type(sol))]
    if not sol.data:
        rows.append(("recorded", "nothing; sol.final has the last states"))
    if sol.ensemble_shape:
        over = f" over {', '.join(sol.ensemble_params)}" if sol.ensemble_params else ""
        rows.append(("ensemble", _shape(sol.ensemble_shape) + over))
    rows += [(f"event {name}", f"{train.count()}") for name, train in sol.events.items()]
    rows.append(("outcome", _outcome_name(sol.outcome) + ("" if sol.outcome else f". {_ended(sol)}")))
    how = [str(sol.stats[key]) for key in ("method", "backend") if sol.stats.get(key) is not None]
    how += [f"dt {_number(sol.stats['dt'])}"] if sol.stats.get("dt") else []
    counts = {name: sol.stats.get(name) or 0 for name in _COUNTS}
    how += [f"{count:,} {name}" for name, count in counts.items() if count > (name == "threads")]
    how += ["edited step code"] if sol.stats.get("edited") else []
    if how:
        rows.append(("method", ", ".join(how)))
    if sol.stats.get("unread_inputs"):
        rows.append(("seen at some times only", ", ".join(sol.stats["unread_inputs"])))
    times = [f"{_seconds(sol.stats[key])}{label}" for key, label in _TIMES if sol.stats.get(key)]
    if times:
        rows.append(("wall time", ", ".join(times)))
    return rows


_COUNTS = ("steps", "rejected", "threads")
_TIMES = (("wall_time", ""), ("compile_time", " to compile"))


def _outcome_name(outcome: Outcome) -> str:
    return outcome.value.replace("_", " ")


def _ended(sol: Record) -> str:
    """Why the run ended before its time: what it warned of, or the outcome's advice."""
    return str(sol.stats.get("ended") or sol.outcome.advice)


def _shape(shape: tuple[int, ...]) -> str:
    return " × ".join(str(n) for n in shape)


def _number(value: Any) -> str:
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else f"{float(value):g}"


def _seconds(value: float) -> str:
    return f"{value:.3g} s" if value >= 1 else f"{value * 1e3:.3g} ms"
