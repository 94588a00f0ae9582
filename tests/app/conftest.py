import pytest

from tests.app.made import line
from vtwin.app import runs


@pytest.fixture(scope="session")
def plant():
    """A saturated three-station line that is simulated in a blink."""
    return line()


@pytest.fixture(scope="session")
def result(plant):
    """Three replications of it, the first traced."""
    return runs.execute(plant, replications=3, store=False, trace=True)
