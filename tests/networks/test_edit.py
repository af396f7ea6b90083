"""The code of a network, edited: what it does, what is refused and where, and that it comes back."""

from __future__ import annotations

import linecache
import re
import warnings
from collections.abc import Iterator

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.simulation.runs.warning import RunWarning
from tests.networks.cells import synapse

CELL = "ge = 0\ndV/dt = (-60 - V + 14 + ge)/{tau}\nwhen V >= -50:\n    V = -60"
SYNAPSE = "dg/dt = -g/{decay}\npost.ge += g\nwhen pre.spike:\n    g += 0.5"


@pytest.fixture(autouse=True)
def _plain_driver() -> Iterator[None]:
    with bp.backend.use("numpy"):
        yield


def _net(tau: int = 20, decay: int = 5, **options: object) -> bp.Network:
    cell = bp.model(CELL.format(tau=tau), name="LIF")
    E = bp.NeuGroup(cell, 20, name="E", method="euler", initial={"V": bp.dist.uniform(-60, -50, seed=1)})
    exc = bp.Synapses(
        pre=E, post=E, model=synapse(SYNAPSE.format(decay=decay)), name="exc", delay=0.5,
        connect=bp.connect.fixed_probability(0.3, seed=2), **options,
    )  # fmt: skip
    return bp.Network(E, exc, name="Small")


def _spikes(net: bp.Network, backend: str) -> tuple[np.ndarray, ...]:
    sol = net.run(40.0, dt=0.1, backend=backend, start=0)
    train = sol["E"].events["spike"]
    return train.t, train.index, sol.final["E"]["V"], sol.final["exc"]["g"]


def _other_constants(text: str) -> str:
    """The step with other numbers in the equation of the cell, and in that of the synapse."""
    assert "/ 20" in text and "exc_g / 5" in text
    return text.replace("/ 20", "/ 25").replace("exc_g / 5", "exc_g / 8")


@pytest.mark.parametrize("backend", ["numpy", "numba", "jax", "torch"])
def test_an_edited_step_is_that_of_the_cell_which_says_so(backend: str) -> None:
    net = _net()
    net.edit(_other_constants(net.code(backend).text))
    edited, said = _spikes(net, backend), _spikes(_net(tau=25, decay=8), backend)
    assert len(edited[0]) > 20
    for one, other in zip(edited, said, strict=True):
        assert np.array_equal(one, other)
    net.revert(backend=backend)
    assert not np.array_equal(_spikes(net, "numpy")[2], edited[2])


def test_the_network_says_that_it_is_edited() -> None:
    net = _net()
    generated = net.code()
    assert not net.is_edited and not generated.edited
    code = net.edit(_other_constants(generated.text))
    assert net.is_edited and code.edited and net.code() is not generated
    assert code.text.splitlines()[0] == '"""One step of the network Small, driver numpy, edited.'
    assert repr(net).endswith("connections, edited on numpy>")
    assert net.edit(code.text).text == code.text  # what it says of itself is no change
    assert net.revert().text == generated.text and not net.is_edited
    net.edit(code.text)
    assert net.edit(generated.text) == generated and not net.is_edited  # the generated text is no edit


def test_values_change_under_an_edit_and_functions_do_not() -> None:
    net, said = _net(), _net(tau=25)
    net.edit(net.code().text.replace("/ 20", "/ 25"))
    for each in (net, said):
        each["E"].ge = np.linspace(0, 1, 20)  # one value a cell, where there was a number
        each["exc"].delay = 0.0
    assert np.array_equal(_spikes(net, "numpy")[2], _spikes(said, "numpy")[2])
    object.__setattr__(net["E"], "method", "exponential_euler")
    with pytest.raises(bp.errors.CodeError) as error:
        net.run(1.0, dt=0.1, start=0)
    assert error.value.message == (
        "The code of Small on numpy was edited, and the network has other functions since: advance_E."
    )
    assert error.value.advice == "net.revert(backend='numpy'), then edit net.code('numpy')."
    net.revert()
    net.run(1.0, dt=0.1, start=0)


REFUSED = {
    "The edited code does not parse: '(' was never closed.": ("V_new = V", "V_new = (V"),
    "The edited code no longer defines the function 'advance_E'.": ("def advance_E(", "def advances_E("),
    "'advance_E' must keep its arguments.": ("def advance_E(t, dt, V,", "def advance_E(t, dt, v,"),
    "'advance_E' must return 2 values, here it returns 1.": ("return V_new, exc_g_new", "return V_new"),
    "The name 'W' is defined nowhere in the edited code.": ("V_new = V", "V_new = W"),
    "'advance_E' gives 'V_new' in the shape (1,) for 2 places; it has one value a place.": (
        "return V_new, ",
        "return V_new[:1], ",
    ),
    "The edited code fails. TypeError: 'float' object is not callable": ("dt * dV_1", "dt(dV_1)"),
    "The code is a step of the network 'Big', and this one is 'Small'.": ("network Small", "network Big"),
    "The code does not say which driver it was written for: its heading is missing.": ("One step of", "A step of"),
}


@pytest.mark.parametrize("message", REFUSED)
def test_what_cannot_take_its_place_is_refused_with_its_line(message: str) -> None:
    net = _net()
    before = net.edit(_other_constants(net.code().text))
    assert REFUSED[message][0] in before.text
    text = before.text.replace(*REFUSED[message])
    with pytest.raises(bp.errors.CodeError) as error:
        net.edit(text)
    assert error.value.message == message
    location = error.value.location
    assert location is not None and location.source_line == text.splitlines()[location.line - 1]
    assert net.code() == before


def test_code_of_another_driver_and_no_text_are_refused() -> None:
    net = _net()
    text = net.code("numpy").text
    with pytest.raises(bp.errors.CodeError) as error:
        net.edit(text.replace("/ 20", "/ 25"), backend="torch")
    assert (
        error.value.message == "The code was written for the driver numpy, and it is given as that of the driver torch."
    )
    with pytest.raises(bp.errors.ArgumentError, match="Step code is a text, not NetworkCode."):
        net.edit(net.code())


def test_what_a_driver_cannot_compile_is_refused_with_the_line() -> None:
    net = _net()
    text = net.code("jax").text.replace("    V_new = V", "    if V > -52:\n        V = V - 1\n    V_new = V")
    with pytest.raises(bp.errors.CodeError, match="The edited code fails. ValueError: The truth value") as error:
        net.edit(text)
    assert error.value.location is not None and error.value.location.source_line == "    if V > -52:"
    assert not net.code("jax").edited


def test_the_text_is_a_file_of_its_own_whose_lines_errors_show() -> None:
    net = _net()
    late = "    if t > 2:\n        raise ValueError('too late')\n"
    code = net.edit(net.code().text.replace("    V_new = V", f"{late}    V_new = V"))
    assert code.file.read_text(encoding="utf-8") == code.text
    with pytest.raises(bp.errors.RunError) as error:
        net.run(5.0, dt=0.1)
    assert error.value.message == "The step of 'Small' failed: ValueError: too late"
    location = error.value.location
    assert location is not None and location.source_line == "        raise ValueError('too late')"
    cause = error.value.__cause__.__traceback__
    while cause.tb_next is not None:
        cause = cause.tb_next
    assert (
        linecache.getline(cause.tb_frame.f_code.co_filename, cause.tb_lineno).strip() == "raise ValueError('too late')"
    )


def test_a_network_without_a_name_is_edited_too() -> None:
    """Its heading names no network: the text that `code` gives is taken back, changed or not, by any driver's name."""
    cells = bp.model("dV/dt = -V/10 + 1\nwhen V >= 5:\n    V = 0", name="Cells")
    net = bp.Network(bp.NeuGroup(cells, 1, name="E", method="euler"))
    text = net.code("numpy").text
    assert "numpy" in text.splitlines()[0] and " Network" not in text.splitlines()[0]
    net.edit(text)
    assert net.run(3.0, dt=0.1, backend="numpy").final["E"]["V"] == pytest.approx(10 * (1 - 0.99**30))
    net.edit(text.replace("dt * dV_1", "0 * dV_1"))
    assert net.run(1.0, dt=0.1, backend="numpy", start=0).final["E"]["V"] == 0.0
    assert ", edited." in net.code("numpy").text.splitlines()[0]
    net.edit(net.code("numpy").text)
    assert net.revert(backend="numpy").text == text


DEFINED = """
I = 0
I_L = 0.05*(V + 60)
dV/dt = I - I_L
when V >= -50:
    V = -60
"""
LEARNED = (
    SYNAPSE.format(decay=5).replace("ge", "I")
    + """
    a += 1
da/dt = -a/7
weight(0) = 1
when post.spike:
    weight += a
"""
)


def _defined() -> bp.Network:
    E = bp.NeuGroup(bp.model(DEFINED, name="LIF"), 3, name="E", method="euler", initial={"V": -55})
    exc = bp.Synapses(pre=E, post=E, model=synapse(LEARNED), name="exc", connect=bp.connect.all_to_all())
    return bp.Network(E, exc)


@pytest.mark.parametrize(
    ("key", "name"), [("E", "I_L"), ("E", "mean(I_L)"), ("E[:2]", "I_L"), ("exc", "post.I"), ("exc", "a")]
)
@pytest.mark.parametrize("parameters", [None, {"E.I": [1.0, 2.0]}])
def test_records_that_no_edited_code_computes_are_told(key: str, name: str, parameters: object) -> None:
    net = _defined()
    record = {key: [name], "E": ["V"]} if key != "E" else {"E": [name, "V"]}
    net.edit(net.code().text + "# nothing else\n")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        net.run(1.0, dt=0.1, record=record, parameters=parameters)
        net.edit(net.code().text.replace("0.05 *", "0.1 *"))
        net.run(1.0, dt=0.1, record={"E": ["V"], "exc": ["g", "weight"]}, start=0, parameters=parameters)
    said = f"record: '{name}' of {key}: computed from recorded states by the model's equations, not by the edited code"
    with pytest.warns(RunWarning, match=re.escape(f"{said} (advance_E)")):
        sol = net.run(1.0, dt=0.1, record=record, start=0, parameters=parameters)
    if name == "I_L":
        cells = sol["E"].V[..., :2] if key == "E[:2]" else sol["E"].V
        assert np.allclose(sol[key][name], 0.05 * (cells + 60), atol=1e-12)


def test_a_blow_up_of_edited_code_names_it_and_no_operation_of_the_model() -> None:
    net = _defined()
    net.edit(net.code().text.replace("0.05 *", "1 / (V - V) *"))
    with pytest.warns(
        RunWarning, match=r"became nan or infinite in cell 0 at t = 0.1.*\n  The code of advance_E was ed"
    ):
        net.run(1.0, dt=0.1)
