"""The same checks by pySHACL, the reference implementation: minutes where ours takes seconds.

It answers for ours: the tests compare the two on errors planted one by one, and anybody can compare
them on a whole workspace (``essaim validate --reference``).
"""

from __future__ import annotations

from typing import Any

import pyshacl
import rdflib
from rdflib.namespace import SH

from essaim.graph.facts import is_data
from essaim.graph.findings import Finding, in_order
from essaim.graph.shapes import Severity, constraints
from essaim.graph.state import State
from essaim.graph.statements import open_statements
from essaim.ontology.vocabulary import ontology_files

__all__ = ["reference_findings", "reference_report"]

_SEVERITIES: dict[Any, Severity] = {SH.Violation: "violation", SH.Warning: "warning"}


def reference_findings(state: State) -> list[Finding]:
    """Check a whole state with pySHACL.

    Returns:
        The findings as :func:`essaim.graph.validation.validate` gives them.
    """
    report = reference_report(state)
    results = report.subjects(rdflib.RDF.type, SH.ValidationResult)
    return in_order(_finding(report, result) for result in results)


def reference_report(state: State) -> rdflib.Graph:
    """The report graph that pySHACL makes of a whole state."""
    data = rdflib.Graph()
    for graph, path in state.files.items():
        if is_data(graph):
            with open_statements(path) as stream:
                data.parse(stream, format="nt")
    shapes = rdflib.Graph()
    for file in ontology_files("shapes"):
        shapes.parse(data=file.read_text(encoding="utf-8"), format="turtle")
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes, inference="none", advanced=True)
    assert isinstance(report, rdflib.Graph)  # noqa: S101
    return report


def _term(value: rdflib.term.Node | None) -> str:
    return "" if value is None or isinstance(value, rdflib.BNode) else value.n3()


def _finding(report: rdflib.Graph, result: rdflib.term.Node) -> Finding:
    def one(predicate: rdflib.URIRef) -> str:
        value = report.value(result, predicate)
        return "" if value is None or isinstance(value, rdflib.BNode) else str(value)

    messages = {
        message.language: str(message)
        for message in report.objects(result, SH.resultMessage)
        if isinstance(message, rdflib.Literal)
    }
    shape = one(SH.sourceShape)
    component = one(SH.sourceConstraintComponent).removesuffix("ConstraintComponent")
    component = component.removeprefix(str(SH)).rpartition("/")[2]
    constraint = constraints()[shape, component]
    return Finding(
        severity=_SEVERITIES.get(report.value(result, SH.resultSeverity), "info"),
        focus=one(SH.focusNode),
        path="|".join(name[1:-1] for name in constraint.near or ()),
        term="" if constraint.hides_value else _term(report.value(result, SH.value)),
        message_fr=messages.get("fr", ""),
        message_en=messages.get("en", ""),
        shape=shape,
        component=component,
    )
