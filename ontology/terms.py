"""The terms of the ontology as plain data: what each is called, means and is tied to.

The documentation, its pictures and the JSON-LD context are made from what is read here.

Example:
    >>> terms()[ESS.Practice.value].labels["fr"]
    'pratique'
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal, TypeAlias

from pyoxigraph import NamedNode

from essaim.ontology.names import DCTERMS, ESS, OWL, RDF, RDFS, SCHEMA, SKOS
from essaim.ontology.turtle import About, Texts, iris, literals, statements, texts
from essaim.ontology.vocabulary import ontology_files

__all__ = ["Alignment", "Kind", "Module", "Term", "alignments", "modules", "terms"]

Kind: TypeAlias = Literal["class", "object", "data", "annotation"]

_KINDS: Mapping[str, Kind] = {
    OWL.Class.value: "class",
    OWL.ObjectProperty.value: "object",
    OWL.DatatypeProperty.value: "data",
    OWL.AnnotationProperty.value: "annotation",
}
_TRAITS = {
    OWL.SymmetricProperty.value: "symmetric",
    OWL.TransitiveProperty.value: "transitive",
}
_MEANING = (SKOS.definition, SKOS.scopeNote)


@dataclass(frozen=True)
class Alignment:
    """A tie to a term of another vocabulary.

    Args:
        source: the IRI of the term or concept of ours.
        relation: the IRI of what ties them: subclass, subproperty or a SKOS match.
        target: the IRI of the other term.
        reason: why, by language.
    """

    source: str
    relation: str
    target: str
    reason: Texts


@dataclass(frozen=True)
class Module:
    """A part of the ontology, which is a file.

    Args:
        name: the file's name without its ending.
        labels: what it is called, by language.
        descriptions: what it is about, by language.
        version: the version of the ontology.
    """

    name: str
    labels: Texts
    descriptions: Texts
    version: str


@dataclass(frozen=True)
class Term:
    """A class or a property, of ours or borrowed.

    Args:
        iri: its IRI.
        kind: ``class``, ``object`` (a property that ties two things), ``data`` (one that holds a
            value) or ``annotation``.
        module: the name of the module that declares it.
        labels: what it is called, by language.
        meanings: what it means, or how it is used when it is borrowed, by language.
        examples: an example, by language.
        above: the classes or properties it is under, here or elsewhere.
        domain: the classes a thing that carries it is inferred to be of.
        range: the classes or datatypes its value is inferred to be of.
        said_of: the kinds of things that carry it, inferred or not.
        holds: the kinds of values it has, inferred or not.
        values_from: the concept schemes its values are taken from.
        inverse: the property it is the inverse of, or ``""``.
        traits: ``symmetric``, ``transitive``.
        replaced_by: for a deprecated term, the one to use; otherwise ``""``.
    """

    iri: str
    kind: Kind
    module: str
    labels: Texts
    meanings: Texts
    examples: Texts
    above: tuple[str, ...]
    domain: tuple[str, ...]
    range: tuple[str, ...]
    said_of: tuple[str, ...]
    holds: tuple[str, ...]
    values_from: tuple[str, ...]
    inverse: str
    traits: tuple[str, ...]
    replaced_by: str

    @property
    def is_ours(self) -> bool:
        """Whether it is a term of Essaim, not a borrowed one."""
        return self.iri.startswith(ESS.base)

    @property
    def name(self) -> str:
        """Its local name, such as ``Practice``."""
        return self.iri.replace("#", "/").rpartition("/")[2]


@cache
def terms() -> Mapping[str, Term]:
    """Every class and property by IRI, module by module, in the order of the files."""
    found = {}
    for file in ontology_files():
        module = file.name.removesuffix(".ttl")
        for subject, about in statements(file.read_bytes()).items():
            kinds = [_KINDS[iri] for iri in iris(about, RDF.type) if iri in _KINDS]
            if kinds and isinstance(subject, NamedNode):
                found[subject.value] = _term(subject, kinds[0], module, about)
    return found


def _term(subject: NamedNode, kind: Kind, module: str, about: About) -> Term:
    domain = iris(about, RDFS.domain)
    values = iris(about, RDFS.range)
    return Term(
        iri=subject.value,
        kind=kind,
        module=module,
        labels=texts(about, RDFS.label),
        meanings=texts(about, *_MEANING),
        examples=texts(about, SKOS.example),
        above=iris(about, RDFS.subClassOf, RDFS.subPropertyOf),
        domain=domain,
        range=values,
        said_of=domain or iris(about, SCHEMA.domainIncludes),
        holds=values or iris(about, SCHEMA.rangeIncludes),
        values_from=iris(about, ESS.valuesFrom),
        inverse="".join(iris(about, OWL.inverseOf)[:1]),
        traits=tuple(_TRAITS[iri] for iri in iris(about, RDF.type) if iri in _TRAITS),
        replaced_by="".join(iris(about, DCTERMS.isReplacedBy)[:1]),
    )


@cache
def modules() -> Mapping[str, Module]:
    """The modules by name; ``essaim`` is the ontology itself."""
    found = {}
    for file in ontology_files():
        name = file.name.removesuffix(".ttl")
        for about in statements(file.read_bytes()).values():
            if OWL.Ontology in about.get(RDF.type, ()):
                found[name] = Module(
                    name=name,
                    labels=texts(about, RDFS.label),
                    descriptions=texts(about, DCTERMS.description),
                    version=literals(about, OWL.versionInfo)[0],
                )
    return found


@cache
def alignments() -> Mapping[str, tuple[Alignment, ...]]:
    """The ties to other vocabularies, by the IRI of the term or concept of ours."""
    found: dict[str, list[Alignment]] = {}
    for file in ontology_files("alignments"):
        for about in statements(file.read_bytes()).values():
            if OWL.Axiom in about.get(RDF.type, ()):
                (source,) = iris(about, OWL.annotatedSource)
                (relation,) = iris(about, OWL.annotatedProperty)
                (target,) = iris(about, OWL.annotatedTarget)
                tie = Alignment(source, relation, target, texts(about, RDFS.comment))
                found.setdefault(source, []).append(tie)
    return {source: tuple(ties) for source, ties in found.items()}
