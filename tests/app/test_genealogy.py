"""Where a part came from and where something suspect went, as a person asks."""

import csv
import json
from io import StringIO

import pytest

from vtwin import cli
from vtwin.app import overview
from vtwin.app.genealogy import Question, follow
from vtwin.app.report import study_html
from vtwin.app.runs import run
from vtwin.base.errors import Refused
from vtwin.results.store import Store

PLANT = """\
vtwin: 1
name: Pump units
run: {start: 2026-03-02, horizon: 16 h, replications: 2, seed: 3}
currency: KRW
calendars: {day: {daily: ["06:00-14:00"]}}
products:
  blank:
    material: {cost: 300 KRW, lot: 20 pieces, name: bar}
    template:
      material: 42CrMo4
      settings: {press: {billet temperature: 1150 °C}}
    route:
      - {op: press, on: press, tool: die, cycle: 4 min, scrap: {cracks: 6 %, laps: 4 %}, operator: smith}
  unit:
    parts: {blank: 2}
    route:
      - {op: join, on: bench, cycle: 8 min}
      - {op: test, on: tester, cycle: 3 min, rework: {to: test, chance: 30 %, most: 1}}
orders:
  - {product: blank, order: B1, quantity: 48}
  - {product: unit, order: U1, quantity: 24, replace_scrap: false}
tools:
  die: {on: press, life: 25 strokes, renew: 20 min}
equipment:
  press: {calendar: day, cost: 20000 KRW/h}
  bench: {}
  tester: {}
people:
  smith: {count: 1, calendar: day}
"""


@pytest.fixture(scope="module")
def plant(tmp_path_factory):
    path = tmp_path_factory.mktemp("pumps") / "plant.yaml"
    path.write_text(PLANT, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def followed(plant):
    return follow(plant, engine="reference")


def test_part_when_asked_backward_then_card_has_steps_people_tools_and_template(followed):
    serial = followed.found.shipped[-1]
    card = followed.part(serial)
    assert (card["product"], card["order"], card["fate"]) == ("unit", "U1", "shipped")
    assert [step["operation"] for step in card["steps"]][:2] == ["join", "test"]
    blank = card["components"][0]
    (step,) = blank["steps"]
    assert (step["machine"], step["operators"]) == ("press", ["smith#1"])
    assert step["settings"] == {"billet temperature": {"value": 1150.0, "unit": "°C"}}
    assert step["shift"] == "2026-03-02 06:00:00-14:00:00"
    assert step["tool"].startswith("die#1/")
    assert card["lots"] == list(
        dict.fromkeys(lot["lot"] for c in card["components"] for lot in c["material"])
    )
    assert {"press", "bench", "tester"} == set(card["machines"])
    json.dumps(card)


def test_suspects_when_asked_forward_then_they_agree_with_the_cards(followed):
    cards = {serial: followed.part(serial) for serial in followed.found.shipped}
    for lot in ("bar/1", "bar/2"):
        called = followed.call_back(Question(lot=lot))
        assert called.shipped == tuple(s for s, card in cards.items() if lot in card["lots"])
    die = followed.call_back(Question(tool="die#1/2"))
    assert die.shipped == tuple(s for s, card in cards.items() if "die#1/2" in card["tools"])
    assert followed.call_back(Question(tool="die")).shipped == followed.found.shipped
    dated = Question(machine="press", since="2026-03-02 06:00", until="2026-03-02 07:00")
    hour = followed.call_back(dated)
    assert hour == followed.call_back(Question(machine="press", since="6 h", until="7 h"))
    assert 0 < len(hour.shipped) < len(followed.found.shipped)
    worker = followed.call_back(Question(worker="smith", since="0 h", until="6 h"))
    assert (worker.shipped, worker.pieces) == ((), 0)  # he begins at 6


def test_travellers_when_written_then_a_row_per_step_with_causes(followed):
    rows = list(csv.DictReader(StringIO(followed.csv())))
    assert sum(1 for h in followed.found.items for _ in h.visits) == len(
        [row for row in rows if row["operation"]]
    )
    causes = {row["causes"].split()[0] for row in rows if row["causes"]}
    assert causes == {"cracks", "laps", "rework"}  # the last of them is the rework limit
    assert "sent back" in {row["outcome"] for row in rows}
    first = rows[0]
    assert (first["product"], first["lots"], first["settings"]) == (
        "blank", "bar/1", "billet temperature 1150 °C",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("question", "hint"),
    [
        (Question(lot="bar/99"), "lots are bar/1 to bar/"),
        (Question(lot="bat/1"), "did you mean 'bar'?"),
        (Question(tool="dye"), "did you mean 'die'?"),
        (Question(tool="die#x"), "die#2"),
        (Question(machine="pres"), "did you mean 'press'?"),
        (Question(machine="press", since="3 h", until="2 h"), "--from 2h --to 3h"),
        (Question(worker="smyth"), "did you mean 'smith#1'?"),
        (Question(machine="press", since="soon"), "1.5 min"),
    ],
)
def test_suspect_when_it_is_not_in_the_run_then_told_what_is(followed, question, hint):
    with pytest.raises(Refused) as refused:
        followed.call_back(question)
    (problem,) = refused.value.problems
    assert problem.code == "V558"
    assert hint in problem.hint


def test_part_when_there_is_none_of_this_number_then_told_which_there_are(followed):
    with pytest.raises(Refused, match="numbered from 0 to"):
        followed.part(10_000)


def test_run_when_lots_and_causes_are_named_then_figures_in_json_and_report(plant):
    result = run(plant, store=False, engine="reference", trace=True)
    body = result.to_json()
    assert {row["cause"] for row in body["scrap"]} >= {"cracks", "laps"}
    kinds = {row["kind"] for row in body["recall"]}
    assert kinds == {"material", "tool", "machine", "worker"}
    assert body["templates"]["blank"]["material"] == "42CrMo4"
    page = study_html(result)
    assert page.count("Scrap by cause") == 2  # heading and picture
    assert "Recall radius" in page
    again = run(plant, store=False, engine="kernel").to_json()
    for key in ("scrap", "recall"):
        assert again[key] == body[key]


def test_screen_when_a_run_is_kept_then_it_has_scrap_by_cause_and_the_widest_of_each_kind(
    plant, tmp_path
):
    store = f"{tmp_path}/runs.sqlite"
    result = run(plant, store=store, engine="reference")
    with Store(store) as kept:
        summary = kept.run(result.run_id).summary
    causes = overview.scrap(summary)
    assert {"cracks", "laps"} <= {one.cause for one in causes}
    assert sum(one.share for one in causes) == pytest.approx(1.0)
    widest = {one.kind: one for one in overview.recall(summary)}
    machines = [row for row in result.recall if row.kind == "machine"]
    assert widest["machine"].mean == max(row.mean.mean or 0 for row in machines)
    assert overview.scrap({}) == overview.recall({}) == ()


def test_command_when_asked_then_answers_in_words_json_and_table(plant, tmp_path, capsys):
    assert cli.run(["genealogy", str(plant), "--travellers", str(tmp_path / "t.csv")]) == 0
    assert "--lot" in capsys.readouterr().out
    assert (tmp_path / "t.csv").read_text(encoding="utf-8").startswith("part,product,order,lots")
    assert cli.run(["genealogy", str(plant), "--lot", "bar/1", "--json", str(tmp_path / "l")]) == 0
    told = capsys.readouterr().out
    answer = json.loads((tmp_path / "l").read_text(encoding="utf-8"))
    assert f"lot bar/1 went into {answer['pieces']} shipped pieces" in told
    assert cli.run(["genealogy", str(plant), "--part", str(answer["parts"][0])]) == 0
    told = capsys.readouterr().out
    assert "Everything that went into it" in told
    assert "bar/1" in told
    assert cli.run(["genealogy", str(plant), "--machine", "prss"]) == 1
    assert "V558" in capsys.readouterr().err
    assert cli.run(["genealogy", str(plant), "--part", "1", "--lot", "bar/1"]) == 2
    assert cli.run(["genealogy", str(plant), "--from", "2 h"]) == 2
