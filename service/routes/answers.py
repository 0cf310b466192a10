"""The two answers: replicable practices and cross-sector connections."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from essaim.service import jobs
from essaim.service.binding import parse_weights
from essaim.service.front import FrontDependency, refuse_unknown
from essaim.service.jobs import AnswerRequest
from essaim.service.settings import Language

__all__ = ["router"]

router = APIRouter(prefix="/api/v1", tags=["Answers"], dependencies=[Depends(refuse_unknown)])

_JSON: dict[int | str, dict[str, Any]] = {
    200: {"description": "The answer, with its evidence.", "content": {"application/json": {}}}
}

Limit = Annotated[int, Query(ge=1, le=200, description="How many to give at the most.")]
Lang = Annotated[Language | None, Query(description="The language of labels and sentences.")]


@router.get("/practices/replicable", responses=_JSON, response_class=Response)
async def replicable(  # noqa: PLR0913 - one argument for each parameter
    request: Request,
    front: FrontDependency,
    target: Annotated[
        str,
        Query(
            alias="for",
            min_length=1,
            description="A territory or an OpenLab: departement:43, openlab:haute-loire, a name.",
        ),
    ],
    *,
    limit: Limit = 10,
    weight: Annotated[
        list[str], Query(description="A criterion's weight, such as need=2; may be repeated.")
    ] = [],  # noqa: B006 - never changed
    theme: Annotated[list[str], Query(description="A theme wanted; may be repeated.")] = [],  # noqa: B006
    public: Annotated[list[str], Query(description="A public wanted; may be repeated.")] = [],  # noqa: B006
    sector: Annotated[list[str], Query(description="A sector wanted; may be repeated.")] = [],  # noqa: B006
    lang: Lang = None,
) -> Response:
    """The practices that a territory or an OpenLab could take up, ranked, with the reasons."""
    options = {
        "limit": limit,
        "weights": parse_weights(weight),
        "themes": theme,
        "publics": public,
        "sectors": sector,
        "language": lang or front.settings.lang,
    }
    return await front.answer(
        request,
        jobs.replicable,
        timeout=front.settings.answer_timeout,
        asked=AnswerRequest(target, options),
    )


@router.get("/connections", responses=_JSON, response_class=Response)
async def connections(
    request: Request,
    front: FrontDependency,
    territory: Annotated[str, Query(min_length=1, description="departement:43, or a name.")],
    *,
    from_sector: Annotated[str | None, Query(description="Only from this sector.")] = None,
    to_sector: Annotated[str | None, Query(description="Only to this sector.")] = None,
    limit: Limit = 10,
    lang: Lang = None,
) -> Response:
    """The connections across sectors around a territory: those there are and those missing."""
    options = {
        "from_sector": from_sector,
        "to_sector": to_sector,
        "limit": limit,
        "language": lang or front.settings.lang,
    }
    return await front.answer(
        request,
        jobs.connections,
        timeout=front.settings.answer_timeout,
        asked=AnswerRequest(territory, options),
    )
