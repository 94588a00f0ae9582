"""Shelf life: how long items may wait for a step, and what becomes of those that wait longer."""

from __future__ import annotations

from dataclasses import replace

from vtwin.base.errors import did_you_mean
from vtwin.scenario.document import EquipmentEntry, StepEntry
from vtwin.scenario.draft import Draft, Equipment, Shelf, StepDraft, Steps

#: What `too_old` says of items that are thrown away; so does saying nothing.
SCRAP = "scrap"


def shelf_of(
    draft: Draft,
    step: StepEntry,
    path: Steps,
    entries: list[Equipment],
    buffers: list[Equipment],
) -> Shelf | None:
    """The shelf life of a step: as it says itself, else the shortest of its machines and of the
    buffers before them.
    """
    own = _written(draft, step, path)
    if own is not None:
        return own
    found = [_written(draft, e.entry, ("equipment", e.name)) for e in (*buffers, *entries)]
    known = [shelf for shelf in found if shelf is not None]
    return min(known, key=lambda shelf: shelf.life, default=None)


def _written(draft: Draft, entry: StepEntry | EquipmentEntry, path: Steps) -> Shelf | None:
    if entry.shelf_life is not None:
        place = (*path, "shelf_life")
        return Shelf(entry.shelf_life, entry.too_old, place if draft.node(*place) else path)
    if entry.too_old is not None:
        what = "`too_old` says what becomes of old items, and nothing says when they are old"
        draft.fault("V387", what, (*path, "too_old"), "write `shelf_life: 8 h` beside it")
    return None


def read_shelves(draft: Draft) -> None:
    """Where items go that are too old, and the steps that cannot have a shelf life."""
    for product, route in draft.routes.items():
        if any(step.shelf is not None for step in route):
            draft.routes[product] = [_checked(draft, route, step) for step in route]


def _checked(draft: Draft, route: list[StepDraft], step: StepDraft) -> StepDraft:
    shelf = step.shelf
    if shelf is None:
        return step
    name = step.operation.partition("/")[2]
    hint = ""
    if step.position == 0:
        what = f"'{name}' is the first step of its route: nothing waits since a step before"
        hint = "let a step such as the arrival of the material come first"
    elif any(place in draft.belts for place in step.on):
        what = f"'{name}' is done on a belt, which takes whatever comes"
        hint = "write it at the step before the belt"
    elif step.batch is not None or any(draft.equipment[n].entry.batch for n in step.on):
        what = f"'{name}' is done in a batch, whose items are not taken one by one"
        hint = "write it at the step before the batch"
    if hint:
        draft.fault("V387", what, shelf.path, hint)
        return replace(step, shelf=None)
    if shelf.too_old in (None, SCRAP):
        return replace(step, shelf=replace(shelf, too_old=None))
    names = {other.operation.partition("/")[2]: other.operation for other in route}
    if shelf.too_old not in names:
        known = [*names, SCRAP]
        told = did_you_mean(shelf.too_old or "", known) or "known: " + ", ".join(known[:12])
        draft.fault("V381", f"'{shelf.too_old}' is no step of this route", shelf.path, told)
        return replace(step, shelf=None)
    return replace(step, shelf=replace(shelf, too_old=names[shelf.too_old]))


__all__ = ["read_shelves", "shelf_of"]
