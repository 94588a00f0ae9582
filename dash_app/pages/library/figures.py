"""Equipment library: families and models to cards. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from dash import dcc, html

from dash_app.shell.layout import wild
from dash_app.words import Words
from vtwin.app.views import FamilyRow, ModelRow


def family(
    one: FamilyRow, chosen: ModelRow | None, words: Words, address: Mapping[str, Any]
) -> html.Section:
    """A family and its models, each a way to its figures."""
    head: list[Any] = [html.H2(one.name)]
    if one.package:
        chip = words("library.package", package=one.package)
        head.append(html.Span(chip, className="chip warn"))
    head.append(html.Span(one.doc.get(words.language, ""), className="muted small"))
    body: list[Any] = [
        html.Li(
            dcc.Link(
                [html.Code(entry.name), html.Span(entry.doc.get(words.language, ""))],
                href=way(entry, address),
                className="model here" if entry == chosen else "model",
            )
        )
        for entry in one.models
    ]
    if not body:
        body = [html.Li(words("library.no_models"), className="muted")]
    return html.Section(
        [html.Div(head, className="card-head"), html.Ul(body, className="models")],
        className="card equipment-family",
    )


def way(model: ModelRow, address: Mapping[str, Any]) -> str:
    """The address of a model, staying with the scenario and variant shown."""
    kept = {key: address[key] for key in ("scenario", "variant") if address.get(key)}
    return "/library?" + urlencode(kept | {"model": model.name}, safe="/")


def model(one: ModelRow | None, words: Words) -> list[Any]:
    """A model: every figure with where it comes from."""
    if one is None:
        return []
    keys = ("parameter", "value", "source")
    head = [html.Th(words(f"library.{key}"), scope="col") for key in keys]
    rows = [
        html.Tr([html.Td(html.Code(name)), html.Td(value), html.Td(source, className="source")])
        for name, value, source in one.parameters
    ]
    table = html.Table([html.Thead(html.Tr(head)), html.Tbody(rows)], className="table")
    return [
        html.Section(
            [
                html.Div(html.H2(one.name), className="card-head"),
                html.P(one.doc.get(words.language, ""), className="model-doc"),
                html.Div(
                    table,
                    className="scroll-x",
                    tabIndex="0",
                    role="region",
                    **wild({"aria-label": one.name}),
                ),
            ],
            className="card",
        )
    ]
