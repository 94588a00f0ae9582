"""Tables and series ready to draw: what a screen shows, as frozen values free of words and ink.

Every number is in its base unit (s, pieces, the scenario's currency); a screen chooses the
unit, the rounding and the language. Shares are fractions. ``None`` means "not known" and
the value beside it says why.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Better = Literal["higher", "lower"]
#: How a variant stands against the base in one figure.
Standing = Literal["better", "worse", "unclear", "same", "no_data"]

#: Machine states in the order of every ``states`` tuple below.
STATES = ("working", "setup", "waiting_operator", "blocked", "starved", "down", "planned_stop")
#: States a machine loses time in, in the order they are offered as "largest loss".
LOSSES = ("setup", "waiting_operator", "blocked", "starved", "down")
#: The six tiles of the overview, in the order a plant manager asks for them.
TILES = ("good_per_day", "on_time", "oee", "lead_time_s", "wip", "unit_cost")
#: The rows of a comparison.
ROWS = (
    "good_per_day",
    "oee",
    "lead_time_s",
    "wip",
    "on_time",
    "unit_cost",
    "energy_per_part_kwh",
    "energy_cost_per_part",
    "peak_kw",
)
BETTER: dict[str, Better] = {
    "good_per_day": "higher",
    "throughput_per_h": "higher",
    "oee": "higher",
    "on_time": "higher",
    "utilisation": "higher",
    "lead_time_s": "lower",
    "lead_time_p90_s": "lower",
    "wip": "lower",
    "unit_cost": "lower",
    "energy_per_part_kwh": "lower",
    "energy_cost_per_part": "lower",
    "peak_kw": "lower",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean with the half-width of its interval; ``why`` where either is missing."""

    mean: float | None
    half_width: float | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Tile:
    """One KPI against its target."""

    key: str
    value: Figure
    better: Better
    target: float | None = None

    @property
    def gap(self) -> float | None:
        """Value minus target, None without either."""
        if self.value.mean is None or self.target is None:
            return None
        return self.value.mean - self.target

    @property
    def met(self) -> bool | None:
        """Whether the target is met, None when nobody can say."""
        gap = self.gap
        if gap is None:
            return None
        return gap >= 0 if self.better == "higher" else gap <= 0


@dataclass(frozen=True, slots=True)
class MachineView:
    """One machine on the floor. ``x, y`` is its upper left corner, m; ``states`` follow STATES
    and sum to 1; ``utilisation`` is the busy share (working and set-up) of the time it was
    meant to run. ``queue_capacity`` None: unlimited.
    """

    id: str
    label: str
    family: str
    area: str
    x: float
    y: float
    width: float
    depth: float
    utilisation: float
    states: tuple[float, ...]
    queue: float = 0.0
    queue_capacity: int | None = None
    rank: int | None = None  # 1..3 among the bottlenecks
    oee: Figure = Figure(None)
    scrap_share: float | None = None
    about: tuple[tuple[str, str], ...] = ()  # language -> what its family is, in a line

    @property
    def loss(self) -> str | None:
        """The state it loses most of its time in, None when it loses none."""
        worst = max(LOSSES, key=lambda state: self.states[STATES.index(state)])
        return worst if self.states[STATES.index(worst)] > 0 else None

    @property
    def queue_fill(self) -> float | None:
        """Mean input queue over capacity, None for an unlimited queue."""
        if not self.queue_capacity:
            return None
        return min(self.queue / self.queue_capacity, 1.0)


@dataclass(frozen=True, slots=True)
class HelperView:
    """Equipment that attends other equipment, such as a robot, on the floor: the box as of a
    machine. ``busy`` is the share of its time on a task, of equal ones together; ``serves`` are
    the machines it is sent to.
    """

    id: str
    label: str
    family: str
    area: str
    x: float
    y: float
    width: float
    depth: float
    busy: float
    mean_wait_s: float | None = None
    serves: tuple[str, ...] = ()
    rank: int | None = None  # 1..3 among the bottlenecks
    about: tuple[tuple[str, str], ...] = ()  # language -> what its family is, in a line


@dataclass(frozen=True, slots=True)
class AreaView:
    """A named rectangle of the floor, m."""

    id: str
    label: str
    x: float
    y: float
    width: float
    depth: float


@dataclass(frozen=True, slots=True)
class FlowView:
    """Pieces per day that go from one area to another."""

    origin: str
    target: str
    pieces_per_day: float


@dataclass(frozen=True, slots=True)
class FloorView:
    """The plant seen from above. ``illustrative``: positions were not given but made up."""

    width: float
    depth: float
    illustrative: bool
    areas: tuple[AreaView, ...]
    machines: tuple[MachineView, ...]
    flows: tuple[FlowView, ...] = ()
    aisles: tuple[tuple[tuple[float, float], tuple[float, float]], ...] = ()  # of vehicles, m
    one_way: tuple[tuple[tuple[float, float], tuple[float, float]], ...] = ()  # from, to
    helpers: tuple[HelperView, ...] = ()


@dataclass(frozen=True, slots=True)
class Suspect:
    """Equipment or a crew suspected of limiting the plant. ``busy`` is its share of planned
    time on work, set-up or down; ``share`` of the time it was the momentary bottleneck, None
    without a trace; ``gain`` in ``WhySlow.goal`` if it were 10 % faster, None while nobody has
    simulated that.
    """

    id: str
    label: str
    busy: float
    share: float | None = None
    gain: Figure | None = None
    kind: Literal["equipment", "people", "transport"] = "equipment"


@dataclass(frozen=True, slots=True)
class WhySlow:
    """What limits the plant. ``limit`` names what does when it is no machine: ``"demand"``
    (machines wait for orders), ``"due_dates"`` (nearly all is made, not all in time) or None.
    ``goal`` is the KPI the gains are in; ``proven`` the suspect whose gain was shown to be
    larger than every other's, None where that is unknown.
    """

    suspects: tuple[Suspect, ...]
    agreed: bool = True  # the methods of the jury point at one
    limit: Literal["demand", "due_dates"] | None = None
    goal: str = "good_per_day"
    confidence: float = 0.95
    proven: str | None = None


@dataclass(frozen=True, slots=True)
class StaffLoss:
    """What waiting for people costs: the machine that waits most and how much."""

    group: str
    label: str
    count: int
    busy: float | None
    mean_wait_s: float | None


@dataclass(frozen=True, slots=True)
class FleetUse:
    """One kind of vehicle: shares of its time, and how long items waited for one."""

    fleet: str
    label: str
    count: int
    busy: float | None
    empty: float | None
    mean_wait_s: float | None
    held: float | None = None
    charging: float | None = None


@dataclass(frozen=True, slots=True)
class BalanceStation:
    """One station of a line: ``work_s`` of one machine per piece that leaves, ``cycle_s`` of
    all of them; ``machines`` counted by the share of the line's hours they are there.
    """

    id: str
    label: str
    operations: tuple[str, ...]
    work_s: float
    machines: float
    cycle_s: float
    late: bool  # slower than the takt


@dataclass(frozen=True, slots=True)
class BalanceView:
    """Takt and line balance. ``takt_s`` None: no rate is asked for, the slowest station sets
    the pace. ``efficiency`` is the share of the paid time that is work.
    """

    products: tuple[str, ...]
    stations: tuple[BalanceStation, ...]  # along the route
    hours_per_day: float
    wanted_per_day: float | None
    takt_s: float | None
    cycle_s: float  # of the line
    efficiency: float
    smoothness_s: float
    least: int  # machines the work needs at the takt

    def to_json(self) -> dict[str, object]:
        """All fields."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class BandUse:
    """One band of a tariff: its share of the energy, its cost per day, its peak in kW."""

    label: str
    share: Figure
    cost_per_day: Figure
    peak_kw: Figure


@dataclass(frozen=True, slots=True)
class EnergyUse:
    """Energy and peaks. The highest peak of all replications began ``peak_at_s`` after the start
    (``start``: that day's ISO date, None for a run without one); who drew it, most first.
    """

    per_part_kwh: Figure
    cost_per_part: Figure
    peak_kw: Figure
    demand_charge_per_day: Figure
    peak_at_s: float | None = None
    window_s: float = 0.0
    start: str | None = None
    drawn: tuple[tuple[str, float], ...] = ()  # equipment, kW
    bands: tuple[BandUse, ...] = ()


@dataclass(frozen=True, slots=True)
class ToolLife:
    """A tool that wears out: how often a copy is renewed, share of the time copies are away."""

    tool: str
    label: str
    count: int
    life: int  # cycles
    renewals_per_day: Figure
    away: Figure


@dataclass(frozen=True, slots=True)
class ScrapCause:
    """Pieces scrapped at one operation for one cause, all products and machines together."""

    cause: str
    operation: str
    pieces: float
    share: float  # of all scrapped pieces


@dataclass(frozen=True, slots=True)
class RecallUse:
    """What one suspect of a kind would call back: shipped pieces, and their share of all."""

    kind: str  # material, tool, wear, machine, worker
    name: str
    mean: float
    p90: float
    share: float | None


@dataclass(frozen=True, slots=True)
class RunRow:
    """One stored run."""

    id: str
    scenario: str
    title: str
    variant: str | None
    engine: str
    replications: int
    seed: int
    horizon_s: float
    warmup_s: float
    finished: str  # ISO 8601, UTC
    version: str
    program: str
    stale: bool = False  # the scenario file has changed since
    good_per_day: Figure = Figure(None)


@dataclass(frozen=True, slots=True)
class ScenarioRow:
    """One scenario the app was started with. ``problem`` when it cannot be loaded."""

    key: str
    title: str
    variants: tuple[str, ...] = ()
    descriptions: tuple[tuple[str, str], ...] = ()  # variant -> what it is about
    replications: int = 10
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class OverviewView:
    """The overview page of one variant of one scenario. ``run`` None: never run."""

    scenario: ScenarioRow
    variant: str | None
    run: RunRow | None
    tiles: tuple[Tile, ...]
    floor: FloorView | None
    why_slow: WhySlow
    staff: tuple[StaffLoss, ...] = ()
    currency: str | None = None
    vehicles: tuple[FleetUse, ...] = ()
    energy: EnergyUse | None = None  # None: nothing draws power
    tools: tuple[ToolLife, ...] = ()
    scrap: tuple[ScrapCause, ...] = ()  # most pieces first
    recall: tuple[RecallUse, ...] = ()  # of each kind the suspect that reaches furthest
    balance: BalanceView | None = None  # of an assembly line


@dataclass(frozen=True, slots=True)
class Cell:
    """A variant's figure beside the base: ``difference`` is paired, variant minus base;
    ``more`` replications would likely tell them apart.
    """

    value: Figure
    difference: Figure
    standing: Standing
    more: int | None = None


@dataclass(frozen=True, slots=True)
class CompareRow:
    """One KPI: the base and each variant in the order of ``CompareView.variants``."""

    key: str
    better: Better
    base: Figure
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class VariantView:
    """A column of the comparison. ``key`` None is the scenario as written."""

    letter: str
    key: str | None
    run: str
    changes: tuple[str, ...] = ()
    description: str | None = None


@dataclass(frozen=True, slots=True)
class StateRow:
    """Shares of time per state of one machine, in the order of STATES."""

    id: str
    label: str
    states: tuple[float, ...]
    rank: int | None = None


@dataclass(frozen=True, slots=True)
class CompareView:
    """The comparison page. ``goal`` is the KPI that decides and ``goal_cells`` the variants'
    figures in it, judged so that all hold together; ``best`` is the letter of the one variant
    shown to beat all others and the base, ``beat_base`` those shown to beat the base.
    """

    scenario: ScenarioRow
    base: VariantView | None
    variants: tuple[VariantView, ...]
    rows: tuple[CompareRow, ...]
    best: str | None = None
    beat_base: tuple[str, ...] = ()
    goal: str = "good_per_day"
    goal_cells: tuple[Cell, ...] = ()
    replications: int = 0
    confidence: float = 0.95
    states: dict[str, tuple[StateRow, ...]] | None = None  # letter -> machines, bottleneck first
    currency: str | None = None
    stale: bool = False
    run: RunRow | None = None  # of the base


@dataclass(frozen=True, slots=True)
class GanttRow:
    """States of one machine: ``start[i]`` s is when ``state[i]`` (index of STATES) began."""

    id: str
    label: str
    start: tuple[float, ...]
    state: tuple[int, ...]
    rank: int | None = None


@dataclass(frozen=True, slots=True)
class GanttView:
    """Who did what when, in one replication, bottleneck first."""

    horizon_s: float
    warmup_s: float
    date: str | None  # of second 0
    rows: tuple[GanttRow, ...]


@dataclass(frozen=True, slots=True)
class SeriesView:
    """Pieces in the plant over time: mean over replications with its interval, per bin."""

    letter: str
    key: str | None
    mean: tuple[float, ...]
    half_width: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class WipView:
    """WIP over time of the base and the variants."""

    bin_s: float
    warmup_s: float
    date: str | None
    series: tuple[SeriesView, ...]


JobState = Literal["queued", "running", "done", "failed", "cancelled"]


@dataclass(frozen=True, slots=True)
class JobRow:
    """One piece of long work. ``position`` in the queue, 0 when running; ``runs`` are the ids
    of what it produced.
    """

    id: str
    kind: Literal["run", "compare", "explain"]
    scenario: str
    variants: tuple[str | None, ...]
    state: JobState
    progress: float = 0.0
    position: int = 0
    error: str | None = None
    created: str = ""
    finished: str | None = None
    runs: tuple[str, ...] = ()


def as_json(view: Any) -> dict[str, Any]:
    """A view as plain dicts, lists and numbers."""
    return asdict(view)


@dataclass(frozen=True, slots=True)
class ModelRow:
    """An equipment model of the library; ``parameters`` as name, value as written, source."""

    name: str
    doc: dict[str, str]  # language -> one line
    parameters: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class FamilyRow:
    """A family of equipment; ``package`` where another package brings it."""

    name: str
    doc: dict[str, str]
    package: str | None
    models: tuple[ModelRow, ...]


@dataclass(frozen=True, slots=True)
class LibraryView:
    """The equipment library, and what is wrong with it in sentences."""

    families: tuple[FamilyRow, ...]
    troubles: tuple[str, ...] = ()
