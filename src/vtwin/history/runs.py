"""Part-operation runs out of state streams: how long a program ran, what stopped it, how long the
machine stood before it, and what is fitted to that.

The clock of a run goes from the first time the program is active to its end. What is not active in
between is a stop; so is a time in which the control says active and its counter of run seconds
stands (an optional stop, a door). A run without a stop is *whole*; only whole runs say how long a
program takes.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from statistics import median, mode
from typing import Final

from vtwin.base.errors import Problem, Refused, Where
from vtwin.base.units import counted
from vtwin.history import adapter
from vtwin.history.adapter import Stream
from vtwin.history.figures import Estimate, Fit
from vtwin.history.losses import fit_times, mean_between

#: Words of the streams.
STATE: Final = "Program_Status"
ACTIVE: Final = "ACTIVE"
COUNTER: Final = "Program_Runtime_Seconds"
RAPID: Final = "Rapid_Override"
PROGRAM: Final = "Program_Name_Running"
BLOCK: Final = "Block_Number"
#: The counter of run seconds is written once a second; silence of more than this is a stop.
SILENCE: Final = 12.0
#: A run whose stops are no more than this together is whole.
WHOLE: Final = 5.0
#: Gaps up to this are the change of a part; longer ones are a break or something else to do.
CHANGE: Final = 600.0
_NAME: Final = re.compile(r"(?P<part>[A-Za-z]+)-[Oo][Pp](?P<op>\d+)-(?P<machine>\w+)-(?P<no>\d+)")


@dataclass(frozen=True, slots=True)
class Stop:
    """A time within a run in which it did not go on."""

    begin: dt.datetime
    seconds: float
    kind: str  # state of the control, or "silent"


@dataclass(frozen=True, slots=True)
class Run:
    """One operation on one part. ``rapid``: the share of rapid traverse the knob allowed for the
    longest time, None where nothing was said yet; ``programs`` as they were named meanwhile.
    """

    part: str
    operation: int
    machine: str
    number: int
    begin: dt.datetime
    end: dt.datetime
    stops: tuple[Stop, ...]
    rapid: float | None
    programs: tuple[str, ...]
    last_block: int

    @property
    def span(self) -> float:
        """Seconds from beginning to end."""
        return (self.end - self.begin).total_seconds()

    @property
    def stopped(self) -> float:
        """Seconds of stops."""
        return sum(stop.seconds for stop in self.stops)

    @property
    def running(self) -> float:
        """Seconds the program ran."""
        return self.span - self.stopped

    @property
    def whole(self) -> bool:
        """Whether nothing stopped it."""
        return self.stopped <= WHOLE


def read_runs(folder: Path) -> tuple[Run, ...]:
    """The runs of all streams of a folder, by machine and time. The knob of rapid traverse stays
    where it was left from run to run.

    Raises:
        Refused: V402 to V404 for the files; V415 for one that has no run in it.
    """
    files = sorted(path for path in folder.glob("*") if _NAME.search(path.name))
    if not files:
        hint = "files are named such as Plate-Op1-Mill04-05of20.txt.gz; tables need a --map"
        raise Refused(Problem("V402", "there is no stream of a run", Where(str(folder)), hint))
    problems: list[Problem] = []
    found: list[tuple[Run, Stream]] = []
    for path in files:
        try:
            stream = adapter.read(path)
            found.append((run_of(stream, path.name), stream))
        except Refused as refused:
            problems += refused.problems
    if problems:
        raise Refused(problems)
    found.sort(key=lambda pair: (pair[0].machine, pair[0].begin))
    runs: list[Run] = []
    knob: dict[str, float] = {}
    for run, stream in found:
        share = _knob(stream, run, knob.get(run.machine))
        last = stream.numbers(RAPID)
        if last:
            knob[run.machine] = last[-1][1] / 100
        runs.append(replace(run, rapid=share))
    return tuple(runs)


def run_of(stream: Stream, name: str) -> Run:
    """The run in one stream. Raises Refused (V415) if no program begins and ends in it."""
    named = _NAME.search(name)
    states = [(r.moment, r.value) for r in stream.of(STATE)]
    begins = [moment for moment, state in states if state == ACTIVE]
    if named is None or not begins or states[-1][0] <= begins[0]:
        what = "no program begins and ends in this stream"
        raise Refused(Problem("V415", what, Where(stream.file), f"it needs {STATE} {ACTIVE}"))
    begin, end = begins[0], states[-1][0]
    blocks = [int(value) for moment, value in stream.numbers(BLOCK) if begin <= moment <= end]
    return Run(
        part=named["part"].lower(),
        operation=int(named["op"]),
        machine=named["machine"],
        number=int(named["no"]),
        begin=begin,
        end=end,
        stops=tuple(sorted(_stops(stream, states, begin, end), key=lambda stop: stop.begin)),
        rapid=None,
        programs=tuple(dict.fromkeys(reading.value for reading in stream.of(PROGRAM))),
        last_block=max(blocks, default=0),
    )


def _stops(
    stream: Stream, states: Sequence[tuple[dt.datetime, str]], begin: dt.datetime, end: dt.datetime
) -> Iterable[Stop]:
    idle = [(a, b) for (a, state), (b, _) in pairwise(states) if state != ACTIVE and a >= begin]
    for (a, state), (b, _) in pairwise(states):
        if state != ACTIVE and a >= begin and b > a:
            yield Stop(a, (b - a).total_seconds(), state.lower())
    counted = [(m, value) for m, value in stream.numbers(COUNTER) if begin <= m <= end]
    for (a, before), (b, after) in pairwise(counted):
        silence = (b - a).total_seconds()
        if silence <= SILENCE or any(x < b and a < y for x, y in idle):
            continue
        yield Stop(a, silence - max(after - before, 0.0), "silent")


def _knob(stream: Stream, run: Run, before: float | None) -> float | None:
    """Where the knob stood longest during the run."""
    at = before
    held: dict[float, float] = {}
    since = run.begin
    for moment, percent in stream.numbers(RAPID):
        here = min(max(moment, run.begin), run.end)
        if at is not None:
            held[at] = held.get(at, 0.0) + (here - since).total_seconds()
        at, since = percent / 100, here
    if at is not None:
        held[at] = held.get(at, 0.0) + (run.end - since).total_seconds()
    return max(held, key=lambda share: held[share]) if held else None


@dataclass(frozen=True, slots=True)
class Standing:
    """A machine between two runs on one day."""

    before: Run
    after: Run

    @property
    def seconds(self) -> float:
        """How long it stood."""
        return (self.after.begin - self.before.end).total_seconds()

    @property
    def same(self) -> bool:
        """Whether the same operation goes on."""
        return (self.before.part, self.before.operation) == (self.after.part, self.after.operation)


def standings(runs: Iterable[Run]) -> list[Standing]:
    """The times between runs of a machine on the same day."""
    found = []
    for before, after in pairwise(sorted(runs, key=lambda run: (run.machine, run.begin))):
        if before.machine == after.machine and before.end.date() == after.begin.date():
            found.append(Standing(before, after))
    return found


@dataclass(frozen=True, slots=True)
class OperationFit:
    """What the runs of one operation say: times in s. ``others``: numbers of the runs that ended
    at another block than most, so of another program or version; they say nothing of its time.
    """

    part: str
    operation: int
    machine: str
    runs: int
    whole: int
    others: tuple[int, ...]
    run_time: float  # median of the whole runs of the program
    change: Fit  # change of the part


@dataclass(frozen=True, slots=True)
class CellFit:
    """What the runs of a cell say. Hours are those in which programs ran or parts were changed;
    an absence is what a gap is longer than the change of the part it holds.
    """

    operations: tuple[OperationFit, ...]
    stops: int
    stop_every: Estimate
    stop_length: Fit
    away: int
    away_every: Estimate
    away_length: Fit
    set_ups: tuple[float, ...]  # s from the last part of one operation to the first of the next


def fit(runs: Sequence[Run]) -> CellFit:
    """Run times, changes of the part, stops, absences and set-ups of a cell."""
    gaps = standings(runs)
    operations = tuple(_operations(runs, gaps))
    change = {
        (o.part, o.operation, o.machine): o.change.mean if o.change.n else 0.0 for o in operations
    }
    changing = sum(change[_operation(run)] for run in runs)
    hours = (sum(run.running for run in runs) + changing) / 3600
    # Holds that come in a burst while a program is proved out are one stop.
    stops = [run.stopped for run in runs if not run.whole]
    away = [
        gap.seconds - change[_operation(gap.after)]
        for gap in gaps
        if gap.same and gap.seconds > CHANGE
    ]
    return CellFit(
        operations=operations,
        stops=len(stops),
        stop_every=_every("stop", hours, len(stops)),
        stop_length=fit_times(stops),
        away=len(away),
        away_every=_every("absence", hours, len(away)),
        away_length=fit_times(away),
        set_ups=tuple(gap.seconds for gap in gaps if not gap.same),
    )


def program_times(own: Sequence[Run]) -> list[float]:
    """Seconds of the whole runs that ended where most runs of the operation do; of all of these
    if none is whole.
    """
    usual = [run for run in own if run.last_block == _usual_end(own)]
    return [run.running for run in usual if run.whole] or [run.running for run in usual]


def _usual_end(own: Sequence[Run]) -> int:
    """The block at which most runs of an operation end."""
    return mode(run.last_block for run in own)


def _operation(run: Run) -> tuple[str, int, str]:
    return run.part, run.operation, run.machine


def _every(name: str, hours: float, count: int) -> Estimate:
    how = f"{counted(count, name)} in {hours:.1f} h of work"
    return replace(mean_between(name, hours, count), how=how)


def _operations(runs: Sequence[Run], gaps: Sequence[Standing]) -> Iterable[OperationFit]:
    names = sorted({_operation(run) for run in runs})
    for part, operation, machine in names:
        own = [run for run in runs if _operation(run) == (part, operation, machine)]
        times = program_times(own)
        change = [
            gap.seconds for gap in gaps if gap.same and gap.after in own and gap.seconds <= CHANGE
        ]
        yield OperationFit(
            part, operation, machine, len(own), sum(run.whole for run in own),
            tuple(run.number for run in own if run.last_block != _usual_end(own)),
            median(times), fit_times(change),
        )  # fmt: skip
