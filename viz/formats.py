"""Numbers, shares and dates as a reader of each language writes them."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from essaim.ontology.names import XSD
from essaim.viz.escape import clean

__all__ = ["date", "literal", "number", "period", "share"]

_MONTHS = {
    "fr": (
        "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août",
        "septembre", "octobre", "novembre", "décembre",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June", "July", "August",
        "September", "October", "November", "December",
    ),
}  # fmt: skip
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?:[T+Z].*)?")
_NUMBERS = {XSD.integer.value, XSD.decimal.value, XSD.double.value, XSD.float.value}
_DATES = {XSD.date.value, XSD.gYearMonth.value, XSD.dateTime.value}


def number(value: float | Decimal, language: str) -> str:
    """A number with its thousands grouped.

    Example:
        >>> number(1234.5, "en")
        '1,234.5'
    """
    text = f"{Decimal(str(value)).normalize():,f}"
    if language != "fr":
        return text
    return text.replace(",", "\u202f").replace(".", ",")


def share(value: float, language: str) -> str:
    """A number between 0 and 1 as a percentage.

    Example:
        >>> share(0.614, "en")
        '61%'
    """
    return f"{value * 100:.0f}\u00a0%" if language == "fr" else f"{value * 100:.0f}%"


def date(text: str, language: str) -> str:
    """A date as precisely as it is given; anything else as it stands.

    Example:
        >>> date("2019-06-12", "fr")
        '12 juin 2019'
        >>> date("2019-06", "en")
        'June 2019'
    """
    found = _DATE.fullmatch(text)
    if not found or not 1 <= int(found[2] or 1) <= 12:
        return clean(text)
    year, month, day = found.groups()
    parts = [year]
    if month:
        parts.insert(0, _MONTHS[language][int(month) - 1])
    if day:
        parts.insert(0, "1er" if language == "fr" and day == "01" else str(int(day)))
    return " ".join(parts)


def period(start: str, end: str, language: str) -> str:
    """When something began and ended, as far as it is known; ``""`` when nothing is.

    Example:
        >>> period("2019", "2021", "fr")
        '2019 – 2021'
        >>> period("2019", "", "en")
        'since 2019'
    """
    if start and end:
        first, last = date(start, language), date(end, language)
        return first if first == last else f"{first} – {last}"
    if start:
        return f"{'depuis' if language == 'fr' else 'since'} {date(start, language)}"
    if end:
        return f"{'jusqu’à' if language == 'fr' else 'until'} {date(end, language)}"
    return ""


def literal(value: str, datatype: str, language: str, limit: int = 0) -> str:
    """A literal of the graph as a reader expects it.

    Args:
        value: its text.
        datatype: its datatype's IRI; ``""`` for a text in a language.
        language: the reader's.
        limit: how many characters to keep; 0 for all.
    """
    if datatype in _NUMBERS:
        try:
            return number(Decimal(value), language)
        except InvalidOperation:
            return clean(value, limit)
    if datatype in _DATES:
        return date(value, language)
    if datatype == XSD.boolean.value:
        words = {"fr": ("non", "oui"), "en": ("no", "yes")}[language]
        return words[value in {"true", "1"}]
    return clean(value, limit)
