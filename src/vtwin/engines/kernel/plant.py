"""What the instant asks of the plant: its beginning, its timed events, its movements."""

from __future__ import annotations

from vtwin.engines.kernel.batches import batch_due
from vtwin.engines.kernel.building import compiled, rare
from vtwin.engines.kernel.codes import SCRAPPED
from vtwin.engines.kernel.ends import look_for_end
from vtwin.engines.kernel.faults import begin_faults, fault_due
from vtwin.engines.kernel.finishing import machine_due
from vtwin.engines.kernel.fleets import answer_calls
from vtwin.engines.kernel.floor import changed, mark, next_dirty
from vtwin.engines.kernel.grants import grant
from vtwin.engines.kernel.handing import vehicle_due
from vtwin.engines.kernel.layout import (
    F_CALENDAR_CLOCK,
    F_MACHINE,
    F_PART,
    F_PLANNED,
    F_SIZE,
    F_STRUCK,
    H_CHANGED,
    H_CLAIMS_CHANGED,
    H_FAULT_COUNT,
    H_FAULTS,
    H_FLEET_COUNT,
    H_MACHINE_COUNT,
    H_MACHINES,
    H_PENDING,
    H_PRODUCT_COUNT,
    H_PRODUCTS,
    H_SHIFT_COUNT,
    H_SHIFTS,
    H_SLOTS,
    H_STATION_COUNT,
    H_STATIONS,
    H_STATUS,
    H_STOP_COUNT,
    M_SIZE,
    NOTHING,
    PR_GOOD,
    PR_RELEASED,
    PR_SCRAPPED,
    PR_SIZE,
    REACHED,
    SH_MACHINE_COUNT,
    SH_OPEN,
    SH_PERSON_COUNT,
    SH_SIZE,
    SL_KIND,
    SL_RECORD,
    SL_SIZE,
    SLOT_BATCH,
    SLOT_COPY,
    SLOT_FAULT,
    SLOT_MACHINE,
    SLOT_SHIFT,
    SLOT_SOURCE,
    SLOT_VEHICLE,
    ST_SIZE,
    ST_SUPPLY_COUNT,
    STALLED,
    record,
)
from vtwin.engines.kernel.memory import load, store
from vtwin.engines.kernel.releases import begin_releases, book_due, source_due
from vtwin.engines.kernel.running import is_in_process
from vtwin.engines.kernel.shifts import begin_shifts, shift_due, somebody_misses
from vtwin.engines.kernel.states import account_changed
from vtwin.engines.kernel.stations import settle_station
from vtwin.engines.kernel.straight import go_straight
from vtwin.engines.kernel.tools import copy_due
from vtwin.engines.kernel.traffic import begin_traffic


@rare
def begin(m: int) -> None:
    """Set everything going at tick 0: first failures, first arrivals, all stations dirty."""
    begin_faults(m)
    begin_releases(m)
    begin_shifts(m)
    begin_traffic(m)
    for n in range(load(m, H_STATION_COUNT)):
        mark(m, record(m, H_STATIONS, ST_SIZE, n))
    for n in range(load(m, H_MACHINE_COUNT)):
        changed(m, record(m, H_MACHINES, M_SIZE, n))
    store(m, H_CHANGED, 1)


@compiled
def happen(m: int, slot: int) -> int:
    """Phase B: the event of a slot, which is no longer in the calendar; whether the movements of
    the round (phase C) have come with it.
    """
    owner = record(m, H_SLOTS, SL_SIZE, slot)
    kind, here = load(owner, SL_KIND), load(owner, SL_RECORD)
    if kind == SLOT_MACHINE and go_straight(m, here):
        return 1
    store(m, H_CHANGED, 1)
    if kind == SLOT_MACHINE:
        machine_due(m, here)
    elif kind == SLOT_FAULT:
        fault_due(m, here)
    elif kind == SLOT_SOURCE:
        source_due(m, here)
    elif kind == SLOT_VEHICLE:
        vehicle_due(m, here)
    elif kind == SLOT_COPY:
        copy_due(m, here)
    elif kind == SLOT_SHIFT:
        shift_due(m, here)
    elif kind == SLOT_BATCH:
        batch_due(m, here)
    else:
        book_due(m)
    return 0


@compiled
def settle(m: int) -> None:
    """Phase C: movements and grants until nothing more can happen at this tick (S-20, S-50)."""
    while True:
        station = next_dirty(m)
        while station != NOTHING:
            settle_station(m, station)
            station = next_dirty(m)
        if not load(m, H_CLAIMS_CHANGED):
            break
        grant(m)
    if load(m, H_FLEET_COUNT) != 0:
        answer_calls(m)
    account_changed(m)
    if load(m, H_STOP_COUNT) != 0 and load(m, H_STATUS) == REACHED:
        look_for_end(m)
    if load(m, H_PENDING) == 0 and load(m, H_STATUS) == REACHED and _is_stalled(m):
        store(m, H_STATUS, STALLED)


@rare
def _is_stalled(m: int) -> int:
    """Nothing timed is under way: is that for ever (S-80)?"""
    for n in range(load(m, H_SHIFT_COUNT)):
        shift = record(m, H_SHIFTS, SH_SIZE, n)
        if not load(shift, SH_OPEN) and load(shift, SH_MACHINE_COUNT) + load(
            shift, SH_PERSON_COUNT
        ):
            return 0
        if somebody_misses(shift):
            return 0
    for n in range(load(m, H_FAULT_COUNT)):
        if _may_scrap(record(m, H_FAULTS, F_SIZE, n)):
            return 0
    for n in range(load(m, H_PRODUCT_COUNT)):
        product = record(m, H_PRODUCTS, PR_SIZE, n)
        if load(product, PR_RELEASED) > load(product, PR_GOOD) + load(product, PR_SCRAPPED):
            return 1
    for n in range(load(m, H_STATION_COUNT)):
        if load(record(m, H_STATIONS, ST_SIZE, n), ST_SUPPLY_COUNT):
            return 1
    return 0


@compiled
def _may_scrap(fault: int) -> int:
    """Whether it will strike whatever the machine does, and empty it then (S-45)."""
    return (
        load(fault, F_CALENDAR_CLOCK)
        and load(fault, F_PART) == SCRAPPED
        and not load(fault, F_PLANNED)
        and not load(fault, F_STRUCK)
        and is_in_process(load(fault, F_MACHINE))
    )
