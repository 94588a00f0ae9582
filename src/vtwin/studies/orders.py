"""Designs that decide about single orders: their programs, neighbours, and a twin of mean times.

A design that differs from a known program only in the priorities and machines of orders is that
program with other orders; nothing has to be read again for it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from vtwin.base.draws import Distribution, constant
from vtwin.base.errors import Problem, Refused
from vtwin.base.units import TICKS_PER_SECOND
from vtwin.engines.choose import engine as choose
from vtwin.plant.assigning import assigned, base, restricted
from vtwin.plant.primitives import NONE, FailureClock
from vtwin.plant.program import Program
from vtwin.plant.trace import Event
from vtwin.results.kpi import Measures, measure
from vtwin.scenario.choices import ANY
from vtwin.scenario.decisions import (
    Decision,
    Design,
    Goal,
    OrderChoices,
    Requirement,
    canonical,
)
from vtwin.scenario.sequencing import SEQUENCE
from vtwin.studies.estimates import OUTPUT, Estimate
from vtwin.studies.evaluator import figure

#: Neighbours of a design that are looked at; of many orders those that move least far.
MOST_NEIGHBOURS = 240

#: How many times their mean things take in the runs that tell who is late, and what needs them.
SLOWER = (1.0, 1.2)
PROMISES = ("on_time", "tardiness_s")

#: What missing a requirement by its whole takes off an estimate, in estimates.
_DEAR = 10.0

Settings = Mapping[str, str]


def about_orders(decision: Decision) -> bool:
    """Whether a decision is about single orders."""
    name = decision.name
    return name == SEQUENCE or (
        name.startswith("orders.")
        and (".on." in name or name.endswith(".tool") or ".tool." in name)
    )


# --- programs --------------------------------------------------------------------------------


def applied(program: Program, choices: OrderChoices, settings: Settings) -> Program:
    """A program with the priorities and machines of orders that a design's settings say. Raises
    `Refused` where an order's tool fits none of its machines.
    """
    priorities = {
        order: int(json.loads(settings[path])) for path, order in choices.priority.items()
    }
    orders = tuple(
        replace(o, priority=priorities[o.name]) if o.name in priorities else o
        for o in program.orders
    )
    place = {operation.name: n for n, operation in enumerate(program.operations)}
    machine = {spec.name: n for n, spec in enumerate(program.machines)}
    known = {order.name: order for order in program.orders}
    wanted: dict[str, dict[int, frozenset[int]]] = {}
    for path, (order, operation) in choices.machines.items():
        if order not in wanted:
            wanted[order] = dict(restricted(program, known[order]))
        own = wanted[order]
        own.pop(place[operation], None)
        names = choices.able[path, settings[path]]
        if names:
            own[place[operation]] = frozenset(machine[name] for name in names)
    made = replace(program, orders=orders)
    if not wanted:
        return made
    try:
        return assigned(made, wanted)
    except ValueError as told:  # the tool of an order does not fit its machine
        raise Refused(Problem("V326", str(told))) from None


@dataclass
class Builder:
    """Programs of designs. Whatever is not about orders is built once by ``build``."""

    build: Callable[[Mapping[str, Any]], Program]  # path -> value
    choices: OrderChoices
    known: dict[tuple[tuple[str, str], ...], Program] = field(default_factory=dict)

    def __call__(self, design: Design) -> Program:
        """The program of a design; raises `Refused` where it is no plant that can run."""
        about = set(self.choices.paths)
        others = tuple(setting for setting in design.settings if setting[0] not in about)
        if others not in self.known:
            written: dict[str, Any] = {path: json.loads(value) for path, value in others}
            written |= dict.fromkeys(self.choices.machines, ANY)
            self.known[others] = self.build(written)
        return applied(self.known[others], self.choices, dict(design.settings))


# --- a twin of mean times --------------------------------------------------------------------


def mean_times(program: Program, longer: float = 1.0) -> Program:
    """The program in which everything takes its mean time and nothing fails: cycles are longer
    by the share of the time their machines are down, and ``longer`` times that.
    """
    fixed: dict[float, int] = {}

    def of(seconds: float) -> int:
        return fixed.setdefault(seconds, len(fixed))

    means = [of(distribution.mean) for distribution in program.distributions]
    operations = []
    for operation in program.operations:
        modes = tuple(
            replace(mode, cycle=of(longer * _with_stops(program, mode.machine, mode.cycle)))
            for mode in operation.modes
        )
        load = NONE if operation.load == NONE else means[operation.load]
        operations.append(replace(operation, modes=modes, load=load))

    def moved(index: int) -> int:
        return NONE if index == NONE else means[index]

    setups = tuple(
        replace(table, cell=tuple(tuple(moved(i) for i in row) for row in table.cell))
        for table in program.setups
    )
    distributions: tuple[Distribution, ...] = tuple(constant(seconds) for seconds in fixed)
    return replace(
        program,
        distributions=distributions,
        operations=tuple(operations),
        setups=setups,
        tools=tuple(replace(tool, renew=moved(tool.renew)) for tool in program.tools),
        sources=tuple(replace(s, interval=moved(s.interval)) for s in program.sources),
        machines=tuple(replace(machine, failures=()) for machine in program.machines),
        failures=(),
        workers=tuple(replace(worker, absence=0.0) for worker in program.workers),
    )


def _with_stops(program: Program, machine: int, cycle: int) -> float:
    """Mean seconds of a cycle and of what stops the machine meanwhile."""
    mean = float(program.distributions[cycle].mean)
    longer, stops = 1.0, 0.0
    for index in program.machines[machine].failures:
        failure = program.failures[index]
        repair = failure.repair.mean
        if failure.clock is FailureClock.CYCLES:
            stops += repair / max(failure.life, 1)
        elif failure.after.mean:
            longer += repair / failure.after.mean
    return mean * longer + stops


@dataclass
class Twin:
    """What a goal would be if everything took its mean time: one run per design. Where that
    cannot tell who is safe (every order in time), the mean over plants that are slower, too.
    """

    program: Callable[[Design], Program]
    goal: Goal
    choices: OrderChoices
    requirements: tuple[Requirement, ...] = ()
    means: dict[tuple[float, tuple[tuple[str, str], ...]], Program] = field(default_factory=dict)

    @property
    def paces(self) -> tuple[float, ...]:
        """How many times their mean things take, one run each."""
        return SLOWER if self.goal.kpi.rpartition(".")[2] in PROMISES else SLOWER[:1]

    def of(self, design: Design, longer: float = 1.0) -> Program:
        """The twin of a design."""
        about = set(self.choices.paths)
        others = tuple(setting for setting in design.settings if setting[0] not in about)
        key = (longer, others)
        if key not in self.means:
            anywhere = dict(design.settings) | dict.fromkeys(self.choices.machines, canonical(ANY))
            whole = Design(tuple(sorted(anywhere.items())))
            self.means[key] = mean_times(self.program(whole), longer)
        return applied(self.means[key], self.choices, dict(design.settings))

    def estimate(self, design: Design) -> Estimate:
        """The goal of the twin, as estimates of output or of others are told."""
        values = []
        broken = 0.0
        for longer in self.paces:
            program = self.of(design, longer)
            found = measure(program, choose("auto", program).simulate(program, 0))
            values.append(figure(found, self.goal.kpi))
            broken = max(broken, self._broken(found))
        value = sum(values) / len(values)
        value -= self.goal.sign * _DEAR * broken * max(abs(value), 1.0)
        method = "a run in which everything takes its mean time"
        if len(values) > 1:
            more = " and ".join(f"{100 * (longer - 1):.0f} %" for longer in self.paces[1:])
            method += f", and one in which it takes {more} longer"
        if value != value:
            return Estimate(None, None, method)
        output = self.goal.kpi.rpartition(".")[2] in OUTPUT
        return Estimate(value if output else self.goal.sign * value, None, method)

    def _broken(self, found: Measures) -> float:
        """By how much the requirements are missed, each relative to its bound."""
        total = 0.0
        for requirement in self.requirements:
            bound = requirement.low if requirement.low is not None else requirement.high
            excess = requirement.excess(figure(found, requirement.kpi))
            total += 0.0 if excess != excess else excess / max(abs(bound or 0.0), 1e-12)
        return total


# --- when and where --------------------------------------------------------------------------


@dataclass(frozen=True)
class Turn:
    """An order at a machine: seconds from the start of the run."""

    machine: str
    order: str
    operation: str  # of the route, without its product
    start: float
    end: float


def timetable(program: Program) -> tuple[Turn, ...]:
    """When orders are at machines if everything takes its mean time, by machine and start."""
    twin = mean_times(program)
    trace = choose("auto", twin).simulate(twin, 0, trace=True).trace
    assert trace is not None
    order_of: dict[int, int] = {}
    turns: dict[tuple[int, int, int], list[int]] = {}
    rows = zip(trace.time, trace.kind, trace.entity, trace.item, trace.value, strict=True)
    for time, kind, entity, item, value in rows:
        if kind == Event.LOT:
            order_of[int(item)] = int(entity)
        elif kind in (Event.START, Event.FINISH) and int(item) in order_of:
            key = (int(entity), order_of[int(item)], base(twin, int(value)))
            begun = turns.setdefault(key, [int(time), int(time)])
            begun[1] = int(time)
    listed = [
        Turn(
            twin.machines[machine].name,
            twin.orders[order].name,
            twin.operations[operation].name.rpartition("/")[2],
            start / TICKS_PER_SECOND,
            end / TICKS_PER_SECOND,
        )
        for (machine, order, operation), (start, end) in turns.items()
    ]
    return tuple(sorted(listed, key=lambda t: (t.machine, t.start, t.end, t.order)))


# --- neighbours ------------------------------------------------------------------------------


def neighbours(
    decisions: Iterable[Decision], written: Settings, most: int = MOST_NEIGHBOURS
) -> list[dict[str, str]]:
    """What single moves of orders change: an order to another machine or another tool, with its
    machine where that must follow; two orders exchange machines or tools, two exchange places in
    the sequence, one goes elsewhere in it. Where that is too many, orders move fewer places
    at once.
    """
    about = [decision for decision in decisions if about_orders(decision)]
    sequence = next((d for d in about if d.name == SEQUENCE), None)
    places = [d for d in about if d.name != SEQUENCE]
    found: dict[tuple[tuple[str, str], ...], None] = {}

    def note(change: Settings) -> None:
        kept = {path: value for path, value in change.items() if written.get(path) != value}
        if kept:
            found.setdefault(tuple(sorted(kept.items())))

    for decision in places:
        for value in decision.values:
            note({decision.name: value})
    for change in _to_fitting(places, written):
        note(change)
    line = _in_sequence(sequence, written)
    far = _reach(len(line), most - len(found))
    for here in range(len(line)):
        for there in range(max(0, here - far), min(len(line), here + far + 1)):
            if there != here and sequence is not None:
                note(_placed(sequence, _inserted(line, here, there)))
                note(_placed(sequence, _swapped(line, here, there)))
    for number, one in enumerate(places):
        for other in places[number + 1 :]:
            if len(found) >= 2 * most:
                break
            a, b = written.get(one.name), written.get(other.name)
            alike = one.name.rpartition(".")[2] == other.name.rpartition(".")[2]
            if alike and a is not None and b is not None and a in other.values and b in one.values:
                note({one.name: b, other.name: a})
    return [dict(change) for change in found]


def _to_fitting(places: Sequence[Decision], written: Settings) -> list[dict[str, str]]:
    """Orders to another tool and another machine at once: either alone may not fit."""
    found = []
    for tool in places:
        order, is_tool, _ = tool.name.rpartition(".tool")
        for machine in places if is_tool else ():
            if machine.name.startswith(f"{order}.on."):
                found += [
                    {tool.name: one, machine.name: other}
                    for one in tool.values
                    for other in machine.values
                    if one != written.get(tool.name) and other != written.get(machine.name)
                ]
    return found


def _reach(orders: int, most: int) -> int:
    """How many places an order may move at once."""
    far = max(orders - 1, 1)
    while far > 1 and 2 * orders * far > most:
        far -= 1
    return far


def _in_sequence(sequence: Decision | None, written: Settings) -> list[str]:
    """Paths of the priorities, the first to be taken first."""
    if sequence is None or any(written.get(p) not in sequence.values for p in sequence.paths):
        return []
    return sorted(sequence.paths, key=lambda p: (-sequence.values.index(written[p]), p))


def _inserted(line: Sequence[str], here: int, there: int) -> list[str]:
    moved = [*line[:here], *line[here + 1 :]]
    return [*moved[:there], line[here], *moved[there:]]


def _swapped(line: Sequence[str], here: int, there: int) -> list[str]:
    moved = list(line)
    moved[here], moved[there] = line[there], line[here]
    return moved


def _placed(sequence: Decision, line: Sequence[str]) -> dict[str, str]:
    """Priorities that put the paths in this sequence."""
    return dict(zip(line, reversed(sequence.values), strict=True))


def in_sequence(
    decisions: Iterable[Decision], choices: OrderChoices, names: Sequence[str]
) -> dict[str, str]:
    """Settings that take the orders in this sequence; those not named go last, by name."""
    sequence = next((d for d in decisions if d.name == SEQUENCE), None)
    if sequence is None:
        return {}
    place = {name: n for n, name in enumerate(names)}
    line = sorted(
        sequence.paths,
        key=lambda p: (place.get(choices.priority[p], len(place)), choices.priority[p]),
    )
    return _placed(sequence, line)


def sequence_of(choices: OrderChoices, settings: Settings) -> tuple[str, ...]:
    """Orders in the sequence their priorities give, the first to be taken first."""
    ranked = [(-int(json.loads(settings[path])), order) for path, order in choices.priority.items()]
    return tuple(order for _, order in sorted(ranked))
