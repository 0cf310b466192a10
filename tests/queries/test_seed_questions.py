"""What the founding page says, asked through the named queries.

The expected answers were read on the page of the OpenLabs; they are facts, not its sentences.
"""

from __future__ import annotations

from datetime import date

import pytest
from pyoxigraph import Literal, NamedNode

from essaim.graph.resolve import resolve
from essaim.graph.store import EmbeddedStore
from essaim.graph.workspace import Workspace
from essaim.queries.catalogue import named_query

CHOSEN = {"Haute-Loire", "Val-d'Oise", "Haut-Rhin", "Nièvre"}
NAMED = CHOSEN | {"Calvados", "Finistère", "Loire-Atlantique", "Maine-et-Loire", "Meuse"}


@pytest.fixture(scope="module")
def store(demo: Workspace) -> EmbeddedStore:
    return demo.store()


def ask(store: EmbeddedStore, name: str, **values: str) -> list[dict[str, str]]:
    """The rows of a named query, as texts; parameters are given as a person would."""
    query = named_query(name)
    terms: dict[str, list[NamedNode | Literal]] = {}
    for key, text in values.items():
        parameter = query.parameter(key)
        if parameter.is_literal:
            terms[key] = [parameter.literal(text)]
        else:
            terms[key] = [resolve(store, text, parameter.kind)]
    found = store.rows(query.bind(terms))
    return [{column: term.value for column, term in row.items()} for row in found]


def key(iri: str) -> str:
    return iri.rpartition("/")[2]


def test_the_four_families_of_an_openlab(store: EmbeddedStore) -> None:
    rows = ask(store, "openlabs/families")
    families = {row["order"]: key(row["family"]) for row in rows}
    assert families == {
        "1": "elected-officials",
        "2": "public-agents",
        "3": "key-actors",
        "4": "inhabitants",
    }
    parts: dict[str, set[str]] = {}
    for row in rows:
        if row["part"] != row["family"]:
            parts.setdefault(row["order"], set()).add(key(row["role"]))
    assert set(parts) == {"2", "3", "4"}
    assert parts["2"] == {"department-agents", "intercommunality-agents"}
    assert parts["3"] == {
        "culture-actors",
        "artists",
        "culture-professionals",
        "actors-beyond-culture",
        "social-actors",
        "education-actors",
        "economy-actors",
        "tourism-actors",
    }
    assert parts["4"] == {"users", "non-users"}


def test_which_departments_applied_and_which_were_chosen(store: EmbeddedStore) -> None:
    rows = ask(store, "openlabs/applicants-and-chosen")
    assert {row["placeLabel"] for row in rows} == NAMED
    assert {row["placeLabel"] for row in rows if row["chosen"] == "true"} == CHOSEN
    assert {row["placeLabel"] for row in rows if "typology" in row} == CHOSEN


def test_what_typology_each_chosen_territory_stands_for(store: EmbeddedStore) -> None:
    found: dict[str, set[str]] = {}
    for row in ask(store, "openlabs/typology"):
        found.setdefault(row["placeLabel"], set()).add(row["typologyLabel"])
    assert found == {
        "Val-d'Oise": {"communauté d'agglomération"},
        "Haut-Rhin": {"intermédiaire", "frontalier"},
        "Nièvre": {"rural"},
        "Haute-Loire": {"rural"},
    }


def test_the_themes_of_haute_loire(store: EmbeddedStore) -> None:
    rows = ask(store, "openlabs/themes", openlab="openlab:haute-loire")
    assert {row["label"] for row in rows} == {
        "droits culturels",
        "insertion",
        "tourisme",
        "numérique",
        "culture",
        "patrimoine",
        "économie",
        "aménagement",
    }


def test_when_the_residency_in_nievre_was_planned_and_what_replaced_it(
    store: EmbeddedStore,
) -> None:
    rows = ask(store, "openlabs/residency-and-replacement", openlab="openlab:nievre")
    assert {(row["start"], row["end"]) for row in rows} == {("2020-04-07", "2020-04-08")}
    assert {key(row["replacement"]) for row in rows} == {"remote-diagnosis", "video-meetings"}
    assert all("Covid" in row["reason"] for row in rows)


def test_what_happened_on_6_february_2020(store: EmbeddedStore) -> None:
    rows = ask(store, "openlabs/event-on", day="2020-02-06")
    assert {key(row["event"]) for row in rows} == {"training-2020"}
    assert {(row["from"], row["until"]) for row in rows} == {("09:00", "17:00")}
    assert all("Canopée" in row["placeLabel"] and "Paris" in row["placeLabel"] for row in rows)
    aims = [row["aimLabel"] for row in rows]
    assert len(aims) == 3
    assert "outils" in aims[0]
    assert "stratégie" in aims[1]
    assert "co-design" in aims[2]


def test_the_second_day_of_a_residency_is_a_day_of_it(store: EmbeddedStore) -> None:
    rows = ask(store, "openlabs/event-on", day="2020-04-08")
    assert {row["event"].partition("/event/")[2] for row in rows} == {"residency/nievre"}
    assert {row["status"] for row in rows} == {"remplacé"}
    assert ask(store, "openlabs/event-on", day="2020-04-09") == []


def test_the_codesign_dates_of_each_territory(store: EmbeddedStore) -> None:
    rows = ask(store, "openlabs/codesign-dates")
    assert {row["placeLabel"]: (row["start"], row["end"]) for row in rows} == {
        "Haut-Rhin": ("2020-06-04", "2020-06-05"),
        "Nièvre": ("2020-06-09", "2020-06-10"),
        "Haute-Loire": ("2020-06-11", "2020-06-12"),
        "Val-d'Oise": ("2020-06-16", "2020-06-17"),
    }
    assert [row["start"] for row in rows] == sorted(row["start"] for row in rows)


def test_who_sat_on_the_steering_committee_and_where_it_met(store: EmbeddedStore) -> None:
    rows = ask(store, "openlabs/steering-committee")
    members = {row["actorLabel"] for row in rows}
    assert len(members) == 4
    assert {"Ministère de la Culture", "Assemblée des Départements de France"} < members
    assert any("FAVD" in member for member in members)
    assert any("AdCF" in member for member in members)
    assert {row["start"] for row in rows} == {"2019-09-05"}
    assert all("AdCF" in row["placeLabel"] for row in rows)
    assert all("complètes" in row["rule"] for row in rows)
    assert all("équilibré" in row["sought"] for row in rows)


def test_how_long_the_call_stayed_open(store: EmbeddedStore) -> None:
    (row,) = ask(store, "openlabs/call-duration")
    assert (row["start"], row["end"]) == ("2019-06-12", "2019-07-12")
    assert int(row["days"]) == (date(2019, 7, 12) - date(2019, 6, 12)).days == 30


def test_what_ingenieux_can_be_mobilised_for(store: EmbeddedStore) -> None:
    rows = ask(store, "openlabs/mobilisable-for")
    assert {key(row["skill"]) for row in rows} == {
        "peer-exchange",
        "inspiring-cases",
        "team-facilitation",
    }


def test_which_offers_start_in_september_2020(store: EmbeddedStore) -> None:
    rows = ask(store, "openlabs/offers-from", month="2020-09")
    offers = {row["label"] for row in rows}
    assert len(offers) == 2
    assert any("coaching" in offer for offer in offers)
    assert any("documentation" in offer and "évaluation" in offer for offer in offers)
    assert {row["onRequest"] for row in rows} == {"true"}
    assert len({row["lab"] for row in rows}) == 4
    assert len(rows) == 8
    assert ask(store, "openlabs/offers-from", month="2020-08") == []


@pytest.mark.parametrize(
    ("theme", "places"),
    [
        ("lecture publique", {"Nièvre"}),
        ("enseignements artistiques", {"Nièvre"}),
        ("tourisme", {"Haute-Loire"}),
        ("EAC", {"Val-d'Oise", "Nièvre"}),
    ],
)
def test_which_territories_share_a_theme(
    store: EmbeddedStore, theme: str, places: set[str]
) -> None:
    rows = ask(store, "openlabs/territories-sharing-theme", theme=theme)
    assert {row["placeLabel"] for row in rows} == places


def test_how_many_departments_are_stated_and_how_many_named(store: EmbeddedStore) -> None:
    rows = {key(row["claim"]): row for row in ask(store, "openlabs/stated-and-listed")}
    assert (rows["departments"]["stated"], rows["departments"]["listed"]) == ("11", "9")
    assert rows["intercommunalities"]["stated"] == "12"
    assert "listed" not in rows["intercommunalities"]
    assert (rows["candidacies"]["stated"], rows["candidacies"]["listed"]) == ("9", "9")
    assert (rows["nine-departments"]["stated"], rows["nine-departments"]["listed"]) == ("9", "10")
    assert (rows["ten-cases"]["stated"], rows["ten-cases"]["listed"]) == ("10", "10")
    assert "listed" not in rows["interviews"]


def test_the_crisis_the_phases_the_aims_and_the_report(store: EmbeddedStore) -> None:
    phases = {row["order"]: key(row["phase"]) for row in ask(store, "openlabs/phases")}
    assert phases == {"1": "training", "2": "immersion", "3": "codesign", "4": "support"}
    assert len(ask(store, "openlabs/aims")) == 5
    revisions = ask(store, "openlabs/revisions")
    assert len({row["revision"] for row in revisions}) == 2
    replaced = {key(row["planned"]): row["replacements"] for row in revisions}
    assert "distance" in replaced["immersion"]
    assert all(phase in replaced["codesign"] for phase in ("conception", "prototypage", "test"))
    assert any("calendrier" in row.get("left", "") for row in revisions)
    (report,) = ask(store, "openlabs/reports")
    assert report["expected"] == "2020"
    (rule,) = ask(store, "openlabs/guests-rule")
    assert "territoire" in rule["text"]


def test_the_timeline_keeps_the_plan_beside_its_revision(store: EmbeddedStore) -> None:
    rows = ask(store, "openlabs/timeline", openlab="openlab:haut-rhin")
    dates = {row["event"].partition("/event/")[2]: row for row in rows if "start" in row}
    assert dates["training-2020"]["start"] == "2020-02-06"
    assert dates["residency/haut-rhin"]["start"] == "2020-04-28"
    assert dates["codesign/haut-rhin"]["start"] == "2020-06-04"
    assert "replacementLabel" in dates["residency/haut-rhin"]
    assert "Covid" in dates["codesign/haut-rhin"]["reason"]
    codesign = [key(row["replacement"]) for row in rows if "codesign/haut" in row["event"]]
    assert codesign == ["co-conception", "prototyping", "testing"]


def test_the_timeline_goes_from_the_launch_to_the_colloquium(store: EmbeddedStore) -> None:
    rows = ask(store, "openlabs/timeline", openlab="openlab:nievre")
    events = list(dict.fromkeys(row["event"].partition("/id/")[2] for row in rows))
    assert events == [
        "event/lucas-launch",
        "event/training-2020",
        "event/immersion-by-teams",
        "event/residency/nievre",
        "event/codesign/nievre",
        "event/in-person-workshops",
        "offer/deployment-coaching",
        "offer/documentation-evaluation",
        "event/interim-report-webinar",
        "event/national-colloquium",
    ]


def test_the_composition_says_who_is_known_and_what_is_missing(store: EmbeddedStore) -> None:
    rows = ask(store, "openlabs/composition", openlab="openlab:nievre")
    missing = {key(row["role"]) for row in rows if row["missing"] == "true"}
    known = {key(row["role"]) for row in rows if row["missing"] == "false"}
    assert {"elected-officials", "artists", "actors-beyond-culture"} <= missing
    assert {"inhabitants", "users", "non-users"} <= missing
    assert not missing & known
    assert [row["order"] for row in rows] == sorted(row["order"] for row in rows)


def test_who_applied_with_the_department_is_known_to_the_composition(store: EmbeddedStore) -> None:
    rows = ask(store, "openlabs/composition", openlab="openlab:nievre")
    agents = {key(row["role"]): row["activity"] for row in rows if row["order"].startswith("2.")}
    assert "/openlab/" in agents["department-agents"]
    assert "/candidacy/" in agents["intercommunality-agents"]
