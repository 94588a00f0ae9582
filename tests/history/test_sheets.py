"""Files as plants really write them."""

import pytest

from vtwin.base.errors import Refused
from vtwin.history import sheets


def refused(path, sheet=None):
    with pytest.raises(Refused) as caught:
        sheets.read(path, sheet)
    return caught.value.problems


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp949"])
def test_csv_when_in_any_usual_encoding_then_its_text_is_the_same(tmp_path, encoding):
    file = tmp_path / "a.csv"
    file.write_bytes("품목,수량\n사출 부품,3\n".encode(encoding))
    found = sheets.read(file)
    assert found.header == ("품목", "수량")
    assert found.rows == ((2, ("사출 부품", "3")),)


def test_csv_when_read_as_cp949_then_it_is_told(tmp_path):
    file = tmp_path / "a.csv"
    file.write_bytes("품목\n금형\n".encode("cp949"))
    assert [w.code for w in sheets.read(file).warnings] == ["V406"]


def test_csv_when_in_no_known_encoding_then_the_line_is_named(tmp_path):
    file = tmp_path / "a.csv"
    file.write_bytes(b"a,b\n1,2\n\xff\xff,3\n")
    (problem,) = refused(file)
    assert (problem.code, problem.where.line) == ("V405", 3)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_csv_when_delimited_otherwise_then_it_is_read_alike(tmp_path, delimiter):
    file = tmp_path / "a.csv"
    file.write_text(f"a{delimiter}b\n1{delimiter}2\n", encoding="utf-8")
    assert sheets.read(file).rows == ((2, ("1", "2")),)


def test_csv_when_a_quoted_cell_spans_lines_then_rows_keep_their_lines(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text('a,b\n"one\ntwo",2\n\n3,4\n', encoding="utf-8")
    assert [line for line, _ in sheets.read(file).rows] == [2, 5]


def test_csv_when_a_row_has_a_cell_too_many_then_it_is_refused_at_its_line(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("a,b\n1,2\n1,2,3\n4\n", encoding="utf-8")
    problems = refused(file)
    assert [(p.code, p.where.line) for p in problems] == [("V407", 3), ("V407", 4)]


@pytest.mark.parametrize("text", ["", "\n\n", "a,b\n", "\ufeff"])
def test_csv_when_there_is_nothing_in_it_then_it_is_refused(tmp_path, text):
    file = tmp_path / "a.csv"
    file.write_text(text, encoding="utf-8")
    assert [p.code for p in refused(file)] == ["V404"]


def test_file_when_it_is_not_there_then_a_near_name_is_offered(tmp_path):
    (tmp_path / "orders.csv").write_text("a\n1\n", encoding="utf-8")
    (problem,) = refused(tmp_path / "order.csv")
    assert problem.code == "V402"
    assert "orders.csv" in (problem.hint or "")


@pytest.mark.parametrize("name", ["a.xlsx", "a.xlsb"])
def test_workbook_when_it_is_none_then_it_is_refused_without_a_traceback(tmp_path, name):
    (tmp_path / name).write_bytes(b"this is no workbook")
    assert [p.code for p in refused(tmp_path / name)] == ["V403"]


def test_file_when_of_an_unknown_kind_then_it_is_refused(tmp_path):
    (tmp_path / "a.pdf").write_bytes(b"x")
    assert [p.code for p in refused(tmp_path / "a.pdf")] == ["V403"]


def test_workbook_when_read_then_rows_keep_their_numbers_and_days(tmp_path):
    import datetime as dt

    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["Day", "Shots"])
    book.active.append([dt.datetime(2024, 3, 4), 12])
    book.active.append([None, None])
    book.active.append([dt.datetime(2024, 3, 5), 13.5])
    book.save(tmp_path / "a.xlsx")
    found = sheets.read(tmp_path / "a.xlsx")
    assert [(line, cells[1]) for line, cells in found.rows] == [(2, 12.0), (4, 13.5)]
    assert sheets.as_text(found.rows[0][1][0]) == "2024-03-04"
    assert sheets.as_text(found.rows[0][1][1]) == "12"
    assert [p.code for p in refused(tmp_path / "a.xlsx", "Sheet9")] == ["V403"]
