"""What each component of SHACL that the shapes use asks of values, written as in N-Triples."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation

from essaim.graph.terms import datatype, is_iri, language, lexical
from essaim.ontology.names import SH, XSD

__all__ = [
    "VALUE_TESTS",
    "WHOLE_TESTS",
    "ValueTest",
    "WholeTest",
    "is_luhn",
    "is_not_before",
    "is_valid",
    "matches_languages",
]

ValueTest = Callable[[str], bool]
WholeTest = Callable[[Sequence[str], Sequence[str], Sequence[str]], Sequence[str | None]]
"""From the operands, an entity's values and those of the property the operand names, to what is
wrong: a value, or ``None`` for the values as a whole."""

_LEXICAL = {
    str(XSD.integer): re.compile(r"[+-]?[0-9]+"),
    str(XSD.decimal): re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"),
    str(XSD.boolean): re.compile(r"true|false|0|1"),
    str(XSD.gYear): re.compile(r"-?(?:[1-9][0-9]{3,}|0[0-9]{3})(?:Z|[+-][0-9]{2}:[0-9]{2})?"),
    str(XSD.gYearMonth): re.compile(
        r"-?(?:[1-9][0-9]{3,}|0[0-9]{3})-(?:0[1-9]|1[0-2])(?:Z|[+-][0-9]{2}:[0-9]{2})?"
    ),
}
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:Z|[+-][0-9]{2}:[0-9]{2})?")
_SIREN = re.compile(r"[0-9]{9}")
_DOUBLED = "0246813579"
_NODE_KINDS: dict[str, ValueTest] = {
    str(SH.IRI): is_iri,
    str(SH.Literal): lambda term: term[0] == '"',
    str(SH.BlankNode): lambda term: term[0] == "_",
    str(SH.BlankNodeOrIRI): lambda term: term[0] != '"',
    str(SH.IRIOrLiteral): lambda term: term[0] != "_",
    str(SH.BlankNodeOrLiteral): lambda term: not is_iri(term),
}


def _is_one_of(datatypes: Sequence[str]) -> ValueTest:
    return lambda term: any(is_valid(term, each) for each in datatypes)


def _matches(operands: Sequence[str]) -> ValueTest:
    search = re.compile(operands[0]).search
    return lambda term: term[0] != "_" and search(lexical(term)) is not None


def _matches_not(operands: Sequence[str]) -> ValueTest:
    matches = _matches(operands)
    return lambda term: not matches(term)


def _compares(is_right: Callable[[Decimal, Decimal], bool]) -> Callable[..., ValueTest]:
    def make(operands: Sequence[str]) -> ValueTest:
        limit = Decimal(operands[0])
        return lambda term: (number := _number(term)) is not None and is_right(number, limit)

    return make


VALUE_TESTS: Mapping[str, Callable[[Sequence[str]], ValueTest]] = {
    "Datatype": _is_one_of,
    "Or": _is_one_of,
    "NodeKind": lambda operands: _NODE_KINDS[operands[0]],
    "Pattern": _matches,
    "Not": _matches_not,
    "In": lambda operands: operands.__contains__,
    "MinInclusive": _compares(Decimal.__ge__),
    "MaxInclusive": _compares(Decimal.__le__),
    "Luhn": lambda _: is_luhn,
}
"""For the components that ask something of each value: from the operands to the test of a value."""


def _wrong(is_wrong: bool) -> list[str | None]:  # noqa: FBT001
    return [None] if is_wrong else []


def _too_few_in(operands: Sequence[str], values: Sequence[str]) -> bool:
    least, *languages = operands
    return sum(matches_languages(term, languages) for term in values) < int(least)


WHOLE_TESTS: Mapping[str, WholeTest] = {
    "MinCount": lambda operands, values, _: _wrong(len(set(values)) < int(operands[0])),
    "MaxCount": lambda operands, values, _: _wrong(len(set(values)) > int(operands[0])),
    "HasValue": lambda operands, values, _: _wrong(operands[0] not in values),
    "UniqueLang": lambda _, values, __: _wrong(_has_twins(values)),
    "QualifiedMinCount": lambda operands, values, _: _wrong(_too_few_in(operands, values)),
    "Disjoint": lambda _, values, others: [term for term in values if term in others],
    "NotBefore": lambda _, values, others: [
        term for term in values if not all(is_not_before(term, other) for other in others)
    ],
}
"""For the components that ask something of all values together: the test."""


def is_valid(term: str, wanted: str) -> bool:
    """Whether a term is a literal of a datatype, and is written as that datatype is.

    Args:
        term: the term.
        wanted: the datatype, written ``<iri>``.

    Example:
        >>> day = "<http://www.w3.org/2001/XMLSchema#date>"
        >>> is_valid(f'"2020-02-29"^^{day}', day), is_valid(f'"2019-02-29"^^{day}', day)
        (True, False)
    """
    if term[0] != '"' or datatype(term) != wanted:
        return False
    if wanted == str(XSD.date):
        return _is_day(lexical(term))
    pattern = _LEXICAL.get(wanted)
    return pattern is None or pattern.fullmatch(lexical(term)) is not None


def is_luhn(term: str) -> bool:
    """Whether the key of nine digits is right; other values are left to other checks.

    Luhn's method: every second digit, from the right, is doubled and its own digits are added;
    the sum of all is a multiple of ten. One miscopied digit, and most swaps of two neighbours,
    are found.

    Example:
        >>> is_luhn('"243500741"'), is_luhn('"243500742"'), is_luhn('"12"')
        (True, False, True)
    """
    digits = lexical(term)
    if not _SIREN.fullmatch(digits):
        return True
    doubled = (int(_DOUBLED[int(digit)]) for digit in digits[1::2])
    return (sum(map(int, digits[::2])) + sum(doubled)) % 10 == 0


def is_not_before(term: str, earlier: str) -> bool:
    """Whether a date is not before another, as far as both are known.

    Example:
        >>> is_not_before('"2019"', '"2019-06"'), is_not_before('"2018"', '"2019-06"')
        (True, False)
    """
    later, sooner = lexical(term), lexical(earlier)
    return later[: len(sooner)] >= sooner[: len(later)]


def matches_languages(term: str, languages: Sequence[str]) -> bool:
    """Whether a term is a text in one of some languages, a variant of it included.

    Example:
        >>> matches_languages('"oui"@fr-CA', ["fr"]), matches_languages('"oui"', ["fr"])
        (True, False)
    """
    own = language(term) if term[0] == '"' else ""
    return any(own == each or own.startswith(f"{each}-") for each in languages)


def _has_twins(values: Sequence[str]) -> bool:
    tags = Counter(language(term) for term in values if term[0] == '"')
    return any(count > 1 for tag, count in tags.items() if tag)


def _is_day(text: str) -> bool:
    match = _DATE.fullmatch(text)
    if match is None:
        return False
    try:
        date(*map(int, match.groups()))
    except ValueError:
        return False
    return True


def _number(term: str) -> Decimal | None:
    if term[0] != '"':
        return None
    try:
        return Decimal(lexical(term))
    except InvalidOperation:
        return None
