"""The whole arena of a program: table by table, then the head, the slots and the streams."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vtwin.base.draws import Distribution
from vtwin.engines.kernel import calendar
from vtwin.engines.kernel import layout as at
from vtwin.engines.kernel.arena import Table
from vtwin.engines.kernel.encoding import (
    equipment,
    people,
    releases,
    routes,
    streams,
    traffic,
    transfers,
)
from vtwin.engines.kernel.encoding.tables import Tables
from vtwin.engines.kernel.encoding.template import Template
from vtwin.engines.kernel.memory import FIELD
from vtwin.plant.primitives import NEVER
from vtwin.plant.program import Program


def encode(program: Program) -> Template:
    """Lay a program out."""
    t = Tables(program)
    for write in (
        routes.steps,
        equipment.machines,
        equipment.stations,
        routes.straight,
        routes.products,
        equipment.faults,
        people.people,
        people.tools,
        releases.releases,
        releases.shifts,
        equipment.meters,
        transfers.batches,
        transfers.stocks,
        transfers.carriers,
        traffic.zones,
        transfers.transport,
        releases.stops,
        _head,
    ):
        write(t)
    fields, addresses = t.draft.done()
    return Template(
        fields=fields,
        addresses=addresses,
        streams=tuple(t.streams),
        bins=t.bins,
        machines=t.machines,
        stations=t.stations,
        steps=t.steps,
        ways=t.ways,
        products=t.products,
        faults=t.faults,
        tasks=t.tasks,
        people=t.people,
        skills=t.skills,
        tools=t.tools,
        copies=t.copies,
        sources=t.sources,
        orders=t.orders,
        shifts=t.shifts,
        meters=t.meters,
        bands=t.bands,
        batches=t.batches,
        stocks=t.stocks,
        carriers=t.carriers,
        stored=tuple(stock.product for stock in t.program.stocks),
        carrier_counts=tuple(carrier.count for carrier in t.program.carriers),
        fleets=t.fleets,
        vehicles=t.vehicles,
        zones=t.zones,
        shelved=tuple(n for n, op in enumerate(t.program.operations) if op.shelf != NEVER),
    )


def _head(t: Tables) -> None:
    """The head, the calendar, the streams and the lists of the whole plant."""
    p, draft = t.program, t.draft
    names = ("machines", "stations", "products", "faults", "sources", "orders", "shifts")
    for name in (*names, "fleets", "vehicles"):
        table: Table = getattr(t, name)
        head = "H_" + name.upper()
        t.fill(0, **{head: table.start * FIELD, head[:-1] + "_COUNT": table.count})
    words = -(-len(p.stations) // 64)
    t.link(0, H_DIRTY=draft.table(words, 1).start, H_LIST=draft.table(len(p.machines), 1).start)
    t.fill(
        0,
        H_DIRTY_WORDS=words,
        H_GRANT_RULE=p.grant,
        H_HORIZON=p.run.horizon,
        H_BOOK_SLOT=t.slots.book,
        H_TREE=draft.numbers(calendar.tree(t.slots.count)) * FIELD,
        H_LEAVES=calendar.leaves(t.slots.count),
        H_SLOTS=_slots(t) * FIELD,
    )
    _all_streams(t)


def _slots(t: Tables) -> int:
    """What each slot belongs to; where the table begins."""
    table = t.draft.table(t.slots.count, at.SL_SIZE)
    failures = [t.slots.failures[f] for f in t.owned]
    kinds: tuple[tuple[int, Sequence[int], Table], ...] = (
        (at.SLOT_SHIFT, t.slots.calendars, t.shifts),
        (at.SLOT_MACHINE, t.slots.machines, t.machines),
        (at.SLOT_FAULT, failures, t.faults),
        (at.SLOT_SOURCE, t.slots.sources, t.sources),
        (at.SLOT_COPY, [n for each in t.slots.copies for n in each], t.copies),
        (at.SLOT_BATCH, t.slots.batches, t.batches),
        (at.SLOT_VEHICLE, t.slots.vehicles, t.vehicles),
    )
    for kind, numbers, owners in kinds:
        for index, slot in enumerate(numbers):
            t.fill(table.at(slot), SL_KIND=kind)
            t.link(table.at(slot), SL_RECORD=owners.at(index))
    t.fill(table.at(t.slots.book), SL_KIND=at.SLOT_BOOK)
    return table.start


def _all_streams(t: Tables) -> None:
    """Records of the streams; what is drawn from is laid out once per distribution."""
    table = t.draft.table(len(t.streams), at.S_SIZE)
    records = np.zeros((len(t.streams), at.S_SIZE), dtype=np.int64)
    known: dict[Distribution | None, list[int]] = {}
    first = t.draft.numbers(())
    for n, stream in enumerate(t.streams):
        drawn = stream.distribution
        if drawn not in known:
            known[drawn] = streams.nameless(drawn)
            if drawn is not None and drawn.values:
                bits = np.array(drawn.values, dtype=np.float64).view(np.int64)
                known[drawn][at.S_VALUES] = t.draft.numbers(bits.tolist()) - first
        records[n] = known[drawn]
        records[n, at.S_NAME] = streams.name(stream.entity, stream.purpose)
    t.draft.write(table.start, records)
    t.fill(0, H_STREAMS=table.start * FIELD, H_VALUES=first * FIELD)
