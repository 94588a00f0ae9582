"""The one entry of the kernel: phase B, phase C, round by round and tick by tick (S-02, S-03).

The same loop as the reference engine's: the calendar gives the earliest event and of several at
one tick the one with the lowest slot; phase C comes when nothing is left for the present tick.
What C schedules for the same tick is due at once: that is the next round.
"""

from __future__ import annotations

from vtwin.engines.kernel.building import compiled, whole
from vtwin.engines.kernel.calendar import cancel, next_slot, next_time
from vtwin.engines.kernel.layout import (
    H_BEGUN,
    H_CHANGED,
    H_EVENTS,
    H_FRESH_ITEM,
    H_ITEM_MARK,
    H_NOW,
    H_ROW_COUNT,
    H_ROW_MARK,
    H_STATUS,
    H_WINDOW,
    PAUSED,
    REACHED,
    SHORT,
)
from vtwin.engines.kernel.memory import load, store
from vtwin.engines.kernel.meters import close_window
from vtwin.engines.kernel.plant import begin, happen, settle


@whole
def advance(m: int, until: int, most: int) -> int:
    """Run on to the first event at or after tick ``until``, or ``most`` events.

    Everything before ``until`` has happened when REACHED comes back, nothing at it: that is the
    moment to look at the plant (S-06). PAUSED and SHORT ask to be called again, the second after
    the rows of the trace were taken or more room was given; any other answer ends the run.
    """
    if not load(m, H_BEGUN):
        store(m, H_BEGUN, 1)
        begin(m)
    handled = 0
    answer = load(m, H_STATUS)
    while answer == REACHED:
        now = load(m, H_NOW)
        time = next_time(m)
        if time > now and load(m, H_CHANGED):
            answer = _settled(m)
        elif time >= load(m, H_WINDOW) and load(m, H_WINDOW) <= until:
            close_window(m)
        elif time >= until:
            break
        elif handled >= most:
            answer = PAUSED
        else:
            store(m, H_NOW, time)
            while True:
                slot = next_slot(m)
                cancel(m, slot)
                round_over = happen(m, slot)
                handled += 1
                answer = load(m, H_STATUS)
                if round_over or answer != REACHED or next_time(m) != time:
                    break
            if answer == REACHED and load(m, H_CHANGED):
                answer = _settled(m)
    store(m, H_EVENTS, load(m, H_EVENTS) + handled)
    return answer


@compiled
def _settled(m: int) -> int:
    """Phase C, and whether Python has to take rows or to give room before anything else."""
    store(m, H_CHANGED, 0)
    settle(m)
    answer = load(m, H_STATUS)
    if answer == REACHED and (
        load(m, H_ROW_COUNT) > load(m, H_ROW_MARK) or load(m, H_FRESH_ITEM) > load(m, H_ITEM_MARK)
    ):
        return SHORT
    return answer
