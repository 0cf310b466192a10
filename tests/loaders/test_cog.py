"""The official geographic code: codes under two types, mergers followed, figures summed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from essaim.loaders import cog
from essaim.ontology.errors import BadInput, Refused
from essaim.ontology.names import BASE, DCTERMS, ESS, GEO, RDF, RDFS, SKOS

Stated: TypeAlias = Any
PLACE = f"{BASE}territory/"


def files(data: Path) -> list[Path]:
    folder = data / "cog"
    return [path for path in sorted(folder.iterdir()) if path.name != "golden.nq"]


@pytest.fixture
def stated(data: Path, state: Callable) -> Stated:
    return state(cog, files(data))


def places(stated: Stated, key: str, prop: Any) -> list[str]:  # noqa: ANN401
    return [iri.removeprefix(PLACE) for iri in stated.objects(PLACE + key, prop)]


def test_every_row_is_accounted_for(stated: Stated):
    report = stated.report
    assert report.rows == 2 + 4 + 3 + 13 + 7 + 2 + 7 + 6 + 9 + 4 + 3
    assert report.left_out == {
        "Region not in the table": 1,
        "Department not in the table": 2,
        "Commune given twice": 1,
        "Type of commune not known": 1,
        "Commune not in the table": 5,
        "Change without a day": 1,
        "Change of what was no commune: today's state is in the communes": 1,
        "Not a SIREN number": 1,
        "Legal nature not known": 1,
        "Commune in two intercommunal bodies": 1,
        "Zones of a former commune": 1,
        "Contour of a commune that is not in the tables": 1,
    }
    unknown = [i.sentence() for i in report.issues if i.reason == "Column not understood"]
    assert unknown == ['contours.geojson, column "couleur": Column not understood']


def test_a_code_under_two_types_is_two_territories(stated: Stated):
    assert stated.objects(f"{PLACE}commune/43985", RDF.type) == [ESS.Commune.value]
    part = f"{PLACE}commune-deleguee/43985"
    assert stated.objects(part, RDF.type) == [ESS.DelegatedCommune.value]
    assert stated.objects(part, ESS.inseeCode) == ["43985"]
    assert places(stated, "commune-deleguee/43985", ESS.directlyWithin) == ["commune/43985"]


def test_a_code_that_was_merged_leads_to_todays(stated: Stated):
    assert places(stated, "commune/43986", DCTERMS.isReplacedBy) == ["commune/43985"]
    # merged in 1973 into one that was merged in 2016
    assert places(stated, "commune/43901", DCTERMS.isReplacedBy) == ["commune/43985"]
    assert stated.objects(f"{PLACE}commune/43901", ESS.end) == ["1973-01-01"]
    # another department, so another code
    assert stated.objects(f"{PLACE}commune/43900", RDFS.label) == [
        "Passée (ancien code)",
        "Passée (former code)",
    ]
    assert stated.objects(f"{PLACE}commune/43157", SKOS.altLabel) == ["Le Puy"]


def test_an_intercommunal_territory_lies_where_its_communes_do(stated: Stated):
    whole, across = sorted(
        t.subject.value.removeprefix(PLACE) for t in stated.triples if t.object == ESS.EPCI
    )
    assert places(stated, whole, ESS.directlyWithin) == ["departement/43"]
    assert stated.objects(PLACE + whole, RDFS.label) == ["CA du Cœur du Velay"] * 2
    assert places(stated, across, ESS.directlyWithin) == ["region/84"]
    assert places(stated, across, ESS.overlaps) == ["departement/42", "departement/43"]
    assert places(stated, "commune/43157", ESS.directlyWithin) == ["arrondissement/432", whole]


def test_figures_are_summed_only_when_all_are_known(stated: Stated):
    def population(key: str) -> list[str]:
        return stated.objects(PLACE + key, ESS.population)

    assert population("departement/43") == [str(6600 + 19000 + 260)]
    assert population("commune/75056") == ["36000"]
    assert population("commune/75101") == ["15000"]
    assert population("commune/98735") == []
    assert stated.objects(f"{PLACE}departement/43", ESS.ruralShare) == ["0.01"]
    assert stated.objects(f"{PLACE}departement/75", ESS.ruralShare) == []


def test_zones_and_contours(stated: Stated):
    zones = [
        iri.rpartition("/zone/")[2] for iri in stated.objects(f"{PLACE}commune/43985", ESS.inZone)
    ]
    assert zones == ["employment-zone/8416", "living-area/43157"]
    assert stated.objects(f"{PLACE}commune/43157", ESS.latitude) == ["45.05"]
    assert len([t for t in stated.triples if t.predicate == GEO.asWKT]) == 2


def test_what_is_not_given_is_said(data: Path, state: Callable):
    folder = data / "cog"
    needed = [folder / f"{name}.csv" for name in ("regions", "departements", "communes")]
    warnings = state(cog, needed).report.warnings
    assert "No table of populations was given: populations are not loaded." in warnings
    assert "No contour was given: geometries are not loaded." in warnings
    with pytest.raises(Refused, match=r"No table of communes was given\."):
        state(cog, needed[:2])
    with pytest.raises(BadInput, match="cog has no file to read"):
        state(cog)
    with pytest.raises(Refused, match="both hold the regions"):
        state(cog, [*needed, *needed[:1]])


def test_the_whole_code(shared: Path, state: Callable):
    folder = shared / "data" / "territories"
    given = [
        path for path in folder.rglob("*") if path.suffix in (".csv", ".xlsx", ".gz", ".geojson")
    ]
    stated = state(cog, given)
    report = stated.report
    assert stated.counts["ess:Commune"] == 34_875 + 94
    assert stated.counts["ess:Departement"] == 101
    assert stated.counts["ess:EPCI"] == 1_255
    assert report.rows == 192_592
    assert report.left_out["Commune not in the table"] == 0
    assert "Column not understood" not in report.reasons()
