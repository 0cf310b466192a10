"""A lineage by hand: who hangs from whom, and what the measures count."""

from __future__ import annotations

import random

import pytest

from essaim.graph.analyses.lineage import Lineage, Run, trace
from essaim.graph.features import Territories, read_features
from tests.graph.conftest import StoreOf

PLACES = """
:land a ess:Country , ess:Territory ; ess:population 1000000 .
:region a ess:Region , ess:Territory ; ess:within :land ; ess:population 500000 .
:a a ess:Commune , ess:Territory ; ess:within :land , :region ; ess:population 1000 ;
    ess:latitude 45.0 ; ess:longitude 3.0 .
:b a ess:Commune , ess:Territory ; ess:within :land ; ess:population 2000 ;
    ess:latitude 46.0 ; ess:longitude 3.0 .
:c a ess:Commune , ess:Territory ; ess:within :land ; ess:latitude 48.0 ; ess:longitude 3.0 .
"""


@pytest.fixture
def places(store_of: StoreOf) -> Territories:
    return read_features(store_of(PLACES)).territories


def run(places: Territories, name: str, where: str, year: int, **more: object) -> Run:
    number = places.iris.number(f"https://w3id.org/essaim/id/{where}")
    settings = {"practice": "p", "taken_up": name != "origin", **more}
    return Run(year=year, iri=name, territory=number, **settings)  # type: ignore[arg-type]


def family(places: Territories) -> list[Run]:
    return [
        run(places, "origin", "a", 2010),
        run(places, "second", "b", 2012, adapted=True),
        run(places, "third", "c", 2015, informed_by="second"),
        run(places, "child", "b", 2014, practice="q", taken_up=False),
    ]


def test_who_hangs_from_whom(places: Territories) -> None:
    found = trace(family(places), {"q": "p"}, places)
    parents = {branch.run.iri: (branch.parent, branch.depth) for branch in found.branches}
    assert parents == {
        "origin": ("", 0),
        "second": ("origin", 1),
        "child": ("origin", 1),
        "third": ("second", 2),
    }
    assert [branch.run.iri for branch in found.branches] == ["origin", "second", "child", "third"]
    third = found.branches[-1]
    assert third.years_after == 5
    assert third.distance == pytest.approx(3 * 111.19, rel=1e-3)


def test_what_the_measures_count(places: Territories) -> None:
    found = trace(family(places), {"q": "p"}, places)
    assert found.territories == 3
    assert (found.population, found.population_of) == (3000, 2)
    assert (found.take_ups, found.adapted) == (3, 2)
    assert found.adaptation_rate == pytest.approx(2 / 3)
    assert len(found.regions) == len(found.countries) == 1
    assert found.by_year == {2010: 1, 2012: 2, 2015: 3}
    assert found.depth == 2
    assert found.median_years == 4
    assert found.farthest == pytest.approx(3 * 111.19, rel=1e-3)


def test_a_country_is_only_the_home_of_the_carrier(places: Territories) -> None:
    runs = [run(places, "origin", "land", 2010), run(places, "second", "a", 0)]
    found = trace(runs, {}, places)
    assert found.population == 1000
    assert found.branches[1].distance is None
    assert found.branches[1].years_after is None
    alone = trace(runs[:1], {}, places)
    assert alone.population == 1_000_000
    assert alone.adaptation_rate is None
    both = trace([*runs, run(places, "third", "region", 2011)], {}, places)
    assert (both.population, both.population_of) == (500_000, 1)


def test_sources_that_make_a_circle_end_somewhere(places: Territories) -> None:
    runs = [
        run(places, "one", "a", 2010, informed_by="two"),
        run(places, "two", "b", 2011, informed_by="one"),
    ]
    found = trace(runs, {}, places)
    assert {branch.depth for branch in found.branches} == {1}


def test_nothing_is_nothing(places: Territories) -> None:
    assert trace([], {}, places) == Lineage([], 0, None, 0, 0, 0, [], [], {}, 0, None, None, None)


def test_the_order_of_runs_does_not_matter(places: Territories) -> None:
    runs = family(places)
    expected = trace(runs, {"q": "p"}, places)
    assert trace(random.Random(5).sample(runs, len(runs)), {"q": "p"}, places) == expected
