"""What a graph's statements are about: how many of each property and class, and which entities.

It is small, it is kept beside the statements, and it tells without reading them whether a property
is used at all and which entities several graphs describe.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from essaim.ontology.names import RDF

__all__ = ["Census", "CensusTaker", "subject_number"]

_IS_A = str(RDF.type)

Numbers = NDArray[np.uint32]


@dataclass(frozen=True)
class Census:
    """The count of what some statements hold.

    Args:
        properties: how many statements there are of each property, written ``<iri>``.
        classes: how many entities there are of each class, written ``<iri>``.
        subjects: the number of each entity (see :func:`subject_number`), sorted, once each.
    """

    properties: Mapping[str, int]
    classes: Mapping[str, int]
    subjects: Numbers

    def save(self, path: Path) -> None:
        """Write it to a file of a kind of its own."""
        counts = json.dumps({"properties": self.properties, "classes": self.classes})
        with path.open("wb") as stream:
            np.savez(stream, counts=np.array(counts), subjects=self.subjects)

    @classmethod
    def read(cls, path: Path) -> Census:
        """Read it from a file that :meth:`save` wrote."""
        with np.load(path) as parts:
            counts = json.loads(str(parts["counts"]))
            return cls(counts["properties"], counts["classes"], parts["subjects"])


class CensusTaker:
    """Counts sorted statements, given as lines of N-Triples."""

    def __init__(self) -> None:
        self._properties: dict[str, int] = {}
        self._classes: Counter[str] = Counter()
        self._subjects: list[int] = []
        self._last = ""

    def count(self, lines: Iterable[str]) -> None:
        """Count some lines; those of one entity follow each other."""
        properties, last = self._properties, self._last
        for line in lines:
            subject, predicate, value = line.split(" ", 2)
            if subject != last:
                last = subject
                self._subjects.append(crc32(subject.encode()))
            properties[predicate] = properties.get(predicate, 0) + 1
            if predicate == _IS_A:
                self._classes[value[:-3]] += 1
        self._last = last

    def finish(self) -> Census:
        """The count of all the lines."""
        subjects = np.unique(np.array(self._subjects, dtype=np.uint32))
        return Census(self._properties, self._classes, subjects)


def subject_number(subject: str) -> int:
    """The number that stands for an entity; two entities have the same one in rare cases.

    Args:
        subject: its IRI, written ``<iri>``.

    Example:
        >>> subject_number("<a:1>")
        262752419
    """
    return crc32(subject.encode())
