"""An entity being described by a loader: its IRI, its class and what the source says of it."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from pyoxigraph import Literal, NamedNode, Triple

from essaim.ontology.errors import BadInput
from essaim.ontology.names import RDF, RDFS, XSD

__all__ = ["Entity", "Value", "date_literal"]

Stated: TypeAlias = "NamedNode | Literal | Entity | str | int | bool | Decimal"
Value: TypeAlias = "Stated | None"

_DATE_TYPES = (
    (re.compile(r"\d{4}"), XSD.gYear),
    (re.compile(r"\d{4}-\d{2}"), XSD.gYearMonth),
    (re.compile(r"\d{4}-\d{2}-\d{2}"), XSD.date),
)


class Entity:
    """One thing the source describes.

    Made by :meth:`essaim.loaders.context.Context.make`; nothing of it is in the graph until it is
    given to :meth:`~essaim.loaders.context.Context.emit`.

    Args:
        cls: its class.
        iri: its IRI.
    """

    def __init__(self, cls: NamedNode, iri: NamedNode) -> None:
        self.cls = cls
        self.iri = iri
        self.triples: list[Triple] = [Triple(iri, RDF.type, cls)]

    def label(self, fr: str, en: str | None = None) -> Entity:
        """Name it in both languages; a proper name, given once, stands in both."""
        return self.text(RDFS.label, fr=fr, en=fr if en is None else en)

    def text(self, prop: NamedNode, *, fr: str = "", en: str = "") -> Entity:
        """Add a text in French, in English or in both; an empty one is not stated."""
        for language, value in (("fr", fr), ("en", en)):
            if value.strip():
                literal = Literal(value.strip(), language=language)
                self.triples.append(Triple(self.iri, prop, literal))
        return self

    def add(self, prop: NamedNode, *values: Value) -> Entity:
        """Add values of a property; ``None`` and ``""`` state nothing."""
        for value in values:
            if value is not None and value != "":
                self.triples.append(Triple(self.iri, prop, _term(value)))
        return self

    def date(self, prop: NamedNode, value: str) -> Entity:
        """Add a date with the precision it was given in; ``""`` states nothing.

        Raises:
            BadInput: it is not a year, a month or a day.
        """
        if value:
            self.triples.append(Triple(self.iri, prop, date_literal(value)))
        return self


def date_literal(text: str) -> Literal:
    """A date typed as precisely as it is written, and no more.

    Args:
        text: ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``.

    Raises:
        BadInput: it is none of them, or a day that does not exist.

    Example:
        >>> date_literal("2019-06").datatype.value
        'http://www.w3.org/2001/XMLSchema#gYearMonth'
    """
    for pattern, datatype in _DATE_TYPES:
        if pattern.fullmatch(text) and _exists(text):
            return Literal(text, datatype=datatype)
    raise BadInput(f'"{text}" is not a date.', "Write YYYY, YYYY-MM or YYYY-MM-DD.")


def _exists(text: str) -> bool:
    year, month, day = (text + "-01-01").split("-")[:3]
    try:
        date(int(year), int(month), int(day))
    except ValueError:
        return False
    return True


def _term(value: Stated) -> NamedNode | Literal:
    if isinstance(value, Entity):
        return value.iri
    if isinstance(value, NamedNode | Literal):
        return value
    if isinstance(value, Decimal):
        return Literal(format(value, "f"), datatype=XSD.decimal)
    return Literal(value)
