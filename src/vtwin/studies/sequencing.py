"""Where a search over orders begins: schedules of the relaxation, told as designs, and what each
design would be worth if everything took its mean time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from vtwin.base.errors import Refused
from vtwin.plant.primitives import NONE, DispatchRule
from vtwin.plant.program import Program
from vtwin.scenario.decisions import Design, OrderChoices, Reallocation, canonical
from vtwin.scenario.sequencing import SEQUENCE
from vtwin.studies.estimates import Estimate
from vtwin.studies.orders import Twin, in_sequence, mean_times
from vtwin.studies.relaxation import Schedule, Shop, objective_of, shop, solve
from vtwin.studies.space import Space

_PRIORITY = canonical("priority")


@dataclass
class Advice:
    """What is known of designs that decide about orders before any replication."""

    real: Reallocation
    choices: OrderChoices
    space: Space
    program: Callable[[Design], Program]
    solver: str = "auto"
    method: str = ""
    proven: bool = False  # the schedule is the best of the relaxation
    twin: Twin = field(init=False)

    def __post_init__(self) -> None:
        goal, wanted = self.real.goals[0], self.real.requirements
        self.twin = Twin(self.program, goal, self.choices, wanted)

    def estimate(self, design: Design) -> Estimate:
        """The goal of the twin of mean times."""
        return self.twin.estimate(design)

    @property
    def notes(self) -> list[str]:
        """What a sequence decides where something else comes first."""
        program = self.program(self.real.today)
        sequenced = set(self.choices.priority.values())
        products = {o.product for o in program.orders if o.name in sequenced}
        stations = {o.station for o in program.operations if o.product in products}
        first = [
            program.stations[s].name
            for s in sorted(stations)
            if program.stations[s].rule is DispatchRule.LEAST_SETUP
        ]
        if not first or any(p.endswith(".dispatch") for p, _ in self.space.slots):
            return []
        names = ", ".join(f"'{name}'" for name in first)
        return [
            f"{names}: the least set-up comes first there, the sequence decides among orders that "
            "need equal set-ups"
        ]

    def as_today(self) -> Design | None:
        """Today's plant with its sequence written out: by priority, release and name."""
        program = self.program(self.real.today)
        ranked = sorted(program.orders, key=lambda o: (-o.priority, o.release, o.name))
        return self._design({}, [order.name for order in ranked])

    def starts(self) -> list[Design]:
        """Designs that follow the schedule of the relaxation: its machines or those of the
        route, orders by their start at first, on the busiest machine, and by their end.
        """
        program = self.program(self.real.today)
        objective = objective_of(self.real.goals[0].kpi)
        for longer in self.twin.paces:  # until somebody is late, or there is more to win
            made = shop(mean_times(program, longer), self.choices)
            if not any(made.chains):
                return []
            found = solve(made, objective, solver=self.solver)
            if found.value[0] > 0:
                break
        self.method, self.proven = f"schedule of mean times ({found.method})", found.proven
        if longer > 1.0:
            self.method = f"{self.method}, {100 * (longer - 1):.0f} % longer"
        places = self._places(made, found)
        busiest = _busiest(made, found)
        lines = (
            found.sequence(made, lambda n: found.start[n][0]),
            found.sequence(made, lambda n: _start_on(made, found, n, busiest)),
            found.sequence(made, lambda n: found.start[n][-1]),
        )
        designs = [self._design(at, line) for line in lines for at in (places, {})]
        return [design for design in dict.fromkeys(designs) if design is not None]

    def _places(self, made: Shop, found: Schedule) -> dict[str, str]:
        """What the schedule writes at the paths of machines: the narrowest value with its own."""
        operations = {spec.name: n for n, spec in enumerate(made.program.operations)}
        index = {name: n for n, name in enumerate(made.orders)}
        written = {}
        for path, (order, operation) in self.choices.machines.items():
            if order not in index:
                continue
            number = index[order]
            steps = [task.operation for task in made.chains[number]]
            if operations[operation] not in steps:
                continue
            machine = found.machine[number][steps.index(operations[operation])]
            name = made.program.machines[machine].name
            fitting = [
                (len(names), value)
                for (p, value), names in self.choices.able.items()
                if p == path and name in names
            ]
            if fitting:
                written[path] = min(fitting)[1]
        return written

    def _design(self, places: Mapping[str, str], line: Sequence[str]) -> Design | None:
        """The feasible design nearest to these machines and this sequence; dispatch looks at it
        where that is decided, too.
        """
        written = dict(self.real.today.settings) | dict(places)
        written |= in_sequence(self.real.decisions, self.choices, line)
        if places or any(d.name == SEQUENCE for d in self.real.decisions):
            for path, decision in self.space.slots:
                if path.endswith(".dispatch") and _PRIORITY in decision.values:
                    written[path] = _PRIORITY
        wanted = Design(tuple(sorted(written.items())))
        found = wanted if self.space.kept(wanted) else self.space.nearest(wanted)
        if found is None:
            return None
        try:
            self.program(found)
        except Refused:
            return None
        return found


def _busiest(made: Shop, found: Schedule) -> int:
    """The machine with most work in the schedule."""
    work: dict[int, int] = {}
    for chain, at in zip(made.chains, found.machine, strict=True):
        for task, machine in zip(chain, at, strict=True):
            work[machine] = work.get(machine, 0) + task.lengths[machine]
    return max(sorted(work), key=lambda m: work[m], default=NONE)


def _start_on(made: Shop, found: Schedule, order: int, machine: int) -> int:
    """When an order starts on a machine; elsewhere, when it starts at all."""
    for step, at in enumerate(found.machine[order]):
        if at == machine:
            return found.start[order][step]
    return found.start[order][0]
