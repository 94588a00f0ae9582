"""One self-contained HTML page about a run, an explanation and a comparison.

No script, nothing fetched: pictures are inline SVG, colours follow the reader's light or dark
setting, and everything prints.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

from vtwin import __version__
from vtwin.app import pictures, wording
from vtwin.base.units import counted

if TYPE_CHECKING:
    from vtwin.app.runs import RunResult
    from vtwin.app.studies import Explanation, Study
    from vtwin.results.statistics import Interval
    from vtwin.studies.compare import Difference

#: State colours of the web app, told apart under every kind of colour vision.
LIGHT = {
    "bg": "#F3F4F6", "card": "#FFFFFF", "ink": "#1B2430", "dim": "#5B6673", "line": "#E1E5EA",
    "accent": "#1F5FA8", "soft": "#C9DCF1", "alarm": "#C02B1F", "good": "#1A736C",
    "state-working": "#77A0C4", "state-setup": "#6A2F9D", "state-waiting_operator": "#1A736C",
    "state-blocked": "#E6AE12", "state-starved": "#D9DDE2", "state-down": "#C02B1F",
    "state-planned_stop": "#1A2028",
}  # fmt: skip
DARK = {
    "bg": "#12171D", "card": "#1A2028", "ink": "#E6EAEE", "dim": "#9AA6B2", "line": "#313A44",
    "accent": "#6FA8E8", "soft": "#27425F", "alarm": "#F0776D", "good": "#46AB95",
    "state-working": "#486E9A", "state-setup": "#C599E5", "state-waiting_operator": "#46AB95",
    "state-blocked": "#EC9B0B", "state-starved": "#3C424A", "state-down": "#D8483F",
    "state-planned_stop": "#DBE3EC",
}  # fmt: skip

MOST_PRODUCTS = 20
MOST_CAUSES = 24
STYLE = """
* { box-sizing: border-box }
body { margin: 0; background: var(--bg); color: var(--ink); font: 15px/1.5 Pretendard, "Segoe UI",
  "Noto Sans", "Noto Sans KR", "Noto Sans CJK KR", "Malgun Gothic", "Apple SD Gothic Neo",
  system-ui, sans-serif; word-break: keep-all; font-variant-numeric: tabular-nums }
main { max-width: 1060px; margin: 0 auto; padding: 28px 20px 60px }
h1 { font-size: 26px; margin: 0 0 2px } h2 { font-size: 17px; margin: 0 0 10px }
p { margin: 0 0 10px } .dim, .why { color: var(--dim) } .why { font-size: 13px }
section { background: var(--card); border: 1px solid var(--line); border-radius: 8px;
  padding: 18px 20px; margin-top: 16px; break-inside: avoid }
.verdict { font-size: 18px; border-left: 4px solid var(--accent); padding-left: 14px }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(180px, 1fr)); gap: 12px;
  margin-top: 16px }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: 8px;
  padding: 12px 14px }
.tile b { font-size: 24px; font-weight: 600 } .tile span { color: var(--dim); font-size: 13px }
.unit { white-space: nowrap }
.scroll { overflow-x: auto } table { border-collapse: collapse; width: 100%; font-size: 14px }
th { text-align: left; font-weight: 500; color: var(--dim) }
th, td { padding: 5px 12px 5px 0; border-bottom: 1px solid var(--line); white-space: nowrap }
td.n, th.n { text-align: right } td.w { white-space: normal; min-width: 14em }
.better { color: var(--good) } .worse { color: var(--alarm) }
svg { width: 100%; height: auto; display: block; font-family: inherit }
svg text { font-family: inherit } ul { margin: 0; padding-left: 20px }
.legend { display: flex; flex-wrap: wrap; gap: 4px 16px; margin: 0 0 8px; padding: 0;
  list-style: none; font-size: 13px; color: var(--dim) }
.legend i { display: inline-block; width: 11px; height: 11px; border-radius: 2px;
  margin-right: 6px; border: 1px solid var(--line) }
code { font-size: 13px; overflow-wrap: anywhere }
@media (max-width: 700px) { th, td { white-space: normal } }
@media print { body { background: none } section, .tile { border-color: #bbb } }
"""


def study_html(
    run: RunResult | None,
    explanation: Explanation | None = None,
    study: Study | None = None,
) -> str:
    """The page. ``run`` may be None only when ``study`` is given: then its baseline is shown."""
    shown = run if run is not None else study.baseline if study is not None else None
    if shown is None:
        raise ValueError("a report needs a run or a comparison")
    parts = [_head(shown), _tiles(shown)]
    if study is not None:
        parts.append(_comparison(study))
    parts.append(_limits(shown, explanation))
    parts += [
        _states(shown),
        _people(shown),
        _products(shown),
        _scrap(shown),
        _recall(shown),
        _energy(shown),
        _time(shown),
        _notes(shown),
        _passport(shown),
    ]
    return page(shown.name, "\n".join(part for part in parts if part))


def page(title: str, body: str) -> str:
    """A whole HTML document around ``body``."""
    light = "".join(f"--{name}: {colour}; " for name, colour in LIGHT.items())
    dark = "".join(f"--{name}: {colour}; " for name, colour in DARK.items())
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{escape(title)} · vtwin</title><style>:root {{ {light}}}"
        f"@media (prefers-color-scheme: dark) {{ :root {{ {dark}}} }}{STYLE}</style></head>"
        f"<body><main>\n{body}\n</main></body></html>\n"
    )


def section(title: str, *parts: str) -> str:
    """A card of the page; "" where there is nothing in it."""
    inside = "\n".join(part for part in parts if part)
    return f"<section><h2>{escape(title)}</h2>\n{inside}\n</section>" if inside else ""


def _head(run: RunResult) -> str:
    summary = run.summary
    observed = wording.duration(summary.horizon_s)
    if set(summary.ended) - {"horizon", "stall"}:
        observed = f"up to {observed}"
    if summary.warmup_s:
        observed += f", of which {wording.duration(summary.warmup_s)} warm-up"
    facts = [
        counted(len(run.program.machines), "machine"),
        counted(len(run.program.products), "product"),
        observed,
        counted(summary.replications, "replication"),
        f"{summary.confidence:.0%} intervals",
    ]
    if run.interrupted:
        facts.append(f"stopped early ({run.asked} were asked for)")
    return f'<h1>{escape(run.name)}</h1><p class="dim">{escape(" · ".join(facts))}</p>'


def _tiles(run: RunResult) -> str:
    tiles = []
    for key, title in wording.TITLES.items():
        figure = run.summary.kpis.get(key)
        if figure is None or figure.mean is None:
            continue
        value, margin, unit = wording.split(figure.mean, figure.half_width, figure.unit)
        remark = run.remarks.get(key, "")
        tiles.append(
            f'<div class="tile"><span>{escape(title)}</span><br><b>{value}</b> '
            f'<span class="unit">{margin} {escape(unit)}</span>'
            f"{f'<br><span>{escape(remark)}</span>' if remark else ''}</div>"
        )
    return f'<div class="tiles">{"".join(tiles)}</div>'


def _comparison(study: Study) -> str:
    from vtwin.studies.wording import together

    comparison = study.comparison
    verdict = comparison.verdict
    labels = list(comparison.differences)
    rows = []
    for key in wording.TITLES:
        if all(key not in comparison.differences[label] for label in labels):
            continue
        base = comparison.summaries[comparison.baseline].kpis[key]
        if base.mean is None:
            continue
        cells = [f'<td class="n">{_said(base)}</td>']
        for label in labels:
            one = comparison.differences[label].get(key)
            cells.append('<td class="n">–</td>' if one is None else _difference(one, base.mean))
        rows.append(f"<tr><td>{escape(wording.TITLES[key])}</td>{''.join(cells)}</tr>")
    header = "".join(
        f'<th class="n">{escape(label)}</th>' for label in [comparison.baseline, *labels]
    )
    table = (
        f'<div class="scroll"><table><tr><th></th>{header}</tr>{"".join(rows)}</table></div>'
        '<p class="why">Differences to the baseline under common random numbers. '
        "≈: cannot be told apart.</p>"
    )
    changes = "".join(
        f"<li><b>{escape(label)}</b>: {escape('; '.join(words) or 'no change')}</li>"
        for label, words in study.changes.items()
    )
    return section(
        "Which is better",
        f'<p class="verdict">{escape(verdict.sentence())}</p>',
        f'<p class="why">Judged by {escape(_title(verdict.goal).lower())}: '
        f"{escape('; '.join(filter(None, (verdict.why_goal, together(verdict)))))}.</p>",
        f"<ul>{changes}</ul>" if changes else "",
        _interval_plot(study),
        table,
    )


def _interval_plot(study: Study) -> str:
    verdict = study.comparison.verdict
    found = [(label, one) for label, one in verdict.outcomes.items() if one.gain.mean is not None]
    if not found:
        return ""
    rows = [
        (label, one.gain.mean or 0.0, one.gain.half_width, one.gain.excludes_zero)
        for label, one in found
    ]
    return _plotted(rows, found[0][1].unit, verdict.goal)


def _plotted(rows: Sequence[tuple[str, float, float | None, bool]], unit: str, goal: str) -> str:
    """Differences in a unit a person would use."""
    length = 1.0
    if unit == "s":
        unit, length = wording.time_unit(max(abs(mean) for _, mean, *_ in rows))
    elif unit == "share":
        unit, length = "percentage points", 0.01
    elif unit.startswith("1/"):
        unit = "" if " per " in _title(goal) else unit[1:]
    scaled = [
        (name, mean / length, None if half is None else half / length, clear)
        for name, mean, half, clear in rows
    ]
    return pictures.differences(scaled, ", ".join(filter(None, (_title(goal).lower(), unit))))


def _title(key: str) -> str:
    return wording.TITLES.get(key, key)


def _said(figure: Interval) -> str:
    return _together(wording.said(figure.to_json()))


def _together(said: str) -> str:
    """A figure that breaks before its ± and nowhere else."""
    value, sign, rest = said.partition(" ±")
    if not sign:
        return f'<span class="unit">{escape(said)}</span>'
    return f'{escape(value)} <span class="unit">±{escape(rest)}</span>'


def _difference(one: Difference, base: float) -> str:
    gain, call = one.gain, one.call
    if gain.mean is None:
        return '<td class="n">–</td>'
    mark = "≈ " if call == "cannot_tell" else ""
    said = wording.said(gain.to_json(), sign=True, like=base)
    if gain.unit == "share":
        said = said.removesuffix("%") + "%-points"
    return f'<td class="n {escape(call)}">{mark}{_together(said)}</td>'


#: What the time and the money of people go into; columns that are nothing are left out.
_PEOPLE = {
    "at_work": "at work",
    "walking": "walking",
    "teaching": "teaching",
    "idle": "waiting",
    "overtime": "of it overtime",
    "mean_wait_s": "mean wait for them",
    "labour_cost_per_day": "cost per day",
    "labour_cost_per_part": "per good piece",
}


def _people(run: RunResult) -> str:
    groups = run.summary.people
    used = {key for group in groups.values() for key, f in group.figures.items() if f.mean}
    keys = [key for key in _PEOPLE if key in used or key in ("at_work", "idle")]
    rows = []
    for name, group in groups.items():
        cells = "".join(f'<td class="n">{_said(group.figures[key])}</td>' for key in keys)
        rows.append(f"<tr><td>{escape(name)}</td>{cells}</tr>")
    header = "".join(f'<th class="n">{escape(_PEOPLE[key])}</th>' for key in keys)
    table = f'<div class="scroll"><table><tr><th></th>{header}</tr>{"".join(rows)}</table></div>'
    return section("People", table) if rows else ""


def _limits(run: RunResult, explanation: Explanation | None) -> str:
    parts = [f"<p>{escape(run.limit)}</p>" if run.limit else ""]
    if explanation is not None:
        parts += _proof(explanation)
        if explanation.lost:
            where = explanation.constraint
            label = f"% of the lost time at {where}"
            parts.append(f"<h2>Where {escape(where)} loses its time</h2>")
            parts.append(pictures.shares(explanation.lost, label, f"Where {where} loses its time"))
    return section("What limits it", *parts)


def _proof(explanation: Explanation) -> list[str]:
    known = [gain for gain in explanation.gains if gain.mean is not None]
    if explanation.proof is None or not known:
        return []
    plot = _plotted(
        [(g.suspect, g.mean or 0.0, g.half_width, g.clear) for g in known],
        known[0].unit,
        explanation.proof.goal,
    )
    why = "The proof: each suspect 10 % faster, everything else (and all the luck) the same."
    return [f"<p>{escape(explanation.conclusion)}</p>", plot, f'<p class="why">{why}</p>']


def _states(run: RunResult) -> str:
    legend = "".join(
        f'<li><i style="background: var(--state-{state})"></i>{escape(word)}</li>'
        for state, word in wording.STATES.items()
    )
    bars = pictures.states(run.program, run.tallies)
    traced = next((t for t in run.tallies if t.trace is not None), None)
    chart = "" if traced is None else pictures.gantt(run.program, traced.trace, traced.ended)
    if not bars:
        return ""
    parts = [f'<ul class="legend">{legend}</ul>', bars]
    if traced is not None and chart:
        parts += [f"<h2>What each machine did (replication {traced.replication})</h2>", chart]
    return section("How the machines spend their time", *parts)


def _products(run: RunResult) -> str:
    products = run.summary.products
    keys = ("good_per_day", "lead_time_s", "lead_time_p90_s", "scrap_share")
    titles = ("Good per day", "Lead time, mean", "9 in 10 within", "Scrap")
    if len(products) < 2:
        return ""
    ranked = sorted(products.items(), key=lambda pair: -_mean(pair[1].get("good_per_day")))
    rows = [
        [run.program.labels.get(f"products.{name}", name), *(_cell(figures.get(k)) for k in keys)]
        for name, figures in ranked[:MOST_PRODUCTS]
    ]
    more = (
        f'<p class="why">and {len(ranked) - MOST_PRODUCTS} more</p>'
        if len(ranked) > MOST_PRODUCTS
        else ""
    )
    return section("Products", grid(["Product", *titles], rows), more)


def _scrap(run: RunResult) -> str:
    """Scrap by cause: the Pareto picture, and pieces and money by product and machine."""
    from vtwin.results.scrap import by_cause

    if not run.scrap:
        return ""
    priced = any(row.cost.mean is not None for row in run.scrap)
    rows = [
        [
            row.cause,
            row.product,
            row.operation or "–",
            row.machine or "–",
            _pieces(row.pieces),
            _cell(row.share),
            *([_cell(row.cost)] if priced else []),
        ]
        for row in run.scrap[:MOST_CAUSES]
    ]
    header = ["Cause", "Product", "Operation", "Machine", "Pieces", "Share of all scrap"]
    left = len(run.scrap) - MOST_CAUSES
    return section(
        "Scrap by cause",
        pictures.pareto(by_cause(run.scrap), "% of all scrapped pieces", "Scrap by cause"),
        grid([*header, *(["Cost"] if priced else [])], rows),
        f'<p class="why">and {left} more</p>' if left > 0 else "",
        '<p class="why">In the observed time of one replication. Cost: material, parts taken and '
        "machine hours of the steps up to there.</p>"
        if priced
        else "",
    )


def _recall(run: RunResult) -> str:
    """What one suspect lot, die life, machine hour or shift would call back."""
    if not run.recall:
        return ""
    rows = [
        [
            row.name,
            f"one {row.unit}",
            _pieces(row.mean),
            _pieces(row.p90),
            _pieces(row.most),
            _cell(row.share),
            _pieces(row.exposed),
        ]
        for row in run.recall
    ]
    header = ["Suspect", "", "Shipped pieces", "9 in 10 up to", "At most", "Share", "Until known"]
    return section(
        "Recall radius",
        grid(header, rows),
        '<p class="why">Pieces that left the plant with one suspect in them, of whole lots, lives, '
        "hours and periods on duty whose parts are all gone. Until known: pieces a machine makes "
        "until the first later operation that may refuse the piece is over.</p>",
    )


def _energy(run: RunResult) -> str:
    """Energy by band of the tariff, and the highest peak."""
    summary = run.summary
    keys = ("energy_kwh", "energy_share", "energy_cost_per_day", "peak_kw")
    titles = ("Energy", "Share", "Cost", "Peak")
    rows = [
        [band, *(_cell(figures.get(key)) for key in keys)]
        for band, figures in summary.bands.items()
    ]
    charge = summary.kpis.get("demand_charge_per_day")
    if summary.peak is None:
        return ""
    told = wording.peak(summary.peak, run.program.run)
    return section(
        "Energy",
        grid(["Hours of the tariff", *titles], rows) if rows else "",
        f"<p>Demand charge {escape(_cell(charge))}</p>" if charge is not None else "",
        f"<p>{escape(told)}</p>",
    )


def _pieces(figure: Interval) -> str:
    """A figure of pieces without its unit, which the column says."""
    return _cell(figure).removesuffix(" pieces")


def _mean(figure: Interval | None) -> float:
    return figure.mean if figure is not None and figure.mean is not None else 0.0


def _cell(figure: Interval | None) -> str:
    return "–" if figure is None else wording.said(figure.to_json())


def grid(header: Sequence[str], rows: Iterable[Sequence[str]], words: Sequence[int] = ()) -> str:
    """A table: the first cell of a row is a name, the others are figures, and those of the
    columns ``words`` are texts that may take several lines.
    """
    head = _cells(header, "th", words)
    body = "".join(f"<tr>{_cells(row, 'td', words)}</tr>" for row in rows)
    return f'<div class="scroll"><table><tr>{head}</tr>{body}</table></div>'


def _cells(texts: Sequence[str], tag: str, words: Sequence[int]) -> str:
    """Cells of a row: the first is a name, the others are figures or words."""
    kinds = [" class=w" if i in words else " class=n" if i else "" for i in range(len(texts))]
    cells = zip(kinds, texts, strict=True)
    return "".join(f"<{tag}{kind}>{escape(text)}</{tag}>" for kind, text in cells)


def _time(run: RunResult) -> str:
    return section(
        "Over time", pictures.wip(run.program, run.tallies), pictures.lead_times(run.tallies)
    )


def _notes(run: RunResult) -> str:
    items = [
        f"<li>{escape(p.what)}{' (' + escape(p.hint) + ')' if p.hint else ''} "
        f'<span class="dim">{p.code}</span></li>'
        for p in (*run.notes, *run.warnings)
    ]
    items += [f"<li>{escape(note)}</li>" for note in run.summary.notes]
    return section("To be said beside the figures", f"<ul>{''.join(items)}</ul>" if items else "")


def _passport(run: RunResult) -> str:
    summary = run.summary
    facts = {
        "Engine": f"{summary.engine} ({run.why_engine})" if run.why_engine else summary.engine,
        "Seed": str(summary.seed),
        "Program": str(summary.passport.get("program", run.program.hash)),
        "Scenario": str(run.file),
    }
    data = summary.passport.get("data")
    if isinstance(data, dict):
        facts |= {str(name): str(hashed) for name, hashed in data.items()}
    return section(
        "Passport",
        '<p class="why">The same passport gives the same run, event for event.</p>',
        passport(facts),
    )


def passport(facts: Mapping[str, str]) -> str:
    """What a page is about, as a table, with when it was written and by which version."""
    now = dt.datetime.now().astimezone()
    written = {"Written": f"{now:%Y-%m-%d %H:%M %Z} by vtwin {__version__}"}
    rows = "".join(
        f"<tr><th>{escape(name)}</th><td><code>{escape(value)}</code></td></tr>"
        for name, value in {**facts, **written}.items()
    )
    return f'<div class="scroll"><table>{rows}</table></div>'
