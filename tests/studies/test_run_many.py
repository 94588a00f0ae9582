"""Many replications: the same answer whoever works, and nothing finished is lost."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from tests.engines.plants import Plant, exponential
from vtwin.base.errors import Refused
from vtwin.engines.reference import simulate
from vtwin.results.kpi import measure
from vtwin.results.statistics import interval
from vtwin.studies import crew as crews
from vtwin.studies import run_many as module
from vtwin.studies.run_many import run_auto, run_many

ROOT = Path(__file__).parents[2]
posix = pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals")


def _program(hours=10.0, seed=7):
    made = Plant(horizon=hours * 3600, warmup=360, bin=3600, seed=seed)
    made.station("a").station("b", input=3)
    steps = [{"op": n, "on": n, "cycle": exponential(60)} for n in "ab"]
    return made.product("x", *steps).saturated("x").program()


def _prints(tallies):
    return [(t.replication, t.machine_state.tolist(), t.product_good.tolist()) for t in tallies]


@pytest.fixture
def crew(monkeypatch):
    """Start worker processes for any amount of work of the reference engine."""
    monkeypatch.setattr(module, "_POOL_WORTH_S", 0.0)
    monkeypatch.setattr(module, "_SOONEST_S", 0.0)
    monkeypatch.setattr(module, "cores", lambda: 2)


def run_reference(program, replications, **more):
    return run_many(program, replications, engine="reference", **more)


def test_replications_when_run_in_workers_then_they_equal_those_run_here(crew):
    program = _program()
    here = [simulate(program, r) for r in (3, 1, 4, 0, 5)]
    seen = []
    there = run_reference(program, (3, 1, 4, 0, 5), on_done=lambda r, t: seen.append(r))
    assert _prints(there) == _prints(here)
    assert sorted(seen) == [0, 1, 3, 4, 5]


def test_replications_when_run_by_an_executor_then_they_equal_those_run_here():
    program = _program()
    with ThreadPoolExecutor(2) as executor:
        there = run_reference(program, range(4), executor=executor)
    assert _prints(there) == _prints([simulate(program, r) for r in range(4)])


def test_first_when_traced_then_only_that_one_has_a_trace():
    traced = run_many(_program(), range(2), trace_first=True)
    assert [t.trace is not None for t in traced] == [True, False]


def test_little_work_then_no_worker_is_started(monkeypatch):
    def never(*_args):
        raise AssertionError("a pool for work that takes no time")

    monkeypatch.setattr(module.Crew, "start", never)
    monkeypatch.setattr(module, "_POOL_WORTH_S", 3600.0)
    assert len(run_reference(_program(), range(4))) == 4


def test_progress_when_reported_then_it_rises_to_one(crew):
    seen = []
    run_reference(_program(), range(4), on_progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    assert len(seen) > 4


def test_no_replications_then_nothing_happens():
    assert run_many(_program(), range(0)) == []


@pytest.mark.parametrize("workers", [False, True])
def test_cancelled_when_some_are_finished_then_these_come_back(workers, request):
    if workers:
        request.getfixturevalue("crew")
    finished = []
    got = run_reference(
        _program(),
        range(8),
        on_done=lambda r, t: finished.append(r),
        cancelled=lambda: len(finished) >= 3,
    )
    assert {t.replication for t in got} == set(finished)
    assert 3 <= len(got) < 8


def test_interrupt_when_some_are_finished_then_these_come_back():
    def interrupt(replication, _tally):
        if replication == 1:
            raise KeyboardInterrupt

    assert [t.replication for t in run_many(_program(), range(5), on_done=interrupt)] == [0, 1]


def test_interrupt_when_nothing_is_finished_then_it_is_passed_on():
    def interrupt(_fraction):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_many(_program(), range(2), on_progress=interrupt)


@posix
def test_worker_killed_once_then_its_work_is_done_again(crew, tmp_path, monkeypatch):
    """The pool of the first attempt loses a worker; the second one finishes the rest."""
    program = _program()
    start = module.Crew.start
    starts = []

    def start_and_kill(self):
        start(self)
        starts.append(1)
        if len(starts) == 1:
            victim = next(iter(self.pool._processes.values()))
            os.kill(victim.pid, signal.SIGKILL)

    monkeypatch.setattr(module.Crew, "start", start_and_kill)
    assert _prints(run_reference(program, range(5))) == _prints(
        [simulate(program, r) for r in range(5)]
    )
    assert len(starts) == 2


@posix
def test_workers_killed_again_and_again_then_it_is_refused(crew, monkeypatch):
    start = module.Crew.start

    def start_and_kill(self):
        start(self)
        for victim in list(self.pool._processes.values()):
            os.kill(victim.pid, signal.SIGKILL)

    monkeypatch.setattr(module.Crew, "start", start_and_kill)
    with pytest.raises(Refused, match="V571"):
        run_reference(_program(hours=200), range(6))


def test_workers_when_none_can_be_started_then_the_work_is_done_here(crew, monkeypatch):
    tried = []

    def no_more(*_args, **_more):
        tried.append(1)
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(crews, "ProcessPoolExecutor", no_more)
    program = _program()
    assert _prints(run_reference(program, range(4))) == _prints(
        [simulate(program, r) for r in range(4)]
    )
    assert len(tried) == 1


_SCRIPT = """
    import os, sys
    from tests.studies.test_run_many import _program
    from vtwin.studies import run_many as module
    module._POOL_WORTH_S = module._SOONEST_S = 0.0
    module.cores = lambda: 2

    def tell(replication, tally):
        print("done", replication, flush=True)

    if __name__ == "__main__":
        got = module.run_many(_program(hours=400), range(40), engine='reference', on_done=tell)
        print("kept", len(got), flush=True)
"""


def _started(tmp_path):
    script = tmp_path / "many.py"
    script.write_text(textwrap.dedent(_SCRIPT))
    process = subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")])},
        start_new_session=True,
    )
    for _ in range(3):
        assert process.stdout.readline().startswith("done")
    return process


def _members(group):
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(fields[2]) == group and fields[0] != "Z":
                found.append(int(entry.name))
    return found


@posix
@pytest.mark.slow
def test_ctrl_c_in_a_terminal_then_the_finished_are_kept_and_workers_stay_silent(tmp_path):
    process = _started(tmp_path)
    os.killpg(process.pid, signal.SIGINT)  # a terminal sends it to the whole group
    out, err = process.communicate(timeout=60)
    kept = int(out.strip().splitlines()[-1].removeprefix("kept "))
    assert 3 <= kept < 40
    assert "Traceback" not in err
    assert process.returncode == 0


_SUMMONS = """
import re, multiprocessing.forkserver as server
from pathlib import Path
from vtwin.studies.crew import Crew
Crew(None, (0, 1, 2), 2).summon()
status = Path(f"/proc/{server._forkserver._forkserver_pid}/status").read_text()
print(int(re.search(r"SigBlk:\\s*(\\w+)", status)[1], 16) >> 1 & 1)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")
def test_fork_server_when_it_starts_then_ctrl_c_does_not_reach_it():
    done = subprocess.run(
        [sys.executable, "-c", _SUMMONS],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")])},
        timeout=60,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("1\n", "")


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_parent_killed_then_its_workers_die_too(tmp_path):
    process = _started(tmp_path)
    assert len(_members(process.pid)) > 1
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    process.stderr.close()
    patience = time.monotonic() + 20.0
    while (left := _members(process.pid)) and time.monotonic() < patience:
        time.sleep(0.1)
    assert left == []


def test_auto_then_it_stops_when_the_interval_is_narrow_enough():
    program = _program(hours=4.0)
    tallies = run_auto(program, relative=0.03)
    values = [measure(program, t).kpis["good_per_day"] for t in tallies]
    reached = interval(values)
    assert reached.half_width <= 0.03 * reached.mean
    assert [t.replication for t in tallies] == list(range(len(tallies)))
    assert len(tallies) > 5


def test_auto_when_too_much_is_asked_then_it_stops_at_the_limit():
    assert len(run_auto(_program(hours=1.0), relative=1e-6, most=7)) == 7


def test_auto_when_nothing_varies_then_the_fewest_do():
    made = Plant(horizon=3600).station("a")
    program = made.product("x", {"op": "1", "on": "a", "cycle": 10}).saturated("x").program()
    tallies = run_auto(program)
    assert len(tallies) == 5
    assert np.ptp([t.product_good.sum() for t in tallies]) == 0
