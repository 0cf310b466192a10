"""The JSON-LD context: plain JSON keys for the terms, made from the ontology.

``ontology/context.jsonld`` is what :func:`context` gives, written down so that a change of it is
seen: a document written against it must keep its meaning.

Example:
    >>> context()["@context"]["theme"]["@id"]
    'ess:theme'
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from essaim.ontology.names import DCTERMS, PREFIXES, RDF, SCHEMES, SKOS, VOCABULARIES, XSD
from essaim.ontology.terms import Term, terms

__all__ = ["CONTEXT", "context", "context_text"]

CONTEXT: Final = "https://w3id.org/essaim/ns/context.jsonld"
"""Where the context is published."""

Json: TypeAlias = dict[str, Any]

_TEXT: Final = {"@container": "@language"}
_EXTRA: Final[Mapping[str, Json | str]] = {
    "label": {"@id": "rdfs:label", **_TEXT},
    "seeAlso": {"@id": "rdfs:seeAlso", "@type": "@id"},
}
_ALWAYS_TEXT: Final = {
    DCTERMS.description.value,
    DCTERMS.title.value,
    SKOS.prefLabel.value,
    SKOS.altLabel.value,
    SKOS.hiddenLabel.value,
    SKOS.definition.value,
    SKOS.example.value,
    SKOS.scopeNote.value,
}


def context() -> Json:
    """The context: prefixes, classes, and properties with what their values are.

    A property whose values are concepts of one scheme takes their keys (``"theme": ["dance"]``),
    one that ties things takes IRIs, one that holds text takes it by language. A term of ours wins
    over a borrowed one of the same name, which keeps its prefix (``"org:role"``).
    """
    found: Json = {"@version": 1.1, "id": "@id", "type": "@type"}
    found |= {prefix: base for prefix, base in PREFIXES.items() if prefix not in {"id", *SCHEMES}}
    found["vocab"] = VOCABULARIES
    found |= _EXTRA
    every = sorted(terms().values(), key=lambda term: (not term.is_ours, term.iri))
    for term in every:
        found[_short(term.iri) if term.name in found else term.name] = _entry(term)
    return {"@context": found}


def context_text() -> str:
    """The context as it is written down."""
    return json.dumps(context(), ensure_ascii=False, indent=2) + "\n"


def _entry(term: Term) -> Json | str:
    """What a key stands for."""
    name = _short(term.iri)
    if term.kind == "class":
        return name
    if len(term.values_from) == 1:
        scheme = {"@vocab": f"{term.values_from[0]}/"}
        return {"@id": name, "@type": "@vocab", "@context": scheme}
    if term.kind == "object":
        return {"@id": name, "@type": "@id"}
    if term.iri in _ALWAYS_TEXT or term.holds == (RDF.langString.value,):
        return {"@id": name, **_TEXT}
    datatypes = [held for held in term.holds if held.startswith(XSD.base)]
    if len(term.holds) == 1 and datatypes and datatypes[0] != XSD.string.value:
        return {"@id": name, "@type": _short(datatypes[0])}
    return {"@id": name}


def _short(iri: str) -> str:
    for prefix, base in PREFIXES.items():
        if iri.startswith(base) and prefix != "id":
            return f"{prefix}:{iri.removeprefix(base)}"
    return iri
