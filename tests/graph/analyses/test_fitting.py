"""Weights are learnt from what was known before, and only move where the past speaks."""

from __future__ import annotations

import pytest

from essaim.graph.analyses.fitting import LEARNT, fit_weights, past_events
from essaim.graph.analyses.weights import default_weights
from essaim.graph.features import read_features
from tests.graph.conftest import StoreOf

TOWNS = [f":t{i} a ess:Commune , ess:Territory ." for i in range(12)]


def practice(name: str, year: int, first: int, later: list[int], theme: str) -> list[str]:
    return [
        f":{name} a ess:Practice ; ess:theme theme:{theme} .",
        f":{name}-first a ess:Implementation ; ess:implements :{name} ; ess:inTerritory :t{first} ;"
        f" ess:start '{year}' .",
        *(
            f":{name}-{place} a ess:Replication ; ess:implements :{name} ;"
            f" ess:inTerritory :t{place} ; ess:start '{year}' ."
            for place in later
        ),
    ]


CLUB = [
    *practice("a", 2001, 0, [1, 2, 3], "music"),
    *practice("b", 2001, 6, [7, 8, 9], "music"),
    *practice("c", 2005, 1, [0, 2, 3], "cinema"),
    *practice("d", 2006, 7, [6, 8, 9], "cinema"),
]
"""Two circles of towns, each of which takes up what one of its own carries, whatever the theme."""


def test_events_are_what_was_taken_up_and_what_was_known(store_of: StoreOf) -> None:
    found = read_features(store_of("\n".join([*TOWNS, *CLUB])))
    events = past_events(found, 2006)
    number = found.territories.iris.number
    base = "https://w3id.org/essaim/id/t"
    assert [event.year for event in events] == [2001, 2001, 2005]
    assert events[2].seeds == (number(f"{base}1"),)
    assert events[2].adopters == tuple(sorted(number(f"{base}{i}") for i in (0, 2, 3)))


def test_circles_teach_partnership(store_of: StoreOf) -> None:
    found = read_features(store_of("\n".join([*TOWNS, *CLUB])))
    learnt = fit_weights(found, past_events(found, 2010))
    weights = learnt.criteria
    assert weights["partnership"] > 0.7 * sum(weights[name] for name in LEARNT)
    base = default_weights().criteria
    assert sum(weights[n] for n in LEARNT) == pytest.approx(sum(base[n] for n in LEARNT))
    assert {n: w for n, w in weights.items() if n not in LEARNT} == {
        n: w for n, w in base.items() if n not in LEARNT
    }
    assert learnt.origins["partnership"] == "fitted"


def test_nothing_to_learn_from_changes_nothing(store_of: StoreOf) -> None:
    found = read_features(store_of("\n".join([*TOWNS, *CLUB])))
    assert past_events(found, 2001) == []
    assert fit_weights(found, []) == default_weights()
    first = past_events(found, 2002)  # nobody had a record before these
    assert fit_weights(found, first) == default_weights()


def test_what_comes_later_is_not_learnt_from(store_of: StoreOf) -> None:
    found = read_features(store_of("\n".join([*TOWNS, *CLUB])))
    more = read_features(
        store_of("\n".join([*TOWNS, *CLUB, *practice("e", 2012, 1, [7, 11], "dance")]))
    )
    assert fit_weights(found, past_events(found, 2010)).criteria == pytest.approx(
        fit_weights(more, past_events(more, 2010)).criteria
    )
