"""The ranking moves the way its criteria say, and states what it does not know."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from essaim.graph.analyses.replicable_practices import (
    WEIGHTS,
    Target,
    Transfer,
    rank,
    with_weights,
)
from essaim.graph.features import read_features, wu_palmer
from essaim.ontology.errors import BadInput, NotFound
from essaim.ontology.names import vocabulary
from essaim.ontology.vocabulary import concepts
from tests.graph.conftest import StoreOf

ID = "https://w3id.org/essaim/id/"
READING = vocabulary("theme")["public-reading"].value
MUSIC = vocabulary("theme")["music"].value

GRAPH = [
    ":here a ess:Departement ; ess:population 200000 ; ess:ruralShare 0.6 ;"
    " ess:latitude 45.0 ; ess:longitude 3.9 .",
    ":near a ess:Departement ; ess:population 210000 ; ess:ruralShare 0.6 ;"
    " ess:latitude 45.1 ; ess:longitude 3.8 .",
    ":far a ess:Departement ; ess:population 2000000 ; ess:ruralShare 0.05 ;"
    " ess:latitude 49.0 ; ess:longitude 2.3 .",
    ":one a ess:Practice ; ess:theme theme:public-reading ; ess:sector sector:culture ;"
    " ess:evaluation :e1 ; ess:documentation :d1 .",
    ":e1 ess:evaluationLevel evaluation:external .",
    ":d1 ess:documentationKind documentation:kit .",
    ":two a ess:Practice ; ess:theme theme:music ; ess:sector sector:culture .",
    ":bare a ess:Practice .",
    ":run1 a ess:Implementation ; ess:implements :one ; ess:inTerritory :near .",
    ":run2 a ess:Implementation ; ess:implements :two ; ess:inTerritory :far .",
]


def ranked(store_of: StoreOf, lines: list[str], target: Target) -> dict[str, Transfer]:
    practices, territories = read_features(store_of("\n".join(lines)))
    return {row.practice.rpartition("/")[2]: row for row in rank(practices, territories, target)}


def value(row: Transfer, name: str) -> float | None:
    return next(c.value for c in row.criteria if c.name == name)


def test_the_score_is_the_weighted_mean_of_what_is_known(store_of: StoreOf) -> None:
    row = ranked(store_of, GRAPH, Target(f"{ID}here", [READING]))["one"]
    known = [c for c in row.criteria if c.value is not None]
    weights = sum(c.weight for c in known)
    expected = sum(c.weight * c.value for c in known if c.value is not None) / weights
    assert row.score == pytest.approx(expected)
    assert row.coverage == pytest.approx(weights / sum(WEIGHTS.values()))


def test_a_need_met_and_a_like_territory_win(store_of: StoreOf) -> None:
    found = ranked(store_of, GRAPH, Target(f"{ID}here", [READING]))
    assert next(iter(found)) == "one"
    assert value(found["one"], "need") == 1.0
    assert found["one"].adopters[0][0] == f"{ID}near"
    assert found["one"].matched == [(READING, READING, 1.0)]


def test_removing_the_evaluation_lowers_readiness(store_of: StoreOf) -> None:
    without = [
        line.replace(" ess:evaluation :e1 ;", "").replace(":e1 ess:evaluationLevel", ":e1 ess:note")
        for line in GRAPH
    ]
    target = Target(f"{ID}here", [READING])
    before, after = ranked(store_of, GRAPH, target), ranked(store_of, without, target)
    assert after["one"].readiness < before["one"].readiness
    assert after["one"].fit == before["one"].fit


def test_a_matching_challenge_raises_fit(store_of: StoreOf) -> None:
    more = [*GRAPH, ":two ess:answers :c . :c a ess:Challenge ; ess:theme theme:public-reading ."]
    target = Target(f"{ID}here", [READING])
    before, after = ranked(store_of, GRAPH, target), ranked(store_of, more, target)
    fit_before, fit_after = before["two"].fit, after["two"].fit
    assert fit_before is not None
    assert fit_after is not None
    assert fit_after > fit_before


def test_what_runs_there_already_is_not_proposed(store_of: StoreOf) -> None:
    more = [*GRAPH, ":run3 a ess:Implementation ; ess:implements :two ; ess:inTerritory :here ."]
    assert "two" not in ranked(store_of, more, Target(f"{ID}here", [MUSIC]))


def test_the_unknown_lowers_coverage_and_nothing_else(store_of: StoreOf) -> None:
    found = ranked(store_of, GRAPH, Target(f"{ID}here"))
    assert value(found["one"], "need") is None
    assert value(found["bare"], "context") is None
    assert found["bare"].coverage < found["one"].coverage < 1
    assert found["bare"].fit is None


def test_a_weight_of_nothing_takes_a_criterion_out(store_of: StoreOf) -> None:
    practices, territories = read_features(store_of("\n".join(GRAPH)))
    only_need = dict.fromkeys(WEIGHTS, 0.0) | {"need": 1.0}
    rows = rank(practices, territories, Target(f"{ID}here", [READING]), weights=only_need)
    assert rows[0].score == 1.0


def test_the_order_of_statements_does_not_matter(store_of: StoreOf) -> None:
    target = Target(f"{ID}here", [READING, MUSIC])
    expected = ranked(store_of, GRAPH, target)
    shuffled = random.Random(3).sample(GRAPH, len(GRAPH))
    assert ranked(store_of, shuffled, target) == expected


def test_an_empty_graph_and_an_unknown_place(store_of: StoreOf) -> None:
    practices, territories = read_features(store_of(":here a ess:Commune ."))
    assert rank(practices, territories, Target(f"{ID}here", [READING])) == []
    with pytest.raises(NotFound, match="territory"):
        rank(practices, territories, Target(f"{ID}nowhere"))


def test_weights_are_checked() -> None:
    assert with_weights({"need": 0})["need"] == 0
    with pytest.raises(NotFound) as unknown:
        with_weights({"needs": 1})
    assert '"need"' in unknown.value.hint
    with pytest.raises(BadInput, match="weight"):
        with_weights({"need": -1})
    with pytest.raises(BadInput, match="Every weight"):
        with_weights(dict.fromkeys(WEIGHTS, 0.0))


KEYS = st.sampled_from([vocabulary("theme")[key].value for key in concepts().keys("theme")])


@given(KEYS, KEYS)
def test_wu_palmer_is_a_symmetric_similarity(one: str, other: str) -> None:
    assert 0 <= wu_palmer(one, other) <= 1
    assert wu_palmer(one, other) == wu_palmer(other, one)
    assert wu_palmer(one, one) == 1


def test_wu_palmer_on_a_known_tree() -> None:
    assert wu_palmer("a:not-a-concept", "a:another") == 0
    parent = vocabulary("public").residents.value
    children = [
        key.value
        for key in (vocabulary("public")[name] for name in concepts().keys("public"))
        if parent in [broader.value for broader in concepts().broader(key)]
    ]
    assert wu_palmer(children[0], children[1]) == pytest.approx(2 * 1 / (2 + 2))
    assert wu_palmer(children[0], parent) == pytest.approx(2 * 1 / (2 + 1))
