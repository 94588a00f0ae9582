"""The oven passes the exam of every family, and bakes as worked out by hand."""

from pathlib import Path
from typing import ClassVar

import pytest

from acme_oven import FAMILY, change
from vtwin.plant.family import Step
from vtwin.testing.family import FamilyContract

BAKERY = Path(__file__).resolve().parents[1] / "bakery" / "scenario.yaml"


class TestOven(FamilyContract):
    family = FAMILY
    scenario = BAKERY
    params: ClassVar = {
        "decks": "2",
        "trays_per_deck": "3",
        "loading": "4 min",
        "fill_wait": "20 min",
        "bake": "30 min",
        "temperature": "230 °C",
        "heating_rate": "6 °C/min",
        "cooling_rate": "2 °C/min",
        "baking_power": "20 kW",
        "holding_power": "5 kW",
    }
    steps = (
        Step("bread/bake", None, {"trays": 1}),
        Step("cake/bake", None, {"temperature": 170.0, "bake": 3000.0, "trays": 2}),
    )

    def test_load_when_worked_out_by_hand_then_loading_and_baking_add_up(self):
        bread, cake = self.lowered().steps
        assert bread.cycle.mean == 4 * 60 + 30 * 60
        assert cake.cycle.mean == 4 * 60 + 50 * 60

    def test_change_when_the_oven_must_cool_then_it_takes_longer_than_heating(self):
        times = self.lowered().setup_times
        assert times["170 °C", "230 °C"].mean == pytest.approx(10 * 60)  # 60 °C at 6 °C/min
        assert times["230 °C", "170 °C"].mean == pytest.approx(30 * 60)  # 60 °C at 2 °C/min
        oven = FAMILY.params.model_validate(self.params)
        assert change(oven, 200.0, 200.0) == 0

    def test_batch_when_an_item_takes_two_trays_then_half_as_many_go_in(self):
        oven = FAMILY.params.model_validate(self.params)
        assert FAMILY.step_words(oven, {"trays": 1})["batch"]["size"] == 6
        assert FAMILY.step_words(oven, {"trays": 2})["batch"]["size"] == 3
