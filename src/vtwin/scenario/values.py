"""How single values of a scenario file are read: moments, hours, lists of names, places, points.

Each reader takes the text that was written and raises ``ValueError`` in the planner's words.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, NamedTuple

from vtwin.base.draws import Distribution
from vtwin.base.errors import did_you_mean
from vtwin.people.levels import WORDS as LEVEL_WORDS
from vtwin.people.levels import Level
from vtwin.plant.quantities import (
    COUNT,
    DISTRIBUTIONS,
    DURATION,
    LENGTH,
    POWER,
    REPLICATIONS,
    Reading,
    inside,
    is_distribution,
    plain_number,
    random_time,
    random_time_schema,
    refuse,
)

#: Version of the language.
VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time: ``after`` seconds from the start of the run, or a local date and time;
    ``whole_day`` when only the day was written.
    """

    after: float | None = None
    date: dt.datetime | None = None
    whole_day: bool = False


_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2}))?)?\Z")


def read_moment(text: str) -> Moment | None:
    """The moment an ISO date (with or without a time of day) names; None if it is no such."""
    found = _DATE.match(text.strip())
    if not found:
        return None
    numbers = [int(part) for part in found.groups(default="0")]
    try:
        return Moment(date=dt.datetime(*numbers), whole_day=found[4] is None)  # type: ignore[arg-type]
    except ValueError:
        return None


def _moment(value: Any, context: Mapping[str, Any]) -> Moment:
    if isinstance(value, Moment):
        return value
    if isinstance(value, str):
        moment = read_moment(value)
        if moment is not None:
            return moment
        if re.search(r"\d[-./]\d+[-./]\d", value):
            hint = "write year-month-day: 2026-03-31, or '2026-03-31 14:00'"
            raise refuse("V205", f"'{value}' is not a date vtwin reads", hint)
    constant = random_time(value, context)
    if constant.kind != "constant":
        raise refuse("V205", "a date or a duration is due here, not a random time")
    return Moment(after=constant.mean)


def _date(value: Any, context: Mapping[str, Any]) -> dt.date:
    moment = read_moment(value) if isinstance(value, str) else None
    if moment is None or moment.date is None or not moment.whole_day:
        raise refuse("V205", f"'{value}' is not a date", "write year-month-day: 2026-03-31")
    return moment.date.date()


_CLOCK = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})\Z")
DAY_S: Final = 86_400


def _window(value: Any) -> tuple[int, int]:
    found = _CLOCK.match(value.strip()) if isinstance(value, str) else None
    if not found:
        raise refuse("V206", f"'{value}' is not a time window", 'write "06:00-14:00"')
    h1, m1, h2, m2 = (int(part) for part in found.groups())
    start, end = h1 * 3600 + m1 * 60, h2 * 3600 + m2 * 60
    if max(m1, m2) > 59 or start >= DAY_S or end > DAY_S:
        raise refuse("V206", f"'{value}' is no time of day", 'the day runs from "00:00-24:00"')
    if start == end:
        raise refuse("V206", f"'{value}' has no length", 'a whole day is "00:00-24:00"')
    return start, end if end > start else end + DAY_S


def _windows(value: Any, context: Mapping[str, Any]) -> tuple[tuple[int, int], ...]:
    if value is None or value in ("closed", "none"):
        return ()
    if value == "always":
        return ((0, DAY_S),)
    if not isinstance(value, list | tuple):
        return (_window(value),)
    found = []
    for position, item in enumerate(value):
        with inside(position):
            found.append(item if isinstance(item, tuple) else _window(item))
    return tuple(found)


def _night(value: Any, context: Mapping[str, Any]) -> tuple[int, int]:
    return value if isinstance(value, tuple) else _window(value)


def read_names(value: Any, context: Mapping[str, Any]) -> tuple[str, ...]:
    """One name or a list of names."""
    given = value if isinstance(value, list | tuple) else [value]
    for item in given:
        if not isinstance(item, str) or not item:
            raise refuse("V124", "a name or a list of names is due here", "such as [M1, M2]")
    if not given:
        raise refuse("V117", "names nothing", "such as [M1, M2]")
    return tuple(given)


def _line(value: Any, context: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
    if not isinstance(value, list | tuple) or not value:
        raise refuse("V124", "a line is a list of stations and buffers", "such as [s1, b1, s2]")
    found = []
    for position, item in enumerate(value):
        with inside(position):
            found.append(read_names(item, context))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Learns:
    """How a skill is learned: up to a level or speed, by ``half`` (units) or ``rate``."""

    to: str | float
    half: int | None = None
    rate: float | None = None
    alone: int = 0
    beside: int = 1


@dataclass(frozen=True, slots=True)
class Skill:
    """How well somebody can do something: a level, a speed, or both."""

    speed: float | None = None
    level: str | None = None
    learns: Learns | None = None


_LEVEL_LIST: Final = ", ".join(f"{level.value} {level.word}" for level in Level)
_SKILL_HINT: Final = "such as 0.8, expert or {level: novice, learns: {to: trained, half: 40}}"
_LEARNS: Final = ("to", "half", "rate", "alone_after", "beside")
_MOST_UNITS: Final = 10**6


def _level(value: Any) -> str:
    """A level by its word or number."""
    text = str(value).strip()
    if text in LEVEL_WORDS:
        return text
    if text.lstrip("+-").isdigit():
        if 1 <= int(text) <= len(LEVEL_WORDS):
            return LEVEL_WORDS[int(text) - 1]
        what = f"'{text}' is outside the levels 1 to {len(LEVEL_WORDS)}"
        raise refuse("V203", what, f"they are {_LEVEL_LIST}")
    hint = did_you_mean(text, LEVEL_WORDS) or f"they are {_LEVEL_LIST}"
    raise refuse("V204", f"'{text}' is no level of a skill", hint)


def _skills(value: Any, context: Mapping[str, Any]) -> dict[str, Skill]:
    if isinstance(value, Mapping):
        skills = {}
        for skill, said in value.items():
            with inside(skill):
                skills[str(skill)] = _skill(said, context)
        return skills
    if value is None or value == []:
        return {}
    return dict.fromkeys(read_names(value, context), Skill())


def _skill(value: Any, context: Mapping[str, Any]) -> Skill:
    if isinstance(value, Skill):
        return value
    if not isinstance(value, Mapping):
        word = isinstance(value, str) and value.strip()[:1].isalpha()
        if word:
            return Skill(level=_level(value))
        return Skill(speed=plain_number(value, "0.8", above_zero=True))
    for key in value:
        if key not in ("level", "speed", "learns"):
            with inside(key):
                raise refuse("V115", f"unknown key '{key}'", _SKILL_HINT)
    with inside("speed"):
        speed = plain_number(value["speed"], "0.8", above_zero=True) if "speed" in value else None
    with inside("level"):
        level = _level(value["level"]) if "level" in value else None
    with inside("learns"):
        return Skill(speed, level, _learns(value["learns"], context) if "learns" in value else None)


def _learns(value: Any, context: Mapping[str, Any]) -> Learns:
    if not isinstance(value, Mapping):
        raise refuse(
            "V124", "how a skill is learned is a mapping", "such as {to: trained, half: 40}"
        )
    for key in value:
        if key not in _LEARNS:
            with inside(key):
                hint = did_you_mean(str(key), _LEARNS) or "known: " + ", ".join(_LEARNS)
                raise refuse("V115", f"unknown key '{key}'", hint)
    if ("half" in value) == ("rate" in value):
        what = "learning takes one of `half` and `rate`"
        hint = "half: 40 (after 40 pieces half of the gap is closed), or rate: 85 % (per doubling)"
        raise refuse("V378", what, hint)
    to: str | float = "trained"
    with inside("to"):
        said = value.get("to", to)
        word = isinstance(said, str) and said.strip()[:1].isalpha()
        to = _level(said) if word else plain_number(said, "1.0", above_zero=True)
    with inside("half"):
        half = _units(value["half"], context, least=1) if "half" in value else None
    with inside("rate"):
        rate = plain_number(value["rate"], "85 %") if "rate" in value else None
        if rate is not None and not 0.5 <= rate < 1.0:
            what = f"'{value['rate']}' is outside 50 % to 99 %"
            raise refuse("V203", what, "85 %: each doubling of the pieces takes 85 % of the time")
    with inside("alone_after"):
        alone = _units(value.get("alone_after", 0), context, least=0)
    with inside("beside"):
        beside = _units(value.get("beside", 1), context, least=1, most=100)
    return Learns(to, half, rate, alone, beside)


def _units(value: Any, context: Mapping[str, Any], *, least: int, most: int = _MOST_UNITS) -> int:
    """A number of pieces, set-ups or repairs."""
    number = plain_number(str(value).removesuffix("pieces").strip(), "40")
    if number != int(number) or not least <= number <= most:
        raise refuse("V203", f"'{value}' is no whole number from {least} to {most:,}", "such as 40")
    return int(number)


@dataclass(frozen=True, slots=True)
class Crew:
    """Who is needed for something: so many people with one skill, at a level at least."""

    of: str
    people: int = 1
    level: str | None = None

    @property
    def skill(self) -> str:
        """What is wanted, by one name."""
        return f"{self.of} ({self.level})" if self.level else self.of


_CREW_HINT: Final = "such as load, or {skill: load, people: 2, level: expert}"


def _crew(value: Any, context: Mapping[str, Any]) -> Crew:
    if isinstance(value, str) and value:
        return Crew(value)
    if not isinstance(value, Mapping):
        raise refuse("V124", "a skill is due here", _CREW_HINT)
    for key in value:
        if key not in ("skill", "people", "level"):
            with inside(key):
                raise refuse("V115", f"unknown key '{key}'", _CREW_HINT)
    skill = value.get("skill")
    if not isinstance(skill, str) or not skill:
        raise refuse("V117", "says no skill", _CREW_HINT)
    with inside("level"):
        level = _level(value["level"]) if "level" in value else None
    with inside("people"):
        return Crew(skill, COUNT.read(value.get("people", 1), context), level)


def _places(value: Any, context: Mapping[str, Any]) -> int | None:
    """Places of a buffer; None: as many as are wanted."""
    if value is None or value == "unlimited":
        return None
    number = plain_number(value, "5") if not str(value).endswith("places") else None
    if number is None:
        number = plain_number(str(value).removesuffix("places").strip(), "5")
    if number != int(number):
        raise refuse("V203", f"'{value}' is not a whole number of places", "such as 5")
    return int(number)


def _point(value: Any, context: Mapping[str, Any]) -> tuple[float, float]:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise refuse("V124", "two lengths are due here", "such as [4 m, 2 m]")
    found = []
    for position, item in enumerate(value):
        with inside(position):
            found.append(float(LENGTH.read(item, context)))
    return found[0], found[1]


def _points(value: Any, context: Mapping[str, Any]) -> dict[str, tuple[float, float]]:
    if not isinstance(value, Mapping):
        raise refuse("V124", "named points are due here", "such as {A: [4 m, 2 m]}")
    found = {}
    for name, point in value.items():
        with inside(name):
            found[str(name)] = _point(point, context)
    return found


def _cycle(value: Any, context: Mapping[str, Any]) -> Distribution | dict[str, Distribution]:
    if not isinstance(value, Mapping) or is_distribution(value) or set(value) <= set(DISTRIBUTIONS):
        return random_time(value, context)
    first = next(iter(value.values()))
    if len(value) == 1 and isinstance(first, Mapping) and not is_distribution(first):
        return random_time(value, context)  # a misspelt distribution, not a machine
    found = {}
    for machine, time in value.items():
        with inside(machine):
            found[str(machine)] = random_time(time, context)
    return found


class Life(NamedTuple):
    """How long something lasts: cycles (strokes, shots), or pieces."""

    number: int
    pieces: bool


class Start(NamedTuple):
    """What a machine draws while it starts up, and for how long."""

    kw: float
    seconds: float


_CYCLES: Final = ("cycles", "cycle", "strokes", "stroke", "shots", "shot")
_PIECES: Final = ("pieces", "piece", "parts", "part", "pcs", "ea")
_LIFE: Final = re.compile(r"([\d ,_]*\d)\s*([A-Za-z]+)\Z")


def _life(value: Any, context: Mapping[str, Any]) -> Life:
    if isinstance(value, Life):
        return value
    text = str(value).strip()
    found = _LIFE.match(text) if isinstance(value, str) else None
    word = found[2].lower() if found else ""
    if not found or word not in (*_CYCLES, *_PIECES):
        number = text if text.isdigit() else "80000"
        hint = f"say of what: `{number} strokes`, `{number} cycles` or `{number} pieces`"
        raise refuse("V201", f"'{text}' is no number of cycles or pieces", hint)
    if not found[1].isdigit():
        hint = f"write {re.sub('[ ,_]', '', found[1])} {found[2]}"
        raise refuse("V201", f"'{text}' has separators in its number", hint)
    if not 0 < int(found[1]) <= _LONGEST_LIFE:
        raise refuse("V203", f"'{text}' must be between 1 and {_LONGEST_LIFE:,}", "such as 80000")
    return Life(int(found[1]), word in _PIECES)


#: A thousand cycles a second for thirty years.
_LONGEST_LIFE: Final = 10**12


def _every(value: Any, context: Mapping[str, Any]) -> Distribution | Life:
    words = value.split() if isinstance(value, str) else []
    if words and words[-1].lower() in (*_CYCLES, *_PIECES):
        return _life(value, context)
    return value if isinstance(value, Life) else random_time(value, context)


_START: Final = re.compile(r"(.+?)\s+for\s+(.+)\Z")


def _start(value: Any, context: Mapping[str, Any]) -> Start:
    if isinstance(value, Start):
        return value
    found = _START.match(value.strip()) if isinstance(value, str) else None
    if not found:
        hint = "say how much for how long: `30 kW for 10 s`"
        raise refuse("V201", f"'{value}' is no start-up", hint)
    return Start(POWER.read(found[1], context), DURATION.read(found[2], context))


def _replications(value: Any, context: Mapping[str, Any]) -> int | Literal["auto"]:
    if value == "auto":
        return "auto"
    number: int = REPLICATIONS.read(value, context)
    return number


def _version(value: Any, context: Mapping[str, Any]) -> int:
    if str(value) != str(VERSION):
        hint = f"write `vtwin: {VERSION}`, or install a newer vtwin"
        raise refuse("V125", f"'{value}' is no version of the language", hint)
    return VERSION


def _truth(value: Any, context: Mapping[str, Any]) -> bool:
    if isinstance(value, bool):
        return value
    if str(value).lower() in ("true", "false"):
        return str(value).lower() == "true"
    raise refuse("V204", f"'{value}' must be true or false")


_STRING: Final = {"type": "string"}
_NAMES_SCHEMA: Final = {
    "anyOf": [_STRING, {"type": "array", "items": _STRING, "minItems": 1}],
    "description": "one name or a list of names",
}
_WINDOWS_SCHEMA: Final = {
    "anyOf": [_STRING, {"type": "array", "items": _STRING}, {"type": "null"}],
    "description": 'hours such as "06:00-14:00"; past midnight as "22:00-06:00"; [] is closed',
}
_POINT_SCHEMA: Final = {
    "type": "array",
    "items": _STRING,
    "minItems": 2,
    "maxItems": 2,
    "examples": [["4 m", "2 m"]],
}
_MOMENT_SCHEMA: Final = {
    "type": "string",
    "description": "a date (2026-03-31), a date and time ('2026-03-31 14:00') or a duration",
}

When = Annotated[Moment, Reading(_moment, Moment(after=0.0), _MOMENT_SCHEMA)]
DATE: Final = Reading(
    _date, dt.date(2026, 1, 1), {"type": "string", "description": "year-month-day"}
)
Day = Annotated[dt.date, DATE]
WINDOWS: Final = Reading(_windows, (), _WINDOWS_SCHEMA)
Windows = Annotated[tuple[tuple[int, int], ...], WINDOWS]
NightHours = Annotated[
    tuple[int, int], Reading(_night, (0, 0), {"type": "string", "examples": ["22:00-06:00"]})
]
Names = Annotated[tuple[str, ...], Reading(read_names, (), _NAMES_SCHEMA)]
Line = Annotated[
    tuple[tuple[str, ...], ...],
    Reading(
        _line,
        (),
        {
            "type": "array",
            "items": _NAMES_SCHEMA,
            "minItems": 1,
            "examples": [["s1", "b1", "s2"]],
        },
    ),
]
_LEVEL_SCHEMA: Final = {
    "anyOf": [{"enum": list(LEVEL_WORDS)}, {"type": "integer", "minimum": 1, "maximum": 4}]
}
_LEARNS_SCHEMA: Final = {
    "type": "object",
    "properties": {
        "to": {"type": ["string", "number"]},
        "half": {"type": ["integer", "string"]},
        "rate": {"type": ["number", "string"]},
        "alone_after": {"type": ["integer", "string"]},
        "beside": {"type": "integer", "minimum": 1},
    },
    "additionalProperties": False,
}
_SKILL_SCHEMA: Final = {
    "anyOf": [
        {"type": ["number", "string"]},
        {
            "type": "object",
            "properties": {
                "level": _LEVEL_SCHEMA,
                "speed": {"type": ["number", "string"]},
                "learns": _LEARNS_SCHEMA,
            },
            "additionalProperties": False,
        },
    ]
}
Skills = Annotated[
    dict[str, Skill],
    Reading(
        _skills,
        {},
        {
            "anyOf": [
                {"type": "array", "items": _STRING},
                {"type": "object", "additionalProperties": _SKILL_SCHEMA},
            ],
            "description": "a list of skills, or each skill with its speed (1.0: standard), its "
            "level (novice, trained, expert, trainer), or how it is learned",
        },
    ),
]
NeededCrew = Annotated[
    Crew,
    Reading(
        _crew,
        None,
        {
            "anyOf": [
                {"type": "string"},
                {
                    "type": "object",
                    "properties": {
                        "skill": {"type": "string"},
                        "people": {"type": "integer", "minimum": 1},
                        "level": _LEVEL_SCHEMA,
                    },
                    "required": ["skill"],
                    "additionalProperties": False,
                },
            ],
            "description": "a skill, or `{skill: load, people: 2, level: expert}`",
        },
    ),
]
Places = Annotated[
    int | None,
    Reading(
        _places,
        1,
        {
            "anyOf": [{"type": "integer", "minimum": 0}, {"const": "unlimited"}],
            "description": "places between machines, or unlimited",
        },
    ),
]
Point = Annotated[tuple[float, float], Reading(_point, (0.0, 0.0), _POINT_SCHEMA)]
Points = Annotated[
    dict[str, tuple[float, float]],
    Reading(
        _points,
        {},
        {
            "type": "object",
            "additionalProperties": _POINT_SCHEMA,
            "examples": [{"A": ["4 m", "2 m"]}],
            "description": "named points of the floor (left, top)",
        },
    ),
]
Cycle = Annotated[
    Distribution | dict[str, Distribution],
    Reading(
        _cycle,
        Distribution("constant", (1.0,)),
        {
            "anyOf": [
                random_time_schema(),
                {"type": "object", "additionalProperties": random_time_schema()},
            ],
            "description": "time per cycle; or one per machine, by the machine's name",
        },
    ),
]
_LIFE_SCHEMA: Final = {
    "type": "string",
    "description": "a number of cycles (strokes, shots) or pieces",
    "examples": ["80000 strokes", "120 pieces"],
}
LifeTime = Annotated[Life, Reading(_life, Life(1, False), _LIFE_SCHEMA)]
Every = Annotated[
    Distribution | Life,
    Reading(
        _every,
        Distribution("constant", (3.0e6,)),
        {"anyOf": [random_time_schema(), _LIFE_SCHEMA], "description": "a time, or cycles"},
    ),
]
StartUp = Annotated[
    Start,
    Reading(
        _start,
        Start(0.0, 0.0),
        {
            "type": "string",
            "description": "power for a time",
            "examples": ["30 kW for 10 s"],
        },
    ),
]
Replications = Annotated[
    int | Literal["auto"],
    Reading(
        _replications,
        10,
        {
            "anyOf": [{"type": "integer", "minimum": 1}, {"const": "auto"}],
            "description": "20 or auto",
        },
    ),
]
Version = Annotated[int, Reading(_version, VERSION, {"const": VERSION})]
Truth = Annotated[bool, Reading(_truth, True, {"type": "boolean"})]
