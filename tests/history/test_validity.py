"""The judgement: errors that can be checked by hand."""

import datetime as dt
import random

import pytest

from tests.history import made
from vtwin.base.errors import Refused
from vtwin.history import fitting, forecasts, validity
from vtwin.history.mapping import load

DAYS = [made.DAY + dt.timedelta(n) for n in range(10)]
ALWAYS = lambda day: True  # noqa: E731


@pytest.fixture(scope="module")
def mapping(tmp_path_factory):
    file = tmp_path_factory.mktemp("map") / "m.yaml"
    file.write_text(made.MAPPING, encoding="utf-8")
    return load(file)


def plant(days=10):
    """One machine, one order of 1000 shots a shift with 4 cavities, 10 scrapped each."""
    visits = [made.visit(n, good=3990) for n in range(3 * days)]
    return made.log(visits, [made.order(quantity=3990 * 3 * days)], machines=("M1",))


def test_mape_when_computed_by_hand_then_it_agrees():
    truth = {DAYS[0]: 100.0, DAYS[1]: 200.0}
    assert validity.mape(truth, {DAYS[0]: 110.0, DAYS[1]: 150.0}) == pytest.approx(0.175)


def test_dates_when_two_and_four_days_off_then_the_mean_is_three():
    truth = {"A": DAYS[0], "B": DAYS[5], "C": DAYS[9]}
    assert validity.date_error(truth, {"A": DAYS[2], "B": DAYS[1]}) == 3.0


def test_completion_when_good_pieces_reach_the_quantity_then_that_day_counts():
    log = plant()
    assert validity.completions(log, ["A1"]) == {"A1": DAYS[9]}


def test_naive_dates_when_worked_by_hand_then_they_agree():
    book = [made.order("A1", quantity=250, received=-3), made.order("B1", "B", 100, received=-2)]
    log = made.log([made.visit(0)], book)
    weekdays = lambda day: day.weekday() < 5  # noqa: E731
    rests = {"A1": 250, "B1": 100}
    found = forecasts.naive_dates(log, rests, 100.0, weekdays, DAYS[4])  # a Friday
    assert found == {"A1": DAYS[8], "B1": DAYS[9 - 1] + dt.timedelta(1)}


def test_naive_rates_when_steady_then_they_are_the_days_figures():
    rates = forecasts.naive_rates(plant(), DAYS[5])
    assert rates.good == 3 * 3990
    assert rates.shots == 3000
    assert rates.scrap == pytest.approx(10 / 4000)
    assert rates.hours == pytest.approx(3000 * 20 / 3600)


def test_naive_rates_when_there_is_nothing_before_then_it_is_refused():
    with pytest.raises(Refused):
        forecasts.naive_rates(plant(), DAYS[0])


def judged(log, runs, mapping, start=5, end=10, worked=ALWAYS):
    fits = fitting.fit(log.before(DAYS[start]), mapping, ["T1"])
    rests = {"A1": 3990 * 3 * (end - start)}
    last = DAYS[end - 1] + dt.timedelta(1)
    return validity.judge("a plant", log, fits, runs, rests, worked, DAYS[start], last)


def test_twin_when_it_repeats_the_records_then_every_error_is_zero(mapping):
    log = plant()
    truth = validity.recorded(log, ["A1"], DAYS[5], DAYS[9] + dt.timedelta(1))
    found = judged(log, [truth, truth], mapping)
    assert all(line.error == pytest.approx(0.0, abs=1e-12) for line in found.lines)
    assert all(line.met for line in found.lines if line.aim is not None)


def test_twin_when_a_tenth_short_then_it_misses_and_is_worse_than_the_naive(mapping):
    log = plant()
    truth = validity.recorded(log, ["A1"], DAYS[5], DAYS[9] + dt.timedelta(1))
    short = forecasts.Series(
        {d: 0.9 * x for d, x in truth.good.items()},
        {d: 0.9 * x for d, x in truth.shots.items()},
        truth.scrap,
        truth.hours,
        {"A1": DAYS[9] + dt.timedelta(3)},
    )
    found = judged(log, [short], mapping)
    good = found.line("good pieces")
    assert good.error == pytest.approx(-0.1)
    assert good.met is False
    assert good.better is False
    assert found.line("completion dates").error == 3.0
    assert any("misses the aim" in s for s in found.sentences)
    assert found.orders[0].off == 3


def test_known_sequence_when_the_rates_are_right_then_days_and_dates_come_out(mapping):
    """Two orders in turn on one machine, no stops: the walk repeats the records."""
    rng = random.Random(2)
    visits, cycles = [], []
    for n in range(30):
        order, product, tool = (("A1", "A", "T1"), ("B1", "B", "T2"))[n // 15]
        count = int(28_800 / 20 * rng.gauss(1.0, 0.01))
        cycles.append(count)
        visits.append(made.visit(n, order=order, product=product, tool=tool, cycles=count))
    book = [
        made.order("A1", "A", 4 * sum(cycles[:15])),
        made.order("B1", "B", 4 * sum(cycles[15:])),
    ]
    log = made.log(visits, book)
    fits = fitting.fit(log, mapping, ["T1", "T2"])
    walked = forecasts.known_sequence(log, fits, DAYS[0], DAYS[9] + dt.timedelta(1), ALWAYS)
    truth = validity.recorded(log, ["A1", "B1"], DAYS[0], DAYS[9] + dt.timedelta(1))
    assert sum(walked.good.values()) == pytest.approx(sum(truth.good.values()))
    assert validity.date_error(truth.done, walked.done) <= 1.0


def test_judgement_when_the_records_end_before_then_it_is_refused(mapping):
    with pytest.raises(Refused) as caught:
        judged(plant(5), [forecasts.Series({}, {}, 0.0, 0.0, {})], mapping)
    assert [p.code for p in caught.value.problems] == ["V423"]
