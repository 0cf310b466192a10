"""An entity being described by a loader: its IRI, its class and what the source says of it."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import TypeAlias

from pyoxigraph import Literal, NamedNode

from essaim.graph.statements import literal_text
from essaim.ontology.errors import BadInput
from essaim.ontology.names import RDF, RDFS, XSD

__all__ = ["Entity", "Value", "date_literal"]

Stated: TypeAlias = "NamedNode | Literal | Entity | str | int | bool | Decimal"
Value: TypeAlias = "Stated | None"

_IS_A = f"{RDF.type} "
_DATE_TYPES = (
    (re.compile(r"\d{4}"), XSD.gYear),
    (re.compile(r"\d{4}-\d{2}"), XSD.gYearMonth),
    (re.compile(r"\d{4}-\d{2}-\d{2}"), XSD.date),
)


class Entity:
    """One thing the source describes.

    Made by :meth:`essaim.loaders.context.Context.make`; nothing of it is in the graph until it is
    given to :meth:`~essaim.loaders.context.Context.emit`. Its statements are written as they are
    made, each a line of N-Triples: terms and triples as objects would take longer than all else.

    Args:
        cls: its class.
        iri: its IRI.
    """

    __slots__ = ("_start", "cls", "iri", "lines")

    def __init__(self, cls: NamedNode, iri: NamedNode) -> None:
        self.cls = cls
        self.iri = iri
        self._start = f"<{iri.value}> "
        self.lines = [f"{self._start}{_IS_A}<{cls.value}> .\n"]

    def label(self, fr: str, en: str | None = None) -> Entity:
        """Name it in both languages; a proper name, given once, stands in both."""
        return self.text(RDFS.label, fr=fr, en=fr if en is None else en)

    def text(self, prop: NamedNode, *, fr: str = "", en: str = "") -> Entity:
        """Add a text in French, in English or in both; an empty one is not stated."""
        if fr := fr.strip():
            self.lines.append(f"{self._start}<{prop.value}> {_quoted(fr)}@fr .\n")
        if en := en.strip():
            self.lines.append(f"{self._start}<{prop.value}> {_quoted(en)}@en .\n")
        return self

    def add(self, prop: NamedNode, *values: Value) -> Entity:
        """Add values of a property; ``None`` and ``""`` state nothing."""
        for value in values:
            if value is not None and value != "":
                self.lines.append(f"{self._start}<{prop.value}> {_written(value)} .\n")
        return self

    def date(self, prop: NamedNode, value: str) -> Entity:
        """Add a date with the precision it was given in; ``""`` states nothing.

        Raises:
            BadInput: it is not a year, a month or a day.
        """
        if value:
            written = literal_text(value, date_literal(value).datatype)
            self.lines.append(f"{self._start}<{prop.value}> {written} .\n")
        return self


@lru_cache(maxsize=2**14)
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


def _written(value: Stated) -> str:
    """A value as N-Triples writes it."""
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, NamedNode):
        return f"<{value.value}>"
    if isinstance(value, Entity):
        return f"<{value.iri.value}>"
    if isinstance(value, Literal) and value.language:
        return str(value)
    return literal_text(*_typed(value))


def _typed(value: Literal | int | Decimal) -> tuple[str, NamedNode]:
    """The text and the type of a literal."""
    if isinstance(value, Literal):
        return value.value, value.datatype
    if isinstance(value, bool):
        return str(value).lower(), XSD.boolean
    return (f"{value:f}", XSD.decimal) if isinstance(value, Decimal) else (f"{value}", XSD.integer)


def _quoted(text: str) -> str:
    """A text between quotation marks, what N-Triples can't hold escaped as the engine does."""
    if text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    return str(Literal(text))
