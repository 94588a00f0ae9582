"""Run history: rows to a table. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from dash import dcc, html

from dash_app.shell.figures import job_name, job_state
from dash_app.words import Words, decimals, duration, number
from vtwin.app.views import JobRow, RunRow

COLUMNS = ("scenario", "variant", "good", "replications", "horizon", "seed", "engine", "finished",
           "version", "program")  # fmt: skip
NUMBERS = frozenset({"good", "replications", "horizon", "seed"})


def table(rows: Sequence[RunRow], words: Words) -> html.Table:
    """All stored runs, newest first."""
    head = [
        html.Th(words(f"runs.{name}"), scope="col", className="figure" if name in NUMBERS else "")
        for name in COLUMNS
    ]
    return html.Table(
        [html.Thead(html.Tr(head)), html.Tbody([html.Tr(row(r, words)) for r in rows])],
        className="table",
    )


def row(run: RunRow, words: Words) -> list[Any]:
    """One run; its name leads to the overview of what it showed."""
    address = {
        "scenario": run.scenario,
        **({"variant": run.variant} if run.variant else {}),
        "run": run.id,
    }
    good, half = run.good_per_day.mean, run.good_per_day.half_width
    places = decimals(good or 0.0, half)
    text = "–" if good is None else number(good, places)
    if good is not None and half is not None:
        text += f" ±{number(half, places)}"
    figure = "figure"
    return [
        html.Td(dcc.Link(run.title, href=f"/?{urlencode(address)}")),
        html.Td(run.variant or words("header.base")),
        html.Td(text, className=figure),
        html.Td(number(run.replications, 0), className=figure),
        html.Td(duration(run.horizon_s, words), className=figure),
        html.Td(str(run.seed), className=figure),
        html.Td(run.engine),
        html.Td(html.Time(when(run.finished), dateTime=run.finished)),
        html.Td(run.version),
        html.Td([html.Code(run.program.removeprefix("sha256:")[:10]), " ", fresh(run, words)]),
    ]


def fresh(run: RunRow, words: Words) -> html.Span:
    """Whether the scenario still says what was run."""
    return html.Span(
        words("runs.stale" if run.stale else "runs.now"),
        className="chip warn" if run.stale else "chip",
    )


def when(moment: str) -> str:
    """``2026-01-31 14:05`` in this computer's time zone."""
    try:
        return datetime.fromisoformat(moment).astimezone().strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return moment


def jobs(rows: Sequence[JobRow], words: Words) -> html.Table:
    """What was asked for lately."""
    return html.Table(
        html.Tbody(
            [
                html.Tr(
                    [
                        html.Td(job_name(r, words)),
                        html.Td(job_state(r, words), style={"whiteSpace": "normal"}),
                        html.Td(html.Time(when(r.created), dateTime=r.created)),
                    ]
                )
                for r in rows
            ]
        ),
        className="table",
    )
