"""What machines draw: start-ups, and the busiest windows of the plant (S-160 to S-164)."""

from __future__ import annotations

from typing import Final

from vtwin.engines.kernel.building import compiled, rare
from vtwin.engines.kernel.codes import PLANNED_STOP
from vtwin.engines.kernel.layout import (
    BD_PEAK,
    BS_BAND,
    BS_SIZE,
    BS_UNTIL,
    H_BAND_STEP,
    H_BAND_STEPS,
    H_BANDS,
    H_DRAWN,
    H_DRAWN_BEFORE,
    H_METER_COUNT,
    H_METERS,
    H_PEAK,
    H_PEAK_AT,
    H_SPENT,
    H_WARMUP,
    H_WINDOW,
    H_WINDOW_WIDTH,
    M_SINCE,
    M_STATE,
    M_TIMES,
    ME_BEFORE,
    ME_DRAWN,
    ME_LENGTH,
    ME_MACHINE,
    ME_MORE,
    ME_PEAK,
    ME_SIZE,
    ME_STARTS,
    ME_SURGED,
    ME_UNTIL,
    ME_WATTS,
    NOTHING,
    record,
)
from vtwin.engines.kernel.memory import add, load, store
from vtwin.engines.kernel.sums import (
    add_wide,
    copy_wide,
    is_wider,
    join_wide,
    subtract_wide,
)

_STATES: Final = 7


@compiled
def surging(meter: int, since: int, now: int) -> int:
    """Ticks of a start-up in a state that began at a tick and lasts until now (S-162)."""
    return max(min(now, load(meter, ME_UNTIL)) - since, 0)


@rare
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
    """What a machine has drawn since tick 0."""
    copy_wide(meter, ME_BEFORE, meter, ME_DRAWN)
    store(meter, ME_DRAWN, 0)
    store(meter, ME_DRAWN + 1, 0)
    machine = load(meter, ME_MACHINE)
    present, since = load(machine, M_STATE), load(machine, M_SINCE)
    for state in range(_STATES):
        ticks, surged = load(machine, M_TIMES + state), load(meter, ME_SURGED + state)
        if state == present:
            ticks += now - since
            surged += surging(meter, since, now)
        watts = load(meter, ME_WATTS + state)
        if watts != 0:
            add_wide(meter, ME_DRAWN, watts, ticks)
        if surged != 0:
            add_wide(meter, ME_DRAWN, load(meter, ME_MORE + state), surged)
    join_wide(m, H_DRAWN, meter, ME_DRAWN)


@compiled
def _keep_peak(meter: int) -> None:
    """What the machine has drawn in the window that ends."""
    copy_wide(meter, ME_PEAK, meter, ME_DRAWN)
    subtract_wide(meter, ME_PEAK, meter, ME_BEFORE)


@compiled
def _band(m: int, now: int) -> int:
    """The band in force in the last tick of the window that ends (S-164)."""
    step = load(m, H_BAND_STEP)
    while load(record(m, H_BAND_STEPS, BS_SIZE, step), BS_UNTIL) < now:
        step += 1
    store(m, H_BAND_STEP, step)
    return load(record(m, H_BAND_STEPS, BS_SIZE, step), BS_BAND)


@rare
def close_window(m: int) -> None:
    """A demand window ends before anything happens at its last tick (S-06, S-163)."""
    now, width = load(m, H_WINDOW), load(m, H_WINDOW_WIDTH)
    store(m, H_DRAWN, 0)
    store(m, H_DRAWN + 1, 0)
    for n in range(load(m, H_METER_COUNT)):
        _draw_up(m, record(m, H_METERS, ME_SIZE, n), now)
    copy_wide(m, H_SPENT, m, H_DRAWN)
    subtract_wide(m, H_SPENT, m, H_DRAWN_BEFORE)
    if now - width >= load(m, H_WARMUP):
        if is_wider(m, H_SPENT, m, H_PEAK):
            copy_wide(m, H_PEAK, m, H_SPENT)
            store(m, H_PEAK_AT, now - width)
            for n in range(load(m, H_METER_COUNT)):
                _keep_peak(record(m, H_METERS, ME_SIZE, n))
        if load(m, H_BANDS) != NOTHING:
            band = _band(m, now)
            if is_wider(m, H_SPENT, band, BD_PEAK):
                copy_wide(band, BD_PEAK, m, H_SPENT)
    copy_wide(m, H_DRAWN_BEFORE, m, H_DRAWN)
    store(m, H_WINDOW, now + width)
