"""The departure recurrence gives the very tally of the engines that go from event to event."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engines.plants import Plant, exponential_line, line
from vtwin.base.draws import constant, empirical, erlang, exponential, gamma, lognormal, weibull
from vtwin.base.errors import Refused
from vtwin.engines import recurrence, reference
from vtwin.engines.choose import Cancelled
from vtwin.engines.choose import engine as choose
from vtwin.plant.primitives import UNLIMITED, DispatchRule

TIMES = st.sampled_from(
    [
        constant(1.0),
        constant(2.0),
        empirical([0.0, 2.0, 5.0]),
        empirical([1.0, 2.0]),
        exponential(1.5),
        erlang(3, 2.0),
        gamma(1.0, 1.5),
        lognormal(1.0, 0.5),
        weibull(1.4, 1.0),
    ]
)
PLACES = st.sampled_from([0, 0, 1, 2, 5, UNLIMITED])


@st.composite
def lines(draw) -> Plant:
    """A serial line of up to five machines with any source, in any order of names."""
    count = draw(st.integers(1, 5))
    plant = Plant(
        horizon=draw(st.sampled_from([50, 200, 700])),
        warmup=draw(st.sampled_from([0, 13])),
        seed=draw(st.integers(0, 99)),
        bin=draw(st.sampled_from([None, 7])),
    )
    names = draw(st.permutations([f"m{n}" for n in range(count)]))
    for name in names:
        plant.station(name, input=draw(PLACES))
    plant.product(
        "x",
        *(
            {
                "op": f"{n}",
                "on": name,
                "cycle": draw(TIMES),
                "per_cycle": draw(st.sampled_from([1, 1, 2])),
            }
            for n, name in enumerate(names)
        ),
    )
    lot = draw(st.sampled_from([1, 1, 3]))
    kind = draw(st.sampled_from(["saturated", "arrivals", "conwip"]))
    if kind == "saturated":
        first = plant.products["x"][0]
        if first["cycle"] == empirical([0.0, 2.0, 5.0]):
            first["cycle"] = constant(1.0)
        return plant.saturated("x", lot=lot)
    if kind == "arrivals":
        return plant.arrivals(
            "x", draw(st.sampled_from([constant(2.0), exponential(2.0)])), lot=lot
        )
    return plant.conwip("x", draw(st.integers(1, 4)), lot=lot)


def same(one, other) -> list[str]:
    """Names of the fields in which two tallies differ."""
    found = []
    for field in dataclasses.fields(one):
        a, b = getattr(one, field.name), getattr(other, field.name)
        if not (np.array_equal(a, b) if isinstance(a, np.ndarray) else a == b):
            found.append(f"{field.name}: {a} != {b}")
    return found


@settings(max_examples=150, deadline=None)
@given(lines())
def test_line_when_run_by_recurrence_then_its_tally_is_the_engines_own(plant):
    program = plant.program()
    assert not same(recurrence.simulate(program, 3), reference.simulate(program, 3))


def test_long_line_when_run_by_recurrence_then_its_tally_is_the_engines_own():
    program = exponential_line(5, 5, 20_000.0, warmup=100.0).program()
    assert not same(recurrence.simulate(program, 0), reference.simulate(program, 0))


def test_replications_when_repeated_then_each_has_its_own_draws():
    program = exponential_line(2, 1, 200.0).program()
    first, second = (recurrence.simulate(program, r) for r in (0, 1))
    assert same(first, second)
    assert not same(first, recurrence.simulate(program, 0))


def _plain() -> Plant:
    return line([1.0, 2.0], 1, 100.0)


STRANGERS = {
    "failure": lambda: _plain().failure("s1", "x", 10.0, 1.0),
    "calendar": lambda: _with(_plain(), calendar="day"),
    "parallel": lambda: (
        Plant(horizon=100.0)
        .station("a", count=2)
        .product("x", {"op": "1", "on": "a", "cycle": 1.0})
        .saturated("x")
    ),
    "orders": lambda: (
        Plant(horizon=100.0)
        .station("a")
        .product("x", {"op": "1", "on": "a", "cycle": 1.0})
        .order("o", "x", 5)
    ),
    "rule": lambda: (
        Plant(horizon=100.0)
        .station("a", rule=DispatchRule.EDD)
        .product("x", {"op": "1", "on": "a", "cycle": 1.0})
        .saturated("x")
    ),
    "skill": lambda: (
        Plant(horizon=100.0)
        .station("a")
        .product("x", {"op": "1", "on": "a", "cycle": 1.0, "skill": "run"})
        .worker("w", ["run"])
        .saturated("x")
    ),
    "twice": lambda: (
        Plant(horizon=100.0)
        .station("a")
        .product(
            "x",
            {"op": "1", "on": "a", "cycle": 1.0},
            {"op": "2", "on": "a", "cycle": 1.0},
        )
        .saturated("x")
    ),
}


def _with(plant: Plant, calendar: str) -> Plant:
    plant.calendars[calendar] = [(0, 50)]
    plant.machines["s1"]["calendar"] = calendar
    return plant


@pytest.mark.parametrize("name", sorted(STRANGERS))
def test_line_when_it_has_more_than_a_recurrence_knows_then_it_is_declined(name):
    program = STRANGERS[name]().program()
    assert isinstance(recurrence.line(program), str)
    with pytest.raises(ValueError):
        recurrence.simulate(program, 0)


def test_line_when_plain_then_it_is_seen_in_the_order_of_the_route():
    found = recurrence.line(line([1.0, 2.0, 3.0], [0, 4], 100.0).program())
    assert isinstance(found, recurrence.Line)
    assert found.machines == (0, 1, 2)


def test_progress_when_it_says_stop_then_the_run_is_cancelled():
    program = exponential_line(2, 1, 2e6).program()
    seen: list[float] = []
    with pytest.raises(Cancelled):
        recurrence.simulate(program, 0, on_progress=lambda f: seen.append(f) or len(seen) < 2)
    assert 0 < seen[0] < seen[1] < 1


def test_draw_when_it_is_no_time_then_it_is_refused_by_name():
    program = line([exponential(4e9), 1.0], 0, 1000.0).program()
    said = []
    for replication in range(12):
        for engine in (recurrence, reference):
            try:
                engine.simulate(program, replication)
                said.append("")
            except Refused as refused:
                said.append(str(refused))
    assert said[::2] == said[1::2]
    assert any("s1" in words and "V501" in words for words in said)


def test_trace_when_wanted_then_the_kernel_makes_it():
    program = exponential_line(3, 1, 100.0).program()
    traced = recurrence.simulate(program, 0, trace=True)
    assert traced.trace is not None
    assert not same(dataclasses.replace(traced, trace=None), recurrence.simulate(program, 0))


def test_recurrence_when_asked_for_by_name_then_it_runs_or_says_why_not():
    program = exponential_line(3, 1, 100.0).program()
    assert choose("recurrence", program).name == "recurrence"
    with pytest.raises(Refused, match=r"V503.*several machines"):
        choose("recurrence", STRANGERS["parallel"]().program())
