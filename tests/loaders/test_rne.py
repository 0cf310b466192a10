"""The directory of elected officials: layouts, editions, and nothing of people's private data."""

from __future__ import annotations

import itertools
import json
import re
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode

from essaim.graph.workspace import Workspace
from essaim.loaders import rne
from essaim.loaders.load import load
from essaim.ontology.errors import BadInput, Refused
from essaim.ontology.names import BASE, DCTERMS, ESS, FOAF, M8G, ORG, RDF, RDFS, SKOS

MAYORS_2022 = "rne-maires-2022.csv"
MAYORS_2026 = "elus-maires-mai.csv"
COUNCIL_2025 = "elus-conseillers-departementaux-cd_2025.csv"
COUNCIL_2026 = "elus-conseillers-departementaux-cd-2026-05.csv"
EPCI = "elus-conseillers-communautaires-epci-2026-04.csv"
REGIONS = "elus-conseillers-regionaux-2024-07.csv"
SLICES = (MAYORS_2022, MAYORS_2026, COUNCIL_2025, COUNCIL_2026, EPCI, REGIONS)


def _membership(kind: str, *keys: str) -> str:
    return BASE + "/".join(("membership", "rne", kind, *keys))


def _paths(data: Path, *names: str) -> list[Path]:
    return [data / "rne" / name for name in names]


def test_every_row_is_accounted_for(data: Path, state: Callable):
    report = state(rne, _paths(data, *SLICES)).report
    assert report.rows == 5 + 4 + 4 + 5 + 3 + 1
    assert report.left_out == {
        "Second row of one mandate: its latest office is kept": 1,
        "Not the code of a territory: siren": 1,
    }
    assert "Column not understood" not in report.reasons()
    assert report.fixes["Lost zero of a canton code given back"] == 3
    assert report.matches["Same mandate under another name"] == 2


def test_one_name_in_two_places_is_two_people(data: Path, state: Callable):
    stated = state(rne, _paths(data, MAYORS_2022))
    named = stated.subjects(RDFS.label, Literal("Zoé MARCHAND", language="fr"))
    assert named == [
        f"{BASE}person/commune-43040/marchand/zoe",
        f"{BASE}person/commune-58194/marchand/zoe",
    ]


def test_a_mayor_of_the_same_commune_in_its_community_is_one_person(data: Path, state: Callable):
    stated = state(rne, _paths(data, MAYORS_2026, EPCI))
    mayor = NamedNode(f"{BASE}person/commune-43157/faucon/regis")
    assert len(stated.subjects(ORG.member, mayor)) == 2


def test_a_mandate_that_vanished_ended(data: Path, state: Callable):
    stated = state(rne, _paths(data, *SLICES))
    # a mayor's, the day the next took office; a councillor's, at the edition without it
    left = _membership("maires", "58194", "commune-58194", "marchand", "zoe", "2020-05-18")
    assert stated.objects(left, ESS.end) == ["2026-03-22"]
    left = _membership("departements", "6AE", "canton-6812", "klein", "theo", "2021-07-01")
    assert stated.objects(left, ESS.end) == ["2026-05"]
    stayed = _membership("departements", "6AE", "canton-6812", "issele", "odile", "2021-07-01")
    assert stated.objects(stayed, ESS.end) == []


def test_reelected_is_the_same_person_with_two_mandates(data: Path, state: Callable):
    stated = state(rne, _paths(data, MAYORS_2022, MAYORS_2026))
    person = NamedNode(f"{BASE}person/commune-43157/faucon/regis")
    ends = [stated.objects(tie, ESS.end) for tie in stated.subjects(ORG.member, person)]
    assert ends == [["2026-03-21"], []]


def test_an_empty_seat_is_not_read_as_no_mayor(data: Path, state: Callable):
    stated = state(rne, _paths(data, MAYORS_2022, MAYORS_2026))
    open_seat = _membership("maires", "58059", "commune-58059", "dubreuil", "eve", "2020-05-18")
    assert stated.objects(open_seat, ESS.end) == []
    assert any("vacant" in note for note in stated.objects(open_seat, ESS.note))
    assert any("2 mandates (mayor)" in w and "58 (1)" in w for w in stated.report.warnings)


def test_a_name_written_otherwise_is_the_same_person(data: Path, state: Callable):
    stated = state(rne, _paths(data, COUNCIL_2025, COUNCIL_2026))
    person = f"{BASE}person/canton-0101/vasseur/rene-albert"
    assert stated.objects(person, RDFS.label) == ["René VASSEUR"] * 2
    assert stated.objects(person, SKOS.altLabel) == ["René Albert VASSEUR"] * 2
    tie = stated.subjects(ORG.member, NamedNode(person))
    assert len(tie) == 1
    assert stated.objects(tie[0], ESS.office) == ["2ème Vice-président du conseil départemental"]
    assert stated.objects(tie[0], ESS.officeSince) == ["2025-12-02"]


def test_alsace_governs_its_two_departments_and_a_canton_tells_which(data: Path, state: Callable):
    stated = state(rne, _paths(data, COUNCIL_2025))
    alsace = f"{BASE}organisation/departement/6AE"
    assert stated.objects(alsace, ESS.governs) == [
        f"{BASE}territory/departement/67",
        f"{BASE}territory/departement/68",
    ]
    tie = _membership("departements", "6AE", "canton-6812", "klein", "theo", "2021-07-01")
    assert stated.objects(tie, DCTERMS.spatial) == [f"{BASE}territory/departement/68"]


def test_overseas_communes_and_former_ones_are_kept_as_they_are_coded(data: Path, state: Callable):
    stated = state(rne, _paths(data, MAYORS_2022, MAYORS_2026))
    noumea = f"{BASE}organisation/commune/98818"
    assert stated.objects(noumea, ESS.governs) == [f"{BASE}territory/commune/98818"]
    former = f"{BASE}organisation/commune/02077"
    assert stated.objects(former, RDFS.label) == [
        "Commune de Berzy-Le-Sec",
        "Commune of Berzy-Le-Sec",
    ]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_loading_order_does_not_change_what_is_stated(
    data: Path, state: Callable, order: tuple[int, ...]
):
    at_once = state(rne, _paths(data, *SLICES)).triples
    loads = [SLICES[0:2], SLICES[2:3], SLICES[3:]]
    stated = None
    for place in order:
        stated = state(rne, _paths(data, *loads[place]), stated.path if stated else None)
    assert stated is not None
    assert stated.triples == at_once


def test_editions_one_by_one_backwards_give_the_same(data: Path, state: Callable):
    at_once = state(rne, _paths(data, *SLICES)).triples
    stated = None
    for name in reversed(SLICES):
        stated = state(rne, _paths(data, name), stated.path if stated else None)
    assert stated is not None
    assert stated.triples == at_once


def test_the_same_file_again_changes_nothing(data: Path, state: Callable):
    first = state(rne, _paths(data, *SLICES))
    again = state(rne, _paths(data, MAYORS_2026), first.path)
    assert again.triples == first.triples


def test_an_edition_corrected_replaces_the_former(data: Path, state: Callable, tmp_path: Path):
    first = state(rne, _paths(data, MAYORS_2022, COUNCIL_2025))
    corrected = tmp_path / MAYORS_2022
    text = (data / "rne" / MAYORS_2022).read_text(encoding="cp1252")
    corrected.write_text(text.replace("DUBREUIL", "DUBOIS"), encoding="utf-8")
    second = state(rne, [corrected], first.path)
    assert not second.subjects(RDFS.label, Literal("Ève DUBREUIL", language="fr"))
    assert second.subjects(RDFS.label, Literal("Ève DUBOIS", language="fr"))
    assert second.counts["ess:Membership"] == first.counts["ess:Membership"]


def test_private_data_is_nowhere(data: Path, state: Callable, tmp_path: Path):
    marked = []
    for name in SLICES:
        text = (data / "rne" / name).read_bytes().decode("cp1252" if "2022" in name else "utf-8")
        text = re.sub(r"01/01/1900", "31/12/1911", text).replace("1900-01-01", "1911-12-31")
        marked.append(tmp_path / name)
        marked[-1].write_text(re.sub(r"Commerçant|Cadre|Chef\b", "Funambule", text), "utf-8")
    stated = state(rne, marked)
    told = str(stated.triples) + json.dumps([asdict(issue) for issue in stated.report.issues])
    assert not re.search(r"1911|Funambule|profession|sexe|naissance", told)


def test_two_loads_into_a_workspace(data: Path, tmp_path: Path):
    workspace = Workspace.create(tmp_path / "workspace")
    assert load(workspace, "rne", _paths(data, COUNCIL_2025)).publication.outcome == "published"
    second = load(workspace, "rne", _paths(data, COUNCIL_2026, MAYORS_2026))
    assert second.publication.outcome == "published"
    rows = workspace.store().rows(
        "SELECT ?name { ?person a ess:ElectedOfficial ; rdfs:label ?name ; ^org:member ?tie ."
        " ?tie dcterms:spatial <https://w3id.org/essaim/id/territory/departement/68>"
        " FILTER NOT EXISTS { ?tie ess:end ?end } FILTER(lang(?name) = 'fr') }"
    )
    assert sorted(row["name"].value for row in rows) == ["Odile ISSELE", "Paule WEISS"]
    again = load(workspace, "rne", _paths(data, COUNCIL_2026, MAYORS_2026))
    assert again.publication.outcome == "unchanged"


class TestRefusals:
    def test_another_content_than_its_name_says(self, data: Path, state: Callable):
        with pytest.raises(Refused, match=r"3-elus-epci.csv announces a file of EPCI councillors"):
            state(rne, _paths(data, "3-elus-epci.csv"))

    def test_no_layout_of_the_directory(self, state: Callable, tmp_path: Path):
        path = tmp_path / "liste.csv"
        path.write_text("Nom;Ville\nA;B\n", "utf-8")
        with pytest.raises(Refused, match="none of the layouts"):
            state(rne, [path])

    def test_a_mandate_later_than_the_edition_stated(
        self, data: Path, state: Callable, tmp_path: Path
    ):
        path = tmp_path / "elus-maires-2025.csv"
        shutil.copy(data / "rne" / MAYORS_2026, path)
        with pytest.raises(Refused, match="says 2025 and holds a mandate that started 2026-03-22"):
            state(rne, [path])

    def test_two_files_of_one_edition(self, data: Path, state: Callable, tmp_path: Path):
        shutil.copy(data / "rne" / MAYORS_2026, tmp_path / "elus-maires-copie.csv")
        with pytest.raises(BadInput, match="both the edition of 2026-03"):
            state(rne, [data / "rne" / MAYORS_2026, tmp_path / "elus-maires-copie.csv"])

    def test_no_file(self, state: Callable):
        with pytest.raises(BadInput, match="reads the files you give"):
            state(rne)

    def test_header_alone(self, data: Path, state: Callable, tmp_path: Path):
        path = tmp_path / MAYORS_2026
        path.write_text((data / "rne" / MAYORS_2026).read_text("utf-8").splitlines()[0] + "\n")
        with pytest.raises(BadInput, match="has no row"):
            state(rne, [path])

    def test_a_day_that_does_not_exist_is_reported(
        self, data: Path, state: Callable, tmp_path: Path
    ):
        path = tmp_path / MAYORS_2026
        text = (data / "rne" / MAYORS_2026).read_text("utf-8")
        path.write_text(text.replace("15/03/2026;22/03/2026", "31/02/2026;22/03/2026", 1), "utf-8")
        stated = state(rne, [path])
        assert [i.sentence() for i in stated.report.issues] == [
            'elus-maires-mai.csv, line 2: "31/02/2026" Not a date: mandate\'s start'
        ]
        assert stated.counts["ess:Membership"] == 4


class TestRealFiles:
    @pytest.fixture
    def councils(self, shared: Path) -> list[Path]:
        return [
            shared / "data" / "elected" / f"elus-conseillers-departementaux-cd{e}.csv"
            for e in ("_2025", "")
        ]

    def test_councils_of_two_editions(self, councils: list[Path], state: Callable):
        stated = state(rne, councils)
        report = stated.report
        assert report.rows == 4047 + 4037
        assert report.left_out.total() == 24
        assert report.matches["Same mandate under another name"] == 56
        ended = [t for t in stated.triples if t.predicate == ESS.end]
        assert len(ended) == 33
        assert stated.counts["ess:Membership"] == 4035 + 23
        assert stated.counts["foaf:Person"] == 4035 + 23
        of_68 = NamedNode(f"{BASE}territory/departement/68")
        assert len(stated.subjects(DCTERMS.spatial, of_68)) == 34

    def test_they_give_the_same_the_other_way_round(self, councils: list[Path], state: Callable):
        at_once = state(rne, councils).triples
        newest = state(rne, councils[1:])
        assert state(rne, councils[:1], newest.path).triples == at_once

    def test_mayors_of_nievre(self, shared: Path, state: Callable, tmp_path: Path):
        files = []
        for name, encoding in (("rne-maires-psia2022.csv", "cp1252"), (MAYORS_2026, "utf-8")):
            lines = (shared / "data" / "elected" / name).read_text(encoding).splitlines()
            kept = [line for line in lines if re.match(r"58;|Code|;;97|;;98|01;", line)]
            files.append(tmp_path / name)
            files[-1].write_text("\n".join(kept), encoding)
        stated = state(rne, files)
        nievre = {
            t.subject
            for t in stated.triples
            if t.predicate == DCTERMS.spatial and "/commune/58" in t.object.value
        }
        ended = {t.subject for t in stated.triples if t.predicate == ESS.end}
        unsure = {t.subject for t in stated.triples if t.predicate == ESS.note}
        assert len(nievre & ended) == 42
        assert len(nievre & unsure) == 265
        assert stated.report.left_out.total() == 0

    def test_epci_sample(self, shared: Path, state: Callable):
        path = (
            shared / "data" / "elected" / "elus-conseillers-communautaires-epci_HEADER+SAMPLE.csv"
        )
        stated = state(rne, [path])
        assert stated.counts["ess:Membership"] == 10
        authority = f"{BASE}organisation/epci/200040350"
        assert stated.objects(authority, RDFS.label) == ["CC Bugey Sud"] * 2
        assert stated.objects(authority, RDF.type) == [M8G.PublicOrganisation.value]

    def test_the_wrong_content_is_refused(self, shared: Path, state: Callable):
        with pytest.raises(Refused, match="holds regional councillors") as refusal:
            state(rne, [shared / "data" / "elected" / "wrong_content_elus_epci.csv"])
        assert refusal.value.hint

    def test_every_person_is_named_and_nothing_else(self, councils: list[Path], state: Callable):
        stated = state(rne, councils[:1])
        people = {t.subject for t in stated.triples if t.object == FOAF.Person}
        said = Counter(t.predicate for t in stated.triples if t.subject in people)
        assert set(said) <= {RDF.type, RDFS.label, SKOS.altLabel}
