from pathlib import Path
from typing import ClassVar

import pytest

from vtwin.base.draws import constant
from vtwin.base.errors import Refused
from vtwin.equipment.molding import FAMILY
from vtwin.plant.family import Step
from vtwin.plant.primitives import MachineState
from vtwin.testing.family import FamilyContract

CELLS = Path(__file__).resolve().parents[2] / "scenarios" / "cells"


def _step(product, mould, colour):
    return Step(f"{product}/mould", constant(18.0), {"colour": colour}, tool=mould)


class TestMolding(FamilyContract):
    family = FAMILY
    scenario = CELLS / "molding" / "scenario.yaml"
    params: ClassVar = {
        "clamping_force": "130 t",
        "mould_change": "55 min",
        "colour_change": "15 min",
        "start_up": "5 min",
        "working_power": "14 kW",
        "setup_power": "8 kW",
        "idle_power": "5 kW",
    }
    steps = (
        _step("red cap", "cap", "red"),
        _step("blue cap", "cap", "blue"),
        _step("crate", "crate", "red"),
    )

    def test_change_when_only_the_colour_differs_then_the_machine_is_purged(self):
        red, blue, _ = (step.setup_key for step in self.lowered().steps)
        assert self.lowered().setup_times[red, blue] == constant(15 * 60)

    def test_change_when_the_mould_differs_then_it_is_changed_and_started_up(self):
        red, _, crate = (step.setup_key for step in self.lowered().steps)
        assert self.lowered().setup_times[red, crate] == constant(60 * 60)
        assert self.lowered().setup_times[crate, red] == constant(60 * 60)

    def test_change_when_the_resin_differs_too_then_it_takes_longer(self):
        params = FAMILY.params.model_validate({**self.params, "material_change": "20 min"})
        steps = tuple(
            Step(f"{product}/m", constant(18.0), {"colour": product, "material": resin}, tool=mould)
            for product, mould, resin in (
                ("a", "cap", "PP"),
                ("b", "cap", "PE"),
                ("c", "lid", "PP"),
            )
        )
        lowered = FAMILY.lower("m", params, steps)
        a, b, c = (step.setup_key for step in lowered.steps)
        assert lowered.setup_times[a, b] == constant((15 + 20) * 60)
        assert lowered.setup_times[a, c] == constant(60 * 60)
        assert lowered.setup_times[b, c] == constant(80 * 60)

    def test_power_when_changing_then_the_barrel_stays_hot(self):
        power = self.lowered().power_kw
        assert power[MachineState.SETUP] == 8
        assert power[MachineState.PLANNED_STOP] == 0

    def test_shot_time_when_nobody_says_it_then_refused(self):
        params = FAMILY.params.model_validate({})
        with pytest.raises(Refused) as refused:
            FAMILY.lower("press", params, (Step("cap/mould", None),))
        assert refused.value.problems[0].code == "V703"
