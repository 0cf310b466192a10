"""Every word of the pages is there in both languages, and is used."""

from __future__ import annotations

import re
from importlib.resources import files
from string import Formatter

import pytest

from essaim.ontology.errors import BadInput
from essaim.viz.graph_page import _SCRIPT_TEXTS
from essaim.viz.texts import LANGUAGES, check_language, text, texts

_CALL = re.compile(r'\b(?:t|t_or|text|has_text)\(\s*f?"([^"{]+)(\{|")(\s*~)?(?=([^)]*))')


def _calls() -> tuple[set[str], set[str]]:
    """The keys that templates and code ask for, and the beginnings of those they make up."""
    whole, beginnings = {f"graph.{key}" for key in _SCRIPT_TEXTS}, {"graph.", "property."}
    root = files("essaim.viz")
    for place in (root, root.joinpath("templates")):
        for entry in place.iterdir():
            if entry.name.endswith((".py", ".html")):
                for call in _CALL.finditer(entry.read_text(encoding="utf-8")):
                    key, closing, joined, rest = call.groups()
                    if joined or closing == "{":
                        beginnings.add(key)
                    elif "count=" in rest:
                        whole |= {f"{key}.one", f"{key}.many"}
                    else:
                        whole.add(key)
    return whole, beginnings - {"graph."}


@pytest.mark.parametrize("key", sorted(texts()))
def test_a_text_is_there_in_both_languages(key: str) -> None:
    both = texts()[key]
    assert set(both) == set(LANGUAGES)
    assert all(value.strip() for value in both.values())
    places = {
        language: {name for _, name, _, _ in Formatter().parse(both[language]) if name}
        for language in LANGUAGES
    }
    assert places["fr"] == places["en"]


def test_every_text_is_used() -> None:
    whole, beginnings = _calls()
    unused = {key for key in texts() if key not in whole and not key.startswith(tuple(beginnings))}
    assert not unused


def test_every_text_asked_for_exists() -> None:
    whole, beginnings = _calls()
    assert not whole - set(texts())
    assert all(any(key.startswith(one) for key in texts()) for one in beginnings)


def test_french_signs_keep_their_word() -> None:
    for both in texts().values():
        assert not re.search(r" [:;?!»]|« ", both["fr"])


def test_a_count_chooses_the_form() -> None:
    assert text("search.found", "fr", count=0) == "0 résultat"
    assert text("search.found", "en", count=0) == "0 results"
    assert text("search.found", "fr", count=1234) == "1\u202f234 résultats"
    assert text("search.found", "en", count=1) == "1 result"


def test_there_are_two_languages() -> None:
    with pytest.raises(BadInput):
        check_language("de")
