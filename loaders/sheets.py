"""Practice sheets: tables that people fill in, in our template or in any other layout.

Each file is a graph of its own, ``source/sheets/<name of the file>``: loading a new version of the
file replaces it, and other files stay. What its columns hold is told by a mapping, see
:mod:`essaim.loaders.sheet_layouts`; a mapping file (``.yml``) given beside tables comes first.

Themes, sectors and publics are matched with the labels of the lists, case and accents apart,
alternative labels too; a theme without a match is kept as text, and everything without one is
reported. Places are found by code, name or the town of an address. Contacts are taken out of texts.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pyoxigraph import NamedNode

from essaim.loaders import values
from essaim.loaders.contacts import home_page, without_contacts
from essaim.loaders.context import Context
from essaim.loaders.entity import Entity
from essaim.loaders.sheet_layouts import FIELDS, Column, Layout, layout_of, read_layout
from essaim.loaders.sheet_places import find_place
from essaim.loaders.source import Source
from essaim.loaders.tables import Row
from essaim.loaders.territories import place
from essaim.ontology.errors import BadInput, NotFound, Refused
from essaim.ontology.names import DCTERMS, ESS, ORG
from essaim.ontology.vocabulary import concepts, fold

__all__ = ["SOURCE", "load"]

SOURCE: Final = Source(
    name="sheets",
    title_fr="Fiches de pratiques",
    title_en="Practice sheets",
    publisher="Ceux qui ont rempli les fiches",
    licence="https://creativecommons.org/licenses/by/4.0/",
    homepage="https://w3id.org/essaim",
    version="1",
    expected={"ess:Practice": (1, 100_000)},
)

_CONCEPTS: Final = {
    "themes": ("theme", ESS.theme),
    "sectors": ("sector", ESS.sector),
    "publics": ("public", ESS.public),
}
_DATES: Final = {"start": ESS.start, "end": ESS.end}
_TEXTS: Final = frozenset(FIELDS) - {
    "place_code",
    "latitude",
    "longitude",
    "start",
    "end",
    "period",
    "amount",
    "page",
    "documents",
    "created",
    "modified",
    "key",
}
"""What may hold a contact that somebody typed; codes, dates and addresses of pages do not."""
_BULLET: Final = re.compile(r"^[\s•·*–-]+")
_RESULTS: Final = {"fr": "Résultats : ", "en": "Results: "}


@dataclass
class _Cells:
    """The cells of a row by what they are, with what their columns say of them."""

    row: Row
    layout: Layout
    told: dict[str, list[tuple[Column, str]]] = field(default_factory=lambda: defaultdict(list))

    def text(self, name: str) -> str:
        """All that is told of a field, with the words its columns put before."""
        return "\n\n".join(column.before + text for column, text in self.told.get(name, ()))

    def many(self, name: str) -> list[tuple[Column, str]]:
        """Each value of a field and the column it stands in."""
        found = []
        for column, text in self.told.get(name, ()):
            parts = text.split(column.split) if column.split else [text]
            found += [(column, plain) for part in parts if (plain := _BULLET.sub("", part).strip())]
        return found

    def stands_for(self, name: str, text: str) -> object:
        """What the mapping says a typed value means, or the value itself."""
        return self.layout.values.get(name, {}).get(fold(text), text)


@dataclass(frozen=True)
class _Known:
    """A practice that has been described, as replications need it."""

    iri: NamedNode
    key: str
    fr: str
    en: str


def load(ctx: Context) -> None:
    """State the practices of each table, and where they were taken up."""
    mappings = [path for path in ctx.files if path.suffix.lower() in (".yml", ".yaml")]
    tables = [path for path in ctx.files if path not in mappings]
    if not tables:
        raise BadInput("sheets reads the files you give it.", "essaim load sheets fiches.xlsx")
    given = [read_layout(path.name, ctx.yaml(path)) for path in mappings]
    for path in tables:
        layout, before = layout_of(path, given)
        part = ctx.begin_part(path)
        ctx.report.warnings.append(f"{path.name} is read as: {layout.title}.")
        reader = _Reader(ctx, part)
        for cells in _iter_cells(ctx, path, layout, before):
            reader.practice(cells)
        again = layout.replications
        if again is not None:
            try:
                rows = list(_iter_cells(ctx, path, again, 0))
            except NotFound:
                rows = []
            for cells in rows:
                reader.replication(cells)


def _iter_cells(ctx: Context, path: Path, layout: Layout, before: int) -> Iterable[_Cells]:
    is_book = path.suffix.lower() in (".xlsx", ".ods", ".xls", ".xlsm")
    sheet = layout.sheet if is_book else None
    if layout.sheet and not is_book and not layout.replications:
        return
    for row in ctx.rows(path, sheet=sheet, header_after=before):
        for column in layout.columns.values():
            if column.is_required and not any(
                layout.columns.get(fold(name.rstrip(" *"))) is column for name in row.header
            ):
                raise Refused(
                    f'{path.name} has no column "{column.name}".',
                    f"Its columns are: {', '.join(row.header)}.",
                )
        cells = _Cells(row, layout)
        for column, text in layout.take(row):
            told = text
            if _TEXTS.issuperset(column.fields):
                told, removed = without_contacts(text)
                for what in removed:
                    ctx.fixed(f"{what} taken out of a text")
            for name in column.fields:
                cells.told[name].append((column, told))
        yield cells


class _Reader:
    """Reads the rows of one file."""

    def __init__(self, ctx: Context, part: str) -> None:
        self._ctx = ctx
        self._part = part
        self._graph = NamedNode(f"{ctx.source.graph}/{part}")
        self._practices: dict[str, _Known] = {}
        self._by_name: dict[str, _Known] = {}
        self._runs: set[NamedNode] = set()
        self._parties: dict[str, NamedNode] = {}

    # practices

    def practice(self, cells: _Cells) -> None:
        """A practice and its run by its carriers."""
        ctx = self._ctx
        fr, en = cells.text("title_fr").strip(), cells.text("title_en").strip()
        key = ctx.slug(cells.text("key")) or ctx.slug(fr or en)[:80]
        if not key:
            ctx.leave_out(cells.row, "Sheet without a title")
            return
        if key in self._practices and not cells.text("key"):
            key = f"{key}-{ctx.slug(cells.text('carriers'))}"
        if key in self._practices:
            ctx.leave_out(cells.row, "Sheet given twice", value=fr or en)
            return
        iri = ctx.iri("practice", "sheets", self._part, key)
        known = _Known(iri, key, fr or en or key, en or fr or key)
        self._practices[key] = known
        for name in (key, fold(fr), fold(en), fold(cells.text("key"))):
            self._by_name.setdefault(name, known)
        entity = ctx.make(ESS.Practice, iri).label(known.fr, known.en)
        self._texts(cells, entity, "summary", DCTERMS.description)
        self._texts(cells, entity, "results", ESS.note, before=_RESULTS)
        self._texts(cells, entity, "note", ESS.note)
        self._concepts(cells, entity)
        self._challenge(cells, entity, known)
        self._conditions(cells, entity, known)
        self._amount(cells, entity, known)
        self._graded(cells, entity, known)
        self._moments(cells, entity)
        page = self._page(cells)
        entity.add(DCTERMS.source, page or self._graph)
        if cells.text("key"):
            entity.add(DCTERMS.identifier, cells.text("key"))
        run = ctx.make(
            ESS.Implementation, ctx.iri("implementation", "sheets", self._part, key, "origin")
        )
        run.label(f"{known.fr} (mise en œuvre du porteur)", f"{known.en} (the carrier's run)")
        run.add(ESS.implements, iri).add(DCTERMS.source, page or self._graph)
        where = self._where(cells, run)
        entity.add(ESS.originatesIn, where)
        self._take_part(cells, run, known.fr)
        ctx.emit(entity, run)

    def replication(self, cells: _Cells) -> None:
        """A run of a practice elsewhere."""
        ctx = self._ctx
        name = cells.text("practice")
        known = self._by_name.get(fold(name)) or self._by_name.get(ctx.slug(name))
        if known is None:
            ctx.leave_out(cells.row, "Practice not in the sheets", value=name)
            return
        who = [text for _, text in cells.many("carriers")]
        keys = ctx.slug(" ".join(who)) or ctx.slug(cells.text("place")) or f"line-{cells.row.line}"
        iri = ctx.iri("implementation", "sheets", self._part, known.key, keys[:80])
        if iri in self._runs:
            ctx.leave_out(cells.row, "Replication given twice", value=name)
            return
        self._runs.add(iri)
        told = ", ".join(who) or cells.text("place") or keys
        run = ctx.make(ESS.Replication, iri)
        run.label(f"{known.fr} – {told}", f"{known.en} – {told}").add(ESS.implements, known.iri)
        run.add(DCTERMS.source, self._page(cells) or self._graph)
        self._texts(cells, run, "adaptation", ESS.adaptation)
        self._texts(cells, run, "note", ESS.note)
        self._where(cells, run)
        self._take_part(cells, run, f"{known.fr} – {told}")
        ctx.emit(run)

    # what is said of a practice

    def _texts(
        self,
        cells: _Cells,
        entity: Entity,
        name: str,
        prop: NamedNode,
        before: dict[str, str] | None = None,
    ) -> None:
        for language in ("fr", "en"):
            text = cells.text(f"{name}_{language}")
            if text:
                entity.text(prop, **{language: (before or {}).get(language, "") + text})

    def _concepts(self, cells: _Cells, entity: Entity) -> None:
        for name, (scheme, prop) in _CONCEPTS.items():
            for column, text in self._terms(cells, name, scheme):
                meant = str(cells.stands_for(name, text))
                concept = self._ctx.match(scheme, meant)
                if concept is not None:
                    how = "its label" if meant == text else "the mapping"
                    self._ctx.matched(f"{scheme} by {how}")
                    entity.add(prop, concept)
                elif name == "themes":
                    entity.text(ESS.freeTheme, fr=text)
                    self._untold(cells, f"No {scheme} has this label: kept as text", column, text)
                else:
                    entity.text(ESS.note, fr=f"{column.name} : {text}")
                    self._untold(cells, f"No {scheme} has this label: kept as a note", column, text)

    def _terms(self, cells: _Cells, name: str, scheme: str) -> list[tuple[Column, str]]:
        """Terms of a cell; one that holds the separator is known by being in the list."""
        found: list[tuple[Column, str]] = []
        for column, text in cells.told.get(name, ()):
            parts = [p.strip() for p in (text.split(column.split) if column.split else [text])]
            at = 0
            while at < len(parts):
                end = next(
                    (
                        end
                        for end in range(len(parts), at + 1, -1)
                        if self._ctx.match(scheme, f"{column.split} ".join(parts[at:end]))
                    ),
                    at + 1,
                )
                term = f"{column.split} ".join(parts[at:end])
                if term:
                    found.append((column, term))
                at = end
        return found

    def _challenge(self, cells: _Cells, entity: Entity, known: _Known) -> None:
        fr, en = (cells.text(f"challenge_{language}") for language in ("fr", "en"))
        if fr or en:
            iri = self._ctx.iri("challenge", "sheets", self._part, known.key)
            challenge = self._ctx.make(ESS.Challenge, iri).label(fr or en, en or fr)
            self._ctx.emit(challenge.add(DCTERMS.source, self._graph))
            entity.add(ESS.answers, challenge)

    def _conditions(self, cells: _Cells, entity: Entity, known: _Known) -> None:
        for number, (_, text) in enumerate(cells.many("conditions_fr"), 1):
            iri = self._ctx.iri("condition", "sheets", self._part, known.key, str(number))
            condition = self._ctx.make(ESS.Condition, iri).label(text)
            self._ctx.emit(condition)
            entity.add(ESS.condition, condition)

    def _amount(self, cells: _Cells, entity: Entity, known: _Known) -> None:
        text = cells.text("amount")
        value = values.amount(text) if text else None
        notes = {lang: cells.text(f"amount_note_{lang}") for lang in ("fr", "en")}
        if value is not None:
            amount = self._ctx.make(
                ESS.Amount, self._ctx.iri("amount", "sheets", self._part, known.key)
            )
            figure = f"{value:,}".replace(",", " ").replace(".", ",")
            amount.label(f"{figure} € – {known.fr}", f"€{value:,} – {known.en}")
            self._ctx.emit(amount.add(ESS.amountValue, value).text(ESS.note, **notes))
            entity.add(ESS.amount, amount)
        elif text or any(notes.values()):
            if text:
                self._untold(
                    cells, "Not an amount: kept as a note", self._column(cells, "amount"), text
                )
            entity.text(ESS.note, fr=f"Montant : {text} {notes['fr']}".strip())

    def _graded(self, cells: _Cells, entity: Entity, known: _Known) -> None:
        """How it was evaluated, and the documents there are."""
        ctx = self._ctx
        if text := cells.text("evaluation"):
            level = ctx.match("evaluation", text)
            if level is None:
                column = self._column(cells, "evaluation")
                self._untold(cells, "No evaluation has this label: kept as a note", column, text)
                entity.text(ESS.note, fr=f"Évaluation : {text}")
            else:
                part = ctx.make(
                    ESS.Evaluation, ctx.iri("evaluation", "sheets", self._part, known.key)
                )
                fr, en = (concepts().label(level, language) for language in ("fr", "en"))
                part.label(f"Évaluation {fr} – {known.fr}", f"Evaluation: {en} – {known.en}")
                ctx.emit(part.add(ESS.evaluationLevel, level).add(DCTERMS.source, self._graph))
                entity.add(ESS.evaluation, part)
        kind = ctx.match("documentation", cells.text("document_kind") or "page")
        kind = kind or ctx.concept("documentation", "page")
        for number, (column, text) in enumerate(cells.many("documents"), 1):
            page = home_page(text)
            if page is None:
                entity.text(ESS.note, fr=f"{column.name} : {text}")
                ctx.issue(
                    "Not the address of a page: kept as a note",
                    file=cells.row.file,
                    line=cells.row.line,
                    column=column.name,
                )
                continue
            part = ctx.make(
                ESS.Documentation,
                ctx.iri("documentation", "sheets", self._part, known.key, str(number)),
            )
            fr, en = (concepts().label(kind, language) for language in ("fr", "en"))
            part.label(
                f"{fr[:1].upper()}{fr[1:]} – {known.fr}", f"{en[:1].upper()}{en[1:]} – {known.en}"
            )
            part.add(ESS.documentationKind, kind).add(ESS.address, page).add(DCTERMS.source, page)
            ctx.emit(part)
            entity.add(ESS.documentation, part)

    def _moments(self, cells: _Cells, entity: Entity) -> None:
        for name, prop in (("created", DCTERMS.created), ("modified", DCTERMS.modified)):
            entity.date(prop, values.date_text(cells.text(name)) or "")

    def _page(self, cells: _Cells) -> NamedNode | None:
        text = cells.text("page")
        page = home_page(text)
        if text and page is None:
            column = self._column(cells, "page")
            self._ctx.issue(
                "Not the address of a page",
                file=cells.row.file,
                line=cells.row.line,
                column=column.name,
            )
        return page

    # where, when and who

    def _where(self, cells: _Cells, run: Entity) -> NamedNode | None:
        """State where and when a run is; the territory."""
        self._when(cells, run)
        ctx = self._ctx
        levels = cells.stands_for("level", cells.text("level"))
        told = {name: cells.text(name) for name in ("place", "place_code", "address", "department")}
        found = find_place(
            name=told["place"],
            code=told["place_code"],
            address=told["address"],
            department=told["department"],
            levels=tuple(levels) if isinstance(levels, list) else (str(levels),),
        )
        ctx.matched(f"place by {found.how}" if found.place else f"place: {found.how}")
        position = values.coordinates(f"{cells.text('latitude')}, {cells.text('longitude')}")
        if position:
            run.add(ESS.latitude, position[0]).add(ESS.longitude, position[1])
        if found.place is None or found.is_wider:
            shown = told["place"] or told["place_code"] or told["department"]
            ctx.issue(
                f"Place not told: {found.how}",
                file=cells.row.file,
                line=cells.row.line,
                value=shown or None,
            )
            if shown and not cells.told.get("address"):
                run.text(ESS.note, fr=f"Lieu : {shown}", en=f"Place: {shown}")
        if found.place is None:
            return None
        territory = place(ctx, found.place.key)
        run.add(ESS.inTerritory, territory)
        return territory

    def _when(self, cells: _Cells, run: Entity) -> None:
        if text := cells.text("period"):
            years = values.years(text)
            if years is None:
                column = self._column(cells, "period")
                self._untold(cells, "Not a period: kept as a note", column, text)
                run.text(ESS.note, fr=f"Période : {text}")
            else:
                run.date(ESS.start, years[0]).date(ESS.end, years[1])
        for name, prop in _DATES.items():
            text = cells.text(name)
            day = values.date_text(text) if text else ""
            if day is None:
                self._untold(cells, "Not a date: kept as a note", self._column(cells, name), text)
                run.text(ESS.note, fr=f"{self._column(cells, name).name} : {text}")
            run.date(prop, day or "")

    def _take_part(self, cells: _Cells, run: Entity, label: str) -> None:
        ctx = self._ctx
        for name, way in (("carriers", "carrier"), ("partners", "partner")):
            for _, text in cells.many(name):
                who = self._party(text)
                concept = ctx.concept("participation", way)
                keys = run.iri.value.rsplit("/", 2)[1:]
                iri = ctx.iri(
                    "participation", "sheets", self._part, *keys, way, ctx.slug(text)[:80]
                )
                tie = ctx.make(ESS.Participation, iri)
                fr, en = (concepts().label(concept, language) for language in ("fr", "en"))
                tie.label(f"{text} ({fr}) – {label}", f"{text} ({en}) – {label}")
                tie.add(ESS.participant, who).add(ESS.participatesIn, run)
                ctx.emit(tie.add(ESS.participationRole, concept).add(ESS.role, self._role(text)))

    def _party(self, text: str) -> NamedNode:
        """Who a name stands for: an organisation, or people told by their kind alone."""
        ctx, key = self._ctx, self._ctx.slug(text)[:80] or "-"
        if key not in self._parties:
            kind, cls = (
                ("collective", ESS.Collective)
                if self._role(text)
                else ("organisation", ORG.Organization)
            )
            entity = ctx.make(cls, ctx.iri(kind, "sheets", self._part, key)).label(text)
            ctx.emit(entity.add(DCTERMS.source, self._graph))
            self._parties[key] = entity.iri
        return self._parties[key]

    def _role(self, text: str) -> NamedNode | None:
        """The role that a kind of participant is, where no single organisation is named."""
        return self._ctx.match("role", text)

    def _column(self, cells: _Cells, name: str) -> Column:
        return cells.told[name][0][0]

    def _untold(self, cells: _Cells, reason: str, column: Column, text: str) -> None:
        self._ctx.recurring(reason, cells.row, column.name, text)
