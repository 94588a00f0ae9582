"""How ways on, samples, busy times, machines of orders and the end of a run are read from a
scenario file.

Each reader takes the text that was written and raises ``ValueError`` in the planner's words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

from vtwin.plant.quantities import COUNT, DURATION, PERCENT, SHARE, Reading, inside, refuse
from vtwin.scenario.values import DAY_S

#: Where `next:` leads an item that is finished.
OUT: Final = "out"
#: Shares that miss the whole by less than this were meant to add up.
NEARLY: Final = 1e-9


def _next(value: Any, context: Mapping[str, Any]) -> dict[str, float]:
    """Operation (or ``out``) -> share of the items that go on to it."""
    if isinstance(value, str) and value:
        return {value: 1.0}
    if not isinstance(value, Mapping) or not value:
        raise refuse("V124", "says where items go on", "such as {OP30: 60 %, OP40: 40 %}")
    shares = {}
    for name, share in value.items():
        with inside(name):
            shares[str(name)] = float(SHARE.read(share, context))
    total = sum(shares.values())
    if abs(total - 1.0) > NEARLY:
        missing = f"give the other {1 - total:.4g} of them a way, `out` for those finished"
        hint = missing.replace(f"{1 - total:.4g}", f"{(1 - total) * 100:.4g} %")
        if total > 1:
            hint = "the shares are those of all items that get here"
        raise refuse("V381", f"the shares add up to {total * 100:.6g} %, not 100 %", hint)
    return shares


_ONE_IN = re.compile(r"\s*1\s*/\s*(\d{1,9})\s*\Z")


def _sample(value: Any, context: Mapping[str, Any]) -> int:
    """``1/10`` -> 10."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
        return value
    found = _ONE_IN.match(value) if isinstance(value, str) else None
    if found is None or int(found[1]) == 0:
        raise refuse("V203", f"'{value}' is no part of the items", "every tenth item is `1/10`")
    return int(found[1])


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast intervals pass, again and again: from each start (s from the beginning of the
    period) on at that whole percentage. ``weekly`` periods begin on a Monday.
    """

    period: float
    steps: tuple[tuple[float, int], ...]
    weekly: bool = False


_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CLOCK = re.compile(rf"(?:({'|'.join(_DAYS)})\s+)?(\d{{1,2}}):(\d{{2}})\Z", re.IGNORECASE)
_SAMPLE_PACE: Final = 'such as {"06:00": 150 %, "22:00": 20 %}'
_LONGEST_PERIOD: Final = 366 * DAY_S
_MOST_PERCENT: Final = 10_000


def _pace(value: Any, context: Mapping[str, Any]) -> Pace:
    if isinstance(value, Pace):
        return value
    if not isinstance(value, Mapping):
        raise refuse("V124", "a busy time is a mapping: from when on how fast", _SAMPLE_PACE)
    found: dict[float, int] = {}
    weekly = 0
    for key, written in value.items():
        if key == "period":
            continue
        with inside(key):
            start, of_week = _start(str(key), context)
            weekly += of_week
            if start in found:
                raise refuse("V382", f"'{key}' is there twice", "one percentage from each time on")
            found[start] = _percent(written, context)
    if not found:
        raise refuse("V117", "says nothing of how busy it is", _SAMPLE_PACE)
    if weekly not in (0, len(found)):
        hint = 'write the day at every time, such as "mon 06:00"'
        raise refuse("V382", "some times have a day of the week, some have none", hint)
    period = 7.0 * DAY_S if weekly else float(DAY_S)
    if "period" in value:
        with inside("period"):
            period = _period(value["period"], bool(weekly), context)
    late = [start for start in found if start >= period]
    if late:
        raise refuse("V382", "a time lies behind the end of the period", "write a longer `period:`")
    if not any(found.values()):
        hint = "some time must be busy, or nothing ever comes"
        raise refuse("V382", "nothing comes at any time", hint)
    return Pace(period, tuple(sorted(found.items())), bool(weekly))


def _start(key: str, context: Mapping[str, Any]) -> tuple[float, bool]:
    """Seconds from the beginning of the period, and whether a day of the week was said."""
    clock = _CLOCK.match(key.strip())
    if clock is None:
        if not re.match(r"\s*\d", key):
            hint = 'such as "06:00", "sat 06:00", or a time since the start such as "4 h"'
            raise refuse("V206", f"'{key}' is no time of day", hint)
        return float(DURATION.read(key, context)), False
    day, hours, minutes = clock.groups()
    if int(hours) > 23 or int(minutes) > 59:
        raise refuse("V206", f"'{key}' is no time of day", 'the day runs from "00:00" to "23:59"')
    days = _DAYS.index(day.lower()) if day else 0
    return float(days * DAY_S + int(hours) * 3600 + int(minutes) * 60), day is not None


def _percent(written: Any, context: Mapping[str, Any]) -> int:
    percent = float(PERCENT.read(written, context)) * 100
    whole = round(percent)
    if abs(percent - whole) > NEARLY * 100:
        raise refuse("V382", f"'{written}' is no whole percentage", "such as 150 %")
    if whole > _MOST_PERCENT:
        raise refuse("V382", f"'{written}' is more than {_MOST_PERCENT} %", "shorten `every:`")
    return whole


def _period(written: Any, weekly: bool, context: Mapping[str, Any]) -> float:
    period = float(DURATION.read(written, context))
    if weekly and period != 7 * DAY_S:
        raise refuse("V382", "times with a day of the week repeat every week", "leave it out")
    if not 60 <= period <= _LONGEST_PERIOD:
        raise refuse("V382", "a period lasts from 1 min to 366 d", "such as 1 d")
    return period


@dataclass(frozen=True, slots=True)
class End:
    """What ends a run: all orders done, or so many good ``pieces`` of one product or of all."""

    pieces: int | None = None  # None: all orders done
    product: str | None = None


_ENDS: Final = "`orders_done`, `{good: 500 pieces}` or `{good: 500 pieces, product: …}`"


def _end(value: Any, context: Mapping[str, Any]) -> tuple[End, ...]:
    if isinstance(value, list | tuple):
        ends: list[End] = []
        for position, item in enumerate(value):
            with inside(position):
                ends += item if isinstance(item, tuple) else [_one_end(item, context)]
        return tuple(ends)
    return (_one_end(value, context),)


def _one_end(value: Any, context: Mapping[str, Any]) -> End:
    if isinstance(value, End):
        return value
    if value == "orders_done":
        return End()
    if not isinstance(value, Mapping) or "good" not in value or set(value) - {"good", "product"}:
        raise refuse("V204", "no such end of a run", f"one of {_ENDS}")
    with inside("good"):
        pieces = int(COUNT.read(value["good"], context))
    product = value.get("product")
    if product is not None and not isinstance(product, str):
        with inside("product"):
            raise refuse("V124", "the name of one product is due here")
    return End(pieces, product)


_STRING: Final = {"type": "string"}
_SHARES: Final = {"type": "object", "additionalProperties": _STRING, "minProperties": 1}
NextSteps = Annotated[
    dict[str, float],
    Reading(
        _next,
        {},
        {
            "anyOf": [_STRING, _SHARES],
            "description": "the operation items go on to, or each with its share; out: finished",
            "examples": ["OP40", {"OP30": "60 %", "OP40": "40 %"}],
        },
    ),
]
SampleOf = Annotated[
    int,
    Reading(
        _sample, 1,
        {"type": "string", "description": "part of the items that stop here", "examples": ["1/10"]},
    ),
]  # fmt: skip
BusyTimes = Annotated[
    Pace,
    Reading(
        _pace,
        Pace(float(DAY_S), ((0.0, 100),)),
        {
            "type": "object",
            "properties": {"period": _STRING},
            "additionalProperties": _STRING,
            "description": "from each time on, how fast intervals pass; repeated every period",
            "examples": [{"06:00": "150 %", "22:00": "20 %"}],
        },
    ),
]
Ends = Annotated[
    tuple[End, ...],
    Reading(
        _end,
        (),
        {
            "anyOf": [
                {"const": "orders_done"},
                {"type": "object", "properties": {"good": {}, "product": _STRING}},
                {"type": "array"},
            ],
            "description": "what ends a run before its horizon",
            "examples": ["orders_done", {"good": "500 pieces"}],
        },
    ),
]

#: What stands for "as the route says".
ANY: Final = "any"
#: Key of what is said without naming a step.
EVERY_STEP: Final = ""
_WHERE: Final = "such as mill-1, or {OP10: mill-1, OP20: [mill-2, mill-3]}"


def _made_on(value: Any, context: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Step -> equipment entries or machines; a name or list alone is meant for every step."""
    if not isinstance(value, Mapping):
        return {EVERY_STEP: _machines(value)}
    if not value:
        raise refuse("V117", "names no step", _WHERE)
    return {str(step): _machines(names) for step, names in value.items()}


def _machines(value: Any) -> tuple[str, ...]:
    given = value if isinstance(value, list | tuple) else [value]
    if not given or not all(isinstance(name, str) and name for name in given):
        raise refuse("V124", "a machine or a list of machines is due here", _WHERE)
    return tuple(given)


def read_machines(cell: str) -> dict[str, tuple[str, ...]]:
    """A table's cell: ``mill-1``, ``mill-1|mill-2`` or ``OP10=mill-1; OP20=mill-2``."""
    found: dict[str, tuple[str, ...]] = {}
    for part in cell.split(";"):
        step, equals, names = part.rpartition("=")
        if part.strip():
            listed = tuple(name.strip() for name in names.split("|"))
            found[step.strip() if equals else EVERY_STEP] = listed
    return found


_ONE_OR_MORE: Final = {"anyOf": [_STRING, {"type": "array", "items": _STRING, "minItems": 1}]}
MadeOn = Annotated[
    dict[str, tuple[str, ...]],
    Reading(
        _made_on,
        {},
        {
            "anyOf": [
                *_ONE_OR_MORE["anyOf"],
                {"type": "object", "additionalProperties": _ONE_OR_MORE},
            ],
            "description": "machines by step, or for each step that they can do",
            "examples": ["mill-1", {"OP10": "mill-1"}],
        },
    ),
]

_WITH: Final = "such as mould-2, or {OP10: mould-2, OP20: mould-5}"


def _made_with(value: Any, context: Mapping[str, Any]) -> dict[str, str]:
    """Step -> tool; a name alone is meant for the step that can be made with it."""
    if isinstance(value, str) and value:
        return {EVERY_STEP: value}
    if not isinstance(value, Mapping):
        raise refuse("V124", "a tool is due here, or a tool for each step", _WITH)
    if not value:
        raise refuse("V117", "names no step", _WITH)
    if not all(isinstance(name, str) and name for name in value.values()):
        raise refuse("V124", "one tool is due for each step", _WITH)
    return {str(step): name for step, name in value.items()}


def read_tools(cell: str) -> dict[str, str]:
    """A table's cell: ``mould-2`` or ``OP10=mould-2; OP20=mould-5``."""
    found: dict[str, str] = {}
    for part in cell.split(";"):
        step, equals, name = part.rpartition("=")
        if part.strip():
            found[step.strip() if equals else EVERY_STEP] = name.strip()
    return found


MadeWith = Annotated[
    dict[str, str],
    Reading(
        _made_with,
        {},
        {
            "anyOf": [_STRING, {"type": "object", "additionalProperties": _STRING}],
            "description": "tool by step, or for the step that can be made with it",
            "examples": ["mould-2", {"OP10": "mould-2"}],
        },
    ),
]
