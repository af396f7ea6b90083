"""The pages of docs/: their Python examples run one after the other, and their links lead somewhere."""

from __future__ import annotations

import re
import runpy
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import brainpy_lab as bp

DOCS = Path(__file__).resolve().parent.parent / "docs"
PAGES = sorted(DOCS.glob("*.md"))


def examples(page: str, folder: Path) -> dict[str, object]:
    """What the examples of a page leave behind when they are run as one file."""
    text = (DOCS / page).read_text(encoding="utf-8")
    file = folder / "examples.py"  # a file: the source of functions is read from it
    file.write_text("\n".join(re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)), encoding="utf-8")
    return runpy.run_path(str(file))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_lead_to_files(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
        assert target.startswith("https://") or (page.parent / target).exists(), target


def test_cells_of_the_language_page_are_models() -> None:
    text = (DOCS / "language.md").read_text(encoding="utf-8")
    cells = re.findall(r"```\n%%brainpy_model (\w+)\n(.*?)```", text, flags=re.DOTALL)
    assert [name for name, _ in cells] == ["NoisyLIF", "DelayedLoop"]
    for name, cell in cells:
        assert np.isfinite(list(bp.model(cell, name=name).run(1.0, backend="numpy").final.values())).all()


def test_examples_of_the_language_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = examples("language.md", tmp_path)
    assert "'y'" in capsys.readouterr().out
    assert {"ou", "loop", "relaxation"} <= found.keys()


def test_examples_of_the_page_on_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = examples("running.md", tmp_path)
    period = 10.0 * np.log(20.0 / 5.0)  # from -65 to -50 mV at I = 20
    spikes = found["many"].events["spike"]  # type: ignore[attr-defined]
    assert spikes.index.min() == 375, "the first above the rheobase of 15 mV"
    own = found["lif"].run(200.0, record=[]).events["spike"].t  # type: ignore[attr-defined]
    assert np.diff(own) == pytest.approx(period, abs=0.02)
    np.testing.assert_array_equal(found["same"]["V"], found["sol"]["V"])  # type: ignore[index]


def test_examples_of_the_page_on_networks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sol: Any = examples("networks.md", tmp_path)["sol"]
    assert "one value a cell of E, in its equations" in capsys.readouterr().out, "conductances are sums of the target"
    assert sol["E"].events["spike"].t.size > 0
    assert sol["E[:5]"].V.shape == (1001, 5)


def test_examples_of_the_page_on_synapses(tmp_path: Path) -> None:
    sol: Any = examples("synapses.md", tmp_path)["sol"]
    assert np.ptp(sol.final["triplets"]["weight"]) > 0, "pairs of spikes have changed some weights"
    assert sol.final["short_term"]["x"].min() < 1, "spikes have taken resources"


def test_examples_of_the_page_on_connections(tmp_path: Path) -> None:
    found: dict[str, Any] = examples("connections.md", tmp_path)
    assert abs(len(found["table"]) - 0.02 * 4000 * 3999) < 4 * np.sqrt(0.02 * 0.98 * 4000 * 3999)
    np.testing.assert_array_equal(found["local"].targets, found["same"].targets)
    np.testing.assert_array_equal(found["part"], found["weights"][1000:2000])


def test_examples_of_the_page_on_bifurcations(tmp_path: Path) -> None:
    found: dict[str, Any] = examples("bifurcations.md", tmp_path)
    assert [p.kind for p in found["diagram"].points] == ["fold of cycles", "hopf", "hopf", "fold of cycles"]
    assert found["hopf"].parameter == pytest.approx(0.33128133745474581, abs=1e-9)  # v = -sqrt(1 - b/tau)
    assert found["spread"].deviations["V"] == pytest.approx(found["spread"].covariance[0, 0] ** 0.5)


def test_examples_of_the_page_on_cycles(tmp_path: Path) -> None:
    found: dict[str, Any] = examples("cycles.md", tmp_path)
    assert found["lc"].period == pytest.approx(36.518032472314765, rel=1e-10)
    assert found["branch"].ends != ("", "")
    assert found["diagram"].points.of("fold of cycles")[0].parameter == pytest.approx(0.3241785225, abs=1e-9)


def test_examples_of_the_page_on_two_parameters(tmp_path: Path) -> None:
    found: dict[str, Any] = examples("two_parameters.md", tmp_path)
    assert found["plane"].points.of("bogdanov-takens")[0].parameters["I"] == pytest.approx(-0.206894, abs=1e-6)
    assert found["along"]["p"] == pytest.approx(-(found["along"]["q"] ** 2) / 4, abs=1e-9)


@pytest.mark.slow  # it compiles three models; tests/analysis has what it shows
def test_examples_of_the_page_on_rhythms(tmp_path: Path) -> None:
    found: dict[str, Any] = examples("rhythms.md", tmp_path)
    assert found["z"]["V"].values == pytest.approx([0.59742517, -1.10112952], abs=1e-5)
    assert repr(found["both"].locked) == "(stable synchrony, unstable antiphase)"
    assert found["chaos"].exponents == pytest.approx([0.9056, 0.0, -14.5723], abs=0.03)
    doubled = found["orbits"]
    assert np.ptp(doubled["x"].values[doubled["c"].values == 2.5]) < 1e-3, "a cycle of one turn"
    assert np.ptp(doubled["x"].values[doubled["c"].values == 3.5]) > 1, "a cycle of two turns"


def test_examples_of_the_page_on_bursting(tmp_path: Path) -> None:
    burst: Any = examples("bursting.md", tmp_path)["burst"]
    assert burst.kind == "fold/homoclinic (square-wave)"
    assert burst.begins.parameter == pytest.approx(3.25 - 5 / 27, abs=1e-9)  # x = -4/3


def test_examples_of_the_page_on_measures(tmp_path: Path) -> None:
    found: dict[str, Any] = examples("measures.md", tmp_path)
    assert found["cv"][50:].mean() == pytest.approx(0.0, abs=0.01), "driven by a constant current"
    assert float(found["spectrum"].idxmax()) == 40.0
    assert found["distance"] == pytest.approx(0.4)


def test_the_page_on_measures_names_every_measure() -> None:
    text = (DOCS / "measures.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^\| `(\w+)`", text, flags=re.MULTILINE)) == bp.measure.__all__


def test_the_page_on_connections_names_every_rule_and_its_arguments() -> None:
    text = (DOCS / "connections.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)\((.*?)\)`", text, flags=re.MULTILINE))
    assert sorted(rows) == sorted(bp.connect.registry())
    for name, arguments in rows.items():
        known = {field.name for field in fields(bp.connect.registry()[name])}
        assert set(filter(None, arguments.split(", "))) <= known, name
    marked = set(re.findall(r"^\| `(\w+)\(.*?\)` \*", text, flags=re.MULTILINE))
    assert marked == {name for name, rule in bp.connect.registry().items() if hasattr(rule, "multapses")}


def test_defaults_are_as_the_page_on_runs_says() -> None:
    plain, noisy = bp.model("dx/dt = -x", name="Plain"), bp.model("dx/dt = -x + xi", name="Noisy")
    text = (DOCS / "running.md").read_text(encoding="utf-8")
    assert f"| `method` | `{plain.method}`; `{noisy.method}` with noise |" in text
    assert f"| `dt` | {plain.dt:g} |" in text
    assert f"| `backend` | `{plain.backend}` |" in text
