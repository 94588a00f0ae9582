"""Serial lines, where the kernel takes the commonest instants in one go: the same as the long way."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engines.plants import Plant, line
from tests.engines.random_plants import LONG
from tests.engines.test_conformance import ANY, assert_same
from vtwin.base.draws import constant, empirical, exponential
from vtwin.engines import kernel
from vtwin.engines.kernel import layout as at
from vtwin.engines.kernel.encoding.encode import encode
from vtwin.plant.primitives import UNLIMITED, DispatchRule, MachineState
from vtwin.plant.program import Program
from vtwin.plant.trace import Tally

CYCLES = st.sampled_from(
    [exponential(2.0), exponential(3.0), constant(2.0), empirical([0.0, 1.0, 4.0])]
)
PLACES = st.sampled_from([0, 1, 1, 2, 3, UNLIMITED])


@st.composite
def lines(draw) -> Plant:
    """A line of single machines without anything to change, and what may come between."""
    count = draw(st.integers(1, 4))
    plant = Plant(horizon=300, warmup=draw(st.sampled_from([0, 35])), seed=draw(st.integers(0, 9)))
    calendar = draw(st.sampled_from([None, None, "day"]))
    plant.calendars = {"day": [(0, 60), (75, 140), (141, 400)]} if calendar else {}
    names = [f"s{n}" for n in range(count)]
    for name in names:
        keys = {"calendar": calendar} if draw(st.booleans()) else {}
        if draw(st.booleans()):
            keys["surge_kw"], keys["surge"] = 3.0, 2
            keys["power"] = dict.fromkeys(MachineState, 1.0)
        plant.station(
            name, input=draw(PLACES), rule=draw(st.sampled_from(list(DispatchRule))), **keys
        )
        if draw(st.sampled_from([False, False, True])):
            plant.failure(name, "stop", draw(LONG), draw(CYCLES))
    route = draw(st.permutations(names))
    plant.product("p", *({"op": f"o{n}", "on": n, "cycle": draw(CYCLES)} for n in route))
    if draw(st.sampled_from([False, False, True])):
        other = draw(st.sampled_from(names))
        plant.product("q", {"op": "alone", "on": other, "cycle": draw(CYCLES)})
        plant.arrivals("q", exponential(9.0), due_after=20)
    for release in draw(st.sets(st.sampled_from(["all", "some", "few", "orders"]), min_size=1)):
        if release == "all":
            plant.saturated("p", lot=draw(st.sampled_from([1, 3])))
        elif release == "some":
            plant.arrivals("p", exponential(4.0), due_after=draw(st.sampled_from([10, 40])))
        elif release == "few":
            plant.conwip("p", draw(st.integers(1, 5)))
        else:
            for n in range(draw(st.integers(1, 4))):
                lot, due = draw(st.sampled_from([1, 2, 7])), draw(st.integers(60, 250))
                plant.order(f"o{n}", "p", 7, lot=lot, release=draw(st.integers(0, 40)), due=due)
    if draw(st.sampled_from([False, False, True])):
        plant.stop(("p", draw(st.integers(1, 30))))
    return plant


@settings(max_examples=60, **ANY)
@given(lines(), st.integers(0, 3))
def test_serial_line_when_run_by_both_engines_then_the_same_to_the_tick(plant, replication):
    """S-02, S-20 to S-26."""
    assert_same(plant.program(), replication)


@settings(max_examples=20, **ANY)
@given(lines())
def test_serial_line_when_nobody_asks_for_a_trace_then_the_same_sums(plant):
    program = plant.program()
    with_rows, without = kernel.simulate(program, 0, trace=True), kernel.simulate(program, 0)
    for field in fields(Tally):
        a, b = getattr(with_rows, field.name), getattr(without, field.name)
        if field.name != "trace":
            assert np.array_equal(a, b) if isinstance(a, np.ndarray) else a == b, field.name


def _straight(program: Program) -> list[bool]:
    """Which ways the kernel may take in one go, way by way."""
    template = encode(program)
    return [bool(way) for way in template.ways.column(template.fields, at.W_STRAIGHT)]


def test_plain_line_when_laid_out_then_every_way_is_straight():
    assert _straight(line([1.0] * 4, 2, 10.0).program()) == [True] * 4


def test_line_with_a_set_up_a_belt_and_two_servers_when_laid_out_then_those_are_not_straight():
    plant = line([1.0] * 6, 2, 10.0)
    plant.setups["change"] = {"keys": ["a", "b"], "times": {("a", "b"): 1.0}}
    plant.station("s2", setup="change", input=2)
    plant.station("s5", count=2, input=2)
    del plant.machines["s5"]
    found = _straight(plant.program())
    # s1 leads to a machine with set-ups, s4 to a pair; s3 and s6 lead on to plain ones or out.
    assert found == [False, False, True, False, False, False, True]
