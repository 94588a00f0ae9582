"""Nobody's events depend on how a plant is written or on what has nothing to do with them."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engines.plants import Plant
from tests.engines.random_plants import plants
from tests.engines.test_properties import digest, shuffled
from vtwin.base.draws import empirical, exponential
from vtwin.engines.choose import engine as choose
from vtwin.plant.trace import Event

ENGINES = ["reference", "auto"]  # auto: the compiled one wherever it covers the plant
some = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
#: Names of strangers, before, between and after those of the random plants.
STRANGERS = ("a-stranger", "s1-stranger", "zz-stranger")


def with_strangers(plant: Plant, names: list[str]) -> None:
    """Add machines that share nothing with the others, with whatever a machine may have."""
    plant.calendars["stranger-hours"] = [(3, 60), (75, 180)]
    for name in names:
        plant.station(name, 2, input=2, calendar="stranger-hours")
        plant.product(
            name,
            {"op": "1", "on": name, "cycle": exponential(3.0), "skill": name, "scrap": 0.1},
            {"op": "2", "on": name, "cycle": empirical([1.0, 2.0]), "tool": name},
        )
        plant.tools[name] = 1
        plant.arrivals(name, empirical([1.0, 5.0])).order(f"{name}-order", name, 7, lot=2)
        plant.failure(f"{name}#1", "jam", 9.0, 2.0, skill=name).worker(f"{name}-worker#1", [name])


#: Of which table of the Program the entity of a row is, and its value where that is no number.
ENTITY = {
    "STATE": "machines", "START": "machines", "FINISH": "machines", "SCRAP": "machines",
    "SETUP": "machines", "MOUNT": "machines", "RELEASE": "products", "LEAVE": "products",
    "ARRIVE": "stations", "GRANT": "workers", "FREE": "workers", "FAIL": "failures",
    "REPAIRED": "failures", "ORDER_DONE": "orders", "WORN": "tools", "RENEWED": "tools",
    "KIT": "stocks", "SEND": "vehicles", "PICK": "vehicles", "REACH": "vehicles",
    "DROP": "vehicles", "LOT": "orders", "UNMOUNT": "machines", "LIMIT": "machines",
    "RESTART": "machines", "STALE": "machines", "ENTER": "vehicles", "HALT": "vehicles",
    "GO": "vehicles", "RECHARGE": "vehicles", "CHARGE": "vehicles", "CHARGED": "vehicles",
}  # fmt: skip
VALUE = {
    "START": "operations", "FINISH": "operations", "MOUNT": "tools", "GRANT": "machines",
    "FAIL": "machines", "REPAIRED": "machines", "SEND": "stations", "PICK": "stations",
    "REACH": "stations", "DROP": "stations", "UNMOUNT": "tools", "LIMIT": "operations",
    "RESTART": "operations", "STALE": "operations", "ENTER": "zones", "HALT": "zones",
    "GO": "zones", "RECHARGE": "zones", "CHARGE": "zones", "CHARGED": "zones",
}  # fmt: skip


def told(program, trace, until):
    """Rows before a tick with names instead of indices, without those of strangers; items
    numbered anew as they appear.
    """

    def name(table, index):
        return getattr(program, table)[index].name if index >= 0 else None

    number: dict[int, int] = {-1: -1}
    found = []
    columns = (getattr(trace, c).tolist() for c in ("time", "kind", "entity", "item", "value"))
    for time, kind, entity, item, value in zip(*columns, strict=True):
        what = Event(kind).name
        who = name(ENTITY[what], entity)
        if time >= until or "stranger" in who:
            continue
        item = number.setdefault(item, len(number) - 1)
        found.append((time, what, who, item, name(VALUE[what], value) if what in VALUE else value))
    return found


@pytest.mark.parametrize("engine", ENGINES)
@some
@given(plants(), st.lists(st.sampled_from(STRANGERS), min_size=1, max_size=3, unique=True))
def test_any_plant_when_strangers_join_then_nobody_else_notices(engine, plant, names):  # S-07
    alone = plant.program()
    with_strangers(plant, names)
    joined = plant.program()
    before, after = (choose(engine, p).simulate(p, 0, trace=True) for p in (alone, joined))
    # A plant that stalls alone ends there; with strangers who go on its calendars still turn.
    until = before.ended
    assert told(alone, before.trace, until) == told(joined, after.trace, until)
    assert any("stranger" in m.name for m in joined.machines)


@pytest.mark.parametrize("engine", ENGINES)
@some
@given(plants(), st.randoms(use_true_random=False))
def test_any_plant_when_written_in_another_order_then_every_engine_does_the_same(engine, plant, rng):  # S-04  # fmt: skip
    one, other = plant.program(), shuffled(plant, rng).program()
    a, b = (choose(engine, p).simulate(p, 1, trace=True) for p in (one, other))
    assert digest(a) == digest(b)
