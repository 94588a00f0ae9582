"""Replications on a dask cluster: the same answer, also when workers die on the way."""

from __future__ import annotations

import os
import signal
import sys

import pytest

from tests.engines.plants import Plant, exponential
from vtwin.base.errors import Refused
from vtwin.engines.reference import simulate
from vtwin.studies.cluster import cluster
from vtwin.studies.elsewhere import chunks
from vtwin.studies.run_many import run_many

distributed = pytest.importorskip("distributed")


def _program(hours=2.0):
    made = Plant(horizon=hours * 3600, warmup=360, bin=3600)
    made.station("a").station("b", input=3)
    steps = [{"op": n, "on": n, "cycle": exponential(60)} for n in "ab"]
    return made.product("x", *steps).saturated("x").program()


def _prints(tallies):
    return [(t.replication, t.machine_state.tolist(), t.product_good.tolist()) for t in tallies]


@pytest.fixture(scope="module")
def scheduler():
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, processes=True
    ) as running:
        yield running


@pytest.mark.slow
def test_replications_when_run_on_a_cluster_then_they_equal_those_run_here(scheduler):
    program = _program()
    with cluster(scheduler.scheduler_address) as executor:
        there = run_many(program, range(9), engine="reference", executor=executor)
    assert _prints(there) == _prints([simulate(program, r) for r in range(9)])


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_worker_of_a_cluster_when_killed_mid_study_then_nothing_is_lost(scheduler):
    program = _program(hours=60.0)
    killed = []

    def kill_one(replication, _tally):
        if not killed:
            killed.append(next(iter(scheduler.workers.values())).pid)
            os.kill(killed[0], signal.SIGKILL)

    with cluster(scheduler.scheduler_address) as executor:
        there = run_many(program, range(8), engine="reference", executor=executor, on_done=kill_one)
    assert killed
    assert _prints(there) == _prints([simulate(program, r) for r in range(8)])


def test_cluster_when_nobody_answers_then_it_is_refused(monkeypatch):
    monkeypatch.setattr("vtwin.studies.cluster._PATIENCE_S", 0.5)
    with pytest.raises(Refused, match="V573"), cluster("tcp://127.0.0.1:9"):
        pass


def test_cluster_when_the_address_is_none_then_it_is_refused():
    with pytest.raises(Refused, match="V573"), cluster("nonsense://x"):
        pass


def test_cluster_when_dask_is_missing_then_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(Refused, match=r"vtwin\[cluster\]"), cluster("tcp://127.0.0.1:9"):
        pass


def test_chunks_when_made_then_every_number_is_in_one_of_them():
    assert list(chunks(range(7), 3)) == [(0, 1, 2), (3, 4, 5), (6,)]
