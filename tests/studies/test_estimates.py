"""What is said of a plant before any run: bounds that hold, estimates that are near."""

import math

import pytest

from tests.engines.plants import Plant, exponential
from tests.truth.lines import Line
from vtwin.studies.estimates import (
    Stage,
    decomposition,
    demand,
    estimate,
    line,
    two_station,
    two_station_bound,
    workload,
)

LINES = [
    ((6.0, 7.0, 7.0), (11, 7)),
    ((7.0, 6.0, 7.0), (9, 9)),
    ((6.0, 8.0, 6.0), (9, 9)),
    ((1.0, 1.1, 1.0, 1.2), (2, 2, 2)),
    ((1.0, 0.8, 1.0), (0, 1)),
]


def _stages(rates, places):
    return [Stage(rates[0], 1.0, 1, math.inf)] + [
        Stage(rate, 1.0, 1, float(n)) for rate, n in zip(rates[1:], places, strict=True)
    ]


@pytest.mark.parametrize(("rates", "places"), LINES)
def test_line_when_its_chain_is_solved_then_the_bound_holds_and_the_estimate_is_near(rates, places):
    truth = Line(rates, places).rate
    stages = _stages(rates, places)
    assert two_station_bound(stages) >= truth * (1 - 1e-12)
    assert decomposition(stages) == pytest.approx(truth, rel=0.04)


@pytest.mark.parametrize(("first", "second", "places"), [(1.0, 1.0, 3), (1.0, 0.7, 0), (0.6, 1, 5)])
def test_two_stations_when_their_chain_is_solved_then_the_formula_is_exact(first, second, places):
    exact = Line((first, second), (places,)).rate
    assert two_station(first, second, places + 2) == pytest.approx(exact, rel=1e-10)


def _serial(**keys):
    made = Plant(horizon=36_000, warmup=3600, bin=3600)
    made.station("a", 2).station("b", input=3)
    steps = [{"op": "a", "on": "a", "cycle": exponential(100.0)},
             {"op": "b", "on": "b", "cycle": exponential(60.0)}]  # fmt: skip
    return made.product("x", *steps), keys


def test_workload_when_calculated_by_hand_then_the_slower_station_limits():
    made, _ = _serial()
    program = made.saturated("x").program()
    # two machines of 100 s make 1728 a day, one of 60 s 1440
    found = workload(program)
    assert found.most == pytest.approx(1440.0)
    assert max(found.busy) == pytest.approx(1.0)
    stages = line(program)
    assert [s.machines for s in stages] == [2, 1]
    assert estimate(program, "good_per_day").score < 1440.0
    assert demand(program) == math.inf


def test_workload_when_less_is_asked_for_then_that_is_the_bound_and_congestion_the_score():
    made, _ = _serial()
    program = made.arrivals("x", exponential(120.0)).program()
    assert workload(program).most == pytest.approx(720.0)
    assert demand(program) == pytest.approx(720.0)
    busy = [0.5 * 100 / 120, 60 / 120]  # two machines share the first load
    lead = estimate(program, "lead_time_s")
    assert lead.score == pytest.approx(-sum(b / (1 - b) for b in busy))
    assert "limited" in str(line(program))


def test_estimate_when_nothing_can_be_said_then_it_says_so():
    made, _ = _serial()
    found = estimate(made.saturated("x").program(), "unit_cost")
    assert found.score is None
    assert "nothing is known of unit_cost" in found.method
