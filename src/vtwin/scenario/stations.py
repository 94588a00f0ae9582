"""Equipment and stations: which machines there are, and which share one queue because some step
may be done on either.
"""

from __future__ import annotations

from collections.abc import Mapping

from vtwin.base.errors import Refused
from vtwin.equipment import catalog
from vtwin.plant.family import Lowered, Step
from vtwin.scenario import models, wording
from vtwin.scenario.document import EquipmentEntry
from vtwin.scenario.draft import Draft, Equipment, StationDraft, StepDraft
from vtwin.scenario.tree import Node


def read_equipment(draft: Draft) -> None:
    """Every equipment entry with its family's parameters and words."""
    for name in sorted(draft.document.equipment, key=lambda name: not _helps(draft, name)):
        # Those that help come first: they write to the entries of those they serve.
        entry = draft.document.equipment[name]
        path = ("equipment", name)
        for sign in "#/":
            if sign in name:
                what = f"an id cannot contain '{sign}': '{name}'"
                draft.fault("V308", what, path, "'#' counts machines, '/' names models", key=True)
        found = _with_family(draft, name, entry) if entry.model else _plain(draft, name, entry)
        if found is not None:
            draft.equipment[name] = found


def _helps(draft: Draft, name: str) -> bool:
    """Whether an entry may be equipment that attends others."""
    model = draft.document.equipment[name].model
    try:
        return model is not None and catalog.family(model.partition("/")[0]).helper is not None
    except Refused:
        return False  # told where the entry is read


def machine_names(name: str, count: int) -> tuple[str, ...]:
    """``lathe`` alone is itself, three are ``lathe#1`` … ``lathe#3``."""
    return (name,) if count == 1 else tuple(f"{name}#{i}" for i in range(1, count + 1))


def _plain(draft: Draft, name: str, entry: EquipmentEntry) -> Equipment | None:
    node = draft.node("equipment", name) or Node({})
    for key in entry.model_extra or {}:
        child = node.get(key) or node
        problem = wording.unknown_key(key, EquipmentEntry.model_fields, child.key_where())
        draft.problems.append(problem)
    has_capacity = "capacity" in entry.model_fields_set
    if has_capacity and "cycle" in entry.model_fields_set:
        hint = "a buffer has a capacity, a station a cycle; places in front are its `input`"
        draft.fault("V309", f"'{name}' is both buffer and station", ("equipment", name), hint)
        return None
    machines = () if has_capacity else machine_names(name, entry.count)
    return Equipment(name, entry, None, None, has_capacity, entry.capacity, machines)


def _with_family(draft: Draft, name: str, entry: EquipmentEntry) -> Equipment | None:
    path = ("equipment", name)
    family = models.family_of(draft, entry.model or "", path)
    if family is None:
        return None
    raw = dict(entry.model_extra or {})
    for shared in ("capacity",):
        if shared in entry.model_fields_set and shared in family.params.model_fields:
            raw[shared] = entry.capacity if entry.capacity is not None else 2**40
    params = models.family_values(draft, family.params, raw, path, EquipmentEntry.model_fields)
    if params is None:
        return None
    try:
        helper = family.helper(name, params) if family.helper is not None else None
        words = family.words(name, params)
        probe = family.lower(name, params, ())
    except Refused as refused:
        draft.refused(refused, path)
        return None
    if helper is not None:
        models.lend(draft, name, helper, family)
        return None
    entry = models.with_words(draft, entry, words, family, path)
    updated = {**draft.document.equipment, name: entry}
    draft.document = draft.document.model_copy(update={"equipment": updated})
    machines = () if probe.is_buffer else machine_names(name, entry.count)
    return Equipment(
        name, entry, family, params, probe.is_buffer, probe.capacity, machines, probe.is_area
    )


def lower_equipment(draft: Draft) -> None:
    """What each family makes of a machine and all steps done on it (set-ups, failures,
    power).
    """
    steps: dict[str, list[Step]] = {name: [] for name in draft.equipment}
    for route in draft.routes.values():
        for step in route:
            _add_steps(draft, step, step.operation, steps)
            for other in draft.others.get(step.operation, ()):
                _add_steps(draft, other, f"{other.operation}@{other.tool}", steps)
    for name, equipment in draft.equipment.items():
        if equipment.family is None:
            draft.lowered[name] = Lowered(())
            continue
        try:
            lowered = draft.lower(equipment, tuple(steps[name]))
        except Refused as refused:
            draft.refused(refused, ("equipment", name))
            lowered = Lowered(())
        draft.lowered[name] = lowered


def _add_steps(
    draft: Draft, made: StepDraft, operation: str, steps: Mapping[str, list[Step]]
) -> None:
    """A step as the family of each of its machines sees it."""
    for name in made.on:
        equipment = draft.equipment[name]
        if equipment.family is not None:
            cycle = made.modes[equipment.machines[0]]
            own = made.attributes.get(equipment.family.name, {})
            steps[name].append(Step(operation, cycle, own, made.tool))


def join_stations(draft: Draft) -> None:
    """Machines that share a step share a queue (union-find over the steps' lists)."""
    root: dict[str, str] = {n: n for n, e in draft.equipment.items() if not e.is_buffer}

    def find(name: str) -> str:
        while root[name] != name:
            root[name] = root[root[name]]
            name = root[name]
        return name

    for route in draft.routes.values():
        for step in route:
            first = find(step.on[0])
            others = draft.others.get(step.operation, ())
            for other in (*step.on[1:], *(name for made in others for name in made.on)):
                root[find(other)] = first
    joined: dict[str, list[str]] = {}
    for name in sorted(root):
        joined.setdefault(find(name), []).append(name)
    for names in joined.values():
        station = _station(draft, names)
        draft.stations[station.name] = station
        draft.station_of.update(dict.fromkeys(names, station.name))


def _station(draft: Draft, names: list[str]) -> StationDraft:
    rules = {draft.equipment[n].entry.dispatch for n in names} - {None}
    if len(rules) > 1:
        what = f"{', '.join(names)} share one queue and differ in `dispatch`"
        path = ("equipment", names[-1])
        draft.fault("V313", what, path, "a queue has one rule: write the same at each", key=True)
    name = names[0] if len(names) == 1 else " + ".join(names)
    if len(names) > 3:
        name = f"{names[0]} + {len(names) - 1} more"
    return StationDraft(
        name=name,
        entries=tuple(names),
        input=_input(draft, names),
        output=_sum([_output(draft, n) for n in names]),
        rule=min((r for r in rules if r), default="fifo"),
    )


def _sum(places: list[int | None]) -> int | None:
    known = [p for p in places if p is not None]
    return sum(known) if len(known) == len(places) else None


def _input(draft: Draft, names: list[str]) -> int | None:
    """Places in front: those written at the machines and the buffers before them in a line;
    none where a line hands over directly; otherwise as many as are wanted.
    """
    entries = [draft.equipment[n].entry for n in names]
    written = [e.input for e in entries if "input" in e.model_fields_set]
    lines = [draft.line_places[n] for n in names if n in draft.line_places]
    if not lines and len(written) < len(names):
        return None
    return _sum([*written, *lines[:1]])


def _output(draft: Draft, name: str) -> int | None:
    entry = draft.equipment[name].entry
    return entry.output if "output" in entry.model_fields_set else 0
