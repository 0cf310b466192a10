"""The territories: their counts, a few facts that can be checked, and a table full of mistakes."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from essaim.loaders.context import Context
from essaim.loaders.territories import SOURCE, load, place
from essaim.ontology.errors import BadInput
from essaim.ontology.names import BASE, ESS, RDF, RDFS, XSD, curie, vocabulary

CORPUS = Path(__file__).parents[2] / "loaders" / "corpora" / "territories.csv"
TABLE = CORPUS.read_text(encoding="utf-8")
HEADER = TABLE.partition("\n")[0]


def read(*files: Path) -> tuple[Context, set[Triple]]:
    lines: list[str] = []
    ctx = Context(SOURCE, lines.extend, files)
    load(ctx)
    return ctx, {quad.triple for quad in parse("".join(lines), format=RdfFormat.N_TRIPLES)}


def counts_of(stated: set[Triple]) -> Counter[str]:
    """How many entities there are of each class."""
    return Counter(curie(t.object.value) for t in stated if t.predicate == RDF.type)


@pytest.fixture(scope="module")
def corpus() -> tuple[Context, set[Triple]]:
    return read()


@pytest.fixture(scope="module")
def values(corpus: tuple[Context, set[Triple]]) -> Callable[[str, NamedNode], set[str]]:
    """The values of a property of a territory, short where they are IRIs."""

    def found(key: str, prop: NamedNode) -> set[str]:
        subject = territory(key)
        return {
            triple.object.value.removeprefix(f"{BASE}territory/")
            for triple in corpus[1]
            if triple.subject == subject
            and triple.predicate == prop
            and not isinstance(triple.object, Triple)
        }

    return found


def territory(key: str) -> NamedNode:
    return NamedNode(f"{BASE}territory/{key}")


def test_nothing_is_left_over_and_the_promise_is_kept(corpus: tuple[Context, set[Triple]]) -> None:
    ctx, stated = corpus
    counts = counts_of(stated)
    assert ctx.report.issues == []
    assert counts["ess:Region"] == 18
    assert counts["ess:Departement"] == 101
    for cls, (least, most) in SOURCE.expected.items():
        assert least <= counts[cls] <= most


def test_a_code_is_a_key_only_with_its_level(
    values: Callable[[str, NamedNode], set[str]],
) -> None:
    assert values("departement/53", RDFS.label) == {"Mayenne"}
    assert values("region/53", RDFS.label) == {"Bretagne", "Brittany"}
    assert values("departement/53", ESS.inseeCode) == values("region/53", ESS.inseeCode) == {"53"}


def test_leading_zeros_and_letters_are_kept(
    values: Callable[[str, NamedNode], set[str]],
) -> None:
    assert values("departement/01", ESS.inseeCode) == {"01"}
    assert values("region/01", RDFS.label) == {"Guadeloupe"}
    assert values("departement/2A", ESS.directlyWithin) == {"region/94"}
    assert values("commune/05061", ESS.directlyWithin) == {"departement/05"}


def test_population_is_the_sum_of_the_communes(
    corpus: tuple[Context, set[Triple]], values: Callable[[str, NamedNode], set[str]]
) -> None:
    assert values("departement/43", ESS.population) == {"228654"}
    assert values("departement/43", ESS.populationYear) == {"2023"}
    assert values("departement/976", ESS.populationYear) == {"2017"}
    total = sum(
        int(population)
        for row in csv.DictReader(TABLE.splitlines())
        if row["level"] == "departement" and (population := row["population"])
    )
    assert values("country/FR", ESS.population) == {str(total)} == {"68350798"}
    # Paris is the sum of its municipal arrondissements, which stand among the communes.
    assert values("commune/75056", ESS.population) == {"2103778"}
    assert values("commune/75106", ESS.directlyWithin) == {"commune/75056"}
    assert Triple(territory("commune/75106"), RDF.type, ESS.OtherTerritory) in corpus[1]


def test_the_openlab_departments_have_the_typology_they_were_chosen_for(
    values: Callable[[str, NamedNode], set[str]],
) -> None:
    expected = {
        "43": {"rural", "mountain"},
        "58": {"rural", "mountain"},
        "68": {"intermediate", "border", "mountain"},
        "95": {"urban"},
    }
    for code, keys in expected.items():
        types = {vocabulary("typology")[key].value for key in keys}
        assert values(f"departement/{code}", ESS.typology) == types


def test_rural_share_and_centroid_are_decimals(corpus: tuple[Context, set[Triple]]) -> None:
    _, stated = corpus
    share = Literal("0.51", datatype=XSD.decimal)
    assert Triple(territory("departement/43"), ESS.ruralShare, share) in stated
    for triple in stated:
        if triple.predicate in {ESS.ruralShare, ESS.latitude, ESS.longitude}:
            assert isinstance(triple.object, Literal)
            assert triple.object.datatype == XSD.decimal
            Decimal(triple.object.value)


def test_borders_hold_both_ways(values: Callable[[str, NamedNode], set[str]]) -> None:
    assert values("departement/43", ESS.borders) == {
        f"departement/{code}" for code in ("07", "15", "42", "48", "63")
    }
    for row in csv.DictReader(TABLE.splitlines()):
        for other in filter(None, row["borders"].split("|")):
            assert f"departement/{row['code']}" in values(other, ESS.borders)


def test_an_intermunicipality_astride_departments_is_within_none_of_them(
    values: Callable[[str, NamedNode], set[str]],
) -> None:
    assert values("epci/200055655", ESS.overlaps) == {"departement/77", "departement/95"}
    assert values("epci/200055655", ESS.directlyWithin) == {"region/11"}
    assert values("epci/200069581", ESS.directlyWithin) == {"departement/33"}
    assert values("epci/200069581", ESS.siren) == {"200069581"}


def test_what_the_data_cannot_settle_stays_apart(
    values: Callable[[str, NamedNode], set[str]],
) -> None:
    assert values("other/montreuil", ESS.directlyWithin) == {"country/FR"}
    assert any("ne dit pas laquelle" in note for note in values("other/montreuil", ESS.note))
    assert values("other/sancy-artense", ESS.population) == set()


@pytest.mark.parametrize(
    ("key", "known"),
    [
        ("departement/43", True),
        ("departement/2A", True),
        ("departement/1", False),
        ("departement/20", False),
        ("departement/975", False),
        ("region/84", True),
        ("region/05", False),
        ("epci/200055655", True),
        ("epci/20005565", False),
        ("commune/2A004", True),
        ("commune/1001", False),
        ("country/fr", False),
        ("other/Médoc", False),
        ("canton/0108", False),
        ("43", False),
        ("", False),
    ],
)
def test_place(key: str, known: bool) -> None:  # noqa: FBT001
    ctx = Context(SOURCE, lambda _: None)
    assert place(ctx, key) == (territory(key) if known else None)


def test_mistakes_are_reported_and_the_rest_is_kept(tmp_path: Path) -> None:
    columns = HEADER.split(",")

    def line(**cells: str) -> str:
        assert not set(cells) - set(columns)
        return ",".join(cells.get(column, "") for column in columns)

    path = tmp_path / "territories.csv"
    path.write_text(
        "\n".join(
            [
                f"{HEADER},surface_km2",
                line(level="region", code="84", name_fr="Auvergne-Rhône-Alpes"),
                line(level="departement", code="1", name_fr="Ain"),  # the zero was lost
                line(level="canton", code="0108", name_fr="Châtillon"),
                line(
                    level="departement",
                    code="43",
                    name_fr="Haute-Loire",
                    within="region/84",
                    borders="departement/42",
                    population="226 000",
                    population_year="23",
                    rural_share="NaN",
                    typologies="rural|lunar",
                )
                + ",4977",
                line(level="departement", code="43", name_fr="Encore"),
                "",
            ]
        ),
        encoding="utf-8",
    )
    ctx, stated = read(path)
    found = {(issue.column, issue.value) for issue in ctx.report.issues}
    assert found == {
        ("code", "1"),
        ("code", "departement/43"),
        ("level", "canton/0108"),
        ("borders", "departement/42"),
        ("population", "226 000"),
        ("population_year", "23"),
        ("rural_share", "NaN"),
        ("typologies", "lunar"),
        ("surface_km2", None),
        (None, None),  # a row shorter than its header
    }
    assert all(issue.line and issue.file == "territories.csv" for issue in ctx.report.issues)
    assert counts_of(stated) == {"ess:Region": 1, "ess:Departement": 1}
    kept = {triple.predicate for triple in stated if triple.subject == territory("departement/43")}
    assert {ESS.directlyWithin, ESS.typology, ESS.note} < kept
    assert not {ESS.population, ESS.populationYear, ESS.ruralShare, ESS.borders} & kept


def test_a_missing_column_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "territories.csv"
    path.write_text("level,code,name_fr\nregion,84,Auvergne-Rhône-Alpes\n", encoding="utf-8")
    with pytest.raises(BadInput, match='no column "name_en"'):
        read(path)


def test_the_table_is_tidy() -> None:
    raw = CORPUS.read_bytes()
    assert b"\r" not in raw
    rows = list(csv.DictReader(TABLE.splitlines()))
    levels = ["country", "region", "departement", "epci", "commune", "arrondissement", "other"]
    order = [(levels.index(row["level"]), row["code"] != "FR", row["code"]) for row in rows]
    assert order == sorted(order)


def test_figures_are_those_of_the_open_data(shared: Path) -> None:
    """The population and rural share of every department, worked out again from the communes."""
    data = shared / "data" / "territories"
    with gzip.open(
        data / "table_passage_communes_zonages_2025.csv.gz", "rt", encoding="utf-8"
    ) as f:
        outside = {row["DEPCOM"] for row in csv.DictReader(f) if row["TYPUU2020"] == "0"}
    inhabitants: Counter[str] = Counter()
    rural: Counter[str] = Counter()
    with (data / "donnees_communes.csv").open(encoding="utf-8-sig", newline="") as f:
        for row in csv.DictReader(f, delimiter=";"):
            code = row["COM"]
            department = code[:3] if code.startswith("97") else code[:2]
            inhabitants[department] += int(row["PMUN"])
            rural[department] += int(row["PMUN"]) if code in outside else 0
    assert len(inhabitants) == 100  # Mayotte is not in the file
    for row in csv.DictReader(TABLE.splitlines()):
        code = row["code"]
        if row["level"] == "departement" and code != "976":
            assert int(row["population"]) == inhabitants[code]
            assert row["rural_share"] == f"{rural[code] / inhabitants[code]:.3f}"
