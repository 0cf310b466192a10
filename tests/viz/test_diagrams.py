"""The drawings: whole, in both languages, without an address from elsewhere or a name cut off."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from essaim.ontology.names import ESS, PREFIXES
from essaim.ontology.terms import Term, terms
from essaim.viz.diagrams import anchor, class_diagram, named, picture, pictures
from essaim.viz.texts import LANGUAGES

ReadPage = Callable[[str], Any]
CLASSES = [term for term in terms().values() if term.kind == "class" and term.is_ours]


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314 - drawn by the code under test


def iri(name: str) -> str:
    prefix, _, local = name.partition(":")
    return PREFIXES[prefix] + local


def boxes(svg: str) -> list[tuple[float, float, float, float]]:
    """The rectangles of the boxes, by their edges."""
    found = []
    for drawn in parsed(svg).iter("rect"):
        if "box" in drawn.get("class", "").split():
            x, y, w, h = (float(drawn.get(a, "")) for a in ("x", "y", "width", "height"))
            found.append((x, y, x + w, y + h))
    return found


def overlap(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", sorted(pictures()))
def test_a_picture_names_its_terms_and_lets_no_box_hide_another(name: str, language: str) -> None:
    svg = picture(name, language)
    words = " ".join("".join(text.itertext()) for text in parsed(svg).iter("text"))
    for box in pictures()[name]["boxes"].values():
        for word in named(iri(box["term"]), language).split():
            assert word in words
    drawn = boxes(svg)
    assert len(drawn) == len(pictures()[name]["boxes"])
    assert not [(a, b) for i, a in enumerate(drawn) for b in drawn[i + 1 :] if overlap(a, b)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", sorted(pictures()))
def test_the_name_of_a_line_is_not_under_a_box(name: str, language: str) -> None:
    svg = parsed(picture(name, language))
    labels = [
        tuple(float(r.get(a, "")) for a in ("x", "y", "width", "height"))
        for r in svg.iter("rect")
        if r.get("class") == "label-back"
    ]
    edges = [(x + 2, y + 2, x + w - 2, y + h - 2) for x, y, w, h in labels]
    assert not [(a, b) for a in edges for b in boxes(picture(name, language)) if overlap(a, b)]
    assert not [(a, b) for i, a in enumerate(edges) for b in edges[i + 1 :] if overlap(a, b)]


@pytest.mark.parametrize("name", sorted(pictures()))
def test_a_line_says_what_the_ontology_says(name: str) -> None:
    """A property is drawn between things it is said to tie; "is a kind of" where it is one."""
    layout = pictures()[name]
    for line in layout["lines"]:
        source, target = (iri(layout["boxes"][line[end]]["term"]) for end in ("from", "to"))
        if line.get("is"):
            assert target in above(source) | derived(source), line
            continue
        prop = terms()[iri(line["by"])]
        assert not prop.said_of or set(prop.said_of) & above(source), line
        assert not prop.holds or set(prop.holds) & above(target), line


def above(kind: str) -> set[str]:
    found, waiting = set(), [kind]
    while waiting:
        one = waiting.pop()
        found.add(one)
        waiting.extend(terms()[one].above if one in terms() else ())
    return found | {"http://www.w3.org/2000/01/rdf-schema#Resource"}


def derived(kind: str) -> set[str]:
    """What someone is worked out to be from a role."""
    is_person = kind.endswith("Person")
    return {ESS.ElectedOfficial.value} if is_person else set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_class_is_drawn_with_what_it_is_tied_to(language: str, read_page: ReadPage) -> None:
    for term in CLASSES:
        svg = class_diagram(term, language)
        drawn = boxes(svg)
        assert not [(a, b) for i, a in enumerate(drawn) for b in drawn[i + 1 :] if overlap(a, b)]
        assert "http" not in re.sub(r'aria-label="[^"]*"', "", svg)
        document = read_page(str(svg))
        assert document.faults == []
        assert term.labels[language] in document.text
        for other in terms().values():
            if other.kind == "object" and term.iri in other.said_of:
                assert f"#{anchor(other.iri)}" in svg, (term.name, other.name)


def test_a_hostile_label_stays_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """Labels are ours, but whoever extends the ontology writes them too."""
    attack = '"><script>alert(1)</script>'
    term = terms()[ESS.Zone.value]
    hostile = Term(**{**vars(term), "labels": {"fr": attack, "en": attack}})
    monkeypatch.setattr("essaim.viz.diagrams.terms", lambda: {**terms(), term.iri: hostile})
    svg = class_diagram(hostile, "fr")
    assert "<script" not in svg
    assert parsed(svg) is not None


def test_ten_pictures_and_an_overview_that_each_module_shares() -> None:
    assert next(iter(pictures())) == "overview"
    assert len(pictures()) == 11
    shown = {module for layout in pictures().values() for module in layout["modules"]}
    assert shown == {"agents", "territories", "practices", "openlabs", "networks", "provenance"}
    for layout in pictures().values():
        assert set(layout["title"]) == set(layout["text"]) == set(LANGUAGES)
