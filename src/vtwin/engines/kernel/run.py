"""One replication on the kernel, seen from Python: begin, look at borders, end, tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from heapq import merge

import numpy as np

from vtwin.base.draws import no_time
from vtwin.base.errors import Refused
from vtwin.engines.choose import Cancelled
from vtwin.engines.energy import BandSums, Meter
from vtwin.engines.kernel import layout as at
from vtwin.engines.kernel.arena import Fields, Same
from vtwin.engines.kernel.encoding.encode import encode
from vtwin.engines.kernel.encoding.streams import address
from vtwin.engines.kernel.encoding.template import Template, give_items
from vtwin.engines.kernel.entries import advance
from vtwin.engines.kernel.memory import FIELD
from vtwin.engines.kernel.picture import locked, stalled
from vtwin.engines.kernel.readings import Counters
from vtwin.engines.reading import Ending, Reading, Series, tally, traced
from vtwin.plant.primitives import NONE
from vtwin.plant.program import Program
from vtwin.plant.trace import Tally, Trace

Progress = Callable[[float], bool]

#: Events between two looks from Python: a few hundredths of a second.
_STRIDE = 100_000
#: A run reports progress at least so often, at equal distances in simulated time.
_REPORTS = 50
#: Room for items at the beginning, and for rows of the trace between two looks.
_ITEMS, _ROWS = 4096, 32_768


class _Overflowed(Exception):
    """One instant needed more room than there was."""


@lru_cache(maxsize=32)  # a study goes to and fro between a few dozen designs
def _encoded(key: Same) -> Template:
    return encode(key.program)


def simulate(
    program: Program,
    replication: int,
    *,
    seed: int | None = None,
    trace: bool = False,
    on_progress: Progress | None = None,
) -> Tally:
    """Run one replication; as :func:`vtwin.engines.reference.simulate`, with the same answer.

    Several threads may run replications of one program at once.
    """
    template = _encoded(Same(program))
    seed = program.run.seed if seed is None else seed
    items, rows = _ITEMS, _ROWS if trace else 0
    while True:
        try:
            run = Run(program, template, replication, seed, items, rows)
            return run.to_the_end(on_progress)
        except _Overflowed:  # rare: begin again with more room, the result is the same
            items, rows = 4 * items, 4 * rows


class Run:
    """One plant in one replication."""

    def __init__(
        self,
        program: Program,
        template: Template,
        replication: int,
        seed: int,
        items: int,
        rows: int,
    ) -> None:
        self._program = program
        self._template = template
        self._replication = replication
        self.arena = template.copy(items, rows)
        self.arena[at.H_SEED], self.arena[at.H_REPLICATION] = address(seed, replication)
        self.counters = Counters(template, self.arena)
        self._start: Reading = self.counters.read(0)
        run = program.run
        self._series = Series(len(program.products), len(program.machines), run.bin, run.horizon)
        self._meter = Meter(program)
        self._bands = BandSums(program) if run.bands else None
        self._more_items: list[Fields] = []  # alive as long as the run
        self._items = items
        self._rows: list[Fields] | None = [] if rows else None
        self._report_at = run.horizon // _REPORTS + 1

    def to_the_end(self, on_progress: Progress | None) -> Tally:
        """Run to the horizon, to a stop condition or to a stall, and report."""
        spec, counters = self._program.run, self.counters
        ended = spec.horizon
        for border in self._borders():
            if self._advance(border, on_progress) != at.REACHED:
                ended = int(self.arena[at.H_NOW])
                break
            if border == spec.warmup:
                self._warm(border)
            self._close_band(border)
            if border % spec.bin == 0 and border < spec.horizon:
                self._series.close_bin(border, counters.glance(border))
        if ended < spec.warmup:
            self._warm(ended)  # a stall within the warm-up: nothing was observed
        self._close_band(ended)
        self._series.close_bin(ended, counters.glance(ended))
        told = stalled if self.arena[at.H_STATUS] == at.STALLED else locked
        stall = told(self._program, self._template, self.arena)
        return tally(self._start, counters.read(ended), self._series, self._ending(ended, stall))

    def _borders(self) -> Iterator[int]:
        """Ticks at which the plant is looked at before anything happens (S-06), and the end."""
        spec = self._program.run
        own = [spec.warmup] if 0 < spec.warmup < spec.horizon else []
        borders = self._bands.borders if self._bands is not None else []
        before = 0
        for border in merge(range(spec.bin, spec.horizon, spec.bin), own, borders):
            if border != before:
                yield border
            before = border
        yield spec.horizon

    def _close_band(self, now: int) -> None:
        """What was drawn up to a border counts for the band in force before (S-164)."""
        if self._bands is not None:
            self._bands.close(now, sum(self.counters.energies(self._meter, now)))

    def _warm(self, now: int) -> None:
        self._start = self.counters.read(now)
        if self._bands is not None:
            self._bands.begin(sum(self.counters.energies(self._meter, now)))
        self.counters.clear_histograms()

    def _advance(self, until: int, on_progress: Progress | None) -> int:
        """Everything before a tick happens; REACHED, STALLED or STOPPED."""
        arena, horizon = self.arena, self._program.run.horizon
        while True:
            stop = until if on_progress is None else min(until, self._report_at)
            answer = advance(arena.ctypes.data, stop, _STRIDE)
            self._take_rows()
            if answer == at.OVERFLOWED:
                raise _Overflowed
            if answer == at.NO_TIME:
                raise self._no_time()
            if answer in (at.STALLED, at.STOPPED) or (answer == at.REACHED and stop == until):
                return answer
            self._make_room()
            if on_progress is not None:
                done = stop if answer == at.REACHED else int(arena[at.H_NOW])
                self._report_at = done + horizon // _REPORTS + 1
                if on_progress(done / horizon) is False:
                    raise Cancelled

    def _take_rows(self) -> None:
        arena, count = self.arena, int(self.arena[at.H_ROW_COUNT])
        if self._rows is not None and count:
            start = int(arena[at.H_ROWS]) // FIELD
            self._rows.append(arena[start : start + count * at.R_SIZE].copy())
            arena[at.H_ROW_COUNT] = 0

    def _make_room(self) -> None:
        """Another block for new items when the last one is half used."""
        arena = self.arena
        if arena[at.H_FRESH_ITEM] <= arena[at.H_ITEM_MARK]:
            return
        block = np.zeros(self._items * at.IT_SIZE, dtype=np.int64)
        self._more_items.append(block)
        give_items(arena, block.ctypes.data, self._items)
        self._items *= 2

    def _no_time(self) -> Refused:
        """The draw that is no time (V501)."""
        stream = self._template.streams[int(self.arena[at.H_ERROR]) - 1]
        assert stream.distribution is not None
        return no_time(stream.distribution, stream.entity, stream.purpose)

    def _ending(self, ended: int, stall: tuple[str, ...]) -> Ending:
        t, arena = self._template, self.arena
        most, peak_at = self.counters.peak()
        width = max(self._program.run.demand, 1)
        machines = self.counters.peak_machines() if peak_at >= 0 else []
        peaks = self.counters.band_peaks() if self._program.run.demand else []
        return Ending(
            replication=self._replication,
            warmup=self._program.run.warmup,
            ended=ended,
            events=int(arena[at.H_EVENTS]),
            histograms=self.counters.histograms(),
            order_start=t.orders.column(arena, at.OR_STARTED).tolist(),
            order_done=t.orders.column(arena, at.OR_DONE).tolist(),
            order_good=t.orders.column(arena, at.OR_GOOD).tolist(),
            state_at_end=t.machines.column(arena, at.M_STATE).tolist(),
            in_plant=sum(self.counters.inside()),
            peak_w=most // width,
            peak_at=peak_at,
            peak_machines=tuple(energy // width for energy in machines),
            band_energy=tuple(self._bands.sums) if self._bands is not None else (),
            band_peak_w=tuple(peak if peak < 0 else peak // width for peak in peaks),
            stopped=int(arena[at.H_STOPPED]) if arena[at.H_STATUS] == at.STOPPED else NONE,
            stall=stall,
            trace=self._trace(),
        )

    def _trace(self) -> Trace | None:
        if self._rows is None:
            return None
        return traced(np.concatenate(self._rows) if self._rows else [])
