"""The cache folder: what cannot be written stops nothing, what is damaged is not read, what is old goes."""

import errno
import os
import tempfile
import threading
import warnings
from pathlib import Path

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.cache import bound as cachebound
from brainpy_lab.cache import folder as cachefolder
from brainpy_lab.cache.folder import cache_folder, read_sealed, write_content_named, write_sealed
from brainpy_lab.warning import CacheWarning


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("BRAINPY_LAB_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


# --- a folder that cannot be written -------------------------------------------------------------------------


def _a_file_in_its_place(folder, monkeypatch):
    folder.write_text("")


def _a_file_above_it(folder, monkeypatch):
    folder.write_text("")
    monkeypatch.setenv("BRAINPY_LAB_CACHE", str(folder / "a" / "b"))


def _files_in_place_of_its_parts(folder, monkeypatch):
    folder.mkdir()
    for part in cachefolder.PARTS:
        (folder / part).write_text("")


def _refusing(name, number, folder):
    """`os.replace` or the like that fails under ``folder`` alone."""
    own = {"mkstemp": tempfile.mkstemp, "replace": os.replace}[name]

    def refused(*args, **options):
        if str(folder) in str(args) + str(options):
            raise OSError(number, os.strerror(number))
        return own(*args, **options)

    return refused


def _a_full_disk_at_writing(folder, monkeypatch):
    monkeypatch.setattr(cachefolder.tempfile, "mkstemp", _refusing("mkstemp", errno.ENOSPC, folder))


def _a_full_disk_at_the_end(folder, monkeypatch):
    monkeypatch.setattr(cachefolder.os, "replace", _refusing("replace", errno.ENOSPC, folder))


def _read_only(folder, monkeypatch):
    monkeypatch.setattr(cachefolder.tempfile, "mkstemp", _refusing("mkstemp", errno.EROFS, folder))


def _no_home(folder, monkeypatch):
    monkeypatch.delenv("BRAINPY_LAB_CACHE")
    monkeypatch.setattr(
        cachefolder.platformdirs, "user_cache_dir", lambda name: f"~/.cache/{folder.parent.name}/{name}"
    )


OBSTACLES = [
    _a_file_in_its_place, _a_file_above_it, _files_in_place_of_its_parts, _a_full_disk_at_writing,
    _a_full_disk_at_the_end, _read_only, _no_home,
]  # fmt: skip


@pytest.mark.parametrize("hinder", OBSTACLES)
def test_runs_go_on_in_a_temporary_folder_and_say_so_once(hinder, folder, monkeypatch):
    hinder(folder, monkeypatch)
    chosen = cache_folder()
    with pytest.warns(CacheWarning, match="cannot be written .*\n.*temporary folder") as caught:
        sol = bp.model("dx/dt = -x; x(0) = 1", name=hinder.__name__).run(1.0, dt=0.1, method="rk4", backend="numpy")
    assert len(caught) == 1
    assert caught[0].filename == __file__
    assert str(chosen) in str(caught[0].message)
    assert sol.x[-1] == pytest.approx(np.exp(-1), abs=1e-6)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        code = bp.model("dx/dt = -2*x", name=f"{hinder.__name__}_2").code("numpy", "rk4")
        assert code.file.read_text() == code.text
    assert cache_folder() != chosen
    assert code.file.is_relative_to(cache_folder())
    assert not Path("~").exists()


def test_numba_follows_into_the_temporary_folder(folder, monkeypatch):
    _a_file_in_its_place(folder, monkeypatch)
    model = bp.model("dx/dt = -x/4; x(0) = 1", name="Followed")
    with pytest.warns(CacheWarning) as caught:
        sol = model.run(1.0, dt=0.1, method="euler", backend="numba")
    assert len(caught) == 1
    assert sol.x[-1] == pytest.approx(0.975**10, rel=1e-12)
    names = [file.name for file in (cache_folder() / "kernels").iterdir()]
    assert sorted(Path(n).suffix for n in names if n.startswith("Followed")) == [".nbc", ".py"]


def test_without_any_folder_everything_runs_all_the_same(folder, monkeypatch):
    _a_file_in_its_place(folder, monkeypatch)

    def none(**options):
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found")

    monkeypatch.setattr(cachefolder.tempfile, "mkdtemp", none)
    with pytest.warns(CacheWarning):
        sol = bp.model("dx/dt = -x/8; x(0) = 1", name="Nowhere").run(1.0, dt=0.1, method="euler", backend="numba")
    assert sol.x[-1] == pytest.approx(0.9875**10, rel=1e-12)
    assert bp.clear_cache() == 0


def test_a_folder_that_can_only_be_read_is_read(folder, monkeypatch):
    """A cache filled beforehand, as in an image, needs no writing and says nothing."""
    written = write_content_named("a = 1\n", "Model", "steps")
    write_sealed("kernels/a.nbc", b"native")
    _read_only(folder, monkeypatch)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert write_content_named("a = 1\n", "Model", "steps") == written
        assert read_sealed("kernels/a.nbc") == b"native"
    with pytest.warns(CacheWarning):
        write_content_named("a = 2\n", "Model", "steps")
    assert read_sealed("kernels/a.nbc") == b"native"  # from there still, though writing goes elsewhere


def test_what_a_thread_cannot_say_is_said_by_the_next_that_can(folder, monkeypatch):
    _a_file_in_its_place(folder, monkeypatch)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        thread = threading.Thread(target=write_content_named, args=("a = 1\n", "Model", "steps"))
        thread.start()
        thread.join()
    with pytest.warns(CacheWarning):
        write_content_named("a = 2\n", "Model", "steps")


# --- what is damaged ------------------------------------------------------------------------------------------


def test_every_damage_of_a_sealed_file_is_found(folder):
    content = bytes(range(64))
    write_sealed("kernels/a.nbc", content)
    path = folder / "kernels/a.nbc"
    whole = path.read_bytes()
    flipped = [whole[:i] + bytes([whole[i] ^ 1 << i % 8]) + whole[i + 1 :] for i in range(len(whole))]
    damaged = flipped + [whole[:n] for n in range(len(whole))] + [whole + b"\0", whole * 2]
    for data in damaged:
        path.write_bytes(data)
        assert read_sealed("kernels/a.nbc") is None
        assert not path.exists()
    write_sealed("kernels/a.nbc", content)
    assert read_sealed("kernels/a.nbc") == content


def test_a_sealed_file_does_not_pass_for_another(folder):
    write_sealed("kernels/a.nbc", b"native")
    (folder / "kernels/a.nbc").rename(folder / "kernels/b.nbc")
    assert read_sealed("kernels/b.nbc") is None


def test_damaged_step_code_is_written_again(folder):
    path = write_content_named("a = 1\n", "Model", "steps")
    path.write_text("a = 7\n")
    assert write_content_named("a = 1\n", "Model", "steps") == path
    assert path.read_text() == "a = 1\n"


# --- the bound -----------------------------------------------------------------------------------------------


def test_beyond_the_bound_the_least_recently_used_go(folder, monkeypatch):
    for i in range(10):
        write_sealed(f"kernels/{i}.nbc", bytes(968))  # 1,000 bytes with the digest
        os.utime(folder / f"kernels/{i}.nbc", (1e9 + i, 1e9 + i))
    assert read_sealed("kernels/1.nbc") is not None  # now the last used
    cachebound.evict(folder, cachefolder.PARTS, 10_000)
    assert len(list((folder / "kernels").iterdir())) == 10  # 10,000 bytes are not beyond it
    cachebound.evict(folder, cachefolder.PARTS, 8_000)
    assert sorted(p.name for p in (folder / "kernels").iterdir()) == [f"{i}.nbc" for i in (1, 5, 6, 7, 8, 9)]


def test_the_folder_stays_within_its_bound_as_models_come(folder, monkeypatch):
    monkeypatch.setenv("BRAINPY_LAB_CACHE_MB", "0.02")
    for i in range(200):
        write_content_named(f"a = {i}\n" + "# text\n" * 140, f"Model{i}", "steps")  # 1 kB each
    sizes = [p.stat().st_size for p in folder.rglob("*.py")]
    assert 10_000 < sum(sizes) <= 20_000 * 1.125
    assert any(p.name.startswith("Model199_") for p in folder.rglob("*.py"))


def test_files_that_are_being_written_stay_and_forgotten_ones_go(folder):
    part = folder / "steps"
    part.mkdir(parents=True)
    for name, age in (("ours.tmp", 0), ("left.tmp", 1e6)):
        (part / name).write_bytes(bytes(1000))
        stamp = (part / name).stat().st_mtime - age
        os.utime(part / name, (stamp, stamp))
    cachebound.evict(folder, cachefolder.PARTS, 100)
    assert [p.name for p in part.iterdir()] == ["ours.tmp"]


@pytest.mark.parametrize("text", ["much", "nan", "-1"])
def test_a_bound_that_is_no_number_is_said(text, monkeypatch):
    monkeypatch.setenv("BRAINPY_LAB_CACHE_MB", text)
    monkeypatch.setattr(cachebound, "_told", set())
    with pytest.warns(CacheWarning, match=f"BRAINPY_LAB_CACHE_MB={text} is no number of megabytes; 256 holds"):
        assert cachebound.bound() == 256e6


def test_an_evicted_model_runs_on(folder):
    model = bp.model("dx/dt = -x; x(0) = 1", name="Evicted")
    first = model.run(1.0, dt=0.1, backend="numpy").final["x"]
    cachebound.evict(folder, cachefolder.PARTS, 0)
    assert model.run(1.0, dt=0.1, backend="numpy").final["x"] == first
    assert bp.clear_cache() == 0
