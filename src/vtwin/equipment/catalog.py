"""Family by name: the built-in ones and those other packages bring, loaded on demand."""

from __future__ import annotations

import importlib
from importlib.metadata import entry_points
from typing import Final

from vtwin.base.errors import Problem, Refused, did_you_mean
from vtwin.plant.family import Family

#: name -> module that holds ``FAMILY``.
BUILT_IN: Final = {
    "assembly": "vtwin.equipment.assembly",
    "forging": "vtwin.equipment.forging",
    "handling": "vtwin.equipment.handling",
    "heat_treatment": "vtwin.equipment.heat_treatment",
    "inspection": "vtwin.equipment.inspection",
    "machining": "vtwin.equipment.machining",
    "molding": "vtwin.equipment.molding",
    "pressing": "vtwin.equipment.pressing",
    "storage": "vtwin.equipment.storage",
    "transport": "vtwin.equipment.transport",
}
GROUP: Final = "vtwin.equipment"


def names() -> list[str]:
    """Every family that can be named, sorted."""
    return sorted({*BUILT_IN, *(point.name for point in entry_points(group=GROUP))})


def family(name: str) -> Family:
    """The family of this name.

    Raises:
        Refused: V701 there is none; V702 another package's family cannot be loaded.
    """
    if name in BUILT_IN:
        found: Family = importlib.import_module(BUILT_IN[name]).FAMILY
        return found
    for point in entry_points(group=GROUP):
        if point.name == name:
            return _foreign(name, point.load)
    hint = did_you_mean(name, names()) or "there are: " + ", ".join(names())
    raise Refused(Problem("V701", f"there is no equipment family '{name}'", hint=hint))


def _foreign(name: str, load: object) -> Family:
    try:
        loaded = load() if callable(load) else None
    except Exception as error:  # whatever another package does wrong must not end in a traceback
        what = f"the equipment family '{name}' cannot be loaded: {error}"
        raise Refused(Problem("V702", what, hint="reinstall the package that brings it")) from None
    if not isinstance(loaded, Family):
        what = f"the equipment family '{name}' is no vtwin family"
        raise Refused(Problem("V702", what, hint="its entry point must name a Family"))
    return loaded
