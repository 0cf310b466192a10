"""What is read of practices and territories, and its measures against values worked by hand."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest

from essaim.graph.features import Features, kept_features, read_features
from essaim.graph.features.adoptions import Adoptions
from essaim.graph.features.concepts import ancestors, nearness, wu_palmer
from essaim.graph.features.matrices import columns_of, ones, row_max, unit_rows
from essaim.graph.features.words import count_words, words_of
from essaim.graph.workspace import Workspace
from essaim.ontology.names import vocabulary
from tests.graph.conftest import StoreOf

ID = "https://w3id.org/essaim/id/"

PLACES = [
    ":dep a ess:Departement , ess:Territory ; ess:population 200000 ; ess:ruralShare 0.6 ;"
    " ess:latitude 45.0 ; ess:longitude 3.9 ; ess:typology typology:rural .",
    ":town a ess:Commune , ess:Territory ; ess:population 2000 ; ess:directlyWithin :dep ;"
    " ess:latitude 45.0 ; ess:longitude 3.9 ; ess:typology typology:remote-rural .",
    ":city a ess:Commune , ess:Territory ; ess:population 20000 ; ess:latitude 48.0 ;"
    " ess:longitude 3.9 ; ess:typology typology:dense .",
    ":library ess:basedIn :town ; ess:sector sector:culture ;"
    " ess:organisationType organisation:association .",
    ":school ess:basedIn :city ; ess:sector sector:education .",
    ":lab a ess:OpenLab ; ess:inTerritory :dep ; ess:theme theme:public-reading .",
]

RUNS = [
    ":p a ess:Practice ; ess:theme theme:music ; ess:condition :c ; rdfs:label 'Orchestre'@fr .",
    ":c ess:requires role:artists , sector:education .",
    ":q a ess:Practice ; ess:sector sector:culture .",
    ":p1 a ess:Implementation ; ess:implements :p ; ess:inTerritory :town ; ess:start '2010' .",
    ":p2 a ess:Replication ; ess:implements :p ; ess:inTerritory :city , :dep ;"
    " ess:start '2014-03' ; ess:end '2015-01' .",
    ":q1 a ess:Implementation ; ess:implements :q ; ess:inTerritory :city .",
    ":block ess:blockOf :p .",
]


def features(store_of: StoreOf, lines: list[str]) -> Features:
    return read_features(store_of("\n".join(lines)))


def part(found: Features, one: str, other: str, name: str) -> float:
    iris = found.territories.iris
    parts = found.territories.likeness_parts(
        iris.number(f"{ID}{one}"), [iris.number(f"{ID}{other}")]
    )
    return float(parts[name][0])


def test_the_parts_of_a_likeness(store_of: StoreOf) -> None:
    found = features(store_of, PLACES)
    assert part(found, "dep", "town", "level") == 0.5
    assert part(found, "city", "town", "level") == 1
    assert part(found, "city", "town", "population") == pytest.approx(1 - 1 / 2)
    assert part(found, "dep", "town", "population") == 0
    assert part(found, "dep", "town", "typology") == pytest.approx(1 / 2)
    assert part(found, "dep", "city", "typology") == 0
    assert part(found, "dep", "city", "density") == pytest.approx(0.4)
    assert math.isnan(part(found, "town", "city", "density"))
    kilometres = 3 * math.pi / 180 * 6371
    assert part(found, "town", "city", "nearness") == pytest.approx(
        math.exp(-kilometres / 300), rel=1e-4
    )
    assert part(found, "town", "city", "sectors") == 0
    assert math.isnan(part(found, "town", "city", "institutions"))


def test_likeness_is_symmetric_and_a_weighted_mean_of_what_is_known(store_of: StoreOf) -> None:
    territories = features(store_of, PLACES).territories
    table = np.vstack([territories.likeness(i) for i in range(len(territories.iris))])
    assert np.allclose(table, table.T)
    assert np.allclose(np.diag(table), 1)
    only = dict.fromkeys(territories.likeness_parts(0), 0.0) | {"population": 2.0}
    number = territories.iris.number
    alike = territories.likeness(number(f"{ID}city"), only)
    assert alike[number(f"{ID}town")] == pytest.approx(0.5)


def test_what_is_within_counts_for_what_contains_it(store_of: StoreOf) -> None:
    territories = features(store_of, PLACES).territories
    present = territories.concepts_of(territories.present, territories.iris.number(f"{ID}dep"))
    assert vocabulary("sector").culture.value in present
    wants = territories.concepts_of(territories.wants, territories.iris.number(f"{ID}dep"))
    assert wants == [vocabulary("theme")["public-reading"].value]


def test_where_and_since_when(store_of: StoreOf) -> None:
    found = features(store_of, [*PLACES, *RUNS])
    practices, iris = found.practices, found.territories.iris
    p, q = (practices.iris.number(f"{ID}{name}") for name in "pq")
    years = practices.adoptions.years.todense()
    assert years[p, iris.number(f"{ID}town")] == 2010
    assert years[p, iris.number(f"{ID}city")] == 2014
    assert practices.adoptions.reach.tolist() == [3, 1]
    origins = practices.adoptions.origins.todense()
    assert origins[p].sum() == 1
    assert origins[p, iris.number(f"{ID}town")] == 1
    assert origins[q, iris.number(f"{ID}city")] == 1
    assert practices.adoptions.last_year == 2014
    assert len(columns_of(practices.uses, p)) == 3


def test_readiness(store_of: StoreOf) -> None:
    practices = features(store_of, [*PLACES, *RUNS]).practices
    p = practices.iris.number(f"{ID}p")
    ready = dict(zip(practices.ready_names, practices.ready[:, p].tolist(), strict=True))
    assert ready["conditions"] == ready["blocks"] == ready["sustained"] == 1
    assert ready["documentation"] == ready["cost"] == ready["contact"] == 0
    assert ready["replicated"] == pytest.approx(2 / (2 + 2))


def test_a_record_before_a_year_and_with_a_seed() -> None:
    record = Adoptions.of(
        [(0, 0, 2005, False), (0, 1, 2010, True), (1, 1, 0, False), (1, 2, 2008, True)], (2, 3)
    )
    earlier = record.before(2010)
    assert earlier.years.todense().tolist() == [[2005, 0, 0], [0, 0, 2008]]
    assert earlier.origins.todense().tolist() == [[1, 0, 0], [0, 0, 0]]
    seeded = earlier.with_seeds({1: [0], 0: [0]}, 2010)
    assert seeded.years.todense().tolist() == [[2005, 0, 0], [2010, 0, 2008]]


def test_partnership_is_resource_allocation_and_ages() -> None:
    """Practice 0 in territories 0, 1, 2; practice 1 in 0, 1; practice 2 in 1 alone."""
    runs = [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (2, 1)]
    record = Adoptions.of([(p, t, 2020, False) for p, t in runs], (3, 4)).recency(2020, 4)
    assert record.partners_of(0).tolist() == pytest.approx([0, 1 / 2 + 1, 1 / 2, 0])
    apart = ones([], (4, 4))
    assert record.partnership_of_territory(0, apart)[2] == pytest.approx(1.5)
    assert record.partnership_of_practice(2, apart)[0] == pytest.approx(1.5)
    aged = Adoptions.of([(p, t, 2020, False) for p, t in runs], (3, 4)).recency(2024, 4)
    assert aged.partners_of(0).tolist() == pytest.approx([0, 3 / 4, 1 / 4, 0])
    assert aged.experience().tolist() == pytest.approx([1, 1.5, 0.5, 0])


def test_both_directions_of_partnership_agree() -> None:
    generator = random.Random(7)
    runs = {(generator.randrange(12), generator.randrange(9)) for _ in range(50)}
    record = Adoptions.of(
        [(p, t, 2000 + (p * t) % 20, False) for p, t in sorted(runs)], (12, 9)
    ).recency(2020, 4)
    within = ones([(1, 0), (2, 0), (3, 4)], (9, 9))
    contains = within.T.tocsr()
    for practice in range(12):
        row = record.partnership_of_practice(practice, contains)
        for territory in range(9):
            if (practice, territory) not in runs:
                column = record.partnership_of_territory(territory, within)
                assert row[territory] == pytest.approx(column[practice], abs=1e-5)


def test_wu_palmer_by_hand() -> None:
    theme = "https://w3id.org/essaim/vocab/typology/"
    assert wu_palmer(f"{theme}rural", f"{theme}remote-rural") == pytest.approx(2 * 2 / (2 + 3))
    assert wu_palmer(f"{theme}rural", f"{theme}dense") == 0
    listed = [f"{theme}rural", f"{theme}remote-rural", f"{theme}dense", "a:foreign"]
    table = nearness(listed, listed)
    for i, one in enumerate(listed):
        for j, other in enumerate(listed):
            assert table[i, j] == pytest.approx(wu_palmer(one, other))
    assert ancestors("a:foreign") == {"a:foreign"}


def test_several_broader_concepts_take_the_best_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """One is below both a and b, the other below b: the way through b is the one that counts."""
    paths = {"x": [("a", "x"), ("b", "c", "x")], "y": [("b", "c", "y")]}
    monkeypatch.setattr("essaim.graph.features.concepts._paths", paths.__getitem__)
    assert wu_palmer("x", "y") == pytest.approx(2 * 2 / (3 + 3))


def test_rows_of_matrices() -> None:
    matrix = ones([(0, 1), (0, 1), (2, 0), (2, 1)], (3, 2))
    assert matrix.todense().tolist() == [[0, 1], [0, 0], [1, 1]]
    assert row_max(matrix, np.array([0.2, 0.5], dtype=np.float32)).tolist() == pytest.approx(
        [0.5, 0, 0.5]
    )
    assert unit_rows(matrix).todense()[2].tolist() == pytest.approx([0.7071, 0.7071], abs=1e-4)
    nothing = ones([], (0, 0))
    assert row_max(nothing, np.zeros(0, dtype=np.float32)).tolist() == []


def test_words_are_told_apart_by_language_and_not_by_accent() -> None:
    words, counts = count_words([(0, "Médiathèques mediatheque", "fr"), (1, "libraries", "en")], 2)
    assert list(words) == ["en:librari", "fr:mediathequ"]
    assert counts.todense()[0, 1] == pytest.approx(1 + math.log(2))
    assert words_of("Des bibliothèques, peu de mobilité", "fr") == ["bibliothequ", "mobilit"]


def test_kept_features_are_those_that_were_read(demo: Workspace) -> None:
    generation = demo.current()
    fresh = read_features(demo.store())
    for _ in range(2):
        found = kept_features(generation, demo.store)
        for one, other in (
            (fresh.practices, found.practices),
            (fresh.territories, found.territories),
        ):
            for name, values in one.parts().items():
                same = other.parts()[name]
                if hasattr(values, "todense"):
                    assert (values != same).nnz == 0
                elif isinstance(values, np.ndarray):
                    assert np.array_equal(values, same, equal_nan=values.dtype.kind == "f")
                else:
                    assert values == same
    assert (generation.path / "arrays").is_dir()
