"""Comparison: views to components and drawing instructions. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from dash_app.shell.layout import icon
from dash_app.words import SHARES, Scale, Words, decimals, number, scale
from vtwin.app.views import (
    STATES,
    Cell,
    CompareRow,
    CompareView,
    Figure,
    GanttView,
    StateRow,
    VariantView,
    WipView,
)

ARROWS = {True: "up", False: "down"}


def name(variant: VariantView, words: Words) -> str:
    """What a column is called in a sentence."""
    return words("header.base") if variant.key is None else f"{variant.letter} ({variant.key})"


# ---- verdict


def verdict(view: CompareView, words: Words) -> list[Any]:
    """The best variant and what it gains; then each other variant in one sentence."""
    best = [v for v in view.variants if v.letter == view.best]
    parts: list[Any] = [html.B(headline(view, words) + " ")]
    for variant in best:
        worse = claims(view, variant, "worse", words)
        if worse:
            said = words(
                "compare.also_worse", variant=name(variant, words), claims=", ".join(worse[:3])
            )
            parts.append(html.Span(f"{said} ", className="rest"))
    parts += [
        html.Span(f"{remark(view, variant, words)} ", className="rest")
        for variant in view.variants
        if variant not in best
    ]
    return [icon("info"), html.P(parts)]


def headline(view: CompareView, words: Words) -> str:
    """Which variant is best in the figure that decides, and by how much."""
    best = [v for v in view.variants if v.letter == view.best]
    if best:
        at = view.variants.index(best[0])
        lead = [goal_claim(view, at, words)]
        lead += claims(view, best[0], "better", words, skip=view.goal)[:1]
        return f"{words('compare.best', variant=name(best[0], words))} {', '.join(lead)}."
    if view.beat_base:
        names = [name(v, words) for v in view.variants if v.letter in view.beat_base]
        return words("compare.several", variants=", ".join(names))
    return words("compare.no_best", kpi=words(f"kpi.{view.goal}"))


def goal_claim(view: CompareView, at: int, words: Words) -> str:
    """The deciding figure of one variant, with its interval."""
    row = next((row for row in view.rows if row.key == view.goal), view.rows[0])
    cell = view.goal_cells[at] if view.goal_cells else row.cells[at]
    return claim(row, cell, view, words, with_interval=True)


def remark(view: CompareView, variant: VariantView, words: Words) -> str:
    """What can be said of a variant that is not the best."""
    who = name(variant, words)
    better, worse = (claims(view, variant, way, words) for way in ("better", "worse"))
    good, bad = (", ".join(said[:2]) for said in (better, worse))
    if good and bad:
        return words("compare.also_both", variant=who, better=good, worse=bad)
    if good or bad:
        key = "compare.also_better" if good else "compare.also_worse"
        return words(key, variant=who, claims=good or bad)
    more = [cell.more for cell in column(view, variant) if cell.more]
    if more:
        return words("compare.unclear_more", variant=who, more=min(more))
    return words("compare.unclear", variant=who)


def column(view: CompareView, variant: VariantView) -> list[Cell]:
    """A variant's cells, one per row."""
    at = view.variants.index(variant)
    return [row.cells[at] for row in view.rows]


def claims(
    view: CompareView, variant: VariantView, way: str, words: Words, skip: str = ""
) -> list[str]:
    """What can be told apart in this direction: "good parts per day +62 /d"."""
    return [
        claim(row, cell, view, words)
        for row, cell in zip(view.rows, column(view, variant), strict=True)
        if cell.standing == way and cell.difference.mean is not None and row.key != skip
    ]


def claim(
    row: CompareRow, cell: Cell, view: CompareView, words: Words, with_interval: bool = False
) -> str:
    """One figure's difference, in words."""
    shown = row_scale(row, view, words)
    mean = (cell.difference.mean or 0.0) * shown.factor
    half = (cell.difference.half_width or 0.0) * shown.factor
    places = decimals(mean, half or None)
    return words(
        "compare.claim" if with_interval else "compare.claim_short",
        kpi=words(f"kpi.{row.key}"),
        difference=number(mean, places, sign=True),
        unit=words("unit.points") if row.key in SHARES else shown.unit,
        low=number(mean - half, places),
        high=number(mean + half, places),
        confidence=f"{view.confidence:.0%}".rstrip("%"),
    )


# ---- table


def row_scale(row: CompareRow, view: CompareView, words: Words) -> Scale:
    """One unit for a whole row."""
    return scale(row.key, row.base.mean, words, view.currency)


def table(view: CompareView, words: Words) -> html.Table:
    """Figures of the base, then value and paired difference of each variant."""
    head: list[Any] = [
        html.Th(words("compare.kpi"), scope="col"),
        html.Th(words("compare.base"), scope="col"),
    ]
    for variant in view.variants:
        what = [html.Span(variant.key or "", className="what")]
        told = (variant.description,) if variant.description else variant.changes[:2]
        what += [html.Span(one, className="what") for one in told]
        head.append(
            html.Th(
                [html.Span(variant.letter, className="letter"), *what],
                colSpan=2,
                scope="colgroup",
                title="\n".join(variant.changes),
                className="best" if variant.letter == view.best else "",
            )
        )
    body = [html.Tr(table_row(row, view, words)) for row in view.rows]
    return html.Table([html.Thead(html.Tr(head)), html.Tbody(body)], className="versus")


def table_row(row: CompareRow, view: CompareView, words: Words) -> list[Any]:
    """One KPI across the base and the variants."""
    shown = row_scale(row, view, words)
    places = row_places(row, shown)
    cells: list[Any] = [
        html.Th([words(f"kpi.{row.key}"), html.Span(f" {shown.unit}")], scope="row"),
        html.Td(with_interval(row.base, shown, places, words)),
    ]
    for variant, cell in zip(view.variants, row.cells, strict=True):
        best = " best" if variant.letter == view.best else ""
        value = cell.value.mean
        text = "–" if value is None else number(value * shown.factor, places)
        cells.append(html.Td(text, className="value" + best))
        cells.append(html.Td(change(cell, shown, words), className="difference" + best))
    return cells


def row_places(row: CompareRow, shown: Scale) -> int:
    """Decimals of a row's values."""
    if row.base.mean is None:
        return 1
    half = row.base.half_width
    return decimals(row.base.mean * shown.factor, half * shown.factor if half else None)


def with_interval(figure: Figure, shown: Scale, places: int, words: Words) -> list[Any]:
    """``408 ±4``."""
    if figure.mean is None:
        return [html.Span(words("compare.no_data"), className="muted")]
    parts: list[Any] = [html.B(number(figure.mean * shown.factor, places))]
    if figure.half_width is not None:
        half = number(figure.half_width * shown.factor, places)
        parts.append(html.Span(f" ±{half}", className="pm"))
    return parts


def change(cell: Cell, shown: Scale, words: Words) -> list[Any]:
    """An arrow and the paired difference, or that there is no clear one."""
    if cell.standing in ("unclear", "same", "no_data") or cell.difference.mean is None:
        key = {"unclear": "no_difference", "same": "same"}.get(cell.standing, "no_data")
        return [html.Span([icon("equal"), words(f"compare.{key}")], className="change unclear")]
    mean = cell.difference.mean * shown.factor
    half = (cell.difference.half_width or 0.0) * shown.factor
    places = decimals(mean, half or None)
    said = html.Span(words(f"compare.{cell.standing}"), className="reader")
    text = number(mean, places, sign=True)
    return [
        html.Span([icon(ARROWS[mean > 0]), text, said], className=f"change {cell.standing}"),
        html.Span(f" ±{number(half, places)}", className="pm"),
    ]


# ---- pictures


def intervals(view: CompareView, words: Words) -> dict[str, Any]:
    """Relative change per KPI and variant for assets/intervals.js; right is better."""
    rows = []
    for row in view.rows:
        marks = []
        for variant, cell in zip(view.variants, row.cells, strict=True):
            mean, base = cell.difference.mean, row.base.mean
            if mean is None or not base:
                continue
            way = 1.0 if row.better == "higher" else -1.0
            half = cell.difference.half_width or 0.0
            marks.append(
                {
                    "letter": variant.letter,
                    "mean": way * mean / abs(base),
                    "half": half / abs(base),
                    "open": cell.standing not in ("better", "worse"),
                }
            )
        rows.append({"label": words(f"kpi.{row.key}"), "marks": marks})
    return {"rows": rows, "axis": words("compare.axis"), "label": words("compare.axis_label")}


def states(rows: Sequence[StateRow], words: Words) -> dict[str, Any]:
    """State shares per machine for assets/states.js."""
    return {
        "rows": [{"id": r.id, "states": list(r.states), "rank": r.rank} for r in rows],
        "names": [words(f"state.{s}") for s in STATES],
        "label": words("compare.states"),
    }


def state_legend(words: Words) -> html.Div:
    """The shared legend of states."""
    return html.Div(
        [html.Span([html.Span(className=f"swatch {s}"), words(f"state.{s}")]) for s in STATES],
        className="legend",
    )


def gantt(view: GanttView | None, words: Words) -> dict[str, Any]:
    """What assets/gantt.js needs to draw; long arrays stay plain numbers."""
    if view is None:
        return {"none": words("compare.gantt_none")}
    return {
        "horizon": view.horizon_s,
        "warmup": view.warmup_s,
        "date": view.date,
        "day": words("compare.day", day="{}"),
        "label": words("compare.gantt_label"),
        "names": [words(f"state.{s}") for s in STATES],
        "rows": [
            {"id": r.id, "rank": r.rank, "start": list(r.start), "state": list(r.state)}
            for r in view.rows
        ],
    }


def wip(view: WipView | None, words: Words) -> dict[str, Any]:
    """WIP over time for assets/wip.js."""
    if view is None:
        return {}
    return {
        "bin": view.bin_s,
        "date": view.date,
        "warmup": view.warmup_s,
        "day": words("compare.day", day="{}"),
        "shade": words("compare.warmup"),
        "label": words("compare.wip_label"),
        "series": [
            {
                "letter": s.letter,
                "name": words("header.base") if s.key is None else f"{s.letter} · {s.key}",
                "mean": list(s.mean),
                "half": list(s.half_width),
            }
            for s in view.series
        ],
    }


def letters(view: CompareView) -> Mapping[str, VariantView]:
    """Letter to variant."""
    return {v.letter: v for v in view.variants}
