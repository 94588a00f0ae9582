"""What happens first when times are equal.

Times of a plant tie all the time (shift starts, constant cycle times), and how ties fall
decides results wherever people are shared. So the order is a property of the plant, made here
once from the *names* of things; no engine may fall back on the order in which its calendar
happened to be filled. The rules are numbered in ``docs/semantics.md``.
"""

from __future__ import annotations

from dataclasses import dataclass

from vtwin.plant.program import Program


@dataclass(frozen=True, slots=True)
class Slots:
    """The fixed number of everything that has timed events (S-04). Calendars come first,
    because they change before anything else happens (S-05); then machines, failure modes,
    sources, copies of tools with a life, batches and vehicles, merged by name; the order book
    is last.
    """

    calendars: tuple[int, ...]
    machines: tuple[int, ...]
    failures: tuple[int, ...]
    sources: tuple[int, ...]
    copies: tuple[tuple[int, ...], ...]  # by tool; () for one that lasts for ever (S-105)
    batches: tuple[int, ...]
    book: int
    vehicles: tuple[int, ...] = ()

    @property
    def count(self) -> int:
        """Number of slots, all of them below it."""
        return self.book + 1


def slots(program: Program) -> Slots:
    """Number everything that has timed events by its name (S-04).

    A failure mode comes directly after its machine, and a machine before a source of the same
    name, so that a completion precedes a failure at the same instant (S-43).
    """
    owner = {mode: m for m, machine in enumerate(program.machines) for mode in machine.failures}
    named: list[tuple[tuple[str, int, str], str, int]] = []
    for index, machine in enumerate(program.machines):
        named.append(((machine.name, 0, ""), "machine", index))
    for index, failure in enumerate(program.failures):
        # A mode no machine has never happens; it still gets a number of its own.
        host = program.machines[owner[index]].name if index in owner else failure.name
        named.append(((host, 1, failure.name), "failure", index))
    for index, source in enumerate(program.sources):
        named.append(((source.name, 2, ""), "source", index))
    lives = [tool.count if tool.life else 0 for tool in program.tools]
    for index, tool in enumerate(program.tools):
        named += [
            ((copy_name(tool.name, n), 3, ""), f"copy {n}", index) for n in range(lives[index])
        ]
    first = len(program.calendars)
    for index, batch in enumerate(program.batches):
        named.append(((batch.name, 4, ""), "batch", index))
    for index, vehicle in enumerate(program.vehicles):
        named.append(((vehicle.name, 5, ""), "vehicle", index))
    rank = {(kind, index): first + n for n, (_, kind, index) in enumerate(sorted(named))}
    return Slots(
        calendars=tuple(range(first)),
        machines=tuple(rank["machine", i] for i in range(len(program.machines))),
        failures=tuple(rank["failure", i] for i in range(len(program.failures))),
        sources=tuple(rank["source", i] for i in range(len(program.sources))),
        copies=tuple(
            tuple(rank[f"copy {n}", i] for n in range(count)) for i, count in enumerate(lives)
        ),
        batches=tuple(rank["batch", i] for i in range(len(program.batches))),
        book=first + len(named),
        vehicles=tuple(rank["vehicle", i] for i in range(len(program.vehicles))),
    )


def copy_name(tool: str, index: int) -> str:
    """``D12#1`` is the first copy of ``D12`` (S-105)."""
    return f"{tool}#{index + 1}"


#: Priority of the looks at the plant before anything happens at a tick (S-06).
HOUSEKEEPING = 0


def priority(slot: int) -> int:
    """Priority of the timed events of a slot within phase B, smallest first (S-02)."""
    return HOUSEKEEPING + 1 + slot
