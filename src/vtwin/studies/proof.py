"""The proof of a bottleneck: make each suspect 10 % faster and see what the plant gains."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from vtwin.plant.trace import Tally
from vtwin.results.elements import entry_of
from vtwin.results.kpi import measure
from vtwin.studies.compare import Difference, difference

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from vtwin.plant.primitives import Fleet
from vtwin.plant.program import Program

FASTER = 1.1


@dataclass(frozen=True)
class Proof:
    """Gain of each suspect made faster, in the order given; all gains hold together with the
    confidence asked for (Bonferroni). ``bottleneck`` is the suspect whose gain is shown to be
    larger than every other's, None when that cannot be told.
    """

    goal: str
    faster: float
    replications: int
    gains: Mapping[str, Difference]
    bottleneck: str | None

    @property
    def sentence(self) -> str:
        """The result in English."""
        from vtwin.studies.wording import amount

        percent = f"{100.0 * (self.faster - 1.0):.0f} %"
        parts = []
        for name, one in self.gains.items():
            if one.call == "cannot_tell" or one.gain.mean is None:
                parts.append(f"{name} {percent} faster: no gain that can be told from chance")
            else:
                sign = "+" if one.gain.mean > 0 else "-"
                parts.append(f"{name} {percent} faster: {sign}{amount(one.gain)} {one.unit}")
        if self.bottleneck:
            end = f"{self.bottleneck} is the bottleneck"
        else:
            end = "which one limits the plant most cannot be told, run longer"
        return "; ".join([*parts, end]) + "."

    def to_json(self) -> dict[str, object]:
        """All fields, and the sentence."""
        return {
            "goal": self.goal,
            "faster": self.faster,
            "replications": self.replications,
            "gains": {name: one.to_json() for name, one in self.gains.items()},
            "bottleneck": self.bottleneck,
            "sentence": self.sentence,
        }


def faster(program: Program, suspect: str, factor: float = FASTER) -> Program:
    """The same plant with an equipment entry's cycles, a group's work or a kind of vehicle
    ``factor`` faster.

    Raises ValueError when there is no such entry, group or kind of vehicle.
    """
    if suspect in program.groups:
        return _faster_people(program, program.groups.index(suspect), factor)
    if any(fleet.name == suspect for fleet in program.fleets):
        return _faster_vehicles(program, suspect, factor)
    members = {i for i, m in enumerate(program.machines) if entry_of(m.name) == suspect}
    if not members:
        raise ValueError(f"nothing here is called {suspect!r}")
    distributions = list(program.distributions)
    scaled: dict[int, int] = {}

    def quicker(cycle: int) -> int:
        if cycle not in scaled:
            distributions.append(program.distributions[cycle].scaled(1.0 / factor))
            scaled[cycle] = len(distributions) - 1
        return scaled[cycle]

    operations = tuple(
        replace(
            operation,
            modes=tuple(
                replace(mode, cycle=quicker(mode.cycle), planned_s=mode.planned_s / factor)
                if mode.machine in members
                else mode
                for mode in operation.modes
            ),
        )
        for operation in program.operations
    )
    belts = tuple(
        replace(belt, travel=round(belt.travel / factor), pitch=round(belt.pitch / factor))
        if entry_of(belt.name) == suspect
        else belt
        for belt in program.belts
    )
    return replace(program, operations=operations, distributions=tuple(distributions), belts=belts)


def _faster_vehicles(program: Program, name: str, factor: float) -> Program:
    def quicker(fleet: Fleet) -> Fleet:
        ways = tuple(
            tuple(
                tuple(replace(leg, ticks=round(leg.ticks / factor)) for leg in way) for way in row
            )
            for row in fleet.ways
        )
        travel = tuple(tuple(sum(leg.ticks for leg in way) for way in row) for row in ways)
        return replace(
            fleet,
            travel=travel or tuple(tuple(round(t / factor) for t in row) for row in fleet.travel),
            ways=ways,
            load=round(fleet.load / factor),
            unload=round(fleet.unload / factor),
        )

    return replace(
        program, fleets=tuple(quicker(f) if f.name == name else f for f in program.fleets)
    )


def _faster_people(program: Program, group: int, factor: float) -> Program:
    learned = {n for w in program.workers if w.group == group for n in w.learns}
    return replace(
        program,
        curves=tuple(
            replace(c, steps=tuple((n, round(speed * factor)) for n, speed in c.steps))
            if index in learned
            else c
            for index, c in enumerate(program.curves)
        ),
        workers=tuple(
            replace(worker, speeds=tuple(speed * factor for speed in worker.speeds))
            if worker.group == group
            else worker
            for worker in program.workers
        ),
    )


def proof(
    program: Program,
    suspects: Sequence[str],
    replications: int = 10,
    *,
    goal: str = "good_per_day",
    factor: float = FASTER,
    confidence: float = 0.95,
    base: Sequence[Tally] | None = None,
    engine: str = "auto",
    executor: Executor | None = None,
    on_progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Proof:
    """Run the plant with each suspect ``factor`` faster under common random numbers.

    ``base`` may hold replications 0..n-1 of the plant itself if they exist already. Raises
    ValueError for no suspect, KeyboardInterrupt when stopped before anything can be compared.
    """
    from vtwin.studies.run_many import run_many

    if not suspects:
        raise ValueError("a proof needs at least one suspect")
    numbers = range(replications)
    known = {tally.replication: tally for tally in base or ()}
    parts = len(suspects) + 1

    def run(plant: Program, part: int, wanted: Sequence[int]) -> list[Tally]:
        return run_many(
            plant,
            wanted,
            engine=engine,
            executor=executor,
            on_progress=lambda f: on_progress((part + f) / parts) if on_progress else None,
            cancelled=cancelled,
        )

    fresh = run(program, 0, [n for n in numbers if n not in known])
    known |= {tally.replication: tally for tally in fresh}
    found = {
        suspect: run(faster(program, suspect, factor), part, numbers)
        for part, suspect in enumerate(suspects, start=1)
    }
    shared = {n for n in numbers if n in known}
    for tallies in found.values():
        shared &= {tally.replication for tally in tallies}
    if not shared:
        raise KeyboardInterrupt("stopped before every suspect had one replication")
    return _judge(program, found, known, sorted(shared), goal, factor, confidence)


def _judge(
    program: Program,
    found: Mapping[str, Sequence[Tally]],
    known: Mapping[int, Tally],
    shared: Sequence[int],
    goal: str,
    factor: float,
    confidence: float,
) -> Proof:
    """Paired gains against the plant as it is, and between the suspects."""
    plain = [measure(program, known[n]) for n in shared]
    quick = {
        suspect: [
            measure(faster(program, suspect, factor), tally)
            for tally in sorted(tallies, key=lambda t: t.replication)
            if tally.replication in set(shared)
        ]
        for suspect, tallies in found.items()
    }
    each = 1.0 - (1.0 - confidence) / len(found)
    gains = {
        suspect: difference(goal, plain, measures, program.currency, each)
        for suspect, measures in quick.items()
    }

    def first(one: str) -> bool:
        rivals = [quick[other] for other in quick if other != one]
        calls = [difference(goal, r, quick[one], program.currency, each).call for r in rivals]
        return gains[one].call == "better" and all(call == "better" for call in calls)

    bottleneck = next((one for one in quick if first(one)), None)
    return Proof(goal, factor, len(shared), gains, bottleneck)
