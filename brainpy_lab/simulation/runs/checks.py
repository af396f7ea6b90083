"""The arguments of a run that are no values of the model: refused where they make no sense."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from brainpy_lab.equations.system import System
from brainpy_lab.errors import ArgumentError, did_you_mean
from brainpy_lab.simulation.generated import check_crossing
from brainpy_lab.simulation.records.picks import picks_of, settled, steps_between
from brainpy_lab.simulation.run_defaults import check_seed, positive
from brainpy_lab.simulation.runs.clock import count_of
from brainpy_lab.simulation.runs.request import Request
from brainpy_lab.solvers import Method

_MOST_RECORDS = 1e12


def check_options(request: Request, method: Method) -> None:
    """Raise ArgumentError for the first option that is no number, out of range, or not the method's."""
    for name in ("duration", "dt"):
        positive(name, getattr(request, name))
    every = request.record_every
    if every is not None and request.duration / positive("record_every", every) > _MOST_RECORDS:
        raise ArgumentError(f"record_every={every:g} asks for more than {_MOST_RECORDS:g} records.")
    if request.initial is not None and not isinstance(request.initial, Mapping):
        raise ArgumentError(
            f"initial takes values by state, not {request.initial!r}.", advice="For example initial={'V': -65.0}."
        )
    if request.crossing is not None:
        _check_crossing(request, method)
    if not isinstance(request.threads, int) or isinstance(request.threads, bool) or request.threads < 1:
        raise ArgumentError(f"threads must be a positive whole number, not {request.threads!r}.")
    for name in ("rtol", "atol", "max_step"):
        if getattr(request, name) is not None and not method.is_adaptive:
            raise ArgumentError(
                f"'{method.name}' takes steps of fixed length and has no {name}.",
                advice="Choose an adaptive method, for example method='rkdp', or set dt.",
            )


def check_own(request: Request) -> None:
    """The same for what may differ between runs that have all else in common: stop flag, progress and seed."""
    if request.stop is not None and not hasattr(request.stop, "is_set"):
        raise ArgumentError(f"stop must be a threading.Event, not {request.stop!r}.")
    if not (callable(request.progress) or isinstance(request.progress, bool)):
        raise ArgumentError(
            f"progress must be True, False or a function of the fraction done, not {request.progress!r}."
        )
    if request.on_interrupt not in ("raise", "return"):
        raise ArgumentError(f"on_interrupt must be 'raise' or 'return', not {request.on_interrupt!r}.")
    check_seed(request.seed)


def _check_crossing(request: Request, method: Method) -> None:
    check_crossing(request.crossing, request.model.system)
    if request.model.has_edit(request.backend, method.name) and request.crossing != request.model.crossing:
        raise ArgumentError(
            "crossing changes the step code, and this model's was edited.", advice="Revert it first: m.revert()."
        )


def recorded(request: Request, system: System) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The variables asked for, and the states that must be recorded to have them."""
    if request.record is None:
        return system.state_names, system.state_names
    if isinstance(request.record, str):
        raise ArgumentError("record takes a list of names.", advice=f"Write record=['{request.record}'].")
    if not isinstance(request.record, list | tuple):
        raise ArgumentError(f"record takes a list of names, not {request.record!r}.")
    known = system.state_names + tuple(d.name for d in (*system.derived, *system.intermediates))
    for name in request.record:
        if name not in known:
            raise ArgumentError(
                f"The model '{system.name}' has no variable '{name}' to record.",
                advice=did_you_mean(str(name), known) or f"It has: {', '.join(known)}.",
            )
    wanted = tuple(dict.fromkeys(request.record))
    if all(name in system.state_names for name in wanted):
        return wanted, wanted
    return wanted, system.state_names


def record_steps(request: Request) -> int:
    """Steps from one record to the next."""
    if request.record_every is None:
        nothing = request.record is not None and not len(request.record)
        return count_of(request.duration, request.dt) if nothing else 1  # start and end alone
    return steps_between(request.record_every, request.dt, "record_every")


def with_picks(request: Request) -> Request:
    """The request with what it records in parts or at several intervals as picks, and the names of their variables."""
    picks = picks_of(request.record)
    if picks is None:
        return request
    others = request.record_at is not None or request.is_graded
    if request.record_every is not None:
        positive("record_every", request.record_every)
    every, own = settled(picks, request.record_every, others)
    return replace(request, record=list(dict.fromkeys(p.name for p in picks)), record_every=every, picks=own)
