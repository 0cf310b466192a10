"""Territories: France, its regions and departments, and every other place the corpora name.

``corpora/territories.csv`` was made once from open data under Licence Ouverte 2.0; what each column
rests on, and its date of validity:

- codes, names, containment: INSEE, Code officiel géographique 2026, and DGCL/BANATIC 2025 for the
  communes of each intermunicipality (``datagouv/decoupage-administratif`` at 98976e5);
- ``population``: legal municipal populations summed over communes (``donnees_communes.csv``). The
  file does not say its year; its communes are those of 2026 and its total is above the populations
  of 2022, so they are those of 2023, in force in 2026. Mayotte is missing from it: its population
  is that of the 2017 census. ``population_year`` says which;
- ``rural_share``: share of that population living in communes outside any urban unit, that is whose
  urban unit (UU2020, geography of 2025, ``MaelTheuliere/COGiter``) is a pseudo-unit such as
  ``01000``;
- ``latitude`` and ``longitude``: area-weighted centroid of the contours simplified at 1000 m, and
  ``borders``: departments that share a stretch of these contours (``MTES-MCT/aides-territoires``);
- ``typologies``: rural from a rural share of 0.5, urban below 0.2, intermediate between them (the
  thresholds of the European urban-rural typology, here applied to urban units); legal form of
  intermunicipalities from BANATIC; coastal (has a sea coast, so not Eure), border (a land border
  with another country) and mountain (has a part in a massif of the 2004 decree or of the overseas
  departments) are general geographic knowledge. A region has the situations of its departments.

A code is a key only together with its level: 53 is Mayenne and also Bretagne. What a source names
but the data can't settle (which Grigny?) stays a territory of its own, and its note says so.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from pyoxigraph import NamedNode

from essaim.loaders.context import Context
from essaim.loaders.entity import Entity
from essaim.loaders.source import Source
from essaim.loaders.tables import Row
from essaim.ontology.errors import BadInput, NotFound
from essaim.ontology.names import DCTERMS, ESS

__all__ = ["SOURCE", "load", "place"]

SOURCE: Final = Source(
    name="territories",
    title_fr="Territoires : régions, départements et lieux cités",
    title_en="Territories: regions, departments and the places named",
    publisher="Essaim, d'après INSEE, DGCL et IGN",
    licence="https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
    homepage="https://github.com/datagouv/decoupage-administratif",
    version="1",
    retrieved="2026-11-24",
    expected={
        "ess:Country": (21, 40),
        "ess:Region": (18, 18),
        "ess:Departement": (101, 101),
        "ess:EPCI": (62, 1300),
        "ess:Commune": (110, 36000),
        "ess:OtherTerritory": (68, 500),
    },
)


@dataclass(frozen=True)
class _Level:
    """How the territories of one level are identified.

    Args:
        cls: their class.
        pattern: what their codes look like.
        code: the property that holds the code, if any.
        kind: the part of the IRI, where it is not the level's own name.
    """

    cls: NamedNode
    pattern: re.Pattern[str]
    code: NamedNode | None = None
    kind: str = ""


_COMMUNE: Final = re.compile(r"(\d{2}|2[AB])\d{3}")
_LEVELS: Final[Mapping[str, _Level]] = {
    "country": _Level(ESS.Country, re.compile(r"[A-Z]{2}"), ESS.isoCode),
    "region": _Level(ESS.Region, re.compile(r"0[1-46]|[1-9]\d"), ESS.inseeCode),
    "departement": _Level(
        ESS.Departement, re.compile(r"0[1-9]|1\d|2[1-9AB]|[3-8]\d|9[0-5]|97[1-46]"), ESS.inseeCode
    ),
    "epci": _Level(ESS.EPCI, re.compile(r"\d{9}"), ESS.siren),
    "commune": _Level(ESS.Commune, _COMMUNE, ESS.inseeCode),
    # INSEE codes its municipal arrondissements among the communes: their IRIs are there too.
    "arrondissement": _Level(ESS.OtherTerritory, _COMMUNE, ESS.inseeCode, kind="commune"),
    "other": _Level(ESS.OtherTerritory, re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")),
}
_RELATIONS: Final = {
    "within": ESS.directlyWithin,
    "overlaps": ESS.overlaps,
    "borders": ESS.borders,
}
_WHOLE: Final = re.compile(r"\d+")
_SIGNED: Final = re.compile(r"-?\d+(\.\d+)?")
_NUMBERS: Final = {
    "population": (ESS.population, _WHOLE, "https://github.com/datagouv/decoupage-administratif"),
    "rural_share": (ESS.ruralShare, _SIGNED, "https://github.com/MaelTheuliere/COGiter"),
    "latitude": (ESS.latitude, _SIGNED, "https://github.com/MTES-MCT/aides-territoires"),
    "longitude": (ESS.longitude, _SIGNED, "https://github.com/MTES-MCT/aides-territoires"),
}
"""For each figure: its property, how it is written, and the page of the data it comes from."""


def load(ctx: Context) -> None:
    """State every territory of the table."""
    known: dict[str, tuple[_Level, Row]] = {}
    for row in ctx.rows(ctx.data("territories.csv")):
        name, code = row.pop("level"), row.pop("code")
        level = _LEVELS.get(name)
        key = f"{level.kind or name}/{code}" if level else ""
        if level is None:
            _report(ctx, row, "Level unknown", "level", f"{name}/{code}")
        elif not level.pattern.fullmatch(code):
            _report(ctx, row, f"Not the code of a territory of level {name}", "code", code)
        elif key in known:
            _report(ctx, row, "Territory given twice", "code", key)
        else:
            known[key] = (level, row)
    for key, (level, row) in known.items():
        ctx.emit(_described(ctx, key, level, row, known))
        row.audit()


def place(ctx: Context, key: str) -> NamedNode | None:
    """The IRI of a territory, from its level and code.

    Args:
        ctx: the load.
        key: level and code with a slash between them, such as ``"departement/43"``.

    Returns:
        The IRI, or nothing when there is no such level or no such code can exist in it.
    """
    name, _, code = key.partition("/")
    level = _LEVELS.get(name)
    if level is None or not level.pattern.fullmatch(code):
        return None
    return ctx.iri("territory", level.kind or name, code)


def _described(ctx: Context, key: str, level: _Level, row: Row, known: Container[str]) -> Entity:
    kind, _, code = key.partition("/")
    entity = ctx.make(level.cls, ctx.iri("territory", kind, code))
    name = row.pop("name_fr")
    if not name:
        _report(ctx, row, "Territory without a name", "name_fr", key)
    entity.label(name or code, row.pop("name_en") or None)
    if level.code is not None:
        entity.add(level.code, code)
    for column, prop in _RELATIONS.items():
        for other in row.pop_list(column):
            if other in known:
                entity.add(prop, place(ctx, other))
            else:
                _report(ctx, row, "Territory not in the table", column, other)
    _figures(ctx, entity, row)
    _typologies(ctx, entity, row)
    return entity.text(ESS.note, fr=row.pop("note_fr"), en=row.pop("note_en"))


def _figures(ctx: Context, entity: Entity, row: Row) -> None:
    for column, (prop, pattern, page) in _NUMBERS.items():
        text = row.pop(column)
        if pattern.fullmatch(text):
            entity.add(prop, int(text) if pattern is _WHOLE else Decimal(text))
            entity.add(DCTERMS.source, NamedNode(page))
        elif text:
            _report(ctx, row, "Not a number", column, text)
    year = row.pop("population_year")
    try:
        entity.date(ESS.populationYear, year)
    except BadInput:
        _report(ctx, row, "Not a year", "population_year", year)


def _typologies(ctx: Context, entity: Entity, row: Row) -> None:
    for key in row.pop_list("typologies"):
        try:
            entity.add(ESS.typology, ctx.concept("typology", key))
        except NotFound:
            entity.text(ESS.note, fr=f"Typologie non reconnue : {key}")
            _report(ctx, row, "Typology unknown", "typologies", key)


def _report(ctx: Context, row: Row, reason: str, column: str, value: str) -> None:
    ctx.issue(reason, file=row.file, line=row.line, column=column, value=value)
