"""Small plants, one for each kind of decision, whose best design is known by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """A scenario, the settings its best design must have, and what it is that is decided."""

    name: str
    text: str
    best: Mapping[str, object]
    budget: int = 60


_HEAD = "vtwin: 1\nname: {name}\nrun: {{horizon: {horizon}, warmup: {warmup}, replications: 3, seed: 2}}\ncurrency: KRW\n"


def _case(
    name: str, body: str, best: Mapping[str, object], horizon: str = "10 h", warmup: str = "1 h",
    budget: int = 60,
) -> Case:  # fmt: skip
    return Case(name, _HEAD.format(name=name, horizon=horizon, warmup=warmup) + body, best, budget)


MODEL = _case(
    "machine type",
    # The bar lathe feeds itself; the chucking lathe is loaded by hand between two pieces.
    """
products: {pin: {route: [{op: turn, on: lathe, cycle: 40 s}, {op: wash, on: wash, cycle: 30 s}]}}
orders: [{product: pin, saturated: true}]
equipment:
  lathe: {model: machining/turning_center, warm_up: 0 s}
  wash: {}
people: {setter: {count: 1}, operator: {count: 1, skills: [load]}}
reallocate:
  range: {equipment.lathe.model: [machining/turning_center, machining/turning_center_bar]}
  price: {equipment.lathe.model: {machining/turning_center_bar: 20 MKRW}}
  limit: {budget: <= 20 MKRW}
  goal: {maximise: good_per_day, within: 0.5 %}
""",
    {"equipment.lathe.model": "machining/turning_center_bar"},
)

BATCH = _case(
    "batch levels",
    # 30 min a load however full: with 12 at once the oven makes 24 an hour and is no bottleneck;
    # larger loads wait for pieces that come every 3 min. Lead time: the smallest load that keeps up.
    """
products:
  part:
    route:
      - {op: cut, on: saw, cycle: 1 min}
      - {op: bake, on: oven, batch: {size: 4}, cycle: 30 min}
orders: [{product: part, every: 3 min}]
equipment: {saw: {}, oven: {batch: {size: 4}}}
reallocate:
  range: {equipment.oven.batch.size: [4, 8, 12, 16, 24]}
  goal: {minimise: lead_time_s, within: 1 %}
""".replace("batch: {size: 4}, cycle", "cycle"),
    {"equipment.oven.batch.size": "12"},
    horizon="60 h",
    warmup="12 h",
)

CONWIP = _case(
    "work in process",
    # Three stations of a minute: three pieces are enough for all there is to make, more only wait.
    """
products: {part: {route: [a, b, c]}}
orders: [{product: part, conwip: 1}]
equipment: {a: {cycle: 1 min}, b: {cycle: 1 min}, c: {cycle: 1 min}}
reallocate:
  range: {orders.part.conwip: 1..8}
  limit: {lead_time_s: <= 3.5 min}
  goal: {maximise: good_per_day, within: 0.5 %}
""",
    {"orders.part.conwip": "3"},
)

DISPATCH = _case(
    "dispatch rule",
    # Two kinds come in turn; a change takes ten cycles, so who sorts makes more.
    """
products:
  red: {route: [{op: mill, on: mill, cycle: 1 min}]}
  blue: {route: [{op: mill, on: mill, cycle: 1 min}]}
orders: [{product: red, every: 3 min}, {product: blue, every: 3 min}]
equipment:
  mill: {dispatch: fifo, setup: {time: 10 min}}
reallocate:
  range: {equipment.mill.dispatch: [fifo, edd, least_setup]}
  goal: {maximise: good_per_day, within: 0.5 %}
""",
    {"equipment.mill.dispatch": "least_setup"},
    horizon="40 h",
    warmup="4 h",
)

CALENDAR = _case(
    "shift pattern",
    # The press is the bottleneck: a second shift of it doubles the day; one at the saw brings
    # nothing, and there is money for one.
    """
calendars: {day: {daily: ["06:00-14:00"]}, two: {daily: ["06:00-22:00"]}}
line: [saw, b, press]
equipment:
  saw: {cycle: 30 s, calendar: day}
  b: {capacity: 2000}
  press: {cycle: 60 s, calendar: day}
reallocate:
  range: {equipment.saw.calendar: [day, two], equipment.press.calendar: [day, two]}
  price: {equipment.saw.calendar: {two: 5 MKRW}, equipment.press.calendar: {two: 5 MKRW}}
  limit: {budget: <= 5 MKRW}
  goal: {maximise: good_per_day, within: 0.5 %}
""",
    {"equipment.press.calendar": "two", "equipment.saw.calendar": "day"},
    horizon="4 d",
    warmup="1 d",
)

PEOPLE = _case(
    "people per shift",
    # Four people attend four machines; the machines stand when nobody is there: two and two.
    """
calendars: {early: {daily: ["06:00-14:00"]}, late: {daily: ["14:00-22:00"]}}
products: {part: {route: [{op: run, on: machine, cycle: 1 min}]}}
orders: [{product: part, saturated: true}]
equipment: {machine: {count: 2, operator: run}}
people:
  first: {count: 3, skills: [run], calendar: early}
  second: {count: 1, skills: [run], calendar: late}
reallocate:
  move: {people: [first, second]}
  limit: {head_count: <= 4, changes: <= 2}
  goal: {maximise: good_per_day, within: 0.5 %}
""",
    {"people.first.count": "2", "people.second.count": "2"},
    horizon="4 d",
    warmup="1 d",
)

SKILLS = _case(
    "who works where",
    # kim is quick at the saw and lee at the press; today it is the other way round.
    """
line: [saw, b, press]
equipment:
  saw: {cycle: 1 min, operator: sawing}
  b: {capacity: 3}
  press: {cycle: 1 min, operator: pressing}
people:
  kim: {skills: {pressing: 0.5}}
  lee: {skills: {sawing: 0.6}}
reallocate:
  range:
    people.kim.skills: [{pressing: 0.5}, {sawing: 1.0}]
    people.lee.skills: [{sawing: 0.6}, {pressing: 0.9}]
  goal: {maximise: good_per_day, within: 0.5 %}
""",
    {"people.kim.skills": {"sawing": "1.0"}, "people.lee.skills": {"pressing": "0.9"}},
)

PLACES = _case(
    "places on the floor",
    # One truck carries from saw to drill to press to packing, in a row of 30 m each: 180 m there
    # and back in the order of the route, 240 m with drill and press the other way round.
    """
layout:
  aisles:
    points: {p: [0 m, 0 m], q: [30 m, 0 m], r: [60 m, 0 m], s: [90 m, 0 m]}
    ways: [[p, q], [q, r], [r, s]]
products:
  part:
    route:
      - {op: saw, on: saw, cycle: 10 s}
      - {op: drill, on: drill, cycle: 10 s, by: truck}
      - {op: press, on: press, cycle: 10 s, by: truck}
      - {op: pack, on: pack, cycle: 10 s, by: truck}
orders: [{product: part, conwip: 4}]
equipment:
  saw: {at: [0 m, 0 m]}
  press: {at: [30 m, 0 m]}
  drill: {at: [60 m, 0 m]}
  pack: {at: [90 m, 0 m]}
transport: {truck: {count: 1, speed: 1 m/s, load: 2 s, unload: 2 s}}
reallocate:
  assign:
    places: {of: [equipment.press.at, equipment.drill.at], to: [[30 m, 0 m], [60 m, 0 m]], each: 1}
  price: {moving: 1 d}
  limit: {changes: <= 2}
  goal: {maximise: good_per_day, within: 0.5 %}
""",
    {"equipment.drill.at": ["30 m", "0 m"], "equipment.press.at": ["60 m", "0 m"]},
    horizon="20 h",
)

FLOOR = _case(
    "floor, money and changes",
    # Both machines limit; a second a needs 12 m2 and there are 20 in all, of b 4 m2 each.
    """
line: [a, x, b, y, c]
equipment:
  a: {cycle: 60 s, size: [4 m, 3 m]}
  x: {capacity: 5}
  b: {cycle: 100 s, size: [2 m, 2 m]}
  y: {capacity: 5}
  c: {cycle: 50 s}
reallocate:
  range: {equipment.a.count: 1..3, equipment.b.count: 1..3, equipment.c.count: 1..2}
  price: {equipment.a.count: 10 MKRW, equipment.b.count: 10 MKRW, equipment.c.count: 10 MKRW}
  limit: {floor: <= 20 m2, budget: <= 20 MKRW, changes: <= 1}
  goal: [{maximise: good_per_day, within: 0.5 %}, {minimise: cost}]
""",
    {"equipment.a.count": "1", "equipment.b.count": "2", "equipment.c.count": "1"},
)

CASES = (MODEL, BATCH, CONWIP, DISPATCH, CALENDAR, PEOPLE, SKILLS, PLACES, FLOOR)
