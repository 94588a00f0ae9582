"""The bottleneck jury: several measures vote for what limits the plant, and may disagree.

- utilisation: largest share of planned time working, in set-up or down (people: on a task;
  vehicles: under way). A belt nearly always moves something; it is as busy as it is full of
  items one pitch after another.
- queue: most items waiting before the station, per machine of it. A station that is itself
  blocked (10 % of planned time or more) holds somebody else's queue and is left out.
- active period: longest mean uninterrupted active period (Roser, Nakano and Tanaka, "A
  practical bottleneck detection method", Winter Simulation Conference 2001). Needs a trace.
  Belts have no such periods.
- turning point: where blocked minus starved changes sign (Li, Chang and Ni, "Data driven
  bottleneck detection of manufacturing systems", IJPR 47, 2009). Serial lines without
  vehicles only; a belt counts as a place between its neighbours.
- arrow: no arrow leaves the bottleneck; arrows point from the more blocked to the more
  starved neighbour (Kuo, Lim and Meerkov, "Bottlenecks in serial production lines",
  Mathematical Problems in Engineering 2, 1996). As the turning point.

The proof (each suspect 10 % faster) is in :mod:`vtwin.studies.proof`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
import numpy.typing as npt

from vtwin.plant.primitives import NEXT, NONE, MachineState, ReleaseKind
from vtwin.plant.program import Program
from vtwin.plant.trace import Tally, VehicleState
from vtwin.results.active import ActivePeriods, active_periods
from vtwin.results.demand import Limit
from vtwin.results.demand import limit as limit_of
from vtwin.results.elements import entries, entry_of, machine_elements
from vtwin.results.statistics import Interval, interval, paired

Kind = Literal["equipment", "people", "transport"]
_Row = npt.NDArray[np.float64]
Scores = dict[str, list[float]]  # suspect -> one score per replication

MEASURES = ("utilisation", "queue", "active_period", "turning_point", "arrow")
#: So many suspects are named.
MOST_SUSPECTS = 5
#: A station blocked for this share of planned time waits for others, its queue with it.
_HELD_UP = 0.1
#: Mean waiting items below this are nobody's queue.
_NO_QUEUE = 0.01


@dataclass(frozen=True)
class Vote:
    """What one measure says. ``suspect`` None: it abstains, and ``why`` says why. ``clear``:
    the lead over the runner-up is larger than chance. ``scores`` are of all it looked at.
    """

    measure: str
    suspect: str | None
    unit: str = ""
    score: Interval | None = None
    runner_up: str | None = None
    clear: bool = False
    why: str | None = None
    scores: Mapping[str, float] | None = None

    def to_json(self) -> dict[str, object]:
        """All fields."""
        return {
            "measure": self.measure,
            "suspect": self.suspect,
            "score": self.score.to_json() if self.score else None,
            "runner_up": self.runner_up,
            "clear": self.clear,
            "why": self.why,
        }


@dataclass(frozen=True)
class Suspect:
    """An equipment entry, a group of people or a kind of vehicle. ``busy`` is its utilisation;
    ``share`` of the planned time it was the momentary bottleneck (longest active period at that
    instant) in the traced replication, None without a trace.
    """

    name: str
    kind: Kind
    votes: tuple[str, ...]
    busy: Interval
    share: float | None = None

    def to_json(self) -> dict[str, object]:
        """All fields."""
        return {
            "name": self.name,
            "kind": self.kind,
            "votes": list(self.votes),
            "busy": self.busy.to_json(),
            "momentary_share": self.share,
        }


@dataclass(frozen=True)
class Verdict:
    """The jury's verdict: suspects by number of votes, then utilisation.

    ``agreed``: all measures that voted named the same, most of them clearly (which takes at
    least two replications). ``limit`` is "demand" when the
    plant makes all that is asked of it, "due_dates" when it makes it but not all in time, else
    None.
    """

    suspects: tuple[Suspect, ...]
    votes: tuple[Vote, ...]
    agreed: bool
    limit: Limit | None
    replications: int

    @property
    def prime(self) -> Suspect | None:
        """The first suspect."""
        return self.suspects[0] if self.suspects else None

    @property
    def sentence(self) -> str:
        """The verdict in English."""
        prime = self.prime
        if prime is None:
            return "Nothing was busy after the warm-up."
        busy = f"busy {100.0 * (prime.busy.mean or 0.0):.0f} % of the time it is planned"
        if self.limit == "demand":
            return (
                f"Demand limits this plant: it makes what is asked of it; the busiest is "
                f"{self._busiest().name} ({100.0 * (self._busiest().busy.mean or 0.0):.0f} %)."
            )
        if self.limit == "due_dates":
            return (
                f"The plant makes nearly all it is asked for, but not all in time; the busiest is "
                f"{self._busiest().name} ({100.0 * (self._busiest().busy.mean or 0.0):.0f} %)."
            )
        named = ", ".join(vote.replace("_", " ") for vote in prime.votes)
        text = f"{prime.name} limits this plant ({busy}; named by {named or 'utilisation'})"
        if self.agreed:
            return f"{text}; no measure disagrees."
        others = [
            f"{vote.measure.replace('_', ' ')} names {vote.suspect}"
            + ("" if vote.clear else " (could be chance)")
            for vote in self.votes
            if vote.suspect not in (None, prime.name)
        ]
        if not others:
            return f"{text}, but its lead over the next could be chance."
        return f"{text}, but {' and '.join(others)}."

    def _busiest(self) -> Suspect:
        return max(self.suspects, key=lambda suspect: suspect.busy.mean or 0.0)

    def to_json(self) -> dict[str, object]:
        """All fields, and the sentence."""
        return {
            "sentence": self.sentence,
            "agreed": self.agreed,
            "limit": self.limit,
            "replications": self.replications,
            "suspects": [suspect.to_json() for suspect in self.suspects],
            "votes": [vote.to_json() for vote in self.votes],
        }


@dataclass(frozen=True)
class _Shares:
    """Shares of planned busy time per entry and replication."""

    entries: tuple[str, ...]
    state: npt.NDArray[np.float64]  # (replications, entries, 7)

    def of(self, *states: MachineState) -> npt.NDArray[np.float64]:
        chosen: npt.NDArray[np.float64] = self.state[:, :, list(states)].sum(axis=2)
        return chosen

    def scores(self, values: npt.NDArray[np.float64]) -> Scores:
        return {name: values[:, i].tolist() for i, name in enumerate(self.entries)}


def jury(program: Program, tallies: Sequence[Tally], confidence: float = 0.95) -> Verdict:
    """Let the measures vote. ``tallies`` holds at least one replication; a trace in any of
    them (usually the first) lets the active period vote.
    """
    shares = _shares(program, tallies)
    working = shares.of(MachineState.WORKING, MachineState.SETUP, MachineState.DOWN)
    busy = shares.scores(working) | _belts(program, tallies, shares)
    busy |= _people(program, tallies) | _vehicles(program, tallies)
    line = serial_line(program)
    trace = next((tally for tally in tallies if tally.trace is not None), None)
    periods = None if trace is None else active_periods(program, trace)
    votes = (
        _vote("utilisation", busy, "share", confidence),
        _queue(program, tallies, busy, shares, confidence),
        _active(periods),
        _turning_point(shares, line),
        _arrow(shares, line),
    )
    momentary = periods.momentary if periods else {}
    suspects = _rank(program, votes, busy, momentary, confidence)
    cast = [vote for vote in votes if vote.suspect is not None]
    return Verdict(
        suspects=suspects,
        votes=votes,
        agreed=len({vote.suspect for vote in cast}) == 1
        and 2 * sum(vote.clear for vote in cast) > len(cast),
        limit=limit_of(program, tallies),
        replications=len(tallies),
    )


def _shares(program: Program, tallies: Sequence[Tally]) -> _Shares:
    groups = entries(tuple(machine.name for machine in program.machines))
    state = np.zeros((len(tallies), len(groups), len(MachineState)))
    for replication, tally in enumerate(tallies):
        for number, members in enumerate(groups.values()):
            ticks = tally.machine_state[members].sum(axis=0).astype(np.float64)
            planned = ticks.sum() - ticks[MachineState.PLANNED_STOP]
            if planned > 0:
                state[replication, number] = ticks / planned
    return _Shares(tuple(groups), state)


def _people(program: Program, tallies: Sequence[Tally]) -> Scores:
    found: Scores = {}
    for index, group in enumerate(program.groups):
        members = [i for i, worker in enumerate(program.workers) if worker.group == index]
        duty = [float(t.worker_duty[members].sum()) for t in tallies]
        busy = [float(t.worker_busy[members].sum()) for t in tallies]
        found[group] = [b / d if d > 0 else 0.0 for b, d in zip(busy, duty, strict=True)]
    return found


def _belts(program: Program, tallies: Sequence[Tally], shares: _Shares) -> Scores:
    """How full belts were: items times the time from one to the next, and the time down."""
    found: Scores = {}
    down = shares.of(MachineState.DOWN)
    groups = entries(tuple(machine.name for machine in program.machines))
    for number, (name, members) in enumerate(groups.items()):
        if all(program.machines[m].belt == NONE for m in members):
            continue
        found[name] = []
        for replication, tally in enumerate(tallies):
            elements = machine_elements(program, tally)
            planned = float(elements.pbt[members].sum())
            filled = float(elements.standard[members].sum()) / planned if planned > 0 else 0.0
            found[name].append(min(filled + float(down[replication, number]), 1.0))
    return found


def _vehicles(program: Program, tallies: Sequence[Tally]) -> Scores:
    found: Scores = {}
    for index, fleet in enumerate(program.fleets):
        members = [n for n, vehicle in enumerate(program.vehicles) if vehicle.fleet == index]
        found[fleet.name] = []
        for tally in tallies:
            ticks = tally.vehicle_state[members].sum(axis=0).astype(np.float64)
            under_way = ticks[VehicleState.EMPTY] + ticks[VehicleState.LOADED]
            there = ticks.sum() - ticks[VehicleState.CHARGING]  # what else they could have done
            found[fleet.name].append(float(under_way / there) if there > 0 else 0.0)
    return found


def _vote(measure: str, scores: Scores, unit: str, confidence: float) -> Vote:
    """The largest mean score wins; clearly, when it leads the next in paired replications."""
    means = {name: sum(each) / len(each) for name, each in scores.items()}
    ranked = sorted(means, key=lambda name: (-means[name], name))
    if not ranked or means[ranked[0]] <= 0.0:
        return Vote(measure, None, unit, why="all are zero", scores=means)
    first = ranked[0]
    second = ranked[1] if len(ranked) > 1 else None
    clear = True
    if second is not None:
        lead = paired(scores[second], scores[first], unit, confidence)
        clear = lead.low is not None and lead.low > 0.0
    return Vote(
        measure, first, unit, interval(scores[first], unit, confidence), second, clear, None, means
    )


def _queue(
    program: Program,
    tallies: Sequence[Tally],
    busy: Scores,
    shares: _Shares,
    confidence: float,
) -> Vote:
    """Waiting items per machine; of several entries at one station the busiest stands for it."""
    blocked = shares.of(MachineState.BLOCKED).mean(axis=0)
    held_up = {
        name for name, share in zip(shares.entries, blocked, strict=True) if share >= _HELD_UP
    }
    endless = {
        program.operations[program.products[source.product].route[0]].station
        for source in program.sources
        if source.kind == ReleaseKind.SATURATED
    }
    scores: Scores = {}
    for index, station in enumerate(program.stations):
        if index in endless or not station.machines:
            continue
        names = {entry_of(program.machines[m].name) for m in station.machines}
        if names <= held_up:
            continue
        stands = max(sorted(names), key=lambda name: sum(busy[name]))
        observed = [max(tally.observed, 1) / 1e3 for tally in tallies]  # microseconds
        waiting = [float(tally.station_queue_area[index]) for tally in tallies]
        scores[stands] = [
            area / time / len(station.machines)
            for area, time in zip(waiting, observed, strict=True)
        ]
    if not any(sum(each) / len(each) > _NO_QUEUE for each in scores.values()):
        return Vote("queue", None, "items", why="nothing waits but where work is held up")
    return _vote("queue", scores, "items", confidence)


def _active(periods: ActivePeriods | None) -> Vote:
    if periods is None:
        why = "no replication was traced"
        return Vote("active_period", None, "s", why=why)
    means = {name: mean for name, (mean, _) in periods.mean_s.items()}
    if not any(means.values()):
        return Vote("active_period", None, "s", why="nothing was active")
    ranked = sorted(means, key=lambda name: (-means[name], name))
    first, second = ranked[0], ranked[1] if len(ranked) > 1 else None
    mean, half = periods.mean_s[first]
    clear = second is None
    if second is not None and half is not None:
        other_mean, other_half = periods.mean_s[second]
        clear = other_half is not None and mean - half > other_mean + other_half
    alone = None if half is not None else "a single active period"
    score = Interval(mean, half, "s", 0.95, periods.count[first], alone)
    return Vote("active_period", first, "s", score, second, clear, None, means)


def serial_line(program: Program) -> tuple[str, ...] | None:
    """Entries in flow order when all routes run along one line of stations, else None. Belts are
    places between the others; with vehicles between them stations are no line.
    """
    if program.fleets:
        return None
    if any(o.branches or o.then != NEXT or o.sample != 1 for o in program.operations):
        return None
    follows: dict[int, int] = {}
    stations: list[int] = []
    for product in program.products:
        visited = [program.operations[op].station for op in product.route]
        if len(set(visited)) != len(visited):
            return None
        stations += [s for s in visited if s not in stations]
        for here, there in pairwise(visited):
            if follows.setdefault(here, there) != there:
                return None
    starts = [s for s in stations if s not in follows.values()]
    if len(starts) != 1 or len(set(follows.values())) != len(follows):
        return None
    order = [starts[0]]
    while order[-1] in follows:
        order.append(follows[order[-1]])
    names = [
        {entry_of(program.machines[m].name) for m in program.stations[s].machines} for s in order
    ]
    if len(order) < 2 or len(order) != len(stations) or any(len(each) != 1 for each in names):
        return None
    moving = {entry_of(machine.name) for machine in program.machines if machine.belt != NONE}
    line = tuple(name for each in names for name in each if name not in moving)
    return line if len(line) > 1 else None


_NOT_SERIAL = "not one serial line"


def _turning_point(shares: _Shares, line: tuple[str, ...] | None) -> Vote:
    """Where blocked minus starved turns from positive to negative; of several such places the
    one that is idle least.
    """
    if line is None:
        return Vote("turning_point", None, "share", why=_NOT_SERIAL)
    found = [_turn(blocked, starved) for blocked, starved in _along(shares, line)]
    blocked, starved = _mean_along(shares, line)
    turn = _turn(blocked, starved)
    if turn is None:
        why = "blocked minus starved does not change sign once along the line"
        return Vote("turning_point", None, "share", why=why)
    return _place("turning_point", line, turn, found, float(blocked[turn] + starved[turn]))


def _turn(blocked: _Row, starved: _Row) -> int | None:
    surplus, idle = blocked - starved, blocked + starved
    turns = [
        j for j in range(len(surplus)) if (surplus[:j] > 0).all() and (surplus[j + 1 :] < 0).all()
    ]
    return min(turns, key=lambda j: float(idle[j])) if turns and idle.any() else None


def _along(shares: _Shares, line: tuple[str, ...]) -> list[tuple[_Row, _Row]]:
    """Shares blocked and starved along the line, per replication."""
    places = [shares.entries.index(name) for name in line]
    blocked = shares.of(MachineState.BLOCKED)[:, places]
    starved = shares.of(MachineState.STARVED)[:, places]
    return list(zip(blocked, starved, strict=True))


def _mean_along(shares: _Shares, line: tuple[str, ...]) -> tuple[_Row, _Row]:
    each = _along(shares, line)
    return (
        np.mean([blocked for blocked, _ in each], axis=0),
        np.mean([starved for _, starved in each], axis=0),
    )


def _place(
    measure: str, line: tuple[str, ...], chosen: int, each: Sequence[int | None], size: float
) -> Vote:
    """A vote for a place in the line; clear when every one of several replications agrees."""
    same = len(each) > 1 and all(place == chosen for place in each)
    others = [line[place] for place in each if place is not None and place != chosen]
    score = Interval(size, None, "share", n=len(each), why="a place, not a figure")
    return Vote(measure, line[chosen], "share", score, others[0] if others else None, same)


def _arrow(shares: _Shares, line: tuple[str, ...] | None) -> Vote:
    """Arrow from i to i+1 where i is blocked more than i+1 is starved, else back. Of several
    machines no arrow leaves, the most severe: the largest difference to its neighbours.
    """
    if line is None:
        return Vote("arrow", None, "share", why=_NOT_SERIAL)
    blocked, starved = _mean_along(shares, line)
    if not (blocked + starved).any():
        return Vote("arrow", None, "share", why="nobody is ever blocked or starved")
    chosen, severity = _head(blocked, starved)
    each = [_head(b, s)[0] for b, s in _along(shares, line)]
    return _place("arrow", line, chosen, each, severity)


def _head(blocked: _Row, starved: _Row) -> tuple[int, float]:
    """The place no arrow leaves, and how severe it is."""
    down = blocked[:-1] > starved[1:]
    gap = np.abs(starved[1:] - blocked[:-1])
    last = len(blocked) - 1
    heads = [i for i in range(last + 1) if (i == last or not down[i]) and (i == 0 or down[i - 1])]

    def severity(i: int) -> float:
        return float((gap[i] if i < last else 0.0) + (gap[i - 1] if i > 0 else 0.0))

    chosen = max(heads, key=severity)
    return chosen, severity(chosen)


def _rank(
    program: Program,
    votes: Sequence[Vote],
    busy: Scores,
    momentary: Mapping[str, float],
    confidence: float,
) -> tuple[Suspect, ...]:
    weight: dict[str, float] = dict.fromkeys(busy, 0.0)
    for vote in votes:
        if vote.suspect is not None:
            weight[vote.suspect] += 1.0 if vote.clear else 0.5
    ranked = sorted(busy, key=lambda name: (-weight[name], -sum(busy[name]), name))
    kinds: dict[str, Kind] = dict.fromkeys(program.groups, "people")
    kinds |= dict.fromkeys((fleet.name for fleet in program.fleets), "transport")
    found = []
    for name in ranked[:MOST_SUSPECTS]:
        if not any(busy[name]):
            continue
        found.append(
            Suspect(
                name=name,
                kind=kinds.get(name, "equipment"),
                votes=tuple(vote.measure for vote in votes if vote.suspect == name),
                busy=interval(busy[name], "share", confidence),
                share=momentary.get(name),
            )
        )
    return tuple(found)
