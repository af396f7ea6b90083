"""The examples in docstrings give what they show."""

import doctest
import importlib
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[1]
#: Only files with examples: to look for them in all would import all, in every process of a test run.
FILES = {
    ".".join(file.relative_to(top).with_suffix("").parts).removesuffix(".__init__"): file
    for top in (_ROOT, _ROOT / "kernel")
    for file in sorted(top.glob("brainpy_*/**/*.py"))
    if ">>> " in file.read_text(encoding="utf-8")
}


@pytest.mark.parametrize("name", FILES)
def test_examples(name, capsys):
    failed, tried = doctest.testmod(importlib.import_module(name))
    lines = FILES[name].read_text(encoding="utf-8").splitlines()
    shown = sum(line.lstrip().startswith(">>> ") and "doctest: +SKIP" not in line for line in lines)
    assert (failed, tried) == (0, shown), capsys.readouterr().out
