"""The Accept header decides, as RFC 9110 says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from essaim.service.negotiation import negotiate

OFFERED = ["application/json", "text/csv", "text/turtle"]


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, "application/json"),
        ("", "application/json"),
        ("*/*", "application/json"),
        ("text/csv", "text/csv"),
        ("TEXT/CSV", "text/csv"),
        ("text/csv; charset=utf-8", "text/csv"),
        ("text/*", "text/csv"),
        ("text/csv;q=0.5, text/turtle", "text/turtle"),
        ("text/csv;q=0.5, text/turtle;q=0.4", "text/csv"),
        ("*/*;q=0.1, text/turtle;q=0.2", "text/turtle"),
        ("text/*, text/csv;q=0", "text/turtle"),
        ("*/*, application/json;q=0", "text/csv"),
        ("application/pdf, */*;q=0.01", "application/json"),
        ("application/pdf", None),
        ("text/csv;q=0", None),
        ("nonsense", None),
        ("text/csv;q=high", None),
        ("*/csv", None),
    ],
)
def test_the_best_offer_is_taken(accept: str | None, expected: str | None) -> None:
    assert negotiate(accept, OFFERED) == expected


@given(st.text())
def test_any_header_gives_an_offer_or_nothing(accept: str) -> None:
    assert negotiate(accept, OFFERED) in {*OFFERED, None}
