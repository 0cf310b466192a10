"""The picture of a neighbourhood: whole, honest, and unmoved by what labels contain."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from essaim.graph.store import EmbeddedStore
from essaim.ontology.errors import BadInput, NotFound
from essaim.ontology.names import BASE
from essaim.viz.graph_page import neighbourhood_html
from essaim.viz.neighbourhood import neighbourhood
from essaim.viz.pages import asset

StoreOf = Callable[..., EmbeddedStore]
ReadPage = Callable[[str], Any]

CANTAL = "departement:15"
HOSTILE = [
    "</script><script>document.title='pwned'</script>",
    "<img src=x onerror=document.title='pwned'>",
    "\" onmouseover=\"document.title='pwned'",
    "</style><svg onload=document.title='pwned'>",
    "{{ 7 * 7 }} {% raw %}",
    "<!--<script>",
    "abc\u202egnp.exe\u2066\u2069",
    "ligne\u2028suite\u2029fin",
    "👩‍🎨 " + "é" * 10_000,
    "]]></title><b>",
    "javascript:document.title='pwned'",
]


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # a JSON string is a Turtle string


@pytest.fixture(scope="module")
def hostile(store_of: StoreOf, village_turtle: str) -> EmbeddedStore:
    """A centre and neighbours whose labels, facts and sources are attacks."""
    turtle = village_turtle
    for number, label in enumerate(HOSTILE):
        turtle += f"""
        :practice\\/h{number} a ess:Practice ; rdfs:label {_quoted(label)}@fr ;
          dcterms:description {_quoted(label)}@fr ; ess:freeTheme {_quoted(label)} ;
          ess:originatesIn :territory\\/departement\\/15 ;
          dcterms:source <javascript:alert%28{number}%29> , <https://ok.example/{number}> .
        """
    return store_of(turtle)


def _data(html: str) -> dict[str, Any]:
    found = re.search(r'id="graph-data"[^>]*>(.*?)</script>', html, re.DOTALL)
    assert found
    content: dict[str, Any] = json.loads(found[1])
    return content


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("depth", [1, 2])
def test_the_page_is_whole_and_loads_nothing(
    village: EmbeddedStore, read_page: ReadPage, language: str, depth: int
) -> None:
    page = read_page(neighbourhood_html(village, CANTAL, depth=depth, language=language))
    assert page.faults == []
    assert page.all("html")[0].attributes["lang"] == language
    assert not [e for e in page.all("script") + page.all("link") if "src" in e.attributes]
    assert [e.attributes["href"] for e in page.all("link")] == ["data:,"]


def test_the_script_loads_nothing_either() -> None:
    script = asset("graph.js").decode()
    for way in ("fetch(", "XMLHttpRequest", "import(", "innerHTML", "insertAdjacentHTML", "eval("):
        assert way not in script
    assert "http" not in script.replace("(https?:", "")


@pytest.mark.parametrize("centre", [CANTAL, *(f"practice:h{n}" for n in range(len(HOSTILE)))])
def test_hostile_labels_are_inert(hostile: EmbeddedStore, read_page: ReadPage, centre: str) -> None:
    html = neighbourhood_html(hostile, centre)
    page = read_page(html)
    assert page.faults == []
    assert len(page.all("script")) == 3
    assert len(page.all("style")) == 1
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u2028\u2029]", unescape(html))
    assert "éééé" * 100 not in html
    for element in page.all("a"):
        assert not element.attributes["href"].startswith("javascript")
    data = _data(html)
    assert max(len(node["label"]) for node in data["nodes"]) < 100


def test_only_web_pages_are_sources(hostile: EmbeddedStore) -> None:
    html = neighbourhood_html(hostile, "practice:h0")
    assert "https://ok.example/0" in html
    assert "javascript:alert" not in html
    assert "https://kamishibai.example/fiche" in neighbourhood_html(hostile, "practice:kamishibai")


def test_the_same_graph_gives_the_same_page(store_of: StoreOf, village_turtle: str) -> None:
    first, second = store_of(village_turtle), store_of(village_turtle, backwards=True)
    assert neighbourhood_html(first, CANTAL) == neighbourhood_html(second, CANTAL)


def test_the_legend_is_the_types_that_are_there(
    village: EmbeddedStore, read_page: ReadPage
) -> None:
    around = neighbourhood(village, CANTAL)
    html = neighbourhood_html(village, CANTAL)
    legend = html[html.index('<fieldset class="legend">') : html.index("</fieldset>")]
    named = re.findall(r"<span>([^<]+)</span>", legend)
    assert sorted(named) == sorted(
        {node.type_label[:1].upper() + node.type_label[1:] for node in around.nodes}
    )
    looks = re.findall(r'<path d="([^"]+)" fill="([^"]+)"', legend)
    assert len(set(looks)) == len(named)
    boxes = [e for e in read_page(legend).all("input") if "data-kind" in e.attributes]
    kinds = {node["kind"] for node in _data(html)["nodes"]}
    assert {box.attributes["data-kind"] for box in boxes} == kinds


def test_the_cap_is_stated(village: EmbeddedStore, read_page: ReadPage) -> None:
    assert "2 voisins affichés sur 4." in (
        read_page(neighbourhood_html(village, CANTAL, limit=2)).text
    )
    assert "2 of 4 neighbours shown." in (
        read_page(neighbourhood_html(village, CANTAL, limit=2, language="en")).text
    )
    assert (
        "Les 4 voisins sont tous affichés." in read_page(neighbourhood_html(village, CANTAL)).text
    )


def test_what_was_not_counted_is_stated(
    village: EmbeddedStore, read_page: ReadPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("essaim.viz.neighbourhood._COUNTED", 2)
    page = read_page(neighbourhood_html(village, CANTAL, depth=2, limit=3))
    assert "3 voisins affichés ; il y en a au moins 4." in page.text


def test_tables_say_what_the_picture_says(village: EmbeddedStore, read_page: ReadPage) -> None:
    around = neighbourhood(village, CANTAL)
    page = read_page(neighbourhood_html(village, CANTAL))
    rows = page.all("tr")
    assert len([r for r in rows if "data-node" in r.attributes]) == len(around.nodes)
    assert len([r for r in rows if "data-from" in r.attributes]) == len(around.edges)
    for expected in ("met en œuvre", "2019 – juin 2021", "Médiathèque du Cantal", "cantal.example"):
        assert expected in page.text


def test_edges_are_named_by_words_never_by_iris(village: EmbeddedStore) -> None:
    data = _data(neighbourhood_html(village, CANTAL))
    assert all(edge["name"] and "http" not in edge["name"] for edge in data["edges"])


def test_the_layout_is_made_here(village: EmbeddedStore) -> None:
    data = _data(neighbourhood_html(village, CANTAL, depth=2))
    places = [(node["x"], node["y"]) for node in data["nodes"]]
    assert len(set(places)) == len(places)
    assert places[0] == (0, 0)
    assert data["options"]["physics"] == {"enabled": False}


def test_the_nonce_is_on_every_script_and_style(
    village: EmbeddedStore, read_page: ReadPage
) -> None:
    page = read_page(neighbourhood_html(village, CANTAL, nonce='a"b'))
    for element in page.all("script") + page.all("style"):
        assert element.attributes["nonce"] == 'a"b'
    assert not any(
        "nonce" in element.attributes
        for element in read_page(neighbourhood_html(village, CANTAL)).elements
    )


def test_links_lead_to_the_service_or_from_a_file_to_where_it_is(village: EmbeddedStore) -> None:
    details = _data(neighbourhood_html(village, CANTAL))["details"]["n0"]
    assert details["href"] == "/id/territory/departement/15?lang=fr"
    mailed = neighbourhood_html(village, CANTAL, base="https://essaim.example/")
    assert _data(mailed)["details"]["n0"]["href"].startswith("https://essaim.example/id/")


def test_an_entity_alone_is_drawn_alone(store_of: StoreOf, read_page: ReadPage) -> None:
    store = store_of(':practice\\/alone a ess:Practice ; rdfs:label "Seule"@fr .')
    page = read_page(neighbourhood_html(store, "practice:alone"))
    assert page.faults == []
    assert "Aucune relation connue." in page.text


def test_an_entity_without_a_label_or_a_known_type_is_drawn(store_of: StoreOf) -> None:
    store = store_of(":thing\\/a-b a <https://other.example/Thing> ; ess:basedIn :thing\\/c .")
    html = neighbourhood_html(store, f"{BASE}thing/a-b")
    assert "a b" in html
    assert "Thing" in html or "thing" in html


def test_two_lines_between_the_same_ends_do_not_hide_each_other(
    store_of: StoreOf, village_turtle: str
) -> None:
    again = """:practice\\/kamishibai ess:originatesIn :territory\\/departement\\/15 .
    :implementation\\/two a ess:Replication ; ess:implements :practice\\/kamishibai ;
      ess:inTerritory :territory\\/departement\\/15 ."""
    data = _data(neighbourhood_html(store_of(village_turtle + again), "practice:kamishibai"))
    bends = [json.dumps(edge["smooth"]) for edge in data["edges"] if len(data["edges"]) > 1]
    assert len(set(bends)) == 3


def test_what_is_not_there_is_not_found(village: EmbeddedStore) -> None:
    with pytest.raises(NotFound):
        neighbourhood_html(village, "practice:none")
    with pytest.raises(BadInput):
        neighbourhood_html(village, CANTAL, language="xx")


def test_a_browser_draws_it_and_runs_nothing_else(
    hostile: EmbeddedStore, tmp_path: Path, chromium: str
) -> None:
    file = tmp_path / "page.html"
    policy = "default-src 'none'; script-src 'nonce-n'; style-src 'nonce-n'; img-src data:"
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    html = neighbourhood_html(hostile, CANTAL, nonce="n")
    file.write_text(html.replace("<head>", f"<head>{meta}", 1), encoding="utf-8")
    done = subprocess.run(
        [
            *(chromium, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"),
            *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
            *("--enable-logging=stderr", "--virtual-time-budget=2000"),
            *(f"--user-data-dir={tmp_path / 'profile'}", file.as_uri()),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert "CONSOLE" not in done.stderr
    assert '<html lang="fr" class="script">' in done.stdout
    assert "<canvas" in done.stdout
    assert "<title>Cantal" in done.stdout
