"""How the rows of the embedded gazetteer are made from the open data they restate."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from pathlib import Path

from essaim.loaders.archives import kind_of
from essaim.loaders.spreadsheets import iter_sheet

HEADER = ["level", "code", "name", "within"]


def gazetteer_rows(territories: Path) -> list[list[str]]:
    """Every row, in the order of the file."""
    regions = [["region", r["REG"], r["LIBELLE"], ""] for r in _read(territories / "regions.csv")]
    departments = [
        ["departement", r["DEP"], r["LIBELLE"], r["REG"]]
        for r in _read(territories / "departements.csv")
    ]
    communes, former = [], []
    for row in _read(territories / "communes.csv"):
        if row["TYPECOM"] == "COM":
            communes.append(["commune", row["COM"], row["LIBELLE"], row["DEP"]])
        elif row["TYPECOM"] in ("COMD", "COMA"):
            former.append(["former", row["COM"], row["LIBELLE"], row["COMPARENT"]])
    overseas = [
        ["commune", r["code_commune"], r["nom_commune"], r["code_collectivite"]]
        for r in _read(territories / "collectivites-outremer.csv")
    ]
    rows = regions + departments + list(_iter_epci(territories)) + communes + overseas + former
    order = ("region", "departement", "epci", "commune", "former")
    return sorted(rows, key=lambda row: (order.index(row[0]), row))


def write_gazetteer(territories: Path, path: Path) -> None:
    """Write the file; the same data gives the same bytes."""
    with gzip.GzipFile(path, "wb", compresslevel=9, mtime=0) as stream:
        for row in [HEADER, *gazetteer_rows(territories)]:
            cells = [f'"{cell}"' if "," in cell else cell for cell in row]
            stream.write((",".join(cells) + "\n").encode())


def _iter_epci(territories: Path) -> Iterator[list[str]]:
    path = territories / "epcicom.xlsx"
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
