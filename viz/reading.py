"""Reading one entity at a time: its kind, its label, its facts and its links to others.

A dated relationship (a membership, a participation …) is a thing in the graph and a line in a
picture: :meth:`Reader.links` gives it as the one link that its class declares in the ontology.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TypeGuard

from pyoxigraph import Literal, NamedNode, Quad, Triple

from essaim.graph.inference import INFERRED
from essaim.graph.resolve import label
from essaim.graph.store import EmbeddedStore, Term
from essaim.ontology.names import (
    DCAT,
    DCTERMS,
    ESS,
    FOAF,
    GRAPHS,
    ORG,
    OWL,
    PROV,
    RDF,
    RDFS,
    SKOS,
)
from essaim.ontology.relationships import Relationship, relationships
from essaim.viz.links import short_name
from essaim.viz.texts import has_text, text

__all__ = ["Fact", "Link", "Reader", "SourceGraph", "read_sources"]


@dataclass(frozen=True, order=True)
class Fact:
    """One value of one property of an entity.

    Args:
        property: the property's IRI.
        label: what the property is called, in the reader's language.
        value: the value's text, as it is in the graph.
        datatype: the datatype's IRI; ``""`` for a text in a language and for an address.
        address: where it leads when the value is an address outside the graph, else ``""``.
        graphs: the IRIs of the named graphs that state it.
    """

    property: str
    label: str
    value: str
    datatype: str
    address: str
    graphs: tuple[str, ...]


@dataclass(frozen=True, order=True)
class Link:
    """A line between two entities.

    Args:
        source: the IRI it leaves from.
        target: the IRI it leads to.
        relation: the IRI of the property, or of the class of the dated relationship.
        evidence: the IRI of the dated relationship, or ``""``.
    """

    source: str
    target: str
    relation: str
    evidence: str = ""

    def other(self, end: str) -> str:
        """The end that is not this one."""
        return self.target if end == self.source else self.source


@dataclass(frozen=True)
class SourceGraph:
    """Where the statements of a named graph come from.

    Args:
        iri: the graph's IRI.
        title: the source's title; its short name where it gives none.
        publisher: who publishes it.
        licence: the licence's address.
        homepage: where it can be read.
        retrieved: the day it was read, ``YYYY-MM-DD``, or ``""``.
    """

    iri: str
    title: str
    publisher: str
    licence: str
    homepage: str
    retrieved: str


_STRUCTURAL = {
    RDF.type, RDFS.label, RDFS.isDefinedBy, RDFS.subClassOf, RDFS.domain, RDFS.range, OWL.sameAs,
    SKOS.inScheme, SKOS.topConceptOf, SKOS.hasTopConcept, SKOS.prefLabel, SKOS.hiddenLabel,
    SKOS.notation, DCTERMS.source, ESS.roleFamily, ESS.claimProperty, PROV.wasGeneratedBy,
}  # fmt: skip
"""What is said of an entity's place in the machinery, not of the entity."""

_NOT_ENTITIES = {
    OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty, OWL.Ontology,
    SKOS.ConceptScheme, DCAT.Dataset, PROV.Entity, RDFS.Class, RDF.Property,
}  # fmt: skip

_GENERAL = {
    FOAF.Agent, ORG.Organization, ORG.Membership, PROV.Activity, PROV.Plan, ESS.Territory,
    ESS.Practice, ESS.Implementation,
}  # fmt: skip
"""Classes that say less than any other an entity may be said to be of."""

_CONCEPT, _OPENLAB, _ACTIVITY = SKOS.Concept, ESS.OpenLab, PROV.Activity
_PLACE = {ESS.start.value: 0, ESS.end.value: 1}
_WORD_START = re.compile(r"(?<=[a-zà-ÿ0-9])(?=[A-Z])|[-_]+")


class Reader:
    """Reads entities of a store in one language; what was read once is remembered.

    Args:
        store: the graph.
        language: ``fr`` or ``en``.
        keep_activities: give an implementation as an entity of its own, not as the link between
            the territory and the practice; a deep picture has room for both and for who took part.
    """

    def __init__(
        self, store: EmbeddedStore, language: str, *, keep_activities: bool = False
    ) -> None:
        self._store = store
        self.language = language
        self._keep_activities = keep_activities
        self._kinds: dict[NamedNode, frozenset[NamedNode]] = {}
        self._labels: dict[NamedNode, str] = {}
        self._types: dict[frozenset[NamedNode], NamedNode] = {}
        self._drawn_as: dict[frozenset[NamedNode], Relationship | None] = {}
        self._wider = _wider_classes(store)
        self._ends: dict[NamedNode, set[NamedNode]] = {}
        for declared in relationships():
            self._ends.setdefault(declared.source, set()).add(declared.cls)
            self._ends.setdefault(declared.target, set()).add(declared.cls)
        self.mutual = {
            quad.subject for quad in store.quads(predicate=RDF.type, value=OWL.SymmetricProperty)
        }

    # what an entity is

    def kinds(self, iri: NamedNode) -> frozenset[NamedNode]:
        """The classes it is said to be of; those worked out by rules only where there are none."""
        if iri not in self._kinds:
            quads = list(self._store.quads(subject=iri, predicate=RDF.type))
            stated = [quad for quad in quads if quad.graph_name != INFERRED] or quads
            self._kinds[iri] = frozenset(
                quad.object for quad in stated if isinstance(quad.object, NamedNode)
            )
        return self._kinds[iri]

    def roles(self, iri: NamedNode) -> list[str]:
        """The labels of the classes that the entity's roles put it in."""
        derived = {
            quad.object
            for quad in self._store.quads(iri, RDF.type, graph=INFERRED)
            if isinstance(quad.object, NamedNode)
        }
        derived -= self.kinds(iri) | _GENERAL
        wider = {above for cls in derived for above in self._wider.get(cls, ())}
        return sorted(self.label(cls) for cls in derived - wider)

    def is_entity(self, term: object) -> TypeGuard[NamedNode]:
        """Whether a term is something to show, not a word of the ontology or an address."""
        if not isinstance(term, NamedNode) or term.value.startswith(GRAPHS.base):
            return False
        kinds = self.kinds(term)
        return bool(kinds) and not kinds & _NOT_ENTITIES

    def is_concept(self, iri: NamedNode) -> bool:
        """Whether it is a concept of a vocabulary."""
        return _CONCEPT in self.kinds(iri)

    def type_of(self, iri: NamedNode) -> NamedNode:
        """The one type it is shown as: its most precise class, or a concept's scheme."""
        kinds = self.kinds(iri)
        if _CONCEPT in kinds:
            schemes = (quad.object for quad in self._store.quads(iri, SKOS.inScheme))
            named = sorted(s.value for s in schemes if isinstance(s, NamedNode))
            return NamedNode(named[0]) if named else _CONCEPT
        if kinds not in self._types:
            wider = {above for kind in kinds for above in self._wider.get(kind, ())}
            precise = (kinds - wider) or kinds or {RDFS.Resource}
            self._types[kinds] = min(precise, key=lambda kind: (kind in _GENERAL, kind.value))
        return self._types[kinds]

    def label(self, iri: NamedNode) -> str:
        """What it is called; a name made from its IRI where it has no label."""
        if iri not in self._labels:
            found = label(self._store, iri, self.language)
            self._labels[iri] = _spoken(iri.value, self.language) if found == iri.value else found
        return self._labels[iri]

    # what is said of it

    def facts(self, iri: NamedNode) -> list[Fact]:
        """Its values that are no entities, in the reader's language where there is a choice."""
        values: dict[tuple[NamedNode, Term], list[str]] = {}
        for quad in self._store.quads(subject=iri):
            if self._is_link(quad) and not isinstance(quad.object, Triple):
                values.setdefault((quad.predicate, quad.object), []).append(_graph(quad))
        spoken = {
            prop
            for prop, value in values
            if isinstance(value, Literal) and value.language == self.language
        }
        facts = []
        for (prop, value), graphs in values.items():
            if isinstance(value, Literal):
                if value.language and value.language != self.language and prop in spoken:
                    continue
                datatype = "" if value.language else value.datatype.value
                facts.append(self._fact(prop, value.value, datatype, "", graphs))
            elif isinstance(value, NamedNode) and not self.is_entity(value):
                facts.append(self._fact(prop, value.value, "", value.value, graphs))
        return sorted(facts, key=lambda fact: (_PLACE.get(fact.property, 2), fact.label, fact))

    def addresses(self, iri: NamedNode) -> list[str]:
        """The addresses it was read at."""
        quads = self._store.quads(iri, DCTERMS.source)
        return sorted({quad.object.value for quad in quads if isinstance(quad.object, NamedNode)})

    def stated_in(self, iri: NamedNode) -> list[str]:
        """The IRIs of the named graphs that describe it."""
        graphs = {_graph(quad) for quad in self._store.quads(subject=iri)}
        return sorted(graphs - {INFERRED.value})

    # its links

    def iter_links(self, here: NamedNode) -> Iterator[Link]:
        """Every link that leaves from an entity or leads to it, each once, in no order."""
        seen: set[Link] = set()
        for link in (*self._iter_leaving(here), *self._iter_arriving(here)):
            if link not in seen and link.source != link.target:
                seen.add(link)
                yield link

    def iter_own_links(self, here: NamedNode) -> Iterator[Link]:
        """The links that leave from an entity: those of all entities are each link once."""
        seen: set[Link] = set()
        arriving = (
            link
            for prop in sorted(self._ends, key=str)
            for quad in self._store.quads(predicate=prop, value=here)
            for link in self._through(quad, here)
        )
        for link in (*self._iter_leaving(here), *arriving):
            if link not in seen and here.value == link.source != link.target:
                seen.add(link)
                yield link

    def relationship(self, iri: NamedNode) -> Relationship | None:
        """The relationship an entity is drawn as, or nothing when it is drawn as itself."""
        kinds = self.kinds(iri)
        if kinds not in self._drawn_as:
            self._drawn_as[kinds] = self._declared_by(kinds)
        return self._drawn_as[kinds]

    def _declared_by(self, kinds: frozenset[NamedNode]) -> Relationship | None:
        """What the classes declare; an OpenLab is known by its own name, so it stays itself."""
        every = self._with_wider(kinds)
        if _OPENLAB in kinds or (self._keep_activities and _ACTIVITY in every):
            return None
        return next((one for one in relationships() if one.cls in every), None)

    def values(self, iri: NamedNode, prop: NamedNode) -> list[NamedNode]:
        """The entities that a property leads to, sorted."""
        quads = self._store.quads(iri, prop)
        found = {quad.object for quad in quads if isinstance(quad.object, NamedNode)}
        return sorted(found, key=lambda value: value.value)

    def text(self, iri: NamedNode, prop: NamedNode) -> str:
        """The first value of a property; ``""`` when there is none."""
        quads = self._store.quads(iri, prop)
        return min((q.object.value for q in quads if isinstance(q.object, Literal)), default="")

    def _iter_leaving(self, here: NamedNode) -> Iterator[Link]:
        for quad in self._store.quads(subject=here):
            value = quad.object
            if self._is_link(quad) and self.is_entity(value):
                yield self._link(here.value, value.value, quad.predicate)

    def _iter_arriving(self, here: NamedNode) -> Iterator[Link]:
        for quad in self._store.quads(value=here):
            yield from self._through(quad, here)

    def _through(self, quad: Quad, here: NamedNode) -> Iterator[Link]:
        """The links that a statement about this entity makes: itself, or the one it stands for."""
        subject = quad.subject
        if (
            not isinstance(subject, NamedNode)
            or not self._is_link(quad)
            or not self.is_entity(subject)
        ):
            return
        declared = self.relationship(subject)
        if declared and _ACTIVITY in self._with_wider(self.kinds(subject)):
            # what else is said of an activity is said of it, not of the territory it is in
            declared = declared if quad.predicate in {declared.source, declared.target} else None
        sources = self.values(subject, declared.source) if declared else []
        targets = self.values(subject, declared.target) if declared else []
        if declared is None or not sources or not targets:
            yield self._link(subject.value, here.value, quad.predicate)
        elif quad.predicate == declared.source:
            for target in targets:
                yield Link(here.value, target.value, declared.cls.value, subject.value)
        else:
            relation = declared.cls if quad.predicate == declared.target else quad.predicate
            for source in sources:
                yield Link(source.value, here.value, relation.value, subject.value)

    def _with_wider(self, kinds: frozenset[NamedNode]) -> set[NamedNode]:
        return {*kinds, *(above for kind in kinds for above in self._wider.get(kind, ()))}

    def _is_link(self, quad: Quad) -> bool:
        return quad.predicate not in _STRUCTURAL and quad.graph_name != INFERRED

    def _link(self, source: str, target: str, prop: NamedNode) -> Link:
        if prop in self.mutual and target < source:
            source, target = target, source
        return Link(source, target, prop.value)

    def _fact(
        self, prop: NamedNode, value: str, datatype: str, address: str, graphs: list[str]
    ) -> Fact:
        name = self.label(prop)
        return Fact(prop.value, name, value, datatype, address, tuple(sorted(set(graphs))))


def read_sources(store: EmbeddedStore, language: str) -> list[SourceGraph]:
    """The sources loaded into a store, by title."""
    found = []
    for quad in store.quads(predicate=RDF.type, value=DCAT.Dataset):
        if isinstance(quad.subject, NamedNode):
            about = {q.predicate: q.object for q in store.quads(subject=quad.subject)}
            texts = {
                prop: term.value
                for prop, term in about.items()
                if isinstance(term, NamedNode | Literal)
            }
            title = label(store, quad.subject, language)
            found.append(
                SourceGraph(
                    quad.subject.value,
                    title.removeprefix(f"{GRAPHS.base}source/"),
                    texts.get(DCTERMS.publisher, ""),
                    texts.get(DCTERMS.license, ""),
                    texts.get(DCAT.landingPage, ""),
                    texts.get(DCTERMS.date, ""),
                )
            )
    unique = {source.iri: source for source in found}
    return sorted(unique.values(), key=lambda source: (source.title, source.iri))


def _wider_classes(store: EmbeddedStore) -> dict[NamedNode, frozenset[NamedNode]]:
    """For each class, every class it is a kind of."""
    direct: dict[NamedNode, set[NamedNode]] = {}
    for quad in store.quads(predicate=RDFS.subClassOf):
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode):
            direct.setdefault(quad.subject, set()).add(quad.object)
    found = {}
    for cls, nearest in direct.items():
        above: set[NamedNode] = set()
        ahead = list(nearest)
        while ahead:
            wider = ahead.pop()
            if wider not in above:
                above.add(wider)
                ahead.extend(direct.get(wider, ()))
        found[cls] = frozenset(above - {cls})
    return found


def _graph(quad: Quad) -> str:
    return quad.graph_name.value if isinstance(quad.graph_name, NamedNode) else ""


@cache
def _spoken(iri: str, language: str) -> str:
    """What a word of another vocabulary is called, or the last part of its IRI, words apart."""
    key = f"property.{short_name(iri)}"
    if has_text(key):
        return text(key, language)
    name = re.split(r"[/#]", iri.rstrip("/#"))[-1]
    return _WORD_START.sub(" ", name).strip().lower() or iri
