"""Batches: which operations a machine does together, how many items, and how long they wait."""

from __future__ import annotations

from collections.abc import Iterable

from vtwin.base.errors import Problem
from vtwin.scenario.document import BatchEntry
from vtwin.scenario.draft import BatchDraft, Draft, StepDraft

#: Recipe of everything done at an equipment that says `batch:` itself.
ALL = "all"


def read_batches(draft: Draft) -> None:
    """The batch of every step that has one, by name ``<station>/<recipe>``."""
    for route in draft.routes.values():
        for step in route:
            made = _batch(draft, step)
            if made is not None:
                draft.batch_of[step.operation] = made.name
                _join(draft, made, step)
    for made in draft.batches.values():
        _check_room(draft, made)


def _batch(draft: Draft, step: StepDraft) -> BatchDraft | None:
    """What a step and its equipment say of the batch it is done in."""
    written = step.batch
    entries = {draft.equipment[name].entry.batch for name in step.on}
    if len(entries) > 1 and (written is None or written.size is None):
        what = "the machines of this step differ in their `batch`"
        draft.problems.append(Problem("V313", what, step.where, "write `batch:` at the step"))
        return None
    below = next(iter(entries)) or BatchEntry() if len(entries) == 1 else BatchEntry()
    if written is None and below == BatchEntry():
        return None
    above = written or BatchEntry()
    size = above.size or below.size
    wait = above.wait if above.wait is not None else below.wait
    least = above.at_least or below.at_least
    recipe = above.recipe or below.recipe or (ALL if written is None else step.operation)
    if size is None:
        what, hint = "the batch does not say how many items it takes", "write `size: 20`"
        _refuse(draft, what, step, hint)
        return None
    if "#" in recipe or ("/" in recipe and recipe != step.operation):
        what = f"the name of a recipe cannot contain '#' or '/': '{recipe}'"
        draft.problems.append(Problem("V308", what, step.where))
        return None
    if least is not None and least > size:
        what = f"a batch of {size} cannot wait for {least} items"
        _refuse(draft, what, step, "`at_least` is at most `size`")
        return None
    if least is None:
        least = size if wait is None else 1
    elif wait is None and least < size:
        wait = 0.0
    station = draft.station_of[step.on[0]]
    return BatchDraft(f"{station}/{recipe}", least, size, wait, (step,))


def _refuse(draft: Draft, what: str, step: StepDraft, hint: str) -> None:
    draft.problems.append(Problem("V350", what, step.where, hint))


def _join(draft: Draft, made: BatchDraft, step: StepDraft) -> None:
    """Another operation of a batch must agree with the others."""
    if step.kit or step.takes:
        what = f"'{step.operation}' is done in a batch and takes "
        what += "a kit" if step.kit else " and ".join(f"'{name}'" for name in step.takes)
        _refuse(draft, what, step, "take it in a step before the batch")
    known = draft.batches.get(made.name)
    if known is None:
        draft.batches[made.name] = made
        return
    first = known.steps[0]
    draft.batches[made.name] = known.with_step(step)
    for word, mine, others in (
        ("size, at_least or wait", made.numbers, known.numbers),
        ("machines", sorted(step.modes), sorted(first.modes)),
        ("tool", step.tool, first.tool),
        ("operator", _operators(step), _operators(first)),
        ("set-up", _setup(draft, step), _setup(draft, first)),
    ):
        if mine != others:
            what = f"'{step.operation}' and '{first.operation}' share a batch and differ in {word}"
            hint = "write the same at both, or give each a `recipe:` of its own"
            _refuse(draft, what, step, hint)


def _operators(step: StepDraft) -> dict[str, str | None]:
    return {name: attending.skill for name, attending in step.attending.items()}


def _setup(draft: Draft, step: StepDraft) -> list[str]:
    """What machines with set-up times are set up for."""
    return [step.setup_keys[name] for name in step.on if draft.equipment[name].entry.setup]


def _check_room(draft: Draft, made: BatchDraft) -> None:
    """Whether so many can ever wait in front of the station (S-120, S-124)."""
    step = made.steps[0]
    station = draft.stations[draft.station_of[step.on[0]]]
    places = station.input
    if places == 0:
        places = _at_door(draft, made.steps)
        where = "the machines before it hold"
    else:
        where = "there are places for"
    if places is not None and places < made.least:
        what = f"the batch '{made.name}' wants {made.least} items, and {where} {places}"
        _refuse(draft, what, step, "more places in front, or a smaller batch")


def _at_door(draft: Draft, steps: Iterable[StepDraft]) -> int | None:
    """How many items can wait without places: those in machines and output buffers before."""
    before: set[str] = set()
    for step in steps:
        if step.position == 0:
            return None  # what comes from outside waits outside
        previous = draft.routes[step.product][step.position - 1]
        before.add(draft.station_of[previous.on[0]])
    places = 0
    for name in before:
        station = draft.stations[name]
        if station.output is None:
            return None
        machines = sum(len(draft.equipment[e].machines) for e in station.entries)
        # A batch is held item by item.
        most = [d.most for d in draft.batches.values() if d.name.startswith(f"{name}/")]
        places += machines * max(most, default=1) + station.output
    return places
