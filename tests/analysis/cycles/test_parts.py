"""The mesh, the chain of intervals, and products of many factors, each against plain linear algebra."""

from __future__ import annotations

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.analysis.cycles.adapting import adapted
from brainpy_lab.analysis.cycles.chain import SOME, Chain
from brainpy_lab.analysis.cycles.collocation import Collocation, Slopes
from brainpy_lab.analysis.cycles.condensed import blocks_of
from brainpy_lab.analysis.cycles.floquet import exponentials, logarithms
from brainpy_lab.analysis.cycles.mesh import Mesh
from brainpy_lab.analysis.vector_field import make_field


@pytest.mark.parametrize("size", [1.0, 20.0])
@pytest.mark.parametrize("links", [1, 2, 3, 20, 61])
def test_a_closed_chain_is_solved_as_its_dense_matrix(links: int, size: float) -> None:
    """Links that are inserted in each other, links that are turned, and both one after the other."""
    rng = np.random.default_rng(links)
    n = 7
    ahead, g = size * rng.normal(size=(links, n, n)) / 3, rng.normal(size=(links, n, 2))
    rows = rng.normal(size=(links, 3, n))
    chain = Chain(ahead)
    assert len(chain.first) <= SOME // n or links == 1
    right, between = chain.reduce(g)
    left = np.linalg.solve(chain.closed, right.reshape(-1, 2)).reshape(-1, n, 2)
    x = chain.expand(np.concatenate([left, left[:1]]), between)
    dense = np.zeros((links, n, links, n))
    for k in range(links):
        dense[k, :, k] -= ahead[k]
        dense[k, :, (k + 1) % links] += np.eye(n)
    expected = np.linalg.solve(dense.reshape(links * n, -1), g.reshape(-1, 2)).reshape(links, n, 2)
    np.testing.assert_allclose(x[:-1], expected, rtol=1e-8, atol=1e-9 * np.abs(expected).max())
    by_left, aside = chain.rows(rows)
    told = (by_left @ left).sum(axis=0) + sum((a @ b).sum(axis=0) for a, b in zip(aside, between, strict=True))
    of_all = (rows @ expected).sum(axis=0)
    np.testing.assert_allclose(told, of_all, rtol=1e-8, atol=1e-8 * np.abs(expected).max())


@pytest.mark.parametrize("links", [1, 3, 40])
def test_a_chain_without_right_sides_is_one_link_between_its_ends(links: int) -> None:
    rng = np.random.default_rng(links)
    n = 7
    ahead, x = rng.normal(size=(links, n, n)) / 2, [rng.normal(size=n)]
    for t in ahead:
        x.append(t @ x[-1])
    chain = Chain(ahead)
    first, last = chain.whole
    size = np.abs(first).max() * np.abs(x[0]).max() + np.abs(last).max() * np.abs(x[-1]).max()
    np.testing.assert_allclose(first @ x[0] + last @ x[-1], 0, atol=1e-11 * size)
    np.testing.assert_allclose(chain.from_ends(x[0], x[-1]), x, rtol=1e-7, atol=1e-9 * np.abs(x).max())


@pytest.mark.parametrize(("intervals", "n"), [(1, 2), (5, 2), (40, 2), (3, 24)])
def test_the_slopes_of_a_closed_orbit_are_solved_as_their_dense_matrix(intervals: int, n: int) -> None:
    """For the residual, for rows below alone, and for several right sides that were not known beforehand.

    Those of 24 states keep their factors.
    """
    rng = np.random.default_rng(4)
    degree = 3
    size = intervals * degree * n
    blocks = rng.normal(size=(intervals, degree * n, (degree + 1) * n))
    further, residual = rng.normal(size=(size, 2)), rng.normal(size=size)
    rows = rng.normal(size=(2, size + 2))
    dense = np.zeros((size + 2, size + 2))
    for k, block in enumerate(blocks):
        at = k * degree * n
        places = (at + np.arange((degree + 1) * n)) % size
        np.add.at(dense, (np.arange(at, at + degree * n)[:, None], places), block)
    dense[:size, size:], dense[size:] = further, rows
    slopes = Slopes(blocks, further, rows[0], n, 0.0, residual).with_rows(rows[1:])
    assert slopes.condensed.is_factored == (n > 20)
    alone, several = np.zeros(size + 2), rng.normal(size=(size + 2, 3))
    alone[-1], several[:size, 1] = 1.0, 0.0
    for right in (np.append(residual, [0.3, -0.7]), alone, several, np.append(2 * residual, [0.0, 1.0])):
        expected = np.linalg.solve(dense, right)
        np.testing.assert_allclose(slopes.solve(right), expected, rtol=1e-7, atol=1e-9 * np.abs(expected).max())


def test_the_residual_alone_is_that_beside_the_slopes() -> None:
    flow = make_field(bp.models.fitzhugh_nagumo(), ("V", "w"), {"I": 0.5})
    rng, mesh = np.random.default_rng(5), Mesh.uniform(7)
    problem = Collocation(flow, ("I",), mesh, np.array([2.0, 1.0]), rng.normal(size=(2, 7, mesh.degree)))
    u = rng.normal(size=problem.size)
    np.testing.assert_allclose(problem.value(u), problem.both(u)[0], rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("halves", [False, True])
def test_an_orbit_that_repeats_itself_has_equal_halves(halves: bool) -> None:
    mesh = Mesh(np.array([0.0, 0.1, 0.3, 0.5, 0.6, 0.8, 1.0]) if halves else np.linspace(0, 1, 8) ** 1.2)
    profile = np.sin(2 * np.pi * mesh.nodes) ** 2 - 0.5
    odd = np.sin(2 * np.pi * mesh.nodes)
    parting = mesh.parting(np.stack([profile, odd]))
    assert np.abs(parting[0]).max() < 2e-2
    np.testing.assert_allclose(parting[1], 2 * odd, atol=2e-2)


def test_blocks_are_those_of_a_linear_equation() -> None:
    """A polynomial of the mesh's degree that obeys dx/dphase = T A x + g at the Gauss points."""
    mesh, rng = Mesh(np.array([0, 0.2, 0.7, 1.0]), 4), np.random.default_rng(5)
    a = rng.normal(size=(2, 2, 12))
    profile = rng.normal(size=(2, len(mesh.nodes)))
    nodes = np.moveaxis(mesh.pieces(profile), 0, 2).reshape(3, -1)
    found = np.einsum("srk,sk->sr", blocks_of(mesh, a, 1.7), nodes).reshape(3, 4, 2)
    at_points, widths = mesh.at_points(profile).reshape(2, -1), mesh.widths[:, None]
    expected = (mesh.slopes_at_points(profile) - 1.7 * np.einsum("abp,bp->ap", a, at_points).reshape(2, 3, 4)) * widths
    np.testing.assert_allclose(found, np.moveaxis(expected, 0, 2), atol=1e-12)


def test_a_mesh_is_exact_for_its_degree() -> None:
    mesh = Mesh(np.array([0, 0.1, 0.35, 0.6, 1.0]), 4)
    profile = (mesh.nodes * (1 - mesh.nodes))[None] ** 2
    points = mesh.points
    np.testing.assert_allclose(mesh.at_points(profile)[0], (points * (1 - points)) ** 2, atol=1e-14)
    np.testing.assert_allclose(
        mesh.slopes_at_points(profile)[0], 2 * points * (1 - points) * (1 - 2 * points), atol=1e-13
    )
    np.testing.assert_allclose(mesh.at(profile, np.array([0.2, 1.7]))[0], [0.0256, 0.0441], atol=1e-15)
    assert mesh.weights.sum() == pytest.approx(1) and mesh.shares.sum() == pytest.approx(1)


def test_an_adapted_mesh_is_dense_where_the_orbit_is_steep() -> None:
    mesh = Mesh.uniform(80)
    fine = adapted(mesh, _bump(mesh.nodes)[None], np.ones(1))
    inside = (fine.edges > 0.35) & (fine.edges < 0.65)
    assert inside.sum() > 50
    assert _error(fine) < 0.05 * _error(mesh)


def _bump(phase: np.ndarray) -> np.ndarray:
    return np.asarray(np.exp(-(((phase - 0.5) / 0.05) ** 2)))


def _error(mesh: Mesh) -> float:
    phases = np.linspace(0.3, 0.7, 999)
    return float(np.abs(mesh.at(_bump(mesh.nodes)[None], phases)[0] - _bump(phases)).max())


def test_exponentials_of_many_sizes_at_once() -> None:
    a = np.array([[[0, 1.0], [-1, 0]], [[-300.0, 0], [0, 1]], [[0.0, 0], [0, 0]]])
    expected = [[[np.cos(1), np.sin(1)], [-np.sin(1), np.cos(1)]], [[np.exp(-300), 0], [0, np.e]], np.eye(2)]
    np.testing.assert_allclose(exponentials(a), expected, rtol=1e-12, atol=1e-200)


def test_logarithms_of_products_that_no_number_holds() -> None:
    """A hundred factors of a common basis, with a complex pair, a negative and a tiny eigenvalue."""
    rng = np.random.default_rng(3)
    basis = rng.normal(size=(4, 4))
    core = np.zeros((4, 4))
    core[:2, :2] = 1.1 * np.array([[np.cos(0.01), -np.sin(0.01)], [np.sin(0.01), np.cos(0.01)]])
    core[2, 2], core[3, 3] = 0.5, np.exp(-9.0)
    factors = np.repeat((basis @ core @ np.linalg.inv(basis))[None], 101, axis=0)
    factors[7] = basis @ np.diag([1, 1, -1, 1]) @ np.linalg.inv(basis)
    logs = logarithms(factors)
    np.testing.assert_allclose(
        logs,
        [100 * np.log(1.1) + 1j, 100 * np.log(1.1) - 1j, 100 * np.log(0.5) + 1j * np.pi, -900],
        rtol=1e-9,
        atol=1e-9,
    )
