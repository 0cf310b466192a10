"""The record of adoptions: which practice ran in which territory, since when.

Everything here is about what the graph records. A territory without a recorded adoption may have
taken up many; it has nothing to show, and that is all the measures say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from essaim.graph.arrays import Matrix
from essaim.graph.features.matrices import columns_of, filled, ones, row_sums, values_of

__all__ = ["UNKNOWN_YEAR", "Adoptions"]

UNKNOWN_YEAR = 1
"""What stands for a year that is not known: a matrix does not hold zeros."""


@dataclass(frozen=True)
class Adoptions:
    """Practices by territories.

    Args:
        years: practices by territories, the year the first run there started.
        origins: practices by territories, 1 where it was first carried and not taken up.
    """

    years: Matrix
    origins: Matrix

    @classmethod
    def of(cls, runs: Iterable[tuple[int, int, int, bool]], shape: tuple[int, int]) -> Adoptions:
        """The record from runs.

        Args:
            runs: per run, its practice, its territory, its year (0 when unknown), and whether the
                practice was taken up from elsewhere.
            shape: how many practices and territories there are.
        """
        first: dict[tuple[int, int], int] = {}
        origins = set()
        for practice, territory, year, taken_up in runs:
            place = (practice, territory)
            first[place] = min(year or 9999, first.get(place, 9999))
            if not taken_up:
                origins.add(place)
        years = [UNKNOWN_YEAR if first[p] == 9999 else first[p] for p in sorted(first)]
        return cls(
            filled(
                np.array(years, dtype=np.float32), np.array(sorted(first), dtype=np.int32), shape
            ),
            ones(origins, shape),
        )

    @property
    def last_year(self) -> int:
        """The latest year in which a practice is known to have started somewhere; 0 for none."""
        years = self.years.data[self.years.data > UNKNOWN_YEAR]
        return int(years.max()) if len(years) else 0

    @cached_property
    def reach(self) -> NDArray[np.float32]:
        """In how many territories each practice has run."""
        return np.diff(self.years.indptr).astype(np.float32)

    @cached_property
    def ran(self) -> Matrix:
        """Practices by territories, 1 where it ran."""
        return _with(self.years, np.ones_like(self.years.data))

    def before(self, year: int) -> Adoptions:
        """The record as it stood when a year began: what is known to have started earlier."""
        data = self.years.data
        kept = (data < year) & (data > UNKNOWN_YEAR)
        years = _masked(self.years, kept)
        still = _with(years, np.ones_like(years.data))
        return Adoptions(years, self.origins.multiply(still).tocsr())

    def with_seeds(self, seeds: Mapping[int, Iterable[int]], year: int) -> Adoptions:
        """The record with some more runs: of each practice, territories where it ran in a year."""
        places = [(practice, place) for practice, found in seeds.items() for place in found]
        more = ones(places, self.years.shape) * np.float32(year)
        missing = more - more.multiply(self.ran)
        return Adoptions((self.years + missing).tocsr(), self.origins)

    def recency(self, now: int, half_life: float) -> Record:
        """The record with each adoption weighted by how recent it is.

        Args:
            now: the year to count from.
            half_life: after how many years an adoption counts half; one of an unknown year counts
                half too.
        """
        data = self.years.data
        age = np.maximum(now - data, 0)
        weight = np.where(data > UNKNOWN_YEAR, 0.5 ** (age / half_life), 0.5)
        return Record(self, _with(self.years, weight.astype(np.float32)))


class Record:
    """Adoptions weighted by how recent they are, seen from the territories.

    Args:
        adoptions: the record.
        weighted: practices by territories, the weight of each adoption.
    """

    def __init__(self, adoptions: Adoptions, weighted: Matrix) -> None:
        self.adoptions = adoptions
        self.weighted = weighted
        self.by_territory: Matrix = weighted.T.tocsr()
        others = np.maximum(adoptions.reach - 1, 0)
        self.company: NDArray[np.float32] = np.divide(
            1.0, others, out=np.zeros_like(others), where=others > 0
        )

    def experience(self) -> NDArray[np.float32]:
        """Per territory, the weights of its adoptions, summed."""
        return row_sums(self.by_territory)

    def partners_of(self, territory: int) -> NDArray[np.float32]:
        """Per territory, how closely it has taken up the same practices as one.

        Resource allocation on the two-mode graph (Zhou, Lü and Zhang 2009): each practice that both
        took up counts 1 / (number of others that took it up), and less as the one's adoption ages.
        """
        found = np.zeros(self.by_territory.shape[0], dtype=np.float32)
        for practice, weight in zip(
            columns_of(self.by_territory, territory),
            values_of(self.by_territory, territory),
            strict=True,
        ):
            found[columns_of(self.adoptions.years, practice)] += weight * self.company[practice]
        found[territory] = 0
        return found

    def partnership_of_territory(self, territory: int, within: Matrix) -> NDArray[np.float32]:
        """Per practice, how closely a territory is tied to those where it ran, summed.

        A territory that contains it is not a partner: what a whole country did is not shared with
        one of its communes in particular.

        Args:
            territory: its number.
            within: territories by territories, 1 where one is within the other.
        """
        partners = self.partners_of(territory)
        partners[columns_of(within, territory)] = 0
        return np.asarray(self.adoptions.ran @ partners, dtype=np.float32)

    def partnership_of_practice(self, practice: int, contains: Matrix) -> NDArray[np.float32]:
        """Per territory, how closely it is tied to those where a practice ran, summed.

        The other direction of :meth:`partnership_of_territory`. Of a territory where the practice
        ran it says nothing: 0.

        Args:
            practice: its number.
            contains: territories by territories, 1 where one contains the other.
        """
        seeds = columns_of(self.adoptions.years, practice)
        shared = np.zeros(self.adoptions.years.shape[0], dtype=np.float32)
        found = np.zeros(self.by_territory.shape[0], dtype=np.float32)
        for seed in seeds:
            inside, mine = columns_of(contains, seed), columns_of(self.by_territory, seed)
            if len(inside):
                alone = np.zeros_like(shared)
                alone[mine] = 1
                tied = np.asarray(self.by_territory @ (alone * self.company), dtype=np.float32)
                tied[inside] = 0
                found += tied
            else:
                shared[mine] += 1
        found += np.asarray(self.by_territory @ (shared * self.company), dtype=np.float32)
        found[seeds] = 0
        return found


def _with(matrix: Matrix, data: NDArray[np.float32]) -> Matrix:
    return sparse.csr_array((data, matrix.indices, matrix.indptr), shape=matrix.shape)


def _masked(matrix: Matrix, kept: NDArray[np.bool_]) -> Matrix:
    counts = np.concatenate([[0], np.cumsum(kept)])
    return sparse.csr_array(
        (matrix.data[kept], matrix.indices[kept], counts[matrix.indptr]), shape=matrix.shape
    )
