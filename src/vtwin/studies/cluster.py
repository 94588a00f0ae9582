"""Replications on a cluster of computers, through dask.distributed (``vtwin[cluster]``)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from typing import Any

from vtwin import __version__
from vtwin.base.errors import Problem, Refused

#: Patience with a scheduler that does not answer, s.
_PATIENCE_S = 10


class Cluster(Executor):
    """The workers of a dask scheduler as an executor."""

    def __init__(self, inner: Executor, worker_died: tuple[type[BaseException], ...]) -> None:
        self._inner = inner
        #: What a future raises when the worker that had it is gone.
        self.worker_died = worker_died

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Give a call to a worker."""
        return self._inner.submit(fn, *args, **kwargs)


@contextmanager
def cluster(address: str) -> Iterator[Cluster]:
    """An executor on the cluster whose scheduler answers at ``address`` (tcp://host:port);
    ``local`` starts one on this computer for as long as it is needed.

    Raises:
        Refused: dask is not installed (V572), nobody answers there (V573), or the workers have
            another version of vtwin (V574), whose results could differ.
    """
    try:
        from distributed import Client
        from distributed.comm.core import CommClosedError
        from distributed.scheduler import KilledWorker
    except ImportError as missing:
        problem = Problem(
            "V572",
            "a cluster needs the package dask.distributed",
            hint="pip install 'vtwin[cluster]', here and on every worker",
        )
        raise Refused(problem) from missing
    client = _connected(Client, address)
    try:
        _check(client, address)
        # Every replication is worth running: two calls with equal arguments are retries.
        with client.get_executor(pure=False, retries=2) as inner:
            yield Cluster(inner, (KilledWorker, CommClosedError))
    finally:
        client.close()


def _connected(client: Any, address: str) -> Any:
    try:
        if address == "local":
            return client(processes=True, threads_per_worker=1, dashboard_address=None)
        return client(address, timeout=_PATIENCE_S)
    except (OSError, ValueError, ImportError) as error:
        problem = Problem(
            "V573",
            f"no cluster answers at '{address}'",
            hint="start one with `dask scheduler`, give its address, e.g. tcp://10.0.0.5:8786",
        )
        raise Refused(problem) from error


def version() -> str:
    """The version of vtwin a worker has."""
    return __version__


def _check(client: Any, address: str) -> None:
    """Every worker must have this version of vtwin."""
    try:
        found = client.run(version)
    except Exception as error:  # whatever a worker without vtwin raises
        problem = Problem(
            "V574",
            f"the workers at '{address}' cannot run vtwin: {error}",
            hint=f"pip install vtwin=={__version__} on every worker",
        )
        raise Refused(problem) from error
    if not found:
        problem = Problem(
            "V573",
            f"the cluster at '{address}' has no workers",
            hint="start some with `dask worker ADDRESS`",
        )
        raise Refused(problem)
    others = sorted({v for v in found.values() if v != __version__})
    if others:
        problem = Problem(
            "V574",
            f"workers at '{address}' have vtwin {', '.join(others)}, this is {__version__}",
            hint=f"pip install vtwin=={__version__} on every worker",
        )
        raise Refused(problem)
