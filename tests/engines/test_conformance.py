"""Two engines, one meaning: the kernel's tally and trace are the reference engine's, to the tick."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engines.plants import S
from tests.engines.random_plants import plants, traffic_plants
from vtwin.engines import kernel, reference
from vtwin.engines.kernel import coverage
from vtwin.plant.primitives import NEVER, NONE, DispatchRule, FailureClock, ShiftEnd
from vtwin.plant.program import Program
from vtwin.plant.trace import Event, Tally


def _each(field: str, **change: Any) -> Callable[[Program], Program]:
    """Change something about every one of a kind."""
    return lambda p: replace(p, **{field: tuple(replace(x, **change) for x in getattr(p, field))})


def _then(*steps: Callable[[Program], Program]) -> Callable[[Program], Program]:
    def all_of_them(program: Program) -> Program:
        for step in steps:
            program = step(program)
        return program

    return all_of_them


def _instead(field: str, name: str, old: Any, new: Any) -> Callable[[Program], Program]:
    """Another value for those who have a certain one."""

    def change(x: Any) -> Any:
        return replace(x, **{name: new}) if getattr(x, name) == old else x

    return lambda p: replace(p, **{field: tuple(map(change, getattr(p, field)))})


def _made_here(program: Program) -> Program:
    """Nothing is bought: every product has a route."""

    def kept(releases: Any) -> Any:
        return tuple(r for r in releases if program.products[r.product].route)

    return replace(program, sources=kept(program.sources), orders=kept(program.orders))


#: How to do without what the kernel does not have, by the words it says so in.
WITHOUT: dict[str, Callable[[Program], Program]] = {
    "batches": _then(_each("operations", batch=NONE), lambda p: replace(p, batches=())),
    "batches done on machines of which some cannot do all of it": _then(
        _each("operations", batch=NONE), lambda p: replace(p, batches=())
    ),
    "belts": _then(_each("machines", belt=NONE), lambda p: replace(p, belts=())),
    "assembly": _then(
        _each("operations", kit=()),
        _each("products", stock=NONE),
        lambda p: replace(p, stocks=()),
        _made_here,
    ),
    "more than 60 kinds of carriers": _then(
        _each("operations", takes=NONE, returns=NONE, takes_too=(), returns_too=()),
        lambda p: replace(p, carriers=()),
    ),
    "vehicles": _then(
        _each("operations", fleet=NONE), lambda p: replace(p, fleets=(), vehicles=())
    ),
    "numbers of 2^31 and more": lambda p: replace(
        p,
        orders=tuple(
            replace(o, quantity=min(o.quantity, 99), lot=min(o.lot, 99), priority=0, due=NEVER)
            for o in p.orders
        ),
        sources=tuple(
            replace(s, lot=min(s.lot, 99), level=min(s.level, 99), due_after=NEVER)
            for s in p.sources
        ),
        machines=tuple(replace(m, restart=min(m.restart, 99)) for m in p.machines),
    ),
    "so many limits of rework": _each("operations", branches=()),
    "work that takes several people": _then(
        _each("operations", heads=1), _each("failures", heads=1), _each("setups", heads=1)
    ),
    "attendance for a part of the work": _each("operations", load=NONE),
    "tools that wear": _each("tools", life=0, renew=NONE, skill=NONE),
    "maintenance by cycles": _instead(
        "failures", "clock", FailureClock.CYCLES, FailureClock.OPERATING
    ),
    "planned maintenance": _each("failures", planned=False),
    "dispatch by critical ratio": _instead(
        "stations", "rule", DispatchRule.CRITICAL_RATIO, DispatchRule.EDD
    ),
    "work handed over at the end of a shift": _instead(
        "workers", "shift_end", ShiftEnd.HAND_OVER, ShiftEnd.PAUSE
    ),
    "people who tend several machines": _each("workers", tends=1),
    "people who miss shifts": _each("workers", absence=0.0),
    "people who walk": _each("workers", speed=0),
    "arrivals that follow a profile": _each("sources", profile=NONE),
    "conditions that end a run": lambda p: replace(p, run=replace(p.run, stop=())),
    "batteries of 2^61 units and more": _then(
        _each("fleets", battery=None), _each("vehicles", content=0)
    ),
    "peaks of power": _then(
        lambda p: replace(p, run=replace(p.run, demand=0)), _each("machines", surge=0)
    ),
    "machines with a behaviour of their own": _each("machines", custom=""),
}


def covered(program: Program) -> Program:
    """The program without what the kernel does not have."""
    for words in coverage.unsupported(program):
        program = WITHOUT[words](program)
    return program


def first_difference(one: Tally, other: Tally) -> str | None:
    """Where two traces part, with what came before; None if they are equal."""
    a, b = (
        np.stack([t.trace.time, t.trace.kind, t.trace.entity, t.trace.item, t.trace.value], axis=1)
        for t in (one, other)
    )
    n = min(len(a), len(b))
    differing = np.flatnonzero((a[:n] != b[:n]).any(axis=1))
    if len(differing) == 0 and len(a) == len(b):
        return None
    at = int(differing[0]) if len(differing) else n

    def told(rows: np.ndarray) -> str:
        return "\n".join(
            f"    {t / S:10.3f} s {Event(k).name:10} {e:4} item {i:4} value {v}"
            for t, k, e, i, v in rows.tolist()
        )

    return (
        f"the traces part at row {at}\n  both:\n{told(a[max(at - 8, 0) : at])}"
        f"\n  reference:\n{told(a[at : at + 4])}\n  kernel:\n{told(b[at : at + 4])}"
    )


def assert_same(program: Program, replication: int = 0) -> None:
    """Both engines say the same in every respect."""
    expected = reference.simulate(program, replication, trace=True)
    found = kernel.simulate(program, replication, trace=True)
    parting = first_difference(expected, found)
    assert parting is None, parting
    for field in fields(Tally):
        if field.name != "trace":
            a, b = getattr(expected, field.name), getattr(found, field.name)
            same = np.array_equal(a, b) if isinstance(a, np.ndarray) else a == b
            assert same, f"{field.name}: reference {a}, kernel {b}"


ANY = {"deadline": None, "suppress_health_check": list(HealthCheck)}


@settings(max_examples=40, **ANY)
@given(plants(), st.integers(0, 3))
def test_random_plant_when_run_by_both_engines_then_the_same_to_the_tick(plant, replication):
    assert_same(covered(plant.program()), replication)


@settings(max_examples=60, **ANY)
@given(traffic_plants(), st.integers(0, 3))
def test_busy_aisles_when_run_by_both_engines_then_the_same_to_the_tick(plant, replication):
    # S-154 to S-159, S-170
    assert_same(plant.program(), replication)


@pytest.mark.slow
@settings(max_examples=300, **ANY)
@given(plants(), st.integers(0, 3))
def test_many_random_plants_when_run_by_both_engines_then_the_same_to_the_tick(plant, replication):
    assert_same(covered(plant.program()), replication)


def test_whatever_the_kernel_lacks_then_plants_can_be_had_without():
    assert {words for words, _ in coverage._MISSING} <= WITHOUT.keys()
