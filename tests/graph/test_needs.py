"""A need in someone's own words names the concepts its readers would name."""

from __future__ import annotations

import pytest

from essaim.graph.needs import read_need
from essaim.ontology.errors import BadInput


def keys(text: str, language: str = "fr") -> dict[str, list[str]]:
    return {
        part.text: [concept.rpartition("vocab/")[2] for concept in part.concepts]
        for part in read_need(text, language).parts
    }


def test_the_example_of_the_field() -> None:
    found = keys("jeunes ruraux, peu de mobilité, lecture")
    assert "public/young-people" in found["jeunes"]
    assert "typology/rural" in found["ruraux"]
    assert "theme/mobility" in found["mobilite"]
    assert "theme/public-reading" in found["lecture"]


def test_accents_and_plurals_do_not_matter() -> None:
    assert keys("médiathèque")["mediatheque"] == keys("MEDIATHEQUES")["mediatheques"]


def test_the_longest_label_wins() -> None:
    found = keys("accès à la culture")
    assert list(found) == ["acces culture"]
    assert "theme/access-to-culture" in found["acces culture"]


def test_english() -> None:
    found = keys("young people, public reading", "en")
    assert "theme/public-reading" in found["public reading"]


def test_words_that_are_no_label_are_looked_for() -> None:
    need = read_need("jeunes, trottinette électrique", "fr")
    assert set(need.words.values()) == {"trottinette", "electrique"}
    assert all(stem.startswith("fr:") for stem in need.words)


def test_a_word_of_a_label_is_near_it_and_looked_for_too() -> None:
    need = read_need("friches industrielles", "fr")
    near = next(part for part in need.parts if part.text == "industrielles")
    assert near.concepts
    assert not near.is_exact
    assert "industrielles" in need.words.values()


@pytest.mark.parametrize("text", ["", "   ", "pour avec les", "!?"])
def test_what_names_nothing_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="no subject"):
        read_need(text, "fr")
