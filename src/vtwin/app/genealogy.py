"""Ask one replication of a plant where a part came from, or where something suspect went.

The replication is simulated anew with its events: same scenario, same seed, same history.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vtwin.app.cards import Clerk, table
from vtwin.app.runs import ready
from vtwin.base.errors import Problem, Refused, did_you_mean

if TYPE_CHECKING:
    from vtwin.app.runs import Plant
    from vtwin.results.genealogy import Genealogy, Suspect

#: So many parts are named in a text; JSON and CSV have all of them.
MOST_NAMED = 12


@dataclass(frozen=True)
class Question:
    """A suspect as a person names it; times as durations from the start, or dates."""

    lot: str | None = None
    tool: str | None = None
    machine: str | None = None
    worker: str | None = None
    since: str | None = None
    until: str | None = None

    @property
    def asked(self) -> list[str]:
        """Which suspects are named."""
        named = ("lot", "tool", "machine", "worker")
        return [name for name in named if getattr(self, name) is not None]


@dataclass(frozen=True)
class Called:
    """Forward: what a suspect would call back."""

    suspect: str
    shipped: tuple[int, ...]
    pieces: int
    share: float | None
    shipped_pieces: int  # of everything
    touched: int  # items it had to do with itself
    inside: int  # pieces still in the plant
    scrapped: int

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "suspect": self.suspect,
            "parts": list(self.shipped),
            "pieces": self.pieces,
            "share": self.share,
            "shipped_pieces": self.shipped_pieces,
            "items_touched": self.touched,
            "pieces_inside": self.inside,
            "pieces_scrapped": self.scrapped,
        }


@dataclass(frozen=True)
class Followed:
    """One replication, item by item."""

    plant: Plant
    replication: int
    ended: int  # tick
    found: Genealogy

    @cached_property
    def _clerk(self) -> Clerk:
        return Clerk(self.found.program)

    @cached_property
    def _products(self) -> dict[int, int]:
        return {history.serial: history.product for history in self.found.items}

    def card(self, serial: int) -> dict[str, Any]:
        """What travelled with one item.

        Raises:
            Refused: V558, there is no item of this number.
        """
        if not 0 <= serial < len(self.found.items):
            last = len(self.found.items) - 1
            shipped = ", ".join(map(str, self.found.shipped[:3])) or "none"
            what = f"there is no part {serial}: parts are numbered from 0 to {last}"
            raise Refused(Problem("V558", what, hint=f"the first that were shipped: {shipped}"))
        return self._clerk.card(self.found.items[serial], self._products)

    def part(self, serial: int) -> dict[str, Any]:
        """Backward: one item, all that went into it with their cards, and the sum of it."""
        card = self.card(serial)
        origins = [s for s in self.found.origins(serial) if s != serial]
        cards = [self.card(s) for s in origins]
        every = [card, *cards]
        steps = [step for one in every for step in one["steps"]]
        return {
            **card,
            "components": cards,
            "lots": _each(lot["lot"] for one in every for lot in one["material"]),
            "machines": _each(step["machine"] for step in steps),
            "tools": _each(step["tool"] for step in steps if step["tool"]),
            "lives": _each(life for step in steps for life in step["lives"]),
            "people": _each(
                person for step in steps for person in (*step["setters"], *step["operators"])
            ),
        }

    def travellers(self, serials: Sequence[int] | None = None) -> list[dict[str, Any]]:
        """Cards of all items, or of these."""
        chosen = range(len(self.found.items)) if serials is None else serials
        return [self.card(serial) for serial in chosen]

    def csv(self, serials: Sequence[int] | None = None) -> str:
        """Cards as a table, a row per step."""
        return table(self.travellers(serials))

    def call_back(self, question: Question) -> Called:
        """Forward: every shipped part a suspect went into.

        Raises:
            Refused: V558, the suspect is not in the run, or the times are none.
        """
        suspect, said = self._suspect(question)
        recall = self.found.recall(suspect)
        return Called(
            said,
            recall.shipped,
            recall.pieces,
            recall.share,
            self.found.shipped_pieces,
            len(recall.touched),
            recall.inside,
            recall.scrapped,
        )

    def _suspect(self, question: Question) -> tuple[Suspect, str]:
        from vtwin.results.genealogy import MachineTime, WorkerTime

        if question.lot is not None:
            return self._lot(question.lot)
        if question.tool is not None:
            return self._tool(question.tool)
        start, end = self._tick(question.since, 0), self._tick(question.until, self.ended)
        if start >= end:
            what = f"there is no time from {question.since or 'the start'} to {question.until}"
            raise Refused(Problem("V558", what, hint="write for example --from 2h --to 3h"))
        clock = self._clerk.clock
        when = f" from {clock(start)} to {clock(end)}"
        program = self.found.program
        if question.machine is not None:
            index = _index("machine", question.machine, [m.name for m in program.machines])
            return MachineTime(index, start, end), question.machine + when
        name = question.worker or ""
        index = _index("worker", name, [w.name for w in program.workers])
        return WorkerTime(index, start, end), name + when

    def _lot(self, written: str) -> tuple[Suspect, str]:
        from vtwin.results.genealogy import MaterialLot

        program = self.found.program
        name, _, number = written.rpartition("/")
        if not name and len(program.materials) == 1:
            name = program.materials[0].name
        if not program.materials:
            what = "no product of this plant is made of material in lots"
            raise Refused(Problem("V558", what, hint="write `material: {lot: 500 pieces}` at it"))
        names = [material.name for material in program.materials]
        index = _index("material", name or written, names)
        lots = {
            n
            for history in self.found.items
            if program.products[history.product].material == index
            for n, _ in history.lots
        }
        if not number.isdigit() or int(number) not in lots:
            what = f"'{written}' is no lot of this run"
            hint = f"lots are {names[index]}/1 to {names[index]}/{max(lots, default=0)}"
            raise Refused(Problem("V558", what, hint=hint))
        return MaterialLot(index, int(number)), f"lot {names[index]}/{number}"

    def _tool(self, written: str) -> tuple[Suspect, str]:
        """``die`` (all copies), ``die#2``, ``die#2/1`` (its first life), or ``press/die/3``."""
        from vtwin.plant.primitives import FailureClock
        from vtwin.results.genealogy import DieLife, WearLife

        program = self.found.program
        worn = [f.name for f in program.failures if f.clock is FailureClock.CYCLES]
        for index, failure in enumerate(program.failures):
            name, _, life = written.rpartition("/")
            if failure.name in worn and failure.name in (written, name):
                number = int(life) if failure.name == name and life.isdigit() else None
                return WearLife(index, number), written
        place, _, life = written.partition("/")
        name, _, copy = place.partition("#")
        names = [tool.name for tool in program.tools]
        if place in names:
            name, copy = place, ""
        if not names and not worn:
            raise Refused(Problem("V558", "nothing in this plant is a tool, or wears out by use"))
        index = _index("tool", name, [*names, *worn])
        if (copy and not copy.isdigit()) or (life and not life.isdigit()):
            hint = f"such as {names[index]}, {names[index]}#2 or {names[index]}#2/1"
            raise Refused(Problem("V558", f"'{written}' names no copy of a tool", hint=hint))
        wanted = DieLife(index, int(copy) - 1 if copy else None, int(life) if life else None)
        return wanted, written

    def _tick(self, text: str | None, default: int) -> int:
        if text is None:
            return default
        from vtwin.base.units import UnitError, parse, ticks
        from vtwin.scenario.values import read_moment

        moment = read_moment(text)
        start = self.found.program.run.start
        if moment is not None and moment.date is not None and start is not None:
            import datetime as dt

            begin = dt.datetime.fromisoformat(start)
            return max(ticks(max((moment.date - begin).total_seconds(), 0.0)), 0)
        try:
            return ticks(parse(text, "time"))
        except UnitError as error:
            hint = error.hint or "such as 2 h, or '2026-03-02 14:00' in a run with a date"
            raise Refused(Problem("V558", error.message, hint=hint)) from None

    def to_json(self) -> dict[str, Any]:
        """What there is to ask about."""
        program = self.found.program
        lots: dict[str, int] = {}
        for history in self.found.items:
            for number, pieces in history.lots:
                name = self._clerk.lot(history, number)
                lots[name] = lots.get(name, 0) + pieces
        return {
            "scenario": program.name,
            "variant": self.plant.variant,
            "replication": self.replication,
            "items": len(self.found.items),
            "shipped": list(self.found.shipped),
            "shipped_pieces": self.found.shipped_pieces,
            "lots": lots,
            "tools": _each(
                tool
                for history in self.found.items
                for visit in history.visits
                if (tool := self._clerk.tool(visit))
            ),
            "machines": [machine.name for machine in program.machines],
            "workers": [worker.name for worker in program.workers],
        }


def follow(
    path: str | Path,
    *,
    variant: str | None = None,
    replication: int = 0,
    engine: str = "auto",
    seed: int | None = None,
    overrides: Mapping[str, object] | None = None,
) -> Followed:
    """Simulate one replication of a scenario and follow every item of it.

    Raises:
        Refused: whatever is wrong with the scenario or the engine.
    """
    from vtwin.engines.choose import engine as choose
    from vtwin.results.genealogy import genealogy

    plant = ready(path, variant, seed=seed, overrides=overrides)
    program = plant.program
    tally = choose(engine, program).simulate(program, replication, trace=True)
    if tally.trace is None:
        raise ValueError("an engine gave no trace")
    return Followed(plant, replication, tally.ended, genealogy(program, tally.trace, replication))


def _index(sort: str, name: str, names: Sequence[str]) -> int:
    """Its number; the only one of a group needs no number of its own."""
    if f"{name}#1" in names and f"{name}#2" not in names:
        return names.index(f"{name}#1")
    if name not in names:
        hint = did_you_mean(name, names) or ("there are: " + ", ".join(names[:12]))
        raise Refused(Problem("V558", f"there is no {sort} '{name}' in this plant", hint=hint))
    return names.index(name)


def _each(names: Any) -> list[str]:
    """Each once, in the order they came."""
    return list(dict.fromkeys(names))
