"""What wears out, and what is maintained: failure modes, maintenance, tools and dies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from vtwin.base.draws import Distribution, constant
from vtwin.plant import rules
from vtwin.plant.family import LoweredFailure
from vtwin.plant.primitives import FailureClock, PartAtFailure
from vtwin.scenario.document import (
    EquipmentEntry,
    FailureEntry,
    MaintenanceEntry,
    ToolEntry,
    WearEntry,
)
from vtwin.scenario.draft import Draft, ModeDraft, Need, Steps
from vtwin.scenario.values import Crew, Life

#: The mode a machine's `tool:` becomes.
TOOL: Final = "tool"
#: A mode on the clock of cycles draws no time to failure.
_NEVER_DRAWN: Final = constant(0.0)
_CLOCKS: Final[Mapping[str, FailureClock]] = {c.name.lower(): c for c in FailureClock}
#: Where modes of one machine are written, in the order in which names are given away.
_SECTIONS: Final = ("failures", "maintenance", TOOL)


def read_dies(draft: Draft) -> None:
    """Dies written at the equipment they fit become tools like others."""
    tools = dict(draft.document.tools)
    at: dict[str, str] = {}
    for name, entry in draft.document.equipment.items():
        for die, written in entry.dies.items():
            path = ("equipment", name, "dies", die)
            known = tools.get(die)
            made = ToolEntry(on=(name,), **dict(written))
            if known is None:
                tools[die] = made
                at[die] = name
            elif die in at and made.model_copy(update={"on": known.on}) == known:
                tools[die] = known.model_copy(update={"on": (*(known.on or ()), name)})
            else:
                other = f"at '{at[die]}'" if die in at else "under `tools:`"
                what = f"'{die}' is written {other} already, and otherwise"
                hint = f"write it once, under `tools:`, with `on: [{at.get(die, name)}, …]`"
                draft.fault("V324", what, path, hint, key=True)
    if at:
        draft.document = draft.document.model_copy(update={"tools": tools})


def read_restarts(draft: Draft) -> None:
    """What machines throw away when they work again, in cycles."""
    for name, equipment in draft.equipment.items():
        written = equipment.entry.restart
        if written is not None:
            path = ("equipment", name, "restart", "scrap")
            draft.restarts[name] = _cycles(draft, written.scrap, _pieces(draft, name), path)


def read_tools(draft: Draft) -> None:
    """The lives of tools in cycles."""
    for name, entry in draft.document.tools.items():
        path: Steps = ("tools", name)
        if draft.node(*path) is None:
            holder = (entry.on or ("",))[0]
            path = ("equipment", holder, "dies", name)
        if entry.life is None:
            for word in ("renew", "by"):
                if getattr(entry, word) is not None:
                    hint = "such as `life: 80000 strokes`"
                    draft.fault("V343", f"'{name}' is renewed and has no life", (*path, word), hint)
                    break
            continue
        if entry.renew is None:
            hint = f"write how long it is away: `renew: 6 h` at '{name}'"
            draft.fault("V343", f"'{name}' has a life and nothing renews it", path, hint, key=True)
            continue
        if entry.by is not None:
            draft.wants(Crew(entry.by), draft.where((*path, "by")))
        pieces = {s.pieces for s in draft.every_step() if s.tool == name}
        draft.lives[name] = _cycles(draft, entry.life, pieces, (*path, "life"))


def read_modes(draft: Draft) -> None:
    """Every way each piece of equipment fails or is maintained."""
    for name, equipment in draft.equipment.items():
        modes: dict[str, ModeDraft] = {}
        for mode in _written(draft, name, equipment.entry):
            if mode.name in modes:
                what = f"'{mode.name}' is the name of two failures or maintenances of '{name}'"
                draft.fault("V324", what, mode.path, "give one of them another name", key=True)
            modes[mode.name] = mode
        for lowered in draft.lowered[name].failures:
            modes.setdefault(lowered.mode, _own(lowered, ("equipment", name)))
        for mode in modes.values():
            _check(draft, mode)
        draft.modes[name] = tuple(modes.values())


def _own(mode: LoweredFailure, path: Steps) -> ModeDraft:
    """A mode of the equipment model itself."""
    return ModeDraft(
        mode.mode, mode.after, mode.clock, mode.repair, mode.skill, mode.part, mode.life,
        mode.planned, path,
    )  # fmt: skip


def _check(draft: Draft, mode: ModeDraft) -> None:
    if "/" in mode.name or "#" in mode.name:
        what = f"the name of a failure cannot contain '#' or '/': '{mode.name}'"
        draft.fault("V308", what, mode.path, key=True)
    if mode.clock is not FailureClock.CYCLES and mode.after.mean <= 0:
        word = "every" if mode.planned else "after"
        what = f"'{mode.name}' would strike without end: `{word}` must be more than zero"
        draft.fault("V203", what, (*mode.path, word), "such as 90 h")
    if mode.skill is not None:
        draft.wants(Crew(mode.skill, mode.heads), draft.where((*mode.path, "by")))


def _written(draft: Draft, name: str, entry: EquipmentEntry) -> Iterator[ModeDraft]:
    for mode, failure in entry.failures.items():
        yield _failure(draft, name, mode, failure)
    for mode, maintenance in entry.maintenance.items():
        made = _maintenance(draft, name, mode, maintenance)
        if made is not None:
            yield made
    if entry.tool is not None:
        yield _tool(draft, name, entry.tool)


def _failure(draft: Draft, name: str, mode: str, entry: FailureEntry) -> ModeDraft:
    path = ("equipment", name, "failures", mode)
    clock, life = _CLOCKS[entry.clock], 0
    if clock is FailureClock.CYCLES:
        if entry.life is None:
            hint = "write `life: 5000 cycles`"
            draft.fault("V343", f"'{mode}' counts cycles and does not say how many", path, hint)
        else:
            life = _cycles(draft, entry.life, _pieces(draft, name), (*path, "life"))
        if entry.after is not None:
            what = f"'{mode}' counts cycles: `after` has no meaning"
            draft.fault("V343", what, (*path, "after"), "write `life:` alone")
    elif entry.after is None:
        hint = "such as `after: {exponential: {mean: 90 h}}`"
        draft.fault("V117", f"'after' is missing in {'.'.join(path)}", path, hint, key=True)
    elif entry.life is not None:
        what = f"'{mode}' has a life in cycles and another clock"
        draft.fault("V343", what, (*path, "life"), "write `clock: cycles`")
    part = PartAtFailure[entry.part.upper()]
    after = entry.after or _NEVER_DRAWN
    skill, heads = _who(draft, entry.by)
    return ModeDraft(mode, after, clock, entry.repair, skill, part, life, False, path, heads)


def _maintenance(draft: Draft, name: str, mode: str, entry: MaintenanceEntry) -> ModeDraft | None:
    path = ("equipment", name, "maintenance", mode)
    counted = isinstance(entry.every, Life)
    clock = _CLOCKS[entry.clock or ("cycles" if counted else "calendar")]
    if counted is not (clock is FailureClock.CYCLES):
        what = f"'{mode}' is due every so many {'cycles' if counted else 'hours'}, on another clock"
        hint = "leave `clock:` out, or write `clock: cycles` and `every: 5000 cycles`"
        draft.fault("V343", what, (*path, "clock"), hint)
        return None
    after, life = _NEVER_DRAWN, 0
    if isinstance(entry.every, Distribution):
        after = entry.every
    else:
        life = _cycles(draft, entry.every, _pieces(draft, name), (*path, "every"))
    skill, heads = _who(draft, entry.by)
    kept = PartAtFailure.KEPT
    return ModeDraft(mode, after, clock, entry.takes, skill, kept, life, True, path, heads)


def _tool(draft: Draft, name: str, entry: WearEntry) -> ModeDraft:
    path = ("equipment", name, TOOL)
    life = _cycles(draft, entry.life, _pieces(draft, name), (*path, "life"))
    clock, kept = FailureClock.CYCLES, PartAtFailure.KEPT
    skill, heads = _who(draft, entry.by)
    return ModeDraft(TOOL, _NEVER_DRAWN, clock, entry.change, skill, kept, life, False, path, heads)


def _who(draft: Draft, crew: Crew | None) -> tuple[str | None, int]:
    if crew is None:
        return None, 1
    draft.needs[crew.skill] = Need(crew.of, crew.level)
    return crew.skill, crew.people


def _pieces(draft: Draft, name: str) -> set[int]:
    """Pieces per cycle of everything done on a piece of equipment."""
    return {s.pieces for s in draft.every_step() if name in s.on}


def _cycles(draft: Draft, life: Life, pieces: set[int], path: Steps) -> int:
    """A life in cycles. Pieces can be counted where every cycle makes equally many of them."""
    if not life.pieces or not pieces:
        return life.number
    if len(pieces) > 1:
        several = " or ".join(str(n) for n in sorted(pieces))
        what = f"a life in pieces where a cycle makes {several} of them"
        draft.fault("V343", what, path, "write it in cycles, such as `80000 cycles`")
    return rules.cycles(life.number, min(pieces))
