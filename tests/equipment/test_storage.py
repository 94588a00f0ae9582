"""Stores against hand calculations: crane cycles, kanban cards, areas with a limit, shelf life."""

from pathlib import Path
from typing import ClassVar

import pytest
from pydantic import ValidationError

from vtwin.base.draws import constant
from vtwin.base.errors import Refused
from vtwin.engines.choose import engine
from vtwin.equipment.storage import (
    FAMILY,
    double_cycle,
    empty_way,
    single_cycle,
    stacker,
)
from vtwin.plant.family import Step
from vtwin.plant.primitives import DispatchRule, MachineState
from vtwin.plant.stacker import run_time
from vtwin.results.kpi import measure
from vtwin.results.statistics import interval
from vtwin.scenario.build import build
from vtwin.scenario.library import beside
from vtwin.scenario.load import load
from vtwin.testing.family import FamilyContract

CELL = Path(__file__).resolve().parents[2] / "scenarios" / "cells" / "storage" / "scenario.yaml"
CRANE = {
    "kind": "warehouse", "places": "100", "length": "40 m", "height": "10 m",
    "speed": "2.7 m/s", "lift_speed": "0.7 m/s", "acceleration": "0.4 m/s2",
    "lift_acceleration": "0.4 m/s2", "fork": "12 s", "driving_power": "15 kW",
}  # fmt: skip
PUT, TAKE = (Step("p/in", None, {"move": "put_away"}), Step("p/out", None, {"move": "take_out"}))
#: By hand, in s. P1: 8 m along (too short for full speed) beside 6.67 m up; P2: 26.67 m along.
TO_P1 = 6.6667 / 0.7 + 0.7 / 0.4  # 11.274: the lift is slower than 2 √(8 / 0.4) = 8.944
TO_P2 = 26.6667 / 2.7 + 2.7 / 0.4  # 16.627
P1_TO_P2 = 18.6667 / 2.7 + 2.7 / 0.4  # 13.664
SINGLE = TO_P1 + TO_P2 + 2 * 12
DOUBLE = TO_P1 + P1_TO_P2 + TO_P2 + 4 * 12


def params(written=CRANE, **changes):
    return FAMILY.params.model_validate({**written, **changes})


def lowered(steps=(), **written):
    return FAMILY.lower("m", params({}, **written), steps)


def test_buffer_when_lowered_then_it_has_the_places_written():
    assert lowered(capacity="4").is_buffer
    assert lowered(capacity="4").capacity == 4


def test_rack_when_lowered_then_every_move_takes_the_access_time():
    rack = lowered((PUT, TAKE), kind="rack", places="24", access="8 s")
    assert [step.cycle for step in rack.steps] == [constant(8.0)] * 2
    assert not rack.setup_times


def test_area_when_lowered_then_it_is_neither_machine_nor_buffer_of_a_route():
    assert lowered(kind="area", limit="4", over=["lathe", "mill"]).is_area


class TestStorage(FamilyContract):
    family = FAMILY
    scenario = CELL
    params: ClassVar = CRANE
    steps = (PUT, TAKE)

    def test_crane_when_reckoned_by_hand_then_single_and_double_cycle(self):
        assert single_cycle(params()) == pytest.approx(SINGLE, abs=0.01)
        assert double_cycle(params()) == pytest.approx(DOUBLE, abs=0.01)
        # Two moves alike take what two single cycles take.
        assert double_cycle(params()) / 2 + empty_way(params()) == pytest.approx(SINGLE, abs=0.01)

    def test_crane_when_it_lifts_after_it_has_driven_then_ways_add_up(self):
        truck = stacker(params(together=False))
        along, up = 2 * (8 / 0.4) ** 0.5, 6.6667 / 0.7 + 0.7 / 0.4
        assert truck.way((0, 0), (1 / 5, 2 / 3)) == pytest.approx(along + up, abs=0.01)
        assert truck.single > stacker(params()).single

    def test_crane_when_it_makes_no_double_cycles_then_every_move_is_a_single_one(self):
        lowered = FAMILY.lower("m", params(double_cycles=False), self.steps)
        assert not lowered.setup_times
        assert lowered.steps[0].cycle.mean == pytest.approx(SINGLE, abs=0.01)

    def test_way_when_too_short_for_full_speed_then_half_of_it_speeds_up(self):
        assert run_time(0.0, 2.0, 1.0) == 0.0
        assert run_time(1.0, 2.0, 1.0) == pytest.approx(2.0)  # 0.5 m in 1 s, and the same to stop
        assert run_time(4.0, 2.0, 1.0) == pytest.approx(4.0)  # both formulas meet at v²/a
        assert run_time(10.0, 2.0, 1.0) == pytest.approx(10 / 2 + 2)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ({"kind": "buffer", "places": "4"}, "a buffer has no `places`"),
        ({"kind": "warehouse", "height": "12 m"}, "a warehouse needs its `length`"),
        ({"kind": "supermarket"}, "a supermarket needs its `cards`"),
        ({"kind": "area", "over": ["a"]}, "an area needs its `limit`"),
        ({**CRANE, "speed": "40 m/s"}, "outside 0.1 m/s to 8 m/s"),
        ({**CRANE, "height": "10 s"}, "length"),
        ({"kind": "supermarket", "cards": {"p": "0"}}, "less than 1"),
    ],
)
def test_parameter_when_wrong_then_refused_with_what_is_expected(written, told):
    with pytest.raises(ValidationError) as error:
        FAMILY.params.model_validate(written)
    assert told in str(error.value)


# -- the cell ----------------------------------------------------------------------------------


def _good_per_s(program, name="kernel"):
    tally = engine(name, program).simulate(program, 0)
    return float(tally.product_good.sum()) / (tally.observed / 10**9), tally


@pytest.mark.parametrize("name", ["reference", "kernel"])
def test_cell_when_run_then_a_pallet_takes_the_crane_a_double_cycle(name):
    """89.6 s for a pallet in and another out, more than the 80 s of saw and drill."""
    rate, tally = _good_per_s(build(load(CELL)), name)
    assert 1 / rate == pytest.approx(DOUBLE, rel=0.001)
    assert tally.machine_state[0][MachineState.WORKING] == tally.observed
    assert tally.setups[0] == 0


def test_cell_when_the_crane_makes_single_cycles_then_two_of_them_for_a_pallet():
    rate, _ = _good_per_s(build(load(CELL), "single_cycles"))
    assert 1 / rate == pytest.approx(2 * SINGLE, rel=0.001)


def test_cell_when_there_are_two_cranes_then_saw_and_drill_limit_it():
    rate, _ = _good_per_s(build(load(CELL), "two_cranes"))
    assert 1 / rate == pytest.approx(80, rel=0.001)


def test_cell_when_one_pallet_may_be_in_then_all_times_add_up():
    """Put away and taken out in turn: a whole double cycle for each pallet, beside 2 × 80 s."""
    rate, _ = _good_per_s(build(load(CELL), "one_at_a_time"))
    assert 1 / rate == pytest.approx(DOUBLE + 160, rel=0.001)


def test_cell_when_lowered_then_places_go_round_and_moves_unlike_go_first():
    program = build(load(CELL))
    assert [(c.name, c.count) for c in program.carriers] == [("crane places", 100)]
    operations = {operation.name: operation for operation in program.operations}
    assert operations["pallet/store"].takes == 0
    assert operations["pallet/fetch"].returns == 0
    assert program.stations[0].rule is DispatchRule.LEAST_SETUP


def test_crane_when_only_putting_away_is_left_then_it_goes_back_empty_each_time(tmp_path):
    """Nothing can be taken out while the drill is busy for an hour: single cycles."""
    text = CELL.read_text(encoding="utf-8").replace(
        "on: drill, cycle: 80 s", "on: drill, cycle: 9 h"
    )
    text = text.replace("cycle: 80 s", "cycle: 1 s").replace("warmup: 4 h", "warmup: 0 h")
    text = text.replace("conwip: 12", "conwip: 500").replace("places: 100", "places: 400, ahead: 1")
    text = text.replace("    places: 400, ahead: 1", "    places: 400\n    ahead: 1")
    path = tmp_path / "scenario.yaml"
    path.write_text(text.replace("horizon: 44 h", "horizon: 5 h"), encoding="utf-8")
    program = build(load(path))
    tally = engine("kernel", program).simulate(program, 0)
    moves = 5 * 3600 / SINGLE
    assert tally.setups[0] == pytest.approx(moves, abs=3)


# -- racks, supermarkets, areas ---------------------------------------------------------------


def _plant(tmp_path, route, equipment, run="horizon: 400 h, warmup: 20 h", products=""):
    path = tmp_path / "scenario.yaml"
    path.write_text(
        f"vtwin: 1\nname: s\nrun: {{{run}, replications: 4}}\n"
        f"products: {{p: {{route: [{route}]}}{products}}}\n"
        f"orders: [{{product: p, saturated: true}}]\nequipment:\n  {equipment}\n",
        encoding="utf-8",
    )
    return load(path)


def _rates(program):
    return interval([
        measure(program, engine("kernel", program).simulate(program, n)).kpis["throughput_per_h"]
        for n in range(4)
    ])  # fmt: skip


def mva(times, people):
    """Throughput per s of a closed line of exponential machines, by mean value analysis (Reiser
    and Lavenberg 1980): a part that comes finds as many before it as with one part less.
    """
    queue = [0.0] * len(times)
    for n in range(1, people + 1):
        stay = [time * (1 + q) for time, q in zip(times, queue, strict=True)]
        rate = n / sum(stay)
        queue = [rate * s for s in stay]
    return rate


MAKE = "{op: make, on: maker, cycle: {exponential: {mean: 1 min}}}"
USE = "{op: use, on: user, cycle: {exponential: {mean: 1 min}}}"


def test_supermarket_when_cards_go_round_then_throughput_is_that_of_a_closed_line(tmp_path):
    """Three cards and one part at the user: the maker may run while fewer than 4 parts are between
    it and the end of use, which is a closed line of two machines with 4 parts.
    """
    loaded = _plant(
        tmp_path,
        f"{MAKE}, market, {USE}",
        "maker: {}\n  user: {}\n  market: {model: storage/supermarket, cards: 3, access: 0 s}",
    )
    program = build(loaded)
    assert [(c.name, c.count) for c in program.carriers] == [
        ("market calls", 1),
        ("market cards p", 3),
    ]
    found = _rates(program)
    by_hand = 3600 * mva([60.0, 60.0], 4)
    assert by_hand == pytest.approx(60 * 4 / 5)
    assert found.low < by_hand < found.high


def test_supermarket_when_every_card_is_on_a_part_then_the_maker_waits(tmp_path):
    """A part every 10 s and one used every 60 s: the shelf fills to the 3 cards and stays full."""
    make, use = MAKE.replace("{exponential: {mean: 1 min}}", "10 s"), USE
    loaded = _plant(
        tmp_path,
        f"{make}, market, {use.replace('{exponential: {mean: 1 min}}', '60 s')}",
        "maker: {}\n  user: {}\n  market: {model: storage/supermarket, cards: {p: 3}, access: 0 s}",
        run="horizon: 40 h, warmup: 1 h",
    )
    found = measure(program := build(loaded), engine("kernel", program).simulate(program, 0))
    assert found.kpis["throughput_per_h"] == pytest.approx(60, abs=0.1)
    assert found.states["maker"][MachineState.WORKING] == pytest.approx(1 / 6, abs=0.001)
    # One at the user, and 3 in the shelf but for the 10 s in which the next is made.
    assert found.kpis["wip"] == pytest.approx(1 + 3, abs=0.01)


@pytest.mark.parametrize("limit", [1, 4])
def test_area_when_it_has_a_limit_then_throughput_is_that_of_a_closed_line(tmp_path, limit):
    loaded = _plant(
        tmp_path,
        ", ".join(f"{{on: m{n}, cycle: {{exponential: {{mean: 1 min}}}}}}" for n in range(3)),
        "m0: {}\n  m1: {}\n  m2: {}\n"
        f"  gate: {{model: storage/wip_area, limit: {limit}, over: [m0, m1, m2]}}",
    )
    found = _rates(build(loaded))
    by_hand = 3600 * mva([60.0] * 3, limit)
    assert by_hand == pytest.approx(60 * limit / (limit + 2))
    assert found.low < by_hand < found.high


def test_area_when_a_route_passes_it_twice_then_a_permit_for_each_run(tmp_path):
    loaded = _plant(
        tmp_path,
        "{on: a, cycle: 1 min}, {on: b, cycle: 1 min}, {on: x, cycle: 1 min}, "
        "{op: again, on: b, cycle: 1 min}",
        "a: {}\n  b: {}\n  x: {}\n  gate: {model: storage/wip_area, over: [a, b]}",
    )
    operations = {o.name: (o.takes, o.returns) for o in build(loaded).operations}
    assert operations == {"p/a": (0, -1), "p/b": (-1, 0), "p/x": (-1, -1), "p/again": (0, 0)}


def test_rack_when_it_is_full_then_it_holds_up_the_machine_before(tmp_path):
    """Without a put-away its places are those in front of it: 24 and one in the picker's hand."""
    loaded = _plant(
        tmp_path,
        "{op: make, on: maker, cycle: 10 s}, rack, {op: use, on: user, cycle: 60 s}",
        "maker: {}\n  user: {input: 0}\n  rack: {model: storage/flow_rack}",
        run="horizon: 40 h, warmup: 1 h",
    )
    program = build(loaded)
    assert program.stations[1].input == 24
    found = measure(program, engine("kernel", program).simulate(program, 0))
    # 24 in the rack, one at the picker, one at the user, one held by the maker.
    assert found.kpis["wip"] == pytest.approx(27, abs=0.3)
    assert found.kpis["throughput_per_h"] == pytest.approx(60, abs=0.1)


@pytest.mark.parametrize(("cards", "permits", "parts"), [(3, 2, 2), (2, 9, 3)])
def test_card_and_permit_when_a_step_takes_both_then_the_scarcer_limits(
    tmp_path, cards, permits, parts
):
    """Two equal machines with n parts between them make n / (n + 1) of what one alone makes:
    n is the number of permits, or that of the cards and the part at the user (S-138).
    """
    loaded = _plant(
        tmp_path,
        f"{MAKE}, market, {USE}",
        "maker: {}\n  user: {}\n"
        f"  market: {{model: storage/supermarket, cards: {cards}, access: 0 s}}\n"
        f"  gate: {{model: storage/wip_area, over: [maker, market, user], limit: {permits}}}",
    )
    program = build(loaded)
    first = next(o for o in program.operations if o.name == "p/make")
    assert len(first.taken) == 2
    found = _rates(program)
    assert found.low < 60 * parts / (parts + 1) < found.high


def test_rack_when_it_has_a_shelf_life_then_what_lies_longer_is_scrap(tmp_path):
    """A part every 20 s, one taken every 60 s (the picker waits for the user): of three parts two
    grow older than 10 min in the rack, whose 60 places never fill.
    """
    loaded = _plant(
        tmp_path,
        "{op: make, on: maker, cycle: 20 s}, rack, {op: use, on: user, cycle: 60 s}",
        "maker: {}\n  user: {input: 0}\n"
        "  rack: {model: storage/flow_rack, places: 60, shelf_life: 10 min}",
        run="horizon: 40 h, warmup: 2 h",
    )
    program = build(loaded)
    found = measure(program, engine("kernel", program).simulate(program, 0))
    assert found.products["p"]["too_old"] == pytest.approx(2 / 3, abs=0.002)


@pytest.mark.parametrize(
    ("route", "equipment", "code", "told"),
    [
        (
            f"{MAKE}, gate, {USE}",
            "maker: {}\n  user: {}\n  gate: {model: storage/wip_area, over: [maker]}",
            "V316",
            "'gate' is an area over equipment",
        ),
        (
            f"{MAKE}, {USE}",
            "maker: {}\n  user: {}\n  gate: {model: storage/wip_area, over: [makr]}",
            "V719",
            "no route passes the area 'gate'",
        ),
        (
            f"{MAKE}, market, {USE}",
            "maker: {}\n  user: {}\n  market: {model: storage/supermarket, cards: {q: 3}}",
            "V719",
            "'market' has cards of 'q'",
        ),
        (
            f"market, {USE}",
            "user: {}\n  market: {model: storage/supermarket, cards: 3}",
            "V719",
            "'p' begins at 'market'",
        ),
        (
            f"{MAKE}, market, {USE}",
            "maker: {}\n  user: {}\n  market: {model: storage/supermarket, cards: 3, refill: mak}",
            "V719",
            "'mak' is no step of 'p' before",
        ),
        (
            f"{MAKE}, {{op: in, on: rack, move: put_away}}, {USE}",
            "maker: {}\n  user: {}\n  rack: {model: storage/pallet_rack}",
            "V719",
            "everything is put away at 'rack'",
        ),
        (
            f"{MAKE}, {USE}, rack",
            "maker: {}\n  user: {}\n  rack: {model: storage/pallet_rack, ahead: 2}",
            "V719",
            "nothing comes after 'p/rack'",
        ),
    ],
)
def test_store_when_a_route_passes_it_wrongly_then_refused(tmp_path, route, equipment, code, told):
    with pytest.raises(Refused) as refused:
        build(_plant(tmp_path, route, equipment))
    assert code in [p.code for p in refused.value.problems]
    assert told in str(refused.value)


def test_models_when_built_then_each_kind_has_one_and_every_crane_has_its_cycle(tmp_path):
    """Double cycles of the library's cranes by hand, s: to P1, on to P2, back, four times the fork.
    The miniload needs 2 √(6 / 2.5) along to P1, 14 / 5 + 2 to P2 and 20 / 5 + 2 back; the truck
    lifts longer to P1 than it drives: 4.667 / 0.4 + 1.
    """
    library = beside(CELL)
    models = [name for name in library.names() if name.startswith("storage/")]
    kinds = {library.model(name).parameters["kind"].value for name in models}
    assert kinds == {"buffer", "rack", "supermarket", "warehouse", "area"}
    double = {}
    for name in models:
        if library.model(name).parameters["kind"].value == "warehouse":
            store = f"a: {{}}\n  s: {{model: {name}}}"
            moves = "{op: in, on: s, move: put_away}, {op: out, on: s}"
            program = build(_plant(tmp_path, f"{{on: a, cycle: 1 min}}, {moves}", store))
            move = program.operations[1].modes[0]
            double[name] = 2 * program.distributions[move.cycle].mean
    assert double == {
        "storage/miniload": pytest.approx(3.098 + 4.8 + 6 + 16, abs=0.01),
        "storage/narrow_aisle_truck": pytest.approx(12.667 + 12.924 + 16.106 + 72, abs=0.01),
        "storage/pallet_crane": pytest.approx(DOUBLE, abs=0.01),
    }
