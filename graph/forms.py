"""Checking entities by *form*: the properties they have, in order, and the kind of each value.

The 160,000 entities of a directory share some twenty forms. How many values there are, in which
languages, of which datatype is settled once for a form; what is left for each entity are the few
tests of what the values say.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from essaim.graph.checks import VALUE_TESTS, WHOLE_TESTS, ValueTest
from essaim.graph.shapes import Constraint, Shape
from essaim.ontology.names import RDF

__all__ = ["Fault", "Forms"]

_IS_A = str(RDF.type)
_DECIDED = {"MaxCount", "UniqueLang", "QualifiedMinCount", "NodeKind"}
"""The components that a form decides by itself, whatever the values say."""

_MOST_FORMS = 20_000


@dataclass(frozen=True, slots=True)
class Fault:
    """A constraint that does not hold.

    Args:
        constraint: what is asked.
        focus: the entity, as a term of N-Triples.
        value: the value that is wrong; ``None`` for the values as a whole.
    """

    constraint: Constraint
    focus: str
    value: str | None


@dataclass
class _Plan:
    """What to do for an entity of a form; values are meant by their place among its lines."""

    faults: list[tuple[Constraint, int | None]] = field(default_factory=list)
    tests: list[tuple[Constraint, int, ValueTest]] = field(default_factory=list)
    wholes: list[tuple[Constraint, list[int], list[int]]] = field(default_factory=list)
    memberships: list[tuple[Constraint, int]] = field(default_factory=list)
    far: list[Shape] = field(default_factory=list)
    watched: list[int] = field(default_factory=list)
    asks_nothing: bool = False


class Forms:
    """Checks entities against shapes, as far as their own statements tell.

    Args:
        shapes: the shapes.
        narrower: for each class, itself and the classes within it, all written ``<iri>``.
        watched: properties whose statements :meth:`check` points out.

    Attributes:
        faults: what was found to be wrong.
        memberships: for each constraint that asks for a class, the values that have to be of it,
            each with the entities that have the value.
        far: for each shape that looks further than the entity itself, the entities it targets.
    """

    def __init__(
        self,
        shapes: Iterable[Shape],
        narrower: Mapping[str, Iterable[str]],
        watched: Collection[str] = (),
    ) -> None:
        self._by_class: dict[str, list[Shape]] = {}
        self._by_property: dict[str, list[Shape]] = {}
        self._by_namespace: list[tuple[str, Shape]] = []
        for shape in shapes:
            for cls in shape.classes:
                for each in narrower.get(cls, (cls,)):
                    self._by_class.setdefault(each, []).append(shape)
            for name in shape.properties:
                self._by_property.setdefault(name, []).append(shape)
            self._by_namespace += [(f"<{start}", shape) for start in shape.namespaces]
        self._plans: dict[tuple[str, ...], _Plan] = {}
        self._watched = frozenset(watched)
        self.faults: list[Fault] = []
        self.memberships: dict[Constraint, dict[str, list[str]]] = {}
        self.far: dict[str, set[str]] = {}

    def check(self, subject: str, lines: Sequence[str]) -> Sequence[int]:
        """Check one entity; what is found is added to the attributes.

        Args:
            subject: its IRI, written ``<iri>``.
            lines: everything that is said of it, as lines of N-Triples, each once.

        Returns:
            Which of the lines state a watched property.
        """
        form: list[str] = []
        values: list[str] = []
        for line in lines:
            _, name, value = line.split(" ", 2)
            values.append(value)
            form.append(name)
            if name == _IS_A:
                form.append(value)
            elif value[0] == "<":
                form.append("<")
            else:
                form.append(value.rpartition('"')[2])
        plan = self._plans.get(tuple(form))
        if plan is None:
            plan = self._keep_plan(tuple(form), lines)
        if not plan.asks_nothing:
            self._apply(plan, subject, values)
        return plan.watched

    def targeting(self, lines: Iterable[str]) -> list[Shape]:
        """The shapes that target an entity of which these lines are all that is said."""
        found: dict[str, Shape] = {}
        for line in lines:
            _, name, value = line.split(" ", 2)
            shapes = self._by_property.get(name, [])
            if name == _IS_A:
                shapes = shapes + self._by_class.get(value[:-3], [])
            for start, shape in self._by_namespace:
                if name.startswith(start) or (name == _IS_A and value.startswith(start)):
                    shapes = [*shapes, shape]
            found.update((shape.iri, shape) for shape in shapes)
        return list(found.values())

    def _apply(self, plan: _Plan, subject: str, values: list[str]) -> None:
        for constraint, place in plan.faults:
            value = None if place is None else values[place][:-3]
            self.faults.append(Fault(constraint, subject, value))
        for constraint, place, is_right in plan.tests:
            value = subject if place < 0 else values[place][:-3]
            if not is_right(value):
                self.faults.append(Fault(constraint, subject, value))
        for constraint, places, others in plan.wholes:
            wrong = WHOLE_TESTS[constraint.component](
                constraint.operands,
                [values[place][:-3] for place in places],
                [values[place][:-3] for place in others],
            )
            self.faults += [Fault(constraint, subject, value) for value in wrong]
        for constraint, place in plan.memberships:
            holders = self.memberships[constraint]
            value = values[place][:-3]
            if value in holders:
                holders[value].append(subject)
            else:
                holders[value] = [subject]
        for shape in plan.far:
            self.far.setdefault(shape.iri, set()).add(subject)

    def _keep_plan(self, form: tuple[str, ...], lines: Sequence[str]) -> _Plan:
        if len(self._plans) >= _MOST_FORMS:
            self._plans.clear()
        plan = self._plans[form] = self._plan(lines)
        return plan

    def _plan(self, lines: Sequence[str]) -> _Plan:
        """What to do for every entity of the form of this one."""
        parts = [line.split(" ", 2) for line in lines]
        places: dict[str, list[int]] = {}
        for place, (_, name, _) in enumerate(parts):
            places.setdefault(name, []).append(place)
        values = [value[:-3] for _, _, value in parts]
        plan = _Plan(
            watched=[place for place, part in enumerate(parts) if part[1] in self._watched]
        )
        for shape in self.targeting(lines):
            for constraint in shape.constraints:
                near = constraint.near
                if near is not None:
                    own = [place for name in near for place in places.get(name, [])]
                    _plan_one(plan, constraint, own if near else [-1], values, places)
            if any(constraint.near is None for constraint in shape.constraints):
                plan.far.append(shape)
        for constraint, _ in plan.memberships:
            self.memberships.setdefault(constraint, {})
        plan.asks_nothing = not (
            plan.faults or plan.tests or plan.wholes or plan.memberships or plan.far
        )
        return plan


def _plan_one(
    plan: _Plan,
    constraint: Constraint,
    own: list[int],
    values: list[str],
    places: Mapping[str, list[int]],
) -> None:
    component = constraint.component
    if component == "Class":
        for place in own:
            if values[place][0] == '"':
                plan.faults.append((constraint, place))
            else:
                plan.memberships.append((constraint, place))
    elif component in VALUE_TESTS:
        is_right = VALUE_TESTS[component](constraint.operands)
        if component in _DECIDED:
            plan.faults += [(constraint, place) for place in own if not is_right(values[place])]
        else:
            plan.tests += [(constraint, place, is_right) for place in own]
    elif component in _DECIDED or (component == "MinCount" and len(constraint.near or ()) == 1):
        wrong = WHOLE_TESTS[component](constraint.operands, [values[place] for place in own], [])
        plan.faults += [(constraint, None) for _ in wrong]
    else:
        others = places.get(constraint.operands[0], [])
        plan.wholes.append((constraint, own, others))
