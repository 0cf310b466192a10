"""From what a person writes to what is meant, and what is said when nothing is."""

from __future__ import annotations

import pytest

from essaim.graph.resolve import resolve
from essaim.graph.store import EmbeddedStore
from essaim.graph.workspace import Workspace
from essaim.ontology.errors import BadInput, NotFound
from essaim.ontology.names import BASE

from .conftest import StoreOf


@pytest.fixture(scope="module")
def store(demo: Workspace) -> EmbeddedStore:
    return demo.store()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("departement:43", "territory"),
        ("Haute-Loire", "territory"),
        ("haute loire", "territory"),
        (f"{BASE}territory/departement/43", "territory"),
        ("departement:43", "entity"),
    ],
)
def test_a_territory_is_found(store: EmbeddedStore, text: str, kind: str) -> None:
    assert resolve(store, text, kind).value == f"{BASE}territory/departement/43"


@pytest.mark.parametrize("text", ["val d oise", "VAL-D'OISE", "Val d’Oise"])
def test_signs_do_not_matter(store: EmbeddedStore, text: str) -> None:
    assert resolve(store, text, "territory").value.endswith("departement/95")


@pytest.mark.parametrize(
    "text", ["departement:4 3", "region:<x>", "openlab:a b", "departement:43' OR 1", "practice:{x}"]
)
def test_what_no_iri_can_be_is_not_found(store: EmbeddedStore, text: str) -> None:
    for kind in ("entity", "territory", "openlab"):
        with pytest.raises(NotFound):
            resolve(store, text, kind)


def test_a_thing_of_another_kind_is_not_the_one_asked_for(store: EmbeddedStore) -> None:
    with pytest.raises(NotFound):
        resolve(store, "departement:58", "openlab")


def test_the_nearest_names_of_the_kind_are_offered(store: EmbeddedStore) -> None:
    with pytest.raises(NotFound) as lab:
        resolve(store, "openlab:nievr", "entity")
    assert "openlab:nievre" in lab.value.hint
    with pytest.raises(NotFound) as theme:
        resolve(store, "lecture publik", "theme")
    assert "lecture publique" in theme.value.hint


def test_a_graph_without_any_says_so(scratch_store: EmbeddedStore) -> None:
    with pytest.raises(NotFound) as error:
        resolve(scratch_store, "departement:43", "territory")
    assert "essaim sources" in error.value.hint


@pytest.fixture
def scratch_store(tmp_path_factory: pytest.TempPathFactory) -> EmbeddedStore:
    return Workspace.create(tmp_path_factory.mktemp("empty") / "workspace").store()


def test_a_name_of_several_things_asks_which(store_of: StoreOf) -> None:
    two = store_of(
        ':a a ess:Practice ; rdfs:label "Une"@fr . :b a ess:Practice ; rdfs:label "une" .'
    )
    with pytest.raises(BadInput) as error:
        resolve(two, "Une", "practice")
    assert "Give one of" in error.value.hint
