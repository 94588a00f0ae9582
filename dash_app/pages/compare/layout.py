"""Comparison: verdict, table, interval plot, states, Gantt, WIP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import dcc, html

from dash_app import ids
from dash_app.pages.compare import figures
from dash_app.shell.figures import nothing
from dash_app.shell.layout import icon, pressed, wild
from dash_app.words import Words
from vtwin.app.views import CompareView


def page(view: CompareView, words: Words, address: Mapping[str, Any]) -> list[Any]:
    """The whole page."""
    head: list[Any] = [html.H1(words("compare.title"))]
    if view.rows:
        note = words("compare.note", replications=view.replications,
                     confidence=f"{view.confidence:.0%}".rstrip("%"))  # fmt: skip
        head.append(html.Span(note, className="muted"))
    top = html.Div(head, className="page-head")
    if view.scenario.problem is not None:
        broken = html.Pre(view.scenario.problem)
        return [top, nothing(words("empty.broken"), view.scenario.title, broken, mark="alert")]
    if not view.scenario.variants:
        empty = nothing(words("compare.no_variants"), words("compare.no_variants_more"))
        return [top, empty]
    picked = pick(view, words)
    if not view.rows:
        return [top, picked, nothing(words("compare.none_yet"), words("compare.none_yet_more"),
                                     mark="compare")]  # fmt: skip
    shown = address.get("shown") if address.get("shown") in figures.letters(view) else None
    shown = shown or view.best or view.variants[0].letter
    return [top, picked, verdict(view, words), pair(view, shown, words),
            *history(view, shown, words)]  # fmt: skip


def pick(view: CompareView, words: Words) -> html.Div:
    """Choose variants, how often, start."""
    names = list(view.scenario.variants)
    chosen = [v.key for v in view.variants if v.key in names] or names
    return html.Div(
        [
            html.Div(
                [html.Span(words("compare.pick"), className="pick-label"), *toggles(names, chosen)],
                className="pick-list",
                role="group",
                **wild({"aria-label": words("compare.pick")}),
            ),
            dcc.Store(id=ids.PICK, data=chosen),
            html.Label(
                [
                    words("header.replications"),
                    dcc.Input(id=ids.COMPARE_REPLICATIONS, type="number", min=2, max=1000, step=1,
                              value=max(view.scenario.replications, 2), className="number"),
                ],
                className="field", htmlFor=ids.COMPARE_REPLICATIONS,
            ),
            html.Button([icon("play"), words("compare.start")], id=ids.COMPARE,
                        className="button primary"),
        ],
        className="card pick",
    )  # fmt: skip


def toggles(names: list[str], chosen: list[str]) -> list[html.Button]:
    """One button per variant; address.js keeps what is pressed in the store beside them."""
    return [
        html.Button(
            [icon("check"), name],
            className="toggle",
            **wild({"data-pick": name, **pressed(name in chosen)}),
        )
        for name in names
    ]


def verdict(view: CompareView, words: Words) -> html.Section:
    """The sentence and the table."""
    parts: list[Any] = []
    if view.stale:
        parts.append(html.Div([icon("alert"), words("compare.stale")], className="notice"))
    parts.append(html.Div(figures.verdict(view, words), className="verdict"))
    parts.append(
        html.Div(figures.table(view, words), className="scroll-x", tabIndex="0", role="region",
                 **wild({"aria-label": words("compare.title")}))
    )  # fmt: skip
    return html.Section(parts, className="card")


def pair(view: CompareView, shown: str, words: Words) -> html.Div:
    """Interval plot beside the state bars."""
    confidence = f"{view.confidence:.0%}".rstrip("%")
    rows = (view.states or {}).get(shown, ())
    return html.Div(
        [
            html.Section(
                [
                    html.Div(html.H2(words("compare.difference", confidence=confidence)),
                             className="card-head"),
                    html.Div(
                        [
                            html.Div(markers(view, words), className="legend"),
                            html.Div(id=ids.INTERVALS, className="plot"),
                            dcc.Store(id=ids.INTERVALS_DATA, data=figures.intervals(view, words)),
                        ],
                        className="card-body",
                    ),
                ],
                className="card",
            ),
            html.Section(
                [
                    html.Div([html.H2(words("compare.states")), html.Div(className="fill"),
                              which(view, shown, words)], className="card-head"),
                    html.Div(
                        [
                            figures.state_legend(words),
                            html.Div(id=ids.STATES, className="plot states-plot"),
                            dcc.Store(id=ids.STATES_DATA, data=figures.states(rows, words)),
                        ],
                        className="card-body",
                    ),
                ],
                className="card",
            ),
        ],
        className="pair",
    )  # fmt: skip


def markers(view: CompareView, words: Words) -> list[Any]:
    """Legend of the interval plot."""
    parts = [
        html.Span([html.Span(className="shape", **wild({"data-shape": v.letter})),
                   f"{v.letter} · {v.key}"])
        for v in view.variants
    ]  # fmt: skip
    return [*parts, html.Span(words("compare.open_marker"), className="muted")]


def which(view: CompareView, shown: str, words: Words) -> html.Div:
    """Which variant the state bars and the Gantt show."""
    return html.Div(
        [
            html.Button(
                v.letter,
                title=v.key,
                **wild({"data-go": "shown", "data-value": v.letter, **pressed(v.letter == shown)}),
            )
            for v in view.variants
        ],
        className="segments", role="group", **wild({"aria-label": words("compare.show")}),
    )  # fmt: skip


def history(view: CompareView, shown: str, words: Words) -> list[Any]:
    """Gantt and WIP; their numbers follow in a second answer so that the page stands at once."""
    run = figures.letters(view)[shown].run
    runs = [view.base.run] if view.base else []
    runs += [v.run for v in view.variants]
    return [
        html.Section(
            [
                html.Div(
                    [html.H2(words("compare.gantt")), html.Span(shown, className="letter-chip"),
                     html.Span(words("compare.gantt_hint"), className="muted small"),
                     html.Div(className="fill"), figures.state_legend(words)],
                    className="card-head",
                ),
                html.Div(html.Div(id=ids.GANTT, className="gantt"), className="card-body"),
                dcc.Store(id=ids.GANTT_DATA, data=run),
            ],
            className="card compare-card gantt-card",
        ),
        html.Section(
            [
                html.Div(html.H2(words("compare.wip")), className="card-head"),
                html.Div(html.Div(id=ids.WIP, className="plot"), className="card-body"),
                dcc.Store(id=ids.WIP_DATA, data=runs),
            ],
            className="card compare-card",
        ),
    ]  # fmt: skip
