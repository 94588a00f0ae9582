"""Takt and line balance of a scenario, without running it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vtwin.app.views import BalanceStation, BalanceView
from vtwin.base.units import counted

if TYPE_CHECKING:
    from vtwin.plant.program import Program


@dataclass(frozen=True, slots=True)
class Balanced:
    """The balance of the line of a scenario, or of a variant of it."""

    name: str
    balance: BalanceView

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return {"name": self.name} | self.balance.to_json()


def balance(
    path: str | Path,
    variant: str | None = None,
    *,
    product: str | None = None,
    overrides: Mapping[str, object] | None = None,
) -> Balanced:
    """Takt, station cycles and balance of the line of a ``product``, or of the mix of all
    products that leave the plant.

    Raises:
        Refused: everything that is wrong with the scenario; V587, there is no line.
    """
    from vtwin.app.runs import ready

    plant = ready(path, variant, overrides=overrides)
    return Balanced(plant.name, view(plant.program, product))


def view(program: Program, product: str | None = None) -> BalanceView:
    """What the balance of a plant's line shows. Raises Refused (V587)."""
    from vtwin.studies.line_balance import line_balance

    line = line_balance(program, product)
    figures = line.figures
    return BalanceView(
        products=line.products,
        stations=tuple(
            BalanceStation(
                id=one.station,
                label=program.labels.get(f"equipment.{one.station}", ""),
                operations=one.operations,
                work_s=one.work,
                machines=one.machines,
                cycle_s=one.cycle,
                late=place in figures.over,
            )
            for place, one in enumerate(line.stations)
        ),
        hours_per_day=line.hours,
        wanted_per_day=line.wanted,
        takt_s=line.takt,
        cycle_s=figures.cycle,
        efficiency=figures.efficiency,
        smoothness_s=figures.smoothness,
        least=figures.least,
    )


def html(found: Balanced) -> str:
    """A self-contained page with the picture."""
    from vtwin.app import pictures
    from vtwin.app.report import page, section

    told = found.balance
    rows = "".join(
        f"<tr><td>{escape(one.id)}</td><td class='n'>{one.cycle_s:.1f}</td>"
        f"<td class='n'>{one.machines:g}</td><td class='n'>{one.work_s:.1f}</td>"
        f"<td>{escape(', '.join(one.operations))}</td></tr>"
        for one in told.stations
    )
    head = "".join(
        f"<th{' class=n' if number else ''}>{word}</th>"
        for word, number in (
            ("Station", False),
            ("Cycle, s per piece", True),
            ("Machines", True),
            ("Work, s per piece", True),
            ("Operations", False),
        )
    )
    sentences = " ".join(escape(sentence) for sentence in sentences_of(told))
    body = section(
        "Takt and line balance",
        f"<p>{sentences}</p>",
        pictures.balance(told),
        f"<table><tr>{head}</tr>{rows}</table>",
    )
    return page(found.name, f"<h1>{escape(found.name)}</h1>{body}")


def sentences_of(told: BalanceView) -> list[str]:
    """The balance in English."""
    found = []
    if told.takt_s is not None and told.wanted_per_day is not None:
        found.append(
            f"{told.wanted_per_day:,.0f} pieces a day in {told.hours_per_day:.1f} h of work: a "
            f"takt of {told.takt_s:.1f} s."
        )
    else:
        found.append("No rate is asked for: the slowest station sets the pace.")
    late = [one.id for one in told.stations if one.late]
    if late:
        verb = "is" if len(late) == 1 else "are"
        found.append(f"{', '.join(late)} {verb} slower than the takt.")
    machines = sum(one.machines for one in told.stations)
    found.append(
        f"Line balance efficiency {told.efficiency:.0%}, balance delay {1 - told.efficiency:.0%}, "
        f"smoothness index {told.smoothness_s:.1f} s; the work needs at least "
        f"{counted(told.least, 'machine')}, and there are {machines:g}."
    )
    return found
