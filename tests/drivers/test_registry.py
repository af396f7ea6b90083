"""The registry: drivers of other packages, packages that are missing, and the session's choice of a driver."""

import importlib.util
from importlib.metadata import EntryPoint

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.codegen.printing import Dialect
from brainpy_lab.drivers.tensor.driver import TensorDriver
from brainpy_lab.errors import DriverError, DriverUnavailableError

from .conformance import DriverConformance


class ListedDriver(TensorDriver):
    """A driver as another package would bring it: NumPy's arrays under another name."""

    name = "listed"
    title = "A driver from a test"
    dialect = Dialect(module="brainpy_lab.drivers.numpy.math", selects=True)

    def available(self):
        return None

    def array(self, value):
        return np.asarray(value, dtype=float)


@pytest.fixture
def entry_points(monkeypatch):
    """Set what the entry-point group of drivers holds; the registry is read anew, and as it was afterwards."""

    def put(*names):
        found = [EntryPoint(name.split(":")[-1], name, "brainpy_lab.drivers") for name in names]
        monkeypatch.setattr(bp.drivers, "entry_points", lambda group: found if group == "brainpy_lab.drivers" else [])
        bp.drivers.registry.cache_clear()

    yield put
    bp.drivers.registry.cache_clear()


class TestPlugIn(DriverConformance):
    """A driver that comes through the entry point passes the whole suite."""

    @pytest.fixture
    def driver(self, entry_points):
        entry_points(f"{__name__}:ListedDriver")
        return "listed"


def test_a_plug_in_is_a_driver_like_others(entry_points):
    entry_points(f"{__name__}:ListedDriver")
    assert list(bp.drivers.registry()) == ["numpy", "numba", "jax", "torch", "listed"]
    assert bp.backend.available()["listed"] is True


def test_a_broken_plug_in_is_a_warning(entry_points):
    entry_points("no_such_package_here:driver", f"{__name__}:ListedDriver")
    with pytest.warns(UserWarning, match=r"plug-in 'driver' \(no_such_package_here:driver\) could not be loaded"):
        names = list(bp.drivers.registry())
    assert names == ["numpy", "numba", "jax", "torch", "listed"]


def test_a_plug_in_does_not_take_the_place_of_a_driver(entry_points, monkeypatch):
    monkeypatch.setattr(ListedDriver, "name", "numpy")
    entry_points(f"{__name__}:ListedDriver")
    assert bp.drivers.registry()["numpy"].title == "NumPy (reference)"


@pytest.mark.parametrize(
    ("name", "command"), [("jax", "brainpy-lab[jax]"), ("torch", "brainpy-lab[torch]"), ("numba", "numba")]
)
def test_a_missing_package_gives_the_command(monkeypatch, name, command):
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda n, *a: None if n == name else real(n, *a))
    with pytest.raises(DriverUnavailableError, match="pip install") as error:
        bp.backend.set(name)
    assert command in str(error.value)
    with pytest.raises(DriverUnavailableError):
        bp.model("dx/dt = -x", name="M").run(1.0, backend=name)
    assert bp.backend.available()[name] is False
    assert bp.backend.get() == "numba"


def test_an_unknown_driver():
    with pytest.raises(DriverError, match="There is no driver 'nunba'") as error:
        bp.drivers.get("nunba")
    assert "Did you mean 'numba'?" in str(error.value)


def test_drivers_describe_themselves():
    for name, driver in bp.drivers.registry().items():
        assert driver.name == name
        assert name in repr(driver)
        assert driver.title in repr(driver)


# --- the session's driver ----------------------------------------------------------------------------------------


@pytest.fixture
def default_driver():
    yield
    bp.backend.set("numba")


def test_the_session_has_a_driver(default_driver):
    model = bp.model("dx/dt = -x\nx(0) = 1", name="M")
    assert bp.backend.get() == model.backend == "numba"
    bp.backend.set("numpy")
    assert bp.backend.get() == model.backend == "numpy"
    assert model.run(1.0).stats["backend"] == "numpy"
    with pytest.raises(DriverError):
        bp.backend.set("numpyy")
    assert bp.backend.get() == "numpy"


def test_a_block_has_a_driver(default_driver):
    model = bp.model("dx/dt = -x\nx(0) = 1", name="M")
    with bp.backend.use("torch"):
        assert model.run(0.1).stats["backend"] == "torch"
        with bp.backend.use("numpy"):
            assert bp.backend.get() == "numpy"
        assert bp.backend.get() == "torch"
    assert bp.backend.get() == "numba"
    with pytest.raises(DriverError), bp.backend.use("none"):
        pass
    model.backend = "numpy"
    with bp.backend.use("torch"):
        assert model.backend == "numpy"  # the model's own choice comes first
    model.backend = None
    assert model.backend == "numba"
