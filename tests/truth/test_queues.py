"""Against queueing theory: the known value lies in the run's own 99 % interval, and the interval
is narrow enough to mean something.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from tests.engines.plants import Plant, exponential_line, line
from vtwin.base.draws import constant, exponential, gamma, lognormal, uniform
from vtwin.plant.primitives import PartAtFailure

S = 1e9


def judged(values, truth, width):
    """``truth`` is in the 99 % interval of the replications, whose half-width is at most
    ``width`` of it.
    """
    values = np.asarray(values)
    half = stats.t.ppf(0.995, len(values) - 1) * values.std(ddof=1) / math.sqrt(len(values))
    assert half <= width * truth, f"half-width {half / truth:.4f} of {truth}"
    assert abs(values.mean() - truth) <= half, f"{values.mean()} +- {half}, truth {truth}"


def queue(service, every, servers=1, horizon=20_000.0):
    plant = Plant(horizon=horizon, warmup=200).station("m", count=servers)
    plant.product("p", {"op": "o", "on": "m", "cycle": service})
    return plant.arrivals("p", every)


def erlang_c(servers, load):
    """Probability of waiting in M/M/c (Erlang 1917); ``load`` in servers."""
    terms = [load**n / math.factorial(n) for n in range(servers)]
    last = load**servers / math.factorial(servers) * servers / (servers - load)
    return last / (sum(terms) + last)


@pytest.mark.parametrize(
    ("servers", "rho", "horizon"), [(1, 0.5, 48_000), (2, 0.6, 16_000), (4, 0.6, 6_000)]
)
def test_markov_queue_then_lead_time_work_in_process_and_use_are_erlangs(
    engine, servers, rho, horizon
):
    arrival = rho * servers
    runs = [engine(queue(exponential(1.0), exponential(1 / arrival), servers, horizon).program(), r) for r in range(10)]  # fmt: skip
    lead = erlang_c(servers, arrival) / (servers - arrival) + 1.0
    judged([t.product_lead[0] / t.product_good[0] for t in runs], lead, 0.025)
    judged([t.product_wip_area[0] * S / t.observed for t in runs], arrival * lead, 0.03)
    judged([t.machine_state[:, 0].sum() / t.observed / servers for t in runs], rho, 0.015)


@pytest.mark.parametrize(
    "service", [constant(1.0), uniform(0.2, 1.8), gamma(1.0, 0.5), lognormal(1.0, 1.0)], ids=str
)
def test_general_service_then_the_wait_is_pollaczeks_and_khinchines(engine, service):
    rho = 0.5
    runs = [engine(queue(service, exponential(1 / rho), 1, 20_000).program(), r) for r in range(10)]
    second = service.variance + service.mean**2
    wait = rho * second / (2 * (1 - rho))
    judged([t.station_wait[0] / t.station_arrivals[0] / S for t in runs], wait, 0.06)
    judged([t.product_lead[0] / t.product_good[0] for t in runs], wait + 1.0, 0.03)
    # The waits add up to the queue's area but for those still waiting (Little, exactly)
    for t in runs:
        area, waits = t.station_queue_area[0] * 1000, t.station_wait[0]
        assert abs(area - waits) <= 0.002 * area


@pytest.mark.parametrize(
    ("stations", "rate"),
    # Hunt, "Sequential arrays of waiting lines", Operations Research 4 (1956), by global balance
    [(2, 2 / 3), (3, 22 / 39), (4, 0.5148), (5, 0.4858)],
)
def test_unbuffered_exponential_line_then_its_rate_is_the_exact_one(engine, stations, rate):
    program = exponential_line(stations, 0, 12_000, warmup=50).program()
    runs = [engine(program, r) for r in range(8)]
    judged([t.product_good[0] * S / t.observed for t in runs], rate, 0.01)


@pytest.mark.parametrize(("places", "ratio"), [(1, 1.0), (4, 1.0), (2, 0.8)])
def test_two_exponential_stations_with_a_buffer_then_the_rate_is_the_birth_death_one(
    engine, places, ratio
):
    # Number at or bound for the second station, blocked part included: 0 … places + 2.
    share = [ratio**n for n in range(places + 3)]
    rate = 1.0 - share[0] / sum(share)
    plant = line([exponential(1 / ratio), exponential(1.0)], places, 6_000, warmup=50)
    program = plant.program()
    runs = [engine(program, r) for r in range(8)]
    judged([t.product_good[0] * S / t.observed for t in runs], rate, 0.015)
    judged([t.machine_state[0, 3] / t.observed for t in runs], share[-1] / sum(share), 0.12)


@pytest.mark.parametrize(("machines", "repairers"), [(4, 1), (6, 2)])
def test_machines_with_common_repairers_then_interference_is_palms(engine, machines, repairers):
    # Machine interference: birth and death of the number down (Palm 1947).
    fail, mend = 1 / 20, 1 / 5
    weight = [1.0]
    for down in range(1, machines + 1):
        weight.append(weight[-1] * (machines - down + 1) * fail / (min(down, repairers) * mend))
    down = sum(n * w for n, w in enumerate(weight)) / sum(weight)
    busy = sum(min(n, repairers) * w for n, w in enumerate(weight)) / sum(weight)
    plant = Plant(horizon=25_000, warmup=100)
    for n in range(machines):
        plant.station(f"m{n}").product(f"p{n}", {"op": "o", "on": f"m{n}", "cycle": 50.0})
        plant.saturated(f"p{n}").failure(f"m{n}", "jam", exponential(20), exponential(5), skill="fix")  # fmt: skip
    for n in range(repairers):
        plant.worker(f"w#{n}", ["fix"])
    runs = [engine(plant.program(), r) for r in range(8)]
    judged([t.machine_state[:, 5].sum() / t.observed for t in runs], down, 0.05)
    judged([t.worker_busy.sum() / t.observed for t in runs], busy, 0.03)
    judged([t.machine_state[:, 0].sum() / t.observed for t in runs], machines - down, 0.02)


@pytest.mark.parametrize("calendar", [False, True])
def test_saturated_machine_that_fails_then_it_is_available_as_renewal_theory_says(engine, calendar):
    plant = Plant(horizon=60_000).station("m")
    plant.product("p", {"op": "o", "on": "m", "cycle": 3.0}).saturated("p")
    plant.failure("m", "jam", gamma(40, 0.5), lognormal(10, 0.8), calendar=calendar)
    runs = [engine(plant.program(), r) for r in range(10)]
    judged([t.machine_state[0, 0] / t.observed for t in runs], 0.8, 0.01)
    judged([t.product_good[0] * 3 * S / t.observed for t in runs], 0.8, 0.01)


def test_machine_at_half_load_when_only_work_ages_it_then_it_fails_half_as_often(engine):
    # Operating clock: down share of a machine that works a share u is u * repair / after.
    plant = Plant(horizon=25_000).station("m")
    plant.product("p", {"op": "o", "on": "m", "cycle": 1.0}).arrivals("p", exponential(2.0))
    plant.failure("m", "jam", exponential(50), exponential(5))
    runs = [engine(plant.program(), r) for r in range(8)]
    judged([t.machine_state[0, 5] / t.observed for t in runs], 0.5 * 5 / 50, 0.1)
    judged([t.machine_state[0, 0] / t.observed for t in runs], 0.5, 0.02)


def test_parts_lost_by_failures_then_the_good_share_is_the_survival_of_the_work(engine):
    # A cycle of 10 survives an exponential time to failure of mean 40 with exp(-10 / 40).
    plant = Plant(horizon=60_000).station("m")
    plant.product("p", {"op": "o", "on": "m", "cycle": 10.0}).saturated("p")
    plant.failure("m", "jam", exponential(40), exponential(4), part=PartAtFailure.SCRAPPED)
    runs = [engine(plant.program(), r) for r in range(8)]
    started = [t.product_good[0] + t.product_scrap[0] for t in runs]
    judged([t.product_good[0] / n for t, n in zip(runs, started, strict=True)], math.exp(-0.25), 0.01)  # fmt: skip


def test_operators_shared_by_unbuffered_cells_then_the_rate_is_that_of_the_closed_queue(engine):
    # Four cells, two operators for the manual half of each cycle (exponential 1), an unattended
    # half (exponential 1): a closed network of an infinite server and a queue of 2 servers.
    weight = [1.0]
    for n in range(1, 5):  # n cells at or waiting for manual work
        weight.append(weight[-1] * (4 - n + 1) / min(n, 2))
    rate = sum(min(n, 2) * w for n, w in enumerate(weight)) / sum(weight)
    plant = Plant(horizon=6_000, warmup=50).worker("w#1", ["run"]).worker("w#2", ["run"])
    for n in range(4):
        # One pallet per cell goes round between the two halves.
        plant.station(f"a{n}").station(f"b{n}")
        plant.product(
            f"p{n}",
            {"op": "1", "on": f"a{n}", "cycle": exponential(1.0), "skill": "run"},
            {"op": "2", "on": f"b{n}", "cycle": exponential(1.0)},
        ).conwip(f"p{n}", 1)
    runs = [engine(plant.program(), r) for r in range(8)]
    judged([t.product_good.sum() * S / t.observed for t in runs], rate, 0.015)
