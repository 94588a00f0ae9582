"""Sweeps as a user sees them: answers, the file they are kept in, stopping and going on."""

import json

import numpy as np
import pytest

from vtwin.app import sweeps
from vtwin.app.sweep_report import sweep_html
from vtwin.app.sweeps import Wishes
from vtwin.base.errors import Refused
from vtwin.cli import run as command
from vtwin.studies import warmup
from vtwin.studies.run_many import run_many

PLANT = """\
vtwin: 1
name: small
run: {horizon: 60 h, warmup: 2 h, seed: 3}
line: [a, b1, b]
equipment:
  a: {cycle: {exponential: {mean: 1 min}}}
  b: {cycle: {exponential: {mean: 1 min}}}
  b1: {capacity: 2}
"""
VARY = ("equipment.b1.capacity=0..2", "equipment.b.count=1,2")


@pytest.fixture
def plant(tmp_path):
    file = tmp_path / "plant.yaml"
    file.write_text(PLANT, encoding="utf-8")
    return file


def swept(plant, vary=VARY, n=4, **kwargs):
    wishes = Wishes(vary=vary, replications=n, **kwargs.pop("wishes", {}))
    return sweeps.sweep(plant, wishes=wishes, store=False, **kwargs)


def values(result):
    return result.sweep.values


def test_sweep_when_run_then_each_point_is_that_plant_under_the_same_seed(plant):
    from vtwin.app import runs

    result = swept(plant)
    assert len(result.sweep.points) == 6
    for row, (places, count) in enumerate(result.sweep.points):
        alone = runs.run(
            plant, replications=4, store=False,
            overrides={"equipment.b1.capacity": places, "equipment.b.count": count},
        )  # fmt: skip
        assert result.sweep.figure(row, 0).mean == alone.summary.kpis["good_per_day"].mean
    best = result.sweep.points[result.order[0]]
    assert best == ("2", "2")
    calls = {result.sweep.points[r]: call for r, call in result.sweep.calls().items()}
    assert calls["0", "1"] == "rejected"
    assert calls[best] in ("best", "possible best")


def test_sweep_when_workers_engine_and_store_differ_then_the_same_answer(plant, tmp_path):
    wanted = values(swept(plant, n=3))
    assert (values(swept(plant, n=3, workers=1)) == wanted).all()
    assert (values(swept(plant, n=3, engine="reference")) == wanted).all()
    url = f"sqlite:///{tmp_path / 'runs.db'}"
    for _ in range(2):
        kept = sweeps.sweep(plant, wishes=Wishes(vary=VARY, replications=3), store=url)
        assert (values(kept) == wanted).all()


def test_file_when_the_sweep_is_stopped_then_the_same_command_goes_on(plant, tmp_path, monkeypatch):
    monkeypatch.setattr("vtwin.studies.sweep._ROUND", 6)
    whole = values(swept(plant, n=6))
    out = tmp_path / "sweep.csv"
    rounds = []
    stopped = swept(
        plant, n=6, out=out, progress=lambda _, share: rounds.append(share),
        cancelled=lambda: len(rounds) >= 2,
    )  # fmt: skip
    assert stopped.sweep.interrupted
    assert stopped.sweep.replications == 2
    with out.open("a") as file:
        file.write("0,1,2,99")  # a row that was being written when the power went
    again = swept(plant, n=6, out=out)
    assert again.known == 12
    assert not again.sweep.interrupted
    assert (values(again) == whole).all()
    third = swept(plant, n=6, out=out)
    assert third.known == 36
    assert (values(third) == whole).all()


def test_file_when_it_holds_something_else_then_refused_and_left_alone(plant, tmp_path):
    out = tmp_path / "sweep.csv"
    out.write_text("my,own,figures\n1,2,3\n")
    with pytest.raises(Refused, match="no table of a sweep"):
        swept(plant, out=out)
    assert out.read_text() == "my,own,figures\n1,2,3\n"
    out.unlink()
    swept(plant, n=1, out=out)
    before = out.read_text()
    with pytest.raises(Refused, match="another plant, design or version"):
        swept(plant, vary=("equipment.b1.capacity=0..4",), n=1, out=out)
    assert out.read_text() == before


def test_sweep_when_stopped_at_once_then_nothing_is_claimed(plant):
    with pytest.raises(KeyboardInterrupt):
        swept(plant, cancelled=lambda: True)


def test_auto_when_precision_is_asked_then_every_point_has_it(plant):
    result = swept(plant, n="auto", wishes={"precision": 0.02})
    for row in range(len(result.sweep.points)):
        found = result.sweep.figure(row, 0)
        assert found.half_width <= 0.02 * found.mean
    assert result.sweep.replications > 5
    assert swept(plant, n="auto", wishes={"precision": 0.5}).sweep.replications == 5


def test_point_when_it_is_no_plant_then_said_and_the_others_run(plant):
    file = plant.with_name("people.yaml")
    file.write_text(PLANT + "people: {p: {count: 1, skills: [load]}}\n", encoding="utf-8")
    vary = ("equipment.b1.capacity=1,2", "run.warmup=1 h,60 h")
    result = swept(file, vary=vary, n=2)
    assert sorted(result.sweep.impossible) == [("1", "60 h"), ("2", "60 h")]
    assert "warm-up" in next(iter(result.sweep.impossible.values()))
    assert len(result.sweep.points) == 2


def test_sensitivity_when_a_station_limits_then_its_time_matters_and_more_places_help(plant):
    vary = ("equipment.b.cycle.exponential.mean=66 s,74 s", "equipment.b1.capacity")
    result = swept(plant, vary=vary, n=8, wishes={"design": "sensitivity"})
    found = {one.factor: one for one in result.sweep.sensitivities()["good_per_day"]}
    # Without variability it would be -1; waiting for the other station takes the edge off.
    assert -1.0 < found["equipment.b.cycle.exponential.mean"].elasticity.mean < -0.3
    assert found["equipment.b1.capacity"].change.mean > 0
    assert (found["equipment.b1.capacity"].below, found["equipment.b1.capacity"].above) == (
        "1",
        "3",
    )


def test_warmup_when_the_plant_starts_empty_then_found_and_left_out(plant):
    file = plant.with_name("slow.yaml")
    file.write_text(
        "vtwin: 1\nname: slow\nrun: {horizon: 400 h, seed: 1}\n"
        "products: {x: {route: [{op: a, on: a, cycle: {exponential: {mean: 19 min}}}]}}\n"
        "orders: [{product: x, every: {exponential: {mean: 20 min}}}]\nequipment: {a: {}}\n",
        encoding="utf-8",
    )
    result = swept(file, vary=("equipment.a.count=1,2",), n=2, wishes={"warmup": "auto"})
    assert result.warmup.found_s > 0
    assert result.warmup_s == pytest.approx(result.warmup.found_s)
    assert len(result.warmup.courses) == 2


def test_warmup_when_nothing_changes_then_next_to_nothing_is_left_out(plant):
    from vtwin.app import runs

    found = warmup.find(runs.ready(plant).program)
    assert found.found_s is not None
    assert found.found_s <= 6 * 3600


def test_warmup_when_the_queue_only_grows_then_never_settles():
    from tests.engines.plants import Plant

    made = Plant(horizon=400 * 3600.0, bin=3600, seed=1).station("a")
    program = (
        made.product("x", {"op": "a", "on": "a", "cycle": 1300.0}).arrivals("x", every=600.0)
    ).program()
    assert len(run_many(program, range(1))) == 1
    found = warmup.find(program, pilots=2)
    assert found.found_s is None


def test_command_when_run_then_tables_json_and_report(plant, tmp_path, capsys):
    html, out = tmp_path / "s.html", tmp_path / "s.json"
    arguments = ["sweep", str(plant), "--vary", VARY[0], "--vary", VARY[1], "-n", "3"]
    code = command([*arguments, "--no-store", "--json", str(out), "--html", str(html)])
    said = capsys.readouterr().out
    assert code == 0
    assert "A  equipment.b1.capacity" in said
    assert "What changes good pieces per day" in said
    body = json.loads(out.read_text())
    assert len(body["points"]) == 6
    assert body["points"][0]["set"] == {"equipment.b1.capacity": "0", "equipment.b.count": "1"}
    assert {e["factors"][0] for e in body["effects"]["good_per_day"]["main"]} == {
        "equipment.b1.capacity", "equipment.b.count",
    }  # fmt: skip
    page = html.read_text()
    assert page.count("<svg") == 6
    assert "<script" not in page


def test_report_when_times_then_in_the_unit_of_the_axis(plant):
    result = swept(plant, n=2, wishes={"figures": ("lead_time_s",), "warmup": "auto"})
    page = sweep_html(result)
    assert "Lead time, mean, min" in page
    assert "warm-up" in page


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ([], "V397"),
        (["--vary", "equipment.b1.capacity=0..9", "--figures", "good_per_dai"], "V394"),
        (["--vary", "equipment.b1.capacity=0..9", "--precision", "2"], "V551"),
        (["--vary", "equipment.b1.capacity=0..9", "--precision", "0 %"], "V551"),
        (["--vary", "equipment.b1.capacity=0..900", "--vary", "equipment.b.count=1..900"], "V584"),
        (["--vary", "equipment.b1.capacity=0..9", "--warmup", "8"], "V2"),
        (["--experiment", "x"], "V397"),
    ],
)
def test_command_when_asked_for_nonsense_then_a_code_and_a_hint(plant, capsys, more, code):
    assert command(["sweep", str(plant), *more, "--no-store"]) == 1
    told = capsys.readouterr().err
    assert code in told
    assert "(" in told


def test_values_when_replications_grow_then_the_first_stay(plant):
    few, many = values(swept(plant, n=2)), values(swept(plant, n=4))
    assert (few == many[:, :2]).all()
    assert np.isfinite(many).all()
