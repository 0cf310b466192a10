"""What the graph holds for each criterion of a practice and a territory, in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

from essaim.graph.analyses.criteria import Criteria
from essaim.graph.analyses.replicable_practices import Criterion, Transfer
from essaim.graph.answers.describer import CARRIER, Describer, Json
from essaim.graph.features.matrices import columns_of
from essaim.graph.reasons import NO_TERRITORY, difference, missing, reason
from essaim.ontology.names import ESS, ORG, vocabulary

__all__ = ["Evidence"]

_OF_A_TERRITORY = frozenset(
    ("context", "feasibility", "evidence", "interest", "partnership", "experience")
)
_MOST_RUNS = 50
_MOST_CONTACTS = 5
_UNLIKE = 0.5


class Evidence:
    """What speaks for one row of a ranking, and what it takes.

    Args:
        describe: labels and sources.
        criteria: what the ranking was computed on.
        transfer: the row.
        words: the words looked for in the practice's texts, as they were written, by stem.
    """

    def __init__(
        self,
        describe: Describer,
        criteria: Criteria,
        transfer: Transfer,
        words: dict[str, str] | None = None,
    ) -> None:
        self.describe = describe
        self._criteria = criteria
        self._practices = criteria.features.practices
        self._places = criteria.features.territories
        self._transfer = transfer
        self._words = words or {}
        self._number = self._practices.iris.number(transfer.practice)
        self._place = (
            None if transfer.territory is None else self._places.iris.number(transfer.territory)
        )

    # criteria

    def criterion(self, criterion: Criterion) -> Json:
        """A criterion with its sentence, the IRIs it rests on and their sources."""
        name, value, language = criterion.name, criterion.value, self.describe.language
        iris = getattr(self, f"_{name}")() if value else []
        facts = self._facts(name, iris) if value else []
        return {
            "name": name,
            "group": self._criteria.weights.groups[name],
            "value": None if value is None else round(value, 4),
            "weight": criterion.weight,
            "sentence": reason(name, facts, language) if facts else self.unknown(name),
            "evidence": iris,
            "sources": self.describe.sources(iris)
            or self.describe.sources([self._transfer.practice]),
        }

    def unknown(self, name: str) -> str:
        """The sentence for a criterion of which nothing is known."""
        if self._place is None and name in _OF_A_TERRITORY:
            return NO_TERRITORY[self.describe.language]
        return missing(name, self.describe.language)

    @property
    def lacking(self) -> list[str]:
        """What is missing: the criteria asked about of which nothing is known, or that are 0."""
        return [
            self.unknown(criterion.name)
            for criterion in self._transfer.criteria
            if not criterion.value
            and not (self._place is None and criterion.name in _OF_A_TERRITORY)
        ]

    def _facts(self, name: str, iris: Sequence[str]) -> list[str]:
        """The labels a criterion's sentence names."""
        told = getattr(self, f"_tell_{name}", None)
        if told is not None:
            facts: list[str] = told(iris)
            return facts
        return [self.describe.label(iri) for iri in iris]

    def _documentation(self) -> list[str]:
        return self.describe.values(self._transfer.practice, ESS.documentation)

    def _tell_documentation(self, iris: Sequence[str]) -> list[str]:
        return self._kinds(iris, "documentationKind")

    def _evaluation(self) -> list[str]:
        return self.describe.values(self._transfer.practice, ESS.evaluation)

    def _tell_evaluation(self, iris: Sequence[str]) -> list[str]:
        return self._kinds(iris, "evaluationLevel", "evidenceLevel")

    def _kinds(self, iris: Sequence[str], *props: str) -> list[str]:
        kinds = {
            kind for iri in iris for prop in props for kind in self.describe.values(iri, ESS[prop])
        }
        return sorted(self.describe.label(kind) for kind in kinds)

    def _conditions(self) -> list[str]:
        return self.describe.values(self._transfer.practice, ESS.condition)

    def _blocks(self) -> list[str]:
        return self.describe.subjects(ESS.blockOf, self._transfer.practice)

    def _cost(self) -> list[str]:
        return self.describe.values(self._transfer.practice, ESS.amount)

    def _contact(self) -> list[str]:
        return [contact["iri"] for contact in self.contacts]

    def _sustained(self) -> list[str]:
        runs = self._all_runs()[:_MOST_RUNS]
        lasted = [run for run in runs if self.describe.texts(run, ESS.end)]
        return lasted or self.describe.values(self._transfer.practice, ESS.practiceStatus)

    def _replicated(self) -> list[str]:
        return self._runs(taken_up=True)

    def _tell_replicated(self, _: Sequence[str]) -> list[str]:
        uses = columns_of(self._practices.uses, self._number)
        taken_up = self._practices.use_taken_up[uses]
        places = self._practices.use_place[uses][taken_up]
        return [self.describe.label(iri) for iri in self._most_alike_first(places)]

    def _need(self) -> list[str]:
        concepts = {nearest for _, nearest, _ in self._transfer.matched}
        challenges = [
            challenge
            for challenge in self.describe.values(self._transfer.practice, ESS.answers)
            if concepts
            & {
                concept
                for prop in (ESS.theme, ESS.public, ESS.sector)
                for concept in self.describe.values(challenge, prop)
            }
        ]
        return [*challenges, *sorted(concepts)] or [self._transfer.practice]

    def _tell_need(self, _: Sequence[str]) -> list[str]:
        label = self.describe.label
        met = [
            label(need) if need == nearest else f"{label(need)} ({label(nearest)})"
            for need, nearest, _ in self._transfer.matched
        ]
        return [*met, *(f"« {word} »" for word in self._words_found())]

    def _words_found(self) -> list[str]:
        held = {int(i) for i in columns_of(self._practices.texts, self._number)}
        return [
            written
            for stem, written in self._words.items()
            if stem in self._practices.words and self._practices.words.number(stem) in held
        ]

    def _context(self) -> list[str]:
        nearest = self._transfer.adopters[0][0]
        return self._runs(places={self._places.iris.number(nearest)})

    def _tell_context(self, _: Sequence[str]) -> list[str]:
        return self._alike(1)

    def _evidence(self) -> list[str]:
        return self._runs()

    def _tell_evidence(self, _: Sequence[str]) -> list[str]:
        return self._alike(5)

    def _alike(self, count: int) -> list[str]:
        return [
            f"{self.describe.label(iri)} ({self._share(alike)})"
            for iri, alike in self._transfer.adopters[:count]
            if alike
        ]

    def _share(self, value: float) -> str:
        return f"{value:.0%}".replace("%", "\u202f%" if self.describe.language == "fr" else "%")

    def _feasibility(self) -> list[str]:
        return [concept for concept in self.required if concept in self._present]

    def _interest(self) -> list[str]:
        return self._runs_here([practice for practice, _ in self._nearest_taken_up()[:1]])

    def _tell_interest(self, _: Sequence[str]) -> list[str]:
        return [
            f"{self.describe.label(self._practices.iris[practice])} ({self._share(alike)})"
            for practice, alike in self._nearest_taken_up()[:1]
        ]

    def _nearest_taken_up(self) -> list[tuple[int, float]]:
        if self._place is None:
            return []
        similar = self._practices.similar(self._number)
        mine = columns_of(self._criteria.record.by_territory, self._place)
        found = [(int(i), float(similar[i])) for i in mine if similar[i] > 0]
        return sorted(found, key=lambda one: (-one[1], one[0]))

    def _partnership(self) -> list[str]:
        return self._runs_here([practice for practice, _ in self._shared()])

    def _tell_partnership(self, _: Sequence[str]) -> list[str]:
        label, iris, places = self.describe.label, self._practices.iris, self._places.iris
        return [
            f"{label(iris[practice])} ({', '.join(label(places[i]) for i in partners[:3])})"
            for practice, partners in self._shared()
        ]

    def _shared(self) -> list[tuple[int, list[int]]]:
        """The practices that the territory and some adopters both took up, the smallest first."""
        if self._place is None:
            return []
        adoptions = self._criteria.adoptions
        above = set(columns_of(self._places.within, self._place).tolist())
        adopters = set(columns_of(adoptions.years, self._number).tolist()) - above
        found = []
        for practice in columns_of(self._criteria.record.by_territory, self._place).tolist():
            both = sorted(adopters & set(columns_of(adoptions.years, practice).tolist()))
            if both:
                found.append((practice, both))
        return sorted(found, key=lambda one: (adoptions.reach[one[0]], one[0]))[:5]

    def _experience(self) -> list[str]:
        mine = columns_of(self._criteria.record.by_territory, self._place or 0)
        return self._runs_here(mine.tolist())

    def _tell_experience(self, _: Sequence[str]) -> list[str]:
        record = self._criteria.record
        mine = columns_of(record.by_territory, self._place or 0)
        return [str(len(mine))]

    # what it takes

    @cached_property
    def required(self) -> list[str]:
        """The sectors, roles and skills that the practice asks for."""
        columns = columns_of(self._practices.requires, self._number)
        return [self._practices.required[int(i)] for i in columns]

    @cached_property
    def _present(self) -> set[str]:
        if self._place is None:
            return set()
        return set(self._places.concepts_of(self._places.present, self._place))

    def to_find(self, scheme: str) -> list[Json]:
        """The required concepts of a scheme that nobody is known to stand for in the territory."""
        if self._place is None:
            return []
        base = vocabulary(scheme).base
        lacking = (c for c in self.required if c.startswith(base) and c not in self._present)
        return [self.describe.one(concept) for concept in lacking]

    def differences(self) -> list[str]:
        """How the territory differs from the one most like it where the practice ran."""
        if self._place is None or not self._transfer.adopters:
            return []
        nearest, alike = self._transfer.adopters[0]
        if not alike:
            return []
        other = self._places.iris.number(nearest)
        parts = self._places.likeness_parts(self._place, [other])
        label = self.describe.label(nearest)
        return [
            sentence
            for name, part in parts.items()
            if part[0] < _UNLIKE
            and (
                sentence := difference(name, label, self._gap(name, other), self.describe.language)
            )
        ]

    def _gap(self, part: str, other: int) -> float:
        """The figure that a sentence on a difference gives: a ratio or a distance."""
        if part == "population":
            mine, theirs = self._places.population[[self._place or 0, other]]
            return float(10 ** (mine - theirs))
        if part == "nearness":
            return float(self._places.distance_km(self._place or 0, [other])[0])
        return float("nan")

    def adaptations(self) -> list[str]:
        """What adopters changed, most like the territory first."""
        uses = columns_of(self._practices.uses, self._number)
        told: dict[str, list[str]] = {}
        for use in uses.tolist():
            run = self._practices.runs[int(self._practices.use_run[use])]
            place = self._places.iris[int(self._practices.use_place[use])]
            told.setdefault(place, []).extend(self.describe.texts(run, ESS.adaptation))
        order = self._most_alike_first(self._practices.use_place[uses])
        lines = [
            f"{self.describe.label(iri)} : {text}" for iri in order for text in sorted(told[iri])
        ]
        return list(dict.fromkeys(lines))[:3]

    @cached_property
    def contacts(self) -> list[Json]:
        """Whom to ask: those who carried it first, then carriers most like the territory.

        Bodies and their functions, not people: a person is named only where the graph names them as
        the carrier.
        """
        uses = columns_of(self._practices.uses, self._number)
        first = [u for u in uses.tolist() if not self._practices.use_taken_up[u]]
        places = {
            iri: i for i, iri in enumerate(self._most_alike_first(self._practices.use_place[uses]))
        }
        later = sorted(
            (u for u in uses.tolist() if self._practices.use_taken_up[u]),
            key=lambda u: (places[self._places.iris[int(self._practices.use_place[u])]], u),
        )
        found: dict[str, Json] = {}
        for use in [*first, *later[: 2 * _MOST_CONTACTS]]:
            for carrier in self.describe.carriers(
                self._practices.runs[int(self._practices.use_run[use])]
            ):
                found.setdefault(carrier, self._contact_of(carrier, use))
        if not found:
            for run in self._all_runs():
                for carrier in self.describe.carriers(run):
                    found.setdefault(carrier, self.describe.one(carrier))
        return list(found.values())[:_MOST_CONTACTS]

    def _contact_of(self, carrier: str, use: int) -> Json:
        place = self._places.iris[int(self._practices.use_place[use])]
        functions = {
            function
            for membership in self.describe.subjects(ORG.organization, carrier)
            for function in self.describe.texts(membership, ESS.office)
        }
        return {
            **self.describe.one(carrier),
            "role": self.describe.label(CARRIER),
            "territory": self.describe.one(place),
            "first": not bool(self._practices.use_taken_up[use]),
            "functions": sorted(functions)[:3],
        }

    def _all_runs(self) -> list[str]:
        return self.describe.subjects(ESS.implements, self._transfer.practice)

    # runs

    def _runs(self, places: set[int] | None = None, *, taken_up: bool = False) -> list[str]:
        """The practice's runs, in some territories, or taken up from elsewhere; fifty at most."""
        uses = columns_of(self._practices.uses, self._number)
        chosen = [
            int(self._practices.use_run[use])
            for use in uses
            if (places is None or int(self._practices.use_place[use]) in places)
            and (not taken_up or self._practices.use_taken_up[use])
        ]
        return [self._practices.runs[i] for i in sorted(set(chosen))[:_MOST_RUNS]]

    def _runs_here(self, practices: Sequence[int]) -> list[str]:
        """The runs of some practices in the territory."""
        found = [
            self._practices.runs[int(self._practices.use_run[use])]
            for practice in practices
            for use in columns_of(self._practices.uses, practice)
            if int(self._practices.use_place[use]) == self._place
        ]
        return sorted(set(found))[:_MOST_RUNS]

    def _most_alike_first(self, places: Iterable[int]) -> list[str]:
        alike = {iri: share or 0.0 for iri, share in self._transfer.adopters}
        iris = {self._places.iris[int(place)] for place in places}
        return sorted(iris, key=lambda iri: (-alike.get(iri, 0.0), iri))
