"""All cases."""

from __future__ import annotations

from tests.truth.cases_flows import FLOWS
from tests.truth.cases_lines import LINES, NETWORKS
from tests.truth.cases_machines import MACHINES
from tests.truth.cases_people import PEOPLE
from tests.truth.cases_queues import QUEUES

CASES = [*QUEUES, *LINES, *NETWORKS, *PEOPLE, *MACHINES, *FLOWS]
