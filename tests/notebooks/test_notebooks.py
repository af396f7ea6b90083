"""The notebooks: clean as committed, and right when they run, number by number."""

import re
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from scipy.optimize import brentq

FOLDER = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS = sorted(p.stem for p in FOLDER.glob("*.ipynb"))


def read(name: str) -> Any:
    return nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)


@pytest.fixture(scope="module")
def executed():
    """The text each cell of a notebook prints or shows, by the cell's id; every notebook runs once."""
    done: dict[str, dict[str, str]] = {}

    def run(name: str) -> dict[str, str]:
        if name not in done:
            notebook = read(name)
            folder = {"metadata": {"path": str(FOLDER)}}
            NotebookClient(notebook, timeout=600, kernel_name="brainpy-lab", resources=folder).execute()
            done[name] = {c.id: text_of(c) for c in notebook.cells if c.cell_type == "code"}
        return done[name]

    return run


def text_of(cell: Any) -> str:
    parts = []
    for output in cell.outputs:
        parts.append(output.get("text", "") or output.get("data", {}).get("text/plain", ""))
        parts += [f"[{kind}]" for kind in output.get("data", {})]
    return "\n".join(parts)


def numbers(text: str) -> list[float]:
    return [float(n.replace("−", "-")) for n in re.findall(r"[-+−]?\d+(?:\.\d+)?(?:e[-+]?\d+)?", text)]


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_committed_without_outputs_and_with_its_kernel(name):
    notebook = read(name)
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "brainpy-lab"
    assert all(not c.outputs and c.execution_count is None for c in notebook.cells if c.cell_type == "code")
    assert len({c.id for c in notebook.cells}) == len(notebook.cells)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_links_lead_to_notebooks_that_exist(name):
    text = "\n".join(c.source for c in read(name).cells if c.cell_type == "markdown")
    assert all((FOLDER / target).exists() for target in re.findall(r"\]\((\w+\.ipynb)\)", text))


def test_every_notebook_is_reached_from_the_start():
    text = "\n".join(c.source for c in read("start").cells)
    assert {f"{name}.ipynb" for name in NOTEBOOKS} == {*re.findall(r"\((\w+\.ipynb)\)", text), "start.ipynb"}


@pytest.mark.timeout(900)
def test_start(executed, reference):
    shown = executed("start")
    assert "[application/vnd.jupyter.widget-view+json]" in shown["model"]
    assert "[image/png]" in shown["run"]
    assert "[image/png]" in shown["phase-plane"]
    final = numbers(shown["adaptive"])[1:4:2]
    assert final == pytest.approx(reference("FHN_t100")["value"], abs=1e-8)
    assert "unstable node at V = -0.272901, w = 0.533874" in shown["fixed-points"]
    places = re.findall(r"(\S+) at I = ([\d.]+)", shown["bifurcation"])
    assert [kind for kind, _ in places] == ["cycles", "Hopf", "Hopf", "cycles"]
    hopf = [reference(f"FHN_hopf_{side}")["value"] for side in ("low", "high")]
    assert [float(value) for _, value in places[1:3]] == pytest.approx(hopf, abs=1e-5)
    first, last = numbers(shown["sweep-numbers"])
    assert 0.30 < first <= 0.34
    assert 1.41 <= last < 1.45
    assert "xarray.Dataset" in shown["xarray"]
    assert "def step(t, dt, V, w, I, a, b, tau):" in shown["step"]
    assert numbers(shown["backends"])[-1] < 1e-9


@pytest.mark.timeout(900)
def test_fitzhugh_nagumo(executed, reference):
    shown = executed("fitzhugh_nagumo")
    hopf = [reference(f"FHN_hopf_{side}")["value"] for side in ("low", "high")]
    assert numbers(shown["stability"]) == pytest.approx(hopf, abs=1e-9)
    assert numbers(shown["closed-form"]) == pytest.approx(hopf, abs=1e-7)
    assert "stable focus at V = -1.19941, w = -0.62426" in shown["rest-point"]
    peaks = numbers(shown["pushes"])[1::2]
    assert max(peaks[:2]) < -0.5
    assert min(peaks[2:]) > 1.5
    periods = numbers(shown["period-code"])[1::2]
    expected = [reference(f"FHN_period_I{current}")["value"] for current in (0.5, 0.8)]
    assert periods == pytest.approx(expected, abs=1e-6)


@pytest.mark.timeout(900)
def test_hodgkin_huxley_1952(executed, reference):
    shown = executed("hodgkin_huxley_1952")
    spikes = reference("HH_spikes_I10")["value"]
    count, first, last, interval, rate = numbers(shown["run"])
    assert count == len(spikes)
    assert (first, last) == pytest.approx((spikes[0], spikes[-1]), abs=2e-6)
    assert interval == pytest.approx(spikes[-1] - spikes[-2], abs=1e-4)
    assert rate == pytest.approx(1000 / interval, abs=0.1)
    assert "stable focus at V = -64.9964" in shown["rest-code"]
    assert numbers(shown["hopf"])[:2] == pytest.approx([9.775438, 154.522434], abs=1e-6)
    onset, _, firing = numbers(shown["fi-numbers"])
    assert onset == pytest.approx(6.5)
    assert firing == pytest.approx(54, abs=2)
    kinds = re.findall(r"(stable node|saddle) at V = (\S+),", shown["threshold-points"])
    assert [kind for kind, _ in kinds] == ["stable node", "saddle", "stable node"]
    assert float(kinds[1][1]) == pytest.approx(-62.3818)
    sodium, potassium, _, top = numbers(shown["currents-numbers"])
    assert (sodium, potassium) == pytest.approx((-793, 837), abs=2)
    assert top == pytest.approx(40.3, abs=0.2)


@pytest.mark.timeout(900)
def test_morris_lecar(executed, reference):
    shown = executed("morris_lecar")
    hopf = numbers(shown["hopf-point"])[:2]
    assert hopf == pytest.approx([reference("ML_hopfset_hopf1")["value"], 212.0188161], abs=1e-7)
    assert "stable node at V = -41.8452" in shown["snic-points"]
    assert numbers(shown["snic-fold"]) == [39.963, 3, 39.964, 1]
    assert 39.963 < reference("ML_snlcset_fold1")["value"] < 39.964
    one, two = shown["fi-numbers"].strip().splitlines()
    assert numbers(one)[-2] < 3
    assert numbers(two)[-2] > 7
    swings = numbers(shown["bistable"])[1::3]
    assert swings[0] == swings[2] == 0
    assert swings[1] > 30


@pytest.mark.timeout(900)
def test_noise(executed, reference):
    shown = executed("noise")
    orders = numbers(shown["orders"])
    measured = [float(n) for n in re.findall(r"measured order (\S+)", shown["orders"])]
    assert measured == pytest.approx([0.5, 1, 1.5], abs=0.15), orders
    assert "(dW ** 2 - dt)" in shown["code"]
    assert "[application/vnd.jupyter.widget-view+json]" in shown["lif"]
    rate = reference("Siegert_mu15_s5")["value"]
    assert numbers(shown["siegert"])[0] == pytest.approx(rate, abs=1e-6)
    step, _, bridge, _ = numbers(shown["bridge"])
    assert 0.9 * rate < step < 0.96 * rate
    assert bridge == pytest.approx(rate, rel=0.025)
    assert max(numbers(shown["curve"])[1::2]) < 2


@pytest.mark.timeout(900)
def test_ordinary_equations(executed):
    shown = executed("ordinary_equations")

    def lines(cell):
        return [line for line in shown[cell].splitlines() if ":" in line]

    assert "x_new = x + dt / 2 * (dx_1 + dx_2)" in shown["model"]
    for line in lines("slopes"):
        nominal, measured = numbers(line.split(":")[1])
        assert measured == pytest.approx(nominal, abs=0.15), line
    found = {
        line.split(":")[0]: numbers(line.split(":")[1]) for line in shown["work-precision"].splitlines() if ":" in line
    }
    assert found["dop853"][0] < found["rkdp"][0] < found["bs"][0] / 10
    assert max(error for _, error in found.values()) < 1e-8
    explicit, rosenbrock = lines("relaxation")
    assert "stiff True" in explicit
    assert numbers(explicit)[0] > 20 * numbers(rosenbrock.removeprefix("rodas4"))[0]
    assert numbers(explicit)[-1] == pytest.approx(numbers(rosenbrock)[-1], abs=1e-4)
    ratios = [numbers(line)[-1] for line in lines("limit")]
    # van der Pol's correction is 3*2.33811*eps**(2/3) for large 1/eps (Grasman 1987, doi:10.1007/978-1-4612-1056-6)
    assert ratios[-1] == pytest.approx(7.014, abs=0.5)
    calm, stiff = lines("chosen")
    assert "tsit5, not stiff" in calm
    assert "rodas4, stiff" in stiff


@pytest.mark.timeout(900)
def test_fractional_equations(executed):
    shown = executed("fractional_equations")
    assert "[application/vnd.jupyter.widget-view+json]" in shown["model"]
    tails = numbers(shown["tail-numbers"])
    assert tails[1:8:2] == pytest.approx([-0.3, -0.5, -0.7, -0.9], abs=0.03)
    assert tails[-1] < 1e-3
    assert "def step(t, dt, x, alpha, x_rectangle, x_trapezoid" in shown["step"]
    nominal, measured = (
        numbers(re.sub(r"l1:", "", shown["orders"]))[::2],
        numbers(re.sub(r"l1:", "", shown["orders"]))[1::2],
    )
    assert nominal == [2.0, 1.6, 1.4, 1.0]
    assert measured == pytest.approx(nominal, abs=0.15)
    uniform, graded, steep = numbers(shown["grading"])[1::2]
    assert graded < uniform / 100
    assert steep < uniform / 100
    orders = [numbers(line) for line in shown["latency"].strip().splitlines()]
    assert orders[0] == [1.0, 19.7, 27.7, 27.7]
    assert [first for _, first, _, _ in orders] == pytest.approx([19.7, 28.1, 44.4, 81.3], abs=0.2)
    assert all(last < first for _, _, first, last in orders[1:])
    rates = [numbers(line) for line in shown["adaptation-plot"].strip().splitlines() if line]
    assert [r[1] for r in rates] == pytest.approx([137.0, 131.6, 123.5], abs=0.5)
    falls = [r[2] - r[-2] for r in rates]  # after 0.3 s the ordinary current is settled, the fractional ones are not
    assert falls[0] < 6 < 12 < min(falls[1:])


@pytest.mark.timeout(900)
def test_delays(executed):
    shown = executed("delays")
    assert "[application/vnd.jupyter.widget-view+json]" in shown["late"]
    by_hand = numbers(shown["steps"])
    assert by_hand[1::3] == pytest.approx(by_hand[2::3], abs=1e-6)
    orders = [float(n) for n in re.findall(r"measured order (\S+)", shown["order"])]
    assert orders == pytest.approx([1, 2, 4], abs=0.15)
    error, *met = numbers(shown["breaks"])
    assert error < 1e-9
    assert met[-4:] == [1, 2, 3, 4]
    assert "past(x_past, t - tau)" in shown["code-cell"]
    critical, period, _, below, above = numbers(shown["hopf"])
    assert (critical, period) == pytest.approx((3.289, 10.03), abs=0.001)
    assert below < 0.001 < 0.1 < above
    assert numbers(shown["rhythm"])[:2] == pytest.approx([10.03, 100], abs=0.2)
    found, series = numbers(shown["pantograph"])[1:]
    assert found == pytest.approx(series, abs=1e-9)


@pytest.mark.timeout(900)
def test_networks(executed):
    shown = executed("networks")
    assert "[image/png]" in shown["network"]
    excitatory, inhibitory = (numbers(line) for line in shown["rates"].splitlines()[:2])
    assert excitatory == pytest.approx([19.8, 1.17], abs=0.2)
    assert inhibitory == pytest.approx([19.3, 1.17], abs=0.2)
    assert "Network net: 1,000 cells, 79,965 connections" in shown["explain"]
    assert "3. spikes of E whose delay is over, at EE: pre_spike_EE" in shown["code"]
    assert "[application/vnd.jupyter.widget-view+json]" in shown["interact"]
    rates = numbers(shown["numbers"])[1::2]
    assert rates == pytest.approx([194.9, 176.7, 18.8, 6.8], rel=0.02)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_excitability_classes(executed, reference):
    shown = executed("excitability_classes")
    found = shown["diagrams"]
    assert f"subcritical Hopf at I = {reference('ML_hopfset_hopf1')['value']:.4f}" in found
    assert f"snic at I = {reference('ML_snlcset_fold1')['value']:.4f}" in found
    assert "homoclinic at I = 35.0067" in found
    # the fold of cycles has a period of 135.4 ms; the first stable cycle of the branch lies a little beyond it
    assert numbers(shown["rates-picture"])[1] == pytest.approx(1000 / 135.4, abs=0.3)
    assert numbers(shown["law-circle"])[-1] == pytest.approx(2, abs=0.05)
    longer, expected = numbers(shown["law-homoclinic"])[0], numbers(shown["law-homoclinic"])[-1]
    assert longer == pytest.approx(expected, rel=1e-2)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_bursting(executed, reference):
    shown = executed("bursting")
    kind, ends, spikes = shown["kind"].strip().splitlines()[:3]
    assert kind == "fold/homoclinic (square-wave)"
    expected = [2 - reference(name)["value"] for name in ("HRfast_fold2", "HRfast_homoclinic_2")]
    assert numbers(ends) == pytest.approx(expected, abs=1e-6)
    assert numbers(spikes) == [9]
    assert numbers(shown["fold"])[:3] == pytest.approx([1.814815, 1, 0], abs=1e-6)
    assert numbers(shown["count"])[1::2] == pytest.approx([3, 5, 9, 17], abs=1)
    assert "subHopf/fold cycle (elliptic)" in shown["elliptic-picture"]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_wilson_cowan(executed, reference):
    shown = executed("wilson_cowan")
    folds = [reference(f"WC72_hyst_fold{k}")["value"] for k in (2, 1)]
    assert numbers(shown["diagram"])[:2] == pytest.approx(folds, abs=1e-5)
    assert shown["states"].count("stable node") == 2
    assert numbers(shown["switch"])[:3] == pytest.approx([0, 0.4398, 0], abs=1e-3)
    up, down = numbers(shown["ramp"])[:2]
    assert folds[1] < up < folds[1] + 0.06
    assert folds[0] - 0.06 < down < folds[0]
    assert f"period at P = 1.25: {reference('WC72_lc_period_P1.25')['value']:.7f}" in shown["rhythm-diagram"]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_delayed_loop(executed):
    shown = executed("delayed_loop")
    _, short, _, long = numbers(shown["runs"])[:4]
    assert short < 1e-4
    assert long == pytest.approx(0.456, abs=2e-3)
    found, by_hand = numbers(shown["diagram"])[:2]
    assert found == pytest.approx(by_hand, abs=1e-8)
    assert shown["diagram"].count("supercritical Hopf") == 2
    swings = np.reshape(numbers(shown["amplitude"])[:9], (3, 3))
    assert swings[:, 1] / swings[:, 2] == pytest.approx([1.02, 1.02, 1.09], abs=0.02)
    curves, first = numbers(shown["plane"])[:2]
    assert curves == 3
    assert first == pytest.approx(1.3044, abs=2e-4)
    assert "supercritical: True" in shown["plane"]
    least, most = numbers(shown["frequency"])[:2]
    assert 0.25 < least < most < 0.5
    # a gain k = 4 g r (1 - r) on the curve: omega T = sqrt(k² - 1), omega delay = arccos(-1/k)
    for delay, g, frequency in np.reshape(numbers(shown["frequency"])[2:11], (3, 3)):
        r = brentq(lambda r, g=g: r - 1 / (1 + np.exp(-4 * (1 - g * r))), 0, 1)
        k = 4 * g * r * (1 - r)
        assert 2 * np.pi * frequency / 1000 == pytest.approx(np.sqrt(k**2 - 1) / 5, rel=2e-3)
        assert 2 * np.pi * frequency / 1000 * delay == pytest.approx(np.arccos(-1 / k), rel=2e-3)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_jansen_rit(executed):
    shown = executed("jansen_rit")
    # Grimbert and Faugeras 2006: Hopf points at 89.83 and 315.70, the saddle-node at 113.58, the fold at 137.38
    for point in ("Hopf at p = 89.8291", "snic at p = 113.586", "cycles at p = 137.379", "Hopf at p = 315.696"):
        assert point in shown["bifurcation"]
    rates = [float(n) for n in re.findall(r"stable: (\S+) Hz", shown["at"])]
    assert sorted(rates) == pytest.approx([2.385, 7.328, 10.468], abs=1e-3)
    assert shown["at"].count("unstable") == 1
    large, small = numbers(shown["runs"])[:2]
    assert (large, small) == pytest.approx((9.9, 2.1), abs=0.3)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_codimension_two(executed, reference):
    shown = executed("codimension_two")
    assert f"fold at I = {reference('INaK_high_fold1')['value']:.5f}" in shown["two-cells"]
    assert "Bogdanov-Takens at I = 7.74871, V_n = -37.6118" in shown["curves"]
    assert "Bautin at I = 12.4266, V_n = -40.758" in shown["curves"]
    assert numbers(shown["eigenvalues"])[-1] < 1e-5
    gaps = [float(g) for g in re.findall(r"gap (\S+)", shown["unfold"])]
    assert gaps[0] / gaps[1] == pytest.approx(20, abs=2)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_synchrony(executed):
    shown = executed("synchrony")
    assert numbers(shown["numbers"])[1:] == pytest.approx([0.0017, -0.0556, 0.0638], abs=1e-4)
    assert "stable synchrony; unstable antiphase." in shown["interaction"]
    assert numbers(shown["pair"]) == pytest.approx([-0.00495, -0.00495], abs=1e-4)
    assert "unstable synchrony; stable antiphase." in shown["delayed"]
    assert "[image/png]" in shown["curve"]
