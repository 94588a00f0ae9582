"""vtwin: try a change to the plant before moving a single machine.

The front door: ``vtwin.run("plant.yaml")``, ``vtwin.compare(...)``, ``vtwin.explain(...)``,
``vtwin.check(...)``. Everything here is loaded when it is first used, so that importing vtwin
costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vtwin.app.balancing import balance as balance
    from vtwin.app.reallocation import optimise as optimise
    from vtwin.app.runs import RunResult as RunResult
    from vtwin.app.runs import run as run
    from vtwin.app.scenarios import check as check
    from vtwin.app.scenarios import new as new
    from vtwin.app.studies import compare as compare
    from vtwin.app.studies import explain as explain
    from vtwin.base.errors import Problem as Problem
    from vtwin.base.errors import Refused as Refused

__version__ = "0.1.0"

_FROM = {
    "run": "vtwin.app.runs",
    "RunResult": "vtwin.app.runs",
    "compare": "vtwin.app.studies",
    "explain": "vtwin.app.studies",
    "balance": "vtwin.app.balancing",
    "optimise": "vtwin.app.reallocation",
    "check": "vtwin.app.scenarios",
    "new": "vtwin.app.scenarios",
    "Problem": "vtwin.base.errors",
    "Refused": "vtwin.base.errors",
}

__all__ = ["__version__", *_FROM]


def __getattr__(name: str) -> Any:
    """Load what the front door offers when it is asked for."""
    if name not in _FROM:
        raise AttributeError(f"module 'vtwin' has no attribute '{name}'")
    return getattr(import_module(_FROM[name]), name)


def __dir__() -> list[str]:
    """What completion offers."""
    return sorted(__all__)
