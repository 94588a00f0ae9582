"""What happens in a plant is the same on every engine and every machine, to the last tick."""

import pytest
import yaml

from tests.golden import traces
from vtwin.base.streams import KINDS
from vtwin.engines.kernel.coverage import unsupported

EXPECTED = yaml.safe_load(traces.FILE.read_text(encoding="utf-8"))


def test_golden_plants_then_they_draw_from_every_kind_of_distribution():
    plant = traces.distributions().program()
    assert {d.kind for d in plant.distributions} == {*KINDS, "constant"}


def test_golden_traces_then_every_plant_has_one():
    assert set(EXPECTED) == set(traces.PLANTS)


@pytest.mark.parametrize("engine", ["reference", "kernel"])
@pytest.mark.parametrize("name", traces.PLANTS)
def test_plant_when_run_then_its_trace_is_the_golden_one(name, engine):
    plant = traces.PLANTS[name]()
    if engine == "kernel" and (missing := unsupported(plant.program())):
        pytest.skip(f"the compiled kernel has no {', '.join(missing)}")
    assert traces.measured(engine, plant) == EXPECTED[name]
