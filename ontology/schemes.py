"""The concept schemes as plain data: what their concepts are called, mean, and come under.

:mod:`essaim.ontology.vocabulary` finds a concept by its label; what is here shows them.

Example:
    >>> schemes()["sector"].concepts["tourism"].labels["fr"]
    'tourisme'
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from essaim.ontology.errors import NotFound
from essaim.ontology.names import DCTERMS, RDF, SCHEMES, SKOS, VOCABULARIES
from essaim.ontology.turtle import About, Texts, iris, literals, statements, texts
from essaim.ontology.vocabulary import ontology_files

__all__ = ["ConceptEntry", "Scheme", "scheme", "schemes"]


@dataclass(frozen=True)
class ConceptEntry:
    """A concept.

    Args:
        iri: its IRI.
        key: the end of its IRI, which is also its notation.
        labels: its preferred label, by language.
        others: its alternative labels, by language.
        definitions: what it means, by language.
        broader: the keys of the concepts directly above it; several in a polyhierarchy.
        narrower: the keys of those directly under it.
        matches: the IRIs of concepts of our other schemes that it is tied to.
    """

    iri: str
    key: str
    labels: Texts
    others: Mapping[str, tuple[str, ...]]
    definitions: Texts
    broader: tuple[str, ...]
    narrower: tuple[str, ...]
    matches: tuple[str, ...]


@dataclass(frozen=True)
class Scheme:
    """A concept scheme.

    Args:
        name: its name, one of :data:`essaim.ontology.names.SCHEMES`.
        titles: what it is called, by language.
        descriptions: what it is about, by language.
        top: the keys of its first level, in the order of the file.
        concepts: its concepts by key, in the order of the file.
    """

    name: str
    titles: Texts
    descriptions: Texts
    top: tuple[str, ...]
    concepts: Mapping[str, ConceptEntry]

    @property
    def iri(self) -> str:
        """Its IRI."""
        return VOCABULARIES + self.name


@cache
def schemes() -> Mapping[str, Scheme]:
    """Every scheme by name."""
    found = {}
    for file in ontology_files("vocabularies"):
        name = file.name.removesuffix(".ttl")
        found[name] = _scheme(name, file.read_bytes())
    return {name: found[name] for name in SCHEMES}


def scheme(name: str) -> Scheme:
    """One scheme.

    Raises:
        NotFound: there is none of that name; the nearest are offered.
    """
    if name not in schemes():
        raise NotFound("concept scheme", name, schemes())
    return schemes()[name]


def _scheme(name: str, content: bytes) -> Scheme:
    about = {s.value: said for s, said in statements(content).items() if hasattr(s, "value")}
    concepts = {iri: said for iri, said in about.items() if SKOS.Concept in said.get(RDF.type, ())}
    under: dict[str, list[str]] = {}
    for iri, said in concepts.items():
        for broader in iris(said, SKOS.broader):
            under.setdefault(broader, []).append(_key(iri))
    header = about[VOCABULARIES + name]
    return Scheme(
        name=name,
        titles=texts(header, DCTERMS.title),
        descriptions=texts(header, DCTERMS.description),
        top=tuple(_key(iri) for iri in iris(header, SKOS.hasTopConcept)),
        concepts={
            _key(iri): _concept(iri, said, tuple(under.get(iri, ())))
            for iri, said in concepts.items()
        },
    )


def _concept(iri: str, said: About, narrower: tuple[str, ...]) -> ConceptEntry:
    return ConceptEntry(
        iri=iri,
        key=_key(iri),
        labels=texts(said, SKOS.prefLabel),
        others={language: literals(said, SKOS.altLabel, language) for language in ("fr", "en")},
        definitions=texts(said, SKOS.definition),
        broader=tuple(_key(broader) for broader in iris(said, SKOS.broader)),
        narrower=narrower,
        matches=iris(said, SKOS.relatedMatch, SKOS.exactMatch, SKOS.closeMatch),
    )


def _key(iri: str) -> str:
    return iri.rpartition("/")[2]
