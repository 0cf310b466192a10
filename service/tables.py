"""Answers as rows of plain values, and as CSV that a spreadsheet can open without harm."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from pyoxigraph import Literal

from essaim.graph.store import Term
from essaim.ontology.names import XSD

__all__ = ["csv_text", "plain"]

_WHOLE = {
    XSD[name]
    for name in ("integer", "int", "long", "short", "nonNegativeInteger", "positiveInteger")
}
_FRACTION = {XSD.decimal, XSD.double, XSD.float}
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def plain(term: Term | None) -> str | int | float | bool | None:
    """A term as a value of JSON: numbers and booleans as such, all else as text.

    Example:
        >>> plain(Literal(3))
        3
    """
    if term is None:
        return None
    if isinstance(term, Literal):
        try:
            if term.datatype in _WHOLE:
                return int(term.value)
            if term.datatype in _FRACTION:
                return _finite(term.value)
        except ValueError:
            return term.value
        if term.datatype == XSD.boolean and term.value in ("true", "false", "1", "0"):
            return term.value in ("true", "1")
    return term.value


def csv_text(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    r"""Rows as CSV.

    A text that a spreadsheet would take for a formula gets an apostrophe before it; numbers, also
    negative ones, stay as they are.

    Example:
        >>> csv_text(["n"], [["=1+1"], [-1]])
        "n\r\n'=1+1\r\n-1\r\n"
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([_cell(heading) for heading in headings])
    writer.writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue()


def _finite(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")) or value != value:  # noqa: PLR0124 - NaN
        raise ValueError(text)
    return value


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value
