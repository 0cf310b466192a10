"""What a new edition of a source changes, entity by entity, told from two statement files."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from essaim.ontology.errors import EssaimError

__all__ = ["Changes", "entity_changes"]


@dataclass(frozen=True)
class Changes:
    """How many entities differ between two states of a source.

    Args:
        added: entities that are new.
        removed: entities that are gone.
        changed: entities of which something else is said.
    """

    added: int = 0
    removed: int = 0
    changed: int = 0

    def __add__(self, other: Changes) -> Changes:
        return Changes(
            self.added + other.added, self.removed + other.removed, self.changed + other.changed
        )


def entity_changes(before: Path | None, after: Path) -> Changes:
    """Compare two files of sorted statements, one read beside the other, in little memory.

    Args:
        before: the former file; ``None`` when there was none.
        after: the new file.
    """
    old = _iter_entities(before) if before else iter(())
    new = _iter_entities(after)
    added = removed = changed = 0
    left, right = next(old, None), next(new, None)
    while left or right:
        if right is None or (left is not None and left[0] < right[0]):
            removed += 1
            left = next(old, None)
        elif left is None or right[0] < left[0]:
            added += 1
            right = next(new, None)
        else:
            changed += left[1] != right[1]
            left, right = next(old, None), next(new, None)
    return Changes(added, removed, changed)


def _iter_entities(path: Path) -> Iterator[tuple[str, int]]:
    """Each subject with what stands for everything said of it.

    The lines of a subject stand together, as they begin with it and are sorted.
    """
    try:
        with gzip.open(path, "rt", encoding="utf-8", newline="\n") as lines:
            for subject, group in groupby(lines, key=_subject):
                yield subject, hash(tuple(group))
    except (OSError, EOFError) as error:
        raise EssaimError(f"{path} is damaged ({error}).", "Verify the workspace.") from None


def _subject(line: str) -> str:
    return line[: line.index(" ") + 1]
