"""Answers as bytes, in the standard formats, cut at a number of rows.

The engine writes the formats; it has no limit of its own. So what it writes is watched: at the row
after the last one allowed the writing is stopped, which stops the query too, and the document is
closed properly. Where a row ends is told from marks that can't occur inside a value, because the
format escapes them there.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

import pyoxigraph
from pyoxigraph import (
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Triple,
)

from essaim.ontology.names import PREFIXES

__all__ = ["GRAPH_TYPES", "RESULT_TYPES", "write_graph", "write_results"]

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
}
"""The formats of CONSTRUCT and DESCRIBE answers, the preferred ones first."""

_SCAN_EVERY = 1 << 18


@dataclass(frozen=True)
class _Layout:
    """How rows follow each other in a format.

    Args:
        boundary: what stands between two rows; group 1 is what still belongs to the first.
        anchored: whether it has to be matched from the end of the row before.
        header: how many boundaries come before the first row is complete.
        closing: what ends a document that was cut.
    """

    boundary: re.Pattern[bytes]
    closing: bytes
    header: int = 0
    anchored: bool = False


_LAYOUTS: Final = {
    QueryResultsFormat.JSON: _Layout(re.compile(rb'(\}),\{"[^"\\]*":\{"type":"'), b"]}}"),
    QueryResultsFormat.XML: _Layout(re.compile(rb"(</result>)<result>"), b"</results></sparql>"),
    QueryResultsFormat.TSV: _Layout(re.compile(rb"(\n)(?=.)", re.DOTALL), b"", header=1),
    QueryResultsFormat.CSV: _Layout(
        re.compile(rb'((?:[^"\n]++|"[^"]*+")*+\n)(?=.)', re.DOTALL), b"", header=1, anchored=True
    ),
}


class _Full(Exception):
    """Raised while writing when there are more rows than allowed."""


class _RowLimit(io.BytesIO):
    """A buffer that stops the engine's writing after a number of rows.

    Rows without any value are not told apart in JSON and count as none; they weigh nothing.
    """

    def __init__(self, layout: _Layout, max_rows: int) -> None:
        super().__init__()
        self._layout = layout
        self._left = max_rows + layout.header
        self._from = 0
        self._next_scan = 0

    def write(self, data: bytes | bytearray | memoryview) -> int:  # type: ignore[override]
        if not self._left:
            return len(data)  # the engine empties its own buffer after it was stopped
        written = super().write(data)
        if self.tell() >= self._next_scan:
            self.scan()
        return written

    def scan(self) -> None:
        """Count the rows written since the last time; cut and stop when there are too many."""
        find = (
            self._layout.boundary.match if self._layout.anchored else self._layout.boundary.search
        )
        with self.getbuffer() as view:
            while self._left and (match := find(view, self._from)) is not None:
                self._left -= 1
                self._from = match.end(1)
            del match
        if not self._left:
            self.seek(self._from)
            self.truncate()
            super().write(self._layout.closing)
            raise _Full
        self._next_scan = self.tell() + _SCAN_EVERY


def write_results(
    answer: QuerySolutions | QueryBoolean, media_type: str, max_rows: int
) -> tuple[bytes, bool]:
    """The answer of a SELECT or an ASK, and whether rows were left out.

    Args:
        answer: what the engine gives.
        media_type: a key of :data:`RESULT_TYPES`.
        max_rows: how many rows to write at the most.
    """
    chosen = RESULT_TYPES[media_type]
    buffer = _RowLimit(_LAYOUTS[chosen], max_rows)
    try:
        answer.serialize(buffer, format=chosen)
        if isinstance(answer, QuerySolutions):
            buffer.scan()
    except _Full:
        return buffer.getvalue(), True
    return buffer.getvalue(), False


def write_graph(answer: QueryTriples, media_type: str, max_rows: int) -> tuple[bytes, bool]:
    """The answer of a CONSTRUCT or a DESCRIBE, and whether triples were left out.

    Args:
        answer: what the engine gives.
        media_type: a key of :data:`GRAPH_TYPES`.
        max_rows: how many triples to write at the most.
    """
    triples: Iterator[Triple] = iter(answer)
    body = pyoxigraph.serialize(
        islice(triples, max_rows), format=GRAPH_TYPES[media_type], prefixes=dict(PREFIXES)
    )
    return body or b"", next(triples, None) is not None
