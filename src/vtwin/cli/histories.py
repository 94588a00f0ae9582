"""Histories of parts as text for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.text import Text

from vtwin.app.genealogy import MOST_NAMED
from vtwin.base.units import counted
from vtwin.cli.text import heading, indented, plain_table

if TYPE_CHECKING:
    from vtwin.app.genealogy import Called, Followed


def part(answer: Mapping[str, Any]) -> RenderableType:
    """One part: its steps, and what went into it."""
    title = f"\nPart {answer['part']}, {answer['product']}"
    facts = [counted(answer["pieces"], "piece"), _fate(answer)]
    if answer["order"]:
        facts.insert(0, f"order {answer['order']}")
    parts: list[RenderableType] = [
        Text(title, style="bold"),
        Text(" · ".join(facts) + "\n", style="dim"),
        indented(_steps(answer["steps"])),
    ]
    for component in answer["components"]:
        name = f"\nIn it: part {component['part']}, {component['product']}"
        lots = ", ".join(lot["lot"] for lot in component["material"])
        parts.append(Text(name + (f", of {lots}" if lots else ""), style="bold"))
        if component["steps"]:
            parts.append(indented(_steps(component["steps"])))
    table = plain_table("", "")
    table.show_header = False
    table.columns[1].no_wrap = False
    for key in ("lots", "machines", "tools", "lives", "people"):
        if answer[key]:
            table.add_row(_KEYS[key], ", ".join(answer[key]))
    parts += [heading("Everything that went into it"), indented(table)]
    if "template" in answer:
        parts += [heading("Process template"), indented(_template(answer["template"]))]
    return Group(*parts)


_KEYS = {
    "lots": "material lots",
    "machines": "machines",
    "tools": "tools",
    "lives": "lives between changes",
    "people": "people",
}


def _fate(card: Mapping[str, Any]) -> str:
    fates = {"inside": "in the plant", "stock": "in stock since", "scrapped": "scrapped"}
    fate = fates.get(card["fate"], card["fate"])
    return f"{fate} {card['gone']}" if card["gone"] else fate


def _steps(steps: Sequence[Mapping[str, Any]]) -> RenderableType:
    table = plain_table("step", "machine", "start", "end", "tool", "people", "outcome")
    for step in steps:
        people = [*step["operators"], *(f"{name} (set-up)" for name in step["setters"])]
        scrap = ", ".join(f"{loss['cause']} {loss['pieces']}" for loss in step["scrap"])
        table.add_row(
            step["operation"],
            step["machine"],
            step["start"],
            step["end"].rpartition(" ")[2],
            step["tool"] or "",
            ", ".join(people),
            f"{step['outcome']} ({scrap})" if scrap else step["outcome"],
        )
    return table


def _template(template: Mapping[str, Any]) -> RenderableType:
    table = plain_table("", "")
    table.show_header = False
    if "material" in template:
        table.add_row("material", template["material"])
    for key in ("composition", "property"):
        for name, figure in template.get(key, {}).items():
            table.add_row(f"{key}, {name}", f"{figure['value']:g} {figure['unit']}")
    for operation, figures in template.get("settings", {}).items():
        for name, figure in figures.items():
            table.add_row(f"{operation}, {name}", f"{figure['value']:g} {figure['unit']}")
    return table


def called(answer: Called) -> RenderableType:
    """What a suspect calls back, as a sentence and the parts."""
    share = "" if answer.share is None else f", {answer.share:.2%} of all {answer.shipped_pieces:,}"
    said = f"\n{answer.suspect} went into {counted(answer.pieces, 'shipped piece')}{share}.\n"
    rest = []
    if answer.inside:
        rest.append(f"{counted(answer.inside, 'piece')} with it still in the plant")
    if answer.scrapped:
        rest.append(f"{counted(answer.scrapped, 'piece')} with it scrapped before")
    parts: list[RenderableType] = [Text(said, style="bold")]
    if rest:
        parts.append(indented(Text("; ".join(rest))))
    if answer.shipped:
        parts.append(indented(Text(f"parts {named(answer.shipped)}", style="dim")))
    return Group(*parts)


def followed(answer: Followed) -> RenderableType:
    """What there is to ask about."""
    known = answer.to_json()
    table = plain_table("", "")
    table.show_header = False
    table.columns[1].no_wrap = False
    table.add_row("parts shipped", named(known["shipped"]) or "none")
    for key, option in (("lots", "--lot"), ("tools", "--tool"), ("workers", "--worker")):
        if known[key]:
            table.add_row(option, _some(list(known[key])))
    table.add_row("--machine", _some(known["machines"]))
    title = (
        f"\n{known['scenario']}, replication {known['replication']}: "
        f"{counted(known['items'], 'item')}, {counted(known['shipped_pieces'], 'piece')} shipped\n"
    )
    hint = "Ask for one with --part N, or what a suspect went into with --lot, --tool, --machine …"
    return Group(Text(title, style="bold"), indented(table), Text(f"\n{hint}", style="dim"))


def named(serials: Sequence[int]) -> str:
    """The first and the last of many numbers."""
    if len(serials) <= MOST_NAMED:
        return ", ".join(map(str, serials))
    first = ", ".join(map(str, serials[: MOST_NAMED - 2]))
    return f"{first} … {serials[-1]} ({counted(len(serials), 'item')})"


def _some(names: Sequence[str]) -> str:
    more = f" … {names[-1]}" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more
