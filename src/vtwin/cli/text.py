"""Answers as text for people: rich tables, aligned units, ± intervals."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from vtwin.app import wording
from vtwin.base.errors import Problem
from vtwin.base.units import counted

if TYPE_CHECKING:
    from vtwin.app.programs import NcTime
    from vtwin.app.runs import Plant, RunResult
    from vtwin.app.scenarios import Checked, FamilyEntry, Model
    from vtwin.app.studies import Explanation, Study
    from vtwin.results.statistics import Interval

MOST_MACHINES = 14
#: Causes of scrap that say no more than that there was some.
PLAIN_CAUSES = ("scrap", "rework limit", "failure of a machine", "scrap or rework limit")
MINUS = "−"


def problems(found: Iterable[Problem]) -> None:
    """Problems on standard error, one line each, as they are."""
    for problem in found:
        head = "warning: " if problem.severity == "warning" else ""
        print(f"{head}{problem}", file=sys.stderr)


def checked(answer: Checked) -> RenderableType:
    """One sentence about a check."""
    if not answer.ok:
        errors = sum(p.severity == "error" for p in answer.problems)
        return Text(f"{counted(errors, 'problem')} in {answer.path}", style="red")
    what = f"{answer.path}: {answer.name or 'scenario'} is in order"
    if answer.variants:
        what += f", and so are its variants {', '.join(answer.variants)}"
    return Text(what, style="green")


def lines(written: Sequence[str], width: int) -> RenderableType:
    """Lines that are laid out already; only those too long for the console are broken, the
    rest of them indented under their beginning.
    """
    broken: list[str] = []
    for line in written:
        indent = " " * (len(line) - len(line.lstrip()) + 6)
        broken += textwrap.wrap(
            line, width, subsequent_indent=indent, drop_whitespace=False, break_long_words=False
        ) or [""]
    return Text("\n".join(broken), no_wrap=True, overflow="ignore")


def heading(text: str) -> Text:
    """A section's title."""
    return Text(f"\n{text}", style="bold")


def plain_table(*columns: str) -> Table:
    """A table without lines; a column named ``>x`` is right-aligned."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for column in columns:
        table.add_column(
            column.removeprefix(">"), justify="right" if column[:1] == ">" else "left", no_wrap=True
        )
    return table


def indented(*parts: RenderableType) -> Padding:
    """Two spaces to the left."""
    return Padding(Group(*parts), (0, 0, 0, 2), expand=False)


def result(answer: RunResult, *, name: bool = True, limit: bool = True) -> RenderableType:
    """A run: what was simulated, the KPIs, the machines, what limits it. ``name`` and
    ``limit``: leave out what was said before or follows.
    """
    parts: list[RenderableType] = [_title(answer, name=name), indented(_kpis(answer))]
    parts += [heading("Machines, % of time"), indented(_machines(answer))]
    if answer.summary.people:
        parts += [heading("People"), indented(_people(answer))]
    if answer.summary.transport:
        parts += [heading("Transport"), indented(*_transport(answer))]
    told = ("in_stock", "too_old")
    if answer.summary.carriers or any(
        key in figures for figures in answer.summary.products.values() for key in told
    ):
        parts += [heading("Parts and carriers"), indented(_parts(answer))]
    if answer.summary.tools:
        parts += [heading("Tools that wear out"), indented(_tools(answer))]
    if answer.summary.bands or answer.summary.peak is not None:
        parts += [heading("Energy"), indented(_energy(answer))]
    if answer.scrap and any(row.cause not in PLAIN_CAUSES for row in answer.scrap):
        parts += [heading("Scrap by cause"), indented(_scrap(answer))]
    if answer.recall:
        parts += [heading("What one suspect calls back, shipped pieces"), indented(_recall(answer))]
    if limit and answer.limit:
        parts += [heading("What limits it"), indented(Text(answer.limit))]
    return Group(*parts)


def _title(answer: RunResult, *, name: bool) -> Text:
    summary = answer.summary
    observed = wording.duration(summary.horizon_s)
    if set(summary.ended) - {"horizon", "stall"}:
        observed = f"up to {observed}"
    if summary.warmup_s:
        observed += f", of which {wording.duration(summary.warmup_s)} warm-up"
    facts = [
        counted(summary.replications, "replication"),
        observed,
        f"engine {summary.engine}",
        f"seed {summary.seed}",
    ]
    title = Text(f"\n{answer.name}\n" if name else "", style="bold")
    title.append(" · ".join(facts), style="not bold dim")
    if answer.interrupted:
        told = f"\nstopped after {summary.replications} of {answer.asked} replications"
        title.append(told, style="not bold yellow")
    if answer.from_store:
        title.append(f"\nkept from {answer.kept_at}; --fresh runs it again", style="not bold dim")
    return title.append("\n")


def _kpis(answer: RunResult) -> RenderableType:
    table = plain_table("", ">", "", "", "")
    table.show_header = False
    without: dict[str, list[str]] = {}
    for key, title in wording.TITLES.items():
        interval = answer.summary.kpis.get(key)
        if interval is None:
            continue
        if interval.mean is None:
            without.setdefault(interval.why or "undefined", []).append(title.lower())
            continue
        value, margin, unit = wording.split(interval.mean, interval.half_width, interval.unit)
        remark = answer.remarks.get(key, "")
        if interval.half_width is None:
            remark = interval.why or remark
        table.add_row(title, Text(value, style="bold"), margin, unit, Text(remark, style="dim"))
    if not without:
        return table
    told = "; ".join(f"{', '.join(titles)} ({why})" for why, titles in without.items())
    return Group(table, Text(f"Not known: {told}", style="dim"))


def _machines(answer: RunResult) -> RenderableType:
    equipment = answer.summary.equipment
    used = [s for s in wording.STATES if any(e.states.get(s, 0) > 0 for e in equipment.values())]
    queues = {_mean(entry.figures, "mean_input_queue", 1) for entry in equipment.values()}
    shared = len(answer.program.stations) == 1 and len(queues) == 1 and len(equipment) > 1
    headers = [f">{wording.STATES[s]}" for s in used]
    table = plain_table("", *headers, ">OEE, %", *([] if shared else [">queue"]))
    ranked = sorted(
        equipment.items(),
        key=lambda pair: (-pair[1].states["working"] - pair[1].states["setup"], pair[0]),
    )
    for name, entry in ranked[:MOST_MACHINES]:
        many = f" ×{len(entry.machines)}" if entry.machines else ""
        shares = [wording.percent(entry.states.get(s, 0.0)) for s in used]
        queue = [] if shared else [_mean(entry.figures, "mean_input_queue", 1)]
        table.add_row(name + many, *shares, _mean(entry.figures, "oee", 100), *queue)
    told = [f"waiting in the one queue before them: {queues.pop()} on average"] if shared else []
    if len(ranked) > MOST_MACHINES:
        told.append(f"and {len(ranked) - MOST_MACHINES} less busy ones (--json or --html)")
    return Group(table, *(Text(line, style="dim") for line in told))


def _mean(figures: Mapping[str, Any], key: str, factor: float) -> str:
    figure = figures.get(key)
    if figure is None or figure.mean is None:
        return "–"
    return f"{factor * figure.mean:,.1f}"


def _parts(answer: RunResult) -> Table:
    """Stocks of components, what spoils, and how busy carriers are."""
    table = plain_table("", "", ">", "", "")
    summary = answer.summary
    for groups, key, told in (
        (summary.products, "in_stock", "in stock, mean"),
        (summary.products, "too_old", "too old when taken"),
        (summary.carriers, "in_use", "in use"),
    ):
        for name, figures in groups.items():
            if figure := figures.get(key):
                cells = wording.split(figure.mean, figure.half_width, figure.unit)
                table.add_row(name, told, *cells)
    return table


def _tools(answer: RunResult) -> Table:
    """How often tools are renewed, and how long they are away for it."""
    table = plain_table("", ">", "", "", ">", "", "")
    for name, figures in answer.summary.tools.items():
        cells: list[str] = []
        for key, told in (("renewals_per_day", "renewed"), ("away", "away")):
            figure = figures[key]
            cells += [told, *wording.split(figure.mean, figure.half_width, figure.unit)]
        table.add_row(name, *cells)
    return table


_PEOPLE = {
    "busy": "busy",
    "walking": "walks, %",
    "teaching": "teaches, %",
    "overtime": "overtime, %",
    "mean_wait_s": "mean wait",
    "labour_cost_per_part": "{unit} per piece",
}
#: Without their interval: the line would be too long.
_SHORT = ("walking", "teaching", "overtime", "labour_cost_per_part")


def _energy(answer: RunResult) -> RenderableType:
    """Energy and its cost by band of the tariff; when the peak was, and who drew it."""
    table = plain_table("", ">energy", "", "", ">cost", "", "", ">peak", "", "")
    for band, figures in answer.summary.bands.items():
        cells: list[str] = []
        for key in ("energy_share", "energy_cost_per_day", "peak_kw"):
            figure = figures[key]
            cells += wording.split(figure.mean, figure.half_width, figure.unit)
        table.add_row(band, *cells)
    parts: list[RenderableType] = [table] if answer.summary.bands else []
    if answer.summary.peak is not None:
        told = wording.peak(answer.summary.peak, answer.program.run)
        parts.append(Text(told, style="" if parts else "dim"))
    return Group(*parts)


def _people(answer: RunResult) -> Table:
    groups = answer.summary.people
    heads = dict(_PEOPLE)
    used = {key: f for entry in groups.values() for key, f in entry.figures.items() if f.mean}
    for key in _SHORT:
        if key not in used:
            del heads[key]
    columns: list[str] = []
    for key, head in heads.items():
        unit = used[key].unit if key in used else ""
        columns += [f">{head.format(unit=unit)}", *([] if key in _SHORT else ["", ""])]
    table = plain_table("", *columns)
    for group, entry in groups.items():
        cells: list[str] = []
        for key in heads:
            figure = entry.figures[key]
            if key not in _SHORT:
                cells += wording.split(figure.mean, figure.half_width, figure.unit)
            elif figure.mean is None:
                cells.append("–")
            else:
                scale = 100.0 if figure.unit == "share" else 1.0
                digits = 1 if scale * figure.mean < 100 else 0
                cells.append(f"{scale * figure.mean:,.{digits}f}" if figure.mean else "·")
        table.add_row(group, *cells)
    return table


_TRANSPORT = {
    "transport_busy": "busy",
    "transport_empty": "empty",
    "moves_per_h": "moves",
    "transport_wait_s": "items wait",
}
#: What keeps vehicles, where anything does.
_KEPT = {
    "transport_blocked": "at doors",
    "transport_held": "held up",
    "transport_held_s": "per move",
    "transport_charging": "charging",
    "transport_flat_per_day": "run flat",
}


def _transport(answer: RunResult) -> list[RenderableType]:
    """Every kind of vehicle: how busy, how long items wait for one, and what keeps vehicles."""
    transport = answer.summary.transport
    kept = {
        key: head
        for key, head in _KEPT.items()
        if any(figures[key].mean for figures in transport.values())
    }
    parts: list[RenderableType] = [_fleets(answer, _TRANSPORT)]
    if kept:
        parts += ["", _fleets(answer, kept)]
    held = {n: f["aisle_held_s"].mean or 0.0 for n, f in answer.summary.aisles.items()}
    worst = max(held, key=lambda name: held[name], default=None)
    if worst is not None and held[worst] > 0:
        parts.append(f"Longest before {worst}: {held[worst]:.3g} s per vehicle")
    return parts


def _fleets(answer: RunResult, heads: Mapping[str, str]) -> Table:
    """Figures of every kind of vehicle."""
    transport = answer.summary.transport
    columns = [column for head in heads.values() for column in (f">{head}", "", "")]
    table = plain_table("", *columns)
    for fleet, figures in transport.items():
        cells: list[str] = []
        for key in heads:
            cells += wording.split(figures[key].mean, figures[key].half_width, figures[key].unit)
        table.add_row(fleet, *cells)
    return table


def _scrap(answer: RunResult) -> Table:
    table = plain_table("", "", "", ">pieces", ">of all scrap", ">cost")
    for row in answer.scrap[:MOST_MACHINES]:
        at = " ".join(part for part in (row.product, row.operation) if part)
        cells = (_plain(f) for f in (row.pieces, row.share, row.cost))
        table.add_row(row.cause, at, row.machine, *cells)
    return table


def _recall(answer: RunResult) -> Table:
    table = plain_table("", "", ">mean", ">9 in 10 up to", ">share", ">until known")
    for row in answer.recall[:MOST_MACHINES]:
        cells = (_plain(f) for f in (row.mean, row.p90, row.share, row.exposed))
        table.add_row(row.name, f"one {row.unit}", *cells)
    return table


def _plain(figure: Interval) -> str:
    """A figure of pieces without its unit, which the column says."""
    return wording.said(figure.to_json()).removesuffix(" pieces")


def plant(ready: Plant) -> RenderableType:
    """What is going to be simulated, in two lines."""
    program = ready.program
    things = [
        (len(program.machines), "machine"),
        (len(program.tools), "mould or tool"),
        (len(program.products), "product"),
        (len(program.orders), "order"),
        (len(program.workers), "person"),
        (len(program.vehicles), "vehicle"),
    ]
    plural = {"mould or tool": "moulds and tools", "person": "people"}
    facts = [
        f"{number:,} {plural.get(noun, noun + 's') if number != 1 else noun}"
        for number, noun in things
        if number
    ]
    title = Text(f"\n{ready.name}\n", style="bold")
    return title.append(" · ".join(facts), style="not bold dim")


def explanation(answer: Explanation) -> RenderableType:
    """What limits a plant: the jury, the proof, the lost time."""
    parts: list[RenderableType] = [heading("What limits it")]
    if answer.run.limit:
        parts.append(indented(Text(answer.run.limit)))
    if answer.gains and answer.proof is not None:
        goal = wording.TITLES.get(answer.proof.goal, answer.proof.goal).lower()
        table = plain_table("10 % faster", f">{goal}", "", "", "")
        for gain in answer.gains:
            said = _change(gain.mean, gain.half_width, gain.unit)
            remark = "" if gain.clear else "cannot be told from no gain"
            table.add_row(gain.suspect, *said, Text(remark, style="dim"))
        parts += [Text(""), indented(table, Text(answer.conclusion, style="bold"))]
    if answer.lost:
        table = plain_table("", ">% of the lost time")
        for cause, share in answer.lost:
            table.add_row(cause, wording.percent(share))
        parts += [heading(f"Where {answer.constraint} loses its time"), indented(table)]
    return Group(*parts)


def _change(
    mean: float | None, half_width: float | None, unit: str, like: float | None = None
) -> tuple[str, str, str]:
    """A difference with its sign; shares as percentage points; times in the unit of ``like``."""
    value, margin, shown = wording.split(mean, half_width, unit, like=like)
    if mean is not None and mean > 0:
        value = f"+{value}"
    return value.replace("-", MINUS), margin, "%-points" if unit == "share" and shown else shown


def comparison(study: Study) -> RenderableType:
    """The verdict, what was changed, and each KPI's difference to the baseline."""
    from vtwin.studies.wording import together

    compared = study.comparison
    parts: list[RenderableType] = [heading("Which is better")]
    if study.interrupted:
        told = f"stopped early: {counted(compared.replications, 'replication')} compared"
        parts.append(indented(Text(told, style="yellow")))
    changes = plain_table("", "")
    changes.show_header = False
    changes.columns[1].no_wrap = False
    for label, words in study.changes.items():
        changes.add_row(label, Text("; ".join(words) or "no change", style="dim"))
    parts += [indented(changes), Text(""), indented(_Differences(study))]
    verdict = Text(compared.verdict.sentence(), style="bold")
    why = f"judged by {wording.TITLES.get(compared.verdict.goal, compared.verdict.goal).lower()}: "
    facts = f"{why}{compared.verdict.why_goal}; ≈ cannot be told apart"
    if wider := together(compared.verdict):
        facts += f"; {wider}"
    return Group(*parts, Text(""), indented(verdict, Text(facts, style="dim")))


@dataclass(frozen=True)
class _Differences:
    """A row per KPI: the baseline, and each alternative's difference in the same unit. As many
    alternatives stand side by side as the console is wide for, the others below.
    """

    study: Study

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Table]:
        labels = list(self.study.comparison.differences)
        while labels:
            shown = next(
                n
                for n in range(len(labels), 0, -1)
                if n == 1 or self._width(labels[:n], console, options) <= options.max_width
            )
            yield _differences(self.study, labels[:shown])
            labels = labels[shown:]
            if labels:
                yield plain_table("")  # an empty line

    def _width(self, labels: Sequence[str], console: Console, options: ConsoleOptions) -> int:
        from rich.measure import Measurement

        table = _differences(self.study, labels)
        return Measurement.get(console, options.update(max_width=1000), table).maximum


def _differences(study: Study, labels: Sequence[str]) -> Table:
    """The differences of these alternatives."""
    compared = study.comparison
    headers = [column for label in labels for column in (f">{label}", "")]
    table = plain_table("", "", f">{compared.baseline}", *headers)
    table.columns[0].no_wrap = False
    table.columns[0].min_width = 15
    for key, title in wording.TITLES.items():
        base = compared.summaries[compared.baseline].kpis.get(key)
        if base is None or base.mean is None or key == "throughput_per_h":  # good per day says it
            continue
        value, _, unit = wording.split(base.mean, base.half_width, base.unit)
        cells: list[RenderableType] = [Text(unit, style="dim"), value]
        for label in labels:
            one = compared.differences[label].get(key)
            if one is None or one.gain.mean is None:
                cells += ["–", ""]
            elif one.identical:
                cells += [Text("same", style="dim"), ""]
            else:
                told, margin, _ = _change(one.gain.mean, one.gain.half_width, one.unit, base.mean)
                told = f"≈ {told}" if one.call == "cannot_tell" else told
                colour = {"better": "green", "worse": "red"}.get(one.call, "")
                cells += [Text(told, style=colour), margin]
        table.add_row(title, *cells)
    return table


def library(families: Sequence[FamilyEntry]) -> RenderableType:
    """The equipment models, by family."""
    parts: list[RenderableType] = []
    for family in families:
        title = Text(f"\n{family.name}", style="bold")
        if family.package:
            title.append(f"  from the package {family.package}", style="not bold yellow")
        title.append(f"\n{family.doc.get('en', '')}", style="not bold dim")
        table = plain_table("", "")
        table.show_header = False
        table.columns[1].no_wrap = False
        for entry in family.models:
            table.add_row(entry.name, Text(entry.doc.get("en", ""), style="dim"))
        parts += [title, indented(table)]
    told = "vtwin library NAME tells the values of a model and where each comes from."
    return Group(*parts, Text(f"\n{told}", style="dim"))


def model(entry: Model) -> RenderableType:
    """One equipment model: each value and where it comes from, what could be said besides."""
    table = plain_table("", "", "source")
    table.columns[2].no_wrap = False
    for parameter in entry.parameters:
        table.add_row(parameter.name, parameter.value, Text(parameter.source, style="dim"))
    title = Text(f"\n{entry.name}\n", style="bold")
    if entry.package:
        title.append(f"from the package {entry.package}\n", style="not bold yellow")
    title.append("\n".join(entry.doc.values()), style="not bold")
    parts: list[RenderableType] = [title, indented(Text(""), table)]
    if entry.more:
        open_ones = plain_table("", "", "")
        open_ones.show_header = False
        open_ones.columns[2].no_wrap = False
        for word in entry.more:
            written = word.written.replace("`", "")
            default = word.default or (written if written == "text" else f"e.g. {written}")
            open_ones.add_row(word.name, default, Text(word.meaning, style="dim"))
        parts += [
            heading("Can be said besides (default, or how it is written)"),
            indented(open_ones),
        ]
    written = f"In a scenario: {{model: {entry.name}}}; any value can be written over there."
    tried = f"To try it:     vtwin new try-it --from {entry.name}"
    return Group(*parts, indented(Text(f"\n{written}\n{tried}", style="dim")))


def nc_time(found: NcTime) -> RenderableType:
    """Where the time of an NC program goes."""
    names = {
        "cutting": "At feed rate",
        "rapid": "Rapid moves",
        "tool_change": counted(found.changes, "tool change"),
        "spindle": "Spindle starts and stops",
        "dwell": "Dwells",
        "other": "Start, codes of the machine",
    }
    table = plain_table("", ">s", ">%")
    for part, seconds in found.parts.items():
        if seconds > 0:
            share = f"{100 * seconds / found.total:.0f}"
            table.add_row(names[part].capitalize(), f"{seconds:.1f}", share)
    table.add_row("Together", f"{found.total:.1f}", "")
    tools = plain_table("", ">s at feed rate")
    for tool, seconds in found.by_tool.items():
        tools.add_row(f"T{tool}", f"{seconds:.1f}")
    title = Text(f"\n{Path(found.file).name} on {found.model}\n", style="bold")
    return Group(title, indented(table), Text(""), indented(tools))


def next_steps(report: Path | None, scenario: str) -> RenderableType:
    """What to try after the demo."""
    parts: list[RenderableType] = []
    if report is not None:
        parts += [heading("Report with pictures"), indented(Text(str(report)))]
    table = plain_table("", "")
    table.show_header = False
    table.add_row("vtwin serve", "look at this plant in the browser")
    table.add_row(f"vtwin explain {scenario}", "where the time goes, and what would help")
    table.add_row("vtwin new my-plant", "start a plant of your own")
    table.add_row("vtwin learn DATA --map MAP --out DIR", "make one from a plant's records")
    return Group(*parts, heading("Next"), indented(table))
