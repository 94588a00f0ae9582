"""Belts and transport in scenarios: what they become, and what is said when they cannot be."""

from __future__ import annotations

import pytest

from vtwin.plant.primitives import NONE, CallRule
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
      - {op: harden, on: furnace}
      - {op: grind, on: grinder, by: agv}
orders: [{product: ring, every: 3 min}]
equipment:
  lathe: {cycle: 90 s, count: 2, at: [2 m, 2 m], size: [2 m, 2 m]}
  furnace: {belt: {travel: 20 min, places: 20, accumulating: false}, stop: B}
  grinder: {cycle: 80 s, at: [20 m, 12 m], size: [2 m, 2 m], input: 5}
transport:
  agv: {count: 2, speed: 2 m/s, load: 10 s, serves: furnace, dispatch: nearest, start: C}
layout:
  aisles: {points: {A: [2 m, 6 m], B: [12 m, 6 m], C: [22 m, 6 m], D: [22 m, 12 m]}, ways: [[A, B, C], [C, D]]}
"""
S = 10**9


@pytest.fixture
def cell(write):
    """The program of the cell with texts replaced."""

    def cell(*edits):
        return build.build(load(write(edited(*edits))))

    return cell


@pytest.fixture
def told(write):
    """Code, text and hint of all problems of the cell with texts replaced."""

    def told(*edits):
        return [(p.code, p.what, p.hint) for p in build.check(write(edited(*edits)))]

    return told


def edited(*edits):
    text = CELL
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new)
    return text


def by_name(many):
    return {one.name: one for one in many}


def test_belt_when_places_are_written_then_the_pitch_follows(cell):
    program = cell()
    (belt,) = program.belts
    assert (belt.places, belt.travel, belt.pitch) == (20, 1200 * S, 60 * S)
    assert not belt.accumulating
    assert by_name(program.machines)["furnace"].belt == 0
    assert by_name(program.machines)["grinder"].belt == NONE
    (mode,) = by_name(program.operations)["ring/harden"].modes
    assert mode.planned_s == 60.0  # one after another, not one at a time


def test_belt_when_length_and_speed_are_written_then_the_travel_follows(cell):
    (belt,) = cell(("travel: 20 min, places: 20", "length: 9 m, speed: 6 m/min, pitch: 8 s")).belts
    assert (belt.travel, belt.pitch, belt.places) == (90 * S, 8 * S, 12)


@pytest.mark.parametrize(
    ("new", "what"),
    [
        ("places: 20", "how long items are on 'furnace' must be said in one way"),
        ("travel: 20 min, length: 3 m, places: 20", "how long items are on 'furnace' must be said"),
        ("travel: 20 min", "how close items may be on 'furnace' is not said"),
        ("travel: 20 min, places: 22, pitch: 1 min", "22 items do not fit on 'furnace'"),
        ("travel: 20 min, pitch: 21 min", "'furnace' is shorter than the pitch"),
        ("travel: 20 min, pitch: 0 s", "without a pitch 'furnace' needs `places`"),
    ],
)
def test_belt_when_it_cannot_be_then_it_is_refused(told, new, what):
    ((code, said, hint),) = told(("travel: 20 min, places: 20", new))
    assert code == "V360"
    assert said.startswith(what)
    assert hint


def test_belt_when_its_step_has_a_time_of_its_own_then_it_is_refused(told):
    found = told(("on: furnace}", "on: furnace, cycle: 3 min}"))
    assert [code for code, _, _ in found] == ["V360"]


def test_belt_when_it_is_maintained_then_it_is_a_planned_mode(cell):  # S-103
    edit = ("stop: B", "stop: B, maintenance: {clean: {every: 3 h, takes: 5 min}}")
    (mode,) = cell(edit).failures
    assert (mode.name, mode.planned) == ("furnace/clean", True)


def test_transport_when_it_serves_and_is_named_at_steps_then_it_brings_there(cell):
    program = cell()
    fleet = {o.name: o.fleet for o in program.operations}
    assert fleet == {"ring/turn": NONE, "ring/harden": 0, "ring/grind": 0}
    assert [v.name for v in program.vehicles] == ["agv#1", "agv#2"]
    (agv,) = program.fleets
    assert agv.nodes == ("A", "B", "C", "D")
    assert agv.rule is CallRule.NEAREST
    assert (agv.load, agv.unload) == (10 * S, 10 * S)
    assert agv.nodes[program.vehicles[0].node] == "C"
    assert {s.name: agv.nodes[s.nodes[0]] for s in program.stations} == {
        "furnace": "B", "grinder": "D", "lathe": "A",
    }  # fmt: skip


def test_transport_when_it_moves_on_aisles_then_ways_are_the_shortest(cell):
    (agv,) = cell().fleets
    assert [t // S for t in agv.travel[0]] == [0, 5, 10, 13]
    assert [t // S for t in agv.travel[3]] == [13, 8, 3, 0]


def test_transport_when_an_aisle_is_one_way_then_vehicles_go_round(cell):
    edits = ("ways: [[A, B, C], [C, D]]", "ways: [[B, C], [C, D]], one_way: [[A, B], [C, A]]")
    (agv,) = cell(edits).fleets
    assert [t // S for t in agv.travel[0]] == [0, 5, 10, 13]
    assert [t // S for t in agv.travel[1]] == [15, 0, 5, 8]


def test_transport_when_there_are_no_aisles_then_ways_go_along_the_walls(cell):
    (agv,) = cell(
        (CELL[CELL.index("layout:") :], ""), (", start: C", ""),
        ("stop: B", "at: [11 m, 2 m], size: [2 m, 2 m]"),
    ).fleets  # fmt: skip
    assert agv.nodes == ("furnace", "grinder", "lathe#1")
    assert agv.travel[0][1] == (9 + 10) * S // 2


def test_transport_when_it_does_not_exist_then_the_name_is_told(told):
    ((code, what, _),) = told(("by: agv", "by: avg"))
    assert code == "V361"
    assert what == "'avg' is no transport of this plant"


def test_transport_when_a_point_does_not_exist_then_the_name_is_told(told):
    ((code, what, _),) = told(("start: C", "start: E"))
    assert code == "V361"
    assert what == "'E' is no point of this plant"


def test_transport_when_a_stop_cannot_be_reached_then_it_is_refused(told):
    ((code, what, _),) = told(("[C, D]]", "[D, D]]"))
    assert code == "V362"
    assert what == "there is no way from 'A' to 'D' for 'agv'"


def test_transport_when_a_machine_stands_nowhere_then_it_is_refused(told):
    ((code, what, hint),) = told((", at: [20 m, 12 m], size: [2 m, 2 m]", ""))
    assert code == "V362"
    assert "where 'grinder' stands is not said" in what
    assert "stop" in hint


def test_transport_when_it_brings_nothing_then_a_warning_says_so(told):
    ((code, what, _),) = told((", by: agv", ""), (", serves: furnace", ""))
    assert (code, what) == ("V363", "'agv' brings nothing anywhere")


def test_transport_when_it_has_more_to_bring_than_time_then_a_warning_says_so(told):
    ((code, what, _),) = told(("speed: 2 m/s", "speed: 0.1 m/s"), ("every: 3 min", "every: 2 min"))
    # 100 s and 160 s on the way, and 40 s to load and unload, of two vehicles every 120 s
    assert (code, what) == ("V364", "'agv' would be loaded 125% of the time to bring all ordered")


def test_belt_when_a_lot_of_many_pieces_moves_then_it_is_one_item(told):
    assert told(("  ring:\n", "  ring:\n    lot: 3\n"), ("every: 3 min", "every: 5 min")) == []
