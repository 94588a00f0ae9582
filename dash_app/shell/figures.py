"""Header, navigation and jobs as components: pure functions of views and words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from dash import dcc, html

from dash_app import ids
from dash_app.shell.layout import icon, pressed, wild
from dash_app.words import Words, duration, number
from vtwin.app.views import JobRow, RunRow, ScenarioRow

Address = Mapping[str, Any]
PAGES = (("watch", ("overview",)), ("study", ("compare",)), ("data", ("runs", "library")))
PATHS = {"overview": "/", "compare": "/compare", "runs": "/runs", "library": "/library"}


def link(page: str, address: Address) -> str:
    """The path of a page, staying with the scenario and variant shown."""
    kept = {key: address[key] for key in ("scenario", "variant") if address.get(key)}
    return PATHS[page] + (f"?{urlencode(kept)}" if kept else "")


def navigation(address: Address, words: Words) -> list[Any]:
    """Links to the pages there are."""
    parts: list[Any] = []
    for group, pages in PAGES:
        parts.append(html.Div(words(f"nav.{group}"), className="nav-group"))
        for page in pages:
            here = page == address.get("page")
            parts.append(
                dcc.Link(
                    [icon(page), html.Span(words(f"nav.{page}"))],
                    href=link(page, address),
                    className="nav-link here" if here else "nav-link",
                    title=words(f"nav.{page}"),
                )
            )
    return parts


def scenario_select(rows: Sequence[ScenarioRow], chosen: ScenarioRow, words: Words) -> Any:
    """The plant: a title, or a choice when there are several."""
    if len(rows) == 1:
        return html.Div(chosen.title, className="plant", title=chosen.title)
    return select("scenario", [(row.key, row.title) for row in rows], chosen.key,
                  words("header.scenario"), "plant-select")  # fmt: skip


def select(
    name: str, options: Sequence[tuple[str, str]], chosen: str, label: str, kind: str
) -> Any:
    """A native select that writes its choice into the address (see address.js)."""
    return html.Div(
        html.Select(
            [
                html.Option(text, value=value, **chosen_option(value == chosen))
                for value, text in options
            ],
            className="select",
            key=f"{name}-{chosen}-{len(options)}-{label}",
            **wild({"data-go": name, "aria-label": label}),
        ),
        className=f"select-box {kind}",
    )


def chosen_option(chosen: bool) -> Any:
    """The attribute of the option shown; the others have none."""
    return {"selected": True} if chosen else {}


def header(
    rows: Sequence[ScenarioRow], chosen: ScenarioRow | None, run: RunRow | None,
    address: Address, words: Words,
) -> list[Any]:  # fmt: skip
    """Which plant, which variant, which run."""
    if chosen is None:
        return []
    parts = [scenario_select(rows, chosen, words)]
    if chosen.variants and address.get("page") == "overview":
        options = [("", words("header.base")), *((name, name) for name in chosen.variants)]
        parts.append(
            select("variant", options, address.get("variant") or "", words("header.variant"),
                   "variant-select")
        )  # fmt: skip
    if chosen.problem is None and address.get("page") != "runs":
        parts.append(run_chip(run, words))
        if run is not None and run.stale:
            parts.append(
                html.Span([icon("alert"), words("header.stale")], className="chip warn",
                          title=words("header.stale_hint"))
            )  # fmt: skip
        if run is not None and address.get("run"):
            to_latest = link("overview", address)
            parts.append(dcc.Link(words("header.latest"), href=to_latest, className="chip"))
    return parts


def run_chip(run: RunRow | None, words: Words) -> Any:
    """How the figures on this page were obtained."""
    if run is None:
        text = words("header.no_run")
    else:
        text = words(
            "header.chip",
            replications=number(run.replications, 0),
            horizon=duration(run.horizon_s, words),
            warmup=duration(run.warmup_s, words) if run.warmup_s else words("duration.none"),
            seed=run.seed,
        )
    return html.Span([icon("clock"), text], className="chip")


def actions(address: Address, chosen: ScenarioRow | None, words: Words) -> list[Any]:
    """Run, wall mode, light or dark, language."""
    run = address.get("page") == "overview" and chosen is not None and chosen.problem is None
    parts: list[Any] = []
    if run and chosen is not None:
        parts += [
            html.Label(
                [
                    words("header.replications"),
                    dcc.Input(id=ids.REPLICATIONS, type="number", min=1, max=1000, step=1,
                              value=chosen.replications, className="number"),
                ],
                className="field",
                htmlFor=ids.REPLICATIONS,
            ),
            html.Button([icon("play"), words("header.run")], id=ids.RUN,
                        className="button primary", title=words("header.run_hint")),
        ]  # fmt: skip
    if address.get("page") == "overview":
        parts.append(
            html.Button([icon("wall"), html.Span(words("header.wall"))],
                        className="button wall-button",
                        **wild({"data-wall": "1"}))
        )  # fmt: skip
    parts += [
        html.Button([icon("moon"), icon("sun")], className="button square theme-button",
                    **wild({"data-theme-toggle": "1", "aria-label": words("header.dark"),
                       "data-dark": words("header.dark"), "data-light": words("header.light")})),
        html.Div(
            [
                html.Button(words(f"header.{name}") if name == "korean" else "EN",
                            **wild({"data-language": code, "lang": code,
                               "aria-label": words(f"header.{name}"),
                               **pressed(words.language == code)}))
                for code, name in (("ko", "korean"), ("en", "english"))
            ],
            className="segments", role="group", **wild({"aria-label": words("header.language")}),
        ),
    ]  # fmt: skip
    return parts


def jobs(rows: Sequence[JobRow], words: Words) -> list[Any]:
    """A strip for each piece of open work, and for failures until the next one starts."""
    return [job(row, words) for row in rows if row.state in ("queued", "running")] + [
        job(row, words) for row in rows[:1] if row.state == "failed"
    ]


def job_name(row: JobRow, words: Words) -> str:
    """What a job does, to whom."""
    who = ", ".join(name or words("header.base") for name in row.variants)
    return f"{words(f'job.{row.kind}')}: {row.scenario} · {who}"


def job_state(row: JobRow, words: Words) -> str:
    """How far a job is."""
    if row.state == "queued":
        return words("job.queued", position=row.position)
    if row.state == "running":
        return words("job.running", share=f"{row.progress:.0%}")
    if row.state == "failed":
        return f"{words('job.failed')}: {row.error or ''}"
    return words(f"job.{row.state}")


def job(row: JobRow, words: Words) -> Any:
    """One strip: name, bar, state, cancel."""
    name = job_name(row, words)
    parts: list[Any] = [
        html.Span(name, className="what", title=name),
    ]
    if row.state != "failed":
        parts.append(html.Div(html.Span(style={"width": f"{row.progress:.1%}"}), className="bar"))
    parts.append(html.Span(job_state(row, words), className="how"))
    if row.state in ("queued", "running"):
        parts.append(
            html.Button([icon("cross"), words("job.cancel")], id=ids.cancel(row.id),
                        className="button quiet",
                        **wild({"aria-label": words("job.cancel_of", job=name)}))
        )  # fmt: skip
    return html.Div(parts, className=f"job {row.state}")


def nothing(
    title: str, more: str, *extra: Any, mark: str = "nothing", alone: bool = False
) -> html.Div:
    """An honest empty page; ``alone`` when it has no other heading."""
    head = html.H1(title) if alone else html.H2(title)
    return html.Div([icon(mark), head, html.P(more), *extra], className="card nothing-here")
