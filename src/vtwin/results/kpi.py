"""The door to the figures: element -> formula -> KPI -> interval.

Elements are read from a tally in :mod:`~vtwin.results.elements`, the table of formulas is
:mod:`~vtwin.results.formulas`, :mod:`~vtwin.results.measures` applies it to one replication
and :mod:`~vtwin.results.summary` puts intervals on many.
"""

from __future__ import annotations

from vtwin.results.formulas import KPIS, Kpi, unit_of
from vtwin.results.measures import Measures, machine_oee, measure
from vtwin.results.summary import EquipmentSummary, PeopleSummary, Summary, summarise

__all__ = [
    "KPIS",
    "EquipmentSummary",
    "Kpi",
    "Measures",
    "PeopleSummary",
    "Summary",
    "machine_oee",
    "measure",
    "summarise",
    "unit_of",
]
