"""Festivals: places told in several ways, scales and years typed by many hands, no e-mail."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from pyoxigraph import NamedNode

from essaim.loaders import festivals
from essaim.ontology.errors import BadInput, Refused
from essaim.ontology.names import BASE, ESS, FOAF

Stated: TypeAlias = Any
FILE = Path("festivals") / "festivals.csv"


@pytest.fixture
def stated(data: Path, state: Callable):
    return state(festivals, [data / FILE])


def test_every_row_is_accounted_for(stated: Stated):
    assert stated.report.rows == 6
    assert stated.counts == {"ess:Festival": 5}
    assert stated.report.left_out.total() == 1
    assert "Column not understood" not in stated.report.reasons()


def test_places_and_how_they_were_told(stated: Stated):
    def where(*keys: str) -> list[str]:
        found = stated.objects(f"{BASE}festival/{'/'.join(keys)}", ESS.inTerritory)
        return [iri.removeprefix(f"{BASE}territory/") for iri in found]

    assert where("FEST_43157_1") == ["commune/43157"]
    assert where("FEST_02128_2") == ["commune/02128"]
    assert where("FEST__7265", "scenes-de-brioude", "brioude") == ["commune/43040"]
    assert where("FEST__7265", "scenes-de-noumea", "noumea") == ["commune/98818"]
    assert where("FEST_3") == ["region/94"]
    assert stated.report.matches == {
        "commune: code": 2,
        "commune: code with its lost zero": 1,
        "commune: name within its department, against its code": 1,
        "region instead of the commune": 1,
        "theme by its label": 7,
    }


def test_scales_years_and_times_of_year(stated: Stated):
    def values(key: str, prop: NamedNode) -> list[str]:
        return [v.rpartition("/")[2] for v in stated.objects(f"{BASE}festival/{key}", prop)]

    assert values("FEST_43157_1", ESS.scale) == ["intercommunal"]
    assert values("FEST_02128_2", ESS.scale) == ["cross-border", "region"]
    assert values("FEST_43157_1", ESS.start) == ["1999"]
    assert values("FEST_02128_2", ESS.start) == ["2016"]
    assert values("FEST__7265/scenes-de-noumea/noumea", ESS.start) == ["2005"]
    assert values("FEST__7265/scenes-de-brioude/brioude", ESS.start) == []
    assert values("FEST_02128_2", ESS.period) == ["January", "October", "janvier", "octobre"]
    assert "comics" in values("FEST_02128_2", ESS.theme)


def test_what_was_not_understood_is_told(stated: Stated):
    told = {issue.sentence().split(": ", 1)[1] for issue in stated.report.issues}
    assert '"20ème" Not a year' in told
    assert '"à dos d\'âne" Not a scale: kept as a note' in told
    assert '"nulle part" Not coordinates' in told
    assert "E-mail address in the column of web sites, not kept" in told


def test_no_address_is_stored(stated: Stated):
    said = str(stated.triples) + json.dumps([asdict(i) for i in stated.report.issues])
    assert "@example" not in said
    assert "chez quelqu" not in said
    pages = [t.object.value for t in stated.triples if t.predicate == FOAF.homepage]
    assert pages == ["http://www.example.org/ricochets"]


def test_a_renamed_column_is_refused(data: Path, state: Callable, tmp_path: Path):
    path = tmp_path / "festivals.csv"
    text = (data / FILE).read_text("utf-8-sig")
    path.write_text(text.replace("Code Insee commune", "Code commune"), "utf-8")
    with pytest.raises(Refused, match='has no column "Code Insee commune"'):
        state(festivals, [path])
    path.write_text(text.replace("Discipline dominante", "Discipline principale"), "utf-8")
    with pytest.raises(BadInput, match='has no column "Discipline dominante"') as refusal:
        state(festivals, [path])
    assert "Discipline principale" in refusal.value.hint


def test_the_whole_list(shared: Path, state: Callable):
    path = shared / "data" / "culture" / "festivals-global-festivals-_-pl.csv"
    stated = state(festivals, [path])
    report = stated.report
    assert report.rows == stated.counts["ess:Festival"] == 7283
    assert not report.left_out
    communes = sum(n for how, n in report.matches.items() if how.startswith("commune: "))
    assert communes == 7258
    assert report.matches["commune: code with its lost zero"] == 544
    assert report.matches["no territory"] == 4
    assert "Column not understood" not in report.reasons()
    assert not any("@" in getattr(t.object, "value", "") for t in stated.triples)
    in_43 = {
        t.subject
        for t in stated.triples
        if t.predicate == ESS.inTerritory and "/commune/43" in t.object.value
    }
    assert len(in_43) == 40
