"""Belts: conveyors and continuous furnaces, on which items move one behind the other."""

from __future__ import annotations

from vtwin.base.units import TICKS_PER_SECOND, ticks
from vtwin.plant.primitives import Belt
from vtwin.scenario.document import BeltEntry, StepEntry
from vtwin.scenario.draft import Draft, Steps


def read_belts(draft: Draft) -> None:
    """The belt of every entry that is one, named after the entry."""
    for name, equipment in draft.equipment.items():
        entry = equipment.entry
        if entry.belt is None:
            continue
        path: Steps = ("equipment", name, "belt")
        barred = ("cycle", "capacity", "setup", "restart", "warming", "operator", "load", "batch")
        for word in barred:
            if word in entry.model_fields_set:
                what = f"'{name}' is a belt and cannot have `{word}`"
                hint = "its time is `travel`; do other work at a station of its own"
                draft.fault("V360", what, ("equipment", name, word), hint, key=True)
        made = _belt(draft, name, entry.belt, path)
        if made is not None:
            draft.belts[name] = made


def _belt(draft: Draft, name: str, entry: BeltEntry, path: Steps) -> Belt | None:
    travel = entry.travel
    if entry.length is not None and entry.speed is not None and travel is None:
        travel = entry.length / entry.speed
    elif travel is None or entry.length is not None or entry.speed is not None:
        what = f"how long items are on '{name}' must be said in one way"
        hint = "write `travel: 90 s`, or `length: 9 m` and `speed: 6 m/min`"
        draft.fault("V360", what, path, hint)
        return None
    long = max(ticks(travel), 1)
    if entry.pitch is None and entry.places is None:
        what = f"how close items may be on '{name}' is not said"
        draft.fault("V360", what, path, "write `places: 12`, or `pitch: 6 s`")
        return None
    pitch = ticks(entry.pitch) if entry.pitch is not None else long // (entry.places or 1)
    places = entry.places or (-(-long // pitch) if pitch else 0)
    if not places:
        draft.fault("V360", f"without a pitch '{name}' needs `places`", path, "write `places: 12`")
        return None
    if pitch > long:
        what = f"'{name}' is shorter than the pitch of the items on it"
        draft.fault("V360", what, (*path, "pitch"), "a pitch is at most the travel")
        return None
    if (places - 1) * pitch > long:
        what = f"{places} items do not fit on '{name}' at this pitch"
        hint = f"there is room for {long // pitch + 1}"
        draft.fault("V360", what, (*path, "places"), hint)
        return None
    return Belt(name, places, long, pitch, entry.accumulating)


def check_step(draft: Draft, step: StepEntry, on: tuple[str, ...], path: Steps) -> None:
    """A step on a belt has nothing of its own that a belt cannot do."""
    moving = [name for name in on if name in draft.belts]
    if not moving:
        return
    words = ["operator", "load", "tool", "batch", "setup"]
    if len(moving) == len(on):
        words.append("cycle")
    for word in words:
        if getattr(step, word) is not None:
            what = f"a step on the belt '{moving[0]}' cannot have `{word}`"
            hint = "everything on it takes its `travel`" if word == "cycle" else "leave it out"
            draft.fault("V360", what, (*path, word), hint, key=True)


def seconds_apart(belt: Belt) -> float:
    """Seconds from one item to the next when the belt is full: its planned time per item."""
    return max(belt.pitch, belt.travel / belt.places) / TICKS_PER_SECOND


def travel_s(belt: Belt) -> float:
    """Seconds from end to end."""
    return belt.travel / TICKS_PER_SECOND


__all__ = ["check_step", "read_belts", "seconds_apart", "travel_s"]
