"""Run history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html

from dash_app.pages.runs import figures
from dash_app.shell.figures import nothing
from dash_app.shell.layout import wild
from dash_app.words import Words
from vtwin.app.views import JobRow, RunRow


def page(rows: Sequence[RunRow], jobs: Sequence[JobRow], words: Words) -> list[Any]:
    """The whole page."""
    head = html.Div(
        [html.H1(words("runs.title")), html.Span(words("runs.note"), className="muted")],
        className="page-head",
    )
    if not rows and not jobs:
        return [head, nothing(words("runs.none"), words("runs.none_more"), mark="runs")]
    parts: list[Any] = [head]
    if rows:
        parts.append(region(figures.table(rows, words), words("runs.title")))
    if jobs:
        title = html.Div(html.H2(words("runs.jobs")), className="card-head")
        parts.append(region(figures.jobs(jobs[:10], words), words("runs.jobs"), title))
    return parts


def region(table: Any, label: str, *head: Any) -> html.Section:
    """A card around a table that may scroll sideways."""
    scroll = html.Div(
        table, className="scroll-x", tabIndex="0", role="region", **wild({"aria-label": label})
    )
    return html.Section([*head, scroll], className="card", style={"marginBottom": "14px"})
