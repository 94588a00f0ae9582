from pathlib import Path
from typing import ClassVar

import pytest

from vtwin.base.draws import constant, lognormal
from vtwin.base.errors import Refused
from vtwin.equipment.machining import FAMILY
from vtwin.plant.family import Step
from vtwin.testing.family import FamilyContract

CELLS = Path(__file__).resolve().parents[2] / "scenarios" / "cells"


class TestMachining(FamilyContract):
    family = FAMILY
    scenario = CELLS / "machining" / "scenario.yaml"
    params: ClassVar = {
        "cycle": {"lognormal": {"mean": "3 min", "cv": "0.2"}},
        "loading": "20 s",
        "changeover": "30 min",
        "working_power": "9 kW",
        "idle_power": "2 kW",
    }
    steps = (
        Step("shaft/turn", constant(180.0), {"program": "O100"}),
        Step("pin/turn", constant(60.0), {"program": "O100"}),
        Step("hub/turn", None),
    )

    def test_cycle_when_the_part_is_loaded_then_the_mean_is_longer_by_it(self):
        assert self.lowered().steps[0].cycle.mean == pytest.approx(200)
        assert self.lowered().steps[2].cycle == lognormal(200.0, 0.2)

    def test_change_when_two_parts_share_a_program_then_none_is_needed(self):
        shaft, pin, hub = (step.setup_key for step in self.lowered().steps)
        assert shaft == pin
        assert set(self.lowered().setup_times) == {(shaft, hub), (hub, shaft)}

    def test_cycle_when_nobody_says_it_then_refused(self):
        with pytest.raises(Refused) as refused:
            FAMILY.lower("mill", FAMILY.params.model_validate({}), (Step("a/b", None),))
        assert refused.value.problems[0].code == "V703"
