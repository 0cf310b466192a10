"""The lineage of a practice: who took it up from whom, where and when, and how far it went.

A lineage is a tree. Its root is the first run of the practice; every replication hangs from the run
that it was informed by where a source says so, and else from the first run of its practice; the
first run of a practice derived from another hangs from the first run of that one.

Measures, after the field's RE-AIM framework (Glasgow, Vogt and Boles 1999) and Rogers' diffusion
curve (1962):

- *reach*: the territories where it ran, and the inhabitants of those whose number is known, a
  territory within another counting once, and a country that is only its carrier's home not at all;
- *adoption rate over time*: how many territories had it at the end of each year;
- *adaptation rate*: the share of the take-ups of which a source tells what was changed, or that are
  a derived practice. It is a lower bound: a change that nobody wrote down is not counted;
- *regions covered*, and countries; and how far from where it was born.

When it misleads: a source tells of replications it knows. A practice with a national network that
keeps a list looks as if it travelled further than one whose copies nobody counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from essaim.graph.features import Territories
from essaim.graph.features.matrices import columns_of

__all__ = ["Branch", "Lineage", "Run", "trace"]

_REGION, _COUNTRY = 3, 4


@dataclass(frozen=True, order=True)
class Run:
    """One time a practice was done, in one territory.

    Args:
        year: the year it started; 0 when unknown.
        iri: its IRI.
        practice: the IRI of the practice.
        territory: the number of the territory.
        taken_up: whether it was taken up from elsewhere.
        adapted: whether a source tells what was changed.
        informed_by: the IRI of the run it was informed by, or ``""``.
    """

    year: int
    iri: str
    practice: str
    territory: int
    taken_up: bool
    adapted: bool = False
    informed_by: str = ""


@dataclass(frozen=True)
class Branch:
    """A run in its place in the tree.

    Args:
        run: the run.
        parent: the IRI of the run it hangs from; ``""`` for a root.
        depth: how many steps it is from its root.
        years_after: how many years after the root it started; ``None`` when unknown.
        distance: how far from the root it is, in kilometres; ``None`` when unknown, or when one of
            the two territories contains the other.
    """

    run: Run
    parent: str
    depth: int
    years_after: int | None
    distance: float | None


@dataclass(frozen=True)
class Lineage:
    """A tree of runs and what it measures.

    Args:
        branches: the runs, parents before children, by year and IRI.
        territories: in how many territories it ran.
        population: how many inhabitants they have together; ``None`` when no number is known.
        population_of: for how many of the territories the number is known.
        take_ups: how many runs were taken up from elsewhere.
        adapted: of how many take-ups an adaptation is told.
        regions: the numbers of the regions in which it ran, sorted.
        countries: the numbers of the countries, sorted.
        by_year: for each year in which it reached new territories, how many it had reached.
        depth: the longest chain from a root.
        median_years: the median of the years after the root; ``None`` when none is known.
        median_distance: the median of the distances from the root; ``None`` when none is known.
        farthest: the largest of them.
    """

    branches: Sequence[Branch]
    territories: int
    population: int | None
    population_of: int
    take_ups: int
    adapted: int
    regions: Sequence[int]
    countries: Sequence[int]
    by_year: Mapping[int, int]
    depth: int
    median_years: float | None
    median_distance: float | None
    farthest: float | None

    @property
    def adaptation_rate(self) -> float | None:
        """The share of the take-ups of which an adaptation is told; ``None`` without take-ups."""
        return self.adapted / self.take_ups if self.take_ups else None


def trace(
    runs: Sequence[Run], derived_from: Mapping[str, str], territories: Territories
) -> Lineage:
    """The lineage of a family of practices.

    Args:
        runs: the runs of all its practices.
        derived_from: for each derived practice, the IRI of its original.
        territories: where they ran.

    Returns:
        The tree and its measures.
    """
    ordered = sorted(runs)
    parents = _parents(ordered, derived_from)
    branches = _branches(ordered, parents, territories)
    places = sorted({run.territory for run in ordered})
    take_ups = [b.run for b in branches if b.run.taken_up or (b.parent and b.depth)]
    years = [b.years_after for b in branches if b.parent and b.years_after is not None]
    distances = [b.distance for b in branches if b.parent and b.distance is not None]
    known = _counted(places, territories)
    return Lineage(
        branches=branches,
        territories=len(places),
        population=round(sum(10 ** float(territories.population[p]) for p in known)) or None,
        population_of=len(known),
        take_ups=len(take_ups),
        adapted=sum(run.adapted or run.practice in derived_from for run in take_ups),
        regions=_above(places, territories, _REGION),
        countries=_above(places, territories, _COUNTRY),
        by_year=_by_year(ordered),
        depth=max((branch.depth for branch in branches), default=0),
        median_years=median(years) if years else None,
        median_distance=median(distances) if distances else None,
        farthest=max(distances, default=None),
    )


def _parents(ordered: Sequence[Run], derived_from: Mapping[str, str]) -> dict[str, str]:
    """For each run, the IRI of the run it hangs from, or ``""``."""
    first: dict[str, str] = {}
    for run in sorted(ordered, key=lambda run: (run.taken_up, run.year or 9999, run.iri)):
        first.setdefault(run.practice, run.iri)
    known = {run.iri for run in ordered}
    parents: dict[str, str] = {}
    for run in ordered:
        if run.informed_by in known and run.informed_by != run.iri:
            parents[run.iri] = run.informed_by
        elif run.iri != first[run.practice]:
            parents[run.iri] = first[run.practice]
        else:
            parents[run.iri] = first.get(derived_from.get(run.practice, ""), "")
    return parents


def _branches(
    ordered: Sequence[Run], parents: Mapping[str, str], territories: Territories
) -> list[Branch]:
    by_iri: dict[str, Run] = {}
    for run in ordered:
        by_iri.setdefault(run.iri, run)
    found = []
    for run in ordered:
        chain = _chain(run.iri, parents)
        root = by_iri[chain[-1]]
        found.append(
            Branch(
                run=run,
                parent=chain[1] if len(chain) > 1 else "",
                depth=len(chain) - 1,
                years_after=run.year - root.year if run.year and root.year else None,
                distance=_distance(root.territory, run.territory, territories),
            )
        )
    return sorted(found, key=lambda branch: (branch.depth, branch.run.year or 9999, branch.run.iri))


def _chain(iri: str, parents: Mapping[str, str]) -> list[str]:
    """A run and those above it; where sources make a circle, it is cut where it closes."""
    chain = [iri]
    while (above := parents.get(chain[-1], "")) and above not in chain:
        chain.append(above)
    return chain


def _distance(root: int, place: int, territories: Territories) -> float | None:
    nested = {int(i) for i in columns_of(territories.within, root)} | {
        int(i) for i in columns_of(territories.within, place)
    }
    if root != place and nested & {root, place}:
        return None
    distance = float(territories.distance_km(root, [place])[0])
    return None if np.isnan(distance) else distance


def _counted(places: Sequence[int], territories: Territories) -> list[int]:
    """The territories of known population that lie in no other of them.

    A country in which others are known to have done it is only where its carrier is at home.
    """
    above = {p: {int(i) for i in columns_of(territories.within, p)} for p in places}
    homes = {
        country
        for country in places
        if territories.level[country] == _COUNTRY and any(country in above[p] for p in places)
    }
    known = {p for p in places if not np.isnan(territories.population[p])} - homes
    return sorted(place for place in known if not known & above[place])


def _above(places: Sequence[int], territories: Territories, level: int) -> list[int]:
    """The territories of a level that some territories are, or are within."""
    around = {
        int(above) for place in places for above in (place, *columns_of(territories.within, place))
    }
    return sorted(above for above in around if territories.level[above] == level)


def _by_year(ordered: Sequence[Run]) -> dict[int, int]:
    since: dict[int, int] = {}
    for run in ordered:
        if run.year:
            since.setdefault(run.territory, run.year)
    reached = sorted(since.values())
    return {
        year: int(np.searchsorted(reached, year, side="right")) for year in sorted(set(reached))
    }
