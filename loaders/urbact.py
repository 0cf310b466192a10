"""Networks of European cities (URBACT): what they work on, who leads them and who takes part.

Two tables, told apart by their columns: the networks, and the memberships of cities in them. A
network is a practice. Its lead city carries the first run; each other member takes it up at home,
which is a replication, over the years of the network. ``Network type`` says what the cities do
together: plan, carry out, transfer.

A city is known by its GeoNames number: the same city goes under several names, and a number may
stand for several municipalities of one urban area (Leeds and Huddersfield), which stay different
bodies in one territory. A French city is its commune, found by name; where several communes have
the name, ``urbact.yml`` says which the number means. Members that are ministries or universities
are groups of their own: the tables tell their city and not their name.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeAlias

from pyoxigraph import NamedNode

from essaim.loaders import values
from essaim.loaders.authorities import authority_name, describe_authority
from essaim.loaders.contacts import home_page, without_contacts
from essaim.loaders.context import Context
from essaim.loaders.countries import country
from essaim.loaders.entity import Entity
from essaim.loaders.european_themes import state_theme
from essaim.loaders.gazetteer import Place, gazetteer
from essaim.loaders.given_tables import GivenTables
from essaim.loaders.source import Source
from essaim.loaders.tables import Row
from essaim.loaders.territories import place
from essaim.ontology.names import DCTERMS, ESS, M8G, SKOS
from essaim.ontology.vocabulary import concepts, fold

__all__ = ["SOURCE", "load"]

SOURCE: Final = Source(
    name="urbact",
    title_fr="URBACT : réseaux de villes européennes",
    title_en="URBACT: networks of European cities",
    publisher="URBACT",
    licence="https://urbact.eu/",
    homepage="https://urbact.eu/",
    version="1",
    expected={"ess:Practice": (1, 5_000)},
)

Words: TypeAlias = Mapping[str, Any]

_GEONAMES: Final = re.compile(r"[1-9]\d{0,9}", re.ASCII)
_QUOTE: Final = re.compile(r'\\+"')
_LINES: Final = re.compile(r"[ \t\u00a0]*\r?\n\s*")


@dataclass(frozen=True)
class _City:
    """A member city.

    Args:
        keys: what tells it apart: its GeoNames number, or its country, then its name.
        fr: its name in French.
        en: its name in English.
        territory: the commune, or the territory its number stands for.
        commune: for a French city, its commune.
    """

    keys: tuple[str, str]
    fr: str
    en: str
    territory: NamedNode
    commune: Place | None


@dataclass(frozen=True)
class _Member:
    """A city in a network, and the row that tells it."""

    city: _City
    row: Row
    is_lead: bool
    page: NamedNode


@dataclass
class _Network:
    """A network, as its members need to know it."""

    code: str
    row: Row
    lead: str
    size: str
    kind: Words
    practice: Entity
    run: Entity
    label: str
    page: NamedNode
    dates: dict[NamedNode, str]
    names: set[str] = field(default_factory=set)
    members: dict[tuple[str, str], _Member] = field(default_factory=dict)


@dataclass
class _Territory:
    """What the memberships tell of a city outside France."""

    country: str
    ascii: str
    names: Counter[str] = field(default_factory=Counter)
    position: tuple[str, str] = ("", "")


def load(ctx: Context) -> None:
    """State the networks and the cities that take part in them."""
    words = ctx.yaml(Path(__file__).with_suffix(".yml"))
    given = GivenTables(ctx, words["tables"])
    reader = _Reader(ctx, words)
    for row in given.rows("networks"):
        reader.network(row)
    for row in given.rows("memberships"):
        reader.membership(row)
    reader.finish()


class _Reader:
    """Reads rows, and remembers the networks and cities that memberships name."""

    def __init__(self, ctx: Context, words: Words) -> None:
        self._ctx = ctx
        self._words = words
        self._networks: dict[str, _Network] = {}
        self._territories: dict[NamedNode, _Territory] = defaultdict(lambda: _Territory("", ""))
        self._parties: set[NamedNode] = set()

    # networks

    def network(self, row: Row) -> None:
        """A network: the practice and the run of its lead city."""
        ctx, code, name = self._ctx, row.pop("Code_Network"), _line(row.pop("Name"))
        key = ctx.slug(code)
        if not key or not name or key in self._networks:
            ctx.leave_out(row, "Network without a code or a name, or given twice", value=name)
            row.cells.clear()
            return
        page = home_page(row.pop("Url")) or NamedNode(SOURCE.homepage)
        practice = ctx.make(ESS.Practice, ctx.iri("practice", "urbact", key)).label(name)
        run = ctx.make(ESS.Implementation, ctx.iri("implementation", "urbact", key, "origin"))
        run.label(f"{name} (ville cheffe de file)", f"{name} (lead city)")
        run.add(ESS.implements, practice)
        practice.add(DCTERMS.source, page)
        run.add(DCTERMS.source, page)
        about = [self._text(row, column) for column in ("Description", "Aims")]
        practice.text(DCTERMS.description, en="\n\n".join(filter(None, about)))
        if activities := self._text(row, "Activities"):
            run.text(ESS.note, en=f"Activities: {activities}")
        for column in ("Main.Key.Word", "Additionnal.key.words"):
            for text in row.pop_list(column, "/"):
                state_theme(ctx, row, column, text, practice)
        self._type(row, practice)
        self._networks[key] = _Network(
            code=key,
            row=row,
            lead=_line(row.pop("LeadPartner")),
            size=row.pop("NbCities"),
            kind=self._kind(row),
            practice=practice,
            run=run,
            label=name,
            page=page,
            dates=self._dates(row, run),
        )

    def _type(self, row: Row, practice: Entity) -> None:
        ctx, text, phase = self._ctx, row.pop("Type"), row.pop("Phase")
        key = self._words["types"].get(fold(text))
        if key:
            practice.add(ESS.networkType, ctx.concept("network-type", key))
        elif text:
            ctx.recurring("Not a type of network: kept as text", row, "Type", text)
            practice.text(ESS.note, fr=f"Type de réseau : {text}", en=f"Type of network: {text}")
        if phase:
            practice.text(ESS.note, fr=f"Programme : {phase}", en=f"Programme: {phase}")

    def _kind(self, row: Row) -> Words:
        """What the members are: cities, unless only ministries or universities are told."""
        text = row.pop("Members")
        kinds: Words = self._words["members"]
        found = [kinds[fold(part)] for part in text.split("/") if fold(part) in kinds]
        if text and not found:
            self._ctx.recurring("Not a kind of member: taken as cities", row, "Members", text)
        kind: Words = found[0] if found else kinds["cities"]
        return kind

    def _text(self, row: Row, column: str) -> str:
        """A text without contacts and stray backslashes; its paragraphs kept."""
        text, quotes = _QUOTE.subn('"', row.pop(column))
        if quotes:
            self._ctx.fixed("Backslash before a quotation mark taken out")
        told, removed = without_contacts(_LINES.sub("\n", text).strip())
        for what in removed:
            self._ctx.fixed(f"{what} taken out of a text")
        return told

    def _dates(self, row: Row, run: Entity) -> dict[NamedNode, str]:
        dates = {}
        for column, prop in (("Start", ESS.start), ("End", ESS.end)):
            text = self._known(row.pop(column))
            year = values.year(text) if text else ""
            if year is None:
                self._issue(row, "Not a year", column, text)
            elif year:
                dates[prop] = year
                run.date(prop, year)
        return dates

    # memberships

    def membership(self, row: Row) -> None:
        """A city in a network: the run of the lead city, or a replication."""
        ctx = self._ctx
        network = self._networks.get(ctx.slug(row.pop("Code_Network")))
        name, told, land = (_line(row.pop(c)) for c in ("NameCity", "Network", "Country"))
        if network is None or not name:
            reason = "Member city without a name" if network else "Member of a network not given"
            ctx.leave_out(row, reason, value=f"{told} / {name}")
            row.cells.clear()
            return
        city = self._city(row, name, land)
        told_status, page = row.pop("City.Statut"), home_page(row.pop("Sources"))
        status = fold(told_status)
        if status not in self._words["statuses"]:
            reason = "Neither lead partner nor partner: taken as a partner"
            self._issue(row, reason, "City.Statut", told_status)
        if ctx.slug(told) != ctx.slug(network.label) and told:
            network.names.add(told)
        member = _Member(city, row, status == "lead partner", page or network.page)
        former = network.members.setdefault(city.keys, member)
        if former is not member:
            ctx.set_aside("City told already in this network")
            if member.is_lead:
                network.members[city.keys] = member

    def _state_members(self, network: _Network) -> None:
        leads = [member for member in network.members.values() if member.is_lead]
        if not leads:
            self._ctx.report.warnings.append(f"{network.label} has no lead city.")
        for member in network.members.values():
            if member.is_lead:
                self._leads(network, member, is_only=len(leads) == 1)
            else:
                self._takes_up(network, member)
        if network.size and network.size != str(len(network.members)):
            told = f"{network.size} / {len(network.members)}"
            self._issue(network.row, "Another number of cities than listed", "NbCities", told)

    def _leads(self, network: _Network, member: _Member, *, is_only: bool) -> None:
        ctx, city = self._ctx, member.city
        if not is_only:
            self._issue(member.row, "One of several lead cities", "NameCity", city.en)
        elif network.lead and ctx.slug(network.lead) not in {city.keys[1], ctx.slug(city.fr)}:
            told = f"{network.lead} / {city.en}"
            self._issue(member.row, "Another lead city than the network tells", "NameCity", told)
        network.practice.add(ESS.originatesIn, city.territory)
        network.run.add(ESS.inTerritory, city.territory)
        self._carries(network, city, network.run)
        ctx.matched("city of a network: lead")

    def _takes_up(self, network: _Network, member: _Member) -> None:
        ctx, city = self._ctx, member.city
        keys = (network.code, *city.keys)
        run = ctx.make(ESS.Replication, ctx.iri("implementation", "urbact", *keys))
        run.label(f"{network.label} – {city.fr}", f"{network.label} – {city.en}")
        run.add(ESS.implements, network.practice).add(ESS.inTerritory, city.territory)
        run.add(DCTERMS.source, member.page)
        for prop, year in network.dates.items():
            run.date(prop, year)
        ctx.emit(run)
        self._carries(network, city, run)
        ctx.matched("city of a network: member")

    def _carries(self, network: _Network, city: _City, run: Entity) -> None:
        ctx = self._ctx
        party, (fr, en) = self._party(network, city)
        carrier = ctx.concept("participation", "carrier")
        iri = ctx.iri("participation", "urbact", network.code, *city.keys)
        tie = ctx.make(ESS.Participation, iri)
        way = {language: concepts().label(carrier, language) for language in ("fr", "en")}
        tie.label(f"{fr} ({way['fr']}) – {network.label}", f"{en} ({way['en']}) – {network.label}")
        tie.add(ESS.participant, party).add(ESS.participatesIn, run)
        tie.add(ESS.participationRole, carrier)
        tie.add(ESS.role, ctx.concept("role", network.kind["role"]))
        for prop, year in network.dates.items():
            tie.date(prop, year)
        ctx.emit(tie.add(DCTERMS.source, network.page))

    # cities and their bodies

    def _city(self, row: Row, name: str, land: str) -> _City:
        ctx = self._ctx
        number = row.pop("geonameId")
        told, position = _line(row.pop("asciiName")), (row.pop("lat_GN"), row.pop("lng_GN"))
        if not _GEONAMES.fullmatch(number):
            reason = "Not a GeoNames number: the city is known by its name"
            self._issue(row, reason, "geonameId", number)
            number = ""
        keys = (number or ctx.slug(land) or "-", ctx.slug(name))
        french = self._words["french"].get(name, name)
        commune = self._commune(row, number, name) if land == "FR" else None
        if commune is not None:
            found = place(ctx, commune.key)
            assert found is not None  # noqa: S101
            return _City(keys, commune.name, commune.name, found, commune)
        iri = ctx.iri(
            "territory", "other", f"geonames-{number}" if number else f"urbact-{'-'.join(keys)}"
        )
        about = self._territories[iri]
        about.country, about.ascii = land, about.ascii or told
        about.names[name] += 1
        about.position = position if number else ("", "")
        return _City(keys, french, name, iri, None)

    def _commune(self, row: Row, number: str, name: str) -> Place | None:
        code = self._words["communes"].get(number)
        if code:
            self._ctx.matched("French city: commune by its GeoNames number")
            return gazetteer().get("commune", code)
        found = gazetteer().of_name(name, "commune")
        if found.place is None:
            self._issue(row, f"French city not found: {found.how}", "NameCity", name)
        else:
            self._ctx.matched(f"French city: commune by {found.how}")
        return found.place

    def _party(self, network: _Network, city: _City) -> tuple[NamedNode, tuple[str, str]]:
        """The municipality; or, of a network of others, a group without a name."""
        ctx, kind = self._ctx, network.kind
        if "fr" in kind:
            names = (f"{kind['fr']} ({city.fr})", f"{kind['en']} ({city.en})")
            iri = ctx.iri("collective", "urbact", network.code, *city.keys)
            entity = ctx.make(ESS.Collective, iri).label(*names).add(ESS.basedIn, city.territory)
            entity.text(ESS.note, **self._words["unnamed"])
        elif city.commune is not None:
            names = authority_name("commune", city.commune.name)
            entity = describe_authority(ctx, "commune", city.commune.code, city.commune.name)
        else:
            names = (
                authority_name("municipality", city.fr)[0],
                authority_name("municipality", city.en)[1],
            )
            iri = ctx.iri("organisation", "urbact", *city.keys)
            entity = ctx.make(M8G.PublicOrganisation, iri).label(*names)
            entity.add(ESS.basedIn, city.territory)
            entity.add(ESS.organisationType, ctx.concept("organisation", "local-authority"))
        if entity.iri not in self._parties:
            self._parties.add(entity.iri)
            ctx.emit(entity)
        return entity.iri, names

    # the end

    def finish(self) -> None:
        """State the networks and the cities outside France, now that all members are known."""
        for network in self._networks.values():
            for name in sorted(network.names):
                network.practice.add(DCTERMS.alternative, name)
            self._state_members(network)
            self._ctx.emit(network.practice, network.run)
        for iri, about in self._territories.items():
            self._territory(iri, about)

    def _territory(self, iri: NamedNode, about: _Territory) -> None:
        ctx = self._ctx
        name = self._main_name(about)
        entity = ctx.make(ESS.OtherTerritory, iri)
        entity.label(self._words["french"].get(name, name), name)
        for other in sorted(about.names):
            if other != name:
                entity.add(SKOS.altLabel, other)
        kind, _, number = iri.value.rpartition("/")[2].partition("-")
        if kind == "geonames":
            entity.add(ESS.geonamesId, number)
        for text, prop in zip(about.position, (ESS.latitude, ESS.longitude), strict=True):
            degrees = values.number(self._known(text))
            if degrees is not None:
                entity.add(prop, degrees)
        home = country(about.country)
        if home is not None:
            above = ctx.iri("territory", "country", home.code)
            entity.add(ESS.directlyWithin, above)
            ctx.emit(
                ctx.make(ESS.Country, above).label(home.fr, home.en).add(ESS.isoCode, home.code)
            )
        else:
            ctx.report.warnings.append(f"{name}: no country is written {about.country!r}.")
        ctx.emit(entity)

    @staticmethod
    def _main_name(about: _Territory) -> str:
        """The name GeoNames knows, else the most frequent one."""
        return min(
            about.names,
            key=lambda name: (fold(name) != fold(about.ascii), -about.names[name], name),
        )

    def _known(self, text: str) -> str:
        return "" if text in self._words["unknown"] else text

    def _issue(self, row: Row, reason: str, column: str, value: str | None = None) -> None:
        self._ctx.issue(reason, file=row.file, line=row.line, column=column, value=value)


def _line(text: str) -> str:
    """A name on one line."""
    return " ".join(text.split())
