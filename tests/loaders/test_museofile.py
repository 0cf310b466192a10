"""Museums: newlines inside cells, towns without a code, no telephone number."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from essaim.loaders import museofile
from essaim.ontology.errors import Refused
from essaim.ontology.names import BASE, DCTERMS, ESS, RDFS

Stated: TypeAlias = Any
FILE = Path("museofile") / "museofile.csv"
CLOUDS = f"{BASE}organisation/museum/M0001"


@pytest.fixture
def stated(data: Path, state: Callable):
    return state(museofile, [data / FILE])


def test_every_row_is_accounted_for(stated: Stated):
    assert stated.report.rows == 4
    assert stated.counts == {"ess:Museum": 3}
    assert stated.report.left_out == {"Museum without a reference, or given twice": 1}
    assert "Column not understood" not in stated.report.reasons()


def test_the_place_is_the_commune_or_else_the_department(stated: Stated):
    def where(reference: str) -> list[str]:
        return stated.objects(f"{BASE}organisation/museum/{reference}", ESS.basedIn)

    assert where("M0001") == [f"{BASE}territory/commune/58062"]
    assert where("M0002") == [f"{BASE}territory/commune/97415"]
    assert where("M0003") == [f"{BASE}territory/departement/58"]


def test_fields_are_themes_or_kept_as_text(stated: Stated):
    themes = [iri.rpartition("/")[2] for iri in stated.objects(CLOUDS, ESS.theme)]
    assert themes == ["books", "museums", "visual-arts"]
    assert stated.objects(CLOUDS, ESS.freeTheme) == ["Météorologie"]


def test_texts_keep_their_paragraphs_and_lose_contacts(stated: Stated):
    (text,) = stated.objects(CLOUDS, DCTERMS.description)
    assert text == (
        "Des ciels peints.\n\nOuvert en 1951.\n\nAgrandi depuis ; appeler le […] ou […].\n\n"
        'Une ancienne "halle".'
    )
    said = str(stated.triples) + json.dumps([asdict(i) for i in stated.report.issues])
    assert not re.search(r"03 86|@example", said)
    assert stated.report.fixes["Telephone number taken out of a text"] == 1


def test_names(stated: Stated):
    assert stated.objects(CLOUDS, RDFS.label) == ["Musée des Nuages – Château-Chinon"] * 2


def test_another_table_is_refused(state: Callable, tmp_path: Path):
    path = tmp_path / "museofile.csv"
    path.write_text("ref;nom\nM0001;x\n", "utf-8")
    with pytest.raises(Refused, match='has no column "nomoff", "ville_m", "dpt"'):
        state(museofile, [path])


def test_the_whole_base(shared: Path, state: Callable):
    path = shared / "data" / "culture" / "musees-de-france-base-museofile.csv"
    stated = state(museofile, [path])
    report = stated.report
    assert report.rows == stated.counts["ess:Museum"] == 1227
    assert not report.left_out
    assert sum(n for how, n in report.matches.items() if how.startswith("commune")) == 1218
    assert "Column not understood" not in report.reasons()
    in_68 = [t for t in stated.triples if "/territory/commune/68" in getattr(t.object, "value", "")]
    assert len(in_68) == 24
