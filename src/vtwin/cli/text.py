"""Answers as text for people: rich tables, aligned units, ± intervals."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from vtwin.base.errors import Problem


def problems(found: Iterable[Problem]) -> None:
    """Problems on standard error, one line each, as they are."""
    for problem in found:
        head = "warning: " if problem.severity == "warning" else ""
        print(f"{head}{problem}", file=sys.stderr)
