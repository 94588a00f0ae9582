"""Takt and line balance as text for people."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text

from vtwin.app.balancing import Balanced, sentences_of
from vtwin.cli.text import indented, plain_table

#: Width of the longest bar.
_WIDTH = 40


def balanced(found: Balanced) -> RenderableType:
    """Bars of the stations' cycles against the takt, then what they add up to."""
    told = found.balance
    longest = max([one.cycle_s for one in told.stations] + [told.takt_s or 0.0])
    table = plain_table("", "", ">s per piece", ">machines", "")
    for one in told.stations:
        table.add_row(
            one.id,
            _bar(one.cycle_s / longest, None if told.takt_s is None else told.takt_s / longest),
            f"{one.cycle_s:.1f}",
            f"{one.machines:.2g}" if one.machines < 10 else f"{one.machines:.0f}",
            Text("slower than the takt", style="red") if one.late else "",
        )
    title = Text(f"\n{found.name}\n", style="bold")
    products = Text(f"Line of {', '.join(told.products)}; │ is the takt\n", style="dim")
    if told.takt_s is None:
        products = Text(f"Line of {', '.join(told.products)}\n", style="dim")
    sentences = [Text(sentence) for sentence in sentences_of(told)]
    return Group(title, indented(products, table), Text(""), indented(*sentences))


def _bar(share: float, takt: float | None) -> str:
    filled = round(share * _WIDTH)
    cells = ["█" if n < filled else " " for n in range(_WIDTH + 1)]
    if takt is not None:
        cells[round(takt * _WIDTH)] = "│"
    return "".join(cells)
