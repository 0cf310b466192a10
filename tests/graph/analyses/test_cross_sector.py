"""Bridges and introductions equal the reference values on the test graph, and explain themselves.

The graph: A, B of one sector, C, D of another, all in one place; A-B, A-C, A-D and B-C each share
one activity. Adamic-Adar of B and D is 1 / ln 3 = 0.9102 (their shared neighbour A knows three).
"""

from __future__ import annotations

import math
import random

import pytest

from essaim.graph.analyses.cross_sector import Around, around
from essaim.graph.projection import project
from essaim.ontology.errors import NotFound
from tests.graph.conftest import StoreOf

SECTOR = "https://w3id.org/essaim/vocab/sector/"
ID = "https://w3id.org/essaim/id/"
ACTORS = {"A": "culture", "B": "culture", "C": "social", "D": "social"}
TIES = ["AB", "AC", "AD", "BC"]


def turtle(actors: dict[str, str], ties: list[str]) -> list[str]:
    lines = [":here a ess:Territory ."]
    lines += [
        f":{name} a org:Organization ; ess:sector sector:{sector} ; ess:basedIn :here ."
        for name, sector in actors.items()
    ]
    lines += [
        f":p{tie}{name} a ess:Participation ; ess:participant :{name} ; ess:participatesIn :{tie} ."
        for tie in ties
        for name in tie
    ]
    return lines


def ask(store_of: StoreOf, lines: list[str], **options: str) -> Around:
    return around(project(store_of("\n".join(lines))), f"{ID}here", **options)


def test_bridges_are_the_ties_across_sectors(store_of: StoreOf) -> None:
    found = ask(store_of, turtle(ACTORS, TIES))
    pairs = {(b.source[-1], b.target[-1]): b for b in found.bridges}
    assert {frozenset(pair) for pair in pairs} == {
        frozenset("AC"),
        frozenset("AD"),
        frozenset("BC"),
    }
    assert all(bridge.weight == pytest.approx(1.0) for bridge in found.bridges)
    assert all(len(bridge.through) == 1 for bridge in found.bridges)


def test_the_missing_tie_is_found_with_its_shared_neighbour(store_of: StoreOf) -> None:
    found = ask(store_of, turtle(ACTORS, TIES))
    pairs = {(i.source[-1], i.target[-1]): i for i in found.introductions}
    assert set(pairs) == {("B", "D"), ("D", "B")}
    missed = pairs["B", "D"]
    assert missed.adamic_adar == pytest.approx(1 / math.log(3), abs=1e-4)
    assert missed.through == [f"{ID}A"]
    assert missed.is_near is True


def test_sharing_with_many_ties_less(store_of: StoreOf) -> None:
    found = ask(store_of, turtle({"A": "culture", "B": "social", "C": "health"}, ["ABC"]))
    assert [bridge.weight for bridge in found.bridges] == pytest.approx([0.5, 0.5, 0.5])


def test_the_matrix_counts_each_tie_once(store_of: StoreOf) -> None:
    found = ask(store_of, turtle(ACTORS, TIES))
    counts = {(a.removeprefix(SECTOR), b.removeprefix(SECTOR)): n for a, b, n in found.matrix}
    assert counts == {("culture", "culture"): 1, ("culture", "social"): 3}


def test_the_order_of_statements_does_not_matter(store_of: StoreOf) -> None:
    lines = turtle(ACTORS, TIES)
    expected = ask(store_of, lines)
    for seed in range(3):
        assert ask(store_of, random.Random(seed).sample(lines, len(lines))) == expected


def test_only_the_sectors_asked_for(store_of: StoreOf) -> None:
    lines = turtle(ACTORS, TIES)
    found = ask(store_of, lines, from_sector=f"{SECTOR}social", to_sector=f"{SECTOR}culture")
    assert all(b.source[-1] in "CD" and b.target[-1] in "AB" for b in found.bridges)
    assert [(i.source[-1], i.target[-1]) for i in found.introductions] == [("D", "B")]
    with pytest.raises(NotFound, match="sector"):
        ask(store_of, lines, from_sector=f"{SECTOR}nothing")


@pytest.mark.parametrize(
    ("actors", "ties"),
    [
        ({}, []),
        ({"A": "culture"}, []),
        ({"A": "culture", "B": "culture"}, ["AB"]),
        ({"A": "culture", "B": "social"}, []),
        ({"A": "culture", "B": "social", "C": "health"}, ["AB", "AC", "BC"]),
    ],
    ids=["empty", "one actor", "one sector", "isolates", "complete"],
)
def test_degenerate_graphs_have_nothing_to_introduce(
    store_of: StoreOf, actors: dict[str, str], ties: list[str]
) -> None:
    assert ask(store_of, turtle(actors, ties)).introductions == []


def test_an_unknown_place_has_no_actors(store_of: StoreOf) -> None:
    projection = project(store_of("\n".join(turtle(ACTORS, TIES))))
    assert around(projection, f"{ID}elsewhere").actors == []
