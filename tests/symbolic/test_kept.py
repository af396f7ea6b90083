"""Expressions are kept as text, whatever their names are."""

import ast

from brainpy_lab.equations.system import Definition
from brainpy_lab.symbolic import kept as module
from brainpy_lab.symbolic.kept import Expressions, kept


def test_names_with_spaces_and_signs_come_back(monkeypatch):
    monkeypatch.setattr(module, "found", lambda system, question, ask: ask())
    names = ["V", "shared 1", "V along 0 1", "aǂb", "ǂ0", "a·b", "τ"]
    text = "where(c1 < 1e-320, c2 / 3, -c3 ** 2.5) + c4 * 1e400 - c5 + c6 + c0"
    tree = ast.parse(text, mode="eval").body
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id.startswith("c"):
            node.id = names[int(node.id[1:])]
    again = kept(None, "?", lambda: Expressions([tree], [Definition("shared 1", tree)], ["V along 0 1"]))
    assert [ast.dump(r) for r in again.results] == [ast.dump(tree)]
    assert [(d.name, ast.dump(d.expr)) for d in again.definitions] == [("shared 1", ast.dump(tree))]
    assert again.arguments == ["V along 0 1"]
