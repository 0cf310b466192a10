"""Networks of cities: one practice each, carried by a lead city, taken up by the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from essaim.loaders import urbact
from essaim.ontology.errors import BadInput, Refused
from essaim.ontology.names import BASE, DCTERMS, ESS, RDFS, SKOS

Stated: TypeAlias = Any
TABLES = ("networks.csv", "memberships.csv")


@pytest.fixture
def stated(data: Path, state: Callable) -> Stated:
    return state(urbact, [data / "urbact" / name for name in TABLES])


def run(*keys: str) -> str:
    return f"{BASE}implementation/urbact/{'/'.join(keys)}"


def test_every_row_is_accounted_for(stated: Stated):
    report = stated.report
    assert report.rows == 4 + 10
    assert report.left_out == {
        "Network without a code or a name, or given twice": 1,
        "City told already in this network": 1,
        "Member of a network not given": 1,
    }
    assert "Column not understood" not in report.reasons()


def test_what_is_not_understood_is_told(stated: Stated):
    told = {issue.sentence().split(": ", 1)[1] for issue in stated.report.issues}
    assert told >= {
        '"Quiet streets" No theme has this label: kept as text',
        '"20xx" Not a year',
        '"Choirs" Not a kind of member: taken as cities',
        '"Singing" Not a type of network: kept as text',
        '"Guest" Neither lead partner nor partner: taken as a partner',
        '"Saint-Denis" French city not found: several territories have this name',
        '"GN00" Not a GeoNames number: the city is known by its name',
    }


def test_the_lead_city_carries_it_and_the_others_take_it_up(stated: Stated):
    assert stated.counts["ess:Practice"] == 3
    assert stated.counts["ess:Replication"] == 3 + 1 + 1
    assert stated.objects(run("7", "origin"), ESS.inTerritory) == [
        f"{BASE}territory/other/geonames-2644688"
    ]
    assert stated.objects(run("7", "3006787", "la-rochelle"), ESS.inTerritory) == [
        f"{BASE}territory/commune/17300"
    ]
    replication = run("7", "756135", "warsaw")
    assert stated.objects(replication, ESS.start) == ["2012"]
    assert stated.objects(replication, ESS.end) == []


def test_a_number_may_stand_for_several_municipalities(stated: Stated):
    bodies = stated.subjects(ESS.basedIn, next(iter(_territory(stated, "geonames-2644688"))))
    assert bodies == [
        f"{BASE}organisation/urbact/2644688/huddersfield",
        f"{BASE}organisation/urbact/2644688/leeds",
    ]
    place = f"{BASE}territory/other/geonames-2644688"
    assert stated.objects(place, RDFS.label) == ["Leeds", "Leeds"]
    assert stated.objects(place, SKOS.altLabel) == ["Huddersfield"]
    assert stated.objects(place, ESS.latitude) == ["53.79648"]


def _territory(stated: Stated, key: str) -> set[Any]:
    return {t.subject for t in stated.triples if t.subject.value.endswith(f"/other/{key}")}


def test_a_french_city_has_the_authority_that_other_sources_name(stated: Stated):
    body = f"{BASE}organisation/commune/42218"
    assert stated.objects(body, RDFS.label) == [
        "Commune de Saint-Étienne",
        "Commune of Saint-Étienne",
    ]
    assert stated.objects(body, ESS.governs) == [f"{BASE}territory/commune/42218"]


def test_texts_have_neither_contacts_nor_backslashes(stated: Stated):
    text = stated.objects(f"{BASE}practice/urbact/7", DCTERMS.description)
    assert text == [
        "Squares where neighbours meet\n\n"
        'Give "quiet squares" back to neighbours.\nAsk for the guide at […].'
    ]
    assert stated.objects(f"{BASE}practice/urbact/7", DCTERMS.alternative) == ["Places calmes"]


def test_the_order_of_the_files_does_not_matter(data: Path, state: Callable, stated: Stated):
    other = state(urbact, [data / "urbact" / name for name in reversed(TABLES)])
    assert other.triples == stated.triples


def test_other_files_are_refused_or_told(data: Path, state: Callable):
    with pytest.raises(BadInput, match="urbact has no file to read"):
        state(urbact)
    with pytest.raises(Refused, match=r"No table of memberships was given\."):
        state(urbact, [data / "urbact" / "networks.csv"])


def test_all_networks(shared: Path, state: Callable):
    folder = shared / "data" / "cooperation"
    stated = state(urbact, sorted(folder.glob("*[Uu][Rr][Bb]*_V2.csv")))
    report = stated.report
    assert report.rows == 125 + 1144
    assert report.left_out == {"City told already in this network": 1}
    assert stated.counts["ess:Practice"] == stated.counts["ess:Implementation"] == 125
    assert stated.counts["ess:Replication"] == 1018
    french = Counter(
        t.object.value.startswith(f"{BASE}territory/commune/")
        for t in stated.triples
        if t.predicate == ESS.inTerritory
    )
    assert french[True] == 89
    assert report.reasons() == {
        "Another number of cities than listed": 2,
        "Another lead city than the network tells": 1,
        "Not a GeoNames number: the city is known by its name": 1,
    }
