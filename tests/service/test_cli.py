"""Every command does what it says, in French first and in English."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pyoxigraph
import pytest
from pyoxigraph import RdfFormat

from essaim.graph import answers
from essaim.graph.workspace import Workspace
from essaim.loaders.registry import names
from essaim.ontology.names import BASE
from essaim.queries.catalogue import catalogue

from .conftest import HOSTILE, Command, publish_practices

COUNT = "SELECT ?class (COUNT(*) AS ?n) { ?lab a ?class . ?lab a ess:OpenLab } GROUP BY ?class"


def test_init_makes_a_workspace(essaim: Command, tmp_path: Path) -> None:
    place = tmp_path / "new" / "workspace"
    made = essaim("init", "--workspace", place)
    assert (made.code, made.err) == (0, "")
    assert "génération 1" in made.out
    assert Workspace.open(place).current().number == 1


def test_the_workspace_comes_from_the_environment(
    essaim: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ESSAIM_WORKSPACE", str(tmp_path / "here"))
    assert essaim("init").code == 0
    assert essaim("--lang", "en", "status").out.startswith(f"Workspace: {tmp_path / 'here'}")


def test_the_default_workspace_is_beside(
    essaim: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert essaim("init").code == 0
    assert (tmp_path / "essaim-data" / "essaim.json").exists()


def test_sources_are_listed_with_their_licences(on_demo: Command) -> None:
    listed = json.loads(on_demo("sources", "--format", "json").out)
    assert [row["name"] for row in listed] == list(names())
    assert all(row["licence"].startswith("http") for row in listed)
    shown = on_demo("sources")
    assert all(row["licence"] in shown.out for row in listed)


def test_sources_need_no_workspace(essaim: Command, tmp_path: Path) -> None:
    assert essaim("-w", tmp_path / "none", "sources", "--lang", "en").code == 0


def test_load_publishes_then_finds_nothing_new(essaim: Command, scratch: Workspace) -> None:
    first = essaim("load", "territories", "-w", scratch.path, "--lang", "en")
    assert (first.code, first.err) == (0, "")
    assert "published, generation 2" in first.out
    assert "ess:Departement" in first.out
    again = essaim("load", "territories", "-w", scratch.path)
    assert again.code == 0
    assert "rien n'a changé" in again.out
    assert scratch.current().number == 2


def test_a_dry_run_publishes_nothing(essaim: Command, scratch: Workspace) -> None:
    tried = essaim("load", "territories", "--dry-run", "-w", scratch.path, "--format", "json")
    assert tried.code == 0
    assert json.loads(tried.out)["outcome"] == "checked"
    assert scratch.current().number == 1


def test_status(on_demo: Command, demo: Workspace) -> None:
    found = json.loads(on_demo("status", "--format", "json").out)
    current = demo.current()
    assert (found["generation"], found["statements"]) == (current.number, current.statements)
    assert "Génération" in on_demo("status").out
    rows = list(csv.DictReader(io.StringIO(on_demo("status", "--format", "csv").out)))
    assert len(rows) == len(current.graphs)


def test_queries_are_listed(on_demo: Command) -> None:
    listed = json.loads(on_demo("queries", "--format", "json").out)
    assert [row["name"] for row in listed] == list(catalogue())
    assert on_demo("queries", "--lang", "en").code == 0


@pytest.mark.parametrize("name", list(catalogue()))
def test_every_named_query_runs(on_demo: Command, name: str) -> None:
    found = on_demo("query", name)
    assert (found.code, found.err) == (0, "")
    explained = json.loads(on_demo("query", name, "--explain", "--format", "json").out)
    assert [row["name"] for row in explained] == list(catalogue()[name].parameters)


def test_a_file_is_run(on_demo: Command, tmp_path: Path) -> None:
    file = tmp_path / "count.rq"
    file.write_text(COUNT + " ORDER BY ?class", encoding="utf-8")
    table = on_demo("query", file)
    assert table.code == 0
    assert "ess:OpenLab" in table.out
    rows = json.loads(on_demo("query", file, "--format", "json").out)["rows"]
    assert {row["n"] for row in rows} == {4}
    cells = list(csv.DictReader(io.StringIO(on_demo("query", file, "-f", "csv").out)))
    assert [row["class"] for row in cells] == [row["class"] for row in rows]


def test_a_file_with_parameters(on_demo: Command, tmp_path: Path) -> None:
    file = tmp_path / "labs.rq"
    file.write_text(
        "#+ summary: {fr: Les OpenLabs, en: The OpenLabs}\n"
        "#+ parameters:\n#+   place: {kind: territory, fr: le territoire, en: the territory}\n"
        "#+   most: {kind: integer, fr: nombre, en: number}\n"
        "#+ columns:\n#+   lab: {fr: laboratoire, en: laboratory}\n"
        f"SELECT ?lab {{ VALUES ?place {{ <{BASE}territory/departement/43> }}\n"
        "  VALUES ?most { 3 }\n  ?lab a ess:OpenLab ; ess:inTerritory ?place }\n",
        encoding="utf-8",
    )
    assert "laboratoire" in on_demo("query", file).out
    given = on_demo(
        "query", file, "--param", "place=departement:58", "-p", "place=Haute-Loire", "-f", "json"
    )
    assert len(json.loads(given.out)["rows"]) == 2
    assert "territoire" in on_demo("query", file, "--explain").out


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("ASK { ?s a ess:OpenLab }", "oui"),
        ("ASK { ?s a ess:Nothing }", "non"),
        ("SELECT ?s { ?s a ess:Nothing }", "Aucun"),
        ("CONSTRUCT { ?s a ess:OpenLab } { ?s a ess:OpenLab }", "a ess:OpenLab"),
        (f"DESCRIBE <{BASE}openlab/nievre>", "OpenLab de la Nièvre"),
    ],
)
def test_every_form_of_query(on_demo: Command, tmp_path: Path, text: str, word: str) -> None:
    (tmp_path / "q.rq").write_text(text, encoding="utf-8")
    assert word in on_demo("query", tmp_path / "q.rq").out
    for form in ("json", "csv"):
        assert on_demo("query", tmp_path / "q.rq", "--format", form).code == 0


def test_a_long_answer_is_cut_and_says_so(
    on_demo: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ESSAIM_MAX_ROWS", "5")
    (tmp_path / "all.rq").write_text("SELECT * { ?s ?p ?o }", encoding="utf-8")
    found = on_demo("query", tmp_path / "all.rq", "--format", "csv")
    assert len(found.out.splitlines()) == 6
    assert "5" in found.err


def test_replicable_as_table(on_demo: Command, demo: Workspace) -> None:
    shown = on_demo("practices", "replicable", "--for", "departement:43", "--limit", "3")
    assert (shown.code, shown.err) == (0, "")
    expected = answers.replicable(demo, "departement:43", limit=3)
    for row in expected["rows"]:
        assert row["practice"]["label"] in shown.out
        assert all(source in shown.out for source in row["sources"])
    lines = [line for line in shown.out.splitlines() if "http" not in line]
    assert max(map(len, lines)) <= 80
    assert "score" in shown.out
    assert "connu à" in shown.out


def test_replicable_as_json_and_csv(on_demo: Command, demo: Workspace) -> None:
    arguments = ("practices", "replicable", "--for", "openlab:nievre", "--limit", "2",
                 "--weight", "need=2", "--theme", "public-reading", "--lang", "en")  # fmt: skip
    expected = answers.replicable(
        demo, "openlab:nievre", limit=2, weights={"need": 2.0}, themes=["public-reading"],
        language="en",
    )  # fmt: skip
    assert json.loads(on_demo(*arguments, "--format", "json").out) == expected
    rows = list(csv.DictReader(io.StringIO(on_demo(*arguments, "--format", "csv").out)))
    assert [row["practice"] for row in rows] == [
        row["practice"]["label"] for row in expected["rows"]
    ]


def test_a_need_alone(on_demo: Command, demo: Workspace) -> None:
    arguments = ("practices", "replicable", "--need", "jeunes ruraux, lecture", "--limit", "2",
                 "--gate", "relevant")  # fmt: skip
    expected = answers.replicable(demo, need="jeunes ruraux, lecture", limit=2, gates=["relevant"])
    assert json.loads(on_demo(*arguments, "--format", "json").out) == expected
    shown = on_demo(*arguments)
    assert (shown.code, shown.err) == (0, "")
    for part in expected["understood"]:
        assert f"« {part['text']} »" in shown.out


def test_territories(on_demo: Command, demo: Workspace) -> None:
    arguments = ("practices", "territories", "practice:micro-folie", "--limit", "2")
    expected = answers.territories(demo, "practice:micro-folie", limit=2)
    assert json.loads(on_demo(*arguments, "--format", "json").out) == expected
    rows = list(csv.DictReader(io.StringIO(on_demo(*arguments, "--format", "csv").out)))
    assert [row["territoire"] for row in rows] == [
        row["territory"]["label"] for row in expected["rows"]
    ]
    shown = on_demo(*arguments, "--lang", "en")
    assert "could take root" in shown.out
    lines = [line for line in shown.out.splitlines() if "http" not in line]
    assert max(map(len, lines)) <= 80


def test_lineage(on_demo: Command, demo: Workspace) -> None:
    arguments = ("practices", "lineage", "practice:bookstart")
    expected = answers.lineage(demo, "practice:bookstart")
    assert json.loads(on_demo(*arguments, "--format", "json").out) == expected
    rows = list(csv.DictReader(io.StringIO(on_demo(*arguments, "--format", "csv").out)))
    assert len(rows) == len(expected["rows"])
    shown = on_demo(*arguments)
    assert expected["derived"][0]["label"] in shown.out


def test_connections(on_demo: Command, demo: Workspace) -> None:
    arguments = ("connections", "--territory", "departement:43", "--limit", "2")
    expected = answers.connections(demo, "departement:43", limit=2)
    assert json.loads(on_demo(*arguments, "--format", "json").out) == expected
    rows = list(csv.DictReader(io.StringIO(on_demo(*arguments, "--format", "csv").out)))
    assert len(rows) == len(expected["bridges"]) + len(expected["introductions"])
    shown = on_demo(*arguments, "--lang", "en")
    assert "Introductions worth making" in shown.out
    lines = [line for line in shown.out.splitlines() if "http" not in line]
    assert max(map(len, lines)) <= 80
    narrowed = on_demo(*arguments, "--from-sector", "culture", "--to-sector", "tourism")
    assert narrowed.code == 0


def test_validate(on_demo: Command, essaim: Command, scratch: Workspace) -> None:
    assert essaim("validate", "-w", scratch.path).code == 0
    found = json.loads(on_demo("validate", "--format", "json").out)
    assert not [finding for finding in found if finding["severity"] == "violation"]
    composition = [finding for finding in found if "Composition-users" in finding["shape"]]
    assert all("usager" in finding["message_fr"] for finding in composition)
    assert len(composition) == 4
    report = on_demo("validate", "--format", "turtle")
    assert report.code == 0
    assert report.out.count("a sh:ValidationResult") == len(found)


def test_graph_writes_a_page(on_demo: Command, tmp_path: Path) -> None:
    page = tmp_path / "nievre.html"
    drawn = on_demo("graph", "openlab:nievre", "-o", page, "--lang", "en")
    assert drawn.code == 0
    assert str(page) in drawn.err
    assert page.read_text(encoding="utf-8").rstrip().endswith("</html>")
    assert [entry.name for entry in tmp_path.iterdir()] == ["nievre.html"]


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("nquads", RdfFormat.N_QUADS), ("trig", RdfFormat.TRIG), ("turtle", RdfFormat.TURTLE),
        ("ntriples", RdfFormat.N_TRIPLES), ("jsonld", RdfFormat.JSON_LD),
        ("rdfxml", RdfFormat.RDF_XML),
    ],
)  # fmt: skip
def test_export_in_every_format(
    on_demo: Command, demo: Workspace, tmp_path: Path, name: str, form: RdfFormat
) -> None:
    written = on_demo("export", "--format", name, "--graph", "openlabs", "-o", tmp_path / "out")
    assert written.code == 0
    read = list(pyoxigraph.parse(path=str(tmp_path / "out"), format=form))
    record = demo.current().graphs["https://w3id.org/essaim/graph/source/openlabs"]
    assert len(read) == record.count
    if form.supports_datasets:
        assert {quad.graph_name.value for quad in read if quad.graph_name} == {
            "https://w3id.org/essaim/graph/source/openlabs"
        }


def test_export_holds_every_statement(on_demo: Command, demo: Workspace, tmp_path: Path) -> None:
    on_demo("export", "-o", tmp_path / "all.nq")
    lines = (tmp_path / "all.nq").read_text(encoding="utf-8").splitlines()
    assert len(lines) == demo.current().statements


def test_hostile_labels_do_nothing(essaim: Command, scratch: Workspace, tmp_path: Path) -> None:
    publish_practices(scratch, HOSTILE, tmp_path)
    (tmp_path / "names.rq").write_text(
        "SELECT ?name { ?p a ess:Practice ; rdfs:label ?name FILTER(lang(?name) = 'fr') }",
        encoding="utf-8",
    )
    table = essaim("query", tmp_path / "names.rq", "-w", scratch.path)
    assert not set(table.out) & set("\x1b\u202e\t")
    assert "[bold]markup[/bold]" in table.out
    found = essaim("query", tmp_path / "names.rq", "-w", scratch.path, "--format", "csv")
    cells = [row[0] for row in csv.reader(io.StringIO(found.out, newline=""))]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    as_json = essaim("query", tmp_path / "names.rq", "-w", scratch.path, "--format", "json")
    assert {row["name"] for row in json.loads(as_json.out)["rows"]} == set(HOSTILE)
    assert "\x1b" not in as_json.out
