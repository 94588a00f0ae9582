"""Busy and quiet times of arrivals, and what ends a run: worked out by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engines.plants import Plant, S
from tests.engines.rows import times
from vtwin.plant.primitives import NEVER, Profile
from vtwin.plant.rules import elapsed
from vtwin.plant.trace import Event

BUSY = Profile("day", 10, ((0, 200), (4, 0), (6, 50)))  # passes 8 + 0 + 2 = 10 in 10


@pytest.mark.parametrize(
    ("start", "duration", "end"),
    [(0, 0, 0), (0, 1, 1), (0, 2, 1), (0, 8, 4), (0, 9, 8), (0, 10, 10), (0, 12, 11),
     (5, 0, 5), (5, 1, 8), (5, 2, 10), (7, 1, 9), (7, 2, 11), (0, 30, 30), (3, 30, 33),
     (9, 100, 109), (4, 10**6, 10**6 + 4)],
)  # fmt: skip
def test_elapsed_when_it_passes_at_percentages_then_the_first_tick_it_is_over(start, duration, end):
    assert elapsed(BUSY, start, duration, NEVER) == end  # S-88


@st.composite
def profiles(draw):
    starts = sorted(draw(st.sets(st.integers(1, 300), max_size=4)))
    period = draw(st.integers(starts[-1] + 1 if starts else 1, 400))
    percents = [draw(st.integers(0, 300)) for _ in range(len(starts) + 1)]
    return Profile("x", period, tuple(zip([0, *starts], percents, strict=True)))


@given(profiles(), st.integers(0, 2000), st.integers(0, 3000), st.integers(1, 9000))
def test_elapsed_when_counted_tick_by_tick_then_the_same(profile, start, duration, horizon):  # S-88
    passed, t = 0, start
    while passed < 100 * duration and t < horizon:
        passed += [p for begin, p in profile.steps if begin <= t % profile.period][-1]
        t += 1
    expected = t if passed >= 100 * duration and t < horizon else NEVER
    assert elapsed(profile, start, duration, horizon) == expected


@given(profiles(), st.integers(0, 10**14), st.integers(0, 10**16))
def test_elapsed_when_it_takes_many_periods_then_it_is_exact(profile, start, duration):  # S-88
    end = elapsed(profile, start, duration, NEVER)

    def passed(until: int) -> Fraction:
        whole, rest = divmod(until, profile.period)
        ends = [*(b for b, _ in profile.steps[1:]), profile.period]
        parts = [(b, e, p) for (b, p), e in zip(profile.steps, ends, strict=True)]
        total = sum((e - b) * p for b, e, p in parts) * whole
        return total + sum(max(min(rest, e) - b, 0) * p for b, e, p in parts)

    if end == NEVER:
        assert passed(NEVER - 1) - passed(start) < 100 * duration
    else:
        assert passed(end) - passed(start) >= 100 * duration
        assert duration == 0 or passed(end - 1) - passed(start) < 100 * duration


def test_arrivals_when_half_the_time_is_quiet_then_they_come_in_the_other_half(engine):  # S-88
    plant = Plant(horizon=60).station("m").product("p", {"op": "o", "on": "m", "cycle": 1})
    plant.arrivals("p", 4, profile=(20, [(0, 200), (10, 0)]))
    tally = engine(plant.program(), 0, trace=True)
    # Every 2 s for 10 s; the one due at 10 comes then, at speed 0 nothing follows until 20.
    assert times(tally, Event.RELEASE) == [
        2, 4, 6, 8, 10, 22, 24, 26, 28, 30, 42, 44, 46, 48, 50,
    ]  # fmt: skip


def test_arrivals_when_the_rest_of_the_run_is_quiet_then_it_is_no_stall(engine):  # S-80, S-88
    plant = Plant(horizon=60).station("m").product("p", {"op": "o", "on": "m", "cycle": 1})
    plant.arrivals("p", 4, profile=(100, [(0, 100), (9, 0)]))
    tally = engine(plant.program(), 0, trace=True)
    assert times(tally, Event.RELEASE) == [4, 8]
    assert tally.ended == 60 * S
    assert tally.stall == ()


def one(cycle=3, **keys):
    return Plant(horizon=100, **keys).station("m").product(
        "p", {"op": "o", "on": "m", "cycle": cycle}
    )  # fmt: skip


def test_stop_when_the_orders_are_done_then_the_run_ends_at_that_tick(engine):  # S-95
    plant = one().order("a", "p", 2).order("b", "p", 2, release=20).stop("orders")
    tally = engine(plant.program(), 0, trace=True)
    assert (tally.ended, tally.observed, tally.stopped) == (26 * S, 26 * S, 0)
    assert tally.order_done.tolist() == [6 * S, 26 * S]
    assert tally.machine_state.sum() == 26 * S
    assert tally.in_plant_at_end == 0


def test_stop_when_an_order_is_never_released_then_the_run_reaches_its_horizon(engine):  # S-95
    plant = one().order("a", "p", 2).order("b", "p", 2, release=200).stop("orders")
    tally = engine(plant.program(), 0)
    assert (tally.ended, tally.stopped) == (100 * S, -1)


def test_stop_when_good_pieces_are_counted_then_of_the_product_since_the_start(engine):  # S-95
    plant = one(warmup=10).product("q", {"op": "o", "on": "m", "cycle": 1}).saturated("p")
    plant.saturated("q").stop(("q", 50)).stop((None, 9)).stop(("p", 5))
    tally = engine(plant.program(), 0, trace=True)
    # p 3, q 4, p 7, q 8, p 11, q 12, p 15, q 16, p 19: five of p, nine of both.
    assert (tally.ended, tally.observed, tally.stopped) == (19 * S, 9 * S, 1)
    assert tally.product_good.tolist() == [3, 2]
    assert tally.series_good.sum() == 9
    assert tally.machine_state.sum() == 9 * S
    # What C of the last tick began is begun: the run ends when C is over.
    assert times(tally, Event.START)[-1] == 19


def test_stop_when_it_holds_before_the_warm_up_ends_then_nothing_was_observed(engine):  # S-96
    tally = engine(one(warmup=50).saturated("p").stop((None, 2)).program(), 0)
    assert (tally.ended, tally.observed, tally.stopped) == (6 * S, 0, 0)
    assert tally.product_good.tolist() == [0]


def test_stop_when_the_plant_is_dead_then_it_is_no_stall(engine):  # S-95
    plant = one().order("a", "p", 2).stop("orders")
    plant.station("n", input=0).product("q", {"op": "x", "on": "n", "cycle": 6}, {"op": "y", "on": "n", "cycle": 1})  # fmt: skip
    tally = engine(plant.saturated("q").program(), 0)
    assert (tally.ended, tally.stopped) == (6 * S, 0)


def test_stop_when_it_falls_on_the_border_of_a_bin_then_the_piece_is_in_the_next(engine):  # S-72
    tally = engine(one(bin=6).saturated("p").stop((None, 2)).program(), 0)
    assert tally.series_good[0].tolist()[:3] == [1, 1, 0]


def test_stop_when_pieces_of_all_are_counted_then_components_in_stock_are_not(engine):  # S-95
    plant = one().station("j").stock("p").product(
        "q", {"op": "join", "on": "j", "cycle": 1, "kit": {"p": 2}}
    )  # fmt: skip
    tally = engine(plant.saturated("p").saturated("q").stop((None, 2)).program(), 0)
    # A component every 3 s, an assembly 1 s after every second one.
    assert (tally.ended, tally.stopped) == (13 * S, 0)
