"""The real plant: what is in its records, what is wrong with them, what is learned from them."""

import datetime as dt
import os
import re
from pathlib import Path

import pytest

from vtwin.app import history
from vtwin.history import checks, fitting, planning, quality, tables
from vtwin.history.mapping import load

ROOT = Path(__file__).resolve().parents[2]
RECORDS = ROOT.parent / "shared" / "data" / "injection_plant"
SHIPPED = ROOT / "scenarios" / "injection_plant"
CUT = dt.date(2018, 12, 1)

pytestmark = pytest.mark.records


@pytest.fixture(scope="module")
def records():
    if not RECORDS.is_dir():
        reason = f"no plant records at {RECORDS}"
        return pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    return RECORDS


@pytest.fixture(scope="module")
def mapping():
    return load(SHIPPED / "mapping.yaml")


@pytest.fixture(scope="module")
def imported(records, mapping):
    return tables.read_log(records, mapping)


@pytest.fixture(scope="module")
def report(imported, mapping):
    return quality.check(imported, mapping)


@pytest.fixture(scope="module")
def november(imported, mapping):
    log = imported.log.before(CUT)
    return log, fitting.fit(log, mapping, log.tools)


def test_tables_when_read_then_nothing_is_lost(imported):
    log = imported.log
    assert (len(log.visits), len(log.orders), len(log.tools), len(log.machines)) == (
        1385, 190, 66, 11,
    )  # fmt: skip
    assert sum(v.cycles for v in log.visits) == 1_673_867
    assert {w.code for w in imported.warnings} == {"V414"}


@pytest.mark.parametrize(
    ("check", "rows"),
    [
        ("Q01", 35),  # no order, mould or product
        ("Q02", 26),  # an order and no shot
        ("Q03", 9),  # the last shift of the year
        ("Q05", 83),  # copied from another shift
        ("Q06", 0),
        ("Q07", 0),
        ("Q08", 436),  # cavities shut
        ("Q10", 650),  # faster than the setting
        ("Q12", 74),  # changes without a mark
        ("Q17", 112),  # orders exact to the piece
        ("Q18", 18),  # orders set aside
        ("Q22", 2),  # NO.10 and NO.11
        ("Q24", 5),  # recipes twice
        ("Q30", 0),  # the monthly reports agree
        ("Q31", 3),  # #REF! in moldInfo.xlsx
    ],
)
def test_quality_when_checked_then_the_known_faults_are_found(report, check, rows):
    assert report.finding(check).rows == rows


def test_copies_when_looked_for_then_the_known_one_is_among_them(imported):
    first = ("NO.05", dt.date(2018, 11, 10), 2)
    second = ("NO.05", dt.date(2018, 11, 12), 0)
    groups = [
        {(v.machine, v.date, v.shift) for v in group} for group in checks.copies(imported.log)
    ]
    assert any({first, second} <= group for group in groups)


def test_calendar_when_learned_then_sundays_and_the_noted_days_are_free(november):
    fits = november[1]
    assert fits.weekdays == (0, 1, 2, 3, 4, 5)
    assert dt.date(2018, 11, 17) in fits.closed
    assert dt.date(2018, 12, 15) in fits.closed


def test_release_when_learned_then_orders_wait_a_day_and_for_their_month(november):
    fits = november[1]
    assert fits.release_lag == 1
    assert fits.month_bound


def test_moulds_when_the_month_ends_then_they_are_where_they_were_used_last(november):
    mounted = planning.mounted(november[0], CUT)
    assert len(mounted) == 9
    assert mounted["NO.01"] == "14000CBQ-M-001"
    assert mounted["NO.07"] == "10000CBR-M-001"


def test_orders_when_the_month_ends_then_one_of_november_is_left(november, mapping):
    log, fits = november
    book = planning.open_orders(log, mapping, fits, CUT, dt.date(2019, 1, 1))
    left = [o for o in book if o.line.order.startswith("IM1811")]
    assert [(o.line.order, o.rest, o.set_aside) for o in left] == [("IM1811001", 49_997, True)]
    assert len(book) == 52


def test_shipped_scenario_when_learned_anew_then_it_is_the_one_in_the_folder(records, tmp_path):
    """What is shipped is what the records and this code give, word for word; but for what may be
    reallocated, which no record says.
    """
    learned = history.learn(records, SHIPPED / "mapping.yaml", tmp_path / "twin", CUT)
    for name in ("orders.csv", "data-quality.md", "parameters.md"):
        again = (learned.folder / name).read_text(encoding="utf-8")
        assert again == (SHIPPED / name).read_text(encoding="utf-8"), name
    lines = (learned.folder / "scenario.yaml").read_text(encoding="utf-8").splitlines()
    text = (SHIPPED / "scenario.yaml").read_text(encoding="utf-8")
    by_hand = re.search(r"# What `vtwin optimise`.*?\nreallocate:\n.*?(?=\n\S)", text, re.DOTALL)
    shipped = text.replace(by_hand.group(), "").splitlines()
    differing = {line for line in {*lines} ^ {*shipped} if not line.startswith("  log: ")}
    assert differing == set()


@pytest.mark.slow
def test_twin_when_judged_by_december_then_the_quantities_are_within_their_aims(records):
    found = history.validate(SHIPPED / "scenario.yaml", replications=10).validity
    assert found.line("good pieces").met
    assert found.line("shots").met
    assert found.line("machine hours").met
    for measure in ("good pieces", "shots", "machine hours", "completion dates"):
        assert found.line(measure).better, measure
    assert found.line("completion dates").known_sequence < 2.0
