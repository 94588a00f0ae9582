"""The queue of long work: every job is done once, by one, and can be stopped."""

import threading

import pytest
from sqlalchemy import update

from vtwin.results.jobs import (
    MOST_ATTEMPTS,
    job,
    job_cancel_request,
    job_finish,
    job_progress,
    jobs_add,
    jobs_claim,
    jobs_list,
)
from vtwin.results.store import Store


@pytest.fixture
def store(tmp_path):
    with Store(str(tmp_path / "runs.sqlite")) as opened:
        yield opened


def test_job_when_it_goes_well_then_it_passes_through_its_states(store):
    name = jobs_add(store, "run", {"scenario": "a.yaml", "variants": [None]}, "a")
    assert (job(store, name).state, job(store, name).position) == ("queued", 1)
    claimed = jobs_claim(store, "w1")
    assert (claimed.id, claimed.state, claimed.worker) == (name, "running", "w1")
    assert claimed.payload == {"scenario": "a.yaml", "variants": [None]}
    assert job_progress(store, name, 0.5, "3 of 6")
    assert (job(store, name).progress, job(store, name).message) == (0.5, "3 of 6")
    job_finish(store, name, result={"best": "b"}, runs=["r1", "r2"])
    ended = job(store, name)
    assert (ended.state, ended.progress, ended.runs) == ("done", 1.0, ("r1", "r2"))
    assert ended.result == {"best": "b"}
    assert ended.finished >= ended.started >= ended.created


def test_jobs_when_claimed_then_oldest_first_and_newest_listed_first(store):
    names = [jobs_add(store, "run", {"n": n}) for n in range(3)]
    assert [one.id for one in jobs_list(store)] == names[::-1]
    assert [one.position for one in jobs_list(store)] == [3, 2, 1]
    assert [jobs_claim(store, "w").id for _ in range(3)] == names
    assert jobs_claim(store, "w") is None
    assert jobs_list(store, ["queued"]) == []


def test_jobs_when_many_workers_claim_then_nobody_gets_the_same(store):
    names = {jobs_add(store, "run", {}) for _ in range(12)}
    taken = []

    def work(worker):
        while (one := jobs_claim(store, worker)) is not None:
            taken.append(one.id)

    workers = [threading.Thread(target=work, args=(f"w{n}",)) for n in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(taken) == sorted(names)


def test_job_when_cancelled_in_the_queue_then_it_never_runs(store):
    name = jobs_add(store, "run", {})
    job_cancel_request(store, name)
    assert job(store, name).state == "cancelled"
    assert jobs_claim(store, "w") is None


def test_job_when_cancelled_while_running_then_its_worker_is_told(store):
    name = jobs_add(store, "run", {})
    jobs_claim(store, "w")
    job_cancel_request(store, name)
    assert not job_progress(store, name, 0.3)
    job_finish(store, name, "cancelled", runs=["partial"])
    assert job(store, name).state == "cancelled"
    assert job(store, name).progress == 0.3
    job_finish(store, name, "done")  # what ended stays as it ended
    assert job(store, name).state == "cancelled"


def _abandon(store, name):
    with store.engine.begin() as connection:
        jobs = store.tables.jobs
        connection.execute(update(jobs).where(jobs.c.id == name).values(heartbeat=0.0))


def test_job_when_its_worker_dies_then_another_gets_it_at_most_three_times(store):
    name = jobs_add(store, "run", {})
    for attempt in range(1, MOST_ATTEMPTS + 1):
        assert jobs_claim(store, f"w{attempt}").attempts == attempt
        _abandon(store, name)
    assert jobs_claim(store, "w9") is None
    assert job(store, name).state == "failed"
    assert "died" in job(store, name).error


def test_job_when_its_worker_dies_after_a_cancel_then_it_is_cancelled(store):
    name = jobs_add(store, "run", {})
    jobs_claim(store, "w")
    job_cancel_request(store, name)
    _abandon(store, name)
    assert jobs_claim(store, "w2") is None
    assert job(store, name).state == "cancelled"


def test_job_when_taken_away_from_a_slow_worker_then_that_one_is_told_to_stop(store):
    name = jobs_add(store, "run", {})
    jobs_claim(store, "slow")
    job_finish(store, name, "failed", error="given up")
    assert not job_progress(store, name, 0.9)
    assert job(store, "nobody") is None
