"""The frame: what stays while pages change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import dcc, html

from dash_app import ids
from dash_app.words import Words


def icon(name: str) -> html.Span:
    """A decorative icon in the colour of its text."""
    return html.Span(className=f"icon {name}", **wild({"aria-hidden": "true"}))


def wild(attributes: Mapping[str, str]) -> Any:
    """``data-`` and ``aria-`` attributes, which no signature can name."""
    return dict(attributes)


def frame(words: Words) -> html.Div:
    """The page before anything is known: filled by callbacks once the address is read."""
    return html.Div(
        [
            dcc.Location(id=ids.LOCATION, refresh="callback-nav"),
            dcc.Store(id=ids.ADDRESS),
            dcc.Store(id=ids.SELECTION),
            dcc.Store(id=ids.LANGUAGE, data=words.language),
            dcc.Store(id=ids.FRESH),
            dcc.Store(id=ids.JOB_STARTED),
            dcc.Store(id=ids.JOB_CANCELLED),
            dcc.Interval(id=ids.TICK, interval=1000),
            html.A(words("app.skip"), href="#page", className="skip"),
            html.Div(
                [
                    html.Header(
                        [
                            dcc.Link(
                                [icon("plant-mark"), html.Span("vtwin")],
                                href="/",
                                className="brand",
                                title=words("nav.overview"),
                            ),
                            html.Div(
                                [
                                    html.Div(id=ids.HEADER),
                                    html.Div(className="fill"),
                                    html.Div(id=ids.ACTIONS, className="actions"),
                                ],
                                className="header",
                            ),
                        ],
                        className="top",
                    ),
                    html.Nav(
                        id=ids.NAV, className="nav", **wild({"aria-label": words("nav.label")})
                    ),
                    html.Main(
                        [
                            html.Div(id=ids.NOTICE, role="alert"),
                            html.Div(id=ids.JOBS, className="jobs", role="status"),
                            html.Div(id=ids.PAGE),
                        ],
                        className="main",
                        tabIndex="-1",
                        id="content",
                    ),
                ],
                className="frame",
            ),
        ]
    )


def pressed(on: bool) -> dict[str, str]:
    """The attribute of a toggle button."""
    return {"aria-pressed": "true" if on else "false"}
