"""The Program: one flat, frozen, hashed value, the only thing an engine ever sees."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from enum import IntEnum
from functools import cached_property
from typing import Any

from vtwin.base.draws import Distribution
from vtwin.base.errors import Where
from vtwin.plant.primitives import (
    NONE,
    Band,
    Batch,
    Belt,
    Calendar,
    Carrier,
    Curve,
    Failure,
    Fleet,
    Machine,
    Material,
    Operation,
    Order,
    Product,
    Profile,
    SetupTable,
    Source,
    Station,
    Stock,
    StopKind,
    Tool,
    Vehicle,
    Worker,
    Zone,
)
from vtwin.plant.template import Template

FORMAT = 2


def _written(value: Any) -> Any:
    """Plain data of a record: a field left at its default is not written, so that a primitive
    that learns something new keeps the hash of every plant that does not use it.
    """
    if is_dataclass(value):
        kept = ((f, getattr(value, f.name)) for f in fields(value))
        return {f.name: _written(v) for f, v in kept if f.default is MISSING or v != f.default}
    if isinstance(value, tuple):
        return [_written(v) for v in value]
    return value


class GrantRule(IntEnum):
    """How pools choose among simultaneous claims (S-rules of `docs/semantics.md`)."""

    CLOSEST_TO_DONE = 0  # priority, time of request, fewest remaining operations, slot
    LONGEST_WAIT = 1  # priority, time of request, slot
    DOWNSTREAM_FIRST = 2  # priority, fewest remaining operations, time of request, slot


@dataclass(frozen=True, slots=True)
class Stop:
    """A condition that ends the run; ``product`` NONE counts all products."""

    kind: StopKind
    product: int = NONE
    pieces: int = 0


@dataclass(frozen=True, slots=True)
class RunSpec:
    """What a run is: times in ticks. ``bin`` is the width of the time series."""

    horizon: int
    warmup: int
    replications: int
    seed: int
    bin: int
    start: str | None = None  # ISO date of tick 0 where the plant's calendar is dated
    stop: tuple[Stop, ...] = ()  # any of them ends the run
    demand: int = 0  # width of the window that power peaks are the mean of; 0: none are kept
    bands: tuple[tuple[int, int], ...] = ()  # (tick from which, band in force), from tick 0 on


@dataclass(frozen=True)
class Program:
    """A plant ready to run. Every tuple is sorted by name (Order by (release, name)); indices
    elsewhere point into these tuples. ``sources_map`` says where each name was written; it,
    ``labels``, ``targets`` and ``templates`` are no part of the hash.
    """

    name: str
    run: RunSpec
    distributions: tuple[Distribution, ...]
    calendars: tuple[Calendar, ...] = ()
    skills: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()  # groups of workers
    workers: tuple[Worker, ...] = ()
    tools: tuple[Tool, ...] = ()
    setups: tuple[SetupTable, ...] = ()
    failures: tuple[Failure, ...] = ()
    stations: tuple[Station, ...] = ()
    machines: tuple[Machine, ...] = ()
    operations: tuple[Operation, ...] = ()
    products: tuple[Product, ...] = ()
    sources: tuple[Source, ...] = ()
    orders: tuple[Order, ...] = ()
    profiles: tuple[Profile, ...] = ()
    batches: tuple[Batch, ...] = ()
    belts: tuple[Belt, ...] = ()
    stocks: tuple[Stock, ...] = ()
    carriers: tuple[Carrier, ...] = ()
    fleets: tuple[Fleet, ...] = ()
    vehicles: tuple[Vehicle, ...] = ()
    zones: tuple[Zone, ...] = ()  # of the aisles all fleets share
    curves: tuple[Curve, ...] = ()  # of those who learn
    materials: tuple[Material, ...] = ()
    grant: GrantRule = GrantRule.CLOSEST_TO_DONE
    currency: str | None = None
    energy_price: float = 0.0  # per kWh, without a tariff
    bands: tuple[Band, ...] = ()  # of the tariff, in the order of months and of the tariff
    demand_price: float = 0.0  # per kW of a month's peak
    floor_cost_per_day: float = 0.0
    sources_map: Mapping[str, Where] = field(default_factory=dict)  # "equipment.M1" -> place
    labels: Mapping[str, str] = field(default_factory=dict)  # "products.24720318M" -> description
    targets: Mapping[str, float] = field(default_factory=dict)  # KPI key -> wanted, its unit
    templates: Mapping[str, Template] = field(default_factory=dict)  # by product

    @property
    def leaving(self) -> tuple[int, ...]:
        """Products that leave the plant: those that are no component of an assembly."""
        return tuple(i for i, product in enumerate(self.products) if product.stock == NONE)

    def to_json(self) -> str:
        """Canonical JSON of everything that decides a result (sorted keys, no spaces)."""
        body = _written(self)
        for outside in ("name", "sources_map", "labels", "targets", "templates"):
            body.pop(outside, None)
        # How often and how long it is repeated is the study's choice, not the plant's.
        del body["run"]["replications"]
        del body["run"]["seed"]
        body["format"] = FORMAT
        return json.dumps(body, sort_keys=True, separators=(",", ":"), allow_nan=False)

    @cached_property
    def hash(self) -> str:
        """``sha256:…`` of :meth:`to_json`."""
        return "sha256:" + hashlib.sha256(self.to_json().encode()).hexdigest()

    def place(self, path: str) -> Where:
        """Where the thing at a dotted path was written, as far as it is known."""
        return self.sources_map.get(path, Where(path=path))
