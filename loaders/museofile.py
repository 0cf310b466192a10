"""The museums of France, from Muséofile.

A museum is an organisation of the sectors culture and heritage, based in a commune that is told by
its name within its department; where no commune can be told, in the department. Its fields become
themes where the list of themes has one and are kept as text otherwise. Telephone numbers are never
kept.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final, TypeAlias

from pyoxigraph import NamedNode

from essaim.loaders import values
from essaim.loaders.contacts import home_page, without_contacts
from essaim.loaders.context import Context
from essaim.loaders.entity import Entity
from essaim.loaders.gazetteer import gazetteer
from essaim.loaders.source import Source
from essaim.loaders.tables import Row
from essaim.loaders.territories import place
from essaim.ontology.errors import BadInput
from essaim.ontology.names import DCTERMS, ESS, FOAF, RDFS, SKOS
from essaim.ontology.vocabulary import fold

__all__ = ["SOURCE", "load"]

SOURCE: Final = Source(
    name="museofile",
    title_fr="Muséofile : les musées de France",
    title_en="Muséofile: the museums of France",
    publisher="Ministère de la Culture",
    licence="https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
    homepage="https://data.culture.gouv.fr/explore/dataset/musees-de-france-base-museofile/",
    version="1",
    expected={"ess:Museum": (1, 3_000)},
)

Words: TypeAlias = dict[str, Any]

_NOTICE: Final = "https://www.pop.culture.gouv.fr/notice/{}/{}"
_BASES: Final = {"PA": "merimee", "IA": "merimee", "AC": "merimee", "PM": "palissy"}
_NEEDED: Final = ("ref", "nomoff", "ville_m", "dpt")


def load(ctx: Context) -> None:
    """State every museum of the files given."""
    if not ctx.files:
        raise BadInput("museofile reads the file you give it.", "essaim load museofile FILE.csv")
    words = ctx.yaml(Path(__file__).with_suffix(".yml"))
    known: set[str] = set()
    for path in sorted(ctx.files):
        for row in ctx.rows(path):
            ctx.require_columns(row, _NEEDED)
            reference = row.pop("ref")
            if not re.fullmatch(r"M\d+", reference) or reference in known:
                ctx.leave_out(row, "Museum without a reference, or given twice", value=reference)
                continue
            known.add(reference)
            ctx.emit(_museum(ctx, words, row, reference))
            row.ignore(words["ignored"])
            row.audit()


def _museum(ctx: Context, words: Words, row: Row, reference: str) -> Entity:
    museum = ctx.make(ESS.Museum, ctx.iri("organisation", "museum", reference))
    town, official, other = row.pop("ville_m"), row.pop("nomoff"), row.pop("autnom")
    name = official or other or reference
    if not official:
        ctx.issue("Museum without an official name", file=row.file, line=row.line, column="nomoff")
    name = name[:1].upper() + name[1:]
    museum.label(name if fold(town) in fold(name) else f"{name} – {town}")
    if other and other != official:
        museum.text(SKOS.altLabel, fr=other, en=other)
    museum.add(DCTERMS.identifier, reference)
    museum.add(DCTERMS.source, NamedNode(_NOTICE.format("museo", reference)))
    museum.add(ESS.sector, ctx.concept("sector", "culture"), ctx.concept("sector", "heritage"))
    museum.add(ESS.theme, ctx.concept("theme", "museums"))
    _place(ctx, words, row, museum, town)
    _fields(ctx, words, row, museum)
    _texts(ctx, words, row, museum)
    _dates(ctx, row, museum)
    _links(ctx, row, museum)
    return museum


def _place(ctx: Context, words: Words, row: Row, museum: Entity, town: str) -> None:
    text = row.pop("dpt")
    code = words["departments"].get(text.casefold(), "")
    department = gazetteer().get("departement", code)
    if department is None and not code:
        department = gazetteer().of_name(text, "departement").place
        code = department.code if department else ""
    known = words["towns"].get(town.casefold(), town)
    if known != town:
        ctx.fixed("Town written otherwise than its commune")
    found = gazetteer().commune("", known, code)
    territory = found.place or department
    how = f"commune: {found.how}" if found.place else "department instead of the commune"
    ctx.matched(how if territory else "no territory")
    if territory is not None:
        museum.add(ESS.basedIn, place(ctx, territory.key))
    if found.place is None:
        ctx.issue(
            f"Commune not told: {found.how}",
            file=row.file,
            line=row.line,
            column="ville_m",
            value=f"{town} ({text})",
        )
        museum.text(ESS.note, fr=f"Lieu : {town}, {text}", en=f"Place: {town}, {text}")
    latitude, longitude = row.pop("latitude"), row.pop("longitude")
    position = values.coordinates(f"{latitude}, {longitude}")
    if position:
        museum.add(ESS.latitude, position[0]).add(ESS.longitude, position[1])
    elif latitude or longitude:
        ctx.issue(
            "Not coordinates",
            file=row.file,
            line=row.line,
            column="latitude",
            value=f"{latitude}, {longitude}",
        )


def _fields(ctx: Context, words: Words, row: Row, museum: Entity) -> None:
    for text in row.pop_list("dompal", ";"):
        key = words["fields"].get(text.casefold())
        concept = ctx.concept("theme", key) if key else ctx.match("theme", text)
        if concept is not None:
            ctx.matched("theme by its label")
            museum.add(ESS.theme, concept)
        else:
            museum.text(ESS.freeTheme, fr=text)
            ctx.recurring("No theme has this label: kept as text", row, "dompal", text)


def _texts(ctx: Context, words: Words, row: Row, museum: Entity) -> None:
    texts = [_plain(ctx, row, column) for column in words["texts"]]
    museum.text(DCTERMS.description, fr="\n\n".join(text for text in texts if text))
    for column, before in words["notes"].items():
        if text := _plain(ctx, row, column):
            museum.text(ESS.note, fr=before + text)


def _plain(ctx: Context, row: Row, column: str) -> str:
    text, removed = without_contacts(row.pop(column))
    for what in removed:
        ctx.fixed(f"{what} taken out of a text")
    return text


def _dates(ctx: Context, row: Row, museum: Entity) -> None:
    for column, prop in (("an_creat", ESS.start), ("dmaj", DCTERMS.modified)):
        text = row.pop(column)
        day = values.date_text(text) if text else ""
        if day is None:
            ctx.issue("Not a date", file=row.file, line=row.line, column=column, value=text)
            museum.text(ESS.note, fr=text)
        elif day:
            museum.date(prop, day)


def _links(ctx: Context, row: Row, museum: Entity) -> None:
    text = row.pop("url_m")
    page = home_page(text)
    museum.add(FOAF.homepage, page)
    if text and page is None:
        ctx.issue("Not the address of a web site", file=row.file, line=row.line, column="url_m")
    for reference in row.pop_list("refmer", ";"):
        base = _BASES.get(reference[:2])
        if base and re.fullmatch(r"\w+", reference):
            museum.add(RDFS.seeAlso, NamedNode(_NOTICE.format(base, reference)))
        else:
            museum.add(DCTERMS.identifier, reference)
