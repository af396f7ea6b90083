"""Views in records: which cells they are, whatever way they are written, and where their values are found."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import brainpy_lab as bp
from tests.networks.cells import lif


@pytest.fixture
def grid() -> bp.NeuGroup:
    return bp.NeuGroup(lif(), (6, 8), name="G", method="euler", initial={"V": lambda index: -60 + 0.01 * index})


VIEWS: dict[str, Callable[[Any], Any]] = {
    "G[2]": lambda g: g[2],
    "G[:2]": lambda g: g[:2],
    "G[-1]": lambda g: g[-1],
    "G[2:4, ::2]": lambda g: g[2:4, ::2],
    "G[:, 1]": lambda g: g[:, 1],
    "G[2, 3]": lambda g: g[2, 3],
    "G[1:][::2]": lambda g: g[1:][::2],
    "G[0][2:4]": lambda g: g[0][2:4],
}


@pytest.mark.parametrize("text", VIEWS)
def test_a_text_records_the_cells_of_the_view_that_it_spells(grid: bp.NeuGroup, text: str) -> None:
    view = VIEWS[text](grid)
    sol = bp.Network(grid).run(0.2, dt=0.1, backend="numpy", record={text: ["V", "mean(V)"], "G": ["V"]})
    expected = sol["G"].V.reshape(3, 48)[:, view.index]
    assert np.array_equal(sol[text].V, expected) and np.array_equal(sol[view].V, expected)
    assert np.allclose(sol[text]["mean(V)"], expected.mean(1))
    assert view in sol and grid[3:] not in sol


@pytest.mark.parametrize("name", ["run.npz", "run.nc", "run.zarr"])
def test_views_of_as_many_cells_are_kept_apart(grid: bp.NeuGroup, name: str, tmp_path: Path) -> None:
    cells = np.arange(48)
    masks = [cells % 2 == 0, cells % 2 == 1, (cells % 3 == 0).reshape(6, 8)]
    views = [*(grid[m] for m in masks), grid[:4][[0, 1]], bp.NeuGroup(lif(), 30, name="E")[np.arange(20)]]
    others = views[-1].group[np.arange(5, 25)]
    others.V = -55.0
    starts = {view: view.V for view in (*views, others)}
    record = {view: ["V"] for view in starts}
    store = tmp_path / name if name.endswith("zarr") else None
    sol = bp.Network(grid, others.group).run(0.2, dt=0.1, backend="numpy", record=record, store=store)
    if store is None:
        sol.save(tmp_path / name)
    back = bp.load(tmp_path / name)
    for view, start in starts.items():
        assert np.array_equal(sol[view].V[0], start) and np.array_equal(back[view].V[0], start)


def test_a_view_by_a_mask_says_how_many_cells_it_has(grid: bp.NeuGroup) -> None:
    mask = np.arange(48) < 7
    assert repr(grid[mask]).endswith(": 7 of 48 cells>") and grid[mask].text.startswith("G[7 cells #")
    assert grid[mask].text == grid[mask.reshape(6, 8)].text != grid[~mask].text


def test_a_part_of_a_part_of_a_grid_counts_the_cells_of_that_part(grid: bp.NeuGroup) -> None:
    assert grid[1][2:4].index.tolist() == [10, 11] and grid[:2][::8].index.tolist() == [0, 8]
    assert grid[np.arange(48) > 40][[0, 6]].index.tolist() == [41, 47]


@pytest.mark.parametrize(
    "text", ["G[9]", "G[:, 9]", "G[1, 2, 3]", "G[, 1]", "G[1:2:3:4]", "G[]", "G[a]", "G[:2][20]", "G[0][9]"]
)
def test_texts_of_no_cells_are_refused(grid: bp.NeuGroup, text: str) -> None:
    with pytest.raises(bp.errors.ArgumentError, match="^record: .*G"):
        bp.Network(grid).run(0.2, dt=0.1, backend="numpy", record={text: ["V"]})


def test_a_network_that_has_not_run_begins_when_another_was_made_of_its_groups(grid: bp.NeuGroup) -> None:
    first, second = bp.Network(grid, name="First"), bp.Network(grid, name="Second")
    sol = first.run(1.0, dt=0.1, backend="numpy", record={"G": ["V"]})
    with pytest.raises(bp.errors.ArgumentError, match="G has been in another network since"):
        second.run(1.0, backend="numpy")
    again = second.run(1.0, start=0, dt=0.1, backend="numpy", record={"G": ["V"]})
    assert np.array_equal(sol["G"].V, again["G"].V)
