"""Linked data: what is stated of an entity, for people and for programs."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from essaim.ontology.names import BASE
from essaim.service import jobs, page_jobs
from essaim.service.front import FrontDependency, refuse_unknown
from essaim.service.negotiation import NotAcceptable, negotiate
from essaim.service.page_jobs import Page
from essaim.service.results import GRAPH_TYPES
from essaim.service.settings import Language

__all__ = ["router"]

router = APIRouter(tags=["Linked data"])

_OFFERED = ["text/html", *GRAPH_TYPES]
_SAFE = "/:@!$&'()*+,;=-._~%"


@router.get(
    "/entity",
    response_class=Response,
    responses={200: {"description": "The facts.", "content": {kind: {} for kind in _OFFERED}}},
    dependencies=[Depends(refuse_unknown)],
)
async def entity(
    request: Request,
    front: FrontDependency,
    iri: Annotated[str, Query(min_length=1, description="Its IRI, or a name.")],
    lang: Annotated[Language | None, Query(description="The language of the page.")] = None,
) -> Response:
    """What is stated of an entity: a page, or RDF, as the client prefers."""
    accept = request.headers.get("accept")
    media_type = negotiate(accept, _OFFERED)
    if media_type is None:
        raise NotAcceptable(accept or "", _OFFERED)
    if media_type != "text/html":
        rows = front.settings.max_rows
        return await front.answer(
            request, jobs.describe, iri=iri, media_type=media_type, max_rows=rows
        )
    path = f"{request.url.path}?{request.url.query}"
    page = Page(path, lang or front.settings.lang, {"iri": iri})
    return await front.answer(request, page_jobs.entity, page=page)


@router.get("/id/{path:path}", status_code=303, response_class=RedirectResponse)
async def identified(
    path: str, lang: Annotated[Language | None, Query(description="As for /entity.")] = None
) -> Response:
    """From an IRI of ours to what is stated of it."""
    parameters = {"iri": BASE + quote(path, safe=_SAFE)}
    if lang is not None:
        parameters["lang"] = lang
    return RedirectResponse(f"/entity?{urlencode(parameters)}", 303)
