"""Reading a request of the SPARQL 1.1 Protocol: which operation it is, on which dataset."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from essaim.ontology.errors import BadInput, EssaimError, nearest

__all__ = [
    "FORM",
    "FORMATS",
    "QUERY",
    "UPDATE",
    "Operation",
    "UnsupportedMediaType",
    "read_operation",
]

FORM: Final = "application/x-www-form-urlencoded"
QUERY: Final = "application/sparql-query"
UPDATE: Final = "application/sparql-update"

FORMATS: Final = {
    "json": "application/sparql-results+json, application/ld+json;q=0.9",
    "xml": "application/sparql-results+xml, application/rdf+xml;q=0.9",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "turtle": "text/turtle",
    "ntriples": "application/n-triples",
    "jsonld": "application/ld+json",
    "rdfxml": "application/rdf+xml",
    "trig": "application/trig",
    "nquads": "application/n-quads",
}
"""Short names for formats, for forms and links, where there is no ``Accept`` header to set."""

_SYNONYMS: Final = {
    "ttl": "turtle",
    "nt": "ntriples",
    "n-triples": "ntriples",
    "json-ld": "jsonld",
    "rdf+xml": "rdfxml",
    "sparql-results+json": "json",
    "sparql-results+xml": "xml",
}
_FOR_QUERY: Final = (
    "query",
    "default-graph-uri",
    "named-graph-uri",
    "format",
    "lang",
    "generation",
)
_FOR_UPDATE: Final = ("update", "using-graph-uri", "using-named-graph-uri")
_KNOWN: Final = (*_FOR_QUERY, *_FOR_UPDATE)
_IGNORED: Final = {"output", "results", "timeout", "debug"}
"""Sent by clients to engines that know them; what they ask for, the Accept header asks too."""


class UnsupportedMediaType(EssaimError):
    """A body of a kind that is not read."""

    status = 415
    title = "Unsupported media type"


@dataclass(frozen=True)
class Operation:
    """One operation of the protocol.

    Args:
        kind: ``query``, ``update`` or ``description``.
        text: the query or the update.
        default: the IRIs of the default graph's parts, ``None`` when no dataset is given.
        named: the IRIs of the named graphs, likewise.
        accept: what stands for the ``Accept`` header where a format is named, or ``None``.
        generation: the number of the generation that is asked for, or ``None``.
    """

    kind: str
    text: str = ""
    default: Sequence[str] | None = None
    named: Sequence[str] | None = None
    accept: str | None = None
    generation: int | None = None


def read_operation(method: str, query_string: str, media_type: str, body: str) -> Operation:
    """Tell what a request asks for.

    Args:
        method: ``GET`` or ``POST``.
        query_string: what follows the ``?``.
        media_type: the body's, without parameters.
        body: the body; ``""`` for GET.

    Raises:
        BadInput: it is none of the operations of the protocol.
        UnsupportedMediaType: the body is of another kind.

    Example:
        >>> read_operation("GET", "query=ASK%7B%7D&default-graph-uri=a%3Ag", "", "").default
        ['a:g']
    """
    parameters = parse_qsl(query_string, keep_blank_values=True, errors="strict")
    if method == "POST":
        if media_type == FORM:
            parameters += parse_qsl(body, keep_blank_values=True, errors="strict")
        elif media_type == QUERY:
            parameters.append(("query", body))
        elif media_type == UPDATE:
            parameters.append(("update", body))
        else:
            raise UnsupportedMediaType(
                f'A query can\'t be read from "{media_type}".',
                f"Send {QUERY}, {UPDATE} or {FORM}.",
            )
    return _operation(method, parameters)


def _operation(method: str, parameters: Sequence[tuple[str, str]]) -> Operation:
    given: dict[str, list[str]] = {}
    for name, value in parameters:
        given.setdefault(name, []).append(value)
    for name in given:
        if name not in _KNOWN and name not in _IGNORED:
            near = nearest(name, _KNOWN, limit=1)
            hint = f'Did you mean "{near[0]}"?' if near else f"Known here: {', '.join(_KNOWN)}."
            raise BadInput(f'Unknown parameter "{name}".', hint)
    if "update" in given:
        return _update(method, given)
    texts = given.get("query")
    if texts is None and method == "GET" and not set(given) - {"format", "lang", "generation"}:
        return Operation("description", accept=_accept(given))
    if texts is None or len(texts) != 1 or not texts[0].strip():
        raise BadInput(
            "There has to be one query.", "Send it as ?query=… or in the body of a POST."
        )
    _refuse_others(given, _FOR_UPDATE)
    default, named = given.get("default-graph-uri"), given.get("named-graph-uri")
    return Operation("query", texts[0], default, named, _accept(given), _generation(given))


def _update(method: str, given: dict[str, list[str]]) -> Operation:
    if method != "POST":
        raise BadInput("An update can't be sent by GET.", "Send it by POST.")
    if "query" in given or len(given["update"]) != 1 or not given["update"][0].strip():
        raise BadInput("There has to be one update, and no query.", "Send them one by one.")
    _refuse_others(given, _FOR_QUERY)
    using, using_named = given.get("using-graph-uri"), given.get("using-named-graph-uri")
    return Operation("update", given["update"][0], using, using_named)


def _refuse_others(given: dict[str, list[str]], names: Sequence[str]) -> None:
    for name in names:
        if name in given:
            raise BadInput(f'"{name}" does not belong to this operation.', "Leave it out.")


def _accept(given: dict[str, list[str]]) -> str | None:
    names = given.get("format")
    if not names:
        return None
    if "/" in names[0]:
        return names[0]
    name = _SYNONYMS.get(names[0], names[0])
    if len(names) != 1 or name not in FORMATS:
        raise BadInput(f'There is no format "{names[-1]}".', f"Use one of {', '.join(FORMATS)}.")
    return FORMATS[name]


def _generation(given: dict[str, list[str]]) -> int | None:
    numbers = given.get("generation")
    if not numbers:
        return None
    if len(numbers) != 1 or not (numbers[0].isascii() and numbers[0].isdigit()):
        raise BadInput(f'"{numbers[0]}" is not the number of a generation.', "Give one number.")
    return int(numbers[0])
