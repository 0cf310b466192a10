"""The web application: routes, limits, headers and errors, put together.

Example:
    ``app = create_app(make_settings(workspace="essaim-data"))``
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.routing import Route

from essaim.graph.workspace import Workspace
from essaim.service import problems
from essaim.service.front import Front
from essaim.service.gate import Gate
from essaim.service.middleware import HeadAsGet, RequestIds, SecurityHeaders
from essaim.service.pool import Pool
from essaim.service.routes import answers, catalogue, entities, health, lists, pages, sparql
from essaim.service.settings import Settings, make_settings
from essaim.service.tokens import Tokens

__all__ = ["create_app"]

_DESCRIPTION = """
A knowledge graph of cultural cooperation: who works with whom, where, on what, and which practices
could take root elsewhere. Every answer names the generation it was computed on
(`Essaim-Generation`); one that was cut says so (`Essaim-Truncated`).
"""


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application that serves a workspace.

    The workers start with the application's lifespan and end with it.

    Args:
        settings: what was chosen; from the environment by default.

    Raises:
        WorkspaceError: there is no workspace.
    """
    chosen = settings or make_settings()
    front = Front(chosen, Workspace.open(chosen.workspace), Pool(chosen))

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await front.pool.start()
        yield
        await front.pool.close()

    app = FastAPI(
        title="Essaim",
        description=_DESCRIPTION,
        version=version("essaim"),
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.front = front
    routers = [each.router for each in (sparql, answers, catalogue, lists, entities, pages, health)]
    for router in routers:
        app.include_router(router)
    problems.install(app, [route.path for router in routers for route in _iter_routes(router)])
    app.add_middleware(HeadAsGet)
    app.add_middleware(Gate, settings=chosen, tokens=Tokens(chosen.workspace))
    app.add_middleware(SecurityHeaders)
    app.add_middleware(RequestIds)
    _document(app)
    return app


def _iter_routes(router: APIRouter) -> Iterator[Route]:
    yield from (route for route in router.routes if isinstance(route, Route))


def _document(app: FastAPI) -> None:
    """Make the OpenAPI document say what the errors really look like."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = generate()
            schemas = document.setdefault("components", {}).setdefault("schemas", {})
            for name in ("HTTPValidationError", "ValidationError"):
                schemas.pop(name, None)
            schemas["Problem"] = problems.PROBLEM_SCHEMA
            content = {problems.PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
            for operations in document["paths"].values():
                for operation in operations.values():
                    responses = operation["responses"]
                    responses.pop("422", None)
                    responses["default"] = {"description": "A problem.", "content": content}
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
