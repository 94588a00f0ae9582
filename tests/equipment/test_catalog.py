from importlib.metadata import EntryPoint

import pytest

from vtwin.base.errors import Refused
from vtwin.equipment import catalog, molding


def test_family_when_misspelt_then_the_nearest_is_named():
    with pytest.raises(Refused) as refused:
        catalog.family("moulding")
    (problem,) = refused.value.problems
    assert problem.code == "V701"
    assert "molding" in problem.hint


def test_family_when_another_package_brings_it_then_it_is_found(monkeypatch):
    point = EntryPoint("acme-oven", "vtwin.equipment.molding:FAMILY", catalog.GROUP)
    monkeypatch.setattr(catalog, "entry_points", lambda group: [point])
    assert catalog.family("acme-oven") is molding.FAMILY
    assert "acme-oven" in catalog.names()


@pytest.mark.parametrize(
    "target", ["vtwin.equipment.nowhere:FAMILY", "vtwin.equipment.catalog:names"]
)
def test_family_when_another_package_is_broken_then_it_is_refused_by_name(monkeypatch, target):
    point = EntryPoint("acme-oven", target, catalog.GROUP)
    monkeypatch.setattr(catalog, "entry_points", lambda group: [point])
    with pytest.raises(Refused) as refused:
        catalog.family("acme-oven")
    assert refused.value.problems[0].code == "V702"
    assert "acme-oven" in refused.value.problems[0].what
