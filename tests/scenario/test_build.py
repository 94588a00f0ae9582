"""What a scenario becomes."""

from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from vtwin.base.draws import constant, exponential
from vtwin.base.units import ticks
from vtwin.plant.primitives import NEVER, NONE, UNLIMITED, DispatchRule, ReleaseKind, ShiftEnd
from vtwin.scenario import build, load

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"


def _program(write, text, files=None):
    return build.build(load.load(write(text, files)))


def _line(line, equipment, more=""):
    return f"vtwin: 1\nname: l\nrun: {{horizon: 1 d}}\nline: {line}\nequipment: {equipment}\n{more}"


def _shop(route, equipment, more="", orders="[{product: p, every: 5 min}]"):
    return (
        f"vtwin: 1\nname: s\nrun: {{horizon: 9 d, start: 2026-03-02}}\nproducts: {{p: {{route: {route}}}}}\n"
        f"orders: {orders}\nequipment: {equipment}\n{more}"
    )


# --- lines ----------------------------------------------------------------------------------


def test_line_when_short_then_a_five_station_plant_fits_in_a_dozen_lines():
    text = (SCENARIOS / "five_in_a_row" / "scenario.yaml").read_text(encoding="utf-8")
    plant = text.split("variants:")[0]
    assert len(plant.strip().splitlines()) <= 12
    program = build.build(load.load(SCENARIOS / "five_in_a_row"))
    assert [station.input for station in program.stations] == [UNLIMITED, 5, 5, 5, 5]


def test_line_when_a_buffer_stands_between_then_it_is_the_next_input(write):
    program = _program(
        write,
        _line(
            "[a, b, c, d]", "{a: {cycle: 1 s}, b: {capacity: 5}, c: {cycle: 1 s}, d: {cycle: 1 s}}"
        ),
    )
    places = {station.name: (station.input, station.output) for station in program.stations}
    assert places == {"a": (UNLIMITED, 0), "c": (5, 0), "d": (0, 0)}


def test_line_when_without_orders_then_saturated(write):
    program = _program(write, _line("[a]", "{a: {cycle: 1 s}}"))
    (source,) = program.sources
    assert source.kind is ReleaseKind.SATURATED
    assert program.products[source.product].name == "part"


def test_buffer_when_of_no_place_then_the_same_as_no_buffer(write):
    with_it = _program(
        write, _line("[a, b, c]", "{a: {cycle: 1 s}, b: {capacity: 0}, c: {cycle: 2 s}}")
    )
    without = _program(write, _line("[a, c]", "{a: {cycle: 1 s}, c: {cycle: 2 s}}"))
    assert with_it.hash == without.hash


def test_line_when_stations_stand_side_by_side_then_they_share_the_buffer(write):
    machines = "{a: {cycle: 1 s}, b: {capacity: 4}, c1: {cycle: 2 s}, c2: {cycle: 3 s}}"
    program = _program(write, _line("[a, b, [c1, c2]]", machines))
    joined = program.stations[1]
    assert (joined.name, joined.input, len(joined.machines)) == ("c1 + c2", 4, 2)


def test_buffer_when_at_the_end_of_a_line_then_warned(write):
    path = write(_line("[a, b]", "{a: {cycle: 1 s}, b: {capacity: 5}}"))
    assert [(p.code, p.severity) for p in build.check(path)] == [("V311", "warning")]


@pytest.mark.parametrize(
    ("line", "equipment", "codes"),
    [
        ("[a]", "{a: {cycle: 0 s}}", ["V341"]),
        ("[a, b]", "{a: {cycle: 0 s}, b: {cycle: 0 s}}", ["V341"]),
        ("[a, x, b]", "{a: {cycle: 0 s}, b: {cycle: 1 s}, x: {capacity: unlimited}}", ["V341"]),
        ("[a, x, b]", "{a: {cycle: 0 s}, b: {cycle: 1 s}, x: {capacity: 3}}", []),
        ("[a, b]", "{a: {cycle: 1 s}, b: {cycle: 0 s}}", []),
    ],
)
def test_line_when_it_would_make_endlessly_many_in_no_time_then_refused(
    write, line, equipment, codes
):
    assert [p.code for p in build.check(write(_line(line, equipment)))] == codes


@pytest.mark.parametrize(("second", "codes"), [("0 s", ["V341"]), ("1 s", [])])
def test_conwip_when_no_step_takes_time_then_refused(write, second, codes):
    route = f"[{{op: x, on: a, cycle: 0 s}}, {{op: y, on: a, cycle: {second}}}]"
    path = write(_shop(route, "{a: {}}", orders="[{product: p, conwip: 3}]"))
    assert [p.code for p in build.check(path)] == codes


# --- stations and routes ---------------------------------------------------------------------


def test_station_when_in_a_shop_then_unlimited_in_front_and_nothing_behind(write):
    program = _program(write, _shop("[{on: a, cycle: 1 s}]", "{a: {}}"))
    assert (program.stations[0].input, program.stations[0].output) == (UNLIMITED, 0)


def test_station_when_places_are_written_then_they_hold(write):
    program = _program(write, _shop("[{on: a, cycle: 1 s}]", "{a: {input: 3, output: unlimited}}"))
    assert (program.stations[0].input, program.stations[0].output) == (3, UNLIMITED)


def test_machines_when_counted_then_numbered_else_named_plainly(write):
    program = _program(
        write, _shop("[{on: a, cycle: 1 s}, {on: b, cycle: 1 s}]", "{a: {count: 2}, b: {}}")
    )
    assert [machine.name for machine in program.machines] == ["a#1", "a#2", "b"]
    assert program.stations[0].machines == (0, 1)


def test_steps_when_their_machines_overlap_then_one_queue_and_who_can_do_what(write):
    route = "[{op: x, on: [m1, m2], cycle: 1 s}, {op: y, on: [m2, m3], cycle: 2 s}, {op: z, on: m4, cycle: 3 s}]"
    program = _program(write, _shop(route, "{m1: {}, m2: {dispatch: spt}, m3: {}, m4: {}}"))
    assert [station.name for station in program.stations] == ["m1 + m2 + m3", "m4"]
    assert program.stations[0].rule is DispatchRule.SPT
    able = {o.name: [program.machines[m.machine].name for m in o.modes] for o in program.operations}
    assert able == {"p/x": ["m1", "m2"], "p/y": ["m2", "m3"], "p/z": ["m4"]}


def test_queue_when_its_machines_want_different_rules_then_refused(write):
    route = "[{op: x, on: [m1, m2], cycle: 1 s}]"
    path = write(_shop(route, "{m1: {dispatch: edd}, m2: {dispatch: spt}}"))
    assert [p.code for p in build.check(path)] == ["V313"]


def test_cycle_when_given_per_machine_then_each_has_its_own(write):
    route = "[{op: x, on: [m1, m2], cycle: {m1: 5 s, 'm2#2': 9 s}}]"
    program = _program(write, _shop(route, "{m1: {}, m2: {count: 2, cycle: 7 s}}"))
    times = {
        program.machines[m.machine].name: program.distributions[m.cycle]
        for m in program.operations[0].modes
    }
    assert times == {"m1": constant(5.0), "m2#1": constant(7.0), "m2#2": constant(9.0)}


def test_cycle_when_a_tool_gives_it_per_machine_then_each_has_its_own(write):
    tools = "tools: {t: {on: m, cycle: {m: 5 s, 'm#2': 9 s}}}\n"
    program = _program(write, _shop("[{op: x, tool: t}]", "{m: {count: 3}}", tools))
    means = [program.distributions[mode.cycle].mean for mode in program.operations[0].modes]
    assert means == [5, 9, 5]


def test_planned_time_when_not_written_then_the_mean_of_the_cycle(write):
    route = "[{op: x, on: a, cycle: {exponential: {mean: 9 s}}}, {op: y, on: a, cycle: 9 s, planned: 7 s}]"
    program = _program(write, _shop(route, "{a: {}}"))
    assert [o.modes[0].planned_s for o in program.operations] == [9.0, 7.0]


def test_skill_when_a_step_names_none_then_that_of_the_machine(write):
    route = "[{op: x, on: a, cycle: 1 s}, {op: y, on: a, cycle: 1 s, operator: check}]"
    people = "people: {tender: {count: 2, skills: {check: 0.5}}}"
    program = _program(write, _shop(route, "{a: {operator: tender}}", people))
    assert program.skills == ("check", "tender")
    assert [program.skills[o.skill] for o in program.operations] == ["tender", "check"]
    assert program.workers[0].speeds == (0.5, 1.0)


# --- tools and set-ups -----------------------------------------------------------------------

MOULDS = """\
vtwin: 1
name: moulds
run: {horizon: 9 d}
products:
  cap: {lot: 50, route: [{op: mould, tool: M1, colour: RED}]}
  lid: {lot: 50, route: [{op: mould, tool: M1, colour: BLUE}]}
  box: {lot: 50, route: [{op: mould, tool: M2, colour: RED, scrap: 1 %}]}
tools:
  M1: {on: [A, B], cavities: 8, cycle: {A: 18 s, B: 20 s}, scrap: 3 %, at_start: B}
  M2: {on: B, cavities: 4, cycle: 25 s}
orders: [{product: cap, saturated: true}, {product: lid, conwip: 3}, {product: box, every: 1 h}]
equipment:
  A: {model: molding/injection_50t}
  B: {model: molding/injection_100t, setup: {scale: 50 %}}
"""


def test_tool_when_a_step_names_it_then_it_says_where_how_long_and_how_many(write):
    program = _program(write, MOULDS)
    box, cap, _ = program.operations
    assert [program.machines[m.machine].name for m in cap.modes] == ["A", "B"]
    assert [program.distributions[m.cycle].mean for m in cap.modes] == [18, 20]
    assert (cap.pieces_per_cycle, cap.scrap) == (8, 0.03)
    assert (box.pieces_per_cycle, box.scrap) == (4, 0.01)
    assert [program.tools[o.tool].name for o in program.operations] == ["M2", "M1", "M1"]


def test_setup_when_of_a_family_then_between_moulds_or_colours_and_scaled(write):
    program = _program(write, MOULDS)
    table = {program.setups[m.setup].name: program.setups[m.setup] for m in program.machines}["B"]
    assert table.keys == ("M1, BLUE", "M1, RED", "M2, RED")

    def mean(a, b):
        cell = table.cell[table.keys.index(a)][table.keys.index(b)]
        return program.distributions[cell].mean if cell != NONE else 0

    assert mean("M1, BLUE", "M1, RED") == 0.5 * 15 * 60
    assert mean("M1, RED", "M2, RED") == 0.5 * 45 * 60
    assert mean("M1, RED", "M1, RED") == 0


def test_tool_when_mounted_at_the_start_then_the_machine_is_set_up_for_it(write):
    program = _program(write, MOULDS)
    machine = program.machines[1]
    assert program.tools[machine.initial_tool].name == "M1"
    assert program.setups[machine.setup].keys[machine.initial_key] == "M1, RED"
    assert program.machines[0].initial_tool == NONE


def test_setup_when_one_time_then_between_any_two_products(write):
    text = _shop("[{on: a, cycle: 1 s}]", "{a: {setup: {time: 9 min, scale: 50 %, at_start: p}}}")
    text = text.replace("products: {", "products: {q: {route: [{on: a, cycle: 1 s}]}, ")
    program = _program(write, text.replace("orders: [", "orders: [{product: q, every: 9 min}, "))
    (table,) = program.setups
    assert table.keys == ("p", "q")
    assert table.cell[0][0] == NONE
    assert program.distributions[table.cell[0][1]] == constant(270.0)
    assert program.machines[0].initial_key == 0


def test_setup_when_from_a_matrix_then_as_the_file_says(write):
    two = MOULDS.replace("setup: {scale: 50 %}", "setup: {matrix: m.csv, by: fitter}")
    matrix = "from;M1;M2\nM1;;12 min\nM2;8 min;\n"
    program = _program(write, two + "people: {fitter: {}}\n", {"m.csv": matrix})
    table = program.setups[program.machines[1].setup]
    assert program.skills[table.skill] == "fitter"
    own = {o.name: table.keys[o.setup_key] for o in program.operations}
    cell = table.cell[table.keys.index(own["cap/mould"])][table.keys.index(own["box/mould"])]
    assert program.distributions[cell] == constant(720.0)


# --- calendars -------------------------------------------------------------------------------


def _open(write, calendar, horizon="2 d", start="2026-03-02"):
    """On-duty hours of one calendar; 2026-03-02 is a Monday."""
    text = (
        f"vtwin: 1\nname: c\nrun: {{horizon: {horizon}, start: {start}}}\nline: [a]\n"
        f"equipment: {{a: {{cycle: 1 s, calendar: c}}}}\ncalendars: {{c: {calendar}}}\n"
    )
    (found,) = _program(write, text).calendars
    return [(a / ticks(3600), b / ticks(3600)) for a, b in found.open]


def test_calendar_when_shifts_touch_then_one_interval(write):
    assert _open(write, '{mon-fri: ["06:00-14:00", "14:00-22:00"]}') == [(6, 22), (30, 46)]


def test_calendar_when_a_shift_passes_midnight_then_it_belongs_to_its_first_day(write):
    assert _open(write, '{mon: "22:00-06:00"}', "8 d") == [(22, 30), (190, 192)]


def test_calendar_when_the_night_began_before_the_run_then_it_goes_on(write):
    assert _open(write, '{daily: "22:00-06:00"}', "1 d") == [(0, 6), (22, 24)]


def test_calendar_when_breaks_then_they_are_cut_out_also_past_midnight(write):
    hours = _open(write, '{daily: "always", breaks: ["10:00-10:30", "23:30-00:30"]}', "1 d")
    assert hours == [(0.5, 10), (10.5, 23.5)]


def test_calendar_when_holiday_then_no_shift_starts_that_day(write):
    hours = _open(write, '{daily: ["22:00-06:00"], holidays: [2026-03-03]}', "3 d")
    assert hours == [(0, 6), (22, 30), (70, 72)]


def test_calendar_when_a_date_has_its_own_hours_then_they_hold(write):
    hours = _open(
        write,
        '{mon-fri: "08:00-16:00", days: {2026-03-07: ["08:00-12:00"], 2026-03-02: closed}}',
        "6 d",
    )
    assert hours[0] == (32, 40)
    assert hours[-1] == (128, 132)


def test_calendar_when_the_run_starts_on_another_weekday_then_it_follows(write):
    assert _open(write, '{mon: "08:00-16:00"}', "3 d", "2026-03-01") == [(32, 40)]


def test_calendar_when_dated_in_an_undated_run_then_warned(write):
    text = _line(
        "[a]",
        "{a: {cycle: 1 s, calendar: c}}",
        'calendars: {c: {mon: "08:00-16:00", holidays: [2026-01-01]}}',
    )
    assert [(p.code, p.severity) for p in build.check(write(text))] == [("V302", "warning")]


def test_calendar_when_always_then_none(write):
    program = _program(write, _line("[a]", "{a: {cycle: 1 s, calendar: always}}"))
    assert program.calendars == ()
    assert program.machines[0].calendar == NONE


@settings(max_examples=40)
@given(
    shifts=st.lists(st.tuples(st.integers(0, 1439), st.integers(1, 1440)), max_size=4),
    breaks=st.lists(st.tuples(st.integers(0, 1439), st.integers(1, 1440)), max_size=3),
    start=st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    hours=st.integers(1, 24 * 20),
)
def test_calendar_when_expanded_then_it_agrees_minute_by_minute(shifts, breaks, start, hours):
    from vtwin.scenario.calendars import expand
    from vtwin.scenario.document import CalendarEntry

    def text(windows):
        return [f"{a // 60:02}:{a % 60:02}-{b // 60:02}:{b % 60:02}" for a, b in windows if a != b]

    entry = CalendarEntry.model_validate({"daily": text(shifts), "breaks": text(breaks)})
    found = expand("c", entry, start, ticks(hours * 3600)).open
    assert all(a < b for a, b in found)
    assert all(one[1] < other[0] for one, other in pairwise(found))

    def inside(windows, minute):
        return any(
            a <= minute < b or (b < a and (minute >= a or minute < b)) for a, b in windows if a != b
        )

    for minute in range(0, min(hours * 60, 3000), 7):
        now = ticks(minute * 60)
        expected = inside(shifts, minute % 1440) and not inside(breaks, minute % 1440)
        assert any(a <= now < b for a, b in found) == expected


# --- orders ----------------------------------------------------------------------------------


def test_order_when_dated_then_days_count_from_midnight_to_the_end_of_the_day(write):
    orders = (
        "[{product: p, quantity: 9, release: 2026-03-03, due: 2026-03-05, lot: 4, priority: 2}]"
    )
    program = _program(write, _shop("[{on: a, cycle: 1 s}]", "{a: {}}", orders=orders))
    (order,) = program.orders
    assert (order.release, order.due) == (ticks(86400), ticks(4 * 86400))
    assert (order.name, order.quantity, order.lot, order.priority) == ("p-1", 9, 4, 2)


def test_order_when_with_a_time_of_day_then_to_the_minute(write):
    orders = "[{product: p, quantity: 9, release: 2026-03-02 06:30, due: 36 h}]"
    program = _program(write, _shop("[{on: a, cycle: 1 s}]", "{a: {}}", orders=orders))
    assert (program.orders[0].release, program.orders[0].due) == (
        ticks(6.5 * 3600),
        ticks(36 * 3600),
    )


def test_order_when_released_or_due_before_the_run_then_it_waits_and_is_late(write):
    orders = "[{product: p, quantity: 9, release: 2026-02-20, due: 2026-02-27}]"
    path = write(_shop("[{on: a, cycle: 1 s}]", "{a: {}}", orders=orders))
    assert [p.code for p in build.check(path)] == ["V338"]
    program = build.build(load.load(path))
    assert program.orders[0].release == 0
    assert program.orders[0].due == -ticks(2 * 86400)


def test_orders_when_in_a_table_then_each_line_is_one(write):
    orders = "[{table: o.csv}]"
    table = "order,product,quantity,release,due,priority,lot\nB,p,5,2026-03-03,,,\nA,p,7,2026-03-03,4 d,3,2\n"
    path = write(_shop("[{on: a, cycle: 1 s}]", "{a: {}}", orders=orders), {"o.csv": table})
    program = build.build(load.load(path))
    assert [(o.name, o.quantity, o.lot, o.priority) for o in program.orders] == [
        ("A", 7, 2, 3),
        ("B", 5, 1, 0),
    ]
    assert program.orders[1].due == NEVER
    assert program.place("orders.B").line == 2


def test_sources_when_of_each_kind_then_as_written(write):
    program = _program(write, MOULDS)
    kinds = {source.name: (source.kind, source.level, source.lot) for source in program.sources}
    assert kinds == {
        "cap": (ReleaseKind.SATURATED, 0, 50),
        "lid": (ReleaseKind.CONWIP, 3, 50),
        "box": (ReleaseKind.ARRIVALS, 0, 50),
    }


# --- the whole -------------------------------------------------------------------------------


def test_machine_when_everything_is_written_then_all_of_it_arrives(write):
    machine = (
        "{a: {shift_end: finish, cost: 6 KRW/min, power: {working: 9 kW, idle: 2 kW, setup: 4 kW}, failures: "
        "{jam: {after: {exponential: {mean: 9 h}}, clock: calendar, repair: 5 min, by: fitter, part: scrapped}}}}"
    )
    program = _program(
        write, _shop("[{on: a, cycle: 1 s}]", machine, "currency: KRW\npeople: {fitter: {}}\n")
    )
    (found,) = program.machines
    assert found.shift_end is ShiftEnd.FINISH
    assert found.cost_per_h == 360
    assert found.power_kw == (9, 4, 2, 2, 2, 2, 0)
    (failure,) = program.failures
    assert (failure.name, failure.after, failure.skill) == ("a/jam", exponential(32400.0), 0)


def test_costs_when_floor_and_energy_then_per_day_and_kwh(write):
    more = "currency: KRW\ncosts: {energy: 145 KRW/kWh, floor: 3652.5 KRW/m2}\nlayout: {floor: [10 m, 5 m]}\n"
    program = _program(write, _shop("[{on: a, cycle: 1 s}]", "{a: {}}", more))
    assert program.energy_price == 145
    assert program.floor_cost_per_day == pytest.approx(3652.5 * 50 * 12 / 365.25)


def test_bin_when_not_written_then_days_for_long_runs_and_200_for_short(write):
    assert _program(write, _line("[a]", "{a: {cycle: 1 s}}")).run.bin == ticks(86400) // 200
    assert _program(write, _shop("[{on: a, cycle: 1 s}]", "{a: {}}")).run.bin == ticks(86400)


def test_place_when_asked_then_file_and_line_of_everything():
    program = build.build(load.load(SCENARIOS / "two_mill_cell"))
    for name in ("equipment.lathes#2", "stations.mill-1 + mill-2", "people.setter#1", "products.flange",
                 "operations.flange/OP20", "failures.mill-1/spindle", "calendars.two-shift", "orders.flange"):  # fmt: skip
        assert program.place(name).line, name
        assert program.place(name).file.endswith("scenario.yaml")


def test_overrides_when_given_then_on_top_of_the_variant():
    loaded = load.load(SCENARIOS / "two_mill_cell")
    program = build.build(
        loaded, "one-more-lathe", overrides={"people.operator.count": 5, "run.seed": 9}
    )
    assert sum(machine.name.startswith("lathes#") for machine in program.machines) == 4
    assert sum(worker.name.startswith("operator#") for worker in program.workers) == 5
    assert program.run.seed == 9


def test_set_when_given_at_loading_then_every_variant_has_it():
    loaded = load.load(SCENARIOS / "two_mill_cell", set={"people.setter.count": "3"})
    for variant in (None, "smed"):
        program = build.build(loaded, variant)
        assert sum(worker.name.startswith("setter#") for worker in program.workers) == 3


def test_hash_when_seed_or_replications_change_then_the_plant_is_the_same():
    loaded = load.load(SCENARIOS / "two_mill_cell")
    same = build.build(loaded, overrides={"run.seed": 99, "run.replications": 3})
    assert same.hash == build.build(loaded).hash
    other = build.build(loaded, overrides={"people.setter.count": 2})
    assert other.hash != same.hash


def test_program_when_built_twice_then_equal():
    one, other = (build.build(load.load(SCENARIOS / "two_mill_cell")) for _ in range(2))
    assert one == other


def _shuffled(value, order):
    if isinstance(value, dict):
        keys = list(value)
        order.shuffle(keys)
        return {key: _shuffled(value[key], order) for key in keys}
    if isinstance(value, list):
        return [_shuffled(item, order) for item in value]
    return value


@pytest.mark.parametrize("name", ["two_mill_cell", "cells/molding", "five_in_a_row"])
@settings(max_examples=10)
@given(order=st.randoms(use_true_random=False))
def test_yaml_order_when_shuffled_then_the_program_is_the_same(name, order, tmp_path_factory):
    folder = SCENARIOS / name
    written = yaml.load((folder / "scenario.yaml").read_text(encoding="utf-8"), yaml.BaseLoader)
    path = tmp_path_factory.mktemp("shuffled") / "s.yaml"
    path.write_text(yaml.safe_dump(_shuffled(written, order), sort_keys=False), encoding="utf-8")
    for other in folder.glob("*.csv"):
        (path.parent / other.name).write_bytes(other.read_bytes())
    shuffled = build.build(load.load(path))
    straight = build.build(load.load(folder))
    assert shuffled.hash == straight.hash
    assert replace(shuffled, sources_map={}) == replace(straight, sources_map={})


# --- a family of another package -------------------------------------------------------------


def test_family_when_another_package_brings_it_then_a_scenario_can_name_it(write, monkeypatch):
    import sys
    from dataclasses import replace
    from importlib.metadata import EntryPoint
    from types import SimpleNamespace

    from vtwin.equipment import catalog, molding

    brought = SimpleNamespace(FAMILY=replace(molding.FAMILY, name="acme-press"))
    monkeypatch.setitem(sys.modules, "acme_press", brought)
    point = EntryPoint("acme-press", "acme_press:FAMILY", catalog.GROUP)
    monkeypatch.setattr(catalog, "entry_points", lambda group: [point])
    text = MOULDS.replace("molding/injection_50t", "acme-press").replace(
        "molding/injection_100t", "acme-press/big"
    )
    big = "doc: {en: x, ko: 가}\nparameters: {mould_change: {value: 9 min, source: maker}}\n"
    program = _program(write, text, {"library/acme-press/big.yaml": big})
    by_name = {machine.name: program.setups[machine.setup] for machine in program.machines}
    table = by_name["B"]
    cell = table.cell[table.keys.index("M1, RED")][table.keys.index("M2, RED")]
    assert program.distributions[cell].mean == 0.5 * 9 * 60
