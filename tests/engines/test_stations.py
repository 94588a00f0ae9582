"""Queues, buffers, tools, set-ups: small plants worked out by hand."""

from __future__ import annotations

from tests.engines.plants import Plant, line
from tests.engines.rows import of, rows, seconds, states, times
from vtwin.plant.primitives import DispatchRule, MachineState
from vtwin.plant.trace import Event

BLOCKED, STARVED, WORKING, SETUP = (
    MachineState.BLOCKED,
    MachineState.STARVED,
    MachineState.WORKING,
    MachineState.SETUP,
)


def test_line_when_the_second_station_is_slower_then_the_first_is_blocked_after_service(engine):
    tally = engine(line([1, 3], 0, 12).program(), 0, trace=True)
    assert times(tally, Event.START, 0) == [0, 1, 4, 7, 10]
    assert times(tally, Event.LEAVE) == [4, 7, 10]
    assert seconds(tally, 0) == {WORKING: 5, BLOCKED: 7}
    assert seconds(tally, 1) == {STARVED: 1, WORKING: 11}


def test_operation_when_it_takes_no_time_then_it_happens_in_the_next_round(engine):  # S-03
    tally = engine(line([2, 0, 1], 0, 6).program(), 0, trace=True)
    assert times(tally, Event.FINISH, 1) == [2, 4]
    assert times(tally, Event.START, 2) == [2, 4]
    assert seconds(tally, 1) == {STARVED: 6}


def test_machines_when_they_finish_at_once_then_the_lower_one_gets_the_only_place(engine):  # S-22
    plant = Plant(horizon=20).station("a", count=2, input=0).station("b", input=0)
    plant.product("p", {"op": "1", "on": "a", "cycle": 4}, {"op": "2", "on": "b", "cycle": 5})
    tally = engine(plant.saturated("p").program(), 0, trace=True)
    assert [(t, i) for t, e, i, _ in of(tally, Event.START) if e == 2] == [(4, 0), (9, 1), (14, 2), (19, 3)]  # fmt: skip


def test_output_buffer_when_the_next_station_is_busy_then_the_machine_goes_on(engine):  # S-24
    plant = Plant(horizon=12).station("a", input=0, output=1).station("b", input=0)
    plant.product("p", {"op": "1", "on": "a", "cycle": 1}, {"op": "2", "on": "b", "cycle": 4})
    tally = engine(plant.saturated("p").program(), 0, trace=True)
    # a: 0-1 to b; 1-2 into the buffer; 2-3, blocked until b takes from the buffer at 5 ...
    assert times(tally, Event.START, 0) == [0, 1, 2, 5, 9]
    assert times(tally, Event.START, 1) == [1, 5, 9]
    assert tally.station_output_area.tolist() == [10_000_000, 0]  # one item from 2 on, in us
    assert seconds(tally, 0) == {WORKING: 5, BLOCKED: 7}


def test_queue_when_the_time_is_observed_then_area_and_waits_agree(engine):  # S-71
    plant = Plant(horizon=20).station("m").product("p", {"op": "o", "on": "m", "cycle": 4})
    tally = engine(plant.order("a", "p", 3).program(), 0)
    assert tally.station_arrivals.tolist() == [3]
    assert tally.station_wait.tolist() == [12_000_000]
    assert tally.station_queue_area.tolist() == [12_000_000]


def test_waits_when_they_sum_to_more_than_a_word_of_ticks_then_they_are_whole(engine):  # S-71
    """Nine lots of fifteen years wait 540 years together: 1.7e19 ticks, past 2^63."""
    year = 31_557_600
    plant = Plant(horizon=140 * year, bin=20 * year).station("m")
    plant.product("p", {"op": "o", "on": "m", "cycle": 15 * year})
    tally = engine(plant.order("a", "p", 9).program(), 0)
    assert tally.station_wait.tolist() == [15 * sum(range(9)) * year * 10**6]


def test_arrivals_when_there_is_no_input_place_then_they_wait_outside(engine):  # S-23, S-26
    plant = Plant(horizon=10).station("m", input=0)
    plant.product("p", {"op": "o", "on": "m", "cycle": 3}).arrivals("p", 2)
    tally = engine(plant.program(), 0, trace=True)
    assert times(tally, Event.START) == [2, 5, 8]
    assert tally.product_released.tolist() == [4]
    assert tally.product_lead.tolist() == [3.0 + 4.0]
    assert tally.product_wip_area.tolist() == [8 + 6 + 4 + 2 - 5 - 2]


def test_inside_and_outside_when_one_place_gets_free_then_who_is_inside_enters(engine):  # S-23
    plant = Plant(horizon=13).station("a", input=0).station("m", input=1)
    plant.product("p", {"op": "1", "on": "a", "cycle": 5}, {"op": "2", "on": "m", "cycle": 5})
    plant.product("q", {"op": "1", "on": "m", "cycle": 5})
    plant.order("p", "p", 2).order("q", "q", 4)
    tally = engine(plant.program(), 0, trace=True)
    # At 5 the place in front of m gets free: q waits outside since 0, p stands at the door.
    joined = [(t, v) for t, e, _, v in of(tally, Event.START) if e == 1]
    assert joined == [(0, 2), (5, 2), (10, 1)]


def test_supplies_when_several_are_saturated_then_they_take_turns(engine):  # S-63
    plant = Plant(horizon=10).station("m")
    for product in "abc":
        plant.product(product, {"op": "o", "on": "m", "cycle": 2}).saturated(product)
    tally = engine(plant.program(), 0, trace=True)
    assert [v for _, _, _, v in of(tally, Event.START)] == [0, 1, 2, 0, 1]


def test_supply_when_something_waits_in_the_queue_then_that_goes_first(engine):  # S-63
    plant = Plant(horizon=12).station("m")
    plant.product("p", {"op": "1", "on": "m", "cycle": 1}, {"op": "2", "on": "m", "cycle": 2})
    tally = engine(plant.saturated("p").program(), 0, trace=True)
    assert [v for _, _, _, v in of(tally, Event.START)] == [0, 1] * 4


def test_conwip_when_an_item_leaves_then_a_new_one_is_released(engine):  # S-62
    plant = line([2, 3], 5, 20)
    plant.sources.clear()
    tally = engine(plant.conwip("part", 2).program(), 0, trace=True)
    assert times(tally, Event.RELEASE) == [0, 0, *times(tally, Event.LEAVE)]
    assert tally.product_wip_area.tolist() == [40.0]


# -- set-ups ---------------------------------------------------------------------------------


def two_colours(rule, **machine):
    plant = Plant(horizon=60)
    plant.setups["colours"] = {"keys": ["black", "white"], "times": {("black", "white"): 5, ("white", "black"): 3}}  # fmt: skip
    plant.station("m", setup="colours", rule=rule, **machine)
    for product, key in (("b", "black"), ("w", "white")):
        plant.product(product, {"op": "o", "on": "m", "cycle": 2, "key": key})
    return plant


def test_setups_when_the_sequence_is_fixed_then_each_change_costs_its_cell(engine):  # S-33
    plant = two_colours(DispatchRule.FIFO, key="white")
    for n, product in enumerate("bwwb"):
        plant.order(f"{n}", product, 1)
    tally = engine(plant.program(), 0, trace=True)
    # 3 + b 2, 5 + w 2, w 2, 3 + b 2
    assert times(tally, Event.FINISH) == [5, 12, 14, 19]
    assert tally.setups.tolist() == [3]
    assert tally.setup_time.tolist() == [11_000_000_000]
    assert seconds(tally)[SETUP] == 11


def test_setups_when_the_machine_has_no_key_then_the_first_is_free(engine):  # S-33
    plant = two_colours(DispatchRule.FIFO).order("0", "b", 1)
    assert times(engine(plant.program(), 0, trace=True), Event.FINISH) == [2]


def test_least_setup_when_both_wait_then_the_machine_stays_with_its_colour(engine):  # S-25
    plant = two_colours(DispatchRule.LEAST_SETUP, key="black")
    for n, product in enumerate("wbwb"):
        plant.order(f"{n}", product, 1)
    tally = engine(plant.program(), 0, trace=True)
    assert [v for _, _, _, v in of(tally, Event.START)] == [0, 0, 1, 1]


def test_free_machines_when_one_is_set_up_for_the_item_then_it_takes_it(engine):  # S-25
    plant = two_colours(DispatchRule.FIFO, count=2, key="black")
    plant.machines["m#2"]["key"] = "white"
    tally = engine(plant.order("0", "w", 1).program(), 0, trace=True)
    assert of(tally, Event.START) == [(0, 1, 0, 1)]


# -- tools -----------------------------------------------------------------------------------


def moulds(count, copies):
    plant = Plant(horizon=100, tools={"die": copies, "other": 1}).station("m", count=count)
    plant.product("p", {"op": "o", "on": "m", "cycle": 10, "tool": "die"})
    return plant.product("q", {"op": "o", "on": "m", "cycle": 1, "tool": "other"})


def test_tool_when_there_is_one_copy_then_one_machine_works_at_a_time(engine):  # S-41
    tally = engine(moulds(2, 1).order("a", "p", 4).program(), 0, trace=True)
    assert [(t, e) for t, e, _, _ in of(tally, Event.START)] == [(0, 0), (10, 0), (20, 0), (30, 0)]
    assert of(tally, Event.MOUNT) == [(0, 0, -1, 0)]


def test_tool_when_there_are_two_copies_then_two_machines_share_the_order(engine):  # S-41
    tally = engine(moulds(3, 2).order("a", "p", 4).program(), 0, trace=True)
    assert [(t, e) for t, e, _, _ in of(tally, Event.START)] == [(0, 0), (0, 1), (10, 0), (10, 1)]


def test_tool_when_its_holder_is_idle_then_another_machine_takes_it_over(engine):  # S-42
    plant = moulds(2, 1)
    plant.products["p"][0]["cycle"] = {"m#2": 10}
    plant.machines["m#1"]["tool"] = "die"
    tally = engine(plant.order("a", "p", 1).program(), 0, trace=True)
    assert of(tally, Event.MOUNT) == [(0, 1, -1, 0)]


def test_tool_when_its_holder_could_use_it_then_it_keeps_it(engine):  # S-42
    # Both stations need the die; the holder's own queue has work for it, so the other waits.
    plant = Plant(horizon=30, tools={"die": 1}).station("a").station("b", tool="die")
    plant.product("p", {"op": "o", "on": "a", "cycle": 2, "tool": "die"})
    plant.product("q", {"op": "o", "on": "b", "cycle": 3, "tool": "die"})
    plant.order("1", "p", 1).order("2", "q", 2)
    tally = engine(plant.program(), 0, trace=True)
    assert [(t, e) for t, e, _, _ in of(tally, Event.START)] == [(0, 1), (3, 1), (6, 0)]


def test_tool_when_another_is_needed_then_the_first_is_free_for_others(engine):  # S-41
    plant = moulds(2, 1).order("1", "p", 1).order("2", "q", 1, release=5)
    plant.products["q"][0]["cycle"] = {"m#1": 4}
    plant.order("3", "p", 1, release=10)
    tally = engine(plant.program(), 0, trace=True)
    # at 10 m#1 frees; q (waiting since 5) needs m#1 and its own tool: the die goes to m#2
    assert [(t, e, v) for t, e, _, v in of(tally, Event.START)] == [(0, 0, 0), (10, 0, 1), (10, 1, 0)]  # fmt: skip


def test_item_when_no_mode_fits_the_free_machine_then_the_next_in_line_goes_first(engine):
    plant = Plant(horizon=30).station("m", count=2)
    plant.product("p", {"op": "o", "on": "m", "cycle": {"m#1": 5}})
    plant.product("q", {"op": "o", "on": "m", "cycle": 5})
    plant.order("1", "p", 2).order("2", "q", 1)
    tally = engine(plant.program(), 0, trace=True)
    assert [(t, e, v) for t, e, _, v in of(tally, Event.START)] == [(0, 0, 0), (0, 1, 1), (5, 0, 0)]


# -- lots and scrap --------------------------------------------------------------------------


def test_lots_when_the_order_is_no_multiple_then_the_last_is_small_and_takes_whole_cycles(engine):
    plant = Plant(horizon=100).station("m")
    plant.product("p", {"op": "o", "on": "m", "cycle": 2, "per_cycle": 4})
    tally = engine(plant.order("a", "p", 23, lot=10).program(), 0, trace=True)
    # 10 pieces: 3 cycles; 10: 3; 3: 1 (S-31, S-61)
    assert times(tally, Event.FINISH) == [6, 12, 14]
    assert tally.mode_cycles.tolist() == [7]
    assert tally.mode_pieces.tolist() == [23]
    assert tally.order_good.tolist() == [23]
    assert tally.station_arrivals.tolist() == [3]


def test_scrap_when_it_is_replaced_then_the_order_gets_its_good_pieces(engine):  # S-65
    plant = Plant(horizon=10_000).station("a").station("b")
    plant.product(
        "p",
        {"op": "1", "on": "a", "cycle": 1, "scrap": 0.3},
        {"op": "2", "on": "b", "cycle": 1, "scrap": 0.2},
    )
    tally = engine(plant.order("o", "p", 100, lot=7).program(), 0)
    assert tally.order_good.tolist() == [100]
    assert tally.order_done[0] > 0
    assert tally.in_plant_at_end == 0
    assert tally.product_released[0] == 100 + tally.product_scrap[0]
    assert tally.mode_scrap.sum() == tally.product_scrap[0] > 30


def test_scrap_when_it_is_not_replaced_then_the_order_is_done_short(engine):  # S-64
    plant = Plant(horizon=10_000).station("a")
    plant.product("p", {"op": "1", "on": "a", "cycle": 1, "scrap": 0.3})
    tally = engine(plant.order("o", "p", 100, lot=7, replace=False).program(), 0)
    assert tally.order_good[0] == 100 - tally.product_scrap[0] < 100
    assert tally.order_done[0] == 100 * 10**9 // 7 * 0 + 15 * 7 * 10**9 - 5 * 10**9


def test_order_when_the_first_input_is_limited_then_its_lots_wait_outside(engine):  # S-61
    plant = Plant(horizon=100).station("m", input=1)
    plant.product("p", {"op": "o", "on": "m", "cycle": 2})
    tally = engine(plant.order("a", "p", 4).program(), 0, trace=True)
    assert [r[0] for r in rows(tally) if r[1] is Event.ARRIVE] == [0, 0, 2, 4]
    assert tally.product_wip_area.tolist() == [2 + 4 + 6 + 8]
    assert tally.order_done.tolist() == [8_000_000_000]
    assert tally.product_lead.tolist() == [20.0]


def test_states_when_a_machine_goes_on_at_once_then_no_state_is_written(engine):  # S-10
    tally = engine(line([1], 0, 5).program(), 0, trace=True)
    assert states(tally, 0) == [(0, WORKING)]
