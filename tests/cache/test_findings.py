"""What was found out about a system is asked once, and again where the file is damaged."""

import brainpy_lab as bp
from brainpy_lab.cache.findings import found

DECAY = bp.model("k = 2\ndx/dt = -k*x", name="Decay").system
FASTER = bp.model("k = 3\ndx/dt = -k*x", name="Faster").system  # differs in a value alone
GROWTH = bp.model("k = 2\ndx/dt = k*x", name="Growth").system


def test_a_question_is_asked_once_for_all_systems_alike(tmp_path, monkeypatch):
    monkeypatch.setenv("BRAINPY_LAB_CACHE", str(tmp_path))
    asked = []

    def answer():
        asked.append(len(asked))
        return {"rate": "-k", "n": asked[-1]}

    first = {"rate": "-k", "n": 0}
    assert [found(DECAY, "rate", answer), found(DECAY, "rate", answer), found(FASTER, "rate", answer)] == [first] * 3
    assert found(GROWTH, "rate", answer)["n"] == 1
    assert found(DECAY, "rates", answer)["n"] == 2
    for file in (tmp_path / "findings").iterdir():
        file.write_bytes(file.read_bytes().replace(b'"-k"', b'"+k"'))
    assert found(DECAY, "rate", answer) == {"rate": "-k", "n": 3}
