"""From tables to the canonical log: everything wrong is told at once, at its line."""

import datetime as dt

import pytest

from tests.history import made
from vtwin.base.errors import Refused
from vtwin.history import tables
from vtwin.history.mapping import load

ROW = "2024-03-04,1,M1,A1,A,T1,1000,4,3990,10"


@pytest.fixture
def plant(tmp_path):
    """A folder with a good plant, whose production table a test may replace."""
    folder = made.write_plant(tmp_path / "data", made.log([made.visit(0)], [made.order()]))

    usual = ",".join(made.HEADER)

    def read(*rows, header=usual, mapping=made.MAPPING, encoding="utf-8"):
        if rows or header != usual:
            text = "\n".join((header, *rows)) + "\n"
            (folder / "production.csv").write_bytes(text.encode(encoding))
        (folder / "mapping.yaml").write_text(mapping, encoding="utf-8")
        return tables.read_log(folder, load(folder / "mapping.yaml"))

    return read


def problems(read, *rows, **more):
    with pytest.raises(Refused) as caught:
        read(*rows, **more)
    return caught.value.problems


def test_tables_when_good_then_the_log_holds_what_was_written(plant):
    log = plant(ROW).log
    (visit,) = log.visits
    assert (visit.machine, visit.cycles, visit.pieces, visit.good) == ("M1", 1000, 4000, 3990)
    assert visit.scrap == (("scratch", 10),)
    assert visit.date == dt.date(2024, 3, 4)
    assert visit.where.line == 2
    assert log.tools["T1"].cycle_s == 20.0
    assert log.tools["T1"].fits == ("50",)


def test_column_when_missing_then_the_nearest_header_is_offered(plant):
    header = ",".join(made.HEADER).replace("Shots", "Shot")
    (problem,) = problems(plant, ROW, header=header)
    assert problem.code == "V408"
    assert "Shot'" in (problem.hint or "")


def test_cells_when_several_are_bad_then_all_are_told_at_their_lines(plant):
    found = problems(
        plant,
        ROW,
        "2024-03-04,2,M1,A1,A,T1,many,4,1,",
        "2024-03-04,3,M1,A1,A,T1,-5,4,1,",
        "the 4th,1,M1,A1,A,T1,10,4,1,",
    )
    told = {(p.code, p.where.line) for p in found}
    assert told == {("V412", 3), ("V413", 4), ("V409", 5)}


def test_number_when_it_has_a_decimal_comma_then_the_mapping_must_say_so(plant, tmp_path):
    bad = 'Mould,Cavities,Cycle,Class\nT1,4,"20,5",50\n'
    (tmp_path / "data" / "tools.csv").write_text(bad, encoding="utf-8")
    (problem,) = problems(plant)
    assert problem.code == "V412"
    assert "decimal comma" in (problem.hint or "")
    declared = made.MAPPING.replace("    file: tools.csv", '    file: tools.csv\n    decimal: ","')
    assert plant(mapping=declared).log.tools["T1"].cycle_s == 20.5


def test_dates_when_in_two_formats_then_both_are_read_and_it_is_told(plant):
    found = plant(ROW, "2024/03/05,1,M1,A1,A,T1,1000,4,3990,10")
    assert [v.date.day for v in found.log.visits] == [4, 5]
    assert "V411" in {w.code for w in found.warnings}


def test_dates_when_day_and_month_could_be_exchanged_then_the_mapping_must_say_so(plant):
    rows = (ROW.replace("2024-03-04", "03/04/2024"), ROW.replace("2024-03-04", "05/04/2024"))
    (problem,) = problems(plant, *rows)
    assert problem.code == "V410"
    columns = "    columns: {date: Day"
    declared = made.MAPPING.replace(columns, f'    dates: "%d/%m/%Y"\n{columns}', 1)
    assert {v.date.month for v in plant(*rows, mapping=declared).log.visits} == {4}


def test_dates_when_some_are_open_and_others_in_another_format_then_only_that_is_told(plant):
    rest = ROW.split(",", 1)[1]
    found = problems(plant, ROW, f"02/03/2024,{rest}", f"2024-03-05,{rest}", f"25/03/2024,{rest}",
                     f"03/26/2024,{rest}")  # fmt: skip
    assert [p.code for p in found] == ["V410"]


def test_dates_when_only_one_reading_fits_all_then_it_is_taken(plant):
    rows = (ROW.replace("2024-03-04", "03/04/2024"), ROW.replace("2024-03-04", "25/04/2024"))
    assert [v.date for v in plant(*rows).log.visits] == [dt.date(2024, 4, 3), dt.date(2024, 4, 25)]


def test_shift_when_unknown_then_the_known_ones_are_named(plant):
    (problem,) = problems(plant, ROW.replace(",1,M1", ",4,M1"))
    assert problem.code == "V415"
    assert "1, 2, 3" in (problem.hint or "")


def test_master_when_a_name_is_there_twice_then_the_first_is_taken_and_it_is_told(plant, tmp_path):
    twice = "Mould,Cavities,Cycle,Class\nT1,4,20,50\nT1,8,30,50\n"
    (tmp_path / "data" / "tools.csv").write_text(twice, encoding="utf-8")
    found = plant()
    assert found.log.tools["T1"].cavities == 4
    assert [(w.code, w.where.line) for w in found.warnings] == [("V414", 3)]


def test_failed_formula_when_in_a_cell_then_it_is_nothing_and_counted(plant, tmp_path):
    bad = "Mould,Cavities,Cycle,Class\nT1,#REF!,20,50\n"
    (tmp_path / "data" / "tools.csv").write_text(bad, encoding="utf-8")
    found = plant()
    assert found.log.tools["T1"].cavities is None
    assert [name for name, _ in found.broken_cells] == ["tools.cavities"]


def test_files_when_two_are_missing_then_both_are_told(plant, tmp_path):
    for name in ("orders.csv", "tools.csv"):
        (tmp_path / "data" / name).unlink()
    assert [p.code for p in problems(plant)] == ["V402", "V402"]


def test_folder_when_it_is_not_there_then_it_is_refused(tmp_path):
    (tmp_path / "m.yaml").write_text(made.MAPPING, encoding="utf-8")
    with pytest.raises(Refused) as caught:
        tables.read_log(tmp_path / "none", load(tmp_path / "m.yaml"))
    assert [p.code for p in caught.value.problems] == ["V402"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("cycles: Shots", "cicles: Shots", "no 'cicles'"),
        ("unit: s", "unit: kg", "kg"),
        ("  visits:", "  visitors:", "no table 'visitors'"),
        ("source: a made plant", "sauce: a made plant", "sauce"),
        ("00:00-08:00", "8 to 16", "time window"),
        ("source: a made plant", "source: a\norder_month: '('", "not a pattern"),
        ("source: a made plant", "source: a\norder_month: 'A(.)'", "year and month"),
        ("source: a made plant", "source: a\nequipment_model: press_{tons}", "{size}"),
        ("    file: tools.csv", '    file: tools.csv\n    dates: "%Q"', "does not name a day"),
        ("columns: {date: Day, shift: Shift,", "columns: {date: Day,", "'shift'"),
    ],
)
def test_mapping_when_something_is_misspelt_then_its_line_is_named(tmp_path, old, new, told):
    file = tmp_path / "m.yaml"
    file.write_text(made.MAPPING.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(Refused) as caught:
        load(file)
    found = [p for p in caught.value.problems if told in str(p)]
    assert found
    assert all(p.code == "V401" and p.where.line for p in caught.value.problems)
