from pathlib import Path
from typing import ClassVar

from vtwin.equipment.storage import FAMILY
from vtwin.testing.family import FamilyContract

CELLS = Path(__file__).resolve().parents[2] / "scenarios" / "cells"


class TestStorage(FamilyContract):
    family = FAMILY
    scenario = CELLS / "storage" / "scenario.yaml"
    params: ClassVar = {"capacity": "4"}

    def test_buffer_when_lowered_then_it_has_the_places_written(self):
        assert self.lowered().is_buffer
        assert self.lowered().capacity == 4
