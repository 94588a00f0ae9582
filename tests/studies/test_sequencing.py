"""Orders in sequence and on machines: the search against shops whose best is known exactly."""

import re
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest

from tests.studies.shops import flow_shop, johnson, parallel
from vtwin.app.reallocation import optimise
from vtwin.base.errors import Refused
from vtwin.engines.choose import engine
from vtwin.results.kpi import measure
from vtwin.scenario import build, load, reallocating
from vtwin.scenario.decisions import Design
from vtwin.studies import relaxation
from vtwin.studies.orders import Builder, Twin, mean_times, neighbours, sequence_of, timetable
from vtwin.studies.space import Space

TWO = {"A": (5, 2), "B": (1, 6), "C": (9, 7), "D": (3, 8), "E": (10, 4), "F": (4, 4)}
THREE = {"A": (4, 5, 1), "B": (2, 9, 7), "C": (8, 3, 6), "D": (5, 2, 9), "E": (7, 6, 2)}
LENGTHS = {"A": (12, 15), "B": (9, 6), "C": (14, 11), "D": (7, 9), "E": (10, 13)}
KINDS = {"A": "a", "B": "b", "C": "a", "D": "c", "E": "b"}
SETUPS = {("a", "b"): 4, ("a", "c"): 9, ("b", "a"): 2, ("b", "c"): 3, ("c", "a"): 6, ("c", "b"): 7}
DUE = {"A": 30, "B": 14, "C": 12, "D": 22, "E": 34}

SHOPS = [
    flow_shop(TWO, "two machines in a row"),
    flow_shop(THREE, "three machines in a row"),
    parallel(LENGTHS, KINDS, SETUPS, DUE, "makespan_s", "two machines with set-ups"),
    parallel(LENGTHS, KINDS, SETUPS, DUE, "tardiness_s", "tardiness on two machines"),
]


def _written(tmp_path, shop):
    if shop.setups:
        (tmp_path / "setups.csv").write_text(shop.setups)
    file = tmp_path / "shop.yaml"
    file.write_text(shop.text)
    return file


def _chosen(found):
    choices, settings = found.reallocation.orders, dict(found.outcome.best.design.settings)
    on = {order: settings[path].strip('"') for path, (order, _) in choices.machines.items()}
    return sequence_of(choices, settings), on


def test_two_machines_in_a_row_when_enumerated_then_johnson_is_the_best():
    assert SHOPS[0].truth(johnson(TWO), {}) == SHOPS[0].best


@pytest.mark.parametrize("shop", SHOPS, ids=lambda s: s.name.replace(" ", "_"))
def test_shop_when_every_schedule_is_known_then_the_best_is_found(tmp_path, shop):
    found = optimise(_written(tmp_path, shop), budget=200, store=False)
    kpi = found.outcome.goal.kpi
    reached = found.outcome.best.figures[kpi].mean
    sequence, on = _chosen(found)
    if "any" not in on.values():
        assert shop.truth(sequence, on) == pytest.approx(reached)
    assert shop.best <= reached * (1 + 1e-9)
    assert reached <= shop.best * 1.005
    assert found.outcome.spent <= 200
    worst = (
        max(shop.truth(s, on) for s in permutations(sequence)) if "any" not in on.values() else 0
    )
    assert worst == 0 or worst > shop.best * 1.01


def _read(tmp_path, shop):
    loaded = load.load(_written(tmp_path, shop))
    return loaded, reallocating.read(loaded)


def test_figures_of_the_shop_when_reckoned_then_they_are_those_of_the_engine(tmp_path):
    # the enumeration that the search is judged by, judged
    loaded, real = _read(tmp_path, SHOPS[3])
    for design in Space(real.decisions, real.limits).sample(12, 5):
        settings = dict(design.settings)
        on = {o: settings[p].strip('"') for p, (o, _) in real.orders.machines.items()}
        if "any" in on.values():
            continue
        program = build.build(loaded, overrides=design.overrides)
        measured = measure(program, engine("auto", program).simulate(program, 0))
        exact = SHOPS[3].truth(sequence_of(real.orders, settings), on)
        assert measured.kpis["tardiness_s"] == pytest.approx(exact)


def test_program_of_a_design_when_made_from_another_then_it_is_the_one_that_is_built(tmp_path):
    loaded, real = _read(tmp_path, SHOPS[2])
    made = Builder(lambda written: build.build(loaded, overrides=written), real.orders)
    for design in Space(real.decisions, real.limits).sample(6, 1):
        assert made(design).hash == build.build(loaded, overrides=design.overrides).hash
    assert len(made.known) == 1


def test_schedule_when_solved_then_it_is_the_best_and_always_the_same(tmp_path):
    for shop in SHOPS:
        loaded, real = _read(tmp_path, shop)
        made = relaxation.shop(mean_times(build.build(loaded)), real.orders)
        kind = relaxation.objective_of(real.goals[0].kpi)
        found = relaxation.solve(made, kind)
        assert found.proven
        scale = len(made.orders) if kind == "tardiness" else 1
        assert found.value[0] * made.unit / scale == pytest.approx(shop.best)
        again = relaxation.solve(made, kind)
        assert (again.machine, again.start) == (found.machine, found.start)


def test_schedule_when_there_is_no_solver_then_rules_and_insertions_give_a_start(tmp_path):
    for shop in SHOPS:
        loaded, real = _read(tmp_path, shop)
        made = relaxation.shop(mean_times(build.build(loaded)), real.orders)
        kind = relaxation.objective_of(real.goals[0].kpi)
        found = relaxation.solve(made, kind, solver="rules")
        scale = len(made.orders) if kind == "tardiness" else 1
        worth = found.value[0] * made.unit / scale
        assert shop.best <= worth <= 1.1 * shop.best
        assert "rules" in found.method


def test_neighbours_when_orders_are_decided_then_they_move_exchange_and_change_machines(tmp_path):
    _, real = _read(tmp_path, SHOPS[2])
    space = Space(real.decisions, real.limits)
    here = space.sample(1, 3)[0]
    written = dict(here.settings)
    lines = {sequence_of(real.orders, written | c) for c in neighbours(real.decisions, written)}
    line = list(sequence_of(real.orders, written))
    last_first = (line[-1], *line[:-1])
    ends_exchanged = (line[-1], *line[1:-1], line[0])
    assert {last_first, ends_exchanged} <= lines
    assert lines == {sequence_of(real.orders, dict(d.settings)) for d in space.neighbours(here)}
    assert all(space.kept(design) for design in space.neighbours(here))
    assert here not in space.neighbours(here)
    assert space.size == 120 * 3**5


def test_timetable_when_told_then_it_is_the_schedule_machine_by_machine(tmp_path):
    loaded, _ = _read(tmp_path, SHOPS[0])
    ranks = {f"orders.{o}.priority": str(6 - n) for n, o in enumerate(johnson(TWO))}
    turns = timetable(build.build(loaded, overrides=ranks))
    assert [t.order for t in turns if t.machine == "m2"] == johnson(TWO)
    assert max(t.end for t in turns) == SHOPS[0].best
    assert all(t.operation == t.machine for t in turns)


def test_plan_when_orders_move_then_it_says_so_and_its_variant_is_the_design(tmp_path):
    file = _written(tmp_path, SHOPS[2])
    found = optimise(file, budget=120, store=False, out=tmp_path / "plan.yaml")
    words = [found.said(step.move) for step in found.plan.steps]
    sequence, on = _chosen(found)
    assert f"take orders in this sequence: {', '.join(sequence)}" in words
    told = {f"make {o} on {m} (today: any machine)" for o, m in on.items() if m != "any"}
    assert told <= set(words)
    assert found.to_json()["orders"][0].keys() == {"machine", "order", "operation", "start", "end"}
    (tmp_path / "plan.yaml").write_text(found.text)
    built = build.build(load.load(tmp_path / "plan.yaml"), "plan")
    design = found.outcome.best.design
    assert built.hash == build.build(load.load(file), overrides=design.overrides).hash


def _answer(found):
    return found.to_json()["designs"], found.to_json()["plan"], found.to_json()["guarantee"]


def test_search_over_orders_when_workers_differ_or_it_is_stopped_then_the_answer_does_not(tmp_path):
    noisy = SHOPS[1].text.replace("4 min}", "{exponential: {mean: 4 min}}}")
    file = tmp_path / "noisy.yaml"
    file.write_text(noisy)
    one = optimise(file, budget=80, store=False, workers=1)
    assert _answer(one) == _answer(optimise(file, budget=80, store=False, workers=2))
    store, spent = f"sqlite:///{tmp_path / 'store.db'}", []
    first = optimise(
        file, budget=80, store=store, progress=lambda _, n, __: spent.append(n),
        cancelled=lambda: bool(spent) and spent[-1] >= 40,
    )  # fmt: skip
    assert first.interrupted
    assert _answer(optimise(file, budget=80, store=store)) == _answer(one)


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ("{sequence: [A, Q]}", "V391.*no order 'Q'"),
        ("{sequence: [A]}", r"V392.*one order alone \('A'\) has no sequence"),
        ("{sequence: [A, A]}", "V391.*'A' is named twice"),
        ("{on: [A]}", "V392.*none of these orders has a choice of machines"),
        ("{on: {A: [m1, m2]}}", "V392.*none of these orders has a choice"),
    ],
)
def test_orders_section_when_nothing_can_be_decided_then_it_says_why(tmp_path, section, said):
    text = SHOPS[0].text.replace("{sequence: all}", section)
    file = tmp_path / "shop.yaml"
    file.write_text(text)
    with pytest.raises(Refused, match=said):
        reallocating.read(load.load(file))


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ("{on: {A: [m1, m3]}}", "V392.*'A' cannot be made on 'm3'.*m1"),
        ("{on: {A: m1}}", "V392.*'A' would have one machine to choose from"),
        ("{on: {Z: [m1, m2]}}", "V391.*no order 'Z'"),
    ],
)
def test_machines_of_orders_when_they_cannot_be_then_it_says_why(tmp_path, section, said):
    (tmp_path / "setups.csv").write_text(SHOPS[2].setups)
    file = tmp_path / "shop.yaml"
    file.write_text(SHOPS[2].text.replace("{sequence: all, on: all}", section))
    with pytest.raises(Refused, match=said):
        reallocating.read(load.load(file))


def test_sequence_when_no_station_looks_at_it_then_it_is_refused_with_the_rule(tmp_path):
    file = tmp_path / "shop.yaml"
    text = SHOPS[0].text.replace("dispatch: priority", "dispatch: fifo")
    file.write_text(text)
    with pytest.raises(Refused, match=r"V392.*cannot matter.*'m1' by fifo.*dispatch: priority"):
        reallocating.read(load.load(file))
    both = "  range: {equipment.m1.dispatch: [fifo, priority]}\n  goal"
    file.write_text(text.replace("  goal", both))
    real = reallocating.read(load.load(file))
    assert {d.name for d in real.decisions} == {"sequence of orders", "equipment.m1.dispatch"}


def test_today_when_priorities_differ_then_it_is_a_design_of_the_space(tmp_path):
    text = SHOPS[0].text
    for n, order in enumerate(TWO):
        text = text.replace(f"product: {order},", f"product: {order}, priority: {3 * n},")
    file = tmp_path / "shop.yaml"
    file.write_text(text)
    loaded = load.load(file)
    real = reallocating.read(loaded)
    assert Space(real.decisions, real.limits).kept(real.today)
    assert sequence_of(real.orders, dict(real.today.settings)) == tuple("FEDCBA")
    assert real.today == Design.of({f"orders.{o}.priority": 3 * n for n, o in enumerate(TWO)})


def _page():
    """The whole plant that docs/optimise.md shows."""
    text = (Path(__file__).parents[2] / "docs" / "optimise.md").read_text(encoding="utf-8")
    (plant,) = re.findall(r"^```yaml\n(vtwin: 1\n.*?)^```", text, re.MULTILINE | re.DOTALL)
    return plant


def test_presses_of_the_page_when_optimised_then_orders_come_in_time_on_fresh_seeds(tmp_path):
    file, out = tmp_path / "presses.yaml", tmp_path / "plan.yaml"
    file.write_text(_page())
    found = optimise(file, budget=80, store=False, out=out)
    best = found.outcome.best
    assert best.gain.high < 0
    assert best.figures["tardiness_s"].mean < 0.2 * found.outcome.today.figures["tardiness_s"].mean
    assert found.outcome.stage0.bound == 0.0  # nothing can be less than not late
    assert found.outcome.gap == (0.0 if best.figures["tardiness_s"].mean == 0.0 else 1.0)
    assert found.plan.steps[0].move.sort == "sequence"
    out.write_text(found.text)
    loaded = load.load(out)
    on_time = {}
    for variant in (None, "plan"):
        program = build.build(loaded, variant)
        runs = [engine("auto", program).simulate(program, r, seed=12345) for r in range(10)]
        on_time[variant] = sum(measure(program, run).kpis["on_time"] for run in runs) / 10
    assert on_time["plan"] > on_time[None] + 0.2


def test_noisy_shop_when_every_sequence_is_known_then_the_best_is_found(tmp_path):
    times, shape, n = {"A": (4, 7), "B": (9, 3), "C": (2, 5), "D": (6, 6)}, 25.0, 100_000
    lots = np.random.default_rng(1)
    drawn = {(o, m): lots.gamma(shape, t / shape, n) for o, ts in times.items()
             for m, t in enumerate(ts)}  # fmt: skip
    long_run = {}
    for sequence in permutations(times):
        first, second = np.zeros(n), np.zeros(n)
        for order in sequence:
            first = first + drawn[order, 0]
            second = np.maximum(first, second) + drawn[order, 1]
        long_run[sequence] = float(second.mean())
    text = flow_shop(times, "").text
    for minutes in range(2, 10):
        noisy = f"cycle: {{gamma: {{mean: {minutes} min, cv: 0.2}}}}"
        text = text.replace(f"cycle: {minutes} min", noisy)
    file = tmp_path / "noisy.yaml"
    file.write_text(text)
    best = min(long_run.values())
    near = [sequence for sequence, mean in long_run.items() if mean <= 1.005 * best]
    assert len(near) == 1  # nothing else is within half a per cent
    for seed in (3, 4):
        found = optimise(file, budget=200, store=False, seed=seed)
        assert _chosen(found)[0] in near


def test_search_when_or_tools_is_missing_then_rules_begin_it_and_the_best_is_found(
    tmp_path, monkeypatch
):
    import importlib.util

    there = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *a: None if name == "ortools" else there(name, *a)
    )
    found = optimise(_written(tmp_path, SHOPS[1]), budget=100, store=False)
    assert found.outcome.best.figures["makespan_s"].mean <= SHOPS[1].best * 1.005
    assert "rules" in found.outcome.stage0.method


def test_sequence_when_set_ups_come_first_then_it_says_what_it_decides(tmp_path):
    text = SHOPS[2].text.replace("m1: {dispatch: priority", "m1: {dispatch: least_setup")
    text = text.replace("m2: {dispatch: priority", "m2: {dispatch: least_setup")
    (tmp_path / "setups.csv").write_text(SHOPS[2].setups)
    file = tmp_path / "shop.yaml"
    file.write_text(text)
    found = optimise(file, budget=60, store=False)
    assert any("equal set-ups" in note for note in found.outcome.notes)


def test_estimate_when_a_design_misses_a_requirement_then_one_that_keeps_it_goes_before(tmp_path):
    limit = '  limit: {on_time: ">= 60 %"}\n  goal'
    (tmp_path / "setups.csv").write_text(SHOPS[2].setups)
    file = tmp_path / "shop.yaml"
    file.write_text(SHOPS[2].text.replace("  goal", limit))
    loaded = load.load(file)
    real = reallocating.read(loaded)
    made = Builder(lambda written: build.build(loaded, overrides=written), real.orders)
    twin = Twin(made, real.goals[0], real.orders, real.requirements)
    scores = {True: [], False: []}
    for design in Space(real.decisions, real.limits).sample(40, 2):
        program = made(design)
        found = measure(program, engine("auto", program).simulate(program, 0))
        scores[found.kpis["on_time"] >= 0.6 - 1e-9].append(twin.estimate(design).score)
    assert scores[True]
    assert scores[False]
    assert min(scores[True]) > max(scores[False])
