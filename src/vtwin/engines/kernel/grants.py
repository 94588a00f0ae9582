"""Phase C2: free people are sent to the claims, best claim first (S-50, S-51)."""

from __future__ import annotations

from vtwin.engines.kernel.building import compiled
from vtwin.engines.kernel.faults import repairer_came
from vtwin.engines.kernel.layout import (
    ABLE_PERSON,
    ABLE_SIZE,
    ABLE_SPEED,
    ASKER_MACHINE,
    CL_ASKER,
    CL_FROM,
    CL_NEXT,
    CL_SKILL,
    CL_SUSPENDED,
    CL_WAITED,
    F_MACHINE,
    H_CLAIM_FIRST,
    H_CLAIMS_CHANGED,
    H_NOW,
    H_PASS,
    M_ASKER,
    M_INDEX,
    NOTHING,
    P_PRESENT,
    P_TASK,
    SK_ABLE,
    SK_ABLE_COUNT,
    SK_GRANTED,
    SK_NOBODY,
    SK_WAITED,
)
from vtwin.engines.kernel.machines import staffed
from vtwin.engines.kernel.memory import FIELD, add, load, load_f, store
from vtwin.engines.kernel.staff import send, withdraw


@compiled
def _free_person(skill: int) -> int:
    """Where the first free worker with a skill stands in its list, or NOTHING."""
    able = load(skill, SK_ABLE)
    for _ in range(load(skill, SK_ABLE_COUNT)):
        person = load(able, ABLE_PERSON)
        if load(person, P_PRESENT) and load(person, P_TASK) == NOTHING:
            return able
        able += ABLE_SIZE * FIELD
    return NOTHING


@compiled
def grant(m: int) -> None:
    """Go through the open claims once."""
    store(m, H_CLAIMS_CHANGED, 0)
    turn = load(m, H_PASS) + 1
    store(m, H_PASS, turn)
    claim = load(m, H_CLAIM_FIRST)
    while claim != NOTHING:
        after = load(claim, CL_NEXT)
        skill = load(claim, CL_SKILL)
        if not load(claim, CL_SUSPENDED) and load(skill, SK_NOBODY) != turn:
            able = _free_person(skill)
            if able == NOTHING:
                store(skill, SK_NOBODY, turn)
            else:
                _meet(m, claim, able)
        claim = after


@compiled
def _meet(m: int, claim: int, able: int) -> None:
    """The worker at a place of a skill's list goes to work for the claim."""
    skill, asker = load(claim, CL_SKILL), load(claim, CL_ASKER)
    person, speed = load(able, ABLE_PERSON), load_f(able, ABLE_SPEED)
    add(skill, SK_GRANTED, 1)
    add(skill, SK_WAITED, load(claim, CL_WAITED) + load(m, H_NOW) - load(claim, CL_FROM))
    withdraw(m, claim)
    if load(asker, M_ASKER) == ASKER_MACHINE:
        send(m, person, asker, load(asker, M_INDEX))
        staffed(m, asker, person, speed)
    else:
        send(m, person, asker, load(load(asker, F_MACHINE), M_INDEX))
        repairer_came(m, asker, person, speed)
