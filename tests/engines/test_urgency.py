"""Dispatch by critical ratio: small plants worked out by hand."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.engines.plants import Plant
from tests.engines.rows import of
from vtwin.plant.primitives import NEVER, DispatchRule
from vtwin.plant.rules import MOST_WORK, critical_ratio, expected_work, work_ahead
from vtwin.plant.trace import Event

RATIO = DispatchRule.CRITICAL_RATIO


def shop(**keys):
    """A machine all go through; p has 10 s of work behind it, q nothing."""
    plant = Plant(horizon=200, **keys).station("m", rule=RATIO).station("z", count=9)
    plant.product("p", {"op": "1", "on": "m", "cycle": 5}, {"op": "2", "on": "z", "cycle": 10})
    return plant.product("q", {"op": "1", "on": "m", "cycle": 5})


def order_of(tally):
    """Items in the order machine m took them, by serial; and when."""
    return [i for _, e, i, _ in of(tally, Event.START) if e == 0]


def test_ratio_when_due_dates_are_alike_then_more_work_to_do_goes_first(engine):  # S-91
    plant = shop().order("a", "q", 1, due=60).order("b", "p", 1, due=60)
    plant.order("c", "q", 1, due=20)
    tally = engine(plant.program(), 0, trace=True)
    # At 0: a 60/5 = 12, b 60/15 = 4, c 20/5 = 4: b and c tie, c is due sooner.
    leaves = [(t, e) for t, e, _, _ in of(tally, Event.LEAVE)]
    assert leaves == [(5, 1), (15, 1), (20, 0)]


def test_ratio_when_time_passes_then_the_order_changes(engine):  # S-92
    plant = shop().order("a", "q", 4, due=100).order("b", "p", 1, due=150)
    tally = engine(plant.program(), 0, trace=True)
    # a: (100 - t) / 5, b: (150 - t) / 15. At 0: 20 and 10. b goes first; had it come later …
    assert next(e for _, e, _, _ in of(tally, Event.LEAVE)) == 1
    late = shop().order("a", "q", 9, due=30).order("b", "p", 1, due=50)
    tally = engine(late.program(), 0, trace=True)
    # At 0: a 6, b 3.3: b first. A twin of b due at 95 has 6.3 at 0 and is second only when
    # a's ratio is the larger: never, as a's falls three times as fast.
    starts = [(t, v) for t, e, _, v in of(tally, Event.START) if e == 0]
    assert starts[0] == (0, 0)
    twin = shop().order("a", "q", 9, due=30).order("b", "p", 1, due=95)
    starts = [(t, v) for t, e, _, v in of(engine(twin.program(), 0, trace=True), Event.START) if e == 0]  # fmt: skip
    assert starts[0] == (0, 2)
    assert starts[-1] == (45, 0)


def test_ratio_when_it_is_overdue_then_less_work_to_do_goes_first(engine):  # S-91
    plant = shop().order("k", "q", 1, due=90).order("a", "q", 1, release=1, due=1)
    plant.order("b", "p", 1, release=1, due=1)
    tally = engine(plant.program(), 0, trace=True)
    # At 5: a (1 - 5) / 5 = -0.8, b (1 - 5) / 15 = -0.27.
    starts = [(t, v) for t, e, _, v in of(tally, Event.START) if e == 0]
    assert starts == [(0, 2), (5, 2), (10, 0)]


def test_ratio_when_lots_differ_then_the_head_of_a_line_changes_with_time(engine):  # S-92
    plant = Plant(horizon=300).station("m", rule=RATIO)
    plant.product("q", {"op": "1", "on": "m", "cycle": 5})
    plant.order("k", "q", 1, priority=1, due=1)
    plant.order("a", "q", 4, lot=4, due=120).order("b", "q", 1, due=30)
    # At 0: k 0.2 first. At 5: a 115 / 20 = 5.75, b 25 / 5 = 5: b.
    tally = engine(plant.program(), 0, trace=True)
    assert [t for t, *_ in of(tally, Event.LEAVE)] == [5, 10, 30]
    plant.orders[1]["due"], plant.orders[2]["due"] = 100, 30.1
    # At 5: a 95 / 20 = 4.75 is before b 25.1 / 5 = 5.02, due later though it is.
    tally = engine(plant.program(), 0, trace=True)
    assert [t for t, *_ in of(tally, Event.LEAVE)] == [5, 25, 30]


def test_ratio_when_nothing_is_due_then_first_come(engine):  # S-91
    plant = shop().order("a", "q", 1).order("b", "p", 1).order("c", "q", 1, due=199)
    tally = engine(plant.program(), 0, trace=True)
    starts = [v for _, e, _, v in of(tally, Event.START) if e == 0]
    assert starts == [2, 2, 0]


def test_ratio_when_the_numbers_are_large_then_none_needs_more_than_64_bits():
    assert critical_ratio(NEVER, 0, 1) == NEVER
    assert critical_ratio(NEVER - 1, 0, 1) < NEVER
    assert critical_ratio(2000 - NEVER, NEVER - 1, 1) >= -(2**63)
    assert work_ahead(MOST_WORK, 2**40, 2**40) == MOST_WORK
    assert work_ahead(5, 3, 4) == 17
    assert expected_work([2**62], 1) == MOST_WORK
    assert expected_work([3000, 5000], 2) == 2


@given(
    st.integers(1, 10**6), st.integers(0, 10**15), st.integers(0, 10**15), st.integers(0, 10**15)
)
def test_ratio_when_work_is_alike_then_the_earlier_due_date_is_never_later(work, now, a, b):
    first, second = sorted((a, b))
    assert critical_ratio(first, now, work) <= critical_ratio(second, now, work)
