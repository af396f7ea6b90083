"""What the adaptive loop works on, as named tuples whose annotations are the one table of its signature.

The names of array types say how many axes there are; the Numba driver reads its types from them.
"""

from __future__ import annotations

from typing import Any, NamedTuple

Vector = Any  # float64, one axis
Table = Any  # float64, two axes
Cube = Any  # float64, three axes
Indices = Any  # int64, one axis
Pairs = Any  # int64, two axes
Flags = Any  # bool, one axis


class Control(NamedTuple):
    """What is the same in every call of a run."""

    end: float  # where the run ends
    begin: float  # where it began
    dt: float  # length of fixed steps; 0 where the loop chooses
    rtol: float
    atol: Vector
    order: float
    evaluations: int  # derivatives that one trial step computes
    hmax: float
    stability_limit: float
    errors: int  # error estimates
    stages: int  # stages handed to the dense output
    moving: Indices  # states that have a derivative
    owner: Indices  # event of each border
    exact: Flags  # borders that are polynomials along a step, see `adaptive.event_search`
    acts: (
        Indices  # of each event: whether its block does nothing (0), anything (1), or assigns what its condition reads
    )
    burst: float  # events of one cell that follow each other within this time have no end
    to_end: bool  # whether steps are taken that the end of the run cuts; else lanes wait before them


class Cells(NamedTuple):
    """Where all lanes stand; one column a lane, the clock one row."""

    clock: Table
    Y: Table  # states
    F: Table  # derivatives
    R: Table  # times of release
    G: Table  # last tests of the events, see `brainpy_lab.codegen.events`
    P: Table  # parameters, then the random draws of the event that acts
    N: Table  # of each event, how many of the random draws in D are taken
    D: Cube  # draws of each lane: a row for each event to come, of every kind of events counted by itself


class Records(NamedTuple):
    """What the loop writes down: states at the times of the grid, accepted steps, events."""

    grid: Vector
    rows: Cube
    keep: bool
    kt: Vector  # start, length, states and coefficients of accepted steps
    kh: Vector
    ky: Table
    kq: Cube
    et: Vector  # time, lane and kind of events
    el: Indices
    ek: Indices


class Pasts(NamedTuple):
    """What is remembered of delayed states, see `adaptive.past`."""

    H: Cube  # each lane's history
    S: Table  # and its span
    B: Cube  # and its breaks
    delayed: Pairs  # the states, and the places of their slopes
    steady: Flags  # which delays no state moves
