"""The ontology and its vocabularies at their own addresses: pages for people, RDF for programs."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from essaim.ontology.errors import NotFound
from essaim.ontology.terms import modules
from essaim.ontology.vocabulary import ontology_files
from essaim.service import ontology_jobs
from essaim.service.front import Front, FrontDependency, refuse_unknown
from essaim.service.negotiation import NotAcceptable, negotiate
from essaim.service.page_jobs import Page
from essaim.service.results import GRAPH_TYPES
from essaim.service.settings import Language

__all__ = ["router"]

router = APIRouter(tags=["Ontology"], dependencies=[Depends(refuse_unknown)])

_OFFERED: Final = ["text/html", *GRAPH_TYPES]
_ENDINGS: Final = {
    "ttl": "text/turtle",
    "nt": "application/n-triples",
    "jsonld": "application/ld+json",
    "rdf": "application/rdf+xml",
}
_CONTENT: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "The terms.", "content": {kind: {} for kind in _OFFERED}}
}

Lang = Annotated[Language | None, Query(description="The language of the page.")]


@router.get("/ns", response_class=Response, responses=_CONTENT)
async def ontology(request: Request, front: FrontDependency, lang: Lang = None) -> Response:
    """The ontology: its documentation, or all its terms with their alignments as RDF."""
    return await _negotiated(request, front, "ns", _page(request, front, lang), "ontology.html")


@router.get("/ns.{ending}", response_class=Response, include_in_schema=False)
async def ontology_file(request: Request, front: FrontDependency, ending: str) -> Response:
    """The ontology in the format of a file ending."""
    return await _file(request, front, "ns", ending)


@router.get("/ns/context.jsonld", response_class=Response)
async def context(request: Request, front: FrontDependency) -> Response:
    """The JSON-LD context of the terms."""
    return await front.answer(request, ontology_jobs.context)


@router.get("/ns/{name:path}", response_class=Response, responses=_CONTENT)
async def part(request: Request, front: FrontDependency, name: str, lang: Lang = None) -> Response:
    """A version of the ontology, a module, or the alignments with a vocabulary."""
    version = modules()["essaim"].version
    rest = name.removeprefix(version).removeprefix("/") if name.startswith(version) else name
    if rest[:1].isdigit():
        raise NotFound("version of the ontology", name, [version])
    stem, _, ending = rest.partition(".")
    if ending:
        return await _file(request, front, f"ns/{stem}", ending)
    media_type = _choose(request)
    if media_type != "text/html":
        whole = f"ns/{rest}" if rest else "ns"
        return await front.answer(
            request, ontology_jobs.document, name=whole, media_type=media_type
        )
    if not rest:
        return await ontology(request, front, lang)
    return RedirectResponse(_place_of(rest, lang), 303)


@router.get("/model", response_class=Response, include_in_schema=False)
async def model(request: Request, front: FrontDependency, lang: Lang = None) -> Response:
    """The model in ten pictures."""
    page = _page(request, front, lang)
    return await front.answer(request, ontology_jobs.page_of, page=page, template="model.html")


@router.get("/vocab", response_class=Response, include_in_schema=False)
async def vocabularies(request: Request, front: FrontDependency, lang: Lang = None) -> Response:
    """The vocabularies."""
    page = _page(request, front, lang)
    return await front.answer(
        request, ontology_jobs.page_of, page=page, template="vocabularies.html"
    )


@router.get("/vocab/{scheme}", response_class=Response, responses=_CONTENT)
async def vocabulary(
    request: Request, front: FrontDependency, scheme: str, lang: Lang = None
) -> Response:
    """A vocabulary: its concepts, or all of it as RDF."""
    name, _, ending = scheme.partition(".")
    if ending:
        return await _file(request, front, f"vocab/{name}", ending)
    page = _page(request, front, lang, scheme=name)
    return await _negotiated(request, front, f"vocab/{name}", page, "vocabulary.html")


@router.get("/vocab/{scheme}/{key}", response_class=Response, responses=_CONTENT)
async def concept(
    request: Request, front: FrontDependency, scheme: str, key: str, lang: Lang = None
) -> Response:
    """A concept of a vocabulary."""
    page = _page(request, front, lang, scheme=scheme, key=key)
    return await _negotiated(request, front, f"vocab/{scheme}/{key}", page, "concept.html")


def _place_of(part: str, lang: Language | None) -> str:
    """Where a module, or the alignments with a vocabulary, are on the page of terms.

    Raises:
        NotFound: there is no such part.
    """
    query = f"?lang={lang}" if lang else ""
    if part in modules():
        return f"/ns{query}#module-{part}"
    aligned = [f"alignments/{f.name.removesuffix('.ttl')}" for f in ontology_files("alignments")]
    if part in aligned:
        return f"/ns{query}"
    raise NotFound("part of the ontology", part, [*modules(), *aligned])


async def _negotiated(
    request: Request, front: Front, name: str, page: Page, template: str
) -> Response:
    media_type = _choose(request)
    if media_type == "text/html":
        return await front.answer(request, ontology_jobs.page_of, page=page, template=template)
    return await front.answer(request, ontology_jobs.document, name=name, media_type=media_type)


async def _file(request: Request, front: Front, name: str, ending: str) -> Response:
    if ending not in _ENDINGS:
        raise NotFound("format", ending, _ENDINGS)
    return await front.answer(
        request, ontology_jobs.document, name=name, media_type=_ENDINGS[ending]
    )


def _choose(request: Request) -> str:
    """The form to answer in: a page, or one of the RDF formats."""
    accept = request.headers.get("accept")
    media_type = negotiate(accept, _OFFERED)
    if media_type is None:
        raise NotAcceptable(accept or "", _OFFERED)
    return media_type


def _page(request: Request, front: Front, lang: Language | None, **given: str) -> Page:
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return Page(path, lang or front.settings.lang, given)
