"""How near two concepts of a vocabulary are, and what stands above a concept."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray
from pyoxigraph import NamedNode

from essaim.ontology.names import VOCABULARIES
from essaim.ontology.vocabulary import concepts

__all__ = ["ancestors", "nearness", "scheme_of", "wu_palmer"]


def wu_palmer(one: str, other: str) -> float:
    """How near two concepts are in their scheme, 0 to 1 (Wu and Palmer 1994).

    2·depth(a) / (depth(x) + depth(y)), a being their deepest common ancestor and a scheme's top
    concepts having depth 1, so that two top concepts of one scheme have nothing in common. The
    formula is made for trees; where a concept has several broader ones (a polyhierarchy), the best
    value over all pairs of paths to the top is taken. Concepts of different schemes have 0.

    Example:
        >>> wu_palmer("https://w3id.org/essaim/vocab/sector/tourism",
        ...           "https://w3id.org/essaim/vocab/sector/tourism")
        1.0
    """
    if one == other:
        return 1.0
    best = 0.0
    for path in _paths(one):
        for another in _paths(other):
            shared = 0
            for a, b in zip(path, another, strict=False):
                if a != b:
                    break
                shared += 1
            best = max(best, 2 * shared / (len(path) + len(another)))
    return best


def nearness(ones: Sequence[str], others: Sequence[str]) -> NDArray[np.float32]:
    """Concepts by concepts: :func:`wu_palmer` of each pair."""
    table = np.zeros((len(ones), len(others)), dtype=np.float32)
    tops: dict[str, list[int]] = {}
    for column, other in enumerate(others):
        for top in _tops(other):
            tops.setdefault(top, []).append(column)
    for row, one in enumerate(ones):
        for column in {column for top in _tops(one) for column in tops.get(top, ())}:
            table[row, column] = wu_palmer(one, others[column])
    return table


def ancestors(concept: str) -> frozenset[str]:
    """A concept and everything broader than it, but for the top concepts of its scheme.

    Example:
        >>> sorted(iri.rpartition("/")[2] for iri in
        ...        ancestors("https://w3id.org/essaim/vocab/typology/remote-rural"))
        ['remote-rural', 'rural']
    """
    above = {part for path in _paths(concept) for part in path[1:]}
    return frozenset({concept, *above})


def scheme_of(concept: str) -> str:
    """The name of a concept's scheme; ``""`` for a concept of no embedded scheme.

    Example:
        >>> scheme_of("https://w3id.org/essaim/vocab/sector/tourism")
        'sector'
    """
    if not concept.startswith(VOCABULARIES):
        return ""
    return concept.removeprefix(VOCABULARIES).partition("/")[0]


def _tops(concept: str) -> set[str]:
    return {path[0] for path in _paths(concept)}


@cache
def _paths(concept: str) -> list[tuple[str, ...]]:
    """Every way down from a top concept to this one."""
    broader = concepts().broader(NamedNode(concept)) if scheme_of(concept) else []
    if not broader:
        return [(concept,)]
    return [(*path, concept) for parent in broader for path in _paths(parent.value)]
