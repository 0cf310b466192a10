"""``/graphs``: the SPARQL 1.1 Graph Store Protocol.

A graph is named by ``?graph=IRI`` or ``?default``, or is the one whose IRI is the address itself.
Here the default graph is what updates wrote without naming a graph, not the union that queries see:
what is put is what one gets.
"""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any, Final
from uuid import uuid4

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.datastructures import UploadFile

from essaim.graph.updates import GraphBody
from essaim.ontology.errors import BadInput
from essaim.queries.updates import DEFAULT_GRAPH
from essaim.service import sparql_jobs
from essaim.service.access import Caller, requiring
from essaim.service.front import FrontDependency
from essaim.service.negotiation import NotAcceptable, negotiate
from essaim.service.protocol import UnsupportedMediaType
from essaim.service.results import GRAPH_TYPES
from essaim.service.write_jobs import GraphWrite, write_graph

__all__ = ["router"]

router = APIRouter(tags=["Graph store"])

_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {"description": "The graph.", "content": {media_type: {} for media_type in GRAPH_TYPES}}
}
_WRITTEN: dict[int | str, dict[str, Any]] = {
    200: {"description": "What became of the write.", "content": {"application/json": {}}},
    201: {"description": "The graph was not there before.", "content": {"application/json": {}}},
}
_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {media_type: {"schema": {"type": "string"}} for media_type in GRAPH_TYPES},
    }
}
_SYNONYMS: Final = {"application/x-turtle": "text/turtle", "application/xml": "application/rdf+xml"}

GraphName = Annotated[str | None, Query(description="The graph's IRI.")]
DefaultName = Annotated[str | None, Query(description="The default graph, instead of a name.")]
Writer = Annotated[Caller, Depends(requiring("update"))]


@router.get("/graphs", responses=_ANSWER, response_class=Response)
@router.get("/graphs/{path:path}", responses=_ANSWER, response_class=Response)
async def read(
    request: Request, front: FrontDependency, graph: GraphName = None, default: DefaultName = None
) -> Response:
    """A whole graph."""
    iri = _graph(request, graph, default)
    accept = request.headers.get("accept")
    media_type = negotiate(accept, list(GRAPH_TYPES))
    if media_type is None:
        raise NotAcceptable(accept or "", list(GRAPH_TYPES))
    return await front.answer(request, sparql_jobs.graph, iri=iri, media_type=media_type)


@router.put("/graphs", responses=_WRITTEN, response_class=Response, openapi_extra=_BODY)
@router.put("/graphs/{path:path}", responses=_WRITTEN, response_class=Response, openapi_extra=_BODY)
async def replace(
    request: Request,
    front: FrontDependency,
    caller: Writer,
    graph: GraphName = None,
    default: DefaultName = None,
) -> Response:
    """Make a document the content of a graph."""
    iri = _graph(request, graph, default)
    async with _bodies(request, iri) as bodies:
        asked = GraphWrite("replace", iri, bodies)
        return _written(await front.write(caller, "replace graph", write_graph, asked))


@router.post("/graphs", responses=_WRITTEN, response_class=Response, openapi_extra=_BODY)
@router.post(
    "/graphs/{path:path}", responses=_WRITTEN, response_class=Response, openapi_extra=_BODY
)
async def merge(
    request: Request,
    front: FrontDependency,
    caller: Writer,
    graph: GraphName = None,
    default: DefaultName = None,
) -> Response:
    """Add a document to a graph; without a name, to a new one whose address is in Location."""
    is_new = graph is None and default is None and request.url.path.rstrip("/") == "/graphs"
    iri = f"{_address(request)}/{uuid4().hex}" if is_new else _graph(request, graph, default)
    async with _bodies(request, iri) as bodies:
        asked = GraphWrite("merge", iri, bodies)
        response = _written(await front.write(caller, "merge graph", write_graph, asked))
    if is_new:
        response.headers["Location"] = iri
    return response


@router.delete("/graphs", responses=_WRITTEN, response_class=Response)
@router.delete("/graphs/{path:path}", responses=_WRITTEN, response_class=Response)
async def remove(
    request: Request,
    front: FrontDependency,
    caller: Writer,
    graph: GraphName = None,
    default: DefaultName = None,
) -> Response:
    """Remove a graph."""
    asked = GraphWrite("clear", _graph(request, graph, default))
    return _written(await front.write(caller, "remove graph", write_graph, asked))


def _written(reply: Any) -> Response:  # noqa: ANN401
    headers = {"Essaim-Generation": str(reply.generation)}
    return Response(reply.body, reply.status, headers, reply.media_type)


def _graph(request: Request, graph: str | None, default: str | None) -> str:
    """The IRI of the graph that a request is about."""
    names = [name for name in request.query_params if name not in ("graph", "default")]
    if names:
        raise BadInput(f'Unknown parameter "{names[0]}".', "Give graph=IRI or default.")
    is_direct = request.url.path.rstrip("/") != "/graphs"
    if is_direct and graph is None and default is None:
        return _address(request)
    if is_direct or (graph is None) == (default is None):
        raise BadInput("There has to be one graph.", "Give either graph=IRI or default.")
    if len(request.query_params.getlist("graph")) > 1:
        raise BadInput("There is more than one graph.", "Give one graph=IRI.")
    if graph is not None and ":" not in graph:
        return str(request.base_url.replace(path="/graphs/")) + graph
    return DEFAULT_GRAPH if graph is None else graph


def _address(request: Request) -> str:
    return str(request.url.replace(query="", fragment="")).rstrip("/")


@asynccontextmanager
async def _bodies(request: Request, base: str) -> AsyncIterator[list[GraphBody]]:
    """The documents of a request, in files that are gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="essaim-graph-") as place:
        folder = Path(place)
        media_type = _media_type(request.headers.get("content-type", ""))
        if media_type != "multipart/form-data":
            path = folder / "body"
            with path.open("wb") as file:
                async for chunk in request.stream():
                    file.write(chunk)
            yield [GraphBody(path, _readable(media_type), base)]
            return
        bodies = []
        async with request.form() as form:
            for number, (_, part) in enumerate(form.multi_items()):
                if isinstance(part, UploadFile):
                    path = folder / str(number)
                    with path.open("wb") as file:
                        while chunk := await part.read(1 << 20):
                            file.write(chunk)
                    bodies.append(GraphBody(path, _readable(_media_type(part.content_type)), base))
        if not bodies:
            raise BadInput("There is no file in the form.", "Send one or more files.")
        yield bodies


def _media_type(header: str | None) -> str:
    return (header or "").partition(";")[0].strip().lower()


def _readable(media_type: str) -> str:
    """The media type of a graph, by the name that everybody uses."""
    chosen = _SYNONYMS.get(media_type, media_type or "text/turtle")
    if chosen not in GRAPH_TYPES or chosen in ("application/trig", "application/n-quads"):
        raise UnsupportedMediaType(
            f'A graph can\'t be read from "{media_type}".', "Send Turtle, N-Triples or RDF/XML."
        )
    return chosen
