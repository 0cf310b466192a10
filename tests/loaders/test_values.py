"""Value parsers: what is written is understood or left alone, and never gains precision."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from essaim.loaders import values

PARSERS = [
    values.amount,
    values.commune_code,
    values.coordinates,
    values.date_text,
    values.departement_code,
    values.number,
    values.postal_code,
    values.region_code,
    values.rna,
    values.siren,
    values.year,
    values.years,
]
DAYS = st.dates(min_value=date(1500, 1, 1), max_value=date(2099, 12, 31))
CENTS = st.integers(min_value=0, max_value=10**13).map(lambda cents: Decimal(cents) / 100)
SPACES = st.sampled_from([" ", "\u00a0", "\u202f"])


@pytest.mark.parametrize("parse", PARSERS)
@given(text=st.text())
def test_no_text_breaks_a_parser(parse, text: str):  # noqa: ANN001
    parse(text)


@pytest.mark.parametrize("parse", PARSERS)
@given(text=st.from_regex(r"[0-9 .,/€kM-]{1,20}", fullmatch=True))
def test_nothing_that_looks_like_a_number_breaks_a_parser(parse, text: str):  # noqa: ANN001
    parse(text)


@given(value=CENTS, space=SPACES)
def test_an_amount_is_read_in_every_way_it_is_written(value: Decimal, space: str):
    whole, cents = f"{value:.2f}".split(".")
    grouped = f"{int(whole):,}"
    french = grouped.replace(",", space)
    for written in (
        f"{whole}.{cents}",
        f"{whole},{cents}",
        f"{french},{cents} €",
        f"€ {whole}.{cents}",
        f"{french},{cents}{space}euros",
    ):
        assert values.amount(written) == value, written
    if "," in grouped:
        assert values.amount(f"{grouped}.{cents}") == value
        assert values.amount(f"{grouped.replace(',', '.')},{cents}") == value


@given(value=st.integers(min_value=1, max_value=9_999))
def test_an_amount_in_thousands_or_millions(value: int):
    assert values.amount(f"{value} k€") == value * 1000
    assert values.amount(f"{value} M€") == value * 1_000_000


@pytest.mark.parametrize(
    "text", ["1,234", "1.234", "12.345", "1 23", "1,2,3", "10-20", "3 504 500 $"]
)
def test_an_amount_that_can_be_read_in_two_ways_is_left_alone(text: str):
    assert values.amount(text) is None


@given(day=DAYS)
def test_a_day_is_read_in_every_way_it_is_written(day: date):
    for written in (
        day.isoformat(),
        f"{day:%d/%m}/{day.year:04d}",
        f"{day.day}/{day.month}/{day.year}",
        f"{day:%d-%m}-{day.year:04d}",
        f"{day.year}/{day.month}/{day.day}",
        f"{day.isoformat()} 00:00:00",
        f"{day.isoformat()}T12:30:00Z",
    ):
        assert values.date_text(written) == day.isoformat(), written


@given(day=DAYS)
def test_a_month_or_a_year_gains_no_precision(day: date):
    assert values.date_text(f"{day.month}/{day.year}") == day.isoformat()[:7]
    assert values.date_text(f"{day.year}-{day.month:02d}") == day.isoformat()[:7]
    assert values.date_text(str(day.year)) == str(day.year)


@given(text=st.from_regex(r"\d{1,4}[-/. ]\d{1,2}[-/. ]\d{1,4}", fullmatch=True))
def test_what_is_read_as_a_date_exists(text: str):
    found = values.date_text(text)
    if found is not None:
        date.fromisoformat((found + "-01-01")[:10])


@pytest.mark.parametrize(
    "text", ["31/02/2020", "30/02/2000", "2019-13-01", "00/01/2020", "1/1/20", "29/02/2019"]
)
def test_a_day_that_does_not_exist_is_no_date(text: str):
    assert values.date_text(text) is None


@given(first=st.integers(1500, 2098), length=st.integers(1, 50))
def test_a_period_is_read_in_every_way_it_is_written(first: int, length: int):
    last = min(first + length, 2099)
    for written in (
        f"{first}-{last}",
        f"{first} - {last}",
        f"{first}–{last}",
        f"de {first} à {last}",
    ):
        assert values.years(written) == (str(first), str(last)), written
    assert values.years(f"depuis {first}") == (str(first), "")


@given(department=st.integers(1, 95), rest=st.integers(1, 999))
def test_a_commune_code_gets_its_lost_zero_back_and_no_other(department: int, rest: int):
    code = f"{department:02d}{rest:03d}"
    assert values.commune_code(code) == code
    assert values.commune_code(str(int(code))) == code if department > 0 else True
    assert values.commune_code(f"{code}.0") == code


@given(number=st.integers(0, 10**8 - 1))
def test_one_digit_in_ten_makes_a_siren(number: int):
    found = [values.siren(f"{number:08d}{digit}") for digit in "0123456789"]
    assert len([code for code in found if code]) == 1


@given(
    latitude=st.decimals(-90, 90, places=6),
    longitude=st.decimals(-180, 180, places=6),
    between=st.sampled_from([", ", ",", " ; ", " "]),
)
def test_coordinates_are_read_with_points_or_commas(
    latitude: Decimal, longitude: Decimal, between: str
):
    pair = (latitude, longitude)
    assert values.coordinates(f"{latitude}{between}{longitude}") == pair
    with_commas = f"{latitude} ; {longitude}".replace(".", ",")
    assert values.coordinates(with_commas) == pair


@given(text=st.text(alphabet=st.characters(blacklist_categories=["Nd"]), max_size=20))
def test_nothing_is_read_where_there_is_no_digit(text: str):
    assert not re.search(r"\d", text)
    assert all(parse(text) is None for parse in PARSERS)
