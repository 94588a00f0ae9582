"""Equipment library: read what is installed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash_app.pages.library import layout
from dash_app.words import Words
from vtwin.app.desk import Desk


def page(desk: Desk, words: Words, address: Mapping[str, Any], selection: Mapping[str, Any]) -> Any:
    """The page; the scenario shown stays the one of the address."""
    rows = desk.scenarios()
    chosen = [r for r in rows if r.key == address.get("scenario")] or list(rows[:1])
    return layout.page(desk.library(), words, address), chosen[0] if chosen else None, None
