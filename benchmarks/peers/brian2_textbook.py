"""Networks of textbooks in Brian2.

    python brian2_textbook.py NETWORK FILE DURATION DT

FILE (.npz) has connections, states and spikes from outside; prints a line of JSON with the number of spikes, and leaves
FILE.out.npz: for each group steps and cells of spikes, and values at the end. Times of steps are those of their starts.
"""

import json
import time

import brian2 as b2
import numpy as np
from brian2 import ms
from brian2_textbook_further import FURTHER
from brian2_textbook_parts import cells, dt, duration, joined, made, name, path, spikes


def brunel():
    E = cells(1250, "dv/dt = -v/(20*ms) : 1 (unless refractory)", "v >= 20", "v = 10", 2, v=made["V"])
    counts = b2.TimedArray(made["counts"], dt=dt * ms, name="counts")
    E.run_regularly("v += 0.2*counts(t, i)*int(not_refractory)", when="synapses", order=-2)
    E.namespace["counts"] = counts
    rec = joined(E, E, "rec", 0, "w : 1", "v_post += w", delay=1.5, pairs="rec")
    rec.w = np.where(made["rec_pre"] < 1000, 0.2, -1.0)
    return [E, rec], {}


def wang():
    X = spikes("X", 250)
    text = """
    dv/dt = (-g_L*(v + 70) - g_ext*s*v - into - g_i*gaba*(v + 70))/C/ms : 1 (unless refractory)
    into = g_n*nmda*v/(1 + exp(-0.062*v)/3.57) : 1
    ds/dt = -s/(2*ms) : 1
    dgaba/dt = -gaba/(5*ms) : 1
    g_L : 1
    g_ext : 1
    C : 1
    g_n : 1
    g_i : 1
    nmda : 1
    """
    test = ("v > -50", "v = -55")
    E = cells(200, text, *test, 2, "euler", v=made["V"], g_L=25, g_ext=2.1, C=500, g_n=1.3, g_i=10.4)
    I = cells(50, text, *test, 1, "euler", "I", v=made["VI"], g_L=20, g_ext=1.62, C=200, g_n=1.0, g_i=8.0)
    text = "dn/dt = -n/(100*ms) + 0.5*x*(1 - n)/ms : 1\ndx/dt = -x/(2*ms) : 1"
    gates = b2.NeuronGroup(200, text, method="euler", name="gates")

    @b2.network_operation(when="start")
    def share():
        total = np.sum(gates.n[:])
        E.nmda[:], I.nmda[:] = total - gates.n[:], total

    return [
        X, E, I, gates, share,
        joined(X, E, "xE", 0, "", "s_post += 1", pairs={"condition": "i == j"}),
        joined(X, I, "xI", 0, "", "s_post += 1", pairs={"condition": "i == j + 200"}),
        joined(E, gates, "nE", 0, "", "x_post += 1", delay=0.5, pairs={"condition": "i == j"}),
        joined(I, E, "iE", 0, "", "gaba_post += 1", delay=0.5),
        joined(I, I, "iI", 0, "", "gaba_post += 1", delay=0.5, pairs={"condition": "i != j"}),
    ], {}  # fmt: skip


def markram():
    text = "dv/dt = (-v + I + J)/(30*ms) : 1 (unless refractory)\ndJ/dt = -J/(3*ms) : 1\nI : 1"
    E = cells(500, text, "v > 15", "v = 13.5", 3, v=made["V"], I=made["I"])
    rec = joined(
        E, E, "rec", 0, "w : 1\nU : 1\ntau_rec : second\ntau_f : second\n"
        "dx/dt = (1 - x)/tau_rec : 1 (event-driven)\ndu/dt = -u/tau_f : 1 (event-driven)",
        "u += U*(1 - u)\nJ_post += w*u*x\nx -= u*x", delay=1.0, pairs="rec",
    )  # fmt: skip
    rec.w, rec.U, rec.x = made["weight"], made["U"], 1
    rec.tau_rec, rec.tau_f = made["tau_rec"] * ms, made["tau_f"] * ms

    def now(x, rest, tau):
        return rest + (x - rest) * np.exp(-((duration - dt) * ms - rec.lastupdate[:]) / tau)

    return [E, rec], {
        "rec.x": lambda: now(rec.x[:], 1, rec.tau_rec[:]),
        "rec.u": lambda: now(rec.u[:], 0, rec.tau_f[:]),
    }


TRACE = "d{0}/dt = -{0}/({1}*ms) : 1 (event-driven)\n"
KICK = "g_post += 0.04*w\n"
RULES = {
    "song": ("x 20 y 20", "x += 0.005\nw = clip(w - y, 0, 1)", "y += 0.00525\nw = clip(w + x, 0, 1)"),
    "van_rossum": ("x 20 y 20", "x += 1\nw -= 0.03*w*y", "y += 1\nw += 0.05*x"),
    "morrison": ("x 15 y 30", "w -= 0.02*0.11*w*y\nx += 1", "w += 0.02*w**0.4*x\ny += 1"),
    "nearest": ("x 16.8 y 33.7", "w = clip(w - 0.02*y, 0, 1)\nx = 1", "w = clip(w + 0.01*x, 0, 1)\ny = 1"),
    "triplets": (
        "r1 16.8 r2 101 o1 33.7 o2 125", "w = clip(w - o1*(7e-3 + 2.3e-4*r2), 0, 1)\nr1 += 1\nr2 += 1",
        "w = clip(w + r1*(5e-3 + 6.2e-3*o2), 0, 1)\no1 += 1\no2 += 1",
    ),
    "diehl": (
        "x 20 y1 20 y2 40",
        "x = 1\nw = clip(w - 0.0001*y1, 0, 1)", "w = clip(w + 0.01*x*y2, 0, 1)\ny1 = 1\ny2 = 1",
    ),
    "clopath": ("", "x += 1\nw -= 1e-3*clip(low_post + 65, 0, inf)", ""),
}  # fmt: skip


def learning():
    X = spikes("X", 200)
    E = cells(
        10, "dv/dt = (-70 - v + g*(0 - v) + 4)/(20*ms) : 1\ndg/dt = -g/(5*ms) : 1\ndlow/dt = (v - low)/(10*ms) : 1\n"
        "dup/dt = (v - up)/(7*ms) : 1\ndh/dt = -h/(1000*ms) : 1",
        "v > -54 + h", "v = -60\nh += " + ("0.5" if name == "diehl" else "0.0"), method="euler", v=-70, low=-70, up=-70,
    )  # fmt: skip
    traces, on_pre, on_post = RULES[name]
    words = traces.split()
    text = "".join(TRACE.format(x, tau) for x, tau in zip(words[::2], words[1::2], strict=True))
    if name == "clopath":
        text = "dx/dt = -x/(15*ms) : 1 (clock-driven)\n"
        text += "dw/dt = 1e-4*x*clip(v_post + 58, 0, inf)*clip(up_post + 62, 0, inf)/ms : 1 (clock-driven)\n"
    else:
        text += "w : 1\n"
    option = {"method": "exponential_euler"} if name == "clopath" else {}
    rec = joined(X, E, "rec", 0, text, KICK + on_pre, on_post, pairs="all", **option)
    rec.w, rec.pre.delay = made["weight"], made["delay"] * ms
    if name == "clopath":
        rec.state_updater.order = -1  # it reads cells as they are at the start of a step
    parts = [X, E, rec]
    if name == "diehl":

        @b2.network_operation(dt=50 * ms, when="start", order=-1)
        def scale(t):
            if t > 0 * ms:
                w = rec.w[:].reshape(200, 10)
                rec.w[:] = (w * (78 / w.sum(axis=0))).ravel()

        parts.append(scale)
    return parts, {"rec.weight": lambda: rec.w[:]}


#: Those that are built by another name's function.
BUILT = dict.fromkeys(RULES, learning) | {"brunel": brunel, "wang": wang, "markram": markram} | FURTHER

parts, wanted = BUILT[name]()
groups = [p for p in parts if isinstance(p, b2.NeuronGroup) and "spike" in p.events]
monitors = {g.name: b2.SpikeMonitor(g, name=f"of_{g.name}") for g in groups}
net = b2.Network(*parts, *monitors.values())
start = time.process_time()
net.run(duration * ms)
seconds = time.process_time() - start
found = {key: value() for key, value in wanted.items()}
for key, monitor in monitors.items():
    found[f"{key}.step"], found[f"{key}.cell"] = np.rint(monitor.t / (dt * ms)).astype(int), monitor.i[:]
np.savez(f"{path}.out.npz", **found)
print(json.dumps({"cpu_s": round(seconds, 2), "versions": {"brian2": b2.__version__, "numpy": np.__version__}}))
