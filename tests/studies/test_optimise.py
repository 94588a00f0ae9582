"""The optimiser against exact answers."""

import pytest

from tests.studies import flow_line
from tests.studies.instances import INSTANCES
from vtwin.scenario import build, load, reallocating
from vtwin.studies.evaluator import Evaluator
from vtwin.studies.optimise import Optimiser, Wish
from vtwin.studies.space import Space


def _study(tmp_path, text, wish, common=True, goal="throughput_per_h"):
    file = tmp_path / "scenario.yaml"
    file.write_text(text)
    loaded = load.load(file)
    real = reallocating.read(loaded)
    figures = tuple(dict.fromkeys([goal, *(r.kpi for r in real.requirements)]))
    evaluator = Evaluator(
        lambda design: build.build(loaded, overrides=design.overrides),
        figures,
        wish.seed,
        common=common,
    )
    return real, Optimiser(real, evaluator, wish).run()


@pytest.mark.parametrize("instance", INSTANCES, ids=lambda i: i.name.replace(" ", "_"))
def test_small_instance_when_all_designs_are_known_then_the_best_is_found(tmp_path, instance):
    # Deterministic seed. 99 % intervals: of nine, one misses by chance in eleven such tests.
    wish = Wish(seed=1, budget=instance.budget, confidence=0.99)
    real, found = _study(tmp_path, instance.text, wish)
    exact = {}
    for design in Space(real.decisions, real.limits).all():
        rate = instance.truth(design.overrides)
        if rate is not None:
            exact[design] = rate
    assert len(exact) >= 6
    best = max(exact.values())
    chosen = found.best
    assert found.spent <= instance.budget
    assert chosen.design in exact, "not allowed"
    assert exact[chosen.design] >= best * (1 - 0.005)
    figure = chosen.figures["throughput_per_h"]
    assert figure.low <= exact[chosen.design] * instance.scale <= figure.high
    worst = min(exact.values())
    assert worst < best * (1 - 0.01), "an instance on which nothing can be lost proves nothing"


def test_flow_line_when_enumerated_then_it_has_the_designs_and_optimum_of_the_libraries(tmp_path):
    file = tmp_path / "scenario.yaml"
    file.write_text(flow_line.scenario())
    real = reallocating.read(load.load(file))
    space = Space(real.decisions, real.limits)
    designs = space.all(most=30_000)
    assert len(designs) == flow_line.DESIGNS
    numbers = {flow_line.numbers(d): d for d in designs}
    assert len(numbers) == flow_line.DESIGNS
    for best in (((6, 7, 7), (12, 8)), ((7, 7, 6), (8, 12))):
        assert flow_line.truth(numbers[best]) == pytest.approx(flow_line.BEST, abs=5e-7)


def test_flow_line_when_500_replications_are_given_then_it_is_within_a_fifth_of_a_percent(
    tmp_path,
):
    # benchmarks/optimiser.py does twenty seeds, with and without common random numbers
    text = flow_line.scenario(minutes=300, warmup=40)
    _, found = _study(tmp_path, text, Wish(seed=2, budget=500))
    assert found.spent <= 500
    assert flow_line.truth(found.best.design) >= flow_line.BEST * (1 - 0.002)
