"""The answers: replicable practices, their territories and lineage, cross-sector connections."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response

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
Weights = Annotated[
    list[str], Query(description="A criterion's weight, such as need=2; may be repeated.")
]
Diversity = Annotated[
    float, Query(ge=0, le=1, description="0 ranks by score alone; towards 1, unlike rows first.")
]
Practice = Annotated[
    str, Path(description="The key of a practice, such as micro-folie, its short name or its IRI.")
]
Lang = Annotated[Language | None, Query(description="The language of labels and sentences.")]


@router.get("/practices/replicable", responses=_JSON, response_class=Response)
async def replicable(  # noqa: PLR0913 - one argument for each parameter
    request: Request,
    front: FrontDependency,
    *,
    target: Annotated[
        str | None,
        Query(
            alias="for",
            min_length=1,
            description="A territory or an OpenLab: departement:43, openlab:haute-loire, a name.",
        ),
    ] = None,
    need: Annotated[
        str,
        Query(max_length=2_000, description="What is wanted, in a few words; with `for` or alone."),
    ] = "",
    limit: Limit = 10,
    weight: Weights = [],  # noqa: B006 - never changed
    theme: Annotated[list[str], Query(description="A theme wanted; may be repeated.")] = [],  # noqa: B006
    public: Annotated[list[str], Query(description="A public wanted; may be repeated.")] = [],  # noqa: B006
    sector: Annotated[list[str], Query(description="A sector wanted; may be repeated.")] = [],  # noqa: B006
    gate: Annotated[
        list[str],
        Query(description="Only practices that pass: described, relevant, evidenced, adaptable."),
    ] = [],  # noqa: B006
    diversity: Diversity = 0.0,
    lang: Lang = None,
) -> Response:
    """The practices that a territory, an OpenLab or a need calls for, with the reasons."""
    options = {
        "need": need,
        "limit": limit,
        "weights": parse_weights(weight),
        "themes": theme,
        "publics": public,
        "sectors": sector,
        "gates": gate,
        "diversity": diversity,
        "language": lang or front.settings.lang,
    }
    return await front.answer(
        request,
        jobs.replicable,
        timeout=front.settings.answer_timeout,
        asked=AnswerRequest(target, options),
    )


@router.get("/practices/{practice:path}/territories", responses=_JSON, response_class=Response)
async def territories(
    request: Request,
    front: FrontDependency,
    practice: Practice,
    *,
    within: Annotated[
        str | None, Query(min_length=1, description="Only territories within this one: region:84.")
    ] = None,
    limit: Limit = 10,
    weight: Weights = [],  # noqa: B006 - never changed
    diversity: Diversity = 0.0,
    lang: Lang = None,
) -> Response:
    """The territories that a practice would suit, with the reasons."""
    options = {
        "within": within,
        "limit": limit,
        "weights": parse_weights(weight),
        "diversity": diversity,
        "language": lang or front.settings.lang,
    }
    return await front.answer(
        request,
        jobs.territories,
        timeout=front.settings.answer_timeout,
        asked=AnswerRequest(_practice(practice), options),
    )


@router.get("/practices/{practice:path}/lineage", responses=_JSON, response_class=Response)
async def lineage(
    request: Request, front: FrontDependency, practice: Practice, *, lang: Lang = None
) -> Response:
    """Who took a practice up from whom, where and when, and how far it went."""
    return await front.answer(
        request,
        jobs.lineage,
        timeout=front.settings.answer_timeout,
        asked=AnswerRequest(_practice(practice), {"language": lang or front.settings.lang}),
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


def _practice(text: str) -> str:
    """A key alone is that of a practice."""
    return text if ":" in text or " " in text else f"practice:{text}"
