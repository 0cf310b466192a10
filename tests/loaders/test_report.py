"""Reports: what changed, in words people understand, with nothing in them that runs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from essaim.graph.workspace import Workspace
from essaim.loaders import festivals, keep, museofile, rdf, rne, sheets
from essaim.loaders.changes import Changes
from essaim.loaders.load import load
from essaim.loaders.report import Issue, Report
from essaim.loaders.report_page import report_html, report_text, say_reason


@pytest.mark.parametrize(
    ("module", "names"),
    [
        (festivals, ["festivals.csv"]),
        (museofile, ["museofile.csv"]),
        (rdf, ["partenaire.ttl"]),
        (
            rne,
            [
                "rne-maires-2022.csv",
                "elus-maires-mai.csv",
                "elus-conseillers-departementaux-cd_2025.csv",
                "elus-conseillers-departementaux-cd-2026-05.csv",
                "elus-conseillers-communautaires-epci-2026-04.csv",
            ],
        ),
        (sheets, ["inventaire.csv", "recettes.csv"]),
    ],
)
def test_every_reason_is_told_in_french(data: Path, state: Callable, module, names: list[str]):  # noqa: ANN001
    folder = data / module.SOURCE.name
    report = state(module, [folder / name for name in names]).report
    told = [*report.reasons(), *report.left_out, *report.fixes, *report.matches]
    assert told
    assert [reason for reason in told if say_reason(reason, "fr") == reason] == []
    assert keep.SOURCE.name == "keep"


def test_a_second_load_tells_what_changed(data: Path, tmp_path: Path):
    workspace = Workspace.create(tmp_path / "workspace")
    path = tmp_path / "inventaire.csv"
    lines = (data / "sheets" / "inventaire.csv").read_text("utf-8").splitlines()
    path.write_text("\n".join(lines[:3]), "utf-8")
    first = load(workspace, "sheets", [path])
    assert first.report.changes.removed == first.report.changes.changed == 0
    assert first.report.changes.added == first.report.entities.total()
    # the second practice is replaced and the first one renamed
    path.write_text("\n".join([lines[0], lines[1].replace("fil", "grand fil"), lines[5]]), "utf-8")
    second = load(workspace, "sheets", [path]).report
    assert (second.changes.added > 0, second.changes.removed > 0) == (True, True)
    assert second.changes.changed >= 2
    summary = json.loads((first.folder / "summary.json").read_text("utf-8"))
    assert summary["changes"]["added"] == first.report.changes.added
    for name in ("report.fr.txt", "report.en.txt", "report.fr.html", "report.en.html"):
        assert (first.folder / name).read_text("utf-8")


def test_a_dry_run_writes_its_report_alone(data: Path, tmp_path: Path):
    workspace = Workspace.create(tmp_path / "workspace")
    before = workspace.current().content_hash
    loaded = load(workspace, "sheets", [data / "sheets" / "inventaire.csv"], dry_run=True)
    assert loaded.publication.outcome == "checked"
    assert workspace.current().content_hash == before
    assert "essai : rien n'a été publié" in (loaded.folder / "report.fr.txt").read_text("utf-8")


def test_the_text_and_the_page_say_everything():
    report = Report("sheets", rows=10, outcome="published", generation=3)
    report.changes = Changes(added=4, removed=1, changed=2)
    report.left_out["Sheet without a title"] = 2
    report.fixes["Telephone number taken out of a text"] = 1
    report.matches["place by name"] = 7
    report.entities["ess:Practice"] = 8
    report.warnings.append("liste.csv is read as: x.")
    report.issues.append(Issue("Column not understood", "liste.csv", 1, "avis", times=9))
    report.issues.append(Issue("Not a date: kept as a note", "liste.csv", 4, "Début", "31/02"))
    for told in (report_text(report), report_html(report)):
        for words in (
            "publié, génération 3",
            "4 entités nouvelles, 1 entités disparues, 2 entités décrites autrement",
            "Fiche sans titre",
            "Téléphone ôté d",
            "lieu trouvé par : name",
            "liste.csv : avis",
            "liste.csv, ligne 4, colonne « Début »",
            "31/02",
        ):
            assert words in told, words
    assert "published, generation 3" in report_text(report, "en")


def test_a_value_that_is_markup_stays_text():
    report = Report("sheets")
    report.issues.append(Issue("Not a date", "<b>.csv", 1, "<i>", "<script>alert(1)</script>"))
    report.warnings.append("<img src=x onerror=alert(1)>")
    page = report_html(report)
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;" in page
    assert "http" not in page


def test_a_long_report_is_cut_and_says_so():
    report = Report("sheets")
    report.issues += [Issue("Not a date", "a.csv", line) for line in range(500)]
    assert "et 300 autres, dans issues.jsonl" in report_html(report)
