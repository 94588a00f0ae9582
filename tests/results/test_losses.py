"""The loss ledger: to the last tick, and only what was shown."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engines.plants import Plant
from tests.results.hand import H, S, states, tally
from vtwin.results.losses import CAUSES, exact_shares, ledger, waterfall

OBSERVED = 10 * H


def _program():
    made = Plant(horizon=36000, bin=3600).station("a")
    return made.product("x", {"op": "1", "on": "a", "cycle": 10}).saturated("x").program()


def _tally(program, replication=0, busy=28800, cycles=2880, scrap=0, **shares):
    return tally(
        program,
        replication,
        machine_state=np.array([states(OBSERVED, **shares)]),
        mode_cycles=np.array([cycles]),
        mode_pieces=np.array([cycles]),
        mode_scrap=np.array([scrap]),
        mode_busy=np.array([busy * S]),
    )


def test_ledger_when_worked_out_by_hand_then_working_time_is_divided_by_cause():
    program = _program()
    # 8 h working, cycles took 12.5 s instead of 10, a tenth was scrap.
    found = _tally(program, busy=28800, cycles=2304, scrap=230, working=0.8, setup=0.1)
    one = ledger(program, [found]).machines["a"]
    assert one.ticks["slow"] == pytest.approx(0.2 * 8 * H, rel=1e-9)
    assert one.ticks["scrap"] == pytest.approx(0.8 * 8 * H * 230 / 2304, rel=1e-9)
    assert one.ticks["setup"] == H
    assert one.ticks["starved"] == H
    assert one.largest == "slow"
    assert sum(one.ticks.values()) == OBSERVED


@given(st.lists(st.integers(0, 10**15), min_size=1, max_size=9))
def test_shares_when_rounded_then_they_sum_to_exactly_one(ticks):
    shares = exact_shares({str(n): value for n, value in enumerate(ticks)})
    assert math.fsum(shares.values()) == (1.0 if sum(ticks) else 0.0)
    assert all(0.0 <= share <= 1.0 for share in shares.values())


@given(
    st.lists(st.lists(st.integers(0, 10**13), min_size=7, max_size=7), min_size=1, max_size=4),
    st.integers(0, 4000),
)
def test_ledger_when_the_tally_is_any_then_it_sums_to_the_observed_time(rows, cycles):
    program = _program()
    tallies = [
        tally(
            program,
            r,
            observed=sum(row),
            machine_state=np.array([row]),
            mode_cycles=np.array([cycles]),
            mode_pieces=np.array([cycles]),
            mode_scrap=np.array([cycles // 7]),
            mode_busy=np.array([cycles * 11 * S]),
        )
        for r, row in enumerate(rows)
    ]
    one = ledger(program, tallies).machines["a"]
    assert sum(one.ticks.values()) == sum(map(sum, rows))
    assert math.fsum(one.shares.values()) == (1.0 if any(map(sum, rows)) else 0.0)
    assert min(one.ticks.values()) >= 0
    assert tuple(one.ticks) == CAUSES


def test_ledger_when_cycles_vary_about_their_plan_then_no_speed_is_lost():
    program = _program()
    noisy = [_tally(program, r, busy=b, working=0.8) for r, b in enumerate((28000, 29600, 28800))]
    assert ledger(program, noisy).machines["a"].ticks["slow"] == 0


def test_waterfall_when_setup_is_halved_then_the_time_goes_where_it_went():
    program = _program()
    before = [_tally(program, r, working=0.7, setup=0.2) for r in range(3)]
    after = [_tally(program, r, working=0.8, setup=0.1) for r in range(3)]
    change = waterfall((program, before), (program, after), "a")
    assert change["setup"].mean == pytest.approx(-0.1)
    assert change["good"].mean == pytest.approx(0.1)
    assert sum(one.mean for one in change.values()) == pytest.approx(0.0, abs=1e-12)
