"""Sources, orders, calendars, and what ends a run."""

from __future__ import annotations

from vtwin.engines.kernel import layout as at
from vtwin.engines.kernel.encoding.tables import Tables
from vtwin.engines.kernel.memory import FIELD
from vtwin.plant import rules
from vtwin.plant.primitives import (
    NONE,
    ReleaseKind,
)


def releases(t: Tables) -> None:
    """Sources and orders."""
    p = t.program
    for index, spec in enumerate(p.sources):
        start = t.sources.at(index)
        t.fill(
            start,
            SO_KIND=spec.kind,
            SO_SLOT=t.slots.sources[index],
            SO_LOT=spec.lot,
            SO_LEVEL=spec.level,
            SO_DUE_AFTER=spec.due_after,
        )
        if spec.kind is ReleaseKind.ARRIVALS:
            interval = p.distributions[spec.interval]
            t.fill(start, SO_STREAM=t.stream(interval, spec.name, "interval"))
        t.link(
            start,
            SO_STEP=t.first_step(spec.product),
            SO_PROFILE=_profile(t, spec.profile),
        )
    for index, order in enumerate(p.orders):
        start = t.orders.at(index)
        t.fill(
            start,
            E_IS_ORDER=1,
            E_DUE=order.due,
            E_PRIORITY=order.priority,
            OR_INDEX=index,
            OR_QUANTITY=order.quantity,
            OR_LOT=order.lot,
            OR_REPLACE=order.replace_scrap,
            OR_TIME=max(order.release, 0),
            OR_STARTED=-1,
            OR_DONE=-1,
            OR_STANDS=at.NOWHERE,
        )
        own = order.begins != NONE
        t.link(start, E_STEP=t.steps.at(order.begins) if own else t.first_step(order.product))


def _profile(t: Tables, index: int) -> int:
    """When intervals pass how fast (S-88)."""
    if index == NONE:
        return 0
    spec = t.program.profiles[index]
    steps = t.draft.numbers(number for step in spec.steps for number in step)
    start = t.draft.table(1, at.PF_SIZE).start
    whole, rest = rules.passed(spec)
    t.fill(
        start,
        PF_PERIOD=spec.period,
        PF_STEP_COUNT=len(spec.steps),
        PF_PASSED=whole,
        PF_PASSED_REST=rest,
    )
    t.link(start, PF_STEPS=steps)
    return start


def stops(t: Tables) -> None:
    """What ends the run (S-95)."""
    stops = t.program.run.stop
    table = t.draft.table(len(stops), at.SP_SIZE)
    for n, stop in enumerate(stops):
        t.fill(table.at(n), SP_KIND=stop.kind, SP_PIECES=stop.pieces)
        t.link(table.at(n), SP_PRODUCT=t.ref(t.products, stop.product))
    t.fill(
        0,
        H_STOPS=table.start * FIELD,
        H_STOP_COUNT=len(stops),
        H_OPEN_ORDERS=len(t.program.orders),
    )


def shifts(t: Tables) -> None:
    """Calendars and who keeps them."""
    p = t.program
    for index, spec in enumerate(p.calendars):
        start = t.shifts.at(index)
        ticks = [tick for interval in spec.open for tick in interval]
        changes = [tick for tick in ticks if 0 < tick < p.run.horizon]
        t.fill(
            start,
            SH_SLOT=t.slots.calendars[index],
            SH_OPEN=bool(spec.open) and spec.open[0][0] <= 0,
            SH_CHANGE_COUNT=len(changes),
        )
        resumes = [int(tick in spec.resumes) for tick in changes]
        t.link(
            start,
            SH_CHANGES=t.draft.numbers(changes),
            SH_RESUMES=t.draft.numbers(resumes),
        )
        machines = [n for n, m in enumerate(p.machines) if m.calendar == index]
        people = [n for n, w in enumerate(p.workers) if w.calendar == index]
        t.list_of(start, "SH_MACHINES", "SH_MACHINE_COUNT", [t.machines.at(n) for n in machines])
        t.list_of(start, "SH_PEOPLE", "SH_PERSON_COUNT", [t.people.at(n) for n in people])
