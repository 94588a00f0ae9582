"""The reference engine beside a plain hand-written SimPy model of the same line.

    python benchmarks/reference_vs_simpy.py

A saturated line of five stations, exponential times of mean 1 min, five places between
neighbours, blocking after service. The hand-written model is what a SimPy user would write:
a process per machine, a ``Store`` per buffer, a ``timeout`` per part, no statistics at all but
the number of finished parts. The engine keeps its whole tally. Both run in this process, in turn,
several times, in processor time; the fastest run of each counts, since everything else is the
neighbours' noise.
"""

from __future__ import annotations

import argparse
import gc
import random
import sys
import time
import tracemalloc
from pathlib import Path

import simpy

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.engines.plants import line
from vtwin.base.draws import exponential
from vtwin.engines.reference import simulate
from vtwin.plant.program import Program

STATIONS, PLACES, MEAN = 5, 5, 60.0


def hand_written(horizon: float, seed: int) -> tuple[int, int]:
    """Parts made, and events of SimPy's calendar, by the plain model."""
    env = simpy.Environment()
    draw = random.Random(seed)
    buffers = [simpy.Store(env, PLACES) for _ in range(STATIONS - 1)]
    made = 0

    def machine(index: int):  # type: ignore[no-untyped-def]
        nonlocal made
        while True:
            part = object() if index == 0 else (yield buffers[index - 1].get())
            yield env.timeout(draw.expovariate(1 / MEAN))
            if index < STATIONS - 1:
                yield buffers[index].put(part)
            else:
                made += 1

    for index in range(STATIONS):
        env.process(machine(index))
    env.run(until=horizon)
    return made, next(env._eid)  # what the calendar has numbered


def program(parts: int) -> Program:
    """The same line, long enough for about that many parts."""
    horizon = parts * MEAN / 0.79
    return line([exponential(MEAN)] * STATIONS, PLACES, horizon).program()


def timed(repeats: int, parts: int) -> None:
    """Parts per second of both, alternating."""
    plant = program(parts)
    horizon = plant.run.horizon / 1e9
    simulate(program(100), 0)  # compile or load the samplers
    best = {"hand-written SimPy": 0.0, "vtwin reference": 0.0}
    ratios = []
    for repeat in range(repeats):
        gc.collect()
        start = time.process_time()
        made, events = hand_written(horizon, repeat)
        plain = made / (time.process_time() - start)
        gc.collect()
        start = time.process_time()
        tally = simulate(plant, repeat)
        good = int(tally.product_good[0])
        ours = good / (time.process_time() - start)
        best["hand-written SimPy"] = max(best["hand-written SimPy"], plain)
        best["vtwin reference"] = max(best["vtwin reference"], ours)
        ratios.append(ours / plain)
    print(f"{'':22}{'parts/s':>10}{'events/part':>13}")
    print(f"{'hand-written SimPy':22}{best['hand-written SimPy']:10.0f}{events / made:13.1f}")
    print(f"{'vtwin reference':22}{best['vtwin reference']:10.0f}{tally.events / good:13.1f}")
    ratio = best["vtwin reference"] / best["hand-written SimPy"]
    print(
        f"ratio {ratio:.2f} of the best runs, {sorted(ratios)[len(ratios) // 2]:.2f} in the median"
        f" of {repeats} pairs (asked: at least 0.70; at most 20 events per part)"
    )


def memory(parts: int) -> None:
    """Peak memory of runs of growing length, without a trace."""
    print(f"\n{'parts':>10}{'peak memory':>14}")
    for times in (1, 4, 16):
        plant = program(parts * times)
        gc.collect()
        tracemalloc.start()
        tally = simulate(plant, 0)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        print(f"{int(tally.product_good[0]):10}{peak / 1024:11.0f} KiB")


def main() -> None:
    """Run both parts of the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--parts", type=int, default=40_000, help="parts per run")
    parser.add_argument("--repeats", type=int, default=7, help="pairs of runs")
    chosen = parser.parse_args()
    timed(chosen.repeats, chosen.parts)
    memory(chosen.parts // 16)


if __name__ == "__main__":
    main()
