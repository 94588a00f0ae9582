"""The Family contract: what an equipment model must say about itself.

A family is one frozen value. It never sees an engine: ``lower`` turns what was written about
one piece of equipment and the steps made on it into primitive-shaped parts that the scenario
builder numbers and puts into the Program.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import BaseModel

from vtwin.base.draws import Distribution
from vtwin.plant.primitives import FailureClock, MachineState, PartAtFailure


@dataclass(frozen=True, slots=True)
class Step:
    """One written route step that may be made on this equipment. ``attributes`` are the
    family's own step keys (mould, colour, die …) after validation by ``Family.step``.
    """

    operation: str  # "<product>/<op>"
    cycle: Distribution | None  # written at the step or its tool; None: the model's own
    attributes: Mapping[str, Any] = field(default_factory=dict)
    tool: str | None = None  # mould, die or fixture that must be mounted


@dataclass(frozen=True, slots=True)
class LoweredStep:
    """How this equipment does one step."""

    cycle: Distribution
    pieces_per_cycle: int = 1
    scrap: float = 0.0
    setup_key: str | None = None  # None: no set-up depends on it


@dataclass(frozen=True, slots=True)
class LoweredFailure:
    """A failure mode of the model itself (written ones are added by the builder)."""

    mode: str
    after: Distribution
    clock: FailureClock
    repair: Distribution
    skill: str | None = None
    part: PartAtFailure = PartAtFailure.KEPT
    life: int = 0  # cycles until it strikes (clock CYCLES)
    planned: bool = False  # maintenance: waits for the work in hand


@dataclass(frozen=True, slots=True)
class Lowered:
    """What one piece of equipment becomes."""

    steps: tuple[LoweredStep, ...]  # same order as the steps given
    setup_times: Mapping[tuple[str, str], Distribution] = field(default_factory=dict)
    setup_skill: str | None = None
    failures: tuple[LoweredFailure, ...] = ()
    power_kw: Mapping[MachineState, float] = field(default_factory=dict)
    custom: str = ""  # "package.module:function", see vtwin.plant.behaviour
    is_buffer: bool = False
    is_area: bool = False  # neither machine nor buffer: it is named in no route
    capacity: int = 0  # of a buffer


#: What states of machines mean wherever a family says nothing more particular.
MEANINGS: Final[Mapping[MachineState, Mapping[str, str]]] = {
    MachineState.WORKING: {"en": "does a step", "ko": "작업을 함"},
    MachineState.SETUP: {
        "en": "is made ready for another step",
        "ko": "다른 작업을 위한 준비 교체",
    },
    MachineState.WAITING_OPERATOR: {
        "en": "a person or robot is due",
        "ko": "사람이나 로봇을 기다림",
    },
    MachineState.BLOCKED: {
        "en": "done, and no place for the item",
        "ko": "끝났지만 내보낼 자리가 없음",
    },
    MachineState.STARVED: {"en": "nothing to do", "ko": "할 일이 없음"},
    MachineState.DOWN: {"en": "broken, until it is repaired", "ko": "고장, 수리할 때까지"},
    MachineState.PLANNED_STOP: {"en": "off shift or maintained", "ko": "비번 또는 계획 정비"},
}


@dataclass(frozen=True, slots=True)
class SignalSpec:
    """A signal the equipment has on its controller; what it means in English and Korean."""

    name: str
    direction: str  # "in" (to the machine) | "out" (from the machine)
    type: str  # "bool" | "int" | "float"
    meaning: str
    ko: str = ""


@dataclass(frozen=True, slots=True)
class Shape:
    """Footprint on the floor, m."""

    width: float
    depth: float


@dataclass(frozen=True, slots=True)
class Helper:
    """Equipment that makes nothing itself and attends other equipment: a robot, a gantry. It
    becomes a group of people of its own name, who are sent, walk and wait like others.

    ``people`` are keys of a group of people as a scenario writes them; ``serves`` equipment that
    it attends in place of an operator, each operation for ``load`` at its beginning, or all the
    time if None.
    """

    serves: tuple[str, ...]
    load: Distribution | None = None
    people: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Visit:
    """One step of a product's route as a family sees it; ``attributes`` are the family's own."""

    operation: str  # "<product>/<op>"
    on: tuple[str, ...]  # equipment entries
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Loop:
    """Cards, places or permits that go round: ``count`` of them. An item gets one when an
    operation of ``takes`` begins and gives it back when one of ``returns`` ends.
    """

    name: str
    count: int
    takes: tuple[str, ...]
    returns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Circulation:
    """What goes round because of one piece of equipment, and the places in front of it where
    nobody wrote them.
    """

    loops: tuple[Loop, ...] = ()
    places: int | None = None


def _no_words(_name: str, _params: Any) -> Mapping[str, Any]:
    """A family that writes nothing beside what was written."""
    return {}


def _no_step_words(_params: Any, _attributes: Mapping[str, Any]) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class Family:
    """A kind of equipment: frozen, stateless, importable by a third party.

    ``params`` is the pydantic model of the equipment entry's own keys (frozen, extra=forbid);
    ``step`` that of its route-step keys; ``lower(name, params, steps)`` may raise
    :class:`vtwin.base.errors.Refused`.

    What the scenario language has a word for, a family says in that word: ``words(name, params)``
    are keys of the equipment entry (`batch`, `belt`, `maintenance`, `load` …), ``step_words(params,
    attributes)`` keys of a step made on it (`sample`, `rework`, `batch` …), both as a person would
    write them. What a person has written goes first; failures, maintenance and dies are added to.
    """

    name: str
    params: type[BaseModel]
    step: type[BaseModel]
    lower: Callable[[str, Any, tuple[Step, ...]], Lowered]
    signals: tuple[SignalSpec, ...]
    shape: Shape
    doc: Mapping[str, str]  # "en", "ko": one line
    words: Callable[[str, Any], Mapping[str, Any]] = _no_words
    step_words: Callable[[Any, Mapping[str, Any]], Mapping[str, Any]] = _no_step_words
    helper: Callable[[str, Any], Helper | None] | None = None  # None: it never attends others
    #: Equipment, its parameters and all routes -> what goes round; may raise Refused.
    loops: Callable[[str, Any, Mapping[str, Sequence[Visit]]], Circulation] | None = None
    #: What a state means at this equipment, "en" and "ko"; the others mean what they always do.
    states: Mapping[MachineState, Mapping[str, str]] = field(default_factory=dict)

    def state(self, state: MachineState, language: str) -> str:
        """What a state means at this equipment, in "en" or "ko"."""
        return self.states.get(state, MEANINGS[state])[language]


__all__ = [
    "MEANINGS",
    "FailureClock",
    "Family",
    "Helper",
    "Lowered",
    "LoweredFailure",
    "LoweredStep",
    "MachineState",
    "PartAtFailure",
    "Shape",
    "SignalSpec",
    "Step",
]
