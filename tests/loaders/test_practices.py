"""The practices: their counts, facts that can be checked, tidy tables, and tables of mistakes."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from essaim.graph.store import EmbeddedStore
from essaim.graph.workspace import Workspace
from essaim.loaders.context import Context
from essaim.loaders.practices import SOURCE, load
from essaim.ontology.errors import BadInput
from essaim.ontology.names import BASE, DCTERMS, ESS, M8G, ORG, PROV, RDF, RDFS, curie, vocabulary

CORPORA = Path(__file__).parents[2] / "loaders" / "corpora"


def read(*files: Path) -> tuple[Context, set[Triple]]:
    lines: list[str] = []
    ctx = Context(SOURCE, lines.extend, files)
    load(ctx)
    return ctx, {quad.triple for quad in parse("".join(lines), format=RdfFormat.N_TRIPLES)}


def counts_of(stated: set[Triple]) -> Counter[str]:
    """How many entities there are of each class."""
    return Counter(curie(t.object.value) for t in stated if t.predicate == RDF.type)


def table(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((CORPORA / name).read_text(encoding="utf-8").splitlines()))


def iri(path: str) -> NamedNode:
    return NamedNode(BASE + path)


@pytest.fixture(scope="module")
def corpus() -> tuple[Context, set[Triple]]:
    return read()


@pytest.fixture(scope="module")
def of(corpus: tuple[Context, set[Triple]]) -> Callable[[str, NamedNode], set[str]]:
    """The values of a property of an entity, short where they are IRIs of ours."""

    def found(path: str, prop: NamedNode) -> set[str]:
        subject = iri(path)
        return {
            triple.object.value.removeprefix(BASE).removeprefix("https://w3id.org/essaim/vocab/")
            for triple in corpus[1]
            if triple.subject == subject
            and triple.predicate == prop
            and not isinstance(triple.object, Triple)
        }

    return found


@pytest.fixture(scope="module")
def store(demo: Workspace) -> EmbeddedStore:
    return demo.store()


def test_nothing_is_left_over_and_the_promise_is_kept(corpus: tuple[Context, set[Triple]]) -> None:
    ctx, stated = corpus
    counts = counts_of(stated)
    assert ctx.report.issues == []
    for cls, (least, most) in SOURCE.expected.items():
        assert least <= counts[cls] <= most, cls


def test_only_adoptions_are_replications(corpus: tuple[Context, set[Triple]]) -> None:
    kinds = Counter(row["kind"] for row in table("replications.csv"))
    assert kinds == {"adoption": 254, "tour-stop": 11, "renewal": 9, "site": 5, "study": 2}
    counts = counts_of(corpus[1])
    assert counts["ess:Replication"] == kinds["adoption"]
    assert counts["ess:Implementation"] == 99 + kinds.total() - kinds["adoption"]


def test_a_practice(of: Callable[[str, NamedNode], set[str]]) -> None:
    assert of("practice/demos", RDFS.label) == {
        "Démos, orchestres d'enfants à vocation sociale",
        "Démos, children's orchestras with a social purpose",
    }
    assert "sector/social" in of("practice/demos", ESS.sector)
    assert "theme/music" in of("practice/demos", ESS.theme)
    assert of("practice/demos", ESS.public) == {"public/young-people", "public/families"}
    assert of("practice/demos", ESS.originatesIn) == {"territory/country/FR"}
    assert of("practice/demos", DCTERMS.source) == {"http://194.254.239.23/les-territoires.aspx"}
    assert of("challenge/demos", ESS.theme) == {
        "theme/music",
        "theme/access-to-culture",
        "theme/inclusion",
    }
    assert of("condition/demos/4", ESS.requires) == {"role/artists", "role/social-actors"}
    assert of("documentation/demos", ESS.documentationKind) == {"documentation/page"}
    assert of("evaluation/bookstart", ESS.evaluationLevel) == {"evaluation/external"}
    assert of("practice/premieres-pages", PROV.wasDerivedFrom) == {"practice/bookstart"}


def test_an_amount_says_what_it_covers(of: Callable[[str, NamedNode], set[str]]) -> None:
    assert of("amount/micro-folie", ESS.amountValue) == {"38000"}
    assert any("80 %" in note for note in of("amount/micro-folie", ESS.note))


def test_a_replication(
    corpus: tuple[Context, set[Triple]], of: Callable[[str, NamedNode], set[str]]
) -> None:
    run = "implementation/micro-folie/sevran"
    assert Triple(iri(run), RDF.type, ESS.Replication) in corpus[1]
    assert of(run, ESS.implements) == {"practice/micro-folie"}
    assert of(run, ESS.inTerritory) == {"territory/commune/93071"}
    assert of(run, ESS.start) == {"2017"}
    assert "First to open, with a stage, a community café and a 3D workshop." in of(
        run, ESS.adaptation
    )
    tie = "participation/micro-folie/sevran/carrier/commune-de-sevran"
    assert of(tie, ESS.participant) == {"organisation/commune-de-sevran"}
    assert of(tie, ESS.participationRole) == {"participation/carrier"}
    assert of(tie, ESS.role) == {"role/commune-agents"}
    assert of("organisation/commune-de-sevran", ESS.governs) == {"territory/commune/93071"}


def test_a_tour_stop_is_hosted_not_adopted(of: Callable[[str, NamedNode], set[str]]) -> None:
    run = "implementation/mumo/haute-loire"
    assert of(run, RDF.type) == {ESS.Implementation.value}
    assert of(run, ESS.adaptation) == set()
    assert any("tour stop" in note for note in of(run, ESS.note))
    tie = "participation/mumo/haute-loire/host/departement-de-la-haute-loire"
    assert of(tie, ESS.participationRole) == {"participation/host"}


def test_a_study_is_not_a_run(of: Callable[[str, NamedNode], set[str]]) -> None:
    run = "implementation/ressourcerie-culturelle/metropole-de-lyon"
    assert of(run, ESS.eventStatus) == {"event-status/proposed"}


def test_one_organisation_is_one_node(of: Callable[[str, NamedNode], set[str]]) -> None:
    nantes = [row["name"] for row in table("organisations.csv") if "Nantes" in row["name"]]
    assert "Ville de Nantes" in nantes
    assert "Commune de Nantes" not in nantes
    hosts = of("participation/concordanse/nantes/host/ville-de-nantes", ESS.participant)
    assert hosts == {"organisation/ville-de-nantes"}
    governed = Counter(row["governs"] for row in table("organisations.csv") if row["governs"])
    assert [place for place, number in governed.items() if number > 1] == []


def test_a_kind_of_partner_is_a_collective_of_one_practice(
    corpus: tuple[Context, set[Triple]], of: Callable[[str, NamedNode], set[str]]
) -> None:
    drac = {
        triple.subject.value.removeprefix(BASE)
        for triple in corpus[1]
        if triple.object == ESS.Collective
        and isinstance(triple.subject, NamedNode)
        and triple.subject.value.endswith("/drac")
    }
    assert "collective/demos/drac" in drac
    assert len(drac) == 9
    for node in drac:
        ties = [t for t in corpus[1] if t.object == iri(node) and t.predicate == ESS.participant]
        assert len(ties) == 1
    assert any("ne dit pas qui" in note for note in of("collective/demos/drac", ESS.note))


def test_dates_are_years_and_uncertain_ones_are_notes(
    corpus: tuple[Context, set[Triple]], of: Callable[[str, NamedNode], set[str]]
) -> None:
    kinds = {
        triple.object.datatype.value.rpartition("#")[2]
        for triple in corpus[1]
        if triple.predicate in {ESS.start, ESS.end} and isinstance(triple.object, Literal)
    }
    assert kinds == {"gYear"}
    assert of("implementation/nouveaux-commanditaires/origin", ESS.start) == set()
    assert "Début dans les années 1990." in of("practice/nouveaux-commanditaires", ESS.note)


def test_the_openlab_is_left_to_its_own_source() -> None:
    text = "".join((CORPORA / f"{name}.csv").read_text() for name in ("practices", "replications"))
    assert "P013" not in text
    assert not re.search(r"^openlab", text, re.MULTILINE)


def test_openlabs_and_practices_meet_on_the_same_organisations(store: EmbeddedStore) -> None:
    department = iri("organisation/departement-de-la-haute-loire")
    labels = {str(quad.object) for quad in store.quads(department, RDFS.label)}
    assert labels == {f'"Département de la Haute-Loire"@{language}' for language in ("fr", "en")}
    assert any(store.quads(department, RDF.type, M8G.PublicOrganisation))
    runs = store.rows(
        f"SELECT DISTINCT ?run {{ ?tie ess:participant <{department.value}> ;"
        " ess:participatesIn ?run }"
    )
    found = {str(row["run"].value).removeprefix(BASE) for row in runs}
    assert "openlab/haute-loire" in found
    assert "implementation/mumo/haute-loire" in found


def test_every_place_named_is_a_territory() -> None:
    known = {
        f"{'commune' if row['level'] == 'arrondissement' else row['level']}/{row['code']}"
        for row in table("territories.csv")
    }
    for name, columns in (
        ("practices.csv", ("territory",)),
        ("replications.csv", ("territory",)),
        ("organisations.csv", ("governs", "based_in")),
    ):
        for row in table(name):
            assert {row[column] for column in columns} - {""} <= known, row


def test_the_tables_are_tidy() -> None:
    for name, key in (
        ("practices.csv", ("slug",)),
        ("replications.csv", ("practice", "key")),
        ("organisations.csv", ("name",)),
    ):
        raw = (CORPORA / name).read_bytes()
        assert b"\r" not in raw
        assert not re.search(rb"[\w.]+@[\w.]+\.\w+", raw)
        rows = table(name)
        keys = [tuple(row[column] for column in key) for row in rows]
        assert len(set(keys)) == len(keys)
        if name != "organisations.csv":  # sorted by slug of the name there
            assert keys == sorted(keys)
        for row in rows:
            for column, value in row.items():
                assert value == value.strip(), (column, value)
                if column.endswith("_fr"):
                    assert bool(value) == bool(row[f"{column[:-3]}_en"]), (column, value)
    slugs = {row["slug"] for row in table("practices.csv")}
    assert {row["practice"] for row in table("replications.csv")} <= slugs


def test_nothing_of_the_facts_is_lost(shared: Path) -> None:
    """Every row of the tables these were made from is here, with its address."""
    data = shared / "data" / "practices"

    def given(name: str) -> list[dict[str, str]]:
        with (data / name).open(encoding="utf-8-sig", newline="") as stream:
            return list(csv.DictReader(stream))

    ours = {row["number"]: row for row in table("practices.csv")}
    for row in given("practices.csv"):
        if row["id"] == "P013":
            continue
        mine = ours[row["id"]]
        for theirs, column in (
            ("title_fr", "title_fr"),
            ("summary_en", "summary_en"),
            ("sectors", "sectors"),
            ("themes", "themes"),
            ("publics", "publics"),
            ("carrier", "carrier"),
            ("partners", "partners"),
            ("challenge_fr", "challenge_fr"),
            ("budget_eur", "amount_eur"),
            ("evaluation", "evaluation"),
            ("end_year", "end"),
            ("source_url", "source"),
        ):
            assert mine[column] == row[theirs]
    slugs = {number: row["slug"] for number, row in ours.items()}
    expected = Counter(
        (slugs[row["practice_id"]], row["year"], row["source_url"])
        for row in given("replications.csv")
        if row["practice_id"] != "P013"
    )
    found = Counter(
        (row["practice"], row["start"], row["source"]) for row in table("replications.csv")
    )
    assert found == expected
    names = {row["name"]: row for row in table("organisations.csv")}
    for row in given("organisations.csv"):
        assert names[row["name"]]["sector"] == row["sector"]


def slice_of(path: Path, /, **changes: str) -> Path:
    """A table of one row, the first of the corpus's table of that name, changed."""
    row = {**table(path.name)[0], **changes}
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, row)
        writer.writeheader()
        writer.writerow(row)
    return path


def test_mistakes_are_reported_and_the_rest_is_kept(tmp_path: Path) -> None:
    practices = slice_of(
        tmp_path / "practices.csv",
        slug="essai",
        themes="lecture publique|astrologie",
        publics="habitants|licornes",
        carrier="Une inconnue",
        partners="DRAC",
        territory="departement/999",
        start="printemps",
        challenge_en="",
        conditions_fr="Une salle|Un animateur",
        conditions_en="A room",
        requires="role:artists|role:wizards",
        amount_eur="beaucoup",
        documentation="fresque",
        derived_from="rien",
        source="page 3",
        weather="beau",
    )
    replications = slice_of(
        tmp_path / "replications.csv", practice="essai", kind="fête", territory="commune/1001"
    )
    ctx, stated = read(practices, replications)
    found = {(issue.file, issue.column, issue.value) for issue in ctx.report.issues}
    assert found == {
        ("practices.csv", "themes", "astrologie"),
        ("practices.csv", "publics", "licornes"),
        ("practices.csv", "carrier", "Une inconnue"),
        ("practices.csv", "territory", "departement/999"),
        ("practices.csv", "start", "printemps"),
        ("practices.csv", "challenge_en", table("practices.csv")[0]["challenge_fr"]),
        ("practices.csv", "conditions_en", "A room"),
        ("practices.csv", "conditions_en", "Un animateur"),
        ("practices.csv", "requires", "role:wizards"),
        ("practices.csv", "amount_eur", "beaucoup"),
        ("practices.csv", "documentation", "fresque"),
        ("practices.csv", "derived_from", "rien"),
        ("practices.csv", "source", "page 3"),
        ("practices.csv", "weather", None),
        ("replications.csv", "kind", "fête"),
        ("replications.csv", "territory", "commune/1001"),
    }
    assert all(issue.line == 2 for issue in ctx.report.issues)
    texts = {triple.object.value for triple in stated if isinstance(triple.object, Literal)}
    assert Triple(iri("practice/essai"), ESS.freeTheme, Literal("astrologie", language="fr")) in (
        stated
    )
    assert "publics : licornes" in texts
    assert "Territoire non reconnu : departement/999" in texts
    assert "Territoire non reconnu : commune/1001" in texts
    assert "Montant : beaucoup" in texts
    assert Triple(iri("organisation/une-inconnue"), RDF.type, ORG.Organization) in stated
    assert Triple(iri("condition/essai/1"), ESS.requires, vocabulary("role").artists) in stated
    assert counts_of(stated)["ess:Implementation"] == 2


def test_rows_that_cannot_stand_are_reported_whole(tmp_path: Path) -> None:
    practices = slice_of(tmp_path / "practices.csv", slug="Pas un slug")
    replications = slice_of(tmp_path / "replications.csv", practice="inconnue", key="ici")
    organisations = slice_of(tmp_path / "organisations.csv", name="")
    ctx, stated = read(practices, replications, organisations)
    assert {(issue.column, issue.value) for issue in ctx.report.issues} == {
        ("slug", "Pas un slug"),
        ("practice", "inconnue/ici"),
        ("name", ""),
    }
    assert stated == set()


def test_what_belongs_to_nothing_is_reported(tmp_path: Path) -> None:
    practices = slice_of(
        tmp_path / "practices.csv",
        slug="essai",
        challenge_fr="",
        challenge_en="",
        challenge_themes="musique",
        conditions_fr="",
        conditions_en="",
        requires="role:artists",
        amount_note_fr="Par an",
        amount_note_en="Per year",
    )
    replications = slice_of(tmp_path / "replications.csv", practice="essai", key="origin")
    ctx, stated = read(practices, replications)
    assert {(issue.column, issue.value) for issue in ctx.report.issues} == {
        ("challenge_fr", ""),
        ("requires", "role:artists"),
        ("amount_eur", ""),
        ("key", "essai/origin"),
    }
    assert Triple(iri("practice/essai"), ESS.note, Literal("Par an", language="fr")) in stated


def test_a_missing_column_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "practices.csv"
    path.write_text("slug,title_fr\nessai,Essai\n", encoding="utf-8")
    with pytest.raises(BadInput, match='no column "title_en"'):
        read(path)
