"""Small readings of answers for the templates: a table's cell, a matrix, an API's operations."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pyoxigraph import Literal, NamedNode

from essaim.queries.catalogue import Column, NamedQuery, Parameter
from essaim.viz import formats, links
from essaim.viz.escape import web_address

__all__ = [
    "Cell",
    "Heat",
    "Operation",
    "Table",
    "by_theme",
    "cell",
    "default_text",
    "operations",
    "sector_table",
    "table",
]

_LEVELS = 5
_METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Cell:
    """A value of a table: what to write and where it leads.

    Args:
        text: what to write.
        href: the page it leads to, or ``""``.
        addresses: pages on other sites, when that is what the value is.
        is_number: whether it is to be aligned as a number.
    """

    text: str
    href: str = ""
    addresses: tuple[str, ...] = ()
    is_number: bool = False


@dataclass(frozen=True)
class Table:
    """An answer as a reader sees it: its headings, and its rows of cells."""

    headings: Sequence[str]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True)
class Heat:
    """A cell of a matrix: how many, and how strong that is among the others, 0 to 5."""

    ties: float
    level: int


@dataclass(frozen=True)
class Operation:
    """An operation of the API."""

    method: str
    path: str
    summary: str
    description: str
    parameters: Sequence[Mapping[str, Any]]
    responses: Mapping[str, Any]


def cell(
    value: Any,  # noqa: ANN401
    language: str,
    *,
    lang: str = "",
    labels: Mapping[str, str] | None = None,
) -> Cell:
    """How to show a value of an answer.

    Args:
        value: an RDF term; its form in the SPARQL JSON results; a mapping with ``iri`` and
            ``label``; or plain text or number.
        language: the reader's.
        lang: the language that links name.
        labels: what to call IRIs instead of their short name.
    """
    if isinstance(value, Mapping):
        return _mapped(value, language, lang, labels or {})
    if isinstance(value, NamedNode):
        return _address(value.value, lang, labels or {})
    if isinstance(value, Literal):
        datatype = "" if value.language else value.datatype.value
        return _literal(value.value, datatype, language)
    if isinstance(value, bool) or value is None:
        return Cell("" if value is None else formats.literal(str(value).lower(), "", language))
    if isinstance(value, int | float):
        return Cell(formats.number(value, language), is_number=True)
    return Cell(str(value))


def table(
    columns: Sequence[Column],
    rows: Sequence[Mapping[str, Any]],
    language: str,
    *,
    lang: str = "",
    labels: Mapping[str, str] | None = None,
) -> Table:
    """The answer of a named query, each entity and its name made one link.

    By the custom of the named queries, ``practiceLabel`` names what is in ``practice`` or
    ``practiceFound``, and ``label`` names what is in the column before it.

    Args:
        columns: the query's.
        rows: a value by column, as :func:`cell` takes it.
        language: the reader's.
        lang: the language that links name.
        labels: what to call IRIs that no column names.
    """
    naming = _naming(columns)
    shown = [column for column in columns if column.name not in naming.values()]
    made = []
    for row in rows:
        cells = []
        for column in shown:
            one = cell(row.get(column.name), language, lang=lang, labels=labels)
            name = row.get(naming.get(column.name, ""))
            cells.append(one if name is None else replace(one, text=cell(name, language).text))
        made.append(cells)
    return Table([str(getattr(column, language)) for column in shown], made)


def _naming(columns: Sequence[Column]) -> dict[str, str]:
    """For each column of entities, the column that holds their names."""
    known = [column.name for column in columns]
    found: dict[str, str] = {}
    for place, name in enumerate(known):
        stem = name.removesuffix("Label")
        if name == "label" and place > 0:
            found[known[place - 1]] = name
        elif stem != name:
            named = next((one for one in (stem, f"{stem}Found") if one in known), None)
            if named:
                found[named] = name
    return found


def _mapped(value: Mapping[str, Any], language: str, lang: str, labels: Mapping[str, str]) -> Cell:
    if "iri" in value:
        return Cell(
            str(value.get("label") or links.short_name(str(value["iri"]))),
            links.entity(str(value["iri"]), lang),
        )
    content = str(value.get("value", ""))
    if value.get("type") == "uri":
        return _address(content, lang, labels)
    return _literal(content, str(value.get("datatype", "")), language)


def _address(iri: str, lang: str, labels: Mapping[str, str]) -> Cell:
    """An IRI of the graph leads to its page, another one out of the site."""
    if iri in labels or links.short_name(iri) != iri:
        return Cell(labels.get(iri, links.short_name(iri)), links.entity(iri, lang))
    return Cell(iri, addresses=(iri,) if web_address(iri) else ())


def _literal(text: str, datatype: str, language: str) -> Cell:
    addresses = tuple(text.split())
    if addresses and all(map(web_address, addresses)):
        return Cell(text, addresses=addresses)
    shown = formats.literal(text, datatype, language)
    return Cell(shown, is_number=shown != text or text.isdecimal())


def sector_table(
    matrix: Sequence[Mapping[str, Any]],
) -> tuple[list[Mapping[str, Any]], dict[tuple[str, str], Heat]]:
    """A list of pairs of sectors as a square: its sectors in order, and its cells.

    Args:
        matrix: pairs with ``from``, ``to`` and ``ties``; a pair given one way holds both ways.

    Returns:
        The sectors by label, and a cell for each pair of their IRIs.
    """
    sectors = {end["iri"]: end for pair in matrix for end in (pair["from"], pair["to"])}
    ordered = sorted(sectors.values(), key=lambda sector: (sector["label"], sector["iri"]))
    given = {(pair["from"]["iri"], pair["to"]["iri"]): float(pair["ties"]) for pair in matrix}
    most = max(given.values(), default=0.0)
    cells = {}
    for row in sectors:
        for column in sectors:
            ties = given.get((row, column), given.get((column, row), 0.0))
            level = math.ceil(_LEVELS * math.sqrt(ties / most)) if ties > 0 and most else 0
            cells[row, column] = Heat(ties, level)
    return ordered, cells


def default_text(parameter: Parameter) -> str:
    """What a query's parameter is when nothing is chosen, as a person may type it."""
    terms = parameter.default.split()
    if not parameter.is_literal:
        return " ".join(links.short_name(term.strip("<>")) for term in terms)
    quoted = parameter.default.split('"')
    return quoted[1] if len(quoted) > 2 else parameter.default


def by_theme(queries: Sequence[NamedQuery]) -> list[tuple[str, list[NamedQuery]]]:
    """The named queries by theme, the folder they are in; both sorted."""
    themes: dict[str, list[NamedQuery]] = {}
    for query in sorted(queries, key=lambda query: query.name):
        themes.setdefault(query.name.partition("/")[0], []).append(query)
    return sorted(themes.items())


def operations(document: Mapping[str, Any]) -> dict[str, list[Operation]]:
    """The operations of an OpenAPI document by tag, in the order of the document."""
    found: dict[str, list[Operation]] = {}
    for path, item in document.get("paths", {}).items():
        for method in _METHODS:
            about = item.get(method)
            if about is None:
                continue
            tag = (about.get("tags") or [""])[0]
            found.setdefault(tag, []).append(
                Operation(
                    method.upper(),
                    path,
                    str(about.get("summary", "")),
                    str(about.get("description", "")),
                    [*item.get("parameters", []), *about.get("parameters", [])],
                    about.get("responses", {}),
                )
            )
    return found
