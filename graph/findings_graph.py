"""Findings as the report graph of SHACL, for other tools to read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from essaim.graph.findings import Finding, Severity
from essaim.graph.paths import Alternative, Inverse, Path, Repeat, Sequence, Step
from essaim.graph.shapes import SHAPES, constraints
from essaim.graph.terms import node
from essaim.ontology.names import RDF, SH, XSD

__all__ = ["iter_report"]

_SEVERITIES: dict[Severity, NamedNode] = {
    "violation": SH.Violation,
    "warning": SH.Warning,
    "info": SH.Info,
}
_REPEATS = {"?": SH.zeroOrOnePath, "*": SH.zeroOrMorePath, "+": SH.oneOrMorePath}
_OWN = {"Luhn", "NotBefore"}


def iter_report(findings: Iterable[Finding]) -> Iterator[Triple]:
    """The statements of an ``sh:ValidationReport``.

    By the standard, warnings too keep a graph from conforming.
    """
    report = BlankNode()
    yield Triple(report, RDF.type, SH.ValidationReport)
    conforms = True
    for found in findings:
        conforms = False
        result = BlankNode()
        yield Triple(report, SH.result, result)
        yield from _iter_result(result, found)
    shown = Literal("true" if conforms else "false", datatype=XSD.boolean)
    yield Triple(report, SH.conforms, shown)


def _iter_result(result: BlankNode, found: Finding) -> Iterator[Triple]:
    yield Triple(result, RDF.type, SH.ValidationResult)
    yield Triple(result, SH.focusNode, NamedNode(found.focus))
    yield Triple(result, SH.resultSeverity, _SEVERITIES[found.severity])
    yield Triple(result, SH.resultMessage, Literal(found.message_fr, language="fr"))
    yield Triple(result, SH.resultMessage, Literal(found.message_en, language="en"))
    yield Triple(result, SH.sourceShape, NamedNode(found.shape))
    names = SHAPES if found.component in _OWN else SH
    component = names[f"{found.component}ConstraintComponent"]
    yield Triple(result, SH.sourceConstraintComponent, component)
    if found.term:
        yield Triple(result, SH.value, node(found.term))
    path = constraints()[found.shape, found.component].path
    if path is not None:
        top, statements = _path(path)
        yield Triple(result, SH.resultPath, top)
        yield from statements


def _path(path: Path) -> tuple[NamedNode | BlankNode, list[Triple]]:
    """A path as SHACL writes it: its node, and what is said of it."""
    if isinstance(path, Step):
        return NamedNode(path.property[1:-1]), []
    if isinstance(path, Sequence):
        return _list(path.parts)
    here = BlankNode()
    match path:
        case Inverse(step):
            word, (inner, statements) = SH.inversePath, _path(step)
        case Alternative(parts):
            word, (inner, statements) = SH.alternativePath, _list(parts)
        case Repeat(repeated, times):
            word, (inner, statements) = _REPEATS[times], _path(repeated)
    return here, [Triple(here, word, inner), *statements]


def _list(parts: tuple[Path, ...]) -> tuple[NamedNode | BlankNode, list[Triple]]:
    rest: NamedNode | BlankNode = RDF.nil
    statements: list[Triple] = []
    for part in reversed(parts):
        here = BlankNode()
        first, inner = _path(part)
        statements += [Triple(here, RDF.first, first), Triple(here, RDF.rest, rest), *inner]
        rest = here
    return rest, statements
