"""Estimates of what a recording takes, and the refusal of what does not fit."""

import numpy as np
import psutil
import pytest

from brainpy_lab.errors import MemoryLimitError
from brainpy_lab.simulation.runs import record_size as memory
from brainpy_lab.simulation.runs.record_size import available_bytes, check_record_memory, format_bytes, record_bytes


def test_estimate_is_what_the_arrays_take():
    shapes = {"V": (), "x": (3,), "W": (2, 2)}
    arrays = [np.empty((1001, 5, 4, *shape)) for shape in shapes.values()] + [np.empty(1001)]
    assert record_bytes(1001, shapes, (5, 4)) == sum(a.nbytes for a in arrays)
    assert record_bytes(1001, {}, (5, 4)) == 1001 * 8
    assert record_bytes(10, {"V": ()}, (), itemsize=4) == 80


def test_fitting_record_returns_the_estimate():
    assert check_record_memory(1001, {"V": ()}, available=10**6) == 16_016


def test_refusal_names_estimate_room_and_way_out():
    with pytest.raises(MemoryLimitError) as refusal:
        check_record_memory(
            10_000_001, {"V": (), "w": ()}, (1000,), record_every=0.01, available=int(20 * 2**30 / memory.SHARE)
        )
    text = str(refusal.value)
    assert "Recording V, w of 1,000 cells at 10,000,001 times takes 149 GiB; 20 GiB are free for it." in text
    assert "record_every=0.08 fits" in text
    assert "record=['V']" in text
    assert "record=[]" in text


def test_advised_interval_fits():
    room = 2**30
    with pytest.raises(MemoryLimitError):
        check_record_memory(10**9, {"V": ()}, available=room, record_every=0.01)
    needed = record_bytes(10**9, {"V": ()})
    factor = -(-needed // int(memory.SHARE * room))
    assert check_record_memory(10**9 // factor, {"V": ()}, available=room) <= memory.SHARE * room
    with pytest.raises(MemoryLimitError, match=f"a record_every {factor} times as long"):
        check_record_memory(10**9, {"V": ()}, available=room)


def test_more_than_this_machine_has_is_refused():
    with pytest.raises(MemoryLimitError, match=r"TiB"):
        check_record_memory(10**9, {"V": ()}, (10**6,))


def test_available_is_no_more_than_the_machine_has():
    assert 0 < available_bytes() <= psutil.virtual_memory().total


def test_container_limit_counts(tmp_path, monkeypatch):
    (tmp_path / "memory.max").write_text("1000000\n")
    (tmp_path / "memory.current").write_text("400000\n")
    monkeypatch.setattr(memory, "CONTROL_GROUP", tmp_path)
    assert available_bytes() == 600_000
    (tmp_path / "memory.max").write_text("max\n")
    assert available_bytes() > 600_000


def test_container_limit_of_the_older_kind(tmp_path, monkeypatch):
    (tmp_path / "memory").mkdir()
    (tmp_path / "memory" / "memory.limit_in_bytes").write_text("5000")
    (tmp_path / "memory" / "memory.usage_in_bytes").write_text("9000")
    monkeypatch.setattr(memory, "CONTROL_GROUP", tmp_path)
    assert available_bytes() == 0


@pytest.mark.parametrize(
    ("n", "text"),
    [(17, "17 bytes"), (1023, "1023 bytes"), (1536, "1.5 KiB"), (5 * 2**30, "5 GiB"), (3 * 2**50, "3,072 TiB")],
)
def test_format_bytes(n, text):
    assert format_bytes(n) == text
