"""The frame's callbacks: address to page, jobs, language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import ALL, ClientsideFunction, Dash, Input, Output, State, ctx, dcc, html, no_update

from dash_app import ids
from dash_app.pages.compare import callbacks as compare
from dash_app.pages.library import callbacks as library
from dash_app.pages.overview import callbacks as overview
from dash_app.pages.runs import callbacks as runs
from dash_app.shell import figures
from dash_app.words import Words
from vtwin.app.desk import Desk, Refused

ROOMS = {
    "overview": overview.page,
    "compare": compare.page,
    "runs": runs.page,
    "library": library.page,
}


def register(app: Dash, desk: Desk, catalogues: Mapping[str, Words]) -> None:
    """Connect the frame."""
    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("vtwin", "address"),
        Output(ids.ADDRESS, "data"),
        Output(ids.SELECTION, "data"),
        Input(ids.LOCATION, "pathname"),
        Input(ids.LOCATION, "search"),
        State(ids.ADDRESS, "data"),
        State(ids.SELECTION, "data"),
    )

    @app.callback(
        Output(ids.HEADER, "children"),
        Output(ids.ACTIONS, "children"),
        Output(ids.NAV, "children"),
        Output(ids.PAGE, "children"),
        Output(ids.NOTICE, "children", allow_duplicate=True),
        Input(ids.ADDRESS, "data"),
        Input(ids.LANGUAGE, "data"),
        Input(ids.FRESH, "data"),
        State(ids.SELECTION, "data"),
        prevent_initial_call=True,
    )
    def page(
        address: dict[str, Any], language: str, _fresh: str | None, selection: dict[str, Any] | None
    ) -> Any:
        if address is None:
            return (no_update,) * 5
        words, rows = catalogues[language], desk.scenarios()
        room = ROOMS.get(address["page"])
        body, chosen, run = shown(room, desk, words, address, selection or {})
        return (
            figures.header(rows, chosen, run, address, words),
            figures.actions(address, chosen, words),
            figures.navigation(address, words),
            body,
            [],
        )

    work(app, desk, catalogues)


def shown(
    room: Any, desk: Desk, words: Words, address: dict[str, Any], selection: dict[str, Any]
) -> tuple[Any, Any, Any]:
    """A page's body, scenario and run; an honest page where there is none."""
    if room is None:
        back = dcc.Link(words("empty.back"), href="/", className="button")
        more = words("empty.unknown_page_more")
        return figures.nothing(words("empty.unknown_page"), more, back, alone=True), None, None
    found = room(desk, words, address, selection)
    if found is None:
        more = words("empty.no_scenario_more")
        return figures.nothing(words("empty.no_scenario"), more, alone=True), None, None
    return found  # type: ignore[no-any-return]


def work(app: Dash, desk: Desk, catalogues: Mapping[str, Words]) -> None:
    """Start, watch and cancel jobs."""

    @app.callback(
        Output(ids.JOBS, "children"),
        Output(ids.TICK, "interval"),
        Output(ids.FRESH, "data"),
        Input(ids.TICK, "n_intervals"),
        Input(ids.JOB_STARTED, "data"),
        Input(ids.JOB_CANCELLED, "data"),
        Input(ids.LANGUAGE, "data"),
        State(ids.FRESH, "data"),
    )
    def watch(_tick: int, _new: Any, _gone: Any, language: str, fresh: str | None) -> Any:
        rows = desk.jobs()
        open_work = any(row.state in ("queued", "running") for row in rows)
        ended = next((r.id for r in rows if r.state in ("done", "cancelled", "failed")), "none")
        changed = fresh is not None and ended != fresh
        return (
            figures.jobs(rows, catalogues[language]),
            700 if open_work else 5000,
            ended if changed or fresh is None else no_update,
        )

    def begin(start: Any, *values: Any) -> Any:
        """Queue work; a refusal is shown, not raised."""
        if not ctx.triggered_id or not ctx.triggered[0]["value"]:
            return no_update, no_update
        try:
            return start(*values), []
        except Refused as refused:
            return no_update, html.Div(str(refused), className="notice")

    target = (Output(ids.JOB_STARTED, "data", allow_duplicate=True),
              Output(ids.NOTICE, "children", allow_duplicate=True))  # fmt: skip
    place = State(ids.ADDRESS, "data")

    @app.callback(*target, Input(ids.RUN, "n_clicks"), place, State(ids.REPLICATIONS, "value"),
                  prevent_initial_call=True)  # fmt: skip
    def run(_clicks: int, at: dict[str, Any], replications: int | None) -> Any:
        return begin(desk.start_run, at.get("scenario"), at.get("variant"), replications or 0)

    @app.callback(*target, Input(ids.PROVE, "n_clicks"), place, State(ids.REPLICATIONS, "value"),
                  prevent_initial_call=True)  # fmt: skip
    def prove(_clicks: int, at: dict[str, Any], replications: int | None) -> Any:
        return begin(desk.start_explain, at.get("scenario"), at.get("variant"), replications or 0)

    @app.callback(*target, Input(ids.COMPARE, "n_clicks"), place, State(ids.PICK, "data"),
                  State(ids.COMPARE_REPLICATIONS, "value"), prevent_initial_call=True)  # fmt: skip
    def compare_them(_clicks: int, at: dict[str, Any], picked: list[str], count: int | None) -> Any:
        return begin(desk.start_compare, at.get("scenario"), picked or (), count or 0)

    @app.callback(Output(ids.JOB_CANCELLED, "data"), Input(ids.cancel(ALL), "n_clicks"),  # type: ignore[arg-type]
                  prevent_initial_call=True)  # fmt: skip
    def cancel(clicks: list[int | None]) -> Any:
        if not any(clicks) or not ctx.triggered_id:
            return no_update
        desk.cancel(ctx.triggered_id["job"])
        return ctx.triggered_id["job"]
