"""Saved files with bytes changed anywhere: each is read as it was saved, or refused by our own error."""

import io
import random
import warnings

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.errors import ArgumentError
from brainpy_lab.simulation.solution import load as loading


def _damaged(whole: bytes, rng: random.Random) -> bytes:
    """One to three bits or bytes changed, a stretch zeroed, taken out or put in twice, or the end cut off."""
    data = bytearray(whole)
    place = rng.randrange(len(data))
    match rng.randrange(8):
        case 0:
            del data[place:]
        case 1:
            data[place : place + 64] = bytes(len(data[place : place + 64]))
        case 2:
            del data[place : place + rng.randrange(1, 16)]
        case 3:
            data[place:place] = data[place : place + rng.randrange(1, 16)]
        case 4:
            data[place] = rng.randrange(256)
        case _:
            for _ in range(rng.randrange(1, 4)):
                data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return bytes(data)


def _same(a, b):
    """Two Solutions, or parts of them."""
    if isinstance(a, dict):
        return list(a) == list(b) and all(_same(a[key], b[key]) for key in a)
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and np.array_equal(a, b, equal_nan=True)
    return a == b


def _parts(sol):
    events = {name: {"t": train.t, "index": train.index} for name, train in sol.events.items()}
    names = (
        "t",
        "data",
        "params",
        "final",
        "initial",
        "seed",
        "outcome",
        "stats",
        "model_name",
        "model_text",
    )
    return {"events": events, "checkpoint": dict(vars(sol.checkpoint))} | {name: getattr(sol, name) for name in names}


@pytest.mark.parametrize("suffix", [".npz", ".nc"])
@pytest.mark.parametrize(
    ("seed", "cases"), [(8, 4_000), pytest.param(9, 40_000, marks=[pytest.mark.slow, pytest.mark.timeout(3600)])]
)
def test_damaged_files_are_read_right_or_refused(suffix, seed, cases, tmp_path):
    model = bp.model("a = 1\ndV/dt = a - V\nV(0) = 0\nwhen V >= 0.5 as spike: V = 0", name="Saved")
    sol = model.run(4.0, dt=0.25, a=np.array([1.0, 2.0]), backend="numpy", method="euler")
    assert len(sol.events["spike"].t) > 0
    path = sol.save(tmp_path / f"run{suffix}")
    whole, wanted = path.read_bytes(), _parts(bp.load(path))
    rng, refused = random.Random(seed), 0
    for _ in range(cases):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                back = loading.read(io.BytesIO(_damaged(whole, rng)), path)
            except (ArgumentError, loading.FileWarning):  # refused, or read with the word that its digest is missing
                refused += 1
                continue
        assert _same(wanted, _parts(back))
        assert repr(back) == repr(sol)
    assert refused > cases // 4  # many bytes of such a file carry nothing
