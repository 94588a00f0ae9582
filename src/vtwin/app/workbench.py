"""The process that does long work for the web app: takes jobs from the store, one at a time.

``python -m vtwin.app.workbench --store URL --parent PID``. It ends when its parent is gone.
Several may run beside one another, also for several web servers.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from vtwin.base.errors import Refused

if TYPE_CHECKING:
    from vtwin.results.jobs import Job, JobState
    from vtwin.results.store import Store

#: How often to look for work and to report on it, s.
_PAUSE_S = 0.5
_REPORT_S = 0.3
_HEARTBEAT_S = 10.0

Work = Callable[["Bench", "Job"], tuple[Any, list[str]]]


class Bench:
    """One job in hand: reports progress, hears that it is to stop."""

    def __init__(self, store: Store, job: Job) -> None:
        self.store = store
        self.job = job
        self.stop = threading.Event()
        self._share = 0.0
        self._reported = 0.0
        self._lock = threading.Lock()

    def report(self, share: float, message: str = "") -> None:
        """Tell the store now and then how far the job is, and hear whether to stop."""
        with self._lock:
            self._share = max(self._share, min(share, 1.0))
            now = time.monotonic()
            if now - self._reported < _REPORT_S:
                return
            self._reported = now
        self.beat(message)

    def beat(self, message: str = "") -> None:
        """Show that the worker lives."""
        from vtwin.results.jobs import job_progress

        if not job_progress(self.store, self.job.id, self._share, message):
            self.stop.set()

    def part(self, number: int, parts: int) -> Callable[[str, float], None]:
        """The progress of one part of several."""
        return lambda message, share: self.report((number + share) / parts, message)


def run(bench: Bench, job: Job) -> tuple[Any, list[str]]:
    """Simulate one variant."""
    from vtwin.app import runs

    result = runs.run(
        job.payload["path"],
        variant=job.payload["variants"][0],
        replications=job.payload["replications"],
        store=bench.store.url,
        trace=True,
        progress=bench.part(0, 1),
        cancelled=bench.stop.is_set,
    )
    return None, [result.run_id] if result.run_id else []


def compare(bench: Bench, job: Job) -> tuple[Any, list[str]]:
    """Simulate the base and variants under common random numbers and compare them."""
    from vtwin.app import runs, studies

    path, count = job.payload["path"], job.payload["replications"]
    base = runs.ready(path)
    plants = {studies.BASELINE: base}
    for name in job.payload["variants"]:
        plants[name] = runs.ready(path, name, seed=base.program.run.seed)
    done = {}
    for number, (label, plant) in enumerate(plants.items()):
        done[label] = runs.execute(
            plant,
            replications=count,
            store=bench.store.url,
            trace=True,
            progress=bench.part(number, len(plants)),
            cancelled=bench.stop.is_set,
        )
    study = studies.compare_plants(plants, done=done)
    body = study.to_json()
    return body, [run for run in body["runs"].values() if run]


def explain(bench: Bench, job: Job) -> tuple[Any, list[str]]:
    """Simulate a variant, then each suspect 10 % faster."""
    from vtwin.app import runs, studies

    plant = runs.ready(job.payload["path"], job.payload["variants"][0])
    suspects = studies.SUSPECTS
    result = runs.execute(
        plant,
        replications=job.payload["replications"],
        store=bench.store.url,
        trace=True,
        progress=bench.part(0, suspects + 1),
        cancelled=bench.stop.is_set,
    )

    def progress(_: str, share: float) -> None:
        bench.report((1 + suspects * share) / (suspects + 1))

    found = studies.explain_run(plant, result, progress=progress, cancelled=bench.stop.is_set)
    return studies.proof_body(plant, found), [result.run_id] if result.run_id else []


KINDS: dict[str, Work] = {"run": run, "compare": compare, "explain": explain}


def do(store: Store, job: Job) -> None:
    """Carry out one job and close it, whatever happens."""
    from vtwin.results.jobs import job_finish

    bench = Bench(store, job)
    with _heartbeat(bench):
        try:
            result, made = KINDS[job.kind](bench, job)
        except KeyboardInterrupt:
            job_finish(store, job.id, "cancelled")
            return
        except Refused as refused:
            job_finish(store, job.id, "failed", error=str(refused))
            return
        except Exception as error:
            # The web page shows one line; the rest is for the terminal of the server.
            traceback.print_exc()
            job_finish(store, job.id, "failed", error=f"{type(error).__name__}: {error}")
            return
    state: JobState = "cancelled" if bench.stop.is_set() else "done"
    job_finish(store, job.id, state, result=result, runs=made)


@contextmanager
def _heartbeat(bench: Bench) -> Iterator[None]:
    done = threading.Event()

    def beat() -> None:
        while not done.wait(_HEARTBEAT_S):
            bench.beat()

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def leave_with(parent: int) -> None:
    """End this process, at once, when its parent is gone. The job in hand stays open and is
    taken up by the next worker; what it finished is kept.
    """

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_PAUSE_S)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def work(store_url: str, parent: int | None = None) -> None:
    """Take jobs until the parent process is gone."""
    from vtwin.results.jobs import jobs_claim
    from vtwin.results.store import Store

    name = f"{os.uname().nodename if hasattr(os, 'uname') else 'worker'}:{os.getpid()}"
    with Store(store_url) as store:
        while parent is None or os.getppid() == parent:
            job = jobs_claim(store, name)
            if job is None:
                time.sleep(_PAUSE_S)
            else:
                do(store, job)


@contextmanager
def attended(store_url: str) -> Iterator[None]:
    """A worker process beside this one, started again when it dies."""
    done = threading.Event()

    def start() -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "vtwin.app.workbench", "--store", store_url]
        return subprocess.Popen([*command, "--parent", str(os.getpid())])

    process = [start()]

    def watch() -> None:
        while not done.wait(2.0):
            if process[0].poll() is not None:
                process[0] = start()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()
        process[0].terminate()
        process[0].wait(10)


def main(arguments: list[str] | None = None) -> None:
    """Entry point of the worker process."""
    parser = argparse.ArgumentParser(prog="python -m vtwin.app.workbench")
    parser.add_argument("--store", required=True, help="database URL of the run store")
    parser.add_argument("--parent", type=int, help="end when this process is gone")
    given = parser.parse_args(arguments)
    # The web server tells its worker when to end; Ctrl-C in the terminal reaches both.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if given.parent is not None:
        leave_with(given.parent)
    work(given.store, given.parent)


if __name__ == "__main__":
    main()
