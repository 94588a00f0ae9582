"""Catalogues hold the same keys; code holds no Korean; numbers read as they should."""

import re
from pathlib import Path

import pytest

from dash_app.words import (
    LANGUAGES,
    Words,
    decimals,
    duration,
    load,
    number,
    preferred,
    scale,
)

HERE = Path(__file__).resolve().parents[2] / "dash_app"
CATALOGUES = {language: load(language) for language in LANGUAGES}
HANGUL = re.compile(r"[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]")
FIELD = re.compile(r"\{(\w*)\}")
# A particle depends on how the word before it ends, which nobody knows of a variable.
PARTICLE = re.compile(r"\}[%\"')]*(은|는|이|가|을|를|와|과|으로|로|이나|나|이랑|랑)(\s|[.,]|$)")


def test_catalogues_when_compared_then_they_have_the_same_keys():
    assert set(CATALOGUES["ko"].texts) == set(CATALOGUES["en"].texts)


@pytest.mark.parametrize("key", sorted(CATALOGUES["en"].texts))
def test_text_when_compared_between_languages_then_placeholders_are_the_same(key):
    fields = {lang: set(FIELD.findall(words.texts[key])) for lang, words in CATALOGUES.items()}
    assert fields["ko"] == fields["en"]


def test_korean_texts_when_read_then_no_particle_follows_a_variable():
    guilty = [t for t in CATALOGUES["ko"].texts.values() if PARTICLE.search(t)]
    assert not guilty


def test_particle_rule_when_a_text_breaks_it_then_it_is_seen():
    assert PARTICLE.search("{machine}이 라인을 제한합니다")
    assert not PARTICLE.search("하루 {pieces}개")


def test_code_when_searched_then_it_holds_no_hangul():
    files = [p for kind in ("*.py", "*.js", "*.css") for p in HERE.rglob(kind)]
    assert len(files) > 20
    assert not [p for p in files if HANGUL.search(p.read_text(encoding="utf-8"))]


def test_keys_when_searched_in_code_then_each_literal_one_exists():
    used: set[str] = set()
    for path in HERE.rglob("*.py"):
        used |= set(re.findall(r'words\("([a-z_.]+)"[,)]', path.read_text(encoding="utf-8")))
    assert len(used) > 80
    assert not used - set(CATALOGUES["en"].texts)


def test_key_when_nobody_wrote_it_then_it_is_an_error():
    with pytest.raises(KeyError):
        CATALOGUES["en"]("no.such.key")


@pytest.mark.parametrize(
    ("cookie", "accept", "expected"),
    [
        ("en", "ko-KR,ko", "en"),
        ("ko", "en", "ko"),
        ("xx", "en-GB,en;q=0.8", "en"),
        (None, "fr, ko;q=0.3, en;q=0.7", "en"),
        (None, "ko-KR,ko;q=0.9,en;q=0.8", "ko"),
        (None, "fr", "ko"),
        (None, None, "ko"),
        (None, "en;q=broken", "ko"),
    ],
)
def test_language_when_asked_for_then_cookie_comes_before_the_header(cookie, accept, expected):
    assert preferred(cookie, accept) == expected


@pytest.mark.parametrize(
    ("value", "half", "shown"),
    [
        (408.2, 4.1, "408"),
        (87.63, 0.81, "87.6"),
        (12.473, 0.104, "12.47"),
        (11840.0, 96.0, "11,840"),
        (0.0584, 0.0004, "0.0584"),
        (-0.0012, 0.0003, "\u22120.0012"),
        (31.31, None, "31.3"),
        (1234.5, None, "1,234"),
        (0.0, None, "0"),
        (0.0, 0.02, "0.00"),
    ],
)
def test_number_when_it_has_an_interval_then_its_digits_follow_it(value, half, shown):
    assert number(value, decimals(value, half)) == shown


@pytest.mark.parametrize(
    ("value", "shown"), [(3.2, "+3.2"), (-3.2, "\u22123.2"), (0.04, "±0.0"), (-0.04, "±0.0")]
)
def test_signed_number_when_it_rounds_to_nothing_then_it_has_no_direction(value, shown):
    assert number(value, 1, sign=True) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(14 * 86400, "14 d"), (86400, "1 d"), (90000, "25 h"), (36000, "10 h"), (95, "95 s"), (0, "0 s"),
     (200, "3.3 min"), (60, "1 min")],
)  # fmt: skip
def test_duration_when_shown_then_it_takes_the_largest_short_unit(seconds, shown):
    assert duration(seconds, CATALOGUES["en"]) == shown


def test_scale_when_a_time_is_long_then_it_is_shown_in_hours_or_days():
    words: Words = CATALOGUES["en"]
    assert scale("lead_time_s", 90.0, words, None).unit == "s"
    assert scale("lead_time_s", 600.0, words, None).unit == "min"
    assert scale("lead_time_s", 31 * 3600.0, words, None).unit == "h"
    assert scale("lead_time_s", 9 * 86400.0, words, None).unit == "d"
    assert scale("lead_time_s", None, words, None).unit == "s"


def test_scale_when_money_has_a_currency_then_it_is_named():
    words = CATALOGUES["ko"]
    assert scale("unit_cost", 124.0, words, "KRW").unit == "원/개"
    assert scale("unit_cost", 250_000.0, words, "KRW").unit == "천원/개"
    assert scale("unit_cost", 250_000.0, words, "KRW").factor == 1e-3
    assert scale("unit_cost", 1.0, words, "CHF").unit == "CHF/개"
