"""Hostile text comes out harmless, and ordinary text as it was."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from essaim.viz.escape import clean, script_json, web_address

BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"


def test_marks_that_reorder_or_hide_are_removed() -> None:
    assert clean(f"a{BIDI}b\u200bc\ufeffd\x00e\x1bf\ue000") == "abcdef\ue000"


def test_every_line_end_is_one() -> None:
    assert clean("a\u2028b\u2029c\x85d\x0ce\rf") == "a\nb\nc\nd\ne\nf"


@pytest.mark.parametrize(
    "text", ["👩‍🎨 œuvre", "🏳️‍🌈", "قصة", "ภาษาไทย", "Ĉu ne?", "e\u0301te\u0301"]
)
def test_emoji_and_scripts_stay(text: str) -> None:
    assert clean(text) == text


def test_piled_accents_are_cut() -> None:
    assert len(clean("a" + "\u0301" * 500 + "b")) == 5


def test_long_text_is_cut_between_letters() -> None:
    assert clean("x" * 10_000, 160) == "x" * 159 + "…"
    family = "👩\u200d👩\u200d👧"
    for limit in range(2, 12):
        cut = clean(family * 5, limit)
        assert len(cut) <= limit
        assert cut.endswith("…")
        assert not cut.endswith("\u200d…")
    assert clean("e\u0301" * 9, 4) == "e\u0301…"


@given(st.text())
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(st.recursive(st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_json_can_not_leave_its_script(value: object) -> None:
    written = str(script_json(value))
    assert not set("<>&\u2028\u2029") & set(written)
    assert json.loads(written) == value


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,<script>",
        "ftp://a.example/",
        "//a.example/",
        "/id/one",
        "https://",
        "https://a.example/ b",
        "https://a.example/\u202eb",
        "http://[::1",
        " https://a.example",
        "",
    ],
)
def test_only_web_pages_are_linked_to(address: str) -> None:
    assert web_address(address) == ""


def test_web_pages_are_linked_to_as_they_are() -> None:
    address = "https://www.example.fr/é?a=1&b=%20#c"
    assert web_address(address) == address
