"""From a stored comparison to the comparison page, and from stored runs to its pictures."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from vtwin.app.overview import figure, machine_body, ranks
from vtwin.app.views import (
    BETTER,
    ROWS,
    STATES,
    Cell,
    CompareRow,
    CompareView,
    GanttRow,
    GanttView,
    RunRow,
    ScenarioRow,
    SeriesView,
    Standing,
    StateRow,
    VariantView,
    WipView,
)

if TYPE_CHECKING:
    from vtwin.results.record import RunRecord

Json = Mapping[str, Any]
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_STANDING: Mapping[str, Standing] = {
    "better": "better",
    "worse": "worse",
    "undefined": "no_data",
}


def view(
    row: ScenarioRow, study: Json, verdicts: Mapping[str, Json | None], run: RunRow | None
) -> CompareView:
    """The page out of the JSON of a study. ``verdicts``: label -> the jury's, for the ranks."""
    base = study["baseline"]
    labels = [label for label in study["results"] if label != base][: len(LETTERS)]
    letter = dict(zip(labels, LETTERS, strict=False))
    decided = study["verdict"]
    better = [name for name, one in decided["outcomes"].items() if one["call"] == "better"]
    return CompareView(
        scenario=row,
        base=VariantView("", None, study["runs"][base] or ""),
        variants=tuple(
            VariantView(
                letter[label],
                study["results"][label]["variant"] or label,
                study["runs"][label] or "",
                tuple(study["changes"].get(label, ())),
                dict(row.descriptions).get(study["results"][label]["variant"] or label),
            )
            for label in labels
        ),
        rows=_rows(study, base, labels),
        best=letter.get(decided["best"] or ""),
        beat_base=tuple(letter[name] for name in better if name in letter),
        goal=decided["goal"],
        goal_cells=tuple(_cell(decided["outcomes"][label]) for label in labels),
        replications=study["replications"],
        confidence=study["confidence"],
        states={
            letter[label]: state_rows(study["results"][label], verdicts.get(label))
            for label in labels
        },
        currency=_currency(study["results"][base]),
        stale=run is not None and run.stale,
        run=run,
    )


def _rows(study: Json, base: str, labels: Sequence[str]) -> tuple[CompareRow, ...]:
    known = study["results"][base]["kpis"]
    each = study["differences"]
    return tuple(
        CompareRow(
            key, BETTER[key], figure(known[key]), tuple(_cell(each[label][key]) for label in labels)
        )
        for key in ROWS
        if key in known
        and all(key in each[label] for label in labels)
        # A figure nobody could compute is no news in every column.
        and known[key]["mean"] is not None
    )


def _cell(one: Json) -> Cell:
    standing: Standing = _STANDING.get(one["call"], "unclear")
    if one["identical"]:
        standing = "same"
    return Cell(figure(one["alternative"]), figure(one["gain"]), standing, one["more_replications"])


def _currency(summary: Json) -> str | None:
    unit = summary["kpis"].get("unit_cost", {}).get("unit", "")
    return unit.partition("/")[0] or None


def state_rows(summary: Json, verdict: Json | None) -> tuple[StateRow, ...]:
    """State shares per machine, bottleneck first, then the busiest."""
    rank = ranks(verdict)
    rows = []
    for entry, body in summary["equipment"].items():
        for name in body.get("machines") or (entry,):
            one = machine_body(summary, name)
            if one is not None:
                states = tuple(one["states"][state] for state in STATES)
                rows.append(StateRow(name, "", states, rank.get(entry)))
    return tuple(sorted(rows, key=lambda r: (r.rank or 9, -r.states[0] - r.states[1], r.id)))


def gantt(record: RunRecord) -> GanttView | None:
    """States over time of the traced replication; None when none was traced."""
    shown = record.pictures
    if shown is None or not shown.traced:
        return None
    order = {
        row.id: (place, row.rank)
        for place, row in enumerate(state_rows(record.summary or {}, record.verdict))
    }
    rows = []
    for index, name in enumerate(shown.machines):
        mine = shown.gantt_machine == index
        start = tuple(round(t, 3) for t in shown.gantt_start_s[mine].tolist())
        state = tuple(shown.gantt_state[mine].tolist())
        if not start or start[0] > 0:  # machines begin starved; only changes are recorded
            start, state = (0.0, *start), (STATES.index("starved"), *state)
        rows.append(GanttRow(name, "", start, state, order.get(name, (0, None))[1]))
    rows.sort(key=lambda row: order.get(row.id, (len(order), None))[0])
    warmup = float((record.summary or {}).get("warmup_s", 0.0))
    return GanttView(shown.gantt_end_s, warmup, shown.start, tuple(rows))


def wip(records: Sequence[RunRecord]) -> WipView | None:
    """WIP over time, the base first."""
    series = []
    for place, record in enumerate(records):
        if record.pictures is None:
            continue
        half = [0.0 if math.isnan(v) else v for v in record.pictures.series_wip_half.tolist()]
        letter = "" if place == 0 else LETTERS[place - 1]
        mean = tuple(record.pictures.series_wip.tolist())
        series.append(SeriesView(letter, None if place == 0 else record.variant, mean, tuple(half)))
    first = next((r.pictures for r in records if r.pictures is not None), None)
    if first is None:
        return None
    warmup = float((records[0].summary or {}).get("warmup_s", 0.0))
    return WipView(first.bin_s, warmup, first.start, tuple(series))
