"""The named queries: the list of them, and each one's answer."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from essaim.ontology.errors import BadInput
from essaim.queries.catalogue import NamedQuery, catalogue, named_query
from essaim.service import jobs
from essaim.service.front import FrontDependency, refuse_unknown
from essaim.service.jobs import QueryRequest
from essaim.service.negotiation import NotAcceptable, negotiate
from essaim.service.settings import Language

__all__ = ["router"]

router = APIRouter(prefix="/api/v1/queries", tags=["Named queries"])

_FORMATS = {"json": "application/json", "csv": "text/csv"}
_RESERVED = ("format", "lang")
_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The rows.",
        "content": {media_type: {} for media_type in _FORMATS.values()},
    }
}


@router.get("", dependencies=[Depends(refuse_unknown)])
async def list_queries(
    front: FrontDependency,
    lang: Annotated[Language | None, Query(description="The language of summaries.")] = None,
) -> dict[str, Any]:
    """The named queries with their parameters."""
    language = lang or front.settings.lang
    return {"queries": [_about(query, language) for query in catalogue().values()]}


@router.get("/{theme}/{name}", responses=_RESPONSES, response_class=Response)
async def run_query(
    request: Request,
    front: FrontDependency,
    theme: str,
    name: str,
    *,
    lang: Annotated[Language | None, Query(description="The language of headings.")] = None,
    format: Annotated[  # noqa: A002 - the name that is asked for
        str | None, Query(description="Instead of Accept: json or csv.")
    ] = None,
) -> Response:
    """A named query's answer; its own parameters are given beside these two."""
    query = named_query(f"{theme}/{name}")
    values: dict[str, list[str]] = {}
    for key, value in request.query_params.multi_items():
        if key not in _RESERVED:
            query.parameter(key)
            values.setdefault(key, []).append(value)
    asked = QueryRequest(
        name=query.name,
        values=values,
        language=lang or front.settings.lang,
        media_type=(media_type := _media_type(request, format)),
        graph_type="application/ld+json" if media_type == _FORMATS["json"] else "text/turtle",
        max_rows=front.settings.max_rows,
    )
    return await front.answer(request, jobs.named, asked=asked)


def _media_type(request: Request, chosen: str | None) -> str:
    offered = list(_FORMATS.values())
    if chosen is not None:
        if chosen not in _FORMATS:
            raise BadInput(f'There is no format "{chosen}".', f"Use {' or '.join(_FORMATS)}.")
        return _FORMATS[chosen]
    accept = request.headers.get("accept")
    found = negotiate(accept, offered)
    if found is None:
        raise NotAcceptable(accept or "", offered)
    return found


def _about(query: NamedQuery, language: str) -> dict[str, Any]:
    is_french = language == "fr"
    return {
        "name": query.name,
        "summary": query.summary_fr if is_french else query.summary_en,
        "href": f"/api/v1/queries/{query.name}",
        "view": query.view,
        "parameters": [
            {
                "name": parameter.name,
                "kind": parameter.kind,
                "description": parameter.fr if is_french else parameter.en,
                "default": parameter.default,
            }
            for parameter in query.parameters.values()
        ],
        "columns": [
            {"name": column.name, "label": column.fr if is_french else column.en}
            for column in query.columns
        ],
    }
