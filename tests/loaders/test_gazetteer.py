"""The embedded gazetteer restates open data, and finds the territory that a cell means."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from essaim.loaders.archives import kind_of
from essaim.loaders.gazetteer import gazetteer
from essaim.loaders.spreadsheets import iter_sheet

LEVELS = ("region", "departement", "epci", "commune", "former")


def gazetteer_rows(territories: Path) -> list[list[str]]:
    """The rows of the gazetteer, made from the data they restate, in the order of the file."""
    rows = [["region", r["REG"], r["LIBELLE"], ""] for r in _read(territories / "regions.csv")]
    rows += [
        ["departement", r["DEP"], r["LIBELLE"], r["REG"]]
        for r in _read(territories / "departements.csv")
    ]
    rows += _iter_epci(territories / "epcicom.xlsx")
    for row in _read(territories / "communes.csv"):
        if row["TYPECOM"] == "COM":
            rows.append(["commune", row["COM"], row["LIBELLE"], row["DEP"]])
        elif row["TYPECOM"] in ("COMD", "COMA"):
            rows.append(["former", row["COM"], row["LIBELLE"], row["COMPARENT"]])
    rows += [
        ["commune", r["code_commune"], r["nom_commune"], r["code_collectivite"]]
        for r in _read(territories / "collectivites-outremer.csv")
    ]
    return sorted(rows, key=lambda row: (LEVELS.index(row[0]), row))


def _iter_epci(path: Path) -> Iterator[list[str]]:
    lines = iter_sheet(path, kind_of(path), None, lambda _line, _place: None)
    header = next(lines)[1]
    found: dict[tuple[str, str], set[str]] = {}
    for _, cells in lines:
        row = dict(zip(header, cells, strict=False))
        if row["siren"]:
            found.setdefault((row["siren"], row["raison_sociale"]), set()).add(row["dep_com"])
    for (siren, name), departments in found.items():
        yield ["epci", siren, name, "|".join(sorted(departments))]


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_it_restates_the_open_data(shared: Path):
    data = files("essaim.loaders").joinpath("corpora", "gazetteer.csv.gz").read_bytes()
    rows = list(csv.reader(gzip.decompress(data).decode("utf-8").splitlines()))
    assert rows[0] == ["level", "code", "name", "within"]
    assert rows[1:] == gazetteer_rows(shared / "data" / "territories")


@pytest.mark.parametrize(
    ("text", "code", "how"),
    [
        ("75056", "75056", "code"),
        ("2110", "02110", "code with its lost zero"),
        ("01033", "01033", "code"),
        ("01025", "01025", "code"),
        ("02564", "02564", "code"),
        ("14616", "14654", "code of a former commune"),
        ("0", None, "not a commune code"),
        ("99999", None, "no commune has this code today"),
    ],
)
def test_by_code(text: str, code: str | None, how: str):
    found = gazetteer().of_code(text)
    assert (found.place.code if found.place else None, found.how) == (code, how)


@pytest.mark.parametrize(
    ("text", "level", "within", "key", "how"),
    [
        ("Dept. Haute Loire", None, "", None, "no territory has this name"),
        ("haute loire", "departement", "", "departement/43", "name"),
        ("NEVERS", "commune", "58", "commune/58194", "name"),
        ("St-Étienne Cedex 1", "commune", "42", "commune/42218", "name"),
        ("Saint-Denis", "commune", "", None, "several territories have this name"),
        ("CC Le Grésivaudan", "epci", "38", "epci/200018166", "name"),
        ("Yssingeaux", None, "", "commune/43268", "name"),
        ("Nevers", "commune", "43", None, "no territory has this name"),
    ],
)
def test_by_name(text: str, level: str | None, within: str, key: str | None, how: str):
    found = gazetteer().of_name(text, level, within)  # type: ignore[arg-type]
    assert (found.place.key if found.place else None, found.how) == (key, how)


def test_a_former_commune_is_found_by_its_name():
    found = gazetteer().of_name("Cherbourg-Octeville", "commune", "50")
    assert found.place is not None
    assert (found.place.name, found.how) == (
        "Cherbourg-en-Cotentin",
        "name of a former commune",
    )
