"""Practices of cultural cooperation, who carries them, and where others took them up.

Three tables made from facts read in excerpts of public pages, in our own words, one address a row:

- ``corpora/practices.csv``: a practice, its run by its carrier (an ``ess:Implementation`` whose
  last key is ``origin``), its challenge, conditions, amount, evaluation and documentation.
  ``conditions_fr``, ``conditions_en`` and ``requires`` go together, part by part; ``requires``
  holds what a condition's own words call for, as ``role:``, ``skill:`` or ``sector:`` keys;
- ``corpora/replications.csv``: what happened elsewhere, and of which ``kind``. Only an adoption is
  an ``ess:Replication``; renewals, tour stops, sites of the carrier and studies stay plain
  implementations with a note. ``key`` is unique within a practice;
- ``corpora/organisations.csv``: every organisation that the two others name, by its full name. An
  authority ``governs`` its territory; ``based_in`` is as wide as the source knows.

A territory is written level and code (``departement/43``), lists are separated by ``|``, an empty
cell means unknown and never "no". The OpenLab method and its runs are in the source ``openlabs``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final, TypeAlias

from pyoxigraph import NamedNode

from essaim.loaders.context import Context
from essaim.loaders.entity import Entity
from essaim.loaders.source import Source
from essaim.loaders.tables import Row
from essaim.loaders.territories import place
from essaim.ontology.errors import BadInput, NotFound
from essaim.ontology.names import DCTERMS, ESS, M8G, ORG, PROV
from essaim.ontology.vocabulary import concepts

__all__ = ["SOURCE", "load"]

SOURCE: Final = Source(
    name="practices",
    title_fr="Pratiques de coopération culturelle et leurs reprises",
    title_en="Practices of cultural cooperation and their replications",
    publisher="Essaim, d'après des pages publiques citées une à une",
    licence="https://creativecommons.org/licenses/by/4.0/",
    homepage="https://w3id.org/essaim",
    version="1",
    retrieved="2026-11-24",
    expected={
        "ess:Practice": (99, 99),
        "ess:Replication": (254, 254),
        "ess:Implementation": (126, 126),
        "ess:Challenge": (89, 89),
        "ess:Documentation": (99, 99),
        "ess:Condition": (279, 279),
        "ess:Participation": (577, 577),
        "org:Organization": (195, 195),
        "m8g:PublicOrganisation": (273, 273),
    },
)

Texts: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True)
class _Named:
    """Something that has been described, as others need to name it.

    Args:
        iri: its IRI.
        fr: its name in French.
        en: its name in English.
        page: where it was read, if known.
    """

    iri: NamedNode
    fr: str
    en: str
    page: NamedNode | None = None


@dataclass(frozen=True)
class _Party(_Named):
    """Someone who takes part.

    Args:
        role: what it is in cooperation, if known.
        way: how it takes part (``participation:…``), where its kind says so.
    """

    role: NamedNode | None = None
    way: str = ""


def load(ctx: Context) -> None:
    """State the organisations, then the practices, then what happened elsewhere."""
    reader = _Reader(ctx, ctx.yaml(Path(__file__).with_suffix(".yml")))
    for name, read in (
        ("organisations.csv", reader.organisation),
        ("practices.csv", reader.practice),
        ("replications.csv", reader.elsewhere),
    ):
        for row in ctx.rows(ctx.data(name)):
            read(row)
            row.audit()
    reader.check_derivations()


class _Reader:
    """Reads the rows, and remembers the organisations and practices that others name."""

    def __init__(self, ctx: Context, fixes: Texts) -> None:
        self._ctx = ctx
        self._fixes = fixes
        self._parties: dict[str, _Party] = {}
        self._practices: dict[str, _Named] = {}
        self._runs: set[tuple[str, str]] = set()
        self._derivations: list[tuple[Row, str]] = []

    # organisations

    def organisation(self, row: Row) -> None:
        """An organisation: its type, sector, territory, and what it is in cooperation."""
        ctx = self._ctx
        name, types = row.pop("name"), row.pop_list("types")
        key = ctx.slug(name)
        if not key or key in self._parties:
            self._skip(row, "Organisation without a name, or given twice", "name", name)
            return
        governs = self._territory(row, "governs", row.pop("governs"))
        public = governs or not set(types).isdisjoint(self._fixes["public_types"])
        cls = M8G.PublicOrganisation if public else ORG.Organization
        entity = ctx.make(cls, ctx.iri("organisation", key))
        entity.label(name).add(ESS.governs, governs)
        sectors = row.pop_list("sector")
        self._concepts(row, entity, ESS.organisationType, "types", types, scheme="organisation")
        self._concepts(row, entity, ESS.sector, "sector", sectors)
        self._placed(row, entity, "based_in", ESS.basedIn)
        entity.add(DCTERMS.source, self._page(row))
        self._note(row, entity)
        ctx.emit(entity)
        role = self._role(types, sectors)
        self._parties[key] = _Party(entity.iri, name, name, role=role)

    def _role(self, types: list[str], sectors: list[str]) -> NamedNode | None:
        for names, roles in (
            (types, self._fixes["role_of_type"]),
            (sectors, self._fixes["role_of_sector"]),
        ):
            for name in names:
                if name in roles:
                    return self._ctx.concept("role", roles[name])
        return None

    def _party(self, row: Row, column: str, name: str, practice: _Named) -> _Party:
        """Who a name stands for: an organisation, or a kind of partner of this practice."""
        ctx, key = self._ctx, self._ctx.slug(name)
        if key in self._parties:
            return self._parties[key]
        kind = self._fixes["generic"].get(name)
        if kind is None:
            self._report(row, "Organisation not in organisations.csv", column, name)
            iri = ctx.iri("organisation", key or f"line-{row.line}")
            ctx.emit(ctx.make(ORG.Organization, iri).label(name).add(DCTERMS.source, practice.page))
            self._parties[key] = _Party(iri, name, name)
            return self._parties[key]
        iri = ctx.iri("collective", _last(practice.iri), key)
        entity = ctx.make(ESS.Collective, iri).add(DCTERMS.source, practice.page)
        entity.label(f"{kind['fr']} – {practice.fr}", f"{kind['en']} – {practice.en}")
        entity.text(ESS.note, **self._fixes["generic_note"])
        if "sector" in kind:
            entity.add(ESS.sector, ctx.concept("sector", kind["sector"]))
        ctx.emit(entity)
        role = ctx.concept("role", kind["role"]) if "role" in kind else None
        return _Party(iri, kind["fr"], kind["en"], role=role, way=kind.get("participation", ""))

    # practices

    def practice(self, row: Row) -> None:
        """A practice, everything that describes it, and its run by its carrier."""
        ctx, slug = self._ctx, row.pop("slug")
        fr = row.pop("title_fr")
        if not slug or slug != ctx.slug(slug) or slug in self._practices:
            self._skip(row, "Practice without a plain slug, or given twice", "slug", slug or fr)
            return
        en = self._english(row, "title_en", fr, row.pop("title_en"))
        practice = _Named(ctx.iri("practice", slug), fr or en or slug, en or slug, self._page(row))
        self._practices[slug] = practice
        entity = ctx.make(ESS.Practice, practice.iri).label(practice.fr, practice.en)
        entity.text(DCTERMS.description, fr=row.pop("summary_fr"), en=row.pop("summary_en"))
        entity.add(DCTERMS.identifier, row.pop("number")).add(DCTERMS.source, practice.page)
        territory = self._placed(row, entity, "territory", ESS.originatesIn)
        for column, prop in _TAGS.items():
            self._concepts(row, entity, prop, column, row.pop_list(column))
        for original in row.pop_list("derived_from"):
            entity.add(PROV.wasDerivedFrom, ctx.iri("practice", original))
            self._derivations.append((row, original))
        self._note(row, entity)
        self._challenge(row, entity, practice)
        self._conditions(row, entity)
        self._amount(row, entity, practice)
        self._graded(row, entity, practice)
        ctx.emit(entity)
        self._origin(row, practice, territory)

    def check_derivations(self) -> None:
        """Report the practices that others derive from and nobody described."""
        for row, original in self._derivations:
            if original not in self._practices:
                self._report(row, "Practice not in practices.csv", "derived_from", original)

    def _challenge(self, row: Row, entity: Entity, practice: _Named) -> None:
        fr, en = row.pop("challenge_fr"), row.pop("challenge_en")
        iri = self._ctx.iri("challenge", _last(practice.iri))
        challenge = self._ctx.make(ESS.Challenge, iri).add(DCTERMS.source, practice.page)
        for tag, prop in _TAGS.items():
            column = f"challenge_{tag}"
            self._concepts(row, challenge, prop, column, row.pop_list(column))
        if fr or en:
            challenge.label(fr or en, self._english(row, "challenge_en", fr, en))
            self._ctx.emit(challenge)
            entity.add(ESS.answers, challenge)
        elif len(challenge.lines) > 1 + (practice.page is not None):
            self._report(row, "Tags of a challenge that is not told", "challenge_fr", "")

    def _conditions(self, row: Row, practice: Entity) -> None:
        columns = ("conditions_fr", "conditions_en", "requires")
        parts = [text.split("|") if (text := row.pop(column)) else [] for column in columns]
        if len({len(part) for part in parts if part}) > 1:
            self._report(
                row, "Conditions that don't go together", "conditions_en", "|".join(parts[1])
            )
        for number, texts in enumerate(zip_longest(*parts, fillvalue=""), 1):
            fr, en, required = (text.strip() for text in texts)
            if not fr and not en:
                if required:
                    self._report(row, "Required by no condition", "requires", required)
                continue
            iri = self._ctx.iri("condition", _last(practice.iri), str(number))
            condition = self._ctx.make(ESS.Condition, iri)
            condition.label(fr or en, self._english(row, "conditions_en", fr, en))
            for curie in required.split():
                condition.add(ESS.requires, self._required(row, curie))
            self._ctx.emit(condition)
            practice.add(ESS.condition, condition)

    def _required(self, row: Row, curie: str) -> NamedNode | None:
        scheme, _, key = curie.partition(":")
        try:
            return self._ctx.concept(scheme, key)
        except NotFound as error:
            self._report(row, error.message, "requires", curie)
            return None

    def _amount(self, row: Row, entity: Entity, practice: _Named) -> None:
        text, notes = row.pop("amount_eur"), _texts(row, "amount_note")
        if re.fullmatch(r"\d+(\.\d+)?", text):
            amount = self._ctx.make(ESS.Amount, self._ctx.iri("amount", _last(practice.iri)))
            figure = f"{Decimal(text):,}"
            fr = f"{figure.replace(',', ' ').replace('.', ',')} € – {practice.fr}"
            amount.label(fr, f"€{figure} – {practice.en}").add(ESS.amountValue, Decimal(text))
            amount.text(ESS.note, **notes).add(DCTERMS.source, practice.page)
            self._ctx.emit(amount)
            entity.add(ESS.amount, amount)
        elif text or any(notes.values()):
            self._report(row, "Not an amount in euros", "amount_eur", text)
            entity.text(ESS.note, fr=f"Montant : {text}").text(ESS.note, **notes)

    def _graded(self, row: Row, entity: Entity, practice: _Named) -> None:
        """How it was evaluated, and what there is to read about it."""
        for column, (cls, level, words) in _GRADED.items():
            text = row.pop(column)
            concept = self._ctx.match(column, text) if text else None
            if concept is not None:
                part = self._ctx.make(cls, self._ctx.iri(column, _last(practice.iri)))
                fr, en = (
                    f"{words[lang]}{concepts().label(concept, lang)}" for lang in ("fr", "en")
                )
                part.label(f"{_capital(fr)} – {practice.fr}", f"{_capital(en)} – {practice.en}")
                part.add(level, concept).add(DCTERMS.source, practice.page)
                if cls == ESS.Documentation:
                    part.add(ESS.address, practice.page)
                self._ctx.emit(part)
                entity.add(ESS[column], part)
            elif text:
                self._unmatched(row, entity, column, column, text)

    # runs

    def _origin(self, row: Row, practice: _Named, territory: NamedNode | None) -> None:
        iri = self._ctx.iri("implementation", _last(practice.iri), "origin")
        fr, en = f"{practice.fr} (mise en œuvre du porteur)", f"{practice.en} (the carrier's run)"
        named = _Named(iri, fr, en, practice.page)
        self._runs.add((_last(practice.iri), "origin"))
        run = self._ctx.make(ESS.Implementation, iri).label(fr, en)
        run.add(ESS.implements, practice.iri).add(ESS.inTerritory, territory)
        run.add(DCTERMS.source, practice.page)
        dates = self._dates(row, run)
        for name in row.pop_list("carrier"):
            party = self._party(row, "carrier", name, practice)
            self._takes_part(party, "carrier", named, dates)
        for name in row.pop_list("partners"):
            party = self._party(row, "partners", name, practice)
            self._takes_part(party, "partner", named, {})
        self._ctx.emit(run)

    def elsewhere(self, row: Row) -> None:
        """A run of a practice elsewhere, by those who took it up, or a stop, renewal, study."""
        ctx, slug, key = self._ctx, row.pop("practice"), row.pop("key")
        if slug not in self._practices:
            self._skip(row, "Practice not in practices.csv", "practice", f"{slug}/{key}")
            return
        if not key or key != ctx.slug(key) or (slug, key) in self._runs:
            self._skip(row, "Run without a plain key, or given twice", "key", f"{slug}/{key}")
            return
        self._runs.add((slug, key))
        practice, kind = self._practices[slug], self._kind(row)
        iri = ctx.iri("implementation", slug, key)
        run = ctx.make(ESS.Replication if kind.get("replication") else ESS.Implementation, iri)
        page, adopter = self._page(row), row.pop("adopter")
        who = self._party(row, "adopter", adopter, practice) if adopter else None
        fr, en = (who.fr, who.en) if who else (key, key)
        named = _Named(iri, f"{practice.fr} – {fr}", f"{practice.en} – {en}", page)
        run.label(named.fr, named.en).add(ESS.implements, practice.iri).add(DCTERMS.source, page)
        self._placed(row, run, "territory", ESS.inTerritory)
        run.text(ESS.adaptation, **_texts(row, "adaptation"))
        run.text(ESS.note, fr=kind.get("fr", ""), en=kind.get("en", ""))
        self._note(row, run)
        if "status" in kind:
            run.add(ESS.eventStatus, ctx.concept("event-status", kind["status"]))
        dates = self._dates(row, run)
        if who is None:
            self._report(row, "Nobody named", "adopter", adopter)
        else:
            self._takes_part(who, kind["participation"], named, dates)
        ctx.emit(run)

    def _kind(self, row: Row) -> Texts:
        name = row.pop("kind")
        known: Texts | None = self._fixes["kinds"].get(name)
        if known is None:
            self._report(row, "Kind of run unknown", "kind", name)
            return {"participation": "carrier", "fr": f"Sorte : {name}", "en": f"Kind: {name}"}
        return known

    def _dates(self, row: Row, run: Entity) -> dict[NamedNode, str]:
        """Date a run; the dates understood, for those who carry it."""
        dates = {}
        for column, prop in (("start", ESS.start), ("end", ESS.end)):
            text = row.pop(column)
            try:
                run.date(prop, text)
            except BadInput as error:
                self._report(row, error.message, column, text)
                run.text(ESS.note, fr=f"Date : {text}")
            else:
                dates[prop] = text
        return dates

    def _takes_part(
        self, party: _Party, way: str, run: _Named, dates: Mapping[NamedNode, str]
    ) -> None:
        ctx, way = self._ctx, party.way or way
        concept = ctx.concept("participation", way)
        keys = run.iri.value.rsplit("/", 2)[1:]
        tie = ctx.make(ESS.Participation, ctx.iri("participation", *keys, way, _last(party.iri)))
        fr, en = (concepts().label(concept, language) for language in ("fr", "en"))
        tie.label(f"{party.fr} ({fr}) – {run.fr}", f"{party.en} ({en}) – {run.en}")
        tie.add(ESS.participant, party.iri).add(ESS.participatesIn, run.iri)
        tie.add(ESS.participationRole, concept).add(ESS.role, party.role)
        for prop, text in dates.items():
            tie.date(prop, text)
        ctx.emit(tie.add(DCTERMS.source, run.page))

    # cells

    def _concepts(
        self,
        row: Row,
        entity: Entity,
        prop: NamedNode,
        column: str,
        texts: list[str],
        scheme: str = "",
    ) -> None:
        """State concepts by their labels; a text without a concept is kept and reported."""
        scheme = scheme or column.removeprefix("challenge_").removesuffix("s")
        for text in texts:
            concept = self._ctx.match(scheme, text)
            entity.add(prop, concept)
            if concept is None:
                self._unmatched(row, entity, column, scheme, text)

    def _unmatched(self, row: Row, entity: Entity, column: str, scheme: str, text: str) -> None:
        self._report(row, f"No {scheme} has this label", column, text)
        if scheme == "theme":
            entity.text(ESS.freeTheme, fr=text)
        else:
            entity.text(ESS.note, fr=f"{column} : {text}")

    def _territory(self, row: Row, column: str, text: str) -> NamedNode | None:
        found = place(self._ctx, text) if text else None
        if text and found is None:
            self._report(row, "Not a territory: write its level and code", column, text)
        return found

    def _placed(self, row: Row, entity: Entity, column: str, prop: NamedNode) -> NamedNode | None:
        """State a territory; one that can't be understood is kept as a note and reported."""
        text = row.pop(column)
        found = self._territory(row, column, text)
        entity.add(prop, found)
        if text and found is None:
            entity.text(ESS.note, fr=f"Territoire non reconnu : {text}")
        return found

    def _page(self, row: Row) -> NamedNode | None:
        text = row.pop("source")
        try:
            if re.match(r"https?://\S+$", text):
                return NamedNode(text)
        except ValueError:
            pass
        self._report(row, "Not the address of a page", "source", text)
        return None

    def _english(self, row: Row, column: str, fr: str, en: str) -> str:
        if fr and not en:
            self._report(row, "Not translated", column, fr)
        return en or fr

    def _note(self, row: Row, entity: Entity) -> None:
        entity.text(ESS.note, **_texts(row, "note"))

    def _skip(self, row: Row, reason: str, column: str, value: str) -> None:
        """Report a whole row that can't be stated."""
        self._report(row, reason, column, value)
        row.cells.clear()

    def _report(self, row: Row, reason: str, column: str, value: str) -> None:
        self._ctx.issue(reason, file=row.file, line=row.line, column=column, value=value)


_TAGS: Final = {"themes": ESS.theme, "publics": ESS.public, "sectors": ESS.sector}
_GRADED: Final[Mapping[str, tuple[NamedNode, NamedNode, Texts]]] = {
    "evaluation": (
        ESS.Evaluation,
        ESS.evaluationLevel,
        {"fr": "évaluation ", "en": "evaluation: "},
    ),
    "documentation": (ESS.Documentation, ESS.documentationKind, {"fr": "", "en": ""}),
}


def _texts(row: Row, column: str) -> dict[str, str]:
    return {language: row.pop(f"{column}_{language}") for language in ("fr", "en")}


def _last(iri: NamedNode) -> str:
    """The last key of an IRI."""
    return iri.value.rpartition("/")[2]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
