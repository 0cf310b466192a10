"""Checking the graph against its shapes, with messages a person can act on."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cache
from typing import Any, Literal

import pyoxigraph
import pyshacl
import rdflib
from pyoxigraph import RdfFormat
from rdflib.namespace import SH

from essaim.ontology.names import GRAPHS
from essaim.ontology.vocabulary import ontology_files

__all__ = ["Finding", "Severity", "validate"]

Severity = Literal["violation", "warning", "info"]

_SEVERITIES: dict[Any, Severity] = {SH.Violation: "violation", SH.Warning: "warning"}
_NOT_DATA = f"{GRAPHS.base}provenance/"


@dataclass(frozen=True, order=True)
class Finding:
    """One thing the shapes object to.

    Args:
        severity: a ``violation`` keeps a load from being published, a ``warning`` does not.
        focus: the IRI of the entity.
        path: the IRI of the property, or ``""``.
        value: the value objected to, or ``""``.
        message_fr: what is wrong, in French.
        message_en: what is wrong, in English.
        shape: the IRI of the shape.
    """

    severity: Severity
    focus: str
    path: str
    value: str
    message_fr: str
    message_en: str
    shape: str

    def as_dict(self) -> dict[str, str]:
        """The finding as plain data."""
        return asdict(self)

    def sentence(self, language: str = "fr") -> str:
        """The finding as one line."""
        message = self.message_fr if language == "fr" else self.message_en
        shown = f' ("{self.value}")' if self.value else ""
        return f"{self.focus}: {message}{shown}"


def validate(store: pyoxigraph.Store) -> list[Finding]:
    """Check every statement of a store against the shapes of ``ontology/shapes``.

    Args:
        store: the store, with what was inferred.

    Returns:
        The findings, violations first, in a stable order.
    """
    _, results, _ = pyshacl.validate(_data(store), shacl_graph=_shapes(), inference="none")
    findings = {
        _finding(results, node) for node in results.subjects(rdflib.RDF.type, SH.ValidationResult)
    }
    order = {"violation": 0, "warning": 1, "info": 2}
    return sorted(findings, key=lambda found: (order[found.severity], found))


@cache
def _shapes() -> rdflib.Graph:
    graph = rdflib.Graph()
    for file in ontology_files("shapes"):
        graph.parse(data=file.read_text(encoding="utf-8"), format="turtle")
    return graph


def _data(store: pyoxigraph.Store) -> rdflib.Graph:
    triples = (
        quad.triple
        for quad in store.quads_for_pattern(None, None, None, None)
        if not str(getattr(quad.graph_name, "value", "")).startswith(_NOT_DATA)
    )
    text = pyoxigraph.serialize(triples, format=RdfFormat.N_TRIPLES)
    graph = rdflib.Graph()
    if text:
        graph.parse(data=text, format="nt")
    return graph


def _finding(results: rdflib.Graph, node: Any) -> Finding:  # noqa: ANN401
    def one(predicate: rdflib.URIRef) -> str:
        value = results.value(node, predicate)
        return "" if value is None or isinstance(value, rdflib.BNode) else str(value)

    messages = {
        message.language or "": str(message)
        for message in results.objects(node, SH.resultMessage)
        if isinstance(message, rdflib.Literal)
    }
    fallback = next(iter(messages.values()), "")
    return Finding(
        severity=_SEVERITIES.get(results.value(node, SH.resultSeverity), "info"),
        focus=one(SH.focusNode),
        path=one(SH.resultPath),
        value=one(SH.value),
        message_fr=messages.get("fr", fallback),
        message_en=messages.get("en", fallback),
        shape=one(SH.sourceShape),
    )
