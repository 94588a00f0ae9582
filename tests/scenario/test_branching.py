"""Ways on, samples, busy times, urgency and the end of a run as they are written."""

from __future__ import annotations

import pytest

from vtwin.base.errors import Refused
from vtwin.plant.flows import legs, mean_speed, rate, visits
from vtwin.plant.primitives import NEXT, OUT, Branch, DispatchRule, StopKind
from vtwin.plant.program import Stop
from vtwin.scenario import build, load

H = 3_600 * 1_000_000_000


def _text(a="", b="", c="", run="", order="every: 1 h", equipment=""):
    return (
        f"vtwin: 1\nname: s\nrun: {{horizon: 9 d{run}}}\nproducts:\n  p:\n    route:\n"
        f"      - {{op: A, on: m, cycle: 1 min{a}}}\n      - {{op: B, on: n, cycle: 1 min{b}}}\n"
        f"      - {{op: C, on: k, cycle: 1 min{c}}}\n"
        f"orders: [{{product: p, {order}}}]\nequipment: {{m: {{}}, n: {{{equipment}}}, k: {{}}}}\n"
    )


def _program(write, *args, **keys):
    return build.build(load.load(write(_text(*args, **keys))))


def _problems(write, *args, **keys):
    with pytest.raises(Refused) as refused:
        _program(write, *args, **keys)
    return [(p.code, p.what, p.hint) for p in refused.value.problems]


def test_rework_when_it_is_written_then_a_branch_with_its_limit(write):
    program = _program(write, c=", rework: {to: A, chance: 1.5 %, most: 2}")
    assert [o.name for o in program.operations] == ["p/A", "p/B", "p/C"]
    assert program.operations[2].branches == (Branch(0.015, 0, 2),)
    assert {o.then for o in program.operations} == {NEXT}
    assert visits(program) == pytest.approx([1.015225] * 3, rel=1e-6)  # 1 + c + c^2


def test_next_when_ways_part_then_the_one_furthest_along_is_the_main_way(write):
    program = _program(write, a=", next: {C: 40 %, B: 50 %, out: 10 %}", b=", next: out")
    assert program.operations[0].then == OUT
    assert program.operations[0].branches == (Branch(0.5, 1), Branch(0.4, 2))
    assert program.operations[1].then == OUT
    assert visits(program) == pytest.approx([1.0, 0.5, 0.4])


def test_legs_when_ways_part_and_samples_pass_then_shares_are_of_those_that_end(write):
    program = _program(write, a=", next: {C: 40 %, B: 50 %, out: 10 %}", b=", sample: 1/5")
    # Of the half that comes to B a fifth stops, the others pass to C.
    assert legs(program) == (
        (0, 1, pytest.approx(0.1)),
        (0, 2, pytest.approx(0.8)),
        (1, 2, 1.0),
    )


def test_next_when_some_are_reworked_then_its_shares_are_of_the_others(write):
    program = _program(write, b=", rework: {to: B, chance: 20 %}, next: {C: 25 %, out: 75 %}")
    assert program.operations[1].branches == (Branch(0.2, 1), Branch(0.2, 2))
    assert program.operations[1].then == OUT
    assert visits(program) == pytest.approx([1.0, 1.25, 0.25])


def test_next_when_it_is_written_in_another_order_then_the_program_is_the_same(write):
    one, other = (
        _program(write, a=f", next: {{{shares}}}").hash
        for shares in ("B: 30 %, C: 30 %, out: 40 %", "out: 40 %, C: 30 %, B: 30 %")
    )
    assert one == other


def test_sample_when_one_in_ten_stops_then_the_operation_says_so(write):
    program = _program(write, b=", sample: 1/10, rework: {to: A, chance: 50 %}")
    assert [o.sample for o in program.operations] == [1, 10, 1]
    assert visits(program) == pytest.approx([1 / 0.95, 0.1 / 0.95, 1.0])


@pytest.mark.parametrize(
    ("keys", "code", "said"),
    [
        ({"a": ", next: {B: 60 %, C: 50 %}"}, "V381", "110 %"),
        ({"a": ", next: {B: 60 %, C: 30 %}"}, "V381", "90 %"),
        ({"a": ", next: D"}, "V381", "'D' is no step"),
        ({"b": ", rework: {to: a, chance: 5 %}"}, "V381", "'a' is no step"),
        ({"a": ", next: C"}, "V384", "no way leads to 'B'"),
        ({"c": ", next: A"}, "V383", "A → B → C → A"),
        ({"c": ", rework: {to: A, chance: 100 %}"}, "V383", "again and again"),
        ({"a": ", sample: 1/4"}, "V385", "first step"),
        ({"b": ", sample: 10 %"}, "V203", "no part of the items"),
        ({"b": ", rework: {to: A, chance: 5 %, mots: 2}"}, "V115", "mots"),
        ({"run": ", stop: orders_done"}, "V386", "there are none"),
        ({"run": ", stop: {good: 500, product: q}"}, "V304", "'q'"),
        ({"run": ", stop: soon"}, "V204", "no such end"),
        ({"order": "conwip: 3, profile: {\"06:00\": 50 %}"}, "V320", "belongs to arrivals"),
        ({"order": "every: 1 h, profile: {\"06:00\": 0 %}"}, "V382", "nothing comes"),
        ({"order": "every: 1 h, profile: {\"06:00\": 12.5 %}"}, "V382", "whole percentage"),
        ({"order": "every: 1 h, profile: {\"25:00\": 50 %}"}, "V206", "no time of day"),
        ({"order": "every: 1 h, profile: {noon: 50 %}"}, "V206", "no time of day"),
        ({"order": "every: 1 h, profile: {period: 4 h, 5 h: 50 %}"}, "V382", "behind the end"),
        ({"order": "every: 1 h, profile: {\"sat 00:00\": 9 %, \"06:00\": 5 %}"}, "V382", "some"),
    ],
)  # fmt: skip
def test_words_when_they_cannot_be_meant_then_the_refusal_teaches(write, keys, code, said):
    found = _problems(write, **keys)
    assert [c for c, _, _ in found] == [code]
    assert said in found[0][1]
    assert found[0][2]


def test_ring_when_rework_goes_back_over_full_places_then_it_is_warned_of(write):
    text = _text(c=", rework: {to: B, chance: 5 %}", equipment="input: 2")
    text = text.replace("k: {}", "k: {input: 2}")
    found = build.check(write(text))
    assert [p.code for p in found] == ["V337"]


def test_step_when_it_goes_back_to_itself_without_a_place_then_it_can_never_drain(write):
    found = _problems(write, b=", rework: {to: B, chance: 5 %}", equipment="input: 0")
    assert [c for c, _, _ in found] == ["V336"]


def test_overload_when_rework_doubles_the_work_then_it_is_seen(write):
    text = _text(b=", rework: {to: B, chance: 50 %}", order="every: 1.5 min")
    assert [p.code for p in build.check(write(text))] == ["V340"]
    assert build.check(write(text.replace("50 %", "20 %"))) == []


def test_profile_when_hours_are_written_then_the_day_begins_with_the_last_of_them(write):
    program = _program(write, order='every: 1 h, profile: {"06:00": 150 %, "22:00": 20 %}')
    assert program.profiles[0].period == 24 * H
    assert program.profiles[0].steps == ((0, 20), (6 * H, 150), (22 * H, 20))
    assert program.sources[0].profile == 0
    assert mean_speed(program.profiles[0]) == pytest.approx((16 * 1.5 + 8 * 0.2) / 24)
    assert rate(program, 0) == pytest.approx((16 * 1.5 + 8 * 0.2) / 24 / 3600)


def test_profile_when_days_are_written_then_the_week_begins_on_the_day_the_run_does(write):
    order = 'every: 1 h, profile: {"mon 06:00": 100 %, "sat 12:00": 0 %}'
    week = _program(write, order=order).profiles[0]
    assert week.period == 168 * H
    assert week.steps == ((0, 0), (6 * H, 100), (132 * H, 0))
    # 2026-03-04 is a Wednesday: two days of the week are over.
    dated = _program(write, order=order, run=", start: 2026-03-04").profiles[0]
    assert dated.steps == ((0, 100), (84 * H, 0), (126 * H, 100))


def test_profile_when_a_period_is_written_then_times_count_from_its_beginning(write):
    order = "every: 1 h, profile: {period: 8 h, 0 h: 100 %, 90 min: 50 %}"
    assert _program(write, order=order).profiles[0].steps == ((0, 100), (3 * H // 2, 50))


def test_stop_when_it_is_written_then_the_run_has_it(write):
    program = _program(write, run=", stop: [{good: 500 pieces}, {good: 20, product: p}]")
    assert program.run.stop == (
        Stop(StopKind.GOOD_PIECES, pieces=500),
        Stop(StopKind.GOOD_PIECES, 0, 20),
    )
    program = _program(write, run=", stop: orders_done", order="quantity: 9")
    assert program.run.stop == (Stop(StopKind.ORDERS_DONE),)


def test_dispatch_when_it_is_critical_ratio_then_the_station_has_it(write):
    program = _program(write, equipment="dispatch: critical_ratio")
    assert program.stations[2].rule is DispatchRule.CRITICAL_RATIO
