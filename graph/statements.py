"""The statements of one named graph, sorted, without duplicates, compressed, and comparable.

A source's last statements are kept in such a file. Loading it again writes another, and the two
are merged line by line: only the difference touches the store. The file's digest stands for its
content whatever the order the statements came in.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import tempfile
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import IO, Self, cast

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, Triple, parse

from essaim.graph.census import Census, CensusTaker
from essaim.ontology.names import XSD

__all__ = [
    "StatementFile",
    "StatementWriter",
    "difference",
    "iter_statements",
    "line_of",
    "literal_text",
    "open_statements",
    "stored_form",
]

_CHUNK = 200_000
"""Statements sorted in memory at a time: about 60 MB."""

_BLOCK = 2**18
"""Characters read from each sorted chunk at a time, about."""

_TYPED = f'"^^<{XSD.base}'
_NUMBER = r"-?(?:[1-9]\d{0,14}(?:[.]\d{0,14}[1-9])?|0[.]\d{0,14}[1-9])|0"
_STORED = (
    rf'"(?:(?:0|-?[1-9]\d{{0,17}})"\^\^<{XSD.base}integer>'
    rf'|(?:{_NUMBER})"\^\^<{XSD.base}decimal>'
    rf'|[1-9]\d{{3}}"\^\^<{XSD.base}gYear>'
    rf'|[1-9]\d{{3}}-\d\d"\^\^<{XSD.base}gYearMonth>'
    rf'|[1-9]\d{{3}}-\d\d-\d\d"\^\^<{XSD.base}date>)'
)
"""The typed literals that are certain to be written as they are stored: the most frequent ones."""

_IS_STORED = re.compile(_STORED, re.ASCII).fullmatch
_AS_STORED = re.compile(rf" {_STORED} [.]\n\Z", re.ASCII)

_ANY = NamedNode("x:any")


@dataclass(frozen=True)
class StatementFile:
    """A finished file of sorted statements.

    Args:
        path: gzip-compressed N-Triples, one statement a line, in byte order.
        digest: SHA-256 of the lines.
        count: how many there are.
        census: what they are about.
    """

    path: Path
    digest: str
    count: int
    census: Census


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
        """Take one statement."""
        self.add_lines([line_of(triple)])

    def add_lines(self, lines: Iterable[str]) -> None:
        """Take statements written as :func:`line_of` writes them."""
        self._lines += lines
        if len(self._lines) >= _CHUNK:
            self._spill()

    def finish(self) -> StatementFile:
        """Sort, drop duplicates, write, and tell what was written."""
        if self._chunks:
            self._spill()
        digest = hashlib.sha256()
        count = 0
        census = CensusTaker()
        self._lines.sort()
        with ExitStack() as stack, gzip.GzipFile(self._path, "wb", compresslevel=1, mtime=0) as out:
            streams = [
                stack.enter_context(chunk.open(encoding="utf-8", newline="\n"))
                for chunk in self._chunks
            ]
            for lines in _iter_sorted(self._lines, streams):
                encoded = "".join(lines).encode()
                out.write(encoded)
                digest.update(encoded)
                count += len(lines)
                census.count(lines)
        self._lines = []
        return StatementFile(self._path, digest.hexdigest(), count, census.finish())

    def _spill(self) -> None:
        self._lines.sort()
        chunk = Path(self._folder.name) / f"{len(self._chunks)}.nt"
        with chunk.open("w", encoding="utf-8", newline="\n") as out:
            out.writelines(self._lines)
        self._chunks.append(chunk)
        self._lines = []


def line_of(triple: Triple) -> str:
    """A statement as a line of N-Triples, with its line end, in the form the engine stores."""
    line = f"{triple} .\n"
    if _TYPED in line and not _AS_STORED.search(line) and isinstance(triple.object, Literal):
        line = f"{Triple(triple.subject, triple.predicate, stored_form(triple.object))} .\n"
    return line


def literal_text(text: str, datatype: NamedNode) -> str:
    """A typed literal as N-Triples writes it, in the form the engine stores.

    Args:
        text: what stands between the quotation marks.
        datatype: its type.

    Example:
        >>> from essaim.ontology.names import XSD
        >>> literal_text("1.50", XSD.decimal)
        '"1.5"^^<http://www.w3.org/2001/XMLSchema#decimal>'
    """
    written = f'"{text}"^^<{datatype.value}>'
    return written if _IS_STORED(written) else str(stored_form(Literal(text, datatype=datatype)))


@lru_cache(maxsize=2**16)
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


@contextmanager
def open_statements(path: Path) -> Iterator[IO[bytes]]:
    """A file of statements as N-Triples, for the engine to load."""
    with gzip.open(path, "rb") as stream:
        yield cast("IO[bytes]", stream)


def iter_statements(path: Path) -> Iterator[Triple]:
    """The statements of a file, as triples, streamed."""
    with open_statements(path) as stream:
        for quad in parse(input=stream, format=RdfFormat.N_TRIPLES):
            yield quad.triple


def _iter_sorted(last: list[str], streams: Sequence[IO[str]]) -> Iterator[list[str]]:
    """Sorted lines without duplicates, in blocks, from sorted lists read a block at a time.

    What is not above the least of the blocks' ends is complete: it is put together and sorted,
    which costs little because it is made of sorted runs.
    """
    blocks = [last, *(stream.readlines(_BLOCK) for stream in streams)]
    sources: list[IO[str] | None] = [None, *streams]
    while any(blocks):
        limit = min(
            (block[-1] for block, source in zip(blocks, sources, strict=True) if source and block),
            default=None,
        )
        ready: list[str] = []
        for place, (block, source) in enumerate(zip(blocks, sources, strict=True)):
            end = len(block) if limit is None else bisect_right(block, limit)
            ready += block[:end]
            blocks[place] = block[end:]
            if not blocks[place] and source is not None:
                blocks[place] = source.readlines(_BLOCK)
        ready.sort()
        yield list(dict.fromkeys(ready))


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
