"""The truths themselves: each against published values or a second derivation."""

from __future__ import annotations

import itertools
import math

import pytest

from tests.truth import joins, networks, operators, queues, schedules
from tests.truth.chains import Chain
from tests.truth.lines import Line


def test_chain_of_two_states_then_shares_and_rates_are_those_of_alternation():
    chain = Chain("up", lambda s: [(1.0, "down", "fail")] if s == "up" else [(4.0, "up", "mend")])
    assert chain.share == pytest.approx({"up": 0.8, "down": 0.2})
    assert chain.rates() == pytest.approx({"fail": 0.8, "mend": 0.8})


def test_chain_when_its_first_state_is_left_for_good_then_it_has_no_share():
    following = {0: 1, 1: 2, 2: 1}
    chain = Chain(0, lambda s: [(1.0, following[s])])
    assert chain.share == pytest.approx({0: 0.0, 1: 0.5, 2: 0.5})


@pytest.mark.parametrize(
    # Tables of Erlang's loss formula
    ("servers", "load", "blocked"),
    [(1, 1.0, 0.5), (2, 1.0, 0.2), (5, 3.0, 0.11005), (10, 5.0, 0.018385), (10, 10.0, 0.21458)],
)
def test_loss_formula_then_the_values_are_the_tables(servers, load, blocked):
    assert queues.erlang_b(servers, load) == pytest.approx(blocked, abs=5e-6)


@pytest.mark.parametrize(("servers", "load"), [(1, 0.7), (3, 2.0), (5, 4.5)])
def test_delay_formula_then_it_is_erlangs_sum_and_the_chains(servers, load):
    terms = [load**n / math.factorial(n) for n in range(servers)]
    last = load**servers / math.factorial(servers) * servers / (servers - load)
    assert queues.erlang_c(servers, load) == pytest.approx(last / (sum(terms) + last))
    top = 600
    share = queues.birth_death([load] * top, [min(n + 1, servers) for n in range(top)])
    number = sum(n * p for n, p in enumerate(share))
    assert load * (queues.markov_wait(servers, load, 1.0) + 1.0) == pytest.approx(number)


def test_wait_at_one_server_then_the_formulas_agree_where_they_meet():
    for arrival in (0.3, 0.8):
        markov = arrival / (1.0 - arrival)
        assert queues.markov_wait(1, arrival, 1.0) == pytest.approx(markov)
        assert queues.general_wait(arrival, 1.0, 1.0) == pytest.approx(markov)
        assert queues.general_wait(arrival, 1.0, 0.0) == pytest.approx(markov / 2)
        wait = queues.renewal_wait(lambda s, a=arrival: a / (a + s), 1.0)
        assert wait == pytest.approx(markov)
        assert queues.markov_priority_waits(1, [arrival], 1.0) == pytest.approx([markov])
        assert queues.priority_waits([arrival], [1.0], [2.0]) == pytest.approx([markov])


def test_wait_after_erlang_intervals_then_the_root_is_the_chains():
    # Intervals of two phases of rate 1.2, service 1: number there and phase of the interval.
    def moves(state):
        number, phase = state
        if phase == 0:
            yield 1.2, (number, 1)
        elif number < 150:
            yield 1.2, (number + 1, 0)
        if number:
            yield 1.0, (number - 1, phase)

    number = Chain((0, 0), moves).mean(lambda s: s[0])
    wait = queues.renewal_wait(lambda s: (1.2 / (1.2 + s)) ** 2, 1.0)
    assert 0.6 * (wait + 1.0) == pytest.approx(number)


@pytest.mark.parametrize("servers", [1, 2])
def test_waits_of_two_priorities_then_they_are_the_chains(servers):
    first, second, top = 0.3 * servers, 0.3 * servers, 60

    def moves(state):
        busy, urgent, other = state
        for n, rate in ((1, first), (2, second)):
            if busy < servers:
                yield rate, (busy + 1, urgent, other)
            elif state[n] < top:
                yield rate, (busy, urgent + (n == 1), other + (n == 2))
        if urgent:
            yield float(busy), (busy, urgent - 1, other)
        elif other:
            yield float(busy), (busy, urgent, other - 1)
        elif busy:
            yield float(busy), (busy - 1, 0, 0)

    chain = Chain((0, 0, 0), moves)
    waits = queues.markov_priority_waits(servers, [first, second], 1.0)
    assert first * waits[0] == pytest.approx(chain.mean(lambda s: s[1]))
    assert second * waits[1] == pytest.approx(chain.mean(lambda s: s[2]))


def test_machine_interference_then_it_is_the_closed_network_of_machines_and_repairers():
    for machines, repairers in ((4, 1), (6, 2)):
        down, busy = queues.interference(machines, repairers, 0.05, 0.2)
        rate = networks.closed_rate(machines, [1, 1], [0.05, 0.2], [machines, repairers])
        assert rate == pytest.approx((machines - down) * 0.05)
        assert busy * 0.2 == pytest.approx(rate)


def test_open_network_with_feedback_then_numbers_are_the_chains():
    # From 0 all to 1; from 1 a third back to 0.
    rates = networks.jackson_rates([0.3, 0.0], [[0, 1], [1 / 3, 0]])
    assert rates == pytest.approx([0.45, 0.45])

    def moves(state):
        a, b = state
        if a < 60:
            yield 0.3, (a + 1, b)
        if a:
            yield 1.0, (a - 1, min(b + 1, 60))
        if b:
            yield 0.5 * min(b, 2), (a, b - 1)
        if b and a < 60:
            yield 0.25 * min(b, 2), (a + 1, b - 1)

    number = networks.jackson_number(rates, [1.0, 0.75], [1, 2])
    assert Chain((0, 0), moves).mean(sum) == pytest.approx(number)


@pytest.mark.parametrize(
    ("jobs", "visits", "service", "servers"),
    [(5, [1, 1, 1], [1, 1, 1], [1, 1, 1]), (6, [1, 2, 1], [1.5, 2.0, 0.6], [1, 1, 3]), (1, [1], [2.0], [4])],
)  # fmt: skip
def test_closed_network_then_mean_values_and_convolution_agree(jobs, visits, service, servers):
    a = networks.closed_rate(jobs, visits, service, servers)
    assert a == pytest.approx(networks.convolution_rate(jobs, visits, service, servers))
    if len(set(service)) == 1 and set(servers) == {1}:  # balanced: jobs / (jobs + stations - 1)
        assert a == pytest.approx(service[0] * jobs / (jobs + len(visits) - 1))


@pytest.mark.parametrize(
    # Hunt, "Sequential arrays of waiting lines", Operations Research 4 (1956)
    ("stations", "rate"),
    [(1, 1.0), (2, 2 / 3), (3, 22 / 39), (4, 0.5148), (5, 0.4858)],
)
def test_unbuffered_line_then_its_rate_is_hunts(stations, rate):
    line = Line([1.0] * stations, [0] * (stations - 1))
    assert line.rate == pytest.approx(rate, abs=5e-5 if stations > 3 else 1e-12)


@pytest.mark.parametrize(("places", "ratio"), [(1, 1.0), (4, 1.0), (2, 0.8), (3, 1.7)])
def test_two_stations_with_a_buffer_then_the_rate_is_that_of_birth_and_death(places, ratio):
    # Number at or bound for the second station, the blocked one included: 0 … places + 2.
    share = queues.birth_death([ratio] * (places + 2), [1.0] * (places + 2))
    line = Line([ratio, 1.0], [places])
    assert line.rate == pytest.approx(1.0 - share[0])
    assert line.blocked(0) == pytest.approx(share[-1])
    # A place behind the first station is worth one before the second.
    assert Line([ratio, 1.0], [0], outputs=[places, 0]).rate == pytest.approx(line.rate)


def test_parallel_servers_with_a_buffer_then_the_rate_is_that_of_birth_and_death():
    # States: 3 servers, 1 place, then one and then both of 2 first servers blocked.
    share = queues.birth_death([2.0, 2.0, 2.0, 2.0, 2.0, 1.0], [0.7, 1.4, 2.1, 2.1, 2.1, 2.1])
    line = Line([1.0, 0.7], [1], servers=[2, 3])
    assert line.rate == pytest.approx(sum(min(n, 3) * 0.7 * p for n, p in enumerate(share)))


@pytest.mark.parametrize("places", [[0, 0], [2, 1], [0, 3]])
def test_line_when_reversed_then_it_makes_as_much(places):
    # Reversibility of lines with blocking after service (Muth 1979; Yamazaki, Sakasegawa 1975).
    forth = Line([1.0, 0.8, 1.3], places)
    back = Line([1.3, 0.8, 1.0], places[::-1])
    assert forth.rate == pytest.approx(back.rate)


def test_line_that_fails_when_the_buffer_is_ample_or_failures_are_free_then_it_is_the_known_one():
    # Alone, a machine makes mu r / (r + p); an ample buffer leaves the slower one's rate.
    fail, mend = [0.02, 0.05], [0.2, 0.2]
    ample = Line([1.0, 2.0], [400], fail=fail, mend=mend)
    assert ample.rate == pytest.approx(0.2 / 0.22, rel=1e-4)
    assert ample.down() == pytest.approx(ample.rate * (0.02 / 0.2 + 0.05 / 2.0 / 0.2), rel=1e-9)
    instant = Line([1.0, 1.0], [2], fail=fail, mend=[1e7, 1e7])
    assert instant.rate == pytest.approx(Line([1.0, 1.0], [2]).rate, rel=1e-6)
    # One repairer for both is worse than one each, two are as good.
    own = Line([1.0, 1.0], [2], fail=fail, mend=mend)
    assert Line([1.0, 1.0], [2], fail=fail, mend=mend, repairers=2).rate == pytest.approx(own.rate)
    assert Line([1.0, 1.0], [2], fail=fail, mend=mend, repairers=1).rate < own.rate - 0.001


def test_two_machine_line_that_fails_then_the_rate_is_that_of_balance_written_out():
    # No buffer: states by hand as (first: working, blocked, down; second: working, none, down).
    p, r, mu = 0.1, 0.5, 1.0
    following = {
        "WN": [(mu, "WW"), (p, "DN")], "DN": [(r, "WN")],
        "WW": [(mu, "BW"), (mu, "WN"), (p, "DW"), (p, "WD")],
        "DW": [(r, "WW"), (mu, "DN"), (p, "DD")], "WD": [(r, "WW"), (mu, "BD"), (p, "DD")],
        "DD": [(r, "DW"), (r, "WD")], "BW": [(mu, "WW"), (p, "BD")], "BD": [(r, "BW")],
    }  # fmt: skip
    share = Chain("WN", lambda s: following[s]).share
    rate = mu * sum(share[s] for s in ("WW", "DW", "BW"))
    line = Line([mu, mu], [0], fail=[p, p], mend=[r, r])
    assert line.rate == pytest.approx(rate)
    assert line.blocked(0) == pytest.approx(share["BW"] + share["BD"])


def test_operators_when_there_are_enough_then_the_line_is_that_without():
    for rule in ("closest", "longest", "downstream"):
        rate = operators.attended_rate([1.0] * 3, 3, rule)
        assert rate == pytest.approx(22 / 39)
        # One operator for all: every part takes him its whole work.
        assert operators.attended_rate([1.0, 2.0, 4.0], 1, rule) == pytest.approx(1 / 1.75)


def test_two_operators_for_three_stations_then_ties_move_the_rate():
    rates = {
        rule: operators.attended_rate([1.0] * 3, 2, rule)
        for rule in ("closest", "longest", "downstream")
    }
    assert rates["closest"] > rates["longest"] + 0.001


def test_flow_shop_then_the_recursion_gives_the_worked_examples():
    # Johnson's example of two machines: jobs in his order, makespan by hand.
    times = [[1, 4], [3, 5], [5, 3], [4, 2]]
    assert [job[-1] for job in schedules.flow_shop(times, [None])] == [5, 10, 13, 15]
    # No place between: the first job blocks machine 1 until machine 2 is free.
    assert schedules.flow_shop([[1, 4], [1, 1], [1, 1]], [0]) == [[1, 5], [5, 6], [6, 7]]
    assert schedules.flow_shop([[1, 4], [1, 1], [1, 1]], [1]) == [[1, 5], [2, 6], [5, 7]]
    # Johnson's rule is the best of all orders.
    best = min(
        schedules.flow_shop(list(order), [None])[-1][-1] for order in itertools.permutations(times)
    )
    assert best == 15


def test_schedules_then_they_are_those_made_by_hand():
    jobs = {"a": (0, 4, 20), "b": (1, 2, 9), "c": (2, 3, 7), "d": (12, 1, 13)}
    assert schedules.earliest_due(jobs) == {"a": 4, "c": 7, "b": 9, "d": 13}
    # At 4 b has (9 - 4) / 2, c only (7 - 4) / 3.
    assert schedules.critical_ratio(jobs) == {"a": 4, "c": 7, "b": 9, "d": 13}
    jobs["b"] = (1, 6, 9)
    assert schedules.critical_ratio(jobs) == {"a": 4, "b": 10, "c": 13, "d": 14}
    hours = [(0, 10), (20, 25)]
    assert schedules.finished_when_paused(hours, 4) == [4, 8, 22]
    assert schedules.finished_when_completed(hours, 4) == [4, 8, 12, 24, 28]
    assert schedules.finished_when_paused([(0, 8), (20, 25)], 4) == [4, 8, 24]
    assert schedules.finished_when_completed([(0, 8), (20, 25)], 4) == [4, 8, 24, 28]
    assert schedules.in_turn_with_setups([3, 4], [[0, 2], [1, 0]], 21) == [2, 2]


def test_numbers_of_a_varying_stream_then_they_are_those_counted_moment_by_moment():
    rates, width, service, steps = [3.0, 0.5, 1.5], 2.0, 1.4, 4000
    step = width / steps
    rate = [r for r in rates for _ in range(steps)]
    back = round(service / step)
    there = [sum(rate[-back:]) * step]
    for n in range(len(rate)):
        there.append(there[-1] + (rate[n] - rate[n - back]) * step)
    means = [sum(there[n * steps : (n + 1) * steps]) / steps for n in range(3)]
    assert queues.busy_numbers(rates, width, service) == pytest.approx(means, rel=1e-3)


def test_assembly_when_one_component_is_plenty_then_the_other_and_the_join_are_a_line():
    # The stock before the join and the piece in the blocked machine: a line with that buffer.
    plenty = joins.assembly_rate([1.0, 1e6], [3, 50], [1, 1], 0.9)
    assert plenty == pytest.approx(Line([1.0, 0.9], [3]).rate, rel=1e-4)
    # Two pieces of the one are worth a supplier of two phases.
    pairs = joins.assembly_rate([2.0], [40], [2], 0.7)
    assert pairs == pytest.approx(0.7, rel=1e-2)


def test_assembly_without_stock_beyond_the_kit_then_its_states_can_be_counted_by_hand():
    # One place each, no time to join: both make one, one more waits in the machine. The pieces
    # made ahead by the first, from -2 to 2, walk at random: blocked at the ends.
    rate = joins.assembly_rate([1.0, 1.0], [1, 1], [1, 1], 1e9)
    assert rate == pytest.approx(0.8, rel=1e-6)


@pytest.mark.parametrize(("arrival", "most"), [(1.5, 3), (0.5, 1), (3.0, 5)])
def test_batches_when_one_is_enough_to_begin_then_the_root_and_the_chain_agree(arrival, most):
    waiting = joins.batch_server_number(arrival, 1.0, most)
    # In service are those that came and have not gone: arrival x mean service.
    assert joins.batch_number(arrival, 1.0, 1, most) == pytest.approx(waiting + arrival)


def test_batches_of_one_size_then_they_are_the_queue_after_intervals_of_so_many_phases():
    # Full batches only: batches come after Erlang intervals and are served one by one.
    number = joins.batch_number(1.2, 0.8, 2, 2)
    wait = queues.renewal_wait(lambda s: (1.2 / (1.2 + s)) ** 2, 0.8)
    # Each of a pair waits for its mate on average half an interval of 1 / 1.2.
    assert number == pytest.approx(1.2 * (0.5 / 1.2 + wait + 1 / 0.8))


def test_crews_then_pairs_alternate_and_single_heads_are_machines_of_their_own():
    assert operators.crew_rates([1.0, 0.5], [2, 1], 2) == pytest.approx([1 / 3, 1 / 3])
    assert operators.crew_rates([1.0, 0.5], [1, 1], 2) == pytest.approx([1.0, 0.5])
    one, two, three = operators.crew_rates([1.0, 1.0, 1.0], [1, 1, 1], 2)
    assert one == pytest.approx(two) == pytest.approx(three) == pytest.approx(2 / 3)
    # Three pairs of hands, two machines that need two: they alternate beside the third.
    assert operators.crew_rates([1.0, 1.0, 0.2], [2, 2, 1], 3)[2] == pytest.approx(0.2)
