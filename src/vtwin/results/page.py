"""The page of formulas, ``docs/kpi.md``, written from the tables the figures come from."""

from __future__ import annotations

from vtwin.results.elements import ELEMENTS
from vtwin.results.formulas import KPIS

_INTRO = """# Figures and their formulas

Every figure of a run can be followed back: KPI, formula, elements, state times, events. Names
follow ISO 22400-2 where it has one; conformity is not claimed. All figures cover the time after
the warm-up, `[warm-up, horizon)`, unless a formula says otherwise.

- States partition the time of a machine: its state times sum to the observed time, to the
  nanosecond. A machine that is idle (`starved`) is not down.
- Over replications a figure is a mean with the half width of its two-sided Student-t interval
  (95 % unless asked otherwise). A figure without an interval says why.
- Several machines of one entry: times and quantities are added before dividing; OEE is the mean
  weighted with PBT. Entries that share a station share its queue.
- Effectiveness may exceed 100 %: cycles can be faster than planned. OEE cannot: it is a share of
  planned time.
- Costs are those the scenario gives: machine hours over planned busy time, people over time on
  duty, energy, material of the pieces started, floor. Without any, unit cost is null.
- Lead times are piece-weighted, from release to leaving the plant.
"""

_TAIL = """## The loss ledger

Every tick of every machine is booked to one cause: `setup`, `waiting_operator`, `blocked`,
`starved`, `down` and `planned_stop` as in its states; time in state `working` is divided into
`slow` (cycles that took longer than planned, where the interval over replications shows it),
`scrap` (the share of the rest that went into pieces scrapped there) and `good`. The shares sum to
exactly 100 %.

## Comparing plants

All plants run the same replications with the same seed; random draws are addressed by name, so
what differs is the plant. Differences are paired per replication. A difference is called *better*
or *worse* when its interval excludes zero, else the two *cannot be told apart*, with the number
of further replications that would settle it if the difference seen is the true one. On the KPI
that decides, intervals hold together for all alternatives (Bonferroni). That KPI is good pieces
per day, unless demand limits every plant compared; then the on-time share, and where nothing is
ever late, the mean lead time. A plant is limited by demand when it has no endless or
level-controlled release and makes at least 97 % of what is asked of it.

The gain of common random numbers is reported as `crn_gain`:
(variance of A + variance of B) / variance of the paired differences, that is how many times fewer
replications they needed here.
"""


def page() -> str:
    """``docs/kpi.md`` as text."""
    lines = [_INTRO, "## Elements\n", "| Element | Name | Unit | Meaning |", "|---|---|---|---|"]
    lines += [f"| {e.key} | {e.name} | {e.unit} | {e.meaning} |" for e in ELEMENTS]
    lines += [
        "",
        "## KPIs\n",
        "| Key | Name | Unit | Better | Formula | Elements | Of | No value when |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for kpi in KPIS.values():
        unit = kpi.unit.format(currency="currency")
        cells = (
            f"`{kpi.key}`",
            kpi.name,
            unit,
            kpi.better or "neither",
            kpi.formula,
            ", ".join(kpi.elements),
            ", ".join(kpi.scopes),
            kpi.undefined,
        )
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join([*lines, "", _TAIL])
