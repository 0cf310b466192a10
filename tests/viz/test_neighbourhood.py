"""What is around an entity: what is a node, what is an edge, and how much is shown."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import networkx as nx
import pytest

from essaim.graph.store import EmbeddedStore
from essaim.ontology.errors import BadInput, NotFound
from essaim.ontology.names import BASE, ESS, VOCABULARIES
from essaim.viz import neighbourhood as module
from essaim.viz.neighbourhood import Edge, Neighbourhood, neighbourhood

StoreOf = Callable[..., EmbeddedStore]

KAMISHIBAI = "practice:kamishibai"
CANTAL = "departement:15"


def _sentences(around: Neighbourhood) -> set[str]:
    labels = {node.iri: node.label for node in around.nodes}
    return {f"{labels[e.source]} | {e.label} | {labels[e.target]}" for e in around.edges}


def _edge(around: Neighbourhood, label: str) -> Edge:
    return next(edge for edge in around.edges if edge.label == label)


def test_a_dated_relationship_is_an_edge(village: EmbeddedStore) -> None:
    around = neighbourhood(village, f"{BASE}organisation/mds")
    assert _sentences(around) == {
        "Médiathèque du Cantal | participe à | Kamishibaï dans le Cantal",
        "Médiathèque du Cantal | est membre de | Fédération",
        "Médiathèque du Cantal | installé à | Cantal",
        "Médiathèque du Cantal | secteur | culture",
        "Kamishibaï dans le Cantal | a lieu dans | Cantal",
    }
    membership = _edge(around, "est membre de")
    assert (membership.start, membership.end) == ("2018-03-01", "")
    assert membership.evidence == f"{BASE}membership/one"
    participation = _edge(around, "participe à")
    assert participation.qualities == ("porteur", "professionnels de la culture")


def test_an_implementation_is_an_edge_at_one_step(village: EmbeddedStore) -> None:
    around = neighbourhood(village, KAMISHIBAI)
    done = next(edge for edge in around.edges if edge.evidence)
    assert (done.label, done.start, done.end) == ("met en œuvre", "2019", "2021-06")
    assert done.sources == ("https://cantal.example/",)
    assert done.source == f"{BASE}territory/departement/15"
    assert f"{BASE}implementation/one" not in {node.iri for node in around.nodes}


def test_an_implementation_is_a_node_further_out(village: EmbeddedStore) -> None:
    around = neighbourhood(village, KAMISHIBAI, depth=2)
    assert around.node(f"{BASE}implementation/one").distance == 1
    assert around.node(f"{BASE}organisation/mds").distance == 2


def test_an_openlab_is_always_a_node(village: EmbeddedStore) -> None:
    around = neighbourhood(village, KAMISHIBAI)
    assert around.node(f"{BASE}openlab/haute-loire").type == ESS.OpenLab.value


def test_a_relationship_can_be_the_centre(village: EmbeddedStore) -> None:
    around = neighbourhood(village, f"{BASE}membership/one")
    assert {edge.label for edge in around.edges} == {"membre", "organisation"}


def test_a_concept_is_met_and_not_walked_through(store_of: StoreOf, village_turtle: str) -> None:
    others = "".join(
        f':practice\\/p{n} a ess:Practice ; rdfs:label "P{n}"@fr ; '
        "ess:theme theme:public-reading .\n"
        for n in range(9)
    )
    store = store_of(village_turtle + others)
    around = neighbourhood(store, KAMISHIBAI, depth=3)
    assert around.node(f"{VOCABULARIES}theme/public-reading").is_concept
    assert f"{BASE}practice/p1" not in {node.iri for node in around.nodes}
    themed = neighbourhood(store, "theme:public-reading")
    assert f"{BASE}practice/p1" in {node.iri for node in themed.nodes}


def test_a_role_leads_to_who_holds_it(village: EmbeddedStore) -> None:
    around = neighbourhood(village, "role:culture-professionals")
    assert "Médiathèque du Cantal | rôle | professionnels de la culture" in _sentences(around)


def test_what_holds_both_ways_is_one_edge_and_what_follows_is_none(village: EmbeddedStore) -> None:
    around = neighbourhood(village, CANTAL)
    labels = [edge.label for edge in around.edges]
    assert labels.count("touche") == 1
    assert _edge(around, "touche").is_mutual
    assert "dans" not in labels
    assert "directement dans" in labels


def test_labels_follow_the_language(village: EmbeddedStore) -> None:
    around = neighbourhood(village, CANTAL, language="en")
    assert around.nodes[0].type_label == "department"
    assert "implements" in {edge.label for edge in around.edges}
    assert "Cantal library" in {node.label for node in around.nodes}


def test_facts_are_literals_in_the_language_with_their_graph(village: EmbeddedStore) -> None:
    node = neighbourhood(village, KAMISHIBAI).nodes[0]
    assert [fact.value for fact in node.facts] == ["Raconter devant un petit théâtre."]
    assert node.facts[0].graphs == ("https://w3id.org/essaim/graph/source/test",)
    assert node.sources == ("https://kamishibai.example/fiche",)
    origins = neighbourhood(village, KAMISHIBAI).origins
    assert [origin.title for origin in origins] == ["Registre d'essai"]


def test_every_relation_has_its_turn_under_the_cap(store_of: StoreOf, village_turtle: str) -> None:
    communes = "".join(
        f':territory\\/commune\\/{n} a ess:Commune ; rdfs:label "C{n}"@fr ; '
        f"ess:directlyWithin :territory\\/departement\\/15 .\n"
        for n in range(15_000, 15_400)
    )
    around = neighbourhood(store_of(village_turtle + communes), CANTAL, limit=12)
    assert around.shown == 12
    assert around.total == 404
    assert not around.is_complete
    assert {"Kamishibaï", "Médiathèque du Cantal", "Haute-Loire", "Auvergne-Rhône-Alpes"} <= {
        node.label for node in around.nodes
    }
    counts = {kind.label: (kind.shown, kind.total) for kind in around.types}
    assert counts["commune"] == (8, 400)


def test_it_says_when_it_did_not_count_all(
    village: EmbeddedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_COUNTED", 2)
    around = neighbourhood(village, CANTAL, depth=2)
    assert not around.is_total_exact
    assert not around.is_complete


def test_it_does_not_depend_on_the_order_of_loading(store_of: StoreOf, village_turtle: str) -> None:
    first, second = store_of(village_turtle), store_of(village_turtle, backwards=True)
    for iri in (CANTAL, KAMISHIBAI, "theme:public-reading"):
        for depth in (1, 2):
            one = neighbourhood(first, iri, depth, limit=3)
            assert one == neighbourhood(second, iri, depth, limit=3)


def test_every_edge_ends_in_nodes_and_no_two_are_alike(village: EmbeddedStore) -> None:
    for depth in (1, 2, 3):
        around = neighbourhood(village, CANTAL, depth)
        iris = {node.iri for node in around.nodes}
        assert all({edge.source, edge.target} <= iris for edge in around.edges)
        assert len(set(around.edges)) == len(around.edges)
        assert sum(kind.shown for kind in around.types) == len(around.nodes)


@pytest.mark.parametrize("name", ["practice:none", f"{BASE}nothing", "aucun nom pareil"])
def test_what_is_not_there_is_not_found(village: EmbeddedStore, name: str) -> None:
    with pytest.raises(NotFound):
        neighbourhood(village, name)


@pytest.mark.parametrize(
    "asked", [{"depth": 0}, {"depth": 4}, {"limit": 0}, {"limit": 2001}, {"language": "de"}]
)
def test_what_can_not_be_had_is_refused(village: EmbeddedStore, asked: dict[str, object]) -> None:
    with pytest.raises(BadInput):
        neighbourhood(village, CANTAL, **asked)  # type: ignore[arg-type]


def test_it_goes_to_networkx_and_to_files(store_of: StoreOf, village_turtle: str) -> None:
    hostile = (
        ':practice\\/x a ess:Practice ; rdfs:label "a\\u0000<b>\\u202E"@fr ; ess:originatesIn '
    )
    store = store_of(village_turtle + hostile + ":territory\\/departement\\/15 .")
    around = neighbourhood(store, CANTAL)
    graph = around.to_networkx()
    assert graph.number_of_nodes() == len(around.nodes)
    assert graph.number_of_edges() == len(around.edges)
    assert graph.nodes[f"{BASE}practice/x"]["label"] == "a<b>"
    for write, read in ((nx.write_gexf, nx.read_gexf), (nx.write_graphml, nx.read_graphml)):
        file = BytesIO()
        write(graph, file)
        file.seek(0)
        again = read(file)
        assert set(again.nodes) == set(graph.nodes)
        assert again.number_of_edges() == graph.number_of_edges()
