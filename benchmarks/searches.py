"""Searches beside one another on the flow line of the test libraries, on equal replications.

    python benchmarks/searches.py [--seeds 10] [--budget 500] [--minutes 1000] [--warmup 100]

Each search is given the same starts: those of the free estimates, or today's plant alone. Budget,
selection and confirmation are the study's and the same for all. Every answer is judged by its
exact throughput (`tests/studies/flow_line.py`).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import warnings
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.studies import flow_line
from vtwin.scenario import build, load, reallocating
from vtwin.studies import outside
from vtwin.studies.evaluator import Evaluator
from vtwin.studies.optimise import Optimiser, Wish


def main() -> None:
    """A line per search and kind of start."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--budget", type=int, default=500)
    parser.add_argument("--minutes", type=int, default=1000)
    parser.add_argument("--warmup", type=int, default=100)
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "scenario.yaml"
        file.write_text(flow_line.scenario(asked.minutes, asked.warmup))
        loaded = load.load(file)
        for started in (True, False):
            print("starts of the free estimates" if started else "today's plant alone")
            for name in outside.KNOWN:
                study(loaded, asked, name, started)


def study(loaded: load.Loaded, asked: argparse.Namespace, name: str, started: bool) -> None:
    """All seeds of one search."""
    real = reallocating.read(loaded)
    losses, designs = [], []
    for seed in range(1, asked.seeds + 1):
        evaluator = Evaluator(partial(_built, loaded), ("throughput_per_h",), seed)
        optimiser = Optimiser(real, evaluator, Wish(seed=seed, budget=asked.budget))
        optimiser.search = _search(name, started)
        found = optimiser.run()
        losses.append(1.0 - flow_line.truth(found.best.design) / flow_line.BEST)
        designs.append(found.simulated)
    close = sum(loss <= 0.002 for loss in losses)
    optima = sum(loss < 1e-6 for loss in losses)
    print(
        f"  {name:14} within 0.2 % in {close} of {len(losses)}, the optimum in {optima}, mean "
        f"loss {100 * sum(losses) / len(losses):.2f} %, worst {100 * max(losses):.2f} %, "
        f"{sum(designs) / len(designs):.0f} designs",
        flush=True,
    )


def _built(loaded, design):
    return build.build(loaded, overrides=design.overrides)


def _search(name, started):
    """The search as a study takes it; without starts it begins at today's plant."""
    made = outside.search(name)
    if started:
        return made
    if made is None:
        return lambda study, _: study.guided([study.space.nearest(study.reallocation.today)])
    return lambda study, _: made(study, [])


if __name__ == "__main__":
    main()
