"""Shelf life as it is written, what it does to a plant, and what is refused."""

from __future__ import annotations

import pytest

from vtwin.base.errors import Refused
from vtwin.engines.choose import engine
from vtwin.plant.primitives import NEVER, OUT
from vtwin.results.kpi import measure
from vtwin.scenario import build, load

H = 3_600 * 1_000_000_000


def _text(use="", bench="", buffer="", mix="", mixer=""):
    return (
        "vtwin: 1\nname: glue\nrun: {horizon: 30 h}\nproducts:\n  p:\n    route:\n"
        f"      - {{op: mix, on: mixer, cycle: 1 min{mix}}}\n      - cold\n"
        f"      - {{op: use, on: bench, cycle: 3 min{use}}}\n"
        "orders: [{product: p, saturated: true}]\n"
        f"equipment: {{mixer: {{{mixer}}}, bench: {{{bench}}}, cold: {{capacity: 10{buffer}}}}}\n"
    )


def _program(write, **keys):
    return build.build(load.load(write(_text(**keys))))


@pytest.mark.parametrize(
    "keys",
    [
        {"use": ", shelf_life: 2 h"},
        {"bench": "shelf_life: 2 h"},
        {"buffer": ", shelf_life: 2 h"},
        {"buffer": ", shelf_life: 2 h", "bench": "shelf_life: 3 h"},
        {"use": ", shelf_life: 2 h, too_old: scrap", "bench": "shelf_life: 1 h"},
    ],
)
def test_shelf_life_when_written_at_step_machine_or_buffer_then_the_operation_has_it(write, keys):
    mix, use = _program(write, **keys).operations
    assert (mix.shelf, use.shelf, use.stale) == (NEVER, 2 * H, OUT)


def test_shelf_life_when_old_items_have_a_way_then_it_leads_there(write):
    mix, use = _program(write, use=", shelf_life: 2 h, too_old: mix").operations
    assert use.stale == 0
    assert mix.stale == OUT


@pytest.mark.parametrize("name", ["reference", "kernel"])
def test_shelf_life_when_the_buffer_is_full_then_the_share_too_old_is_that_of_the_hand(write, name):
    """A part every minute, used every 3 min. With 5 min of shelf life at most 8 parts wait, so the
    mixer is never blocked: of three parts one is used and two are thrown away. With 1 h they fill
    the 10 places and wait 30 to 33 min: nothing gets too old.
    """
    program = _program(write, buffer=", shelf_life: 5 min")
    tally = engine(name, program).simulate(program, 0)
    found = measure(program, tally)
    assert found.products["p"]["too_old"] == pytest.approx(2 / 3, abs=0.01)
    assert found.products["p"]["scrap_share"] == pytest.approx(2 / 3, abs=0.01)
    assert found.machines["bench"]["scrap_share"] == 0.0
    long = _program(write, buffer=", shelf_life: 1 h")
    assert measure(long, engine(name, long).simulate(long, 0)).products["p"]["too_old"] == 0.0


def test_shelf_life_when_nothing_has_one_then_no_figure_is_shown(write):
    program = _program(write)
    assert "too_old" not in measure(program, engine("kernel", program).simulate(program, 0)).products["p"]  # fmt: skip


@pytest.mark.parametrize(
    ("keys", "code", "told"),
    [
        ({"mix": ", shelf_life: 1 h"}, "V387", "'mix' is the first step of its route"),
        ({"use": ", too_old: mix"}, "V387", "nothing says when they are old"),
        ({"use": ", shelf_life: 1 h, too_old: mixx"}, "V381", "'mixx' is no step of this route"),
        ({"use": ", shelf_life: 1 h, batch: {size: 3}"}, "V387", "'use' is done in a batch"),
        ({"use": ", shelf_life: 3"}, "V201", "shelf_life"),
        ({"use": ", shelf_life: 0 h"}, "V203", "shelf_life"),
    ],
)
def test_shelf_life_when_it_cannot_be_then_refused_with_the_reason(write, keys, code, told):
    with pytest.raises(Refused) as refused:
        _program(write, **keys)
    assert [p.code for p in refused.value.problems] == [code]
    assert told in str(refused.value)
