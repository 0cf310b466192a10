"""The tables of the official geographic code, read into plain records."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from essaim.loaders.cog_contours import Contour, iter_contours
from essaim.loaders.cog_history import Change, Former, former_communes, former_names
from essaim.loaders.context import Context
from essaim.loaders.given_tables import GivenTables
from essaim.loaders.tables import Row
from essaim.loaders.values import date_text, siren

__all__ = ["Commune", "Part", "Places", "Zoning", "read_places"]

_WHOLE = re.compile(r"\d+")
_OUTSIDE = "Communes hors unité urbaine"


@dataclass(frozen=True)
class Commune:
    """A commune of today, or a municipal arrondissement."""

    name: str
    departement: str
    arrondissement: str = ""
    collectivity: str = ""


@dataclass(frozen=True)
class Part:
    """A part of a commune: delegated, associated, or a municipal arrondissement."""

    kind: str
    code: str
    name: str
    commune: str


@dataclass(frozen=True)
class Zoning:
    """The zones a commune is in: for each kind, the zone's code; and its place in attraction."""

    zones: Mapping[str, str]
    is_rural: bool
    attraction: str


@dataclass
class Places:
    """Everything the tables say, by code."""

    regions: dict[str, str] = field(default_factory=dict)
    departements: dict[str, tuple[str, str]] = field(default_factory=dict)
    arrondissements: dict[str, tuple[str, str]] = field(default_factory=dict)
    collectivities: dict[str, str] = field(default_factory=dict)
    communes: dict[str, Commune] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)
    former: dict[str, Former] = field(default_factory=dict)
    former_names: dict[str, set[str]] = field(default_factory=dict)
    populations: dict[str, tuple[int, str]] = field(default_factory=dict)
    sirens: dict[str, str] = field(default_factory=dict)
    epcis: dict[str, tuple[str, str]] = field(default_factory=dict)
    members: dict[str, str] = field(default_factory=dict)
    zonings: dict[str, Zoning] = field(default_factory=dict)
    zones: dict[tuple[str, str], str] = field(default_factory=dict)
    contours: dict[tuple[str, str], Contour] = field(default_factory=dict)

    def population(self, codes: list[str]) -> tuple[int, str] | None:
        """The population of communes together and its year, when each is known for one year."""
        known = [self.populations.get(code) for code in codes]
        years = {each[1] for each in known if each}
        if not known or not all(known) or len(years) != 1:
            return None
        return sum(each[0] for each in known if each), years.pop()

    def rural_share(self, codes: list[str]) -> Decimal | None:
        """The share of the population of communes that lives outside any urban unit."""
        total = self.population(codes)
        if total is None or not total[0] or not all(code in self.zonings for code in codes):
            return None
        rural = sum(self.populations[code][0] for code in codes if self.zonings[code].is_rural)
        share = Decimal(rural) / Decimal(total[0])
        return share.quantize(Decimal("0.001"), ROUND_HALF_EVEN)


def read_places(ctx: Context, given: GivenTables, about: Mapping[str, Any]) -> Places:
    """Read every table given.

    Args:
        ctx: the load.
        given: the files.
        about: what ``cog.yml`` says.
    """
    places = Places()
    _read_names(ctx, given, places)
    _read_communes(ctx, given, places)
    _read_overseas(ctx, given, places)
    _read_changes(ctx, given, places, about)
    _read_populations(ctx, given, places, about)
    _read_epcis(ctx, given, places, about)
    _read_sirens(ctx, given, places, about)
    _read_zonings(ctx, given, places)
    _read_contours(ctx, given, places, about)
    return places


def _read_names(ctx: Context, given: GivenTables, places: Places) -> None:
    for row in given.rows("regions"):
        places.regions[row.pop("REG")] = row.pop("LIBELLE")
    for row in given.rows("departements"):
        code, region, name = row.pop("DEP"), row.pop("REG"), row.pop("LIBELLE")
        if region not in places.regions:
            ctx.leave_out(row, "Region not in the table", column="REG", value=region)
        else:
            places.departements[code] = (name, region)
    for row in given.rows("arrondissements"):
        code, departement, name = row.pop("ARR"), row.pop("DEP"), row.pop("LIBELLE")
        if departement not in places.departements:
            ctx.leave_out(row, "Department not in the table", column="DEP", value=departement)
        else:
            places.arrondissements[code] = (name, departement)


def _read_communes(ctx: Context, given: GivenTables, places: Places) -> None:
    parts: list[tuple[Row, Part]] = []
    for row in given.rows("communes"):
        kind, code, name = row.pop("TYPECOM"), row.pop("COM"), row.pop("LIBELLE")
        departement, arrondissement = row.pop("DEP"), row.pop("ARR")
        row.pop("REG")
        commune = row.pop("COMPARENT")
        if kind not in ("COM", "COMD", "COMA", "ARM"):
            ctx.leave_out(row, "Type of commune not known", column="TYPECOM", value=kind)
        elif kind != "COM":
            parts.append((row, Part(kind, code, name, commune)))
        elif departement not in places.departements:
            ctx.leave_out(row, "Department not in the table", column="DEP", value=departement)
        elif code in places.communes:
            ctx.leave_out(row, "Commune given twice", column="COM", value=code)
        else:
            places.communes[code] = Commune(name, departement, arrondissement)
    for row, part in parts:
        if part.commune in places.communes:
            places.parts.append(part)
        else:
            reason = "Commune not in the table"
            ctx.leave_out(row, reason, column="COMPARENT", value=part.commune)


def _read_overseas(ctx: Context, given: GivenTables, places: Places) -> None:
    for row in given.rows("overseas"):
        code, name = row.pop("code_commune"), row.pop("nom_commune")
        collectivity = row.pop("code_collectivite")
        places.collectivities[collectivity] = row.pop("nom_collectivite")
        population = row.pop("population")
        if code in places.communes:
            ctx.leave_out(row, "Commune given twice", column="code_commune", value=code)
            continue
        places.communes[code] = Commune(name, "", collectivity=collectivity)
        if population:
            # the file does not say the year, and it differs from one collectivity to the next
            _keep_population(ctx, places, row, "population", code, population, "")


def _read_changes(
    ctx: Context, given: GivenTables, places: Places, about: Mapping[str, Any]
) -> None:
    changes = []
    for row in given.rows("changes"):
        kind, date = row.pop("MOD"), row.pop("DATE_EFF")
        change = Change(
            kind,
            date_text(date) or "",
            *(row.pop(f"{column}_AV") for column in ("TYPECOM", "COM", "LIBELLE")),
            *(row.pop(f"{column}_AP") for column in ("TYPECOM", "COM", "LIBELLE")),
        )
        if len(change.date) != 10:
            ctx.leave_out(row, "Change without a day", column="DATE_EFF", value=date)
            continue
        changes.append(change)
        if change.before_type != "COM":
            ctx.set_aside("Change of what was no commune: today's state is in the communes")
    today = {*places.communes, *(part.code for part in places.parts if part.kind == "ARM")}
    known = {str(old): str(new) for old, new in about["successors"].items()}
    places.former = former_communes(changes, today, known)
    places.former_names = former_names(changes, today)
    for code, former in places.former.items():
        if not former.today:
            ctx.issue("Former commune whose ground is not known", file="changes", value=code)


def _read_populations(
    ctx: Context, given: GivenTables, places: Places, about: Mapping[str, Any]
) -> None:
    year = str(about["population_year"])
    arms = {part.code for part in places.parts if part.kind == "ARM"}
    for row in given.rows("populations"):
        code, population = row.pop("COM"), row.pop("PMUN")
        if code not in places.communes and code not in arms:
            ctx.leave_out(row, "Commune not in the table", column="COM", value=code)
        else:
            _keep_population(ctx, places, row, "PMUN", code, population, year)
    for commune in {part.commune for part in places.parts if part.kind == "ARM"}:
        inside = [part.code for part in places.parts if part.commune == commune]
        total = places.population([code for code in inside if code in arms])
        if total and commune not in places.populations:
            places.populations[commune] = total


def _keep_population(
    ctx: Context, places: Places, row: Row, column: str, code: str, text: str, year: str
) -> None:
    if _WHOLE.fullmatch(text):
        places.populations[code] = (int(text), year)
    else:
        ctx.issue("Not a number", file=row.file, line=row.line, column=column, value=text)


def _read_epcis(ctx: Context, given: GivenTables, places: Places, about: Mapping[str, Any]) -> None:
    for row in given.rows("epci"):
        number, name = row.pop("siren"), row.pop("raison_sociale")
        nature, code, own = row.pop("nature_juridique"), row.pop("insee"), row.pop("siren_membre")
        commune = _today(places, code)
        if siren(number) is None:
            ctx.leave_out(row, "Not a SIREN number", column="siren", value=number)
        elif nature not in about["natures"]:
            ctx.leave_out(row, "Legal nature not known", column="nature_juridique", value=nature)
        elif commune is None:
            ctx.leave_out(row, "Commune not in the table", column="insee", value=code)
        elif places.members.setdefault(commune, number) != number:
            ctx.leave_out(row, "Commune in two intercommunal bodies", column="insee", value=code)
        else:
            for wrong, right in about["spellings"].items():
                name = re.sub(rf"\b{wrong}", right, name)
            places.epcis[number] = (name, nature)
            if commune == code:
                _keep_siren(ctx, places, row, "siren_membre", code, own)


def _read_sirens(
    ctx: Context, given: GivenTables, places: Places, about: Mapping[str, Any]
) -> None:
    year = str(about["mayotte_year"])
    for row in given.rows("sirens"):
        departement, number = row.pop("dep_com"), row.pop("siren")
        code, population = row.pop("insee"), row.pop("pmun_2024")
        if code not in places.communes and code not in places.former:
            ctx.leave_out(row, "Commune not in the table", column="insee", value=code)
            continue
        _keep_siren(ctx, places, row, "siren", code, number)
        if departement == "976" and code not in places.populations:
            _keep_population(ctx, places, row, "pmun_2024", code, population, year)


def _keep_siren(ctx: Context, places: Places, row: Row, column: str, code: str, text: str) -> None:
    number = siren(text)
    if number is None:
        ctx.issue("Not a SIREN number", file=row.file, line=row.line, column=column, value=text)
    elif places.sirens.setdefault(code, number) != number:
        reason = "Another SIREN number than in the intercommunal bodies, which are later"
        ctx.issue(reason, file=row.file, line=row.line, column=column, value=text)


def _read_zonings(ctx: Context, given: GivenTables, places: Places) -> None:
    kinds = {"urban-unit": "UU2020", "attraction-area": "AAV2020"}
    kinds |= {"living-area": "BV2022", "employment-zone": "ZE2020"}
    for row in given.rows("zonings"):
        code = row.pop("DEPCOM")
        zones, is_rural = {}, False
        for kind, column in kinds.items():
            zone = row.pop(column)
            name = row.pop(f"LIB_{column}").removeprefix("- ")
            is_outside = name.startswith(_OUTSIDE) or zone == "000"
            is_rural = is_rural or name.startswith(_OUTSIDE)
            if zone and not is_outside:
                zones[kind] = zone
                places.zones[kind, zone] = name
        attraction = row.pop("CATEAAV2020")
        commune = _today(places, code)
        if commune is None:
            ctx.leave_out(row, "Commune not in the table", column="DEPCOM", value=code)
        elif commune != code:
            ctx.set_aside("Zones of a former commune")
        else:
            places.zonings[code] = Zoning(zones, is_rural, attraction)


def _read_contours(
    ctx: Context, given: GivenTables, places: Places, about: Mapping[str, Any]
) -> None:
    known: dict[str, Mapping[str, Any]] = {
        "region": places.regions,
        "departement": places.departements,
        "commune": {**places.communes, **places.former},
    }
    ignored = {"nom", *about["contours"]["ignored"]}
    for path in given.besides:
        unknown: set[str] = set()
        for found in iter_contours(path.name, ctx.json(path)):
            ctx.report.rows += 1
            if isinstance(found, tuple):
                code, reason = found
            else:
                code, reason = found.code, ""
                unknown |= set(found.properties) - ignored
                if code not in known[found.level]:
                    reason = f"Contour of a {found.level} that is not in the tables"
                else:
                    places.contours[found.level, code] = found
            if reason:
                ctx.report.left_out[reason] += 1
                ctx.issue(reason, file=path.name, value=code)
        for name in sorted(unknown):
            ctx.issue("Column not understood", file=path.name, column=name)


def _today(places: Places, code: str) -> str | None:
    """The commune of today that a code stands for, when there is exactly one."""
    if code in places.communes:
        return code
    former = places.former.get(code)
    return former.today[0] if former and len(former.today) == 1 else None
