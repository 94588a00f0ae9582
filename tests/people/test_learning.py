"""Learning curves against hand calculation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engines.plants import Plant
from vtwin.people.learning import Learning
from vtwin.people.levels import SPEEDS, WORDS, Level
from vtwin.studies.proof import proof


def test_half_when_so_many_units_are_done_then_half_of_the_gap_is_closed():
    curve = Learning(0.6, 1.0, half=20)
    assert [curve.speed(n) for n in (0, 20, 40, 60)] == pytest.approx([0.6, 0.8, 0.9, 0.95])


def test_rate_when_units_double_then_each_takes_that_share_of_the_time():
    curve = Learning(0.5, 1.0, rate=0.8)
    # the first unit takes 2, the second 1.6, the fourth 1.28, the eighth 1.024 of the standard
    assert [1 / curve.speed(n - 1) for n in (1, 2, 4, 8)] == pytest.approx([2, 1.6, 1.28, 1.024])
    assert curve.speed(8) == 1.0  # the ninth would take 0.986


def test_steps_when_made_then_they_are_the_rounded_speed_at_every_unit():
    assert Learning(0.5, 1.0, rate=0.8).steps() == (
        *[(0, 500), (1, 625), (2, 712), (3, 781), (4, 839)],
        *[(5, 890), (6, 935), (7, 977), (8, 1000)],
    )


@given(
    st.floats(0.2, 0.9),
    st.floats(0.91, 1.5),
    st.one_of(
        st.tuples(st.integers(1, 300), st.none()),
        st.tuples(st.none(), st.floats(0.6, 0.95)),
    ),
)
def test_steps_when_looked_up_then_every_unit_has_the_speed_of_the_formula(start, goal, kind):
    curve = Learning(start, goal, *kind)
    steps = curve.steps()
    assert steps[-1][1] == round(1000 * goal)
    for units in (*range(40), 100, 333, 1000):
        step = max(n for n in range(len(steps)) if steps[n][0] <= units)
        assert steps[step][1] == int(1000 * curve.speed(units) + 0.5)


def test_levels_when_listed_then_each_has_a_speed_and_they_rise():
    assert WORDS == ("novice", "trained", "expert", "trainer")
    speeds = [SPEEDS[level] for level in Level]
    assert speeds == sorted(speeds)
    assert SPEEDS[Level.TRAINED] == 1.0


def test_proof_when_a_learner_is_tried_faster_then_all_of_his_curve_is():
    plant = Plant(horizon=203).station("m").worker("joe", ["op"], learns={"op": "joe/op"})
    plant.curves["joe/op"] = ([(0, 500), (10, 800)], 0, 1)
    plant.product("p", {"op": "o", "on": "m", "cycle": 4, "skill": "op"}).saturated("p")
    told = proof(plant.program(), ["joe"], 2, engine="reference", goal="throughput_per_h")
    # 10 pieces of 8 s and 24 of 5 s; with 110 %: 10 of 4 / 0.55 s, then 28 of 4 / 0.88 s
    gain = told.gains["joe"].gain.mean
    assert gain == pytest.approx((38 - 34) * 3600 / 203)
