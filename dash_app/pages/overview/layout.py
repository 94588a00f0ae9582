"""Overview: six tiles, the floor, why the line is slow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import dcc, html

from dash_app import ids
from dash_app.pages.overview import figures
from dash_app.shell.figures import nothing
from dash_app.shell.layout import icon, pressed, wild
from dash_app.words import Words
from vtwin.app.views import OverviewView


def page(view: OverviewView, words: Words, selection: Mapping[str, Any]) -> list[Any]:
    """The whole page."""
    title = html.H1(words("nav.overview"), className="reader")
    if view.scenario.problem is not None:
        broken = html.Pre(view.scenario.problem)
        return [title, nothing(words("empty.broken"), view.scenario.title, broken, mark="alert")]
    if view.run is None:
        return [title, nothing(words("empty.no_run"), words("empty.no_run_more"), mark="play")]
    return [
        title,
        html.Div(figures.tiles(view, words), className="tiles"),
        html.Div(
            [floor_card(view, words, selection), side(view, words, selection)],
            className="floor-and-why",
        ),
        html.Button(
            [icon("cross"), words("header.wall_leave")], className="button wall-leave",
            **wild({"data-wall": "0"}),
        ),
    ]  # fmt: skip


def floor_card(view: OverviewView, words: Words, selection: Mapping[str, Any]) -> html.Section:
    """The map with its tools and legend."""
    colour = selection.get("colour") or "utilisation"
    shown = selection.get("flows", True)
    head: list[Any] = [
        html.H2(words("floor.title")),
        html.Div(className="fill"),
        html.Div(
            [
                html.Button(words(f"floor.{mode}"), **wild({"data-go": "colour", "data-value": mode,
                                                       **pressed(mode == colour)}))
                for mode in figures.COLOURS
            ],
            className="segments", role="group", **wild({"aria-label": words("floor.colour")}),
        ),
    ]  # fmt: skip
    if view.floor is not None and view.floor.flows:
        head.append(
            html.Button(words("floor.flows"), className="switch", role="switch",
                        **wild({"data-go": "flows", "data-value": "0" if shown else "1",
                           "aria-checked": "true" if shown else "false"}))
        )  # fmt: skip
    head.append(zoom(words))
    return html.Section(
        [
            html.Div(head, className="card-head", id="floor-tools"),
            html.Div(
                html.Div(id=ids.FLOOR, style={"position": "absolute", "inset": 0}),
                className="floor",
            ),
            foot(view, words, colour),
            dcc.Store(id=ids.FLOOR_DATA, data=figures.floor(view.floor, words, selection)),
            dcc.Store(id=ids.FLOOR_CHOICE, data=dict(selection)),
        ],
        className="card floor-card",
    )


def zoom(words: Words) -> html.Div:
    """Closer, further, all of it."""
    return html.Div(
        [
            html.Button(words("floor.fit"), className="button", **wild({"data-floor": "fit"})),
            *(
                html.Button(icon(f"zoom-{way}"), className="button square",
                            **wild({"data-floor": way, "aria-label": words(f"floor.zoom_{way}")}))
                for way in ("in", "out")
            ),
        ],
        className="zoom",
    )  # fmt: skip


def foot(view: OverviewView, words: Words, colour: str) -> html.Div:
    """Legend, and that positions are made up where they are."""
    parts: list[Any] = [
        html.Div(figures.legend(colour, view.floor, words), className="legend",
                 id=ids.FLOOR_LEGEND)
    ]  # fmt: skip
    if view.floor is not None and view.floor.illustrative:
        parts.append(html.Span([icon("info"), words("floor.illustrative")], className="note"))
    return html.Div(parts, className="floor-foot")


def side(view: OverviewView, words: Words, selection: Mapping[str, Any]) -> html.Div:
    """Why slow, the selected machine, people."""
    chosen = selection.get("machine")
    if chosen is None and view.floor is not None:
        chosen = figures.first_suspect(view.floor)
    return html.Div(
        [
            html.Section(
                [
                    html.Div(html.H2([icon("target"), words("why.title")]), className="card-head"),
                    html.Div(
                        figures.why_slow(view.why_slow, words, view.currency), className="card-body"
                    ),
                ],
                className="card",
            ),
            html.Section(
                figures.selected(view.floor, chosen, words), className="card", id=ids.SELECTED
            ),
            html.Section(
                [
                    html.Div(html.H2([icon("users"), words("staff.title")]), className="card-head"),
                    html.Div(figures.staff(view.staff, view.floor, words), className="card-body"),
                ],
                className="card",
            ),
            *_balance(view, words),
            *_transport(view, words),
            *_energy(view, words),
            *_tools(view, words),
            *_quality(view, words),
        ],
        className="side",
    )


def _balance(view: OverviewView, words: Words) -> list[html.Section]:
    """Takt and line balance, where something is assembled."""
    if view.balance is None:
        return []
    head = html.Div(html.H2([icon("compare"), words("balance.title")]), className="card-head")
    body = html.Div(figures.balance(view.balance, words), className="card-body")
    return [html.Section([head, body], className="card")]


def _transport(view: OverviewView, words: Words) -> list[html.Section]:
    """How busy vehicles are, where there are any."""
    if not view.vehicles:
        return []
    head = html.Div(html.H2([icon("truck"), words("vehicles.title")]), className="card-head")
    body = html.Div(figures.vehicles(view.vehicles, words), className="card-body")
    return [html.Section([head, body], className="card")]


def _energy(view: OverviewView, words: Words) -> list[html.Section]:
    """Energy, its cost by band of the tariff and the peak, where anything draws power."""
    if view.energy is None:
        return []
    head = html.Div(html.H2([icon("bolt"), words("energy.title")]), className="card-head")
    body = html.Div(figures.energy(view.energy, words, view.currency), className="card-body")
    return [html.Section([head, body], className="card")]


def _tools(view: OverviewView, words: Words) -> list[html.Section]:
    """How long tools last, where any wears out."""
    if not view.tools:
        return []
    head = html.Div(html.H2([icon("clock"), words("tools.title")]), className="card-head")
    body = html.Div(figures.tools(view.tools, words), className="card-body")
    return [html.Section([head, body], className="card")]


def _quality(view: OverviewView, words: Words) -> list[html.Section]:
    """What is scrapped and why, and what a suspect would call back, where that is known."""
    tables = []
    if view.scrap:
        tables.append((words("scrap.title"), figures.scrap(view.scrap, words)))
    if view.recall:
        tables.append((words("recall.title"), figures.recall(view.recall, words)))
    cards = []
    for title, table in tables:
        head = html.Div(html.H2([icon("target"), title]), className="card-head")
        cards.append(html.Section([head, html.Div(table, className="card-body")], className="card"))
    return cards
