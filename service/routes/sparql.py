"""``/sparql``: the SPARQL 1.1 Protocol, for queries."""

from __future__ import annotations

from typing import Annotated, Any, Final
from urllib.parse import parse_qsl

from fastapi import APIRouter, Query, Request, Response

from essaim.ontology.errors import BadInput, EssaimError, Refused
from essaim.service import jobs
from essaim.service.front import Front, FrontDependency
from essaim.service.gate import PayloadTooLarge
from essaim.service.negotiation import negotiate
from essaim.service.results import GRAPH_TYPES, RESULT_TYPES
from essaim.service.settings import Language
from essaim.service.sparql_page import sparql_form

__all__ = ["router"]

router = APIRouter(tags=["SPARQL"])

_FORM = "application/x-www-form-urlencoded"
_QUERY = "application/sparql-query"
_UPDATE = "application/sparql-update"

FORMATS: Final = {
    "json": "application/sparql-results+json, application/ld+json",
    "xml": "application/sparql-results+xml, application/rdf+xml",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "turtle": "text/turtle",
    "ntriples": "application/n-triples",
    "jsonld": "application/ld+json",
    "rdfxml": "application/rdf+xml",
}
"""Short names for formats, for forms and links, where there is no ``Accept`` header to set."""

_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The answer: results of a SELECT or an ASK, a graph of the other forms.",
        "content": {media_type: {} for media_type in (*RESULT_TYPES, *GRAPH_TYPES)},
    },
    304: {"description": "Nothing has changed since the ETag that was sent."},
}


class UnsupportedMediaType(EssaimError):
    """A body of a kind that is not read."""

    status = 415
    title = "Unsupported media type"


@router.get("/sparql", responses=_RESPONSES, response_class=Response)
async def sparql_get(
    request: Request,
    front: FrontDependency,
    query: Annotated[str | None, Query(description="The query.")] = None,
    format: Annotated[  # noqa: A002, ARG001 - the name that is asked for
        str | None, Query(description=f"Instead of Accept: {', '.join(FORMATS)}.")
    ] = None,
    lang: Annotated[Language | None, Query(description="The language of the form.")] = None,
) -> Response:
    """Run a query given in the address; a browser that brings none gets a form."""
    if query is None and _prefers_page(request):
        html = sparql_form(lang or front.settings.lang, list(FORMATS))
        return Response(html, 200, {"Vary": "Accept"}, "text/html")
    return await _run(request, front, list(request.query_params.multi_items()))


@router.post(
    "/sparql",
    responses=_RESPONSES,
    response_class=Response,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                _QUERY: {"schema": {"type": "string"}},
                _FORM: {
                    "schema": {
                        "type": "object",
                        "required": ["query"],
                        "properties": {"query": {"type": "string"}, "format": {"type": "string"}},
                    }
                },
            },
        }
    },
)
async def sparql_post(request: Request, front: FrontDependency) -> Response:
    """Run a query given in the body, as it is or as a form."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type == _UPDATE:
        raise Refused("Updates are refused here.", 'Write with "essaim load".')
    if media_type not in (_FORM, _QUERY):
        raise UnsupportedMediaType(
            f'A query can\'t be read from "{media_type}".', f"Send {_QUERY} or {_FORM}."
        )
    text = await _body(request, front.settings.max_query_bytes)
    given = list(request.query_params.multi_items())
    if media_type == _QUERY:
        return await _run(request, front, [*given, ("query", text)])
    return await _run(request, front, [*given, *parse_qsl(text, keep_blank_values=True)])


def _prefers_page(request: Request) -> bool:
    offered = [*RESULT_TYPES, "text/html"]
    return negotiate(request.headers.get("accept"), offered) == "text/html"


async def _run(request: Request, front: Front, parameters: list[tuple[str, str]]) -> Response:
    text, accept = _understand(parameters, front.settings.max_query_bytes)
    return await front.answer(
        request,
        jobs.sparql,
        text=text,
        accept=accept or request.headers.get("accept"),
        max_rows=front.settings.max_rows,
    )


def _understand(parameters: list[tuple[str, str]], most: int) -> tuple[str, str | None]:
    """The query and, where a format is named, what stands for it in an ``Accept`` header."""
    given: dict[str, list[str]] = {}
    for name, value in parameters:
        given.setdefault(name, []).append(value)
    if "update" in given:
        raise Refused("Updates are refused here.", 'Write with "essaim load".')
    for name in given:
        if name in ("default-graph-uri", "named-graph-uri"):
            raise BadInput(
                f"{name} is not taken here.", "Name graphs with GRAPH in the query itself."
            )
        if name not in ("query", "format", "lang"):
            raise BadInput(f'Unknown parameter "{name}".', "Give query, and format if needed.")
    queries, formats = given.get("query", []), given.get("format", [])
    if len(queries) != 1 or not queries[0].strip():
        raise BadInput(
            "There has to be one query.", "Send it as ?query=… or in the body of a POST."
        )
    if len(queries[0].encode(errors="replace")) > most:
        raise PayloadTooLarge(f"The query is longer than {most} bytes.", "Send a shorter one.")
    for name in formats:
        if name not in FORMATS:
            raise BadInput(f'There is no format "{name}".', f"Use one of {', '.join(FORMATS)}.")
    return queries[0], FORMATS[formats[0]] if formats else None


async def _body(request: Request, most: int) -> str:
    """The body as text, read no further than it may be long."""
    read = bytearray()
    async for chunk in request.stream():
        read += chunk
        if len(read) > 3 * most:  # a form writes a character as %XX
            raise PayloadTooLarge(f"The body is longer than {most} bytes.", "Send a shorter one.")
    try:
        return read.decode()
    except UnicodeDecodeError:
        raise BadInput("The body is not UTF-8.", "Send the query as UTF-8.") from None
