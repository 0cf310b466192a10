"""The two answers on the demonstration graph: reasons, evidence and sources in every row."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest

from essaim.graph.answers import connections, replicable
from essaim.graph.provenance import source_graph
from essaim.graph.statements import StatementWriter, iter_statements
from essaim.graph.workspace import Workspace
from essaim.loaders.load import load
from essaim.ontology.errors import BadInput, NotFound
from essaim.ontology.names import ESS

HAUTE_LOIRE = "departement:43"


@pytest.fixture(scope="module")
def answer(demo: Workspace) -> dict[str, Any]:
    return replicable(demo, HAUTE_LOIRE)


def test_at_least_five_practices_each_for_its_own_reasons(answer: dict[str, Any]) -> None:
    rows = answer["rows"]
    assert len(rows) >= 5
    reasons = [tuple(c["sentence"] for c in row["criteria"]) for row in rows]
    assert len(set(reasons)) == len(rows)
    assert [row["score"] for row in rows] == sorted((row["score"] for row in rows), reverse=True)


def test_every_row_has_evidence_and_addresses(answer: dict[str, Any]) -> None:
    for row in answer["rows"]:
        assert 0 <= row["score"] <= 1
        assert 0 < row["coverage"] <= 1
        assert any(source.startswith("http") for source in row["sources"])
        for criterion in row["criteria"]:
            assert criterion["sentence"].endswith((".", "…"))
            if criterion["value"]:
                assert criterion["evidence"], criterion
                assert criterion["sources"], criterion


def test_evidence_is_in_the_graph(demo: Workspace, answer: dict[str, Any]) -> None:
    store = demo.store()
    cited = {iri for row in answer["rows"] for c in row["criteria"] for iri in c["evidence"]}
    known = {
        row["s"].value
        for row in store.iter_rows(
            f"SELECT DISTINCT ?s {{ VALUES ?s {{ {' '.join(f'<{i}>' for i in cited)} }} ?s ?p ?o }}"
        )
    }
    assert cited == known


def test_what_runs_there_is_listed_and_not_proposed(answer: dict[str, Any]) -> None:
    here = {entry["practice"]["iri"] for entry in answer["already_here"]}
    assert any("artotheque-itinerante" in iri for iri in here)
    assert any(iri.endswith("/practice/openlab") for iri in here)
    assert not here & {row["practice"]["iri"] for row in answer["rows"]}
    assert all(entry["sources"] for entry in answer["already_here"])


def test_an_openlab_a_name_and_a_code_stand_for_the_same_place(
    demo: Workspace, answer: dict[str, Any]
) -> None:
    lab = replicable(demo, "openlab:haute-loire")
    assert lab["territory"] == answer["territory"]
    assert lab["rows"] == answer["rows"]
    assert replicable(demo, "haute-loire")["rows"] == answer["rows"]


def test_english_changes_the_words_alone(demo: Workspace, answer: dict[str, Any]) -> None:
    english = replicable(demo, HAUTE_LOIRE, language="en")
    assert [r["practice"]["iri"] for r in english["rows"]] == [
        r["practice"]["iri"] for r in answer["rows"]
    ]
    assert english["note"].startswith("Anticipated")
    assert answer["note"].startswith("Transférabilité anticipée")


def test_a_need_given_counts(demo: Workspace, answer: dict[str, Any]) -> None:
    asked = replicable(demo, HAUTE_LOIRE, themes=["lecture publique"], limit=50)
    assert len(asked["needs"]) == len(answer["needs"]) + 1
    before = {r["practice"]["iri"]: r for r in replicable(demo, HAUTE_LOIRE, limit=50)["rows"]}
    boxes = next(r for r in asked["rows"] if "boite-a-livres" in r["practice"]["iri"])
    assert boxes["fit"] > before[boxes["practice"]["iri"]]["fit"]


def test_mistakes_are_named(demo: Workspace) -> None:
    with pytest.raises(NotFound) as place:
        replicable(demo, "departement:430")
    assert "departement:43" in place.value.hint
    with pytest.raises(NotFound) as name:
        replicable(demo, "Haute Loir")
    assert "Haute-Loire" in name.value.hint
    with pytest.raises(NotFound, match="theme"):
        replicable(demo, HAUTE_LOIRE, themes=["lecture publik"])
    with pytest.raises(NotFound, match="criterion"):
        replicable(demo, HAUTE_LOIRE, weights={"ned": 1})
    with pytest.raises(BadInput, match="weight"):
        replicable(demo, HAUTE_LOIRE, weights={"need": -1})
    with pytest.raises(NotFound, match="sector"):
        connections(demo, HAUTE_LOIRE, from_sector="turisme")


def test_removing_an_evaluation_lowers_readiness_in_the_published_graph(
    tmp_path: Path, answer: dict[str, Any]
) -> None:
    row = next(
        r
        for r in answer["rows"]
        if next(c for c in r["criteria"] if c["name"] == "evaluation")["value"]
    )
    practice = row["practice"]["iri"]
    workspace = Workspace.create(tmp_path / "w")
    for source in ("territories", "openlabs", "practices"):
        load(workspace, source)
    graph = source_graph("practices").value
    with StatementWriter(tmp_path / "less.gz") as writer:
        for triple in iter_statements(workspace.current().statement_file(graph)):
            if not (str(triple.subject) == f"<{practice}>" and triple.predicate == ESS.evaluation):
                writer.add(triple)
        assert workspace.publish({graph: writer.finish()}, "test").outcome == "published"
    after = replicable(workspace, HAUTE_LOIRE, limit=200)
    changed = next(r for r in after["rows"] if r["practice"]["iri"] == practice)
    assert changed["readiness"] < row["readiness"]


def test_bridges_and_a_missing_introduction_around_haut_rhin(demo: Workspace) -> None:
    found = connections(demo, "departement:68")
    assert found["bridges"]
    for bridge in found["bridges"]:
        assert bridge["through"]
        assert bridge["sources"]
        ours = {s["iri"] for s in bridge["source"]["sectors"]}
        assert not ours & {s["iri"] for s in bridge["target"]["sectors"]}
    assert found["introductions"]
    for missed in found["introductions"]:
        assert missed["introducer"] == missed["through"][0]
        assert missed["introducer"]["label"] in missed["sentence"]
        assert 0 < missed["score"] <= 1
        assert missed["sources"]
    assert {gap["role"]["iri"].rpartition("/")[2] for gap in found["gaps"]} >= {"elected-officials"}


def test_loading_again_changes_nothing(demo: Workspace) -> None:
    before = demo.current()
    for source in ("territories", "openlabs", "practices"):
        assert load(demo, source).publication.outcome == "unchanged"
    assert demo.current().content_hash == before.content_hash


def test_statement_files_do_not_depend_on_the_moment(demo: Workspace) -> None:
    file = demo.current().statement_file(source_graph("openlabs").value)
    assert gzip.decompress(file.read_bytes())
    assert file.read_bytes()[4:8] == b"\0\0\0\0"
