"""Small graphs as stores, and pages taken apart."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser

import pyoxigraph
import pytest
from pyoxigraph import Quad, RdfFormat

from essaim.graph.inference import infer
from essaim.graph.store import EmbeddedStore
from essaim.ontology.names import GRAPHS, PREFIXES
from essaim.ontology.vocabulary import iter_ontology_triples

StoreOf = Callable[..., EmbeddedStore]

_VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
_URL_IN_STYLE = re.compile(r"url\(|@import", re.IGNORECASE)

PROVENANCE = """
graph:source\\/test a dcat:Dataset ; rdfs:label "Registre d'essai"@fr , "Test register"@en ;
  dcterms:publisher "L'éditeur" ; dcterms:license <https://creativecommons.org/licenses/by/4.0/> ;
  dcat:landingPage <https://register.example/> ; dcterms:date "2026-11-24"^^xsd:date .
"""

VILLAGE = """
:territory\\/departement\\/43 a ess:Departement ; rdfs:label "Haute-Loire"@fr , "Haute-Loire"@en ;
  ess:population 228654 ; ess:inseeCode "43" ; ess:borders :territory\\/departement\\/15 .
:territory\\/departement\\/15 a ess:Departement ; rdfs:label "Cantal"@fr , "Cantal"@en ;
  ess:borders :territory\\/departement\\/43 ; ess:directlyWithin :territory\\/region\\/84 .
:territory\\/region\\/84 a ess:Region ;
  rdfs:label "Auvergne-Rhône-Alpes"@fr , "Auvergne-Rhône-Alpes"@en .
:practice\\/kamishibai a ess:Practice ; rdfs:label "Kamishibaï"@fr , "Kamishibai"@en ;
  dcterms:description "Raconter devant un petit théâtre."@fr , "Telling stories."@en ;
  ess:theme theme:public-reading ; dcterms:source <https://kamishibai.example/fiche> .
:implementation\\/one a ess:Implementation ; rdfs:label "Kamishibaï dans le Cantal"@fr ;
  ess:implements :practice\\/kamishibai ; ess:inTerritory :territory\\/departement\\/15 ;
  ess:start "2019"^^xsd:gYear ; ess:end "2021-06"^^xsd:gYearMonth ;
  dcterms:source <https://cantal.example/> .
:organisation\\/mds a org:Organization ;
  rdfs:label "Médiathèque du Cantal"@fr , "Cantal library"@en ;
  ess:basedIn :territory\\/departement\\/15 ; ess:sector sector:culture .
:participation\\/one a ess:Participation ; rdfs:label "La médiathèque porte"@fr ;
  ess:participant :organisation\\/mds ; ess:participatesIn :implementation\\/one ;
  ess:role role:culture-professionals ; ess:participationRole participation:carrier .
:organisation\\/favd a ess:Network ; rdfs:label "Fédération"@fr , "Federation"@en .
:membership\\/one a ess:Membership ; org:member :organisation\\/mds ;
  org:organization :organisation\\/favd ; ess:start "2018-03-01"^^xsd:date .
:openlab\\/haute-loire a ess:OpenLab ; rdfs:label "OpenLab de la Haute-Loire"@fr ;
  ess:inTerritory :territory\\/departement\\/43 ; ess:implements :practice\\/kamishibai .
"""


@pytest.fixture(scope="session")
def village_turtle() -> str:
    """The statements of the village, to add others to."""
    return VILLAGE


@pytest.fixture(scope="session")
def store_of(tmp_path_factory: pytest.TempPathFactory) -> StoreOf:
    """Makes a store from Turtle, with the ontology; the usual prefixes and ``:`` are declared."""
    place = tmp_path_factory.mktemp("stores")
    ontology = [
        Quad(triple.subject, triple.predicate, triple.object, GRAPHS.ontology)
        for triple in iter_ontology_triples()
    ]

    def make(turtle: str, *, backwards: bool = False) -> EmbeddedStore:
        path = place / str(len(list(place.iterdir())))
        head = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
        head += f"@prefix : <{PREFIXES['id']}> .\n"
        store = pyoxigraph.Store(str(path))
        store.bulk_extend(ontology)
        for graph, text in (("provenance/test", PROVENANCE), ("source/test", turtle)):
            quads = list(pyoxigraph.parse(input=head + text, format=RdfFormat.TURTLE))
            for quad in reversed(quads) if backwards else quads:
                store.add(Quad(quad.subject, quad.predicate, quad.object, GRAPHS[graph]))
        infer(store)
        store.flush()
        del store
        return EmbeddedStore(path)

    return make


@pytest.fixture(scope="session")
def village(store_of: StoreOf) -> EmbeddedStore:
    """A small graph with every kind of relation."""
    return store_of(VILLAGE)


@dataclass
class Element:
    """A start tag with its attributes."""

    tag: str
    attributes: dict[str, str]


@dataclass
class Document:
    """A page, taken apart."""

    elements: list[Element] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def all(self, tag: str) -> list[Element]:
        return [element for element in self.elements if element.tag == tag]

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.document = Document()
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            self.document.faults.append(f"<{tag}> has an attribute twice")
        attributes = {name: value or "" for name, value in attrs}
        self.document.elements.append(Element(tag, attributes))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.document.faults.append(f"</{tag}> closes something else")

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] == "style" and _URL_IN_STYLE.search(data):
            self.document.faults.append("a style loads something")
        if not self._open or self._open[-1] not in {"script", "style"}:
            self.document.texts.append(data)


@pytest.fixture
def read_page() -> Callable[[str], Document]:
    """Takes a page apart."""
    return _read_page


def _read_page(html: str) -> Document:
    """Take a page apart, and check what every page must keep to."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    document = reader.document
    for element in document.elements:
        document.faults.extend(_faults(element))
    ids = [e.attributes["id"] for e in document.elements if "id" in e.attributes]
    document.faults.extend(f"two elements are {i}" for i in {i for i in ids if ids.count(i) > 1})
    return document


def _faults(element: Element) -> list[str]:
    """What an element does that a strict Content-Security-Policy or a quiet network forbids."""
    tag, attributes = element.tag, element.attributes
    found = [f"<{tag} {name}>" for name in attributes if name.startswith("on") or name == "style"]
    if tag in {"iframe", "object", "embed", "base", "img", "video", "audio"}:
        found.append(f"<{tag}>")
    for name in ("src", "srcset", "poster", "data", "xlink:href", "action", "formaction", "href"):
        value = attributes.get(name, "")
        is_local = value.startswith(("#", "data:,")) or re.match(r"/(?!/)", value)
        is_evidence = tag == "a" and value.startswith(("http://", "https://"))
        if value and not is_local and not is_evidence:
            found.append(f'<{tag} {name}="{value}">')
    if tag == "a" and attributes.get("href", "").startswith("http"):
        rel = attributes.get("rel", "")
        found.extend([] if "noopener" in rel and "noreferrer" in rel else ["a link tells who asks"])
    return found
