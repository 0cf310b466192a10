"""What a cell says: amounts, dates, years, codes and coordinates as people and exports write them.

Every parser returns ``None`` for what it can't tell for certain, and never guesses: the loader
keeps the text and reports it.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Final

__all__ = [
    "amount",
    "commune_code",
    "coordinates",
    "date_text",
    "departement_code",
    "number",
    "postal_code",
    "region_code",
    "rna",
    "siren",
    "year",
    "years",
]

_SPACES: Final = re.compile(r"\s+")  # also the no-break and narrow spaces of French typography
_CURRENCY: Final = re.compile(r"^(?:€|eur(?:os?)?\b)|(?:€|\beur(?:os?)?)$", re.IGNORECASE)
_SCALE: Final = re.compile(r"(?P<scale>k|m|md|milliers?|millions?|milliards?)$", re.IGNORECASE)
_SCALES: Final = {"k": 10**3, "millier": 10**3, "m": 10**6, "million": 10**6}
_SCALES_LARGE: Final = {"md": 10**9, "milliard": 10**9}

_PLAIN: Final = re.compile(r"\d+")
_POINT: Final = re.compile(r"\d+[.]\d{1,2}")
_COMMA: Final = re.compile(r"\d+,\d{1,2}")
_FRENCH: Final = re.compile(r"\d{1,3}(?: \d{3})+(?:[.,]\d+)?")
_ENGLISH: Final = re.compile(r"\d{1,3}(?:,\d{3})+[.]\d+|\d{1,3}(?:,\d{3}){2,}")
_GERMAN: Final = re.compile(r"\d{1,3}(?:[.]\d{3})+,\d+|\d{1,3}(?:[.]\d{3}){2,}")
_LONG: Final = re.compile(r"\d{4,}[.]\d+|\d{4,},\d+|0[.,]\d+")

_NUMBER: Final = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
_YEAR: Final = re.compile(r"(?:1[5-9]|20)\d{2}")
_SPAN: Final = re.compile(
    r"(?:de |du |from )?(?P<start>\d{4}) ?(?:-|–|—|/|à|au|to) ?(?P<end>\d{4}|\d{2})", re.IGNORECASE
)
_SINCE: Final = re.compile(r"(?:depuis|dès|à partir de|since|from) (?P<start>\d{4})", re.IGNORECASE)
_CLOCK: Final = re.compile(r"[ T]\d{1,2}:\d{2}(?::\d{2}(?:[.]\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?$")
_DAY_FIRST: Final = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_YEAR_FIRST: Final = re.compile(r"(\d{4})[/-](\d{1,2})[/-](\d{1,2})")
_MONTH_FIRST: Final = re.compile(r"(\d{1,2})[/-](\d{4})")
_MONTH: Final = re.compile(r"(\d{4})[/-](\d{1,2})")
_PAIR: Final = re.compile(r"(-?\d+[.]\d+|-?\d+)\s*[,; ]\s*(-?\d+[.]\d+|-?\d+)")
_PAIR_COMMAS: Final = re.compile(r"(-?\d+,\d+)\s*[; ]\s*(-?\d+,\d+)")

_DOUBLED: Final = {digit: sum(map(int, str(2 * int(digit)))) for digit in "0123456789"}
"""For each digit, the sum of the digits of its double."""

_COMMUNE: Final = re.compile(r"(?:\d{2}|2[AB])\d{3}")
_DEPARTEMENT: Final = re.compile(r"0[1-9]|1\d|2[1-9AB]|[3-8]\d|9[0-5]|97[1-8]|98[46-9]")


def amount(text: str) -> Decimal | None:
    """A sum of money in euros.

    A single comma or point before exactly three digits stands for thousands in one country and
    for decimals in another: such an amount is not understood.

    Example:
        >>> amount("3 504 500 €"), amount("892,228.58"), amount("2 M€"), amount("1,500")
        (Decimal('3504500'), Decimal('892228.58'), Decimal('2000000'), None)
    """
    plain = _spaced(text)
    plain = _CURRENCY.sub("", plain).strip()
    scale = _SCALE.search(plain)
    factor = 1
    if scale:
        word = scale["scale"].lower().removesuffix("s")
        factor = _SCALES.get(word) or _SCALES_LARGE[word]
        plain = plain[: scale.start()].strip()
        if _NUMBER.fullmatch(plain):  # after "1,234 M" the comma can only be decimal
            return Decimal(plain.replace(",", ".")) * factor
    value = _written(plain)
    return None if value is None else value * factor


def number(text: str) -> Decimal | None:
    """A number without thousands separators, with a decimal point or comma.

    Example:
        >>> number("2,3522"), number("-1.5"), number("1 000"), number("n.c.")
        (Decimal('2.3522'), Decimal('-1.5'), None, None)
    """
    plain = text.strip()
    return Decimal(plain.replace(",", ".")) if _is_ascii(_NUMBER, plain) else None


def year(text: str) -> str | None:
    """A year: written alone, or the year of a whole date.

    Example:
        >>> year("1999"), year("01/01/2016 00:00"), year("20ème"), year("2015 (?)")
        ('1999', '2016', None, None)
    """
    whole = date_text(text.strip().removesuffix(".0"))
    return None if whole is None else whole[:4]


def years(text: str) -> tuple[str, str] | None:
    """The first and the last year of a period; the last is ``""`` when it is not said.

    Example:
        >>> years("2015-2017"), years("2015-17"), years("depuis 2015"), years("2019")
        (('2015', '2017'), ('2015', '2017'), ('2015', ''), ('2019', '2019'))
        >>> years("2017-2015") is None
        True
    """
    plain = _spaced(text)
    span = _SPAN.fullmatch(plain)
    if span:
        start, end = span["start"], span["end"]
        if len(end) == 2 and int(end) <= 12:
            return None  # a year and a month, or two years
        end = start[:2] + end if len(end) == 2 else end
        is_period = _is_ascii(_YEAR, start) and _is_ascii(_YEAR, end) and start <= end
        return (start, end) if is_period else None
    since = _SINCE.fullmatch(plain)
    if since:
        return (since["start"], "") if _is_ascii(_YEAR, since["start"]) else None
    alone = plain.removesuffix(".0")
    return (alone, alone) if _is_ascii(_YEAR, alone) else None


def date_text(text: str) -> str | None:
    """A date, as ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``: as precise as it was given.

    Days come first, as in France; zeros that were lost come back; a time of day is dropped.

    Returns:
        The date, or nothing when there is no such day or the year has two digits.

    Example:
        >>> date_text("1/6/2019"), date_text("2015/10/27"), date_text("06/2019"), date_text("2019")
        ('2019-06-01', '2015-10-27', '2019-06', '2019')
        >>> date_text("31/02/2020") is None
        True
    """
    plain = _CLOCK.sub("", text.strip())
    if not plain.isascii():
        return None
    if found := _DAY_FIRST.fullmatch(plain):
        day, month, of = found.groups()
    elif found := _YEAR_FIRST.fullmatch(plain):
        of, month, day = found.groups()
    elif found := _MONTH_FIRST.fullmatch(plain):
        (month, of), day = found.groups(), ""
    elif found := _MONTH.fullmatch(plain):
        (of, month), day = found.groups(), ""
    else:
        return plain if _YEAR.fullmatch(plain) else None
    try:
        whole = date(int(of), int(month), int(day or 1)).isoformat()
    except ValueError:
        return None
    return whole if day else whole[:7]


def commune_code(text: str) -> str | None:
    """A commune's INSEE code, with the zero that a spreadsheet took from it.

    A code of four digits can only be one of the departments 01 to 09; shorter ones have lost more
    than a zero.

    Example:
        >>> commune_code("2110"), commune_code("2a004"), commune_code("75056"), commune_code("12")
        ('02110', '2A004', '75056', None)
    """
    code = _whole(text)
    if len(code) == 4 and code.isdigit() and code[0] != "0":
        code = "0" + code
    return code if _is_ascii(_COMMUNE, code) else None


def departement_code(text: str) -> str | None:
    """A department's or an overseas collectivity's INSEE code, with its zero.

    Example:
        >>> departement_code("1"), departement_code("2a"), departement_code("96")
        ('01', '2A', None)
    """
    code = _whole(text)
    code = code.zfill(2) if code.isdigit() else code
    return code if _is_ascii(_DEPARTEMENT, code) else None


def region_code(text: str) -> str | None:
    """A region's INSEE code, two digits, with its zero.

    Example:
        >>> region_code("1"), region_code("84"), region_code("841")
        ('01', '84', None)
    """
    code = _whole(text)
    is_code = code.isascii() and code.isdigit() and int(code) > 0 and len(code) <= 2
    return code.zfill(2) if is_code else None


def postal_code(text: str) -> str | None:
    """A French postal code, with the zero that a spreadsheet took from it.

    Example:
        >>> postal_code("1000"), postal_code("43 000"), postal_code("BT79 0AW")
        ('01000', '43000', None)
    """
    code = _whole(text)
    is_code = code.isascii() and code.isdigit() and len(code) in (4, 5) and int(code) >= 1000
    return code.zfill(5) if is_code else None


def siren(text: str) -> str | None:
    """A SIREN number: nine digits, the last of which checks the others.

    The check is Luhn's: every second digit from the right is doubled, and the sum of all digits is
    a multiple of ten.

    Example:
        >>> siren("243 500 741"), siren("243500742")
        ('243500741', None)
    """
    code = _whole(text)
    if len(code) != 9 or not (code.isascii() and code.isdigit()):
        return None
    total = sum(map(int, code[0::2])) + sum(map(_DOUBLED.__getitem__, code[1::2]))
    return code if total % 10 == 0 else None


def rna(text: str) -> str | None:
    """The number of an association in the national directory (RNA): W and nine characters.

    Example:
        >>> rna("w751212517"), rna("751212517")
        ('W751212517', None)
    """
    code = _whole(text)
    return code if re.fullmatch(r"W\d[0-9AB]\d{7}", code, re.ASCII) else None


def coordinates(text: str) -> tuple[Decimal, Decimal] | None:
    """Latitude and longitude in degrees, from one cell.

    Example:
        >>> coordinates("48.85, 2.35"), coordinates("48,85 ; 2,35"), coordinates("95, 2")
        ((Decimal('48.85'), Decimal('2.35')), (Decimal('48.85'), Decimal('2.35')), None)
    """
    plain = text.strip()
    found = _PAIR_COMMAS.fullmatch(plain) or _PAIR.fullmatch(plain)
    if found is None or not plain.isascii():
        return None
    latitude, longitude = (Decimal(part.replace(",", ".")) for part in found.groups())
    return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None


def _spaced(text: str) -> str:
    return _SPACES.sub(" ", text).strip()


def _whole(text: str) -> str:
    """A code without spaces, and without the decimal zero a spreadsheet gave it."""
    return _SPACES.sub("", text).upper().removesuffix(".0")


def _is_ascii(pattern: re.Pattern[str], text: str) -> bool:
    return text.isascii() and pattern.fullmatch(text) is not None


def _written(text: str) -> Decimal | None:
    """A number in one of the ways amounts are written, when only one way fits."""
    if not text.isascii():
        return None
    if any(p.fullmatch(text) for p in (_PLAIN, _POINT, _COMMA, _LONG, _FRENCH)):
        return Decimal(text.replace(" ", "").replace(",", "."))
    if _ENGLISH.fullmatch(text):
        return Decimal(text.replace(",", ""))
    if _GERMAN.fullmatch(text):
        return Decimal(text.replace(".", "").replace(",", "."))
    return None
