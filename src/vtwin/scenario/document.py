"""What a scenario file may say, version 1: a frozen pydantic schema, exported as JSON Schema.

Values arrive as the text that was written (:mod:`vtwin.scenario.tree`); every quantity
carries its unit. Equipment entries and route steps may hold further keys: those of the
equipment's family, which the family itself validates.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, ConfigDict, Field

from vtwin.plant.quantities import (
    Count,
    Duration,
    Energy,
    Heads,
    Length,
    Machines,
    Money,
    MovingSpeed,
    Number,
    PositiveDuration,
    Power,
    PricePerArea,
    PricePerHour,
    PricePerKWh,
    RandomTime,
    Rate,
    Scale,
    Seed,
    Share,
    Whole,
    within,
)
from vtwin.scenario.aisles import OneWayAisle
from vtwin.scenario.choices import BusyTimes, Ends, MadeOn, MadeWith, NextSteps, SampleOf
from vtwin.scenario.quality import MaterialOf, Scrap, TemplateOf
from vtwin.scenario.questions import ExperimentEntry, ReallocateEntry
from vtwin.scenario.tariffs import EnergyCost
from vtwin.scenario.values import (
    VERSION,
    Cycle,
    Day,
    Every,
    LifeTime,
    Line,
    Names,
    NeededCrew,
    NightHours,
    Places,
    Point,
    Points,
    Replications,
    Skills,
    StartUp,
    Truth,
    Version,
    When,
    Windows,
)
from vtwin.scenario.written import WithFamilyKeys, Written

#: Words of the language's plan that no engine can play yet.
NOT_YET: Final[dict[str, str]] = {
    "wip": "the price of work in process",
}


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
    demand: Duration = Field(
        default=900.0, description="width of the window whose mean is the peak power; 0 s: none"
    )
    stop: Ends = Field(default=(), description="what ends a run before its horizon")
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


class BatchEntry(Written):
    """Items that a machine takes and finishes together."""

    size: Count | None = Field(default=None, description="items it takes at most")
    at_least: Count | None = Field(
        default=None,
        description="items it begins with at least; default: 1 with a `wait`, else the size",
    )
    wait: Duration | None = Field(
        default=None,
        description="how long the first waits for the batch to fill; "
        "default: for ever, or not at all with `at_least`",
    )
    recipe: str | None = Field(
        default=None, description="steps with the same one at a machine go together"
    )


class ReworkEntry(Written):
    """Items that go back after a step."""

    to: str = Field(description="operation they go back to")
    chance: Share = Field(description="share of the items that go back")
    most: Whole | None = Field(
        default=None,
        description="how often one item may go back; then it is scrap; default: ever again",
    )


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
    scrap: Scrap | None = Field(
        default=None, description="share of pieces scrapped; or each cause with its share"
    )
    operator: NeededCrew | None = Field(
        default=None, description="who attends the whole operation, or its loading"
    )
    load: RandomTime | None = Field(
        default=None, description="time the operator loads; then the machine goes on alone"
    )
    rework: ReworkEntry | None = Field(default=None, description="items that go back after it")
    next: NextSteps | None = Field(
        default=None, description="where items go on; default: the next step of the route"
    )
    sample: SampleOf = Field(default=1, description="part of the items that stop here: 1/10")
    tool: str | None = Field(default=None, description="tool that must be mounted")
    other_tools: Names = Field(
        default=(), description="other tools it can be made with, where an order says so"
    )
    setup: str | None = Field(
        default=None,
        description="what the machine is set up for; default: the tool, else the product",
    )
    batch: BatchEntry | None = Field(default=None, description="done with other items together")
    kit: dict[str, Count] = Field(
        default={}, description="parts taken from stock: product and pieces per piece"
    )
    takes: Names = Field(default=(), description="carriers an item gets when this begins")
    returns: Names = Field(default=(), description="carriers it gives back when this ends")
    by: str | None = Field(
        default=None, description="transport that brings items here from the step before"
    )
    shelf_life: PositiveDuration | None = Field(
        default=None, description="how long an item may wait for it since the step before"
    )
    too_old: str | None = Field(
        default=None,
        description="step to which an item goes that waited longer; default: scrap",
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
    material: MaterialOf | None = Field(
        default=None, description="cost per piece started; or {cost, lot, name}: in lots"
    )
    template: TemplateOf | None = Field(
        default=None,
        description="process template the lots carry: material, composition, settings, property",
    )
    target: Rate | None = Field(default=None, description="good pieces wanted per time")
    parts: dict[str, Count] = Field(
        default={}, description="what the first step puts together: product and pieces per piece"
    )
    stock: Places | None = Field(
        default=None,
        description="places for finished pieces that wait for an assembly; default: unlimited",
    )


class OrderEntry(Written):
    """What is let into the plant: endless release, one order, or a table of orders."""

    product: str | None = Field(default=None, description="what is ordered")
    order: str | None = Field(
        default=None,
        description="the order's own name; without a product: changes that order of a table",
    )
    every: RandomTime | None = Field(default=None, description="time between arrivals")
    profile: BusyTimes | None = Field(
        default=None, description="busy and quiet times of `every:`; default: always alike"
    )
    saturated: Truth = Field(default=False, description="always one more item waiting")
    conwip: Count | None = Field(default=None, description="items kept in the plant")
    quantity: Count | None = Field(default=None, description="good pieces wanted, once")
    release: When | None = Field(default=None, description="when it may start; default: the start")
    due: When | None = Field(default=None, description="when it is due")
    priority: Whole = Field(default=0, description="larger goes first under `dispatch: priority`")
    on: MadeOn | None = Field(
        default=None, description="machines it is made on, by step; default: those of the route"
    )
    tool: MadeWith | None = Field(
        default=None, description="tool it is made with, by step; default: that of the route"
    )
    lot: Count | None = Field(
        default=None, description="pieces per item; default: the product's lot"
    )
    replace_scrap: Truth = Field(
        default=True, description="make up for scrapped pieces; default: true"
    )
    table: str | None = Field(default=None, description="CSV file of orders")


class DieEntry(Written):
    """A tool written at the equipment it fits."""

    name: str | None = Field(default=None, description="label shown to people")
    count: Count = Field(default=1, description="how many exist")
    cavities: Count | None = Field(default=None, description="pieces made per cycle")
    blocked: Whole = Field(default=0, description="cavities that are shut and make nothing")
    cycle: Cycle | None = Field(default=None, description="time per cycle (shot, stroke)")
    planned: PositiveDuration | None = Field(default=None, description="planned time per cycle")
    scrap: Scrap | None = Field(
        default=None, description="share of pieces scrapped; or each cause with its share"
    )
    at_start: Names | None = Field(default=None, description="where it is mounted at the start")
    life: LifeTime | None = Field(
        default=None, description="a worn copy leaves its machine to be renewed; default: for ever"
    )
    renew: RandomTime | None = Field(default=None, description="how long it is away then")
    by: str | None = Field(default=None, description="skill of who renews it; default: nobody")


class ToolEntry(DieEntry):
    """A mould, die or fixture that must be on a machine for an operation."""

    on: Names | None = Field(default=None, description="equipment it fits")


class CarrierEntry(Written):
    """Pallets, fixtures or baskets: a step takes one, a later step returns it."""

    name: str | None = Field(default=None, description="label shown to people")
    count: Count = Field(default=1, description="how many there are")


class FailureEntry(Written):
    """One way a machine fails."""

    after: RandomTime | None = Field(default=None, description="time to failure on the clock")
    clock: Literal["operating", "calendar", "cycles"] = Field(
        default="operating", description="what ages it"
    )
    life: LifeTime | None = Field(
        default=None, description="with `clock: cycles`: strikes at the end of the last of them"
    )
    repair: RandomTime = Field(description="time to repair")
    by: NeededCrew | None = Field(default=None, description="who repairs; default: nobody needed")
    part: Literal["kept", "reworked", "scrapped"] = Field(
        default="kept", description="what happens to the item in work"
    )


class MaintenanceEntry(Written):
    """Planned work, after the work in hand: a planned stop, or waiting while nobody is free."""

    every: Every = Field(description="time, or number of cycles, from one to the next")
    clock: Literal["calendar", "operating", "cycles"] | None = Field(
        default=None, description="what counts; default: calendar, of cycles: cycles"
    )
    takes: RandomTime = Field(description="how long it takes")
    by: NeededCrew | None = Field(default=None, description="who does it; default: nobody needed")


class WearEntry(Written):
    """The tool of a machine that is used up and changed between two cycles."""

    life: LifeTime = Field(description="how long it lasts")
    change: RandomTime = Field(description="time to change it")
    by: NeededCrew | None = Field(default=None, description="who changes it; default: nobody")


class RestartEntry(Written):
    """The first cycles are scrap when a machine works again: after a set-up, or after standing."""

    scrap: LifeTime = Field(description="cycles (shots, strokes) or pieces that are thrown away")
    after: Duration = Field(
        default=0.0, description="how long it may stand without that; default: not at all"
    )


class WarmingEntry(Written):
    """A machine that has cooled down is warmed up before it works; its state is set-up."""

    takes: PositiveDuration = Field(description="how long it is warmed up")
    after: Duration = Field(description="how long it may stand and stays warm")


class SetupEntry(Written):
    """Set-ups between different products, tools or set-up names."""

    time: RandomTime | None = Field(default=None, description="between any two different ones")
    matrix: str | None = Field(default=None, description="CSV file: from \\ to, times with units")
    scale: Scale = Field(default=1.0, description="share of the times that remains")
    by: NeededCrew | None = Field(default=None, description="who sets up; default: nobody needed")
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
    start: StartUp | None = Field(
        default=None, description="after each planned stop, instead of the state's: 30 kW for 10 s"
    )
    fuel: PricePerKWh | None = Field(
        default=None,
        description="price of what it burns, gas or oil: it counts for neither tariff nor peaks",
    )


class BeltEntry(Written):
    """Items move through one behind the other: a conveyor, a continuous furnace."""

    travel: PositiveDuration | None = Field(default=None, description="time from end to end")
    length: Length | None = Field(default=None, description="with `speed`, instead of `travel`")
    speed: MovingSpeed | None = Field(default=None, description="of the belt")
    places: Count | None = Field(
        default=None, description="items on it at most; default: as many as the pitch allows"
    )
    pitch: Duration | None = Field(
        default=None, description="time from one item to the next at least; default: travel/places"
    )
    accumulating: Truth = Field(
        default=True,
        description="items close up behind one that cannot leave; false: all of them stand still",
    )


class EquipmentEntry(WithFamilyKeys):
    """A machine, a group of equal machines, or a buffer."""

    model: str | None = Field(
        default=None, description="equipment model: family/name from the library"
    )
    name: str | None = Field(default=None, description="label shown to people")
    count: Machines = Field(default=1, description="how many equal machines")
    cycle: RandomTime | None = Field(default=None, description="time per cycle of a plain station")
    belt: BeltEntry | None = Field(
        default=None, description="items move through it one behind the other"
    )
    capacity: Places | None = Field(default=None, description="places of a buffer")
    input: Places | None = Field(default=None, description="places in front; default: unlimited")
    output: Places | None = Field(default=None, description="places behind; default: none")
    scrap: Scrap | None = Field(
        default=None, description="share of pieces scrapped; or each cause with its share"
    )
    calendar: str | None = Field(default=None, description="working hours; default: always")
    shift_end: Literal["pause", "finish"] = Field(
        default="pause", description="what happens to the work in hand at the end of a shift"
    )
    dispatch: Literal["fifo", "edd", "spt", "least_setup", "priority", "critical_ratio"] | None = (
        Field(default=None, description="who goes first; default: fifo")
    )
    failures: dict[str, FailureEntry] = Field(default={}, description="ways to fail, by name")
    maintenance: dict[str, MaintenanceEntry] = Field(
        default={}, description="planned maintenance, by name"
    )
    tool: WearEntry | None = Field(default=None, description="a tool that is used up")
    dies: dict[str, DieEntry] = Field(default={}, description="tools that fit it, by name")
    restart: RestartEntry | None = Field(
        default=None, description="scrap when it works again after standing; default: none"
    )
    warming: WarmingEntry | None = Field(
        default=None, description="warm-up after it has cooled down; default: none"
    )
    setup: SetupEntry | None = Field(default=None, description="set-ups")
    operator: NeededCrew | None = Field(default=None, description="who attends every operation")
    load: RandomTime | None = Field(
        default=None, description="time the operator loads; then the machine goes on alone"
    )
    batch: BatchEntry | None = Field(
        default=None, description="everything done here is done in batches"
    )
    power: PowerEntry | None = Field(default=None, description="electrical power by state")
    cost: PricePerHour | None = Field(default=None, description="cost per hour of existing")
    shelf_life: PositiveDuration | None = Field(
        default=None,
        description="how long an item may wait for it, or behind it if it is a buffer",
    )
    too_old: str | None = Field(
        default=None, description="step to which an item goes that waited longer; default: scrap"
    )
    at: Point | None = Field(default=None, description="place on the floor (left, top)")
    size: Point | None = Field(default=None, description="footprint (width, depth)")
    area: str | None = Field(default=None, description="area of the layout it stands in")
    stop: str | None = Field(
        default=None, description="point of the aisles where vehicles stop; default: the nearest"
    )


class NightEntry(Written):
    """What work at night costs more."""

    premium: Scale = Field(description="share of the cost per hour that is paid on top")
    hours: NightHours = Field(default=(79_200, 108_000), description="default: 22:00-06:00")


class TrainingEntry(Written):
    """What one person's training costs, spread over the time it lasts."""

    cost: Money = Field(description="of one person")
    lasts: PositiveDuration = Field(
        default=31_536_000.0, description="until it is due again; default: 365 d"
    )


class PeopleEntry(Written):
    """A group of people alike."""

    name: str | None = Field(default=None, description="label shown to people")
    count: Heads = Field(default=1, description="how many")
    skills: Skills = Field(default={}, description="what they can do, how well and how fast")
    may: dict[str, Names] = Field(
        default={},
        description="equipment at which alone they may use a skill; `press-*` is every press",
    )
    calendar: str | None = Field(default=None, description="working hours; default: always")
    shift_end: Literal["pause", "finish", "hand_over"] = Field(
        default="finish", description="what happens to the task in hand at the end of a shift"
    )
    tends: Count = Field(
        default=1, description="operations one attends at once; set-ups and repairs need all of him"
    )
    absence: Share = Field(default=0.0, description="share of the shifts somebody misses")
    speed: MovingSpeed | None = Field(
        default=None, description="walking speed; default: ways take no time"
    )
    cost: PricePerHour | None = Field(default=None, description="cost per hour on duty")
    overtime: Scale = Field(
        default=0.0, description="share of the cost per hour more for work beyond the shift"
    )
    night: NightEntry | None = Field(default=None, description="what hours at night cost more")
    training: TrainingEntry | None = Field(default=None, description="cost of their training")


class BatteryEntry(Written):
    """A battery: a free vehicle with little left goes to a charger and comes back charged."""

    lasts: PositiveDuration | None = Field(default=None, description="how long a full one drives")
    charge: PositiveDuration | None = Field(
        default=None, description="time to charge it from empty to full, or to change it"
    )
    standing: Share = Field(
        default=0.0, description="what a standing vehicle draws of what a driving one does"
    )
    low: Share = Field(default=0.2, description="a free vehicle with no more goes to a charger")
    until: Share = Field(default=1.0, description="with so much it leaves the charger")
    capacity: Energy | None = Field(
        default=None, description="energy of a full one, to tell what charging takes"
    )


class TransportEntry(WithFamilyKeys):
    """Vehicles that carry items from station to station."""

    model: str | None = Field(
        default=None, description="equipment model: family/name from the library"
    )
    name: str | None = Field(default=None, description="label shown to people")
    count: Machines = Field(default=1, description="how many vehicles")
    speed: MovingSpeed | None = Field(default=None, description="empty or loaded")
    network: Literal["aisles"] | None = Field(
        default=None, description="ways of the layout; without aisles: along the walls"
    )
    load: Duration = Field(default=0.0, description="time to take an item up")
    unload: Duration | None = Field(default=None, description="to put it down; default: as `load`")
    serves: Names | None = Field(
        default=None, description="equipment it brings to, where a step does not say `by:`"
    )
    dispatch: Literal["longest_wait", "nearest"] = Field(
        default="longest_wait", description="which call a free vehicle answers first"
    )
    start: str | None = Field(default=None, description="point where the vehicles are at first")
    battery: BatteryEntry | None = Field(
        default=None, description="of each vehicle; default: it never runs down"
    )
    charge_at: Names | None = Field(
        default=None, description="points where batteries are charged; default: `start`"
    )
    chargers: Count = Field(default=1, description="vehicles each of them charges at a time")


class Costs(Written):
    """Prices."""

    energy: EnergyCost | None = Field(
        default=None, description="per kWh, or a tariff with `prices` by hour"
    )
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


class AislesEntry(Written):
    """The network of ways vehicles move on; lengths are those of straight lines."""

    points: Points = Field(description="named points of the floor")
    ways: tuple[Names, ...] = Field(
        default=(), description="points one after another, passed in both directions"
    )
    one_way: tuple[OneWayAisle, ...] = Field(
        default=(),
        description="points one after another, passed in this direction; vehicles follow one "
        "another from point to point, so many at a time as fit, or `room`",
    )
    spacing: Annotated[float, within("length", "2 m", "0.3 m", "50 m")] = Field(
        default=2.0,
        description="from one vehicle to the next where aisles are one-way, 0.3 to 50 m",
    )


class LayoutEntry(Written):
    """The floor, for the map."""

    floor: Point | None = Field(default=None, description="width and depth")
    image: str | None = Field(default=None, description="picture of the floor")
    areas: dict[str, AreaEntry] = Field(default={}, description="named areas")
    aisles: AislesEntry | None = Field(default=None, description="ways of vehicles")
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
    calendars: dict[str, CalendarEntry] = Field(default={})
    products: dict[str, ProductEntry] = Field(default={})
    orders: tuple[OrderEntry, ...] = Field(
        default=(), description="what is let in; a line without any is saturated"
    )
    line: Line | None = Field(default=None, description="short form: stations and buffers in order")
    tools: dict[str, ToolEntry] = Field(default={})
    carriers: dict[str, CarrierEntry] = Field(default={})
    equipment: dict[str, EquipmentEntry]
    people: dict[str, PeopleEntry] = Field(default={})
    levels: dict[Literal["novice", "trained", "expert", "trainer"], Number] = Field(
        default={}, description="speed at each level of a skill, where it is another than usual"
    )
    transport: dict[str, TransportEntry] = Field(default={})
    costs: Costs = Costs()
    targets: Targets = Targets()
    layout: LayoutEntry | None = None
    reallocate: ReallocateEntry | None = Field(
        default=None, description="what `vtwin optimise` may change, and at what price"
    )
    experiments: dict[str, ExperimentEntry] = Field(
        default={}, description="what `vtwin sweep` varies"
    )
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


__all__ = ["NOT_YET", "Document", "json_schema"]
