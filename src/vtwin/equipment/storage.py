"""Storage: places where parts wait, what fetches them, and how many there may be.

A **buffer** is places between two steps and no machine. A **rack**, a **supermarket** and a
**warehouse** are machines: a step on one takes a part out, which takes time of whoever fetches
it; a step with `move: put_away` before that brings it in. In between the part holds a place of
the store. A supermarket has cards: a part can be begun only with one, and gives it back when it is
taken out. An **area** is neither: it lets at most so many parts be on the equipment it is over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from vtwin.base.draws import Distribution, constant
from vtwin.base.errors import Problem, Refused
from vtwin.plant.family import (
    Circulation,
    Family,
    Loop,
    Lowered,
    LoweredStep,
    Shape,
    SignalSpec,
    Step,
    Visit,
)
from vtwin.plant.kinds import OfAKind
from vtwin.plant.primitives import MachineState
from vtwin.plant.quantities import COUNT, Count, Power, RandomTime, Whole, inside, within
from vtwin.plant.stacker import Stacker

_FETCHED: Final = ("places", "ahead")
_OWN: Final = {
    "buffer": frozenset(("capacity",)),
    "rack": frozenset((*_FETCHED, "access")),
    "supermarket": frozenset((*_FETCHED, "access", "cards", "refill")),
    "warehouse": frozenset(
        (
            *_FETCHED,
            *("length", "height", "speed", "lift_speed", "acceleration", "lift_acceleration"),
            *("fork", "together", "double_cycles", "driving_power"),
        )
    ),
    "area": frozenset(("limit", "over")),
}
_NEEDED: Final = {
    "buffer": (),
    "rack": (),
    "supermarket": ("cards",),
    "warehouse": ("length", "height"),
    "area": ("limit",),
}
_EXAMPLES: Final = {
    "cards": "4",
    "length": "60 m",
    "height": "12 m",
    "limit": "6",
}
#: What a step does at a store.
PUT, TAKE = "put_away", "take_out"

RackLength = Annotated[float, within("length", "60 m", "1 m", "300 m")]
RackHeight = Annotated[float, within("length", "12 m", "0.5 m", "50 m")]
Travel = Annotated[float, within("speed", "2.5 m/s", "0.1 m/s", "8 m/s")]
Lift = Annotated[float, within("speed", "0.6 m/s", "0.02 m/s", "4 m/s")]
Start = Annotated[float, within("acceleration", "0.4 m/s2", "0.05 m/s2", "5 m/s2")]
Fork = Annotated[float, within("time", "10 s", "0 s", "5 min")]


def _one_or_several(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _cards(value: Any) -> Any:
    """A number of cards for every product, or one for each by name."""
    if not isinstance(value, Mapping):
        return COUNT.read(value, {})
    found = {}
    for product, cards in value.items():
        with inside(product):
            found[product] = COUNT.read(cards, {})
    return found


Cards = Annotated[int | dict[str, int], BeforeValidator(_cards)]


class Store(OfAKind):
    """A place where parts wait."""

    own = _OWN
    needed = _NEEDED
    examples = _EXAMPLES

    kind: Literal["buffer", "rack", "supermarket", "warehouse", "area"] = Field(
        default="buffer", description="what it is; the model of the library says it"
    )
    capacity: Whole = Field(default=10, description="buffer: places, in items")
    places: Count | None = Field(
        default=None, description="rack, supermarket, warehouse: places; default: unlimited"
    )
    ahead: Count | None = Field(
        default=None,
        description="items that may be taken out before the step after it has finished them; "
        "default: as many as there is room for behind",
    )
    access: RandomTime = Field(
        default=constant(0.0), description="rack, supermarket: time to bring an item or to fetch it"
    )
    cards: Cards | None = Field(
        default=None, description="supermarket: cards of each product, {product: cards} or a number"
    )
    refill: str | None = Field(
        default=None,
        description="supermarket: step whose beginning needs a card; default: the first of a route",
    )
    length: RackLength | None = Field(default=None, description="warehouse: of its aisle")
    height: RackHeight | None = Field(default=None, description="warehouse: of its highest place")
    speed: Travel = Field(default=2.5, description="warehouse: along the aisle, 0.1 to 8 m/s")
    lift_speed: Lift = Field(default=0.6, description="warehouse: up and down, 0.02 to 4 m/s")
    acceleration: Start = Field(default=0.4, description="warehouse: along the aisle")
    lift_acceleration: Start = Field(default=0.4, description="warehouse: up and down")
    fork: Fork = Field(
        default=10.0, description="warehouse: taking up or setting down once, positioning included"
    )
    together: bool = Field(
        default=True, description="warehouse: it lifts while it travels; false: one after the other"
    )
    double_cycles: bool = Field(
        default=True,
        description="warehouse: it takes out on its way back from putting away; false: never",
    )
    driving_power: Power = Field(default=0.0, description="warehouse: while it moves")
    limit: Count | None = Field(default=None, description="area: items in it at most")
    over: Annotated[tuple[str, ...], BeforeValidator(_one_or_several)] = Field(
        default=(), description="area: equipment it is over"
    )


class StoreStep(BaseModel):
    """What a route step at a store may say."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    move: Literal["put_away", "take_out"] = Field(
        default="take_out", description="what is done with the item"
    )


def stacker(store: Store) -> Stacker:
    """What serves a warehouse.

    Raises:
        ValueError: it is no warehouse.
    """
    if store.length is None or store.height is None:
        raise ValueError("only a warehouse has a length and a height")
    return Stacker(
        store.length,
        store.height,
        store.speed,
        store.lift_speed,
        store.acceleration,
        store.lift_acceleration,
        store.together,
    )


def single_cycle(store: Store) -> float:
    """Seconds of a single cycle (FEM 9.851): its travel, taking up once and setting down once."""
    return stacker(store).single + 2.0 * store.fork


def double_cycle(store: Store) -> float:
    """Seconds of a double cycle: its travel, taking up twice and setting down twice."""
    return stacker(store).double + 4.0 * store.fork


def empty_way(store: Store) -> float:
    """Seconds a move after one like it takes more than half a double cycle."""
    return max(single_cycle(store) - double_cycle(store) / 2.0, 0.0)


def _lower(name: str, params: Any, steps: tuple[Step, ...]) -> Lowered:
    if params.kind in ("buffer", "area"):
        places = params.capacity if params.kind == "buffer" else 0
        is_area = params.kind == "area"
        return Lowered(steps=(), is_buffer=True, is_area=is_area, capacity=places)
    moves = [step.attributes.get("move", TAKE) for step in steps]
    doubled = params.kind == "warehouse" and params.double_cycles
    made = tuple(
        LoweredStep(step.cycle or _time(params), setup_key=move if doubled else None)
        for step, move in zip(steps, moves, strict=True)
    )
    power = {MachineState.WORKING: params.driving_power, MachineState.SETUP: params.driving_power}
    # Half a double cycle is the time of a move; one more move alike is an empty way more.
    more = constant(empty_way(params)) if doubled else None
    setups = {(move, move): more for move in sorted(set(moves))} if more and more.mean > 0 else {}
    return Lowered(steps=made, setup_times=setups, power_kw=power if params.driving_power else {})


def _time(store: Store) -> Distribution:
    """How long one move takes."""
    if store.kind != "warehouse":
        return store.access
    return constant(double_cycle(store) / 2.0 if store.double_cycles else single_cycle(store))


def _words(_name: str, params: Any) -> Mapping[str, Any]:
    """Moves unlike the last one go first: that is what makes cycles double."""
    doubled = params.kind == "warehouse" and params.double_cycles
    return {"dispatch": "least_setup"} if doubled else {}


# -- what goes round ---------------------------------------------------------------------------


def _loops(name: str, params: Any, routes: Mapping[str, Sequence[Visit]]) -> Circulation:
    """Permits of an area; places, cards and calls of a store."""
    if params.kind == "area":
        return Circulation((_permits(name, params, routes),))
    if params.kind == "buffer":
        return Circulation()
    puts = [v.operation for v in _moves(name, routes, PUT)]
    takes = [v.operation for v in _moves(name, routes, TAKE)]
    if puts and not takes:
        _refuse(f"everything is put away at '{name}' and nothing taken out", "add a step on it")
    loops = []
    if puts and params.places is not None:
        loops.append(Loop(f"{name} places", params.places, tuple(puts), tuple(takes)))
    if params.kind == "supermarket":
        if puts and params.places is not None:
            what = f"the cards of '{name}' are its places"
            _refuse(what, "leave out `places`, or put away without a step")
        loops += _card_loops(name, params, routes)
    if params.ahead is not None:
        after = tuple(_after(name, route, v) for route in routes.values() for v in route
                      if _is_move(name, v, TAKE))  # fmt: skip
        loops.append(Loop(f"{name} calls", params.ahead, tuple(takes), after))
    return Circulation(tuple(loops), None if puts else params.places)


def _is_move(name: str, visit: Visit, move: str) -> bool:
    return name in visit.on and visit.attributes.get("move", TAKE) == move


def _moves(name: str, routes: Mapping[str, Sequence[Visit]], move: str) -> Iterable[Visit]:
    return (v for route in routes.values() for v in route if _is_move(name, v, move))


def _after(name: str, route: Sequence[Visit], visit: Visit) -> str:
    """The step for which something is taken out."""
    number = list(route).index(visit) + 1
    if number == len(route):
        what = f"nothing comes after '{visit.operation}' at '{name}', and `ahead` counts up to it"
        _refuse(what, "leave out `ahead`")
    return route[number].operation


def _card_loops(name: str, store: Store, routes: Mapping[str, Sequence[Visit]]) -> Iterable[Loop]:
    """Cards of every product that is taken out: from the beginning of the step that refills."""
    cards = store.cards
    passing = {p: r for p, r in routes.items() if any(_is_move(name, v, TAKE) for v in r)}
    for product in cards if isinstance(cards, dict) else ():
        if product not in passing:
            hint = "products taken out there: " + (", ".join(sorted(passing)) or "none")
            _refuse(f"'{name}' has cards of '{product}', which is never taken out there", hint)
    for product, route in passing.items():
        count = cards.get(product) if isinstance(cards, dict) else cards
        if count is None:
            what = f"'{name}' has no cards of '{product}', which is taken out there"
            _refuse(what, f"write `cards: {{{product}: 4, …}}`")
            continue
        end = next(n for n, v in enumerate(route) if _is_move(name, v, TAKE))
        begin = _refilled(name, store, product, route[: end + 1])
        yield Loop(f"{name} cards {product}", count, (begin,), (route[end].operation,))


def _refilled(name: str, store: Store, product: str, ahead: Sequence[Visit]) -> str:
    """The operation of a product that begins with a card."""
    if store.refill is None:
        if len(ahead) == 1:
            what = f"'{product}' begins at '{name}': there is nothing cards could refill"
            _refuse(what, "let the steps that make it come before")
        return ahead[0].operation
    known = [visit.operation.partition("/")[2] for visit in ahead[:-1]]
    if store.refill not in known:
        what = f"'{store.refill}' is no step of '{product}' before it is taken out of '{name}'"
        _refuse(what, "such steps are: " + (", ".join(known) or "none"))
    return f"{product}/{store.refill}"


def _permits(name: str, area: Store, routes: Mapping[str, Sequence[Visit]]) -> Loop:
    """At most so many items on the way from the first to the last of each run of steps over it."""
    takes, returns = list[str](), list[str]()
    over = set(area.over)
    for route in routes.values():
        inside_it = [bool(visit.on) and set(visit.on) <= over for visit in route]
        for n, visit in enumerate(route):
            if inside_it[n] and (n == 0 or not inside_it[n - 1]):
                takes.append(visit.operation)
            if inside_it[n] and (n + 1 == len(route) or not inside_it[n + 1]):
                returns.append(visit.operation)
    if not takes:
        _refuse(f"no route passes the area '{name}'", "name its equipment: `over: [lathe, mill]`")
    return Loop(name, area.limit or 1, tuple(takes), tuple(returns))


def _refuse(what: str, hint: str) -> None:
    raise Refused(Problem("V719", what, hint=hint))


FAMILY = Family(
    name="storage",
    params=Store,
    step=StoreStep,
    lower=_lower,
    words=_words,
    loops=_loops,
    signals=(
        SignalSpec("level", "out", "int", "items in it", "보관 중인 수"),
        SignalSpec("full", "out", "bool", "no place is free", "빈자리가 없음"),
        SignalSpec("empty", "out", "bool", "no item is waiting", "기다리는 것이 없음"),
        SignalSpec("call", "in", "bool", "something is to be taken out", "출고 요청"),
        SignalSpec("card", "in", "int", "product whose card has come back", "돌아온 칸반의 품목"),
        SignalSpec(
            "crane_busy", "out", "bool", "crane or truck is on its way", "크레인 또는 트럭 이동 중"
        ),
    ),
    shape=Shape(width=2.0, depth=1.0),
    states={
        MachineState.WORKING: {
            "en": "something is brought or fetched",
            "ko": "입고 또는 출고 중",
        },
        MachineState.SETUP: {"en": "an empty way of the crane", "ko": "크레인의 빈 이동"},
        MachineState.BLOCKED: {
            "en": "fetched, and no place for it",
            "ko": "출고했지만 내려놓을 자리가 없음",
        },
        MachineState.STARVED: {
            "en": "nothing to bring or to fetch",
            "ko": "입출고할 것이 없음",
        },
    },
    doc={
        "en": "Where parts wait: buffers, racks, supermarkets with cards, warehouses with their "
        "crane, areas with a limit",
        "ko": "부품이 대기하는 곳: 버퍼, 랙, 칸반 슈퍼마켓, 크레인 창고, 재공 제한 구역",
    },
)


__all__ = [
    "FAMILY",
    "PUT",
    "TAKE",
    "Store",
    "double_cycle",
    "empty_way",
    "single_cycle",
    "stacker",
]
