"""Elected officials: mayors and councillors, from the Répertoire national des élus (RNE).

Every layout of the directory is read by one table of columns, ``rne.yml``: with or without quotes,
with French or ISO dates, with or without the zeros that spreadsheets take, in UTF-8 or
Windows-1252. What a file holds is told by its columns; a file whose name announces another content
is refused.

A load adds editions to those loaded before: a mandate that a later edition no longer lists has
ended, see :mod:`essaim.loaders.mandates`. An edition's date is the one written in the file's name
(``…-2026-05-12.csv``, ``…_2025.csv``), else the month of the latest date in the file, and then the
report says so.

A person is known by place and name: two people of one name in two places are two. Birth date, sex,
profession and nationality are never kept.
"""

from __future__ import annotations

import hashlib
import itertools
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias
from urllib.parse import unquote

from pyoxigraph import Literal, NamedNode

from essaim.loaders import values
from essaim.loaders.authorities import authority, authority_name
from essaim.loaders.context import Context
from essaim.loaders.entity import Entity
from essaim.loaders.gazetteer import gazetteer
from essaim.loaders.mandates import Key, Mandate, Person, Register, Sighting
from essaim.loaders.source import Source
from essaim.loaders.tables import Row
from essaim.loaders.territories import place
from essaim.ontology.errors import BadInput, Refused
from essaim.ontology.names import DCTERMS, ESS, FOAF, M8G, ORG, RDF, RDFS, SKOS
from essaim.ontology.vocabulary import fold

__all__ = ["SOURCE", "load"]

SOURCE: Final = Source(
    name="rne",
    title_fr="Répertoire national des élus",
    title_en="National directory of elected officials (France)",
    publisher="Ministère de l'Intérieur",
    licence="https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
    homepage="https://www.data.gouv.fr/fr/datasets/repertoire-national-des-elus-1/",
    version="1",
    expected={"ess:Membership": (1, 700_000), "foaf:Person": (1, 700_000)},
)

_DATED: Final = re.compile(r"(?<!\d)(20\d{2})(?:[-_.]?(0[1-9]|1[0-2])(?:[-_.]?([0-3]\d))?)?(?!\d)")
_OFFICE: Final = (ESS.office, ESS.officeSince, ESS.constituency)

Words: TypeAlias = dict[str, Any]


def load(ctx: Context) -> None:
    """Add the editions given to those known, and state every mandate of all of them."""
    if not ctx.files:
        raise BadInput("rne reads the files you give it.", "essaim load rne elus-maires-mai.csv")
    words = ctx.yaml(Path(__file__).with_suffix(".yml"))
    reader = _Reader(ctx, words)
    writer = _Writer(ctx, words)
    kinds = words["kinds"]
    register = Register(
        [kind for kind, told in kinds.items() if told["seat"] == "authority"],
        [kind for kind, told in kinds.items() if told.get("one_holder")],
        words["particles"],
    )
    writer.recall(register)
    editions = [reader.edition(path) for path in ctx.files]
    _check_different(editions)
    for edition in sorted(editions, key=lambda each: (each.kind, each.date)):
        renamed, unsure = register.add_edition(edition.kind, edition.date, edition.sightings)
        ctx.report.matches["Same mandate under another name"] += renamed
        for former, sighting in unsure:
            ctx.issue(
                "Perhaps the same mandate under another name: it is kept as two",
                file=edition.file,
                value=f"{former.label} / {sighting.label}",
            )
        writer.editions[edition.kind, edition.date] = (edition.file, edition.digest)
        for shared, names in edition.names.items():
            writer.names[shared] |= names
    writer.write(register)


@dataclass(frozen=True)
class _Edition:
    """What one file lists.

    Args:
        kind: the kind of mandate.
        date: the edition's date, as precise as it is known.
        file: the file's name.
        digest: its SHA-256.
        sightings: its mandates.
        names: how it writes the names of the authorities that the gazetteer does not know.
    """

    kind: str
    date: str
    file: str
    digest: str
    sightings: list[Sighting]
    names: dict[tuple[str, str], set[str]]


def _check_different(editions: list[_Edition]) -> None:
    seen: dict[tuple[str, str], _Edition] = {}
    for edition in editions:
        other = seen.setdefault((edition.kind, edition.date), edition)
        if other is not edition:
            raise BadInput(
                f"{other.file} and {edition.file} are both the edition of {edition.date}.",
                "Write each one's date in its name: elus-maires-2026-05-12.csv",
            )


class _Reader:
    """Reads files into sightings."""

    def __init__(self, ctx: Context, words: Words) -> None:
        self._ctx = ctx
        self._kinds: dict[str, Words] = words["kinds"]
        self._columns = {fold(column): meaning for column, meaning in words["columns"].items()}
        self._ignored = {fold(column) for column in words["ignored"]}
        self._authorities: Words = words["authorities"]

    def edition(self, path: Path) -> _Edition:
        """Everything a file lists, or a refusal."""
        ctx = self._ctx
        rows = ctx.rows(path)
        first = next(rows, None)
        if first is None:
            raise BadInput(f"{path.name} has no row.", "Give the whole file.")
        meanings = self._meanings(first)
        kind = self._kind(path, first, set(meanings.values()))
        ignored = [column for column in first.header if fold(column) in self._ignored]
        missing = dict.fromkeys(self._columns.values(), "")
        found: dict[Key, Sighting] = {}
        names: dict[tuple[str, str], set[str]] = defaultdict(set)
        for row in itertools.chain([first], rows):
            cells = {**missing, **{meaning: row.pop(c) for c, meaning in meanings.items()}}
            row.ignore(ignored)
            row.audit()
            sighting = self._sighting(kind, row, cells)
            if sighting is None:
                continue
            authority = (_AUTHORITY[kind], sighting.key.authority)
            if gazetteer().get(*authority) is None and authority[1] not in self._authorities:
                names[authority] |= {cells[_NAMED[kind]]} - {""}
            other = found.get(sighting.key)
            if other is not None:
                ctx.leave_out(row, "Second row of one mandate: its latest office is kept")
            if other is None or sighting.office_since > other.office_since:
                found[sighting.key] = sighting
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        sightings = list(found.values())
        date = self._date(path, sightings)
        return _Edition(kind, date, path.name, digest, sightings, dict(names))

    def _meanings(self, row: Row) -> dict[str, str]:
        return {
            column: self._columns[fold(column)]
            for column in row.header
            if fold(column) in self._columns
        }

    def _kind(self, path: Path, row: Row, meanings: set[str]) -> str:
        """The kind of mandate a file lists, by its columns, checked against its name."""
        fitting = (
            kind
            for kind, told in self._kinds.items()
            if meanings >= set(told["told_by"]) and not meanings & set(told["not_with"])
        )
        kind = next(fitting, None)
        if kind is None:
            raise Refused(
                f"{path.name} has none of the layouts of the directory of elected officials.",
                f"Its columns are: {', '.join(row.header)}.",
            )
        if not {"family", "given", "start"} <= meanings:
            raise Refused(
                f"{path.name} misses the name of its elected officials or the mandate's start.",
                f"Its columns are: {', '.join(row.header)}.",
            )
        name = fold(path.name)
        announced = [k for k, t in self._kinds.items() if any(a in name for a in t["announced_by"])]
        if announced and kind not in announced:
            raise Refused(
                f"{path.name} announces {self._kinds[announced[0]]['content']} and holds"
                f" {self._kinds[kind]['content'].removeprefix('a file of ')}.",
                "Get the right file, or name this one for what it holds.",
            )
        return kind

    def _date(self, path: Path, sightings: list[Sighting]) -> str:
        latest = max(
            (max(s.key.start, s.office_since) for s in sightings if s.key.start), default=""
        )
        for year, month, day in reversed(_DATED.findall(path.stem)):
            stated = values.date_text("-".join(part for part in (year, month, day) if part))
            if stated is not None:
                if latest[: len(stated)] > stated:
                    raise Refused(
                        f"{path.name} says {stated} and holds a mandate that started {latest}.",
                        "Correct the date in its name.",
                    )
                return stated
        if not latest:
            raise BadInput(
                f"{path.name} has no date at all.", "Write its edition's date in its name."
            )
        self._ctx.report.warnings.append(
            f"{path.name} does not say of when it is: the edition is taken to be {latest[:7]}, the"
            " latest date in it. Write the date in its name to state it."
        )
        return latest[:7]

    def _sighting(self, kind: str, row: Row, cells: dict[str, str]) -> Sighting | None:
        ctx = self._ctx
        where = self._where(kind, row, cells)
        if where is None:
            return None
        authority, place_key, constituency = where
        family, given = ctx.slug(cells["family"]), ctx.slug(cells["given"])
        if not family or not given:
            ctx.leave_out(row, "Elected official without a name or first name")
            return None
        start = self._day(row, "mandate's start", cells["start"])
        since = self._day(row, "office's start", cells["office_since"])
        return Sighting(
            Key(kind, authority, Person(place_key, family, given), start),
            f"{cells['given']} {cells['family']}",
            cells["office"],
            since,
            constituency,
        )

    def _where(self, kind: str, row: Row, cells: dict[str, str]) -> tuple[str, str, str] | None:
        """Authority, place and constituency; reported and nothing when a code is missing."""
        if kind in ("maires", "communes"):
            commune = self._code(row, "commune", cells["commune"])
            return (commune, f"commune-{commune}", "") if commune else None
        if kind == "epci":
            siren = self._code(row, "siren", cells["siren"])
            commune = self._code(row, "commune", cells["commune_of"])
            return (siren, f"commune-{commune}", "") if siren and commune else None
        if kind == "regions":
            region = self._code(row, "region", cells["region"])
            section = self._code(row, "departement", cells["section"])
            return (region, f"region-{region}-{section}", "") if region and section else None
        departement = cells["departement"].upper()
        if departement not in self._authorities:
            departement = self._code(row, "departement", departement)
        canton = cells["canton"].zfill(4)
        if not departement or not re.fullmatch(r"(\d{2}|2[AB]|97\d)\d{2}", canton):
            if departement:
                self._ctx.leave_out(row, "Not the code of a canton", value=cells["canton"])
            return None
        if canton != cells["canton"]:
            self._ctx.fixed("Lost zero of a canton code given back")
        return departement, f"canton-{canton}", f"{canton} {cells['canton_name']}".strip()

    def _code(self, row: Row, level: str, text: str) -> str:
        code = _PARSERS[level](text)
        if code is None:
            self._ctx.leave_out(row, f"Not the code of a territory: {level}", value=text)
            return ""
        if code != text:
            self._ctx.fixed(f"Lost zero of a code given back: {level}")
        return code

    def _day(self, row: Row, what: str, text: str) -> str:
        day = values.date_text(text) if text else ""
        if day is None:
            self._ctx.issue(f"Not a date: {what}", file=row.file, line=row.line, value=text)
        return day or ""


_PARSERS: Final = {
    "commune": values.commune_code,
    "departement": values.departement_code,
    "region": values.region_code,
    "siren": values.siren,
}


class _Writer:
    """States the register, and reads back what it stated before."""

    def __init__(self, ctx: Context, words: Words) -> None:
        self._ctx = ctx
        self._words = words
        self.editions: dict[tuple[str, str], tuple[str, str]] = {}
        self.names: dict[tuple[str, str], set[str]] = defaultdict(set)

    # reading back

    def recall(self, register: Register) -> None:
        """Give the register the editions and mandates that this source states already."""
        described: dict[str, dict[NamedNode, list[str]]] = defaultdict(dict)
        for triple in self._ctx.previous():
            subject, predicate = triple.subject, triple.predicate
            if isinstance(subject, NamedNode) and isinstance(triple.object, NamedNode | Literal):
                known = described[subject.value].setdefault(predicate, [])
                known.append(triple.object.value)
        for iri, about in described.items():
            if ESS.Edition.value in about.get(RDF.type, ()):
                kind, date = _keys(iri)[-2:]
                self.editions[kind, date] = (about[ESS.fileName][0], about[ESS.sha256][0])
                register.editions[kind].append(date)
            elif M8G.PublicOrganisation.value in about.get(RDF.type, ()):
                shared, code = _keys(iri)[-2:]
                self.names[shared, code] |= set(about.get(SKOS.altLabel, ()))
        for dates in register.editions.values():
            dates.sort()
        for iri, about in described.items():
            if ESS.Membership.value in about.get(RDF.type, ()):
                person = described[about[ORG.member][0]]
                register.recall(_recalled(_keys(iri), about, person))

    # stating

    def write(self, register: Register) -> None:
        """State editions, authorities, people and mandates."""
        ctx, unconfirmed = self._ctx, Counter[tuple[str, str]]()
        people: dict[Person, list[Mandate]] = defaultdict(list)
        authorities: set[tuple[str, str]] = set()
        for kind, date in sorted(self.editions):
            self._state_edition(kind, date)
        for mandate in register.mandates.values():
            people[mandate.seen.key.person].append(mandate)
        names = {person: _name(mandates) for person, mandates in people.items()}
        for mandate, end, is_open in register.iter_ends():
            self._state_mandate(mandate, end, names[mandate.seen.key.person], is_open=is_open)
            key = mandate.seen.key
            authorities.add((_AUTHORITY[key.kind], key.authority))
            if is_open:
                unconfirmed[key.kind, _departement(key)] += 1
        for shared, code in sorted(authorities):
            ctx.emit(self._authority(shared, code))
        for person, mandates in sorted(people.items()):
            entity = ctx.make(FOAF.Person, self._person(person)).label(names[person])
            for other in sorted(set().union(*(m.names for m in mandates)) - {names[person]}):
                entity.text(SKOS.altLabel, fr=other, en=other)
            ctx.emit(entity)
        self._warn(unconfirmed)

    def _warn(self, unconfirmed: Counter[tuple[str, str]]) -> None:
        for kind, told in self._words["kinds"].items():
            times = {code: n for (of, code), n in sorted(unconfirmed.items()) if of == kind}
            if times:
                listed = ", ".join(f"{code} ({n})" for code, n in times.items())
                self._ctx.report.warnings.append(
                    f"{sum(times.values())} mandates ({told['en']}) are kept without an end: their"
                    f" seat has no holder in the latest edition. By department: {listed}."
                )

    def _state_edition(self, kind: str, date: str) -> None:
        told, (file, digest) = self._words["kinds"][kind], self.editions[kind, date]
        edition = self._ctx.make(ESS.Edition, self._edition(kind, date))
        edition.label(
            f"Répertoire national des élus – {told['fr']} – {date}",
            f"National directory of elected officials – {told['en']} – {date}",
        )
        edition.date(DCTERMS.issued, date).add(ESS.fileName, file).add(ESS.sha256, digest)
        self._ctx.emit(edition)

    def _state_mandate(self, mandate: Mandate, end: str, name: str, *, is_open: bool) -> None:
        ctx, seen = self._ctx, mandate.seen
        key, told = seen.key, self._words["kinds"][seen.key.kind]
        iri = ctx.iri("membership", "rne", key.kind, key.authority, *key.person, key.start or "-")
        shared = _AUTHORITY[key.kind]
        fr, en = self._authority_name(shared, key.authority)
        tie = ctx.make(ESS.Membership, iri)
        tie.label(f"{name} ({told['fr']}) – {fr}", f"{name} ({told['en']}) – {en}")
        tie.add(ORG.member, self._person(key.person))
        tie.add(ORG.organization, authority(self._ctx, shared, key.authority))
        tie.add(ORG.role, ctx.concept("role", told["role"]))
        tie.date(ESS.start, key.start).date(ESS.end, end)
        tie.add(DCTERMS.spatial, self._spatial(key))
        tie.add(ESS.office, seen.office).date(ESS.officeSince, seen.office_since)
        tie.add(ESS.constituency, seen.constituency)
        tie.add(ESS.firstSeen, self._edition(key.kind, mandate.first))
        tie.add(ESS.lastSeen, self._edition(key.kind, mandate.last))
        if is_open:
            tie.text(ESS.note, **self._words["not_confirmed"])
        ctx.emit(tie)

    def _authority(self, shared: str, code: str) -> Entity:
        ctx = self._ctx
        entity = ctx.make(M8G.PublicOrganisation, authority(self._ctx, shared, code))
        entity.label(*self._authority_name(shared, code))
        for name in sorted(self.names[shared, code]):
            entity.text(SKOS.altLabel, fr=name, en=name)
        special = self._words["authorities"].get(code)
        for key in special["governs"] if special else [f"{shared}/{code}"]:
            entity.add(ESS.governs, place(ctx, key))
        kind = next(kind for kind, level in _AUTHORITY.items() if level == shared)
        concept = ctx.concept("organisation", self._words["kinds"][kind]["organisation"])
        return entity.add(ESS.organisationType, concept)

    def _authority_name(self, shared: str, code: str) -> tuple[str, str]:
        special = self._words["authorities"].get(code)
        if special:
            return special["fr"], special["en"]
        found = gazetteer().get(shared, code)
        name = found.name if found else max(self.names[shared, code], default=code)
        return authority_name(shared, name)

    def _person(self, person: Person) -> NamedNode:
        return self._ctx.iri("person", *person)

    def _edition(self, kind: str, date: str) -> NamedNode:
        return self._ctx.iri("edition", "rne", kind, date)

    def _spatial(self, key: Key) -> NamedNode | None:
        """The territory a mandate is for: commune, or the canton's or section's department."""
        if key.kind in ("departements", "regions"):
            return place(self._ctx, f"departement/{_departement(key)}")
        return place(self._ctx, f"commune/{key.person.place.removeprefix('commune-')}")


_AUTHORITY: Final = {
    "maires": "commune",
    "communes": "commune",
    "epci": "epci",
    "departements": "departement",
    "regions": "region",
}
"""What a kind of mandate is held in; its level is also the territory's."""
_NAMED: Final = {
    "maires": "commune_name",
    "communes": "commune_name",
    "epci": "epci_name",
    "departements": "departement_name",
    "regions": "region_name",
}
"""Where the name of what it is held in stands."""


def _keys(iri: str) -> list[str]:
    return [unquote(part) for part in iri.split("/")]


def _recalled(
    keys: list[str], about: dict[NamedNode, list[str]], person: dict[NamedNode, list[str]]
) -> Mandate:
    kind, authority, where, family, given, start = keys[-6:]
    office, since, constituency = (about.get(prop, [""])[0] for prop in _OFFICE)
    key = Key(kind, authority, Person(where, family, given), "" if start == "-" else start)
    label = person[RDFS.label][0]
    names = {label, *person.get(SKOS.altLabel, ())}
    first, last = (_keys(about[prop][0])[-1] for prop in (ESS.firstSeen, ESS.lastSeen))
    return Mandate(Sighting(key, label, office, since, constituency), first, last, names)


def _name(mandates: list[Mandate]) -> str:
    """A person's name as the latest edition writes it."""
    latest = max(mandates, key=lambda m: (m.last, m.seen.key.kind, m.seen.label))
    return latest.seen.label


def _departement(key: Key) -> str:
    """The department of a commune or canton, by its code."""
    code = key.person.place.rpartition("-")[2]
    return code[:3] if code.startswith(("97", "98")) else code[:2]
