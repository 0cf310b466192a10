"""Festivals in France, from the list of the Ministry of Culture.

A festival is an activity that comes back: where it mainly takes place, its disciplines, how far it
reaches, when in the year, since when. Its place is its commune, told by the code, the code with its
lost zero, or the name within the department, and the report counts how; where no commune can be
told, it is the intercommunal territory, department or region. Postal and e-mail addresses are never
kept.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any, Final, TypeAlias

from pyoxigraph import NamedNode

from essaim.loaders import values
from essaim.loaders.contacts import home_page
from essaim.loaders.context import Context
from essaim.loaders.entity import Entity
from essaim.loaders.gazetteer import Place, gazetteer
from essaim.loaders.source import Source
from essaim.loaders.tables import Row
from essaim.loaders.territories import place
from essaim.ontology.errors import BadInput
from essaim.ontology.names import DCTERMS, ESS, FOAF
from essaim.ontology.vocabulary import fold

__all__ = ["SOURCE", "load"]

SOURCE: Final = Source(
    name="festivals",
    title_fr="Liste des festivals en France",
    title_en="List of festivals in France",
    publisher="Ministère de la Culture",
    licence="https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
    homepage="https://data.culture.gouv.fr/explore/dataset/festivals-global-festivals-_-pl/",
    version="1",
    expected={"ess:Festival": (1, 20_000)},
)

Words: TypeAlias = dict[str, Any]

_NAME: Final = "Nom du festival"
_CODE: Final = "Code Insee commune"
_DEPARTMENT: Final = "Département principal de déroulement"
_REGION: Final = "Région principale de déroulement"
_TOWN: Final = "Commune principale de déroulement"
_ID: Final = "Identifiant"
_DETAILS: Final = (
    "Sous-catégorie spectacle vivant",
    "Sous-catégorie musique",
    "Sous-catégorie Musique CNM",
    "Sous-catégorie cinéma et audiovisuel",
    "Sous-catégorie arts visuels et arts numériques",
    "Sous-catégorie livre et littérature",
)
_NUMBERED: Final = re.compile(r"^\d\d ?- ?")
_SERIAL: Final = date(1899, 12, 30)


def load(ctx: Context) -> None:
    """State every festival of the files given."""
    if not ctx.files:
        raise BadInput("festivals reads the file you give it.", "essaim load festivals FILE.csv")
    reader = _Reader(ctx, ctx.yaml(Path(__file__).with_suffix(".yml")))
    for path in sorted(ctx.files):
        shared = ctx.repeated(path, _ID)
        for number, row in enumerate(ctx.rows(path)):
            if number == 0:
                ctx.require_columns(row, (_NAME, _ID, _CODE, _DEPARTMENT, _TOWN))
            reader.festival(row, by_name=row.cells[_ID].strip() in shared)


class _Reader:
    """Reads rows into festivals."""

    def __init__(self, ctx: Context, words: Words) -> None:
        self._ctx = ctx
        self._words = words
        self._named: set[NamedNode] = set()
        self._whole = sorted(map(fold, words["whole"]), key=len, reverse=True)

    def festival(self, row: Row, *, by_name: bool) -> None:
        """State one festival.

        Args:
            row: where it is told.
            by_name: whether its identifier is given to others too, so that its name is needed.
        """
        ctx = self._ctx
        name, identifier, town = row.pop(_NAME), row.pop(_ID), row.pop(_TOWN)
        keys = [identifier, ctx.slug(name), ctx.slug(town) or "-"] if by_name else [identifier]
        iri = ctx.iri("festival", *keys) if all(keys) else None
        if iri is None or iri in self._named:
            ctx.leave_out(row, "Festival without an identifier, or given twice", value=name)
            return
        if by_name:
            ctx.recurring(
                "Identifier of several festivals: their names tell them apart", row, _ID, identifier
            )
        if by_name or len(ctx.files) > 1:
            self._named.add(iri)
        festival = ctx.make(ESS.Festival, iri).label(name or identifier)
        festival.add(DCTERMS.identifier, identifier).add(
            ESS.sector, ctx.concept("sector", "culture")
        )
        for column in ("Identifiant Agence A", "identifiant CNM"):
            if text := row.pop(column):
                festival.add(DCTERMS.identifier, f"{column.partition(' ')[2]} {text}")
        self._territory(row, festival, town)
        self._themes(row, festival)
        self._scale(row, festival)
        self._period(row, festival)
        self._created(row, festival)
        self._page(row, festival)
        row.ignore(self._words["ignored"])
        row.audit()
        ctx.emit(festival)

    # place

    def _territory(self, row: Row, festival: Entity, town: str) -> None:
        ctx = self._ctx
        code, epci = row.pop(_CODE), row.pop("Code Insee EPCI")
        department, region = self._department(row), row.pop(_REGION)
        code = "" if code in ("0", "#N/A") else code
        found = gazetteer().commune(code, town, department)
        territory: Place | None = found.place
        if territory is not None:
            ctx.matched(f"commune: {found.how}")
            if "against" in found.how:
                ctx.issue(
                    f"Commune told by {found.how}",
                    file=row.file,
                    line=row.line,
                    column=_TOWN,
                    value=f"{town} {code} → {territory.name}",
                )
        else:
            territory = (
                gazetteer().get("epci", epci)
                or gazetteer().get("departement", department)
                or gazetteer().of_name(region, "region").place
            )
            how = f"{territory.level} instead of the commune" if territory else "no territory"
            ctx.matched(how)
            ctx.issue(
                f"Commune not told: {found.how}; {how}",
                file=row.file,
                line=row.line,
                column=_TOWN,
                value=f"{town} {code}".strip(),
            )
            if town:
                festival.text(ESS.note, fr=f"Lieu : {town}", en=f"Place: {town}")
        if territory is not None:
            festival.add(ESS.inTerritory, place(ctx, territory.key))
        elif region:
            festival.text(ESS.note, fr=f"Région : {region}", en=f"Region: {region}")
        self._position(row, festival)

    def _department(self, row: Row) -> str:
        text = row.pop(_DEPARTMENT)
        plain = text.casefold()
        if plain in self._words["departments"]:
            return str(self._words["departments"][plain])
        if not text or plain in self._words["not_departments"]:
            return ""
        found = gazetteer().of_name(text, "departement").place
        if found is None:
            self._ctx.recurring("Not a department", row, _DEPARTMENT, text)
        return found.code if found else ""

    def _position(self, row: Row, festival: Entity) -> None:
        text = row.pop("Géocodage xy")
        found = values.coordinates(text) if text else None
        if found:
            festival.add(ESS.latitude, found[0]).add(ESS.longitude, found[1])
        elif text:
            self._ctx.issue("Not coordinates", file=row.file, line=row.line, value=text)

    # what it is

    def _themes(self, row: Row, festival: Entity) -> None:
        ctx = self._ctx
        festival.add(ESS.theme, ctx.concept("theme", "festivals"))
        discipline = row.pop("Discipline dominante")
        keys = self._words["disciplines"].get(discipline.casefold())
        for key in keys or ():
            festival.add(ESS.theme, ctx.concept("theme", key))
        if discipline and keys is None:
            self._free(row, festival, "Discipline dominante", discipline)
        for column in _DETAILS:
            for text in self._parts(row.pop(column)):
                key = self._words["details"].get(text.casefold())
                concept = ctx.concept("theme", key) if key else ctx.match("theme", text)
                if concept is None:
                    self._free(row, festival, column, text)
                else:
                    ctx.matched("theme by its label")
                    festival.add(ESS.theme, concept)

    def _parts(self, text: str) -> list[str]:
        """The terms of a cell, at its commas, but for the terms that hold one."""
        if not text:
            return []
        text = _NUMBERED.sub("", text)
        parts, rest = [], text
        for term in self._whole:
            start = fold(rest).find(term)
            if start >= 0 and len(fold(rest)) == len(rest):
                parts.append(rest[start : start + len(term)])
                rest = rest[:start] + rest[start + len(term) :]
        return parts + [part.strip() for part in rest.split(",") if part.strip()]

    def _free(self, row: Row, festival: Entity, column: str, text: str) -> None:
        festival.text(ESS.freeTheme, fr=text)
        self._ctx.recurring("No theme has this label: kept as text", row, column, text)

    def _scale(self, row: Row, festival: Entity) -> None:
        ctx, column = self._ctx, "Envergure territoriale"
        text = row.pop(column)
        if not text:
            return
        concept = ctx.match("scale", text)
        keys = self._words["scales"].get(text.casefold())
        if concept is not None:
            festival.add(ESS.scale, concept)
        elif keys is not None:
            ctx.fixed("Scale written otherwise than its concept")
            festival.add(ESS.scale, *(ctx.concept("scale", key) for key in keys))
        else:
            festival.text(ESS.note, fr=f"Envergure : {text}", en=f"Scale: {text}")
            ctx.recurring("Not a scale: kept as a note", row, column, text)

    def _period(self, row: Row, festival: Entity) -> None:
        column = "Période principale de déroulement du festival"
        text = row.pop(column)
        known = self._words["periods"]
        parts = [text] if text.casefold() in known else text.split(",")
        for part in filter(None, map(str.strip, parts)):
            words = known.get(part.casefold())
            if words is None:
                self._ctx.recurring("Not a time of year: kept as it is", row, column, part)
                words = {"fr": part}
            festival.text(ESS.period, **words)

    def _created(self, row: Row, festival: Entity) -> None:
        column = "Année de création du festival"
        text, decade = row.pop(column), row.pop("Décennie de création du festival")
        year = self._year(text)
        if year:
            festival.date(ESS.start, year)
            return
        if text:
            self._ctx.issue("Not a year", file=row.file, line=row.line, column=column, value=text)
            festival.text(ESS.note, **{k: w.format(text) for k, w in self._words["decade"].items()})
        if decade:
            english = self._words["decades"].get(decade.casefold(), decade)
            notes = self._words["decade"]
            festival.text(
                ESS.note, fr=notes["fr"].format(decade.casefold()), en=notes["en"].format(english)
            )

    def _year(self, text: str) -> str:
        """The year told; a spreadsheet turns the year 2005 into the 2005th day since 1900."""
        day = values.date_text(text) if text else None
        if day and day.startswith("1905-") and len(day) == 10:
            serial = (date.fromisoformat(day) - _SERIAL).days
            if 1950 < serial < 2100:
                self._ctx.fixed("Year that a spreadsheet took for a day of 1905")
                return str(serial)
        return day[:4] if day else ""

    def _page(self, row: Row, festival: Entity) -> None:
        column = "Site internet du festival"
        text = row.pop(column)
        page = home_page(text)
        festival.add(FOAF.homepage, page)
        if "@" in text:
            self._ctx.issue(
                "E-mail address in the column of web sites, not kept",
                file=row.file,
                line=row.line,
                column=column,
            )
        elif text and page is None and text != "/":
            self._ctx.issue(
                "Not the address of a web site", file=row.file, line=row.line, column=column
            )
