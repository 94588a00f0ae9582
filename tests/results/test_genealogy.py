"""Histories of parts, worked out by hand in both directions (S-74 to S-78)."""

import pytest

from tests.engines.plants import Plant, S
from tests.results.lots import follow, with_lots
from vtwin.base.draws import uniforms
from vtwin.plant.primitives import Cause, PartAtFailure
from vtwin.results.genealogy import DieLife, MachineTime, MaterialLot, WearLife, WorkerTime
from vtwin.results.scrap import categories, counts
from vtwin.results.travellers import Fate, Why

BLANKS, UNITS = (0, 1, 2, 4, 5, 6), (3, 7, 8)


def assembly():
    """Six blanks of two presses, two in each of three units, which are polished and tested.

    press#1 takes 2 s, press#2 3 s: blanks 0 (0-2), 2 (2-4), 5 (4-6), 6 (6-8) on the first, 1 (0-3)
    and 4 (3-6) on the second. They are in stock in the order 0, 1, 2, 5, 4, 6: at 6 s press#1
    ends first (S-04). Joining takes 4 s: unit 3 of 0 and 1 (3-7), 7 of 2 and 5 (7-11), 8 of 4 and
    6 (11-15). The first test sends unit 3 back to be polished once more, the others pass.
    """
    plant = Plant(horizon=60.0, seed=10)
    plant.station("press", 2).station("join").station("bench").station("test")
    plant.product("blank", {"op": "press", "on": "press", "cycle": {"press#1": 2, "press#2": 3}})
    plant.product(
        "unit",
        {"op": "join", "on": "join", "cycle": 4, "kit": {"blank": 2}},
        {"op": "polish", "on": "bench", "cycle": 1},
        {"op": "test", "on": "test", "cycle": 1, "branches": [(0.5, "polish")]},
    )
    plant.stock("blank", -1)
    plant.order("blanks", "blank", 6, lot=1)
    plant.order("units", "unit", 3, lot=1)
    draw = uniforms(plant.seed, 0, "unit/test", "route")
    assert [draw() < 0.5 for _ in range(4)] == [True, False, False, False]
    return with_lots(plant.program(), blank=4, unit=2)


@pytest.fixture(params=["reference", "kernel"])
def made(request):
    return follow(request.param, assembly())


def test_assembly_when_followed_then_every_item_has_its_order_and_material(made):  # S-74, S-76
    program = made.program
    orders = {h.serial: program.orders[h.order].name for h in made.items}
    assert orders == dict.fromkeys(BLANKS, "blanks") | dict.fromkeys(UNITS, "units")
    lots = {h.serial: h.lots for h in made.items}
    assert [lots[s] for s in BLANKS] == [((1, 1),)] * 4 + [((2, 1),)] * 2
    assert [lots[s] for s in UNITS] == [((1, 1),), ((1, 1),), ((2, 1),)]


def test_assembly_when_asked_backward_then_unit_has_its_blanks_machines_and_times(made):
    assert made.shipped == UNITS
    assert [made.origins(s) for s in UNITS] == [(0, 1, 3), (2, 5, 7), (4, 6, 8)]  # S-77
    program = made.program
    seen = [
        (
            program.operations[v.operation].name,
            program.machines[v.machine].name,
            v.start // S,
            v.end // S,
        )
        for v in made.items[3].visits
    ]
    assert seen == [
        ("unit/join", "join", 3, 7),
        ("unit/polish", "bench", 7, 8),
        ("unit/test", "test", 8, 9),
        ("unit/polish", "bench", 9, 10),
        ("unit/test", "test", 10, 11),
    ]
    suspects = made.suspects(7)
    blank, unit = 0, 1  # materials by name
    assert [s for s in suspects if isinstance(s, MaterialLot)] == [
        MaterialLot(blank, 1), MaterialLot(blank, 2), MaterialLot(unit, 1),
    ]  # fmt: skip
    press = [m.name for m in program.machines].index("press#1")
    assert MachineTime(press, 2 * S, 4 * S) in suspects
    assert MachineTime(press, 4 * S, 6 * S) in suspects


def test_assembly_when_asked_forward_then_suspects_reach_the_units_made_of_them(made):
    machine = {m.name: i for i, m in enumerate(made.program.machines)}
    assert made.recall(MaterialLot(0, 1)).shipped == UNITS
    assert made.recall(MaterialLot(0, 2)).shipped == (7, 8)
    assert made.recall(MaterialLot(1, 1)).shipped == (3, 7)
    assert made.recall(MaterialLot(1, 2)).shipped == (8,)
    assert made.recall(MachineTime(machine["press#2"], 0, 60 * S)).shipped == (3, 8)
    # What ends at 4 s is not on the machine from 4 s on.
    assert made.recall(MachineTime(machine["press#1"], 4 * S, 6 * S)).shipped == (7,)
    assert made.recall(MachineTime(machine["bench"], 9 * S, 10 * S)).shipped == (3,)
    assert made.recall(MachineTime(machine["bench"], 10 * S, 11 * S)).shipped == ()
    called = made.recall(MaterialLot(0, 2))
    assert (called.touched, called.pieces, called.share) == ((5, 6), 2, pytest.approx(2 / 3))


def shifts():
    """A die that lasts two strokes and is away for a second, and two people one after another.

    Strokes 0-2, 2-4, worn, 5-7, 7-9, worn, 10-12, 12-14 …; the first goes at 7 s.
    """
    plant = Plant(horizon=16.0)
    plant.calendars.update(early=[(0, 7)], late=[(7, 16)])
    plant.tools["die"] = {"count": 1, "life": 2, "renew": 1}
    plant.station("m").saturated("p")
    plant.product("p", {"op": "1", "on": "m", "cycle": 2, "tool": "die", "skill": "run"})
    plant.worker("a#1", ["run"], calendar="early").worker("b#1", ["run"], calendar="late")
    return plant.program()


@pytest.mark.parametrize("engine", ["reference", "kernel"])
def test_die_and_people_when_followed_then_each_part_has_its_life_and_its_worker(engine):  # S-75
    made = follow(engine, shifts())
    assert [(v.life, v.operators) for h in made.items for v in h.visits] == [
        (1, (0,)), (1, (0,)), (2, (0,)), (2, (1,)), (3, (1,)), (3, (1,)), (4, (1,)),
    ]  # fmt: skip
    assert made.recall(DieLife(0, 0, 2)).shipped == (2, 3)
    assert made.recall(DieLife(0)).shipped == (0, 1, 2, 3, 4, 5)
    assert made.recall(WorkerTime(0, 0, 16 * S)).shipped == (0, 1, 2)
    assert made.recall(WorkerTime(0, 2 * S, 5 * S)).shipped == (1,)


@pytest.mark.parametrize("engine", ["reference", "kernel"])
def test_copies_without_a_life_when_one_is_given_up_then_it_is_told_apart(engine):  # S-42, S-74
    # Two moulds on three presses: m#3 gets the copy of the lowest that stands idle, m#1.
    plant = Plant(horizon=30.0)
    plant.tools["mould"] = 2
    plant.station("a", tool="mould").station("b", tool="mould").station("c")
    for name, release in (("x", 0), ("y", 0), ("z", 6)):
        on = {"x": "a", "y": "b", "z": "c"}[name]
        plant.product(
            name, {"op": "1", "on": on, "cycle": 2 if name == "x" else 9, "tool": "mould"}
        )
        plant.order(f"o{name}", name, 1, release=release)
    made = follow(engine, plant.program())
    copies = {made.program.products[h.product].name: h.visits[0].copy for h in made.items}
    assert copies == {"x": 0, "y": 1, "z": 0}


def scrapping(causes):
    """Every piece is scrapped; lots of four."""
    plant = Plant(horizon=40.0, seed=5)
    plant.station("m").saturated("p", lot=4)
    plant.product("p", {"op": "1", "on": "m", "cycle": 1, "per_cycle": 4, "scrap": 1.0})
    return with_lots(plant.program(), causes=causes, p=10)


@pytest.mark.parametrize("engine", ["reference", "kernel"])
def test_causes_when_pieces_are_scrapped_then_they_come_from_a_stream_of_their_own(engine):  # S-78
    program = scrapping((Cause("crack", 0.25), Cause("lap", 0.75)))
    made = follow(engine, program)
    draw = uniforms(5, 0, "m", "cause/p/1")
    want = ["crack" if draw() < 0.25 else "lap" for _ in range(4 * 39)]
    found = {c.cause: n for c, n in zip(categories(program), counts(made), strict=True)}
    assert found == {"crack": want.count("crack"), "lap": want.count("lap")}
    assert made.items[0].fate is Fate.SCRAPPED
    first = {loss.cause: loss.pieces for loss in made.items[0].visits[0].losses}
    assert first == {c: want[:4].count(c) for c in ("crack", "lap") if want[:4].count(c)}


def test_causes_when_named_then_nothing_else_happens_in_the_plant():  # S-35, S-78
    plain = follow("kernel", scrapping(()))
    named = follow("kernel", scrapping((Cause("crack", 0.25), Cause("lap", 0.75))))
    assert [(h.scrapped, h.gone) for h in plain.items] == [
        (h.scrapped, h.gone) for h in named.items
    ]
    assert plain.program.hash != named.program.hash


@pytest.mark.parametrize("engine", ["reference", "kernel"])
def test_losses_when_not_of_the_step_then_they_are_told_apart(engine):  # S-45, S-84
    plant = Plant(horizon=100.0)
    plant.station("a").station("b").saturated("p")
    plant.product(
        "p",
        {"op": "1", "on": "a", "cycle": 4},
        {"op": "2", "on": "b", "cycle": 1, "branches": [(1.0, "1", 1)]},
    )
    plant.failure("a", "jam", 10, 1, part=PartAtFailure.SCRAPPED)
    made = follow(engine, plant.program())
    losses = [(loss.why, loss.cause) for h in made.items for v in h.visits for loss in v.losses]
    assert set(losses) == {(Why.FAILURE, "jam"), (Why.LIMIT, "rework limit")}
    assert counts(made).sum() == len(losses) == sum(h.fate is Fate.SCRAPPED for h in made.items)


@pytest.mark.parametrize("engine", ["reference", "kernel"])
def test_wear_by_cycles_when_changed_then_a_new_life_begins(engine):  # S-100
    plant = Plant(horizon=20.0)
    plant.station("m").saturated("p")
    plant.product("p", {"op": "1", "on": "m", "cycle": 2})
    plant.failure("m", "insert", None, 1, life=3, planned=True)
    made = follow(engine, plant.program())
    lives = [v.wears for h in made.items for v in h.visits]
    assert lives == [((0, 1),)] * 3 + [((0, 2),)] * 3 + [((0, 3),)] * 3
    assert made.recall(WearLife(0, 2)).shipped == (3, 4, 5)
    assert made.recall(WearLife(0)).shipped == made.shipped


@pytest.mark.parametrize("engine", ["reference", "kernel"])
def test_lot_borders_when_an_item_is_on_one_then_it_is_of_both_lots(engine):  # S-76
    plant = Plant(horizon=10.0)
    plant.station("m").saturated("p", lot=4)
    plant.product("p", {"op": "1", "on": "m", "cycle": 1, "per_cycle": 4})
    made = follow(engine, with_lots(plant.program(), p=6))
    assert [h.lots for h in made.items[:4]] == [
        ((1, 4),), ((1, 2), (2, 2)), ((2, 4),), ((3, 4),),
    ]  # fmt: skip
    assert made.recall(MaterialLot(0, 2)).shipped == (1, 2)


@pytest.mark.parametrize("engine", ["reference", "kernel"])
def test_losses_when_made_after_standing_or_too_old_then_they_are_told_apart(engine):  # S-36, S-86
    # Lots of two come at 4, 8 … 36 s and are pressed for 2 s. The press stands 2 s in between, so
    # one piece of each is thrown away. The others stand at the oven from 6, 10, 14 … 38 s on; it
    # takes 9 s each: the first 6-15, the second 15-24, at 24 s the third and fourth have waited
    # 10 and 6 s, at 33 s the sixth 7 s; five are allowed.
    plant = Plant(horizon=40.0)
    plant.station("press", restart=(1, 1)).station("oven")
    plant.product(
        "p",
        {"op": "1", "on": "press", "cycle": 1, "per_cycle": 1},
        {"op": "2", "on": "oven", "cycle": 9, "shelf": 5},
    ).arrivals("p", 4, lot=2)
    made = follow(engine, plant.program())
    why = {}
    for history in made.items:
        for loss in [loss for visit in history.visits for loss in visit.losses]:
            why[loss.cause] = why.get(loss.cause, 0) + loss.pieces
    assert why == {"made after standing": 9}
    aged = [(h.serial, a.tick // S, a.pieces, a.scrapped) for h in made.items for a in h.aged]
    assert aged == [(2, 24, 1, True), (3, 24, 1, True), (5, 33, 1, True)]
    assert counts(made).sum() == 9 + len(aged)
