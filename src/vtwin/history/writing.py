"""A learned plant as scenario text: what a person would have written, with the origin of every
figure beside it.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import re
import textwrap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from vtwin.base.units import counted
from vtwin.history.figures import Estimate, Fit, Fits, ToolFit
from vtwin.history.floorplan import FOOTPRINT, FloorPlan, floor_plan
from vtwin.history.log import Log
from vtwin.history.mapping import MappingDocument
from vtwin.history.planning import OpenOrder, Way

#: First line of every learned scenario: what may be overwritten by learning again.
HEAD: Final = "# Learned from records by vtwin."
#: Production that moves as one item, h of machine time.
LOT_H: Final = 2.0
#: Least loss by a change of material where planners avoid one, h.
LEAST_MATERIAL_H: Final = 1 / 60
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_PLAIN: Final = re.compile(r"[A-Za-z][\w.\-]*(?: [\w.\-]+)*\Z|[1-9]\d*[A-DF-Za-df-z][\w\-]*\Z")
_TRAPS: Final = frozenset({"yes", "no", "on", "off", "true", "false", "null", "y", "n"})


@dataclass(frozen=True)
class Draft:
    """Everything a scenario is written from."""

    log: Log
    mapping: MappingDocument
    fits: Fits
    orders: Sequence[OpenOrder]
    priorities: dict[str, int]
    mounted: dict[str, str]
    way: Way
    start: dt.date
    end: dt.date
    first: dt.date
    records: int
    history: dict[str, str]

    @property
    def machines(self) -> tuple[str, ...]:
        """Machines with records."""
        return tuple(sorted({v.machine for v in self.log.visits}))

    @property
    def expected(self) -> tuple[str, ...]:
        """Machines the master list announces for later."""
        there = set(self.machines)
        return tuple(
            sorted(
                name
                for name, line in self.log.machines.items()
                if name not in there and line.since is not None and line.since >= self.start
            )
        )

    @property
    def tools(self) -> tuple[str, ...]:
        """Tools the orders need."""
        return tuple(sorted({order.tool for order in self.orders}))


def scenario(draft: Draft) -> str:
    """The text of ``scenario.yaml``."""
    sections = [
        _head(draft),
        _calendars(draft),
        _tools(draft),
        _products(draft),
        _orders(draft),
        _equipment(draft),
        _targets(draft),
        _layout(draft),
        _history(draft),
        _variants(draft),
    ]
    return "\n".join("\n".join(section) + "\n" for section in sections if section)


def orders_table(draft: Draft) -> str:
    """The text of ``orders.csv``, first in sequence first."""
    ranked = sorted(draft.orders, key=lambda o: -draft.priorities[o.line.order])
    rows = ["order,product,quantity,release,due,priority"]
    for order in ranked:
        line = order.line
        due = max(line.due, order.release)
        rows.append(
            f"{line.order},{line.product},{order.rest},{order.release},{due},"
            f"{draft.priorities[line.order]}"
        )
    return "\n".join(rows) + "\n"


def quoted(text: str) -> str:
    """Text as YAML reads it back unchanged."""
    if _PLAIN.match(text) and text.lower() not in _TRAPS:
        return text
    return json.dumps(text, ensure_ascii=False)


def _head(draft: Draft) -> list[str]:
    days = (draft.end - draft.start).days
    last = draft.start - dt.timedelta(1)
    licence = f", licence {draft.mapping.licence}" if draft.mapping.licence else ""
    return [
        HEAD,
        *textwrap.wrap(
            f"Source: {draft.mapping.source}{licence}.",
            98,
            initial_indent="# ",
            subsequent_indent="# ",
        ),
        f"# Learned from {counted(draft.records, 'record')}, {draft.first} to {last};"
        " nothing later was used.",
        "# Comments name the rows behind a figure and its 95 % interval; parameters.md has them",
        "# all, data-quality.md says what is wrong with the records.",
        "vtwin: 1",
        f"name: {quoted(draft.mapping.plant)}",
        "description: >-",
        *textwrap.wrap(
            f"The plant's open orders on {draft.start}, worked by the rule that explains best "
            f"which order the plant took next: {draft.way.says}.",
            98,
            initial_indent="  ",
            subsequent_indent="  ",
        ),
        f"run: {{start: {draft.start}, horizon: {days} d, replications: 10, seed: 1811}}",
    ]


def _calendars(draft: Draft) -> list[str]:
    worked = draft.fits.weekdays
    shifts = draft.log.shifts
    windows = ", ".join(f'"{_clock(s.start_s)}-{_clock(s.end_s)}"' for s in _merged(shifts))
    hours = "" if draft.mapping.shift_hours_known else "; hours of the day are assumed"
    holidays = [d for d in draft.fits.closed if d >= draft.start - dt.timedelta(1)]
    lines = [
        "calendars:",
        f"  shifts:                      # {counted(len(shifts), 'shift')} a day{hours}",
        f"    {_days(worked)}: [{windows}]",
    ]
    if holidays:
        listed = ", ".join(str(day) for day in holidays)
        lines.append(f"    holidays: [{listed}]   # closed by the plant's own notes")
    if draft.expected:
        lines.append("  not-there-yet: {daily: []}")
    return lines


def _merged(shifts: Iterable[object]) -> list[_Window]:
    from vtwin.history.log import Shift

    found: list[_Window] = []
    for shift in sorted((s for s in shifts if isinstance(s, Shift)), key=lambda s: s.start_s):
        if found and found[-1].end_s == shift.start_s:
            found[-1] = _Window(found[-1].start_s, shift.end_s)
        else:
            found.append(_Window(shift.start_s, shift.end_s))
    whole = sum(w.end_s - w.start_s for w in found) >= 86400
    return [_Window(0, 86400)] if whole else found


@dataclass(frozen=True, slots=True)
class _Window:
    start_s: int
    end_s: int


def _clock(seconds: int) -> str:
    if seconds > 86400:
        seconds -= 86400
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"


def _days(worked: Sequence[int]) -> str:
    if len(worked) > 2 and list(worked) == list(range(worked[0], worked[-1] + 1)):
        return f"{_DAYS[worked[0]]}-{_DAYS[worked[-1]]}"
    return ",".join(_DAYS[day] for day in worked)


def _tools(draft: Draft) -> list[str]:
    spread = draft.fits.spread
    at = {tool: machine for machine, tool in draft.mounted.items()}
    lines = [
        "tools:",
        f"  # Shots of full shifts without a stop vary by {spread:.1%} ({draft.fits.spread_rows} "
        "shifts); a lot of about",
        f"  # {LOT_H:g} h varies by more, so that the shift comes out as recorded.",
    ]
    for tool in draft.tools:
        lines += _tool(draft.fits.tools[tool], draft, at.get(tool), lot_cv(draft))
    return lines


def lot_cv(draft: Draft) -> float:
    """Coefficient of variation of a lot's time, so that a shift of lots varies as recorded."""
    hours = draft.log.shifts[0].length_s / 3600.0
    return draft.fits.spread * math.sqrt(max(hours / LOT_H, 1.0))


def _tool(fit: ToolFit, draft: Draft, at: str | None, cv: float) -> list[str]:
    line = draft.log.tools.get(fit.tool)
    name = line.name if line is not None else None
    cavities = f"    cavities: {fit.cavities}"
    if fit.standard is not None and fit.standard != fit.cavities:
        cavities += f"                # of {fit.standard}; the others are shut"
    causes = ", ".join(f"{cause} {share:.0%}" for cause, share in fit.causes[:3])
    scrap = _source(fit.scrap, lambda v: f"{v:.1%}") + (f"; {causes}" if causes else "")
    time = f"{{lognormal: {{mean: {fit.cycle.value:.2f} s, cv: {cv:.2f}}}}}"
    lines = [
        f"  {quoted(fit.tool)}:" + (f"   # {name}" if name else ""),
        cavities,
        f"    cycle: {_cycle(fit, time, cv)}   # {_source(fit.cycle, lambda v: f'{v:.1f} s')}",
        f"    scrap: {100 * fit.scrap.value:.2f} %   # {scrap}",
        f"    on: [{', '.join(quoted(m) for m in (*fit.machines, *_later(fit, draft)))}]",
    ]
    if at is not None:
        lines.append(f"    at_start: {quoted(at)}")
    return lines


def _cycle(fit: ToolFit, time: str, cv: float) -> str:
    if not fit.by_machine:
        return time
    differs = dict(fit.by_machine)
    every = ", ".join(
        f"{quoted(m)}: {{lognormal: {{mean: {fit.cycle.value * differs.get(m, 1.0):.2f} s, "
        f"cv: {cv:.2f}}}}}"
        for m in fit.machines
    )
    return f"{{{every}}}"


def _later(fit: ToolFit, draft: Draft) -> tuple[str, ...]:
    """Machines announced for later that are of a class the tool fits."""
    line = draft.log.tools.get(fit.tool)
    if line is None or fit.by_machine:
        return ()
    return tuple(m for m in draft.expected if draft.log.machines[m].size in line.fits)


def _source(estimate: Estimate, show: Callable[[float], str]) -> str:
    if estimate.rows == 0 or estimate.low is None or estimate.high is None:
        return estimate.how
    return f"{show(estimate.low)}..{show(estimate.high)}, {counted(estimate.rows, 'row')}"


def lot_size(fit: ToolFit) -> int:
    """Pieces of a lot: whole shots of about LOT_H of machine time."""
    return max(round(LOT_H * 3600.0 / fit.cycle.value), 1) * fit.cavities


def _products(draft: Draft) -> list[str]:
    lines = ["products:"]
    seen: set[str] = set()
    for order in sorted(draft.orders, key=lambda o: o.line.product):
        product = order.line.product
        if product in seen:
            continue
        seen.add(product)
        master = draft.log.products.get(product)
        recipe = draft.log.materials.get(product)
        colour = recipe.colour if recipe is not None and recipe.colour else "natural"
        lines.append(f"  {quoted(product)}:")
        if master is not None and master.name:
            lines.append(f"    name: {quoted(master.name)}")
        lines.append(f"    lot: {lot_size(draft.fits.tools[order.tool])}")
        resin = recipe.material if recipe is not None else None
        if recipe is not None and resin and recipe.kg is not None:
            lines.append(f"    # {1000 * recipe.kg:.2f} g of {resin} a piece")
        step = f"op: make, tool: {quoted(order.tool)}"
        if _is_molding(draft):
            step = f"op: mould, tool: {quoted(order.tool)}, colour: {quoted(colour)}"
            step += f", material: {quoted(resin)}" if resin else ""
        lines.append(f"    route: [{{{step}}}]")
    return lines


def _orders(draft: Draft) -> list[str]:
    aside = [o.line.order for o in draft.orders if o.set_aside]
    late = [f"{o.line.order} ({o.line.due})" for o in draft.orders if o.line.due < draft.start]
    lag = draft.fits.release_lag
    lines = [
        f"# {counted(len(draft.orders), 'order')}; released {counted(lag, 'working day')}"
        " after receipt"
        + (", not before the month in their number" if draft.fits.month_bound else "")
        + ".",
        f"# Priority is the place in sequence: {draft.way.sequence.says}.",
    ]
    if aside and draft.way.aside_last:
        lines.append(f"# Set aside by the plant for others, so last: {', '.join(aside)}.")
    if late:
        lines.append(f"# Overdue at the start: {', '.join(late)}.")
    return [*lines, "orders:", "  - {table: orders.csv}"]


def _equipment(draft: Draft) -> list[str]:
    fits = draft.fits
    lines = [
        "equipment:",
        f"  # Changes: {_change(fits.tool_change)};",
        f"  # {_change(fits.colour_change)};",
        f"  # {_change(fits.material_change)} on top{_unseen(fits)}.",
        f"  # Stops: every {_source(fits.stop_every, lambda v: f'{v:.0f} h')};",
        f"  # {_fit_words(fits.stop_length)}.",
    ]
    plan = _plan(draft)
    for machine in (*draft.machines, *draft.expected):
        lines += _machine(draft, machine, plan)
    return lines


def _change(estimate: Estimate) -> str:
    name = {
        "tool_change": "another mould",
        "colour_change": "another colour",
        "material_change": "another resin",
    }[estimate.name]
    return f"{name} loses {_source(estimate, lambda v: f'{v:.1f} h')}"


def _unseen(fits: Fits) -> str:
    low = fits.material_change.low
    return " (not measurable)" if low is None or low <= 0 else ""


def material_change_h(draft: Draft) -> float:
    """Hours another material costs on top of a change: what was measured, or where that cannot
    be told from nothing, nothing, but where the planner is seen to avoid such a change a little,
    so that the twin avoids it too.
    """
    estimate = draft.fits.material_change
    if estimate.low is not None and estimate.low > 0:
        return estimate.value
    return max(estimate.value, LEAST_MATERIAL_H) if draft.way.keep_material else 0.0


def _fit_words(fit: Fit) -> str:
    verdict = "not refuted" if fit.passes else "a poor fit"
    return (
        f"length {fit.kind}, mean {fit.mean / 3600:.1f} h, cv {fit.cv:.2f}, n {fit.n}, "
        f"KS {fit.distance:.2f} ({verdict})"
    )


def time_of(fit: Fit) -> str:
    """A fitted distribution in the language."""
    mean = f"{fit.mean / 3600:.2f} h"
    if fit.kind == "exponential":
        return f"{{exponential: {{mean: {mean}}}}}"
    return f"{{{fit.kind}: {{mean: {mean}, cv: {fit.cv:.2f}}}}}"


def model_of(draft: Draft, machine: str) -> str | None:
    """The library model of a machine; None for a plain station."""
    line, pattern = draft.log.machines.get(machine), draft.mapping.equipment_model
    size = line.size if line is not None else None
    return pattern.format(size=size) if pattern and size else None


def _machine(draft: Draft, machine: str, plan: FloorPlan) -> list[str]:
    line = draft.log.machines.get(machine)
    model = model_of(draft, machine)
    size = line.size if line is not None else None
    expected = machine in draft.expected
    label = " ".join(
        part for part in (line.maker if line else None, line.model if line else None) if part
    )
    lines = [
        f"  {quoted(machine)}:" + (f"   # there from {line.since}" if expected and line else "")
    ]
    if model:
        lines.append(f"    model: {model}")
    if label:
        tons = f", {size} t" if model and "molding" in model and size else ""
        lines.append(f"    name: {quoted(label + tons)}")
    lines.append(f"    calendar: {'not-there-yet' if expected else 'shifts'}")
    lines.append(f"    dispatch: {draft.way.dispatch}")
    lines += _losses(draft, model)
    x, y = plan.places[machine]
    width, depth = FOOTPRINT
    lines.append(f"    at: [{x:g} m, {y:g} m]")
    lines.append(f"    size: [{width:g} m, {depth:g} m]")
    lines.append(f"    area: {quoted(plan.area_of[machine])}")
    return lines


def _losses(draft: Draft, model: str | None) -> list[str]:
    fits = draft.fits
    if model and model.startswith("molding/"):
        found = [
            f"    mould_change: {fits.tool_change.value:.2f} h",
            f"    colour_change: {60 * fits.colour_change.value:.0f} min",
            f"    material_change: {60 * material_change_h(draft):.0f} min",
            "    start_up: 0 s              # in the mould change",
        ]
    else:
        found = [f"    setup: {{time: {fits.tool_change.value:.2f} h}}"]
    if fits.stop_length.n:
        after = f"{{exponential: {{mean: {fits.stop_every.value:.0f} h}}}}"
        repair = time_of(fits.stop_length)
        found.append(f"    failures: {{stop: {{after: {after}, repair: {repair}}}}}")
    return found


def _plan(draft: Draft) -> FloorPlan:
    """Machines by size class, moulding machines named by tonnage."""
    sizes = []
    for machine in (*draft.machines, *draft.expected):
        line = draft.log.machines.get(machine)
        model = model_of(draft, machine) or ""
        unit = " t" if "molding" in model else ""
        sizes.append((machine, f"{line.size}{unit}" if line is not None and line.size else None))
    return floor_plan(sizes)


def _layout(draft: Draft) -> list[str]:
    plan = _plan(draft)
    lines = [
        "# Positions are not in the records: the map only shows who is who.",
        "layout:",
        f"  floor: [{plan.floor[0]:g} m, {plan.floor[1]:g} m]",
        "  illustrative: true",
        "  areas:",
    ]
    for key, area in plan.areas.items():
        at, size = (f"[{x:g} m, {y:g} m]" for x, y in (area.at, area.size))
        lines.append(f"    {quoted(key)}: {{name: {quoted(area.label)}, at: {at}, size: {size}}}")
    return lines


def _targets(draft: Draft) -> list[str]:
    """Every order asks for its quantity by its date: that is what the plant wants."""
    pieces = sum(o.rest for o in draft.orders if o.line.due < draft.end)
    if not pieces:
        return []
    days = (draft.end - draft.start).days
    return [
        "targets:   # none in the records: what the order book asks for",
        f"  good_per_day: {pieces / days:.0f} /d   # {counted(pieces, 'piece')} due in these"
        f" {counted(days, 'day')}",
        "  on_time: 100 %",
    ]


def _history(draft: Draft) -> list[str]:
    inner = "\n".join(f"  {key}: {json.dumps(value)}" for key, value in draft.history.items())
    return [
        "# What the twin was learned from, and is judged by (vtwin validate).",
        "history:",
        inner,
    ]


def _variants(draft: Draft) -> list[str]:
    lines: list[str] = []
    for name, description, changes in _what_ifs(draft):
        lines.append(f"  {quoted(name)}:")
        lines.append(f"    description: {quoted(description)}")
        lines.append("    set:")
        lines += [f"      {path}: {value}" for path, value in changes]
    return ["variants:", *lines] if lines else []


Change = tuple[str, str]


def _what_ifs(draft: Draft) -> list[tuple[str, str, list[Change]]]:
    """Named what-ifs the records suggest, the weightiest first."""
    made = (
        _with_expected(draft),
        _full_cavities(draft),
        _quick_changes(draft),
        _half_the_stops(draft),
    )
    return [what_if for what_if in made if what_if is not None]


def _with_expected(draft: Draft) -> tuple[str, str, list[Change]] | None:
    if not draft.expected:
        return None
    machine = draft.expected[0]
    line = draft.log.machines[machine]
    text = f"{machine} (class {line.size}) works from the start instead of from {line.since}"
    return f"with-{machine}", text, [(f"equipment.{machine}.calendar", "shifts")]


def _full_cavities(draft: Draft) -> tuple[str, str, list[Change]] | None:
    shut = [
        fit
        for fit in (draft.fits.tools[tool] for tool in draft.tools)
        if fit.standard is not None and fit.standard > fit.cavities
    ]
    if not shut:
        return None
    text = f"the cavities that are shut in {counted(len(shut), 'mould')} work again"
    return "full-cavities", text, [(f"tools.{f.tool}.cavities", str(f.standard)) for f in shut]


def _quick_changes(draft: Draft) -> tuple[str, str, list[Change]] | None:
    hours = draft.fits.tool_change.value
    if hours <= 0:
        return None
    half = f"{hours / 2:.2f} h"
    key = "mould_change" if _is_molding(draft) else "setup.time"
    text = f"changes of tool lose half the time ({hours:.1f} h to {hours / 2:.1f} h)"
    return "quick-changes", text, [(f"equipment.*.{key}", half)]


def _half_the_stops(draft: Draft) -> tuple[str, str, list[Change]] | None:
    if not draft.fits.stop_length.n:
        return None
    rarer = f"{{exponential: {{mean: {2 * draft.fits.stop_every.value:.0f} h}}}}"
    changes = [("equipment.*.failures.stop.after", rarer)]
    return "half-the-stops", "machines stop half as often", changes


def _is_molding(draft: Draft) -> bool:
    pattern = draft.mapping.equipment_model
    return pattern is not None and pattern.startswith("molding/")
