"""What there is to choose from: territories and OpenLabs."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from essaim.service import jobs
from essaim.service.front import Front, FrontDependency, refuse_unknown
from essaim.service.settings import Language

__all__ = ["router"]

router = APIRouter(prefix="/api/v1", tags=["Lists"], dependencies=[Depends(refuse_unknown)])

Text = Annotated[str, Query(description="What a label has to contain; case and accents apart.")]
Limit = Annotated[int, Query(ge=1, le=10_000, description="How many to give at the most.")]
Lang = Annotated[Language | None, Query(description="The language of labels.")]

_JSON: dict[int | str, dict[str, Any]] = {
    200: {"description": "The list.", "content": {"application/json": {}}}
}


@router.get("/territories", responses=_JSON, response_class=Response)
async def territories(
    request: Request,
    front: FrontDependency,
    *,
    q: Text = "",
    limit: Limit = 1_000,
    lang: Lang = None,
) -> Response:
    """The territories, by label."""
    return await _list(request, front, "territory", (q, limit, lang))


@router.get("/openlabs", responses=_JSON, response_class=Response)
async def openlabs(
    request: Request,
    front: FrontDependency,
    *,
    q: Text = "",
    limit: Limit = 1_000,
    lang: Lang = None,
) -> Response:
    """The OpenLabs, by label."""
    return await _list(request, front, "openlab", (q, limit, lang))


async def _list(
    request: Request, front: Front, kind: str, asked: tuple[str, int, Language | None]
) -> Response:
    text, limit, lang = asked
    language = lang or front.settings.lang
    return await front.answer(
        request, jobs.listing, kind=kind, text=text, language=language, limit=limit
    )
