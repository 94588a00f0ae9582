"""Both engines beside plain hand-written SimPy models of the same plants, and beside the least
a kernel can do.

    python benchmarks/engines.py [--quick] [--only line|repairs|shop|limit|threads|memory|large]

The unit is the hand-written model (``hand_written.py``): a process per machine or part, no
statistics at all but the number of finished parts. The engines keep their whole tally. All run
in this process, in turn, several times, in processor time; the fastest run of each counts, since
everything else is the neighbours' noise.
"""

from __future__ import annotations

import argparse
import gc
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

import hand_written

from tests.engines.plants import Plant, line
from vtwin.base.draws import exponential
from vtwin.engines.choose import engine
from vtwin.plant.program import Program

#: So many times as long as the hand-written model does an engine run, for as much work.
_LONGER = {"kernel": 20.0, "recurrence": 100.0}
MEAN = 60.0  # s, of every operation
DAY = 86_400.0


@dataclass(frozen=True)
class Case:
    """One plant, both ways."""

    title: str
    program: Callable[[float], Program]  # of the horizon, s
    plain: Callable[[float, int], int]  # horizon, seed -> finished parts
    engines: tuple[tuple[str, float], ...]  # name, ratio asked for
    days: float  # of the hand-written model in one run


def five_stations(horizon: float) -> Program:
    """A saturated line of five stations, exponential times, five places between neighbours."""
    return line([exponential(MEAN)] * 5, 5, horizon).program()


def unreliable(horizon: float) -> Program:
    """Twenty stations that fail while they work, three repairers."""
    plant = line([exponential(MEAN)] * 20, 5, horizon)
    for machine in plant.machines:
        plant.failure(machine, "stop", exponential(3600.0), exponential(300.0), skill="fix")
    for n in range(3):
        plant.worker(f"crew#{n + 1}", ["fix"])
    return plant.program()


GROUPS = (4, 3, 3)
ROUTES = ((0, 1, 2), (1, 0, 2), (0, 2), (2, 1, 0, 1))
OPERATORS, EVERY, SETUP = 8, 140.0, 20.0


def shop(horizon: float) -> Program:
    """Ten machines in three groups, four products, set-ups, operators."""
    plant = Plant(horizon=horizon)
    keys = [f"p{n}" for n in range(len(ROUTES))]
    times = {(a, b): SETUP for a in keys for b in keys if a != b}
    plant.setups["change"] = {"keys": keys, "times": times}
    for n, size in enumerate(GROUPS):
        plant.station(f"g{n}", count=size, setup="change")
    for n, route in enumerate(ROUTES):
        steps = [
            {"op": f"o{i}", "on": f"g{g}", "cycle": exponential(MEAN), "key": f"p{n}",
             "skill": "run"}
            for i, g in enumerate(route)
        ]  # fmt: skip
        plant.product(f"p{n}", *steps)
        plant.arrivals(f"p{n}", exponential(EVERY))
    for n in range(OPERATORS):
        plant.worker(f"crew#{n + 1}", ["run"])
    return plant.program()


CASES = {
    "line": Case(
        "five stations, five places between them",
        five_stations,
        lambda horizon, seed: hand_written.serial_line(5, 5, MEAN, horizon, seed),
        (("recurrence", 300.0), ("kernel", 60.0), ("reference", 0.7)),
        30.0,
    ),
    "repairs": Case(
        "twenty unreliable stations, three repairers",
        unreliable,
        lambda horizon, seed: hand_written.unreliable_line(
            20, 5, MEAN, 3600.0, 300.0, 3, horizon, seed
        ),
        (("kernel", 50.0),),
        10.0,
    ),
    "shop": Case(
        "job shop: ten machines in three groups, four products, set-ups, operators",
        shop,
        lambda horizon, seed: hand_written.job_shop(
            GROUPS, ROUTES, MEAN, SETUP, OPERATORS, EVERY, horizon, seed
        ),
        (("kernel", 50.0),),
        10.0,
    ),
}


def cpu(work: Callable[[], object]) -> tuple[float, object]:
    """Processor seconds of a call, and its answer."""
    gc.collect()
    start = time.process_time()
    answer = work()
    return time.process_time() - start, answer


def compare(case: Case, repeats: int) -> None:
    """Parts per processor second of the hand-written model and of the engines, alternating."""
    horizon = case.days * DAY
    rates: dict[str, list[float]] = {"hand-written": []}
    parts = dict.fromkeys(rates, 0.0)
    events: dict[str, float] = {}
    for repeat in range(repeats):
        spent, made = cpu(lambda seed=repeat: case.plain(horizon, seed))  # type: ignore[misc]
        rates["hand-written"].append(int(str(made)) / spent)
        parts["hand-written"] = int(str(made)) / case.days
        for name, _ in case.engines:
            scale = _LONGER.get(name, 1.0)
            program = case.program(horizon * scale)
            simulate = engine(name, program).simulate
            simulate(case.program(DAY), 0)  # load machine code
            spent, tally = cpu(lambda s=simulate, p=program, r=repeat: s(p, r))  # type: ignore[misc]
            good = sum(tally.product_good.tolist())  # type: ignore[attr-defined]
            rates.setdefault(name, []).append(good / spent)
            parts[name] = good / case.days / scale
            events[name] = spent / tally.events * 1e9  # type: ignore[attr-defined]
    print(f"\n{case.title}")
    print(f"  {'':14}{'parts/s':>12}{'parts/day':>11}{'ns/event':>10}{'ratio':>8}{'asked':>7}")
    plain = max(rates["hand-written"])
    asked = dict(case.engines)
    for name, found in rates.items():
        row = f"  {name:14}{max(found):12.0f}{parts[name]:11.0f}"
        if name in asked:
            row += f"{events[name]:10.0f}{max(found) / plain:8.2f}{asked[name]:7.1f}"
        print(row)


def limit(repeats: int) -> None:
    """The five-station line beside "take the earliest, draw, put it back" in C."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        print("\nno C compiler: nothing to compare the kernel with")
        return
    with tempfile.TemporaryDirectory() as folder:
        binary = str(Path(folder) / "limit")
        source = str(Path(__file__).with_name("limit.c"))
        subprocess.run([compiler, "-O2", source, "-o", binary, "-lm"], check=True)
        program = five_stations(600 * DAY)
        simulate = engine("kernel", program).simulate
        simulate(five_stations(DAY), 0)
        least, ours = [], []
        for repeat in range(repeats):
            said = subprocess.run([binary], check=True, capture_output=True, text=True).stdout
            least.append(float(said.split()[0]))
            spent, tally = cpu(lambda r=repeat: simulate(program, r))  # type: ignore[misc]
            ours.append(spent / tally.events * 1e9)  # type: ignore[attr-defined]
    print("\nper event of the five-station line")
    print(f"  take the earliest, draw, put back, in C  {min(least):6.1f} ns")
    print(f"  kernel, everything counted               {min(ours):6.1f} ns")
    print(f"  ratio {min(ours) / min(least):.2f} (asked: at most 2.5)")


def threads() -> None:
    """Two threads beside two processes, which share nothing: what the lock of Python costs. Both
    pairs run in turn, so that neighbours on the computer take as much from one as from the other.
    """
    program = five_stations(1500 * DAY)
    simulate = engine("kernel", program).simulate
    simulate(five_stations(DAY), 0)

    def in_threads() -> float:
        start = time.perf_counter()
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda r: simulate(program, r), range(4)))
        return time.perf_counter() - start

    def in_processes() -> float:
        start = time.perf_counter()
        children = []
        for first in (0, 2):
            child = os.fork()
            if child == 0:
                for replication in (first, first + 1):
                    simulate(program, replication)
                os._exit(0)
            children.append(child)
        for child in children:
            os.waitpid(child, 0)
        return time.perf_counter() - start

    pairs = [(in_threads(), in_processes()) for _ in range(5)]
    ratio = sorted(apart / together for together, apart in pairs)[2]
    print("\nfour replications by two threads, and by two processes")
    print(f"  {min(t for t, _ in pairs):.2f} s and {min(p for _, p in pairs):.2f} s at best;")
    print(f"  two threads do the work of {2 * ratio:.2f} (asked: at least 1.8)")


def memory() -> None:
    """Peak memory of runs of growing length, without a trace."""
    print(f"\npeak memory by length of the run\n  {'':14}{'parts':>10}{'peak':>12}")
    for name, days in (("kernel", 20.0), ("reference", 2.0)):
        for times in (1, 4, 16):
            program = five_stations(days * times * DAY)
            simulate = engine(name, program).simulate
            simulate(five_stations(DAY), 0)
            gc.collect()
            tracemalloc.start()
            tally = simulate(program, 0)
            _, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            print(f"  {name:14}{int(tally.product_good[0]):10}{peak / 1024:8.0f} KiB")


def large() -> None:
    """Three thousand machines in one plant: how long it takes to begin, and per event."""
    plant = Plant(horizon=DAY / 4)
    for n in range(300):
        for i in range(10):
            plant.station(f"s{n:03}.{i}", input=5 if i else -1)
        plant.product(
            f"p{n:03}",
            *({"op": f"o{i}", "on": f"s{n:03}.{i}", "cycle": exponential(MEAN)} for i in range(10)),
        )
        plant.saturated(f"p{n:03}")
    program = plant.program()
    simulate = engine("kernel", program).simulate
    simulate(five_stations(DAY), 0)
    first, _ = cpu(lambda: simulate(replace(program, run=replace(program.run, horizon=1)), 0))
    spent, tally = cpu(lambda: simulate(program, 0))
    again, _ = cpu(lambda: simulate(program, 1))
    events = tally.events  # type: ignore[attr-defined]
    print("\n3000 machines in 300 lines")
    print(f"  to encode and begin {first:.2f} s; {events} events in {spent:.2f} s,")
    print(f"  again in {again:.2f} s: {again / events * 1e9:.0f} ns per event")


def main() -> None:
    """Run what was asked for."""
    parts: dict[str, Callable[[int], None]] = {
        **{name: lambda n, c=case: compare(c, n) for name, case in CASES.items()},  # type: ignore[misc]
        "limit": limit,
        "threads": lambda _: threads(),
        "memory": lambda _: memory(),
        "large": lambda _: large(),
    }
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--repeats", type=int, default=5, help="runs of each")
    parser.add_argument("--quick", action="store_true", help="one run of each")
    parser.add_argument("--only", choices=list(parts), help="one part")
    chosen = parser.parse_args()
    for name, part in parts.items():
        if chosen.only in (None, name):
            part(1 if chosen.quick else chosen.repeats)


if __name__ == "__main__":
    main()
