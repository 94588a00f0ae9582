"""A cell learned from runs, as a scenario and a page about its figures. The scenario plays what was
recorded: as many parts, in the hours in which somebody was there.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from statistics import fmean, stdev

from vtwin.history.figures import Estimate, Fit
from vtwin.history.runs import CellFit, OperationFit, Run, program_times
from vtwin.history.writing import HEAD

#: Run times that differ by less than this share of their mean are one time.
_ALIKE = 0.02
#: Days after the last one on which the twin may go on if it takes longer than the records.
_MORE = 3


def files(runs: Sequence[Run], fit: CellFit, source: str) -> dict[str, str]:
    """The texts of `scenario.yaml` and `parameters.md`."""
    text = "\n".join([*_head(runs, source), *_plant(runs, fit)]) + "\n"
    return {"scenario.yaml": text, "parameters.md": page(runs, fit, source)}


def _head(runs: Sequence[Run], source: str) -> list[str]:
    first = min(run.begin for run in runs).date()
    last = max(run.end for run in runs).date()
    days = (last - first).days + 1 + _MORE
    return [
        HEAD,
        f"# {source}: {len(runs)} runs, {first} to {last}. parameters.md tells every figure.",
        "vtwin: 1",
        f"name: Cell of {len({run.machine for run in runs})} machines",
        "description: The recorded runs, in the hours in which somebody was there",
        f"run: {{horizon: {days} d, replications: 20, seed: 1, start: {first}, stop: orders_done}}",
        "calendars:",
        *_calendar("cell", _sessions(runs), runs),
        *(
            line
            for machine in sorted({run.machine for run in runs})
            for line in _calendar(machine, _own(machine, runs), runs)
        ),
    ]


#: Day -> from the first to the last run, as times of the day.
Sessions = dict[dt.date, tuple[str, str]]


def _sessions(runs: Iterable[Run]) -> Sessions:
    by_day: dict[dt.date, list[Run]] = {}
    for run in runs:
        by_day.setdefault(run.begin.date(), []).append(run)
    found = {}
    for day, made in sorted(by_day.items()):
        end = max(run.end for run in made)
        over = end.date() > day or f"{end:%H:%M}" == f"{made[0].begin:%H:%M}"
        begin = min(run.begin for run in made)
        found[day] = (f"{begin:%H:%M}", "24:00" if over else f"{end:%H:%M}")
    return found


def _own(machine: str, runs: Sequence[Run]) -> Sessions:
    """The sessions of a machine; after its last run it follows those of the cell, should the twin
    take longer.
    """
    cell = _sessions(runs)
    own = _sessions(run for run in runs if run.machine == machine)
    last = max(own)
    own[last] = (own[last][0], cell[last][1])
    return own | {day: hours for day, hours in cell.items() if day > last}


def _calendar(name: str, sessions: Sessions, runs: Sequence[Run]) -> Iterable[str]:
    last = max(run.end for run in runs).date()
    yield f"  {_id(name)}:"
    yield "    days:"
    for day, (begin, end) in sorted(sessions.items()):
        yield f'      {day}: ["{begin}-{end if day < last else "24:00"}"]'
    for n in range(1, _MORE + 1):
        yield f'      {last + dt.timedelta(days=n)}: ["00:00-24:00"]'


def _plant(runs: Sequence[Run], fit: CellFit) -> Iterable[str]:
    yield "products:"
    for part in sorted({o.part for o in fit.operations}):
        yield f"  {_id(part)}:"
        yield "    route:"
        for operation in sorted({o.operation for o in fit.operations if o.part == part}):
            yield from _step(
                [o for o in fit.operations if (o.part, o.operation) == (part, operation)], runs
            )
    yield "orders:"
    for part in sorted({o.part for o in fit.operations}):
        count = max(o.runs for o in fit.operations if o.part == part)
        yield f"  - {{product: {_id(part)}, quantity: {count}}}"
    yield "equipment:"
    for machine in sorted({o.machine for o in fit.operations}):
        yield from _machine(machine, fit)
    yield "people:"
    yield "  operator: {count: 1, calendar: cell}"


def _step(made: Sequence[OperationFit], runs: Sequence[Run]) -> Iterable[str]:
    most = max(made, key=lambda o: o.runs)
    own = [r for r in runs if (r.part, r.operation) == (most.part, most.operation)]
    times = program_times(own)
    alike = len(times) < 2 or stdev(times) < _ALIKE * fmean(times)
    listed = ", ".join(f"{seconds:.0f} s" for seconds in times)
    cycle = f"{most.run_time:.0f} s" if alike else f"{{empirical: {{values: [{listed}]}}}}"
    on = ", ".join(_id(o.machine) for o in made)
    yield f"      - op: OP{most.operation}"
    yield f"        on: [{on}]"
    yield f"        setup: {_id(most.part)}-{most.operation}"
    yield f"        cycle: {cycle}"
    if most.change.n:
        yield f"        load: {_time(most.change)}"


def _machine(machine: str, fit: CellFit) -> Iterable[str]:
    yield f"  {_id(machine)}:"
    yield f"    calendar: {_id(machine)}"
    yield "    operator: operator"
    yield "    dispatch: least_setup"
    if fit.set_ups:
        yield f"    setup: {{time: {fmean(fit.set_ups):.0f} s, by: operator}}"
    if fit.stops:
        after = f"{{exponential: {{mean: {fit.stop_every.value:.2f} h}}}}"
        yield f"    failures: {{stop: {{after: {after}, repair: {_time(fit.stop_length)}}}}}"
    if fit.away:
        every = f"{{exponential: {{mean: {fit.away_every.value:.2f} h}}}}"
        takes = _time(fit.away_length)
        yield "    maintenance:"
        yield f"      away: {{every: {every}, clock: operating, takes: {takes}, by: operator}}"


def _time(fit: Fit) -> str:
    if fit.kind == "exponential":
        return f"{{exponential: {{mean: {fit.mean:.0f} s}}}}"
    return f"{{{fit.kind}: {{mean: {fit.mean:.0f} s, cv: {fit.cv:.2f}}}}}"


def _id(name: str) -> str:
    """A name as an id of a scenario."""
    return re.sub(r"[^\w-]", "-", name)


def page(runs: Sequence[Run], fit: CellFit, source: str) -> str:
    """What was learned, figure by figure."""
    lines = [
        f"# Learned from {source}",
        "",
        "| operation | machine | runs | without a stop | run time | change of the part | cv |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {o.part} OP{o.operation} | {o.machine} | {o.runs} | {o.whole} | {o.run_time:.0f} s "
        f"| {o.change.mean:.0f} s ({o.change.n}) | {o.change.cv:.2f} |"
        for o in fit.operations
    ]
    lines += ["", "| figure | value | 95 % interval | rests on |", "|---|---:|---|---|"]
    lines += [_row(e) for e in (fit.stop_every, fit.away_every)]
    for name, length in (("a stop", fit.stop_length), ("an absence", fit.away_length)):
        fits = "not contradicted" if length.passes else "contradicted"
        told = f"{length.kind}, cv {length.cv:.2f}, {fits} (KS {length.distance:.2f})"
        lines.append(f"| length of {name} | {length.mean / 60:.1f} min | | {told} |")
    if fit.set_ups:
        each = ", ".join(f"{seconds / 60:.0f}" for seconds in fit.set_ups)
        told = f"| set-up | {fmean(fit.set_ups) / 60:.0f} min | | {each} min |"
        lines.append(told)
    for o in fit.operations:
        if o.others:
            numbers = ", ".join(map(str, o.others))
            lines += ["", f"{o.part} OP{o.operation}: no. {numbers} ended at another block than "
                      "most, so of another program; not used for the run time."]  # fmt: skip
    broken = [run for run in runs if not run.whole]
    lines += ["", "Runs with stops:", ""]
    for run in broken:
        kinds = ", ".join(sorted({stop.kind for stop in run.stops}))
        lines.append(
            f"- {run.part} OP{run.operation} no. {run.number}: {run.stopped / 60:.1f} min in "
            f"{len(run.stops)} ({kinds})"
        )
    lines += ["", "The records say nothing of power, prices, scrap and of who was there."]
    return "\n".join(lines) + "\n"


def _row(estimate: Estimate) -> str:
    span = "" if estimate.low is None else f"{estimate.low:.2f} to {estimate.high:.2f}"
    value = f"{estimate.value:.2f} {estimate.unit}"
    return f"| work from {estimate.name} to {estimate.name} | {value} | {span} | {estimate.how} |"
