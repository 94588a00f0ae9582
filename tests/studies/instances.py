"""Small reallocations whose best design is known exactly: every feasible design by its Markov
chain. Rates are per minute.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.truth.lines import Line
from tests.truth.operators import attended_rate

Settings = Mapping[str, Any]


@dataclass(frozen=True)
class Instance:
    """A scenario, and the true goal (per minute) of a design given as path -> value; None
    where the design is not allowed for a reason that has to be measured.
    """

    name: str
    text: str
    truth: Callable[[Settings], float | None]
    scale: float = 60.0  # goal of the scenario per goal of the truth
    budget: int = 160


def _head(minutes: int = 1000, line: str = "[s1, b1, s2, b2, s3]") -> str:
    warmup = minutes // 10
    return (
        "vtwin: 1\nname: small instance\n"
        f"run: {{horizon: {minutes} min, warmup: {warmup} min, replications: 20, seed: 3}}\n"
        f"currency: KRW\nline: {line}\nequipment:\n"
    )


def _station(name: str, per_minute: float, more: str = "") -> str:
    return f"  {name}: {{cycle: {{exponential: {{mean: {60 / per_minute!r} s}}}}{more}}}\n"


def _buffers(*capacities: int) -> str:
    return "".join(f"  b{i}: {{capacity: {c}}}\n" for i, c in enumerate(capacities, start=1))


def _goal(*lines: str) -> str:
    goal = "goal: {maximise: throughput_per_h, within: 0.3 %}"
    return "reallocate:\n" + "".join(f"  {line}\n" for line in (*lines, goal))


def _places(settings: Settings, number: int) -> list[int]:
    return [int(settings[f"equipment.b{i + 1}.capacity"]) for i in range(number)]


def _count(settings: Settings, name: str) -> int:
    return int(settings[f"equipment.{name}.count"])


def _stop(fail: float, mend: float, by: str = "") -> str:
    return (
        f", failures: {{jam: {{after: {{exponential: {{mean: {60 / fail!r} s}}}}, "
        f"repair: {{exponential: {{mean: {60 / mend!r} s}}}}{by}}}}}"
    )


def _buffer_three() -> Instance:
    rates = (1.0, 1.2, 0.9)
    text = _head() + "".join(_station(f"s{i + 1}", r) for i, r in enumerate(rates))
    text += _buffers(4, 4) + _goal("move: {equipment: [b1, b2]}")
    return Instance("places of two buffers", text, lambda s: Line(rates, _places(s, 2)).rate)


def _buffer_four() -> Instance:
    rates = (1.0, 1.1, 1.0, 1.2)
    text = _head(line="[s1, b1, s2, b2, s3, b3, s4]")
    text += "".join(_station(f"s{i + 1}", r) for i, r in enumerate(rates))
    text += _buffers(2, 2, 2) + _goal("move: {equipment: [b1, b2, b3]}")
    return Instance("places of three buffers", text, lambda s: Line(rates, _places(s, 3)).rate)


FAIL, MEND = (0.02, 0.05, 0.03), (0.2, 0.25, 0.3)


def _unreliable() -> Instance:
    rates = (1.0, 1.1, 1.0)
    text = _head(2500)
    for i, r in enumerate(rates):
        text += _station(f"s{i + 1}", r, _stop(FAIL[i], MEND[i]))
    text += _buffers(4, 4) + _goal("move: {equipment: [b1, b2]}")

    def truth(s: Settings) -> float:
        return Line(rates, _places(s, 2), fail=FAIL, mend=MEND).rate

    return Instance("places between unreliable machines", text, truth)


def _servers() -> Instance:
    rates = (0.5, 0.8, 0.6)
    text = _head() + "".join(_station(f"s{i + 1}", r, ", count: 2") for i, r in enumerate(rates))
    text += _buffers(1, 1) + _goal("move: {equipment: [s1, s2, s3]}")

    def truth(s: Settings) -> float:
        return Line(rates, [1, 1], servers=[_count(s, f"s{i}") for i in (1, 2, 3)]).rate

    return Instance("servers of three stations", text, truth)


def _servers_and_places() -> Instance:
    rates = (1.0, 0.6, 1.0)
    text = _head() + "".join(_station(f"s{i + 1}", r) for i, r in enumerate(rates))
    text += _buffers(1, 1)
    text += _goal(
        "range: {equipment.s1.count: 1..2, equipment.s2.count: 1..3, equipment.b1.capacity: 1..4, "
        "equipment.b2.capacity: 1..4}",
        "price: {equipment.s1.count: 5 KRW, equipment.s2.count: 4 KRW, "
        "equipment.b1.capacity: 1 KRW, equipment.b2.capacity: 1 KRW}",
        "limit: {budget: <= 9 KRW}",
    )

    def truth(s: Settings) -> float:
        return Line(rates, _places(s, 2), servers=[_count(s, "s1"), _count(s, "s2"), 1]).rate

    return Instance("servers and places for one budget", text, truth)


def _repairers() -> Instance:
    rates, fail, mend = (1.0, 1.0, 1.0), (0.05, 0.05, 0.05), (0.2, 0.2, 0.2)
    text = _head(2500)
    for i, r in enumerate(rates):
        text += _station(f"s{i + 1}", r, _stop(fail[i], mend[i], ", by: fix"))
    text += _buffers(1, 1) + "people: {fix: {count: 1}}\n"
    text += _goal(
        "range: {people.fix.count: 1..3, equipment.b1.capacity: 1..4, equipment.b2.capacity: 1..4}",
        "price: {people.fix.count: 3 KRW, equipment.b1.capacity: 1 KRW, "
        "equipment.b2.capacity: 1 KRW}",
        "limit: {budget: <= 4 KRW}",
    )

    def truth(s: Settings) -> float:
        heads = int(s["people.fix.count"])
        return Line(rates, _places(s, 2), fail=fail, mend=mend, repairers=heads).rate

    return Instance("a limited repair crew or places", text, truth)


def _crew() -> Instance:
    text = _head(line="[s1, s2, s3]")
    text += _station("s1", 1.0, ", operator: run") + _station("s2", 1.0, ", operator: run")
    text += _station("s3", 1.0, ", operator: run") + "people: {run: {count: 1}}\n"
    levels = ("60.0 s", "50.0 s", "40.0 s", "30.0 s")
    path = "equipment.s2.cycle.exponential.mean"
    text += _goal(
        f"range: {{people.run.count: 1..3, {path}: [{', '.join(levels)}]}}",
        f"price: {{people.run.count: 2 KRW, {path}: [0 KRW, 1 KRW, 2 KRW, 3 KRW]}}",
        "limit: {budget: <= 4 KRW}",
    )

    def truth(s: Settings) -> float:
        rate = 60 / float(s[path].split()[0])
        return attended_rate((1.0, rate, 1.0), int(s["people.run.count"]), "closest")

    return Instance("a crew or a faster machine", text, truth)


SPEEDS = {
    "kim": {"a": 1.0, "b": 0.7, "c": 0.8},
    "lee": {"a": 0.9, "b": 1.0, "c": 0.6},
    "park": {"a": 0.7, "b": 0.8, "c": 0.9},
}


def _skills() -> Instance:
    rates = {"a": 1.0, "b": 0.9, "c": 1.2}
    text = _head(line="[s1, b1, s2, b2, s3]")
    for i, (skill, rate) in enumerate(rates.items(), start=1):
        text += _station(f"s{i}", rate, f", operator: {skill}")
    text += _buffers(1, 1) + "people:\n"
    start = {"kim": "b", "lee": "c", "park": "a"}
    for who, skill in start.items():
        text += f"  {who}: {{skills: {{{skill}: {SPEEDS[who][skill]}}}}}\n"
    ranges = [
        f"people.{who}.skills: [" + ", ".join(f"{{{k}: {v}}}" for k, v in speeds.items()) + "]"
        for who, speeds in SPEEDS.items()
    ]
    text += _goal(f"range: {{{', '.join(ranges)}}}")

    def truth(s: Settings) -> float | None:
        found: dict[str, float] = {}
        for who in SPEEDS:
            found |= {skill: float(speed) for skill, speed in s[f"people.{who}.skills"].items()}
        if len(found) < 3:
            return None  # a station that nobody can attend
        return Line([rates[k] * found[k] for k in "abc"], [1, 1]).rate

    return Instance("who works where", text, truth)


def _level() -> Instance:
    # Balanced closed line of M = 3 exponential stations: X(N) = N / (N + M - 1), lead N / X(N).
    text = _head(1500, "[s1, s2, s3]").replace("line: [s1, s2, s3]\n", "")
    text += "".join(_station(f"s{i}", 1.0) for i in (1, 2, 3))
    text += "products: {part: {route: [s1, s2, s3]}}\norders: [{product: part, conwip: 2}]\n"
    text += _goal("range: {orders.part.conwip: 1..12}", "limit: {lead_time_s: <= 8.5 min}")

    def truth(s: Settings) -> float | None:
        number = int(s["orders.part.conwip"])
        return number / (number + 2) if number + 2 <= 8.5 else None

    return Instance("work in process under a lead time", text, truth)


INSTANCES = tuple(
    make()
    for make in (
        _buffer_three,
        _buffer_four,
        _unreliable,
        _servers,
        _servers_and_places,
        _repairers,
        _crew,
        _skills,
        _level,
    )
)
