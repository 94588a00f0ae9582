"""The calendar gives the earliest event, and of several at one time the lowest slot (S-04)."""

from __future__ import annotations

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vtwin.engines.kernel import calendar
from vtwin.engines.kernel.layout import H_LEAVES, H_SIZE, H_TREE, NEVER
from vtwin.engines.kernel.memory import FIELD


@numba.njit
def schedule(m, slot, time):
    calendar.schedule(m, slot, time)


@numba.njit
def cancel(m, slot):
    calendar.cancel(m, slot)


@numba.njit
def first(m):
    return calendar.next_time(m), calendar.next_slot(m)


def arena(slots: int) -> np.ndarray:
    head = [0] * H_SIZE
    head[H_TREE] = H_SIZE * FIELD
    head[H_LEAVES] = calendar.leaves(slots)
    return np.array(head + calendar.tree(slots), dtype=np.int64)


@pytest.mark.parametrize("slots", [1, 2, 3, 64, 65, 1000])
def test_calendar_when_empty_then_nothing_is_due(slots: int) -> None:
    memory = arena(slots)
    assert first(memory.ctypes.data)[0] == NEVER


changes = st.lists(
    st.tuples(st.integers(0, 69), st.one_of(st.none(), st.integers(0, 12))), max_size=200
)


@settings(max_examples=150, deadline=None)
@given(st.integers(1, 70), changes)
def test_calendar_when_times_are_set_and_called_off_then_the_least_time_and_lowest_slot_is_first(
    slots: int, changes: list[tuple[int, int | None]]
) -> None:
    memory = arena(slots)
    m = memory.ctypes.data
    pending: dict[int, int] = {}
    for slot, time in changes:
        slot %= slots
        if time is None:
            cancel(m, slot)
            pending.pop(slot, None)
        else:
            schedule(m, slot, time)
            pending[slot] = time
        time_due, slot_due = first(m)
        assert time_due == min(pending.values(), default=NEVER)
        if pending:
            assert (time_due, slot_due) == min((t, s) for s, t in pending.items())
