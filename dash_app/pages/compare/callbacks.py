"""Comparison: start one, draw what was stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output

from dash_app import ids
from dash_app.pages.compare import layout
from dash_app.words import Words
from vtwin.app.desk import Desk


def page(desk: Desk, words: Words, address: Mapping[str, Any], selection: Mapping[str, Any]) -> Any:
    """The page and the base run, or None when there is no such scenario."""
    view = desk.compare(address.get("scenario"), address.get("variants") or ())
    return None if view is None else (layout.page(view, words, address), view.scenario, view.run)


def register(app: Dash, desk: Desk, catalogues: Mapping[str, Words]) -> None:
    """Connect the pictures to their drawing functions."""
    for draw, box, data in (
        ("intervals", ids.INTERVALS, ids.INTERVALS_DATA),
        ("states", ids.STATES, ids.STATES_DATA),
        ("gantt", ids.GANTT, ids.GANTT_DATA),
        ("wip", ids.WIP, ids.WIP_DATA),
    ):
        app.clientside_callback(  # type: ignore[no-untyped-call]
            ClientsideFunction("vtwin", draw), Output(box, "className"), Input(data, "data")
        )
