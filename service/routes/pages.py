"""The pages for people, in French and in English."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from essaim.service import jobs, page_jobs
from essaim.service.binding import parse_weights
from essaim.service.front import Front, FrontDependency, refuse_unknown
from essaim.service.jobs import ViewRequest
from essaim.service.page_jobs import Page
from essaim.service.settings import Language
from essaim.viz.pages import asset

__all__ = ["router"]

router = APIRouter(include_in_schema=False, default_response_class=Response)

_strict = [Depends(refuse_unknown)]
_TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}

Lang = Annotated[Language | None, Query()]


@router.get("/", dependencies=_strict)
async def home(request: Request, front: FrontDependency, lang: Lang = None) -> Response:
    """What is inside, and where to begin."""
    return await front.answer(request, page_jobs.home, page=_page(request, front, lang))


@router.get("/explore", dependencies=_strict)
async def explore(
    request: Request,
    front: FrontDependency,
    iri: Annotated[str, Query(min_length=1)],
    *,
    depth: Annotated[int, Query(ge=1, le=3)] = 1,
    limit: Annotated[int, Query(ge=1, le=2_000)] = 200,
    lang: Lang = None,
) -> Response:
    """The interactive picture of what is around an entity."""
    view = ViewRequest(iri, depth, limit, lang or front.settings.lang)
    seconds = front.settings.answer_timeout
    return await front.answer(request, jobs.explore, timeout=seconds, asked=view)


@router.get("/practices")
async def practices(
    request: Request,
    front: FrontDependency,
    *,
    target: str = "",
    theme: str = "",
    lang: Lang = None,
) -> Response:
    """The practices that a territory or an OpenLab could take up."""
    weights = [
        f"{name.removeprefix('weight_')}={value}"
        for name, value in request.query_params.items()
        if name.startswith("weight_") and value
    ]
    given = {"target": target.strip(), "theme": theme, "weights": parse_weights(weights)}
    return await front.answer(
        request,
        page_jobs.practices,
        timeout=front.settings.answer_timeout,
        page=_page(request, front, lang, given),
    )


@router.get("/connections", dependencies=_strict)
async def connections(
    request: Request,
    front: FrontDependency,
    *,
    territory: str = "",
    from_sector: str = "",
    to_sector: str = "",
    lang: Lang = None,
) -> Response:
    """The connections across sectors around a territory."""
    given = {
        "territory": territory.strip(),
        "from_sector": from_sector,
        "to_sector": to_sector,
    }
    return await front.answer(
        request,
        page_jobs.connections,
        timeout=front.settings.answer_timeout,
        page=_page(request, front, lang, given),
    )


@router.get("/search", dependencies=_strict)
async def search(
    request: Request,
    front: FrontDependency,
    *,
    q: Annotated[str, Query(max_length=200)] = "",
    lang: Lang = None,
) -> Response:
    """The entities whose name has a text in it."""
    page = _page(request, front, lang, {"q": q})
    return await front.answer(request, page_jobs.search, page=page)


@router.get("/queries", dependencies=_strict)
async def queries(request: Request, front: FrontDependency, lang: Lang = None) -> Response:
    """The named queries."""
    return await front.answer(request, page_jobs.queries, page=_page(request, front, lang))


@router.get("/queries/{theme}/{name}")
async def query(
    request: Request, front: FrontDependency, theme: str, name: str, lang: Lang = None
) -> Response:
    """A named query with its form and its answer."""
    values: dict[str, list[str]] = {}
    for key, value in request.query_params.multi_items():
        if key != "lang" and value.strip():
            values.setdefault(key, []).append(value)
    asked = request.url.query
    downloads = {
        form.upper(): f"/api/v1/queries/{theme}/{name}?{asked}{'&' if asked else ''}format={form}"
        for form in ("csv", "json")
    }
    given = {"name": f"{theme}/{name}", "values": values, "downloads": downloads}
    page = _page(request, front, lang, given)
    return await front.answer(request, page_jobs.query, page=page)


@router.get("/api", dependencies=_strict)
async def api(request: Request, front: FrontDependency, lang: Lang = None) -> Response:
    """The operations of the API."""
    page = _page(request, front, lang, {"document": request.app.openapi()})
    return await front.answer(request, page_jobs.api, page=page)


@router.get("/docs")
async def docs() -> Response:
    """Where many look for the API's documentation first."""
    return RedirectResponse("/api", 308)


@router.get("/assets/{name}")
async def asset_file(name: str) -> Response:
    """A file that the pages load."""
    media_type = _TYPES.get(name.rpartition(".")[2], "application/octet-stream")
    headers = {"Cache-Control": "public, max-age=3600"}
    return Response(asset(name), 200, headers, media_type)


def _page(
    request: Request, front: Front, lang: Language | None, given: dict[str, Any] | None = None
) -> Page:
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return Page(path, lang or front.settings.lang, given or {})
