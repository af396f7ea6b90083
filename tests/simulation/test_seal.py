"""The seal at the end of a NetCDF file: what is changed is refused before its library reads it."""

import io
import random

import h5py
import numpy as np
import pytest

from brainpy_lab.errors import ArgumentError
from brainpy_lab.simulation.solution.load import load
from brainpy_lab.simulation.solution.seal import is_broken, seal
from brainpy_lab.simulation.solution.solution import Solution


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    sol = Solution(np.arange(3.0), {"V": np.array([1.0, 2.0, 4.0])}, {"I": 0.5})
    return sol.save(tmp_path_factory.mktemp("sealed") / "run.nc").read_bytes()


@pytest.mark.parametrize("size", [0, 1, 100, (1 << 20) + 7])
def test_every_changed_bit_breaks_it(tmp_path, size):
    path = tmp_path / "file"
    path.write_bytes(random.Random(size).randbytes(size))
    seal(path)
    whole = path.read_bytes()
    assert not is_broken(io.BytesIO(whole))
    for place in sorted({0, size // 2, max(size - 1, 0), len(whole) - 1}):
        changed = bytearray(whole)
        changed[place] ^= 1
        assert is_broken(io.BytesIO(changed)) == (size > 0 or place > 0)  # place 0 of nothing is the mark itself
    assert not is_broken(io.BytesIO(whole[:size]))


def test_what_is_changed_is_refused_unread(saved, tmp_path, monkeypatch):
    monkeypatch.setattr(h5py, "File", None)  # whatever reads with it fails in another way
    path = tmp_path / "run.nc"
    for place in range(0, len(saved) - 60, 997):
        changed = bytearray(saved)
        changed[place] ^= 0x10
        path.write_bytes(changed)
        with pytest.raises(ArgumentError, match="damaged: its numbers or its description are not those"):
            load(path)


def test_written_anew_by_another_program(saved, tmp_path):
    """The seal is gone then; the digest of the numbers still tells."""
    path = tmp_path / "run.nc"
    path.write_bytes(saved[: saved.index(b"\nbrainpy-lab seal ")])
    assert load(path).V[2] == 4.0
    with h5py.File(path, "r+") as file:
        file["V"][2] = 5.0
    with pytest.raises(ArgumentError, match="damaged"):
        load(path)
