"""Bad input is told with its code, its line and the fix, without a traceback and without
follow-up noise: exactly one problem per mistake.
"""

import pytest

from vtwin.base.errors import CODES, Refused
from vtwin.scenario import build, load

CYCLE = "cycle: 3 min"
ARRIVALS = "every: {exponential: {mean: 5 min}}"
WASH = "      - {op: wash, on: washer, cycle: 1 min}"

#: edits of the shop -> code, line, part of what is said, part of the hint
ERRORS = {
    "misspelt machine in a route": ([("on: lathes", "on: lathe")], "V303", 8, "'lathe'", "'lathes'"),
    "misspelt machine in a list": (
        [("on: lathes", "on: [lathes, wahser]")], "V303", 8, "'wahser'", "'washer'"),
    "negative time": ([(CYCLE, "cycle: -3 min")], "V201", 8, "negative", "minus"),
    "time without unit": ([(CYCLE, "cycle: 3.2")], "V201", 8, "without a unit", "3.2 min"),
    "decimal comma": ([(CYCLE, "cycle: '3,2 min'")], "V201", 8, "decimal comma", "3.2 min"),
    "length for a time": ([(CYCLE, "cycle: 3 m")], "V201", 8, "length", "3 min"),
    "mode outside a triangle": (
        [(CYCLE, "cycle: {triangular: {low: 2 min, mode: 6 min, high: 5 min}}")],
        "V202", 8, "low <= mode <= high", "triangular"),
    "negative mean": (
        [(CYCLE, "cycle: {lognormal: {mean: -3 min, cv: 0.2}}")], "V202", 8, "negative mean", "minus"),
    "mean of zero": (
        [(CYCLE, "cycle: {lognormal: {mean: 0 s, cv: 0.2}}")], "V202", 8, "mean must be > 0", "cv"),
    "misspelt distribution": (
        [(CYCLE, "cycle: {lognorml: {mean: 3 min, cv: 0.2}}")], "V202", 8, "'lognorml'", "lognormal"),
    "misspelt parameter": (
        [(CYCLE, "cycle: {lognormal: {mean: 3 min, cvv: 0.2}}")], "V202", 8, "'cvv'", "'cv'"),
    "missing parameter": (
        [(CYCLE, "cycle: {lognormal: {mean: 3 min}}")], "V202", 8, "needs 'cv'", "cv: 0.3"),
    "two distributions": (
        [(CYCLE, "cycle: {constant: {value: 1 s}, exponential: {mean: 1 s}}")],
        "V202", 8, "one key", "lognormal"),
    "route to itself that never drains": (
        [(WASH, WASH + "\n" + WASH.replace("op: wash", "op: rinse")), ("input: 5", "input: 0")],
        "V336", 10, "never drain", "input"),
    "buffer of 0 before a batch of 5": (
        [("on: washer,", "on: washer, batch: {size: 5},"), ("input: 5", "input: 0")],
        "V350", 9, "wants 5 items, and the machines before it hold 3", "more places"),
    "5 places before a batch of 6": (
        [("on: washer,", "on: washer, batch: {size: 6},")], "V350", 9, "there are places for 5", "smaller"),
    "batch that waits for more than it takes": (
        [("on: washer,", "on: washer, batch: {size: 3, at_least: 4},")], "V350", 9, "of 3", "at_least"),
    "batch without a size": (
        [("on: washer,", "on: washer, batch: {wait: 9 min},")], "V350", 9, "how many", "size: 20"),
    "batch with a carrier": (
        [("on: washer,", "on: washer, batch: {size: 3}, takes: pallet,"),
         ("currency: KRW", "currency: KRW\ncarriers: {pallet: {}}")],
        "V350", 10, "takes 'pallet'", "before"),
    "part of itself": (
        [("    route:", "    parts: {flange: 2}\n    route:")], "V351", 6, "from itself", "parts"),
    "stock for nobody": (
        [("    route:", "    stock: 4\n    route:")], "V351", 7, "nothing is put together", "parts"),
    "parts of an unknown product": (
        [("    route:", "    parts: {flnage: 2}\n    route:")], "V304", 7, "'flnage'", "'flange'"),
    "parts nothing brings in": (
        [("  flange:", "  bolt: {}\n  flange:\n    parts: {bolt: 2}")], "V351", 6, "brings in 'bolt'", "every"),
    "parts and a kit": (
        [("  flange:", "  bolt: {}\n  flange:\n    parts: {bolt: 2}"),
         ("on: lathes,", "on: lathes, kit: {bolt: 1},"),
         ("orders:\n", "orders:\n  - {product: bolt, every: 1 min}\n")],
        "V351", 8, "twice", "one of them"),
    "unknown carrier": ([("on: washer,", "on: washer, takes: palet,")], "V319", 9, "'palet'", None),
    "0 people who can do it": ([("count: 4", "count: 0")], "V331", 8, "0 people", "count: 1"),
    "misspelt skill": ([("operator: load", "operator: laod")], "V332", 8, "'laod'", "'load'"),
    "no people at all": (
        [("people:\n  operator: {count: 4, skills: [load]}\n", "")], "V332", 8, "'load'", "people"),
    "set-ups by nobody": (
        [("count: 3", "count: 3, setup: {time: 9 min, by: setter}")], "V332", 13, "'setter'", "people"),
    "duplicate id": (
        [("  washer: {input: 5}", "  washer: {input: 5}\n  lathes: {count: 2}")],
        "V108", 15, "first in line 13", "rename"),
    "duplicate operation": (
        [(WASH, WASH + "\n" + WASH)], "V314", 10, "'wash'", "op:"),
    "warm-up as long as the run": ([("warmup: 2 d", "warmup: 20 d")], "V330", 3, "warm-up", "part"),
    "replications 0": ([("warmup: 2 d", "replications: 0")], "V203", 3, "less than 1", "20"),
    "far too many replications": (
        [("warmup: 2 d", "replications: 1000000")], "V203", 3, "more than 100,000", "20"),
    "seed below zero": ([("warmup: 2 d", "seed: -1")], "V203", 3, "less than 0", "3"),
    "replications in words": ([("warmup: 2 d", "replications: some")], "V203", 3, "whole", "20"),
    "run of 200 years": ([("horizon: 20 d", "horizon: 80000 d")], "V203", 3, "100 years", "20 d"),
    "misspelt key": ([("warmup", "warmpu")], "V115", 3, "'warmpu'", "'warmup'"),
    "misspelt step key": ([(CYCLE, "cylce: 3 min")], "V115", 8, "'cylce'", "'cycle'"),
    "misspelt section": ([("currency:", "curency:")], "V115", 4, "'curency'", "'currency'"),
    "key of the future": ([("count: 4", "count: 4, wip: 1")], "V116", 16, "wip", "leave"),
    "missing section": ([("run: {horizon: 20 d, warmup: 2 d}\n", "")], "V117", 1, "'run'", "horizon"),
    "empty section": ([("{horizon: 20 d, warmup: 2 d}", "")], "V117", 3, "'run' has no value", "map"),
    "empty entry": ([("washer: {input: 5}", "washer:")], "V117", 14, "'washer'", "washer: {}"),
    "text for a mapping": ([("lathes: {count: 3}", "lathes: 3")], "V124", 13, "mapping", None),
    "mapping for a list": ([("orders:\n  - {", "orders:\n  x: {")], "V124", 11, "a list", None),
    "list for a value": ([(CYCLE, "cycle: [3 min, 4 min]")], "V124", 8, "list", "3.2 min"),
    "unknown word": ([("count: 3", "count: 3, dispatch: eed")], "V204", 13, "'eed'", "'edd'"),
    "unknown product": ([("product: flange", "product: flnage")], "V304", 11, "'flnage'", "'flange'"),
    "order without a way": ([(", " + ARRIVALS, "")], "V320", 11, "how it comes in", "every:"),
    "order in two ways": (
        [(ARRIVALS, ARRIVALS + ", conwip: 3")], "V320", 11, "every, conwip", "one of"),
    "order due before release": (
        [(ARRIVALS, "quantity: 5, release: 5 d, due: 3 d")], "V323", 11, "due before", "dates"),
    "date in an undated run": (
        [(ARRIVALS, "quantity: 5, release: 2018-01-05")], "V322", 11, "the run has none", "start"),
    "date in another order": (
        [(ARRIVALS, "quantity: 5, release: 05.01.2018")], "V205", 11, "05.01.2018", "year-month-day"),
    "no time between arrivals": (
        [("{exponential: {mean: 5 min}}", "0 min")], "V203", 11, "more than zero", None),
    "scrap above 100 %": ([("cycle: 1 min", "cycle: 1 min, scrap: 120 %")], "V203", 9, "100 %", "2 %"),
    "text for the time of a machine": (
        [(", cycle: 1 min", ""), ("input: 5", "name: {exponential: {mean: 1 s}}")],
        "V124", 14, "one text", None),
    "no cycle anywhere": ([(", cycle: 1 min", "")], "V318", 9, "no time per cycle", "cycle:"),
    "unknown calendar": ([("count: 3", "count: 3, calendar: day")], "V305", 13, "'day'", "always"),
    "unknown model": (
        [("count: 3", "model: machining/turning_centre")], "V701", 13, "turning_centre", "turning_center"),
    "unknown family": ([("count: 3", "model: machning")], "V701", 13, "machning", "machining"),
    "misspelt family key": (
        [("count: 3", "model: machining/turning_center, lodding: 3 s")], "V115", 13, "lodding", "loading"),
    "family value without unit": (
        [("count: 3", "model: machining/turning_center, loading: 3")], "V201", 13, "loading", "3 min"),
    "id with a sign": (
        [("lathes: {", "'lathes#1': {"), ("on: lathes", "on: 'lathes#1'")], "V308", 13, "'#'", "counts"),
    "unknown tool": ([("operator: load", "tool: T1")], "V306", 8, "'T1'", None),
    "price in another money": ([("count: 3", "count: 3, cost: 3 EUR/h")], "V307", 13, "EUR", "KRW"),
    "price without currency": (
        [("currency: KRW\n", ""), ("count: 3", "count: 3, cost: 3 KRW/h")], "V307", 12, "no currency", "KRW"),
    "failure without end": (
        [("count: 3", "count: 3, failures: {f: {after: 0 h, repair: 1 h}}")], "V203", 13, "'f'", "90 h"),
    "failure without repair": (
        [("count: 3", "count: 3, failures: {f: {after: 9 h}}")], "V117", 13, "'repair'", "45 min"),
    "too many machines": ([("count: 3", "count: 99999999999")], "V203", 13, "10,000", None),
    "buffer with a cycle": ([("input: 5", "capacity: 5, cycle: 1 s")], "V309", 14, "both", "input"),
    "step on a buffer": ([("input: 5", "capacity: 5")], "V316", 9, "is a buffer", "between"),
    "unknown version": ([("vtwin: 1", "vtwin: 2")], "V125", 1, "'2'", "vtwin: 1"),
    "word that is true in YAML": ([("name: shop", "name: no")], "V109", 2, "no", "'no'"),
    "machine called off": ([("  washer: {", "  off: {"), ("on: washer", "on: 'off'")], "V109", 14, "off", "quote"),
    "number to the base of 60": ([("name: shop", "name: 12:30:00")], "V110", 2, "12:30:00", "quote"),
    "number with an exponent": ([("count: 3", "count: 1e3")], "V111", 13, "1e3", "1000"),
    "octal number": ([("count: 3", "count: 010")], "V111", 13, "010", "plain number"),
    "grouped number": ([("count: 3", "count: 1_000")], "V111", 13, "1_000", "plain number"),
    "date for a name": ([("name: shop", "name: 2018-12-01")], "V112", 2, "2018-12-01", "quote"),
    "nothing is ordered": (
        [("orders:\n  - {product: flange, " + ARRIVALS + "}\n", "")], "V321", 1, "nothing is ordered", "orders"),
}  # fmt: skip


@pytest.mark.parametrize("case", ERRORS)
def test_mistake_when_checked_then_code_line_and_fix_are_told_once(case, told):
    edits, code, line, what, hint = ERRORS[case]
    problems = [p for p in told(*edits) if p.severity == "error"]
    assert [(p.code, p.where.line) for p in problems] == [(code, line)]
    assert what in problems[0].what
    assert hint is None or hint in (problems[0].hint or "")
    assert problems[0].where.file.endswith("s.yaml")
    assert f"s.yaml:{line}:" in str(problems[0])


@pytest.mark.parametrize("case", ERRORS)
def test_code_when_told_then_it_is_in_the_table(case):
    assert ERRORS[case][1] in CODES


def test_shop_when_nothing_is_wrong_then_nothing_is_told(told):
    assert told() == []


def test_mistakes_when_many_then_all_are_told_at_once_in_the_order_of_the_file(told):
    problems = told(
        (CYCLE, "cycle: -3 min"),
        ("on: washer", "on: wahser"),
        ("mean: 5 min", "mean: 5"),
        ("count: 3", "count: x"),
        ("skills: [load]", "skill: [load]"),
    )
    found = [(p.code, p.where.line) for p in problems]
    assert found == [("V201", 8), ("V303", 9), ("V201", 11), ("V203", 13), ("V115", 16)]


def test_people_when_their_shift_never_meets_the_machine_then_refused(told):
    days = "calendars:\n  day: {mon-fri: '06:00-14:00'}\n  night: {mon-fri: '22:00-06:00'}\n"
    problems = told(
        ("{count: 4,", "{count: 4, calendar: day,"),
        ("{count: 3}", "{count: 3, calendar: night}"),
        extra=days,
    )
    assert [(p.code, p.severity) for p in problems] == [("V331", "error")]
    assert "never works while operator is on duty" in problems[0].what


def test_people_when_absent_for_part_of_the_shift_then_the_share_is_told(told):
    problems = told(
        ("{count: 4,", "{count: 4, calendar: day,"),
        ("{count: 3}", "{count: 3, calendar: long}"),
        extra="calendars:\n  day: {mon-fri: '06:00-14:00'}\n  long: {mon-fri: '06:00-22:00'}\n",
    )
    assert [(p.code, p.severity) for p in problems] == [("V333", "warning")]
    assert "50%" in problems[0].what


def test_load_when_above_capacity_then_the_share_is_told_and_nothing_refused(told):
    problems = told(("mean: 5 min", "mean: 45 s"))
    assert [(p.code, p.severity, p.where.line) for p in problems] == [
        ("V340", "warning", 13),
        ("V340", "warning", 14),
    ]
    assert "133%" in problems[0].what


def test_saturated_plant_when_checked_then_it_is_not_overloaded(told):
    assert told((ARRIVALS, "saturated: true")) == []


def test_station_when_nothing_reaches_it_then_warned(told):
    problems = told(("washer: {input: 5}", "washer: {input: 5}\n  press: {cycle: 3 s}"))
    assert [(p.code, p.severity, p.where.line) for p in problems] == [("V334", "warning", 15)]


def test_product_when_nobody_orders_it_then_warned(told):
    pump = "  pump: {route: [{op: a, on: washer, cycle: 1 s}]}\norders:"
    problems = told(("orders:", pump))
    assert [(p.code, p.severity, p.where.line) for p in problems] == [("V335", "warning", 10)]


def test_ring_of_places_when_it_can_lock_up_then_warned(told):
    back = WASH + "\n      - {op: face, on: lathes, cycle: 1 s}"
    problems = told((WASH, back), ("count: 3", "count: 3, input: 4"))
    assert [(p.code, p.severity) for p in problems] == [("V337", "warning")]
    assert "lathes → washer → lathes" in problems[0].what


def test_orders_when_outside_the_run_then_warned(told):
    problems = told((ARRIVALS, "quantity: 5, release: 30 d"))
    assert [(p.code, p.severity) for p in problems] == [("V338", "warning")]
    assert "never start" in problems[0].what


def test_variant_when_wrong_then_told_by_its_name(told):
    problems = told(
        extra="variants:\n"
        "  a: {set: {equipment.lathe.count: 4}}\n"
        "  b: {set: {equipment.lathes.count: x}}\n"
        "  c: {remove: [equipment.washer]}\n"
        "  d: {sett: {a: 1}}\n"
    )
    assert [(p.code, p.where.line) for p in problems] == [
        ("V303", 9),
        ("V120", 18),
        ("V203", 19),
        ("V115", 21),
    ]
    assert "variant 'c'" in problems[0].what
    assert problems[1].hint == "did you mean 'lathes'?"


# --- files ----------------------------------------------------------------------------------


def _refused(path):
    with pytest.raises(Refused) as refused:
        load.load(path)
    return refused.value.problems[0]


def test_file_when_missing_then_the_nearest_name_is_told(write, tmp_path):
    write("vtwin: 1")
    problem = _refused(tmp_path / "t.yaml")
    assert problem.code == "V101"
    assert "s.yaml" in problem.hint


def test_file_when_a_folder_then_told(tmp_path):
    assert _refused(tmp_path).code == "V102"


def test_folder_when_it_holds_a_scenario_then_that_is_read(tmp_path, write):
    write("", {"plant/scenario.yaml": "vtwin: 1\nname: x\n"})
    assert load.load(tmp_path / "plant").path.name == "scenario.yaml"


def test_file_when_200_mb_then_refused_before_it_is_read(tmp_path):
    path = tmp_path / "s.yaml"
    with path.open("wb") as file:
        file.truncate(200_000_000)
    problem = _refused(path)
    assert problem.code == "V103"
    assert "200 MB" in problem.what
    assert "CSV" in problem.hint


def test_aliases_when_a_bomb_then_refused(write):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    problem = _refused(write("\n".join(lines)))
    assert problem.code == "V113"
    assert problem.where.line == 7


def test_aliases_when_recursive_then_refused(write):
    assert _refused(write("a: &a [*a]")).code == "V113"


def test_aliases_when_used_as_intended_then_read(write):
    text = "a: &x {b: 1}\nc: *x\n"
    assert load.load(write(text)).tree.plain() == {"a": {"b": "1"}, "c": {"b": "1"}}


def test_nesting_when_deep_then_refused(write):
    assert _refused(write("a: " + "[" * 10_000)).code == "V114"


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("name: 사출 공장\n".encode("cp949"), "CP949"),
        ("name: 사출 공장\n".encode("utf-16"), "UTF-16"),
    ],
)
def test_encoding_when_not_utf8_then_the_likely_one_is_named(write, raw, said):
    problem = _refused(write(raw))
    assert problem.code == "V104"
    assert said in problem.hint


def test_encoding_when_utf8_with_a_mark_then_read(write):
    assert load.load(write("﻿vtwin: 1\n".encode())).tree.plain() == {"vtwin": "1"}


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("", "V105", 1),
        ("# only a comment\n", "V105", 1),
        ("- a\n- b\n", "V107", 1),
        ("just words", "V107", 1),
        ("a: [1, 2\nb: 3", "V106", 2),
        ("a:\n\tb: 1", "V106", 2),
        ("a: b: c", "V106", 1),
        ("a: 1\n---\nb: 2", "V123", 2),
        ("a: \x00", "V106", 1),
        ("vtwin: 1\nname: 'bell \x07'", "V106", 2),
    ],
)
def test_text_when_no_scenario_then_told(write, text, code, line):
    problem = _refused(write(text))
    assert (problem.code, problem.where.line) == (code, line)


@pytest.mark.parametrize("text", ["name: !!python/object:os.system x", "<<: {a: 1}"])
def test_text_when_it_has_tags_or_merge_keys_then_refused(write, text):
    assert "V123" in {p.code for p in build.check(write(text))}


# --- tables ---------------------------------------------------------------------------------

TABLE = (
    ("- {product: flange, " + ARRIVALS + "}", "- {table: o.csv}"),
    ("warmup: 2 d", "start: 2018-12-01"),
)
HEAD = "order,product,quantity,due\n"


@pytest.mark.parametrize(
    ("csv", "code", "line", "what", "hint"),
    [
        (HEAD + "A,flange,5,2018-12-03\nB,flnage,5,2018-12-03\n", "V304", 3, "flnage", "flange"),
        (HEAD + "A,flange,5,2018-12-03\nA,flange,5,2018-12-03\n", "V324", 3, "line 2", "own"),
        (HEAD + "A,flange,5,2018-12-03\nB,flange,5,03/12/2018\n", "V135", 3, "line 2", "year-month"),
        (HEAD + "A,flange,5,12/03/2018\n", "V205", 2, "12/03/2018", "year-month"),
        (HEAD + "A,flange,5,soon\n", "V201", 2, "due", ""),
        (HEAD + "A,flange,-5,2018-12-03\n", "V133", 2, "-5", ""),
        (HEAD + "A,flange,,2018-12-03\n", "V133", 2, "quantity is missing", ""),
        (HEAD + "A,flange,1,5,2018-12-03\n", "V133", 2, "5 cells", "decimal commas"),
        ("order;product;quantity\nA;flange;1,5\n", "V134", 2, "1,5", "1.5"),
        ("order;product;quantity\nA;flange;1,500\n", "V134", 2, "1,500", "1500"),
        ("order,product,qty\nA,flange,5\n", "V132", 1, "quantity", "columns"),
        ("order,product,quantity,colour\nA,flange,5,red\n", "V115", 1, "colour", "columns"),
        ("order,product,quantity\nA,플랜지,5\n".encode("cp949"), "V104", 2, "UTF-8", "CP949"),
        ("", "V131", 1, "empty", "columns"),
        ("order,product,quantity\n", "V131", 1, "no rows", ""),
        ('order,product,quantity\n"A,flange,5\n', "V133", 2, "CSV", "quotation mark"),
        (HEAD + "A,flange,5,2018-02-30\n", "V205", 2, "no day of the calendar", "year-month"),
        (HEAD + f"A,flange,{'9' * 20},2018-12-03\n", "V133", 2, "more than 15 digits", ""),
    ],
)  # fmt: skip
def test_table_when_wrong_then_file_line_and_fix_are_told(told, csv, code, line, what, hint):
    problems = told(*TABLE, files={"o.csv": csv})
    assert [(p.code, p.where.line) for p in problems] == [(code, line)]
    assert problems[0].where.file.endswith("o.csv")
    assert what in problems[0].what
    assert hint in (problems[0].hint or "")


def test_table_when_missing_then_told_where_it_is_named(told):
    (problem,) = told(*TABLE)
    assert (problem.code, problem.where.line) == ("V101", 11)
    assert "o.csv" in problem.what


@pytest.mark.parametrize(
    ("csv", "code", "what"),
    [
        ("c\n3.5\n", None, ""),
        ("d\n3.5\n", "V132", "'c'"),
        ("c;e\n3,5;1\n", "V134", "3,5"),
        ("c\nfast\n", "V201", "fast"),
        ("", "V131", "empty"),
    ],
)
def test_column_of_times_when_read_then_wrong_ones_are_told_at_the_step(told, csv, code, what):
    problems = told(
        (CYCLE, "cycle: {trace: {file: t.csv, column: c, unit: s}}"), files={"t.csv": csv}
    )
    assert [p.code for p in problems] == ([code] if code else [])
    assert all(what in p.what and p.where.line == 8 for p in problems)


@pytest.mark.parametrize(
    ("csv", "code", "what"),
    [
        ("from,flange,cap\nflange,,3 min\ncap,4 min,-\n", None, ""),
        ("from,flange,cap\nflange,,3\ncap,4 min,\n", "V201", "flange to cap"),
        ("from,a,b\na,,3 min\nb,3 min,\n", "V325", "'flange'"),
    ],
)
def test_setup_matrix_when_read_then_wrong_ones_are_told(told, csv, code, what):
    problems = told(("count: 3", "count: 3, setup: {matrix: m.csv}"), files={"m.csv": csv})
    assert [p.code for p in problems] == ([code] if code else [])
    assert all(what in p.what for p in problems)


def test_trap_when_in_the_text_then_build_refuses_it_too(write):
    from tests.scenario.conftest import spoiled

    loaded = load.load(write(spoiled(("name: shop", "name: no"))))
    with pytest.raises(Refused) as refused:
        build.build(loaded)
    assert [p.code for p in refused.value.problems] == ["V109"]
    with pytest.raises(Refused):
        _ = loaded.document
