"""Diagrams in the making, as tables, and as files."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.analysis import Diagram
from brainpy_lab.errors import ArgumentError


@pytest.fixture(scope="module")
def seen() -> list[Diagram]:
    """The diagrams that were shown on the way."""
    return []


@pytest.fixture(scope="module")
def parts() -> list[float]:
    return []


@pytest.fixture(scope="module")
def diagram(seen: list[Diagram], parts: list[float]) -> Diagram:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("brainpy_lab.analysis.continuation.news.PAUSE", 0.0)
        return bp.analysis.bifurcation(
            bp.models.fitzhugh_nagumo(), "I", (0, 2), progress=parts.append, watch=seen.append
        )


def test_a_diagram_is_shown_while_it_grows(diagram: Diagram, seen: list[Diagram], parts: list[float]) -> None:
    sizes = [sum(map(len, d.branches)) for d in seen]
    assert sizes == sorted(sizes) and len(sizes) > 50
    kinds = ["cycle" in {b.kind for b in d.branches} for d in seen]
    assert kinds == sorted(kinds) and kinds[0] is False and kinds[-1] is True
    assert parts == sorted(parts) and parts[0] < 0.1 and parts[-2] < parts[-1] == 1
    assert sum(part > 0.3 for part in parts) > 50  # cycles are told of too
    with pytest.raises(ArgumentError, match="not finished"):
        seen[-1].at(0.5)


def test_stopped_in_the_cycles_it_keeps_the_branches_until_there() -> None:
    stop = threading.Event()

    def heard(part: float) -> None:
        if part > 0.35:
            stop.set()

    found = bp.analysis.bifurcation(bp.models.fitzhugh_nagumo(), "I", (0, 2), progress=heard, stop=stop)
    assert [b.kind for b in found.branches] == ["equilibrium", "cycle"]
    assert found.branches[1].ends[1] == "stopped"
    assert found.remarks[-1] == "Stopped: what was found until then."


def test_an_interrupted_diagram_is_kept() -> None:
    def interrupt(part: float) -> None:
        if part > 0.35:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as raised:
        bp.analysis.bifurcation(bp.models.fitzhugh_nagumo(), "I", (0, 2), progress=interrupt)
    assert raised.value.__notes__ == ["What was found until then is bp.analysis.interrupted()."]
    kept = bp.analysis.interrupted()
    assert kept is not None
    assert [b.kind for b in kept.branches] == ["equilibrium", "cycle"]
    assert len(kept.branches[1]) > 2
    assert kept.remarks == ("Interrupted: what was found until then.",)


@pytest.mark.parametrize("suffix", ["npz", "nc"])
def test_a_file_holds_all_but_the_equations(diagram: Diagram, tmp_path: Path, suffix: str) -> None:
    path = diagram.save(tmp_path / f"fhn.{suffix}")
    read = bp.load(path)
    assert repr(read) == repr(diagram)
    for a, b in zip(diagram.branches, read.branches, strict=True):
        assert (a.kind, a.names, a.ends, len(a)) == (b.kind, b.names, b.ends, len(b))
        for name in ("I", "V", "w"):
            np.testing.assert_array_equal(a[name], b[name])
        np.testing.assert_array_equal(a.stable, b.stable)
    assert read.to_xarray().identical(diagram.to_xarray())
    fold, same = (d.points.of("fold of cycles")[0] for d in (diagram, read))
    assert same.parameter == fold.parameter
    np.testing.assert_array_equal(same.data["multipliers"], fold.data["multipliers"])
    np.testing.assert_array_equal(same.data["orbit"].profile, fold.data["orbit"].profile)
    assert read.points.of("hopf")[0].data["l1"] == diagram.points.of("hopf")[0].data["l1"]
    assert read.plot("w").axes[0].get_ylabel() == "w"
    with pytest.raises(ArgumentError, match="from a file"):
        read.at(0.5)


def test_other_programs_read_the_table(diagram: Diagram, tmp_path: Path) -> None:
    import xarray

    with xarray.open_dataset(diagram.save(tmp_path / "fhn.nc"), engine="h5netcdf") as table:
        assert float(table.V_max.max()) == max(b.max["V"].max() for b in diagram.branches if b.kind == "cycle")
        assert list(np.unique(table.kind.values)) == ["cycle", "equilibrium"]


def test_the_table_has_equilibria_and_cycles(diagram: Diagram) -> None:
    table = diagram.to_xarray()
    assert table.sizes["point"] == sum(map(len, diagram.branches))
    cycles = table.where(table.kind == "cycle", drop=True)
    np.testing.assert_array_equal(cycles.period.values, diagram.branches[1].period)
    assert cycles.V.isnull().all() and not cycles.V_min.isnull().any()
    assert table[["V", "period"]].to_dataframe().shape[0] == table.sizes["point"]


def test_a_damaged_file_and_a_wrong_name_are_refused(diagram: Diagram, tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match=r"End the name in \.nc"):
        diagram.save(tmp_path / "fhn.csv")
    path = diagram.save(tmp_path / "fhn.npz")
    with np.load(path, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file}
    arrays["branch0/points"] = arrays["branch0/points"] + 1e-9
    np.savez(path, **arrays)
    with pytest.raises(ArgumentError, match="damaged"):
        bp.load(path)
