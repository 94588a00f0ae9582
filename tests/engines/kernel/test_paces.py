"""Busy and quiet times in the kernel are those of ``vtwin.plant.rules``."""

from __future__ import annotations

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from tests.engines.kernel.calling import called
from tests.engines.test_pace import profiles
from vtwin.engines.kernel import layout as at
from vtwin.engines.kernel import paces
from vtwin.engines.kernel.memory import FIELD
from vtwin.plant import rules
from vtwin.plant.primitives import NEVER, Profile

_elapsed = called(paces.elapsed, 4)
DAY = 86_400 * 10**9


def elapsed(profile, start, duration, horizon):
    record = np.zeros(at.PF_SIZE + 2 * len(profile.steps), dtype=np.int64)
    record[at.PF_PERIOD] = profile.period
    record[at.PF_STEPS] = record.ctypes.data + at.PF_SIZE * FIELD
    record[at.PF_STEP_COUNT] = len(profile.steps)
    record[at.PF_PASSED], record[at.PF_PASSED_REST] = rules.passed(profile)
    record[at.PF_SIZE :] = np.array(profile.steps).ravel()
    found = _elapsed(record.ctypes.data, start, duration, horizon)
    return NEVER if found == at.NEVER else found


@given(profiles(), st.integers(0, 10**9), st.integers(1, 10**6), st.integers(1, 10**9))
def test_elapsed_then_the_same_tick(profile, start, duration, horizon):  # S-88
    expected = rules.elapsed(profile, start, duration, horizon)
    assert elapsed(profile, start, duration, horizon) == expected


@given(
    st.lists(st.tuples(st.integers(1, 365), st.integers(0, 10_000)), min_size=1, max_size=5),
    st.integers(0, 2**61),
    st.integers(1, 2**62),
)
@example([(1, 1)], 0, 2**62)
def test_elapsed_when_times_are_as_long_as_a_clock_counts_then_the_same_tick(days, start, duration):
    steps = {0: 7} | {day * DAY + day: percent for day, percent in days}
    profile = Profile("x", 366 * DAY, tuple(sorted(steps.items())))
    expected = rules.elapsed(profile, start, duration, 2**62 - 1)  # S-88
    assert elapsed(profile, start, duration, 2**62 - 1) == expected
