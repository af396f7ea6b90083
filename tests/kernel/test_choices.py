"""What pickers and completion offer: the methods that can solve the model at hand."""

import brainpy_lab as bp
from brainpy_kernel.cells.options import MODEL
from brainpy_kernel.panel.messages import choices


def offered(text, **options):
    _, methods = choices(bp.model(text, name="Offered", **options))
    return {m["name"] for m in methods}


def test_methods_fit_the_model():
    ordinary, noisy = offered("dx/dt = -x"), offered("dx/dt = -x + xi")
    assert {"rk4", "rkdp", "rodas4", "etdrk4"} <= ordinary
    assert "euler_maruyama" in noisy
    assert not noisy & {"rk4", "rkdp", "rodas4"}
    loops = "def f(x):\n    for i in range(2):\n        x = x/2\n    return x\ndx/dt = -f(x)"
    assert "rkdp" in offered(loops)
    assert not offered(loops) & {"rodas4", "backward_euler", "etdrk4"}  # no exact Jacobian through a loop


def test_auto_is_offered_where_it_is_in_force():
    assert "auto" not in offered("dx/dt = -x")
    assert "auto" in offered("dx/dt = -x", method="auto")


def test_completion_knows_every_method_and_options_are_taken():
    found = MODEL.complete("%%brainpy_model M --method r", "r")
    assert {"rk4", "rk2", "rkdp", "rodas4"} <= set(found)
    assert "auto" in MODEL.complete("%%brainpy_model M --method a", "a")
    assert MODEL.parse("M --method rk2(beta=0.6)").method == "rk2(beta=0.6)"
