"""Overview: what changes without reading the page anew."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, no_update

from dash_app import ids
from dash_app.pages.overview import figures, layout
from dash_app.words import Words
from vtwin.app.desk import Desk


def page(desk: Desk, words: Words, address: Mapping[str, Any], selection: Mapping[str, Any]) -> Any:
    """The page and its run, or None when there is no such scenario."""
    view = desk.overview(*asked(address))
    return None if view is None else (layout.page(view, words, selection), view.scenario, view.run)


def asked(address: Mapping[str, Any]) -> tuple[str | None, str | None, str | None]:
    """Which run of which variant of which scenario."""
    return address.get("scenario"), address.get("variant"), address.get("run")


def register(app: Dash, desk: Desk, catalogues: Mapping[str, Words]) -> None:
    """Connect the map, its colour modes and the panel of the selected machine."""
    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("vtwin", "floor"),
        Output(ids.FLOOR, "className"),
        Input(ids.FLOOR_DATA, "data"),
        Input(ids.FLOOR_CHOICE, "data"),
    )

    @app.callback(
        Output(ids.SELECTED, "children"),
        Output(ids.FLOOR_LEGEND, "children"),
        Input(ids.FLOOR_CHOICE, "data"),
        State(ids.ADDRESS, "data"),
        State(ids.LANGUAGE, "data"),
        prevent_initial_call=True,
    )
    def choose(selection: dict[str, Any], address: dict[str, Any], language: str) -> Any:
        view = desk.overview(*asked(address))
        if view is None or view.floor is None:
            return no_update, no_update
        words = catalogues[language]
        chosen = selection.get("machine") or figures.first_suspect(view.floor)
        colour = selection.get("colour") or "utilisation"
        return (
            figures.selected(view.floor, chosen, words),
            figures.legend(colour, view.floor, words),
        )
