"""Sorted statements read entity by entity: what is said of each, and what a new state changes.

The lines of a statement file begin with their subject and are sorted, so the lines of one entity
stand together. Two files are read side by side in little memory.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from essaim.graph.census import Census, CensusTaker
from essaim.ontology.errors import WorkspaceError

__all__ = ["EntityChange", "count_statements", "iter_changes", "iter_entities"]


@dataclass(frozen=True, slots=True)
class EntityChange:
    """How what a graph says of an entity changes.

    Args:
        subject: its IRI, written ``<iri>``.
        before: the lines of the former state; empty when it is new.
        after: the lines of the new state; empty when it is gone.
    """

    subject: str
    before: list[str]
    after: list[str]

    def added(self) -> list[str]:
        """The lines that only the new state has."""
        return _without(self.after, self.before)

    def removed(self) -> list[str]:
        """The lines that only the former state had."""
        return _without(self.before, self.after)


def iter_entities(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Each entity of a statement file with its lines.

    Raises:
        WorkspaceError: the file is damaged.
    """
    try:
        with gzip.open(path, "rt", encoding="utf-8", newline="\n") as lines:
            for subject, group in groupby(lines, key=_subject):
                yield subject, list(group)
    except (OSError, EOFError) as error:
        raise WorkspaceError(f"{path} is damaged ({error}).", "Verify the workspace.") from None


def iter_changes(before: Path | None, after: Path | None) -> Iterator[EntityChange]:
    """The entities of which two states of a graph do not say the same, in the order of the files.

    Args:
        before: the file of the former state; ``None`` when there was none.
        after: the file of the new state; ``None`` when there is none any more.
    """
    old = iter_entities(before) if before else iter(())
    new = iter_entities(after) if after else iter(())
    left, right = next(old, None), next(new, None)
    while left or right:
        if right is None or (left is not None and left[0] < right[0]):
            assert left is not None  # noqa: S101
            yield EntityChange(left[0], left[1], [])
            left = next(old, None)
        elif left is None or right[0] < left[0]:
            yield EntityChange(right[0], [], right[1])
            right = next(new, None)
        else:
            if left[1] != right[1]:
                yield EntityChange(left[0], left[1], right[1])
            left, right = next(old, None), next(new, None)


def count_statements(path: Path) -> Census:
    """What the statements of a file are about."""
    taker = CensusTaker()
    for _, lines in iter_entities(path):
        taker.count(lines)
    return taker.finish()


def _subject(line: str) -> str:
    return line[: line.index(" ")]


def _without(lines: list[str], others: list[str]) -> list[str]:
    known = set(others)
    return [line for line in lines if line not in known] if known else lines
