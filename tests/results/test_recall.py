"""The recall radius and scrap by cause, worked out by hand."""

from dataclasses import replace

import numpy as np
import pytest

from tests.engines.plants import Plant
from tests.results.lots import follow, with_lots
from vtwin.engines.choose import engine as choose
from vtwin.plant.primitives import Cause
from vtwin.results.genealogy import genealogy
from vtwin.results.recall import is_followed, radius, recall_rows, suspects
from vtwin.results.scrap import by_cause, categories, counts, scrap_rows


def line():
    """A part each 600 s through press, ageing and test; observed from 1 h to 4 h.

    Part k is on the press [600 k, 600 (k + 1)) and leaves at 600 (k + 3): 0 to 20 are shipped, 21
    to 23 are still inside. Material in lots of 10, a die for 4 strokes, three shifts.
    """
    plant = Plant(horizon=14400, warmup=3600)
    plant.calendars["shifts"] = [(0, 3600), (3600, 9000), (9000, 14400)]
    plant.tools["die"] = {"count": 1, "life": 4, "renew": 0}
    plant.station("press").station("age").station("test").saturated("p")
    plant.product(
        "p",
        {"op": "1", "on": "press", "cycle": 600, "tool": "die", "skill": "run"},
        {"op": "2", "on": "age", "cycle": 600},
        {"op": "3", "on": "test", "cycle": 600, "scrap": 1e-15},
    )
    plant.worker("a#1", ["run"], calendar="shifts")
    return with_lots(plant.program(), p=10)


@pytest.fixture(params=["reference", "kernel"])
def figures(request):
    program = line()
    tally = choose(request.param, program).simulate(program, 0, trace=True)
    found = radius(genealogy(program, tally.trace, 0), tally)
    return {
        (kind, name): row for (kind, _, name), row in zip(suspects(program), found, strict=True)
    }


def test_radius_of_a_lot_when_one_is_whole_then_it_is_that_lot(figures):
    # Lot 1 began before the warm-up, of lot 3 only four parts were made.
    assert figures["material", "p"].tolist()[:5] == [1, 10, 10, 10, pytest.approx(10 / 21)]


def test_radius_of_a_die_when_lives_are_whole_then_each_is_its_strokes(figures):
    # Lives 3, 4 and 5 (parts 8 to 19); 1 and 2 began in the warm-up, 6 has parts inside.
    assert figures["tool", "die"].tolist()[:4] == [3, 4, 4, 4]


def test_radius_of_an_hour_when_its_parts_are_gone_then_it_is_what_was_made_in_it(figures):
    # Hours 1 and 2 of the press: six parts each; those of hour 3 are still inside.
    assert figures["machine", "press"].tolist()[:4] == [2, 6, 6, 6]


def test_radius_of_a_shift_when_it_is_over_then_it_is_what_he_worked_on(figures):
    # From 3600 s to 9000 s he presses parts 6 to 14.
    assert figures["worker", "a#1"].tolist()[:4] == [1, 9, 9, 9]


def test_pieces_until_a_result_when_the_test_comes_later_then_what_was_made_meanwhile(figures):
    # Its own, and those that end 600 and 1200 s later, when the test is over; ageing one less.
    assert figures["machine", "press"][5] == 3
    assert figures["machine", "age"][5] == 2
    assert figures["machine", "test"][5] == 1  # the test itself


def test_recall_when_replications_are_equal_then_the_interval_has_no_width():
    program = line()
    tally = choose("kernel", program).simulate(program, 0, trace=True)
    each = [radius(genealogy(program, tally.trace, 0), tally)] * 3
    rows = {row.name: row for row in recall_rows(program, each)}
    assert rows["die"].mean.mean == 4
    assert rows["die"].mean.half_width == 0
    assert rows["p"].to_json()["pieces_until_result"]["why"] == (
        "no later operation can refuse what it made"
    )
    assert recall_rows(program, []) == ()


def test_plants_when_neither_lots_nor_causes_are_named_then_nobody_follows_them():
    program = line()
    assert is_followed(program)
    assert not is_followed(replace(program, materials=()))


def scrapping():
    """Blanks of 100 at a press of 3600 an hour, 2 s each; half of all units of two are refused.

    A unit costs its own 10, two blanks of 102 and 5 s of a bench at 720 an hour: 215.
    """
    plant = Plant(horizon=1000.0, warmup=100.0, seed=3)
    plant.station("press").station("bench")
    plant.product("blank", {"op": "press", "on": "press", "cycle": 2}).conwip("blank", 3)
    plant.stock("blank", 20)
    plant.product(
        "unit", {"op": "join", "on": "bench", "cycle": 5, "kit": {"blank": 2}, "scrap": 0.5}
    ).saturated("unit")
    program = plant.program()
    return replace(
        program,
        machines=tuple(
            replace(m, cost_per_h={"press": 3600.0, "bench": 720.0}[m.name])
            for m in program.machines
        ),
        products=tuple(
            replace(p, material_cost={"blank": 100.0, "unit": 10.0}[p.name])
            for p in program.products
        ),
        currency="KRW",
    )


@pytest.mark.parametrize("causes", [(), (Cause("gap", 0.2), Cause("scratch", 0.3))])
def test_scrap_when_counted_then_pieces_are_those_of_the_tally_and_cost_what_is_in_them(causes):
    program = with_lots(scrapping(), causes)
    tally = choose("kernel", program).simulate(program, 0, trace=True)
    counted = counts(genealogy(program, tally.trace, 0))
    followed = scrap_rows(program, [tally], [counted])
    plain = scrap_rows(program, [tally])
    scrapped = int(tally.product_scrap.sum())
    assert scrapped > 50
    assert sum(row.pieces.mean for row in followed) == scrapped
    assert [row.pieces.mean for row in plain] == [scrapped]
    assert sum(row.cost.mean for row in followed) == pytest.approx(215 * scrapped)
    assert {row.cause for row in followed} == ({c.name for c in causes} or {"scrap"})
    shares = by_cause(followed)
    assert sum(share for _, share in shares) == pytest.approx(1.0)
    assert [share for _, share in shares] == sorted((s for _, s in shares), reverse=True)


def test_causes_when_many_pieces_are_scrapped_then_their_shares_are_those_named():
    program = with_lots(scrapping(), (Cause("gap", 0.2), Cause("scratch", 0.3)))
    long = replace(program, run=replace(program.run, horizon=40_000 * 10**9))
    found = follow("kernel", long)
    named = [category.cause for category in categories(long)]
    gap, scratch = (int(counts(found)[named.index(name)]) for name in ("gap", "scratch"))
    # Binomial with about 4000 draws: four standard deviations.
    assert gap / (gap + scratch) == pytest.approx(0.4, abs=4 * np.sqrt(0.24 / (gap + scratch)))
