"""The statements of one named graph, sorted, without duplicates, compressed, and comparable.

A source's last statements are kept in such a file. Loading it again writes another, and the two
are merged line by line: only the difference touches the store. The file's digest stands for its
content whatever the order the statements came in.
"""

from __future__ import annotations

import gzip
import hashlib
import heapq
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import IO, Self, cast

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, Triple, parse

from essaim.ontology.names import RDF, XSD

__all__ = [
    "StatementFile",
    "StatementWriter",
    "difference",
    "iter_statements",
    "stored_form",
]

_CHUNK = 200_000
"""Statements sorted in memory at a time: about 60 MB."""

_KEPT_AS_WRITTEN = (XSD.string, RDF.langString)
_ANY = NamedNode("x:any")


@dataclass(frozen=True)
class StatementFile:
    """A finished file of sorted statements.

    Args:
        path: gzip-compressed N-Triples, one statement a line, in byte order.
        digest: SHA-256 of the lines.
        count: how many there are.
    """

    path: Path
    digest: str
    count: int


class StatementWriter:
    """Takes statements in any order and writes them sorted, in memory bounded by the chunk size.

    Used as a context manager around the load; what it holds is thrown away unless
    :meth:`finish` is called.

    Args:
        path: the file to write.

    Example:
        ``with StatementWriter(path) as writer: writer.add(triple); file = writer.finish()``
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lines: list[str] = []
        self._chunks: list[Path] = []
        self._folder = tempfile.TemporaryDirectory(prefix="essaim-")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._folder.cleanup()

    def add(self, triple: Triple) -> None:
        """Take one statement, as the engine will give it back (see :func:`stored_form`)."""
        value = triple.object
        if isinstance(value, Literal) and value.datatype not in _KEPT_AS_WRITTEN:
            triple = Triple(triple.subject, triple.predicate, stored_form(value))
        self._lines.append(f"{triple} .\n")
        if len(self._lines) >= _CHUNK:
            self._spill()

    def finish(self) -> StatementFile:
        """Sort, drop duplicates, write, and tell what was written."""
        digest = hashlib.sha256()
        count = 0
        self._lines.sort()
        streams = [chunk.open(encoding="utf-8", newline="\n") for chunk in self._chunks]
        try:
            with gzip.GzipFile(self._path, "wb", compresslevel=1, mtime=0) as out:
                last = ""
                for line in heapq.merge(*streams, self._lines):
                    if line != last:
                        encoded = line.encode()
                        out.write(encoded)
                        digest.update(encoded)
                        count += 1
                        last = line
        finally:
            for stream in streams:
                stream.close()
        return StatementFile(self._path, digest.hexdigest(), count)

    def _spill(self) -> None:
        self._lines.sort()
        chunk = Path(self._folder.name) / f"{len(self._chunks)}.nt"
        with chunk.open("w", encoding="utf-8", newline="\n") as out:
            out.writelines(self._lines)
        self._chunks.append(chunk)
        self._lines = []


@lru_cache(maxsize=65_536)
def stored_form(literal: Literal) -> Literal:
    """A typed literal as the engine stores it.

    Oxigraph keeps the value of numbers, dates and the like, not their spelling: ``1.0`` and
    ``1.00`` come back the same. Statements are compared in that form, else removing one spelling
    would remove the other from the store.

    Example:
        >>> from essaim.ontology.names import XSD
        >>> stored_form(Literal("01.50", datatype=XSD.decimal)).value
        '1.5'
    """
    store = Store()
    store.add(Quad(_ANY, _ANY, literal))
    found = next(store.quads_for_pattern(None, None, None)).object
    return found if isinstance(found, Literal) else literal


def iter_statements(path: Path) -> Iterator[Triple]:
    """The statements of a file, as triples, streamed."""
    with gzip.open(path, "rb") as stream:
        for quad in parse(input=cast("IO[bytes]", stream), format=RdfFormat.N_TRIPLES):
            yield quad.triple


def difference(before: Path | None, after: Path) -> Iterator[tuple[bool, Triple]]:
    """What changes from one file to the next, streamed, in byte order.

    Args:
        before: the earlier file; ``None`` when there was none.
        after: the later file.

    Yields:
        ``(True, triple)`` for an added statement, ``(False, triple)`` for a removed one.
    """
    if before is None:
        yield from ((True, triple) for triple in iter_statements(after))
        return
    with (
        gzip.open(before, "rt", encoding="utf-8") as old,
        gzip.open(after, "rt", encoding="utf-8") as new,
    ):
        yield from _changes(old, new)


def _changes(old: Iterable[str], new: Iterable[str]) -> Iterator[tuple[bool, Triple]]:
    left, right = iter(old), iter(new)
    a, b = next(left, None), next(right, None)
    while a is not None or b is not None:
        if a == b:
            a, b = next(left, None), next(right, None)
        elif b is None or (a is not None and a < b):
            assert a is not None  # noqa: S101
            yield False, _triple(a)
            a = next(left, None)
        else:
            yield True, _triple(b)
            b = next(right, None)


def _triple(line: str) -> Triple:
    quad: Quad = next(parse(input=line, format=RdfFormat.N_TRIPLES))
    return quad.triple
