"""Every test here runs on every engine."""

from __future__ import annotations

from typing import Any

import pytest

from vtwin.engines.choose import engine as choose
from vtwin.engines.kernel.coverage import unsupported
from vtwin.plant.program import Program
from vtwin.plant.trace import Tally


@pytest.fixture(params=["reference", "kernel"])
def engine(request):
    """The ``simulate`` of an engine; a test of what the kernel does not have is skipped there."""

    def simulate(program: Program, replication: int, **keys: Any) -> Tally:
        missing = unsupported(program)
        if request.param == "kernel" and missing:
            pytest.skip(f"the kernel has no {', '.join(missing)}")
        return choose(request.param, program).simulate(program, replication, **keys)

    return simulate
