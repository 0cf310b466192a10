"""Cross-sector connections: which exist around a territory, and which are missing.

Two actors are tied when they share an activity or a body. A *bridge* is a tie between actors that
have no sector in common. An *introduction* is a bridge that is missing: an actor of the territory
and one it has no tie with, of other sectors, who know the same people.

Ties are weighted as in Newman's projection of a two-mode network (2001): sharing something with
d participants counts 1 / (d − 1), so that a board of two ties more than a congress of fifty.
Introductions are found by Adamic and Adar's index (2003), Σ 1 / ln d(w) over the shared neighbours
w, on the whole graph, and only then restricted to different sectors: indices that look at groups
first give 0 across groups.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from essaim.graph.projection import Matrix, Projection
from essaim.ontology.errors import NotFound

__all__ = ["Around", "Bridge", "Introduction", "around"]


@dataclass(frozen=True)
class Bridge:
    """A tie between two actors that have no sector in common.

    Args:
        source: the IRI of one actor.
        target: the IRI of the other.
        through: the IRIs of the activities and bodies they share.
        weight: Newman's weight, Σ 1 / (d − 1) over what they share.
    """

    source: str
    target: str
    through: Sequence[str]
    weight: float


@dataclass(frozen=True)
class Introduction:
    """Two actors of different sectors that have no tie and know the same others.

    Args:
        source: the IRI of the actor of the territory.
        target: the IRI of the actor to meet.
        through: the IRIs of the shared neighbours, the one best placed to introduce them first:
            the one that knows the fewest others.
        adamic_adar: Σ 1 / ln d over the shared neighbours.
        is_near: whether the other is in the territory or in one that contains it; ``None`` when
            it is not known where the other is.
    """

    source: str
    target: str
    through: Sequence[str]
    adamic_adar: float
    is_near: bool | None


@dataclass(frozen=True)
class Around:
    """The cross-sector connections around a territory.

    Args:
        actors: the IRIs of the territory's actors, sorted.
        sectors_present: the IRIs of their sectors, sorted.
        matrix: for two sectors, how many ties join them; each pair of sectors once.
        bridges: strongest first.
        introductions: best first.
    """

    actors: Sequence[str]
    sectors_present: Sequence[str]
    matrix: Sequence[tuple[str, str, int]]
    bridges: Sequence[Bridge]
    introductions: Sequence[Introduction]


def around(
    projection: Projection,
    territory: str,
    *,
    from_sector: str | None = None,
    to_sector: str | None = None,
    limit: int = 10,
) -> Around:
    """The connections across sectors around a territory.

    An actor belongs to the territory when it is based there, governs it, or takes part in an
    activity that takes place there, the territories within it included. A bridge is the
    territory's own when one of its ends is placed there, or something the two share. Introductions
    are for the actors placed there, or, where none is known, for those active there.

    Args:
        projection: the graph.
        territory: the IRI of the territory.
        from_sector: only connections from this sector.
        to_sector: only connections to this sector.
        limit: how many bridges and how many introductions to return at the most.

    Returns:
        What there is and what is missing; equal scores in the order of the IRIs.

    Raises:
        NotFound: a sector nobody in the graph belongs to.

    When it misleads: the graph knows only what was loaded. A missing tie may exist outside it, and
    an actor with no stated sector takes part in no bridge. Small counts: read the shared
    neighbours, not the decimals.
    """
    for sector in (from_sector, to_sector):
        if sector is not None and sector not in projection.sectors:
            raise NotFound("sector", sector, projection.sectors)
    shared = projection.shared()
    placed = _placed(projection, territory)
    local = _actors(projection, shared, placed)
    network = _Network(projection, shared, local, _ties(shared, local), placed)
    chosen = _Sectors(projection, from_sector, to_sector)
    bridges = _bridges(network, chosen)
    introductions = _introductions(network, chosen, _located(projection, territory))
    present = np.flatnonzero(np.asarray(projection.in_sector[local].sum(axis=0)).ravel())
    return Around(
        actors=[projection.nodes[i] for i in local],
        sectors_present=[projection.sectors[i] for i in present],
        matrix=_mixing(network),
        bridges=sorted(bridges, key=lambda b: (-b.weight, b.source, b.target))[:limit],
        introductions=sorted(
            introductions, key=lambda i: (-i.adamic_adar, i.is_near is not True, i.source, i.target)
        )[:limit],
    )


@dataclass(frozen=True)
class _Network:
    """The territory's actors and their ties.

    Args:
        projection: the whole graph.
        shared: actors by what they share, for the whole graph.
        local: the numbers of the territory's actors.
        ties: the weights between them and everyone.
        placed: which nodes of the graph are in the territory.
    """

    projection: Projection
    shared: Matrix
    local: NDArray[np.intp]
    ties: Matrix
    placed: NDArray[np.bool_]

    def name(self, node: int) -> str:
        """The IRI of a node."""
        return self.projection.nodes[int(node)]

    def iter_ties(self) -> Iterator[tuple[int, int, float]]:
        """The ties of the territory's actors; a tie between two of them comes twice."""
        for row, one in enumerate(self.local.tolist()):
            others, weights = _row(self.ties, row)
            for other, weight in zip(others, weights, strict=True):
                yield one, other, weight


class _Sectors:
    """Which pairs of actors a question is about."""

    def __init__(
        self, projection: Projection, from_sector: str | None, to_sector: str | None
    ) -> None:
        self._in_sector = projection.in_sector
        self._from = projection.sectors.index(from_sector) if from_sector else None
        self._to = projection.sectors.index(to_sector) if to_sector else None

    def of(self, actor: int) -> set[int]:
        return set(_row(self._in_sector, actor)[0])

    def wanted(self, source: int, target: int) -> bool:
        """Whether the two have known sectors, none in common, and those that were asked for."""
        mine, theirs = self.of(source), self.of(target)
        if not mine or not theirs or mine & theirs:
            return False
        return (self._from is None or self._from in mine) and (
            self._to is None or self._to in theirs
        )

    def wanted_either_way(self, one: int, other: int) -> tuple[int, int] | None:
        """The two, in the order that was asked for."""
        if self.wanted(one, other):
            return one, other
        if self.wanted(other, one):
            return other, one
        return None


def _placed(projection: Projection, territory: str) -> NDArray[np.bool_]:
    """Which nodes are in the territory, govern it or act for it."""
    if territory not in projection.number:
        return np.zeros(len(projection.nodes), dtype=np.bool_)
    here = projection.located[:, [projection.number[territory]]]
    return np.asarray(here.todense()).ravel() > 0


def _actors(projection: Projection, shared: Matrix, placed: NDArray[np.bool_]) -> NDArray[np.intp]:
    """The numbers of the territory's actors, sorted."""
    acts_here = shared @ placed.astype(np.float32) > 0
    takes_part = np.asarray(shared.sum(axis=1)).ravel() > 0
    has_sector = np.asarray(projection.in_sector.sum(axis=1)).ravel() > 0
    is_activity = np.asarray(shared.sum(axis=0)).ravel() > 0
    actor = takes_part | (has_sector & ~is_activity)
    return np.flatnonzero(actor & (placed | acts_here))


def _ties(shared: Matrix, actors: NDArray[np.intp]) -> Matrix:
    """Newman's weights between some actors and everyone; nobody is tied to themselves."""
    sizes = np.asarray(shared.sum(axis=0)).ravel()
    worth = np.divide(1.0, sizes - 1, out=np.zeros_like(sizes), where=sizes > 1)
    mine = shared[actors]
    ties = (mine.multiply(worth[np.newaxis, :]) @ shared.T).tolil()
    for row, actor in enumerate(actors):
        ties[row, actor] = 0
    result = csr_array(ties)
    result.eliminate_zeros()
    return result


def _bridges(network: _Network, sectors: _Sectors) -> list[Bridge]:
    found = {}
    for one, other, weight in network.iter_ties():
        pair = sectors.wanted_either_way(one, other)
        common = _common(network.shared, one, other)
        if pair is not None and network.placed[[one, other, *common]].any():
            names = [network.name(node) for node in common]
            found[frozenset(pair)] = Bridge(
                network.name(pair[0]), network.name(pair[1]), names, weight
            )
    return list(found.values())


def _introductions(
    network: _Network, sectors: _Sectors, near: Mapping[int, bool]
) -> list[Introduction]:
    neighbours = np.unique(network.ties.indices).astype(np.intp)
    beyond = _ones(_ties(network.shared, neighbours))
    degree = np.diff(beyond.indptr)
    worth = np.divide(1.0, np.log(degree), out=np.zeros(len(degree)), where=degree > 1)
    knows = _ones(csr_array(network.ties[:, neighbours]))
    scores = csr_array(knows.multiply(worth[np.newaxis, :]) @ beyond)
    known_by = csr_array(beyond.T)
    anyone_placed = network.placed[network.local].any()
    found = []
    for row, source in enumerate(network.local.tolist()):
        if anyone_placed and not network.placed[source]:
            continue
        tied, _ = _row(network.ties, row)
        acquaintances, _ = _row(knows, row)
        for target, score in zip(*_row(scores, row), strict=True):
            if target == source or target in tied or not sectors.wanted(source, target):
                continue
            shared = set(acquaintances) & set(_row(known_by, target)[0])
            through = sorted(
                (-worth[neighbour], network.name(neighbours[neighbour])) for neighbour in shared
            )
            found.append(
                Introduction(
                    network.name(source),
                    network.name(target),
                    [name for _, name in through],
                    score,
                    near.get(target),
                )
            )
    return found


def _row(matrix: Matrix, row: int) -> tuple[list[int], list[float]]:
    """The columns of a row that hold something, and what they hold."""
    start, end = matrix.indptr[row], matrix.indptr[row + 1]
    return matrix.indices[start:end].tolist(), matrix.data[start:end].tolist()


def _ones(matrix: Matrix) -> Matrix:
    """The same matrix with 1 wherever it holds something."""
    marked = matrix.copy()
    marked.data = np.ones_like(marked.data)
    return marked


def _located(projection: Projection, territory: str) -> dict[int, bool]:
    """For the nodes that are somewhere: whether they are in the territory."""
    here = projection.number.get(territory)
    placed = np.flatnonzero(np.diff(projection.located.indptr)).tolist()
    return {node: here in _row(projection.located, node)[0] for node in placed}


def _mixing(network: _Network) -> list[tuple[str, str, int]]:
    """How many ties join two sectors; a tie of actors with several sectors joins each pair."""
    sectors = network.projection.sectors
    belongs = network.projection.in_sector
    local = set(network.local.tolist())
    counts: Counter[tuple[int, int]] = Counter()
    for one, other, _ in network.iter_ties():
        if other in local and other < one:
            continue
        for a in _row(belongs, one)[0]:
            for b in _row(belongs, other)[0]:
                counts[min(a, b), max(a, b)] += 1
    return [(sectors[a], sectors[b], count) for (a, b), count in sorted(counts.items())]


def _common(shared: Matrix, one: int, other: int) -> list[int]:
    return sorted(set(_row(shared, one)[0]) & set(_row(shared, other)[0]))
