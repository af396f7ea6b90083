"""The adaptive loop on Numba: what stands in for helpers of events and delays where a model has none."""

import inspect

import pytest

from brainpy_lab.drivers.adaptive import event_rules, event_search
from brainpy_lab.drivers.adaptive import past as adaptive_past
from brainpy_lab.drivers.adaptive.absent import NO_DELAYS, NO_EVENTS

HELPERS = {**vars(adaptive_past), **vars(event_rules), **vars(event_search)}


@pytest.mark.parametrize("name", [*NO_EVENTS, *NO_DELAYS])
def test_a_stand_in_takes_what_the_helper_takes(name):
    taken, expected = (inspect.signature(f[name]).parameters for f in (NO_EVENTS | NO_DELAYS, HELPERS))
    assert list(taken) == list(expected)


def test_a_loop_without_events_reads_none():
    assert NO_EVENTS["first_crossing"](None, None, None) == (1.0, -1)
    assert NO_DELAYS["next_break"](None, 0.0, 0.1, 2.5, *[None] * 9) == 2.5
    assert NO_DELAYS["break_inside"](*[None] * 15) == 1.0
