r"""The departure recurrence of a serial line, compiled: items one after another through all
machines, without an event calendar.

In a line of single machines with blocking after service, the n-th item (n = 0, 1, …) arrives at
machine j at ``A``, begins at ``S``, is finished at ``C`` and leaves the machine at ``D``::

    S_j(n) = max(A_j(n), D_j(n-1))          C_j(n) = S_j(n) + X_j(n)
    D_j(n) = max(C_j(n), S_{j+1}(n-b))      b places before machine j+1
           = max(C_j(n), D_{j+1}(n-1))      no places there
    A_{j+1}(n) = D_j(n)

(Dallery and Gershwin, "Manufacturing flow line systems", Queueing Systems 12, 1992, section 5;
Altiok, "Performance Analysis of Manufacturing Systems", 1997.)

Everything is counted as the kernel counts it. The arena begins with the kernel's head, because
the streams of draws need it.
"""

from __future__ import annotations

from vtwin.engines.kernel.building import compiled, whole
from vtwin.engines.kernel.floor import lead_bin
from vtwin.engines.kernel.layout import (
    H_ERROR,
    H_STATUS,
    H_STREAMS,
    NEVER,
    NO_TIME,
    PAUSED,
    REACHED,
    S_SIZE,
)
from vtwin.engines.kernel.memory import FIELD, add, load, store
from vtwin.engines.kernel.streams import draw, sample
from vtwin.engines.kernel.sums import add_wide
from vtwin.engines.kernel.tandem_layout import (
    BLOCKED,
    G_ARRIVALS,
    G_AT,
    G_BIN_END,
    G_BLOCKED,
    G_BUSY,
    G_CYCLES,
    G_FREE,
    G_PLACES,
    G_QUEUED,
    G_RING,
    G_SERIES,
    G_SIZE,
    G_STATE,
    G_VISITS,
    G_WAITED,
    G_WORKED,
    L_ARRIVED,
    L_BIN,
    L_DEPARTURE_BIN,
    L_DEPARTURE_END,
    L_DEPARTURES,
    L_END,
    L_HISTOGRAM,
    L_HORIZON,
    L_INSIDE,
    L_KIND,
    L_LEAD,
    L_LEFT,
    L_LEFT_ALL,
    L_LEVEL,
    L_LOOP,
    L_MACHINES,
    L_RELEASE,
    L_RELEASE_BIN,
    L_RELEASE_END,
    L_RELEASED,
    L_RELEASED_ALL,
    L_RELEASES,
    L_RINGS,
    L_WARMUP,
    WORKING,
)
from vtwin.plant.primitives import ReleaseKind

_SATURATED, _ARRIVALS, _CONWIP = (int(kind) for kind in ReleaseKind)


@compiled
def _within(start: int, end: int, low: int, high: int) -> int:
    """Ticks of ``[start, end)`` in ``[low, high)``."""
    return max(min(end, high) - max(start, low), 0)


@compiled
def _next_release(m: int, first: int) -> int:
    """When the next item enters the plant; NEVER: after the run."""
    kind = load(m, L_KIND)
    if kind == _SATURATED:
        return load(first, G_FREE)
    if kind == _ARRIVALS:
        interval = draw(m, load(m, L_MACHINES))
        return NEVER if interval < 0 else load(m, L_RELEASE) + interval
    return load(m + load(m, L_RINGS), load(m, L_LOOP))


@compiled
def _count_release(m: int, time: int) -> None:
    """An item enters the plant."""
    add(m, L_RELEASED_ALL, 1)
    if time >= load(m, L_WARMUP):
        add(m, L_RELEASED, 1)
    while time >= load(m, L_RELEASE_END):
        add(m, L_RELEASE_BIN, 1)
        add(m, L_RELEASE_END, load(m, L_BIN))
    into = m + load(m, L_RELEASES) + load(m, L_RELEASE_BIN) * (3 * FIELD)
    add(into, 0, 1)
    add_wide(into, 1, 1, time - (load(m, L_RELEASE_END) - load(m, L_BIN)))


@compiled
def _count_departure(m: int, release: int, time: int, bin_end: int) -> None:
    """An item leaves the plant within the run."""
    add(m, L_LEFT_ALL, 1)
    while bin_end > load(m, L_DEPARTURE_END):
        add(m, L_DEPARTURE_BIN, 1)
        add(m, L_DEPARTURE_END, load(m, L_BIN))
    into = m + load(m, L_DEPARTURES) + load(m, L_DEPARTURE_BIN) * (3 * FIELD)
    add(into, 0, 1)
    add_wide(into, 1, 1, time - (bin_end - load(m, L_BIN)))
    if time >= load(m, L_WARMUP):
        lead = time - release
        add(m, L_LEFT, 1)
        add_wide(m, L_LEAD, 1, lead)
        add(m + load(m, L_HISTOGRAM), lead_bin(lead), 1)


@compiled
def _correct(g: int, joined: int, start: int, done: int, left: int, m: int) -> None:
    """Take back what of an operation and its waits was counted outside the observed time."""
    warmup, horizon = load(m, L_WARMUP), load(m, L_HORIZON)
    if joined < warmup or joined >= horizon:
        add(g, G_ARRIVALS, -1)
        add(g, G_VISITS, 1)
    waited, worked = start - joined, done - start
    if start < warmup or start >= horizon:
        add(g, G_WAITED, -waited)
        waited = 0
    add(g, G_QUEUED, _within(joined, start, warmup, horizon) - waited)
    observed = _within(start, done, warmup, horizon)
    add(g, G_WORKED, observed - worked)
    if done < warmup or done >= horizon:
        add(g, G_VISITS, -1)
        worked = 0
    add(g, G_BUSY, worked - observed)
    add(g, G_BLOCKED, _within(done, left, warmup, horizon) - (left - done))


@compiled
def _waits_for_ever(m: int, g: int, joined: int) -> None:
    """An item that does not begin within the run."""
    warmup, horizon = load(m, L_WARMUP), load(m, L_HORIZON)
    store(g, G_FREE, NEVER)
    _remember(m, g, NEVER)
    if warmup <= joined < horizon:
        add(g, G_ARRIVALS, 1)
        add(g, G_VISITS, -1)
    add(g, G_QUEUED, _within(joined, NEVER, warmup, horizon))


@compiled
def _joins_first(m: int, g: int, release: int, start: int) -> int:
    """When an item joins the places before the first machine; those of a supply never do."""
    places = load(g, G_PLACES)
    if load(m, L_KIND) == _SATURATED or places == 0:
        return start
    if places < 0:
        return release
    return max(release, load(m + load(g, G_RING), load(g, G_AT)))


@compiled
def _remember(m: int, g: int, start: int) -> None:
    """Keep the beginning for the item ``places`` later, which takes this one's place."""
    places = load(g, G_PLACES)
    if places > 0:
        at = load(g, G_AT)
        store(m + load(g, G_RING), at, start)
        at += 1
        store(g, G_AT, at if at < places else 0)


@compiled
def _leaves(m: int, following: int, done: int) -> int:
    """D: when a finished item finds room behind its machine."""
    places = load(following, G_PLACES)
    if places < 0:
        return done
    if places == 0:
        return max(done, load(following, G_FREE))
    return max(done, load(m + load(following, G_RING), load(following, G_AT)))


@compiled
def _pass_through(m: int, machines: int, release: int) -> int:
    """One item through all machines; when it leaves the plant, NEVER if not within the run.

    Everything is counted as if it were observed; what is not, `_correct` takes back.
    """
    horizon, width = load(m, L_HORIZON), load(m, L_BIN)
    early = release < load(m, L_WARMUP)
    last = machines + (load(m, L_MACHINES) - 1) * (G_SIZE * FIELD)
    stream = m + load(m, H_STREAMS)
    joined = release
    g = machines
    while True:
        start = max(joined, load(g, G_FREE))
        if g == machines:
            joined = _joins_first(m, g, release, start)
        if start >= horizon:
            _waits_for_ever(m, g, joined)
            return NEVER
        _remember(m, g, start)
        time = sample(m, stream) * load(g, G_CYCLES)
        if time < 0:
            store(m, H_ERROR, (g - machines) // (G_SIZE * FIELD) + 1)
            store(m, H_STATUS, NO_TIME)
            return NEVER
        done = start + time
        left = done if g == last else _leaves(m, g + G_SIZE * FIELD, done)
        store(g, G_FREE, left)
        add(g, G_ARRIVALS, 1)
        add(g, G_WAITED, start - joined)
        add(g, G_WORKED, time)
        add(g, G_BLOCKED, left - done)
        if done < horizon:
            while done >= load(g, G_BIN_END):
                add(g, G_SERIES, FIELD)
                add(g, G_BIN_END, width)
            add(m + load(g, G_SERIES), 0, 1)
        else:
            store(g, G_STATE, WORKING)
        if early or left >= horizon:
            if done < horizon <= left:
                store(g, G_STATE, BLOCKED)
            _correct(g, joined, start, done, left, m)
        if g == last:
            break
        joined = left
        g += G_SIZE * FIELD
        stream += S_SIZE * FIELD
    if left >= horizon:
        return NEVER
    _count_departure(m, release, left, load(last, G_BIN_END))
    return left


@whole
def advance(m: int, most: int) -> int:
    """Up to ``most`` more items: PAUSED, or how it ended (REACHED or the kernel's H_STATUS)."""
    machines = m + L_END * FIELD
    warmup, horizon = load(m, L_WARMUP), load(m, L_HORIZON)
    for _ in range(most):
        release = _next_release(m, machines)
        if release >= horizon:
            return load(m, H_STATUS)
        store(m, L_RELEASE, release)
        if load(m, L_KIND) == _ARRIVALS:
            add(m, L_ARRIVED, 1)
        _count_release(m, release)
        left = _pass_through(m, machines, release)
        if load(m, H_STATUS) != REACHED:
            return load(m, H_STATUS)
        add_wide(m, L_INSIDE, 1, _within(release, left, warmup, horizon))
        if load(m, L_KIND) == _CONWIP:
            loop = load(m, L_LOOP)
            store(m + load(m, L_RINGS), loop, left)
            loop += 1
            store(m, L_LOOP, loop if loop < load(m, L_LEVEL) else 0)
    return PAUSED
