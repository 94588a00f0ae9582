"""Fields with units: what is read, what is refused, and that reading again changes nothing."""

import json
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from vtwin.base import draws, units
from vtwin.base.draws import Distribution
from vtwin.plant import quantities as q
from vtwin.plant.quantities import Amount


def _read(kind, value, **context):
    return TypeAdapter(kind).validate_python(value, context=context)


def _refused(kind, value, **context):
    with pytest.raises(ValidationError) as error:
        _read(kind, value, **context)
    (only,) = error.value.errors()
    return only


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (q.Duration, "3.2 min", 192.0),
        (q.Length, "400 cm", 4.0),
        (q.Area, "8 m2", 8.0),
        (q.Speed, "60 m/min", 1.0),
        (q.Power, "500 W", 0.5),
        (q.Energy, "2 MWh", 2000.0),
        (q.Mass, "130 t", 130_000.0),
        (q.Share, "2 %", 0.02),
        (q.Scale, "150 %", 1.5),
        (q.Rate, "450 /d", 450 / 86400),
        (q.Number, "0.8", 0.8),
        (q.Number, "80 %", 0.8),
        (q.Count, "5", 5),
        (q.Count, "120 pieces", 120),
        (q.Whole, "0", 0),
        (q.Money, "85 MKRW", Amount(85e6, "KRW")),
        (q.Price, "12.5 KRW/min", Amount(750.0, "KRW", "h")),
        (q.PricePerKWh, "145 KRW/kWh", Amount(145.0, "KRW", "kWh")),
    ],
)
def test_text_when_with_its_unit_then_the_base_value_and_again_the_same(kind, text, value):
    once = _read(kind, text)
    assert once == value
    assert _read(kind, once) == value


@pytest.mark.parametrize(
    ("kind", "text", "code", "hint"),
    [
        (q.Duration, "3.2", "V201", "3.2 min"),
        (q.Duration, "3,2 min", "V201", "3.2 min"),
        (q.Duration, "-1 s", "V201", "minus"),
        (q.Duration, "200 mins", "V201", "min"),
        (q.Duration, "60000 d", "V203", "3.2 min"),
        (q.PositiveDuration, "0 s", "V203", "20 d"),
        (q.Duration, None, "V117", "3.2 min"),
        (q.Duration, ["1 s"], "V124", "3.2 min"),
        (q.Duration, {"a": "1 s"}, "V124", "3.2 min"),
        (q.Share, "120 %", "V203", "2 %"),
        (q.Share, "0.02", "V201", "2 %"),
        (q.Number, "0,8", "V203", "0.8"),
        (q.Number, "-1", "V203", "0.8"),
        (q.Number, "nan", "V203", "0.8"),
        (q.Count, "0", "V203", "3"),
        (q.Count, "2.5", "V203", "3"),
        (q.Count, "9" * 40, "V203", "3"),
        (q.Count, "five", "V203", "3"),
        (q.PricePerHour, "5 KRW/kg", "V201", "KRW/h"),
        (q.PricePerHour, "5", "V201", "/h"),
        (q.Money, "5 won", "V201", "KRW"),
    ],
)
def test_text_when_wrong_then_code_and_hint(kind, text, code, hint):
    error = _refused(kind, text)
    assert error["type"] == code
    assert hint in error["ctx"]["hint"]


@pytest.mark.parametrize(
    ("written", "made"),
    [
        ("3.2 min", draws.constant(192.0)),
        ({"exponential": {"mean": "1 min"}}, draws.exponential(60.0)),
        ({"uniform": {"low": "1 s", "high": "2 s"}}, draws.uniform(1.0, 2.0)),
        (
            {"triangular": {"low": "1 s", "mode": "2 s", "high": "3 s"}},
            draws.triangular(1.0, 2.0, 3.0),
        ),
        ({"lognormal": {"mean": "1 s", "cv": "0.2"}}, draws.lognormal(1.0, 0.2)),
        ({"normal": {"mean": "9 s", "sd": "1 s"}}, draws.normal(9.0, 1.0)),
        ({"weibull": {"shape": "1.4", "scale": "90 h"}}, draws.weibull(1.4, 324000.0)),
        ({"gamma": {"mean": "1 s", "cv": "50 %"}}, draws.gamma(1.0, 0.5)),
        ({"erlang": {"k": "3", "mean": "1 s"}}, draws.erlang(3, 1.0)),
        ({"empirical": {"values": ["1 s", "2 s"]}}, draws.empirical((1.0, 2.0))),
        ({"constant": {"value": "4 s"}}, draws.constant(4.0)),
    ],
)
def test_random_time_when_written_then_the_distribution_and_again_the_same(written, made):
    assert _read(q.RandomTime, written) == made
    assert _read(q.RandomTime, made) == made
    again = TypeAdapter(q.RandomTime).dump_python(made, mode="json")
    assert _read(q.RandomTime, json.loads(json.dumps(again))) == made


def test_random_time_when_every_distribution_is_listed_then_every_one_is_tried_above():
    tried = {
        next(iter(w)) for w in (
            test_random_time_when_written_then_the_distribution_and_again_the_same
            .pytestmark[0].args[1]
        ) for w in [w[0]] if isinstance(w, dict)
    }  # fmt: skip
    assert tried == set(q.DISTRIBUTIONS) - {"trace"}


@pytest.mark.parametrize(
    ("written", "inside", "said"),
    [
        ({}, (), "one key"),
        ({"exponential": {"mean": "1 s"}, "gamma": {}}, (), "one key"),
        ({"expnential": {"mean": "1 s"}}, (), "'expnential'"),
        ({"exponential": "1 s"}, (), "parameters"),
        ({"exponential": {}}, (), "needs 'mean'"),
        ({"exponential": {"maen": "1 s"}}, (), "'maen'"),
        ({"exponential": {"mean": "1"}}, ("exponential", "mean"), "unit"),
        ({"exponential": {"mean": "-1 s"}}, ("exponential", "mean"), "negative mean"),
        ({"exponential": {"mean": "0 s"}}, (), "mean must be > 0"),
        ({"triangular": {"low": "1 s", "mode": "9 s", "high": "3 s"}}, (), "low <= mode <= high"),
        ({"uniform": {"low": "3 s", "high": "1 s"}}, (), "low <= high"),
        ({"lognormal": {"mean": "1 s", "cv": "-1"}}, ("lognormal", "cv"), "zero or more"),
        ({"erlang": {"k": "1.5", "mean": "1 s"}}, ("erlang", "k"), "whole k"),
        ({"empirical": {"values": []}}, ("empirical", "values"), "list"),
        ({"weibull": {"shape": "0", "scale": "1 s"}}, (), "shape must be > 0"),
    ],
)
def test_random_time_when_it_cannot_be_then_refused_where_it_is_wrong(written, inside, said):
    error = _refused(q.RandomTime, written)
    assert said in error["ctx"]["what"]
    assert error["ctx"]["inside"] == inside
    assert error["type"] in ("V201", "V202", "V203")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (
            {"triangular": {"low": "1 min", "mode": "5 min", "high": "0.05 h"}},
            "not low 1 min, mode 5 min, high 0.05 h",
        ),
        ({"uniform": {"low": "3 min", "high": "1.1 min"}}, "not low 3 min, high 1.1 min"),
        ({"gamma": {"mean": "0 min", "cv": "0.2"}}, "mean must be > 0, not 0 min"),
    ],
)
def test_distribution_when_it_cannot_be_then_told_in_the_units_it_was_written_in(written, said):
    assert _refused(q.RandomTime, written)["ctx"]["what"].endswith(said)


def test_trace_when_a_column_can_be_read_then_its_values():
    made = _read(
        q.RandomTime,
        {"trace": {"file": "t.csv", "column": "c", "unit": "min"}},
        column=lambda file, column: ["1", "2"],
    )
    assert made == draws.empirical((60.0, 120.0))


def test_trace_when_there_is_no_scenario_file_then_refused():
    error = _refused(q.RandomTime, {"trace": {"file": "t.csv", "column": "c"}})
    assert error["type"] == "V202"


class _Machine(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    cycle: q.RandomTime
    power: q.Power


def test_reading_when_forgiving_then_bad_values_become_harmless_ones():
    made = _Machine.model_validate({"cycle": "x", "power": "3"}, context={"patch": True})
    assert isinstance(made.cycle, Distribution)
    assert made.power == 1.0


def test_schema_when_exported_then_it_names_the_units():
    schema = _Machine.model_json_schema()
    assert "kW" in schema["properties"]["power"]["description"]
    kinds = {
        k for option in schema["properties"]["cycle"]["anyOf"] for k in option.get("properties", {})
    }
    assert kinds == set(q.DISTRIBUTIONS)


@given(
    number=st.decimals(min_value=0, max_value=10_000, places=3, allow_nan=False),
    unit=st.sampled_from(["ms", "s", "min", "h"]),
)
def test_duration_when_written_in_any_unit_then_the_base_value_reads_back(number, unit):
    seconds = _read(q.Duration, f"{number} {unit}")
    assert _read(q.Duration, f"{seconds:.6f} s") == pytest.approx(seconds)


def test_quantity_between_bounds_when_outside_then_refused_with_the_range():
    heated = Annotated[float, q.within("temperature", "1150 °C", "900 °C", "1280 °C")]
    assert _read(heated, "1150 °C") == 1150.0
    for written in ("1500 °C", "20 °C"):
        assert "outside 900 °C to 1280 °C" in _refused(heated, written)["msg"]
    assert "temperature" in _refused(heated, "1.15 kW")["msg"]


@pytest.mark.parametrize("dimension", sorted(units.UNITS))
@given(value=st.floats(0, 1e12, allow_subnormal=False))
def test_quantity_when_written_then_it_is_read_back_as_exactly_the_same(dimension, value):
    assert units.parse(units.written(value, dimension), dimension) == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (q.Duration, "3.2 min"),
        (q.Duration, "90 min"),
        (q.Share, "2 %"),
        (q.Temperature, "850 °C"),
        (q.Rate, "450 /d"),
        (q.Mass, "9 kg"),
        (q.MovingSpeed, "1.2 m/s"),
    ],
)
def test_quantity_when_dumped_as_json_then_it_is_as_a_person_would_write_it(kind, text):
    adapter = TypeAdapter(kind)
    dumped = adapter.dump_python(adapter.validate_python(text), mode="json")
    assert dumped in (text, "1.5 h")
    assert adapter.validate_python(dumped) == adapter.validate_python(text)


@pytest.mark.parametrize(
    ("kind", "text"), [(q.Money, "85 MKRW"), (q.PricePerHour, "12.5 KRW/min"), (q.Count, "7")]
)
def test_money_and_counts_when_dumped_as_json_then_they_are_read_back(kind, text):
    adapter = TypeAdapter(kind)
    value = adapter.validate_python(text)
    assert adapter.validate_python(json.loads(adapter.dump_json(value))) == value
