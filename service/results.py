"""Answers in the standard formats, written as they are found and cut at a number of rows.

The engine writes the formats; it has no limit of its own. So what it writes is watched: at the row
after the last one allowed the writing is stopped, which stops the query too, and the document is
closed properly. Where a row ends is told from marks that can't occur inside a value, because the
format escapes them there. No more is held than the row being written.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO, Final, cast

import pyoxigraph
from pyoxigraph import (
    Literal,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Triple,
)

from essaim.ontology.names import PREFIXES

__all__ = ["GRAPH_TYPES", "RESULT_TYPES", "write_document", "write_graph", "write_results"]

RESULT_TYPES: Final[dict[str, QueryResultsFormat]] = {
    "application/sparql-results+json": QueryResultsFormat.JSON,
    "application/json": QueryResultsFormat.JSON,
    "application/sparql-results+xml": QueryResultsFormat.XML,
    "text/csv": QueryResultsFormat.CSV,
    "text/tab-separated-values": QueryResultsFormat.TSV,
    "application/xml": QueryResultsFormat.XML,
}
"""The formats of SELECT and ASK answers, the preferred ones first."""

GRAPH_TYPES: Final[dict[str, RdfFormat]] = {
    "text/turtle": RdfFormat.TURTLE,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/ld+json": RdfFormat.JSON_LD,
    "application/rdf+xml": RdfFormat.RDF_XML,
    "text/n3": RdfFormat.N3,
    "application/trig": RdfFormat.TRIG,
    "application/n-quads": RdfFormat.N_QUADS,
}
"""The formats of CONSTRUCT and DESCRIBE answers, the preferred ones first."""

_SCAN_EVERY = 1 << 16


@dataclass(frozen=True)
class _Layout:
    """How rows follow each other in a format.

    Args:
        boundary: what stands between two rows; group 1 is what still belongs to the first.
        anchored: whether it has to be matched from the end of the row before.
        header: how many boundaries come before the first row is complete.
        closing: what ends a document that was cut.
        smallest: bytes that a row takes at the least.
    """

    boundary: re.Pattern[bytes]
    closing: bytes
    smallest: int
    header: int = 0
    anchored: bool = False


_LAYOUTS: Final = {
    QueryResultsFormat.JSON: _Layout(re.compile(rb'(\}),\{"[^"\\]*":\{"type":"'), b"]}}", 14),
    QueryResultsFormat.XML: _Layout(
        re.compile(rb"(</result>)<result>"), b"</results></sparql>", 17
    ),
    QueryResultsFormat.TSV: _Layout(re.compile(rb"(\n)(?=.)", re.DOTALL), b"", 1, header=1),
    QueryResultsFormat.CSV: _Layout(
        re.compile(rb'((?:[^"\n]++|"[^"]*+")*+\n)(?=.)', re.DOTALL), b"", 1, header=1, anchored=True
    ),
}


class _Full(Exception):
    """Raised while writing when there are more rows than allowed."""


class _RowLimit(io.RawIOBase):
    """Passes on what the engine writes, row by row, and stops it after a number of them.

    Rows without any value are not told apart in JSON and count as none; they weigh nothing.
    """

    def __init__(self, out: BinaryIO, layout: _Layout, max_rows: int) -> None:
        super().__init__()
        self._out = out
        self._layout = layout
        self._left = max_rows + layout.header
        self._held = bytearray()
        self._next_scan = _SCAN_EVERY

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:  # noqa: ANN401 - whatever is like bytes
        if self._left:  # else the engine empties its own buffer after it was stopped
            self._held += data
            if len(self._held) >= self._next_scan:
                self.scan()
        return len(data)

    def scan(self) -> None:
        """Count the rows written since the last time; cut and stop when there are too many."""
        held, layout = self._held, self._layout
        find = layout.boundary.match if layout.anchored else layout.boundary.search
        end = 0
        while self._left and (match := find(held, end)) is not None:
            self._left -= 1
            end = match.end(1)
            del match
        self._out.write(bytes(memoryview(held)[:end]))
        del held[:end]
        if not self._left:
            held.clear()
            self._out.write(layout.closing)
            raise _Full
        self._next_scan = max(_SCAN_EVERY, 2 * len(held))

    def finish(self) -> None:
        """Pass on what is left."""
        if len(self._held) > self._left * self._layout.smallest:
            self.scan()
        self._out.write(bytes(self._held))
        self._held.clear()


def write_results(
    answer: QuerySolutions | QueryBoolean, media_type: str, max_rows: int | None, out: BinaryIO
) -> bool:
    """Write the answer of a SELECT or an ASK.

    Args:
        answer: what the engine gives.
        media_type: a key of :data:`RESULT_TYPES`.
        max_rows: how many rows to write at the most; ``None`` for all.
        out: where to.

    Returns:
        Whether rows were left out.
    """
    chosen = RESULT_TYPES[media_type]
    if isinstance(answer, QueryBoolean) or max_rows is None:
        answer.serialize(out, format=chosen)
        return False
    limited = _RowLimit(out, _LAYOUTS[chosen], max_rows)
    try:
        answer.serialize(cast("BinaryIO", limited), format=chosen)
        limited.finish()
    except _Full:
        return True
    return False


def write_graph(answer: QueryTriples, media_type: str, max_rows: int | None, out: BinaryIO) -> bool:
    """Write the answer of a CONSTRUCT or a DESCRIBE; the arguments are those of results.

    Returns:
        Whether triples were left out.
    """
    triples: Iterator[Triple] = iter(answer)
    pyoxigraph.serialize(
        islice(triples, max_rows), out, GRAPH_TYPES[media_type], prefixes=dict(PREFIXES)
    )
    return next(triples, None) is not None


def write_document(
    triples: Iterable[Triple], media_type: str, prefixes: Mapping[str, str] = PREFIXES
) -> bytes:
    """Statements as a document to be read: only the prefixes that are used are declared.

    Args:
        triples: the statements, all of which are kept in memory.
        media_type: a key of :data:`GRAPH_TYPES`.
        prefixes: the prefixes that may be used.
    """
    written = list(triples)
    terms = {term for t in written for term in (t.subject, t.predicate, t.object)}
    named = {term.value for term in terms if isinstance(term, NamedNode)}
    named |= {term.datatype.value for term in terms if isinstance(term, Literal)}
    used = {
        prefix: base
        for prefix, base in prefixes.items()
        if any(iri.startswith(base) for iri in named)
    }
    body = pyoxigraph.serialize(written, format=GRAPH_TYPES[media_type], prefixes=used)
    return body or b""
