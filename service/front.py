"""What the routes share: running a job for a request, and answering with what it gives."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from typing import Annotated

from fastapi import Depends, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from essaim.graph.workspace import Workspace
from essaim.ontology.errors import BadInput, EssaimError, nearest
from essaim.service.pool import Pool
from essaim.service.settings import Settings
from essaim.service.workers import Job, Reply

__all__ = ["Front", "FrontDependency", "refuse_unknown"]


class ClientGone(EssaimError):
    """The client stopped waiting."""

    status = 499
    title = "Client closed request"


@dataclass(frozen=True)
class Front:
    """The running service, as the routes see it.

    Args:
        settings: what was chosen.
        workspace: what is served.
        pool: the workers.
    """

    settings: Settings
    workspace: Workspace
    pool: Pool

    async def answer(
        self, request: Request, job: Job, *, timeout: float | None = None, **arguments: object
    ) -> Response:
        """Do a job for a request and answer with its reply, or say that nothing has changed.

        Args:
            request: the request; the job is ended when its client goes.
            job: a function of :mod:`essaim.service.jobs`.
            timeout: seconds; the setting for queries by default.
            **arguments: the job's keyword arguments.
        """
        is_get = request.method == "GET"
        if is_get:
            current = self._etag(request, self.workspace.current().number)
            if current in _etags(request):
                return Response(status_code=304, headers={"ETag": current, "Vary": "Accept"})
        seconds = timeout or self.settings.query_timeout
        reply = await self._run(request, job, seconds, arguments)
        headers = {"Essaim-Generation": str(reply.generation), "Vary": "Accept", **reply.headers}
        if reply.truncated:
            headers["Essaim-Truncated"] = "true"
        if is_get and reply.status == 200:
            headers["ETag"] = self._etag(request, reply.generation)
            headers["Cache-Control"] = "no-cache"
        return Response(reply.body, reply.status, headers, _with_charset(reply.media_type))

    async def _run(
        self, request: Request, job: Job, timeout: float, arguments: dict[str, object]
    ) -> Reply:
        work = asyncio.ensure_future(self.pool.run(job, timeout, **arguments))
        gone = asyncio.ensure_future(_disconnected(request))
        try:
            await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                return work.result()
            raise ClientGone("The client stopped waiting.")
        finally:
            for task in (work, gone):
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError, EssaimError):
                    await task

    def _etag(self, request: Request, generation: int) -> str:
        """A tag for what this request gives on a generation; it changes with either."""
        about = (
            self._version,
            self.workspace.generation(generation).content_hash,
            generation,
            self.settings.max_rows,
            request.headers.get("accept", ""),
        )
        digest = hashlib.sha256(repr(about).encode()).hexdigest()
        return f'W/"{generation}-{digest[:16]}"'

    @cached_property
    def _version(self) -> str:
        return version("essaim")


def front_of(request: Request) -> Front:
    """The service that a request came to."""
    front = request.app.state.front
    assert isinstance(front, Front)  # noqa: S101 - put there when the service starts
    return front


FrontDependency = Annotated[Front, Depends(front_of)]
"""How a route asks for the :class:`Front`."""


def refuse_unknown(request: Request) -> None:
    """Refuse query parameters that the route does not know, rather than ignore them.

    Raises:
        BadInput: there is one; the nearest that exists is offered.
    """
    route = request.scope.get("route")
    if not isinstance(route, APIRoute):
        return
    known = _query_parameters(route.dependant)
    for name in request.query_params:
        if name not in known:
            near = nearest(name, known)
            hint = f'Did you mean "{near[0]}"?' if near else f"Known here: {', '.join(known)}."
            raise BadInput(f'Unknown parameter "{name}".', hint)


def _query_parameters(dependant: Dependant) -> list[str]:
    nested = [name for inner in dependant.dependencies for name in _query_parameters(inner)]
    return [*(field.alias for field in dependant.query_params), *nested]


async def _disconnected(request: Request) -> None:
    """Wait until the client has gone; the body must have been read before."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _etags(request: Request) -> list[str]:
    given = request.headers.get("if-none-match", "")
    return [tag.strip() for tag in given.split(",") if tag.strip()]


def _with_charset(media_type: str) -> str:
    """The content type; texts that are no RDF say their encoding."""
    if media_type in ("text/html", "text/csv", "text/tab-separated-values", "text/turtle"):
        return f"{media_type}; charset=utf-8"
    return media_type
