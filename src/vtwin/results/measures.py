"""Every KPI of one replication, computed from its tally."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from vtwin.base.units import TICKS_PER_SECOND
from vtwin.plant.primitives import NEVER, NONE, Fleet
from vtwin.plant.program import Program
from vtwin.plant.trace import Ints, Tally, VehicleState
from vtwin.results.cost import costs, has_costs, has_wages, labour
from vtwin.results.elements import (
    Floats,
    MachineElements,
    entries,
    machine_elements,
    modes_of,
)
from vtwin.results.energy import energy_kwh, has_power, peak_kw
from vtwin.results.formulas import KPIS, NO_COST, NO_POWER, NO_PROMISE
from vtwin.results.leadtime import merged, quantile_s, share_within
from vtwin.results.tariff import (
    Peak,
    bands,
    demand_charge,
    energy_cost,
    fuel_cost,
    has_energy_price,
    has_fuel,
    peak,
    product_kwh,
)

_HOUR = 3600.0
_DAY = 86400.0
#: Tally areas of queues are items x microseconds.
_MICROSECONDS = 1e6
_WATTS = 1000.0

Value = float | None
Figures = Mapping[str, Value]


@dataclass(frozen=True)
class Measures:
    """Every figure of one replication: plain floats, None where undefined (never NaN).

    ``states`` are shares of the observed time in the order of MachineState, per machine.
    ``why`` says for a plant figure without value why it has none.
    """

    replication: int
    kpis: Figures
    products: Mapping[str, Figures]
    equipment: Mapping[str, Figures]  # by entry
    machines: Mapping[str, Figures]
    people: Mapping[str, Figures]  # by group
    skills: Mapping[str, Figures]
    states: Mapping[str, tuple[float, ...]]  # by machine
    carriers: Mapping[str, Figures] = field(default_factory=dict)
    tools: Mapping[str, Figures] = field(default_factory=dict)  # those that wear out
    why: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    transport: Mapping[str, Figures] = field(default_factory=dict)  # by fleet
    aisles: Mapping[str, Figures] = field(default_factory=dict)  # one-way ones, and chargers
    bands: Mapping[str, Figures] = field(default_factory=dict)  # of the tariff
    peak: Peak | None = None  # the busiest demand window
    ended: str = "horizon"  # what ended the run: "horizon", "stall" or a stop condition


def ratio(above: float, below: float) -> Value:
    """``above / below``, None where there is nothing to divide by."""
    return float(above) / float(below) if below > 0 else None


def measure(program: Program, tally: Tally) -> Measures:
    """Every KPI of one replication of ``program``."""
    elements = machine_elements(program, tally)
    kwh = energy_kwh(program, tally).sum(axis=1)
    all_machines = list(range(len(program.machines)))
    names = tuple(machine.name for machine in program.machines)
    groups = entries(names)
    plant, why = _plant(program, tally, elements, float(kwh.sum()))
    plant |= {
        key: value
        for key, value in _equipment(program, tally, elements, kwh, all_machines).items()
        if "plant" in KPIS[key].scopes and key not in plant
    }
    return Measures(
        replication=tally.replication,
        kpis={key: plant[key] for key in KPIS if key in plant},
        products=_products(program, tally),
        equipment={
            entry: _equipment(program, tally, elements, kwh, members)
            for entry, members in groups.items()
        },
        machines={
            name: _equipment(program, tally, elements, kwh, [index])
            for index, name in enumerate(names)
        },
        people=_people(program, tally),
        skills=_skills(program, tally),
        states={
            name: tuple(float(share) for share in row)
            for name, row in zip(names, _shares(elements), strict=True)
        },
        carriers=_carriers(program, tally),
        tools=_tools(program, tally),
        why=why,
        notes=_notes(program, tally),
        ended=why_ended(program, tally),
        transport=_transport(program, tally),
        aisles=_aisles(program, tally),
        bands=_bands(program, tally),
        peak=peak(program, tally) if has_power(program) else None,
    )


def _notes(program: Program, tally: Tally) -> tuple[str, ...]:
    if not tally.stall:
        return ()
    at = tally.ended / TICKS_PER_SECOND
    return (
        f"replication {tally.replication} stalled at {at:.0f} s; figures are of the time before",
    )


def _shares(elements: MachineElements) -> Floats:
    """Share of each state in the observed time, (M, 7); zeros where nothing was observed."""
    total = elements.state.sum(axis=1, keepdims=True)
    shares: Floats = np.divide(
        elements.state, total, out=np.zeros_like(elements.state), where=total > 0
    )
    return shares


def _plant(
    program: Program, tally: Tally, elements: MachineElements, kwh: float
) -> tuple[dict[str, Value], dict[str, str]]:
    # What goes into a stock for an assembly has not left: it is counted with the assembly.
    leaving = list(program.leaving)
    good = float(tally.product_good[leaving].sum())
    histogram = merged([tally.lead_hist[index] for index in leaving])
    money = costs(program, tally)
    found: dict[str, Value] = {
        "throughput_per_h": ratio(good * _HOUR, elements.observed),
        "good_per_day": ratio(good * _DAY, elements.observed),
        "lead_time_s": ratio(float(tally.product_lead[leaving].sum()), good),
        "lead_time_p90_s": quantile_s(histogram, 0.9),
        "wip": ratio(float(tally.product_wip_area.sum()), elements.observed),
        "peak_kw": peak_kw(tally) if has_power(program) else None,
        "energy_kwh": kwh if has_power(program) else None,
        "energy_per_part_kwh": ratio(kwh, good) if has_power(program) else None,
        "unit_cost": ratio(money.total, good) if money else None,
        **_labour(program, tally, list(range(len(program.workers)))),
        "on_time": on_time(program, tally)[0],
        "tardiness_s": _tardiness(program, tally),
        "orders_done": _orders_done(program, tally),
        **_makespan(program, tally),
        "scrap_share": ratio(
            float(tally.product_scrap.sum()),
            float(tally.product_good.sum() + tally.product_scrap.sum()),
        ),
    }
    if has_power(program) and has_energy_price(program):
        charge = demand_charge(program, tally)
        days = elements.observed / _DAY
        found["energy_cost_per_day"] = ratio(energy_cost(program, tally), days)
        if has_fuel(program):
            found["fuel_cost_per_day"] = ratio(fuel_cost(program, tally), days)
        if program.demand_price:
            found["demand_charge_per_day"] = ratio(charge, days)
        found["energy_cost_per_part"] = ratio(energy_cost(program, tally) + charge, good)
    why = {}
    if not has_power(program):
        why["energy_per_part_kwh"] = why["energy_kwh"] = why["peak_kw"] = NO_POWER
    if not has_costs(program):
        why["unit_cost"] = NO_COST
    if not _promises(program):
        why["on_time"] = why["tardiness_s"] = NO_PROMISE
    return found, why


def _promises(program: Program) -> bool:
    """Whether anything has a due date."""
    return any(order.due < NEVER for order in program.orders) or any(
        source.due_after < NEVER for source in program.sources
    )


def why_ended(program: Program, tally: Tally) -> str:
    """What ended a run: "orders_done", "good_pieces" (of a product), "stall" or "horizon"."""
    if tally.stopped == NONE:
        return "horizon" if tally.ended == program.run.horizon else "stall"
    stop = program.run.stop[tally.stopped]
    of = "" if stop.product == NONE else f" of {program.products[stop.product].name}"
    return stop.kind.name.lower() + of


def _makespan(program: Program, tally: Tally) -> dict[str, Value]:
    """How long the run took to its stop condition, where it has one."""
    if not program.run.stop:
        return {}
    return {"makespan_s": tally.ended / TICKS_PER_SECOND if tally.stopped != NONE else None}


def _last(program: Program, tally: Tally) -> int:
    """The last tick for which the run tells what was late."""
    return program.run.horizon if tally.stopped == NONE else tally.ended


def _due_orders(program: Program, tally: Tally) -> list[int]:
    """Orders whose due date lies between warm-up and the end of the run, and those of a run
    that was stopped that were done before a later one.
    """
    first, last = program.run.warmup, _last(program, tally)
    done = tally.order_done.tolist() if tally.stopped != NONE else [-1] * len(program.orders)
    return [
        i
        for i, order in enumerate(program.orders)
        if first <= order.due < NEVER and (order.due <= last or done[i] >= 0)
    ]


def on_time(program: Program, tally: Tally) -> tuple[Value, list[Value]]:
    """On-time share of the plant and of each product; None where nothing was promised.

    Of orders where any is due; else of pieces from sources that promise a time: where every
    source of a product promises the same, the lead-time histogram tells it.
    """
    products = len(program.products)
    kept, due = np.zeros(products), np.zeros(products)
    for index in _due_orders(program, tally):
        order = program.orders[index]
        due[order.product] += 1
        kept[order.product] += 0 <= int(tally.order_done[index]) <= order.due
    if due.any():
        each = [ratio(k, d) for k, d in zip(kept, due, strict=True)]
        return ratio(float(kept.sum()), float(due.sum())), each
    each = []
    for index, promised in enumerate(_promised(program)):
        histogram = tally.lead_hist[index]
        share = share_within(histogram, promised) if promised != NEVER else None
        each.append(share)
        if share is not None:
            due[index] = sum(histogram.values())
            kept[index] = share * due[index]
    return ratio(float(kept.sum()), float(due.sum())), each


def _promised(program: Program) -> list[int]:
    """The time each product's sources promise, ticks; NEVER where they differ or none does."""
    promises: list[set[int]] = [set() for _ in program.products]
    for source in program.sources:
        promises[source.product].add(source.due_after)
    for order in program.orders:
        promises[order.product].add(NEVER)
    return [next(iter(each)) if len(each) == 1 else NEVER for each in promises]


def _tardiness(program: Program, tally: Tally) -> Value:
    due = _due_orders(program, tally)
    if not due:
        return None
    late = 0
    for index in due:
        done = int(tally.order_done[index])
        late += max(0, (done if done >= 0 else _last(program, tally)) - program.orders[index].due)
    return late / TICKS_PER_SECOND / len(due)


def _orders_done(program: Program, tally: Tally) -> Value:
    released = [i for i, order in enumerate(program.orders) if order.release < program.run.horizon]
    return ratio(sum(int(tally.order_done[i]) >= 0 for i in released), len(released))


def _products(program: Program, tally: Tally) -> Mapping[str, Figures]:
    observed = tally.observed / TICKS_PER_SECOND
    _, in_time = on_time(program, tally)
    found: dict[str, dict[str, Value]] = {}
    for index, product in enumerate(program.products):
        good = float(tally.product_good[index])
        scrap = float(tally.product_scrap[index])
        found[product.name] = {
            "throughput_per_h": ratio(good * _HOUR, observed),
            "good_per_day": ratio(good * _DAY, observed),
            "lead_time_s": ratio(float(tally.product_lead[index]), good),
            "lead_time_p90_s": quantile_s(tally.lead_hist[index], 0.9),
            "wip": ratio(float(tally.product_wip_area[index]), observed),
            "scrap_share": ratio(scrap, good + scrap),
            "on_time": in_time[index],
        }
        if product.stock != NONE:
            area = float(tally.stock_area[product.stock]) / _MICROSECONDS
            found[product.name]["in_stock"] = ratio(area, observed)
    if has_power(program):
        each = zip(program.products, product_kwh(program, tally), tally.product_good, strict=True)
        for product, kwh, good in each:
            found[product.name]["energy_per_part_kwh"] = ratio(float(kwh), float(good))
    for name, share in _too_old(program, tally).items():
        found[name]["too_old"] = share
    return found


def _too_old(program: Program, tally: Tally) -> dict[str, Value]:
    """Share of the pieces too old for what they were taken for, of products with a shelf life."""
    taken = np.bincount(
        modes_of(program).operation, weights=tally.mode_pieces, minlength=len(program.operations)
    )
    shelved = [n for n, operation in enumerate(program.operations) if operation.shelf != NEVER]
    sums: dict[str, list[float]] = {}
    for index, stale in zip(shelved, tally.stale, strict=True):
        sum_of = sums.setdefault(program.products[program.operations[index].product].name, [0, 0])
        sum_of[0] += float(stale)
        sum_of[1] += float(stale) + float(taken[index])
    return {product: ratio(*parts) for product, parts in sums.items()}


def _bands(program: Program, tally: Tally) -> dict[str, Figures]:
    if not has_power(program):
        return {}
    used = bands(program, tally)
    kwh = sum(band.kwh for band in used.values())
    days = tally.observed / TICKS_PER_SECOND / _DAY
    return {
        label: {
            "energy_kwh": band.kwh,
            "energy_share": ratio(band.kwh, kwh),
            "energy_cost_per_day": ratio(band.cost, days),
            "peak_kw": band.peak_kw,
        }
        for label, band in used.items()
    }


def _carriers(program: Program, tally: Tally) -> dict[str, Figures]:
    observed = tally.observed / TICKS_PER_SECOND
    areas = tally.carrier_area / _MICROSECONDS
    return {
        carrier.name: {"in_use": ratio(float(area), observed * carrier.count)}
        for carrier, area in zip(program.carriers, areas, strict=True)
    }


def _tools(program: Program, tally: Tally) -> dict[str, Figures]:
    observed = tally.observed / TICKS_PER_SECOND
    found: dict[str, Figures] = {}
    for index, tool in enumerate(program.tools):
        if tool.life:
            away = float(tally.tool_away[index]) / TICKS_PER_SECOND
            found[tool.name] = {
                "renewals_per_day": ratio(float(tally.tool_renewals[index]) * _DAY, observed),
                "away": ratio(away, observed * tool.count),
            }
    return found


def machine_oee(elements: MachineElements) -> list[Value]:
    """OEE of each machine: availability · effectiveness · quality ratio, at most 1.

    Chance and generous planned times can lift effectiveness above 1, and a machine that is
    never idle then above 100 %, which no share of time can be. A machine that never worked
    has OEE 0; one that worked but finished nothing has none, because its effectiveness and
    quality are not known.
    """
    found: list[Value] = []
    for index in range(len(elements.pbt)):
        available = ratio(elements.apt[index], elements.pbt[index])
        effective = ratio(elements.standard[index], elements.production[index])
        quality = ratio(elements.pq[index] - elements.sq[index], elements.pq[index])
        if available is None:
            found.append(None)
        elif available == 0.0:
            found.append(0.0)
        elif effective is None or quality is None:
            found.append(None)
        else:
            found.append(min(available * effective * quality, 1.0))
    return found


def _weighted_oee(elements: MachineElements, members: list[int]) -> Value:
    each = machine_oee(elements)
    parts = [(each[i], float(elements.pbt[i])) for i in members]
    known = [(oee, weight) for oee, weight in parts if oee is not None]
    return ratio(sum(oee * weight for oee, weight in known), sum(w for _, w in known))


def _equipment(
    program: Program, tally: Tally, elements: MachineElements, kwh: Floats, members: list[int]
) -> dict[str, Value]:
    def total(values: Floats) -> float:
        return float(values[members].sum())

    pbt, apt, aupt = total(elements.pbt), total(elements.apt), total(elements.aupt)
    pq, sq = total(elements.pq), total(elements.sq)
    found: dict[str, Value] = {
        "oee": _weighted_oee(elements, members),
        "availability": ratio(apt, pbt),
        "effectiveness": ratio(total(elements.standard), total(elements.production)),
        "quality_ratio": ratio(pq - sq, pq),
        "utilisation": ratio(aupt, pbt),
        "allocation_efficiency": ratio(total(elements.aubt), pbt),
        "setup_share": ratio(total(elements.aust), aupt),
        "technical_efficiency": ratio(apt, apt + total(elements.adet)),
        "scrap_share": ratio(sq, pq),
        "mean_input_queue": _input_queue(program, tally, members),
    }
    if has_power(program):
        found["energy_kwh"] = total(kwh)
        if program.run.demand:
            watts = sum(tally.peak_machines[i] for i in members) if tally.peak_machines else None
            found["at_peak_kw"] = None if watts is None else watts / _WATTS
    if any(program.machines[i].failures for i in members):
        failures, repair = total(elements.fe), total(elements.ttr)
        found["mtbf_s"] = apt / (failures + 1)
        found["mttr_s"] = repair / (failures + 1)
        found["mtbf_plain_s"] = ratio(apt, failures)
        found["mttr_plain_s"] = ratio(repair, failures)
    return found


def _input_queue(program: Program, tally: Tally, members: list[int]) -> Value:
    stations = {program.machines[i].station for i in members}
    area = sum(float(tally.station_queue_area[s]) for s in stations) / _MICROSECONDS
    return ratio(area, tally.observed / TICKS_PER_SECOND)


def _people(program: Program, tally: Tally) -> dict[str, Figures]:
    found: dict[str, dict[str, Value]] = {}
    for index, group in enumerate(program.groups):
        members = [i for i, worker in enumerate(program.workers) if worker.group == index]
        skills = sorted({skill for i in members for skill in program.workers[i].skills})
        duty = float(tally.worker_duty[members].sum())
        busy, walked = (_total(t, members) for t in (tally.worker_busy, tally.worker_walk))
        taught = _total(tally.worker_teach, members)
        found[group] = {
            "busy": ratio(busy, duty),
            "at_work": ratio(busy - walked - taught, duty),
            "walking": ratio(walked, duty),
            "teaching": ratio(taught, duty),
            "idle": ratio(duty - busy, duty),
            "overtime": ratio(_total(tally.worker_overtime, members), duty),
            "mean_wait_s": _mean_wait(tally, skills),
        }
        found[group] |= _labour(program, tally, members)
    return dict(found)


def _total(values: Ints, members: list[int]) -> float:
    """Sum over these; a tally kept by an older version may have counted none."""
    return float(values[members].sum()) if len(values) else 0.0


def _labour(program: Program, tally: Tally, members: list[int]) -> dict[str, Value]:
    """What people cost per good piece of the whole plant, and per day."""
    if not has_wages(program):
        return {}
    paid = labour(program, tally, members)
    good = float(tally.product_good[list(program.leaving)].sum())
    return {
        "labour_cost_per_part": ratio(paid, good),
        "labour_cost_per_day": ratio(paid * _DAY, tally.observed / TICKS_PER_SECOND),
    }


def _transport(program: Program, tally: Tally) -> dict[str, Figures]:
    found: dict[str, Figures] = {}
    for index, fleet in enumerate(program.fleets):
        members = [n for n, vehicle in enumerate(program.vehicles) if vehicle.fleet == index]
        ticks = tally.vehicle_state[members].sum(axis=0).astype(np.float64)
        moves = float(tally.vehicle_moves[members].sum())
        waited = float(tally.fleet_wait[index]) / TICKS_PER_SECOND
        share = {state: ratio(float(ticks[state]), float(ticks.sum())) for state in VehicleState}
        away = (share[VehicleState.IDLE], share[VehicleState.CHARGING])
        busy = None if away[0] is None or away[1] is None else 1.0 - away[0] - away[1]
        observed = tally.observed / TICKS_PER_SECOND
        held = float(ticks[VehicleState.HELD]) / TICKS_PER_SECOND
        found[fleet.name] = {
            "transport_busy": busy,
            "transport_empty": share[VehicleState.EMPTY],
            "transport_loaded": share[VehicleState.LOADED],
            "transport_blocked": share[VehicleState.BLOCKED],
            "transport_held": share[VehicleState.HELD],
            "transport_held_s": ratio(held, moves),
            "transport_charging": share[VehicleState.CHARGING],
            "transport_flat_per_day": ratio(_flat(tally, members) * _DAY, observed),
            "charging_kwh_per_day": _charged(fleet, float(ticks[VehicleState.CHARGING]), observed),
            "moves_per_h": ratio(moves * _HOUR, tally.observed / TICKS_PER_SECOND),
            "transport_wait_s": ratio(waited, float(tally.fleet_calls[index])),
        }
    return found


def _flat(tally: Tally, members: list[int]) -> float:
    """Charges begun with less than nothing left; a kept tally may not know."""
    return float(tally.vehicle_flat[members].sum()) if tally.vehicle_flat.size else 0.0


def _charged(fleet: Fleet, ticks: float, observed: float) -> float | None:
    """Energy charged, kWh per day, where that of a full battery was told."""
    battery = fleet.battery
    if battery is None or not battery.kwh:
        return None
    return ratio(ticks * battery.charging / battery.capacity * battery.kwh * _DAY, observed)


def _aisles(program: Program, tally: Tally) -> dict[str, Figures]:
    observed = tally.observed / TICKS_PER_SECOND
    entries, held = tally.zone_entries, tally.zone_held
    return {
        zone.name: {
            "aisle_held_s": ratio(float(held[n]) / TICKS_PER_SECOND, float(entries[n])),
            "aisle_entries_per_h": ratio(float(entries[n]) * _HOUR, observed),
        }
        for n, zone in enumerate(program.zones)
    }


def _skills(program: Program, tally: Tally) -> dict[str, Figures]:
    return {
        skill: {"mean_wait_s": _mean_wait(tally, [index])}
        for index, skill in enumerate(program.skills)
    }


def _mean_wait(tally: Tally, skills: list[int]) -> Value:
    waited = float(tally.skill_wait[skills].sum()) / TICKS_PER_SECOND
    return ratio(waited, float(tally.skill_claims[skills].sum()))
