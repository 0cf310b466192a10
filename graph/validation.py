"""Checking the graph against its shapes, with messages a person can act on.

A state is checked from its statement files, entity by entity, which costs some microseconds a
statement. After a change only what the change can touch is checked again: the entities it
describes, those that point to something whose class changed, and those whose shapes look further
than the entity itself, where a statement on the way changed. What was found of all others stands.

What is checked is what is stated, with the classes' hierarchy; what is derived follows from it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from essaim.graph.census import subject_number
from essaim.graph.entities import EntityChange, iter_changes
from essaim.graph.facts import is_data
from essaim.graph.far_shapes import FarShapes, narrower_classes
from essaim.graph.findings import Finding, finding_of, in_order
from essaim.graph.forms import Fault, Forms
from essaim.graph.shapes import constraints, shapes
from essaim.graph.state import State
from essaim.ontology.names import RDF

__all__ = ["revalidate", "validate"]

_IS_A = str(RDF.type)


def validate(state: State) -> list[Finding]:
    """Check a whole state.

    Returns:
        The findings, violations first, in a stable order.
    """
    return _Revalidation(State(), state, []).run(state.files)


def revalidate(
    before: State, after: State, changed: Iterable[str], findings: Iterable[Finding]
) -> list[Finding]:
    """Check what a change can touch, and keep what was found of everything else.

    Args:
        before: the former state.
        after: the new state.
        changed: the IRIs of the named graphs that differ.
        findings: what was found in the former state.

    Returns:
        The findings in the new state, violations first, in a stable order: the same as if all of
        it had been checked.
    """
    if narrower_classes(before.facts()) != narrower_classes(after.facts()):
        return validate(after)
    return _Revalidation(before, after, findings).run(changed)


class _Revalidation:
    """One pass over what changed, then over what the change touches elsewhere."""

    def __init__(self, before: State, after: State, findings: Iterable[Finding]) -> None:
        self._before, self._after = before, after
        self._former = list(findings)
        self._complained_of = {f"<{found.focus}>" for found in self._former}
        self._not_of_class_before = {
            found.term for found in self._former if found.component == "Class"
        }
        self._facts = after.facts()
        self._narrower = narrower_classes(self._facts)
        self._far = FarShapes(self._narrower)
        self._forms = Forms(shapes(), self._narrower, self._far.properties)
        self._read: set[str] = set()
        self._again: set[str] = set()
        self._gained_class: set[str] = set()
        self._lost_class: set[str] = set()

    def run(self, changed: Iterable[str]) -> list[Finding]:
        """What is found in the new state."""
        for graph in filter(is_data, changed):
            self._read_graph(graph)
        return self._finish()

    def _read_graph(self, graph: str) -> None:
        """Check the entities of a graph that changed; put off those that others describe too."""
        shared = self._shared(graph)
        for change in iter_changes(self._before.files.get(graph), self._after.files.get(graph)):
            subject = change.subject
            if shared and subject_number(subject) in shared:
                self._again.add(subject)
                self._note(change)
            elif change.before:
                self._forms.check(subject, change.after)
                self._note(change)
            else:
                for place in self._forms.check(subject, change.after):
                    self._far.note(change.after[place], is_added=True)
                if subject in self._not_of_class_before:
                    self._gained_class.add(subject)
            if subject in self._complained_of:
                self._read.add(subject)

    def _finish(self) -> list[Finding]:
        for shape in shapes():
            for constraint in shape.constraints:
                if constraint.component == "Class":
                    for name in constraint.near or ():
                        holders = self._facts.holders(name, self._lost_class)
                        self._again.update(holder for holder, _ in holders)
        for subject in self._again:
            self._forms.check(subject, self._facts.description(subject))
        standing = [found for found in self._former if self._stands(found)]
        far = self._far.affected(self._before, self._after, self._facts)
        for iri, targets in self._forms.far.items():
            far.setdefault(iri, set()).update(targets)
        standing = [
            f for f in standing if f"<{f.focus}>" not in far.get(self._far.owner(f.shape), ())
        ]
        faults = [
            *self._forms.faults,
            *self._not_of_class(),
            *self._far.faults(far, self._after.store),
        ]
        return in_order([*standing, *map(finding_of, faults)])

    def _shared(self, graph: str) -> set[int]:
        """The numbers of the entities of a graph that other graphs describe too."""
        own = [
            state.censuses[graph].subjects
            for state in (self._before, self._after)
            if graph in state.censuses
        ]
        others = [
            census.subjects
            for other, census in self._after.censuses.items()
            if other != graph and is_data(other)
        ]
        if not own or not others:
            return set()
        return set(np.intersect1d(np.concatenate(own), np.concatenate(others)).tolist())

    def _note(self, change: EntityChange) -> None:
        """Remember what a change to an entity may touch elsewhere."""
        for is_added, lines in ((True, change.added()), (False, change.removed())):
            for line in lines:
                _, name, _ = line.split(" ", 2)
                if name == _IS_A:
                    (self._gained_class if is_added else self._lost_class).add(change.subject)
                elif name in self._far.properties:
                    self._far.note(line, is_added=is_added)

    def _stands(self, found: Finding) -> bool:
        """Whether a former finding still holds, as far as its own entity tells."""
        focus = f"<{found.focus}>"
        if focus in self._read or focus in self._again:
            return False
        if found.component == "Class" and found.term in self._gained_class:
            constraint = constraints()[found.shape, found.component]
            values = self._forms.memberships.setdefault(constraint, {})
            values.setdefault(found.term, []).append(focus)
            return False
        return True

    def _is_read_again(self, found: Finding, far: Mapping[str, set[str]]) -> bool:
        return f"<{found.focus}>" in far.get(self._far.owner(found.shape), ())

    def _not_of_class(self) -> Iterator[Fault]:
        wanted: dict[str, set[str]] = defaultdict(set)
        for constraint, values in self._forms.memberships.items():
            wanted[constraint.operands[0]].update(values)
        members = {
            cls: self._facts.instances(self._narrower.get(cls, {cls}), values)
            for cls, values in wanted.items()
        }
        for constraint, values in self._forms.memberships.items():
            known = members[constraint.operands[0]]
            for value, holders in values.items():
                if value not in known:
                    yield from (Fault(constraint, holder, value) for holder in holders)
