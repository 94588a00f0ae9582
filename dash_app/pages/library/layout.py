"""Equipment library."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import html

from dash_app.pages.library import figures
from dash_app.words import Words
from vtwin.app.views import LibraryView


def page(view: LibraryView, words: Words, address: Mapping[str, Any]) -> list[Any]:
    """The whole page: a card per family, and beside them the model of the address (none: the
    first). Only that one's figures are drawn, however many models there are.
    """
    models = [model for family in view.families for model in family.models]
    facts = words("library.count", families=len(view.families), models=len(models))
    head = html.Div(
        [html.H1(words("library.title")), html.Span(facts, className="muted")],
        className="page-head",
    )
    troubles = [html.Div(text, className="notice") for text in view.troubles]
    chosen = next((m for m in models if m.name == address.get("model")), None)
    chosen = chosen or (models[0] if models else None)
    cards = [figures.family(one, chosen, words, address) for one in view.families]
    side = html.Div(
        [html.P(words("library.note"), className="muted"), *figures.model(chosen, words)],
        className="model-side",
    )
    return [head, *troubles, html.Div([html.Div(cards), side], className="equipment-library")]
