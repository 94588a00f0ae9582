"""Every test here runs on every engine."""

from __future__ import annotations

import pytest

from vtwin.engines import kernel, reference
from vtwin.engines.kernel.coverage import unsupported


@pytest.fixture(params=["reference", "kernel"])
def engine(request):
    """The ``simulate`` of an engine."""
    if request.param == "reference":
        return reference.simulate

    def simulate(program, *given, **more):
        missing = unsupported(program)
        if missing:
            pytest.skip(f"the kernel has no {', '.join(missing)}")
        return kernel.simulate(program, *given, **more)

    return simulate
