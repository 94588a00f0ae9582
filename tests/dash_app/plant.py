"""A desk with an invented plant on it: nine machines and three crews, no simulation.

Every figure is made up; it exists so that pages can be looked at and tested without a run.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from vtwin.app.desk import Refused
from vtwin.app.views import (
    AreaView,
    Cell,
    CompareRow,
    CompareView,
    FamilyRow,
    Figure,
    FloorView,
    FlowView,
    GanttRow,
    GanttView,
    JobRow,
    LibraryView,
    MachineView,
    ModelRow,
    OverviewView,
    RunRow,
    ScenarioRow,
    SeriesView,
    StaffLoss,
    StateRow,
    Suspect,
    Tile,
    VariantView,
    WhySlow,
    WipView,
)
from vtwin.base.errors import Problem

PLANT = ScenarioRow(
    key="moulding",
    title="사출 2공장 · 커넥터 라인",
    variants=("second-setter", "one-more-press", "bigger-buffer"),
    descriptions=(("one-more-press", "One more press and quicker changes"),),
    replications=20,
)
CHANGES = (
    ("second-setter", ("people.setter.count 1 → 2",)),
    ("one-more-press", ("equipment.NO.06 added", "setup.scale 60 %")),
    ("bigger-buffer", ("equipment.assembly.input 20 → 40",)),
)
BROKEN = ScenarioRow(
    key="broken",
    title="broken.yaml",
    problem="broken.yaml:14:7  V201  cycle must be more than 0 s, not -118 s  (leave out the minus)",
)
EMPTY = ScenarioRow(key="fresh", title="New line", variants=("b",), replications=10)

# id, label, area, x, y, w, d, utilisation, states, queue, capacity, rank, oee, good
_MACHINES = (
    ("NO.01", "NB 160 t", "a", 4, 6, 7, 3, 0.62, (0.56, 0.05, 0.03, 0.02, 0.27, 0.04, 0.03), 3.1, 20, None, 0.54, 4210),
    ("NO.02", "NB 160 t", "a", 4, 12, 7, 3, 0.71, (0.63, 0.06, 0.04, 0.02, 0.18, 0.04, 0.03), 6.2, 20, None, 0.60, 4705),
    ("NO.03", "NB 220 t", "a", 4, 18, 7, 3, 0.943, (0.842, 0.071, 0.012, 0.011, 0.009, 0.022, 0.033), 18.4, 20, 1, 0.81, 6120),
    ("NO.04", "NB 220 t", "b", 17, 6, 7, 3, 0.80, (0.70, 0.09, 0.03, 0.02, 0.09, 0.04, 0.03), 11.0, 20, None, 0.66, 5204),
    ("NO.05", "LS 350 t", "b", 17, 12, 7, 3, 0.85, (0.72, 0.12, 0.05, 0.01, 0.04, 0.03, 0.03), 13.8, 20, 3, 0.68, 5480),
    ("NO.06", "LS 350 t", "b", 17, 18, 7, 3, 0.361, (0.33, 0.02, 0.01, 0.01, 0.58, 0.02, 0.03), 0.8, 20, None, 0.31, 2110),
    ("ASSY-01", "", "c", 31, 6, 5, 3, 0.66, (0.64, 0.0, 0.19, 0.01, 0.11, 0.02, 0.03), 17.9, 20, 2, 0.60, 6900),
    ("ASSY-02", "", "c", 31, 12, 5, 3, 0.51, (0.49, 0.0, 0.12, 0.02, 0.32, 0.02, 0.03), 5.0, 20, None, 0.47, 5140),
    ("CMM", "", "d", 31, 20.5, 5, 3, 0.47, (0.45, 0.0, 0.02, 0.0, 0.49, 0.01, 0.03), 1.2, None, None, 0.44, 11800),
)  # fmt: skip
_AREAS = (
    ("a", "사출 A", 2, 2.5, 11, 21.5),
    ("b", "사출 B", 15, 2.5, 11, 21.5),
    ("c", "조립", 29, 2.5, 9, 14),
    ("d", "검사", 29, 18.2, 9, 7),
)


def machines() -> tuple[MachineView, ...]:
    return tuple(
        MachineView(
            id=i, label=label or i, family="molding", area=area, x=x, y=y, width=w, depth=d,
            utilisation=u, states=s, queue=q, queue_capacity=c, rank=r,
            oee=Figure(oee, 0.01), scrap_share=0.031,
            about=(("en", "Injection moulding machines"), ("ko", "사출 성형기")),
        )
        for i, label, area, x, y, w, d, u, s, q, c, r, oee, _ in _MACHINES
    )  # fmt: skip


def floor() -> FloorView:
    return FloorView(
        width=40, depth=27, illustrative=True, machines=machines(),
        areas=tuple(AreaView(*a) for a in _AREAS),
        flows=(FlowView("a", "c", 9500.0), FlowView("b", "c", 5110.0), FlowView("c", "d", 11840.0)),
    )  # fmt: skip


def run_row(variant: str | None = None, **changes: object) -> RunRow:
    row = RunRow(
        id=f"run-{variant or 'base'}", scenario="moulding", title=PLANT.title, variant=variant,
        engine="reference", replications=20, seed=42, horizon_s=14 * 86400.0, warmup_s=86400.0,
        finished="2026-03-02T09:41:00+00:00", version="0.1.0", program="sha256:9f31c07ab2e4d5",
        good_per_day=Figure(11840.0, 96.0),
    )  # fmt: skip
    return replace(row, **changes)  # type: ignore[arg-type]


def tiles() -> tuple[Tile, ...]:
    return (
        Tile("good_per_day", Figure(11840.0, 96.0), "higher", 13000.0),
        Tile("on_time", Figure(0.876, 0.008), "higher", 0.95),
        Tile("oee", Figure(0.686, 0.003), "higher", 0.68),
        Tile("lead_time_s", Figure(31.3 * 3600, 0.6 * 3600), "lower", 32 * 3600.0),
        Tile("wip", Figure(2850.0, 60.0), "lower"),
        Tile("unit_cost", Figure(None, None, "no_cost"), "lower"),
    )


def why_slow() -> WhySlow:
    return WhySlow(
        suspects=(
            Suspect("NO.03", "NB 220 t", 0.94, 0.81, Figure(411.0, 62.0)),
            Suspect("ASSY-01", "", 0.66, 0.09, Figure(42.0, 55.0)),
            Suspect("NO.05", "LS 350 t", 0.85, 0.06, Figure(21.0, 17.0)),
        )
    )


def staff() -> tuple[StaffLoss, ...]:
    return (
        StaffLoss("setter", "setter", 1, 0.83, 1130.0),
        StaffLoss("assembler", "assembler", 3, 0.74, 420.0),
        StaffLoss("mechanic", "mechanic", 1, 0.21, 95.0),
    )


def _cell(base: float, diff: float, half: float, better: str, more: int | None = None) -> Cell:
    clear = abs(diff) > half
    good = (diff > 0) == (better == "higher")
    standing = ("better" if good else "worse") if clear else "unclear"
    return Cell(Figure(base + diff, half), Figure(diff, half), standing, None if clear else more)  # type: ignore[arg-type]


_ROWS = (
    ("good_per_day", "higher", 11840.0, 96.0, ((1160, 96), (1798, 58), (174, 187))),
    ("oee", "higher", 0.686, 0.003, ((0.042, 0.005), (0.062, 0.005), (0.006, 0.007))),
    ("lead_time_s", "lower", 112680.0, 2160.0, ((-11880, 1800), (-25200, 2520), (12240, 2520))),
    ("wip", "lower", 2850.0, 60.0, ((-230, 40), (-460, 50), (440, 50))),
    ("on_time", "higher", 0.876, 0.008, ((0.049, 0.007), (0.079, 0.007), (0.001, 0.006))),
    ("unit_cost", "lower", 124.7, 1.0, ((-2.6, 0.9), (-6.0, 0.8), (-0.4, 0.9))),
    ("energy_per_part_kwh", "lower", 0.0584, 0.0004, ((-0.0012, 0.0003), (-0.0025, 0.0004), (0.0, 0.0004))),
)  # fmt: skip


def gantt() -> GanttView:
    draw = random.Random(7)
    rows = []
    for m in machines():
        t, start, state = 0.0, [], []
        last = -1
        while t < 14 * 86400:
            s = draw.choices(
                range(7), [max(v, 0.002) * (4 if i == 0 else 6) for i, v in enumerate(m.states)]
            )[0]
            if s != last:
                start.append(round(t, 1))
                state.append(s)
                last = s
            t += draw.expovariate(1 / (5400 if s == 0 else 1500))
        rows.append(GanttRow(m.id, m.label, tuple(start), tuple(state), m.rank))
    rows.sort(
        key=lambda r: (r.rank or 9, -machines()[[m.id for m in machines()].index(r.id)].utilisation)
    )
    return GanttView(14 * 86400.0, 86400.0, None, tuple(rows))


def wip(runs: Sequence[str]) -> WipView:
    series = []
    for n, run in enumerate(runs):
        level = 2850 - 380 * n
        mean = tuple(level * (1 - math.exp(-i / 5)) + 70 * math.sin(i / 2.1 + n) for i in range(84))
        letter = "" if n == 0 else "ABCD"[n - 1]
        key = None if n == 0 else run.removeprefix("run-")
        series.append(SeriesView(letter, key, tuple(max(v, 0) for v in mean), (60.0,) * 84))
    return WipView(14400.0, 86400.0, None, tuple(series))


@dataclass
class InventedDesk:
    """Answers like the real desk, out of this file."""

    rows: tuple[ScenarioRow, ...] = (PLANT, EMPTY, BROKEN)
    tasks: list[JobRow] = field(default_factory=list)
    stale: bool = False
    proven: bool = True
    agreed: bool = True

    def _row(self, key: str | None) -> ScenarioRow | None:
        found = [r for r in self.rows if key in (None, r.key)]
        return found[0] if found else None

    def scenarios(self) -> tuple[ScenarioRow, ...]:
        return self.rows

    def overview(
        self, scenario: str | None, variant: str | None, run: str | None = None
    ) -> OverviewView | None:
        row = self._row(scenario)
        if row is None:
            return None
        if variant == "failing":
            raise RuntimeError("nobody foresaw this")
        if row.key != "moulding":
            return OverviewView(row, variant, None, (), None, WhySlow(()))
        why = why_slow()
        if not self.proven:
            why = WhySlow(tuple(replace(s, gain=None) for s in why.suspects), agreed=self.agreed)
        shown = run_row(variant, stale=self.stale)
        return OverviewView(row, variant, shown, tiles(), floor(), why, staff(), "KRW")

    def compare(self, scenario: str | None, variants: Sequence[str]) -> CompareView | None:
        row = self._row(scenario)
        if row is None:
            return None
        if row.key != "moulding":
            return CompareView(row, None, (), ())
        columns = tuple(
            VariantView("ABC"[n], key, f"run-{key}", changes)
            for n, (key, changes) in enumerate(CHANGES)
        )
        rows = tuple(
            CompareRow(
                key,
                better,
                Figure(mean, half),
                tuple(_cell(mean, d, h, better, 18) for d, h in cells),
            )  # type: ignore[arg-type]
            for key, better, mean, half, cells in _ROWS
        )
        states = {
            v.letter: tuple(StateRow(m.id, m.label, m.states, m.rank) for m in
                            sorted(machines(), key=lambda m: (m.rank or 9, -m.utilisation)))
            for v in columns
        }  # fmt: skip
        return CompareView(
            row, VariantView("", None, "run-base"), columns, rows, best="B", beat_base=("A", "B"),
            goal_cells=rows[0].cells, replications=20, states=states, currency="KRW",
            stale=self.stale, run=run_row(stale=self.stale),
        )  # fmt: skip

    def gantt(self, run: str) -> GanttView | None:
        return gantt() if run.startswith("run-") else None

    def wip(self, runs: Sequence[str]) -> WipView | None:
        return wip(runs)

    def library(self) -> LibraryView:
        press = ModelRow(
            "molding/injection_100t",
            {"en": "Hydraulic machine, 100 t", "ko": "유압식 사출 성형기, 100 톤"},
            (("mould_change", "40 min", "typical without quick clamping"),),
        )
        oven = ModelRow("acme-oven/deck_oven", {"en": "Deck oven", "ko": "데크 오븐"}, ())
        molding = {"en": "Injection moulding machines", "ko": "사출 성형기"}
        return LibraryView(
            (
                FamilyRow("molding", molding, None, (press,)),
                FamilyRow("acme-oven", {"en": "Ovens", "ko": "오븐"}, "vtwin-acme 1.0", (oven,)),
                FamilyRow("toaster", {"en": "Toasters", "ko": "토스터"}, "vtwin-toast 2.0", ()),
            ),
            ("V702  the equipment family 'grill' cannot be loaded",),
        )

    def runs(self) -> tuple[RunRow, ...]:
        return (
            run_row("one-more-press", good_per_day=Figure(13638.0, 88.0)),
            run_row("second-setter", finished="2026-03-02T09:12:00+00:00"),
            run_row(stale=True, finished="2026-03-01T17:02:00+00:00", program="sha256:77aa01b2c3"),
        )

    def jobs(self) -> tuple[JobRow, ...]:
        return tuple(reversed(self.tasks))

    def _queue(
        self, kind: str, scenario: str, variants: Sequence[str | None], replications: int
    ) -> str:
        if replications < 1:
            raise Refused(Problem("V551", "replications must be at least 1, not 0"))
        job = JobRow(f"job-{len(self.tasks)}", kind, scenario, tuple(variants), "running", 0.35)  # type: ignore[arg-type]
        self.tasks.append(job)
        return job.id

    def start_run(self, scenario: str, variant: str | None, replications: int) -> str:
        return self._queue("run", scenario, (variant,), replications)

    def start_compare(self, scenario: str, variants: Sequence[str], replications: int) -> str:
        return self._queue("compare", scenario, (None, *variants), replications)

    def start_explain(self, scenario: str, variant: str | None, replications: int) -> str:
        return self._queue("explain", scenario, (variant,), replications)

    def cancel(self, job: str) -> None:
        self.tasks = [replace(t, state="cancelled") if t.id == job else t for t in self.tasks]
