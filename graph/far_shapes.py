"""The shapes that look further than the entity itself: along paths through other entities.

Few entities are targeted by them. Their values are read by the engine, path by path; after a
change, the entities that the changed statements can be reached from are found by walking back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

import pyoxigraph
from pyoxigraph import QuerySolutions

from essaim.graph.checks import VALUE_TESTS, WHOLE_TESTS
from essaim.graph.facts import Facts
from essaim.graph.forms import Fault
from essaim.graph.paths import Path, entries
from essaim.graph.shapes import Constraint, Shape, shapes
from essaim.graph.state import State
from essaim.graph.store import run_query
from essaim.graph.terms import is_iri
from essaim.ontology.names import RDFS

__all__ = ["FarShapes", "narrower_classes"]


def narrower_classes(facts: Facts) -> dict[str, set[str]]:
    """For each class that has narrower ones, itself and all of them, written ``<iri>``."""
    below: dict[str, set[str]] = defaultdict(set)
    for narrow, wide in facts.pairs(str(RDFS.subClassOf)):
        below[wide].add(narrow)
    return {cls: _closure(cls, below) for cls in below}


def _closure(start: str, below: Mapping[str, set[str]]) -> set[str]:
    found, waiting = {start}, [start]
    while waiting:
        new = below.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    return found


class FarShapes:
    """The constraints of all shapes whose path leaves the entity.

    Args:
        narrower: for each class, itself and the classes within it.

    Attributes:
        properties: the properties on their paths.
    """

    def __init__(self, narrower: Mapping[str, set[str]]) -> None:
        self._shapes = {
            shape.iri: shape
            for shape in shapes()
            if any(constraint.near is None for constraint in shape.constraints)
        }
        self._owners = {
            constraint.shape: shape.iri
            for shape in self._shapes.values()
            for constraint in shape.constraints
            if constraint.near is None
        }
        self._narrower = narrower
        self._entries = {
            shape.iri: {entry for path in _paths(shape) for entry in entries(path)}
            for shape in self._shapes.values()
        }
        self.properties = frozenset(
            name for found in self._entries.values() for name, _, _ in found
        )
        self._noted: dict[bool, dict[str, set[tuple[str, str]]]] = {
            True: defaultdict(set),
            False: defaultdict(set),
        }

    def note(self, line: str, *, is_added: bool) -> None:
        """Remember a statement that changed and that may be on a path."""
        subject, name, value = line.split(" ", 2)
        self._noted[is_added][name].add((subject, value[:-3]))

    def owner(self, property_shape: str) -> str:
        """The shape that a property shape with such a path belongs to; ``""`` for the others."""
        return self._owners.get(property_shape, "")

    def affected(self, before: State, after: State, facts: Facts) -> dict[str, set[str]]:
        """For each shape, the entities it targets that the noted statements can matter to."""
        return {
            iri: targets
            for iri, shape in self._shapes.items()
            if (targets := self._affected(shape, before, after, facts))
        }

    def faults(
        self, targets: Mapping[str, Iterable[str]], store: pyoxigraph.Store
    ) -> Iterator[Fault]:
        """What is wrong with some entities, by the shapes that target them."""
        for iri, entities in targets.items():
            for path in _paths(self._shapes[iri]):
                asked = [each for each in self._shapes[iri].constraints if each.path == path]
                for entity in filter(is_iri, entities):
                    values = _reached(store, f"{entity} {path} ?node")
                    for constraint in asked:
                        yield from _faults(constraint, entity, values)

    def _affected(self, shape: Shape, before: State, after: State, facts: Facts) -> set[str]:
        classes = {each for cls in shape.classes for each in self._narrower.get(cls, {cls})}
        population = facts.population_size(classes)
        reached = {
            is_added: [
                (lead, {pair[0] if end == "subject" else pair[1] for pair in noted[name]})
                for name, lead, end in self._entries[shape.iri]
                if noted[name]
            ]
            for is_added, noted in self._noted.items()
        }
        steps = sum(len(nodes) for found in reached.values() for _, nodes in found)
        if population == 0 or steps == 0:
            return set()
        if steps > population:
            return facts.population(classes)
        found: set[str] = set()
        for is_added, leads in reached.items():
            store = (after if is_added else before).store
            for lead, nodes in leads:
                if lead:
                    for node in filter(is_iri, nodes):
                        found.update(_reached(store, f"?node {lead} {node}"))
                else:
                    found.update(nodes)
        return facts.instances(classes, found)


def _paths(shape: Shape) -> list[Path]:
    found = [each.path for each in shape.constraints if each.near is None and each.path]
    return list(dict.fromkeys(found))


def _reached(store: pyoxigraph.Store, pattern: str) -> list[str]:
    answer = run_query(store, f"SELECT DISTINCT ?node {{ {pattern} }}")
    assert isinstance(answer, QuerySolutions)  # noqa: S101
    return [str(solution["node"]) for solution in answer]


def _faults(constraint: Constraint, entity: str, values: list[str]) -> Iterator[Fault]:
    component, operands = constraint.component, constraint.operands
    if component in VALUE_TESTS:
        is_right = VALUE_TESTS[component](operands)
        yield from (Fault(constraint, entity, value) for value in values if not is_right(value))
    else:
        wrong = WHOLE_TESTS[component](operands, values, [])
        yield from (Fault(constraint, entity, value) for value in wrong)
