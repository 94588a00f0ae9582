"""Both engines agree on plants that are large in one way: stations, items, rows, time, lots, draws."""

from __future__ import annotations

from tests.engines.plants import Plant, line
from tests.engines.test_conformance import assert_same
from vtwin.base.draws import empirical, exponential
from vtwin.base.errors import Refused
from vtwin.engines import kernel, reference
from vtwin.plant.primitives import UNLIMITED, DispatchRule


def test_plant_when_it_has_more_stations_than_a_word_has_bits_then_all_settle_in_order():  # S-02
    n = 150
    plant = line([empirical([1.0, 2.0, 3.0])] * n, [k % 3 for k in range(n - 1)], 600)
    plant.worker("w#1", ["op"]).worker("w#2", ["op"])
    for step in plant.products["part"][::20]:
        step["skill"] = "op"
    assert_same(plant.program())


def test_plant_when_more_items_are_inside_than_there_was_room_for_then_nothing_is_lost():
    plant = Plant(horizon=400).station("s1", 2).station("s2", rule=DispatchRule.SPT, input=50)
    plant.product(
        "p", {"op": "a", "on": "s1", "cycle": exponential(1.0)},
        {"op": "b", "on": "s2", "cycle": exponential(1.5)},
    )  # fmt: skip
    plant.conwip("p", 30_000).arrivals("p", exponential(0.02))
    assert_same(plant.program())


def test_plant_when_its_time_and_lots_are_huge_then_areas_are_exact():  # S-01
    century = 100 * 365.25 * 86_400.0
    plant = Plant(horizon=century, warmup=century / 7, bin=century / 3)
    plant.station("s1", rule=DispatchRule.SPT, output=UNLIMITED).station("s2", input=2)
    plant.product(
        "p",
        {"op": "a", "on": "s1", "cycle": exponential(900.0), "per_cycle": 7, "scrap": 1e-6},
        {"op": "b", "on": "s2", "cycle": exponential(1300.0), "per_cycle": 3},
    )
    for n in range(12):
        plant.order(f"o{n}", "p", 1_900_000_000 - n, lot=90_000_000 + 7 * n, release=n * 1e5)
    assert_same(plant.program())


def test_plant_when_work_is_longer_than_any_run_then_it_never_ends():  # S-31
    plant = line([3e9, 1.0], 0, 1000.0)
    plant.sources["part:saturated"]["lot"] = 2_000_000_000
    assert_same(plant.program())


def test_plant_when_a_draw_is_no_time_then_both_refuse_in_the_same_words():  # V501
    plant = Plant(horizon=4e9).station("s1", 3).station("s2", 2)
    plant.product(
        "p",
        {"op": "a", "on": "s1", "cycle": exponential(2e9)},
        {"op": "b", "on": "s2", "cycle": exponential(1e9)},
    )
    plant.failure("s2#1", "jam", exponential(2e9), exponential(1e9)).saturated("p")
    said = []
    for seed in range(30):
        for simulate in (reference.simulate, kernel.simulate):
            try:
                said.append([simulate(plant.program(), 0, seed=seed).events])
            except Refused as refused:
                said.append([str(problem) for problem in refused.problems])
    assert said[::2] == said[1::2]
    assert len({words[0] for words in said if isinstance(words[0], str)}) > 3
