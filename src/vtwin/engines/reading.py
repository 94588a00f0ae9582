"""From readings of counters to the tally, for every engine (S-06, S-70 to S-72).

Everything is counted from tick 0 and never reset. What the tally reports is the difference of
two readings, one taken at the end of the warm-up and one at the end of the run. An engine only
says what its counters are at an instant; all arithmetic on them is here, in whole numbers of
any size, so that equal counters give equal tallies.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from vtwin.base.units import TICKS_PER_SECOND
from vtwin.plant.primitives import MachineState
from vtwin.plant.trace import Ints, Tally, Trace, VehicleState

#: Areas and waits of many items are kept in item-ticks of any size and reported in
#: item-microseconds: thirty thousand items that wait four days each are 2^63 ticks.
_TICKS_PER_US = 1000
_AREAS = {
    *("station_wait", "station_queue_area", "station_output_area"),
    *("stock_area", "carrier_area"),
}


@dataclass(frozen=True, slots=True)
class Reading:
    """All counters at one instant; lists of whole numbers of any size by Tally field name."""

    counters: Mapping[str, Sequence[int]]

    def since(self, earlier: Reading) -> dict[str, list[int]]:
        """What was counted between two readings."""
        return {
            name: [b - a for a, b in zip(earlier.counters[name], values, strict=True)]
            for name, values in self.counters.items()
        }


class Glance(NamedTuple):
    """The counters that are read at every bin border, whole numbers of any size."""

    good: Sequence[int]  # pieces that left, by product
    cycles: Sequence[int]  # by machine
    area: int  # piece-ticks in the plant


class Series:
    """Counts per bin of the whole run; each bin is the difference of two glances (S-72)."""

    def __init__(self, products: int, machines: int, width: int, horizon: int) -> None:
        self.width = width
        self.bins = -(-horizon // width)
        self.good = np.zeros((products, self.bins), dtype=np.int64)
        self.cycles = np.zeros((machines, self.bins), dtype=np.int64)
        self.wip = np.zeros(self.bins, dtype=np.float64)
        self._bin = 0
        self._start = 0
        self._before = Glance([0] * products, [0] * machines, 0)

    def close_bin(self, now: int, seen: Glance) -> None:
        """The present bin ends now; one the run ended in at its first tick has no length."""
        if self._bin == self.bins:
            return
        before = self._before
        self.good[:, self._bin] = np.subtract(seen.good, before.good)
        self.cycles[:, self._bin] = np.subtract(seen.cycles, before.cycles)
        if now > self._start:
            self.wip[self._bin] = (seen.area - before.area) / (now - self._start)
        self._before = seen
        self._bin += 1
        self._start = now


@dataclass(frozen=True, slots=True)
class Ending:
    """What is reported as it is at the end, of the whole run."""

    replication: int
    warmup: int
    ended: int
    events: int
    histograms: tuple[dict[int, int], ...]  # since the warm-up
    order_start: Sequence[int]
    order_done: Sequence[int]
    order_good: Sequence[int]
    state_at_end: Sequence[int]
    in_plant: int
    stall: tuple[str, ...]
    trace: Trace | None
    stopped: int = -1  # the condition that ended the run (S-95)
    peak_w: int = 0  # of the busiest demand window (S-163)
    peak_at: int = -1
    peak_machines: tuple[int, ...] = ()
    band_energy: tuple[int, ...] = ()  # by band of the tariff (S-164)
    band_peak_w: tuple[int, ...] = ()


#: Counters by Tally field name; they are read twice, the other fields are those of the end.
_COUNTERS = {f.name for f in fields(Tally) if f.type == "Ints"} - {
    *("order_start", "order_done", "order_good"),
    *("series_good", "series_cycles", "state_at_end"),
}


def tally(start: Reading, end: Reading, series: Series, ending: Ending) -> Tally:
    """The tally of a run, observed from ``start`` (the end of the warm-up) to ``end``; the last
    bin of the series is closed. Counters of which the plant has none need not be read.
    """
    found = {name: list[int]() for name in _COUNTERS} | end.since(start)
    lead = np.array(found.pop("product_lead"), dtype=np.float64) / TICKS_PER_SECOND
    wip = np.array(found.pop("product_wip_area"), dtype=np.float64) / TICKS_PER_SECOND
    for name in _AREAS & found.keys():
        found[name] = [area // _TICKS_PER_US for area in found[name]]
    columns: dict[str, Ints] = {name: _ints(values) for name, values in found.items()}
    for name in ("machine_state", "surge_time"):
        columns[name] = columns[name].reshape(-1, len(MachineState))
    columns["vehicle_state"] = columns["vehicle_state"].reshape(-1, len(VehicleState))
    return Tally(
        replication=ending.replication,
        observed=max(ending.ended - ending.warmup, 0),
        ended=ending.ended,
        events=ending.events,
        **columns,
        product_lead=lead,
        product_wip_area=wip,
        lead_hist=tuple(dict(sorted(bins.items())) for bins in ending.histograms),
        order_start=_ints(ending.order_start),
        order_done=_ints(ending.order_done),
        order_good=_ints(ending.order_good),
        series_good=series.good,
        series_cycles=series.cycles,
        series_wip=series.wip,
        state_at_end=_ints(ending.state_at_end),
        in_plant_at_end=ending.in_plant,
        peak_w=ending.peak_w,
        peak_at=ending.peak_at,
        peak_machines=ending.peak_machines,
        band_energy=ending.band_energy,
        band_peak_w=ending.band_peak_w,
        stopped=ending.stopped,
        stall=ending.stall,
        trace=ending.trace,
    )


def _ints(values: Sequence[int]) -> Ints:
    return np.array(values, dtype=np.int64)


def traced(rows: npt.ArrayLike) -> Trace:
    """The trace from its rows (time, kind, entity, item, value)."""
    table: npt.NDArray[np.int64] = np.array(rows, dtype=np.int64).reshape(-1, 5)
    time, kind, entity, item, value = (np.ascontiguousarray(column) for column in table.T)
    return Trace(time, kind, entity, item, value)
