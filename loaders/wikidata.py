"""Wikidata, or any SPARQL endpoint with its data: territories, cultural places and public offices.

The queries of ``wikidata_queries/`` are asked a few codes at a time, the codes being those of the
gazetteer, and every answer is kept as a table before anything is stated: an endpoint that stops
answering leaves nothing half loaded. ``essaim load wikidata ADDRESS --territory departement:43``
asks for what lies in one territory.

- A territory gets the address of its entry, its GeoNames number and other names; what it is and how
  many live there is told by other sources. A code that two entries have says nothing.
- A cultural place is an organisation of culture, based in its commune; a museum of France is the
  one that ``museofile`` describes.
- A person is named with the public offices held since 2000, and nothing else. Who has the name of
  somebody in another source is not taken for the same person.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any, Final, TypeAlias

from pyoxigraph import Literal, NamedNode, Triple

from essaim.loaders import values
from essaim.loaders.authorities import describe_authority
from essaim.loaders.contacts import home_page
from essaim.loaders.context import Context
from essaim.loaders.entity import Entity
from essaim.loaders.gazetteer import Place, gazetteer
from essaim.loaders.source import Source
from essaim.loaders.tables import Row
from essaim.loaders.territories import place
from essaim.loaders.wikidata_answers import ENTITY, ask, places_in
from essaim.ontology.names import DCTERMS, ESS, FOAF, M8G, ORG, SCHEMA, SKOS
from essaim.ontology.vocabulary import fold

__all__ = ["SOURCE", "load"]

SOURCE: Final = Source(
    name="wikidata",
    title_fr="Wikidata : territoires, lieux culturels, fonctions publiques",
    title_en="Wikidata: territories, cultural places, public offices",
    publisher="Wikidata",
    licence="https://creativecommons.org/publicdomain/zero/1.0/",
    homepage="https://www.wikidata.org/",
    version="1",
    reads="endpoint",
)

Words: TypeAlias = Mapping[str, Any]
Cells: TypeAlias = dict[str, str]

_ITEM: Final = re.compile(rf"{re.escape(ENTITY)}(Q[1-9]\d*)", re.ASCII)
_STATEMENT: Final = re.compile(rf"{re.escape(ENTITY)}statement/([\w-]+)", re.ASCII)
_GEONAMES: Final = re.compile(r"[1-9]\d{0,9}", re.ASCII)
_LENGTHS: Final = {"9": 4, "10": 7, "11": 10}
"""How many characters of a date its precision tells: a year, a month, a day."""


def load(ctx: Context) -> None:
    """Ask for territories, cultural places and offices, and state what was answered."""
    words = ctx.yaml(Path(__file__).with_suffix(".yml"))
    query = ctx.query
    tables = ask(query.address, places_in(query.territories), words, query.folder)
    reader = _Reader(ctx, words)
    for name, state in (
        ("territories", reader.territory),
        ("institutions", reader.institution),
        ("roles", reader.role),
    ):
        key = "statement" if name == "roles" else "code" if name == "territories" else "item"
        for rows in _iter_alike(ctx, tables[name], key):
            state(rows)
    ctx.retrieved = reader.latest


def _iter_alike(ctx: Context, path: Path, key: str) -> Iterator[list[tuple[Row, Cells]]]:
    """The rows about one thing, which follow one another."""
    rows = ((row, {column: row.pop(column) for column in row.header}) for row in ctx.rows(path))
    for _, alike in groupby(rows, key=lambda pair: (pair[1]["level"], pair[1][key])):
        yield list(alike)


class _Reader:
    """States what the rows about one thing tell together."""

    def __init__(self, ctx: Context, words: Words) -> None:
        self._ctx = ctx
        self._words = words
        self._stated: set[NamedNode] = set()
        self.latest = ""

    # territories

    def territory(self, rows: list[tuple[Row, Cells]]) -> None:
        """The entry of a territory, unless two entries claim its code."""
        ctx, (row, cells) = self._ctx, rows[0]
        self._note_dates(rows)
        found = gazetteer().get(cells["level"], cells["code"])
        iri = place(ctx, found.key) if found else None
        items = {told["item"] for _, told in rows}
        if found is None or iri is None or len(items) > 1 or not _ITEM.fullmatch(cells["item"]):
            shown = " / ".join(sorted(items)).replace(ENTITY, "")
            ctx.leave_out(row, "Several entries have this code", column="code", value=shown)
            self._set_aside(rows[1:])
            return
        ctx.state(Triple(iri, SCHEMA.sameAs, NamedNode(cells["item"])))
        for language in ("fr", "en"):
            if (name := cells[language]) and name != found.name:
                ctx.state(Triple(iri, SKOS.altLabel, Literal(name, language=language)))
        numbers = {told["geonames"] for _, told in rows} - {""}
        if len(numbers) == 1 and _GEONAMES.fullmatch(number := numbers.pop()):
            ctx.state(Triple(iri, ESS.geonamesId, Literal(number)))
        elif numbers:
            shown = " / ".join(sorted(numbers))
            self._issue(row, "Several GeoNames numbers: none is stated", "geonames", shown)
        ctx.matched(f"entry of a territory by its code: {found.level}")
        self._set_aside(rows[1:])

    # cultural places

    def institution(self, rows: list[tuple[Row, Cells]]) -> None:
        """A cultural place: its name, commune, kinds and page."""
        ctx, (row, cells) = self._ctx, rows[0]
        self._note_dates(rows)
        self._set_aside(rows[1:])
        item = _ITEM.fullmatch(cells["item"])
        museums = _values(rows, "museofile")
        if museums:
            iri = ctx.iri("organisation", "museum", museums[0])
            ctx.state(Triple(iri, SCHEMA.sameAs, NamedNode(cells["item"])))
            ctx.matched("museum of France by its reference")
            return
        if item is None or not (cells["fr"] or cells["en"]):
            ctx.leave_out(row, "Cultural place without a name", value=cells["item"])
            return
        entity = ctx.make(ORG.Organization, ctx.iri("organisation", "wikidata", item[1]))
        entity.label(cells["fr"] or cells["en"], cells["en"] or cells["fr"])
        entity.add(SCHEMA.sameAs, NamedNode(cells["item"])).add(
            DCTERMS.source, NamedNode(cells["item"])
        )
        for code in _values(rows, "code"):
            entity.add(ESS.basedIn, place(ctx, f"commune/{code}"))
        for kind in _values(rows, "kind"):
            told = self._words["kinds"][kind.removeprefix(ENTITY)]
            for scheme, prop in (("theme", ESS.theme), ("sector", ESS.sector)):
                entity.add(prop, *(ctx.concept(scheme, key) for key in told[f"{scheme}s"]))
        self._siren(row, entity, _values(rows, "siren"))
        for created in _values(rows, "created")[:1]:
            entity.date(ESS.start, values.year(created[:4]) or "")
        pages = [page for text in _values(rows, "page") if (page := home_page(text))]
        entity.add(FOAF.homepage, *pages[:1])
        ctx.emit(entity)

    def _siren(self, row: Row, entity: Entity, numbers: list[str]) -> None:
        if len(numbers) == 1 and (number := values.siren(numbers[0])):
            entity.add(ESS.siren, number)
        elif numbers:
            self._issue(row, "Not one SIREN number: none is stated", "siren", " / ".join(numbers))

    # public offices

    def role(self, rows: list[tuple[Row, Cells]]) -> None:
        """An office held: a dated membership of the authority."""
        ctx, (row, cells) = self._ctx, rows[0]
        self._note_dates(rows)
        self._set_aside(rows[1:])
        person, statement = (
            _ITEM.fullmatch(cells["person"]),
            _STATEMENT.fullmatch(cells["statement"]),
        )
        where = gazetteer().get(cells["level"], cells["code"])
        name = cells["fr"] or cells["en"]
        if person is None or statement is None or where is None or not name:
            ctx.leave_out(row, "Office of somebody without a name", value=cells["person"])
            return
        start, end = (_date(cells[part], cells[f"{part}_precision"]) for part in ("start", "end"))
        if not start and not end:
            ctx.leave_out(row, "Office without a date", value=cells["person"])
            return
        if (end or start) < self._words["since"]:
            ctx.set_aside("Office that began or ended before 2000")
            return
        role, office = self._office(row, cells, where)
        body = self._body(where, role)
        tie = ctx.make(ESS.Membership, ctx.iri("membership", "wikidata", statement[1]))
        tie.label(
            f"{name} ({office['fr']}) – {where.name}", f"{name} ({office['en']}) – {where.name}"
        )
        human = ctx.make(FOAF.Person, ctx.iri("person", "wikidata", person[1]))
        human.label(name, cells["en"] or name).add(SCHEMA.sameAs, NamedNode(cells["person"]))
        tie.add(ORG.member, human).add(ORG.organization, body)
        tie.add(ORG.role, ctx.concept("role", role) if role else None)
        tie.add(ESS.office, office["fr"]).add(DCTERMS.spatial, place(ctx, where.key))
        tie.date(ESS.start, start).date(ESS.end, end)
        tie.add(DCTERMS.source, NamedNode(cells["person"]))
        ctx.emit(human, tie)

    def _office(self, row: Row, cells: Cells, where: Place) -> tuple[str, dict[str, str]]:
        """The role and the name of an office; a head of government has that of its level."""
        head = self._words["heads"][where.level]
        fr = cells["office_fr"] or cells["office_en"]
        if not cells["position"]:
            return head["role"], head
        if not fr:
            self._issue(row, "Office without a name", "position", cells["position"])
            return "", {"fr": "fonction publique", "en": "public office"}
        tokens = re.findall(r"[a-z-]+", fold(f"{fr} {cells['office_en']}"))
        kinds = self._words["offices"]
        kind = next((kinds[token] for token in tokens if token in kinds), "")
        if not kind:
            self._ctx.recurring("Office without a role among ours", row, "office_fr", fr)
        role = head["role"] if kind == "elected" else kind
        return role, {"fr": fr, "en": cells["office_en"] or fr}

    def _body(self, where: Place, role: str) -> NamedNode:
        """The body an office is held in: the authority, or the State's prefecture."""
        ctx = self._ctx
        if role == "state-agents":
            iri = ctx.iri("organisation", "prefecture", where.level, where.code)
            entity = ctx.make(M8G.PublicOrganisation, iri)
            entity.label(f"Préfecture – {where.name}", f"Prefecture – {where.name}")
            entity.add(ESS.basedIn, place(ctx, where.key))
            entity.add(ESS.organisationType, ctx.concept("organisation", "state-regional-office"))
        else:
            entity = describe_authority(ctx, where.level, where.code, where.name)
        if entity.iri not in self._stated:
            self._stated.add(entity.iri)
            ctx.emit(entity)
        return entity.iri

    # rows

    def _note_dates(self, rows: list[tuple[Row, Cells]]) -> None:
        """Remember the latest day on which an entry was changed: the day of what was answered."""
        self.latest = max(self.latest, *(cells["modified"][:10] for _, cells in rows))

    def _set_aside(self, rows: list[tuple[Row, Cells]]) -> None:
        for _ in rows:
            self._ctx.set_aside("Further row about one entry")

    def _issue(self, row: Row, reason: str, column: str, value: str) -> None:
        self._ctx.issue(reason, file=row.file, line=row.line, column=column, value=value)


def _values(rows: list[tuple[Row, Cells]], column: str) -> list[str]:
    """The different values of a column, in order."""
    return list(dict.fromkeys(cells[column] for _, cells in rows if cells[column]))


def _date(text: str, precision: str) -> str:
    """A date, as precise as it was told; ``""`` when it is not told to the year.

    Example:
        >>> _date("2015-04-02T00:00:00Z", "11"), _date("2015-01-01T00:00:00Z", "9")
        ('2015-04-02', '2015')
        >>> _date("1900-01-01T00:00:00Z", "7")
        ''
    """
    length = _LENGTHS.get(precision)
    return values.date_text(text[:length]) or "" if length else ""
