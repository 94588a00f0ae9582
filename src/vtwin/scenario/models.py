"""What an equipment family writes for the equipment of its kind, in the words of the language.

A family knows its parameters (billet mass, furnace recipe, battery), the language knows batches,
belts, maintenance and people. So a family says the second in terms of the first, and the
scenario is read as if a person had written it; what a person did write goes first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from vtwin.base.errors import Problem, Refused
from vtwin.equipment import catalog
from vtwin.plant.family import Family, Helper
from vtwin.scenario import tables, wording
from vtwin.scenario.document import EquipmentEntry, PeopleEntry, StepEntry, TransportEntry
from vtwin.scenario.draft import Draft, Equipment, Steps
from vtwin.scenario.tree import Node
from vtwin.scenario.values import Crew
from vtwin.scenario.written import Written

Entry = TypeVar("Entry", bound=Written)

#: Words that name things one by one: what the family brings is added to what is written.
_ADDED = ("failures", "maintenance", "dies")
#: Words of a machine that mean nothing at equipment that attends others.
_OF_MACHINES = (
    *("cycle", "belt", "scrap", "failures", "maintenance", "tool", "dies", "setup", "restart"),
    *("warming", "operator", "load", "batch", "power"),
)


def with_words(
    draft: Draft, entry: Entry, words: Mapping[str, Any], family: Family, path: Steps
) -> Entry:
    """The entry with the family's words wherever nothing was written."""
    if not words:
        return entry
    told = ", ".join(f"no such word: {word}" for word in words.keys() - type(entry).model_fields)
    try:
        own = type(entry).model_validate(dict(words))
    except ValidationError as error:
        told = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
    if told:
        what = f"the equipment family '{family.name}' writes what cannot be read: {told}"
        hint = "check the parameters, or tell who made the family"
        draft.problems.append(Problem("V704", what, draft.where(path), hint))
        return entry
    added = {}
    for word in own.model_fields_set:
        if word not in entry.model_fields_set:
            added[word] = getattr(own, word)
        elif word == "battery":  # what is written of it goes first, the rest is the family's
            mine, its = getattr(entry, word), getattr(own, word)
            said = {key: getattr(mine, key) for key in mine.model_fields_set}
            added[word] = its.model_copy(update=said)
        elif word in _ADDED:
            added[word] = {**getattr(own, word), **getattr(entry, word)}
    return entry.model_copy(update=added)


def step_with_words(
    draft: Draft,
    step: StepEntry,
    entries: list[Equipment],
    attributes: Mapping[str, Mapping[str, Any]],
    path: Steps,
) -> StepEntry:
    """The step with the words of the families it is made on, which must agree."""
    found: list[tuple[Mapping[str, Any], Family]] = []
    for equipment in entries:
        if equipment.family is not None:
            own = attributes.get(equipment.family.name, {})
            try:
                words = equipment.family.step_words(equipment.params, own)
            except Refused as refused:
                draft.refused(refused, path)
                return step
            found.append((words, equipment.family))
    if not found:
        return step
    if any(words != found[0][0] for words, _ in found) or len(found) < len(entries):
        told = sorted({word for words, _ in found for word in words} - step.model_fields_set)
        if told:
            what = f"the machines of this step differ in {', '.join(told)}"
            draft.fault("V313", what, path, "write it at the step")
        return step
    return with_words(draft, step, found[0][0], found[0][1], path)


def step_of_unread(draft: Draft, step: StepEntry, on: Iterable[str], path: Steps) -> None:
    """What is wrong with the further keys of a step whose equipment was refused for its own: both
    are told at once.
    """
    entries = [draft.document.equipment.get(name) for name in on]
    kinds = {entry.model.partition("/")[0] for entry in entries if entry and entry.model}
    if len(kinds) == 1 and all(entry and entry.model for entry in entries) and step.model_extra:
        with suppress(Refused):  # a family that cannot be used was told at the equipment
            family = catalog.family(kinds.pop())
            family_values(draft, family.step, step.model_extra, path, StepEntry.model_fields)


def read_vehicle(draft: Draft, name: str, entry: TransportEntry) -> bool:
    """A transport with what its equipment model says; whether that could be read."""
    path = ("transport", name)
    if entry.model is None:
        for key in entry.model_extra or {}:
            node = draft.node(*path) or Node({})
            where = (node.get(key) or node).key_where()
            draft.problems.append(wording.unknown_key(key, TransportEntry.model_fields, where))
        return True
    family = family_of(draft, entry.model, path)
    if family is None:
        return False
    raw = dict(entry.model_extra or {})
    params = family_values(draft, family.params, raw, path, TransportEntry.model_fields)
    if params is None:
        return False
    try:
        words = family.words(name, params)
    except Refused as refused:
        draft.refused(refused, path)
        return False
    made = with_words(draft, entry, words, family, path)
    known = {**draft.document.transport, name: made}
    draft.document = draft.document.model_copy(update={"transport": known})
    return True


def family_of(draft: Draft, model: str, path: Steps) -> Family | None:
    """The family of a model; None with the problem noted. A model that no library has was told
    when the files were read, and what its parameters would have said is not asked for.
    """
    kind, within, _ = model.partition("/")
    if within and model not in draft.resolved.library.names():
        return None
    try:
        return catalog.family(kind)
    except Refused as refused:
        draft.refused(refused, (*path, "model"))
        return None


def family_values(
    draft: Draft,
    model: type[BaseModel],
    raw: Mapping[str, Any],
    path: tuple[Any, ...],
    also_known: Mapping[str, Any],
) -> Any:
    """The family's own keys, validated; None with the problems noted."""
    node = draft.node(*path) or Node({})
    written_in = node.file if node.file and not node.file.startswith("--") else None
    context = tables.context(draft.resolved.data, written_in or draft.resolved.tree.file or "")
    try:
        return model.model_validate(dict(raw), context=context)
    except ValidationError as error:
        for problem in wording.problems_of(error, node, model, path):
            if problem.code == "V115":
                key = problem.what.split("'")[1]
                known = {*model.model_fields, *also_known}
                problem = wording.unknown_key(key, known, problem.where)
            draft.problems.append(problem)
        return None
    except Exception as error:
        if model.__module__.startswith("vtwin."):
            raise
        what = f"{model.__module__} cannot read its parameters: {type(error).__name__}: {error}"
        hint = "check the parameters, or tell who made the package"
        draft.problems.append(Problem("V702", what, draft.where(path), hint))
        return None


def lend(draft: Draft, name: str, helper: Helper, family: Family) -> None:
    """Equipment that attends other equipment becomes a group of people, and those it serves
    ask for it.
    """
    path = ("equipment", name)
    entry = draft.document.equipment[name]
    for word in _OF_MACHINES:
        if word in entry.model_fields_set:
            what = f"'{name}' attends other equipment and cannot have `{word}`"
            hint = "write it at the equipment it serves"
            draft.fault("V376", what, (*path, word), hint, key=True)
    people = PeopleEntry(
        name=entry.name, count=entry.count, calendar=entry.calendar, cost=entry.cost
    )
    people = with_words(draft, people, helper.people, family, path)
    served: dict[str, EquipmentEntry] = {}
    for place, other in enumerate(helper.serves):
        written = draft.document.equipment.get(other)
        if written is None:
            draft.unknown("equipment", other, draft.document.equipment, (*path, "serves", place))
        elif written.operator is None:
            update: dict[str, Any] = {"operator": Crew(name)}
            if helper.load is not None and written.load is None:
                update["load"] = helper.load
            served[other] = written.model_copy(update=update)
    if name in draft.document.people:
        what = f"'{name}' is equipment that helps and a group of people"
        draft.fault("V324", what, ("people", name), "give one of them another name", key=True)
    draft.document = draft.document.model_copy(
        update={
            "equipment": {**draft.document.equipment, **served},
            "people": {**draft.document.people, name: people},
        }
    )


__all__ = [
    "family_of",
    "family_values",
    "lend",
    "read_vehicle",
    "step_of_unread",
    "step_with_words",
    "with_words",
]
