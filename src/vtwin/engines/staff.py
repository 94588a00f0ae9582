"""People: who is present, who is busy, and who is sent where (S-50 to S-55)."""

from __future__ import annotations

from bisect import insort
from typing import TYPE_CHECKING, Protocol

from vtwin.plant import rules
from vtwin.plant.primitives import ShiftEnd
from vtwin.plant.primitives import Worker as WorkerSpec
from vtwin.plant.program import GrantRule
from vtwin.plant.trace import Event

if TYPE_CHECKING:
    from vtwin.engines.floor import Floor


class Asker(Protocol):
    """A machine that wants an operator or setter, a failure mode that wants a repairer."""

    @property
    def on_duty(self) -> bool:
        """Whether the work it wants done can go on at this time of the day."""

    @property
    def helped_at(self) -> int:
        """Machine the worker is sent to."""

    def staffed(self, person: Person, skill: int, now: int) -> None:
        """The worker has come."""

    def refresh(self, now: int) -> None:
        """Whether its worker is present has changed."""


class Claim:
    """A request for somebody with a skill."""

    __slots__ = ("_from", "_staff", "_waited", "asker", "skill", "suspended")

    def __init__(self, staff: Staff, asker: Asker, skill: int, now: int) -> None:
        self._staff = staff
        self.asker = asker
        self.skill = skill
        self.suspended = False
        self._from = now
        self._waited = 0

    def suspend(self, now: int) -> None:
        """The machine is off duty or down: nobody is sent, no waiting is counted (S-53)."""
        if not self.suspended:
            self.suspended = True
            self._waited += now - self._from

    def resume(self, now: int) -> None:
        """The machine is back; the claim has kept its place."""
        if self.suspended:
            self.suspended = False
            self._from = now
            self._staff.dirty = True

    def waited(self, now: int) -> int:
        """Ticks waited so far."""
        return self._waited + (0 if self.suspended else now - self._from)


class Person:
    """One worker."""

    def __init__(self, floor: Floor, index: int, spec: WorkerSpec) -> None:
        self._floor = floor
        self.index = index
        self.name = spec.name
        self.speeds = dict(zip(spec.skills, spec.speeds, strict=True))
        self._finishes = spec.shift_end is ShiftEnd.FINISH
        self._open = True
        self.present = True
        self.task: Asker | None = None
        self.busy = 0
        self.duty = 0
        self.since = 0

    def mark(self, now: int) -> None:
        """Add up to now; to be called before anything about the worker changes (S-55)."""
        if self.present:
            self.duty += now - self.since
            if self.task is not None:
                self.busy += now - self.since
        self.since = now

    def start_absent(self) -> None:
        """Before tick 0: the calendar begins closed."""
        self._open = self.present = False

    def shift(self, is_open: bool, now: int) -> None:
        """The worker's calendar changes (S-54)."""
        self._open = is_open
        if not is_open:
            staying = self.task is not None and self._finishes and self.task.on_duty
            if not staying:
                self._set_present(False, now)
        elif not self.present:
            self._set_present(True, now)

    def may_go_home(self, now: int) -> None:
        """The machine he attends goes off duty: nothing keeps him after his shift (S-54)."""
        if not self._open and self.present:
            self.mark(now)
            self.present = False

    def _set_present(self, present: bool, now: int) -> None:
        if present is self.present:
            return
        self.mark(now)
        self.present = present
        if self.task is not None:
            self.task.refresh(now)
        elif present:
            self._floor.staff.dirty = True

    def send(self, asker: Asker, now: int) -> None:
        """He goes to work."""
        self.mark(now)
        self.task = asker
        self._floor.note(now, Event.GRANT, self.index, -1, asker.helped_at)

    def done(self, now: int) -> None:
        """His task is over: he is free, or goes home if his shift is (S-54)."""
        self.mark(now)
        self.task = None
        self.present = self._open
        self._floor.staff.dirty = True
        self._floor.note(now, Event.FREE, self.index, -1, 0)


class Staff:
    """All people and all open claims; grants are made in phase C2 (S-50)."""

    def __init__(
        self, floor: Floor, specs: tuple[WorkerSpec, ...], skills: int, rule: GrantRule
    ) -> None:
        self.people = [Person(floor, n, spec) for n, spec in enumerate(specs)]
        self._able = [
            [self.people[n] for n in rules.worker_order(specs, skill)] for skill in range(skills)
        ]
        self._rule = rule
        #: Sorted; the slot in the key makes every key different.
        self._claims: list[tuple[tuple[int, int, int, int], int, Claim]] = []
        self._asked = 0
        self.dirty = False
        self.granted = [0] * skills
        self.waited = [0] * skills

    def able(self, skill: int) -> list[Person]:
        """Those with a skill, in the order they are chosen (S-51)."""
        return self._able[skill]

    def ask(
        self, asker: Asker, skill: int, priority: int, remaining: int, slot: int, now: int
    ) -> Claim:
        """File a claim; it is looked at in phase C2."""
        claim = Claim(self, asker, skill, now)
        key = rules.claim_key(self._rule, priority, now, remaining, slot)
        self._asked += 1
        insort(self._claims, (key, self._asked, claim))
        self.dirty = True
        return claim

    def grant(self, now: int) -> None:
        """Send free people to the claims, best claim first (S-51)."""
        self.dirty = False
        nobody: set[int] = set()
        left = []
        for entry in self._claims:
            claim = entry[2]
            person = None
            if claim.skill not in nobody and not claim.suspended:
                person = self._free(claim.skill)
                if person is None:
                    nobody.add(claim.skill)
            if person is None:
                left.append(entry)
                continue
            self.granted[claim.skill] += 1
            self.waited[claim.skill] += claim.waited(now)
            person.send(claim.asker, now)
            claim.asker.staffed(person, claim.skill, now)
        self._claims = left

    def _free(self, skill: int) -> Person | None:
        for person in self._able[skill]:
            if person.present and person.task is None:
                return person
        return None
