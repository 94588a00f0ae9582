"""Each check finds the fault planted for it, and nothing in clean records."""

import datetime as dt
from dataclasses import replace

import pytest

from tests.history import made
from vtwin.base.errors import Where
from vtwin.history import checks, quality, sheets
from vtwin.history.log import DayNote
from vtwin.history.mapping import load
from vtwin.history.tables import Imported


@pytest.fixture
def report(tmp_path):
    """The report on a log in memory."""
    (tmp_path / "m.yaml").write_text(made.MAPPING, encoding="utf-8")
    mapping = load(tmp_path / "m.yaml")

    def check(log, warnings=(), broken=()):
        return quality.check(Imported(log, tuple(warnings), {}, tuple(broken)), mapping)

    return check


def clean(count=12):
    """Shots that differ from shift to shift, four orders of 3 shifts."""
    return [made.visit(n, cycles=1000 + 7 * n, order="A1", good=3900 + n) for n in range(count)]


def of(report, check):
    finding = report.finding(check)
    return finding.rows, finding.examples


def test_records_when_clean_then_every_check_says_so(report):
    visits = clean(12)
    total = sum(v.good for v in visits)
    found = report(made.log(visits, [made.order(quantity=total)], machines=("M1",)))
    marked = {f.check for f in found.findings if f.severity == "warning"}
    assert marked == set()
    assert found.finding("Q07").of == 12


def test_record_when_copied_from_another_shift_then_the_copy_is_named(report):
    visits = [*clean(4), made.visit(7, cycles=1007, good=3901, line=99)]
    assert of(report(made.log(visits)), "Q05") == (1, ("production.csv:99",))


def test_record_when_short_and_equal_then_chance_is_not_called_a_copy(report):
    visits = [made.visit(n, cycles=checks.COPY_SHOTS - 1) for n in range(3)]
    assert report(made.log(visits)).finding("Q05").rows == 0


def test_record_when_blank_then_it_is_counted_apart_from_shifts_without_shots(report):
    visits = [*clean(3), made.blank(3), made.visit(4, cycles=0)]
    found = report(made.log(visits))
    assert (found.finding("Q01").rows, found.finding("Q02").rows) == (1, 1)


def test_scrap_when_causes_do_not_add_up_then_it_is_found(report):
    bad = replace(made.visit(3, good=3000, line=77), scrap=(("scratch", 5),))
    assert of(report(made.log([*clean(3), bad])), "Q07") == (1, ("production.csv:77",))


def test_pieces_when_not_shots_times_cavities_then_it_is_found(report):
    bad = replace(made.visit(3), pieces=4100)
    assert report(made.log([*clean(3), bad])).finding("Q06").rows == 1


def test_cavities_when_shut_then_it_is_noted_with_the_tool(report):
    finding = report(made.log([*clean(3), made.visit(3, cavities=3)])).finding("Q08")
    assert finding.rows == 1
    assert "T1" in finding.what


def test_shots_when_far_above_the_usual_then_the_shift_is_doubted(report):
    visits = [*clean(8), made.visit(8, cycles=1800, line=55)]
    assert of(report(made.log(visits)), "Q09") == (1, ("production.csv:55",))


def test_tool_when_on_two_machines_in_a_shift_then_both_are_found(report):
    visits = [*clean(3), made.visit(1, machine="M2", order="A2")]
    assert report(made.log(visits)).finding("Q11").rows == 2


def test_change_when_not_marked_then_it_is_found_and_a_marked_one_is_not(report):
    visits = [
        *clean(2),
        made.visit(2, order="B1", product="B", tool="T2", line=9),
        made.visit(3, order="A1", tool_change="T2>T1"),
    ]
    finding = report(made.log(visits)).finding("Q12")
    assert (finding.rows, finding.of) == (1, 2)


def test_tool_when_on_a_machine_it_does_not_fit_then_it_is_found(report):
    log = made.log(clean(3))
    log = replace(log, machines={"M1": replace(log.machines["M1"], size="100")})
    assert report(log).finding("Q13").rows == 3


def test_order_when_unknown_or_for_another_product_then_it_is_found(report):
    visits = [*clean(2), made.visit(2, order="X9"), made.visit(3, order="A1", product="B")]
    found = report(made.log(visits, [made.order()]))
    assert found.finding("Q15").rows == 2


def test_order_when_made_before_it_came_in_then_it_is_found(report):
    found = report(made.log(clean(6), [made.order(received=1)]))
    assert found.finding("Q16").rows == 3


def test_order_when_overproduced_then_it_is_a_warning(report):
    finding = report(made.log(clean(3), [made.order(quantity=5000)])).finding("Q17")
    assert finding.severity == "warning"
    assert "1 go beyond" in finding.what


def test_day_when_noted_as_closed_but_worked_then_it_is_found(report):
    log = made.log(clean(6))
    closed = replace(log, notes=(DayNote(Where("notes.csv", 2), made.DAY, None),))
    assert report(closed).finding("Q21").rows == 3


def test_day_when_silent_and_not_noted_then_it_is_found(report):
    log = made.log([*clean(3), made.visit(6, cycles=999)])
    noted = replace(
        log, notes=(DayNote(Where("notes.csv", 2), made.DAY - dt.timedelta(9), "Overtime"),)
    )
    assert "2024-03-05" in report(noted).finding("Q21").what


def test_shift_when_a_machine_has_no_record_then_the_gap_is_counted(report):
    visits = [*clean(3), made.visit(0, machine="M2", order="B1", product="B", tool="T2")]
    assert report(made.log(visits)).finding("Q03").rows == 2


def test_copies_of_a_table_when_a_cell_differs_then_it_is_shown():
    ours = sheets.Sheet("a.csv", ("k", "v"), ((2, ("x", "1")), (3, ("y", "2"))))
    theirs = sheets.Sheet("b.xlsx", ("k", "V"), ((2, ("x", 1.0)), (3, ("y", 3.0))))
    finding = quality._compare("Q30", ("b.xlsx",), [ours], [theirs], {"v": "V"})
    assert finding.rows == 1
    assert finding.examples == ("a.csv:3 / b.xlsx:3 v: 2.0 / 3.0",)


def test_report_when_written_then_text_page_and_data_say_the_same(report):
    found = report(made.log([*clean(3), made.blank(3)]))
    assert "Q01" in "\n".join(found.lines())
    assert "| Q01 |" in found.markdown()
    assert found.to_json()["checks"][0]["rows"] == 1
