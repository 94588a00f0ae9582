"""Wear, maintenance, dies and start-ups as they are written."""

from __future__ import annotations

import pytest

from vtwin.base.draws import constant, exponential
from vtwin.base.errors import Refused
from vtwin.base.units import ticks
from vtwin.plant.primitives import FailureClock, PartAtFailure
from vtwin.scenario import build, load

S = 1_000_000_000


def _text(machine, more="", step="on: m", top=""):
    return (
        f"vtwin: 1\nname: s\nrun: {{horizon: 9 d{top}}}\n"
        f"products: {{p: {{route: [{{op: o, {step}, cycle: 1 min}}]}}}}\n"
        f"orders: [{{product: p, saturated: true}}]\nequipment: {{m: {{{machine}}}}}\n"
        f"people: {{fitter: {{}}, toolmaker: {{}}}}\n{more}"
    )


def _program(write, *args, **keys):
    return build.build(load.load(write(_text(*args, **keys))))


def _problems(write, *args, **keys):
    with pytest.raises(Refused) as refused:
        _program(write, *args, **keys)
    return refused.value.problems


def test_tool_when_it_is_used_up_then_a_mode_on_the_clock_of_cycles(write):
    (mode,) = _program(write, "tool: {life: 120 pieces, change: 4 min, by: fitter}").failures
    assert mode.name == "m/tool"
    assert (mode.clock, mode.life, mode.planned) == (FailureClock.CYCLES, 120, False)
    assert mode.repair == constant(240.0)
    assert mode.skill >= 0


def test_life_in_pieces_when_a_cycle_makes_several_then_it_is_counted_in_cycles(write):
    program = _program(write, "tool: {life: 121 pieces, change: 4 min}", step="on: m, cavities: 4")
    assert program.failures[0].life == 31


def test_failure_when_it_counts_cycles_then_it_needs_no_time(write):
    (mode,) = _program(write, "failures: {wear: {clock: cycles, life: 500 shots, repair: 1 h}}").failures  # fmt: skip
    assert (mode.clock, mode.life, mode.part) == (FailureClock.CYCLES, 500, PartAtFailure.KEPT)


@pytest.mark.parametrize(
    ("written", "clock", "life", "after"),
    [
        ("every: 168 h", FailureClock.CALENDAR, 0, constant(168 * 3600.0)),
        ("every: 40 h, clock: operating", FailureClock.OPERATING, 0, constant(40 * 3600.0)),
        ("every: {exponential: {mean: 9 h}}", FailureClock.CALENDAR, 0, exponential(9 * 3600.0)),
        ("every: 5000 cycles", FailureClock.CYCLES, 5000, constant(0.0)),
        ("every: 5000 strokes, clock: cycles", FailureClock.CYCLES, 5000, constant(0.0)),
    ],
)
def test_maintenance_then_its_clock_follows_from_what_is_written(write, written, clock, life, after):  # fmt: skip
    (mode,) = _program(write, f"maintenance: {{greasing: {{{written}, takes: 1 h, by: fitter}}}}").failures  # fmt: skip
    assert mode.name == "m/greasing"
    assert mode.planned
    assert (mode.clock, mode.life, mode.after) == (clock, life, after)


def test_dies_when_written_at_the_press_then_they_are_tools_with_a_life(write):
    dies = "dies: {D12: {life: 80000 strokes, renew: 6 h, by: toolmaker, count: 2}}"
    (tool,) = (program := _program(write, dies, step="tool: D12")).tools
    assert (tool.name, tool.count, tool.life) == ("D12", 2, 80000)
    assert program.distributions[tool.renew] == constant(6 * 3600.0)
    assert program.skills[tool.skill] == "toolmaker"
    assert program.operations[0].tool == 0


def test_die_when_two_presses_list_the_same_then_it_fits_both(write):
    text = _text("dies: {D12: {count: 2}}}, n: {dies: {D12: {count: 2}}", step="tool: D12")
    program = build.build(load.load(write(text)))
    assert [mode.machine for mode in program.operations[0].modes] == [0, 1]
    assert [tool.count for tool in program.tools] == [2]


def test_power_when_a_start_is_written_then_the_machine_has_a_surge(write):
    program = _program(write, "power: {working: 12 kW, idle: 3 kW, start: 30 kW for 10 s}")
    assert (program.machines[0].surge_kw, program.machines[0].surge) == (30.0, 10 * S)
    assert program.run.demand == 900 * S


def test_restart_when_written_then_the_machine_throws_away_cycles(write):  # S-36
    program = _program(write, "restart: {scrap: 6 shots, after: 5 min}")
    assert (program.machines[0].restart, program.machines[0].patience) == (6, 300 * S)
    four = "on: m, cavities: 4"
    assert _program(write, "restart: {scrap: 6 pieces}", step=four).machines[0].restart == 2
    assert _program(write, "count: 1").machines[0].restart == 0


def test_cavities_when_some_are_blocked_then_the_others_make_pieces(write):
    tools = "tools: {T: {on: m, cavities: 8, blocked: 3}}"
    (op,) = _program(write, "count: 1", tools, step="tool: T").operations
    assert op.pieces_per_cycle == 5


def test_cavities_when_all_are_blocked_then_it_is_refused(write):
    tools = "tools: {T: {on: m, cavities: 8, blocked: 8}}"
    (problem,) = _problems(write, "count: 1", tools, step="tool: T")
    assert (problem.code, problem.where.path) == ("V344", "tools.T.blocked")


@pytest.mark.parametrize(
    ("machine", "top", "demand"),
    [
        ("power: {working: 1 kW}", ", demand: 30 min", 1800.0),
        ("power: {working: 1 kW}", ", demand: 0 s", 0.0),
        ("count: 2", "", 0.0),  # without power there is nothing to measure
    ],
)
def test_demand_then_it_is_measured_where_power_is_given(write, machine, top, demand):
    assert _program(write, machine, top=top).run.demand == ticks(demand)


@pytest.mark.parametrize(
    ("machine", "code", "what", "hint"),
    [
        ("tool: {life: 120, change: 4 min}", "V201", "no number of cycles", "`120 strokes`"),
        ("tool: {life: '80,000 strokes', change: 4 min}", "V201", "separators", "80000 strokes"),
        ("tool: {life: 0 cycles, change: 4 min}", "V203", "between 1 and", "80000"),
        ("tool: {change: 4 min}", "V117", "'life' is missing", ""),
        ("failures: {x: {repair: 1 h}}", "V117", "'after' is missing", "exponential"),
        ("failures: {x: {clock: cycles, repair: 1 h}}", "V343", "how many", "life: 5000 cycles"),
        ("failures: {x: {clock: cycles, life: 5 cycles, after: 1 h, repair: 1 h}}", "V343", "no meaning", "alone"),
        ("failures: {x: {life: 5 cycles, after: 1 h, repair: 1 h}}", "V343", "another clock", "clock: cycles"),
        ("maintenance: {x: {every: 5 cycles, clock: calendar, takes: 1 h}}", "V343", "another clock", "leave"),
        ("maintenance: {x: {every: 5 h, clock: cycles, takes: 1 h}}", "V343", "another clock", "leave"),
        ("maintenance: {x: {every: 0 h, takes: 1 h}}", "V203", "without end", "90 h"),
        ("maintenance: {x: {every: 1 h, takes: 1 h}}, failures: {x: {after: 1 h, repair: 1 h}}", "V324", "two", "another name"),
        ("dies: {D: {life: 9 strokes}}", "V343", "nothing renews it", "renew: 6 h"),
        ("dies: {D: {renew: 6 h}}", "V343", "has no life", "80000 strokes"),
        ("power: {start: 30 kW}", "V201", "no start-up", "30 kW for 10 s"),
        ("restart: {scrap: 6}", "V201", "no number of cycles", "`6 strokes`"),
        ("restart: {after: 6 min}", "V117", "'scrap' is missing", ""),
        ("belt: {travel: 9 s, places: 3}, restart: {scrap: 6 shots}", "V360", "cannot have `restart`", "station"),
        ("tool: {life: 9 cycles, change: 1 min, by: fiter}", "V332", "nobody can do 'fiter'", "fitter"),
    ],
)  # fmt: skip
def test_written_wrong_then_the_refusal_teaches(write, machine, code, what, hint):
    problems = _problems(write, machine)
    found = [p for p in problems if p.code == code and what in p.what]
    assert found, [str(p) for p in problems]
    assert hint in (found[0].hint or "")
    assert found[0].where.line == 6


def test_die_when_it_is_a_tool_already_then_it_is_refused(write):
    problems = _problems(write, "dies: {D: {count: 2}}", "tools: {D: {on: m}}")
    assert [p.code for p in problems] == ["V324"]


def test_life_in_pieces_when_steps_differ_then_it_is_refused(write):
    route = "on: m, cavities: 2, cycle: 1 min}, {op: q, on: m"
    problems = _problems(write, "tool: {life: 9 pieces, change: 1 min}", step=route)
    assert [p.code for p in problems] == ["V343"]
