"""The ranking moves the way its criteria say, and states what it does not know."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from essaim.graph.analyses.criteria import Criteria, Need
from essaim.graph.analyses.replicable_practices import (
    Options,
    Target,
    Transfer,
    practices_for,
    territories_for,
)
from essaim.graph.analyses.weights import default_weights, with_weights
from essaim.graph.features import read_features, wu_palmer
from essaim.ontology.errors import BadInput, NotFound
from essaim.ontology.names import vocabulary
from essaim.ontology.vocabulary import concepts
from tests.graph.conftest import StoreOf

ID = "https://w3id.org/essaim/id/"
READING = vocabulary("theme")["public-reading"].value
MUSIC = vocabulary("theme")["music"].value

GRAPH = [
    ":here a ess:Departement , ess:Territory ; ess:population 200000 ; ess:ruralShare 0.6 ;"
    " ess:latitude 45.0 ; ess:longitude 3.9 .",
    ":near a ess:Departement , ess:Territory ; ess:population 210000 ; ess:ruralShare 0.6 ;"
    " ess:latitude 45.1 ; ess:longitude 3.8 .",
    ":far a ess:Departement , ess:Territory ; ess:population 2000000 ; ess:ruralShare 0.05 ;"
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
    rows = practices_for(Criteria(read_features(store_of("\n".join(lines)))), target)
    return {row.practice.rpartition("/")[2]: row for row in rows}


def at_here(*wants: str) -> Target:
    return Target(f"{ID}here", Need([(want,) for want in wants]))


def value(row: Transfer, name: str) -> float | None:
    return next(c.value for c in row.criteria if c.name == name)


def test_the_score_is_the_weighted_mean_of_what_is_known(store_of: StoreOf) -> None:
    row = ranked(store_of, GRAPH, at_here(READING))["one"]
    known = [c for c in row.criteria if c.value is not None]
    weights = sum(c.weight for c in known)
    expected = sum(c.weight * c.value for c in known if c.value is not None) / weights
    assert row.score == pytest.approx(expected)
    assert row.coverage == pytest.approx(weights / sum(default_weights().criteria.values()))


def test_a_need_met_and_a_like_territory_win(store_of: StoreOf) -> None:
    found = ranked(store_of, GRAPH, at_here(READING))
    assert next(iter(found)) == "one"
    assert value(found["one"], "need") == 1.0
    assert found["one"].adopters[0][0] == f"{ID}near"
    assert found["one"].matched == [(READING, READING, 1.0)]


def test_removing_the_evaluation_lowers_readiness(store_of: StoreOf) -> None:
    without = [
        line.replace(" ess:evaluation :e1 ;", "").replace(":e1 ess:evaluationLevel", ":e1 ess:note")
        for line in GRAPH
    ]
    target = at_here(READING)
    before, after = ranked(store_of, GRAPH, target), ranked(store_of, without, target)
    assert after["one"].readiness < before["one"].readiness
    assert after["one"].fit == before["one"].fit


def test_a_matching_challenge_raises_fit(store_of: StoreOf) -> None:
    more = [*GRAPH, ":two ess:answers :c . :c a ess:Challenge ; ess:theme theme:public-reading ."]
    target = at_here(READING)
    before, after = ranked(store_of, GRAPH, target), ranked(store_of, more, target)
    fit_before, fit_after = before["two"].fit, after["two"].fit
    assert fit_before is not None
    assert fit_after is not None
    assert fit_after > fit_before


def test_what_runs_there_already_is_not_proposed(store_of: StoreOf) -> None:
    more = [*GRAPH, ":run3 a ess:Implementation ; ess:implements :two ; ess:inTerritory :here ."]
    assert "two" not in ranked(store_of, more, at_here(MUSIC))


def test_the_unknown_lowers_coverage_and_nothing_else(store_of: StoreOf) -> None:
    found = ranked(store_of, GRAPH, Target(f"{ID}here"))
    assert value(found["one"], "need") is None
    assert value(found["bare"], "context") is None
    assert found["bare"].adopters == []
    assert found["bare"].coverage < found["one"].coverage < 1
    assert found["bare"].fit == 0


def test_a_weight_of_nothing_takes_a_criterion_out(store_of: StoreOf) -> None:
    only_need = dict.fromkeys(default_weights().criteria, 0.0) | {"need": 1.0}
    criteria = Criteria(read_features(store_of("\n".join(GRAPH))))
    rows = practices_for(criteria.with_weights(with_weights(only_need)), at_here(READING))
    assert rows[0].score == 1.0


def test_the_order_of_statements_does_not_matter(store_of: StoreOf) -> None:
    target = at_here(READING, MUSIC)
    expected = ranked(store_of, GRAPH, target)
    shuffled = random.Random(3).sample(GRAPH, len(GRAPH))
    assert ranked(store_of, shuffled, target) == expected


def test_an_empty_graph_and_an_unknown_place(store_of: StoreOf) -> None:
    criteria = Criteria(read_features(store_of(":here a ess:Commune , ess:Territory .")))
    assert practices_for(criteria, at_here(READING)) == []
    with pytest.raises(NotFound, match="territory"):
        practices_for(criteria, Target(f"{ID}nowhere"))
    with pytest.raises(NotFound, match="practice"):
        territories_for(criteria, f"{ID}nothing")


def test_weights_are_checked() -> None:
    assert with_weights({"need": 0}).criteria["need"] == 0
    assert with_weights({"context.population": 3}).likeness["population"] == 3
    with pytest.raises(NotFound) as unknown:
        with_weights({"needs": 1})
    assert '"need"' in unknown.value.hint
    with pytest.raises(BadInput, match="weight"):
        with_weights({"need": -1})
    with pytest.raises(BadInput, match="Every weight"):
        with_weights(dict.fromkeys(default_weights().criteria, 0.0))


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


WIDE = [
    *GRAPH,
    ":lab a ess:OpenLab ; ess:inTerritory :here ; ess:theme theme:music , theme:public-reading .",
    ":three a ess:Practice ; ess:theme theme:cinema ; ess:sector sector:culture , sector:social ;"
    " ess:condition :c ; rdfs:label 'Cinéma itinérant'@fr .",
    ":c ess:requires role:artists , sector:education .",
    ":run3 a ess:Implementation ; ess:implements :three ; ess:inTerritory :far ;"
    " ess:start '2010' .",
    ":run4 a ess:Replication ; ess:implements :three ; ess:inTerritory :here ; ess:start '2012' .",
    ":run5 a ess:Replication ; ess:implements :two ; ess:inTerritory :near ; ess:start '2015' .",
    ":body ess:basedIn :near ; ess:sector sector:social .",
    ":village a ess:Commune , ess:Territory ; ess:directlyWithin :near ; ess:within :near .",
]


def criteria_of(store_of: StoreOf, lines: list[str]) -> Criteria:
    return Criteria(read_features(store_of("\n".join(lines))))


def test_both_directions_give_a_pair_the_same_score(store_of: StoreOf) -> None:
    criteria = criteria_of(store_of, WIDE)
    wide = Options(limit=100)
    pairs = {
        (row.practice, row.territory): row
        for place in criteria.features.territories.iris
        for row in practices_for(criteria, Target(place), wide)
    }
    other = {
        (row.practice, row.territory): row
        for practice in criteria.features.practices.iris
        for row in territories_for(criteria, practice, wide)
    }
    assert set(pairs) == set(other)
    assert len(pairs) > 8
    for key, row in pairs.items():
        same = other[key]
        assert [c.name for c in row.criteria] == [c.name for c in same.criteria]
        for mine, theirs in zip(row.criteria, same.criteria, strict=True):
            assert (mine.value is None) == (theirs.value is None), (key, mine, theirs)
            if mine.value is not None:
                assert mine.value == pytest.approx(theirs.value, abs=1e-5), (key, mine)
        assert row.score == pytest.approx(same.score, abs=1e-5)
        assert row.adopters == same.adopters


def test_territories_are_ranked_for_a_practice(store_of: StoreOf) -> None:
    criteria = criteria_of(store_of, WIDE)
    rows = territories_for(criteria, f"{ID}one")
    assert [row.score for row in rows] == sorted((row.score for row in rows), reverse=True)
    assert f"{ID}near" not in [row.territory for row in rows]
    inside = Options(within=criteria.features.territories.iris.number(f"{ID}near"))
    assert [row.territory for row in territories_for(criteria, f"{ID}three", inside)] == [
        f"{ID}village"
    ]


def test_irrelevant_additions_change_no_score(store_of: StoreOf) -> None:
    more = [
        *WIDE,
        ":else a ess:Practice ; ess:theme theme:dance .",
        ":island a ess:Commune , ess:Territory ; ess:population 300 .",
        ":person a foaf:Person ; rdfs:label 'Somebody' .",
    ]
    target = at_here(READING)
    before, after = (
        {row.practice: row for row in practices_for(criteria_of(store_of, lines), target)}
        for lines in (WIDE, more)
    )
    assert set(after) - set(before) == {f"{ID}else"}
    for practice, row in before.items():
        assert after[practice] == row


def test_a_larger_need_is_the_mean_of_its_parts(store_of: StoreOf) -> None:
    criteria = criteria_of(store_of, GRAPH)
    one, two = (Need([(want,)]) for want in (READING, MUSIC))
    both = Need([(READING,), (MUSIC,)])
    mean = (criteria.need_met(one) + criteria.need_met(two)) / 2
    assert criteria.need_met(both) == pytest.approx(mean, nan_ok=True)
    either = criteria.need_met(Need([(READING, MUSIC)]))
    number = criteria.features.practices.iris.number
    assert either[number(f"{ID}one")] == either[number(f"{ID}two")] == 1


def test_words_are_looked_for_in_texts(store_of: StoreOf) -> None:
    criteria = criteria_of(store_of, WIDE)
    found = criteria.need_met(Need((), ["fr:itiner", "fr:absent"]))
    number = criteria.features.practices.iris.number
    assert found[number(f"{ID}three")] == pytest.approx(0.5)


def test_a_need_without_a_territory(store_of: StoreOf) -> None:
    rows = practices_for(criteria_of(store_of, WIDE), Target(None, Need([(MUSIC,)])))
    assert rows[0].practice == f"{ID}two"
    assert rows[0].territory is None
    assert value(rows[0], "context") is None
    assert value(rows[0], "experience") is None
    assert rows[0].coverage < 1


def test_gates_keep_out_what_does_not_pass(store_of: StoreOf) -> None:
    criteria = criteria_of(store_of, GRAPH)
    rows = practices_for(criteria, at_here(READING), Options(gates=["evidenced", "described"]))
    assert [row.practice for row in rows] == [f"{ID}one"]
    assert rows[0].gates == {
        "described": True,
        "relevant": True,
        "evidenced": True,
        "adaptable": False,
    }
    with pytest.raises(NotFound, match="gate"):
        practices_for(criteria, at_here(READING), Options(gates=["good"]))


def test_diversity_spreads_the_rows(store_of: StoreOf) -> None:
    alike = [
        f":m{i} a ess:Practice ; ess:theme theme:music ; ess:evaluation :e1 ;"
        " ess:documentation :d1 ."
        for i in range(5)
    ]
    other = [":film a ess:Practice ; ess:theme theme:cinema ; ess:evaluation :e1 ."]
    criteria = criteria_of(store_of, [*GRAPH, *alike, *other])
    target = at_here(MUSIC)
    plain = [row.practice for row in practices_for(criteria, target, Options(limit=3))]
    assert all("/m" in iri for iri in plain)
    spread = practices_for(criteria, target, Options(limit=3, diversity=0.7))
    assert spread[0].practice == plain[0]
    assert sum("/m" in row.practice for row in spread) == 1


def test_only_kinds_that_are_known_here_count_as_required(store_of: StoreOf) -> None:
    """At :near a social body is known and no role: culture, social, education; one of three."""
    criteria = criteria_of(store_of, WIDE)
    rows = {r.practice: r for r in practices_for(criteria, Target(f"{ID}near"), Options(limit=9))}
    assert value(rows[f"{ID}three"], "feasibility") == pytest.approx(1 / 3)
    assert value(rows[f"{ID}bare"], "feasibility") is None


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [":here a ess:Territory ."],
        [":one a ess:Practice ."],
        [":here a ess:Territory .", ":one a ess:Practice ."],
        [
            ":here a ess:Territory .",
            ":one a ess:Practice .",
            ":run ess:implements :one ; ess:inTerritory :here .",
        ],
    ],
)
def test_degenerate_graphs(store_of: StoreOf, lines: list[str]) -> None:
    criteria = criteria_of(store_of, lines)
    for practice in criteria.features.practices.iris:
        for row in territories_for(criteria, practice):
            assert 0 <= row.score <= 1
    for place in criteria.features.territories.iris:
        for row in practices_for(criteria, Target(place)):
            assert 0 <= row.score <= 1
    assert practices_for(criteria, Target(None, Need([(MUSIC,)])), Options(limit=1)) is not None
