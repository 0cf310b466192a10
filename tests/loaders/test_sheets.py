"""Practice sheets: our template, an inventory typed by hand, a YesWiki export, and any mapping."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeAlias
from xml.sax.saxutils import escape

import openpyxl
import pytest
import yaml
from pyoxigraph import NamedNode

from essaim.graph.workspace import Workspace
from essaim.loaders import sheets
from essaim.loaders.load import load
from essaim.loaders.sheet_layouts import embedded_layout
from essaim.loaders.sheet_places import find_place
from essaim.loaders.template import write_template
from essaim.ontology.errors import BadInput, NotFound, Refused
from essaim.ontology.names import BASE, DCTERMS, ESS, RDF, RDFS

Stated: TypeAlias = Any


@pytest.fixture
def filled(slice_files: Callable) -> Path:
    """The template, filled in by hand."""
    path: Path = slice_files("sheets")[0]
    return path


@pytest.fixture
def stated(filled: Path, state: Callable) -> Stated:
    return state(sheets, [filled])


def _about(stated: Stated, label: str) -> str:
    return str(
        next(
            t.subject.value
            for t in stated.triples
            if t.predicate == RDFS.label and t.object.value == label
        )
    )


def _last(values: list[str]) -> list[str]:
    return [value.rpartition("/")[2] for value in values]


class TestTemplate:
    def test_every_row_is_accounted_for(self, stated: Stated):
        assert stated.report.rows == 3 + 3
        assert stated.report.left_out == {
            "Sheet without a title": 1,
            "Practice not in the sheets": 1,
        }
        assert stated.counts["ess:Practice"] == 2
        assert stated.counts["ess:Replication"] == 2
        assert "Column not understood" not in stated.report.reasons()

    def test_a_sheet_says_what_was_typed(self, stated: Stated):
        band = _about(stated, "La fanfare des ateliers")
        assert _last(stated.objects(band, ESS.theme)) == ["arts-education", "music", "third-places"]
        assert stated.objects(band, ESS.freeTheme) == ["Mécanique"]
        assert _last(stated.objects(band, ESS.sector)) == ["culture", "economy"]
        assert _last(stated.objects(band, ESS.public)) == ["residents"]
        assert "Public 2 : martiens" in stated.objects(band, ESS.note)
        assert _last(stated.objects(band, ESS.originatesIn)) == ["43040"]
        amounts = [t.object.value for t in stated.triples if t.predicate == ESS.amountValue]
        assert amounts == ["3504500"]
        run = f"{BASE}implementation/sheets/fiches/la-fanfare-des-ateliers/origin"
        assert stated.objects(run, ESS.start) == ["2015"]
        assert stated.objects(run, ESS.end) == ["2019-06-12"]

    def test_a_kind_of_people_is_a_collective(self, stated: Stated):
        people = _about(stated, "habitants")
        assert stated.objects(people, RDF.type) == [ESS.Collective.value]

    def test_what_is_not_understood_is_told_and_kept(self, stated: Stated):
        told = {issue.sentence().split(": ", 1)[1] for issue in stated.report.issues}
        assert {
            '"Mécanique" No theme has this label: kept as text',
            '"martiens" No public has this label: kept as a note',
            '"31/02/2020" Not a date: kept as a note',
            '"1,500" Not an amount: kept as a note',
            '"à vue de nez" No evaluation has this label: kept as a note',
            '"Ailleurs" Place not told: department instead of the place',
            '"Une pratique inconnue" Practice not in the sheets',
        } <= told
        cinema = _about(stated, "Le cinéma des granges")
        assert "Montant : 1,500" in stated.objects(cinema, ESS.note)

    def test_contacts_are_taken_out(self, stated: Stated):
        said = str(stated.triples) + json.dumps([asdict(i) for i in stated.report.issues])
        assert not re.search(r"04 71 12|@example", said)
        assert stated.report.fixes["Telephone number taken out of a text"] == 1
        assert stated.report.fixes["E-mail address taken out of a text"] == 1

    def test_its_lists_are_the_vocabularies(self, tmp_path: Path):
        path = tmp_path / "fiches.xlsx"
        write_template(path)
        book = openpyxl.load_workbook(path)
        assert book.sheetnames == ["Fiches", "Reprises", "Mode d'emploi", "Listes"]
        choices = {column[0].value: column[1].value for column in book["Listes"].iter_cols()}
        assert set(choices) == {
            "theme", "sector", "public", "evaluation", "documentation", "departement",
        }  # fmt: skip
        fiches = book["Fiches"]
        assert [cell.value for cell in fiches[1]] == [
            column.name for column in embedded_layout("fiches").columns.values()
        ]
        assert all(cell.comment and cell.comment.text for cell in fiches[1])
        assert len(fiches.data_validations.dataValidation) == 12

    def test_the_same_template_twice_is_read_the_same(self, tmp_path: Path):
        for name in ("a.xlsx", "b.xlsx"):
            write_template(tmp_path / name)
        with pytest.raises(BadInput, match=r"is not the name of a workbook"):
            write_template(tmp_path / "fiches.ods")
        with pytest.raises(BadInput, match=r"can't be written"):
            write_template(tmp_path / "nowhere" / "fiches.xlsx")

    def test_an_ods_and_a_csv_of_it_say_the_same(
        self, filled: Path, state: Callable, tmp_path: Path, stated: Stated
    ):
        book = openpyxl.load_workbook(filled)
        tables = {
            name: [[str(c.value or "") for c in row] for row in book[name].iter_rows()]
            for name in ("Fiches", "Reprises")
        }
        ods = tmp_path / "copy" / "fiches.ods"
        ods.parent.mkdir()
        _write_ods(ods, tables)
        assert state(sheets, [ods]).triples == stated.triples
        table = tmp_path / "copy" / "fiches.csv"
        lines = [
            "\t".join('"' + cell.replace('"', '""') + '"' for cell in row)
            for row in tables["Fiches"]
        ]
        table.write_text("\n".join(lines), "utf-8")
        alone = state(sheets, [table])
        assert alone.triples <= stated.triples
        assert alone.counts["ess:Practice"] == 2


def _write_ods(path: Path, tables: dict[str, list[list[str]]]) -> None:
    names = "urn:oasis:names:tc:opendocument:xmlns:"
    body = "".join(
        f'<table:table table:name="{name}">'
        + "".join(
            "<table:table-row>"
            + "".join(
                '<table:table-cell office:value-type="string">'
                f"<text:p>{escape(cell)}</text:p></table:table-cell>"
                if cell
                else "<table:table-cell/>"
                for cell in row
            )
            + "</table:table-row>"
            for row in rows
        )
        + "</table:table>"
        for name, rows in tables.items()
    )
    content = (
        f'<office:document-content xmlns:office="{names}office:1.0" xmlns:table="{names}table:1.0"'
        f' xmlns:text="{names}text:1.0"><office:body><office:spreadsheet>{body}'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        manifest = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
        archive.writestr("META-INF/manifest.xml", f'<m:manifest xmlns:m="{manifest}"/>')


class TestInventory:
    def test_periods_levels_and_places_of_carriers(self, data: Path, state: Callable):
        stated = state(sheets, [data / "sheets" / "inventaire.csv"])
        assert stated.report.rows == 5
        assert stated.counts["ess:Practice"] == 4
        assert stated.report.left_out == {"Sheet given twice": 1}

        def run(key: str, prop: NamedNode) -> list[str]:
            iri = f"{BASE}implementation/sheets/inventaire/{key}/origin"
            return _last(stated.objects(iri, prop))

        assert run("a1", ESS.inTerritory) == ["88"]
        assert run("a2", ESS.inTerritory) == ["200018166"]
        assert run("a3", ESS.inTerritory) == ["34"]
        assert run("a4", ESS.inTerritory) == ["29019"]
        assert (run("a1", ESS.start), run("a1", ESS.end)) == (["2016"], ["2017"])
        assert (run("a2", ESS.start), run("a2", ESS.end)) == (["2015"], [])
        assert run("a3", ESS.start) == []
        told = {issue.sentence().split(": ", 1)[1] for issue in stated.report.issues}
        assert '"un jour" Not a period: kept as a note' in told
        assert "Not the address of a page" in told

    def test_the_real_one(self, shared: Path, state: Callable):
        stated = state(sheets, [shared / "data" / "practices" / "real_practices.csv"])
        assert stated.report.rows == stated.counts["ess:Practice"] == 16
        assert not stated.report.left_out
        assert "Column not understood" not in stated.report.reasons()
        assert stated.report.matches["theme by its label"] == 22
        assert stated.report.matches["theme by the mapping"] == 5
        placed = [t for t in stated.triples if t.predicate == ESS.inTerritory]
        assert len(placed) == 16
        assert "No theme has this label: kept as text" not in stated.report.reasons()


class TestYesWiki:
    @pytest.fixture
    def recipes(self, data: Path, state: Callable) -> Stated:
        return state(sheets, [data / "sheets" / "recettes.csv"])

    def test_the_title_and_total_before_the_header_are_passed_over(self, recipes: Stated):
        assert recipes.report.rows == 3
        assert recipes.counts["ess:Practice"] == 2
        assert recipes.report.left_out == {"Sheet without a title": 1}
        assert recipes.report.warnings == [
            "recettes.csv is read as: Export d'un formulaire YesWiki Bazar."
        ]

    def test_a_term_that_holds_the_separator_is_one(self, recipes: Stated):
        drums = _about(recipes, "La boîte à rythmes")
        assert _last(recipes.objects(drums, ESS.theme)) == ["co-construction"]
        assert recipes.objects(drums, ESS.freeTheme) == ["Tambours"]

    def test_a_street_address_gives_its_town_alone(self, recipes: Stated):
        market = _about(recipes, "Le marché aux histoires")
        assert _last(recipes.objects(market, ESS.originatesIn)) == ["38205"]
        assert recipes.objects(market, DCTERMS.created) == ["2021-03-12"]
        assert len(recipes.objects(market, ESS.condition)) == 2

    def test_nobody_is_exposed(self, recipes: Stated):
        said = str(recipes.triples) + json.dumps([asdict(i) for i in recipes.report.issues])
        assert not re.search(r"Camille|chemin d|@example|04 76|04 00", said)


class TestMappingFiles:
    def test_one_given_beside_the_table(self, state: Callable, tmp_path: Path):
        table, mapping = tmp_path / "liste.csv", tmp_path / "liste.yml"
        table.write_text("Intitulé;Qui;Sujet;Secret\nLe jardin;Ville;jazz;x\n", "utf-8")
        mapping.write_text(
            "columns:\n  Intitulé: title_fr\n  Qui: {is: carriers}\n  Sujet: {is: themes}\n"
            "ignored: {Secret: not ours to keep}\nvalues: {themes: {jazz: musique}}\n",
            "utf-8",
        )
        stated = state(sheets, [table, mapping])
        assert stated.report.matches["theme by the mapping"] == 1
        assert stated.report.reasons() == {"Place not told: no place told": 1}

    @pytest.mark.parametrize(
        ("text", "error", "told"),
        [
            ("columns: {A: titel_fr}", NotFound, 'Unknown field of column "A" of liste.yml'),
            ("columns: {A: {is: themes, list: colour}}", NotFound, 'Unknown list of column "A"'),
            ("columns: {A: {split: ';'}}", BadInput, 'column "A" does not say what it is'),
            ("columns: {A: {is: key, colour: red}}", BadInput, "has an unknown part: colour"),
            ("column: {A: key}", BadInput, "liste.yml has no columns"),
            ("columns: {A: key}\nextra: 1", BadInput, "has an unknown part: extra"),
            ("columns: [", BadInput, r"liste.yml, line 1"),
        ],
    )
    def test_one_that_is_wrong(
        self, state: Callable, tmp_path: Path, text: str, error: type[Exception], told: str
    ):
        table, mapping = tmp_path / "liste.csv", tmp_path / "liste.yml"
        table.write_text("A;B\n1;2\n", "utf-8")
        mapping.write_text(text, "utf-8")
        with pytest.raises(error, match=told):
            state(sheets, [table, mapping])

    def test_renamed_columns_are_named(self, data: Path, state: Callable, tmp_path: Path):
        table = tmp_path / "inventaire.csv"
        text = (data / "sheets" / "inventaire.csv").read_text("utf-8")
        table.write_text(text.replace("thematique", "sujets", 1), "utf-8")
        with pytest.raises(BadInput, match="none of the layouts that are known") as refusal:
            state(sheets, [table])
        assert "inventaire.yml, misses thematique" in refusal.value.hint

    def test_a_column_more_is_told_without_its_values(
        self, data: Path, state: Callable, tmp_path: Path
    ):
        table = tmp_path / "inventaire.csv"
        lines = (data / "sheets" / "inventaire.csv").read_text("utf-8").splitlines()
        table.write_text("\n".join([lines[0] + ";avis", lines[1] + ";confidentiel"]), "utf-8")
        stated = state(sheets, [table])
        (issue,) = [i for i in stated.report.issues if i.reason == "Column not understood"]
        assert (issue.column, issue.value) == ("avis", None)

    def test_a_required_column_that_is_missing(self, state: Callable, tmp_path: Path):
        table, mapping = tmp_path / "liste.csv", tmp_path / "liste.yml"
        table.write_text("A;B\n1;2\n", "utf-8")
        mapping.write_text(
            "recognised_by: [A]\ncolumns: {A: note_fr, T: {is: title_fr, required: true}}", "utf-8"
        )
        with pytest.raises(Refused, match='has no column "T"'):
            state(sheets, [table, mapping])

    def test_no_table(self, state: Callable):
        with pytest.raises(BadInput, match="reads the files you give"):
            state(sheets)

    def test_an_empty_one_and_a_header_alone(self, state: Callable, tmp_path: Path):
        table = tmp_path / "liste.csv"
        table.write_text("titre;porteur\n", "utf-8")
        with pytest.raises(BadInput, match="has no row under a header"):
            state(sheets, [table])
        table.write_text("", "utf-8")
        with pytest.raises(BadInput, match="is empty"):
            state(sheets, [table])


def test_each_file_is_a_graph_of_its_own(data: Path, tmp_path: Path):
    workspace = Workspace.create(tmp_path / "workspace")
    first = load(workspace, "sheets", [data / "sheets" / "inventaire.csv"])
    second = load(workspace, "sheets", [data / "sheets" / "recettes.csv"])
    assert (first.publication.outcome, second.publication.outcome) == ("published", "published")
    graphs = {g.rpartition("/source/")[2] for g in workspace.current().graphs if "/source/" in g}
    assert graphs == {"sheets/inventaire", "sheets/recettes"}
    assert second.report.changes.added > 0
    again = load(workspace, "sheets", [data / "sheets" / "inventaire.csv"])
    assert again.publication.outcome == "unchanged"
    twin = tmp_path / "inventaire.txt"
    twin.write_bytes((data / "sheets" / "inventaire.csv").read_bytes())
    with pytest.raises(BadInput, match="have the same name"):
        load(workspace, "sheets", [data / "sheets" / "inventaire.csv", twin])


@pytest.mark.parametrize(
    ("told", "key"),
    [
        ({"name": "Dept. Haute Loire"}, "departement/43"),
        ({"name": "Région Bretagne"}, "region/53"),
        ({"name": "Nevers", "department": "58"}, "commune/58194"),
        ({"name": "Nevers", "department": "Nièvre"}, "commune/58194"),
        ({"code": "58194"}, "commune/58194"),
        ({"code": "200 018 166"}, "epci/200018166"),
        ({"address": "1 rue X, 58000 NEVERS cedex"}, "commune/58194"),
        ({"address": "20200 Bastia"}, "commune/2B033"),
        ({"department": "2A"}, "departement/2A"),
        ({"name": "Saint-Denis"}, None),
        ({}, None),
    ],
)
def test_places_as_people_type_them(told: dict[str, str], key: str | None):
    found = find_place(**told).place
    assert (found.key if found else None) == key


def test_a_mapping_given_beside_a_table_is_loaded_with_it(tmp_path: Path):
    workspace = Workspace.create(tmp_path / "workspace")
    table, mapping = tmp_path / "liste.csv", tmp_path / "liste.yml"
    table.write_text("Nom;Mots\nLe fil;musique\n", "utf-8")
    columns = {"Nom": {"is": "title_fr", "required": True}, "Mots": {"is": "themes"}}
    mapping.write_text(yaml.safe_dump({"title": {"fr": "Liste", "en": "List"}, "columns": columns}))
    loaded = load(workspace, "sheets", [table, mapping])
    assert loaded.publication.outcome == "published"
    assert loaded.report.entities["ess:Practice"] == 1
