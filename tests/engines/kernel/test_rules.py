"""The kernel's rules are those of ``vtwin.plant.rules``."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.engines.kernel.calling import called
from vtwin.engines.kernel import rules as compiled
from vtwin.engines.kernel.coverage import LATEST
from vtwin.engines.kernel.rules import LONGEST_WORK
from vtwin.plant import rules
from vtwin.plant.primitives import NEVER, DispatchRule
from vtwin.plant.program import GrantRule

shares = called(compiled.shares, 2)
repeated = called(compiled.repeated, 2)
at_speed = called(compiled.at_speed, 2)
handed_over = called(compiled.handed_over, 3)
walk = called(compiled.walk, 5)
queue_key = called(compiled.queue_key, 4)
queue_key_low = called(compiled.queue_key_low, 2)
claim_key_2 = called(compiled.claim_key_2, 3)
claim_key_3 = called(compiled.claim_key_3, 4)
claim_key_4 = called(compiled.claim_key_4, 2)
work_ahead = called(compiled.work_ahead, 3)
night_ticks = called(compiled.night_ticks, 3)
critical_ratio = called(compiled.critical_ratio, 3)

counts = st.integers(1, 2**31 - 1)
ticks = st.integers(0, 2**62 - 1)
priorities = st.integers(-(2**31), 2**31)
DISPATCH = [DispatchRule.FIFO, DispatchRule.EDD, DispatchRule.SPT, DispatchRule.LEAST_SETUP, DispatchRule.PRIORITY, DispatchRule.CRITICAL_RATIO]  # fmt: skip


@given(st.integers(0, 2**31), counts)
def test_shares_then_whole_ones_the_last_may_be_short(quantity, size):  # S-31, S-61
    assert shares(quantity, size) == rules.cycles(quantity, size)
    assert shares(quantity, size) == rules.lots(quantity, size)


@given(ticks, counts)
def test_repeated_then_the_product_or_beyond_every_horizon(once, cycles):  # S-31
    assert repeated(once, cycles) == min(once * cycles, LONGEST_WORK)


@given(ticks, st.floats(0.01, 100.0))
def test_at_speed_then_the_same_rounding(duration, speed):  # S-52
    assert at_speed(duration, speed) == min(rules.at_speed(duration, speed), LONGEST_WORK)


@given(ticks, st.floats(0.01, 100.0), st.floats(0.01, 100.0))
def test_handed_over_then_the_same_rounding(left, before, after):  # S-118
    expected = min(rules.handed_over(left, before, after), LONGEST_WORK)
    assert handed_over(left, before, after) == expected
    assert handed_over(left, before, before) == left


@given(*(st.integers(-(2**31) + 1, 2**31 - 1) for _ in range(4)), st.integers(0, 2**31 - 1))
def test_walk_then_the_same_ticks(x, y, to_x, to_y, speed):  # S-114
    assert walk(x, y, to_x, to_y, speed) == rules.walk(x, y, to_x, to_y, speed)


@given(st.sampled_from(DISPATCH), *(st.tuples(ticks, priorities, counts) for _ in range(2)))
def test_queue_key_then_the_same_order(rule, one, other):  # S-25
    def key(due, priority, work):
        return (
            queue_key(rule, due, priority, work),
            queue_key_low(rule, due),
        )

    mine, theirs = key(*one), key(*other)
    expected, than = rules.queue_key(rule, *one), rules.queue_key(rule, *other)
    assert (mine < theirs) == (expected < than)
    assert (mine == theirs) == (expected == than)


@given(st.sampled_from(GrantRule), priorities, ticks, st.integers(0, 50), st.integers(0, 9999))
def test_claim_key_then_the_same(rule, priority, since, remaining, slot):  # S-51
    found = (
        -priority,
        claim_key_2(rule, since, remaining),
        claim_key_3(rule, since, remaining, slot),
        claim_key_4(rule, slot),
    )
    assert found == rules.claim_key(rule, priority, since, remaining, slot)


@given(st.integers(0, rules.MOST_WORK), counts, st.integers(0, rules.MOST_WORK))
def test_work_ahead_then_the_same_sum_up_to_the_same_limit(total, count, expected):  # S-91
    assert work_ahead(total, count, expected) == rules.work_ahead(total, count, expected)


@given(st.just(NEVER) | st.integers(-LATEST, LATEST), ticks, st.integers(1, rules.MOST_WORK))
def test_critical_ratio_then_the_same_floors(due, now, work):  # S-91
    assert critical_ratio(due, now, work) == rules.critical_ratio(due, now, work)


_DAY = 86_400 * 10**9


@given(ticks, st.integers(0, _DAY - 1), st.integers(0, _DAY))
def test_nights_then_the_same_ticks(now, start, length):  # S-59
    assert night_ticks(now, start, length) == rules.night_ticks(now, start, length)
