"""One family, one name, four addresses: module, library, test, smallest runnable example."""

from pathlib import Path

import pytest

from vtwin.base.shipped import shipped
from vtwin.equipment import catalog
from vtwin.scenario.library import Library

ROOT = Path(__file__).resolve().parents[2]
EQUIPMENT = ROOT / "src" / "vtwin" / "equipment"
FAMILIES = sorted(p.stem for p in EQUIPMENT.glob("*.py") if p.stem not in ("__init__", "catalog"))


def test_catalog_when_compared_with_the_modules_then_both_list_the_same_families():
    assert sorted(catalog.BUILT_IN) == FAMILIES


@pytest.mark.parametrize("name", FAMILIES)
def test_family_when_looked_for_then_all_four_addresses_exist(name):
    assert catalog.family(name).name == name
    assert list((ROOT / "library" / name).glob("*.yaml"))
    test = ROOT / "tests" / "equipment" / f"test_{name}.py"
    assert "(FamilyContract)" in test.read_text(encoding="utf-8")
    assert (ROOT / "scenarios" / "cells" / name / "scenario.yaml").is_file()


@pytest.mark.parametrize("name", Library([shipped("library")]).names())
def test_model_when_read_then_its_family_takes_every_parameter(name):
    model = Library([shipped("library")]).model(name)
    params = {key: node.plain() for key, node in model.parameters.items()}
    catalog.family(model.family).params.model_validate(params)
    assert all(model.sources.values())
    assert set(model.doc) == {"en", "ko"}
