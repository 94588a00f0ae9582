"""The desk on a real store: files, stored runs, the queue."""

import json

import pytest

from tests.app.cell import CELL
from vtwin.app import runs, studies, workbench
from vtwin.app.bookcase import books
from vtwin.app.live import MOST_OPEN, LiveDesk
from vtwin.app.views import STATES, as_json
from vtwin.base.errors import Refused
from vtwin.base.shipped import shipped
from vtwin.results.jobs import job, jobs_claim


def work_off(desk):
    """Do what is queued, in this process."""
    while (found := jobs_claim(desk.store, "test")) is not None:
        workbench.do(desk.store, found)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("desk")
    (place / "cell.yaml").write_text(CELL, encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def desk(folder):
    """A desk on which the cell was run, compared and explained."""
    desk = LiveDesk.open([folder / "cell.yaml"], str(folder / "runs.sqlite"))
    desk.start_run("cell", None, 3)
    desk.start_compare("cell", ("faster", "roomier"), 3)
    desk.start_explain("cell", None, 3)
    work_off(desk)
    return desk


def test_books_when_names_repeat_then_keys_differ_and_the_same_file_comes_once(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "plant.yaml").write_text(CELL, encoding="utf-8")
    first, second = tmp_path / "a/plant.yaml", tmp_path / "b/plant.yaml"
    assert [b.key for b in books([first, second, first])] == ["plant", "plant-2"]


def test_books_when_a_file_is_missing_then_it_is_refused(tmp_path):
    with pytest.raises(Refused):
        books([tmp_path / "nothing.yaml"])


def test_jobs_when_worked_off_then_all_are_done_and_name_their_runs(desk):
    rows = desk.jobs()
    assert [r.kind for r in rows] == ["explain", "compare", "run"]
    assert {r.state for r in rows} == {"done"}
    assert [len(r.runs) for r in rows] == [1, 3, 1]


def test_floor_when_a_robot_serves_machines_then_it_stands_where_it_was_put(tmp_path):
    file = shipped("scenarios") / "cells/handling/scenario.yaml"
    desk = LiveDesk.open([file], str(tmp_path / "runs.sqlite"))
    key = desk.scenarios()[0].key
    desk.start_run(key, "seven_machines", 2)
    work_off(desk)
    view = desk.overview(key, "seven_machines").floor
    (robot,) = view.helpers
    assert (robot.x, robot.y, robot.width, robot.depth) == (3.0, 4.0, 2.0, 2.0)
    assert robot.serves == tuple(f"lathe#{n}" for n in range(1, 8))
    # seven machines of 80 s and one robot of 20 s a part: it is always busy, they wait 40 s
    assert (robot.busy, robot.mean_wait_s, robot.rank) == (1.0, 40.0, 1)
    assert "robot" not in {machine.id for machine in view.machines}


def test_overview_when_the_plant_was_run_then_its_figures_are_those_of_the_run(desk):
    view = desk.overview("cell", None)
    record = desk.store.run(view.run.id)
    good = next(t for t in view.tiles if t.key == "good_per_day")
    assert good.value.mean == record.summary["kpis"]["good_per_day"]["mean"]
    assert good.value.half_width == record.summary["kpis"]["good_per_day"]["half_width"]
    assert good.target == 300.0
    assert view.run.replications == 3
    assert not view.run.stale
    assert view.currency == "KRW"


def test_overview_when_shown_then_every_machine_stands_where_written(desk):
    floor = desk.overview("cell", None).floor
    assert {m.id: (m.x, m.y, m.area) for m in floor.machines} == {
        "lathe": (2.0, 3.0, "making"),
        "gauge": (12.0, 3.0, "checking"),
    }
    assert {a.id: a.label for a in floor.areas} == {"making": "Making", "checking": "checking"}
    for machine in floor.machines:
        assert sum(machine.states) == pytest.approx(1.0)
        assert len(machine.states) == len(STATES)
    assert floor.machines[0].queue_capacity == 4


def test_overview_when_parts_cross_areas_then_the_flow_is_what_was_turned(desk):
    view = desk.overview("cell", None)
    (flow,) = view.floor.flows
    assert (flow.origin, flow.target) == ("making", "checking")
    good = next(t for t in view.tiles if t.key == "good_per_day").value.mean
    # 2 % are scrapped at the gauge, so a little more goes there than leaves good.
    assert good < flow.pieces_per_day < 1.1 * good


def test_why_when_proven_then_the_gain_is_that_of_the_proof(desk):
    why = desk.overview("cell", None).why_slow
    proof = next(j for j in desk.jobs() if j.kind == "explain")
    gains = job(desk.store, proof.id).result["proof"]["gains"]
    first = why.suspects[0]
    assert first.gain.mean == gains[first.id]["gain"]["mean"]
    assert {s.kind for s in why.suspects} <= {"equipment", "people"}


def test_staff_when_shown_then_each_crew_has_its_size(desk):
    (crew,) = desk.overview("cell", None).staff
    assert (crew.group, crew.count) == ("fitter", 1)
    assert 0 < crew.busy <= 1


def test_comparison_when_stored_then_it_is_shown_with_paired_intervals(desk):
    view = desk.compare("cell", ())
    assert [(v.letter, v.key) for v in view.variants] == [("A", "faster"), ("B", "roomier")]
    good = next(r for r in view.rows if r.key == "good_per_day")
    assert good.cells[0].standing == "better"
    assert good.cells[0].difference.mean == pytest.approx(good.cells[0].value.mean - good.base.mean)
    assert view.best in (None, "A")
    assert view.beat_base == ("A",)
    assert view.variants[0].changes
    assert json.loads(json.dumps(as_json(view)))["replications"] == 3


def test_comparison_when_other_variants_are_asked_for_then_none_is_shown(desk):
    assert desk.compare("cell", ("faster",)).rows == ()


def test_gantt_when_a_run_was_traced_then_states_change_in_time(desk):
    view = desk.gantt(desk.compare("cell", ()).variants[0].run)
    assert {r.id for r in view.rows} == {"lathe", "gauge"}
    for row in view.rows:
        assert row.start[0] == 0.0
        assert list(row.start) == sorted(row.start)
        assert all(a != b for a, b in zip(row.state, row.state[1:], strict=False))
        assert row.start[-1] < view.horizon_s


def test_wip_when_runs_are_named_then_the_first_is_the_base(desk):
    shown = desk.compare("cell", ())
    view = desk.wip([shown.base.run, shown.variants[0].run])
    assert [(s.letter, s.key) for s in view.series] == [("", None), ("A", "faster")]
    assert len(view.series[0].mean) == len(view.series[0].half_width)


def test_unknown_names_when_asked_for_then_nothing_is_made_up(desk):
    assert desk.overview("nothing", None) is None
    assert desk.compare("nothing", ()) is None
    assert desk.gantt("nothing") is None
    assert desk.wip(["nothing"]) is None
    assert desk.overview("cell", "nothing").variant is None


def test_history_when_opened_again_then_runs_are_still_there(desk, folder):
    again = LiveDesk.open([folder / "cell.yaml"], str(folder / "runs.sqlite"))
    assert [r.id for r in again.runs()] == [r.id for r in desk.runs()]
    assert len(again.runs()) >= 4
    assert again.overview("cell", None) == desk.overview("cell", None)


def test_results_when_the_file_changes_then_they_turn_stale_and_never_mix(tmp_path):
    file = tmp_path / "cell.yaml"
    file.write_text(CELL, encoding="utf-8")
    desk = LiveDesk.open([file], str(tmp_path / "runs.sqlite"))
    desk.start_run("cell", None, 1)
    work_off(desk)
    before = desk.overview("cell", None)
    file.write_text(CELL.replace("mean: 4 min", "mean: 5 min"), encoding="utf-8")
    after = desk.overview("cell", None)
    assert not before.run.stale
    assert after.run.stale
    assert after.tiles == before.tiles
    assert desk.runs()[0].stale
    file.write_text("vtwin: 1\nname: broken\nequipment: {a: {cycle: -3 s}}\n", encoding="utf-8")
    assert "cell.yaml" in desk.overview("cell", None).scenario.problem


def test_overview_when_an_earlier_run_is_named_then_it_is_shown_and_not_the_latest(desk):
    mine = [r for r in desk.runs() if r.variant is None]
    assert len(mine) > 1
    assert desk.overview("cell", None, mine[-1].id).run.id == mine[-1].id
    assert desk.overview("cell", None).run.id == mine[0].id
    other = next(r for r in desk.runs() if r.variant == "faster")
    assert desk.overview("cell", None, other.id).run.id == mine[0].id
    assert desk.overview("cell", None, "nothing").run.id == mine[0].id


@pytest.mark.parametrize(
    ("scenario", "variants", "replications", "code"),
    [
        ("nothing", ("faster",), 3, "V652"),
        ("cell", ("nothing",), 3, "V652"),
        ("cell", (), 3, "V556"),
        ("cell", ("faster",), 0, "V551"),
        ("cell", ("faster",), 10**9, "V551"),
    ],
)
def test_comparison_when_it_cannot_be_then_nothing_is_queued(
    desk, scenario, variants, replications, code
):
    before = desk.jobs()
    with pytest.raises(Refused) as refused:
        desk.start_compare(scenario, variants, replications)
    assert refused.value.problems[0].code == code
    assert desk.jobs() == before


def test_queue_when_full_then_more_is_refused_until_something_is_cancelled(tmp_path):
    (tmp_path / "cell.yaml").write_text(CELL, encoding="utf-8")
    desk = LiveDesk.open([tmp_path / "cell.yaml"], str(tmp_path / "runs.sqlite"))
    queued = [desk.start_run("cell", None, 1) for _ in range(MOST_OPEN)]
    with pytest.raises(Refused) as refused:
        desk.start_run("cell", None, 1)
    assert refused.value.problems[0].code == "V661"
    desk.cancel(queued[0])
    desk.start_run("cell", None, 1)
    states = [r.state for r in desk.jobs()]
    assert states.count("cancelled") == 1
    assert states.count("queued") == MOST_OPEN


def test_comparison_when_made_on_the_command_line_then_the_page_shows_it(tmp_path):
    file = tmp_path / "cell.yaml"
    file.write_text(CELL, encoding="utf-8")
    url = str(tmp_path / "runs.sqlite")
    study = studies.compare(file, ["faster"], replications=2, store=url)
    shown = LiveDesk.open([file], url).compare("cell", [])
    assert [variant.key for variant in shown.variants] == ["faster"]
    assert shown.rows[0].base.mean == study.baseline.summary.kpis["good_per_day"].mean


def test_comparison_when_no_store_is_wanted_then_nothing_is_kept(tmp_path):
    file = tmp_path / "cell.yaml"
    file.write_text(CELL, encoding="utf-8")
    studies.compare(file, ["faster"], replications=2, store=False)
    assert LiveDesk.open([file], str(tmp_path / "runs.sqlite")).compare("cell", []).rows == ()


def test_proof_when_made_on_the_command_line_then_the_page_shows_the_gain(tmp_path):
    file = tmp_path / "cell.yaml"
    file.write_text(CELL, encoding="utf-8")
    url = str(tmp_path / "runs.sqlite")
    studies.explain(file, replications=2, store=url)
    why = LiveDesk.open([file], url).overview("cell", None).why_slow
    assert any(suspect.gain is not None for suspect in why.suspects)


def test_desk_when_no_scenario_is_named_then_the_last_one_run_comes_first(tmp_path):
    url = str(tmp_path / "runs.sqlite")
    assert LiveDesk.open([], url).bookcase.books[0].key == "injection_plant"
    runs.run("three_in_a_row", replications=1, store=url)
    assert LiveDesk.open([], url).bookcase.books[0].key == "three_in_a_row"


def test_overview_when_vehicles_carry_then_their_use_is_shown(tmp_path):
    url = str(tmp_path / "runs.sqlite")
    runs.run("heat_treatment", replications=1, store=url)
    desk = LiveDesk.open([], url)
    (agv,) = desk.overview("heat_treatment", None).vehicles
    assert (agv.fleet, agv.count) == ("agv", 2)
    assert 0.0 < agv.empty < agv.busy < 1.0


def test_overview_when_energy_is_on_a_tariff_then_bands_peak_and_tool_lives_are_shown(tmp_path):
    url = str(tmp_path / "runs.sqlite")
    runs.run("forging_line", replications=1, store=url)
    shown = LiveDesk.open([], url).overview("forging_line", None)
    assert [band.label for band in shown.energy.bands] == ["off_peak", "mid", "peak"]
    assert sum(band.share.mean for band in shown.energy.bands) == pytest.approx(1.0)
    assert shown.energy.peak_kw.mean > 0
    assert shown.energy.drawn[0][1] >= shown.energy.drawn[-1][1] > 0
    assert shown.energy.start == "2026-03-02"
    assert all(tool.life > 0 for tool in shown.tools)


def test_overview_when_nothing_draws_power_then_there_is_no_energy(tmp_path):
    url = str(tmp_path / "runs.sqlite")
    runs.run("three_in_a_row", replications=1, store=url)
    shown = LiveDesk.open([], url).overview("three_in_a_row", None)
    assert shown.energy is None
    assert shown.tools == ()
