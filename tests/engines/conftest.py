"""Every test here runs on every engine."""

from __future__ import annotations

import pytest

from vtwin.engines.choose import engine as choose


@pytest.fixture(params=["reference"])
def engine(request):
    """The ``simulate`` of an engine."""
    return choose(request.param, None).simulate
