"""The mesh, the chain of intervals, and products of many factors, each against plain linear algebra."""

from __future__ import annotations

import numpy as np
import pytest

from brainpy_lab.analysis.cycles.adapting import adapted
from brainpy_lab.analysis.cycles.chain import Chain
from brainpy_lab.analysis.cycles.condensed import Condensed, blocks_of
from brainpy_lab.analysis.cycles.floquet import exponentials, logarithms
from brainpy_lab.analysis.cycles.mesh import Mesh


@pytest.mark.parametrize("size", [1.0, 20.0])
@pytest.mark.parametrize("links", [1, 2, 3, 5, 8])
def test_a_chain_is_solved_as_its_dense_matrix(links: int, size: float) -> None:
    """Links that are inserted in each other, links that are turned, and both one after the other."""
    rng = np.random.default_rng(links)
    n = 3
    ahead, g = size * rng.normal(size=(links, n, n)), rng.normal(size=(links, n, 2))
    chain = Chain(ahead)
    right, kept = chain.reduce(g)
    first = rng.normal(size=(n, 2))
    last = np.linalg.solve(chain.last, right - chain.first @ first)
    x = chain.expand(first, last, kept)
    dense = np.zeros((links * n + n, links * n + n))
    for k in range(links):
        dense[k * n : k * n + n, k * n : k * n + 2 * n] = np.hstack([-ahead[k], np.eye(n)])
    dense[-n:, :n] = np.eye(n)
    expected = np.linalg.solve(dense, np.concatenate([g.reshape(-1, 2), first]))
    np.testing.assert_allclose(x.reshape(-1, 2), expected, rtol=1e-8, atol=1e-9 * np.abs(expected).max())


def test_an_interval_is_solved_for_right_sides_known_beforehand_and_for_others() -> None:
    rng = np.random.default_rng(4)
    intervals, degree, n = 5, 3, 2
    blocks = rng.normal(size=(intervals, degree * n, (degree + 1) * n))
    right = rng.normal(size=(intervals * degree * n, 3))
    dense = np.zeros((intervals * degree * n + n, intervals * degree * n + n))
    for k, block in enumerate(blocks):
        at = k * degree * n
        dense[at : at + degree * n, at : at + (degree + 1) * n] = block
    dense[-n:, :n] = np.eye(n)  # the state at the beginning is given
    condensed = Condensed(blocks, n, right[:, :2])
    for columns in ([1], [0, 1], [2, 1]):
        states, last = condensed.of_right(right[:, columns])
        chain = condensed.chain
        end = np.linalg.solve(chain.last, last)  # from a beginning at zero
        found = np.concatenate([states + condensed.of_ends[:, n:] @ end, end])
        aim = np.concatenate([right[:, columns], np.zeros((n, len(columns)))])
        np.testing.assert_allclose(dense @ found, aim, atol=1e-9 * np.abs(found).max())


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
