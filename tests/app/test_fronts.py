"""Several goals at once, from the file to the front, on a plant whose front is known."""

import json

import numpy as np
import pytest

from vtwin.app.reallocation import optimise
from vtwin.scenario import build, load, reallocating
from vtwin.studies.evaluator import Evaluator
from vtwin.studies.front import undominated
from vtwin.studies.space import Space

#: Nothing varies: a second press is bought, the saw is driven faster at more power, and more
#: pieces in the plant make more of them and let each wait longer.
PLANT = """\
vtwin: 1
name: four goals
run: {horizon: 20 h, warmup: 2 h, replications: 3, seed: 4}
currency: KRW
costs: {energy: 150 KRW/kWh}
products: {part: {route: [saw, press]}}
orders: [{product: part, conwip: 2}]
equipment:
  saw: {cycle: 60 s, power: {working: 10 kW, idle: 2 kW}}
  press: {cycle: 90 s, power: {working: 20 kW, idle: 8 kW}}
reallocate:
  range:
    orders.part.conwip: 1..4
    equipment.press.count: 1..2
    equipment.saw.cycle: [60 s, 40 s]
  price: {equipment.press.count: 30 MKRW, equipment.saw.cycle: {40 s: 5 MKRW}}
  limit: {budget: <= 35 MKRW}
  goal: GOALS
"""
ALL = "[{maximise: good_per_day}, {minimise: cost}, {minimise: lead_time_s}, {minimise: energy_per_part_kwh}]"
WIP = "[{maximise: good_per_day}, {minimise: cost}, {minimise: wip}]"


@pytest.mark.parametrize("goals", [ALL, WIP], ids=["lead_time_and_energy", "wip"])
def test_front_when_nothing_varies_then_it_is_the_front_of_all_designs(tmp_path, goals):
    file = tmp_path / "scenario.yaml"
    file.write_text(PLANT.replace("GOALS", goals))
    loaded = load.load(file)
    real = reallocating.read(loaded)
    names = tuple(goal.kpi for goal in real.goals if goal.measured)
    evaluator = Evaluator(lambda d: build.build(loaded, overrides=d.overrides), names, seed=9)
    designs = Space(real.decisions, real.limits).all()
    rows = evaluator.values([(d, range(1)) for d in designs])
    means = np.array([
        [goal.sign * (row[0, names.index(goal.kpi)] if goal.measured
                      else real.amounts[goal.kpi].amount(design)) for goal in real.goals]
        for design, row in zip(designs, rows, strict=True)
    ]).round(9)  # fmt: skip
    front = {designs[i] for i in undominated(means)}
    assert 4 <= len(front) < len(designs)
    out = tmp_path / "plan.yaml"
    found = optimise(file, budget=600, store=False, front=True, out=out).front
    assert [goal.kpi for goal in found.goals] == [goal.kpi for goal in real.goals]
    points = [point.design for point in found.points]
    assert set(points) <= front
    for column in range(len(real.goals)):  # the end of every goal is there
        best = max(means[:, column])
        assert max(means[designs.index(d), column] for d in points) == pytest.approx(best)
    assert len(points) >= 0.6 * len(front)
    assert all(point.certain for point in found.points)


def test_front_when_a_goal_hardly_differs_then_the_points_are_marked_as_not_told_apart(tmp_path):
    # a place more behind the slow machine changes next to nothing, and costs
    file = tmp_path / "scenario.yaml"
    file.write_text("""\
vtwin: 1
name: hardly better
run: {horizon: 10 h, warmup: 1 h, replications: 6, seed: 4}
currency: KRW
line: [a, x, b]
equipment:
  a: {cycle: {exponential: {mean: 60 s}}}
  x: {capacity: 12}
  b: {cycle: {exponential: {mean: 55 s}}}
reallocate:
  range: {equipment.x.capacity: 12..14, equipment.a.count: 1..2}
  price: {equipment.x.capacity: 1 KRW, equipment.a.count: 9 KRW}
  goal: [{maximise: good_per_day, within: 0.5 %}, {minimise: cost}]
""")
    found = optimise(file, budget=300, store=False, front=True, out=tmp_path / "plan.yaml")
    points = {json.dumps(p.design.overrides, sort_keys=True): (i, p)
              for i, p in enumerate(found.front.points)}  # fmt: skip

    def at(places, machines):
        return points.get(json.dumps(
            {"equipment.a.count": str(machines), "equipment.x.capacity": str(places)},
            sort_keys=True))  # fmt: skip

    (small, _), (large, _) = (
        at(12, 1),
        max((there for places in (12, 13, 14) if (there := at(places, 2))), key=lambda one: one[0]),
    )
    clear = found.front.points[large]
    assert small not in clear.rivals, "a second machine is clearly more"
    dearer = [one for places in (13, 14) if (one := at(places, 1))]
    dearer += [one for places in (13, 14) if (one := at(places, 2))]
    assert dearer, "the front holds a design that is hardly better"
    assert any(point.rivals and not point.certain for _, point in dearer)
