"""Loading many statements into a store that holds none of them yet, on both cores.

The engine's bulk loader takes one file after the other and leaves most of a second core idle. Here
the statements are cut into parts that are loaded side by side, which it allows.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import IO, Final

import pyoxigraph
from pyoxigraph import DefaultGraph, NamedNode, RdfFormat

from essaim.graph.statements import StatementFile, open_statements

__all__ = ["bulk_load"]

_PART: Final = 64 * 2**20
"""Bytes of N-Triples in a part, about 400,000 statements; a loader needs about 200 MB for it."""

_LOADERS: Final = 2
"""Parts loaded at a time: with more, one machine's memory and disk gain nothing."""

_BLOCK: Final = 2**20


def bulk_load(
    store: pyoxigraph.Store, statements: StatementFile, graph: NamedNode | DefaultGraph
) -> None:
    """Load the statements of a file into a graph that is empty.

    A failure on the way leaves some of them in the store: the caller throws the store away.

    Args:
        store: a store on disk, open for writing.
        statements: what to load.
        graph: the graph.
    """
    folder = tempfile.TemporaryDirectory(prefix="essaim-bulk-")
    with folder as place, ThreadPoolExecutor(_LOADERS) as pool:
        waiting: list[Future[None]] = []
        for part in _iter_parts(statements, Path(place)):
            waiting.append(pool.submit(_load_part, store, part, graph))
            if len(waiting) > _LOADERS:
                waiting.pop(0).result()
        for future in waiting:
            future.result()


def _load_part(store: pyoxigraph.Store, part: Path, graph: NamedNode | DefaultGraph) -> None:
    store.bulk_load(path=str(part), format=RdfFormat.N_TRIPLES, to_graph=graph, lenient=True)
    part.unlink()


def _iter_parts(statements: StatementFile, folder: Path) -> Iterator[Path]:
    """The statements in plain files of about the size of a part, each whole lines."""
    with open_statements(statements.path) as stream:
        number, rest = 0, b""
        while first := rest or stream.read(_BLOCK):
            path = folder / f"{number}.nt"
            with path.open("wb") as part:
                rest = _fill(part, first, stream)
            yield path
            number += 1


def _fill(part: IO[bytes], block: bytes, stream: IO[bytes]) -> bytes:
    """Write blocks to a part until it is full; returns the line begun after its last one."""
    size = 0
    while block:
        size += len(block)
        end = block.rfind(b"\n") + 1
        if size >= _PART and end:
            part.write(block[:end])
            return block[end:]
        part.write(block)
        block = stream.read(_BLOCK)
    return b""
