"""The pages: every template, empty and overfull, in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from importlib.resources import files
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode

from essaim.graph.store import EmbeddedStore
from essaim.ontology.errors import BadInput, NotFound
from essaim.ontology.names import BASE, XSD
from essaim.queries.catalogue import read_query
from essaim.viz.cells import cell, default_text, sector_table, table
from essaim.viz.entity_page import entity_context
from essaim.viz.home_page import choices, concept_choices, home_context
from essaim.viz.links import entity, other_language, page
from essaim.viz.ontology_page import (
    concept_context,
    model_context,
    ontology_context,
    scheme_context,
    vocabularies_context,
)
from essaim.viz.pages import asset, assets, render

ReadPage = Callable[[str], Any]
StoreOf = Callable[..., EmbeddedStore]

ATTACK = "\"'><script>alert(1)</script>\u202e" + "mot " * 400
LONG = "https://a.example/" + "x" * 500


def _thing(label: str = ATTACK) -> dict[str, Any]:
    return {"iri": f"{BASE}practice/{'y' * 200}", "label": label}


def _criterion(name: str, group: str, value: float | None) -> dict[str, Any]:
    return {
        "name": name,
        "group": group,
        "value": value,
        "weight": 1.0,
        "sentence": ATTACK,
        "evidence": [BASE],
        "sources": ["javascript:alert(1)", LONG, LONG],
    }


REPLICABLE = {
    "generation": 3,
    "target": _thing(),
    "needs": [_thing()] * 30,
    "rows": [
        {
            "practice": _thing(),
            "score": score,
            "coverage": 0.8,
            "readiness": 0.7,
            "fit": fit,
            "criteria": [
                _criterion("documentation", "readiness", 1.0),
                _criterion("need", "need", None),
                _criterion("unheard-of", "context", 0.0),
            ],
            "missing": [ATTACK],
            "adapt": [ATTACK],
            "sectors_to_find": [_thing()],
            "adopters": [{**_thing(), "similarity": 0.9, "year": "2019"}, _thing()] * 8,
            "contact": [{**_thing(), "role": ATTACK}, _thing()],
            "sources": [LONG, "data:text/html,x"],
        }
        for score, fit in ((1.0, 0.5), (0.0, None))
    ],
    "already_here": [{"practice": _thing(), "implementation": BASE + "i/1", "sources": [LONG]}],
    "weights": {"documentation": 1.0, "unheard-of": 2.5},
    "note": ATTACK,
}
EMPTY_REPLICABLE = {**REPLICABLE, "needs": [], "rows": [], "already_here": [], "weights": {}}
ACTOR = {**_thing(), "sectors": [_thing("culture"), _thing("culture")]}
CONNECTIONS = {
    "generation": 3,
    "territory": _thing(),
    "actors": 1234,
    "matrix": [
        {
            "from": {"iri": f"{BASE}s/{a}", "label": f"s{a}"},
            "to": {"iri": f"{BASE}s/{b}", "label": ATTACK if b else "s0"},
            "ties": a * b,
        }
        for a in range(16)
        for b in range(a + 1)
    ],
    "bridges": [
        {"source": ACTOR, "target": ACTOR, "through": [{**_thing(), "practice": _thing()}] * 20}
        | {"score": 2.0, "sentence": ATTACK, "sources": [LONG]}
    ],
    "brokers": [{"actor": ACTOR, "score": 1.0}],
    "introductions": [
        {
            "source": ACTOR,
            "target": ACTOR,
            "score": 0.2,
            "coverage": 0.67,
            "through": [_thing()] * 9,
        }
        | {"introducer": _thing(), "criteria": [], "sources": [LONG], "sentence": ATTACK}
    ],
    "gaps": [
        {"role": _thing(), "sentence": ATTACK},
        {"sentence": "."},
        {"sector": _thing(), "sentence": "."},
    ],
}
EMPTY_CONNECTIONS = {
    "territory": _thing("Creuse"),
    "actors": 0,
    "matrix": [],
    "bridges": [],
    "introductions": [],
    "gaps": [],
}
QUERY = read_query(
    "demo/practices",
    """#+ summary: {fr: "Les <b>pratiques</b>", en: "The <b>practices</b>"}
#+ parameters:
#+   theme: {kind: theme, fr: le thème, en: the theme}
#+ columns:
#+   one: {fr: un, en: one}
#+   two: {fr: deux, en: two}
SELECT ?one ?two {
  VALUES ?theme { theme:public-reading } ?one ess:theme ?theme ; rdfs:label ?two }""",
)
BARE = read_query("demo/bare", "SELECT * { ?s ?p ?o }")
ROWS = [
    {"one": NamedNode(BASE + "practice/x"), "two": Literal(ATTACK, language="fr")},
    {"one": NamedNode("javascript:alert(1)"), "two": Literal("12", datatype=XSD.integer)},
    {"one": {"type": "uri", "value": LONG}, "two": {"type": "literal", "value": ATTACK}},
    {"one": _thing()},
    {},
]
PROBLEM = {"title": "Bad input", "status": 400, "detail": ATTACK, "hint": ATTACK}
CHOICES = [{"value": "a", "label": "a"}, {"value": ATTACK, "label": ATTACK + "!"}]
DOCUMENT = {
    "info": {"title": ATTACK, "version": "1", "description": ATTACK},
    "paths": {
        "/a/{b}": {
            "parameters": [{"name": "b", "in": "path", "required": True}],
            "get": {
                "tags": ["x"],
                "summary": ATTACK,
                "description": ATTACK,
                "parameters": [
                    {"name": "limit", "schema": {"type": "integer", "default": 0}},
                    {"name": "c", "schema": {"anyOf": [{"type": "string"}, {"type": "null"}]}},
                    {"name": "d", "schema": {"$ref": "#/x"}},
                ],
                "responses": {"200": {"description": ATTACK}, "default": {}},
            },
            "delete": {},
        }
    },
}
HOME = {
    "counts": [{"label": ATTACK, "count": 10**9}],
    "statements": 10**12,
    "sources": [
        {
            "title": ATTACK,
            "publisher": ATTACK,
            "licence": "javascript:1",
            "homepage": LONG,
            "retrieved": "2026-11-24",
        }
    ],
    "territories": CHOICES,
    "openlabs": CHOICES,
    "themes": CHOICES,
}
EMPTY_HOME: dict[str, Any] = {key: [] for key in HOME} | {"statements": 0}

CASES: list[tuple[str, dict[str, Any]]] = [
    ("home.html", EMPTY_HOME),
    ("home.html", HOME),
    ("replicable.html", {}),
    ("replicable.html", {"answer": EMPTY_REPLICABLE}),
    ("replicable.html", {"answer": REPLICABLE, "target": ATTACK, "choices": CHOICES}),
    ("replicable.html", {"problem": PROBLEM, "target": ATTACK}),
    ("connections.html", {}),
    ("connections.html", {"answer": EMPTY_CONNECTIONS}),
    ("connections.html", {"answer": CONNECTIONS, "territory": ATTACK, "sectors": CHOICES}),
    ("search.html", {}),
    ("search.html", {"query": ATTACK, "results": []}),
    ("search.html", {"query": "x", "results": [{**_thing(), "kind": ATTACK, "text": ATTACK}] * 9}),
    ("queries.html", {"queries": []}),
    ("queries.html", {"queries": [QUERY, BARE]}),
    ("query.html", {"query": BARE}),
    ("query.html", {"query": QUERY, "rows": []}),
    (
        "query.html",
        {"query": QUERY, "rows": ROWS, "values": {"theme": ATTACK}, "truncated": True}
        | {"suggestions": {"theme": CHOICES}, "downloads": {"CSV": "/x.csv"}},
    ),
    ("api.html", {"document": {}}),
    ("api.html", {"document": DOCUMENT}),
    ("error.html", {"problem": PROBLEM}),
    ("error.html", {"problem": {"title": "Odd", "status": 418}}),
    ("ontology.html", ontology_context("fr")),
    ("model.html", model_context("fr")),
    ("vocabularies.html", vocabularies_context("fr")),
    ("vocabulary.html", scheme_context("method", "fr")),
    ("concept.html", concept_context("method", "workshop", "fr")),
]


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize(("template", "context"), CASES)
def test_every_template_takes_nothing_and_too_much(
    read_page: ReadPage, template: str, context: dict[str, Any], language: str
) -> None:
    html = render(template, language=language, generation=3, path=f"/x?q={ATTACK[:20]}", **context)
    found = read_page(html)
    assert found.faults == []
    assert found.all("script") == []
    assert found.all("style") == []
    assert "\u202e" not in html
    assert "javascript:" not in "".join(e.attributes.get("href", "") for e in found.elements)
    assert found.all("html")[0].attributes["lang"] == language
    assert len(found.all("h1")) == 1
    assert len(found.all("main")) == 1
    labelled = {e.attributes.get("for") for e in found.all("label")}
    for field in found.all("input") + found.all("select"):
        is_free = field.attributes.get("type") in {"hidden", "number", "checkbox"}
        assert is_free or field.attributes["id"] in labelled
    for control in found.elements:
        if "list" in control.attributes:
            assert control.attributes["id"]


def test_every_template_is_tried() -> None:
    folder = files("essaim.viz").joinpath("templates")
    pages = {entry.name for entry in folder.iterdir() if entry.name.endswith(".html")}
    tried = {template for template, _ in CASES}
    assert pages - tried == {
        "base.html",
        "parts.html",
        "model_parts.html",
        "graph.html",
        "entity.html",
    }


@pytest.mark.parametrize("language", ["fr", "en"])
def test_an_entity_has_its_facts_relations_and_sources(
    village: EmbeddedStore, read_page: ReadPage, language: str
) -> None:
    context = entity_context(village, f"{BASE}organisation/mds", language)
    found = read_page(render("entity.html", language=language, **context))
    assert found.faults == []
    expected = {
        "fr": ("Médiathèque du Cantal est membre de …", "depuis 1er mars 2018", "Lu sur"),
        "en": ("Cantal library is a member of …", "since 1 March 2018", "Stated by"),
    }[language]
    for text in (*expected[:2], "Fédération" if language == "fr" else "Federation"):
        assert text in found.text
    kamishibai = render(
        "entity.html", language=language, **entity_context(village, "practice:kamishibai", language)
    )
    assert "https://kamishibai.example/fiche" in kamishibai
    assert "https://register.example/" in kamishibai
    assert "/explore?iri=" in kamishibai
    cantal = read_page(render("entity.html", **entity_context(village, "departement:15")))
    assert "… installé à Cantal" in cantal.text


def test_an_entity_of_hostile_texts_is_inert(store_of: StoreOf, read_page: ReadPage) -> None:
    attack = "</script><script>alert(1)</script>\\u202E" + "é" * 10_000
    store = store_of(
        f""":practice\\/x a ess:Practice ; rdfs:label "{attack}"@fr ;
        dcterms:description "{attack}"@fr ; ess:freeTheme "{attack}" ;
        ess:documentation <javascript:alert%281%29> ; dcterms:source <javascript:alert%281%29> ."""
    )
    html = render("entity.html", **entity_context(store, "practice:x"))
    found = read_page(html)
    assert found.faults == []
    assert found.all("script") == []
    assert "\u202e" not in html
    title = re.search("<h1>(.*?)</h1>", html, re.DOTALL)
    assert title
    assert len(title[1]) < 400


def test_a_concept_says_it_is_of_the_ontology(village: EmbeddedStore, read_page: ReadPage) -> None:
    found = read_page(render("entity.html", **entity_context(village, "theme:public-reading")))
    assert "Décrit par l’ontologie" in found.text
    assert "Kamishibaï" in found.text


def test_a_missing_entity_is_not_found(village: EmbeddedStore) -> None:
    with pytest.raises(NotFound):
        entity_context(village, "practice:none")


def test_home_counts_names_sources_and_choices(village: EmbeddedStore) -> None:
    context = home_context(village, "fr")
    assert {one["label"]: one["count"] for one in context["counts"]} == {
        "pratiques": 1,
        "mises en œuvre": 2,
        "territoires": 3,
        "organisations": 2,
        "OpenLabs": 1,
        "participations": 1,
    }
    assert [source.publisher for source in context["sources"]] == ["L'éditeur"]
    assert {"value": "Cantal", "label": "Cantal"} in context["territories"]
    html = render(
        "home.html", generation={"number": 4, "created": "2026-11-24T10:00:00Z"}, **context
    )
    for expected in (
        "Génération 4",
        "24 novembre 2026",
        "/sparql",
        "/api",
        "/queries",
        "L&#39;éditeur",
    ):
        assert expected in html
    assert html.count('<form class="question"') == 4


def test_names_that_several_things_have_are_chosen_by_iri(store_of: StoreOf) -> None:
    store = store_of(
        ':territory\\/commune\\/1 a ess:Commune ; rdfs:label "Saint-Denis"@fr . '
        ':territory\\/commune\\/2 a ess:Commune ; rdfs:label "Saint-Denis"@fr .'
    )
    assert [one["value"] for one in choices(store, "territory")] == [
        f"{BASE}territory/commune/1",
        f"{BASE}territory/commune/2",
    ]


def test_concepts_are_offered_by_label() -> None:
    offered = concept_choices("sector", "fr")
    assert {"value": "sector:tourism", "label": "tourisme"} in offered
    assert offered == sorted(offered, key=lambda one: (one["label"], one["value"]))


def test_the_other_language_is_one_link_away(read_page: ReadPage) -> None:
    html = render("connections.html", path="/connections?territory=58&lang=en", language="en")
    found = read_page(html)
    hrefs = [e.attributes["href"] for e in found.all("a")]
    assert "/connections?territory=58&lang=fr" in hrefs
    assert "/practices?lang=en" in hrefs
    assert {"type": "hidden", "name": "lang", "value": "en"} in [
        e.attributes for e in found.all("input")
    ]
    with pytest.raises(BadInput):
        render("home.html", language="de", **EMPTY_HOME)


def test_addresses_are_made_in_one_place() -> None:
    assert page("/practices", target="a b&c", empty="") == "/practices?target=a+b%26c"
    assert entity("https://elsewhere.example/x", "en") == (
        "/entity?iri=https%3A%2F%2Felsewhere.example%2Fx&lang=en"
    )
    assert other_language("//evil.example/x", "en") == "/?lang=en"
    assert other_language("https://evil.example/x", "en") == "/?lang=en"
    assert entity(BASE + 'x/"><b>') == "/id/x/%22%3E%3Cb%3E"


def test_a_matrix_holds_both_ways_and_does_not_count_twice() -> None:
    a, b = {"iri": "a", "label": "zoo"}, {"iri": "b", "label": "art"}
    one_way = [{"from": a, "to": b, "ties": 4}]
    both_ways = [*one_way, {"from": b, "to": a, "ties": 4}]
    for matrix in (one_way, both_ways):
        order, cells = sector_table(matrix)
        assert [sector["iri"] for sector in order] == ["b", "a"]
        assert (cells["a", "b"].ties, cells["b", "a"].ties, cells["a", "a"].ties) == (4, 4, 0)
        assert (cells["a", "b"].level, cells["a", "a"].level) == (5, 0)
    assert sector_table([]) == ([], {})


def test_cells_show_terms_as_people_write_them() -> None:
    iri = NamedNode(BASE + "practice/x")
    assert cell(iri, "fr", labels={iri.value: "Kamishibaï"}).text == "Kamishibaï"
    assert cell(iri, "en", lang="en").href == "/id/practice/x?lang=en"
    assert cell(Literal("1234.5", datatype=XSD.decimal), "fr").text == "1\u202f234,5"
    assert cell(Literal("2019-06", datatype=XSD.gYearMonth), "en").text == "June 2019"
    assert cell(Literal("true", datatype=XSD.boolean), "fr").text == "oui"
    assert cell(Literal("43"), "fr").text == "43"
    assert cell({"type": "uri", "value": "mailto:a@b.example"}, "fr").href == ""
    assert cell(None, "fr").text == ""


def test_an_entity_and_its_name_are_one_link() -> None:
    query = read_query(
        "demo/names",
        """#+ columns: {practice: {}, practiceLabel: {}, themeFound: {}, themeLabel: {},
#+   lab: {}, label: {}, otherLabel: {}, sources: {}}
SELECT * { ?s ?p ?o }""",
    )
    rows = [
        {
            "practice": NamedNode(BASE + "practice/x"),
            "practiceLabel": Literal("Kamishibaï", language="fr"),
            "themeFound": NamedNode(BASE + "theme/y"),
            "lab": Literal("none"),
            "label": Literal("Aucun"),
            "otherLabel": Literal("autre"),
            "sources": Literal("https://a.example/ https://b.example/"),
        }
    ]
    made = table(query.columns, rows, "fr")
    assert list(made.headings) == ["practice", "themeFound", "lab", "otherLabel", "sources"]
    practice, theme, lab, other, sources = made.rows[0]
    assert (practice.text, practice.href) == ("Kamishibaï", "/id/practice/x")
    assert theme.text == "id:theme/y"
    assert (lab.text, lab.href) == ("Aucun", "")
    assert other.text == "autre"
    assert sources.addresses == ("https://a.example/", "https://b.example/")


def test_an_empty_field_shows_what_it_stands_for() -> None:
    theme = replace(
        QUERY.parameters["theme"],
        default="<https://w3id.org/essaim/vocab/theme/public-reading>",
    )
    assert default_text(theme) == default_text(QUERY.parameters["theme"]) == "theme:public-reading"
    day = replace(theme, kind="date", default='"2020-04-22"^^xsd:date')
    assert default_text(day) == "2020-04-22"
    assert default_text(replace(theme, kind="integer", default="12")) == "12"


def test_assets_are_known_and_no_other_file_is_served() -> None:
    assert assets() == ["essaim.css", "essaim.svg", "graph.js"]
    assert asset("essaim.css").startswith(b"/* Essaim")
    for name in ("../pages.py", "none.css", "", "/etc/passwd"):
        with pytest.raises(NotFound):
            asset(name)


def test_the_style_loads_nothing() -> None:
    style = asset("essaim.css").decode()
    assert "url(" not in style
    assert "@import" not in style
    assert "@font-face" not in style


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(
    ("ink", "paper"),
    [
        *((ink, paper) for ink in ("ink", "quiet", "accent", "fit") for paper in ("paper", "soft")),
        *(("ink", "warm"), ("accent", "accent-soft"), ("paper", "accent"), ("paper", "night")),
        *(("#1c2530", "#7db7dc"), ("#ffffff", "#1f74ad"), ("#616d79", "#ffffff")),
    ],
)
def test_text_has_enough_contrast(ink: str, paper: str) -> None:
    style = asset("essaim.css").decode()
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", style))
    first, second = (_luminance(colours.get(name, name)) for name in (ink, paper))
    lighter, darker = max(first, second), min(first, second)
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5
