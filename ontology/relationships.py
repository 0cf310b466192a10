"""The dated relationships of the ontology, as the edges they declare themselves to be.

A relationship class says, on itself, which property leads to its source and which to its target,
what it is called on a line between the two, how much it weighs and which properties date it
(``ess:edgeSource``, ``ess:edgeTarget``, ``ess:edgeLabel``, ``ess:edgeWeight``, ``ess:edgeTime``,
``ess:edgeEndTime``). The projection, the explorer and the timeline read those declarations here;
there is no second list to keep.

Example:
    >>> [each.label_en for each in relationships() if each.cls.value.endswith("#Membership")]
    ['is a member of']
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from pyoxigraph import Literal, NamedNode

from essaim.ontology.errors import BadInput
from essaim.ontology.names import ESS
from essaim.ontology.vocabulary import iter_ontology_triples

__all__ = ["Relationship", "relationships"]

_PARTS = {
    ESS.edgeSource: "source",
    ESS.edgeTarget: "target",
    ESS.edgeLabel: "label",
    ESS.edgeWeight: "weight",
    ESS.edgeTime: "start",
    ESS.edgeEndTime: "end",
}


@dataclass(frozen=True)
class Relationship:
    """A relationship class and the edge it declares.

    Args:
        cls: the class, such as ``ess:Participation``.
        source: the property that leads to the edge's source.
        target: the property that leads to its target.
        label_fr: what the edge is called, in French.
        label_en: what the edge is called, in English.
        weight: how much it counts in computations; 1 is an ordinary tie.
        start: the property that says when it began.
        end: the property that says when it ended.
    """

    cls: NamedNode
    source: NamedNode
    target: NamedNode
    label_fr: str
    label_en: str
    weight: float
    start: NamedNode
    end: NamedNode


@cache
def relationships() -> tuple[Relationship, ...]:
    """The projection schema: the relationship classes of the ontology, sorted by IRI.

    Raises:
        BadInput: a class declares part of an edge only.
    """
    declared: dict[NamedNode, dict[str, NamedNode | Literal]] = {}
    for subject, predicate, value in iter_ontology_triples():
        part = _PARTS.get(predicate)
        if part and isinstance(subject, NamedNode) and isinstance(value, NamedNode | Literal):
            language = value.language if isinstance(value, Literal) else None
            key = f"{part}_{language}" if language else part
            declared.setdefault(subject, {})[key] = value
    found = (_relationship(cls, parts) for cls, parts in declared.items())
    return tuple(sorted(found, key=lambda relationship: relationship.cls.value))


def _relationship(cls: NamedNode, parts: dict[str, NamedNode | Literal]) -> Relationship:
    def prop(part: str) -> NamedNode:
        value = parts.get(part)
        if not isinstance(value, NamedNode):
            raise BadInput(
                f"{cls.value} does not declare its whole edge: {part} is missing.",
                "A relationship class declares edgeSource, edgeTarget, edgeLabel in French and "
                "English, edgeWeight, edgeTime and edgeEndTime.",
            )
        return value

    def text(part: str) -> str:
        value = parts.get(part)
        if not isinstance(value, Literal):
            raise BadInput(f"{cls.value} does not declare its whole edge: {part} is missing.")
        return value.value

    return Relationship(
        cls=cls,
        source=prop("source"),
        target=prop("target"),
        label_fr=text("label_fr"),
        label_en=text("label_en"),
        weight=float(text("weight")),
        start=prop("start"),
        end=prop("end"),
    )
