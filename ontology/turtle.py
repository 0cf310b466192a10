"""A Turtle file of the ontology as plain statements, by subject and property.

Example:
    >>> from essaim.ontology.names import RDFS
    >>> about = statements(b'<a:b> <http://www.w3.org/2000/01/rdf-schema#label> "chose"@fr .')
    >>> texts(about[NamedNode("a:b")], RDFS.label)
    {'fr': 'chose'}
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import pyoxigraph
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple

__all__ = ["About", "Texts", "iris", "literals", "statements", "texts"]

Value: TypeAlias = NamedNode | BlankNode | Literal | Triple
About: TypeAlias = Mapping[NamedNode, list[Value]]
Texts: TypeAlias = Mapping[str, str]


def statements(content: bytes) -> Mapping[NamedNode | BlankNode, About]:
    """What a file says: values by property, by subject, in the order of the file."""
    found: dict[NamedNode | BlankNode, dict[NamedNode, list[Value]]] = {}
    for quad in pyoxigraph.parse(input=content, format=RdfFormat.TURTLE):
        if isinstance(quad.subject, NamedNode | BlankNode):
            about = found.setdefault(quad.subject, {})
            about.setdefault(quad.predicate, []).append(quad.object)
    return found


def texts(about: About, *props: NamedNode) -> Texts:
    """The texts of some properties, by language; the last of a language wins."""
    return {
        value.language: value.value
        for prop in props
        for value in about.get(prop, ())
        if isinstance(value, Literal) and value.language
    }


def literals(about: About, prop: NamedNode, language: str = "") -> tuple[str, ...]:
    """The values of a property that are text, all or in one language."""
    return tuple(
        value.value
        for value in about.get(prop, ())
        if isinstance(value, Literal) and (not language or value.language == language)
    )


def iris(about: About, *props: NamedNode) -> tuple[str, ...]:
    """The IRIs that some properties lead to."""
    return tuple(v.value for p in props for v in about.get(p, ()) if isinstance(v, NamedNode))
