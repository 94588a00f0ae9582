"""Figures of many replications with confidence intervals, and the result JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from vtwin import __version__
from vtwin.base.units import seconds
from vtwin.plant.primitives import MachineState
from vtwin.plant.program import Program
from vtwin.results.elements import entries
from vtwin.results.formulas import KPIS, unit_of
from vtwin.results.measures import Figures, Measures
from vtwin.results.statistics import Interval, interval
from vtwin.results.tariff import Peak

Intervals = Mapping[str, Interval]


@dataclass(frozen=True)
class EquipmentSummary:
    """One equipment entry, or one machine of it (then ``machines`` is empty).

    ``states`` are mean shares of the observed time by state name; they sum to 1.
    """

    states: Mapping[str, float]
    figures: Intervals
    machines: Mapping[str, EquipmentSummary] = field(default_factory=dict)

    def to_json(self) -> dict[str, object]:
        """``{"states": {…}, "oee": {…}, …}``, with ``machines`` where there are several."""
        body: dict[str, object] = {"states": dict(self.states)}
        body |= _json(self.figures)
        if self.machines:
            body["machines"] = {name: one.to_json() for name, one in self.machines.items()}
        return body


@dataclass(frozen=True)
class PeopleSummary:
    """One group of workers and the skills it offers."""

    figures: Intervals
    skills: Mapping[str, Intervals]

    def to_json(self) -> dict[str, object]:
        """``{"busy": {…}, "walking": {…}, "mean_wait_s": {…}, "skills": {…}}``."""
        body: dict[str, object] = dict(_json(self.figures))
        body["skills"] = {skill: _json(figures) for skill, figures in self.skills.items()}
        return body


@dataclass(frozen=True)
class Summary:
    """A run's figures, ready for the result JSON, the terminal and the screen."""

    scenario: str
    variant: str | None
    engine: str
    replications: int
    seed: int
    horizon_s: float
    warmup_s: float
    confidence: float
    passport: Mapping[str, object]
    kpis: Intervals
    products: Mapping[str, Intervals]
    targets: Mapping[str, float]  # product -> pieces per day, where one is given
    equipment: Mapping[str, EquipmentSummary]
    people: Mapping[str, PeopleSummary]
    carriers: Mapping[str, Intervals] = field(default_factory=dict)
    tools: Mapping[str, Intervals] = field(default_factory=dict)  # those that wear out
    notes: tuple[str, ...] = ()
    transport: Mapping[str, Intervals] = field(default_factory=dict)  # by fleet
    aisles: Mapping[str, Intervals] = field(default_factory=dict)  # one-way ones, and chargers
    ended: Mapping[str, int] = field(default_factory=dict)  # what ended them -> replications
    bands: Mapping[str, Intervals] = field(default_factory=dict)  # of the tariff, in its order
    peak: Peak | None = None  # the highest of all replications

    def to_json(self) -> dict[str, object]:
        """The result JSON of `vtwin run --json`; its field names are stable."""
        products: dict[str, dict[str, object]] = {
            name: _json(figures) for name, figures in self.products.items()
        }
        for name, target in self.targets.items():
            products[name]["target_per_day"] = target
        body: dict[str, object] = {
            "scenario": self.scenario,
            "variant": self.variant,
            "engine": self.engine,
            "replications": self.replications,
            "seed": self.seed,
            "horizon_s": _whole(self.horizon_s),
            "warmup_s": _whole(self.warmup_s),
            "ended": dict(self.ended),
            "passport": dict(self.passport),
            "kpis": _json(self.kpis),
            "products": products,
            "equipment": {name: one.to_json() for name, one in self.equipment.items()},
            "people": {name: one.to_json() for name, one in self.people.items()},
        }
        if self.transport:
            body["transport"] = {name: _json(figures) for name, figures in self.transport.items()}
        if self.aisles:
            body["aisles"] = {name: _json(figures) for name, figures in self.aisles.items()}
        if self.carriers:
            body["carriers"] = {name: _json(figures) for name, figures in self.carriers.items()}
        if self.tools:
            body["tools"] = {name: _json(figures) for name, figures in self.tools.items()}
        if self.bands:
            body["bands"] = {name: _json(figures) for name, figures in self.bands.items()}
        if self.peak is not None:
            body["peak"] = {
                "at_s": _whole(self.peak.at_s),
                "kw": self.peak.kw,
                "equipment_kw": dict(self.peak.machines),
            }
        if self.notes:
            body["notes"] = list(self.notes)
        return body


def _whole(number: float) -> float:
    """A whole number without its ``.0``."""
    return int(number) if number.is_integer() else number


def _json(figures: Intervals) -> dict[str, object]:
    return {key: value.to_json() for key, value in figures.items()}


def summarise(
    program: Program,
    measures: Sequence[Measures],
    confidence: float = 0.95,
    *,
    variant: str | None = None,
    engine: str = "reference",
    seed: int | None = None,
    passport: Mapping[str, object] | None = None,
) -> Summary:
    """Intervals over replications for every figure.

    ``measures`` holds one entry per replication, at least one. ``confidence`` is two-sided.
    """
    if not measures:
        raise ValueError("a summary needs at least one replication")
    gather = _Gather(program.currency, confidence)
    run = program.run
    return Summary(
        scenario=program.name,
        variant=variant,
        engine=engine,
        replications=len(measures),
        seed=run.seed if seed is None else seed,
        horizon_s=seconds(run.horizon),
        warmup_s=seconds(run.warmup),
        confidence=confidence,
        passport=passport or {"program": program.hash, "vtwin": __version__},
        kpis=gather.figures([m.kpis for m in measures], _reasons(measures)),
        products={
            p.name: gather.figures([m.products[p.name] for m in measures]) for p in program.products
        },
        targets={p.name: p.target_per_day for p in program.products if p.target_per_day},
        equipment=_equipment(program, measures, gather),
        people=_people(program, measures, gather),
        carriers={
            c.name: gather.figures([m.carriers[c.name] for m in measures]) for c in program.carriers
        },
        ended=dict(sorted(Counter(m.ended for m in measures).items())),
        tools={
            t.name: gather.figures([m.tools[t.name] for m in measures])
            for t in program.tools
            if t.life
        },
        notes=tuple(dict.fromkeys(note for m in measures for note in m.notes)),
        bands={
            band: gather.figures([m.bands[band] for m in measures]) for band in measures[0].bands
        },
        peak=max(
            (m.peak for m in measures if m.peak is not None),
            key=lambda peak: peak.kw,
            default=None,
        ),
        transport={
            f.name: gather.figures([m.transport[f.name] for m in measures]) for f in program.fleets
        },
        aisles={
            z.name: gather.figures([m.aisles[z.name] for m in measures]) for z in program.zones
        },
    )


@dataclass(frozen=True)
class _Gather:
    currency: str | None
    confidence: float

    def figures(
        self, each: Sequence[Figures], why: Mapping[str, str] | None = None
    ) -> dict[str, Interval]:
        return {
            key: self.one(key, [figures[key] for figures in each], (why or {}).get(key))
            for key in each[0]
        }

    def one(self, key: str, values: Iterable[float | None], why: str | None) -> Interval:
        unit = unit_of(key, self.currency)
        known = [value for value in values if value is not None]
        if not known:
            reason = why or KPIS[key].undefined
            return Interval(None, None, unit, self.confidence, 0, reason)
        return interval(known, unit, self.confidence)


def _reasons(measures: Sequence[Measures]) -> dict[str, str]:
    return {key: text for m in measures for key, text in m.why.items()}


def _states(measures: Sequence[Measures], machines: Sequence[str]) -> dict[str, float]:
    """Mean share per state over replications and machines."""
    count = len(measures) * len(machines)
    return {
        state.name.lower(): sum(m.states[name][state] for m in measures for name in machines)
        / count
        for state in MachineState
    }


def _equipment(
    program: Program, measures: Sequence[Measures], gather: _Gather
) -> dict[str, EquipmentSummary]:
    found: dict[str, EquipmentSummary] = {}
    for entry, members in entries(tuple(m.name for m in program.machines)).items():
        names = [program.machines[i].name for i in members]
        single = {
            name: EquipmentSummary(
                _states(measures, [name]), gather.figures([m.machines[name] for m in measures])
            )
            for name in names
        }
        found[entry] = EquipmentSummary(
            _states(measures, names),
            gather.figures([m.equipment[entry] for m in measures]),
            single if len(names) > 1 else {},
        )
    return found


def _people(
    program: Program, measures: Sequence[Measures], gather: _Gather
) -> dict[str, PeopleSummary]:
    found: dict[str, PeopleSummary] = {}
    for index, group in enumerate(program.groups):
        skills = {
            program.skills[skill]
            for worker in program.workers
            if worker.group == index
            for skill in worker.skills
        }
        found[group] = PeopleSummary(
            gather.figures([m.people[group] for m in measures]),
            {
                skill: gather.figures([m.skills[skill] for m in measures])
                for skill in sorted(skills)
            },
        )
    return found
