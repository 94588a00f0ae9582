"""Active periods of machines, read from a trace.

A machine is active while it works, is set up or is down; an active period ends when it is
blocked, starved or waits for somebody. Planned stops neither end a period nor count. A belt is
no machine in this sense: something on it moves nearly always.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vtwin.plant.primitives import NONE, MachineState
from vtwin.plant.program import Program
from vtwin.plant.trace import Event, Tally, Trace
from vtwin.results.elements import entry_of
from vtwin.results.statistics import interval

_ACTIVE = (MachineState.WORKING, MachineState.SETUP, MachineState.DOWN)
_TICKS = 1e9
#: The momentary bottleneck is looked up at so many equidistant instants.
_INSTANTS = 2000


@dataclass(frozen=True)
class ActivePeriods:
    """By entry: mean active period in s with the half width of its 95 % interval (periods
    taken as independent), how many there were, and the share of the instants looked at in
    which it was the momentary bottleneck (the longest active period then).
    """

    mean_s: Mapping[str, tuple[float, float | None]]
    count: Mapping[str, int]
    momentary: Mapping[str, float]


@dataclass(frozen=True)
class _Periods:
    """Periods of one machine: begin and end on the clock, and active time within, ticks."""

    begin: npt.NDArray[np.int64]
    end: npt.NDArray[np.int64]
    length: npt.NDArray[np.int64]


def active_periods(program: Program, tally: Tally) -> ActivePeriods:
    """Active periods after the warm-up in a traced replication."""
    if tally.trace is None:
        raise ValueError("active periods need a trace")
    since = program.run.warmup
    nothing = np.zeros(0, dtype=np.int64)
    each = [
        _periods(tally.trace, index, since, tally.ended)
        if machine.belt == NONE
        else _Periods(nothing, nothing, nothing)
        for index, machine in enumerate(program.machines)
    ]
    lengths: dict[str, list[float]] = {}
    for machine, periods in zip(program.machines, each, strict=True):
        lengths.setdefault(entry_of(machine.name), []).extend((periods.length / _TICKS).tolist())
    mean: dict[str, tuple[float, float | None]] = {}
    for name, found in lengths.items():
        measured = interval(found, "s")
        mean[name] = (measured.mean or 0.0, measured.half_width)
    return ActivePeriods(
        mean_s=mean,
        count={name: len(found) for name, found in lengths.items()},
        momentary=_momentary(program, each, since, tally.ended),
    )


def _periods(trace: Trace, machine: int, since: int, until: int) -> _Periods:
    rows = np.flatnonzero((trace.kind == Event.STATE) & (trace.entity == machine))
    start = np.maximum(trace.time[rows], since)
    end = np.maximum(np.append(trace.time[rows[1:]], until), since) if len(rows) else start
    keep = end > start
    start, end, state = start[keep], end[keep], trace.value[rows][keep]
    planned = state != MachineState.PLANNED_STOP
    start, end, state = start[planned], end[planned], state[planned]
    active = np.isin(state, _ACTIVE)
    if not active.any():
        none = np.zeros(0, dtype=np.int64)
        return _Periods(none, none, none)
    opens = active & np.append(True, ~active[:-1])
    closes = active & np.append(~active[1:], True)
    done = np.concatenate(([0], np.cumsum(np.where(active, end - start, 0))))
    first, last = np.flatnonzero(opens), np.flatnonzero(closes)
    return _Periods(start[first], end[last], done[last + 1] - done[first])


def _momentary(program: Program, each: list[_Periods], since: int, until: int) -> dict[str, float]:
    instants = since + (np.arange(_INSTANTS) + 0.5) * (until - since) / _INSTANTS
    longest = np.zeros((len(each), _INSTANTS))
    for machine, periods in enumerate(each):
        if not len(periods.begin):
            continue
        at = np.searchsorted(periods.begin, instants, side="right") - 1
        inside = (at >= 0) & (instants < periods.end[np.maximum(at, 0)])
        longest[machine] = np.where(inside, periods.length[np.maximum(at, 0)], 0)
    somebody = longest.max(axis=0) > 0 if len(each) else np.zeros(_INSTANTS, dtype=np.bool_)
    winner = longest.argmax(axis=0)[somebody] if len(each) else np.zeros(0, dtype=np.int64)
    found = {entry_of(machine.name): 0.0 for machine in program.machines}
    for machine, count in zip(*np.unique(winner, return_counts=True), strict=True):
        found[entry_of(program.machines[int(machine)].name)] += float(count)
    total = sum(found.values())
    return {name: (count / total if total else 0.0) for name, count in found.items()}
