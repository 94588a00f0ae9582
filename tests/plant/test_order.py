from tests.engines.plants import Plant
from vtwin.plant.order import HOUSEKEEPING, priority, slots


def plant(names):
    made = Plant(calendars={"z-shift": [], "a-shift": []})
    for name in names:
        made.station(name)
    made.product("part", {"op": "op", "on": names[0], "cycle": 1})
    return made


def test_slots_of_any_plant_then_calendars_come_first_and_the_book_last():  # S-04, S-05
    made = plant(["m1", "m2"]).arrivals("part", 1)
    order = slots(made.program())
    assert order.calendars == (0, 1)
    assert sorted((*order.machines, *order.sources)) == [2, 3, 4]
    assert order.book == 5
    assert order.count == 6


def test_slots_when_a_machine_can_fail_then_it_precedes_its_failures_and_they_the_next_machine():
    # "m1/x" > "m1" but "m1-b" < "m1/x" as plain text; the owner decides (S-04)
    made = plant(["m1", "m1-b"]).failure("m1", "x", 1, 1).failure("m1", "a", 1, 1)
    order = slots(made.program())
    m1, m1b = order.machines
    a, x = order.failures
    assert m1 < a < x < m1b


def test_slots_when_a_source_is_called_like_a_machine_then_the_machine_is_first():
    made = plant(["m1"])
    made.sources["m1"] = {"product": "part", "kind": "arrivals", "every": 1}
    order = slots(made.program())
    assert order.machines[0] < order.sources[0]


def test_slots_when_things_are_written_in_another_order_then_they_are_the_same():
    a = plant(["m1", "m2", "m3"]).failure("m1", "x", 1, 1).failure("m2", "x", 1, 1)
    b = plant(["m3", "m2", "m1"]).failure("m2", "x", 1, 1).failure("m1", "x", 1, 1)
    assert slots(a.program()) == slots(b.program())


def test_priorities_of_an_instant_then_looking_precedes_everything_and_slots_follow_in_turn():
    assert [HOUSEKEEPING, *map(priority, range(4))] == [0, 1, 2, 3, 4]  # S-02, S-06
