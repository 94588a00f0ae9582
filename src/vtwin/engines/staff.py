"""People: who is present, who is busy, and who is sent where (S-50 to S-59, S-110 to S-118)."""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from simpy import Event as CalendarEvent

from vtwin.engines.instant import Alarm
from vtwin.plant import rules
from vtwin.plant.order import priority
from vtwin.plant.primitives import NONE, Curve, ShiftEnd
from vtwin.plant.primitives import Worker as WorkerSpec
from vtwin.plant.program import GrantRule
from vtwin.plant.trace import Event

if TYPE_CHECKING:
    from vtwin.engines.floor import Floor


class Work(Protocol):
    """What people are wanted for: a machine that needs an operator or a setter, a failure mode
    that needs a repairer.
    """

    @property
    def on_duty(self) -> bool:
        """Whether the work can go on at this time of the day."""

    @property
    def fit(self) -> bool:
        """Whether somebody may be sent now (S-53)."""

    def staffed(self, speed: float, now: int) -> None:
        """Everybody is there; they work at this speed."""

    def refresh(self, now: int) -> None:
        """Somebody of the crew has gone home or come back."""

    def ends_now(self, now: int) -> bool:
        """Whether nothing of it is left to do (S-13)."""

    def let_go(self, now: int) -> None:
        """Stop: the crew leaves it to whoever comes next (S-118)."""


class Place(Protocol):
    """The machine at which work is done."""

    @property
    def index(self) -> int:
        """Its number."""

    @property
    def at(self) -> tuple[int, int]:
        """Where people go to attend it, mm."""

    @property
    def task(self) -> Task:
        """What its set-ups and operations need people for."""


class Claim:
    """A request for people."""

    __slots__ = ("_from", "_staff", "_waited", "skill", "suspended", "task")

    def __init__(self, staff: Staff, task: Task, now: int) -> None:
        self._staff = staff
        self.task = task
        self.skill = task.skill
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


class Task:
    """What one machine or failure mode needs people for: the claim while nobody is there, then
    the crew, first on its way and then at work.
    """

    __slots__ = (
        "_alarm", "_floor", "_from", "_key", "_left", "_running", "alone", "claim", "coming",
        "crew", "heads", "place", "skill", "slot", "taught", "work",
    )  # fmt: skip

    def __init__(self, floor: Floor, work: Work, place: Place | None, slot: int) -> None:
        self._floor = floor
        self.work = work
        self.place = place  # None: nobody goes to a machine for it
        self.slot = slot
        self.skill = 0
        self.heads = 1
        self.alone = True  # who does it does nothing else
        self.taught = False  # somebody of the crew works beside a veteran (S-57)
        self.claim: Claim | None = None
        self.crew: tuple[Person, ...] = ()
        self.coming = False
        self._key = (0, 0, 0, 0)
        self._alarm: Alarm | None = None
        self._running = False  # they are walking
        self._from = 0
        self._left = 0

    def ask(
        self, skill: int, heads: int, alone: bool, urgent: int, remaining: int, now: int
    ) -> None:
        """File a claim; it is looked at in phase C2.

        Args:
            skill: what they must be able to do.
            heads: how many are wanted.
            alone: a set-up or repair takes people alone, an operation may be tended.
            urgent: order priority of the item.
            remaining: operations the item still has to finish; 0 for a repair.
            now: tick.
        """
        staff = self._floor.staff
        self.skill = skill
        self.heads = heads
        self.alone = alone
        self._key = rules.claim_key(staff.rule, urgent, now, remaining, self.slot)
        self.claim = staff.file(self, self._key, now)
        if not self.work.fit:
            self.claim.suspend(now)

    def send(self, crew: list[Person], now: int) -> None:
        """These go to work (phase C2, S-50); one beyond the heads wanted teaches (S-57)."""
        self.claim = None
        self.crew = tuple(crew)
        self.taught = any(person.is_new_to(self.skill) for person in crew)
        way = 0
        for number, person in enumerate(crew):
            way = max(way, person.go(self, now, teaches=number >= self.heads))
        if way == 0:
            self._begin(now)
            return
        for person in crew:
            person.coming = True
        self.coming = True
        self._left = way
        self._walk(now)

    @property
    def attending(self) -> bool:
        """Whether others attend the machine already: it is to be repaired (S-116)."""
        return self.place is not None and bool(self.place.task.crew)

    @property
    def complete(self) -> bool:
        """Whether everybody is present."""
        return not self.crew or all(person.present for person in self.crew)

    def refresh(self, now: int) -> None:
        """Somebody of the crew has gone home or come back."""
        if not self.coming:
            self.work.refresh(now)
        elif self.complete:
            if not self._running:
                self._walk(now)
        elif self._running and self._left > now - self._from:
            self._left -= now - self._from
            self._stop()

    def give_back(self, now: int) -> None:
        """The crew leaves the work to whoever comes next; the claim keeps its place (S-118)."""
        self.free(now)
        self.claim = self._floor.staff.file(self, self._key, now)
        if not self.work.fit:
            self.claim.suspend(now)

    def cancel(self) -> None:
        """Nobody is wanted any more."""
        if self.claim is not None:
            self._floor.staff.withdraw(self.claim)
            self.claim = None

    def done(self, units: int) -> None:
        """So many units of its work are done: those who learn are faster from now on (S-56)."""
        for person in self.crew:
            if self.skill in person.learning:
                beside = any(
                    other.may_teach(self.skill) for other in self.crew if other is not person
                )
                person.learning[self.skill].practise(units, beside=beside)

    def free(self, now: int) -> None:
        """The crew is free."""
        self.taught = False
        if self.coming:
            self.coming = False
            if self._running:
                self._stop()
        crew, self.crew = self.crew, ()
        for person in crew:
            person.done(self, now)

    def may_go_home(self, now: int) -> None:
        """The machine goes off duty: nothing keeps those whose shift is over (S-54)."""
        for person in self.crew:
            person.may_go_home(now)

    def _begin(self, now: int) -> None:
        workers = self.crew[: self.heads]
        self.work.staffed(min(person.speed(self.skill) for person in workers), now)

    def _walk(self, now: int) -> None:
        floor = self._floor
        if self._alarm is None:
            self._alarm = Alarm(floor.env, priority(self.slot), self._arrive)
        self._running = True
        self._from = now
        floor.pending += 1
        self._alarm.set(self._left)

    def _stop(self) -> None:
        assert self._alarm is not None
        self._running = False
        self._floor.pending -= 1
        self._alarm = self._alarm.replaced()

    def _arrive(self, _event: CalendarEvent) -> None:
        """The last of the crew is there (phase B, S-114)."""
        floor = self._floor
        now = floor.now
        floor.other_events += 1
        floor.pending -= 1
        self._running = self.coming = False
        for person in self.crew:
            person.arrive(now)
        floor.staff.dirty = True
        floor.clock.changed = True
        self._begin(now)


class Learning:
    """What somebody has learned of a skill since tick 0 (S-56)."""

    __slots__ = ("_beside", "_following", "_steps", "alone", "speed", "units")

    def __init__(self, curve: Curve) -> None:
        self._steps = curve.steps
        self._beside = curve.beside
        self.alone = curve.alone
        self.units = 0
        self.speed = curve.steps[0][1] / 1000
        self._following = 1

    def practise(self, units: int, *, beside: bool) -> None:
        """So many units of work have been done, beside somebody who teaches it or not."""
        self.units += units * self._beside if beside else units
        steps = self._steps
        while self._following < len(steps) and steps[self._following][0] <= self.units:
            self.speed = steps[self._following][1] / 1000
            self._following += 1


class Person:
    """One worker; ``curves`` are those of the plant."""

    def __init__(
        self,
        floor: Floor,
        index: int,
        spec: WorkerSpec,
        absence: Callable[[], float],
        curves: tuple[Curve, ...],
    ) -> None:
        self._floor = floor
        self.index = index
        self.name = spec.name
        self._speeds = dict(zip(spec.skills, spec.speeds, strict=True))
        known = {curve: Learning(curves[curve]) for curve in sorted({*spec.learns} - {NONE})}
        #: By skill; what is learned at one skill counts for others with the same curve.
        self.learning = {
            skill: known[curve]
            for skill, curve in zip(spec.skills, spec.learns or (), strict=bool(spec.learns))
            if curve != NONE
        }
        self._teachable = frozenset(spec.teaches)
        self._night = (spec.night_from, spec.night)
        self.tends = spec.tends
        self._shift_end = spec.shift_end
        self._pace = spec.speed
        self._absence = spec.absence
        self._absence_draw = absence
        self._on_shift = True
        self.missing = False  # he misses this shift
        self.present = True
        self.tasks: list[Task] = []  # in the order he was sent
        self.coming = False  # to the last of them
        self._beside: Task | None = None  # of a learner he teaches
        self._at: tuple[int, int] | None = None  # where he was sent last
        self.busy = 0
        self.walked = 0
        self.taught = 0
        self.duty = 0
        self.overtime = 0
        self.night = 0
        self.since = 0

    @property
    def idle(self) -> bool:
        """Whether he may be given any task (S-50)."""
        return self._on_shift and not self.tasks

    @property
    def may_tend(self) -> bool:
        """Whether he may attend one more operation (S-110)."""
        tasks = self.tasks
        return self._on_shift and (
            not tasks
            or (
                len(tasks) < self.tends
                and not self.coming
                and not any(task.alone or task.taught for task in tasks)
            )
        )

    def speed(self, skill: int) -> float:
        """How fast he is at a skill now."""
        learning = self.learning.get(skill)
        return self._speeds[skill] if learning is None else learning.speed

    def is_new_to(self, skill: int) -> bool:
        """Whether he does not work alone at a skill yet (S-57)."""
        learning = self.learning.get(skill)
        return learning is not None and learning.units < learning.alone

    def may_teach(self, skill: int) -> bool:
        """Whether others learn a skill beside him."""
        return skill in self._teachable

    def may_repair(self, machine: Place) -> bool:
        """Whether he is free, or attends the machine to be repaired (S-116)."""
        if not self.tasks:
            return self._on_shift
        own = machine.task
        return (
            self.present
            and not self.coming
            and own in self.tasks
            and not any(task.alone or task.taught for task in self.tasks if task is not own)
        )

    def mark(self, now: int) -> None:
        """Add up to now; to be called before anything about the worker changes (S-55)."""
        if self.present:
            passed = now - self.since
            self.duty += passed
            if not self._on_shift:
                self.overtime += passed
            start, length = self._night
            if length:
                self.night += rules.night_ticks(now, start, length)
                self.night -= rules.night_ticks(self.since, start, length)
            if self.tasks:
                self.busy += passed
                if self.coming:
                    self.walked += passed
                elif self._beside is not None and len(self.tasks) == 1:
                    self.taught += passed
        self.since = now

    def start(self, is_open: bool) -> None:
        """Before tick 0: whether the calendar begins open."""
        self.missing = is_open and self._misses()
        self._on_shift = self.present = is_open and not self.missing

    def shift(self, is_open: bool, resumes: bool, now: int) -> None:
        """The worker's calendar changes (S-54); ``resumes``: it opens after a break."""
        self.mark(now)
        if is_open and not resumes:
            self.missing = self._misses() and not self.present
        self._on_shift = is_open and not self.missing
        if self._on_shift:
            self._set_present(True, now)
        elif self.present:
            if self._shift_end is ShiftEnd.HAND_OVER:
                self._hand_over(now)
            if not self._stays():
                self._set_present(False, now)

    def _misses(self) -> bool:
        """Whether he does not come to a shift that begins (S-117)."""
        return self._absence > 0 and self._absence_draw() < self._absence

    def _hand_over(self, now: int) -> None:
        """His shift is over: he leaves what is not finished at this tick (S-118)."""
        for task in tuple(self.tasks):
            if task.coming or not task.work.ends_now(now):
                task.work.let_go(now)

    def _stays(self) -> bool:
        """Whether work keeps him after his shift (S-54)."""
        return (
            self.present
            and self._shift_end is not ShiftEnd.PAUSE
            and any(task.work.on_duty for task in self.tasks)
        )

    def may_go_home(self, now: int) -> None:
        """A machine he attends goes off duty."""
        if not self._on_shift and self.present and not self._stays():
            self.mark(now)
            self.present = False

    def _set_present(self, present: bool, now: int) -> None:
        if present is self.present:
            return
        self.mark(now)
        self.present = present
        for task in tuple(self.tasks):
            task.refresh(now)
        if present:
            self._floor.staff.dirty = True

    def go(self, task: Task, now: int, *, teaches: bool) -> int:
        """He is sent to work, or to teach; returns the ticks he needs to get there (S-114)."""
        self.mark(now)
        if teaches:
            self._beside = task
        self.tasks.append(task)
        place = task.place
        self._floor.note(now, Event.GRANT, self.index, -1, NONE if place is None else place.index)
        if place is None:
            return 0
        here, self._at = self._at, place.at
        if here is None or self._pace == 0:
            return 0
        return rules.walk(*here, *place.at, self._pace)

    def arrive(self, now: int) -> None:
        """He is where he was sent."""
        self.mark(now)
        self.coming = False

    def done(self, task: Task, now: int) -> None:
        """A task is over: he is free, or goes home if his shift is (S-54)."""
        self.mark(now)
        if self.tasks[-1] is task:
            self.coming = False
        if self._beside is task:
            self._beside = None
        self.tasks.remove(task)
        self.present = self._on_shift or self._stays()
        self._floor.staff.dirty = True
        self._floor.note(now, Event.FREE, self.index, -1, 0)


class Staff:
    """All people and all open claims; grants are made in phase C2 (S-50)."""

    def __init__(
        self,
        floor: Floor,
        specs: tuple[WorkerSpec, ...],
        skills: int,
        rule: GrantRule,
        absence: Callable[[str], Callable[[], float]],
        curves: tuple[Curve, ...],
    ) -> None:
        self.people = [
            Person(floor, n, spec, absence(spec.name), curves) for n, spec in enumerate(specs)
        ]
        #: Skills somebody learns beside a veteran.
        self._taught = {
            skill
            for person in self.people
            for skill, learning in person.learning.items()
            if learning.alone
        }
        self._able = [
            [self.people[n] for n in rules.worker_order(specs, skill)] for skill in range(skills)
        ]
        self.rule = rule
        #: Sorted; the slot in the key makes every key different.
        self._claims: list[tuple[tuple[int, int, int, int], int, Claim]] = []
        self._asked = 0
        self.dirty = False
        self.granted = [0] * skills
        self.waited = [0] * skills

    def able(self, skill: int) -> list[Person]:
        """Those with a skill, in the order they are chosen (S-51)."""
        return self._able[skill]

    def file(self, task: Task, key: tuple[int, int, int, int], now: int) -> Claim:
        """File a claim; it is looked at in phase C2."""
        claim = Claim(self, task, now)
        self._asked += 1
        insort(self._claims, (key, self._asked, claim))
        self.dirty = True
        return claim

    def withdraw(self, claim: Claim) -> None:
        """Nobody is wanted any more."""
        self._claims = [entry for entry in self._claims if entry[2] is not claim]

    def grant(self, now: int) -> None:
        """Send free people to the claims, best claim first, all of a crew or nobody (S-51)."""
        self.dirty = False
        nobody: set[tuple[int, int, bool]] = set()
        left = []
        for entry in self._claims:
            claim = entry[2]
            task = claim.task
            crew: list[Person] | None = None
            if not claim.suspended:
                # Within one C2 people only get fewer, but who attends the machine may repair it.
                wanted = (task.skill, task.heads, task.alone)
                if wanted not in nobody or task.attending:
                    crew = self._crew(task)
                    if crew is None and task.skill not in self._taught:
                        nobody.add(wanted)
            if crew is None:
                left.append(entry)
                continue
            self.granted[task.skill] += 1
            self.waited[task.skill] += claim.waited(now)
            task.send(crew, now)
        self._claims = left

    def _crew(self, task: Task) -> list[Person] | None:
        """Those who are sent to a task, with a veteran if somebody needs one (S-57)."""
        skill = task.skill
        if skill not in self._taught:
            return self._choose(task, self._able[skill])
        able = [p for p in self._able[skill] if not (p.is_new_to(skill) and p.tasks)]
        crew = self._choose(task, able)
        if crew is None or not any(person.is_new_to(skill) for person in crew):
            return crew
        if any(person.may_teach(skill) for person in crew):
            return crew
        for person in able:
            if person.may_teach(skill) and person.idle and person not in crew:
                return [*crew, person]
        return self._choose(task, [person for person in able if not person.is_new_to(skill)])

    def _choose(self, task: Task, able: list[Person]) -> list[Person] | None:
        """As many of these as a task wants, or None if too few may come (S-50, S-110, S-116)."""
        machine = task.place
        if task.heads == 1 and not task.attending:
            for person in able:
                if person.idle:
                    return [person]
        if not task.alone:
            found = [person for person in able if person.may_tend]
            found.sort(key=lambda person: len(person.tasks))
        elif machine is not None and task.attending:
            found = [person for person in able if person.may_repair(machine)]
            found.sort(key=lambda person: not person.tasks)
        else:
            found = [person for person in able if person.idle]
        return found[: task.heads] if len(found) >= task.heads else None
