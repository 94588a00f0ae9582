"""Fields of records by address."""

from __future__ import annotations

import numba
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vtwin.engines.kernel.layout import record
from vtwin.engines.kernel.memory import add, load, load_f, store, store_f

ANY = st.integers(-(2**63), 2**63 - 1)


@numba.njit
def swap(m, a, b):
    first, second = load(m, a), load(m, b)
    store(m, a, second)
    store(m, b, first)


@numba.njit
def raise_by(m, field, delta):
    add(m, field, delta)


@numba.njit
def double(m, field):
    store_f(m, field, 2.0 * load_f(m, field))


@numba.njit
def address(m, table, size, index):
    return record(m, table, size, index)


@numba.njit
def note_whether(m, field, a, b):
    store(m, field, a < b)


@given(ANY, ANY)
def test_fields_when_loaded_and_stored_then_every_bit_is_kept(a: int, b: int) -> None:
    memory = np.array([7, a, b, 9], dtype=np.int64)
    swap(memory.ctypes.data, 1, 2)
    assert memory.tolist() == [7, b, a, 9]


def test_fields_when_added_to_then_only_that_one_changes() -> None:
    memory = np.array([1, 2, 3], dtype=np.int64)
    raise_by(memory.ctypes.data, 1, -40)
    assert memory.tolist() == [1, -38, 3]


@given(st.floats(-1e300, 1e300))
def test_fields_when_they_hold_doubles_then_these_are_read_and_written(x: float) -> None:
    memory = np.array([x, 1.0])
    double(memory.ctypes.data, 0)
    assert memory.tolist() == [2.0 * x, 1.0]


def test_fields_when_a_truth_is_stored_then_it_is_one_or_nought() -> None:
    memory = np.array([5, 5], dtype=np.int64)
    note_whether(memory.ctypes.data, 0, 1, 2)
    note_whether(memory.ctypes.data, 1, 2, 1)
    assert memory.tolist() == [1, 0]


def test_record_when_asked_then_its_address_by_table_size_and_index() -> None:
    memory = np.array([0, 24, 0], dtype=np.int64)
    m = memory.ctypes.data
    assert address(m, 1, 5, 3) == m + 24 + 3 * 5 * 8
