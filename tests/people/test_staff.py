from vtwin.people.staff import Group, hire, skills_of
from vtwin.plant.primitives import NONE, ShiftEnd

STAFF = (
    Group("setter", 2, {"setup": 1.0}, calendar="day", cost_per_h=34000.0),
    Group("operator", 1, {"load": 0.8, "setup": 0.5}, shift_end=ShiftEnd.PAUSE),
    Group("nobody", 0, {"fly": 1.0}),
)


def test_skills_when_collected_then_those_held_and_those_wanted():
    assert skills_of(STAFF, ["operator"]) == ("fly", "load", "operator", "setup")


def test_group_when_its_own_name_is_asked_then_it_can():
    setter, _, nobody = STAFF
    assert setter.can("setter")
    assert setter.can("setup")
    assert not setter.can("load")
    assert not nobody.can("fly")


def test_workers_when_hired_then_named_sorted_and_skilled():
    workers = hire(STAFF, skills_of(STAFF, ["operator"]), {"day": 3})
    assert [worker.name for worker in workers] == ["operator#1", "setter#1", "setter#2"]
    operator, setter, _ = workers
    assert (operator.skills, operator.speeds) == ((1, 2, 3), (0.8, 1.0, 0.5))
    assert (operator.group, operator.calendar, operator.shift_end) == (1, NONE, ShiftEnd.PAUSE)
    assert (setter.skills, setter.group, setter.calendar) == ((3,), 2, 3)
    assert setter.cost_per_h == 34000.0


def test_workers_when_hired_in_another_order_then_the_same():
    skills = skills_of(STAFF, [])
    assert hire(STAFF, skills, {}) == hire(tuple(reversed(STAFF)), skills, {})
