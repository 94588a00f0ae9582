"""Machines with their set-ups, belts, failure modes and meters; stations."""

from __future__ import annotations

import numpy as np

from vtwin.base.draws import never_varies
from vtwin.engines.kernel import layout as at
from vtwin.engines.kernel.encoding.tables import ENDLESS, Tables
from vtwin.engines.kernel.memory import FIELD
from vtwin.plant import rules
from vtwin.plant.primitives import (
    NONE,
    UNLIMITED,
    Belt,
    DispatchRule,
    FailureClock,
    MachineState,
    ReleaseKind,
    ShiftEnd,
)


def machines(t: Tables) -> None:
    """Machines, what each can do and what is mounted on it."""
    p = t.program
    ways: list[list[int]] = [[] for _ in p.machines]
    for found in t.ways_of:
        for machine, way in found:
            ways[machine].append(way)
    for index, spec in enumerate(p.machines):
        start = t.machines.at(index)
        t.fill(
            start,
            M_WORK_KIND=at.WORK_MACHINE,
            M_INDEX=index,
            M_SLOT=t.slots.machines[index],
            M_DOING=MachineState.STARVED,
            M_STATE=MachineState.STARVED,
            M_KEY=spec.initial_key,
            M_OPEN=1,
            M_ON_DUTY=1,
            M_FIT=1,
            M_FINISHES=spec.shift_end is ShiftEnd.FINISH,
            M_CYCLING=NONE,
            M_HANDED=NONE,
            M_X=spec.x,
            M_Y=spec.y,
            M_STANDS=bool(spec.restart or spec.warm_up),
            M_WARM_UP=spec.warm_up,
            M_COOLS=spec.cools,
            M_RESTART=spec.restart,
            M_PATIENCE=spec.patience,
        )
        t.link(
            start,
            M_STATION=t.stations.at(spec.station),
            M_TASK=t.task(index, start, start, t.slots.machines[index]),
            M_TOOL=t.ref(t.tools, spec.initial_tool),
        )
        t.list_of(start, "M_WAYS", "M_WAY_COUNT", ways[index])
        _modes(t, start, spec.failures)
        if spec.belt != NONE:
            _belt(t, start, p.belts[spec.belt])
        if spec.setup != NONE:
            _cells(t, start, spec.name, spec.setup)


def _belt(t: Tables, machine: int, spec: Belt) -> None:
    start = t.draft.table(1, at.B_SIZE).start
    t.fill(
        start,
        B_PLACES=spec.places,
        B_TRAVEL=spec.travel,
        B_PITCH=spec.pitch,
        B_ACCUMULATING=spec.accumulating,
        B_TICKING=1,
        B_LAST_IN=-spec.pitch,
        B_LAST_OUT=-spec.pitch,
        B_DUE=-1,
    )
    t.link(start, B_CLOSED=t.draft.table(1, at.IT_SIZE).start)
    t.link(machine, M_BELT=start)


def _modes(t: Tables, machine: int, failures: tuple[int, ...]) -> None:
    """Modes that strike through the work, and those looked at when it ends, by slot."""
    ageing, upkeep = [], []
    for index in sorted(failures, key=lambda f: t.slots.failures[f]):
        spec, record = t.program.failures[index], t.faults.at(t.owned.index(index))
        if spec.planned or spec.clock is FailureClock.CYCLES:
            upkeep.append(record)
        elif spec.clock is FailureClock.OPERATING:
            ageing.append(record)
    t.list_of(machine, "M_AGEING", "M_AGEING_COUNT", ageing)
    t.list_of(machine, "M_UPKEEP", "M_UPKEEP_COUNT", upkeep)


def _cells(t: Tables, machine: int, name: str, setup: int) -> None:
    """The set-up table as one machine uses it; a stream per cell that varies (S-33)."""
    table = t.program.setups[setup]
    size = len(table.keys)
    cells = t.draft.table(size**2, at.CELL_SIZE)
    told = np.zeros((size**2, at.CELL_SIZE), dtype=np.int64)
    chosen = np.array(table.cell, dtype=np.int64).reshape(-1)
    told[:, at.CELL_STREAM] = NONE
    for cell in np.unique(chosen[chosen != NONE]).tolist():
        drawn, places = t.program.distributions[cell], np.flatnonzero(chosen == cell)
        told[places, at.CELL_EXPECTED] = t.expected[cell]
        if never_varies(drawn):
            told[places, at.CELL_STREAM] = t.stream(drawn, name, "setup")
            continue
        for place in places.tolist():
            pair = f"setup/{table.keys[place // size]}/{table.keys[place % size]}"
            told[place, at.CELL_STREAM] = t.stream(drawn, name, pair)
    t.draft.write(cells.start, told)
    t.link(machine, M_SETUPS=cells.start, M_SETUP_SKILL=t.ref(t.skills, table.skill))
    t.fill(machine, M_SETUP_KEYS=size, M_SETUP_HEADS=table.heads)


def faults(t: Tables) -> None:
    """Failure modes and maintenance of machines."""
    p = t.program
    owner = {f: m for m, machine in enumerate(p.machines) for f in machine.failures}
    for n, index in enumerate(t.owned):
        spec, start = p.failures[index], t.faults.at(n)
        t.fill(
            start,
            J_WORK_KIND=at.WORK_FAULT,
            F_INDEX=index,
            J_SLOT=t.slots.failures[index],
            F_PART=spec.part,
            J_HEADS=spec.heads,
            F_PLANNED=spec.planned,
            F_LIFE=spec.life if spec.clock is FailureClock.CYCLES else 0,
            F_CALENDAR_CLOCK=spec.clock is FailureClock.CALENDAR,
            F_AFTER=t.stream(spec.after, spec.name, "after"),
            F_REPAIR=t.stream(spec.repair, spec.name, "repair"),
        )
        t.link(
            start,
            F_MACHINE=t.machines.at(owner[index]),
            J_SKILL=t.ref(t.skills, spec.skill),
            J_TASK=t.task(
                len(p.machines) + n,
                start,
                t.machines.at(owner[index]),
                t.slots.failures[index],
            ),
        )


def meters(t: Tables) -> None:
    """What each machine draws, and the windows of demand."""
    run = t.program.run
    for index in range(t.meters.count):
        spec, start = t.program.machines[index], t.meters.at(index)
        t.link(start, ME_MACHINE=t.machines.at(index))
        t.fill(start, ME_LENGTH=spec.surge)
        if spec.surge:
            t.link(t.machines.at(index), M_METER=start)
        for state, kw in enumerate(spec.power_kw if spec.fuel_price < 0 else ()):
            t.draft.put(start + at.ME_WATTS + state, rules.watts(kw))
            more = rules.watts(spec.surge_kw) - rules.watts(kw)
            t.draft.put(start + at.ME_MORE + state, more)
    t.fill(
        0,
        H_METERS=t.meters.start * FIELD,
        H_METER_COUNT=t.meters.count,
        H_WINDOW=run.demand or at.NEVER,
        H_WINDOW_WIDTH=run.demand,
        H_WARMUP=run.warmup,
        H_PEAK=-1,
        H_PEAK_AT=-1,
    )
    _bands(t)


def _bands(t: Tables) -> None:
    """The tariff: what is in force until when, and the peaks of each band."""
    run = t.program.run
    if not run.demand or not run.bands:
        return
    for index in range(t.bands.count):
        t.draft.put(t.bands.at(index) + at.BD_PEAK, -1)
    steps = t.draft.table(len(run.bands), at.BS_SIZE)
    ends = [start for start, _ in run.bands[1:]]
    for n, ((_, band), until) in enumerate(zip(run.bands, [*ends, at.NEVER], strict=True)):
        t.fill(steps.at(n), BS_UNTIL=until)
        t.link(steps.at(n), BS_BAND=t.bands.at(band))
    t.link(0, H_BANDS=t.bands.start)
    t.fill(0, H_BAND_STEPS=steps.start * FIELD)


def stations(t: Tables) -> None:
    """Stations, what stands before them and how they decide."""
    p = t.program
    lines: list[list[int]] = [[] for _ in p.stations]
    for index, op in enumerate(p.operations):
        lines[op.station].append(index)
    supplies: list[list[int]] = [[] for _ in p.stations]
    for index, source in enumerate(p.sources):
        if source.kind is ReleaseKind.SATURATED:
            first = p.operations[p.products[source.product].route[0]]
            supplies[first.station].append(t.sources.at(index))
    machines: list[list[int]] = [[] for _ in p.stations]
    for index, machine in enumerate(p.machines):
        machines[machine.station].append(index)
    users: dict[int, set[int]] = {}
    for op in p.operations:
        users.setdefault(op.tool, set()).add(op.station)
    t.alike = [_serve_alike(t, *both) for both in zip(lines, machines, strict=True)]
    for index, spec in enumerate(p.stations):
        start = t.stations.at(index)
        t.fill(
            start,
            ST_INDEX=index,
            ST_RULE=spec.rule,
            ST_START=_how_to_start(t, index),
            ST_PLACES=ENDLESS if spec.input == UNLIMITED else spec.input,
            ST_OUTPUT_PLACES=ENDLESS if spec.output == UNLIMITED else spec.output,
            ST_IS_ENDLESS=spec.input == UNLIMITED,
        )
        if spec.nodes:
            t.link(start, ST_NODES=t.draft.numbers(spec.nodes))
        records = [t.machines.at(n) for n in machines[index]]
        t.list_of(start, "ST_MACHINES", "ST_MACHINE_COUNT", records)
        if len(machines[index]) == 1 and p.machines[machines[index][0]].belt == NONE:
            t.link(start, ST_LONE=records[0])
        t.list_of(start, "ST_LINES", "ST_LINE_COUNT", [t.steps.at(n) for n in lines[index]])
        t.list_of(start, "ST_SUPPLIES", "ST_SUPPLY_COUNT", supplies[index])
        tools = {p.operations[n].tool for n in lines[index]} - {NONE}
        mates = {user for tool in tools for user in users[tool]} - {index}
        t.list_of(start, "ST_MATES", "ST_MATE_COUNT", [t.stations.at(n) for n in sorted(mates)])
        recipes = sorted({p.operations[n].batch for n in lines[index]} - {NONE})
        records = [t.batches.at(n) for n in recipes]
        t.list_of(start, "ST_RECIPES", "ST_RECIPE_COUNT", records)


def _how_to_start(t: Tables, station: int) -> int:
    """The shortest way to decide that gives the same decisions (S-25)."""
    spec = t.program.stations[station]
    if spec.input == 0:
        return at.START_FROM_DOOR
    if t.alike[station] and spec.rule not in (DispatchRule.SPT, DispatchRule.CRITICAL_RATIO):
        return at.START_FIRST
    return at.START_BY_RULE


def _serve_alike(t: Tables, lines: list[int], machines: list[int]) -> bool:
    """Whether all machines of a station do one operation, without anything to fetch or change."""
    p = t.program
    return (
        len(lines) == 1
        and p.operations[lines[0]].tool == NONE
        and all(p.machines[n].setup == NONE for n in machines)
        and len(p.operations[lines[0]].modes) == len(machines)
        and p.operations[lines[0]].batch == NONE
        and not p.operations[lines[0]].taken
        and not p.operations[lines[0]].kit
    )
