"""What an engine reports: the tally vocabulary (always) and the trace vocabulary (on request).

A tally covers ``[warmup, horizon)``. All times are ticks, all quantities pieces unless a name
says items. Flat in the horizon, but for the fixed number of time-series bins.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

#: Lead times are counted in bins whose relative width is 1/64: exact below 128 ticks, above
#: that the 7 leading bits decide. `lead_bin` is the one formula both engines use.
LEAD_BITS = 6


def lead_bin(ticks: int) -> int:
    """Histogram bin of a duration >= 0 in ticks."""
    shift = max(ticks.bit_length() - (LEAD_BITS + 1), 0)
    return (shift << LEAD_BITS) + (ticks >> shift)


def lead_bin_bounds(index: int) -> tuple[int, int]:
    """The durations ``[low, high)`` in ticks that fall in a bin."""
    if index < 2 << LEAD_BITS:
        return index, index + 1
    shift = (index >> LEAD_BITS) - 1
    mantissa = index - (shift << LEAD_BITS)
    return mantissa << shift, (mantissa + 1) << shift


class Event(IntEnum):
    """Kinds of trace rows."""

    STATE = 0  # machine `entity` enters state `value`
    RELEASE = 1  # item enters the plant; entity = product, value = pieces
    ARRIVE = 2  # item joins the queue of station `entity`
    START = 3  # machine `entity` begins operation `value` on item (set-up and waits are over)
    FINISH = 4  # machine `entity` ends operation `value` on item
    LEAVE = 5  # item leaves the plant finished; entity = product, value = good pieces
    SCRAP = 6  # `value` pieces of item scrapped at machine `entity`
    GRANT = 7  # worker `entity` is given to machine `value`
    FREE = 8  # worker `entity` is free again
    FAIL = 9  # failure mode `entity` strikes
    REPAIRED = 10  # failure mode `entity` is over
    SETUP = 11  # machine `entity` begins a set-up to key `value`
    ORDER_DONE = 12  # order `entity` has its good pieces
    MOUNT = 13  # machine `entity` has tool `value` mounted
    WORN = 14  # copy `value` (from 0) of tool `entity` leaves its machine to be renewed
    RENEWED = 15  # copy `value` of tool `entity` is as good as new
    SEND = 16  # vehicle `entity` is sent to station `value` for item
    PICK = 17  # vehicle `entity` takes item up at station `value`
    REACH = 18  # vehicle `entity` stands at the door of station `value` with item
    DROP = 19  # the item of vehicle `entity` is let in at station `value`
    KIT = 20  # item takes `value` pieces from stock `entity`
    LOT = 21  # item is made of `value` pieces of order `entity`
    UNMOUNT = 22  # machine `entity` gives its copy of tool `value` up to another machine
    LIMIT = 23  # item may not go back once more after operation `value` at machine `entity`
    RESTART = 24  # what item loses next after operation `value` at machine `entity` is for standing
    STALE = 25  # item in machine `entity` has waited too long for operation `value`
    ENTER = 26  # vehicle `entity` is in zone `value` from now on, or in none (-1)
    HALT = 27  # vehicle `entity` is held up before, or in, zone `value`
    GO = 28  # vehicle `entity` goes on
    RECHARGE = 29  # vehicle `entity` is sent to the charger that is zone `value`
    CHARGE = 30  # vehicle `entity` begins to charge there
    CHARGED = 31  # vehicle `entity` is charged


class VehicleState(IntEnum):
    """States partition the time of a vehicle (S-153, S-157, S-159)."""

    IDLE = 0
    EMPTY = 1  # on its way for an item, until that is loaded, or to a charger
    LOADED = 2  # on its way with an item, until that is unloaded
    BLOCKED = 3  # with an item for which there is no room
    HELD = 4  # on its way, and another vehicle is in the way
    CHARGING = 5


@dataclass(frozen=True)
class Trace:
    """Columns of equal length in the order things happened. ``item`` is the item's serial
    number in order of release, or -1.
    """

    time: Ints
    kind: Ints
    entity: Ints
    item: Ints
    value: Ints


def _none() -> Ints:
    """Nothing was counted: for tallies of plants that cannot have any."""
    return np.zeros(0, dtype=np.int64)


@dataclass(frozen=True)
class Tally:
    """What one replication did.

    Shapes: M machines, T tools, S stations, O operations, D modes (all operations' modes in order),
    P products, W workers, K skills, F failures, R orders, V vehicles, B bins.
    """

    replication: int
    observed: int  # end of the run (horizon, stop condition or stall) minus warm-up, ticks
    ended: int  # tick at which the run ended
    events: int  # calendar events the engine handled, whole run
    machine_state: Ints  # (M, 7) ticks in each MachineState
    mode_visits: Ints  # (D,) operations finished
    mode_cycles: Ints  # (D,) cycles finished (shots, strokes); one per batch
    mode_pieces: Ints  # (D,) pieces through finished operations
    mode_scrap: Ints  # (D,) pieces scrapped there
    mode_busy: Ints  # (D,) ticks of processing of finished operations
    setups: Ints  # (M,) set-ups done
    setup_time: Ints  # (M,) ticks
    station_arrivals: Ints  # (S,) items that joined the queue
    station_wait: Ints  # (S,) microseconds waited by items that left the queue
    station_queue_area: Ints  # (S,) items x microseconds in the input queue (us keeps int64 safe)
    station_output_area: Ints  # (S,) items x microseconds in the output buffer
    product_released: Ints  # (P,) pieces let in
    product_good: Ints  # (P,) good pieces that left
    product_items: Ints  # (P,) items that left
    product_scrap: Ints  # (P,) pieces scrapped anywhere
    product_lead: npt.NDArray[np.float64]  # (P,) sum over good pieces of lead time, s
    product_wip_area: npt.NDArray[np.float64]  # (P,) pieces x s in the plant
    lead_hist: tuple[dict[int, int], ...]  # (P,) lead_bin -> good pieces
    worker_busy: Ints  # (W,) ticks on a task
    worker_duty: Ints  # (W,) ticks on duty (busy after shift end included)
    worker_walk: Ints  # (W,) ticks of `worker_busy` on the way to a machine
    skill_claims: Ints  # (K,) claims granted
    skill_wait: Ints  # (K,) ticks those claims waited
    failures: Ints  # (F,) times each mode struck
    failure_down: Ints  # (F,) ticks down, waiting for the repairer included
    order_start: Ints  # (R,) first operation begun, -1 if never (whole run)
    order_done: Ints  # (R,) tick the last good piece left, -1 if not done (whole run)
    order_good: Ints  # (R,) good pieces made (whole run)
    series_good: Ints  # (P, B) good pieces that left per bin (whole run, warm-up included)
    series_cycles: Ints  # (M, B) cycles finished per bin
    series_wip: npt.NDArray[np.float64]  # (B,) mean pieces in the plant per bin
    state_at_end: Ints  # (M,) MachineState at the end
    in_plant_at_end: int  # pieces
    machine_starts: Ints = field(default_factory=_none)  # (M,) start-ups, where one takes time
    surge_time: Ints = field(default_factory=_none)  # (M, 7) ticks of them in each MachineState
    mode_restart: Ints = field(default_factory=_none)  # (D,) of `mode_scrap`, for standing before
    peak_w: int = 0  # mean power of the busiest demand window, whole W
    peak_at: int = -1  # tick at which that window began; -1: none was observed
    peak_machines: tuple[int, ...] = ()  # mean power of each machine in that window, whole W
    band_energy: tuple[int, ...] = ()  # by band of the tariff: watt-ticks, of any size
    band_peak_w: tuple[int, ...] = ()  # by band: its busiest demand window, whole W; -1: none
    tool_renewals: Ints = field(default_factory=_none)  # (T,) copies renewed
    tool_away: Ints = field(default_factory=_none)  # (T,) ticks copies were away for it
    stock_taken: Ints = field(default_factory=_none)  # (stocks,) pieces taken by assemblies
    stock_area: Ints = field(default_factory=_none)  # (stocks,) pieces x microseconds in stock
    carrier_area: Ints = field(default_factory=_none)  # (carriers,) in use, carriers x microseconds
    vehicle_state: Ints = field(default_factory=_none)  # (V, 6) ticks in each VehicleState
    vehicle_moves: Ints = field(default_factory=_none)  # (V,) items brought
    vehicle_charges: Ints = field(default_factory=_none)  # (V,) times it began to charge
    vehicle_flat: Ints = field(default_factory=_none)  # (V,) of those, with less than nothing left
    zone_entries: Ints = field(default_factory=_none)  # (zones,) vehicles that entered
    zone_held: Ints = field(default_factory=_none)  # (zones,) ticks vehicles were held up for it
    worker_teach: Ints = field(default_factory=_none)  # (W,) ticks of worker_busy beside learners
    worker_overtime: Ints = field(default_factory=_none)  # (W,) ticks of worker_duty off shift
    worker_night: Ints = field(default_factory=_none)  # (W,) ticks of worker_duty at night
    fleet_calls: Ints = field(default_factory=_none)  # (fleets,) items taken up
    fleet_wait: Ints = field(default_factory=_none)  # (fleets,) ticks they waited for it
    stale: Ints = field(default_factory=_none)  # (operations with a shelf,) pieces too old
    stopped: int = -1  # which of RunSpec.stop ended the run, -1 if none did
    stall: tuple[str, ...] = ()  # one sentence per member of the wait-for cycle; () = no stall
    trace: Trace | None = field(default=None, compare=False)

    def bins_run(self, width: int) -> int:
        """How many bins of the series had begun when the run ended; later ones are empty."""
        return min(self.ended // width + 1, len(self.series_wip))
