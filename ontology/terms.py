"""The terms of the ontology as plain data: what each is called, means and is tied to.

The documentation, its pictures and the JSON-LD context are made from what is read here.

Example:
    >>> terms()[ESS.Practice.value].labels["fr"]
    'pratique'
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Literal, TypeAlias

import pyoxigraph
from pyoxigraph import BlankNode, NamedNode, RdfFormat

from essaim.ontology.names import DCTERMS, ESS, OWL, RDF, RDFS, SCHEMA, SKOS
from essaim.ontology.vocabulary import ontology_files

__all__ = ["Alignment", "Kind", "Module", "Term", "alignments", "modules", "terms"]

Kind: TypeAlias = Literal["class", "object", "data", "annotation"]
Texts: TypeAlias = Mapping[str, str]

_KINDS: Mapping[NamedNode, Kind] = {
    OWL.Class: "class",
    OWL.ObjectProperty: "object",
    OWL.DatatypeProperty: "data",
    OWL.AnnotationProperty: "annotation",
}
_TRAITS = {OWL.SymmetricProperty: "symmetric", OWL.TransitiveProperty: "transitive"}
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


@dataclass
class _Statements:
    """The statements of a file by subject and property, in the file's order."""

    by_subject: dict[pyoxigraph.NamedNode | BlankNode, dict[NamedNode, list[object]]] = field(
        default_factory=dict
    )

    @classmethod
    def read(cls, content: bytes) -> _Statements:
        statements = cls()
        for quad in pyoxigraph.parse(input=content, format=RdfFormat.TURTLE):
            subject = quad.subject
            if isinstance(subject, NamedNode | BlankNode):
                about = statements.by_subject.setdefault(subject, {})
                about.setdefault(quad.predicate, []).append(quad.object)
        return statements


@cache
def terms() -> Mapping[str, Term]:
    """Every class and property by IRI, module by module, in the order of the files."""
    found = {}
    for file in ontology_files():
        module = file.name.removesuffix(".ttl")
        for subject, about in _Statements.read(file.read_bytes()).by_subject.items():
            kinds = [_KINDS[k] for k in about.get(RDF.type, ()) if k in _KINDS]  # type: ignore[index]
            if kinds and isinstance(subject, NamedNode):
                found[subject.value] = _term(subject, kinds[0], module, about)
    return found


def _term(
    subject: NamedNode, kind: Kind, module: str, about: Mapping[NamedNode, list[object]]
) -> Term:
    domain = _iris(about, RDFS.domain)
    values = _iris(about, RDFS.range)
    return Term(
        iri=subject.value,
        kind=kind,
        module=module,
        labels=_texts(about, RDFS.label),
        meanings=_texts(about, *_MEANING),
        examples=_texts(about, SKOS.example),
        above=_iris(about, RDFS.subClassOf, RDFS.subPropertyOf),
        domain=domain,
        range=values,
        said_of=domain or _iris(about, SCHEMA.domainIncludes),
        holds=values or _iris(about, SCHEMA.rangeIncludes),
        values_from=_iris(about, ESS.valuesFrom),
        inverse="".join(_iris(about, OWL.inverseOf)[:1]),
        traits=tuple(_TRAITS[k] for k in about.get(RDF.type, ()) if k in _TRAITS),  # type: ignore[index]
        replaced_by="".join(_iris(about, DCTERMS.isReplacedBy)[:1]),
    )


@cache
def modules() -> Mapping[str, Module]:
    """The modules by name; ``essaim`` is the ontology itself."""
    found = {}
    for file in ontology_files():
        name = file.name.removesuffix(".ttl")
        for about in _Statements.read(file.read_bytes()).by_subject.values():
            if OWL.Ontology in about.get(RDF.type, ()):
                found[name] = Module(
                    name=name,
                    labels=_texts(about, RDFS.label),
                    descriptions=_texts(about, DCTERMS.description),
                    version=_literals(about, OWL.versionInfo)[0],
                )
    return found


@cache
def alignments() -> Mapping[str, tuple[Alignment, ...]]:
    """The ties to other vocabularies, by the IRI of the term or concept of ours."""
    found: dict[str, list[Alignment]] = {}
    for file in ontology_files("alignments"):
        for about in _Statements.read(file.read_bytes()).by_subject.values():
            if OWL.Axiom in about.get(RDF.type, ()):
                (source,) = _iris(about, OWL.annotatedSource)
                (relation,) = _iris(about, OWL.annotatedProperty)
                (target,) = _iris(about, OWL.annotatedTarget)
                tie = Alignment(source, relation, target, _texts(about, RDFS.comment))
                found.setdefault(source, []).append(tie)
    return {source: tuple(ties) for source, ties in found.items()}


def _texts(about: Mapping[NamedNode, Iterable[object]], *props: NamedNode) -> Texts:
    return {
        value.language: value.value
        for prop in props
        for value in about.get(prop, ())
        if isinstance(value, pyoxigraph.Literal) and value.language
    }


def _literals(about: Mapping[NamedNode, Iterable[object]], prop: NamedNode) -> list[str]:
    return [v.value for v in about.get(prop, ()) if isinstance(v, pyoxigraph.Literal)]


def _iris(about: Mapping[NamedNode, Iterable[object]], *props: NamedNode) -> tuple[str, ...]:
    return tuple(v.value for p in props for v in about.get(p, ()) if isinstance(v, NamedNode))
