"""The picture of the states equipment goes through, drawn as SVG: the same text, the same bytes.

Machines, places, helpers and vehicles each have a chart of their own; a family gets the charts
of what its models are. The states are those of the engines (docs/semantics.md); what they mean
at a family's equipment the family says.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from vtwin.plant.family import Family
from vtwin.plant.primitives import MachineState
from vtwin.scenario.library import Model
from vtwin.scenario.smallest import Role, role


@dataclass(frozen=True, slots=True)
class State:
    """A state as it is drawn: its name and meaning in English and Korean, its colour."""

    en: str
    ko: str
    colour: str
    meaning_en: str
    meaning_ko: str


#: Names and colours as the web app has them (tests hold them together).
NAMES: Final[dict[MachineState, tuple[str, str, str]]] = {
    MachineState.STARVED: ("Starved", "자재 대기", "#d9dde2"),
    MachineState.SETUP: ("Set-up", "준비교체", "#6a2f9d"),
    MachineState.WAITING_OPERATOR: ("Operator wait", "작업자 대기", "#1a736c"),
    MachineState.WORKING: ("Working", "가공", "#77a0c4"),
    MachineState.BLOCKED: ("Blocked", "막힘", "#e6ae12"),
    MachineState.DOWN: ("Down", "고장", "#c02b1f"),
    MachineState.PLANNED_STOP: ("Planned stop", "계획 정지", "#1a2028"),
}
_OTHERS: Final[dict[Role, tuple[State, ...]]] = {
    Role.BUFFER: (
        State(
            "Empty",
            "비어 있음",
            "#d9dde2",
            "whatever follows may wait",
            "다음 설비가 기다릴 수 있음",
        ),
        State("Holding", "보관 중", "#77a0c4", "takes in and gives out", "받고 내보냄"),
        State("Full", "가득 참", "#e6ae12", "whatever comes before is blocked", "앞 설비가 막힘"),
    ),
    Role.HELPER: (
        State("Free", "한가함", "#d9dde2", "no machine calls", "부르는 설비가 없음"),
        State("Walking", "이동", "#6a2f9d", "on its way to a machine", "설비로 이동 중"),
        State("Busy", "작업", "#77a0c4", "attends a machine", "설비를 돌봄"),
        State("Off duty", "비번", "#1a2028", "its shift is over", "근무 시간이 아님"),
    ),
    Role.VEHICLE: (
        State("Idle", "대기", "#d9dde2", "nothing to bring", "나를 것이 없음"),
        State("Empty run", "빈 운행", "#6a2f9d", "on its way to fetch an item", "가지러 가는 중"),
        State("Loaded run", "운반", "#77a0c4", "takes up, brings, puts down", "싣고 나르고 내림"),
        State(
            "At a door", "하차 대기", "#e6ae12", "no room to put the item down", "내릴 자리가 없음"
        ),
        State("Charging", "충전", "#2f7d4f", "at a charger", "충전기에 있음"),
        State("Held up", "길 막힘", "#c2571a", "another vehicle ahead", "앞에 다른 차가 있음"),
    ),
}
#: What is drawn, as the heading over it says.
HEADS: Final = {
    Role.MACHINE: ("A machine", "설비"),
    Role.BUFFER: ("A place for items", "보관 장소"),
    Role.HELPER: ("What attends machines", "설비를 돌보는 장비"),
    Role.VEHICLE: ("A vehicle", "운반 차량"),
}
#: From box to box, what happens; numbers are places in the row.
_MOVES: Final[dict[Role, tuple[tuple[int, int, str], ...]]] = {
    Role.BUFFER: ((0, 1, ""), (1, 0, ""), (1, 2, ""), (2, 1, "")),
    Role.HELPER: ((0, 1, ""), (1, 2, ""), (2, 3, ""), (2, 0, "done"), (3, 0, "shift begins")),
    Role.VEHICLE: ((0, 1, ""), (1, 2, ""), (2, 3, ""), (2, 0, "put down"), (3, 0, "let in")),
}
#: Of a vehicle, below the row: under which box, and what leads there and back.
_BELOW: Final = ((0, "low", "charged"), (2, "no room", "goes on"))

_WIDTH: Final = 960
_BOX: Final = (168, 104)
_GAP: Final = 20
_LEFT: Final = 10


def roles(family: Family, models: Iterable[Model]) -> list[Role]:
    """What the models of a family are in a plant, machines first."""
    found = {role(family, model) for model in models}
    return [kind for kind in Role if kind in found]


def states(kind: Role, family: Family | None = None) -> tuple[State, ...]:
    """The states of a role, as a family's equipment has them."""
    if kind is not Role.MACHINE:
        return _OTHERS[kind]
    made = []
    for state, (en, ko, colour) in NAMES.items():
        told = (
            ("", "") if family is None else (family.state(state, "en"), family.state(state, "ko"))
        )
        made.append(State(en, ko, colour, *told))
    return tuple(made)


def picture(family: Family, models: Sequence[Model]) -> str:
    """The charts of a family, one below the other, as one SVG text."""
    parts: list[str] = []
    top = 0
    for kind in roles(family, models):
        drawn, height = _chart(kind, states(kind, family), top)
        parts += drawn
        top += height
    title = f"The states of {family.name} equipment"
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {top}" role="img" '
        f'aria-label="{escape(title)}" font-family="sans-serif" font-size="12" fill="#1a2028">'
    )
    marker = (
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
        'markerHeight="7" orient="auto-start-reverse"><path d="M0 0 8 4 0 8z" fill="#586272"/>'
        "</marker></defs>"
    )
    ground = f'<rect width="{_WIDTH}" height="{top}" rx="8" fill="#ffffff"/>'
    return "\n".join([head, f"<title>{escape(title)}</title>", marker, ground, *parts, "</svg>\n"])


def _chart(kind: Role, shown: Sequence[State], top: int) -> tuple[list[str], int]:
    en, ko = HEADS[kind]
    heading = f'<text x="{_LEFT + 10}" y="{top + 28}" font-size="14"><tspan font-weight="bold">'
    parts = [f"{heading}{en}</tspan> · {ko}</text>"]
    if kind is Role.MACHINE:
        drawn, height = _machine(shown, top + 44)
    else:
        drawn, height = _row_chart(kind, shown, top + 44)
    return [*parts, *drawn], height + 44


def _machine(shown: Sequence[State], top: int) -> tuple[list[str], int]:
    """Five states of a machine that is on duty and fit, two that can come at any of them."""
    row, others = shown[:5], shown[5:]
    upper = top + 40
    frame = (_LEFT + 2, top, _WIDTH - 2 * _LEFT - 4, 40 + _BOX[1] + 14)
    parts = [
        f'<rect x="{frame[0]}" y="{frame[1]}" width="{frame[2]}" height="{frame[3]}" rx="8" '
        'fill="#f8f9fb" stroke="#c9ced6" stroke-dasharray="4 3"/>',
        *_note(frame[0] + 12, top + 18, "on duty and fit · 근무 중이고 정상"),
    ]
    places = [_place(i) for i in range(5)]
    for left, state in zip(places, row, strict=True):
        parts += _box(left, upper, state)
    middle = upper + _BOX[1] // 2
    for left in places[:-1]:
        parts.append(_line(f"M{left + _BOX[0]} {middle}h{_GAP - 1}"))
    back = top + 26
    start, end = places[4] + _BOX[0] // 2, places[0] + _BOX[0] // 2
    parts.append(_line(f"M{start} {upper}V{back}H{end}V{upper - 1}"))
    done = places[3] + _BOX[0] // 2
    parts.append(f'<path d="M{done} {upper}V{back}" stroke="#586272"/>')
    parts += _note((start + end) // 2, back - 6, "the item leaves · 내보냄", "middle")
    below = frame[1] + frame[3]
    lower = below + 44
    for left, state, there, again in (
        (places[1], others[0], "breaks · 고장", "repaired · 수리"),
        (places[3], others[1], "stops · 정지", "goes on · 재개"),
    ):
        parts += _box(left, lower, state)
        parts.append(_line(f"M{left + 50} {below}V{lower - 1}"))
        parts.append(_line(f"M{left + 110} {lower}V{below + 1}"))
        parts += _note(left + 44, below + 26, there, "end")
        parts += _note(left + 116, below + 26, again)
    return parts, lower + _BOX[1] + 14 - top


def _row_chart(kind: Role, shown: Sequence[State], top: int) -> tuple[list[str], int]:
    """States in a row: neighbours by straight arrows, the way back above them."""
    room = 40 if any(abs(end - start) > 1 for start, end, _ in _MOVES[kind]) else 4
    upper = top + room
    middle = upper + _BOX[1] // 2
    parts: list[str] = []
    row, below = shown[:4], shown[4:]
    places = [_place(i, 60) for i in range(len(row))]
    for left, state in zip(places, row, strict=True):
        parts += _box(left, upper, state)
    for number, (start, end, said) in enumerate(_MOVES[kind]):
        if end == start + 1:
            parts.append(_line(f"M{places[start] + _BOX[0]} {middle - 8}H{places[end] - 1}"))
        elif end == start - 1:
            parts.append(_line(f"M{places[start]} {middle + 8}H{places[end] + _BOX[0] + 1}"))
        else:
            back = top + 24 - 16 * (number % 2)
            a, b = places[start] + _BOX[0] // 2, places[end] + 40 + 30 * (number % 2)
            parts.append(_line(f"M{a} {upper}V{back}H{b}V{upper - 1}"))
            parts += _note(a - 6, back - 4, said, "end")
    lower = upper + _BOX[1]
    for (place, there, again), state in zip(_BELOW, below, strict=False):
        left = places[place]
        parts += _box(left, lower + 44, state)
        parts.append(_line(f"M{left + 50} {lower}V{lower + 43}"))
        parts.append(_line(f"M{left + 110} {lower + 44}V{lower + 1}"))
        parts += _note(left + 44, lower + 26, there, "end")
        parts += _note(left + 116, lower + 26, again)
    return parts, room + _BOX[1] + 14 + (_BOX[1] + 44 if below else 0)


def _place(number: int, gap: int = _GAP) -> int:
    return _LEFT + 10 + number * (_BOX[0] + gap)


def _line(path: str) -> str:
    return f'<path d="{path}" fill="none" stroke="#586272" marker-end="url(#tip)"/>'


def _note(x: int, y: int, text: str, anchor: str = "start") -> list[str]:
    return [f'<text x="{x}" y="{y}" fill="#586272" text-anchor="{anchor}">{escape(text)}</text>']


def _box(left: int, top: int, state: State) -> list[str]:
    """A state: its colour, its name, what it means."""
    width, height = _BOX
    parts = [
        f'<rect x="{left}" y="{top}" width="{width}" height="{height}" rx="6" fill="#ffffff" '
        'stroke="#c9ced6"/>',
        f'<rect x="{left}" y="{top}" width="8" height="{height}" rx="3" fill="{state.colour}"/>',
        f'<text x="{left + 16}" y="{top + 20}"><tspan font-weight="bold">{escape(state.en)}</tspan>'
        f" · {escape(state.ko)}</text>",
    ]
    y = top + 38
    for text in (*_wrapped(state.meaning_en, 25), *_wrapped(state.meaning_ko, 25)):
        parts.append(
            f'<text x="{left + 16}" y="{y}" font-size="11" fill="#3d4653">{escape(text)}</text>'
        )
        y += 14
    return parts


def _wrapped(text: str, cells: int) -> list[str]:
    """Lines of at most so many cells; a Korean letter takes two."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and _cells(longer) <= cells:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _cells(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


__all__ = ["HEADS", "NAMES", "State", "picture", "roles", "states"]
