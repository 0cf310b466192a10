"""What is known of practices, as arrays."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyoxigraph import Literal, NamedNode

from essaim.graph.arrays import Matrix, Names
from essaim.graph.features.adoptions import Adoptions
from essaim.graph.features.concepts import nearness, scheme_of
from essaim.graph.features.matrices import columns_of, ones, row_max, unit_rows, values_of
from essaim.graph.features.territories import Territories
from essaim.graph.features.words import count_words
from essaim.graph.store import EmbeddedStore, term_value
from essaim.ontology.names import vocabulary
from essaim.ontology.vocabulary import concepts

__all__ = ["READINESS", "Practices", "read_practices"]

READINESS: Mapping[str, Mapping[str, float]] = {
    "documentation": {"kit": 1.0, "report": 0.8, "page": 0.5},
    "evaluation": {
        "external": 1.0,
        "participatory": 0.8,
        "internal": 0.7,
        "mentioned": 0.4,
        "repeated": 1.0,
        "compared": 0.9,
        "before-and-after": 0.7,
        "counted": 0.5,
        "told": 0.3,
        "stated": 0.1,
    },
    "sustained": {"established": 1.0, "spreading": 1.0},
}
"""What a kind of documentation, a level of evaluation or of evidence, or a status is worth to who
wants to take the practice up; of several, the best counts."""

_READY = (
    "documentation",
    "evaluation",
    "conditions",
    "blocks",
    "cost",
    "contact",
    "sustained",
    "replicated",
)
_SUSTAINED_MONTHS = 6
_HALF_WAY = 2
_SCHEMES = ("theme", "public", "sector", "typology")
_DATE = re.compile(r"(\d{4})(?:-(\d{2}))?")


@dataclass(frozen=True)
class Practices:
    """Practices, side by side.

    Args:
        iris: the IRIs.
        concepts: the IRIs of the themes, publics, sectors and types of territory, and of any
            concept a practice carries.
        carries: practices by concepts: their own themes, publics and sectors, and those of the
            challenges they answer.
        closeness: practices by concepts: how near the practice's nearest concept is (Wu and
            Palmer); for a type of territory, how near those of the territories where it ran are.
        required: the IRIs of the sectors, roles and skills that practices require.
        requires: practices by required: the sectors it crosses, and what its conditions ask for.
        words: the stems of titles, descriptions, challenges and free themes.
        texts: practices by words: 1 + ln(occurrences), as vectors of length 1.
        subjects: practices by concepts: what they carry, as vectors of length 1.
        ready: readiness criteria by practices, each 0 to 1, in the order of :attr:`ready_names`.
            What an adopter can't find counts as 0: an evaluation nobody can read helps nobody.
        runs: the IRIs of the runs that are somewhere.
        uses: practices by uses, 1 for its own; a use is a run in one of its territories.
        use_run: per use, the number of its run.
        use_place: per use, the number of its territory.
        use_year: per use, the year it started; 0 when unknown.
        use_taken_up: per use, whether the practice was taken up from elsewhere.
        adoptions: where it ran and since when.
    """

    iris: Names
    concepts: Names
    carries: Matrix
    closeness: NDArray[np.float32]
    required: Names
    requires: Matrix
    words: Names
    texts: Matrix
    subjects: Matrix
    ready: NDArray[np.float32]
    runs: Names
    uses: Matrix
    use_run: NDArray[np.int32]
    use_place: NDArray[np.int32]
    use_year: NDArray[np.int16]
    use_taken_up: NDArray[np.bool_]
    adoptions: Adoptions

    ready_names = _READY

    @cached_property
    def holders(self) -> tuple[Matrix, Matrix]:
        """Who holds what: concepts by practices and words by practices, of length 1 by practice."""
        return self.subjects.T.tocsr(), self.texts.T.tocsr()

    def similar(self, practice: int) -> NDArray[np.float32]:
        """Per practice, how alike its subjects and another's are, 0 to 1.

        The mean of two cosines: of the concepts they carry, and of the words of their texts.
        """
        total = np.zeros(len(self.iris), dtype=np.float32)
        for vectors, holders in zip((self.subjects, self.texts), self.holders, strict=True):
            for column, value in zip(
                columns_of(vectors, practice), values_of(vectors, practice), strict=True
            ):
                total[columns_of(holders, column)] += value * values_of(holders, column)
        return total / np.float32(2)

    def parts(self) -> dict[str, Any]:
        """Its arrays by name, to be kept."""
        own = {field.name: getattr(self, field.name) for field in fields(self)}
        del own["adoptions"]
        return {**own, "years": self.adoptions.years, "origins": self.adoptions.origins}


def read_practices(store: EmbeddedStore, territories: Territories) -> Practices:
    """Read the practices of a store, against its territories."""
    iris = Names.of(row["p"].value for row in store.iter_rows("SELECT ?p { ?p a ess:Practice }"))
    number = {iri: i for i, iri in enumerate(iris)}
    carried = _pairs(store, number, _CARRIED)
    known = {
        vocabulary(scheme)[key].value for scheme in _SCHEMES for key in concepts().keys(scheme)
    }
    names = Names.of({*known, *(concept for _, concept in carried)})
    column = {concept: i for i, concept in enumerate(names)}
    carries = ones(((p, column[c]) for p, c in carried), (len(iris), len(names)))
    uses = _uses(store, number, territories)
    runs = Names.of(use.run for use in uses)
    adoptions = Adoptions.of(
        ((use.practice, use.place, use.year, use.taken_up) for use in uses),
        (len(iris), len(territories.iris)),
    )
    sectors = [(p, c) for p, c in carried if scheme_of(c) == "sector"]
    asked = [*sectors, *_pairs(store, number, "?p ess:condition/ess:requires ?c")]
    required = Names.of(concept for _, concept in asked)
    place = {concept: i for i, concept in enumerate(required)}
    words, counts = count_words(_iter_texts(store, number), len(iris))
    return Practices(
        iris=iris,
        concepts=names,
        carries=carries,
        closeness=_closeness(carries, names, adoptions, territories),
        required=required,
        requires=ones(((p, place[c]) for p, c in asked), (len(iris), len(required))),
        words=words,
        texts=unit_rows(counts),
        subjects=unit_rows(carries),
        ready=_readiness(store, number, adoptions),
        runs=runs,
        uses=ones(((use.practice, i) for i, use in enumerate(uses)), (len(iris), len(uses))),
        use_run=np.array([runs.number(use.run) for use in uses], dtype=np.int32),
        use_place=np.array([use.place for use in uses], dtype=np.int32),
        use_year=np.array([use.year for use in uses], dtype=np.int16),
        use_taken_up=np.array([use.taken_up for use in uses], dtype=np.bool_),
        adoptions=adoptions,
    )


_CARRIED = """?p a ess:Practice .
    ?p (ess:theme|ess:public|ess:sector)|(ess:answers/(ess:theme|ess:public|ess:sector)) ?c"""


def _pairs(store: EmbeddedStore, number: Mapping[str, int], pattern: str) -> list[tuple[int, str]]:
    return [
        (number[row["p"].value], row["c"].value)
        for row in store.iter_rows(f"SELECT DISTINCT ?p ?c {{ {pattern} }}")
        if row["p"].value in number and isinstance(row["c"], NamedNode)
    ]


@dataclass(frozen=True, order=True)
class _Use:
    """A run of a practice in one territory."""

    practice: int
    run: str
    place: int
    year: int
    taken_up: bool


def _uses(store: EmbeddedStore, number: Mapping[str, int], territories: Territories) -> list[_Use]:
    """The runs in their territories, sorted."""
    place = {iri: i for i, iri in enumerate(territories.iris)}
    taken_up = {row["r"].value for row in store.iter_rows("SELECT ?r { ?r a ess:Replication }")}
    found = set()
    for row in store.iter_rows(
        """SELECT ?r ?p ?t (MIN(STR(?date)) AS ?start) {
            ?r ess:implements ?p ; ess:inTerritory ?t OPTIONAL { ?r ess:start ?date }
        } GROUP BY ?r ?p ?t"""
    ):
        run, practice, where = (row[name].value for name in ("r", "p", "t"))
        if practice in number and where in place:
            date = _DATE.match(term_value(row, "start"))
            year = int(date.group(1)) if date else 0
            found.add(_Use(number[practice], run, place[where], year, run in taken_up))
    return sorted(found)


def _iter_texts(store: EmbeddedStore, number: Mapping[str, int]) -> Iterator[tuple[int, str, str]]:
    for row in store.iter_rows(
        """SELECT DISTINCT ?p ?text { ?p a ess:Practice .
            ?p (dcterms:description|rdfs:label|ess:freeTheme)
               |(ess:answers/(rdfs:label|dcterms:description)) ?text }"""
    ):
        text = row["text"]
        if isinstance(text, Literal):
            yield number[row["p"].value], text.value, text.language or ""


def _closeness(
    carries: Matrix, names: Names, adoptions: Adoptions, territories: Territories
) -> NDArray[np.float32]:
    """Practices by concepts, one column after the other in memory: a question reads columns."""
    listed = list(names)
    near = nearness(listed, listed)
    table = np.zeros(carries.shape, dtype=np.float32, order="F")
    types = _types_of_places(adoptions, territories, names)
    for column, concept in enumerate(listed):
        source = types if scheme_of(concept) == "typology" else carries
        table[:, column] = row_max(source, near[column])
    return table


def _types_of_places(adoptions: Adoptions, territories: Territories, names: Names) -> Matrix:
    """Practices by concepts: the types of the territories where they ran."""
    matrix = (adoptions.ran @ territories.typology).tocsr()
    column = {concept: i for i, concept in enumerate(names)}
    moved = [column.get(concept, -1) for concept in territories.concepts]
    pairs = [
        (row, moved[int(c)])
        for row in range(matrix.shape[0])
        for c in columns_of(matrix, row)
        if moved[int(c)] >= 0
    ]
    return ones(pairs, (matrix.shape[0], len(names)))


def _readiness(
    store: EmbeddedStore, number: Mapping[str, int], adoptions: Adoptions
) -> NDArray[np.float32]:
    graded = {
        "documentation": "?p ess:documentation/ess:documentationKind ?c",
        "evaluation": "?p ess:evaluation/(ess:evaluationLevel|ess:evidenceLevel) ?c",
        "sustained": "?p ess:practiceStatus ?c",
    }
    present = {
        "conditions": "?p ess:condition ?c",
        "blocks": "?c ess:blockOf ?p",
        "cost": "?p ess:amount ?c",
        "contact": "?run ess:implements ?p . ?c ess:participatesIn ?run ; "
        "ess:participationRole participation:carrier",
    }
    values = {name: np.zeros(len(number), dtype=np.float32) for name in _READY}
    for name, pattern in graded.items():
        for practice, concept in _pairs(store, number, pattern):
            worth = READINESS[name].get(concept.rpartition("/")[2], 0.0)
            values[name][practice] = max(values[name][practice], worth)
    for name, pattern in present.items():
        for row in store.iter_rows(f"SELECT DISTINCT ?p {{ {pattern} }}"):
            if row["p"].value in number:
                values[name][number[row["p"].value]] = 1.0
    for row in store.iter_rows(
        "SELECT DISTINCT ?p ?start ?end { ?r ess:implements ?p ; ess:start ?start ; ess:end ?end }"
    ):
        if row["p"].value in number and _lasted(row["start"].value, row["end"].value):
            values["sustained"][number[row["p"].value]] = 1.0
    elsewhere = np.maximum(adoptions.reach - 1, 0)
    values["replicated"] = elsewhere / (elsewhere + _HALF_WAY)
    return np.vstack([values[name] for name in _READY]).astype(np.float32)


def _lasted(start: str, end: str) -> bool:
    """Whether a run lasted six months; dates in years alone are taken at their difference."""
    first, last = _DATE.match(start), _DATE.match(end)
    if not first or not last:
        return False
    years = int(last.group(1)) - int(first.group(1))
    if first.group(2) and last.group(2):
        return 12 * years + int(last.group(2)) - int(first.group(2)) >= _SUSTAINED_MONTHS
    return years >= 1
