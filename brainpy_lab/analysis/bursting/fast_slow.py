"""Fast and slow variables apart: the slow ones frozen, the fast ones followed over them, the whole run on top."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np

from brainpy_lab.analysis import caveats
from brainpy_lab.analysis.box import check_range
from brainpy_lab.analysis.bursting import kinds
from brainpy_lab.analysis.bursting.decomposition import FastSlow
from brainpy_lab.analysis.bursting.phases import Course, course
from brainpy_lab.analysis.continuation.diagram import Diagram
from brainpy_lab.analysis.continuation.one_parameter import bifurcation
from brainpy_lab.analysis.continuation.special import SpecialPoint
from brainpy_lab.analysis.phase_plane import PhasePlane
from brainpy_lab.analysis.vector_field import Array, Range, VectorField, check_model, make_field
from brainpy_lab.equations.system import System, names_reached
from brainpy_lab.errors import AnalysisError, ArgumentError, did_you_mean, in_words
from brainpy_lab.simulation.by_name import takes_parameters

if TYPE_CHECKING:
    from brainpy_lab.simulation.model import Model
    from brainpy_lab.simulation.solution.solution import Solution

#: Bursts that are enough to name their kind, and how often the run is made twice as long to see them.
ENOUGH, DOUBLINGS = 3, 4

#: A state this large has left for infinity.
FAR = 1e100

#: Longer still while it is shorter than so many times the time in which the slow variables move, and so many steps.
LONG, MOST_STEPS = 10.0, 3e7

#: A run keeps about so many records.
RECORDS = 100_000

#: The frozen diagram reaches beyond the trajectory by this part of its range, to either side; and fast variables are
#: looked for as far beyond theirs.
BEYOND = 1.0

#: Slow variables should be slower than this, in parts of their ranges: times the fastest one.
SLOWER = 3.0


@in_words("fast_slow")
@takes_parameters(0)
def fast_slow(
    model: Model,
    slow: Sequence[str],
    *,
    range: tuple[float, float] | None = None,
    box: Mapping[str, tuple[float, float]] | None = None,
    duration: float | None = None,
    initial: Mapping[str, float] | None = None,
    trajectory: Solution | None = None,
    parameters: Mapping[str, Any] | None = None,
    progress: Callable[[float], None] | None = None,
    stop: threading.Event | None = None,
    **values: Any,
) -> FastSlow:
    """The model taken apart into fast and slow: the frozen diagram, a trajectory over it, the kind of bursting.

    The slow variables are held, and equilibria and cycles of the fast ones followed over the first of them. A run of
    the whole model is laid over this diagram. Where it rests beside stable equilibria of the frozen model and spikes in
    between it bursts, and the bifurcations at which rest and spiking end name the kind.

    Parameters
    ----------
    model : Model
    slow : list of str
        States that are slow. The first one is the parameter of the frozen diagram. Others are held where the active
        phase begins; the end of that phase is looked for with them held where it ends.
    range : (float, float), optional
        Of the first slow variable; by default three times as wide as the trajectory.
    box : mapping, optional
        State name to (low, high): where equilibria of the fast variables are looked for.
    duration : float, optional
        Of the run, from its start; by default the model's own twice, of which the second is kept, and longer until
        there are three bursts, or it is long beside the time in which the slow variables move.
    initial : mapping, optional
        Where the run starts.
    trajectory : Solution, optional
        A run to look at, with its parameters, in place of a new one.
    parameters, **values
        Parameters, by name or as keywords.
    progress, stop
        As for `bifurcation`.

    Returns
    -------
    FastSlow
        ``frozen``, a Diagram; ``trajectory``; ``nullcline`` of the slow variable; ``kind``; ``plot()``.

    Raises
    ------
    ArgumentError
        For names that are no states, and a model with nothing fast left.
    AnalysisError
        For delayed and fractional models, and where the equations depend on time.

    References
    ----------
    J. Rinzel (1987). A formal classification of bursting mechanisms in excitable systems.
    doi:10.1007/978-3-642-93360-8_26
    E. M. Izhikevich (2000). Neural excitability, spiking and bursting. doi:10.1142/S0218127400000840

    Examples
    --------
    >>> import brainpy_lab as bp
    >>> burst = bp.analysis.fast_slow(bp.models.hindmarsh_rose(), slow=["z"])  # doctest: +SKIP
    >>> burst.kind  # doctest: +SKIP
    'fold/homoclinic (square-wave)'
    >>> burst.begins  # doctest: +SKIP
    fold at z = 3.06481
    """
    check_model(model)
    names, given = _slow(model.system, slow), {**(parameters or {}), **values}
    if trajectory is not None:
        _check_trajectory(model.system, trajectory, duration, initial)
        given = {**trajectory.params, **given}
    field = _fast_field(model, names, given)
    spiking = _variable(field, names[0])
    if trajectory is None:
        trajectory, seen = _run(model, field, names, spiking, duration, initial)
    else:
        seen = _seen(field, names, spiking, trajectory)
    moved = {name: np.asarray(trajectory[name], dtype=float) for name in field.system.state_names}
    limits = check_range(names[0], range) if range is not None else _widened(moved[names[0]])
    where = {n: _widened(moved[n]) for n in field.free} | dict(box or {})

    def frozen(others: Mapping[str, float]) -> Diagram:
        inside = {**field.params, **others}
        return bifurcation(model, names[0], limits, box=where, parameters=inside, progress=progress, stop=stop)

    diagram, kind, begins, ends = _named(field.system, names, seen, moved, frozen)
    middle = {n: float(moved[n].mean()) for n in field.system.state_names if n not in (names[0], spiking)}
    plane = PhasePlane(model, {names[0]: limits, spiking: where[spiking]}, parameters={**middle, **field.params})
    curves = plane.nullclines()[names[0]]
    remarks = _remarks(field, names, spiking, curves) + _too_short(field, names, trajectory, seen)
    spikes = None
    if kinds.not_bursting(seen) is None:
        spikes = float(np.median([b.spikes for b in seen.bursts]))
        remarks += _doubts(field, names, moved, np.asarray(trajectory.t, dtype=float), seen)
    return FastSlow(
        field.system.name, names, spiking, diagram, trajectory, curves, kind, begins, ends, spikes, tuple(remarks)
    )


def _slow(system: System, slow: Sequence[str]) -> tuple[str, ...]:
    if isinstance(slow, str):
        raise ArgumentError("slow takes a list of states.", advice=f"Write slow=['{slow}'].")
    moving = [s.name for s in system.states if s.drift is not None]
    for name in slow:
        if name not in moving:
            raise ArgumentError(
                f"'{name}' is no state of {system.name} that moves.",
                advice=did_you_mean(str(name), moving) or f"States: {', '.join(moving)}.",
            )
    if not slow or len(set(slow)) < len(slow):
        raise ArgumentError(f"slow is {list(slow)!r}; it must name states, each once.")
    if len(slow) == len(moving):
        raise ArgumentError(
            f"With {', '.join(slow)} slow nothing fast is left of {system.name}.", advice="Name the slow states alone."
        )
    return tuple(slow)


def _check_trajectory(system: System, trajectory: Any, duration: Any, initial: Any) -> None:
    if not hasattr(trajectory, "data") or not hasattr(trajectory, "params"):
        raise ArgumentError(f"{trajectory!r} is no trajectory.", advice="Give what m.run(...) returns.")
    if duration is not None or initial is not None:
        raise ArgumentError("A trajectory is given, so that nothing is run.", advice="Leave out duration and initial.")
    missing = [n for n in system.state_names if n not in trajectory.data]
    if missing:
        raise ArgumentError(f"The trajectory has no records of {', '.join(missing)}.", advice="Record all states.")
    if np.ndim(trajectory[system.state_names[0]]) > 1:
        raise ArgumentError("The trajectory is an ensemble.", advice="Give the run of one cell.")


def _fast_field(model: Model, slow: tuple[str, ...], given: Mapping[str, Any]) -> VectorField:
    system = model.system
    for name in given:
        if name not in system.parameter_names:
            raise ArgumentError(
                f"'{name}' is no parameter of {system.name}.", advice=did_you_mean(str(name), system.parameter_names)
            )
    for what, is_so in (("delays", system.is_delayed), ("fractional orders", system.is_fractional)):
        if is_so:
            raise AnalysisError(
                f"{system.name} has {what}: such models are not taken apart into fast and slow.",
                advice="Simulate it, and draw the trajectory over its slow variable.",
            )
    free = tuple(s.name for s in system.states if s.drift is not None and s.name not in slow)
    field = make_field(model, free, given)
    if "t" in caveats.frozen(make_field(model, None, given)):
        raise AnalysisError(
            f"The equations of {system.name} depend on time, which is neither fast nor slow.",
            advice="Write what drives it as two further equations, du/dt = w*v and dv/dt = -w*u, and name these slow.",
        )
    return field


def _variable(field: VectorField, slow: str) -> str:
    """The fast variable that the slow one follows, or the first."""
    reads = _read(field.system, slow)
    return next((n for n in field.free if n in reads), field.free[0])


def _read(system: System, name: str) -> set[str]:
    """What a derivative depends on, through definitions."""
    named = {d.name: d.expr for d in (*system.derived, *system.intermediates)}
    return names_reached([s.drift for s in system.states if s.name == name and s.drift is not None], named)


def _run(
    model: Model,
    field: VectorField,
    slow: tuple[str, ...],
    spiking: str,
    duration: float | None,
    initial: Mapping[str, float] | None,
) -> tuple[Solution, Course]:
    """A run of the whole model, long enough to see it burst where it does."""
    length = duration or getattr(model, "duration", None) or 100.0
    options: dict[str, Any] = {"parameters": dict(field.params)}

    def run(length: float, **more: Any) -> Solution:
        every = model.dt * max(1, round(length / model.dt / RECORDS))
        found = model.run(length, record_every=every, **options, **more)
        if not all((np.abs(np.asarray(found[n])) < FAR).all() for n in field.system.state_names):
            raise AnalysisError(f"The run of {field.system.name} leaves for infinity.", advice="Give initial={...}.")
        return found

    sol = run(length, initial=dict(initial or {}))
    if duration is not None:
        return sol, _seen(field, slow, spiking, sol)
    for number in count():
        sol = run(length, start=sol)
        seen = _seen(field, slow, spiking, sol)
        is_short = length < LONG * _slow_time(field, slow, sol) and 2 * length / model.dt <= MOST_STEPS
        if len(seen.bursts) >= ENOUGH or (number >= DOUBLINGS and not is_short):
            break
        length *= 2
    return sol, seen


def _slow_time(field: VectorField, slow: tuple[str, ...], sol: Solution) -> float:
    """The time in which the slow variables move, at the end of a run: 1 / the smallest rate of their own equations."""
    ends = {n: float(np.asarray(sol[n], dtype=float)[-1]) for n in field.system.state_names}
    held = {**field.held, **{n: v for n, v in ends.items() if n not in slow}}
    with np.errstate(all="ignore"):
        slopes = replace(field, free=slow, held=held).jacobian(np.array([ends[n] for n in slow]))
    rates = np.abs(np.linalg.eigvals(slopes)) if np.isfinite(slopes).all() else np.zeros(0)
    return float(1 / rates[rates > 0].min()) if (rates > 0).any() else 0.0


def _too_short(field: VectorField, slow: tuple[str, ...], sol: Solution, seen: Course) -> list[str]:
    """That a run is shorter than the slow variables take, where that may be why nothing is seen."""
    length, time = float(sol.t[-1] - sol.t[0]), _slow_time(field, slow, sol)
    if kinds.not_bursting(seen) is None or length >= time:
        return []
    return [
        f"The run looked at takes {length:.3g}, and {', '.join(slow)} moves in {time:.3g}: a longer one may burst, "
        f"duration={LONG * time:.3g}."
    ]


def _seen(field: VectorField, slow: tuple[str, ...], spiking: str, sol: Solution) -> Course:
    fast, moved = (np.array([np.asarray(sol[n], dtype=float) for n in names]) for names in (field.free, slow))
    return course(field, slow, fast, moved, field.free.index(spiking))


def _widened(values: Array) -> Range:
    low, high = float(values.min()), float(values.max())
    width = (high - low) or max(1.0, abs(low))
    return low - BEYOND * width, high + BEYOND * width


def _named(
    system: System,
    slow: tuple[str, ...],
    seen: Course,
    moved: Mapping[str, Array],
    frozen: Callable[[Mapping[str, float]], Diagram],
) -> tuple[Diagram, str, SpecialPoint | None, SpecialPoint | None]:
    """The frozen diagram, the kind, and where the active phase begins and ends."""
    others = slow[1:]
    said = kinds.not_bursting(seen)
    if said is not None:
        return frozen({n: float(moved[n].mean()) for n in others}), said, None, None
    leaves = np.median([b.leaves for b in seen.bursts], axis=0)
    stops = np.median([b.stops for b in seen.bursts], axis=0)
    lingers = bool(np.median([b.lingers for b in seen.bursts]) > 0.5)
    first = frozen(dict(zip(others, leaves.mean(axis=0)[1:].tolist(), strict=True)))
    last = frozen(dict(zip(others, stops.mean(axis=0)[1:].tolist(), strict=True))) if others else first
    resets = [e.name for e in system.events if system.moves_states(e)]
    if resets:
        return (
            first,
            f"bursting, not named: '{resets[0]}' resets the state, so that its cycles are not known",
            None,
            None,
        )
    width = float(np.ptp(moved[slow[0]]))
    begins = kinds.beginning(first, float(leaves[0, 0]), float(leaves[1, 0]), lingers, width)
    ends = kinds.ending(last, float(stops[0, 0]), float(stops[1, 0]), width)
    begun, beginning = begins or ("?", None)
    ended, ending = ends or ("?", None)
    if begins and ends:
        return first, kinds.in_words(begun, ended), beginning, ending
    missing = " and ".join(w for w, f in (("begins", begins), ("ends", ends)) if not f)
    return first, f"bursting, {begun}/{ended}: where the active phase {missing} was not found", beginning, ending


def _remarks(field: VectorField, slow: tuple[str, ...], spiking: str, curves: list[Array]) -> list[str]:
    first, *others = slow
    said = []
    if others:
        said.append(f"{first} is the parameter of the frozen diagram, in which {', '.join(others)} is held.")
    read = [n for n in (*field.free, *others) if n in _read(field.system, first) and n != spiking]
    if read:
        said.append(f"d{first}/dt depends on {', '.join(read)} too: its nullcline is drawn with the mean of that.")
    if not curves:
        said.append(f"d{first}/dt is not zero anywhere in the diagram.")
    return said


def _doubts(field: VectorField, slow: tuple[str, ...], moved: Mapping[str, Array], t: Array, seen: Course) -> list[str]:
    """Where fast and slow are not far enough apart."""
    said = []
    paces = {n: _pace(moved[n], t) for n in (*field.free, *slow)}
    fastest = max(paces[n] for n in field.free)
    late = [n for n in slow if paces[n] * SLOWER > fastest]
    if late:
        said.append(f"{', '.join(late)} is not much slower than the others: what the frozen model does says little.")
    if not seen.rests:
        said.append("Between bursts it turns back before it comes to rest beside a stable equilibrium.")
    return said


def _pace(values: Array, t: Array) -> float:
    """The largest speed, in ranges per unit of time."""
    width = float(np.ptp(values))
    return float(np.abs(np.diff(values) / np.diff(t)).max()) / width if width else 0.0
