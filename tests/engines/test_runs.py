"""How a run is started, watched, cut and repeated."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np
import pytest

from tests.engines.plants import Plant, S, exponential_line, line
from vtwin.base.draws import exponential, lognormal, triangular
from vtwin.base.errors import Refused
from vtwin.engines.choose import Cancelled
from vtwin.engines.choose import engine as choose
from vtwin.plant.primitives import DispatchRule
from vtwin.plant.trace import lead_bin


def test_progress_of_a_run_then_it_grows_to_the_end_and_changes_nothing(engine):
    program = exponential_line(3, 1, 500).program()
    seen = []

    def note(done):
        seen.append(done)
        return True

    watched, alone = engine(program, 0, on_progress=note), engine(program, 0)
    assert seen == sorted(seen)
    assert 0 < seen[0] < 0.1
    assert 0.9 < seen[-1] < 1
    assert watched.events == alone.events
    assert (watched.machine_state == alone.machine_state).all()


def test_run_when_progress_says_no_then_it_is_cancelled(engine):
    with pytest.raises(Cancelled):
        engine(exponential_line(3, 1, 500).program(), 0, on_progress=lambda done: done < 0.5)


def test_replications_and_seeds_then_each_pair_has_its_own_draws(engine):
    program = exponential_line(2, 1, 500).program()
    runs = [engine(program, 0), engine(program, 1), engine(program, 0, seed=8)]
    assert len({r.machine_state.tobytes() for r in runs}) == 3
    assert (engine(program, 0, seed=7).machine_state == runs[0].machine_state).all()


def test_engine_when_the_name_is_wrong_then_the_likely_one_is_named():
    with pytest.raises(Refused, match="did you mean 'reference'"):
        choose("refrence", None)


def test_engine_when_auto_then_it_says_why():
    program = exponential_line(2, 1, 10).program()
    chosen = choose("auto", program)
    assert (chosen.name, chosen.why) == ("kernel", "the compiled kernel has all this plant uses")
    own = replace(program.machines[0], custom="vtwin.testing:nothing")
    program = replace(program, machines=(own, *program.machines[1:]))
    chosen = choose("auto", program)
    assert (chosen.name, chosen.why) == (
        "reference",
        "the compiled kernel has no machines with a behaviour of their own",
    )
    with pytest.raises(Refused, match=r"V503.*behaviour of their own"):
        choose("kernel", program)


def test_series_of_a_run_then_bins_hold_what_happened_in_them(engine):  # S-72
    plant = line([2], 0, 25, bin=10, warmup=5)
    tally = engine(plant.program(), 0)
    # parts leave at 2, 4 ... 24; the one at 10 belongs to the second bin
    assert tally.series_good.tolist() == [[4, 5, 3]]
    assert tally.series_cycles.tolist() == [[4, 5, 3]]
    assert tally.series_wip.tolist() == [1.0, 1.0, 1.0]
    assert tally.product_good.tolist() == [10]
    assert tally.lead_hist == ({lead_bin(2 * S): 10},)


def test_warm_up_when_something_happens_at_its_end_then_it_is_observed(engine):  # S-06
    tally = engine(line([2], 0, 25, warmup=4).program(), 0)
    assert tally.product_good.tolist() == [11]
    assert tally.observed == 21 * S


def test_horizon_when_something_happens_at_it_then_it_is_not_part_of_the_run(engine):  # S-01
    assert engine(line([2], 0, 10).program(), 0).product_good.tolist() == [4]


def test_events_of_a_saturated_line_then_one_per_operation(engine):
    tally = engine(exponential_line(5, 5, 2000).program(), 0)
    assert tally.events / tally.product_good[0] < 5.1


def test_queue_of_orders_when_it_is_long_then_no_item_is_made_before_its_time(engine):  # S-61
    plant = Plant(horizon=50).station("m", rule=DispatchRule.EDD)
    plant.product("p", {"op": "o", "on": "m", "cycle": 1})
    for n in range(20):
        plant.order(f"{n}", "p", 10**9, lot=3, due=n)
    tally = engine(plant.program(), 0, trace=True)
    assert int(tally.trace.item.max()) == 16
    assert tally.product_released.tolist() == [20 * 10**9]


# -- golden traces: change them only with a rule in docs/semantics.md -------------------------


def job_shop():
    plant = Plant(horizon=2000, warmup=100, tools={"die": 1})
    plant.setups["t"] = {
        "keys": ["a", "b"],
        "times": {("a", "b"): 5, ("b", "a"): 8},
        "skill": "set",
    }
    plant.station("press", count=2, setup="t", key="a", rule=DispatchRule.LEAST_SETUP)
    plant.station("mill", input=2, output=1).station("wash", input=0)
    plant.product(
        "p",
        {"op": "1", "on": "press", "cycle": lognormal(4, 0.5), "key": "a", "scrap": 0.1},
        {"op": "2", "on": "mill", "cycle": exponential(3), "skill": "run"},
        {"op": "3", "on": "wash", "cycle": 2},
    )
    plant.product(
        "q",
        {"op": "1", "on": "press", "cycle": triangular(2, 4, 9), "key": "b", "tool": "die"},
        {"op": "2", "on": "mill", "cycle": 2},
        {"op": "3", "on": "wash", "cycle": 3},
    )
    for n in range(12):
        plant.order(f"o{n}", "pq"[n % 2], 30, lot=4, release=n * 90, due=n * 90 + 400)
    plant.failure("mill", "jam", exponential(60), exponential(9), skill="fix")
    plant.worker("anna#1", {"set": 0.8, "run": 1.0}).worker(
        "ben#1", ["run", "fix"], calendar="day"
    ).worker("cem#1", ["fix"])
    plant.calendars["day"] = [(0, 480), (600, 1080), (1200, 1680)]
    return plant


def open_line():
    plant = Plant(horizon=3000).station("a").station("b", count=2, input=3).station("c", input=1)
    steps = [{"op": s, "on": s, "cycle": exponential(3 if s != "b" else 6)} for s in "abc"]
    return plant.product("p", *steps).arrivals("p", exponential(4), due=30)


GOLDEN = {
    "line": (lambda: exponential_line(5, [5, 0, 1, 2], 500), (6778, "0583b9057af5f367")),
    "job shop": (job_shop, (1557, "09b70ed12b1b8b0e")),
    "open line": (open_line, (9556, "2c5cc9e8ca882562")),
}


@pytest.mark.parametrize("name", GOLDEN)
def test_golden_plant_then_its_trace_is_known_word_for_word(engine, name):
    make, expected = GOLDEN[name]
    trace = engine(make().program(), 0, trace=True).trace
    table = np.stack([trace.time, trace.kind, trace.entity, trace.item, trace.value])
    assert (
        table.shape[1],
        hashlib.sha256(table.astype("<i8").tobytes()).hexdigest()[:16],
    ) == expected
