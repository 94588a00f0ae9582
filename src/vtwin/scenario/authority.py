"""Who may do what where: wants with a level, and machines only some may touch, become skills of
their own that only those have who may.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from vtwin.base.errors import Where, did_you_mean
from vtwin.base.units import ticks
from vtwin.people.learning import Learning
from vtwin.people.levels import SPEEDS, Level
from vtwin.people.staff import Group, Wages
from vtwin.plant.primitives import ShiftEnd
from vtwin.scenario import calendars
from vtwin.scenario.document import Document, PeopleEntry
from vtwin.scenario.draft import Attending, Draft, Need, StepDraft, Steps
from vtwin.scenario.values import DAY_S, Skill

_LEVELS = {level.word: level for level in Level}


def groups(draft: Draft) -> list[Group]:
    """The people of a plant with what they may do of what is wanted."""
    staff = people(draft.document)
    needs = {name: need for name, need in draft.needs.items() if name != need.skill}
    return [
        replace(
            group,
            meets={name: need.skill for name, need in needs.items() if _meets(group, need)},
        )
        for group in staff
    ]


def people(document: Document) -> list[Group]:
    """The people of a document."""
    speeds = dict(SPEEDS) | {_LEVELS[name]: speed for name, speed in document.levels.items()}
    return [_group(name, entry, speeds, document) for name, entry in document.people.items()]


def _group(name: str, entry: PeopleEntry, speeds: dict[Level, float], document: Document) -> Group:
    return Group(
        name=name,
        count=entry.count,
        skills={skill: _speed(said, speeds) for skill, said in entry.skills.items()},
        calendar=None if entry.calendar in (None, calendars.ALWAYS) else entry.calendar,
        shift_end=ShiftEnd[entry.shift_end.upper()],
        cost_per_h=entry.cost.value if entry.cost else 0.0,
        tends=entry.tends,
        absence=entry.absence,
        speed_mm_s=max(round(1000 * entry.speed), 1) if entry.speed else 0,
        levels={s: _LEVELS[said.level] for s, said in entry.skills.items() if said.level},
        learns={
            skill: learning
            for skill, said in entry.skills.items()
            if (learning := _learning(said, speeds)) is not None
        },
        may={
            skill: frozenset(_matching(patterns, document.equipment))
            for skill, patterns in entry.may.items()
        },
        wages=_wages(entry),
    )


def _speed(said: Skill, speeds: dict[Level, float]) -> float:
    if said.speed is not None:
        return said.speed
    return speeds[_LEVELS[said.level]] if said.level else 1.0


def _learning(said: Skill, speeds: dict[Level, float]) -> Learning | None:
    learns = said.learns
    if learns is None:
        return None
    goal = learns.to if isinstance(learns.to, float) else speeds[_LEVELS[learns.to]]
    start = min(_speed(said, speeds), goal)  # what cannot be is told by `check_levels`
    return Learning(start, goal, learns.half, learns.rate, learns.alone, learns.beside)


def _wages(entry: PeopleEntry) -> Wages:
    begin, end = entry.night.hours if entry.night else (0, 0)
    training = entry.training
    return Wages(
        overtime=entry.overtime,
        night=entry.night.premium if entry.night else 0.0,
        night_from=ticks(begin),
        night_length=ticks(end - begin),
        training_per_day=training.cost.value / (training.lasts / DAY_S) if training else 0.0,
    )


def _matching(patterns: Iterable[str], names: Iterable[str]) -> list[str]:
    return [n for n in names if any(fnmatchcase(n, pattern) for pattern in patterns)]


def _has(group: Group, skill: str) -> bool:
    """Whether a group has a skill, wherever it may use it."""
    return group.count > 0 and (skill in group.skills or skill == group.name)


def _meets(group: Group, need: Need) -> bool:
    """Whether a group has the skill, at the level, and may use it there."""
    if not _has(group, need.skill):
        return False
    if need.level is not None and group.level(need.skill) < _LEVELS[need.level]:
        return False
    allowed = group.may.get(need.skill)
    return allowed is None or set(need.at) <= allowed


# -- narrowing -------------------------------------------------------------------------------


def authorise(draft: Draft) -> None:
    """What is wanted at equipment that not everybody with the skill may touch is wanted of
    those who may.
    """
    staff = people(draft.document)
    _check(draft)
    restricted = {skill for group in staff for skill in group.may}
    if not restricted:
        return
    narrowing = _Narrowing(draft, staff, restricted)
    for product, route in draft.routes.items():
        draft.routes[product] = [
            replace(step, attending=narrowing.attending(step)) for step in route
        ]
    for operation, steps in draft.others.items():
        draft.others[operation] = tuple(
            replace(step, attending=narrowing.attending(step)) for step in steps
        )
    for name, setup in draft.setups.items():
        path: Steps = ("equipment", name, "setup", "by")
        where = draft.where(path if draft.node(*path) else ("equipment", name))
        skill = narrowing.of(setup.skill, setup.heads, (name,), where)
        draft.setups[name] = replace(setup, skill=skill)
    for name, modes in draft.modes.items():
        draft.modes[name] = tuple(
            replace(
                mode,
                skill=narrowing.of(mode.skill, mode.heads, (name,), draft.where(mode.path)),
            )
            for mode in modes
        )
    tools = {entry.by for entry in draft.document.tools.values() if entry.by}
    for name in set(draft.skills) - narrowing.wanted - tools:
        del draft.skills[name]
        del draft.heads[name]


@dataclass
class _Narrowing:
    """Wants under narrower terms while they are found."""

    draft: Draft
    staff: Sequence[Group]
    restricted: set[str]

    def __post_init__(self) -> None:
        self.wanted: set[str] = set()

    def attending(self, step: StepDraft) -> dict[str, Attending]:
        """Who attends a step: machines that the same people may run want the same of them."""
        alike: dict[tuple[Attending, frozenset[str]], list[str]] = {}
        for name, attending in step.attending.items():
            able: frozenset[str] = frozenset()
            if attending.skill is not None:
                need = self.draft.needs.get(attending.skill) or Need(attending.skill)
                able = self._able(replace(need, at=(name,)))
            alike.setdefault((attending, able), []).append(name)
        found = {}
        for (attending, _), names in alike.items():
            skill = self.of(attending.skill, attending.heads, tuple(names), step.where)
            found.update(dict.fromkeys(names, replace(attending, skill=skill)))
        return {name: found[name] for name in step.attending}

    def of(self, name: str | None, heads: int, at: tuple[str, ...], where: Where) -> str | None:
        """What is wanted there, by a name of its own if not all who have the skill may do it."""
        if name is None:
            return None
        need = self.draft.needs.get(name) or Need(name)
        if need.skill in self.restricted:
            holders = self._able(need)
            able = self._able(replace(need, at=at))
            if not able and holders:
                self._nobody(need, at, where)
            elif able != holders:
                need = replace(need, at=at)
                name = need.name
                self.draft.want(need, heads, where)
        self.wanted.add(name)
        return name

    def _able(self, need: Need) -> frozenset[str]:
        return frozenset(group.name for group in self.staff if _meets(group, need))

    def _nobody(self, need: Need, at: tuple[str, ...], where: Where) -> None:
        groups = [g.name for g in self.staff if _has(g, need.skill)]
        what = f"nobody may do '{need.name}' at '{', '.join(at)}'"
        hint = f"add {', '.join(at)} to `may: {{{need.skill}: […]}}` of {' or '.join(groups)}"
        self.draft.fault_at("V379", what, where, hint)


# -- checks ----------------------------------------------------------------------------------


def _check(draft: Draft) -> None:
    """Note what is wrong with levels, learning and authority."""
    document = draft.document
    speeds = dict(SPEEDS) | {_LEVELS[name]: speed for name, speed in document.levels.items()}
    for name, entry in document.people.items():
        for skill, said in entry.skills.items():
            _check_learning(draft, ("people", name, "skills", skill), said, speeds)
        for skill, patterns in entry.may.items():
            path = ("people", name, "may", skill)
            if skill not in entry.skills and skill != name:
                hint = did_you_mean(skill, entry.skills) or f"write `skills: [{skill}]`"
                draft.fault("V379", f"'{name}' may do '{skill}' and cannot", path, hint, key=True)
            for position, pattern in enumerate(patterns):
                if not _matching([pattern], document.equipment):
                    place = (*path, position) if draft.node(*path, position) else path
                    draft.unknown("equipment", pattern, document.equipment, place)


def _check_learning(draft: Draft, path: Steps, said: Skill, speeds: dict[Level, float]) -> None:
    learns = said.learns
    if learns is None:
        return
    goal = learns.to if isinstance(learns.to, float) else speeds[_LEVELS[learns.to]]
    start = _speed(said, speeds)
    if start >= goal:
        what = f"who learns begins at {start:.0%} of the standard speed and ends at {goal:.0%}"
        hint = "begin slower, such as `level: novice`, or end faster, such as `to: trained`"
        draft.fault("V378", what, path, hint)
    if said.level == Level.TRAINER.word:
        what = "a trainer teaches this skill and does not learn it"
        draft.fault("V378", what, path, "write `level: novice`, or leave out `learns:`")


def check_teachers(draft: Draft, staff: Iterable[Group]) -> None:
    """Whether there is somebody beside whom learners can work."""
    present = [group for group in staff if group.count]
    for group in present:
        for skill, learning in group.learns.items():
            teachers = [g for g in present if _has(g, skill) and g.level(skill) is Level.TRAINER]
            if teachers or not (learning.alone or learning.beside > 1):
                continue
            path = ("people", group.name, "skills", skill)
            what = f"nobody teaches '{skill}', and '{group.name}' learn it beside a trainer"
            hint = f"give somebody `skills: {{{skill}: trainer}}`"
            warning = not learning.alone
            draft.fault("V378", what, path, hint, warning=warning)
