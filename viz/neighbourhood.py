"""The neighbourhood of an entity: what is tied to it, directly or in a few steps.

Dated relationships are lines, not points: "A is a member of B since 2019" is one edge. A concept
(a theme, a sector) is shown where it is met and never walked through, because sharing a theme with
ten thousand others is not being tied to them.

Example:
    ``neighbourhood(store, "openlab:haute-loire").total``
    31
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import networkx as nx
from pyoxigraph import NamedNode

from essaim.graph.resolve import resolve
from essaim.graph.store import EmbeddedStore
from essaim.ontology.errors import BadInput
from essaim.ontology.names import ESS
from essaim.ontology.relationships import relationships
from essaim.viz.escape import clean
from essaim.viz.reading import Fact, Link, Reader, SourceGraph, read_sources
from essaim.viz.texts import check_language

__all__ = ["Edge", "Neighbourhood", "Node", "TypeCount", "neighbourhood"]

DEPTHS = (1, 2, 3)
LIMITS = range(1, 2001)
_COUNTED = 5_000
"""How many entities are visited to say how many there are in all."""


@dataclass(frozen=True)
class Node:
    """An entity of a neighbourhood.

    Args:
        iri: its IRI.
        label: what it is called, as it is in the graph.
        type: the IRI of the type it is shown as: a class, or a concept's scheme.
        type_label: what that type is called.
        roles: what its roles make it: elected official, artist …
        distance: how many steps it is from the centre.
        is_concept: whether it is a concept of a vocabulary.
        facts: what is said of it that is not an entity.
        sources: the addresses it was read at.
        graphs: the IRIs of the named graphs that describe it.
    """

    iri: str
    label: str
    type: str
    type_label: str
    roles: tuple[str, ...]
    distance: int
    is_concept: bool
    facts: tuple[Fact, ...]
    sources: tuple[str, ...]
    graphs: tuple[str, ...]


@dataclass(frozen=True)
class Edge:
    """A relation between two entities.

    Args:
        source: the IRI it leaves from.
        target: the IRI it leads to.
        relation: the IRI of the property, or of the class of the dated relationship.
        label: what it is called.
        evidence: the IRI of the dated relationship; ``""`` for a plain statement.
        qualities: what the relationship says more: roles, skills.
        start: when it began, as precisely as it is known; ``""`` when it is not.
        end: when it ended.
        weight: how much it counts in computations.
        sources: the addresses the relationship was read at.
        is_mutual: whether it holds both ways, so that neither end comes first.
    """

    source: str
    target: str
    relation: str
    label: str
    evidence: str
    qualities: tuple[str, ...]
    start: str
    end: str
    weight: float
    sources: tuple[str, ...]
    is_mutual: bool = False


@dataclass(frozen=True)
class TypeCount:
    """How many entities of a type are shown, of how many there are."""

    type: str
    label: str
    shown: int
    total: int


@dataclass(frozen=True)
class Neighbourhood:
    """An entity, what is around it, and how much of that is here.

    Args:
        centre: the entity's IRI.
        language: the language of the labels.
        depth: how many steps away was looked.
        limit: how many neighbours were wanted at the most.
        nodes: the centre first, then by distance, type and label.
        edges: by source, target and relation, in the order of the nodes.
        total: how many neighbours there are, shown or not.
        is_total_exact: false when there are more than were counted.
        types: the types of the nodes, the centre's included, most numerous first.
        origins: the sources that describe the nodes.
    """

    centre: str
    language: str
    depth: int
    limit: int
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    total: int
    is_total_exact: bool
    types: tuple[TypeCount, ...]
    origins: tuple[SourceGraph, ...]

    @property
    def shown(self) -> int:
        """How many neighbours are here, the centre not counted."""
        return len(self.nodes) - 1

    @property
    def is_complete(self) -> bool:
        """Whether every neighbour is here."""
        return self.shown == self.total and self.is_total_exact

    def node(self, iri: str) -> Node:
        """The node with this IRI."""
        return next(node for node in self.nodes if node.iri == iri)

    def to_networkx(self) -> nx.MultiDiGraph[str]:
        """The same as a networkx graph whose attributes are texts and numbers.

        Control characters, which no XML can hold, are taken out, so that it can be written as
        GEXF or GraphML.
        """
        graph: nx.MultiDiGraph[str] = nx.MultiDiGraph(
            centre=self.centre, total=self.total, shown=self.shown, language=self.language
        )
        for node in self.nodes:
            graph.add_node(
                node.iri,
                label=clean(node.label),
                type=node.type,
                type_label=clean(node.type_label),
                distance=node.distance,
            )
        for edge in self.edges:
            graph.add_edge(
                edge.source,
                edge.target,
                label=clean(edge.label),
                relation=edge.relation,
                qualities=clean(" ; ".join(edge.qualities)),
                evidence=edge.evidence,
                since=edge.start,
                until=edge.end,
                weight=edge.weight,
            )
        return graph


def neighbourhood(
    store: EmbeddedStore, iri: str, depth: int = 1, limit: int = 200, language: str = "fr"
) -> Neighbourhood:
    """Read what is around an entity.

    When there are more neighbours than the limit, every relation of the centre gets its turn, so
    that a department's four hundred communes do not hide its three practices.

    Args:
        store: the graph.
        iri: the entity, as :func:`essaim.graph.resolve.resolve` reads it.
        depth: how many steps to go, 1 to 3.
        limit: how many neighbours to return at the most, 1 to 2000.
        language: ``fr`` or ``en``.

    Returns:
        The same for the same graph, whatever the order it was loaded in.

    Raises:
        NotFound: there is no such entity.
        BadInput: the depth, the limit or the language can't be had.
    """
    check_language(language)
    if depth not in DEPTHS:
        raise BadInput(f"There is no depth {depth}.", "Choose 1, 2 or 3.")
    if limit not in LIMITS:
        raise BadInput(f"A limit of {limit} can't be had.", "Choose 1 to 2000.")
    centre = resolve(store, iri)
    reader = Reader(store, language, keep_activities=depth > 1)
    walk = _Walk(reader, centre.value, depth, limit)
    links = _links_among(reader, walk)
    origins = read_sources(store, language)
    nodes = [_node(reader, one, distance) for one, distance in walk.chosen.items()]
    nodes.sort(key=lambda node: (node.distance, node.type_label, node.label, node.iri))
    place = {node.iri: number for number, node in enumerate(nodes)}
    edges = [_edge(reader, link) for link in links]
    edges.sort(
        key=lambda edge: (
            *(place[edge.source], place[edge.target]),
            *(edge.label, edge.start, edge.relation, edge.evidence),
        )
    )
    graphs = {graph for node in nodes for graph in node.graphs}
    return Neighbourhood(
        centre=centre.value,
        language=language,
        depth=depth,
        limit=limit,
        nodes=tuple(nodes),
        edges=tuple(edges),
        total=len(walk.seen) - 1,
        is_total_exact=walk.is_exact,
        types=_types(reader, walk),
        origins=tuple(source for source in origins if source.iri in graphs),
    )


class _Walk:
    """Goes away from the centre step by step; knows what was seen and what is to be shown."""

    def __init__(self, reader: Reader, centre: str, depth: int, limit: int) -> None:
        self._reader = reader
        self.centre = centre
        self.links_of_centre: list[Link] = []
        self.chosen = {centre: 0}
        self.seen = {centre}
        self.is_exact = True
        ring = [centre]
        for distance in range(1, depth + 1):
            ring = self._step(ring, distance, limit)

    def _step(self, ring: list[str], distance: int, limit: int) -> list[str]:
        """Go one step from each entity of a ring; returns the next ring, sorted."""
        groups: dict[tuple[str, bool], set[str]] = {}
        found: set[str] = set()
        for here in sorted(ring, key=lambda iri: (iri not in self.chosen, iri)):
            if len(self.seen) + len(found) > _COUNTED:
                self.is_exact = False
                break
            links = list(self._reader.iter_links(NamedNode(here)))
            if here == self.centre:
                self.links_of_centre = links
            for link in links:
                there = link.other(here)
                if there not in self.seen:
                    found.add(there)
                    if here in self.chosen:
                        key = (link.relation, link.source == here)
                        groups.setdefault(key, set()).add(there)
        self.seen |= found
        room = limit + 1 - len(self.chosen)
        for iri in _in_turn([sorted(groups[key]) for key in sorted(groups)], room):
            self.chosen[iri] = distance
        return sorted(iri for iri in found if not self._reader.is_concept(NamedNode(iri)))


def _in_turn(groups: list[list[str]], room: int) -> list[str]:
    """One of each group, then another of each, until there is no room; none twice."""
    taken: dict[str, None] = {}
    waiting = [iter(group) for group in groups]
    while waiting and len(taken) < room:
        still = []
        for group in waiting:
            one = next((iri for iri in group if iri not in taken), None)
            if one is not None and len(taken) < room:
                taken[one] = None
                still.append(group)
        waiting = still
    return list(taken)


def _links_among(reader: Reader, walk: _Walk) -> set[Link]:
    """The links between the entities chosen, without those of a vocabulary to itself."""
    among = walk.chosen.keys()
    every = (link for iri in among for link in reader.iter_own_links(NamedNode(iri)))
    # a relationship may tie the centre by something else than its two ends: a role, a skill
    links = {
        link
        for link in (*every, *walk.links_of_centre)
        if link.source in among and link.target in among and link.evidence not in among
    }
    return {link for link in links if not _between_concepts(reader, link, walk.centre)}


def _between_concepts(reader: Reader, link: Link, centre: str) -> bool:
    """Whether a link only says how a vocabulary is arranged, away from what is looked at."""
    ends = (link.source, link.target)
    return centre not in ends and all(reader.is_concept(NamedNode(end)) for end in ends)


def _node(reader: Reader, iri: str, distance: int) -> Node:
    named = NamedNode(iri)
    kind = reader.type_of(named)
    return Node(
        iri=iri,
        label=reader.label(named),
        type=kind.value,
        type_label=reader.label(kind),
        roles=tuple(reader.roles(named)),
        distance=distance,
        is_concept=reader.is_concept(named),
        facts=tuple(reader.facts(named)),
        sources=tuple(reader.addresses(named)),
        graphs=tuple(reader.stated_in(named)),
    )


def _edge(reader: Reader, link: Link) -> Edge:
    name, weight = reader.label(NamedNode(link.relation)), 1.0
    for declared in relationships():
        if declared.cls.value == link.relation:
            name = declared.label_en if reader.language == "en" else declared.label_fr
            weight = declared.weight
    qualities: list[str] = []
    start = end = ""
    sources: list[str] = []
    if link.evidence:
        evidence = NamedNode(link.evidence)
        start, end = reader.text(evidence, ESS.start), reader.text(evidence, ESS.end)
        sources = reader.addresses(evidence)
        ends = {link.source, link.target}
        qualities = sorted(
            {
                reader.label(NamedNode(other.target))
                for other in reader.iter_own_links(evidence)
                if other.target not in ends and reader.is_concept(NamedNode(other.target))
            }
        )
    return Edge(
        source=link.source,
        target=link.target,
        relation=link.relation,
        label=name,
        evidence=link.evidence,
        qualities=tuple(qualities),
        start=start,
        end=end,
        weight=weight,
        sources=tuple(sources),
        is_mutual=NamedNode(link.relation) in reader.mutual,
    )


def _types(reader: Reader, walk: _Walk) -> tuple[TypeCount, ...]:
    shown = Counter(reader.type_of(NamedNode(iri)) for iri in walk.chosen)
    every = Counter(reader.type_of(NamedNode(iri)) for iri in walk.seen)
    counts = [
        TypeCount(kind.value, reader.label(kind), shown[kind], total)
        for kind, total in every.items()
    ]
    return tuple(sorted(counts, key=lambda one: (-one.shown, one.label, one.type)))
