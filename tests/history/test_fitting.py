"""What was put in comes out again, with intervals that hold it."""

import random

import pytest

from tests.history import made
from vtwin.history import fitting, losses
from vtwin.history.log import ToolLine
from vtwin.history.mapping import load

SHIFT_S = 28_800
CYCLES = {"T1": 18.0, "T2": 22.0, "T3": 26.0}
PRODUCTS = {"T1": "A", "T2": "B", "T3": "C"}
CHANGE_S = 2 * 3600
STOP_SHARE = 0.06
SCRAP = {"T1": 0.02, "T2": 0.05, "T3": 0.0}


@pytest.fixture(scope="module")
def mapping(tmp_path_factory):
    file = tmp_path_factory.mktemp("map") / "m.yaml"
    file.write_text(made.MAPPING, encoding="utf-8")
    return load(file)


def made_plant(seed, shifts):
    """Two machines: orders of 8 shifts, 2 h lost at each start, stops of 5 h."""
    rng = random.Random(seed)
    visits, orders = [], {}
    for machine, tools in (("M1", ("T1", "T2")), ("M2", ("T3", "T2"))):
        for at in range(shifts):
            number = at // 8
            tool = tools[number % 2]
            order = f"{PRODUCTS[tool]}-{machine}-{number}"
            orders[order] = made.order(order, PRODUCTS[tool], 10**7)
            seconds = SHIFT_S * rng.gauss(1.0, 0.04)
            if at % 8 == 0 and at:
                seconds -= CHANGE_S
            elif rng.random() < STOP_SHARE:
                seconds -= 5 * 3600
            cycles = max(int(seconds / CYCLES[tool]), 0)
            bad = sum(rng.random() < SCRAP[tool] for _ in range(200)) / 200
            good = 4 * cycles - int(4 * cycles * bad)
            visits.append(made.visit(at, machine, order, PRODUCTS[tool], tool, cycles, good=good))
    tools = {
        t: ToolLine(made.place(2, "tools.csv"), t, t, 4, 20.0, ("50",)) for t in (*CYCLES, "T9")
    }
    return made.log(visits, orders.values(), tools)


@pytest.fixture(scope="module")
def plant():
    return made_plant(7, 300)


@pytest.fixture(scope="module")
def fits(plant, mapping):
    return fitting.fit(plant, mapping, [*CYCLES, "T9"])


@pytest.mark.parametrize("tool", CYCLES)
def test_cycle_when_known_then_it_is_found(fits, tool):
    estimate = fits.tools[tool].cycle
    assert estimate.value == pytest.approx(CYCLES[tool], rel=0.02)
    assert estimate.rows > 50


def test_interval_of_a_cycle_when_fitted_often_then_it_nearly_always_holds_the_truth(mapping):
    held = []
    for seed in range(20):
        found = fitting.fit(made_plant(seed, 60), mapping, CYCLES)
        held += [e.low < CYCLES[t] < e.high for t in CYCLES if (e := found.tools[t].cycle)]
    assert sum(held) / len(held) > 0.85


@pytest.mark.parametrize("tool", SCRAP)
def test_scrap_when_known_then_it_is_found(fits, tool):
    estimate = fits.tools[tool].scrap
    assert estimate.value == pytest.approx(SCRAP[tool], abs=0.004)


def test_change_when_two_hours_are_lost_then_about_two_hours_are_found(fits):
    assert fits.tool_change.low < 2.0 < fits.tool_change.high
    assert fits.tool_change.value == pytest.approx(2.0, abs=0.4)
    assert fits.colour_change.rows == 0


def test_stops_when_known_then_their_rate_and_length_are_found(fits):
    assert fits.stop_length.mean / 3600 == pytest.approx(5.0, rel=0.15)
    lost = fits.stop_length.mean / 3600 / fits.stop_every.value
    assert lost == pytest.approx(STOP_SHARE * 5 / 8, rel=0.35)
    assert fits.stop_every.low < fits.stop_every.value < fits.stop_every.high


def test_spread_when_four_per_cent_then_it_is_found(fits):
    assert fits.spread == pytest.approx(0.04, abs=0.01)


def test_tool_when_it_never_ran_then_the_setting_and_the_usual_ratio_are_taken(fits):
    estimate = fits.tools["T9"].cycle
    assert estimate.rows == 0
    assert estimate.confidence == "assumed"
    assert estimate.value == pytest.approx(20.0 * fits.cycle_ratio.value)
    assert any("T9" in gap.why for gap in fits.gaps)


def test_weekdays_when_sundays_are_free_then_they_are_found(mapping):
    visits = [made.visit(3 * d, cycles=900 + d) for d in range(28) if d % 7 != 6]
    found = fitting.fit(made.log(visits), mapping, ["T1"])
    assert found.weekdays == (0, 1, 2, 3, 4, 5)
    assert found.closed == ()


def test_cavities_when_some_were_shut_lately_then_those_in_use_are_taken(mapping):
    visits = [made.visit(n, cycles=900 + n, cavities=4 if n < 5 else 3) for n in range(9)]
    found = fitting.fit(made.log(visits), mapping, ["T1"]).tools["T1"]
    assert (found.cavities, found.standard) == (3, 4)


def test_copies_when_there_are_some_then_they_do_not_narrow_the_spread(mapping):
    rng = random.Random(3)
    honest = [made.visit(n, cycles=int(rng.gauss(1000, 60))) for n in range(20)]
    copied = [made.visit(n, cycles=1000, good=3999) for n in range(20, 40)]
    without = fitting.fit(made.log(honest), mapping, ["T1"]).spread
    assert fitting.fit(made.log([*honest, *copied]), mapping, ["T1"]).spread > 0.9 * without


def test_idle_machine_when_work_waits_then_it_counts_as_a_stop(mapping):
    visits = [made.visit(n, cycles=1000 + n) for n in range(6)]
    visits += [made.blank(6), made.blank(7)]
    visits += [made.visit(n, cycles=1000 + n) for n in range(8, 14)]
    waiting = fitting.fit(made.log(visits, [made.order()]), mapping, ["T1"])
    assert waiting.stop_length.n == 1
    assert waiting.stop_length.mean == pytest.approx(2 * SHIFT_S)
    nothing = fitting.fit(made.log(visits, []), mapping, ["T1"])
    assert nothing.stop_length.n == 0


def test_release_when_orders_wait_a_day_then_the_lag_is_one(mapping):
    visits = [made.visit(n, order="A1") for n in range(9)]
    late = made.order("B1", "B", received=1)
    visits += [made.visit(n, "M2", "B1", "B", "T2") for n in range(6, 9)]
    found = fitting.fit(made.log(visits, [made.order(), late]), mapping, ["T1", "T2"])
    assert found.release_lag == 1


@pytest.mark.parametrize(
    ("draw", "kind"),
    [
        (lambda rng: rng.expovariate(1 / 900), "exponential"),
        (lambda rng: rng.lognormvariate(6, 1.0), "lognormal"),
        (lambda rng: rng.gammavariate(9, 100), "gamma"),
    ],
)
def test_times_when_drawn_from_a_family_then_a_fit_that_passes_has_their_mean(draw, kind):
    rng = random.Random(5)
    values = [draw(rng) for _ in range(400)]
    found = losses.fit_times(values)
    assert found.passes
    assert found.mean == pytest.approx(sum(values) / len(values))
    if kind != "gamma":  # a gamma of shape 9 and a lognormal of its cv hardly differ
        assert found.kind == kind
