"""Golden KPIs of the shipped scenarios: ``python -m tools.golden [NAME…]`` writes
``scenarios/<name>/expected.yaml`` anew. Look at the difference before you commit it: a figure
that moved means that the simulation means something else than before.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import yaml

from vtwin.app import runs
from vtwin.app.scenarios import FILE, shipped_scenarios

SCENARIOS = Path(__file__).resolve().parents[1] / "scenarios"
REPLICATIONS = 2
FIGURES = ("good_per_day", "lead_time_s", "lead_time_p90_s", "wip", "oee", "utilisation", "on_time")


def figures(name: str, replications: int = REPLICATIONS) -> dict[str, Any]:
    """KPI means and machine states of a few replications, as plain numbers."""
    result = runs.run(SCENARIOS / name / FILE, replications=replications, store=False)
    kpis = result.summary.kpis
    return {
        "replications": replications,
        "seed": result.summary.seed,
        "kpis": {k: kpis[k].mean for k in FIGURES if k in kpis and kpis[k].mean is not None},
        "working": {
            name: entry.states["working"] for name, entry in result.summary.equipment.items()
        },
        "good": [int(tally.product_good.sum()) for tally in result.tallies],
    }


def main(names: list[str]) -> int:
    """Write the golden figures of these scenarios (none named: of all)."""
    for name in names or shipped_scenarios():
        path = SCENARIOS / name / "expected.yaml"
        head = "# Golden figures, written by `python -m tools.golden`; equal on every machine.\n"
        body = yaml.safe_dump(figures(name), sort_keys=False, allow_unicode=True)
        path.write_text(head + body, encoding="utf-8")
        print(f"written: {path.relative_to(SCENARIOS.parent)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
