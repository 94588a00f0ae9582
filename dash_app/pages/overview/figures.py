"""Overview: views to components and drawing instructions. Pure functions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from dash_app import ids
from dash_app.shell.layout import icon, wild
from dash_app.words import SHARES, Words, decimals, duration, number, scale
from vtwin.app.views import (
    LOSSES,
    STATES,
    BalanceStation,
    BalanceView,
    EnergyUse,
    Figure,
    FleetUse,
    FloorView,
    HelperView,
    MachineView,
    OverviewView,
    RecallUse,
    ScrapCause,
    StaffLoss,
    Suspect,
    Tile,
    ToolLife,
    WhySlow,
)

COLOURS = ("utilisation", "loss", "states", "queue")


# ---- tiles


def tiles(view: OverviewView, words: Words) -> list[Any]:
    """The six KPI tiles."""
    return [tile(one, words, view.currency) for one in view.tiles]


def tile(one: Tile, words: Words, currency: str | None) -> html.Section:
    """Value, interval, bullet bar, gap or "met"; what is not known is said, not shown as 0."""
    name = words(f"kpi.{one.key}")
    head: list[Any] = [html.H2(name, title=name)]
    if one.met is False:
        head.append(
            html.Span(
                [icon("alert"), html.Span(words("tile.missed"), className="reader")],
                title=words("tile.missed"),
            )
        )
    return html.Section(
        [
            html.Div(head, className="tile-name"),
            tile_value(one, words, currency),
            bullet(one, words, currency),
            tile_foot(one, words, currency),
        ],
        className="card tile",
    )


def tile_value(one: Tile, words: Words, currency: str | None) -> html.Div:
    """The number, its unit and ± interval."""
    mean, half = one.value.mean, one.value.half_width
    if mean is None:
        return html.Div(html.Span(words("tile.no_data"), className="none"), className="tile-value")
    shown = scale(one.key, mean, words, currency)
    places = decimals(mean * shown.factor, half * shown.factor if half else None)
    unit = shown.unit if half is None else f"{shown.unit} ±{number(half * shown.factor, places)}"
    return html.Div(
        [html.B(number(mean * shown.factor, places)), html.Span(unit.strip())],
        className="tile-value",
    )


def reach(one: Tile) -> float | None:
    """The right end of the bullet bar, None when nothing gives it a scale."""
    if one.value.mean is None:
        return None
    if one.key in SHARES:
        return 1.0
    if one.target:
        return max(1.5 * one.target, 1.1 * one.value.mean)
    return None


def bullet(one: Tile, words: Words, currency: str | None) -> html.Div:
    """A bar from zero with the interval as a band and the target as a tick."""
    end = reach(one)
    track = html.Span(className="track")
    if end is None or one.value.mean is None:
        return html.Div(track, className="bullet empty", **wild({"aria-hidden": "true"}))
    at = min(max(one.value.mean / end, 0.0), 1.0)
    parts: list[Any] = [track, html.Span(className="fill", style={"width": f"{at:.2%}"})]
    if one.value.half_width is not None:
        low = max((one.value.mean - one.value.half_width) / end, 0.0)
        high = min((one.value.mean + one.value.half_width) / end, 1.0)
        style = {"left": f"{low:.2%}", "width": f"{max(high - low, 0.0):.2%}"}
        parts.append(html.Span(className="band", style=style))
    if one.target is not None:
        tick = min(one.target / end, 1.0)
        parts.append(html.Span(className="tick", style={"left": f"{tick:.2%}"}))
    return html.Div(parts, className="bullet", **wild({"aria-hidden": "true"}))


def tile_foot(one: Tile, words: Words, currency: str | None) -> html.Div:
    """Target and gap, or why there is none."""
    if one.value.mean is None:
        why = reason(one, words)
        return html.Div(html.Span(why, className="why", title=why), className="tile-foot")
    if one.target is None:
        why = reason(one, words) if one.value.half_width is None else ""
        left = html.Span(words("tile.no_target"))
        return html.Div([left, html.Span(why, className="why", title=why)], className="tile-foot")
    shown = scale(one.key, one.value.mean, words, currency)
    half = one.value.half_width
    places = decimals(one.value.mean * shown.factor, half * shown.factor if half else None)
    left = html.Span(words("tile.target", value=number(one.target * shown.factor, places)))
    if one.met:
        right = html.Span([icon("check"), words("tile.met")], className="met")
    else:
        gap = number((one.gap or 0.0) * shown.factor, places, sign=True)
        right = html.Span(gap, className="gap")
    return html.Div([left, right], className="tile-foot")


def reason(one: Tile, words: Words) -> str:
    """Why a figure or its interval is missing, in this language."""
    if one.value.mean is None:
        return words(f"why_not.{one.key}")
    return words("why_not.one_replication")


# ---- the floor


def floor(view: FloorView | None, words: Words, selection: Mapping[str, Any]) -> dict[str, Any]:
    """Drawing instructions for assets/floor.js."""
    if view is None:
        return {}
    return {
        "floor": [view.width, view.depth],
        "areas": [
            {"id": a.id, "label": a.label, "box": [a.x, a.y, a.width, a.depth]} for a in view.areas
        ],
        "aisles": [[*a, *b] for a, b in view.aisles],
        "one_way": [[*a, *b] for a, b in view.one_way],
        "machines": [machine(m, words) for m in view.machines]
        + [helper(one, view, words) for one in view.helpers],
        "flows": [
            {
                "from": f.origin,
                "to": f.target,
                "n": f.pieces_per_day,
                "text": number(f.pieces_per_day, 0),
                "label": words("floor.flow", origin=f.origin, target=f.target,
                               pieces=number(f.pieces_per_day, 0)),
            }
            for f in view.flows
        ],
        "largest_queue": max((m.queue for m in view.machines), default=0.0),
        "label": words("floor.label"),
        "tab": words("floor.tab", rank=1),
        "metres": words("floor.metres", value="{}"),
        "empty": words("floor.empty"),
        "colour": selection.get("colour") or "utilisation",
        "flows_shown": selection.get("flows", True),
        "selected": selection.get("machine") or first_suspect(view),
    }  # fmt: skip


def first_suspect(view: FloorView) -> str | None:
    """The machine shown when nobody chose one: the bottleneck."""
    placed: list[MachineView | HelperView] = [*view.machines, *view.helpers]
    ranked = [one for one in placed if one.rank == 1]
    return ranked[0].id if ranked else (view.machines[0].id if view.machines else None)


def machine(m: MachineView, words: Words) -> dict[str, Any]:
    """One machine for floor.js: numbers, and every text it shows."""
    queue = number(m.queue, 1)
    if m.queue_capacity:
        queue = words("floor.queue_of", queue=queue, capacity=m.queue_capacity)
    label = words("floor.machine", id=m.id, utilisation=f"{m.utilisation:.1%}", queue=queue)
    if m.rank:
        label = words("floor.machine_rank", machine=label, rank=m.rank)
    loss = m.loss
    loss_share = m.states[STATES.index(loss)] if loss else 0.0
    facts = [
        [words("floor.utilisation"), f"{m.utilisation:.1%}"],
        [words("floor.queue"), queue],
    ]
    if loss:
        facts.append([words(f"state.{loss}"), f"{loss_share:.1%}"])
    return {
        "id": m.id,
        "name": m.label if m.label != m.id else "",
        "box": [m.x, m.y, m.width, m.depth],
        "u": m.utilisation,
        "states": list(m.states),
        "loss": loss,
        "fill": m.queue_fill,
        "queue": m.queue,
        "rank": m.rank,
        "label": label,
        "facts": facts,
        "value": {
            "utilisation": f"{m.utilisation:.1%}",
            "loss": f"{loss_share:.1%}" if loss else "–",
            "queue": number(m.queue, 1),
        },
    }


def helper(one: HelperView, view: FloorView, words: Words) -> dict[str, Any]:
    """A robot, or other equipment that attends machines, for floor.js."""
    label = words("floor.helper", id=one.id, busy=f"{one.busy:.1%}")
    if one.rank:
        label = words("floor.machine_rank", machine=label, rank=one.rank)
    placed = {m.id for m in view.machines}
    return {
        "id": one.id,
        "name": one.label if one.label != one.id else "",
        "box": [one.x, one.y, one.width, one.depth],
        "u": one.busy,
        "states": [],
        "loss": None,
        "fill": None,
        "queue": 0.0,
        "rank": one.rank,
        "helper": True,
        "serves": [name for name in one.serves if name in placed],
        "label": label,
        "facts": helper_facts(one, words),
        "value": {"utilisation": f"{one.busy:.1%}", "loss": "–", "queue": "–"},
    }


def helper_facts(one: HelperView, words: Words) -> list[list[str]]:
    """How busy it is, how long machines wait for it, which they are."""
    wait = duration(one.mean_wait_s, words) if one.mean_wait_s is not None else "–"
    facts = [[words("staff.busy"), f"{one.busy:.1%}"], [words("staff.wait"), wait]]
    if one.serves:
        entries = dict.fromkeys(name.partition("#")[0] for name in one.serves)
        facts.append([words("floor.serves"), ", ".join(entries)])
    return facts


def legend(colour: str, view: FloorView | None, words: Words) -> list[Any]:
    """What the colours of the map mean in this mode."""
    parts: list[Any] = []
    if colour in ("utilisation", "queue"):
        name = words(f"floor.legend_{colour}")
        parts.append(
            html.Span([f"{name} {words('floor.low')}", html.Span(className="ramp"),
                       words("floor.high")])
        )  # fmt: skip
    else:
        shown = LOSSES if colour == "loss" else STATES
        parts += [swatch(state, words) for state in shown]
    parts.append(html.Span([html.Span(className="queue-bar"), words("floor.legend_bar")]))
    parts.append(html.Span([html.Span(className="queue-bar full"), words("floor.legend_full")]))
    if view is not None and view.flows:
        parts.append(html.Span([html.Span(className="flow-bar"), words("floor.legend_flow")]))
    if view is not None and view.helpers:
        parts.append(html.Span([html.Span(className="helper-mark"), words("floor.legend_helper")]))
    parts.append(html.Span([html.Span(className="rank-mark"), words("floor.legend_rank")]))
    return parts


def swatch(state: str, words: Words) -> html.Span:
    """A state's colour beside its name."""
    return html.Span([html.Span(className=f"swatch {state}"), words(f"state.{state}")])


# ---- why slow


def why_slow(why: WhySlow, words: Words, currency: str | None) -> list[Any]:
    """A sentence, what 10 % faster gives, the ranking."""
    if not why.suspects:
        return [html.P(words("why.nothing"), className="muted")]
    shown = why.suspects[:3]
    traced = any(one.share is not None for one in shown)
    parts: list[Any] = [
        sentence(why, words),
        html.P(gain_sentence(why, words, currency), className="why-more"),
    ]
    doubt = caution(why)
    if doubt:
        parts.append(html.P(words(doubt), className="why-more caution"))
    improved = words("why.improved")
    if why.goal != "good_per_day":
        improved = words("why.improved_in", kpi=words(f"kpi.{why.goal}"))
    head = [words("why.share" if traced else "why.busy"), improved]
    parts += [
        html.Div([html.Span(text) for text in head], className="ranking-head"),
        html.Ol(
            [suspect(place, one, traced, why, words) for place, one in enumerate(shown, 1)],
            className="ranking" if why.limit is None else "ranking calm",
        ),
    ]
    if any(one.gain is None for one in shown):
        parts.append(
            html.Button(
                [icon("bolt"), words("why.prove")],
                id=ids.PROVE,
                className="button primary wide why-act",
                title=words("why.prove_hint"),
            )
        )
    return parts


def first_named(why: WhySlow) -> Suspect:
    """The suspect the sentence is about: the proven one, else the jury's first."""
    return next((one for one in why.suspects if one.id == why.proven), why.suspects[0])


def caution(why: WhySlow) -> str | None:
    """What makes the answer doubtful, as a key of the catalogue."""
    if why.limit is not None or why.proven is not None:
        return None
    if any(one.gain is not None for one in why.suspects):
        return "why.not_proven"
    return None if why.agreed else "why.disagree"


def sentence(why: WhySlow, words: Words) -> html.P:
    """What limits the line."""
    first = first_named(why)
    parts: list[Any]
    if why.proven is not None:
        parts = [html.Span(first.id, className="name"), " " + words("why.proven")]
    elif why.limit == "demand":
        parts = [words("why.demand")]
    elif why.limit == "due_dates":
        share = f"{first.busy:.0%}"
        named = html.Span(first.id, className="name")
        parts = [
            words("why.due_dates"),
            html.Br(),
            named,
            " " + words("why.busiest_is", share=share),
        ]
    elif first.kind == "people":
        share = f"{first.busy:.0%}"
        parts = [html.Span(first.id, className="name"), " " + words("why.people", share=share)]
    elif first.share is None:
        share = f"{first.busy:.0%}"
        parts = [html.Span(first.id, className="name"), " " + words("why.busiest", share=share)]
    else:
        said = words("why.limits" if why.agreed else "why.likely", share=f"{first.share:.0%}")
        parts = [html.Span(first.id, className="name"), f" {said}"]
    return html.P(parts, className="why-sentence")


def gain_sentence(why: WhySlow, words: Words, currency: str | None) -> str:
    """What making the first suspect 10 % faster would give."""
    gain = first_named(why).gain
    if gain is None or gain.mean is None or gain.half_width is None:
        return words("why.demand_more" if why.limit == "demand" else "why.gain_unknown")
    mean, half, places, unit = gain_figures(why.goal, gain, words, currency)
    values = {
        "kpi": words(f"kpi.{why.goal}"),
        "unit": unit,
        "half_width": number(half, places),
        "confidence": f"{why.confidence:.0%}".rstrip("%"),
    }
    if abs(mean) <= half:
        return words("why.gain_unclear", **values)
    return words("why.gain", gain=number(mean, places, sign=True), **values)


def gain_figures(
    goal: str, gain: Figure, words: Words, currency: str | None
) -> tuple[float, float, int, str]:
    """Mean, half width, decimals and unit of a gain."""
    shown = scale(goal, gain.mean, words, currency)
    mean = (gain.mean or 0.0) * shown.factor
    half = (gain.half_width or 0.0) * shown.factor
    unit = words("unit.points") if goal in SHARES else shown.unit
    return mean, half, decimals(mean, half or None), unit


def suspect(place: int, one: Suspect, traced: bool, why: WhySlow, words: Words) -> html.Li:
    """One line of the ranking."""
    label = f" {one.label}" if one.label and one.label != one.id else ""
    share = one.share if traced else one.busy
    figures: list[Any] = [html.B("–" if share is None else f"{share:.0%}")]
    if one.gain is not None and one.gain.mean is not None:
        figures.append(gain_mark(one.gain, why.goal, words))
    return html.Li(
        [
            html.Span(str(place), className="place"),
            html.Span(
                [html.B(one.id), html.Span(label, className="muted")],
                className="who",
                title=f"{one.id}{label}",
            ),
            html.Span(figures, className="figures"),
            html.Div(html.Span(style={"width": f"{share or 0.0:.1%}"}), className="bar"),
        ]
    )


def gain_mark(gain: Figure, goal: str, words: Words) -> html.Span:
    """``+11.4``, or that it cannot be told from nothing."""
    mean, half, places, unit = gain_figures(goal, gain, words, None)
    if gain.half_width is None or abs(mean) <= half:
        return html.Span(f" {words('why.unclear')}", className="unclear")
    unit = "" if goal == "good_per_day" else f" {unit}"
    return html.Span(f" {number(mean, places, sign=True)}{unit}")


# ---- takt and line balance

#: Part of the width the longest bar takes: the name of the takt stands beside its line.
_LONGEST = 0.94


def balance(told: BalanceView, words: Words) -> list[Any]:
    """Cycle of each station along the route against the takt, and how even they are."""
    longest = max([one.cycle_s for one in told.stations] + [told.takt_s or 0.0]) / _LONGEST
    parts: list[Any] = []
    if told.takt_s is None or told.wanted_per_day is None:
        parts.append(html.P(words("balance.no_takt"), className="muted small"))
    else:
        pieces, hours = number(told.wanted_per_day, 0), number(told.hours_per_day, 1)
        parts.append(html.P(words("balance.takt_of", takt=_seconds(told.takt_s, words),
                                  pieces=pieces, hours=hours), className="small"))  # fmt: skip
    late = [one.label or one.id for one in told.stations if one.late]
    if late:
        parts.append(
            html.P(words("balance.late", stations=", ".join(late)), className="why-more caution")
        )
    parts.append(
        html.Ol([balance_row(one, told, longest, words) for one in told.stations],
                className="balance")
    )  # fmt: skip
    machines = number(sum(one.machines for one in told.stations), 1).removesuffix(".0")
    pairs = (
        ("efficiency", f"{told.efficiency:.1%}"),
        ("delay", f"{1 - told.efficiency:.1%}"),
        ("smoothness", _seconds(told.smoothness_s, words)),
        ("least", words("balance.of", least=told.least, machines=machines)),
    )
    parts.append(
        html.Dl(
            [html.Div([html.Dt(words(f"balance.{key}")), html.Dd(text)]) for key, text in pairs],
            className="facts balance-facts",
        )
    )
    return parts


def balance_row(one: BalanceStation, told: BalanceView, longest: float, words: Words) -> html.Li:
    """One station: its bar, red where it is slower than the takt."""
    count = f"{one.machines:.1f}".removesuffix(".0")
    machines = words("balance.machines", count=count)
    inside: list[Any] = [
        html.Span(
            className="late" if one.late else "", style={"width": f"{one.cycle_s / longest:.2%}"}
        )
    ]
    if told.takt_s is not None:
        inside.append(html.I(style={"left": f"{told.takt_s / longest:.2%}"}))
    return html.Li(
        [
            html.Span(one.label or one.id, className="who", title=", ".join(one.operations)),
            html.Span(
                [html.B(_seconds(one.cycle_s, words)),
                 *([html.Span(f" · {machines}", className="muted")] if count != "1" else [])],
                className="figures",
            ),
            html.Div(inside, className="bar"),
        ]
    )  # fmt: skip


def _seconds(seconds: float, words: Words) -> str:
    return duration(seconds, words)


# ---- the selected machine


def selected(view: FloorView | None, chosen: str | None, words: Words) -> list[Any]:
    """How one machine spent its time, largest share first."""
    found = [m for m in view.machines if m.id == chosen] if view else []
    head: list[Any] = [html.H2(words("selected.title"))]
    helpers = [one for one in view.helpers if one.id == chosen] if view else []
    if helpers:
        return [
            html.Div([*head, *_named(helpers[0])], className="card-head"),
            html.Div(_helper_body(helpers[0], words), className="card-body"),
        ]
    if not found:
        body: list[Any] = [html.P(words("selected.none"), className="muted")]
        return [html.Div(head, className="card-head"), html.Div(body, className="card-body")]
    one = found[0]
    head += _named(one)
    shares = [(s, share) for s, share in zip(STATES, one.states, strict=True) if share >= 0.0005]
    about = dict(one.about).get(words.language)
    body = [
        *([html.P(about, className="muted small about")] if about else []),
        html.Div(
            [html.Span(className=f"swatch-{s}", style={"width": f"{share:.2%}",
             "background": f"var(--state-{s})"}) for s, share in shares],
            className="split", **wild({"aria-hidden": "true"}),
        ),
        html.Ul(
            [
                html.Li([html.Span(className=f"swatch {s}"), html.Span(words(f"state.{s}")),
                         html.B(f"{share:.1%}")])
                for s, share in sorted(shares, key=lambda pair: -pair[1])
            ],
            className="losses",
        ),
        facts(one, words),
    ]  # fmt: skip
    return [html.Div(head, className="card-head"), html.Div(body, className="card-body")]


def _named(one: MachineView | HelperView) -> list[Any]:
    parts: list[Any] = [html.Span(one.id, className="chip")]
    if one.label and one.label != one.id:
        parts.append(html.Span(one.label, className="muted small"))
    return parts


def _helper_body(one: HelperView, words: Words) -> list[Any]:
    about = dict(one.about).get(words.language)
    pairs = helper_facts(one, words)
    return [
        *([html.P(about, className="muted small about")] if about else []),
        html.Dl(
            [html.Div([html.Dt(key), html.Dd(text)]) for key, text in pairs], className="facts"
        ),
    ]


def facts(one: MachineView, words: Words) -> html.Dl:
    """OEE, scrap and queue of one machine."""
    oee = f"{one.oee.mean:.1%}" if one.oee.mean is not None else "–"
    scrap = f"{one.scrap_share:.1%}" if one.scrap_share is not None else "–"
    queue = number(one.queue, 1)
    if one.queue_capacity:
        queue = words("floor.queue_of", queue=queue, capacity=one.queue_capacity)
    pairs = (("oee", oee), ("scrap", scrap), ("queue", queue))
    return html.Dl(
        [html.Div([html.Dt(words(f"selected.{key}")), html.Dd(text)]) for key, text in pairs],
        className="facts",
    )


# ---- people


def staff(rows: tuple[StaffLoss, ...], view: FloorView | None, words: Words) -> list[Any]:
    """Who is busy, how long claims wait, which machine waits most for people."""
    if not rows:
        return [html.P(words("staff.none"), className="muted")]
    waiting = STATES.index("waiting_operator")
    worst = max(view.machines, key=lambda m: m.states[waiting]) if view and view.machines else None
    if worst is not None and worst.states[waiting] >= 0.0005:
        share = f"{worst.states[waiting]:.1%}"
        text = words("staff.worst", machine=worst.id, share=share)
    else:
        text = words("staff.no_wait")
    names = ("staff.group", "staff.busy", "staff.wait")
    table = html.Table(
        [
            html.Thead(html.Tr([html.Th(words(name), scope="col") for name in names])),
            html.Tbody([staff_row(row, words) for row in rows]),
        ],
        className="staff",
    )
    return [table, html.P(text, className="muted small", style={"marginTop": "8px"})]


def staff_row(row: StaffLoss, words: Words) -> html.Tr:
    """One crew."""
    busy = f"{row.busy:.1%}" if row.busy is not None else "–"
    wait = duration(row.mean_wait_s, words) if row.mean_wait_s is not None else "–"
    return html.Tr([html.Td(f"{row.label} ×{row.count}"), html.Td(busy), html.Td(wait)])


# ---- vehicles


def vehicles(rows: tuple[FleetUse, ...], words: Words) -> html.Table:
    """How busy vehicles are, how much of it is empty travel, how long items wait for one; and how
    long vehicles are held up by others and charge, where any are.
    """
    shares = ["busy", "empty"]
    shares += [name for name in ("held", "charging") if any(getattr(row, name) for row in rows)]
    names = [f"vehicles.{name}" for name in ("fleet", *shares, "wait")]
    return html.Table(
        [
            html.Thead(html.Tr([html.Th(words(name), scope="col") for name in names])),
            html.Tbody([_fleet_row(row, shares, words) for row in rows]),
        ],
        className="staff",
    )


def _fleet_row(row: FleetUse, names: list[str], words: Words) -> html.Tr:
    found = (getattr(row, name) for name in names)
    shares = [f"{share:.1%}" if share is not None else "–" for share in found]
    wait = duration(row.mean_wait_s, words) if row.mean_wait_s is not None else "–"
    cells = [f"{row.label} ×{row.count}", *shares, wait]
    return html.Tr([html.Td(cell) for cell in cells])


# ---- energy and tools


def energy(use: EnergyUse, words: Words, currency: str | None) -> list[Any]:
    """Figures of the whole plant, the bands of the tariff, and when the peak was."""
    money = _money(currency, words)
    facts = [
        ("energy.per_part", use.per_part_kwh, words("unit.energy_per_part_kwh"), 1.0),
        ("energy.cost_per_part", use.cost_per_part, money, 1.0),
        ("energy.peak", use.peak_kw, "kW", 1.0),
        ("energy.charge", use.demand_charge_per_day, words("unit.per_day", unit=money), 1.0),
    ]
    rows = [(words(name), said(f, unit, factor)) for name, f, unit, factor in facts if _known(f)]
    parts: list[Any] = [_rows(rows)]
    if use.bands:
        heads = (
            words("energy.band"),
            _headed(words("energy.share"), "%"),
            _headed(words("energy.cost_per_day"), money),
            _headed(words("energy.peak_of"), "kW"),
        )
        body = [
            (
                band.label.replace("_", " "),
                _two(band.share, 100.0),
                _two(band.cost_per_day, 1.0),
                _two(band.peak_kw, 1.0),
            )
            for band in use.bands
        ]
        parts.append(_table(heads, body))
    if use.peak_at_s is not None:
        parts.append(html.P(_peak(use, words), className="muted small"))
    return parts


def tools(rows: tuple[ToolLife, ...], words: Words) -> html.Table:
    """How long tools last, how often they are renewed, how long they are away for it."""
    names = ("tools.tool", "tools.life", "tools.renewals", "tools.away")
    body = [
        (
            f"{row.label} ×{row.count}",
            number(row.life, 0),
            said(row.renewals_per_day, "", 1.0),
            said(row.away, "%", 100.0),
        )
        for row in rows
    ]
    return _table([words(name) for name in names], body)


def said(figure: Figure, unit: str, factor: float) -> str:
    """A figure with its interval and unit; a dash where it is not known."""
    if figure.mean is None:
        return "–"
    mean, half = figure.mean * factor, (figure.half_width or 0.0) * factor
    places = decimals(mean, half or None)
    margin = "" if figure.half_width is None else f" ±{number(half, places)}"
    return f"{number(mean, places)}{margin} {unit}".strip()


def _two(figure: Figure, factor: float) -> list[Any]:
    """A figure and its interval, which may stand below it where there is little room."""
    value, sign, margin = said(figure, "", factor).partition(" ±")
    return _kept(value, f"±{margin}" if sign else "")


def _headed(name: str, unit: str) -> list[Any]:
    """A column's name with its unit."""
    return _kept(name, unit)


def _kept(first: str, second: str) -> list[Any]:
    """Two texts, each in one line."""
    small = [" ", html.Small(second, className="one-line")] if second else []
    return [html.Span(first, className="one-line"), *small]


def _known(figure: Figure) -> bool:
    return figure.mean is not None


def _money(currency: str | None, words: Words) -> str:
    known = f"currency.{currency}"
    return words(known) if words.has(known) else currency or words("unit.money")


def _rows(rows: list[tuple[str, str]]) -> html.Table:
    cells = [html.Tr([html.Td(name), html.Td(value)]) for name, value in rows]
    return html.Table(html.Tbody(cells), className="staff", style={"marginBottom": "12px"})


def _table(head: Sequence[Any], body: Sequence[tuple[Any, ...]]) -> html.Table:
    return html.Table(
        [
            html.Thead(html.Tr([html.Th(text, scope="col") for text in head])),
            html.Tbody([html.Tr([html.Td(cell) for cell in row]) for row in body]),
        ],
        className="staff",
    )


def _peak(use: EnergyUse, words: Words) -> str:
    """When the highest peak was and who drew it."""
    at = int(use.peak_at_s or 0.0)
    clock = f"{at % 86_400 // 3600:02}:{at % 3600 // 60:02}"
    day = words("energy.day", day=at // 86_400 + 1)
    if use.start is not None:
        date = dt.date.fromisoformat(use.start) + dt.timedelta(days=at // 86_400)
        day = words("energy.date", date=date.isoformat(), weekday=words(f"weekday.{date:%w}"))
    who = ", ".join(f"{name} {number(kw, decimals(kw, None))} kW" for name, kw in use.drawn)
    window = duration(use.window_s, words)
    return words("energy.when", day=day, clock=clock, window=window, who=who)


# ---- quality

MOST_CAUSES = 7
#: Causes that nobody named, with the words for them.
OWN_CAUSES = {
    "scrap": "scrap.unnamed",
    "rework limit": "scrap.limit",
    "scrap or rework limit": "scrap.unnamed_or_limit",
    "made after standing": "scrap.standing",
    "too old": "scrap.too_old",
    "failure of a machine": "scrap.failure",
}


def scrap(rows: tuple[ScrapCause, ...], words: Words) -> html.Table:
    """Pieces and share of the causes that scrap most, and what they are together."""
    names = ("scrap.cause", "scrap.pieces", "scrap.share", "scrap.sum")
    body, together = [], 0.0
    for row in rows[:MOST_CAUSES]:
        together += row.share
        own = OWN_CAUSES.get(row.cause)
        cause = " · ".join(filter(None, (row.operation, words(own) if own else row.cause)))
        cells = (
            cause,
            number(row.pieces, decimals(row.pieces, None)),
            f"{row.share:.1%}",
            f"{together:.0%}",
        )
        body.append(cells)
    return _table([words(name) for name in names], body)


def recall(rows: tuple[RecallUse, ...], words: Words) -> html.Table:
    """What one suspect calls back: the one of each kind that reaches furthest."""
    names = ("recall.suspect", "recall.mean", "recall.p90", "recall.share")
    body = []
    for row in rows:
        share = f"{row.share:.1%}" if row.share is not None else "–"
        suspect = f"{row.name} ({words(f'recall.{row.kind}')})"
        cells = (suspect, *(number(n, decimals(n, None)) for n in (row.mean, row.p90)), share)
        body.append(cells)
    return _table([words(name) for name in names], body)
