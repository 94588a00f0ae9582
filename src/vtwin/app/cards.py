"""The card that travels with an item: its steps, people, tools, settings, outcome, in names."""

from __future__ import annotations

import csv
import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable
from io import StringIO
from typing import TYPE_CHECKING, Any

from vtwin.base.units import TICKS_PER_SECOND
from vtwin.plant.assigning import base

if TYPE_CHECKING:
    from vtwin.plant.program import Program
    from vtwin.results.travellers import History, Visit

_DAY = 86_400 * TICKS_PER_SECOND

#: Columns of the table of steps, one row each.
COLUMNS = (
    "part", "product", "order", "lots", "step", "operation", "machine", "setup_s", "start_s",
    "end_s", "shift", "tool", "life", "operators", "setters", "settings", "pieces", "outcome",
    "scrapped", "causes", "fate",
)  # fmt: skip


class Clerk:
    """Writes cards for the items of one plant."""

    def __init__(self, program: Program) -> None:
        self.program = program
        start = program.run.start
        self._day = None if start is None else dt.date.fromisoformat(start)

    def card(self, history: History, products: dict[int, int]) -> dict[str, Any]:
        """One item as plain data. ``products``: product of every item it names."""
        program = self.program
        product = program.products[history.product]
        card: dict[str, Any] = {
            "part": history.serial,
            "product": product.name,
            "order": None if history.order < 0 else program.orders[history.order].name,
            "pieces": history.pieces,
            "made_s": _s(history.made),
            "made": self.clock(history.made),
            "material": [
                {"lot": self.lot(history, number), "pieces": pieces}
                for number, pieces in history.lots
            ],
            "parts": self._linked(history.parts, products),
            "steps": [
                self._step(history, number, visit) for number, visit in enumerate(history.visits)
            ],
            "moves": [
                {
                    "vehicle": program.vehicles[move.vehicle].name,
                    "from": program.stations[move.origin].name,
                    "to": program.stations[move.goal].name,
                    "picked_s": _s(move.picked),
                    "dropped_s": _s(move.dropped),
                }
                for move in history.moves
            ],
            "fate": history.fate.name.lower(),
            "gone_s": _s(history.gone),
            "gone": self.clock(history.gone),
            "good": history.good,
            "used_in": self._linked(history.uses, products),
        }
        template = program.templates.get(product.name)
        if template is not None:
            card["template"] = template.to_json()
        return card

    def lot(self, history: History, number: int) -> str:
        """The name of a material lot: ``bar/3``."""
        material = self.program.products[history.product].material
        return f"{self.program.materials[material].name}/{number}"

    def clock(self, tick: int) -> str:
        """When a tick is: date and time, or day and time of a run without a date."""
        if tick < 0:
            return ""
        day, rest = divmod(tick, _DAY)
        minutes, seconds = divmod(rest // TICKS_PER_SECOND, 60)
        time = f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}"
        if self._day is None:
            return f"day {day + 1} {time}"
        return f"{self._day + dt.timedelta(days=day)} {time}"

    def shift(self, visit: Visit) -> str:
        """The period of the machine's calendar, else its people's, in which a visit began."""
        calendars = [self.program.machines[visit.machine].calendar]
        calendars += [self.program.workers[person].calendar for person in visit.people]
        began = visit.start if visit.setup < 0 else visit.setup
        for calendar in calendars:
            if calendar < 0:
                continue
            periods = self.program.calendars[calendar].open
            start, end = periods[max(bisect_right(periods, (began, 2**62)) - 1, 0)]
            until = self.clock(end)
            same = self.clock(start).rpartition(" ")[0] == until.rpartition(" ")[0]
            return f"{self.clock(start)}-{until.rpartition(' ')[2] if same else until}"
        return ""

    def tool(self, visit: Visit) -> str:
        """``die#2/3``: the third life of copy 2; without a life ``die#2``, "" for none."""
        if visit.copy < 0:
            return ""
        spec = self.program.tools[visit.tool]
        copy = f"{spec.name}#{visit.copy + 1}"
        return f"{copy}/{visit.life}" if spec.life else copy

    def people(self, workers: Iterable[int]) -> list[str]:
        """Names of workers."""
        return [self.program.workers[worker].name for worker in workers]

    def _linked(
        self, links: tuple[tuple[int, int], ...], products: dict[int, int]
    ) -> list[dict[str, Any]]:
        return [
            {
                "part": serial,
                "product": self.program.products[products[serial]].name,
                "pieces": pieces,
            }
            for serial, pieces in links
        ]

    def _step(self, history: History, number: int, visit: Visit) -> dict[str, Any]:
        program = self.program
        operation = program.operations[base(program, visit.operation)]
        template = program.templates.get(program.products[history.product].name)
        settings = () if template is None else template.settings_of(operation.name)
        step: dict[str, Any] = {
            "operation": operation.name.partition("/")[2],
            "machine": program.machines[visit.machine].name,
            "setup_s": None if visit.setup < 0 else _s(visit.setup),
            "start_s": _s(visit.start),
            "end_s": None if visit.end < 0 else _s(visit.end),
            "start": self.clock(visit.start),
            "end": self.clock(visit.end),
            "shift": self.shift(visit),
            "tool": self.tool(visit) or None,
            "lives": [f"{program.failures[f].name}/{life}" for f, life in visit.wears],
            "operators": self.people(visit.operators),
            "setters": self.people(visit.setters),
            "settings": {name: figure.to_json() for name, figure in settings},
            "batch_of": None if visit.batch < 0 else visit.batch,
            "pieces": visit.pieces,
            "outcome": self._outcome(history, number, visit),
            "scrap": [{"cause": loss.cause, "pieces": loss.pieces} for loss in visit.losses],
        }
        return step

    def _outcome(self, history: History, number: int, visit: Visit) -> str:
        if visit.end < 0:
            return "in work"
        if visit.scrapped == visit.pieces:
            return "scrapped"
        if number + 1 < len(history.visits):
            operations = self.program.operations
            here = operations[visit.operation].step
            if operations[history.visits[number + 1].operation].step <= here:
                return "sent back"
        return "done"


def _s(tick: int) -> float | None:
    return None if tick < 0 else tick / TICKS_PER_SECOND


def table(cards: Iterable[dict[str, Any]]) -> str:
    """Cards as CSV, a row per step; an item without any step has one row."""
    text = StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n", restval="")
    writer.writeheader()
    for card in cards:
        head = {
            "part": card["part"],
            "product": card["product"],
            "order": card["order"] or "",
            "lots": " ".join(lot["lot"] for lot in card["material"]),
            "fate": card["fate"],
        }
        if not card["steps"]:
            writer.writerow(head | {"pieces": card["pieces"]})
        for number, step in enumerate(card["steps"], start=1):
            writer.writerow(head | _row(number, step))
    return text.getvalue()


def _row(number: int, step: dict[str, Any]) -> dict[str, Any]:
    plain = {key: step[key] for key in ("operation", "machine", "shift", "pieces", "outcome")}
    times = {
        key: "" if step[key] is None else f"{step[key]:.9f}".rstrip("0").rstrip(".")
        for key in ("setup_s", "start_s", "end_s")
    }
    return (
        plain
        | times
        | {
            "step": number,
            "tool": step["tool"] or "",
            "life": " ".join(step["lives"]),
            "operators": " ".join(step["operators"]),
            "setters": " ".join(step["setters"]),
            "settings": "; ".join(
                f"{name} {given['value']:g} {given['unit']}"
                for name, given in step["settings"].items()
            ),
            "scrapped": sum(loss["pieces"] for loss in step["scrap"]),
            "causes": "; ".join(f"{loss['cause']} {loss['pieces']}" for loss in step["scrap"]),
        }
    )
