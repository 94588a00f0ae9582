"""From a stored run and its scenario to the overview: tiles, floor, why slow, people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from vtwin.app.views import (
    BETTER,
    STATES,
    TILES,
    AreaView,
    BalanceView,
    BandUse,
    EnergyUse,
    Figure,
    FleetUse,
    FloorView,
    FlowView,
    HelperView,
    MachineView,
    RecallUse,
    RunRow,
    ScrapCause,
    StaffLoss,
    Suspect,
    Tile,
    ToolLife,
    WhySlow,
)
from vtwin.base.errors import Refused

if TYPE_CHECKING:
    from vtwin.plant.program import Program
    from vtwin.plant.trace import Tally
    from vtwin.results.record import RunRecord
    from vtwin.scenario.layout import Layout

Json = Mapping[str, Any]
#: Who drew the peak: no more than these are named.
_MOST_AT_PEAK = 4


def figure(body: Json | None) -> Figure:
    """An interval of the result JSON."""
    if not body:
        return Figure(None, why="no figure")
    return Figure(body.get("mean"), body.get("half_width"), body.get("why"))


def run_row(record: RunRecord, key: str, title: str, stale: bool) -> RunRow:
    """A stored run as a line of the history."""
    summary = record.summary or {}
    return RunRow(
        id=record.id,
        scenario=key,
        title=title,
        variant=record.variant,
        engine=record.engine,
        replications=record.finished,
        seed=record.seed,
        horizon_s=float(summary.get("horizon_s", 0.0)),
        warmup_s=float(summary.get("warmup_s", 0.0)),
        finished=record.changed,
        version=record.versions.get("vtwin", ""),
        program=str(record.passport.get("program", "")),
        stale=stale,
        good_per_day=figure(summary.get("kpis", {}).get("good_per_day")),
    )


def tiles(summary: Json, targets: Mapping[str, float]) -> tuple[Tile, ...]:
    """The six KPIs beside what the plant wants of them."""
    return tuple(
        Tile(key, figure(summary["kpis"].get(key)), BETTER[key], targets.get(key)) for key in TILES
    )


def entry_of(name: str) -> str:
    """The equipment entry of a machine."""
    return name.partition("#")[0]


def ranks(verdict: Json | None) -> dict[str, int]:
    """Equipment entry -> 1, 2, 3; nothing where demand limits the plant."""
    if not verdict or verdict.get("limit") == "demand":
        return {}
    named = [s["name"] for s in verdict["suspects"]]
    kinds = {s["name"]: s["kind"] for s in verdict["suspects"]}
    return {name: place for place, name in enumerate(named[:3], 1) if kinds[name] == "equipment"}


def machine_body(summary: Json, name: str) -> Json | None:
    """The figures of one machine."""
    entry = summary["equipment"].get(entry_of(name))
    if entry is None:
        return None
    found: Json | None = entry.get("machines", {}).get(name)
    if found is not None:
        return found
    return entry if entry_of(name) == name else None


def _about(family: str) -> tuple[tuple[str, str], ...]:
    """What equipment of a family is, by language; nothing for plain machines and buffers."""
    from vtwin.equipment import catalog

    if family not in catalog.names():
        return ()
    return tuple(sorted(catalog.family(family).doc.items()))


def floor(
    program: Program,
    layout: Layout,
    summary: Json,
    verdict: Json | None,
    tallies: Sequence[Tally] = (),
) -> FloorView:
    """Machines where they stand, with what the run says of them."""
    rank = ranks(verdict)
    about = {family: _about(family) for family in {p[4] for p in layout.equipment.values()}}
    machines = []
    for name, (x, y, width, depth, family, area) in layout.equipment.items():
        body = machine_body(summary, name)
        if body is None:
            continue
        machines.append(
            MachineView(
                id=name,
                label=program.labels.get(f"equipment.{entry_of(name)}", ""),
                family=family,
                area=area or "",
                x=x,
                y=y,
                width=width,
                depth=depth,
                utilisation=body["utilisation"]["mean"] or 0.0,
                states=tuple(body["states"][state] for state in STATES),
                queue=body["mean_input_queue"]["mean"] or 0.0,
                queue_capacity=_capacity(program, name),
                rank=rank.get(entry_of(name)),
                oee=figure(body["oee"]),
                scrap_share=body["scrap_share"]["mean"],
                about=about[family],
            )
        )
    return FloorView(
        width=layout.floor[0],
        depth=layout.floor[1],
        illustrative=layout.illustrative,
        areas=tuple(
            AreaView(name, label, x, y, w, d) for name, (x, y, w, d, label) in layout.areas.items()
        ),
        machines=tuple(machines),
        flows=flows(program, layout, tallies),
        aisles=layout.aisles,
        one_way=layout.one_way,
        helpers=_helpers(program, layout, summary, verdict, about),
    )


def _helpers(
    program: Program,
    layout: Layout,
    summary: Json,
    verdict: Json | None,
    about: Mapping[str, tuple[tuple[str, str], ...]],
) -> tuple[HelperView, ...]:
    """Robots and other equipment that attends machines: groups of people with a place."""
    named = [] if verdict is None else [suspect["name"] for suspect in verdict["suspects"]]
    limited = bool(verdict) and (verdict or {}).get("limit") != "demand"
    found = []
    for name, (x, y, width, depth, family, area) in layout.equipment.items():
        group = entry_of(name)
        body = summary["people"].get(group)
        if body is None or group in summary["equipment"]:
            continue
        place = named.index(group) + 1 if limited and group in named[:3] else None
        found.append(
            HelperView(
                id=name,
                label=program.labels.get(f"equipment.{group}", ""),
                family=family,
                area=area or "",
                x=x,
                y=y,
                width=width,
                depth=depth,
                busy=body["busy"]["mean"] or 0.0,
                mean_wait_s=body["mean_wait_s"]["mean"],
                serves=_served(program, group),
                rank=place,
                about=about[family],
            )
        )
    return tuple(found)


def _served(program: Program, group: str) -> tuple[str, ...]:
    """Machines at which the operations, set-ups or repairs want somebody of a group."""
    index = program.groups.index(group)
    skills = {
        skill for worker in program.workers if worker.group == index for skill in worker.skills
    }
    found = set()
    for operation in program.operations:
        found |= {m.machine for m in operation.modes if operation.attended(m).skill in skills}
    for number, machine in enumerate(program.machines):
        wanted = {program.failures[failure].skill for failure in machine.failures}
        if machine.setup >= 0:
            wanted.add(program.setups[machine.setup].skill)
        if wanted & skills:
            found.add(number)
    return tuple(program.machines[m].name for m in sorted(found))


def _capacity(program: Program, name: str) -> int | None:
    """Places before a machine's station, None where they are unlimited or none is needed."""
    for machine in program.machines:
        if machine.name == name:
            places = program.stations[machine.station].input
            return places if places > 0 else None
    return None


def has_flows(program: Program, layout: Layout) -> bool:
    """Whether anything goes from one area to another."""
    return len(layout.areas) > 1 and any(len(product.route) > 1 for product in program.products)


def flows(program: Program, layout: Layout, tallies: Sequence[Tally]) -> tuple[FlowView, ...]:
    """Pieces per day between areas. Pieces of an operation go to the next one's machines in
    the proportion in which those made them.
    """
    from vtwin.plant.flows import legs

    if not tallies or not has_flows(program, layout):
        return ()
    pieces = [
        sum(column) for column in zip(*(t.mode_pieces.tolist() for t in tallies), strict=True)
    ]
    days = sum(tally.observed for tally in tallies) / 86_400e9
    by_area: list[dict[str, float]] = []
    at = 0
    for operation in program.operations:
        made: dict[str, float] = {}
        for mode in operation.modes:
            placed = layout.equipment.get(program.machines[mode.machine].name)
            area = placed[5] if placed else None
            if area:
                made[area] = made.get(area, 0.0) + float(pieces[at])
            at += 1
        by_area.append(made)
    total: dict[tuple[str, str], float] = {}
    ways = legs(program)
    comings = Counter(there for _, there, _ in ways)
    for here, there, share in ways:
        alone = comings[there] == 1 and share == 1.0
        _add_flow(total, by_area[here], by_area[there], None if alone else share)
    return tuple(
        FlowView(a, b, amount / days)
        for (a, b), amount in sorted(total.items())
        if a != b and amount > 0
    )


def _add_flow(
    total: dict[tuple[str, str], float],
    here: Mapping[str, float],
    there: Mapping[str, float],
    share: float | None,
) -> None:
    """All that was done there came from here, or a share of what was done here went there."""
    arrived = sum(there.values())
    left = sum(here.values())
    if not arrived or not left:
        return
    for a, made in here.items():
        for b, taken in there.items():
            moved = taken * made / left if share is None else share * made * taken / arrived
            total[a, b] = total.get((a, b), 0.0) + moved


def why_slow(verdict: Json | None, proof: Json | None, labels: Mapping[str, str]) -> WhySlow:
    """The jury's verdict, with the gains of a proof of the same program where there is one."""
    if not verdict:
        return WhySlow(())
    gains = {name: figure(one["gain"]) for name, one in (proof or {}).get("gains", {}).items()}
    suspects = tuple(
        Suspect(
            id=s["name"],
            label=next(
                (
                    labels[f"{section}.{s['name']}"]
                    for section in ("equipment", "people", "transport")
                    if f"{section}.{s['name']}" in labels
                ),
                "",
            ),
            busy=s["busy"]["mean"] or 0.0,
            share=s["momentary_share"],
            gain=gains.get(s["name"]),
            kind=s["kind"],
        )
        for s in verdict["suspects"]
    )
    each: Json = next((one["gain"] for one in (proof or {}).get("gains", {}).values()), {})
    return WhySlow(
        suspects=suspects,
        agreed=verdict["agreed"],
        limit=verdict["limit"],
        goal=(proof or {}).get("goal", "good_per_day"),
        confidence=each.get("confidence", 0.95),
        proven=(proof or {}).get("bottleneck"),
    )


def staff(program: Program, summary: Json) -> tuple[StaffLoss, ...]:
    """Each crew: how many, how busy, how long claims on it waited."""
    rows = []
    for index, group in enumerate(program.groups):
        body = summary["people"].get(group)
        if body is None:
            continue
        rows.append(
            StaffLoss(
                group=group,
                label=program.labels.get(f"people.{group}", group),
                count=sum(worker.group == index for worker in program.workers),
                busy=body["busy"]["mean"],
                mean_wait_s=body["mean_wait_s"]["mean"],
            )
        )
    return tuple(rows)


def vehicles(program: Program, summary: Json) -> tuple[FleetUse, ...]:
    """Each kind of vehicle: how many, how busy, how long items waited for one."""
    rows = []
    for index, fleet in enumerate(program.fleets):
        body = summary.get("transport", {}).get(fleet.name)
        if body is None:
            continue
        rows.append(
            FleetUse(
                fleet=fleet.name,
                label=program.labels.get(f"transport.{fleet.name}", fleet.name),
                count=sum(vehicle.fleet == index for vehicle in program.vehicles),
                busy=body["transport_busy"]["mean"],
                empty=body["transport_empty"]["mean"],
                mean_wait_s=body["transport_wait_s"]["mean"],
                # Results kept from before have neither.
                held=body.get("transport_held", {}).get("mean"),
                charging=body.get("transport_charging", {}).get("mean"),
            )
        )
    return tuple(rows)


def balance(program: Program, layout: Layout) -> BalanceView | None:
    """Takt and balance of a plant that assembles; None of any other, or without a line."""
    from vtwin.app.balancing import view

    if all(family != "assembly" for *_, family, _ in layout.equipment.values()):
        return None
    try:
        return view(program)
    except Refused:
        return None


def energy(program: Program, summary: Json) -> EnergyUse | None:
    """What is drawn, what it costs and when most; None where nothing draws power."""
    kpis = summary["kpis"]
    if not kpis.get("energy_kwh") or kpis["energy_kwh"]["mean"] is None:
        return None
    peak = summary.get("peak") or {}
    bands = summary.get("bands", {}).items()
    return EnergyUse(
        per_part_kwh=figure(kpis.get("energy_per_part_kwh")),
        cost_per_part=figure(kpis.get("energy_cost_per_part")),
        peak_kw=figure(kpis.get("peak_kw")),
        demand_charge_per_day=figure(kpis.get("demand_charge_per_day")),
        peak_at_s=peak.get("at_s"),
        window_s=program.run.demand / 1e9,
        start=program.run.start,
        drawn=tuple(
            (program.labels.get(f"equipment.{entry}", entry), kw)
            for entry, kw in list(peak.get("equipment_kw", {}).items())[:_MOST_AT_PEAK]
        ),
        bands=tuple(
            BandUse(
                label,
                figure(body.get("energy_share")),
                figure(body.get("energy_cost_per_day")),
                figure(body.get("peak_kw")),
            )
            for label, body in bands
        ),
    )


def tools(program: Program, summary: Json) -> tuple[ToolLife, ...]:
    """The tools that wear out."""
    known = {tool.name: tool for tool in program.tools}
    return tuple(
        ToolLife(
            tool=name,
            label=program.labels.get(f"tools.{name}", name),
            count=known[name].count,
            life=known[name].life,
            renewals_per_day=figure(body.get("renewals_per_day")),
            away=figure(body.get("away")),
        )
        for name, body in summary.get("tools", {}).items()
        if name in known
    )


def scrap(summary: Json) -> tuple[ScrapCause, ...]:
    """Scrap by cause and operation, most pieces first."""
    pieces: dict[tuple[str, str], float] = {}
    for row in summary.get("scrap", ()):
        key = (row["cause"], row["operation"])
        pieces[key] = pieces.get(key, 0.0) + (row["pieces"]["mean"] or 0.0)
    whole = sum(pieces.values())
    if not whole:
        return ()
    found = [ScrapCause(*key, number, number / whole) for key, number in pieces.items()]
    return tuple(sorted(found, key=lambda one: -one.pieces))


def recall(summary: Json) -> tuple[RecallUse, ...]:
    """Of each kind of suspect the one that calls most back, in the order of kinds."""
    worst: dict[str, RecallUse] = {}
    for row in summary.get("recall", ()):
        mean, p90 = row["pieces_mean"]["mean"], row["pieces_p90"]["mean"]
        if mean is None or p90 is None:
            continue
        one = RecallUse(row["kind"], row["name"], mean, p90, row["share"]["mean"])
        if row["kind"] not in worst or worst[row["kind"]].mean < mean:
            worst[row["kind"]] = one
    return tuple(worst.values())
