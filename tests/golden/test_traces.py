"""What happens in a plant is the same on every engine and every machine, to the last tick."""

import json
import os
import subprocess
import sys

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


def test_oldest_processor_of_its_kind_when_code_is_made_for_it_then_traces_are_the_same(tmp_path):
    # Without vectors of any kind beyond the first x86-64 or arm64, and without multiply-adds.
    plain = {
        "NUMBA_CPU_NAME": "generic",
        "NUMBA_CPU_FEATURES": "",
        "NUMBA_CACHE_DIR": str(tmp_path),
    }
    names = ["distributions", "arrivals"]
    code = (
        "import json; from tests.golden import traces as t; "
        f"print(json.dumps({{n: t.measured('reference', t.PLANTS[n]()) for n in {names}}}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | plain, capture_output=True, check=True
    )
    assert json.loads(done.stdout) == {name: EXPECTED[name] for name in names}
