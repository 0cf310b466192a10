"""The criteria of transferability, computed for one territory or for one practice at a time.

Both directions use the same formulas: what a practice is worth to a territory does not depend on
which of the two was asked about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from essaim.graph.analyses.weights import Weights, default_weights
from essaim.graph.arrays import Matrix
from essaim.graph.features import Features
from essaim.graph.features.adoptions import Adoptions, Record
from essaim.graph.features.concepts import nearness, scheme_of, wu_palmer
from essaim.graph.features.matrices import columns_of, ones, row_max, row_sums, values_of

__all__ = ["Criteria", "Need", "Values"]

Values = NDArray[np.float32]
_REQUIRABLE = ("sector", "role", "skill")


@dataclass(frozen=True)
class Need:
    """What is wanted.

    Args:
        wants: for each thing wanted, the IRIs of the themes, publics, sectors or types of
            territory that would do.
        words: stems to look for in descriptions, with their language: ``fr:lectur``.
    """

    wants: Sequence[tuple[str, ...]] = ()
    words: Sequence[str] = ()


class Criteria:
    """The criteria of every pair of a practice and a territory of one generation.

    Args:
        features: what is known of both.
        weights: the half-lives, half-way points and weights of the likeness.
        adoptions: the record to count on; all of it when not given.
        now: the year from which adoptions are counted back; the record's last when not given.
    """

    def __init__(
        self,
        features: Features,
        weights: Weights | None = None,
        *,
        adoptions: Adoptions | None = None,
        now: int | None = None,
    ) -> None:
        self.features = features
        self.weights = weights or default_weights()
        self.adoptions = adoptions or features.practices.adoptions
        self.now = self.adoptions.last_year if now is None else now
        self.names = list(self.weights.criteria)

    def with_weights(self, weights: Weights) -> Criteria:
        """The same criteria under other weights; what does not depend on them is shared."""
        if weights == self.weights:
            return self
        other = copy(self)
        other.weights = weights
        return other

    # what both directions share

    @cached_property
    def record(self) -> Record:
        """The adoptions, weighted by how recent they are."""
        return self.adoptions.recency(self.now, self.weights.half_life)

    @cached_property
    def experience(self) -> Values:
        """Per territory, how much it has taken up lately."""
        return self._half_way("experience", self.record.experience())

    # one territory, every practice

    def for_territory(self, territory: int | None, need: Need) -> Values:
        """Criteria by practices, for a territory or, without one, for a need alone.

        Args:
            territory: its number, or ``None``.
            need: what is wanted beside what the graph knows the territory wants.
        """
        practices = self.features.practices
        values = self._nothing(len(practices.iris))
        values.update(self._readiness(slice(None)))
        values["need"] = self.need_met(self.needs_of(territory, need))
        if territory is not None:
            alike = self.alike_for(territory)
            ran = self.adoptions.ran
            known = np.nan_to_num(alike)
            most = row_max(ran, known)
            values["context"] = _known_where(most > 0, most)
            values["evidence"] = _known_where(
                most > 0, self._half_way("evidence", np.asarray(ran @ known))
            )
            values["feasibility"] = self._feasibility_of_practices(territory)
            values["interest"] = self._interest_of(territory)
            values["partnership"] = self._half_way(
                "partnership",
                self.record.partnership_of_territory(territory, self.features.territories.within),
            )
            values["experience"] = np.full(len(practices.iris), self.experience[territory])
        return self._table(values)

    def needs_of(self, territory: int | None, need: Need) -> Need:
        """What is asked for and what the graph knows the territory wants, together."""
        if territory is None:
            return need
        places = self.features.territories
        known = {(concept,) for concept in places.concepts_of(places.wants, territory)}
        return Need(sorted({*need.wants, *known}), need.words)

    def need_met(self, need: Need) -> Values:
        """Per practice, the mean over what is wanted of how near it comes.

        A concept counts as near as the practice's nearest one (Wu and Palmer), and of several that
        would do the nearest. The words count
        together as one want: the share of them that its texts hold. A practice that carries no
        concept says nothing about concepts, one without a text nothing about words.
        """
        practices = self.features.practices
        total = np.zeros(len(practices.iris), dtype=np.float32)
        told = np.zeros_like(total)
        carries = np.diff(practices.carries.indptr) > 0
        for alternatives in need.wants:
            total += np.max([self._closeness(one) for one in alternatives], axis=0) * carries
            told += carries
        if need.words:
            total += self._words_found(need.words)
            told += np.diff(practices.texts.indptr) > 0
        return _ratio(total, told)

    def _closeness(self, concept: str) -> Values:
        practices = self.features.practices
        if concept in practices.concepts:
            return practices.closeness[:, practices.concepts.number(concept)]
        near = nearness([concept], list(practices.concepts))[0]
        return row_max(practices.carries, near)

    def matched(self, practice: int, need: Need) -> list[tuple[str, str, float]]:
        """The concepts wanted that a practice comes near, best first.

        Returns:
            The concept wanted, the practice's nearest one, how near they are.
        """
        practices = self.features.practices
        carried = [practices.concepts[int(i)] for i in columns_of(practices.carries, practice)]
        found = []
        for alternatives in need.wants:
            far, wanted, nearest = min(
                ((-wu_palmer(one, own), one, own) for one in alternatives for own in carried),
                default=(0.0, "", ""),
            )
            if far < 0:
                found.append((wanted, nearest, -far))
        return sorted(found, key=lambda match: (-match[2], match[0]))

    def _words_found(self, words: Sequence[str]) -> Values:
        """Per practice, the share of some words that its texts hold."""
        practices = self.features.practices
        _, holders = practices.holders
        found = np.zeros(len(practices.iris), dtype=np.float32)
        for word in words:
            if word in practices.words:
                found[columns_of(holders, practices.words.number(word))] += 1
        return found / np.float32(len(words))

    def _interest_of(self, territory: int) -> Values:
        """Per practice, how alike it and the nearest practice that the territory took up are."""
        most = np.zeros(len(self.features.practices.iris), dtype=np.float32)
        for practice in columns_of(self.record.by_territory, territory):
            np.maximum(most, self.features.practices.similar(int(practice)), out=most)
        return most

    def _feasibility_of_practices(self, territory: int) -> Values:
        asked, found = self._required_and_found
        known = self._kinds_known[territory] @ self._kind_of_required
        needed = asked @ known
        at_hand = asked @ (known * _dense_row(found, territory))
        return _ratio(at_hand, needed)

    # one practice, every territory

    def for_practice(self, practice: int) -> Values:
        """Criteria by territories, for a practice."""
        places = self.features.territories
        count = len(places.iris)
        values = self._nothing(count)
        for name, value in self._readiness([practice]).items():
            values[name] = np.full(count, value[0])
        values["need"] = self._need_of_territories(practice)
        most = np.zeros(count, dtype=np.float32)
        total = np.zeros(count, dtype=np.float32)
        for seed in columns_of(self.adoptions.years, practice):
            alike = np.nan_to_num(self.alike_from(int(seed)))
            np.maximum(most, alike, out=most)
            total += alike
        values["context"] = _known_where(most > 0, most)
        values["evidence"] = _known_where(most > 0, self._half_way("evidence", total))
        values["feasibility"] = self._feasibility_of_territories(practice)
        similar = self.features.practices.similar(practice)
        similar[practice] = 0
        values["interest"] = row_max(self.record.by_territory, similar)
        values["partnership"] = self._half_way(
            "partnership", self.record.partnership_of_practice(practice, self.contains)
        )
        values["experience"] = self.experience
        return self._table(values)

    def alike_for(self, territory: int) -> Values:
        """Per territory where a practice may have run, how alike it is to one that asks.

        One that contains it is not one like it: 0. ``nan`` where too little is known to tell.
        """
        places = self.features.territories
        alike = places.likeness(territory, self.weights.likeness)
        alike[columns_of(places.within, territory)] = 0
        return alike

    def alike_from(self, seed: int) -> Values:
        """Per territory that may ask, how alike it is to one where a practice ran.

        The other direction of :meth:`alike_for`.
        """
        alike = self.features.territories.likeness(seed, self.weights.likeness)
        alike[columns_of(self.contains, seed)] = 0
        return alike

    @cached_property
    def contains(self) -> Matrix:
        """Territories by territories, 1 where one contains the other."""
        return self.features.territories.within.T.tocsr()

    def _need_of_territories(self, practice: int) -> Values:
        places, practices = self.features.territories, self.features.practices
        close = np.array(
            [
                practices.closeness[practice, practices.concepts.number(concept)]
                if concept in practices.concepts
                else 0.0
                for concept in places.concepts
            ],
            dtype=np.float32,
        )
        carries = len(columns_of(practices.carries, practice)) > 0
        wanted = row_sums(places.wants) * np.float32(carries)
        return _ratio(places.wants @ close, wanted)

    def _feasibility_of_territories(self, practice: int) -> Values:
        asked, found = self._required_and_found
        row = _dense_row(asked, practice)
        needed = self._kinds_known @ (self._kind_of_required @ row)
        at_hand = found @ row
        return _ratio(at_hand, needed)

    # requirements

    @cached_property
    def _required_and_found(self) -> tuple[Matrix, Matrix]:
        """Practices by required concepts; territories by the required concepts present there."""
        practices, places = self.features.practices, self.features.territories
        moves = ones(
            (
                (i, practices.required.number(concept))
                for i, concept in enumerate(places.concepts)
                if concept in practices.required
            ),
            (places.present.shape[1], practices.requires.shape[1]),
        )
        return practices.requires, (places.present @ moves).tocsr()

    @cached_property
    def _kind_of_required(self) -> Values:
        """Kinds (sector, role, skill) by required concepts, 1 for the concept's kind."""
        practices = self.features.practices
        table = np.zeros((len(_REQUIRABLE), practices.requires.shape[1]), dtype=np.float32)
        for column, concept in enumerate(practices.required):
            if scheme_of(concept) in _REQUIRABLE:
                table[_REQUIRABLE.index(scheme_of(concept)), column] = 1
        return table

    @cached_property
    def _kinds_known(self) -> Values:
        """Territories by kinds, 1 where at least one concept of the kind is known there."""
        places = self.features.territories
        kinds = np.vstack([places.kind(kind) for kind in _REQUIRABLE]).T
        return (np.asarray(places.present @ kinds) > 0).astype(np.float32)

    # pieces

    def _readiness(self, chosen: slice | list[int]) -> dict[str, Values]:
        practices = self.features.practices
        return {
            name: practices.ready[row, chosen] for row, name in enumerate(practices.ready_names)
        }

    def _half_way(self, name: str, count: Values) -> Values:
        half = np.float32(self.weights.halfway[name])
        return np.asarray(count / (count + half), dtype=np.float32)

    def _nothing(self, count: int) -> dict[str, Values]:
        return {name: np.full(count, np.nan, dtype=np.float32) for name in self.names}

    def _table(self, values: Mapping[str, Values]) -> Values:
        return np.vstack([values[name] for name in self.names]).astype(np.float32, copy=False)


def _known_where(known: NDArray[np.bool_], values: Values) -> Values:
    return np.where(known, values, np.float32(np.nan)).astype(np.float32)


def _ratio(part: Values, whole: Values) -> Values:
    """A share; ``nan`` where there is no whole."""
    unknown = np.full(len(whole), np.nan, dtype=np.float32)
    return np.divide(part, whole, out=unknown, where=whole > 0)


def _dense_row(matrix: Matrix, row: int) -> Values:
    dense = np.zeros(matrix.shape[1], dtype=np.float32)
    dense[columns_of(matrix, row)] = values_of(matrix, row)
    return dense
