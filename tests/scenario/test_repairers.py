"""Repairers who also attend machines can deadlock; the check says so before anything runs."""

from __future__ import annotations

import pytest

from vtwin.engines.reference import simulate
from vtwin.scenario.build import build, check
from vtwin.scenario.load import load

PLANT = """vtwin: 1
name: t
run: {{horizon: 40 h, replications: 1}}
line: [press]
equipment:
  press:
    cycle: 1 min
    operator: run
    failures: {{jam: {{after: 2 h, repair: 5 min, by: fix}}}}
people:
{people}
"""

CROSSWISE = """vtwin: 1
name: t
run: {horizon: 40 h, replications: 1}
products: {p: {route: [press]}, q: {route: [lathe]}}
orders: [{product: p, saturated: true}, {product: q, saturated: true}]
equipment:
  press: {cycle: 3 h, operator: run, failures: {jam: {after: 2 h, repair: 5 min, by: mend}}}
  lathe: {cycle: 3 h, operator: turn, failures: {jam: {after: 2 h, repair: 5 min, by: fix}}}
people:
  joe: {skills: [run, fix]}
  ann: {skills: [turn, mend]}
"""


def _codes(tmp_path, *people):
    path = tmp_path / "t.yaml"
    path.write_text(PLANT.format(people="\n".join(f"  {p}" for p in people)), encoding="utf-8")
    return path, {problem.code for problem in check(path)}


def test_check_when_operators_repair_only_other_machines_then_it_warns_and_the_run_stalls(tmp_path):
    path = tmp_path / "t.yaml"
    path.write_text(CROSSWISE, encoding="utf-8")
    assert {problem.code for problem in check(path)} == {"V342"}
    assert simulate(build(load(path)), 0).stall


@pytest.mark.parametrize(
    "people",
    [
        ("joe: {skills: [run, fix]}",),
        ("joe: {skills: [run]}", "ann: {skills: [fix]}"),
        ("joe: {count: 2, skills: [run, fix]}",),
        ("joe: {skills: [run, fix]}", "ann: {skills: [fix]}"),
    ],
)
def test_check_when_somebody_is_always_free_to_repair_then_all_is_well(tmp_path, people):
    path, codes = _codes(tmp_path, *people)
    assert codes == set()
    assert not simulate(build(load(path)), 0).stall
