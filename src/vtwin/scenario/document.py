"""What a scenario file may say, version 1: a frozen pydantic schema, exported as JSON Schema.

Values arrive as the text that was written (:mod:`vtwin.scenario.tree`); every quantity
carries its unit. Equipment entries and route steps may hold further keys: those of the
equipment's family, which the family itself validates.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from vtwin.base.draws import Distribution
from vtwin.plant.quantities import (
    DISTRIBUTIONS,
    LENGTH,
    REPLICATIONS,
    Count,
    Duration,
    Heads,
    Machines,
    Money,
    PositiveDuration,
    Power,
    PricePerArea,
    PricePerHour,
    PricePerKWh,
    RandomTime,
    Rate,
    Reading,
    Scale,
    Seed,
    Share,
    Whole,
    inside,
    is_distribution,
    plain_number,
    random_time,
    random_time_schema,
    refuse,
)

VERSION: Final = 1

#: Words of the language's plan that no engine can play yet.
NOT_YET: Final[dict[str, str]] = {
    "batch": "machines that work on several items at once",
    "sample": "inspecting only some items",
    "rework": "sending items back",
    "parts": "assembly",
    "transport": "vehicles and conveyors between machines",
    "network": "vehicles and conveyors between machines",
    "tends": "one operator attending several machines at once",
    "reallocate": "searching for the best reallocation",
    "absence": "absence of people",
    "wip": "the price of work in process",
    "dies": "tool wear on presses",
    "life": "tool wear",
}


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


def _names(value: Any, context: Mapping[str, Any]) -> tuple[str, ...]:
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
            found.append(_names(item, context))
    return tuple(found)


def _skills(value: Any, context: Mapping[str, Any]) -> dict[str, float]:
    if isinstance(value, Mapping):
        speeds = {}
        for skill, speed in value.items():
            with inside(skill):
                speeds[str(skill)] = plain_number(speed, "0.8", above_zero=True)
        return speeds
    if value is None or value == []:
        return {}
    return dict.fromkeys(_names(value, context), 1.0)


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
Day = Annotated[
    dt.date,
    Reading(_date, dt.date(2026, 1, 1), {"type": "string", "description": "year-month-day"}),
]
Windows = Annotated[tuple[tuple[int, int], ...], Reading(_windows, (), _WINDOWS_SCHEMA)]
Names = Annotated[tuple[str, ...], Reading(_names, (), _NAMES_SCHEMA)]
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
Skills = Annotated[
    dict[str, float],
    Reading(
        _skills,
        {},
        {
            "anyOf": [
                {"type": "array", "items": _STRING},
                {"type": "object", "additionalProperties": {"type": ["number", "string"]}},
            ],
            "description": "a list of skills, or each skill with its speed (1.0: standard)",
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


class Written(BaseModel):
    """Base of everything in a scenario: frozen, and unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class WithFamilyKeys(Written):
    """May hold the keys of an equipment family, which the family validates."""

    model_config = ConfigDict(frozen=True, extra="allow", arbitrary_types_allowed=True)


class Run(Written):
    """How long a run is, and how often it is repeated."""

    horizon: PositiveDuration = Field(description="length of a run")
    warmup: Duration = Field(default=0.0, description="not measured at the beginning")
    replications: Replications = Field(default=10, description="independent runs, or auto")
    seed: Seed = Field(default=1, description="same seed, same random numbers")
    start: Day | None = Field(
        default=None, description="local date of the first day; tick 0 is its midnight"
    )
    bin: PositiveDuration | None = Field(default=None, description="width of the time series")
    grant: Literal["closest_to_done", "longest_wait", "downstream_first"] = Field(
        default="closest_to_done", description="who gets the next free person"
    )


class CalendarEntry(Written):
    """Working hours by day of the week (mon-fri, sat, daily …), breaks and exceptions."""

    model_config = ConfigDict(frozen=True, extra="allow", arbitrary_types_allowed=True)
    __pydantic_extra__: dict[str, Windows] = Field(init=False)

    breaks: Windows = Field(default=(), description="taken out of every day")
    holidays: tuple[Day, ...] = Field(default=(), description="dates on which no shift starts")
    days: dict[Day, Windows] = Field(default={}, description="dates with hours of their own")


class StepEntry(WithFamilyKeys):
    """One step of a route."""

    op: str | None = Field(
        default=None, description="name of the operation; default: the machine's"
    )
    on: Names | None = Field(
        default=None, description="equipment that can do it; default: the tool's"
    )
    cycle: Cycle | None = Field(
        default=None, description="time per cycle; default: tool or equipment"
    )
    planned: PositiveDuration | None = Field(
        default=None, description="planned time per cycle for OEE; default: the mean of the cycle"
    )
    cavities: Count | None = Field(default=None, description="pieces made per cycle")
    scrap: Share | None = Field(default=None, description="share of pieces scrapped")
    operator: str | None = Field(default=None, description="skill that attends the whole operation")
    tool: str | None = Field(default=None, description="tool that must be mounted")
    setup: str | None = Field(
        default=None,
        description="what the machine is set up for; default: the tool, else the product",
    )


def _step_from_name(value: Any) -> Any:
    return {"on": value} if isinstance(value, str) else value


RouteStep = Annotated[StepEntry, BeforeValidator(_step_from_name)]


class ProductEntry(Written):
    """Something that is made."""

    name: str | None = Field(default=None, description="label shown to people")
    route: tuple[RouteStep, ...] | None = Field(
        default=None, description="steps in order; default: the line"
    )
    lot: Count = Field(default=1, description="pieces that move as one item")
    material: Money | None = Field(default=None, description="cost per piece started")
    target: Rate | None = Field(default=None, description="good pieces wanted per time")


class OrderEntry(Written):
    """What is let into the plant: endless release, one order, or a table of orders."""

    product: str | None = Field(default=None, description="what is ordered")
    order: str | None = Field(default=None, description="the order's own name")
    every: RandomTime | None = Field(default=None, description="time between arrivals")
    saturated: Truth = Field(default=False, description="always one more item waiting")
    conwip: Count | None = Field(default=None, description="items kept in the plant")
    quantity: Count | None = Field(default=None, description="good pieces wanted, once")
    release: When | None = Field(default=None, description="when it may start; default: the start")
    due: When | None = Field(default=None, description="when it is due")
    priority: Whole = Field(default=0, description="larger goes first under `dispatch: priority`")
    lot: Count | None = Field(
        default=None, description="pieces per item; default: the product's lot"
    )
    replace_scrap: Truth = Field(
        default=True, description="make up for scrapped pieces; default: true"
    )
    table: str | None = Field(default=None, description="CSV file of orders")


class ToolEntry(Written):
    """A mould, die or fixture that must be on a machine for an operation."""

    name: str | None = Field(default=None, description="label shown to people")
    count: Count = Field(default=1, description="how many exist")
    on: Names | None = Field(default=None, description="equipment it fits")
    cavities: Count | None = Field(default=None, description="pieces made per cycle")
    cycle: Cycle | None = Field(default=None, description="time per cycle (shot, stroke)")
    planned: PositiveDuration | None = Field(default=None, description="planned time per cycle")
    scrap: Share | None = Field(default=None, description="share of pieces scrapped")
    at_start: Names | None = Field(default=None, description="where it is mounted at the start")


class FailureEntry(Written):
    """One way a machine fails."""

    after: RandomTime = Field(description="time to failure on the clock")
    clock: Literal["operating", "calendar"] = Field(default="operating", description="what ages it")
    repair: RandomTime = Field(description="time to repair")
    by: str | None = Field(
        default=None, description="skill of the repairer; default: nobody needed"
    )
    part: Literal["kept", "reworked", "scrapped"] = Field(
        default="kept", description="what happens to the item in work"
    )


class SetupEntry(Written):
    """Set-ups between different products, tools or set-up names."""

    time: RandomTime | None = Field(default=None, description="between any two different ones")
    matrix: str | None = Field(default=None, description="CSV file: from \\ to, times with units")
    scale: Scale = Field(default=1.0, description="share of the times that remains")
    by: str | None = Field(default=None, description="skill of the setter; default: nobody needed")
    at_start: str | None = Field(
        default=None, description="what the machine is set up for at first"
    )


class PowerEntry(Written):
    """Electrical power by state; a state not given has that of `idle`, off shift none."""

    working: Power | None = None
    idle: Power | None = None
    setup: Power | None = None
    waiting_operator: Power | None = None
    blocked: Power | None = None
    starved: Power | None = None
    down: Power | None = None
    planned_stop: Power | None = None


class EquipmentEntry(WithFamilyKeys):
    """A machine, a group of equal machines, or a buffer."""

    model: str | None = Field(
        default=None, description="equipment model: family/name from the library"
    )
    name: str | None = Field(default=None, description="label shown to people")
    count: Machines = Field(default=1, description="how many equal machines")
    cycle: RandomTime | None = Field(default=None, description="time per cycle of a plain station")
    capacity: Places | None = Field(default=None, description="places of a buffer")
    input: Places | None = Field(default=None, description="places in front; default: unlimited")
    output: Places | None = Field(default=None, description="places behind; default: none")
    scrap: Share | None = Field(default=None, description="share of pieces scrapped")
    calendar: str | None = Field(default=None, description="working hours; default: always")
    shift_end: Literal["pause", "finish"] = Field(
        default="pause", description="what happens to the work in hand at the end of a shift"
    )
    dispatch: Literal["fifo", "edd", "spt", "least_setup", "priority"] | None = Field(
        default=None, description="who goes first; default: fifo"
    )
    failures: dict[str, FailureEntry] = Field(default={}, description="ways to fail, by name")
    setup: SetupEntry | None = Field(default=None, description="set-ups")
    operator: str | None = Field(default=None, description="skill that attends every operation")
    power: PowerEntry | None = Field(default=None, description="electrical power by state")
    cost: PricePerHour | None = Field(default=None, description="cost per hour of existing")
    at: Point | None = Field(default=None, description="place on the floor (left, top)")
    size: Point | None = Field(default=None, description="footprint (width, depth)")
    area: str | None = Field(default=None, description="area of the layout it stands in")


class PeopleEntry(Written):
    """A group of people alike."""

    name: str | None = Field(default=None, description="label shown to people")
    count: Heads = Field(default=1, description="how many")
    skills: Skills = Field(default={}, description="what they can do, and how fast")
    calendar: str | None = Field(default=None, description="working hours; default: always")
    shift_end: Literal["pause", "finish"] = Field(
        default="finish", description="what happens to the task in hand at the end of a shift"
    )
    cost: PricePerHour | None = Field(default=None, description="cost per hour on duty")


class Costs(Written):
    """Prices."""

    energy: PricePerKWh | None = Field(default=None, description="per kWh")
    floor: PricePerArea | None = Field(default=None, description="per m2 and month")


class Targets(Written):
    """What the plant wants to reach: shown beside the figures, no part of the simulation."""

    good_per_day: Rate | None = Field(
        default=None, description="good pieces of all; default: the products' sum, if each has one"
    )
    on_time: Share | None = Field(default=None, description="share of orders on time")
    oee: Share | None = Field(default=None, description="overall equipment effectiveness")
    lead_time: PositiveDuration | None = Field(default=None, description="mean lead time")
    wip: Count | None = Field(default=None, description="pieces in process")
    unit_cost: Money | None = Field(default=None, description="cost per good piece")


class AreaEntry(Written):
    """A named area of the floor."""

    name: str | None = None
    at: Point
    size: Point


class LayoutEntry(Written):
    """The floor, for the map."""

    floor: Point | None = Field(default=None, description="width and depth")
    image: str | None = Field(default=None, description="picture of the floor")
    areas: dict[str, AreaEntry] = Field(default={}, description="named areas")
    illustrative: Truth = Field(default=False, description="positions are not measured")


class VariantEntry(Written):
    """A what-if: what is different from the scenario."""

    description: str | None = Field(default=None, description="what it is about")
    set: dict[str, Any] = Field(default={}, description="dotted path: new value")
    remove: tuple[str, ...] = Field(default=(), description="dotted paths")


class Document(Written):
    """A scenario."""

    vtwin: Version = Field(description="version of the language: 1")
    name: str = Field(description="name shown to people")
    description: str | None = Field(default=None, description="what it is about")
    run: Run
    currency: str | None = Field(default=None, description="ISO letters, such as KRW", max_length=3)
    calendars: dict[str, CalendarEntry] = {}
    products: dict[str, ProductEntry] = {}
    orders: tuple[OrderEntry, ...] = Field(
        default=(), description="what is let in; a line without any is saturated"
    )
    line: Line | None = Field(default=None, description="short form: stations and buffers in order")
    tools: dict[str, ToolEntry] = {}
    equipment: dict[str, EquipmentEntry]
    people: dict[str, PeopleEntry] = {}
    costs: Costs = Costs()
    targets: Targets = Targets()
    layout: LayoutEntry | None = None
    history: dict[str, Any] = Field(default={}, description="what the twin was learned from")
    variants: dict[str, VariantEntry] = Field(default={}, description="named what-ifs")


def json_schema() -> dict[str, Any]:
    """JSON Schema of a scenario file, for editors: completion and checks while typing."""
    schema = Document.model_json_schema()
    properties = schema["properties"]
    properties["extends"] = {
        "type": "string",
        "description": "file this one is based on; this file's keys overlay it",
    }
    properties["set"] = {
        "type": "object",
        "description": "dotted path: new value, applied to the base",
    }
    properties["remove"] = {
        "type": "array",
        "items": {"type": "string"},
        "description": "dotted paths taken out of the base",
    }
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = f"vtwin scenario, version {VERSION}"
    # A file that extends another may leave out what the other says.
    schema["required"] = ["vtwin"]
    return schema


__all__ = ["NOT_YET", "Document", "Moment", "json_schema", "read_moment"]
