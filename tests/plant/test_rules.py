import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtwin.base.draws import constant, exponential
from vtwin.plant import rules
from vtwin.plant.primitives import NONE, DispatchRule, SetupTable, Worker
from vtwin.plant.program import GrantRule


@pytest.mark.parametrize(("quantity", "per_cycle", "cycles"), [(1, 1, 1), (8, 8, 1), (9, 8, 2), (1, 8, 1), (300, 4, 75)])  # fmt: skip
def test_cycles_of_an_item_then_the_last_may_be_short(quantity, per_cycle, cycles):  # S-31
    assert rules.cycles(quantity, per_cycle) == cycles


@given(st.integers(0, 10**15))
def test_speed_one_then_nothing_changes(duration):  # S-52
    assert rules.at_speed(duration, 1.0) == duration


def test_speed_when_slower_then_it_takes_longer_to_the_rounded_tick():  # S-52
    assert rules.at_speed(80, 0.8) == 100
    assert rules.at_speed(1, 2.0) == 1  # half a tick is rounded up
    assert rules.at_speed(10, 3.0) == 3


def test_handing_over_when_the_next_is_faster_then_less_is_left():  # S-118
    assert rules.handed_over(80, 0.5, 2.0) == 20
    assert rules.handed_over(3, 1.0, 2.0) == 2  # half a tick is rounded up
    assert rules.handed_over(10**15 + 1, 0.3, 0.3) == 10**15 + 1


def test_walking_then_along_the_axes_to_the_rounded_tick():  # S-114
    assert rules.walk(0, 0, 3000, -4000, 1000) == 7_000_000_000
    assert rules.walk(1, 1, 0, 1, 3) == 333_333_333
    assert rules.walk(0, 0, 1, 0, 2_000_000_000) == 1  # half a tick is rounded up
    assert rules.walk(0, 0, 5, 5, 0) == 0


def test_expected_time_when_random_then_it_is_the_mean_in_ticks():  # S-25
    assert rules.expected_ticks(exponential(0.5)) == 500_000_000
    assert rules.expected_ticks(constant(2.0)) == 2_000_000_000


def test_setup_when_there_is_no_key_or_no_table_then_it_is_free():  # S-33
    table = SetupTable("t", ("a", "b"), ((NONE, 3), (4, 5)))
    assert rules.setup_cell(table, 0, 1) == 3
    assert rules.setup_cell(table, 1, 1) == 5
    assert rules.setup_cell(table, NONE, 1) == NONE
    assert rules.setup_cell(table, 0, NONE) == NONE
    assert rules.setup_cell(None, 0, 1) == NONE


def test_queue_key_by_rule_then_the_smaller_goes_first():  # S-25
    key = rules.queue_key
    assert key(DispatchRule.FIFO, 5, 6, 7) == key(DispatchRule.FIFO, 8, 9, 10)
    assert key(DispatchRule.EDD, 5, 0, 0) < key(DispatchRule.EDD, 6, 0, 0)
    assert key(DispatchRule.LEAST_SETUP, 5, 0, 0) < key(DispatchRule.LEAST_SETUP, 6, 0, 0)
    assert key(DispatchRule.SPT, 9, 0, 1) < key(DispatchRule.SPT, 1, 0, 2)
    assert key(DispatchRule.PRIORITY, 0, 2, 0) < key(DispatchRule.PRIORITY, 0, 1, 0)


def test_choice_by_shortest_time_when_a_machine_is_slow_then_cycles_times_its_time_decides():
    assert rules.choice_key(DispatchRule.SPT, 2, 10, 0) < rules.choice_key(
        DispatchRule.SPT, 3, 7, 0
    )


def test_choice_by_least_setup_when_setups_are_equal_then_the_due_date_decides():
    rule = DispatchRule.LEAST_SETUP
    assert rules.choice_key(rule, 9, 1, 5) < rules.choice_key(rule, 1, 1, 6)
    assert rules.choice_key(rule, 1, 1, 5) < rules.choice_key(rule, 9, 1, 5)


def test_claims_when_asked_at_one_time_then_the_grant_rule_decides():  # S-51
    first, last = {"priority": 0, "since": 5, "remaining": 3, "slot": 1}, {"priority": 0, "since": 5, "remaining": 1, "slot": 9}  # fmt: skip
    for rule in (GrantRule.CLOSEST_TO_DONE, GrantRule.DOWNSTREAM_FIRST):
        assert rules.claim_key(rule, **last) < rules.claim_key(rule, **first)
    assert rules.claim_key(GrantRule.LONGEST_WAIT, **first) < rules.claim_key(GrantRule.LONGEST_WAIT, **last)  # fmt: skip


def test_claims_when_one_is_older_then_only_downstream_first_passes_it_over():  # S-51
    old, near = {"priority": 0, "since": 4, "remaining": 3, "slot": 1}, {"priority": 0, "since": 5, "remaining": 1, "slot": 2}  # fmt: skip
    assert rules.claim_key(GrantRule.CLOSEST_TO_DONE, **old) < rules.claim_key(GrantRule.CLOSEST_TO_DONE, **near)  # fmt: skip
    assert rules.claim_key(GrantRule.DOWNSTREAM_FIRST, **near) < rules.claim_key(GrantRule.DOWNSTREAM_FIRST, **old)  # fmt: skip


@pytest.mark.parametrize("rule", list(GrantRule))
def test_claims_when_an_order_is_more_urgent_then_it_is_first_under_every_rule(rule):
    urgent = rules.claim_key(rule, 1, 9, 9, 9)
    assert urgent < rules.claim_key(rule, 0, 1, 1, 1)


def test_workers_with_a_skill_then_the_least_versatile_come_first():  # S-51
    def worker(name, *skills):
        return Worker(name, 0, skills, (1.0,) * len(skills))

    staff = [worker("a#1", 0, 1), worker("b#1", 0), worker("b#2", 0), worker("c#1", 1)]
    assert rules.worker_order(staff, 0) == (1, 2, 0)
    assert rules.worker_order(staff, 1) == (3, 0)


def test_turns_when_somebody_was_served_then_the_others_come_before_him():  # S-63
    assert list(rules.in_turn(3, 0)) == [0, 1, 2]
    assert list(rules.in_turn(3, 2)) == [2, 0, 1]


def test_night_when_it_spans_midnight_then_its_parts_of_the_day_count():  # S-59
    hour = 3600 * 10**9
    start, length = 22 * hour, 8 * hour
    told = [rules.night_ticks(h * hour, start, length) / hour for h in (0, 3, 6, 22, 24, 30, 47)]
    # the first six hours belong to the night of the day before
    assert told == [0, 3, 6, 6, 8, 14, 15]
