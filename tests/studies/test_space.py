"""Which designs there are: what the solver says against plain enumeration."""

import itertools
import subprocess
import sys

import pytest

from vtwin.base.errors import Refused
from vtwin.scenario.decisions import Decision, Design, Extra, Limit, canonical
from vtwin.studies.space import Space, refuse_contradiction

SOLVERS = ("cp_sat", "highs")


def integer(path, low, high, today=None):
    values = tuple(canonical(n) for n in range(low, high + 1))
    return Decision(path, "integer", (path,), values, None if today is None else (today - low,))


def numbers(decision):
    return {(decision.name, v): float(v.strip('"')) for v in decision.values}


A, B = integer("a", 1, 4), integer("b", 0, 5)
KIND = Decision("kind", "category", ("kind",), tuple(map(canonical, ("x", "y", "z"))))
SUM = Limit("sum", numbers(A) | numbers(B), low=3, high=6)
PAID = Limit(
    "paid",
    {("kind", canonical("z")): 2.5},
    high=6.0,
    extras=(Extra(1.5, 3.0, numbers(A) | numbers(B)),),
)


def everything(decisions):
    paths = [d.name for d in decisions]
    for values in itertools.product(*(d.values for d in decisions)):
        yield Design(tuple(sorted(zip(paths, values, strict=True))))


@pytest.mark.parametrize("solver", SOLVERS)
def test_all_when_limits_and_extras_bind_then_they_are_those_that_keep_to_them(solver):
    space = Space((A, B, KIND), (SUM, PAID), solver)
    expected = {d for d in everything(space.decisions) if SUM.kept(d) and PAID.kept(d)}
    assert 10 < len(expected) < space.size
    assert set(space.all()) == expected
    assert all(space.kept(d) for d in expected)


@pytest.mark.parametrize("solver", SOLVERS)
def test_neighbours_when_asked_then_they_are_one_move_away_and_feasible(solver):
    space = Space((A, B), (SUM,), solver)
    here = Design.of({"a": 2, "b": 3})
    near = [tuple(int(v) for v in d.overrides.values()) for d in space.neighbours(here)]
    # one step, or a unit from a to b and back; (3, 4) would be two more, not a move
    assert sorted(near) == [(1, 3), (1, 4), (2, 2), (2, 4), (3, 2), (3, 3)]


def test_neighbours_when_values_can_be_exchanged_then_that_is_one_move():
    crew = Decision("crew", "permutation", ("k", "l", "m"), tuple(map(canonical, "xyz")),
                    (0, 1, 2), (1, 1, 1), (1, 1, 1))  # fmt: skip
    space = Space((crew,))
    assert len(space.all()) == 6
    near = space.neighbours(Design.of({"k": "x", "l": "y", "m": "z"}))
    assert {tuple(d.overrides.values()) for d in near} == {
        ("y", "x", "z"), ("z", "y", "x"), ("x", "z", "y")}  # fmt: skip


def test_sample_when_repeated_then_it_is_the_same_and_feasible():
    space = Space((A, B, KIND), (SUM,))
    first = space.sample(8, seed=3)
    assert first == space.sample(8, seed=3)
    assert len(set(first)) == 8
    assert all(map(space.kept, first))


@pytest.mark.parametrize("solver", SOLVERS)
def test_nearest_when_today_breaks_a_limit_then_as_little_as_possible_changes(solver):
    space = Space((A, B, KIND), (SUM,), solver)
    near = space.nearest(Design.of({"a": 4, "b": 5, "kind": "y"}))
    # three steps of one path: b from 5 to 2 or a from 4 to 1; never a little of both
    assert near in (Design.of({"a": a, "b": b, "kind": "y"}) for a, b in ((4, 2), (1, 5)))


def test_contradiction_when_two_limits_of_three_fight_then_these_two_are_named():
    few = Limit("few", numbers(A) | numbers(B), high=2)
    many = Limit("many", numbers(B), low=3)
    harmless = Limit("harmless", numbers(A), high=4)
    space = Space((A, B), (few, harmless, many))
    assert space.contradiction() == ["few", "many"]
    with pytest.raises(Refused, match=r"V393.*'few' and 'many' at once"):
        refuse_contradiction(space)
    refuse_contradiction(Space((A, B), (many, harmless)))


def test_design_when_written_in_another_order_then_it_is_the_same():
    one = Design.of({"b": 2, "a": [1, "x"]})
    two = Design.of({"a": ["1", "x"], "b": "2"})
    assert one == two
    assert one.hash == two.hash
    assert one.overrides == {"a": ["1", "x"], "b": "2"}
    assert one.differs(Design.of({"a": ["1", "x"], "b": 3})) == ("b",)


def test_space_when_it_was_solved_then_ctrl_c_is_still_ours():
    # In a process of its own: the solver once took the signal away and never gave it back.
    program = (
        "import os, signal\n"
        "from vtwin.scenario.decisions import Decision\n"
        "from vtwin.studies.space import Space\n"
        "signal.signal(signal.SIGINT, lambda *_: print('asked'))\n"
        "Space((Decision('a', 'integer', ('a',), ('1', '2')),), solver='cp_sat').all()\n"
        "os.kill(os.getpid(), signal.SIGINT)\n"
        "print('alive')\n"
    )
    pytest.importorskip("ortools")
    told = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert told.stdout.split() == ["asked", "alive"]
