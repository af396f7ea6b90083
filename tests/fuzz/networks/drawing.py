"""Networks put together at random, each twice: by the package, and for the interpreter of ``semantics.py``."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

import brainpy_lab as bp
from tests.fuzz.networks import semantics
from tests.fuzz.networks.lines import CellLines, SynapseLines

DT = 0.1

CELLS = [
    CellLines(
        {"tau": 10, "I": 0, "Ib": 0, "a": 0.5, "V_th": 10},
        {"V": "(-V + I + Ib)/tau", "w": "(a - w)/30"},
        "V >= V_th", ("V = 0", "w += 0.3"),
    ),
    CellLines(
        {"tau": 15, "I": 0, "Ib": 0, "t_ref": 1.3, "a": 0.2, "V_th": 10},
        {"V": "(-V + I + Ib - w)/tau", "w": "(a*V - w)/40"},
        "V >= V_th", ("V = 1", "w += 0.5"), ("V", "t_ref"),
    ),
    CellLines(
        {"tau": 12, "I": 0, "Ib": 0, "t_dead": 2.1, "a": 0.2, "V_th": 10},
        {"V": "(-V + I + Ib)/tau", "w": "(V/10 - w)/25"},
        "V >= V_th", ("V -= 6",), ("spike", "t_dead"),
    ),
    CellLines(
        {"tau": 9, "I": 0, "Ib": 0, "t_ref": 0.7, "a": 1, "V_th": 10},
        {"V": "(-V + I + Ib)/tau", "w": "(a - w)/20"},
        "V >= V_th", ("V = min(V - V_th, 2)", "w = clip(0.8*w + 0.4, 0, 1.5)"), ("w", "t_ref"),
    ),
]  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """Lines of a synapse that belong together; of a tuple in place of a line one is drawn."""

    parameters: dict[str, float] | None = None
    slopes: dict[str, str | tuple[str, ...]] | None = None
    initial: dict[str, float] | None = None
    sums: dict[str, str | tuple[str, ...]] | None = None
    pre: tuple[str | tuple[str, ...], ...] = ()
    post: tuple[str | tuple[str, ...], ...] = ()
    every: tuple[str | tuple[str, ...], ...] = ()
    is_plastic: bool = False


KINDS = {
    "jump": Kind(pre=(("post.V += weight", "post.V += weight*1.5", "post.w -= 0.1*weight"),)),
    "jump of what is read": Kind(
        pre=(
            (
                "post.V += 0.2*weight*(8 - post.V)", "post.V += 0.1*pre.w", "post.w += 0.05*(post.V - 2)",
                "post.V += weight*0.05*pre.V",
            ),
        )
    ),
    "jump either way": Kind(pre=("post.V += (weight if post.V < 5 else -0.3*weight)",)),
    "a state set": Kind(
        pre=(
            (
                "post.V = 0.9*post.V + 0.1*weight", "post.w = clip(post.w, 0, 1)",
                "post.w = max(0.2, post.w - 0.1*weight)", "post.V = min(post.V + weight, 9.5)",
            ),
        )
    ),
    "what others have left": Kind(
        {"k": 0.02}, initial={"p": 0.3},
        pre=("post.V += 0.3*p*weight", ("p = 0.9*p + k*post.V", "p = post.w", "p = k*pre.V")),
    ),
    "a state set, back": Kind(pre=(("pre.w = 0.95*pre.w + 0.02*weight", "pre.V = clip(pre.V - 0.3*weight, -2, 9)"),)),
    "set at spikes of post": Kind(post=(("post.w = 0.5*(post.w + pre.w)", "pre.w = 0.9*pre.w + 0.05*weight"),)),
    "weight by what others have left": Kind(
        pre=("post.V += 0.2*weight", "weight = clip(weight + 0.02*(post.V - 5), 0.1, 1.5)"), is_plastic=True
    ),
    "jump back": Kind(pre=("pre.w += 0.05*weight",)),
    "jump back at spikes of post": Kind(post=("pre.w += 0.02*weight",)),
    "jump at spikes of post": Kind(post=(("post.w += 0.1*weight", "pre.V -= 0.1*weight"),)),
    "exponential": Kind(
        {"tau_e": 4, "E": 12}, {"g": "-g/tau_e"},
        sums={"I": ("g*(E - post.V)", "g", "2*g*post.w", "g*pre.w")}, pre=("g += weight",),
    ),
    "exponential, weighted in the sum": Kind(
        {"tau_f": 5}, {"f": "-f/tau_f"}, sums={"I": ("weight*f", "weight*f*post.w")}, pre=("f += 1",),
    ),
    "rise and decay": Kind(
        {"tr": 2, "td": 7}, {"h": "-h/tr", "q": "-q/td + h"}, sums={"I": "q"}, pre=("h += weight*0.5",)
    ),
    "saturating": Kind(
        {"ts": 20, "al": 0.4, "Es": 15}, {"s": "-s/ts"},
        sums={"I": ("weight*s*(Es - post.V)", "weight*s**2")}, pre=("s += al*(1 - s)",),
    ),
    "state of a connection": Kind(
        {"tz": 9, "zs": 0.1},
        {"z": tuple(f"-z/tz + zs*(post.V - 3)*0.1{more}" for more in ("", " + 0.01*pre.w", "*weight"))},
        sums={"Ib": ("z", "z*weight")}, pre=("z += 0.2",),
    ),
    "gap": Kind(
        sums={
            "Ib": (
                "0.3*weight*(pre.V - post.V)", "0.1*(pre.V - post.V)", "weight*tanh(pre.w)",
                "weight*sin(pre.V - post.V)",
            )
        }
    ),
    "rate": Kind(sums={"Ib": ("weight*pre.w", "0.5*pre.w*post.w", "weight")}),
    "depression and facilitation": Kind(
        {"tau_x": 80, "tau_u": 50, "U": 0.3, "x0": 1}, {"x": "(x0 - x)/tau_x", "u": "-u/tau_u"}, {"x": 1.0},
        pre=("u += U*(1 - u)", "post.V += weight*u*x", "x -= u*x"),
    ),
    "pair-based plasticity": Kind(
        {"tp": 17, "A": 0.05, "wm": 2}, {"ap": "-ap/tp", "aq": "-aq/19"},
        pre=("ap += 1", "weight = clip(weight - A*aq, 0, wm)"),
        post=("aq += 1", "weight = clip(weight + A*ap, 0, wm)"), is_plastic=True,
    ),
    "nearest-spike plasticity": Kind(
        slopes={"bp": "-bp/17"}, pre=("bp = 1",), post=("weight += 0.02*bp*(1 - weight)",), is_plastic=True
    ),
    "trace of both sides": Kind(
        slopes={"c": "-c/30"}, pre=("c += 0.1",), post=("c -= 0.05", "post.w += 0.1*c"),
    ),
    "trace read as it is set": Kind(slopes={"m": "-m/11"}, pre=("m += weight", "post.w += 0.05*m")),
    "every 5 ms": Kind(
        every=(
            (
                "weight = weight*3/(0.1 + post.sum(weight))", "weight = 0.9*weight + 0.05",
                "weight = weight + 0.01*(1 - weight)",
            ),
        ),
        is_plastic=True,
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Part:
    """A part of a network: the package's, and the interpreter's."""

    ours: bp.NeuGroup | bp.SpikeSource | bp.Synapses
    meant: semantics.Cells | semantics.Source | semantics.Synapses


def network(seed: int, *, is_large: bool = False) -> tuple[bp.Network, semantics.Network]:
    """A network, and what it is meant to be; large ones have cells for several threads."""
    rng = np.random.default_rng(seed)
    cells = (70, 200) if is_large else (1, 9)
    groups = [_group(rng, f"G{k}", cells) for k in range(rng.integers(1, 4))]
    sources = [_source(rng, f"S{k}") for k in range(rng.integers(0, 3))]
    synapses = [_synapses(rng, f"syn{k}", groups, sources) for k in range(rng.integers(1, 5))]
    schedule = "brian2" if rng.random() < 0.25 else "default"
    ours = bp.Network(*(part.ours for part in [*groups, *sources, *synapses]), schedule=schedule)
    meant = semantics.Network(*([p.meant for p in parts] for parts in (groups, sources, synapses)), DT, schedule)
    return ours, meant


def _group(rng, name, cells) -> Part:
    lines, size = CELLS[rng.integers(len(CELLS))], int(rng.integers(*cells))
    initial = {"V": rng.uniform(0, 9, size)}
    values = {"Ib": rng.uniform(8, 24, size)}
    for parameter, draw in {
        "tau": lambda: rng.uniform(8, 14, size),
        "V_th": lambda: rng.uniform(9, 11, size),
        "t_ref": lambda: rng.uniform(0, 4, size).round(1),
    }.items():
        if parameter in lines.parameters and rng.random() < 0.3:
            values[parameter] = draw()
    model = bp.model(lines.text, name=f"Cell{name}")
    ours = bp.NeuGroup(model, size, name=name, method="euler", initial=initial, **values)
    return Part(ours, semantics.Cells(lines, size, {**initial, **values}))


def _source(rng, name) -> Part:
    """Spikes on the grid or within its steps: one in (t_n, t_n+1] belongs to step n."""
    size, count = int(rng.integers(1, 6)), int(rng.integers(0, 40))
    steps, cells = rng.integers(1, 400, count), rng.integers(0, size, count)
    before = rng.uniform(0, 0.99, count) if rng.random() < 0.5 else 0.0
    ours = bp.SpikeSource((steps - before) * DT, cells, size, name=name)
    return Part(ours, semantics.Source(size, steps - 1, cells))


def _synapses(rng, name, groups, sources) -> Part:
    pre = _one(rng, sources if sources and rng.random() < 0.3 else groups)
    post = _one(rng, groups)
    lines = _synapse_lines(rng)
    while not _suits(lines, pre):
        lines = _synapse_lines(rng)
    views = [_view(rng, part.ours.size) for part in (pre, post)]
    inside = [np.arange(part.ours.size)[view] for part, view in zip((pre, post), views, strict=True)]
    sides = [part.ours[view] for part, view in zip((pre, post), views, strict=True)]
    rule = _rule(rng, *inside, same=pre is post)
    model = bp.model(lines.text, name=f"Model{name}", synapse=True)

    def made(**options):
        return bp.Synapses(pre=sides[0], post=sides[1], model=model, connect=rule, name=name, **options)

    count = len(made())
    couples = lines.names("pre", "slopes") | lines.names("pre", "sums")
    delays = {}
    if couples:  # all of them are late, or none is
        delays["delay"] = _delay(rng, count, 40, some_at_once=False)
    elif lines.pre:
        delays["delay"] = _delay(rng, count, 40)
    if lines.post:
        delays["post_delay"] = _delay(rng, count, 20)
    weight = _weight(rng, count)
    weights = {} if weight is None else {"weight": weight}
    ours = made(**weights, **{option: delay for option, delay in delays.items() if delay is not None})
    steps = [_whole_steps(delays.get(option), count) for option in ("delay", "post_delay")]
    index = inside[0][np.asarray(ours.pre_index)], inside[1][np.asarray(ours.post_index)]
    lumped = {state for state, home in ours.homes.of.items() if home == "lumped"}
    return Part(ours, semantics.Synapses(lines, pre.meant, post.meant, *index, weights, steps, lumped))


def _suits(lines, pre) -> bool:
    """Sources have no values."""
    return not (isinstance(pre.meant, semantics.Source) and lines.names("pre"))


def _synapse_lines(rng) -> SynapseLines:
    """One to three kinds of lines; those of the block of a presynaptic spike in any order."""
    kinds = [KINDS[name] for name in rng.choice(list(KINDS), size=rng.integers(1, 4), replace=False)]
    is_plastic = any(kind.is_plastic for kind in kinds)
    lines = SynapseLines()
    (lines.initial if is_plastic else lines.parameters)["weight"] = round(rng.uniform(0.2, 1.2), 3)
    for kind in kinds:
        lines.parameters |= kind.parameters or {}
        lines.initial |= kind.initial or {}
        lines.slopes |= {name: _drawn(rng, slope) for name, slope in (kind.slopes or {}).items()}
        lines.sums += [(target, _drawn(rng, term)) for target, term in (kind.sums or {}).items()]
        for block in ("pre", "post", "every"):
            getattr(lines, block).extend(_drawn(rng, line) for line in getattr(kind, block))
    if rng.random() < 0.3:
        rng.shuffle(lines.pre)
    return lines


def _drawn(rng, line):
    return line if isinstance(line, str) else str(rng.choice(line))


def _one(rng, parts):
    return parts[rng.integers(len(parts))]


def _view(rng, size) -> slice | np.ndarray:
    """All cells mostly, else a slice or a mask."""
    kind = rng.random()
    if kind < 0.65 or size < 2:
        return slice(None)
    if kind < 0.85:
        first = int(rng.integers(0, size - 1))
        return slice(first, int(rng.integers(first + 1, size + 1)))
    mask = rng.random(size) < 0.6
    mask[rng.integers(size)] = True  # a view of no cells is refused
    return mask


def _rule(rng, pre, post, *, same):
    """A rule that can be had between these cells."""
    seed = int(rng.integers(1000))
    rules: dict[str, Callable] = {
        "all": bp.connect.all_to_all,
        "probability": lambda: bp.connect.fixed_probability(0.5, seed=seed),
        "pairs": lambda: bp.connect.pairs(*_pairs(rng, pre, post, same), multapses=True),
    }
    if len(pre) * len(post) > 1000:
        return bp.connect.fixed_probability(2 / len(post), seed=seed)
    if len(pre) == len(post) and not same:
        rules["one to one"] = bp.connect.one_to_one
    if len(pre) > 2:
        rules["in-degree"] = lambda: bp.connect.fixed_in_degree(2, seed=seed)
    return rules[rng.choice(list(rules))]()


def _pairs(rng, pre, post, same):
    """Any of the possible pairs, in any order, some of them twice."""
    pairs = [(a, b) for a in range(len(pre)) for b in range(len(post)) if not (same and pre[a] == post[b])]
    rng.shuffle(pairs)
    pairs = pairs[: int(rng.integers(0, len(pairs) + 1))]
    pairs += pairs[: int(rng.integers(0, 3))]
    return [int(a) for a, _ in pairs], [int(b) for _, b in pairs]


def _delay(rng, count, longest, *, some_at_once=True) -> float | np.ndarray | None:
    """None, one for all, or one a connection: up to ``longest`` steps, one step, or few with some of none."""
    match rng.choice(["none", "one", "many", "step", "few"], p=[0.3, 0.25, 0.2, 0.1, 0.15]):
        case "one":
            return float(rng.integers(1, longest)) * DT
        case "many":
            return rng.integers(1, longest, count) * DT
        case "step":
            return DT
        case "few":
            return rng.integers(0 if some_at_once else 1, 4, count) * DT
    return None


def _weight(rng, count) -> float | np.ndarray | None:
    """That of the model, one for all, or one a connection."""
    return (None, float(rng.uniform(0.1, 1)), rng.uniform(0.1, 1, count))[rng.integers(3)]


def _whole_steps(delay, count):
    return np.rint(np.broadcast_to(0.0 if delay is None else delay, count) / DT).astype(int)
