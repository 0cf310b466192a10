"""European projects: acronyms that are no key, markup in cells, several languages, NUTS regions."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import openpyxl
import pytest

from essaim.loaders import keep
from essaim.loaders.countries import countries
from essaim.ontology.errors import BadInput, NotFound, Refused
from essaim.ontology.names import BASE, DCTERMS, ESS, RDFS

Stated: TypeAlias = Any


@pytest.fixture
def book(slice_files: Callable) -> Path:
    """The slice as the workbook that keep.eu exports."""
    path: Path = slice_files("keep")[0]
    return path


@pytest.fixture
def stated(book: Path, state: Callable) -> Stated:
    return state(keep, [book])


def test_every_row_is_accounted_for(stated: Stated):
    report = stated.report
    assert report.rows == 4 + 5 + 1
    assert report.left_out == {
        "Second row of a project with two lead partners": 1,
        "Project without a programme or an acronym": 1,
        "Partner of a project not given": 1,
    }
    assert "Column not understood" not in report.reasons()


def test_programme_and_acronym_together_are_the_key(stated: Stated):
    assert stated.counts["ess:Practice"] == 2
    assert stated.counts["ess:Implementation"] == 2


def test_a_project_with_two_lead_partners_has_two_carriers(stated: Stated):
    carriers = [
        t
        for t in stated.triples
        if t.predicate == ESS.participationRole and t.object.value.endswith("/carrier")
    ]
    assert len(carriers) == 3


def test_markup_contacts_and_languages(stated: Stated):
    practice = next(
        t.subject.value
        for t in stated.triples
        if t.predicate == RDFS.label and t.object.value == "RIV@GE – Shared shores"
    )
    assert stated.objects(practice, DCTERMS.description) == [
        "A project\nfor shores",
        "Un projet pour les rives, avec une barque & deux rames.\n"
        "Écrire à […] est inutile, dans ce monde.",
    ]
    languages = {
        t.object.language
        for t in stated.triples
        if t.subject.value == practice and t.predicate == DCTERMS.description
    }
    assert languages == {"fr", "en"}
    run = practice.replace("/practice/", "/implementation/")
    assert "Ergebnisse nur auf Deutsch" in stated.objects(run, ESS.note)


def test_amounts_and_dates_that_are_none_are_told(stated: Stated):
    told = {issue.sentence().split(": ", 1)[1] for issue in stated.report.issues}
    assert {'"about a million" Not an amount', '"31/02/2016" Not a date'} <= told
    values = [t.object.value for t in stated.triples if t.predicate == ESS.amountValue]
    assert sorted(values) == ["42500", "72909844.71", "758394.29", "892228.58"]


def test_partners_are_where_they_are_told_to_be(stated: Stated):
    based = sorted(
        t.object.value.removeprefix(f"{BASE}territory/")
        for t in stated.triples
        if t.predicate == ESS.basedIn
    )
    assert based == ["commune/58194", "country/GR", "other/nuts-bg411", "other/nuts-deg01"]


def test_names_without_latin_letters_have_keys_of_their_own(stated: Stated):
    names = [t for t in stated.triples if t.object.value == "Община Далеч"]
    assert names
    assert all("/organisation/keep/BG/" in t.subject.value for t in names)


def test_neither_street_nor_service_is_stored(stated: Stated):
    assert "1 rue X" not in str(stated.triples)
    assert "mayor" not in str(stated.triples)


def test_the_table_of_partners_alone_adds_nothing_to_the_workbook(
    book: Path, data: Path, state: Callable, stated: Stated
):
    both = state(keep, [book, data / "keep" / "partners.csv"])
    assert both.triples == stated.triples
    assert both.report.left_out["Partner told already"] == 4


def test_another_workbook_is_refused(state: Callable, tmp_path: Path):
    path = tmp_path / "other.xlsx"
    openpyxl.Workbook().save(path)
    with pytest.raises(NotFound, match=r'Unknown sheet of other\.xlsx "Calls"'):
        state(keep, [path])


def test_another_table_is_refused(state: Callable, tmp_path: Path):
    path = tmp_path / "other.csv"
    path.write_text("a;b\n1;2\n", "utf-8")
    with pytest.raises(Refused, match='has no column "Programme"'):
        state(keep, [path])
    with pytest.raises(BadInput, match="reads the files you give"):
        state(keep)


def test_countries_are_named_as_the_embedded_territories_name_them(data: Path):
    corpus = data.parents[1] / "loaders" / "corpora" / "territories.csv"
    with corpus.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["level"] == "country":
                known = countries()[row["code"].casefold()]
                assert (known.fr, known.en) == (row["name_fr"], row["name_en"] or row["name_fr"])


def test_the_whole_export(shared: Path, state: Callable):
    stated = state(keep, [shared / "data" / "cooperation" / "keep_closed_1420.xlsx"])
    report = stated.report
    assert report.rows == 1891 + 8621 + 138
    assert stated.counts["ess:Practice"] == 1852
    ties = stated.counts["ess:Participation"] - 1852  # less the funders
    assert ties == 8620
    assert report.left_out == {
        "Second row of a project with two lead partners": 39,
        "Partner told already": 1,
    }
    assert report.reasons() == {"Not a country": 1, "End before the start, not kept": 2}
    assert report.matches["partner: commune by the name"] == 505
    heritage = {
        t.subject
        for t in stated.triples
        if t.predicate == ESS.theme and t.object.value.endswith("/theme/heritage")
    }
    assert len(heritage) > 300
