"""European territorial cooperation projects (Interreg), from an export of keep.eu.

A project is a practice and its one implementation, answers the specific objective of its programme
as a challenge, and its partners take part in it from their territories. Programme and acronym
together are its key: an acronym alone is not. A project told twice with two lead partners is one.

A partner is known by country, town and name. It is based in its smallest NUTS region; in France, in
the commune of its town, or the department that the region is. Texts are in English, and in French
where the first or second language of a project is told to be French by its words; what is told in
another language alone is kept without a language.
"""

from __future__ import annotations

import hashlib
import html
import re
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, TypeAlias

from pyoxigraph import NamedNode

from essaim.loaders import values
from essaim.loaders.archives import kind_of
from essaim.loaders.contacts import home_page, without_contacts
from essaim.loaders.context import Context
from essaim.loaders.countries import Country, country
from essaim.loaders.entity import Entity
from essaim.loaders.european_themes import state_theme
from essaim.loaders.gazetteer import Place, gazetteer
from essaim.loaders.source import Source
from essaim.loaders.tables import Row
from essaim.loaders.territories import place
from essaim.ontology.errors import BadInput
from essaim.ontology.names import DCTERMS, ESS, M8G, ORG, PROV
from essaim.ontology.vocabulary import concepts, fold

__all__ = ["SOURCE", "load"]

SOURCE: Final = Source(
    name="keep",
    title_fr="keep.eu : projets de coopération territoriale européenne",
    title_en="keep.eu: projects of European territorial cooperation",
    publisher="Interact",
    licence="https://keep.eu/",
    homepage="https://keep.eu/",
    version="1",
    expected={"ess:Practice": (1, 50_000)},
)

Words: TypeAlias = dict[str, Any]

_PROJECT: Final = ("Programme", "Acronym", "Project Name", "Thematic1", "Project start")
_PARTNER: Final = ("Programme", "Acronym", "Project Partner", "Lead Partner", "Country code")
_BREAK: Final = re.compile(r"<\s*(?:br|/p|/li|/div|/h\d)\b[^>]*>", re.IGNORECASE)
_TAG: Final = re.compile(r"</?[a-zA-Z][^<>]{0,500}>|<!--.*?-->", re.DOTALL)
_LINES: Final = re.compile(r"[ \t\u00a0]*\r?\n\s*")
_CODE_AND_LABEL: Final = re.compile(r"([A-Z0-9]{2,5})\s*/?\s*(.*)", re.DOTALL)


@dataclass
class _Project:
    """What the partners of a project need to know of it."""

    key: tuple[str, str]
    label: str
    run: Entity
    practice: Entity
    dates: dict[NamedNode, str] = field(default_factory=dict)
    has_lead: bool = False


def load(ctx: Context) -> None:
    """State the projects, partners and calls of the files given."""
    if not ctx.files:
        raise BadInput("keep reads the files you give it.", "essaim load keep EXPORT.xlsx")
    words = ctx.yaml(Path(__file__).with_suffix(".yml"))
    reader = _Reader(ctx, words)
    books = [path for path in sorted(ctx.files) if kind_of(path) in ("xlsx", "ods", "xls")]
    tables = [path for path in sorted(ctx.files) if path not in books]
    for path in books:
        for row in ctx.rows(path, sheet=words["sheets"]["calls"]):
            reader.call(row)
        for row in ctx.rows(path, sheet=words["sheets"]["projects"]):
            ctx.require_columns(row, _PROJECT)
            reader.project(row)
    for path in books:
        for row in ctx.rows(path, sheet=words["sheets"]["partners"]):
            ctx.require_columns(row, _PARTNER)
            reader.partner(row)
    for path in tables:
        for row in ctx.rows(path):
            ctx.require_columns(row, _PARTNER)
            reader.partner(row)
    reader.finish()


class _Reader:
    """Reads rows, and remembers the projects that partners name."""

    def __init__(self, ctx: Context, words: Words) -> None:
        self._ctx = ctx
        self._words = words
        self._projects: dict[tuple[str, str], _Project] = {}
        self._parties: set[NamedNode] = set()
        self._ties: set[NamedNode] = set()
        self._places: set[NamedNode] = set()

    # calls

    def call(self, row: Row) -> None:
        """A call for projects, or for applications, of a programme."""
        ctx, programme, number = self._ctx, row.pop("Programme"), row.pop("Serial Number")
        if not programme or not number:
            ctx.leave_out(row, "Call without a programme or a number")
            return
        call = ctx.make(ESS.CallForInterest, self._call(programme, number))
        short = _short(programme)
        call.label(f"Appel {number} – {short}", f"Call {number} – {short}")
        self._dates(row, call, "Start Date", "End Date")
        self._amount(
            row,
            call,
            "Budget",
            ("call", *_keys(programme, number)),
            {"fr": "budget de l'appel", "en": "budget of the call"},
            short,
        )
        row.audit()
        ctx.emit(call)

    def _call(self, programme: str, number: str) -> NamedNode:
        return self._ctx.iri("call", "keep", *_keys(programme, number))

    # projects

    def project(self, row: Row) -> None:
        """A project; the second row of one with two lead partners says nothing new."""
        ctx = self._ctx
        programme, acronym = row.pop("Programme"), row.pop("Acronym")
        row.ignore(self._words["ignored"]["projects"])
        if not programme or not acronym:
            ctx.leave_out(row, "Project without a programme or an acronym")
            return
        if (programme, acronym) in self._projects:
            ctx.set_aside("Second row of a project with two lead partners")
            return
        keys = _keys(programme, acronym)
        name = _line(row.pop("Project Name"))
        second = _line(row.pop("Project Name language 2"))
        label = name or second or acronym
        label = label if fold(acronym) in fold(label) else f"{acronym} – {label}"
        practice = ctx.make(ESS.Practice, ctx.iri("practice", "keep", *keys)).label(label)
        run = ctx.make(ESS.Implementation, ctx.iri("implementation", "keep", *keys))
        run.label(f"{label} (projet)", f"{label} (project)").add(ESS.implements, practice)
        if name and second and second != label:
            practice.add(DCTERMS.alternative, second)
        project = _Project((programme, acronym), label, run, practice)
        self._projects[project.key] = project
        page = home_page(row.pop("Website"))
        for entity in (practice, run):
            entity.add(DCTERMS.source, page or NamedNode(SOURCE.homepage))
        project.dates.update(self._dates(row, run, "Project start", "Project end"))
        for column in ("Thematic1", "Thematic2", "Thematic3"):
            state_theme(ctx, row, column, row.pop(column), practice)
        self._texts(row, project)
        self._challenge(row, programme, practice)
        self._amounts(row, project, keys)
        if number := row.pop("Call SN"):
            run.add(PROV.wasInformedBy, self._call(programme, number))
        row.audit()

    def _texts(self, row: Row, project: _Project) -> None:
        """Texts in English, in French where there is one, in another language where it is alone."""
        for name, told in self._words["texts"].items():
            english = self._clean(row, f"{name} EN")
            others = [self._clean(row, f"{name} {number}") for number in (1, 2)]
            french = next((text for text in others if self._is_french(text)), "")
            entity = project.practice if told["of"] == "practice" else project.run
            prop = DCTERMS.description if told["of"] == "practice" else ESS.note
            entity.text(
                prop,
                fr=french and told.get("fr", "") + french,
                en=english and told.get("en", "") + english,
            )
            if not english and not french:
                entity.add(prop, next(filter(None, others), ""))
            elif any(others) and not french:
                self._ctx.fixed("Text in a third language left aside: it is told in English")
        for column, before in self._words["notes"].items():
            if text := self._clean(row, column):
                project.run.text(ESS.note, en=before + text)

    def _clean(self, row: Row, column: str) -> str:
        """A text without markup, contacts and stray spaces; its paragraphs kept."""
        text = row.pop(column)
        plain = _TAG.sub("", _BREAK.sub("\n", text))
        unescaped = html.unescape(plain)
        if unescaped != text:
            self._ctx.fixed("Markup taken out of a text")
        told, removed = without_contacts(_LINES.sub("\n", unescaped).strip())
        for what in removed:
            self._ctx.fixed(f"{what} taken out of a text")
        return told

    def _is_french(self, text: str) -> bool:
        tokens = re.findall(r"\w+", text.casefold())
        found = [token for token in tokens if token in self._words["french"]]
        return len(set(found)) >= 3 and len(found) * 25 >= len(tokens)

    def _challenge(self, row: Row, programme: str, practice: Entity) -> None:
        text = self._clean(row, "Specific Obj")
        if not text:
            return
        ctx = self._ctx
        challenge = ctx.make(ESS.Challenge, ctx.iri("challenge", "keep", *_keys(programme, text)))
        challenge.label(text).add(DCTERMS.source, NamedNode(SOURCE.homepage))
        ctx.emit(challenge)
        practice.add(ESS.answers, challenge)

    def _amounts(self, row: Row, project: _Project, keys: tuple[str, str]) -> None:
        funds = []
        for column, name in self._words["funds"].items():
            text = row.pop(column)
            if text and values.amount(text) != 0:
                funds.append(f"{name}: {text}")
        for column, told in self._words["amounts"].items():
            amount = self._amount(
                row, project.run, column, ("keep", *keys, told["key"]), told, project.label
            )
            if amount is not None:
                if told["key"] == "eu" and funds:
                    amount.text(ESS.note, en="; ".join(funds))
                project.practice.add(ESS.amount, amount)

    def _amount(
        self, row: Row, entity: Entity, column: str, keys: tuple[str, ...], told: Words, of: str
    ) -> Entity | None:
        ctx, text = self._ctx, row.pop(column)
        value = values.amount(text) if text else None
        if value is None or value == 0:
            if text and value is None:
                ctx.issue("Not an amount", file=row.file, line=row.line, column=column, value=text)
                entity.text(ESS.note, fr=f"{told['fr']} : {text}", en=f"{told['en']}: {text}")
            return None
        amount = ctx.make(ESS.Amount, ctx.iri("amount", *keys))
        fr, en = _euros(value)
        amount.label(f"{fr} ({told['fr']}) – {of}", f"{en} ({told['en']}) – {of}")
        amount.add(ESS.amountValue, value).text(ESS.note, fr=told["fr"], en=told["en"])
        ctx.emit(amount)
        entity.add(ESS.amount, amount)
        return amount

    def _dates(self, row: Row, entity: Entity, start: str, end: str) -> dict[NamedNode, str]:
        """Date an entity from two columns; an end that comes before its start is not stated."""
        days = {prop: self._day(row, name) for prop, name in ((ESS.start, start), (ESS.end, end))}
        first, last = days[ESS.start], days[ESS.end]
        if first and last and last[: len(first)] < first[: len(last)]:
            self._report_date(row, "End before the start, not kept", end, last)
            days[ESS.end] = ""
        for prop, day in days.items():
            entity.date(prop, day)
        return days

    def _day(self, row: Row, column: str) -> str:
        text = row.pop(column)
        day = values.date_text(text) if text else ""
        if day is None:
            self._report_date(row, "Not a date", column, text)
        return day or ""

    def _report_date(self, row: Row, reason: str, column: str, value: str) -> None:
        self._ctx.issue(reason, file=row.file, line=row.line, column=column, value=value)

    # partners

    def partner(self, row: Row) -> None:
        """A partner, where it is, and its part in the project."""
        ctx = self._ctx
        key = (row.pop("Programme"), row.pop("Acronym"))
        project, name = self._projects.get(key), _line(row.pop("Project Partner"))
        row.ignore(self._words["ignored"]["partners"])
        if project is None or not name:
            reason = "Partner without a name" if project else "Partner of a project not given"
            ctx.leave_out(row, reason, value=" / ".join(key))
            return
        home, town = self._country(row), _line(row.pop("Town"))
        where = self._region(row, home, town)
        keys = (home.code if home else "-", *_keys(town, name))
        party = ctx.iri("organisation", "keep", *keys)
        status = row.pop("Legal Status").casefold()
        if party not in self._parties:
            self._parties.add(party)
            cls = M8G.PublicOrganisation if status == "public" else ORG.Organization
            entity = ctx.make(cls, party).label(name).add(ESS.basedIn, where)
            if status in self._words["legal"]:
                kind = ctx.concept("organisation", self._words["legal"][status])
                entity.add(ESS.organisationType, kind)
            ctx.emit(entity)
        is_lead = row.pop("Lead Partner").casefold() == "yes"
        row.audit()
        way = "carrier" if is_lead else "partner"
        tie = ctx.iri("participation", "keep", *_keys(*key), way, *keys)
        if tie in self._ties:
            ctx.set_aside("Partner told already")
            return
        self._ties.add(tie)
        project.run.add(ESS.inTerritory, where)
        if is_lead:
            project.practice.add(ESS.originatesIn, where)
            project.has_lead = True
        self._takes_part(project, tie, party, name, way)

    def _takes_part(
        self, project: _Project, tie: NamedNode, party: NamedNode, name: str, way: str
    ) -> None:
        ctx = self._ctx
        concept = ctx.concept("participation", way)
        fr, en = (concepts().label(concept, language) for language in ("fr", "en"))
        entity = ctx.make(ESS.Participation, tie)
        entity.label(f"{name} ({fr}) – {project.label}", f"{name} ({en}) – {project.label}")
        entity.add(ESS.participant, party).add(ESS.participatesIn, project.run)
        entity.add(ESS.participationRole, concept)
        if way == "carrier":
            for prop, day in project.dates.items():
                entity.date(prop, day)
        ctx.emit(entity)

    def _country(self, row: Row) -> Country | None:
        text = row.pop("Country code")
        found = country(text[:2]) if text else None
        if found is None:
            self._ctx.issue(
                "Not a country", file=row.file, line=row.line, column="Country code", value=text
            )
            return None
        iri = self._ctx.iri("territory", "country", found.code)
        if iri not in self._places:
            self._places.add(iri)
            entity = self._ctx.make(ESS.Country, iri).label(found.fr, found.en)
            self._ctx.emit(entity.add(ESS.isoCode, found.code))
        return found

    def _region(self, row: Row, home: Country | None, town: str) -> NamedNode | None:
        """Where a partner is, as closely as it is told."""
        ctx = self._ctx
        code, label = _told(row.pop("NUTS3 (or equivalent)"))
        if home is None:
            return None
        if home.code == "FR":
            found = self._french(label, town)
            if found is not None:
                return place(ctx, found.key)
        above = ctx.iri("territory", "country", home.code)
        if not code:
            ctx.matched("partner: country")
            return above
        region = ctx.iri("territory", "other", f"nuts-{code}".lower())
        if region not in self._places:
            self._places.add(region)
            entity = ctx.make(ESS.OtherTerritory, region).label(f"{label or code} (NUTS {code})")
            ctx.emit(entity.add(ESS.directlyWithin, above).add(DCTERMS.identifier, f"NUTS {code}"))
        ctx.matched("partner: NUTS region")
        return region

    def _french(self, label: str, town: str) -> Place | None:
        department = gazetteer().of_name(label, "departement").place if label else None
        if department is None:
            return None
        found = gazetteer().of_name(town, "commune", department.code)
        where = "commune" if found.place else "department"
        self._ctx.matched(f"partner: {where} by the {found.how if found.place else 'NUTS region'}")
        return found.place or department

    def finish(self) -> None:
        """State the projects, now that it is known where they took place."""
        for project in self._projects.values():
            if not project.has_lead:
                self._ctx.report.warnings.append(f"{project.label} has no lead partner.")
            self._ctx.emit(project.practice, project.run)
            self._funded(project)

    def _funded(self, project: _Project) -> None:
        ctx, programme = self._ctx, project.key[0]
        key = ctx.slug(programme)
        party = ctx.iri("organisation", "keep", "programme", key)
        if party not in self._parties:
            self._parties.add(party)
            ctx.emit(ctx.make(ORG.Organization, party).label(_short(programme)))
        tie = ctx.iri("participation", "keep", *_keys(*project.key), "funder", key)
        self._takes_part(project, tie, party, _short(programme), "funder")


def _keys(first: str, second: str) -> tuple[str, str]:
    """Two readable keys that stay different where slugs would not."""
    return _key(first), _key(second)


def _key(text: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", fold(text)).strip("-")
    if slug == text:
        return slug or "-"
    return f"{slug[:60].strip('-')}-{hashlib.sha256(text.encode()).hexdigest()[:6]}".strip("-")


def _short(programme: str) -> str:
    return re.sub(r"^\d{4} ?- ?\d{4} ", "", programme)


def _line(text: str) -> str:
    """A name on one line."""
    return " ".join(html.unescape(text).split())


def _told(text: str) -> tuple[str, str]:
    """The code and the label of ``DEG01  / Erfurt, Kreisfreie Stadt``."""
    found = _CODE_AND_LABEL.fullmatch(text)
    return (found[1], _line(found[2])) if found else ("", "")


def _euros(value: Decimal) -> tuple[str, str]:
    plain = f"{value:,.2f}".removesuffix(".00")
    return f"{plain.replace(',', ' ').replace('.', ',')} €", f"€{plain}"
