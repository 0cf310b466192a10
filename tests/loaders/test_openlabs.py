"""The OpenLabs corpus answers the questions people ask of it, in plain SPARQL."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from essaim.graph.workspace import Workspace
from essaim.loaders import openlabs
from essaim.loaders.context import Context
from essaim.loaders.load import Loaded, load
from essaim.ontology.errors import BadInput, NotFound
from essaim.ontology.names import BASE, ESS, PREFIXES, RDF, RDFS
from essaim.ontology.vocabulary import iter_ontology_triples

Ask = Callable[[str], list[tuple[str, ...]]]

_PREFIXES = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in PREFIXES.items())


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, Loaded]:
    workspace = Workspace.create(tmp_path_factory.mktemp("openlabs") / "collection")
    return workspace, load(workspace, "openlabs")


@pytest.fixture(scope="module")
def ask(loaded: tuple[Workspace, Loaded]) -> Ask:
    """Query the loaded collection: sorted rows of values, instances as their short key."""
    store = loaded[0].store()

    def run(text: str) -> list[tuple[str, ...]]:
        rows = store.rows(_PREFIXES + text)
        return sorted(tuple(_short(term) for term in row.values()) for row in rows)

    return run


def _short(term: object) -> str:
    value = str(getattr(term, "value", term))
    return value.removeprefix(BASE).removeprefix("https://w3id.org/essaim/vocab/")


def _column(rows: list[tuple[str, ...]]) -> list[str]:
    return [row[0] for row in rows]


def _statements(given: Path | None = None) -> list[Triple]:
    lines: list[str] = []
    openlabs.load(Context(openlabs.SOURCE, lines.extend, [given] if given else []))
    return [quad.triple for quad in parse("".join(lines), format=RdfFormat.N_TRIPLES)]


def test_it_is_published_without_an_issue(loaded: tuple[Workspace, Loaded]):
    report = loaded[1].report
    assert report.outcome == "published"
    assert not report.issues
    assert not report.warnings


def test_the_method_expects_four_families(ask: Ask):
    rows = ask(
        "SELECT ?order ?role { id:practice\\/openlab ess:expects ?need ."
        " ?need ess:order ?order ; ess:role ?role }"
    )
    assert rows == [
        ("1", "role/elected-officials"),
        ("2", "role/public-agents"),
        ("3", "role/key-actors"),
        ("4", "role/inhabitants"),
    ]


def test_the_families_are_detailed(ask: Ask):
    rows = ask(
        "SELECT DISTINCT ?role { id:practice\\/openlab ess:expects ?family ."
        " ?need ess:partOfRequirement+ ?family ; ess:role ?role }"
    )
    assert set(_column(rows)) == {
        f"role/{key}"
        for key in (
            "department-agents",
            "intercommunality-agents",
            "culture-actors",
            "artists",
            "culture-professionals",
            "actors-beyond-culture",
            "social-actors",
            "education-actors",
            "economy-actors",
            "tourism-actors",
            "users",
            "non-users",
        )
    }


def test_the_method_has_five_aims_and_a_rule_for_guests(ask: Ask):
    aims = ask("SELECT ?order { id:practice\\/openlab ess:aim ?aim . ?aim ess:order ?order }")
    assert _column(aims) == ["1", "2", "3", "4", "5"]
    assert len(ask("SELECT ?rule { id:practice\\/openlab ess:rule ?rule }")) == 2


def test_nine_departments_applied_and_four_were_chosen(ask: Ask):
    applied = ask(
        "SELECT ?department { ?candidacy ess:respondsTo id:call\\/openlabs-2019 ."
        " ?tie ess:participatesIn ?candidacy ; ess:participationRole participation:candidate ;"
        " ess:participant ?body . ?body ess:governs ?department }"
    )
    codes = ("14", "29", "43", "44", "49", "55", "58", "68", "95")
    assert _column(applied) == [f"territory/departement/{code}" for code in codes]
    chosen = ask(
        "SELECT ?department ?typology ?complete { id:selection\\/openlabs-2019 ess:selects ?c ."
        " ?c ess:forTerritory ?department ; ess:standsFor ?typology ; ess:complete ?complete }"
    )
    assert chosen == [
        ("territory/departement/43", "typology/rural", "true"),
        ("territory/departement/58", "typology/rural", "true"),
        ("territory/departement/68", "typology/border", "true"),
        ("territory/departement/68", "typology/intermediate", "true"),
        ("territory/departement/95", "typology/agglomeration-community", "true"),
    ]


def test_what_the_source_counts_is_kept_beside_what_it_names(ask: Ask):
    claimed = ask(
        "SELECT ?property ?value { ?claim a ess:Claim ; ess:claimAbout id:call\\/openlabs-2019 ;"
        " ess:claimProperty ?property ; ess:claimValue ?value FILTER(isNumeric(?value)) }"
    )
    assert claimed == [
        (ESS.forTerritory.value, "11"),
        (ESS.participant.value, "12"),
        (ESS.respondsTo.value, "9"),
    ]
    named = ask(
        "SELECT (COUNT(DISTINCT ?d) AS ?n) {"
        " ?c ess:respondsTo id:call\\/openlabs-2019 ; ess:forTerritory ?d }"
    )
    assert named == [("9",)]


def test_the_call_is_dated_and_has_its_partners(ask: Ask):
    assert ask("SELECT ?s ?e { id:call\\/openlabs-2019 ess:start ?s ; ess:end ?e }") == [
        ("2019-06-12", "2019-07-12")
    ]
    partners = ask(
        "SELECT ?name { ?tie ess:participatesIn id:call\\/openlabs-2019 ;"
        " ess:participationRole participation:partner ; ess:participant/skos:altLabel ?name"
        " FILTER(LANG(?name) = 'fr' && STRLEN(?name) < 5) }"
    )
    assert _column(partners) == ["ADF", "AdCF"]


def test_the_steering_committee_met_at_the_adcf(ask: Ask):
    rows = ask(
        "SELECT ?member ?day ?place { ?selection a ess:Selection ; ess:decidedBy ?committee ;"
        " ess:start ?day ; ess:place ?place . ?tie org:organization ?committee ; org:member ?member"
        "}"
    )
    assert {row[1:] for row in rows} == {("2019-09-05", "place/adcf")}
    assert _column(rows) == [
        "organisation/assemblee-des-departements-de-france",
        "organisation/federation-arts-vivants-departements-favd-aujourd-hui-culture-co",
        "organisation/intercommunalites-de-france-ex-adcf",
        "organisation/ministere-de-la-culture",
    ]


def test_the_ingenieux_can_be_called_on_for_three_things(ask: Ask):
    rows = ask("SELECT ?skill { ?network a ess:Network ; ess:mobilisableFor ?skill }")
    assert _column(rows) == [
        "skill/inspiring-cases",
        "skill/peer-exchange",
        "skill/team-facilitation",
    ]
    assert ask("SELECT ?n { id:claim\\/favd\\/ingenieux ess:claimValue ?n }") == [("200",)]


def test_labs_have_their_themes_and_publics(ask: Ask):
    themes = ask("SELECT ?theme { id:openlab\\/haute-loire ess:theme ?theme }")
    assert set(_column(themes)) == {
        f"theme/{key}"
        for key in (
            "cultural-rights",
            "culture",
            "digital",
            "economy",
            "heritage",
            "integration",
            "territorial-development",
            "tourism",
        )
    }
    shared = ask(
        "SELECT ?lab ?theme { VALUES ?theme { theme:public-reading theme:arts-teaching"
        " theme:tourism } ?lab a ess:OpenLab ; ess:theme ?theme }"
    )
    assert shared == [
        ("openlab/haute-loire", "theme/tourism"),
        ("openlab/nievre", "theme/arts-teaching"),
        ("openlab/nievre", "theme/public-reading"),
    ]
    publics = ask("SELECT ?public { id:openlab\\/haut-rhin ess:public ?public }")
    assert _column(publics) == ["public/lower-secondary-pupils", "public/solidarity-beneficiaries"]


def test_phases_follow_the_text_and_not_the_page(ask: Ask):
    rows = ask("SELECT ?order ?phase { ?phase a ess:Phase ; ess:order ?order }")
    assert rows == [
        ("1", "phase/openlab/training"),
        ("2", "phase/openlab/immersion"),
        ("3", "phase/openlab/codesign"),
        ("4", "phase/openlab/support"),
    ]


def test_the_sixth_of_february(ask: Ask):
    rows = ask(
        "SELECT ?event ?from ?to ?place ?order { ?event a ess:Event ; ess:start ?day ;"
        " ess:startTime ?from ; ess:endTime ?to ; ess:place ?place ; ess:aim/ess:order ?order"
        " FILTER(?day = '2020-02-06'^^xsd:date) }"
    )
    assert rows == [
        ("event/training-2020", "09:00", "17:00", "place/mpaa-la-canopee", str(order))
        for order in (1, 2, 3)
    ]


@pytest.mark.parametrize(
    ("phase", "days"),
    [
        (
            "immersion",
            {
                "nievre": "07-08",
                "haute-loire": "16-17",
                "val-d-oise": "23-24",
                "haut-rhin": "28-29",
            },
        ),
        (
            "codesign",
            {
                "haut-rhin": "04-05",
                "nievre": "09-10",
                "haute-loire": "11-12",
                "val-d-oise": "16-17",
            },
        ),
    ],
)
def test_planned_dates_stay_readable(ask: Ask, phase: str, days: dict[str, str]):
    month = {"immersion": "04", "codesign": "06"}[phase]
    rows = ask(
        f"SELECT ?lab ?start ?end {{ ?event ess:ofPhase id:phase\\/openlab\\/{phase} ;"
        " ess:eventStatus event-status:replaced ; ess:ofLab ?lab ; ess:start ?start ; ess:end ?end"
        "}"
    )
    assert rows == sorted(
        (f"openlab/{lab}", f"2020-{month}-{span[:2]}", f"2020-{month}-{span[3:]}")
        for lab, span in days.items()
    )


def test_what_replaced_the_residency_of_nievre(ask: Ask):
    rows = ask(
        "SELECT ?instead { ?revision ess:revises id:event\\/residency\\/nievre ;"
        " ess:replacedBy ?instead }"
    )
    assert _column(rows) == ["arrangement/remote-diagnosis", "arrangement/video-meetings"]


def test_the_second_revision_says_what_is_left_open_and_what_stays(ask: Ask):
    assert _column(
        ask(
            "SELECT ?instead { ?revision ess:revises id:phase\\/openlab\\/codesign ;"
            " ess:replacedBy ?instead }"
        )
    ) == ["arrangement/co-conception", "arrangement/prototyping", "arrangement/testing"]
    rows = ask(
        "SELECT ?status ?lab { ?revision ess:considers ?later ; ess:leftToTerritory ?left ;"
        " ess:unchanged ?same . ?later ess:eventStatus ?status ; ess:ofLab ?lab"
        " FILTER(LANG(?left) = 'en' && LANG(?same) = 'en') }"
    )
    assert len(rows) == 4
    assert {status for status, _ in rows} == {"event-status/proposed"}


def test_offers_start_in_september(ask: Ask):
    rows = ask(
        "SELECT ?offer ?start ?request (COUNT(?lab) AS ?labs) { ?offer a ess:SupportOffer ;"
        " ess:start ?start ; ess:onRequest ?request ; ess:offeredTo ?lab }"
        " GROUP BY ?offer ?start ?request"
    )
    assert rows == [
        ("offer/deployment-coaching", "2020-09", "true", "4"),
        ("offer/documentation-evaluation", "2020-09", "true", "4"),
    ]


def test_sources_that_disagree_are_both_kept(ask: Ask):
    claimed = ask(
        "SELECT ?value { ?claim ess:claimAbout id:research\\/lucas ;"
        " ess:claimProperty ess:studies ; ess:claimValue ?value }"
    )
    assert _column(claimed) == ["10", "9"]
    assert len(ask("SELECT ?case { id:research\\/lucas ess:studies ?case }")) == 10


def test_the_report_was_due_before_it_came_out(ask: Ask):
    rows = ask("SELECT ?due ?out { ?r a ess:Report ; ess:expectedBy ?due ; dcterms:issued ?out }")
    assert rows == [("2020", "2021-05-03")]


def test_everything_is_named_in_both_languages_and_says_its_source():
    statements = _statements()
    subjects = {triple.subject for triple in statements}
    languages: dict[object, list[str | None]] = {}
    for triple in statements:
        if triple.predicate == RDFS.label and isinstance(triple.object, Literal):
            languages.setdefault(triple.subject, []).append(triple.object.language)
    assert {tuple(sorted(map(str, tags))) for tags in languages.values()} == {("en", "fr")}
    assert set(languages) == subjects
    sourced = {t.subject for t in statements if t.predicate.value.endswith("/terms/source")}
    assert sourced == subjects


def test_every_term_is_in_the_ontology():
    declared = {triple.subject for triple in iter_ontology_triples()}
    used = {triple.predicate for triple in _statements()}
    used |= {triple.object for triple in _statements() if triple.predicate == RDF.type}
    ours = {term for term in used if isinstance(term, NamedNode) and ESS.base in term.value}
    assert not ours - declared


def _changed(folder: Path, old: str, new: str) -> Path:
    context = Context(openlabs.SOURCE, lambda _: None)
    text = context.data("openlabs.yml").read_text(encoding="utf-8")
    assert old in text
    changed = folder / "openlabs.yml"
    changed.write_text(text.replace(old, new, 1), encoding="utf-8")
    return changed


def test_a_name_that_stands_for_nothing_is_refused(tmp_path: Path):
    with pytest.raises(NotFound, match=r"Unknown entity of openlabs\.yml"):
        _statements(_changed(tmp_path, "place: place/adcf", "place: place/adfc"))


def test_a_concept_that_does_not_exist_is_refused(tmp_path: Path):
    with pytest.raises(NotFound, match="theme concept"):
        _statements(_changed(tmp_path, "theme:public-reading]", "theme:public-readin]"))


def test_a_record_without_a_name_is_refused_in_a_sentence(tmp_path: Path):
    with pytest.raises(BadInput, match="organisation/lucas is not written as expected"):
        _statements(_changed(tmp_path, "      name: LUCAS\n", ""))


def test_a_file_that_is_something_else_is_refused(tmp_path: Path):
    other = tmp_path / "openlabs.yml"
    other.write_text("- a list\n", encoding="utf-8")
    with pytest.raises(BadInput, match="has no entities"):
        _statements(other)
