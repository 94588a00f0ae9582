"""The optimiser on the three-stage flow line of the test libraries, with and without common
random numbers; every answer is judged by its exact throughput.

    python benchmarks/optimiser.py [--seeds 20] [--budget 500] [--minutes 1000] [--warmup 100]

21,660 designs; optimum 5.776122 pieces per minute (`tests/studies/flow_line.py`).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.studies import flow_line
from vtwin.scenario import build, load, reallocating
from vtwin.studies.evaluator import Evaluator
from vtwin.studies.optimise import Optimiser, Wish


def main() -> None:
    """A line per study and a summary of each half."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--budget", type=int, default=500)
    parser.add_argument("--minutes", type=int, default=1000)
    parser.add_argument("--warmup", type=int, default=100)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "scenario.yaml"
        file.write_text(flow_line.scenario(asked.minutes, asked.warmup))
        loaded = load.load(file)
        for common in (True, False):
            half(loaded, asked, common)


def half(loaded: load.Loaded, asked: argparse.Namespace, common: bool) -> None:
    """All seeds with, or all without, common random numbers."""
    real = reallocating.read(loaded)
    losses, optima, covered, most = [], 0, 0, 0
    for seed in range(1, asked.seeds + 1):
        evaluator = Evaluator(
            lambda design: build.build(loaded, overrides=design.overrides),
            ("throughput_per_h",),
            seed,
            common=common,
        )
        found = Optimiser(real, evaluator, Wish(seed=seed, budget=asked.budget)).run()
        truth = flow_line.truth(found.best.design)
        figure = found.best.figures["throughput_per_h"]
        loss = 1.0 - truth / flow_line.BEST
        losses.append(loss)
        optima += loss < 1e-6
        most = max(most, found.spent)
        covered += abs(figure.mean / 60 - truth) <= figure.half_width / 60
        rates, places = flow_line.numbers(found.best.design)
        print(
            f"  seed {seed:2}: {rates} | {places}  {truth:.6f}  {100 * loss:.3f} % below",
            flush=True,
        )
    close = sum(loss <= 0.002 for loss in losses)
    name = "common random numbers" if common else "a seed of its own for every design"
    print(
        f"{name}: within 0.2 % in {close} of {len(losses)}, the optimum in {optima}, mean loss "
        f"{100 * sum(losses) / len(losses):.3f} %, worst {100 * max(losses):.3f} %, true value in "
        f"the reported interval in {covered}, at most {most} replications",
        flush=True,
    )


if __name__ == "__main__":
    main()
