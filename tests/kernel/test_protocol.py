"""Messages outside the protocol are refused in words, in both directions, and raise nothing."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from brainpy_kernel.panel import messages
from brainpy_kernel.panel.protocol import fault

WRONG = [
    (None, "A message is an object with a 'type', not None."),
    ([], "A message is an object with a 'type', not []."),
    ("hello", "A message is an object with a 'type', not 'hello'."),
    ({}, "There is no message of the type None; known: "),
    ({"type": ["hello"]}, "There is no message of the type ['hello']; known: apply, cancel, "),
    ({"type": "state"}, "There is no message of the type 'state'; known: "),  # the kernel's own
    ({"type": "hello", "protocol": 2}, "'protocol' must be 1, not 2."),
    ({"type": "hello"}, "as the protocol has it: 'protocol' is missing."),
    ({"type": "select", "model": 3}, "'model' must be of the type string, not 3."),
    ({"type": "select", "model": ["FHN"]}, "'model' must be of the type string, not ['FHN']."),
    ({"type": "configure", "model": {}}, "'model' must be of the type string, not {}."),
    ({"type": "configure", "model": "FHN", "backend": None}, "'backend' must be of the type string, not None."),
    ({"type": "configure", "model": "FHN", "method": 4}, "'method' must be of the type string, not 4."),
    ({"type": "configure", "model": "FHN", "dt": 1}, "as the protocol has it: 'dt' is not known."),
    ({"type": "apply", "model": "FHN", "text": 1.5}, "'text' must be of the type string, not 1.5."),
    ({"type": "apply", "model": None, "text": ""}, "'model' must be of the type string, not None."),
    ({"type": "revert", "model": True}, "'model' must be of the type string, not True."),
    (
        {"type": "show", "view": "graph"},
        "must be one of 'code', 'structure', 'activity', 'phase', 'bifurcation', 'fixed_points', 'runs', None, "
        "not 'graph'.",
    ),
    ({"type": "show", "view": {}}, "'view' must be one of "),
    ({"type": "cancel", "run": 7}, "'run' must be of the type string, not 7."),
    ({"type": "cancel", "run": []}, "'run' must be of the type string, not []."),
]


@pytest.mark.parametrize(("message", "said"), WRONG)
def test_a_message_outside_the_protocol_has_a_fault(message, said):
    assert said in str(fault(message, "PanelMessage"))


def test_wrong_messages_are_answered_and_the_comm_lives_on(jupyter, cell, panel):
    jupyter(cell + ";")
    for message, said in WRONG:
        panel._send(panel.wire.manager.comm_msg, message)
        answer = panel.heard("error")[-1]
        assert said in answer["message"]
        assert (answer["model"], answer["view"]) == (None, None)
    assert len(panel.heard("error")) == len(WRONG)
    assert jupyter.value("(FHN.backend, FHN.method)") == ("numpy", "rk4")
    panel.say("show", view="code")
    assert panel.heard("code")[-1]["model"] == "FHN"


def test_a_comm_opened_without_a_hello_is_answered(jupyter, wire, open_panel):
    panel = open_panel()
    panel.id = "another"
    panel._send(wire.manager.comm_open, None, target_name="brainpy_lab")
    assert "not None" in panel.heard("error")[0]["message"]


def test_a_long_value_is_cut_short():
    assert len(fault({"type": "select", "model": [0] * 1000}, "PanelMessage") or "") < 200


def test_a_fault_of_a_handler_is_told_and_not_raised(jupyter, cell, panel, monkeypatch):
    jupyter(cell + ";")
    monkeypatch.setattr(type(jupyter.value("FHN")), "revert", lambda self: 1 / 0)
    panel.say("revert", model="FHN")
    assert "ZeroDivisionError: division by zero" in panel.heard("error")[-1]["message"]


def test_an_edit_that_is_no_python_text_is_told(jupyter, cell, panel):
    jupyter(cell + ";")
    panel.say("show", view="code")
    for text in ("\0", "\ud800"):
        panel.say("apply", model="FHN", text=text)
        jupyter.settle()
        assert panel.heard("error")[-1]["view"] == "code"
    assert not jupyter.value("FHN.is_edited")


def test_what_the_kernel_says_is_checked_too(jupyter, cell, panel, monkeypatch):
    jupyter(cell + ";")
    monkeypatch.setattr(messages, "runs", lambda workspace: {"type": "runs", "runs": [{"id": 3}]})
    panel.say("show", view="runs")
    assert panel.heard("runs") == []
    assert "The kernel's answer cannot be shown." in panel.heard("error")[-1]["message"]


@pytest.mark.parametrize("value", [math.nan, math.inf, "1", True, None])
def test_numbers_that_json_has_not_are_no_numbers(value):
    row = {"values": [value], "eigenvalues": [], "kind": "node", "stable": True, "note": ""}
    message = {"type": "fixed_points", "model": "m", "states": ["x"], "parameters": {}, "rows": [row], "message": None}
    assert "'rows.0.values.0' must be of the type number" in str(fault(message, "KernelMessage"))
    row["values"] = [np.float64(1.0)]
    assert fault(message, "KernelMessage") is None
    json.dumps(message)
