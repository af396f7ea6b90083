"""Expressions taken apart into products of what the presynaptic cell and the target have."""

from __future__ import annotations

import ast

import pytest

from brainpy_lab.networks.states.products import Products

SIDES = {
    "s": "pre", "pre_V": "pre", "pre_w": "pre", "post_V": "post", "post_g": "post", "w": "shared", "E": "shared",
    "t": "shared",
}  # fmt: skip


def apart(text: str, **named: str) -> list[tuple[str, str]] | None:
    definitions = {name: ast.parse(value, mode="eval").body for name, value in named.items()}
    found = Products(SIDES, definitions).of(ast.parse(text, mode="eval").body)
    return None if found is None else [(ast.unparse(p.pre), ast.unparse(p.post)) for p in found]


@pytest.mark.parametrize(
    ("text", "products"),
    [
        ("w", [("1.0", "w")]),
        ("w*s", [("s", "w")]),
        ("w*s*pre_w/2", [("w * s * pre_w / 2", "1.0")]),
        ("w*s*pre_w", [("s * pre_w", "w")]),
        ("w*s*(E - post_V)", [("s", "w * (E - post_V)")]),
        ("w*(pre_V - post_V)", [("pre_V", "w"), ("1.0", "w * -post_V")]),
        ("-s*post_V + 2*s*post_g", [("s", "-1.0 * post_V + 2 * post_g")]),
        ("s*post_V/(1 + exp(post_V))", [("s", "post_V / (1 + exp(post_V))")]),
        ("post_V*s/(1 + pre_V)", [("s / (1 + pre_V)", "post_V")]),
        ("tanh(pre_V)*exp(-t)", [("tanh(pre_V)", "exp(-t)")]),
    ],
)
def test_a_sum_of_products_is_taken_apart(text: str, products: list[tuple[str, str]]) -> None:
    assert apart(text) == products


def test_definitions_are_written_out_where_they_mix_both_sides() -> None:
    assert apart("w*d", d="pre_V - post_V") == [("pre_V", "w"), ("1.0", "w * -post_V")]
    assert apart("w*d*post_V", d="s + pre_V") == [("d", "w * post_V")]


@pytest.mark.parametrize(
    "text",
    [
        "sin(pre_V - post_V)",
        "s*own",  # of a connection
        "s/(pre_V + post_V)",
        "w*rand()",
        "s*randn()",
        "(pre_V - post_V)**2",
        "(s + post_V)*(pre_V + post_V)*(pre_w + post_g)*(s - post_g)",  # too many
    ],
)
def test_what_is_no_such_sum_is_not(text: str) -> None:
    assert apart(text) is None
