"""Checks of people: whether those who are needed exist, are there, and can get there."""

from __future__ import annotations

from collections.abc import Iterable

from vtwin.base.errors import Problem, Where, did_you_mean
from vtwin.people.levels import Level
from vtwin.people.staff import Group
from vtwin.plant.primitives import Calendar
from vtwin.scenario import calendars
from vtwin.scenario.authority import check_teachers, groups
from vtwin.scenario.draft import Draft
from vtwin.scenario.lower import run_spec, used_calendars
from vtwin.scenario.values import Crew


def check_people(draft: Draft) -> None:
    """Note everything that is wrong with people and what is wanted of them."""
    staff = groups(draft)
    check_teachers(draft, staff)
    _check_repairers(draft, [group for group in staff if group.count])
    for name in draft.document.people:
        if "#" in name or "/" in name:
            path = ("people", name)
            draft.fault("V308", f"an id cannot contain '#' or '/': '{name}'", path, key=True)
    _check_absence(draft)
    _check_ways(draft, staff)
    horizon = run_spec(draft.document).horizon
    known = {c.name: c for c in used_calendars(draft.document, horizon)}
    _check_trainers_present(draft, [group for group in staff if group.count], known, horizon)
    known_skills = {skill for g in staff for skill in g.skills} | {g.name for g in staff}
    for skill, where in sorted(draft.skills.items()):
        holders = [group for group in staff if group.can(skill)]
        if holders:
            _check_crew(draft, skill, where, holders)
            _check_on_duty(draft, skill, where, holders, known, horizon)
            continue
        nobody = [g.name for g in staff if g.count == 0 and (skill in g.skills or skill == g.name)]
        if nobody:
            what = f"'{skill}' is needed, and '{nobody[0]}', who can do it, has 0 people"
            hint = f"write `count: 1` at people.{nobody[0]}"
            draft.problems.append(Problem("V331", what, where, hint))
        elif draft.node("people", skill) is None and not draft.wrong_already("people"):
            hint = did_you_mean(skill, known_skills) or f"write `people: {{{skill}: {{count: 1}}}}`"
            draft.problems.append(Problem("V332", f"nobody can do '{skill}'", where, hint))


def _check_trainers_present(
    draft: Draft, staff: list[Group], known: dict[str, Calendar], horizon: int
) -> None:
    """Whether who works beside a trainer only is ever there together with one (S-57)."""
    for group in staff:
        own = _hours(known, group.calendar, horizon)
        for skill, learning in group.learns.items():
            trainers = [g for g in staff if g.can(skill) and g.level(skill) is Level.TRAINER]
            duty = _union([_hours(known, g.calendar, horizon) for g in trainers])
            together = _length(own) - _length(_minus(own, duty))
            if learning.alone and trainers and own and together == 0:
                people = ", ".join(g.name for g in trainers)
                what = (
                    f"'{group.name}' never do '{skill}': they work beside a trainer at first, and "
                    f"{people} is never there with them"
                )
                hint = "compare their calendars, or leave out `alone_after:`"
                draft.fault("V378", what, ("people", group.name, "skills", skill), hint)


def _check_crew(draft: Draft, skill: str, where: Where, holders: list[Group]) -> None:
    """Whether there are as many people as the largest crew with the skill takes."""
    wanted, there = draft.heads.get(skill, 1), sum(group.count for group in holders)
    if wanted > there:
        people = ", ".join(group.name for group in holders)
        what = f"{wanted} people with '{skill}' are needed at once, and there is only {there}"
        draft.problems.append(Problem("V372", what, where, f"raise the count of {people}"))


def _check_absence(draft: Draft) -> None:
    for name, entry in draft.document.people.items():
        if entry.absence and entry.calendar in (None, calendars.ALWAYS):
            what = f"'{name}' works without shifts and cannot miss any"
            hint = "give it a `calendar:` with the hours of a shift"
            draft.fault("V373", what, ("people", name, "absence"), hint)


def _check_ways(draft: Draft, staff: list[Group]) -> None:
    """Whether it is known where people walk to."""
    walking = [group for group in staff if group.speed_mm_s]
    if not walking:
        return
    for name, equipment in sorted(draft.equipment.items()):
        if equipment.entry.at is not None:
            continue
        goers = [g.name for g in walking if any(g.can(s) for s in _wanted_at(draft, name))]
        if goers:
            what = f"{', '.join(goers)} walk to '{name}', and nobody knows where it stands"
            hint = "write its place, such as `at: [4 m, 2 m]`, or leave out `speed:`"
            draft.fault("V374", what, ("equipment", name), hint, key=True)
    layout = draft.document.layout
    if layout is not None and layout.illustrative:
        what = "people walk on a floor whose places are not measured"
        hint = "measure the places and leave out `illustrative:`"
        draft.fault("V375", what, ("layout",), hint, warning=True)


def _wanted_at(draft: Draft, name: str) -> set[str]:
    """Skills people bring to an equipment entry."""
    found = _attending(draft, name)
    return found | {mode.skill for mode in draft.modes[name] if mode.skill}


def _attending(draft: Draft, name: str) -> set[str]:
    """Skills that attend operations and set-ups of an equipment entry."""
    found = {
        s for step in draft.every_step() if name in step.on and (s := step.attending[name].skill)
    }
    setup = draft.setups.get(name)
    return found | ({setup.skill} if setup and setup.skill else set())


def _check_on_duty(
    draft: Draft,
    skill: str,
    where: Where,
    holders: list[Group],
    known: dict[str, Calendar],
    horizon: int,
) -> None:
    """Whether somebody with the skill is there when the machines that need it work."""
    duty = _union([_hours(known, group.calendar, horizon) for group in holders])
    for name in sorted(_needing(draft, skill)):
        calendar = draft.equipment[name].entry.calendar
        work = _hours(known, calendar, horizon)
        length = _length(work)
        if length == 0:
            continue
        alone = _length(_minus(work, duty)) / length
        people = ", ".join(group.name for group in holders)
        if alone >= 1.0:
            what = f"'{name}' needs '{skill}' and never works while {people} is on duty"
            hint = "compare their calendars"
            draft.problems.append(Problem("V331", what, where, hint))
        elif alone > 0.005:
            what = (
                f"for {alone:.0%} of the working hours of '{name}' nobody is there who can do "
                f"'{skill}'"
            )
            hint = f"compare its calendar with that of {people}"
            draft.problems.append(Problem("V333", what, where, hint, "warning"))


def _check_repairers(draft: Draft, staff: list[Group]) -> None:
    """Whether all who can repair may be held by machines that wait for repair: whoever attends
    a set-up or an operation stays with it until it is finished. A machine whose own people can
    all repair it never waits for others (S-116).
    """
    modes = [
        (name, mode, by)
        for name, found in draft.modes.items()
        for mode in found
        if mode.skill is not None and not mode.planned  # that holds nobody
        for by in [Crew(mode.skill, mode.heads)]
        if not _own_people_repair(draft, staff, name, by)
    ]
    stuck = {name for name, _, _ in modes}
    while True:
        left = {name for name, _, by in modes if _may_all_be_held(draft, staff, by, stuck)}
        if stuck <= left:
            break
        stuck &= left
    for name, mode, by in modes:
        if name in stuck and _may_all_be_held(draft, staff, by, stuck):
            people = ", ".join(group.name for group in staff if group.can(by.skill))
            what = (
                f"only {people} can repair '{mode.name}' of '{name}', and may be held by "
                "machines that wait for a repair: then they stand still for good"
            )
            where = draft.where((*mode.path, "by"))
            hint = "let who attends a machine repair it, or somebody who attends none"
            draft.problems.append(Problem("V342", what, where, hint, "warning"))


def _own_people_repair(draft: Draft, staff: list[Group], name: str, by: Crew) -> bool:
    """Whether everybody whom a machine may hold can repair it alone."""
    skills = _attending(draft, name)
    own = [group for group in staff if any(group.can(skill) for skill in skills)]
    return by.people == 1 and all(group.can(by.skill) for group in own)


def _may_all_be_held(draft: Draft, staff: list[Group], by: Crew, stuck: set[str]) -> bool:
    """Whether these machines may hold so many repairers that too few are left."""
    repairers = [group for group in staff if group.can(by.skill)]
    places = 0
    held: set[str] = set()
    for name in stuck:
        skills = _attending(draft, name)
        here = {group.name for group in repairers if any(group.can(s) for s in skills)}
        if here:
            most = max(draft.heads.get(skill, 1) for skill in skills)
            places += draft.equipment[name].entry.count * most
        held |= here
    free = sum(group.count for group in repairers if group.name not in held)
    there = sum(group.count for group in repairers if group.name in held)
    return bool(repairers) and free + max(there - places, 0) < by.people


def _needing(draft: Draft, skill: str) -> set[str]:
    """Equipment that cannot make a part without the skill (repairs may wait for the day)."""
    found = {
        name
        for step in draft.every_step()
        for name in step.on
        if step.attending[name].skill == skill
    }
    return found | {name for name, setup in draft.setups.items() if setup.skill == skill}


Hours = list[tuple[int, int]]


def _hours(known: dict[str, Calendar], name: str | None, horizon: int) -> Hours:
    return list(known[name].open) if name in known else [(0, horizon)]


def _union(many: Iterable[Hours]) -> Hours:
    joined: Hours = []
    for start, end in sorted(window for hours in many for window in hours):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def _minus(hours: Hours, others: Hours) -> Hours:
    return calendars.without(hours, others)


def _length(hours: Hours) -> int:
    return sum(end - start for start, end in hours)
