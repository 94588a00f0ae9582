"""From files to a scenario folder that checks, runs and can be judged."""

import datetime as dt
import os
import random

import pytest

from tests.history import made
from vtwin.app import history
from vtwin.base.errors import Refused
from vtwin.history import learn, planning, writing
from vtwin.scenario.build import build, check
from vtwin.scenario.load import load, variants

CUT = made.DAY + dt.timedelta(14)


def small_plant():
    """Two machines and three moulds for four weeks without the Sundays; orders of a week."""
    rng = random.Random(11)
    days = [d for d in range(28) if d % 7 != 6]
    cycle = {"T1": 20.0, "T2": 24.0, "T3": 30.0}
    product = {"T1": "A", "T2": "B", "T3": "C"}
    visits, quantity, orders = [], {}, {}
    for machine, turn in (("M1", ("T1", "T2")), ("M2", ("T3", "T1", "T2"))):
        for n, day in enumerate(days):
            for shift in range(3):
                tool = turn[(n // 6) % len(turn)]
                order = f"{product[tool]}{machine}{n // 6}"
                lost = 5_400 if n % 6 == 0 and shift == 0 and n else 0
                cycles = int((28_800 * rng.gauss(0.97, 0.05) - lost) / cycle[tool])
                good = int(4 * cycles * rng.uniform(0.95, 1.0))
                visits.append(
                    made.visit(
                        3 * day + shift, machine, order, product[tool], tool, cycles, good=good
                    )
                )
                quantity[order] = quantity.get(order, 0) + good
                orders.setdefault(order, (product[tool], (n // 6) * 7))
    book = [
        made.order(o, p, quantity[o], received=due - 2, due=due + 8)
        for o, (p, due) in orders.items()
    ]
    return made.log(visits, book)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return made.write_plant(tmp_path_factory.mktemp("plant") / "data", small_plant())


@pytest.fixture(scope="module")
def learned(data):
    return history.learn(data, data / "mapping.yaml", data.parent / "twin", CUT)


def refused(*arguments):
    with pytest.raises(Refused) as caught:
        history.learn(*arguments)
    return [p.code for p in caught.value.problems]


def test_scenario_when_learned_then_it_is_in_order_with_all_its_variants(learned):
    assert check(learned.scenario) == []
    assert variants(load(learned.scenario))[:1] == ["quick-changes"]


def test_scenario_when_learned_then_nothing_after_the_cut_was_used(data, learned, tmp_path):
    """S: the same plant with another second half gives the same parameters."""
    changed = small_plant()
    early = [v for v in changed.visits if v.date < CUT]
    late = [
        made.visit(200, v.machine, v.order, v.product, v.tool, 77, line=v.where.line,
                   date=v.date, shift=v.shift)
        for v in changed.visits
        if v.date >= CUT
    ]  # fmt: skip
    other = made.write_plant(tmp_path / "data", made.log([*early, *late], changed.orders.values()))
    again = history.learn(other, other / "mapping.yaml", tmp_path / "twin", CUT)
    assert again.parameters == learned.parameters
    same = (tmp_path / "twin" / "orders.csv").read_text() == (
        learned.folder / "orders.csv"
    ).read_text()
    assert same


def test_orders_when_partly_made_before_the_cut_then_the_rest_is_ordered(learned):
    program = build(load(learned.scenario))
    made_later = {v.order: 0 for v in small_plant().visits if v.date >= CUT}
    assert {o.name for o in program.orders} == set(made_later)


def test_program_when_learned_then_the_moulds_are_where_they_were_left(learned):
    program = build(load(learned.scenario))
    at = {
        m.name: program.tools[m.initial_tool].name for m in program.machines if m.initial_tool >= 0
    }
    before = small_plant().before(CUT)
    assert at.items() <= planning.mounted(before, CUT).items()


def test_learning_when_done_twice_then_the_files_are_the_same(data, learned, tmp_path):
    again = history.learn(data, data / "mapping.yaml", data.parent / "twin2", CUT)
    for name in ("scenario.yaml", "orders.csv", "parameters.md", "data-quality.md"):
        first = (learned.folder / name).read_text(encoding="utf-8")
        assert (again.folder / name).read_text(encoding="utf-8") == first


def test_twin_when_judged_then_the_month_is_near_and_every_measure_is_there(learned):
    result = history.validate(learned.scenario, replications=2)
    lines = {line.measure: line for line in result.validity.lines}
    assert abs(lines["good pieces"].error) < 0.10
    assert set(lines) == {
        "good pieces", "shots", "scrap share", "machine hours", "good pieces by day",
        "shots by day", "completion dates",
    }  # fmt: skip
    text = "\n".join(history.report_lines(result))
    assert "naive" in text
    told = result.to_json()
    assert told["judged_from"] == CUT.isoformat()
    assert told["measures"][0]["twin"]["unit"] == "pieces"


def test_result_when_asked_for_data_then_every_parameter_has_rows_and_a_confidence(learned):
    told = learned.to_json()
    assert all(p["confidence"] in ("high", "fair", "low", "assumed") for p in told["parameters"])
    assert any(g["name"] == "costs" for g in told["gaps"])
    assert "Gaps" in history.report_lines(learned)


def test_learning_when_the_cut_is_before_the_records_then_it_is_refused(data, tmp_path):
    out = tmp_path / "twin"
    assert refused(data, data / "mapping.yaml", out, made.DAY) == ["V420"]
    assert not out.exists()


def test_learning_when_a_table_is_broken_then_nothing_is_written(data, tmp_path):
    (tmp_path / "empty").mkdir()
    codes = refused(tmp_path / "empty", data / "mapping.yaml", tmp_path / "twin", CUT)
    assert codes == ["V402"] * 5
    assert not (tmp_path / "twin").exists()


def test_folder_when_it_holds_a_scenario_somebody_wrote_then_it_is_left_alone(data, tmp_path):
    (tmp_path / "scenario.yaml").write_text("vtwin: 1\n", encoding="utf-8")
    assert refused(data, data / "mapping.yaml", tmp_path, CUT) == ["V421"]
    assert (tmp_path / "scenario.yaml").read_text(encoding="utf-8") == "vtwin: 1\n"
    assert [p.name for p in tmp_path.iterdir()] == ["scenario.yaml"]


def test_model_when_the_library_has_none_of_it_then_learning_is_refused(data, tmp_path):
    text = made.MAPPING + "equipment_model: molding/injection_{size}kN\n"
    (tmp_path / "m.yaml").write_text(text, encoding="utf-8")
    assert refused(data, tmp_path / "m.yaml", tmp_path / "twin", CUT) == ["V701"]
    assert not (tmp_path / "twin").exists()


def test_folder_when_it_is_a_file_then_it_is_refused(tmp_path):
    (tmp_path / "twin").write_text("x", encoding="utf-8")
    with pytest.raises(Refused) as caught:
        learn.write({"scenario.yaml": "x"}, tmp_path / "twin")
    assert [p.code for p in caught.value.problems] == ["V421"]


def test_folder_when_the_disk_is_full_half_way_then_nothing_is_left(tmp_path, monkeypatch):
    done = []

    def replace_once(source, target):
        if done:
            raise OSError(28, "No space left on device")
        done.append(os.rename(source, target))

    monkeypatch.setattr(learn.os, "replace", replace_once)
    with pytest.raises(Refused) as caught:
        learn.write({"a.md": "1", "b.md": "2"}, tmp_path / "twin")
    assert "No space left" in str(caught.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("history_lines", "code"),
    [
        ("", "V422"),
        ("history: {log: ., map: m.yaml, until: '2024-03-18'}\n", "V422"),
        ("history: {log: ., map: m.yaml, until: 'soon', judge_until: '2024-04-01'}\n", "V422"),
        ("history: {log: ., map: m.yaml, until: '2024-04-02', judge_until: '2024-04-01'}\n",
         "V422"),
    ],
)  # fmt: skip
def test_validate_when_the_history_is_amiss_then_it_says_so(tmp_path, history_lines, code):
    text = (
        "vtwin: 1\nname: a line\nrun: {horizon: 1 d}\nline: [s1]\n"
        "equipment: {s1: {cycle: 1 min}}\n" + history_lines
    )
    (tmp_path / "scenario.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(Refused) as caught:
        history.validate(tmp_path / "scenario.yaml")
    assert [p.code for p in caught.value.problems] == [code]


def test_validate_when_no_replication_is_asked_for_then_it_is_refused(learned):
    with pytest.raises(Refused) as caught:
        history.validate(learned.scenario, replications=0)
    assert [p.code for p in caught.value.problems] == ["V551"]


@pytest.mark.parametrize(
    "text", ["no", "12:30", "1e3", "0x1F", "a: b", "#1", "뚜껑", "A-1", "10236M"]
)
def test_text_when_written_to_yaml_then_it_is_read_back_unchanged(text):
    import yaml

    read = yaml.safe_load(f"- {writing.quoted(text)}")[0]
    assert str(read) == text


@pytest.mark.parametrize("below", ["", "new/er"])
def test_folder_when_it_cannot_be_written_then_that_is_said_before_the_work(
    tmp_path, monkeypatch, below
):
    def read_only(*_, **__):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(learn.tempfile, "TemporaryDirectory", read_only)
    with pytest.raises(Refused) as caught:
        history.learn(tmp_path / "no-records", tmp_path / "no-map.yaml", tmp_path / below)
    assert [p.code for p in caught.value.problems] == ["V421"]
    assert "Read-only" in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_folder_when_a_file_stands_in_its_way_then_that_is_said_before_the_work(tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(Refused) as caught:
        learn.may_write(tmp_path / "file" / "twin")
    assert [p.code for p in caught.value.problems] == ["V421"]


def test_folder_when_its_parents_are_missing_then_they_are_made_or_none_is_left(
    tmp_path, monkeypatch
):
    learn.may_write(tmp_path / "a" / "b")
    assert list(tmp_path.iterdir()) == []
    learn.write({"a.md": "1"}, tmp_path / "a" / "b")
    assert [p.name for p in (tmp_path / "a" / "b").iterdir()] == ["a.md"]

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(learn.os, "replace", full)
    with pytest.raises(Refused):
        learn.write({"a.md": "1"}, tmp_path / "c" / "d")
    assert [p.name for p in tmp_path.iterdir()] == ["a"]
