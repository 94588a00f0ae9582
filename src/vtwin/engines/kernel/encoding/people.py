"""People, and the tools they renew."""

from __future__ import annotations

from itertools import pairwise

from vtwin.engines.kernel import layout as at
from vtwin.engines.kernel.encoding.tables import Tables
from vtwin.plant import rules
from vtwin.plant.order import copy_name
from vtwin.plant.primitives import NONE, Worker


def people(t: Tables) -> None:
    """Workers, and per skill those who have it in the order they are chosen."""
    p = t.program
    steps = [t.draft.numbers(n for step in curve.steps for n in step) for curve in p.curves]
    taught: set[int] = set()
    for index, spec in enumerate(p.workers):
        start = t.people.at(index)
        # Besides what is attended, the repair of the machine attended (S-116).
        tasks = t.draft.table(max(spec.tends, 1) + 1, 1)
        speeds = t.draft.table(len(p.skills), 1)
        for skill, speed in zip(spec.skills, spec.speeds, strict=True):
            t.draft.put_float(speeds.at(skill), speed)
        t.fill(
            start,
            P_INDEX=index,
            P_SHIFT_END=spec.shift_end,
            P_TENDS=spec.tends,
            P_ON_SHIFT=1,
            P_PRESENT=1,
            P_PACE=spec.speed,
            P_NIGHT_FROM=spec.night_from,
            P_NIGHT_LENGTH=spec.night,
        )
        if spec.absence > 0.0:
            t.draft.put_float(start + at.P_ABSENCE, spec.absence)
            t.fill(start, P_ABSENCE_STREAM=t.stream(None, spec.name, "absence"))
        t.link(start, P_TASKS=tasks.start, P_SPEEDS=speeds.start)
        taught |= _learning(t, start, spec, steps)
    for skill in range(len(p.skills)):
        order = rules.worker_order(p.workers, skill)
        start = t.skills.at(skill)
        t.fill(start, SK_INDEX=skill, SK_TAUGHT=skill in taught)
        t.list_of(start, "SK_ABLE", "SK_ABLE_COUNT", [t.people.at(n) for n in order])


def _learning(t: Tables, start: int, spec: Worker, steps: list[int]) -> set[int]:
    """What a worker learns and teaches; skills that need a veteran at first."""
    skills = len(t.program.skills)
    teaches, learns = t.draft.table(skills, 1), t.draft.table(skills, 1)
    t.link(start, P_TEACHES=teaches.start, P_LEARNS=learns.start)
    for skill in spec.teaches:
        t.draft.put(teaches.at(skill), 1)
    records: dict[int, int] = {}
    found = set()
    for skill, number in zip(spec.skills, spec.learns, strict=False):
        if number == NONE:
            continue
        curve = t.program.curves[number]
        if number not in records:
            records[number] = record = t.draft.table(1, at.L_SIZE).start
            t.draft.put_float(record + at.L_SPEED, curve.steps[0][1] / 1000)
            t.fill(
                record,
                L_STEPS_LEFT=len(curve.steps) - 1,
                L_ALONE=curve.alone,
                L_BESIDE=curve.beside,
            )
            t.link(record, L_STEPS=steps[number] + 2)
        t.draft.point(learns.at(skill), records[number])
        if curve.alone:
            found.add(skill)
    return found


def tools(t: Tables) -> None:
    """Tools, where their copies are and who uses them."""
    p = t.program
    for index, spec in enumerate(p.tools):
        start = t.tools.at(index)
        holders = [n for n, m in enumerate(p.machines) if m.initial_tool == index]
        records = [t.machines.at(n) for n in holders]
        t.fill(
            start,
            TL_INDEX=index,
            TL_FREE=spec.count - len(holders),
            TL_WEARS=spec.life > 0,
        )
        _copies(t, start, index, records)
        t.link(start, TL_FIRST_HOLDER=records[0] if records else 0)
        for here, following in pairwise(records):
            t.link(here, M_NEXT_HOLDER=following)
        users = sorted({op.station for op in p.operations if op.tool == index})
        t.list_of(start, "TL_USERS", "TL_USER_COUNT", [t.stations.at(n) for n in users])


def _copies(t: Tables, tool: int, index: int, holders: list[int]) -> None:
    """The copies of a tool with a life: the first ones are mounted, the others loose."""
    spec, p = t.program.tools[index], t.program
    first = sum(map(len, t.slots.copies[:index]))
    for number, slot in enumerate(t.slots.copies[index]):
        start = t.copies.at(first + number)
        renew, name = p.distributions[spec.renew], copy_name(spec.name, number)
        t.fill(
            start,
            J_WORK_KIND=at.WORK_COPY,
            J_SLOT=slot,
            J_HEADS=1,
            C_NUMBER=number,
            C_LIFE=spec.life,
            C_RENEW=t.stream(renew, name, "renew"),
        )
        task = len(p.machines) + len(t.owned) + first + number
        t.link(
            start,
            J_SKILL=t.ref(t.skills, spec.skill),
            J_TASK=t.task(task, start, 0, slot),
            C_TOOL=tool,
        )
        if number < len(holders):
            t.link(holders[number], M_COPY=start)
        elif number == len(holders):
            t.link(tool, TL_FIRST_LOOSE=start)
        else:
            t.link(t.copies.at(first + number - 1), C_NEXT=start)
