"""Rows as plain values and as harmless CSV."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode

from essaim.ontology.errors import BadInput
from essaim.ontology.names import XSD
from essaim.service.binding import parse_weights
from essaim.service.commands import compact, visible
from essaim.service.tables import csv_text, plain

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")


@given(st.lists(st.text(), min_size=1, max_size=4))
def test_no_cell_of_a_csv_is_a_formula(cells: list[str]) -> None:
    text = csv_text([f"c{n}" for n in range(len(cells))], [cells])
    (read,) = list(csv.reader(io.StringIO(text, newline="")))[1:]
    for before, after in zip(cells, read, strict=True):
        assert not after.startswith(DANGEROUS)
        assert after.removeprefix("'") == before.removeprefix("'")


def test_numbers_of_a_csv_stay_numbers() -> None:
    assert csv_text(["a", "b", "c"], [[-1, -0.5, True]]).splitlines()[1] == "-1,-0.5,true"


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        (None, None),
        (Literal(3), 3),
        (Literal("0.50", datatype=XSD.decimal), 0.5),
        (Literal(True), True),  # noqa: FBT003 - a literal
        (Literal("NaN", datatype=XSD.double), "NaN"),
        (Literal("many", datatype=XSD.integer), "many"),
        (Literal("2019", datatype=XSD.gYear), "2019"),
        (Literal("oui", language="fr"), "oui"),
        (NamedNode("http://e/1"), "http://e/1"),
    ],
)
def test_terms_become_plain_values(term: Literal | NamedNode | None, expected: object) -> None:
    assert plain(term) == expected


@given(st.text())
def test_what_is_printed_is_one_line_and_moves_no_cursor(text: str) -> None:
    assert visible(text).isprintable() or not set(visible(text)) & set("\x1b\n\r\x07\u202e")
    assert "\n" not in visible(text)


def test_addresses_are_shortened() -> None:
    assert compact("https://w3id.org/essaim/vocab/sector/culture") == "sector:culture"
    assert compact("https://w3id.org/essaim/id/territory/departement/43") == "departement:43"
    assert compact("https://w3id.org/essaim/id/openlab/nievre") == "openlab:nievre"
    assert compact("https://example.org/x") == "https://example.org/x"


def test_weights_are_read() -> None:
    assert parse_weights(["need=2", " cost = 0.5"]) == {"need": 2.0, "cost": 0.5}


@pytest.mark.parametrize("text", ["need", "need=", "=2", "need=much", "need=-1", "need=nan"])
def test_weights_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(BadInput, match=r"weight"):
        parse_weights([text])
