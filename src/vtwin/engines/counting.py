"""From what the parts of a plant have counted to the tally (S-70 to S-73).

Everything is counted from tick 0 and never reset. What the tally reports is the difference of
two readings, one taken at the end of the warm-up and one at the end of the run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from vtwin.base.units import TICKS_PER_SECOND
from vtwin.plant.trace import Ints, Tally, Trace

if TYPE_CHECKING:
    from vtwin.engines.faults import Fault
    from vtwin.engines.floor import Floor
    from vtwin.engines.machines import Way
    from vtwin.engines.releases import OrderFile

#: Areas are kept in item-ticks of any size and reported in item-microseconds.
_TICKS_PER_US = 1000


@dataclass(frozen=True, slots=True)
class Reading:
    """All counters at one instant; lists of whole numbers of any size by Tally field name."""

    counters: dict[str, list[int]]

    def since(self, earlier: Reading) -> dict[str, list[int]]:
        """What was counted between two readings."""
        return {
            name: [b - a for a, b in zip(earlier.counters[name], values, strict=True)]
            for name, values in self.counters.items()
        }


@dataclass(frozen=True, slots=True)
class Counted:
    """The parts of the plant that count, in the order of the Program."""

    floor: Floor
    ways: list[Way]  # by operation, then mode
    faults: list[Fault]
    orders: list[OrderFile]

    def read(self, now: int) -> Reading:
        """Read every counter as of now."""
        floor, ways = self.floor, self.ways
        stations, products, staff = floor.stations, floor.products, floor.staff
        for person in staff.people:
            person.mark(now)
        return Reading(
            {
                "machine_state": [
                    ticks + (now - m.since if state == m.state else 0)
                    for m in floor.machines
                    for state, ticks in enumerate(m.times)
                ],
                "mode_visits": [w.visits for w in ways],
                "mode_cycles": [w.cycles for w in ways],
                "mode_pieces": [w.pieces for w in ways],
                "mode_scrap": [w.scrapped for w in ways],
                "mode_busy": [w.busy for w in ways],
                "setups": [m.setup_count for m in floor.machines],
                "setup_time": [m.setup_ticks for m in floor.machines],
                "station_arrivals": [s.arrivals for s in stations],
                "station_wait": [s.waited for s in stations],
                "station_queue_area": [s.moment + s.queued * now for s in stations],
                "station_output_area": [s.held_moment + s.held * now for s in stations],
                "product_released": [p.released for p in products],
                "product_good": [p.good for p in products],
                "product_items": [p.items for p in products],
                "product_scrap": [p.scrapped for p in products],
                "product_lead": [p.lead for p in products],
                "product_wip_area": [p.moment + p.inside * now for p in products],
                "worker_busy": [w.busy for w in staff.people],
                "worker_duty": [w.duty for w in staff.people],
                "skill_claims": list(staff.granted),
                "skill_wait": list(staff.waited),
                "failures": [f.strikes for f in self.faults],
                "failure_down": [
                    f.down_ticks + (now - f.since if f.struck else 0) for f in self.faults
                ],
            }
        )


class Series:
    """Counts per bin of the whole run; each bin is the difference of two glances (S-72)."""

    def __init__(self, counted: Counted, width: int, horizon: int) -> None:
        self._floor = counted.floor
        self._ways = counted.ways
        self.width = width
        self.bins = -(-horizon // width)
        products, machines = len(self._floor.products), len(self._floor.machines)
        self.good = np.zeros((products, self.bins), dtype=np.int64)
        self.cycles = np.zeros((machines, self.bins), dtype=np.int64)
        self.wip = np.zeros(self.bins, dtype=np.float64)
        self._bin = 0
        self._start = 0
        self._good = [0] * products
        self._cycles = [0] * machines
        self._area = 0

    def close_bin(self, now: int) -> None:
        """The present bin ends now."""
        if now == self._start:
            return
        good = [p.good for p in self._floor.products]
        cycles = [0] * len(self._cycles)
        for way in self._ways:
            cycles[way.machine.index] += way.cycles
        area = sum(p.moment + p.inside * now for p in self._floor.products)
        self.good[:, self._bin] = np.subtract(good, self._good)
        self.cycles[:, self._bin] = np.subtract(cycles, self._cycles)
        self.wip[self._bin] = (area - self._area) / (now - self._start)
        self._good, self._cycles, self._area = good, cycles, area
        self._bin += 1
        self._start = now


def tally(
    counted: Counted,
    start: Reading,
    series: Series,
    *,
    replication: int,
    warmup: int,
    ended: int,
    stall: tuple[str, ...],
) -> Tally:
    """The tally of a run that ended at a tick, observed from ``start`` (the warm-up)."""
    floor = counted.floor
    series.close_bin(ended)
    found = counted.read(ended).since(start)
    lead = np.array(found.pop("product_lead"), dtype=np.float64) / TICKS_PER_SECOND
    wip = np.array(found.pop("product_wip_area"), dtype=np.float64) / TICKS_PER_SECOND
    for name in ("station_queue_area", "station_output_area"):
        found[name] = [area // _TICKS_PER_US for area in found[name]]
    columns: dict[str, Ints] = {name: _ints(values) for name, values in found.items()}
    columns["machine_state"] = columns["machine_state"].reshape(len(floor.machines), 7)
    orders = counted.orders
    return Tally(
        replication=replication,
        observed=max(ended - warmup, 0),
        ended=ended,
        events=floor.other_events + sum(w.visits for w in counted.ways),
        **columns,
        product_lead=lead,
        product_wip_area=wip,
        lead_hist=tuple(dict(sorted(p.histogram.items())) for p in floor.products),
        order_start=_ints([o.started for o in orders]),
        order_done=_ints([o.done for o in orders]),
        order_good=_ints([o.good for o in orders]),
        series_good=series.good,
        series_cycles=series.cycles,
        series_wip=series.wip,
        state_at_end=_ints([m.state for m in floor.machines]),
        in_plant_at_end=sum(p.inside for p in floor.products),
        stall=stall,
        trace=_trace(floor),
    )


def _ints(values: list[int]) -> Ints:
    return np.array(values, dtype=np.int64)


def _trace(floor: Floor) -> Trace | None:
    if floor.rows is None:
        return None
    table: npt.NDArray[np.int64] = np.array(floor.rows, dtype=np.int64).reshape(-1, 5)
    time, kind, entity, item, value = (np.ascontiguousarray(column) for column in table.T)
    return Trace(time, kind, entity, item, value)
