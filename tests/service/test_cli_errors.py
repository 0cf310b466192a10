"""Whatever goes wrong: one line that names it and says what to do, exit code 2, nothing changed."""

from __future__ import annotations

import time
from importlib import resources
from pathlib import Path

import pytest

from essaim.graph.workspace import Workspace
from essaim.ontology.names import BASE

from .conftest import SLOW, Command, is_one_line


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["lod"], ["lod"]),
        (["status", "--formt", "json"], ["--formt"]),
        (["status", "--format", "xml"], ["xml", "table"]),
        (["--lang", "de", "status"], ["de", "fr"]),
        (["load"], ["source"]),
        (["load", "openlab"], ['"openlab"', '"openlabs"', "essaim sources"]),
        (["load", "territories", "no-such-file.csv"], ["no-such-file.csv"]),
        (["query", "no-such-query"], ["no-such-query", "essaim queries"]),
        (["query", "no-such-file.rq"], ["no-such-file.rq"]),
        (["query", "/"], ["/"]),
        (["practices", "replicable"], ["territory", "need"]),
        (["practices", "replicable", "--for", "departement:999"], ["departement:999"]),
        (["practices", "replicable", "--for", "haute loir"], ["haute loir", "Haute-Loire"]),
        (["practices", "replicable", "--for", "43", "--limit", "0"], ["--limit"]),
        (
            ["practices", "replicable", "--for", "departement:43", "--limit", "x"],
            ["--limit", "integer"],
        ),
        (["practices", "replicable", "--for", "departement:43", "--weight", "x"], ["need=2"]),
        (["practices", "replicable", "--for", "departement:43", "--weight", "x=1"], ["x"]),
        (["practices", "replicable", "--for", "departement:43", "--theme", "zzz"], ["zzz"]),
        (["connections"], ["--territory"]),
        (["connections", "--territory", "Atlantide"], ["Atlantide"]),
        (["connections", "--territory", "departement:43", "--to-sector", "turism"], ["tourism"]),
        (["graph", "openlab:nievre"], ["--output"]),
        (["graph", "openlab:atlantide", "-o", "x.html"], ["openlab:atlantide"]),
        (["graph", "openlab:nievre", "-o", "x.html", "--depth", "9"], ["--depth"]),
        (["export", "--format", "xls"], ["xls", "nquads"]),
        (["export", "--graph", "openlab"], ["openlab", "openlabs"]),
        (["export", "-o", "/no-such-folder/x.nq"], ["/no-such-folder/x.nq"]),
        (["graph", "openlab:nievre", "-o", "/no-such-folder/x.html"], ["/no-such-folder/x.html"]),
        (["serve", "--port", "99999"], ["--port", "99999"]),
        (["serve", "--port", "many"], ["--port", "integer"]),
        (["serve", "--host", "256.0.0.1", "--port", "0"], ["256.0.0.1"]),
        (["init"], ["already"]),
    ],
)
def test_mistakes_are_named(on_demo: Command, arguments: list[str], words: list[str]) -> None:
    assert is_one_line(on_demo(*arguments), *words)


@pytest.mark.parametrize(
    "arguments",
    [
        ["status"], ["load", "territories"], ["query", "x"], ["validate"], ["export"],
        ["practices", "replicable", "--for", "departement:43"],
        ["connections", "--territory", "departement:43"],
        ["graph", "openlab:nievre", "-o", "x.html"], ["serve"],
    ],
)  # fmt: skip
def test_a_missing_workspace_is_named(
    essaim: Command, tmp_path: Path, arguments: list[str]
) -> None:
    place = tmp_path / "none"
    found = essaim("--workspace", place, *arguments)
    if arguments[0] == "query":
        assert is_one_line(found, "x")
    else:
        assert is_one_line(found, str(place), "essaim init")
    assert not place.exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("SELECT {", ["bad.rq", "SPARQL"]),
        ("", ["bad.rq", "empty"]),
        ("SELEKT * { ?s ?p ?o }", ["bad.rq", '"SELEKT"', "SELECT"]),
        ("SELECT * { ?s foo:bar ?o }", ["bad.rq", '"foo:"']),
        ("SELECT * { { ?s ?p ?o }", ["bad.rq", "brace"]),
        ("INSERT DATA { <http://e/a> <http://e/b> 1 }", ["bad.rq"]),
        ("SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", ["bad.rq", "SERVICE"]),
        ("#+ summary: [\nSELECT * {}", ["bad.rq", "header"]),
        ("#+ parameters: {x: {kind: text}}\nSELECT * {}", ["bad.rq", "x", "VALUES"]),
    ],
)
def test_a_broken_file_is_named(
    on_demo: Command, tmp_path: Path, text: str, words: list[str]
) -> None:
    file = tmp_path / "bad.rq"
    file.write_text(text, encoding="utf-8")
    assert is_one_line(on_demo("query", file), *words)


def test_a_file_that_is_no_text_is_named(on_demo: Command, tmp_path: Path) -> None:
    (tmp_path / "bad.rq").write_bytes(b"\xff\xfe\x00\x01")
    assert is_one_line(on_demo("query", tmp_path / "bad.rq"), "bad.rq", "UTF-8")


HEADER = (
    "#+ parameters:\n#+   place: {kind: territory}\n#+   year: {kind: year}\n"
    "#+   day: {kind: date}\n#+   most: {kind: integer}\n#+   word: {kind: text}\n"
    "#+   tongue: {kind: language}\n"
    f"SELECT * {{ VALUES ?place {{ <{BASE}territory/departement/43> }} VALUES ?year {{ 2019 }}\n"
    'VALUES ?tongue { "fr" } VALUES ?day { "2019-01-01" } VALUES ?most { 1 }\n'
    'VALUES ?word { "x" } }\n'
)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("plce=x", ["plce", '"place"']),
        ("place", ["place", "name=value"]),
        ("place=", ["place", "name=value"]),
        ("place=Atlantide", ["Atlantide"]),
        ("place=openlab:nievre", ["openlab:nievre"]),
        ("tongue=de", ["tongue", "fr or en"]),
        ("year=soon", ["year", "soon", "2019"]),
        ("day=2019-02-30", ["day", "2019-02-30"]),
        ("most=1.5", ["most", "1.5"]),
        ("most=1 } #", ["most"]),
        ("word=\udcff", ["word"]),
        ("place=http://e/\udcff", ["http://e/"]),
    ],
)
def test_a_bad_parameter_is_named(
    on_demo: Command, tmp_path: Path, given: str, words: list[str]
) -> None:
    file = tmp_path / "parameters.rq"
    file.write_text(HEADER, encoding="utf-8")
    assert is_one_line(on_demo("query", file, "--param", given), *words)


def test_a_value_can_not_become_query_text(on_demo: Command, tmp_path: Path) -> None:
    file = tmp_path / "parameters.rq"
    file.write_text(HEADER, encoding="utf-8")
    found = on_demo("query", file, "--param", 'word=" } ?s ?p ?o #', "--format", "json")
    assert found.code == 0
    assert found.out.count('\\" } ?s ?p ?o #') == 1


def test_a_runaway_query_is_ended(
    on_demo: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ESSAIM_QUERY_TIMEOUT", "1")
    (tmp_path / "slow.rq").write_text(SLOW, encoding="utf-8")
    started = time.monotonic()
    assert is_one_line(on_demo("query", tmp_path / "slow.rq"), "1 s", "ESSAIM_QUERY_TIMEOUT")
    assert time.monotonic() - started < 4


@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "many"), ("QUERY_TIMEOUT", "soon"), ("LANG", "de")]
)
def test_a_bad_setting_is_named(
    on_demo: Command, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"ESSAIM_{name}", value)
    assert is_one_line(on_demo("status"), f"ESSAIM_{name}", value)


@pytest.mark.parametrize(
    "content",
    [
        b"\x00\x01\x02\xff\xfe binary \x80" * 50,
        b"",
        b"no,such,columns\n1,2,3\n",
        b"\x50\x4b\x03\x04 a zip archive",
        "é;à\n1;2\n".encode("latin-1"),
        b'"an open quote\n' * 3,
    ],
)
@pytest.mark.parametrize("source", ["territories", "openlabs", "practices"])
def test_a_damaged_data_file_is_named_and_nothing_changes(
    essaim: Command, scratch: Workspace, tmp_path: Path, source: str, content: bytes
) -> None:
    name = {"territories": "territories.csv", "openlabs": "openlabs.yml",
            "practices": "practices.csv"}[source]  # fmt: skip
    file = tmp_path / name
    file.write_bytes(content)
    before = scratch.current().content_hash
    assert is_one_line(essaim("load", source, file, "-w", scratch.path))
    assert scratch.current().content_hash == before


@pytest.mark.parametrize(
    ("files", "words"),
    [
        (["fiches.csv"], ["fiches.csv", "practices.csv"]),
        (["practices.csv", "fiches.csv"], ["fiches.csv"]),
        (["practices.csv", "practices.csv"], ["twice"]),
    ],
)
def test_a_file_the_source_has_no_use_for_is_refused(
    essaim: Command, scratch: Workspace, tmp_path: Path, files: list[str], words: list[str]
) -> None:
    corpus = (resources.files("essaim.loaders") / "corpora" / "practices.csv").read_bytes()
    for name in files:
        (tmp_path / name).write_bytes(corpus)
    before = scratch.current().content_hash
    given = [tmp_path / name for name in files]
    assert is_one_line(essaim("load", "practices", *given, "-w", scratch.path), *words)
    assert scratch.current().content_hash == before


@pytest.mark.parametrize(
    ("right", "wrong", "words"),
    [
        ("start: 2020-04-07", "start: 2020-04-37", ["openlabs.yml"]),
        ("label: {fr: Méthode OpenLab, en:", "label: {fr: Méthode, OpenLab, en:", ["OpenLab"]),
    ],
)
def test_a_slip_in_the_openlabs_file_is_named(
    essaim: Command, scratch: Workspace, tmp_path: Path, right: str, wrong: str, words: list[str]
) -> None:
    corpus = resources.files("essaim.loaders") / "corpora" / "openlabs.yml"
    text = corpus.read_text(encoding="utf-8")
    assert right in text
    (tmp_path / "openlabs.yml").write_text(text.replace(right, wrong, 1), encoding="utf-8")
    found = essaim("load", "openlabs", tmp_path / "openlabs.yml", "-w", scratch.path)
    assert is_one_line(found, *words)


def test_a_file_where_the_output_should_go_stays_as_it_was(
    on_demo: Command, tmp_path: Path
) -> None:
    kept = tmp_path / "kept.html"
    kept.write_text("before", encoding="utf-8")
    assert is_one_line(on_demo("graph", "openlab:atlantide", "-o", kept))
    assert is_one_line(on_demo("export", "--graph", "atlantide", "-o", kept))
    assert kept.read_text(encoding="utf-8") == "before"
    assert is_one_line(on_demo("export", "-o", tmp_path), str(tmp_path))


def test_a_damaged_workspace_is_named(essaim: Command, scratch: Workspace) -> None:
    (scratch.path / "current").write_text("many", encoding="ascii")
    assert is_one_line(essaim("status", "-w", scratch.path), "current")
    (scratch.path / "essaim.json").write_text("{", encoding="ascii")
    assert is_one_line(essaim("status", "-w", scratch.path), "essaim.json")


def test_a_damaged_store_is_named(essaim: Command, scratch: Workspace, tmp_path: Path) -> None:
    for entry in (scratch.path / "generations" / "1" / "store").iterdir():
        entry.write_bytes(b"damaged")
    (tmp_path / "q.rq").write_text("SELECT * { ?s ?p ?o }", encoding="utf-8")
    assert is_one_line(essaim("query", tmp_path / "q.rq", "-w", scratch.path), "opened", "earlier")
