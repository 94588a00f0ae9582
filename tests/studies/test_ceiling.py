"""Bounds over all designs: no design makes more, and some design comes near."""

import pytest

from tests.studies import flow_line
from tests.studies.instances import INSTANCES
from vtwin.scenario import build, load, reallocating
from vtwin.studies.ceiling import ceiling, least
from vtwin.studies.estimates import two_station, workload
from vtwin.studies.space import Space


def _read(tmp_path, text):
    file = tmp_path / "scenario.yaml"
    file.write_text(text)
    loaded = load.load(file)
    real = reallocating.read(loaded)
    space = Space(real.decisions, real.limits)

    def program(design):
        return build.build(loaded, overrides=design.overrides)

    return real, space, program


SOME = [i for i in INSTANCES if i.name in (
    "who works where", "servers and places for one budget", "places of three buffers",
    "a crew or a faster machine")]  # fmt: skip


@pytest.mark.parametrize("instance", SOME, ids=lambda i: i.name.replace(" ", "_"))
def test_ceiling_when_all_designs_are_known_then_it_is_that_of_the_widest(tmp_path, instance):
    real, space, program = _read(tmp_path, instance.text)
    found = ceiling(space, real.today, program)
    truths = [t for d in space.all() if (t := instance.truth(d.overrides)) is not None]
    fluid = max(workload(program(d)).most for d in space.all())
    assert found.reason == ""
    assert max(truths) * 1440 <= found.most <= fluid * (1 + 1e-6)
    if "two-station" not in found.method:
        assert found.most == pytest.approx(fluid, rel=1e-6)
    assert all(space.kept(design) for design in found.designs)


def test_ceiling_when_the_line_is_exponential_then_it_is_the_best_weakest_pair(tmp_path):
    real, space, program = _read(tmp_path, flow_line.scenario())
    found = ceiling(space, real.today, program)
    best = max(
        min(two_station(a, b, p + 1), two_station(b, c, 21 - p))
        for a in range(1, 19) for b in range(1, 20 - a) for c in [20 - a - b]
        for p in range(1, 20)
    )  # fmt: skip
    # places with the machine's own: p + 1 states more than the second's; 20 in all
    assert found.most / 1440 == pytest.approx(best, rel=1e-9)
    assert best >= flow_line.BEST
    assert "two-station" in found.method
    assert flow_line.truth(found.designs[0]) >= 0.95 * flow_line.BEST


CATEGORIES = """\
vtwin: 1
name: two kinds of machine and of people
run: {horizon: 20 h, warmup: 2 h, replications: 5, seed: 1}
currency: KRW
line: [cut, weld]
equipment:
  cut: {cycle: 60 s, operator: cutting}
  weld: {cycle: 50 s}
people:
  kim: {skills: {cutting: 0.5}}
  lee: {skills: {cutting: 1.0}, calendar: late}
calendars:
  late: {daily: ["12:00-24:00"]}
reallocate:
  range:
    equipment.cut.cycle: [60 s, 40 s, 30 s]
    equipment.weld.cycle: [50 s, {exponential: {mean: 45 s}}, {exponential: {mean: 36 s}}]
    people.lee.calendar: [late, always]
  price: {equipment.cut.cycle: [0 KRW, 3 KRW, 6 KRW]}
  limit: {budget: <= 3 KRW}
  goal: {maximise: good_per_day, within: 1 %}
"""


def test_ceiling_when_categories_decide_and_demand_is_endless_then_there_is_a_bound(tmp_path):
    real, space, program = _read(tmp_path, CATEGORIES)
    found = ceiling(space, real.today, program)
    each = [workload(program(d)).most for d in space.all()]
    assert found.most == pytest.approx(max(each), rel=1e-6)
    assert max(each) > 1.2 * min(each)
    # cut in 40 s (30 s is too dear), kim and lee always there: 2160 a day, weld at best 2400
    assert found.most == pytest.approx(2160.0, rel=1e-6)
    assert found.raw_s == {"part": pytest.approx(30.0 + 36.0)}
    assert least(space, real.amounts["cost"]) == pytest.approx(0.0)


def test_ceiling_when_too_much_belongs_together_then_it_says_why_there_is_none(tmp_path):
    real, space, program = _read(
        tmp_path,
        CATEGORIES.replace("people.lee.calendar: [late, always]",
                           "equipment.cut.count: 1..60").replace(
                           "[0 KRW, 3 KRW, 6 KRW]", "1 KRW"),
    )  # fmt: skip
    found = ceiling(space, real.today, program)
    assert found.most is None
    assert "180 values of equipment.cut.count and equipment.cut.cycle" in found.reason


def test_ceiling_when_the_size_of_batches_is_decided_then_it_counts(tmp_path):
    # 30 min a load: 8 at once make 16 an hour, 12 at once 24; the saw makes 60
    real, space, program = _read(
        tmp_path,
        """\
vtwin: 1
name: an oven
run: {horizon: 20 h, replications: 2, seed: 1}
products: {part: {route: [{op: cut, on: saw, cycle: 1 min}, {op: bake, on: oven, cycle: 30 min}]}}
orders: [{product: part, saturated: true}]
equipment: {saw: {}, oven: {batch: {size: 8}}}
reallocate: {range: {equipment.oven.batch.size: [8, 12], equipment.saw.dispatch: [fifo, edd]}}
""",
    )
    found = ceiling(space, real.today, program)
    assert found.most == pytest.approx(24 * 24.0, rel=1e-6)
    assert found.raw_s == {"part": pytest.approx(1860.0)}
