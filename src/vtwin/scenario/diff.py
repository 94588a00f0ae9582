"""What is different between two scenarios or variants, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from vtwin.plant.quantities import DISTRIBUTIONS
from vtwin.scenario.load import Loaded, Resolved

#: What an unwritten key means, where that can be said.
UNWRITTEN: Final[dict[str, str]] = {
    "count": "1",
    "scale": "100 %",
    "calendar": "always",
    "dispatch": "fifo",
    "input": "unlimited",
    "output": "0",
    "lot": "1",
    "scrap": "0 %",
    "warmup": "0 h",
    "cavities": "1",
    "blocked": "0",
    "shift_end": "pause",
    "tends": "1",
    "absence": "0 %",
    "sample": "all",
    "next": "the next step",
    "stop": "at the horizon",
    "profile": "always alike",
    "shelf_life": "unlimited",
    "too_old": "scrap",
    "battery": "none",
    "chargers": "1",
    "charge_at": "where vehicles begin",
    "spacing": "2 m",
}
#: The same where a section means something else by a key.
_UNWRITTEN_IN: Final[dict[str, dict[str, str]]] = {"transport": {"dispatch": "longest_wait"}}
_WORDS: Final = {
    "warmup": "warm-up",
    "at": "place",
    "mould_change": "mould change",
    "shift_end": "end of shift",
    "on": "equipment",
    "op": "operation",
}
#: How an order is made: the word before what its key says, and what nothing there means.
_WAYS: Final = {"on": ("on", "any"), "tool": ("with", "the tool of its route")}
#: Keys that say nothing about the plant.
_SILENT: Final = frozenset({"variants", "vtwin", "history", "reallocate", "experiments"})
#: Sections whose entries are named without their section.
_ENTITIES: Final = frozenset({"equipment", "people", "transport", "products", "tools", "calendars"})


def describe(a: Loaded | Resolved, b: Loaded | Resolved) -> list[str]:
    """What changed from ``a`` to ``b``, a sentence each; [] when nothing did."""
    before, after = _plain(a), _plain(b)
    changes: dict[str, list[str]] = {}
    for owner, what in _changes(before, after):
        changes.setdefault(what, []).append(owner)
    return [_sentence(what, owners) for what, owners in changes.items()]


def _plain(given: Loaded | Resolved) -> dict[str, Any]:
    resolved = given.resolve() if isinstance(given, Loaded) else given
    found: dict[str, Any] = resolved.tree.plain()
    return found


def _sentence(what: str, owners: list[str]) -> str:
    named = [owner for owner in owners if owner]
    if not named:
        return what
    if len(named) > 4:
        return f"{', '.join(named[:3])} and {len(named) - 3} more: {what}"
    joined = ", ".join(named)
    # "lathes 3 → 4" reads better than "lathes: count 3 → 4"
    return (
        f"{joined} {what.removeprefix('count ')}"
        if what.startswith("count ")
        else (f"{joined}: {what}")
    )


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(who, what) for every difference."""
    for section in dict.fromkeys([*before, *after]):
        if section in _SILENT:
            continue
        old, new = before.get(section), after.get(section)
        if section in _ENTITIES:
            own = UNWRITTEN | _UNWRITTEN_IN.get(section, {})
            yield from _entities(old or {}, new or {}, own)
        elif section in ("name", "description"):
            if old != new:
                yield "", f"{section}: {_said(old)} → {_said(new)}"
        else:
            for path, x, y in _leaves(old, new, ()):
                told = _of_an_order(path, x, y) if section == "orders" else None
                told = told or f"{_path((section, *path))} {_pair(path or (section,), x, y)}"
                yield "", told


def _of_an_order(path: tuple[str, ...], old: Any, new: Any) -> str | None:
    """Where an order is made, and what is changed about one of a table, in words; else None."""
    if len(path) > 1 and path[1] in _WAYS:
        step = f" ({path[2]})" if len(path) > 2 else ""
        word, else_ = _WAYS[path[1]]
        return f"order {path[0]}{step} {word} {_said(old, else_)} → {_said(new, else_)}"
    entry = old if new is None else new if old is None else None
    if not isinstance(entry, dict) or "order" not in entry or {"product", "table"} & set(entry):
        return None
    if new is None:
        return f"order {entry['order']} as in its table"
    told = [
        f"{_WAYS[key][0]} {_made_on(value)}"
        if key in _WAYS
        else f"{key.replace('_', ' ')} {_said(value)}"
        for key, value in entry.items()
        if key != "order"
    ]
    return f"order {entry['order']} {', '.join(told)}"


def _made_on(value: Any) -> str:
    """What `on:` of an order says: the machine, with the step where there are several."""
    if not isinstance(value, dict):
        return _said(value)
    if len(value) == 1:
        return _said(next(iter(value.values())))
    return ", ".join(f"{_said(machines)} ({step})" for step, machines in value.items())


def _entities(
    before: Mapping[str, Any], after: Mapping[str, Any], unwritten: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    for name in dict.fromkeys([*before, *after]):
        if name not in after:
            yield name, "removed"
        elif name not in before:
            yield name, "added"
        else:
            for path, x, y in _leaves(before[name], after[name], ()):
                yield name, f"{_path(path)} {_pair(path, x, y, unwritten)}"


def _pair(
    path: tuple[str, ...], old: Any, new: Any, unwritten: Mapping[str, str] = UNWRITTEN
) -> str:
    default = unwritten.get(path[-1]) if path else None
    return f"{_said(old, default)} → {_said(new, default)}"


def _path(path: tuple[str, ...]) -> str:
    return " ".join(_WORDS.get(step, step.replace("_", " ")) for step in path) or "it"


def _leaves(
    old: Any, new: Any, path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    """(path, old, new) of everything that differs; a distribution counts as one value."""
    if old == new:
        return
    if _open(old) and _open(new):
        before, after = _by_name(old), _by_name(new)
        for key in dict.fromkeys([*before, *after]):
            yield from _leaves(before.get(key), after.get(key), (*path, key))
        return
    yield path, old, new


def _open(value: Any) -> bool:
    """Whether to look inside: mappings but no distributions, lists of mappings."""
    if isinstance(value, list):
        return any(isinstance(item, dict) for item in value)
    return isinstance(value, dict) and not _distribution(value)


def _distribution(value: Any) -> bool:
    return isinstance(value, dict) and len(value) == 1 and next(iter(value)) in DISTRIBUTIONS


def _by_name(value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    named: dict[str, Any] = {}
    for position, item in enumerate(value):
        name = None
        if isinstance(item, dict):
            name = item.get("op") or item.get("order") or item.get("product")
        key = str(name) if name and str(name) not in named else str(position + 1)
        named[key] = item
    return named


def _said(value: Any, default: str | None = None) -> str:
    if value is None:
        return default if default is not None else "not given"
    if _distribution(value):
        kind, parameters = next(iter(value.items()))
        inside = ", ".join(f"{k} {_said(v)}" for k, v in (parameters or {}).items())
        return f"{kind} ({inside})"
    if isinstance(value, list) and value and all(isinstance(item, list) for item in value):
        return ", ".join("–".join(map(str, way)) for way in value)  # points of the aisles
    if isinstance(value, list):
        return ", ".join(_said(item) for item in value) or "nothing"
    if isinstance(value, dict):
        return "(" + ", ".join(f"{k} {_said(v)}" for k, v in value.items()) + ")"
    return str(value)
