"""The worker: progress, cancelling, failures, its own process."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.app.cell import CELL
from vtwin.app import workbench
from vtwin.app.live import LiveDesk
from vtwin.results.jobs import job_cancel_request, jobs_claim


@pytest.fixture
def desk(tmp_path):
    (tmp_path / "cell.yaml").write_text(CELL, encoding="utf-8")
    return LiveDesk.open([tmp_path / "cell.yaml"], str(tmp_path / "runs.sqlite"))


def test_job_when_cancelled_under_way_then_finished_replications_are_kept(desk, monkeypatch):
    desk.start_run("cell", None, 50)
    job = jobs_claim(desk.store, "test")
    monkeypatch.setattr(workbench, "_REPORT_S", 0.0)
    asked = []

    def beat(bench, message=""):
        asked.append(bench._share)
        if bench._share > 0.1:
            job_cancel_request(desk.store, job.id)
        return original(bench, message)

    original = workbench.Bench.beat
    monkeypatch.setattr(workbench.Bench, "beat", beat)
    workbench.do(desk.store, job)
    row = desk.jobs()[0]
    assert row.state == "cancelled"
    kept = desk.store.tallies(row.runs[0])
    assert 0 < len(kept) < 50
    assert desk.overview("cell", None).run.replications == len(kept)


def test_job_when_the_scenario_is_broken_meanwhile_then_it_fails_with_the_problem(desk):
    desk.start_run("cell", None, 2)
    desk.bookcase.books[0].path.write_text("vtwin: 1\nname: [", encoding="utf-8")
    workbench.do(desk.store, jobs_claim(desk.store, "test"))
    row = desk.jobs()[0]
    assert row.state == "failed"
    assert "cell.yaml" in row.error


def test_job_when_the_code_fails_then_the_job_says_so_and_the_worker_lives(
    desk, monkeypatch, capsys
):
    def broken(bench, job):
        raise RuntimeError("no such luck")

    monkeypatch.setitem(workbench.KINDS, "run", broken)
    desk.start_run("cell", None, 2)
    workbench.do(desk.store, jobs_claim(desk.store, "test"))
    assert desk.jobs()[0].error == "RuntimeError: no such luck"
    assert "no such luck" in capsys.readouterr().err


def test_worker_when_its_parent_is_another_process_then_it_ends_at_once(desk):
    desk.start_run("cell", None, 2)
    workbench.work(desk.store.url, parent=os.getppid() + 1)
    assert desk.jobs()[0].state == "queued"


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes in /proc")
def test_worker_process_when_its_server_dies_then_it_ends_and_the_job_stays_open(desk, tmp_path):
    desk.start_run("cell", None, 1000)
    child = [sys.executable, "-m", "vtwin.app.workbench", "--store", desk.store.url, "--parent"]
    # A server that starts a worker and is killed.
    server = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import os, subprocess, sys, time\n"
            "worker = subprocess.Popen([*sys.argv[1:], str(os.getpid())])\n"
            "print(worker.pid, flush=True)\ntime.sleep(600)",
            *child,
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    worker = int(server.stdout.readline())
    until(lambda: desk.jobs()[0].state == "running")
    server.kill()
    server.communicate()
    until(lambda: not alive(worker))
    assert desk.jobs()[0].state == "running"


def alive(process: int) -> bool:
    try:
        status = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return status != "Z"


def until(true, patience: float = 60.0):
    deadline = time.monotonic() + patience
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.slow
def test_worker_process_when_attended_then_it_does_the_work_and_ends_with_the_server(desk):
    with workbench.attended(desk.store.url):
        desk.start_run("cell", None, 2)
        until(lambda: desk.jobs()[0].state == "done")
    assert desk.jobs()[0].state == "done"
    assert desk.overview("cell", None).run.replications == 2
