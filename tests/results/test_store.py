"""The run store: it keeps what is finished, and says what is wrong with it."""

import dataclasses
import multiprocessing
import sqlite3
import subprocess
import sys
import textwrap

import numpy as np
import pytest
import sqlalchemy as sa
from sqlalchemy import text

from tests.engines.plants import Plant, exponential
from tests.results.hand import tally
from vtwin.base.errors import CODES, Refused
from vtwin.engines.reference import simulate
from vtwin.plant.trace import Tally
from vtwin.results.bottleneck import jury
from vtwin.results.database import default_url, url_of
from vtwin.results.kpi import measure, summarise
from vtwin.results.record import (
    Pictures,
    passport_of,
    pictures,
    pictures_from_bytes,
    pictures_to_bytes,
    tally_from_bytes,
    tally_to_bytes,
)
from vtwin.results.schema import SCHEMA
from vtwin.results.store import Store


def _program(seed=7):
    made = Plant(horizon=7200, warmup=600, bin=600, seed=seed).station("a").station("b", input=2)
    steps = [{"op": n, "on": n, "cycle": exponential(60), "scrap": 0.1} for n in "ab"]
    return made.product("x", *steps).saturated("x").order("o", "x", 5, due=3600).program()


def _same(a, b):
    for one in dataclasses.fields(a):
        left, right = getattr(a, one.name), getattr(b, one.name)
        if one.name == "trace":
            continue
        if isinstance(left, np.ndarray):
            np.testing.assert_array_equal(left, right)
            assert left.dtype == right.dtype
        else:
            assert left == right, one.name


def _kept(store, program, replications=3, **given):
    passport = passport_of(program, "reference")
    run = store.begin(passport, program.name, replications, **given)
    tallies = [simulate(program, r, trace=r == 0) for r in range(replications)]
    summary = summarise(program, [measure(program, t) for t in tallies])
    verdict = jury(program, tallies).to_json()
    return store.complete(run, program, tallies, summary.to_json(), verdict=verdict), tallies


@pytest.fixture
def store(tmp_path):
    with Store(str(tmp_path / "runs.sqlite")) as opened:
        yield opened


def test_tally_when_written_and_read_then_nothing_is_lost():
    made = simulate(_program(), 0, trace=True)
    read = tally_from_bytes(tally_to_bytes(made))
    assert isinstance(read, Tally)
    _same(made, read)


def test_tally_when_kept_before_vehicles_had_so_many_states_then_they_were_never_in_the_others():
    made = simulate(_program(), 0)
    old = dataclasses.replace(made, vehicle_state=np.array([[5, 6, 7, 8]], dtype=np.int64))
    read = tally_from_bytes(tally_to_bytes(old))
    assert read.vehicle_state.tolist() == [[5, 6, 7, 8, 0, 0]]


def test_pictures_when_written_and_read_then_nothing_is_lost():
    program = _program()
    shown = pictures(program, [simulate(program, r, trace=r == 0) for r in range(2)])
    assert shown.traced
    assert isinstance(shown, Pictures)
    _same(shown, pictures_from_bytes(pictures_to_bytes(shown)))


def test_bytes_when_they_hold_objects_then_they_are_refused(tmp_path):
    import io

    out = io.BytesIO()
    np.savez(out, evil=np.array([{"a": 1}], dtype=object))
    with pytest.raises(ValueError, match="pickle"):
        pictures_from_bytes(out.getvalue())


def test_gantt_when_read_from_pictures_then_its_states_last_as_long_as_the_tally_says():
    program = dataclasses.replace(
        _program(), run=dataclasses.replace(_program().run, warmup=0)
    )  # fmt: skip
    made = simulate(program, 0, trace=True)
    shown = pictures(program, [made])
    for machine in range(len(program.machines)):
        own = shown.gantt_machine == machine
        ends = np.append(shown.gantt_start_s[own][1:], shown.gantt_end_s)
        lasts = ends - shown.gantt_start_s[own]
        per_state = np.bincount(shown.gantt_state[own], weights=lasts, minlength=7)
        assert per_state.sum() + shown.gantt_start_s[own][0] == pytest.approx(7200)
        busy = made.machine_state[machine][0] / 1e9
        assert per_state[0] == pytest.approx(busy, abs=1e-6)


def test_run_when_kept_then_it_survives_reopening(tmp_path):
    place = str(tmp_path / "deep" / "runs.sqlite")
    program = _program()
    with Store(place) as store:
        record, tallies = _kept(store, program, path="p.yaml", variant="v")
    with Store(place) as store:
        (listed,) = store.runs(path="p.yaml")
        again = store.run(record.id)
        for made, read in zip(tallies, store.tallies(record.id), strict=True):
            _same(made, read)
    assert listed.status == "done"
    assert listed.pictures is None
    assert listed.finished == 3
    assert again.summary == record.summary
    assert again.verdict["suspects"]
    assert again.pictures.traced
    assert (again.variant, again.seed, again.scenario) == ("v", 7, "test")


def test_equal_passport_then_the_stored_run_comes_back_and_says_so(store):
    program = _program()
    record, _ = _kept(store, program)
    found = store.find(passport_of(program, "reference"), 3)
    assert found.id == record.id
    assert found.reused
    assert store.find(passport_of(program, "reference"), 4) is None
    assert store.find(passport_of(program, "kernel"), 3) is None
    assert store.find(passport_of(_program(seed=8), "reference"), 3) is None
    assert store.find(passport_of(program, "reference", data={"o.csv": "1"}), 3) is None


def test_replications_when_kept_under_a_passport_then_a_longer_study_starts_from_them(store):
    program = _program()
    _kept(store, program, replications=2)
    run = store.begin(passport_of(program, "reference"), "test", 5)
    extra = simulate(program, 2)
    store.keep(run, extra)
    store.keep(run, extra)  # twice changes nothing
    found = store.finished(passport_of(program, "reference"))
    assert sorted(found) == [0, 1, 2]
    _same(found[2], extra)
    assert store.run(run).finished == 1
    store.close_run(run, "stopped")
    assert store.run(run).status == "stopped"


def test_run_when_deleted_then_it_is_gone(store):
    record, _ = _kept(store, _program())
    store.delete(record.id)
    assert store.runs() == []
    with pytest.raises(Refused, match="V607"):
        store.run(record.id)


def test_process_killed_in_the_middle_then_what_was_finished_is_there(tmp_path):
    place = tmp_path / "runs.sqlite"
    code = f"""
        import os, signal
        from tests.results.test_store import _program
        from vtwin.engines.reference import simulate
        from vtwin.results.record import passport_of
        from vtwin.results.store import Store
        program = _program()
        store = Store({str(place)!r})
        run = store.begin(passport_of(program, "reference"), "test", 5)
        for r in range(2):
            store.keep(run, simulate(program, r))
        os.kill(os.getpid(), signal.SIGKILL)
    """
    ended = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=False)
    assert ended.returncode == -9
    with Store(str(place)) as store:
        assert sorted(store.finished(passport_of(_program(), "reference"))) == [0, 1]
        assert store.runs()[0].status == "running"


def test_run_when_it_kept_nothing_for_a_day_then_it_is_stopped_unless_it_completes(tmp_path):
    program, place = _program(), str(tmp_path / "runs.sqlite")
    with Store(place) as store:
        asked = passport_of(program, "reference")
        killed, slow, live = (store.begin(asked, "test", 1) for _ in range(3))
        runs = store.tables.runs
        with store.engine.begin() as connection:
            connection.execute(
                sa.update(runs)
                .where(runs.c.id.in_([killed, slow]))
                .values(changed="2020-01-01T00:00:00.000+00:00")
            )
    with Store(place) as store:
        assert {r.id: r.status for r in store.runs()} == {
            killed: "stopped", slow: "stopped", live: "running",
        }  # fmt: skip
        assert store.complete(slow, program, [simulate(program, 0)], {}).status == "done"


def _write(place, worker, count):
    program = _program()
    with Store(place) as store:
        run = store.begin(passport_of(program, "reference"), f"w{worker}", count)
        for r in range(count):
            store.keep(run, tally(program, r))


def test_writers_at_the_same_time_then_every_row_is_kept(tmp_path):
    place = str(tmp_path / "runs.sqlite")
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    workers = [context.Process(target=_write, args=(place, w, 15)) for w in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0] * 4
    with Store(place) as store:
        runs = store.runs()
        assert sorted(run.scenario for run in runs) == ["w0", "w1", "w2", "w3"]
        assert all(run.finished == 15 for run in runs)


def _refusal(place):
    with pytest.raises(Refused) as refused:
        Store(place)
    (problem,) = refused.value.problems
    assert problem.code in CODES
    assert problem.hint
    return problem


def test_store_when_the_file_is_no_database_then_it_is_told_and_left_alone(tmp_path):
    file = tmp_path / "runs.sqlite"
    file.write_bytes(b"this is a letter, not a database" * 100)
    assert _refusal(str(file)).code == "V604"
    assert file.read_bytes().startswith(b"this is a letter")


@pytest.mark.parametrize(
    "harm",
    [
        "update replications set tally = x'0011223344'",
        "update replications set tally = substr(tally, 1, length(tally) / 2)",
        "update runs set passport = '{', summary = '{'",
        "update runs set pictures = x''",
    ],
)
def test_store_when_what_it_holds_was_changed_then_it_is_told_and_not_a_surprise(tmp_path, harm):
    program = _program()
    passport = passport_of(program, "reference")
    with Store(str(tmp_path / "runs.sqlite")) as store:
        run = store.begin(passport, "x", 1)
        one = simulate(program, 0)
        store.complete(run, program, [one], {"a": 1})
        with store.engine.begin() as connection:
            connection.execute(text(harm))
        with pytest.raises(Refused) as told:
            (store.finished(passport), store.find(passport))
    assert told.value.problems[0].code == "V604"


def test_store_when_the_folder_is_a_file_then_it_is_told(tmp_path):
    (tmp_path / "file").write_text("x")
    assert _refusal(str(tmp_path / "file" / "runs.sqlite")).code == "V601"


def test_store_when_the_file_is_read_only_then_writing_is_refused(tmp_path, monkeypatch):
    file = tmp_path / "runs.sqlite"
    Store(str(file)).close()
    monkeypatch.chdir(tmp_path)  # where a folder "file:" must not appear
    with Store(f"sqlite:///file:{file}?mode=ro&uri=true") as store, pytest.raises(Refused) as told:
        store.begin(passport_of(_program(), "reference"), "x", 1)
    assert told.value.problems[0].code == "V601"


def test_store_when_the_disk_is_full_then_writing_is_refused_and_the_rest_is_kept(tmp_path):
    file = str(tmp_path / "runs.sqlite")
    with Store(file) as store:
        record, _ = _kept(store, _program())
        with store.engine.connect() as connection:
            pages = connection.execute(text("PRAGMA page_count")).scalar()
            connection.execute(text(f"PRAGMA max_page_count={pages}"))
            connection.commit()
        with pytest.raises(Refused) as told:
            _kept(store, _program(seed=99), replications=5)
        assert told.value.problems[0].code == "V602"
        assert store.run(record.id).finished == 3


def test_store_when_locked_by_another_then_it_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr("vtwin.results.database._PATIENCE_S", 0.1)
    file = tmp_path / "runs.sqlite"
    with Store(str(file)) as store:
        other = sqlite3.connect(file)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Refused) as told:
            store.begin(passport_of(_program(), "reference"), "x", 1)
        other.rollback()
        other.close()
    assert told.value.problems[0].code == "V603"


def test_store_when_written_by_a_newer_version_then_it_is_refused(tmp_path):
    file = tmp_path / "runs.sqlite"
    Store(str(file)).close()
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE meta SET value = ?", (str(SCHEMA + 1),))
    connection.close()
    assert _refusal(str(file)).code == "V605"


def test_store_when_the_url_is_of_no_known_kind_then_it_is_told():
    assert _refusal("oracle9://somewhere/x").code == "V606"


def test_place_when_the_url_has_a_password_then_it_is_not_shown():
    with pytest.raises(Refused) as told:
        Store("postgresql://planner:sesame@127.0.0.1:1/vtwin")
    assert "sesame" not in str(told.value)


def test_default_place_when_the_environment_names_one_then_it_is_used(monkeypatch, tmp_path):
    monkeypatch.setenv("VTWIN_STORE", str(tmp_path / "x.sqlite"))
    assert default_url() == f"sqlite:///{tmp_path / 'x.sqlite'}"
    monkeypatch.setenv("VTWIN_STORE", "postgresql://h/d")
    assert default_url() == "postgresql+psycopg://h/d"
    monkeypatch.delenv("VTWIN_STORE")
    assert default_url().endswith("runs.sqlite")
    assert url_of("sqlite:///x") == "sqlite:///x"


def test_import_of_results_then_the_database_library_is_not_loaded():
    code = "import sys, vtwin.results.store, vtwin.results.jobs; print('sqlalchemy' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "False"
