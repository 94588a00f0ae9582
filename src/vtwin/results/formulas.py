"""The KPI table: formula, elements, unit and direction of every figure.

Follows the vocabulary of ISO 22400-2; no conformity is claimed. ``docs/kpi.md`` is generated
from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Scope = Literal[
    "plant", "product", "equipment", "people", "transport", "aisle", "carrier", "tool", "band"
]
Better = Literal["higher", "lower", ""]

NO_WINDOW = "nothing was observed: the run ended before its warm-up did"
NO_GOOD = "no good piece finished after the warm-up"
NO_PLAN = "no planned busy time after the warm-up"
NO_WORK = "no operation finished after the warm-up"
NO_COST = "no costs given"
NO_POWER = "no power given"
NO_DEMAND = "no demand window lies whole between the warm-up and the end"
NO_ENERGY = "nothing drew power after the warm-up"
NO_DUE = "no due date falls between the warm-up and the end"
NO_PROMISE = "no due dates given"
NO_ORDERS = "no orders given"
NO_STOP = "no run came to what ends it before its horizon"
NO_CLAIM = "nobody was asked for after the warm-up"
NO_DUTY = "nobody was on duty after the warm-up"
NO_TAKEN = "nothing was taken after the warm-up"
NO_MOVE = "nothing was brought after the warm-up"
NO_CAPACITY = "no battery of known energy"
NO_ENTRY = "no vehicle entered after the warm-up"
NO_CALL = "nothing called a vehicle after the warm-up"
NO_FAILURE = "no failure struck after the warm-up"


@dataclass(frozen=True)
class Kpi:
    """One row of the KPI table. ``unit`` with ``{currency}`` takes the plant's currency."""

    key: str
    name: str
    unit: str
    better: Better
    formula: str
    elements: tuple[str, ...]
    scopes: tuple[Scope, ...]
    undefined: str  # why it may have no value


#: Every figure, by key.
KPIS: Mapping[str, Kpi] = {
    kpi.key: kpi
    for kpi in (
        Kpi(
            "throughput_per_h", "throughput", "1/h", "higher",
            "good pieces that left / AOET in hours", ("GQ", "AOET"),
            ("plant", "product"), NO_WINDOW,
        ),
        Kpi(
            "good_per_day", "good pieces per day", "1/d", "higher",
            "good pieces that left / AOET in days", ("GQ", "AOET"),
            ("plant", "product"), NO_WINDOW,
        ),
        Kpi(
            "lead_time_s", "lead time", "s", "lower",
            "sum over good pieces that left of (left - released) / their number",
            ("GQ",), ("plant", "product"), NO_GOOD,
        ),
        Kpi(
            "lead_time_p90_s", "lead time, 90 % of pieces", "s", "lower",
            "the lead time that 90 % of the good pieces do not exceed "
            "(histogram with bins of 1/64 relative width, linear within a bin)",
            ("GQ",), ("plant", "product"), NO_GOOD,
        ),
        Kpi(
            "wip", "work in process", "pieces", "lower",
            "integral of pieces in the plant over time / AOET", ("AOET",),
            ("plant", "product"), NO_WINDOW,
        ),
        Kpi(
            "in_stock", "pieces in stock", "pieces", "lower",
            "integral of finished pieces that wait for an assembly over time / AOET; "
            "they are work in process too", ("AOET",), ("product",), NO_WINDOW,
        ),
        Kpi(
            "too_old", "taken too old", "share", "lower",
            "pieces that had waited longer than their shelf life when they were taken / pieces "
            "taken, of operations with a shelf life", (), ("product",), NO_TAKEN,
        ),
        Kpi(
            "in_use", "carriers in use", "share", "",
            "integral of carriers in use over time / (AOET · their number)", ("AOET",),
            ("carrier",), NO_WINDOW,
        ),
        Kpi(
            "renewals_per_day", "renewals per day", "1/d", "lower",
            "copies of the tool renewed / AOET in days", ("AOET",), ("tool",), NO_WINDOW,
        ),
        Kpi(
            "away", "away for renewal", "share", "lower",
            "time its copies are away, from being worn to being renewed / (AOET · their number)",
            ("AOET",), ("tool",), NO_WINDOW,
        ),
        Kpi(
            "oee", "overall equipment effectiveness", "share", "higher",
            "min(1, availability · effectiveness · quality ratio) per machine; "
            "several machines: mean weighted with PBT",
            ("PBT", "APT", "PRI·PQ", "PT", "PQ", "SQ", "GQ"), ("plant", "equipment"), NO_PLAN,
        ),
        Kpi(
            "availability", "availability", "share", "higher",
            "APT / PBT", ("APT", "PBT"), ("plant", "equipment"), NO_PLAN,
        ),
        Kpi(
            "effectiveness", "effectiveness", "share", "higher",
            "PRI·PQ / PT, both over finished operations; may exceed 100 % where the planned "
            "time is longer than what is needed",
            ("PRI·PQ", "PT"), ("plant", "equipment"), NO_WORK,
        ),
        Kpi(
            "quality_ratio", "quality ratio", "share", "higher",
            "GQ / PQ", ("GQ", "PQ"), ("plant", "equipment"), NO_WORK,
        ),
        Kpi(
            "utilisation", "utilisation", "share", "",
            "AUPT / PBT", ("AUPT", "PBT"), ("plant", "equipment"), NO_PLAN,
        ),
        Kpi(
            "allocation_efficiency", "allocation efficiency", "share", "higher",
            "AUBT / PBT", ("AUBT", "PBT"), ("equipment",), NO_PLAN,
        ),
        Kpi(
            "setup_share", "set-up ratio", "share", "lower",
            "AUST / AUPT", ("AUST", "AUPT"), ("plant", "equipment"), NO_WORK,
        ),
        Kpi(
            "technical_efficiency", "technical efficiency", "share", "higher",
            "APT / (APT + ADET)", ("APT", "ADET"), ("equipment",), NO_WORK,
        ),
        Kpi(
            "scrap_share", "scrap ratio", "share", "lower",
            "plant and product: pieces scrapped / (good pieces that left + pieces scrapped); "
            "equipment: SQ / PQ",
            ("SQ", "PQ", "GQ"), ("plant", "product", "equipment"), NO_WORK,
        ),
        Kpi(
            "mtbf_s", "mean time between failures", "s", "higher",
            "ΣTBF / (FE + 1)", ("ΣTBF", "FE"), ("equipment",), NO_WINDOW,
        ),
        Kpi(
            "mttr_s", "mean time to repair", "s", "lower",
            "ΣTTR / (FE + 1)", ("ΣTTR", "FE"), ("equipment",), NO_WINDOW,
        ),
        Kpi(
            "mtbf_plain_s", "mean time between failures, ΣTBF/FE", "s", "higher",
            "ΣTBF / FE", ("ΣTBF", "FE"), ("equipment",), NO_FAILURE,
        ),
        Kpi(
            "mttr_plain_s", "mean time to repair, ΣTTR/FE", "s", "lower",
            "ΣTTR / FE", ("ΣTTR", "FE"), ("equipment",), NO_FAILURE,
        ),
        Kpi(
            "mean_input_queue", "mean input queue", "items", "lower",
            "integral of items waiting before the station over time / AOET "
            "(entries that share a station share its queue)", ("AOET",),
            ("equipment",), NO_WINDOW,
        ),
        Kpi(
            "energy_kwh", "energy", "kWh", "lower",
            "sum over states of time · power, in start-ups · their power", (),
            ("plant", "equipment", "band"), NO_POWER,
        ),
        Kpi(
            "peak_kw", "peak power", "kW", "lower",
            "mean electric power of all machines in the busiest demand window", (),
            ("plant", "band"),
            NO_DEMAND,
        ),
        Kpi(
            "energy_per_part_kwh", "energy per good piece", "kWh", "lower",
            "energy of all machines / good pieces that left; of a product: that of every machine "
            "by the processing time of the product there, over its good pieces", ("GQ",),
            ("plant", "product"), NO_GOOD,
        ),
        Kpi(
            "energy_cost_per_day", "energy cost per day", "{currency}/d", "lower",
            "energy · price, by the bands of a tariff and of fuel, without the demand charge / "
            "AOET in days",
            ("AOET",), ("plant", "band"), NO_WINDOW,
        ),
        Kpi(
            "fuel_cost_per_day", "fuel cost per day", "{currency}/d", "lower",
            "energy of machines that burn something · its price / AOET in days", ("AOET",),
            ("plant",), NO_WINDOW,
        ),
        Kpi(
            "demand_charge_per_day", "demand charge per day", "{currency}/d", "lower",
            "sum over months of price · highest peak in the bands that count · part of the month "
            "observed / AOET in days", ("AOET",), ("plant",), NO_WINDOW,
        ),
        Kpi(
            "energy_cost_per_part", "energy cost per good piece", "{currency}", "lower",
            "(energy cost + demand charge) / good pieces that left", ("GQ",), ("plant",), NO_GOOD,
        ),
        Kpi(
            "energy_share", "share of the energy", "share", "",
            "energy in the band / energy of all bands; what machines burn is in none", (),
            ("band",), NO_ENERGY,
        ),
        Kpi(
            "at_peak_kw", "power at the peak", "kW", "lower",
            "mean power in the busiest demand window of the plant", (), ("equipment",), NO_DEMAND,
        ),
        Kpi(
            "unit_cost", "cost per good piece", "{currency}", "lower",
            "(machine cost · PBT + labour + energy · price + material · pieces started + floor) "
            "/ good pieces that left; labour: as below",
            ("PBT", "APAT", "GQ"), ("plant",), NO_GOOD,
        ),
        Kpi(
            "labour_cost_per_part", "labour cost per good piece", "{currency}", "lower",
            "sum over people of cost per hour · (APAT + overtime premium · overtime + night "
            "premium · time at night), and their training, / good pieces that left the plant",
            ("APAT", "GQ"), ("plant", "people"), NO_GOOD,
        ),
        Kpi(
            "labour_cost_per_day", "labour cost per day", "{currency}/d", "lower",
            "the same cost / AOET in days", ("APAT", "AOET"), ("plant", "people"), NO_WINDOW,
        ),
        Kpi(
            "on_time", "on-time share", "share", "higher",
            "orders due between warm-up and end of the run (of a stopped one also those done "
            "already) that had all good pieces by their due date / orders due; without orders: "
            "good pieces with lead time within the promised time / good pieces", ("GQ",),
            ("plant", "product"), NO_DUE,
        ),
        Kpi(
            "tardiness_s", "mean tardiness", "s", "lower",
            "mean over the same orders of max(0, done - due); an order "
            "still open counts up to the end of the run", (), ("plant",), NO_DUE,
        ),
        Kpi(
            "orders_done", "orders done", "share", "higher",
            "orders that had all good pieces by the end / orders released before it (whole "
            "run)", (), ("plant",), NO_ORDERS,
        ),
        Kpi(
            "makespan_s", "time until the run ended", "s", "lower",
            "tick of the stop condition, from tick 0; of runs that came to one (whole run)",
            (), ("plant",), NO_STOP,
        ),
        Kpi(
            "busy", "worker efficiency", "share", "",
            "APWT / APAT", ("APWT", "APAT"), ("people",), NO_DUTY,
        ),
        Kpi(
            "walking", "walking", "share", "lower",
            "time on the way to a machine / APAT", ("APAT",), ("people",), NO_DUTY,
        ),
        Kpi(
            "teaching", "teaching", "share", "",
            "time beside a learner and at no other work / APAT", ("APAT",), ("people",), NO_DUTY,
        ),
        Kpi(
            "at_work", "at work", "share", "",
            "APWT less walking and teaching / APAT", ("APWT", "APAT"), ("people",), NO_DUTY,
        ),
        Kpi(
            "idle", "waiting for work", "share", "lower",
            "1 - APWT / APAT; at work, walking, teaching and waiting add up to 1",
            ("APWT", "APAT"), ("people",), NO_DUTY,
        ),
        Kpi(
            "overtime", "overtime", "share", "lower",
            "time present off shift / APAT", ("APAT",), ("people",), NO_DUTY,
        ),
        Kpi(
            "mean_wait_s", "mean wait for a worker", "s", "lower",
            "time claims for the group's skills waited / claims granted", (), ("people",),
            NO_CLAIM,
        ),
        Kpi(
            "transport_busy", "vehicles on the move", "share", "",
            "time of the vehicles that they neither stand idle nor charge / their time", (),
            ("transport",), NO_WINDOW,
        ),
        Kpi(
            "transport_empty", "empty travel", "share", "lower",
            "time on the way to take something up, or to a charger / time of the vehicles", (),
            ("transport",), NO_WINDOW,
        ),
        Kpi(
            "transport_loaded", "loaded travel", "share", "",
            "time from having loaded to having unloaded / time of the vehicles", (),
            ("transport",), NO_WINDOW,
        ),
        Kpi(
            "transport_blocked", "vehicles waiting at a door", "share", "lower",
            "time with an item for which there is no room / time of the vehicles", (),
            ("transport",), NO_WINDOW,
        ),
        Kpi(
            "transport_held", "vehicles held up by others", "share", "lower",
            "time on the way with another vehicle in the way, on an aisle or at a charger"
            " / time of the vehicles", (),
            ("transport",), NO_WINDOW,
        ),
        Kpi(
            "transport_held_s", "held up per item brought", "s", "lower",
            "time held up by other vehicles / items brought", (), ("transport",), NO_MOVE,
        ),
        Kpi(
            "transport_charging", "vehicles charging", "share", "lower",
            "time at chargers / time of the vehicles", (), ("transport",), NO_WINDOW,
        ),
        Kpi(
            "transport_flat_per_day", "batteries run flat", "1/d", "lower",
            "charges begun with less than nothing left / AOET in days", ("AOET",),
            ("transport",), NO_WINDOW,
        ),
        Kpi(
            "charging_kwh_per_day", "energy charged", "kWh/d", "lower",
            "time at chargers · what a charger brings in kWh / AOET in days", ("AOET",),
            ("transport",), NO_CAPACITY,
        ),
        Kpi(
            "aisle_held_s", "held up per vehicle", "s", "lower",
            "time vehicles were held up for the aisle or charger / vehicles that entered it",
            (), ("aisle",), NO_ENTRY,
        ),
        Kpi(
            "aisle_entries_per_h", "vehicles", "1/h", "",
            "vehicles that entered / AOET in hours", ("AOET",), ("aisle",), NO_WINDOW,
        ),
        Kpi(
            "moves_per_h", "moves", "1/h", "",
            "items brought / AOET in hours", ("AOET",), ("transport",), NO_WINDOW,
        ),
        Kpi(
            "transport_wait_s", "mean wait for a vehicle", "s", "lower",
            "time items waited from their call until they were taken up / items taken up", (),
            ("transport",), NO_CALL,
        ),
    )
}  # fmt: skip


def unit_of(key: str, currency: str | None) -> str:
    """The unit of a KPI, money in the plant's currency."""
    return KPIS[key].unit.format(currency=currency or "money")
