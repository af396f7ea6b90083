"""Native functions on disk: a damaged file is found before it is read, and compiled anew."""

import pickle
import subprocess
import sys

import pytest

import brainpy_lab as bp
from brainpy_lab.cache.folder import cache_folder, read_sealed, write_sealed
from brainpy_lab.drivers.numba.cache import kept_njit
from brainpy_lab.drivers.recent import Recent


class _Armed:
    """Runs when it is unpickled."""

    def __reduce__(self):
        return pytest.fail, ("what is damaged was unpickled",)


@pytest.fixture
def kernel(tmp_path, monkeypatch):
    """A model's compiled file, and a way to run the model as a new process would."""
    monkeypatch.setenv("BRAINPY_LAB_CACHE", str(tmp_path))
    model = bp.model("dx/dt = -x/2; x(0) = 1", name="Sealed")

    def run():
        model.ready.clear()
        bp.drivers.get("numba").forget()
        value = model.run(1.0, dt=0.5, method="euler", backend="numba").final["x"]
        compiled = next(m for name, m in sys.modules.items() if name.startswith("brainpy_lab_kernel_Sealed")).run
        return value, sum(compiled.stats.cache_hits.values())

    assert run() == (0.5625, 0)
    (file,) = (cache_folder() / "kernels").glob("Sealed*.nbc")
    return file, run


def test_a_damaged_kernel_heals(kernel):
    file, run = kernel
    whole = file.read_bytes()
    assert run() == (0.5625, 1)
    armed = pickle.dumps(_Armed())
    middle = len(whole) // 2
    damages = (
        b"", whole[:20], whole[:middle], whole[:middle] + bytes([whole[middle] ^ 16]) + whole[middle + 1 :], armed,
        whole[:32] + armed,
    )  # fmt: skip
    for damaged in damages[:2]:
        file.write_bytes(damaged)
        assert run() == (0.5625, 0)  # compiled anew
        assert run() == (0.5625, 1)  # and whole again
    for damaged in damages[2:]:
        file.write_bytes(damaged)
        assert read_sealed(f"kernels/{file.name}") is None
        assert not file.exists()


def test_what_cannot_be_rebuilt_is_dropped(kernel):
    """Of other versions of the packages, say: sealed, but nothing that can be taken."""
    file, run = kernel
    write_sealed(f"kernels/{file.name}", pickle.dumps(("not", "compiled")))
    assert run() == (0.5625, 0)
    assert run() == (0.5625, 1)


def test_functions_of_one_name_are_told_apart(tmp_path, monkeypatch):
    """By their code and signature; a second decoration is loaded."""
    monkeypatch.setenv("BRAINPY_LAB_CACHE", str(tmp_path))

    def twice(x):
        return 2 * x

    made = [kept_njit(kind)(twice) for kind in ("f8(f8)", "i8(i8)", "f8(f8)")]
    assert [f(1) for f in made] == [2.0, 2, 2.0]
    assert [sum(f.stats.cache_hits.values()) for f in made] == [0, 0, 1]
    assert len(list((tmp_path / "kernels").glob("*-twice-*.nbc"))) == 2


def test_numba_forgets_the_kernels_that_its_driver_evicts(tmp_path, monkeypatch):
    driver = bp.drivers.get("numba")
    monkeypatch.setattr(driver, "_programs", Recent(2))
    for i in range(4):
        bp.model(f"dx/dt = -{i}.5*x; x(0) = 1", name=f"Many{i}").run(1.0, dt=0.5, method="euler", backend="numba")
    left = [name for name in sys.modules if name.startswith("brainpy_lab_kernel_Many")]
    assert sorted(name.split("_")[3] for name in left) == ["Many2", "Many3"]


def test_the_least_recently_used_goes_and_what_is_in_use_is_found_again():
    class Thing:
        pass

    recent = Recent(2)
    first = recent.get("a", Thing)
    recent.get("b", Thing)
    recent.get("a", Thing)
    recent.get("c", Thing)  # b goes
    assert len(recent) == 2
    assert recent.get("a", pytest.fail) is first
    recent.get("d", Thing)
    recent.get("e", Thing)  # a goes too, but a run holds it
    assert recent.get("a", pytest.fail) is first
    with pytest.raises(ZeroDivisionError):
        recent.get("b", lambda: 1 / 0)
    recent.clear()
    assert recent.get("a", Thing) is not first


def test_a_kernel_from_the_cache_needs_none_of_numbas_registries(kernel):
    """They take longer to load than all else."""
    program = (
        "import sys, brainpy_lab as bp\n"
        "model = bp.model('dx/dt = -x/2; x(0) = 1', name='Sealed')\n"
        "print(model.run(1.0, dt=0.5, method='euler', backend='numba').final['x'], 'numba.np.arraymath' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout == b"0.5625 False\n"
