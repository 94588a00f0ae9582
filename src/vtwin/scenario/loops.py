"""Cards, places and permits that go round because of a piece of equipment: they become carriers,
which steps take and give back.
"""

from __future__ import annotations

from dataclasses import replace

from vtwin.base.errors import Refused
from vtwin.plant.family import Loop, Visit
from vtwin.scenario.document import CarrierEntry
from vtwin.scenario.draft import Draft, StepDraft


def read_loops(draft: Draft) -> None:
    """What every piece of equipment lets go round, and the places in front of it."""
    for name in sorted(draft.equipment):
        equipment = draft.equipment[name]
        family = equipment.family
        if family is None or family.loops is None:
            continue
        if equipment.is_area:
            draft.areas.add(name)
        routes = {
            product: tuple(
                Visit(step.operation, step.on, step.attributes.get(family.name, {}))
                for step in route
            )
            for product, route in draft.routes.items()
        }
        try:
            made = family.loops(name, equipment.params, routes)
        except Refused as refused:
            if not draft.broken:  # a route that could not be read may be the one that is missed
                draft.refused(refused, ("equipment", name))
            continue
        for loop in made.loops:
            _close(draft, name, loop)
        if made.places is not None and "input" not in equipment.entry.model_fields_set:
            entry = equipment.entry.model_copy(update={"input": made.places})
            draft.equipment[name] = replace(equipment, entry=entry)


def _close(draft: Draft, owner: str, loop: Loop) -> None:
    """A loop becomes carriers of its name."""
    known = draft.document.carriers
    if loop.name in known:
        what = f"'{loop.name}' of '{owner}' goes round by itself and is a carrier, too"
        draft.fault("V353", what, ("carriers", loop.name), "give the carrier another name")
        return
    entry = CarrierEntry(count=loop.count)
    update = {"carriers": {**known, loop.name: entry}}
    draft.document = draft.document.model_copy(update=update)
    for product, route in draft.routes.items():
        draft.routes[product] = [_joined(loop, step) for step in route]


def _joined(loop: Loop, step: StepDraft) -> StepDraft:
    """A step that takes or gives back what goes round, beside what it did before (S-138)."""
    if step.operation in loop.takes:
        step = replace(step, takes=(*step.takes, loop.name))
    if step.operation in loop.returns:
        step = replace(step, returns=(*step.returns, loop.name))
    return step


__all__ = ["read_loops"]
