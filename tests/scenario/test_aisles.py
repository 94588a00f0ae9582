"""One-way aisles and batteries in scenarios: what they become, and what is said about them."""

from __future__ import annotations

import pytest

from vtwin.engines.choose import engine
from vtwin.plant.primitives import NONE
from vtwin.results.measures import measure
from vtwin.scenario import build
from vtwin.scenario.load import load

CELL = """\
vtwin: 1
name: cell
run: {horizon: 8 h}
products:
  ring:
    route:
      - {op: turn, on: lathe}
      - {op: grind, on: grinder, by: agv}
orders: [{product: ring, every: 3 min}]
equipment:
  lathe: {cycle: 90 s, stop: A}
  grinder: {cycle: 80 s, stop: C, input: 5}
transport:
  agv: {count: 2, speed: 2 m/s, load: 10 s, start: P}
layout:
  aisles:
    points: {A: [2 m, 6 m], B: [12 m, 6 m], C: [12 m, 9 m], D: [2 m, 9 m], P: [0 m, 6 m]}
    ways: [[A, P]]
    one_way: [[A, B, C, D, A]]
"""
S = 10**9
MIN = 60 * S
BATTERY = "battery: {lasts: 2 h, charge: 30 min, standing: 20 %, capacity: 4 kWh}"


def edited(*edits):
    text = CELL
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new)
    return text


@pytest.fixture
def cell(write):
    """The program of the cell with texts replaced."""
    return lambda *edits: build.build(load(write(edited(*edits))))


@pytest.fixture
def told(write):
    """Code, text and hint of all problems of the cell with texts replaced."""

    def told(*edits):
        return [(p.code, p.what, p.hint) for p in build.check(write(edited(*edits)))]

    return told


def charged(*words):
    """The cell with a battery and more words at the transport."""
    return ("start: P", ", ".join(("start: P", BATTERY, *words)))


def test_aisle_when_it_is_one_way_then_it_has_room_for_as_many_as_fit(cell):  # S-154
    program = cell()
    room = {zone.name: zone.room for zone in program.zones}
    assert room == {"A>B": 5, "B>C": 1, "C>D": 5, "D>A": 1}  # 10 m and 3 m at 2 m a vehicle
    (agv,) = program.fleets
    a, c, p = (agv.nodes.index(n) for n in "ACP")
    names = [zone.name for zone in program.zones]

    def way(start, end):
        return [
            (None if leg.zone == NONE else names[leg.zone], leg.ticks / S)
            for leg in agv.ways[start][end]
        ]

    assert way(a, c) == [("A>B", 5.0), ("B>C", 1.5)]
    assert way(c, p) == [("C>D", 5.0), ("D>A", 1.5), (None, 1.0)]
    assert way(p, a) == [(None, 1.0)]
    assert way(a, a) == []
    assert agv.travel[c][p] == 7.5 * S


def test_aisle_when_its_room_or_spacing_is_written_then_it_is_that(cell):
    edits = (
        ("one_way: [[A, B, C, D, A]]", "one_way: [{through: [A, B], room: 1}, [B, C, D, A]]"),
        ("ways:", "spacing: 1.5 m\n    ways:"),
    )
    assert {zone.name: zone.room for zone in cell(*edits).zones} == {
        "A>B": 1, "B>C": 2, "C>D": 6, "D>A": 2,
    }  # fmt: skip


def test_aisle_when_it_may_be_passed_both_ways_then_there_is_room_for_all(cell):
    program = cell(("ways: [[A, P]]", "ways: [[A, P], [A, B, C]]"))
    assert [zone.name for zone in program.zones] == []  # and the short way leads both ways
    assert program.fleets[0].ways == ()


def test_aisle_when_there_is_one_vehicle_then_it_meets_nobody(cell):
    program = cell(("count: 2", "count: 1"))
    assert program.zones == ()
    assert program.fleets[0].ways == ()


def test_program_when_there_are_no_zones_then_it_says_nothing_of_them(cell):
    assert '"zones"' not in cell(("count: 2", "count: 1")).to_json()


@pytest.mark.parametrize(
    ("new", "code", "what"),
    [
        ("{through: [A, B], room: 0}", "V203", "is less than 1"),
        ("{room: 2}", "V117", "says no points"),
        ("{through: [A, B], rooms: 2}", "V115", "unknown key 'rooms'"),
        ("{through: [A, X], room: 2}", "V361", "'X' is no point"),
        ("[]", "V117", "names nothing"),
    ],
)
def test_aisle_when_it_cannot_be_then_it_is_refused(told, new, code, what):
    found = told(("[[A, B, C, D, A]]", f"[[A, B, C, D, A], {new}]"))
    assert [c for c, _, _ in found] == [code]
    assert what in found[0][1] + found[0][2]


def test_spacing_when_it_is_nothing_then_the_range_is_told(told):
    ((code, what, _),) = told(("ways:", "spacing: 0 m\n    ways:"))
    assert code == "V203"
    assert "0.3 m to 50 m" in what


def test_battery_when_it_is_written_then_its_units_are_whole_numbers(cell):  # S-158, S-159
    program = cell(charged("charge_at: [P, A]", "chargers: 2"))
    (agv,) = program.fleets
    battery = agv.battery
    assert (battery.driving, battery.standing, battery.charging) == (5, 1, 20)
    assert battery.capacity == battery.until == 5 * 120 * MIN
    assert battery.low == 5 * 24 * MIN
    assert battery.kwh == 4.0
    names = program.zones
    assert [(agv.nodes[c.node], names[c.zone].name, names[c.zone].room) for c in battery.chargers] == [
        ("P", "agv@P", 2), ("A", "agv@A", 2),
    ]  # fmt: skip
    # Of two vehicles the second begins half way from full to low.
    assert [v.content for v in program.vehicles] == [5 * 120 * MIN, 5 * 72 * MIN]


def test_battery_when_no_charger_is_written_then_it_is_where_vehicles_begin(cell):
    program = cell(charged())
    (charger,) = program.fleets[0].battery.chargers
    assert program.fleets[0].nodes[charger.node] == "P"


def test_battery_when_there_are_no_aisles_then_ways_are_one_leg(cell):
    program = cell(
        (CELL[CELL.index("layout:") :], ""),
        ("start: P", f"{BATTERY}, charge_at: grinder"),
        ("stop: A", "at: [2 m, 2 m]"),
        ("stop: C", "at: [20 m, 2 m]"),
    )  # fmt: skip
    (agv,) = program.fleets
    assert [leg.zone for leg in agv.ways[0][1]] == [NONE]
    assert agv.ways[0][1][0].ticks == agv.travel[0][1]


def test_battery_when_its_model_brings_it_then_what_is_written_goes_first(cell):
    edit = ("speed: 2 m/s, load: 10 s, start: P", "model: transport/agv, battery: {charge: 2 h}")
    (agv,) = cell(edit).fleets
    assert agv.battery.driving * 4 == agv.battery.charging  # 8 h and 2 h
    assert agv.battery.standing * 5 == agv.battery.driving


@pytest.mark.parametrize(
    ("edit", "code", "what"),
    [
        (charged("charge_at: X"), "V361", "'X' is no point of this plant"),
        (charged("chargers: 0"), "V203", "0"),
        (("start: P", "start: P, charge_at: A"), "V365", "a place to charge and no battery"),
        (("start: P", "start: P, battery: {lasts: 2 h}"), "V117", "'charge' is missing"),
        (("start: P", "start: P, battery: {lasts: 2 h, charge: 1 h, low: 90 %, until: 80 %}"),
         "V365", "leaves the charger with no more than sends it there"),
        (("start: P", "start: P, battery: {lasts: 20 s, charge: 1 min}"),
         "V365", "a charged battery of 'agv' is not enough for a move: its longest move and the "
         "way to a charger take 40.5 s"),
        (("start: P", "start: P, battery: {lasts: 3 min, charge: 1 min}"),
         "V366", "'agv' may run flat: with 36 s of driving left it still answers calls"),
        (("start: P", "start: P, battery: {lasts: 1 min, charge: 5 h}"),
         "V365", "takes more than 100 times as long to charge as it lasts"),
    ],
)  # fmt: skip
def test_battery_when_it_cannot_be_then_it_is_told(told, edit, code, what):
    found = told(edit)
    assert [c for c, _, _ in found] == [code]
    assert what in found[0][1]


def test_battery_when_it_may_run_flat_then_the_hint_says_how_much_is_enough(told):
    ((_, _, hint),) = told(("start: P", "start: P, battery: {lasts: 3 min, charge: 1 min}"))
    # From C round to A, to C with an item, and round to P again: 6.5 + 6.5 + 7.5 + 20 s, 22.5 % of 180 s.
    assert hint == "write `low: 23 %` or more"


LOOP = """\
vtwin: 1
name: loop
run: {horizon: 10 h, warmup: 1 h}
products:
  box: {route: [{op: fill, on: filler}, {op: pack, on: packer, by: agv}]}
orders: [{product: box, saturated: true}]
equipment:
  filler: {cycle: 5 s, output: 3, stop: A}
  packer: {cycle: 5 s, stop: B}
transport:
  agv: {count: 1, speed: 1 m/s, load: 8 s, unload: 20 s}
layout:
  aisles:
    points: {A: [0 m, 0 m], B: [30 m, 0 m], C: [30 m, 10 m], D: [0 m, 10 m]}
    one_way: [{through: [A, B], room: 1}, [B, C, D, A]]
"""


@pytest.mark.parametrize(("count", "per_h", "held"), [(1, 100 / 3, 0), (2, 200 / 3, 0), (3, 72, 42), (4, 72, 92)])  # fmt: skip
@pytest.mark.parametrize("name", ["reference", "kernel"])
def test_loop_when_vehicles_are_added_then_it_bears_as_many_as_the_hand_says(
    write, name, count, per_h, held
):
    """80 m at 1 m/s, 8 s to load, 20 s to unload: 108 s round. The aisle to B is taken for 50 s
    each time, so n vehicles need n x 50 s, or 108 if that is more.
    """
    program = build.build(load(write(LOOP.replace("count: 1", f"count: {count}"))))
    tally = engine(name, program).simulate(program, 0)
    figures = measure(program, tally)
    assert figures.transport["agv"]["moves_per_h"] == pytest.approx(per_h, abs=0.2)
    assert figures.transport["agv"]["transport_held_s"] == pytest.approx(held, abs=0.5)
