"""More networks of textbooks in Brian2, for `brian2_textbook.py`."""

import brian2 as b2
from brian2 import ms
from brian2_textbook_parts import cells, joined, made, spikes

TRACE = "d{0}/dt = -{0}/({1}*ms) : 1 (event-driven)\n"


def vogels():
    text = """
    dv/dt = (-60 - v + ge*(0 - v) + gi*(-80 - v) + 20)/(20*ms) : 1 (unless refractory)
    dge/dt = -ge/(5*ms) : 1
    dgi/dt = -gi/(10*ms) : 1
    """
    E = cells(500, text, "v > -50", "v = -60", 5, "euler", v=made["V"])
    exc = joined(E, E, "exc", 0, "", "ge_post += 0.3", delay=0.8, pairs="exc")
    rec = joined(
        E, E, "rec", 0, "w : 1\n" + TRACE.format("x", 20) + TRACE.format("y", 20),
        "x += 1\nw = clip(w + 0.05*(y - 0.12), 0, 10)\ngi_post += w",
        "y += 1\nw = clip(w + 0.05*x, 0, 10)", delay=0.8, pairs="inh",
    )  # fmt: skip
    rec.w, rec.post.delay = 0.1, 0.4 * ms
    return [E, exc, rec], {"rec.weight": lambda: rec.w[:]}


def destexhe():
    X = spikes("X", 100)
    text = """
    dv/dt = (-70 - v + g*(0 - v) + 10*(I_ampa + I_gaba))/(20*ms) : 1 (unless refractory)
    dg/dt = -g/(5*ms) : 1
    I_ampa : 1
    I_gaba : 1
    """
    E = cells(100, text, "v > -54", "v = -65", 2, "euler", v=made["V"])
    parts = [X, E, joined(X, E, "x", 0, "", "g_post += 0.4", pairs={"condition": "i == j"})]
    for name, a, b, end in (("ampa", 1.1, 0.19, "0"), ("gaba", 5.0, 0.18, "-80")):
        text = f"dr/dt = ({a}*int(t - last < 1.05*ms)*(1 - r) - {b}*r)/ms : 1\nlast : second"
        gates = b2.NeuronGroup(100, text, method="euler", name=f"gates_{name}")
        gates.last = -1000 * ms
        opens = joined(E, gates, f"opens_{name}", 0, "", "last_post = t", pairs={"condition": "i == j"})
        text = f"w : 1\nI_{name}_post = w*r_pre*({end} - v_post) : 1 (summed)"
        sums = joined(gates, E, name, 0, text, pairs=name)
        sums.w = made[f"{name}_w"]
        for updater in sums.summed_updaters.values():
            updater.order = -1  # of the values at the start of the step
        parts += [gates, opens, sums]
    return parts, {}


def dopamine():
    X, R = spikes("X", 200), spikes("R", 1)
    text = "dv/dt = (-70 - v + g*(0 - v) + 4)/(20*ms) : 1\ndg/dt = -g/(5*ms) : 1\ndD/dt = -D/(200*ms) : 1"
    E = cells(10, text, "v > -54", "v = -60", 0, "euler", v=-70)
    text = (
        """
    dc/dt = -c/(1000*ms) : 1 (clock-driven)
    dw/dt = 0.001*c*D_post/ms : 1 (clock-driven)
    """
        + TRACE.format("x", 20)
        + TRACE.format("y", 20)
    )
    on_pre, on_post = "g_post += 0.04*w\nx += 1\nc -= 0.15*y", "y += 1\nc += 0.1*x"
    rec = joined(X, E, "rec", 0, text, on_pre, on_post, pairs="all", method="exponential_euler")
    rec.w, rec.state_updater.order = made["weight"], -1
    reward = joined(R, E, "reward", 0, "", "D_post += 0.5")
    return [X, R, E, rec, reward], {"rec.weight": lambda: rec.w[:], "rec.c": lambda: rec.c[:]}


def gap():
    text = """
    dv/dt = (v - v**3/3 - w + drive + I)/0.5/ms : 1
    dw/dt = 0.08*(v + 0.7 - 0.8*w)/ms : 1
    I : 1
    drive : 1
    is_up : 1
    """
    E = b2.NeuronGroup(
        60, text, threshold="v > 1 and is_up < 0.5", reset="is_up = 1", events={"down": "v < 0 and is_up > 0.5"},
        method="euler", name="E",
    )  # fmt: skip
    E.run_on_event("down", "is_up = 0")
    E.v, E.drive = made["V"], made["drive"]
    junction = joined(E, E, "junction", 0, "I_post = 0.05*(v_pre - v_post) : 1 (summed)", pairs="gap")
    for updater in junction.summed_updaters.values():
        updater.order = -1  # of the values at the start of the step
    down = joined(E, E, "inhibition", 0, "", "w_post += 0.1", delay=2.0, pairs="down", on_event={"pre": "down"})
    return [E, junction, down], {"E.V": lambda: E.v[:]}


def zenke():
    X = spikes("X", 200)
    E = cells(
        10,
        "dv/dt = (-70 - v + g*(0 - v) + 4)/(20*ms) : 1\ndg/dt = -g/(5*ms) : 1",
        "v > -54",
        "v = -60",
        0,
        "euler",
        v=-70,
    )
    text = "w : 1\nref : 1\n" + TRACE.format("x", 20) + TRACE.format("y", 20) + TRACE.format("z", 100)
    rec = joined(
        X, E, "rec", 0, text, "g_post += 0.04*w\nx += 1\nw = clip(w - 0.01*y + 0.0005, 0, 1)",
        "w = clip(w + 0.004*x*z - 0.0001*(w - ref)*z**3, 0, 1)\ny += 1\nz += 1", pairs="all",
    )  # fmt: skip
    rec.w, rec.ref, rec.post.delay = made["weight"], 0.5, 0.7 * ms
    slow = "ref += int(t > 0*ms)*0.05*(w - ref - 20*ref*(0.25 - ref)*(0.5 - ref))"
    rec.run_regularly(slow, dt=50 * ms, when="start")
    return [X, E, rec], {"rec.weight": lambda: rec.w[:], "rec.ref": lambda: rec.ref[:]}


FURTHER = {"vogels": vogels, "destexhe": destexhe, "dopamine": dopamine, "gap": gap, "zenke": zenke}
