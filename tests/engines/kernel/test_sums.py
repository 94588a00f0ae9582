"""Sums of any size in two fields are exact (S-01)."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.engines.kernel.calling import called
from vtwin.engines.kernel import sums
from vtwin.engines.kernel.arena import whole
from vtwin.engines.kernel.bits import bit_length, lowest_bit
from vtwin.engines.kernel.floor import lead_bin
from vtwin.plant import trace

add_wide = called(sums.add_wide, 4)
bin_of = called(lead_bin, 1)
lowest = called(lowest_bit, 1)
length = called(bit_length, 1)
counts = st.integers(-(2**31) + 1, 2**31 - 1)
ticks = st.integers(0, 2**62 - 1)


@given(st.lists(st.tuples(counts, ticks), max_size=30))
def test_add_wide_then_the_sum_is_exact_beyond_any_word(parts):
    fields = np.zeros(3, dtype=np.int64)
    for count, time in parts:
        add_wide(fields.ctypes.data, 1, count, time)
    high, low = fields[1:].tolist()
    assert whole(high, low) == sum(count * time for count, time in parts)
    assert fields[0] == 0


@given(ticks)
def test_lead_bin_then_that_of_the_trace(duration):
    assert bin_of(duration) == trace.lead_bin(duration)


@given(st.integers(0, 63), st.integers(0, 2**63 - 1))
def test_lowest_bit_then_its_number(bit, above):
    word = (((above << bit) | (1 << bit)) & (2**64 - 1)) >> bit << bit
    word |= 1 << bit
    signed = word - 2**64 if word >= 2**63 else word
    assert lowest(signed) == (word & -word).bit_length() - 1


@given(st.integers(0, 2**63 - 1))
def test_bit_length_then_that_of_python(number):
    assert length(number) == number.bit_length()
