"""Addresses of cells' values in blocks of 64, kept from one run to the next."""

from __future__ import annotations

import numpy as np

from brainpy_lab.drivers.numba.network.addresses import KeptAddresses, addresses


def test_a_block_holds_all_rows_of_its_cells() -> None:
    index = np.array([0, 63, 64, 130], np.int32)
    np.testing.assert_array_equal(addresses(1000, 3, index), [1000, 1063, 1000 + 3 * 64, 1000 + 2 * 3 * 64 + 2])


def test_the_same_array_is_looked_at_once_and_another_one_anew() -> None:
    kept, index = KeptAddresses(), np.arange(100, dtype=np.int32)
    first = kept.of(("S", "post_at"), 0, 2, index)
    assert kept.of(("S", "post_at"), 0, 2, index) is first
    assert kept.of(("S", "post_at"), 64, 2, index)[0] == 64
    np.testing.assert_array_equal(kept.of(("S", "post_at"), 0, 2, index.copy()), first)
    other = kept.of(("S", "post_at"), 0, 3, index)
    assert other[64] == 3 * 64 and first[64] == 2 * 64
