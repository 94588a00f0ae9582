"""Routes: the steps of every product, where each is done and how its machines do it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from vtwin.base.draws import Distribution, constant
from vtwin.base.errors import Refused
from vtwin.plant.family import LoweredStep, Step
from vtwin.scenario import belts, models, wording
from vtwin.scenario.document import ProductEntry, StepEntry, ToolEntry
from vtwin.scenario.draft import Attending, Draft, Equipment, StepDraft
from vtwin.scenario.kits import components
from vtwin.scenario.quality import Losses
from vtwin.scenario.shelves import shelf_of
from vtwin.scenario.tree import Node

#: Steps with the path each was written at.
Written = list[tuple[tuple[Any, ...], StepEntry]]

#: Product of a line that names none.
LINE_PRODUCT = "part"


def read_routes(draft: Draft) -> None:
    """The route of every product, step by step; buffers between steps become places."""
    products = dict(draft.document.products)
    bought, has_line = components(draft.document), draft.document.line is not None
    if not products and draft.document.line is not None:
        products = {LINE_PRODUCT: ProductEntry()}
    for product, entry in products.items():
        if "/" in product or "#" in product:
            path = ("products", product)
            draft.fault("V308", f"an id cannot contain '#' or '/': '{product}'", path, key=True)
        if product in bought and not entry.route and (entry.route == () or not has_line):
            draft.routes[product] = []  # it comes from outside
            continue
        if entry.route is not None:
            steps: Written = [
                (("products", product, "route", i), s) for i, s in enumerate(entry.route)
            ]
        elif draft.document.line is not None:
            line = draft.document.line
            steps = [(("line", i), StepEntry(on=names)) for i, names in enumerate(line)]
        else:
            draft.broken.add(product)
            if not draft.wrong_already("products", product):
                what = f"'{product}' has no route"
                hint = "write `route: [{op: …, on: …, cycle: …}]`, or a `line:` for the plant"
                draft.fault("V310", what, ("products", product), hint, key=True)
            continue
        _read_route(draft, product, steps)


def _read_route(draft: Draft, product: str, steps: list[tuple[tuple[Any, ...], StepEntry]]) -> None:
    in_line = bool(steps) and steps[0][0][0] == "line"
    route: list[StepDraft] = []
    seen: dict[str, int] = {}
    places: int | None = 0
    buffers: list[Equipment] = []
    before = len(draft.problems)
    for path, step in steps:
        buffer = _buffer(draft, step)
        if buffer is not None and buffer.is_area:
            what = f"'{buffer.name}' is an area over equipment: nothing goes through it"
            draft.fault("V316", what, path, "leave it out; `over:` says which equipment it is over")
            continue
        if buffer is not None:
            places = None if places is None or buffer.capacity is None else places + buffer.capacity
            buffers.append(buffer)
            continue
        buffered = bool(buffers)
        made = _step(draft, product, len(route), path, step, seen, buffers)
        if made is None:
            draft.broken.add(product)
        else:
            if (buffered or in_line) and (route or buffered or in_line):
                _places_before(draft, made, places, path, first=not route and not buffered)
            if step.other_tools:
                _read_other_tools(draft, made, step, path)
            route.append(made)
        places, buffers = 0, []
    if buffers:
        what = "the buffer behind the last station has no effect: what is finished leaves"
        draft.fault("V311", what, steps[-1][0], "leave it out", warning=True)
    known_bad = product in draft.broken or len(draft.problems) > before
    if not route and not known_bad:
        draft.fault(
            "V310", f"the route of '{product}' has no step", ("products", product), key=True
        )
        draft.broken.add(product)
    draft.routes[product] = route


def _buffer(draft: Draft, step: StepEntry) -> Equipment | None:
    if step.on is None or len(step.on) != 1 or step.cycle is not None:
        return None
    found = draft.equipment.get(step.on[0])
    return found if found is not None and found.is_buffer else None


def _places_before(
    draft: Draft, step: StepDraft, places: int | None, path: tuple[Any, ...], *, first: bool
) -> None:
    """What stands before a station in a line. The first station has no limit of its own: what
    comes from outside waits outside.
    """
    for name in step.on:
        if first:
            continue
        known = draft.line_places.get(name, places)
        if known != places:
            what = f"'{name}' has different buffers in front on different routes"
            hint = "all routes into a station share its places: write them alike"
            draft.fault("V312", what, path, hint)
        draft.line_places[name] = places


def _step(
    draft: Draft,
    product: str,
    position: int,
    path: tuple[Any, ...],
    step: StepEntry,
    seen: dict[str, int],
    buffers: list[Equipment],
) -> StepDraft | None:
    tool = _tool(draft, step, path)
    on = _on(draft, step, tool, path)
    if on is None:
        models.step_of_unread(draft, step, step.on or (tool.on if tool else None) or (), path)
        return None
    entries = [draft.equipment[name] for name in on]
    attributes = _attributes(draft, step, entries, path)
    step = models.step_with_words(draft, step, entries, attributes or {}, path)
    belts.check_step(draft, step, on, path)
    operation = f"{product}/{_operation(draft, step, on, path, seen)}"
    attending = _attending(draft, step, entries, path)
    if step.tool is not None and tool is None:
        return None
    if attributes is None:
        return None
    lowered = _lower_step(draft, operation, path, step, tool, entries, attributes)
    if lowered is None:
        return None
    modes, keys, pieces, scraps = lowered
    scrap = _one_scrap(draft, scraps, path)
    return StepDraft(
        operation=operation,
        product=product,
        position=position,
        on=on,
        modes=modes,
        planned=step.planned or (tool.planned if tool else None),
        pieces=_one(draft, "pieces per cycle", pieces, path),
        scrap=scrap.share,
        causes=scrap.causes,
        attending=attending,
        tool=step.tool,
        setup_keys={e.name: _setup_key(e, keys, step, product) for e in entries},
        attributes=attributes,
        where=draft.where(path),
        path=path,
        batch=step.batch,
        kit=dict(sorted((step.kit or _parts(draft, product, position)).items())),
        takes=step.takes,
        returns=step.returns,
        sample=step.sample,
        by=step.by,
        shelf=shelf_of(draft, step, path, entries, buffers),
        entry=step,
    )


def _read_other_tools(
    draft: Draft, made: StepDraft, step: StepEntry, path: tuple[Any, ...]
) -> None:
    """The step as it is made with each of its other tools."""
    found: list[StepDraft] = []
    for number, name in enumerate(step.other_tools):
        place = (*path, "other_tools", number)
        if made.tool is None:
            what = "the step has other tools, and none of its own"
            draft.fault("V317", what, place, f"write `tool: {name}`")
            return
        if name == made.tool or name in step.other_tools[:number]:
            what = f"'{name}' is a tool of this step already"
            draft.fault("V317", what, place, "name each tool once")
            continue
        if name not in draft.document.tools:
            draft.unknown("tool", name, draft.document.tools, place)
            continue
        with_it = step.model_copy(update={"tool": name, "other_tools": ()})
        before = len(draft.problems)
        other = _step(draft, made.product, made.position, path, with_it, {}, [])
        for index in range(before, len(draft.problems)):
            told = draft.problems[index]
            draft.problems[index] = replace(told, what=f"with '{name}': {told.what}")
        if other is not None:
            found.append(replace(other, operation=made.operation))
    draft.others[made.operation] = tuple(found)


def _parts(draft: Draft, product: str, position: int) -> Mapping[str, int]:
    """What the first step of a product puts together."""
    entry = draft.document.products.get(product)
    return entry.parts if entry is not None and position == 0 else {}


def _setup_key(
    equipment: Equipment, keys: Mapping[str, str | None], step: StepEntry, product: str
) -> str:
    """What the equipment is set up for: the family says, unless times were written."""
    written = equipment.entry.setup
    own = None if written and (written.time or written.matrix) else keys[equipment.name]
    return own or step.setup or step.tool or product


def _one(draft: Draft, what: str, found: set[Any], path: tuple[Any, ...]) -> Any:
    if len(found) > 1:
        values = ", ".join(f"{value:g}" for value in sorted(found))
        text = f"the machines of this step differ in {what} ({values})"
        draft.fault("V313", text, path, "write it at the step")
    return min(found)


def _one_scrap(draft: Draft, found: set[Losses], path: tuple[Any, ...]) -> Losses:
    share = _one(draft, "scrap", {losses.share for losses in found}, path)
    if len({losses.causes for losses in found}) > 1:
        text = "the machines of this step differ in their causes of scrap"
        draft.fault("V313", text, path, "write it at the step")
    return next(losses for losses in sorted(found) if losses.share == share)


def _operation(
    draft: Draft, step: StepEntry, on: tuple[str, ...], path: tuple[Any, ...], seen: dict[str, int]
) -> str:
    op = step.op or (on[0] if len(on) == 1 else f"step {len(seen) + 1}")
    if "/" in op or "#" in op:
        draft.fault("V308", f"the name of an operation cannot contain '#' or '/': '{op}'", path)
    if op in seen:
        hint = "operations of one product need names of their own: write `op:`"
        if path[0] == "line":
            hint = "a line passes each station once: write a `route:` with `op:` names instead"
        draft.fault("V314", f"'{op}' is twice in the route", path, hint)
    seen[op] = 1
    return op


def _tool(draft: Draft, step: StepEntry, path: tuple[Any, ...]) -> ToolEntry | None:
    if step.tool is None:
        return None
    found = draft.document.tools.get(step.tool)
    if found is None:
        draft.unknown("tool", step.tool, draft.document.tools, (*path, "tool"))
    return found


def _on(
    draft: Draft, step: StepEntry, tool: ToolEntry | None, path: tuple[Any, ...]
) -> tuple[str, ...] | None:
    """The equipment entries that can do a step, sorted; None with the problem noted."""
    given = step.on or (tool.on if tool else None)
    if given is None:
        hint = "write `on: <equipment>`"
        draft.fault("V315", "the step does not say where it is done", path, hint)
        return None
    place = ("tools", step.tool, "on") if step.on is None else path
    if step.on is not None and path[0] != "line" and draft.node(*path, "on") is not None:
        place = (*path, "on")
    names: dict[str, None] = {}
    wrong = False
    for position, name in enumerate(given):
        where = (*place, position)
        if name not in draft.document.equipment:
            draft.unknown("equipment", name, draft.document.equipment, where)
            wrong = True
        elif name not in draft.equipment:
            wrong = True  # its own entry was refused
        elif draft.equipment[name].is_buffer:
            what = f"'{name}' is a buffer: nothing can be done on it"
            draft.fault("V316", what, where, "put the buffer between two steps")
            wrong = True
        names[name] = None
    if wrong:
        return None
    if step.on is not None and tool is not None and tool.on is not None:
        fitting = [name for name in names if name in tool.on]
        if not fitting:
            what = f"tool '{step.tool}' fits none of {', '.join(names)}"
            hint = "it fits " + ", ".join(tool.on)
            draft.fault("V317", what, place, hint)
            return None
        return tuple(sorted(fitting))
    return tuple(sorted(names))


def _attending(
    draft: Draft, step: StepEntry, entries: list[Equipment], path: tuple[Any, ...]
) -> dict[str, Attending]:
    """Who attends at each equipment entry, and how long: as the step says, else the entry."""
    if step.operator is not None:
        draft.wants(step.operator, draft.where((*path, "operator")))
    found = {}
    for equipment in entries:
        crew = step.operator or equipment.entry.operator
        if crew is None:
            continue
        if step.operator is None:
            draft.wants(crew, draft.where(("equipment", equipment.name, "operator")))
        load = step.load or equipment.entry.load
        found[equipment.name] = Attending(crew.skill, crew.people, load)
    idle = [e.name for e in entries if e.name not in found and (step.load or e.entry.load)]
    if idle:
        at = "" if len(entries) == 1 else f" at {', '.join(idle)}"
        hint = "write `operator: <skill>` beside `load:`, or add the time to the cycle"
        draft.fault("V371", f"there is a time of loading and nobody who loads{at}", path, hint)
    return {e.name: found.get(e.name, Attending()) for e in entries}


Attributes = dict[str, dict[str, Any]]
Lowering = tuple[dict[str, Distribution], dict[str, str | None], set[int], set[Losses]]


def _lower_step(
    draft: Draft,
    operation: str,
    path: tuple[Any, ...],
    step: StepEntry,
    tool: ToolEntry | None,
    entries: list[Equipment],
    attributes: Attributes,
) -> Lowering | None:
    modes: dict[str, Distribution] = {}
    keys: dict[str, str | None] = {}
    pieces: set[int] = set()
    scraps: set[Losses] = set()
    before = len(draft.problems)
    _known_machines(draft, step, tool, path)
    per_machine = any(isinstance(o.cycle, dict) for o in (step, tool) if o is not None)
    for equipment in entries:
        for machine in equipment.machines:
            cycle = _belt_time(draft, equipment) or _cycle(step, tool, equipment, machine)
            lowered = _lower(draft, operation, path, step, equipment, cycle, attributes)
            if lowered is None:
                return None
            modes[machine] = lowered.cycle
            keys[equipment.name] = lowered.setup_key
            if not per_machine:
                modes.update(dict.fromkeys(equipment.machines, lowered.cycle))
                break
        written = step.cavities or (tool.cavities if tool else None)
        made = written or (lowered.pieces_per_cycle if lowered else 1)
        pieces.add(_open_cavities(draft, made, step, tool))
        scraps.add(_scrap(step, tool, equipment, lowered))
    if len(draft.problems) > before:
        return None
    return modes, keys, pieces, scraps


def _open_cavities(draft: Draft, cavities: int, step: StepEntry, tool: ToolEntry | None) -> int:
    """Pieces per cycle of a tool of which some cavities are shut."""
    if tool is None or not tool.blocked:
        return cavities
    if tool.blocked >= cavities:
        what = f"{tool.blocked} of {cavities} cavities of '{step.tool}' are blocked: none is left"
        hint = "at least one cavity must be open; `cavities` counts all of them"
        draft.fault("V344", what, ("tools", step.tool, "blocked"), hint)
        return cavities
    return cavities - tool.blocked


def _scrap(
    step: StepEntry, tool: ToolEntry | None, equipment: Equipment, lowered: LoweredStep | None
) -> Losses:
    for written in (step.scrap, tool.scrap if tool else None, equipment.entry.scrap):
        if written is not None:
            return written
    return Losses(lowered.scrap if lowered else 0.0)


def _cycle(
    step: StepEntry, tool: ToolEntry | None, equipment: Equipment, machine: str
) -> Distribution | None:
    for written in (step.cycle, tool.cycle if tool else None):
        if isinstance(written, dict):
            found = written.get(machine) or written.get(equipment.name)
            if found is not None:
                return found
        elif written is not None:
            return written
    return equipment.entry.cycle


def _belt_time(draft: Draft, equipment: Equipment) -> Distribution | None:
    """The time of everything on a belt; any time on one that was refused."""
    if equipment.entry.belt is None:
        return None
    found = draft.belts.get(equipment.name)
    return constant(belts.travel_s(found) if found is not None else 1.0)


def _known_machines(
    draft: Draft, step: StepEntry, tool: ToolEntry | None, path: tuple[Any, ...]
) -> None:
    """Times per machine must name machines."""
    for written, place in (
        (step.cycle, (*path, "cycle")),
        (tool.cycle if tool else None, ("tools", step.tool, "cycle")),
    ):
        for name in written if isinstance(written, dict) else ():
            entry = name.partition("#")[0]
            if entry not in draft.document.equipment:
                draft.unknown("equipment", name, draft.document.equipment, (*place, name))


def _attributes(
    draft: Draft, step: StepEntry, entries: list[Equipment], path: tuple[Any, ...]
) -> Attributes | None:
    """The step's further keys as each family reads them; None with the problems noted."""
    extra = step.model_extra or {}
    families = {e.family.name: e.family for e in entries if e.family is not None}
    if not families:
        node = draft.node(*path) or Node({})
        for key in extra:
            child = node.get(key) or node
            draft.problems.append(
                wording.unknown_key(key, StepEntry.model_fields, child.key_where())
            )
        return None if extra else {}
    found = {}
    for name, family in families.items():
        values = models.family_values(draft, family.step, extra, path, StepEntry.model_fields)
        if values is None:
            return None
        found[name] = {k: v for k, v in values if v is not None}
    return found


def _lower(
    draft: Draft,
    operation: str,
    path: tuple[Any, ...],
    step: StepEntry,
    equipment: Equipment,
    cycle: Distribution | None,
    attributes: Attributes,
) -> LoweredStep | None:
    if equipment.family is None:
        if cycle is None:
            if draft.wrong_already(*path) or draft.wrong_already("equipment", equipment.name):
                return None
            what = f"no time per cycle for {operation} on '{equipment.name}'"
            hint = "write `cycle: 3.2 min` at the step, at its tool or at the equipment"
            draft.fault("V318", what, path, hint)
            return None
        return LoweredStep(cycle)
    wanted = Step(operation, cycle, attributes.get(equipment.family.name, {}), step.tool)
    try:
        return draft.lower(equipment, (wanted,)).steps[0]
    except Refused as refused:
        draft.refused(refused, path)
        return None
