"""What all tests share: properties are judged by their answers, never by the clock; nobody's
own run store is touched.
"""

from __future__ import annotations

import os
import signal

import pytest
from hypothesis import settings

settings.register_profile("vtwin", deadline=None)
settings.load_profile("vtwin")


@pytest.fixture(scope="session", autouse=True)
def _own_store(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Runs of the tests are kept in a folder of the tests."""
    os.environ["VTWIN_STORE"] = str(tmp_path_factory.mktemp("store") / "runs.sqlite")


@pytest.fixture(scope="session", autouse=True)
def _interruptible() -> None:
    """Ctrl-C works in the tests and the programs they start, even where the tests themselves
    were started in the background, which ignores it.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
