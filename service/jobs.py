"""What a worker can be asked to do: each function reads the graph and gives an encoded answer.

Both the routes and the command line use them, so that both stop at the same limits.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import pyoxigraph
from pyoxigraph import NamedNode, QueryBoolean, QuerySolutions, QueryTriples

from essaim.graph.resolve import CLASSES, label, resolve
from essaim.graph.store import Term
from essaim.ontology.errors import BadInput, EssaimError, Refused
from essaim.ontology.names import PREFIXES
from essaim.ontology.vocabulary import fold
from essaim.queries.catalogue import NamedQuery, named_query, read_query
from essaim.service.binding import bind
from essaim.service.commands import compact
from essaim.service.results import GRAPH_TYPES, write_graph
from essaim.service.tables import csv_text, plain
from essaim.service.workers import Reply, Session

__all__ = [
    "JSON",
    "AnswerRequest",
    "QueryRequest",
    "ViewRequest",
    "connections",
    "describe",
    "explore",
    "lineage",
    "listing",
    "named",
    "read_json",
    "replicable",
    "territories",
    "validate",
]

JSON = "application/json"
CSV = "text/csv"
TURTLE = "text/turtle"

# named queries


@dataclass(frozen=True)
class QueryRequest:
    """A named query as it is asked for.

    Args:
        name: its name, or its file's.
        text: the file's text; ``""`` for one of the catalogue.
        values: for each parameter, its values as a person writes them.
        language: ``fr`` or ``en``, for the headings.
        media_type: ``application/json`` or ``text/csv``, for rows.
        graph_type: the media type for a graph.
        max_rows: how many rows to give at the most.
    """

    name: str
    text: str = ""
    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    language: str = "fr"
    media_type: str = JSON
    graph_type: str = TURTLE
    max_rows: int = 10_000


def named(session: Session, *, asked: QueryRequest) -> Reply:
    """Run a named query, or a file written like one.

    Raises:
        NotFound: the query, a parameter or what a value names does not exist.
        BadInput: the query or a value can't be understood.
    """
    query = read_query(asked.name, asked.text) if asked.text else named_query(asked.name)
    try:
        answer = session.store.query(bind(session.store, query, asked.values, asked.language))
    except (BadInput, Refused) as error:
        raise _in_file(error, asked) from None
    if isinstance(answer, QueryTriples):
        triples = answer
        return session.streamed(
            lambda out: write_graph(triples, asked.graph_type, asked.max_rows, out),
            asked.graph_type,
        )
    if isinstance(answer, QueryBoolean):
        return session.reply(_json({"query": query.name, "boolean": bool(answer)}), JSON)
    names = [variable.value for variable in answer.variables]
    rows = _iter_plain(answer)
    taken = list(islice(rows, asked.max_rows))
    truncated = next(rows, None) is not None
    headings = _headings(query, names, asked.language)
    if asked.media_type == CSV:
        body = csv_text([headings[name] for name in names], taken).encode()
        return session.reply(body, CSV, truncated=truncated)
    content = {
        "query": query.name,
        "summary": query.summary_fr if asked.language == "fr" else query.summary_en,
        "generation": session.generation.number,
        "truncated": truncated,
        "columns": [{"name": name, "label": headings[name]} for name in names],
        "rows": [dict(zip(names, row, strict=True)) for row in taken],
    }
    return session.reply(_json(content), JSON, truncated=truncated)


def _in_file(error: EssaimError, asked: QueryRequest) -> EssaimError:
    """The same error, naming the file it is in, where it is a file's."""
    if not asked.text or asked.name in error.message:
        return error
    return type(error)(f"{asked.name}: {error.message}", error.hint)


def _headings(query: NamedQuery, names: Sequence[str], language: str) -> dict[str, str]:
    declared = {
        column.name: column.fr if language == "fr" else column.en for column in query.columns
    }
    return {name: declared.get(name, name) for name in names}


def _iter_plain(answer: QuerySolutions) -> Iterator[list[Any]]:
    for solution in answer:
        yield [plain(value) if isinstance(value, Term) else None for value in solution]


# the answers


@dataclass(frozen=True)
class AnswerRequest:
    """One of the answers as it is asked for.

    Args:
        about: the territory, the OpenLab or the practice; ``None`` where nothing is named.
        options: the keyword arguments of the function in :mod:`essaim.graph.answers`.
    """

    about: str | None
    options: Mapping[str, Any] = field(default_factory=dict)


def replicable(session: Session, *, asked: AnswerRequest) -> Reply:
    """The practices a territory or an OpenLab could take up."""
    from essaim.graph import answers  # noqa: PLC0415 - scipy is slow to import

    content = answers.replicable(session.workspace, asked.about, **asked.options)
    return session.reply(_json(content), JSON)


def territories(session: Session, *, asked: AnswerRequest) -> Reply:
    """The territories that a practice would suit."""
    from essaim.graph import answers  # noqa: PLC0415 - scipy is slow to import

    content = answers.territories(session.workspace, asked.about or "", **asked.options)
    return session.reply(_json(content), JSON)


def lineage(session: Session, *, asked: AnswerRequest) -> Reply:
    """Who took a practice up from whom, and how far it went."""
    from essaim.graph import answers  # noqa: PLC0415 - scipy is slow to import

    content = answers.lineage(session.workspace, asked.about or "", **asked.options)
    return session.reply(_json(content), JSON)


def connections(session: Session, *, asked: AnswerRequest) -> Reply:
    """The cross-sector connections around a territory."""
    from essaim.graph import answers  # noqa: PLC0415 - scipy is slow to import

    content = answers.connections(session.workspace, asked.about or "", **asked.options)
    return session.reply(_json(content), JSON)


# lists and descriptions


def listing(session: Session, *, kind: str, text: str, language: str, limit: int) -> Reply:
    """The entities of a kind, to choose one from.

    Args:
        session: the worker's.
        kind: a key of :data:`essaim.graph.resolve.CLASSES`.
        text: what a label has to contain, case and accents apart; ``""`` for all.
        language: for the labels.
        limit: how many to give at the most.
    """
    query = f"SELECT DISTINCT ?e {{ ?e a {CLASSES[kind]} }}"
    wanted = fold(text)
    found = []
    for row in session.store.iter_rows(query):
        entity = row["e"]
        if isinstance(entity, NamedNode):
            name = label(session.store, entity, language)
            if wanted in fold(name):
                found.append({"iri": entity.value, "label": name, "name": compact(entity.value)})
    found.sort(key=lambda entry: (fold(entry["label"]), entry["iri"]))
    truncated = len(found) > limit
    content = {
        "generation": session.generation.number,
        "total": len(found),
        "truncated": truncated,
        "items": found[:limit],
    }
    return session.reply(_json(content), JSON, truncated=truncated)


def describe(session: Session, *, iri: str, media_type: str, max_rows: int) -> Reply:
    """What is stated of an entity, as RDF.

    Raises:
        NotFound: nothing is.
    """
    entity = resolve(session.store, iri)
    triples = (quad.triple for quad in session.store.quads(subject=entity))
    unique = list(islice(dict.fromkeys(triples), max_rows + 1))
    body = pyoxigraph.serialize(
        unique[:max_rows], format=GRAPH_TYPES[media_type], prefixes=dict(PREFIXES)
    )
    return session.reply(body or b"", media_type, truncated=len(unique) > max_rows)


# the graph as a whole


@dataclass(frozen=True)
class ViewRequest:
    """A picture as it is asked for.

    Args:
        iri: what it is around, as a person writes it.
        depth: how many steps away from it.
        limit: how many neighbours at the most.
        language: ``fr`` or ``en``.
    """

    iri: str
    depth: int = 1
    limit: int = 200
    language: str = "fr"


def explore(session: Session, *, asked: ViewRequest) -> Reply:
    """The interactive picture of what is around an entity, as one HTML document."""
    from essaim.viz.graph_page import neighbourhood_html  # noqa: PLC0415 - slow to import

    entity = resolve(session.store, asked.iri)
    html = neighbourhood_html(
        session.store,
        entity.value,
        depth=asked.depth,
        limit=asked.limit,
        language=asked.language,
    )
    return session.page(html)


def validate(session: Session, *, media_type: str = JSON, by_reference: bool = False) -> Reply:
    """What the shapes object to in the whole graph.

    Args:
        session: the worker's.
        media_type: JSON, or one for RDF, for the report graph of SHACL.
        by_reference: whether pySHACL checks, for minutes, instead of us.
    """
    from essaim.graph.findings_graph import iter_report  # noqa: PLC0415 - only needed here

    if by_reference:
        from essaim.graph.reference_validation import (  # noqa: PLC0415 - slow to import
            reference_findings as check,
        )
    else:
        from essaim.graph.validation import validate as check  # noqa: PLC0415 - only needed here

    findings = check(session.generation.state())
    if media_type == JSON:
        return session.reply(_json([finding.as_dict() for finding in findings]), JSON)
    report = pyoxigraph.serialize(
        iter_report(findings), format=GRAPH_TYPES[media_type], prefixes=dict(PREFIXES)
    )
    return session.reply(report or b"", media_type)


def read_json(reply: Reply) -> Any:  # noqa: ANN401
    """What a reply in JSON says."""
    return json.loads(reply.body)


def _json(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
