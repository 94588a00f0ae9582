"""Shipped scenarios still give their golden figures, on every machine."""

import pytest
import yaml

from tools import golden
from vtwin.app import scenarios


@pytest.mark.parametrize("name", scenarios.shipped_scenarios())
def test_shipped_scenario_when_checked_then_it_and_its_variants_are_in_order(name):
    checked = scenarios.check(golden.SCENARIOS / name)
    assert checked.ok, "\n".join(map(str, checked.problems))


@pytest.mark.parametrize("name", scenarios.shipped_scenarios())
def test_shipped_scenario_when_run_then_its_figures_are_the_golden_ones(name):
    expected = yaml.safe_load(
        (golden.SCENARIOS / name / "expected.yaml").read_text(encoding="utf-8")
    )
    found = golden.figures(name, expected["replications"])
    assert found["good"] == expected["good"]
    assert found["seed"] == expected["seed"]
    for part in ("kpis", "working"):
        assert found[part] == pytest.approx(expected[part], rel=1e-9, nan_ok=False), part
