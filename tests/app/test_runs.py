"""Runs: what is simulated, what is kept, what is said."""

import dataclasses
import json

import numpy as np
import pytest

from tests.app.made import line
from vtwin.app import events, runs
from vtwin.base.errors import Refused


def test_run_when_told_as_json_then_it_has_the_stable_fields(result):
    answer = json.loads(json.dumps(result.to_json(), allow_nan=False))
    assert answer["scenario"] == "made by hand"
    assert (answer["engine"], answer["replications"], answer["seed"]) == ("kernel", 3, 1)
    assert answer["horizon_s"] == 72_000
    assert answer["kpis"]["throughput_per_h"].keys() == {"mean", "half_width", "confidence", "unit"}
    assert {"program", "vtwin"} <= answer["passport"].keys()
    for entry in answer["equipment"].values():
        assert sum(entry["states"].values()) == pytest.approx(1, abs=1e-12)


def test_run_when_repeated_under_the_same_passport_then_the_kept_one_is_returned_and_says_so(
    plant, tmp_path
):
    url = str(tmp_path / "runs.sqlite")
    first = runs.execute(plant, replications=2, store=url)
    again = runs.execute(plant, replications=2, store=url)
    assert not first.from_store
    assert again.from_store
    assert again.kept_at
    assert again.run_id == first.run_id
    assert again.summary.kpis == first.summary.kpis
    assert [t.events for t in again.tallies] == [t.events for t in first.tallies]


def test_run_when_more_replications_are_asked_then_only_the_missing_ones_are_run(
    plant, tmp_path, monkeypatch
):
    url = str(tmp_path / "runs.sqlite")
    runs.execute(plant, replications=2, store=url)
    asked = []
    from vtwin.studies import run_many as module

    real = module.run_many
    monkeypatch.setattr(
        module,
        "run_many",
        lambda program, wanted, **k: asked.append(list(wanted)) or real(program, wanted, **k),
    )
    longer = runs.execute(plant, replications=4, store=url)
    assert asked == [[2, 3]]
    assert [t.replication for t in longer.tallies] == [0, 1, 2, 3]
    runs.execute(plant, replications=4, store=url, fresh=True)
    assert asked[-1] == [0, 1, 2, 3]


def test_run_when_another_seed_or_plant_then_nothing_is_reused(plant, tmp_path):
    url = str(tmp_path / "runs.sqlite")
    runs.execute(plant, replications=1, store=url)
    other = dataclasses.replace(
        plant,
        program=dataclasses.replace(
            plant.program, run=dataclasses.replace(plant.program.run, seed=2)
        ),
    )
    assert not runs.execute(other, replications=1, store=url).from_store
    assert not runs.execute(line(cycle_s=50), replications=1, store=url).from_store


def test_run_when_cancelled_then_finished_replications_are_the_result_and_kept(plant, tmp_path):
    done = []

    def stop() -> bool:
        return len(done) > 0

    url = str(tmp_path / "runs.sqlite")
    part = runs.execute(
        plant,
        replications=6,
        store=url,
        progress=lambda _, share: done.append(1) if share >= 1 / 6 else None,
        cancelled=stop,
    )
    assert part.interrupted
    assert 1 <= len(part.tallies) < 6
    assert (part.asked, part.summary.replications) == (6, len(part.tallies))
    resumed = runs.execute(plant, replications=6, store=url)
    assert resumed.summary.kpis == runs.execute(plant, replications=6, store=False).summary.kpis


def test_run_when_cancelled_before_anything_is_finished_then_keyboard_interrupt(plant, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        runs.execute(
            plant, replications=2, store=str(tmp_path / "s.sqlite"), cancelled=lambda: True
        )


def test_default_store_when_it_cannot_be_written_then_the_result_comes_with_a_warning(
    plant, tmp_path, monkeypatch
):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("VTWIN_STORE", str(tmp_path / "file" / "runs.sqlite"))
    result = runs.execute(plant, replications=1)
    (note,) = result.notes
    assert note.severity == "warning"
    assert note.code.startswith("V60")
    assert "not kept" in note.what
    assert result.summary.kpis["good_per_day"].mean > 0


def test_named_store_when_it_cannot_be_written_then_it_is_refused_before_anything_runs(
    plant, tmp_path
):
    (tmp_path / "file").write_text("")
    with pytest.raises(Refused) as caught:
        runs.execute(
            plant,
            replications=1,
            store=str(tmp_path / "file" / "runs.sqlite"),
            progress=lambda *_: pytest.fail("ran"),
        )
    assert caught.value.problems[0].code.startswith("V60")


def test_trace_when_written_as_csv_then_names_and_nanoseconds(result):
    rows = events.trace_csv(result).splitlines()
    assert rows[0] == "time_s,event,entity,item,value"
    assert len(rows) == len(result.tallies[0].trace.time) + 1
    first = [row.split(",") for row in rows[1:200]]
    assert {r[1] for r in first} >= {"state", "release", "start", "finish"}
    assert {r[4] for r in first if r[1] == "state"} <= {
        "working",
        "blocked",
        "starved",
        "setup",
        "down",
        "waiting_operator",
        "planned_stop",
    }
    assert {r[4] for r in first if r[1] == "start"} <= {"p/op0", "p/op1", "p/op2"}
    assert np.all(np.diff([float(r[0]) for r in first]) >= 0)


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "x", "", "100001", "9" * 5000])
def test_replications_when_not_a_count_then_v551(text):
    with pytest.raises(Refused, match="V551"):
        runs.replications_asked(text)


def test_replications_when_auto_or_left_out_then_said_so():
    assert runs.replications_asked("auto") == "auto"
    assert runs.replications_asked(None) is None
    assert runs.replications_asked("7") == 7


def test_run_when_cancelled_and_the_store_is_gone_then_it_is_no_other_ending(
    plant, tmp_path, monkeypatch
):
    from vtwin.base.errors import Problem
    from vtwin.results.store import Store

    def full(*_):
        raise Refused(Problem("V602", "the disk is full"))

    monkeypatch.setattr(Store, "close_run", full)
    with pytest.raises(KeyboardInterrupt):
        runs.execute(
            plant, replications=2, store=str(tmp_path / "s.sqlite"), cancelled=lambda: True
        )
