"""A small cell that is simulated in a blink and has variants, people, areas and costs."""

CELL = """\
vtwin: 1
name: Small cell
run: {horizon: 2 d, warmup: 4 h, replications: 3, seed: 3}
currency: KRW
products:
  bolt:
    target: 300 /d
    material: 90 KRW
    route:
      - {op: turn, on: lathe, cycle: {lognormal: {mean: 4 min, cv: 0.3}}, operator: fitter}
      - {op: check, on: gauge, cycle: 2 min, scrap: 2 %}
orders:
  - {product: bolt, saturated: true}
equipment:
  lathe: {at: [2 m, 3 m], area: making, cost: 20000 KRW/h}
  gauge: {at: [12 m, 3 m], area: checking, input: 4}
people:
  fitter: {count: 1, cost: 30000 KRW/h}
layout:
  floor: [18 m, 9 m]
  areas:
    making: {at: [1 m, 1 m], size: [6 m, 7 m], name: Making}
    checking: {at: [11 m, 1 m], size: [6 m, 7 m]}
variants:
  faster: {set: {products.bolt.route.0.cycle.lognormal.mean: 3 min}}
  roomier: {set: {equipment.gauge.input: 8}}
"""
