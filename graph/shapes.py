"""The shapes of ``ontology/shapes``, read: who is targeted, what is asked, what is said if not.

What is understood is the part of SHACL that the shapes use. A word of SHACL that is not understood
is refused when the shapes are read, so that no check is skipped without a word.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal as OneOf
from typing import TypeAlias, cast

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from essaim.graph.paths import Alternative, Inverse, Path, Repeat, Sequence, Step
from essaim.ontology.errors import BadInput
from essaim.ontology.names import RDF, SH, Namespace
from essaim.ontology.vocabulary import ontology_files

__all__ = [
    "SHAPES",
    "Constraint",
    "Severity",
    "Shape",
    "constraints",
    "read_shapes",
    "shapes",
    "shapes_digest",
]

SHAPES = Namespace("https://w3id.org/essaim/shape/")
"""Where shapes are, and the words that SHACL lacks."""

Severity = OneOf["violation", "warning", "info"]
Node: TypeAlias = NamedNode | BlankNode | Literal

_SEVERITIES: dict[Node, Severity] = {SH.Violation: "violation", SH.Warning: "warning"}
_COMPONENTS: dict[NamedNode, str] = {
    SH.minCount: "MinCount",
    SH.maxCount: "MaxCount",
    SH.datatype: "Datatype",
    SH["or"]: "Or",
    SH.nodeKind: "NodeKind",
    SH["class"]: "Class",
    SH.pattern: "Pattern",
    SH["not"]: "Not",
    SH["in"]: "In",
    SH.hasValue: "HasValue",
    SH.uniqueLang: "UniqueLang",
    SH.minInclusive: "MinInclusive",
    SH.maxInclusive: "MaxInclusive",
    SH.disjoint: "Disjoint",
    SH.qualifiedValueShape: "QualifiedMinCount",
    SHAPES.luhn: "Luhn",
    SHAPES.notBefore: "NotBefore",
}
_REPEATS: dict[NamedNode, OneOf["?", "*", "+"]] = {
    SH.zeroOrOnePath: "?",
    SH.zeroOrMorePath: "*",
    SH.oneOrMorePath: "+",
}
_ABOUT = {
    RDF.type, SH.path, SH.severity, SH.message, SH.qualifiedMinCount, SH.property,
    SH.targetClass, SH.targetSubjectsOf, SH.target, SHAPES.hidesValue,
}  # fmt: skip


@dataclass(frozen=True)
class Constraint:
    """One thing that is asked.

    Args:
        shape: the IRI of the shape that asks it.
        component: which kind of constraint it is, the name of its SHACL component without
            ``ConstraintComponent``.
        path: what leads to the values; ``None`` when the entity itself is meant.
        operands: what it is compared with, as terms of N-Triples or plain text.
        severity: what happens when it does not hold.
        message_fr: what is said then, in French.
        message_en: what is said then, in English.
        hides_value: whether the value that is wrong may not be shown.
    """

    shape: str
    component: str
    path: Path | None
    operands: tuple[str, ...]
    severity: Severity
    message_fr: str
    message_en: str
    hides_value: bool

    @property
    def near(self) -> tuple[str, ...] | None:
        """The properties of the entity itself that lead to the values; ``None`` if others do."""
        match self.path:
            case Step(name):
                return (name,)
            case Alternative(parts) if all(isinstance(part, Step) for part in parts):
                return tuple(str(part) for part in parts)
            case None:
                return ()
            case _:
                return None


@dataclass(frozen=True)
class Shape:
    """A set of entities and what is asked of each.

    Args:
        iri: its IRI.
        classes: entities of these classes, and of narrower ones, are targeted.
        properties: entities that have these properties are targeted.
        namespaces: entities that use a property or a class that starts so are targeted.
        constraints: what is asked.
    """

    iri: str
    classes: tuple[str, ...]
    properties: tuple[str, ...]
    namespaces: tuple[str, ...]
    constraints: tuple[Constraint, ...]


@cache
def shapes() -> tuple[Shape, ...]:
    """The shapes of ``ontology/shapes``, by IRI."""
    found = [
        shape
        for file in ontology_files("shapes")
        for shape in read_shapes(
            quad.triple for quad in parse(input=file.read_bytes(), format=RdfFormat.TURTLE)
        )
    ]
    return tuple(sorted(found, key=lambda shape: shape.iri))


@cache
def constraints() -> Mapping[tuple[str, str], Constraint]:
    """Every constraint, by the IRI of the shape that asks it and its component."""
    return {(each.shape, each.component): each for shape in shapes() for each in shape.constraints}


@cache
def shapes_digest() -> str:
    """What stands for the shapes: a change in any file changes it."""
    digest = hashlib.sha256()
    for file in ontology_files("shapes"):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def read_shapes(triples: Iterable[Triple]) -> list[Shape]:
    """The node shapes that some statements describe.

    Raises:
        BadInput: a shape uses a word of SHACL that is not understood here.
    """
    about: dict[Node, dict[NamedNode, list[Node]]] = {}
    for subject, predicate, value in triples:
        parts = about.setdefault(cast("Node", subject), {})
        parts.setdefault(predicate, []).append(cast("Node", value))
    reader = _Reader(about)
    return [
        reader.shape(node)
        for node, parts in about.items()
        if SH.NodeShape in parts.get(RDF.type, [])
    ]


class _Reader:
    def __init__(self, about: Mapping[Node, Mapping[NamedNode, list[Node]]]) -> None:
        self._about = about

    def shape(self, node: Node) -> Shape:
        parts = self._about[node]
        owners = [node, *parts.get(SH.property, [])]
        return Shape(
            iri=_plain(node),
            classes=tuple(str(value) for value in parts.get(SH.targetClass, [])),
            properties=tuple(str(value) for value in parts.get(SH.targetSubjectsOf, [])),
            namespaces=tuple(
                _plain(value)
                for target in parts.get(SH.target, [])
                for value in self._values(target, SHAPES.usesNamespace)
            ),
            constraints=tuple(each for owner in owners for each in self._constraints(owner)),
        )

    def _constraints(self, node: Node) -> list[Constraint]:
        parts = self._about.get(node, {})
        unknown = [name for name in parts if name not in _COMPONENTS and name not in _ABOUT]
        if unknown:
            raise BadInput(
                f"{_plain(node)}: {unknown[0].value} is not understood here.",
                "Write the shape without it, or teach essaim.graph.shapes to read it.",
            )
        path = self._path(parts[SH.path][0]) if SH.path in parts else None
        messages = {
            value.language: value.value
            for value in parts.get(SH.message, [])
            if isinstance(value, Literal)
        }
        severity = _SEVERITIES.get(next(iter(parts.get(SH.severity, [])), SH.Info), "info")
        return [
            Constraint(
                shape=_plain(node),
                component=component,
                path=path,
                operands=operands,
                severity=severity,
                message_fr=messages.get("fr", ""),
                message_en=messages.get("en", ""),
                hides_value=SHAPES.hidesValue in parts,
            )
            for name, component in _COMPONENTS.items()
            for operands in self._operands(node, name)
        ]

    def _operands(self, node: Node, name: NamedNode) -> list[tuple[str, ...]]:
        """What each use of a word by a shape compares with."""
        values = self._values(node, name)
        if not values:
            return []
        if name == SH["or"]:
            return [
                tuple(str(self._one(each, SH.datatype)) for each in self._list(value))
                for value in values
            ]
        if name == SH["not"]:
            return [(_plain(self._one(value, SH.pattern)),) for value in values]
        if name == SH["in"]:
            return [tuple(str(each) for each in self._list(value)) for value in values]
        if name == SH.qualifiedValueShape:
            least = _plain(self._one(node, SH.qualifiedMinCount))
            return [
                (least, *map(_plain, self._list(self._one(value, SH.languageIn))))
                for value in values
            ]
        return [(str(v) if isinstance(v, NamedNode) else _plain(v),) for v in values]

    def _path(self, node: Node) -> Path:
        if isinstance(node, NamedNode) and node != RDF.nil:
            return Step(str(node))
        parts = self._about.get(node, {})
        if RDF.first in parts:
            return Sequence(tuple(map(self._path, self._list(node))))
        for word, times in _REPEATS.items():
            if word in parts:
                return Repeat(self._path(parts[word][0]), times)
        if SH.alternativePath in parts:
            return Alternative(tuple(map(self._path, self._list(parts[SH.alternativePath][0]))))
        inner = self._path(self._one(node, SH.inversePath))
        if not isinstance(inner, Step):
            raise BadInput("Only one property is walked backwards.", "Write the path otherwise.")
        return Inverse(inner)

    def _list(self, node: Node) -> list[Node]:
        found = []
        while node != RDF.nil:
            found.append(self._one(node, RDF.first))
            node = self._one(node, RDF.rest)
        return found

    def _values(self, node: Node, name: NamedNode) -> list[Node]:
        return self._about.get(node, {}).get(name, [])

    def _one(self, node: Node, name: NamedNode) -> Node:
        values = self._values(node, name)
        if len(values) != 1:
            raise BadInput(
                f"{_plain(node)}: {name.value} is wanted once.", "Complete the shape's file."
            )
        return values[0]


def _plain(node: Node) -> str:
    return node.value
