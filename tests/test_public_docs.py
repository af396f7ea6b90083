"""Everything public says what it is: docstrings in NumPy style for names, methods, drivers; help for magics."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from types import ModuleType

import pytest

import brainpy_lab as bp
from brainpy_lab import errors

#: Folders whose `__all__` is public.
PACKAGES = (
    "analysis", "codegen", "drivers", "equations", "measure", "models", "networks", "simulation", "solvers", "symbolic",
)  # fmt: skip


def modules() -> Iterator[ModuleType]:
    """The engine, its folders, and the kernel half."""
    yield bp
    for name in (*PACKAGES, "errors", "inputs", "networks.connect", "networks.dist"):
        yield importlib.import_module(f"brainpy_lab.{name}")


def public() -> list[tuple[str, object]]:
    """Every name that a module exports, with where it stands."""
    found = {}
    for module in modules():
        for name in getattr(module, "__all__", ()):
            value = getattr(module, name)
            if inspect.isclass(value) or inspect.isroutine(value):
                found[f"{module.__name__}.{name}"] = value
    return sorted(found.items())


PUBLIC = public()


def own_parameters(function: object) -> list[str]:
    """Parameters that a caller gives."""
    signature = inspect.signature(function)  # type: ignore[arg-type]
    return [name for name in signature.parameters if name not in {"self", "cls"}]


def test_the_public_names_are_many() -> None:
    assert len(PUBLIC) > 30


def test_every_lazy_name_is_exported() -> None:
    assert set(bp._PUBLIC) <= set(bp.__all__)
    assert all(hasattr(bp, name) for name in bp.__all__)


@pytest.mark.parametrize(("name", "value"), PUBLIC, ids=[name for name, _ in PUBLIC])
def test_public_name_has_a_docstring(name: str, value: object) -> None:
    text = inspect.getdoc(value) or ""
    first = text.partition("\n")[0]
    assert len(first) > 10, f"{name} has no docstring"
    assert not first.startswith(f"{name.rpartition('.')[2]}("), f"{name}: the docstring is the signature of a dataclass"
    if inspect.isclass(value):
        for member, function in vars(value).items():
            if not member.startswith("_") and inspect.isfunction(function):
                assert inspect.getdoc(getattr(value, member)), f"{name}.{member} has no docstring"


TOP = [(name, getattr(bp, name)) for name in bp.__all__ if inspect.isroutine(getattr(bp, name))]


@pytest.mark.parametrize(("name", "function"), TOP, ids=[name for name, _ in TOP])
def test_public_function_names_its_parameters(name: str, function: object) -> None:
    text = inspect.getdoc(function) or ""
    parameters = own_parameters(function)
    if len(parameters) > 1:
        assert "Parameters\n----------" in text, f"bp.{name}: no section Parameters"
        for parameter in parameters:
            assert parameter in text, f"bp.{name}: nothing about {parameter}"


@pytest.mark.parametrize("member", ["run", "step", "code", "edit", "revert", "interact"])
def test_methods_of_a_model_name_their_parameters(member: str) -> None:
    function = getattr(bp.Model, member)
    text = inspect.getdoc(function) or ""
    for parameter in own_parameters(function):
        assert parameter in text, f"Model.{member}: nothing about {parameter}"


@pytest.mark.parametrize("method", bp.solvers.registry().values(), ids=lambda method: method.name)
def test_method_says_its_order_and_source(method: bp.solvers.Method) -> None:
    text = inspect.getdoc(type(method)) or ""
    assert "order" in text
    assert method.title
    assert method.reference, f"{method.name}: no reference"
    assert method.order > 0


@pytest.mark.parametrize("driver", bp.drivers.registry().values(), ids=lambda driver: driver.name)
def test_driver_says_what_it_is(driver: bp.drivers.Driver) -> None:
    assert driver.title
    assert len(inspect.getdoc(type(driver)) or "") > 30
    assert driver.available() is None, "the tests run with every built-in driver installed"


def test_every_error_is_in_the_tree_at_the_top_of_its_file() -> None:
    tree = errors.__doc__ or ""
    classes = [value for value in vars(errors).values() if inspect.isclass(value) and issubclass(value, Exception)]
    for value in classes:
        assert issubclass(value, errors.BrainPyLabError)
        assert value.__name__ in tree
        assert inspect.getdoc(value)


def test_every_module_says_what_it_is_for() -> None:
    import brainpy_kernel
    import brainpy_lab

    for package in (brainpy_lab, brainpy_kernel):
        for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if info.name.endswith(".__main__") or ".labextension" in info.name:
                continue
            assert importlib.import_module(info.name).__doc__, f"{info.name} has no docstring"
