"""What lies where in the arena of the departure recurrence, which begins with the kernel's head."""

from __future__ import annotations

from vtwin.engines.kernel.layout import H_SIZE
from vtwin.plant.primitives import MachineState

# The line, behind the kernel's head.
(
    L_MACHINES,
    L_WARMUP,
    L_HORIZON,
    L_BIN,
    L_KIND,
    L_LEVEL,
    L_RELEASE,  # when the last one was released
    L_ARRIVED,  # items let in by a source of its own clock
    L_RELEASED,  # since the warm-up
    L_LEFT,
    L_RELEASED_ALL,
    L_LEFT_ALL,
    L_LEAD,  # wide: of those that left since the warm-up
    L_LEAD_LOW,
    L_INSIDE,  # wide: item-ticks in the plant
    L_INSIDE_LOW,
    L_LOOP,  # index of the place in the ring of departures (CONWIP)
    L_RINGS,  # byte offsets from the head: ring of departures,
    L_HISTOGRAM,  # lead times,
    L_RELEASES,  # per bin: count, and wide the sum of ticks into the bin,
    L_DEPARTURES,  # the same of items that left
    L_RELEASE_BIN,  # bin and its end, of the last release
    L_RELEASE_END,
    L_DEPARTURE_BIN,
    L_DEPARTURE_END,
    L_END,
) = range(H_SIZE, H_SIZE + 26)

# A machine and the places before it.
(
    G_PLACES,
    G_CYCLES,
    G_FREE,  # D of the item before
    G_RING,  # byte offset of S of the last `places` items
    G_AT,  # index in it
    G_VISITS,  # what G_ARRIVALS says too much or too little of finished operations
    G_BUSY,  # what G_WORKED says too much or too little of finished operations
    G_WORKED,
    G_BLOCKED,
    G_ARRIVALS,
    G_WAITED,
    G_QUEUED,  # what G_WAITED says too much or too little of item-ticks in the queue
    G_STATE,
    G_SERIES,  # byte offset of the finished items in the present bin
    G_BIN_END,
    G_SIZE,
) = range(16)

WORKING, BLOCKED, STARVED = (
    int(MachineState.WORKING),
    int(MachineState.BLOCKED),
    int(MachineState.STARVED),
)
