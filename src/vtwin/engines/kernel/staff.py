"""People: who is present, who is busy, and the claims for them (S-50 to S-55).

A machine and a failure mode each have one claim of their own, so filing one takes no memory.
Open claims are a list in the order in which they are met; the pass over them is in ``grants``.
"""

from __future__ import annotations

from vtwin.engines.kernel.building import compiled
from vtwin.engines.kernel.codes import ROW_FREE, ROW_GRANT
from vtwin.engines.kernel.layout import (
    CL_BEFORE,
    CL_FROM,
    CL_KEY,
    CL_KEY_2,
    CL_KEY_3,
    CL_KEY_4,
    CL_NEXT,
    CL_OPEN,
    CL_SKILL,
    CL_SUSPENDED,
    CL_WAITED,
    H_CLAIM_FIRST,
    H_CLAIM_LAST,
    H_CLAIMS_CHANGED,
    H_GRANT_RULE,
    H_NOW,
    NOTHING,
    P_BUSY,
    P_DUTY,
    P_INDEX,
    P_OPEN,
    P_PRESENT,
    P_SINCE,
    P_TASK,
)
from vtwin.engines.kernel.memory import add, load, store
from vtwin.engines.kernel.queues import insert_after, take_out
from vtwin.engines.kernel.rules import claim_key_2, claim_key_3, claim_key_4
from vtwin.engines.kernel.trace import note

# -- claims ----------------------------------------------------------------------------------


@compiled
def _is_met_before(a: int, b: int) -> int:
    """Whether one claim is met before another (S-51)."""
    for part in range(CL_KEY, CL_KEY_4):
        mine, other = load(a, part), load(b, part)
        if mine != other:
            return mine < other
    return load(a, CL_KEY_4) < load(b, CL_KEY_4)


@compiled
def ask(m: int, claim: int, skill: int, priority: int, remaining: int, slot: int) -> None:
    """File a claim for somebody with a skill; it is looked at in phase C2."""
    now, rule = load(m, H_NOW), load(m, H_GRANT_RULE)
    store(claim, CL_OPEN, 1)
    store(claim, CL_SKILL, skill)
    store(claim, CL_SUSPENDED, 0)
    store(claim, CL_FROM, now)
    store(claim, CL_WAITED, 0)
    store(claim, CL_KEY, -priority)
    store(claim, CL_KEY_2, claim_key_2(rule, now, remaining))
    store(claim, CL_KEY_3, claim_key_3(rule, now, remaining, slot))
    store(claim, CL_KEY_4, claim_key_4(rule, slot))
    before = load(m, H_CLAIM_LAST)
    while before != NOTHING and _is_met_before(claim, before):
        before = load(before, CL_BEFORE)
    insert_after(m, H_CLAIM_FIRST, CL_NEXT, before, claim)
    store(m, H_CLAIMS_CHANGED, 1)


@compiled
def withdraw(m: int, claim: int) -> None:
    """The claim is met, or needed no longer."""
    store(claim, CL_OPEN, 0)
    take_out(m, H_CLAIM_FIRST, CL_NEXT, claim)


@compiled
def suspend(m: int, claim: int) -> None:
    """The machine is off duty or down: nobody is sent, no waiting is counted (S-53)."""
    if not load(claim, CL_SUSPENDED):
        store(claim, CL_SUSPENDED, 1)
        add(claim, CL_WAITED, load(m, H_NOW) - load(claim, CL_FROM))


@compiled
def resume(m: int, claim: int) -> None:
    """The machine is back; the claim has kept its place."""
    if load(claim, CL_SUSPENDED):
        store(claim, CL_SUSPENDED, 0)
        store(claim, CL_FROM, load(m, H_NOW))
        store(m, H_CLAIMS_CHANGED, 1)


# -- people ----------------------------------------------------------------------------------


@compiled
def add_up(m: int, person: int) -> None:
    """Add up duty and work to now, before anything about the worker changes (S-55)."""
    now = load(m, H_NOW)
    if load(person, P_PRESENT):
        passed = now - load(person, P_SINCE)
        add(person, P_DUTY, passed)
        if load(person, P_TASK) != NOTHING:
            add(person, P_BUSY, passed)
    store(person, P_SINCE, now)


@compiled
def send(m: int, person: int, asker: int, machine: int) -> None:
    """The worker goes to work at a machine (its index)."""
    add_up(m, person)
    store(person, P_TASK, asker)
    note(m, ROW_GRANT, load(person, P_INDEX), -1, machine)


@compiled
def done(m: int, person: int) -> None:
    """The task is over: the worker is free, or goes home if the shift is over (S-54)."""
    add_up(m, person)
    store(person, P_TASK, NOTHING)
    store(person, P_PRESENT, load(person, P_OPEN))
    store(m, H_CLAIMS_CHANGED, 1)
    note(m, ROW_FREE, load(person, P_INDEX), -1, 0)


@compiled
def may_go_home(m: int, person: int) -> None:
    """The machine attended goes off duty: nothing keeps the worker after the shift (S-54)."""
    if load(person, P_PRESENT) and not load(person, P_OPEN):
        add_up(m, person)
        store(person, P_PRESENT, 0)
