"""What machines draw: start-ups, and the busiest window of the plant (S-160 to S-163)."""

from __future__ import annotations

from typing import Final

from vtwin.engines.kernel.building import compiled
from vtwin.engines.kernel.codes import PLANNED_STOP
from vtwin.engines.kernel.layout import (
    H_DRAWN,
    H_DRAWN_BEFORE,
    H_METER_COUNT,
    H_METERS,
    H_PEAK,
    H_PEAK_AT,
    H_WARMUP,
    H_WINDOW,
    H_WINDOW_WIDTH,
    M_SINCE,
    M_STATE,
    M_TIMES,
    ME_LENGTH,
    ME_MACHINE,
    ME_MORE,
    ME_SIZE,
    ME_STARTS,
    ME_SURGED,
    ME_UNTIL,
    ME_WATTS,
    record,
)
from vtwin.engines.kernel.memory import add, load, store
from vtwin.engines.kernel.sums import add_wide

_SHIFT: Final = 31
_LOW: Final = 2**31 - 1
_STATES: Final = 7


@compiled
def surging(meter: int, since: int, now: int) -> int:
    """Ticks of a start-up in a state that began at a tick and lasts until now (S-162)."""
    return max(min(now, load(meter, ME_UNTIL)) - since, 0)


@compiled
def state_changes(meter: int, before: int, after: int, since: int, now: int) -> None:
    """A machine with a surge was in one state since some tick and is in another from now on."""
    if before == PLANNED_STOP:
        add(meter, ME_STARTS, 1)
        store(meter, ME_UNTIL, now + load(meter, ME_LENGTH))
        return
    add(meter, ME_SURGED + before, surging(meter, since, now))
    if after == PLANNED_STOP:
        store(meter, ME_UNTIL, now)


@compiled
def _draw_up(m: int, meter: int, now: int) -> None:
    """Add what a machine has drawn since tick 0."""
    machine = load(meter, ME_MACHINE)
    present, since = load(machine, M_STATE), load(machine, M_SINCE)
    for state in range(_STATES):
        ticks, surged = load(machine, M_TIMES + state), load(meter, ME_SURGED + state)
        if state == present:
            ticks += now - since
            surged += surging(meter, since, now)
        watts = load(meter, ME_WATTS + state)
        if watts != 0:
            add_wide(m, H_DRAWN, watts, ticks)
        if surged != 0:
            add_wide(m, H_DRAWN, load(meter, ME_MORE + state), surged)


@compiled
def close_window(m: int) -> None:
    """A demand window ends before anything happens at its last tick (S-06, S-163)."""
    now, width = load(m, H_WINDOW), load(m, H_WINDOW_WIDTH)
    store(m, H_DRAWN, 0)
    store(m, H_DRAWN + 1, 0)
    for n in range(load(m, H_METER_COUNT)):
        _draw_up(m, record(m, H_METERS, ME_SIZE, n), now)
    low = load(m, H_DRAWN + 1) - load(m, H_DRAWN_BEFORE + 1)
    high = load(m, H_DRAWN) - load(m, H_DRAWN_BEFORE) + (low >> _SHIFT)
    low &= _LOW
    more = high > load(m, H_PEAK) or (high == load(m, H_PEAK) and low > load(m, H_PEAK + 1))
    if more and now - width >= load(m, H_WARMUP):
        store(m, H_PEAK, high)
        store(m, H_PEAK + 1, low)
        store(m, H_PEAK_AT, now - width)
    store(m, H_DRAWN_BEFORE, load(m, H_DRAWN))
    store(m, H_DRAWN_BEFORE + 1, load(m, H_DRAWN + 1))
    store(m, H_WINDOW, now + width)
